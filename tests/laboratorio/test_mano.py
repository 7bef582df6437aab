import numpy as np

from actas_de_prueba import CHICA, hoja, llena
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.laboratorio.llenar import LIMPIO, Costumbres, llenar, planear, votos_al_azar
from prep.laboratorio.mano import escribir_digito, escribir_texto, escritor, garabatear
from prep.papel.numeros import FRASES, en_letra
from prep.papel.plantilla import armar_plantilla

PLANTILLA = armar_plantilla(CHICA)


def test_there_are_strokes_for_all_that_is_written() -> None:
    rng = np.random.default_rng(1)
    for _ in range(6):
        e = escritor(rng)
        for letra in sorted(set("".join(FRASES) + en_letra(1000)) - {" "}):
            assert escribir_texto(letra, (0, 0, 40, 8), e, rng), letra
        for signo in "0123456789-x":
            assert escribir_digito(signo, (0, 0, 7.5, 8), e, rng), signo


def test_it_fits_in_its_row() -> None:
    rng = np.random.default_rng(2)
    for _ in range(40):
        e = escritor(rng)
        puntos = np.vstack(
            [t.puntos for t in escribir_texto(FRASES[int(rng.integers(1000))], (10, 5, 66, 7.5), e, rng)]
        )
        assert puntos[:, 0].min() > 7 and puntos[:, 0].max() < 10 + 66 + 4
        assert puntos[:, 1].min() > 1 and puntos[:, 1].max() < 5 + 7.5 + 4


def test_the_same_seed_writes_the_same_and_another_does_not() -> None:
    def tinta(semilla: int) -> np.ndarray:
        rng = np.random.default_rng(semilla)
        return garabatear(escribir_texto("ciento dos", (1, 1, 60, 8), escritor(rng), rng), (80, 520), 8)

    assert np.array_equal(tinta(3), tinta(3))
    assert not np.array_equal(tinta(3), tinta(4))


def test_the_made_up_acta_adds_up() -> None:
    for s in range(20):
        votos = votos_al_azar(PLANTILLA, np.random.default_rng(s))
        suma = sum(votos[c.clave] for c in PLANTILLA.campos if c.tipo != "total")
        assert suma == votos["total_asentado"] == votos["votos_sacados"]
        assert votos["personas_votaron"] + votos["representantes_votaron"] >= votos["suma_votaron"]


def test_the_truth_says_what_a_person_would_type() -> None:
    rng = np.random.default_rng(5)
    todo = Costumbres(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)
    vistos = set()
    for _ in range(40):
        votos = votos_al_azar(PLANTILLA, rng)
        for clave, e in planear(PLANTILLA, votos, rng, todo).items():
            vistos.add(e.caso)
            assert len(e.cifras) == len(PLANTILLA.campo(clave).cajas)
            match e.caso:
                case "vacio" | "rayas":
                    assert e.valor is SIN_DATO and e.letra == ""
                case "ilegible":
                    assert e.valor is ILEGIBLE
                case "sin_letra":
                    assert e.letra == "" and int(e.cifras.strip(" -x")) == e.valor
                case "difieren":
                    assert e.letra == en_letra(int(e.valor)) and int(e.cifras.strip(" -x")) != e.valor
                case "sin_numero":
                    assert e.cifras.strip() == "" and e.letra == en_letra(int(e.valor))
                case "":
                    assert e.letra == en_letra(int(e.valor)) and int(e.cifras.strip(" -x")) == e.valor
    assert vistos == {"", "vacio", "rayas", "ilegible", "sin_letra", "difieren", "sin_numero", "sobrescrito"}


def test_filling_in_repeats_and_writes_only_where_it_must() -> None:
    h, plan, imagen = llena()
    otra = np.random.default_rng(1)
    votos_al_azar(h.plantilla, otra)
    limpia = planear(
        h.plantilla, votos_al_azar(h.plantilla, np.random.default_rng(1)), np.random.default_rng(9), LIMPIO
    )
    assert limpia.keys() == plan.keys()
    rng = np.random.default_rng(8)
    a = llenar(hoja(), plan, rng)
    b = llenar(hoja(), plan, np.random.default_rng(8))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, imagen)
    # The header, where nobody writes, is as printed.
    assert np.array_equal(a[: (50 * 10)], imagen[: (50 * 10)])

import json

import pytest

from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO, Valor
from prep.lectura.resultado import Lectura, LecturaCampo
from prep.lectura.revision import SIN_OPINION, Caso, Desenlace, Opinion, Revision, Umbrales, comparar, informe, revisar

U = Umbrales(devuelve=0.99, improbable=0.001, confirma=0.8)
VERDAD: dict[str, Valor] = {"A": 117, "B": 20, "C": 3, "D": 0, "E": SIN_DATO}


def campo(
    clave: str,
    valor: Valor | None,
    conf: float = 0.9999,
    aceptado: bool = True,
    mejores: tuple[tuple[int, float], ...] = (),
) -> LecturaCampo:
    propios = mejores or (((valor, conf),) if isinstance(valor, int) else ())
    return LecturaCampo(clave, valor, conf, aceptado, "ambos", () if aceptado else ("confianza_baja",), "", propios, "")


def lectura(**cambios: LecturaCampo) -> Lectura:
    campos = {k: campo(k, v) for k, v in VERDAD.items()} | cambios
    return Lectura("img", "mod", None, "", campos=tuple(campos.values()), acta="X")


RECHAZADA = Lectura("img", "mod", "sin_pagina", "No se reconoce un acta.")


def test_it_confirms_what_agrees() -> None:
    assert revisar(VERDAD, lectura(), U) == Revision(Opinion.CONFIRMA)


def test_it_returns_what_both_typed_wrong() -> None:
    assert revisar(VERDAD | {"A": 617, "C": 8}, lectura(), U) == Revision(Opinion.DEVUELVE, ("A", "C"))


@pytest.mark.parametrize("mal", [SIN_DATO, ILEGIBLE])
def test_it_returns_a_number_that_nobody_cared_to_read(mal: Valor) -> None:
    assert revisar(VERDAD | {"A": mal}, lectura(), U).opinion is Opinion.DEVUELVE


def test_it_has_no_opinion_without_confidence() -> None:
    dudoso = lectura(A=campo("A", 617, 0.98))
    assert revisar(VERDAD, dudoso, U) == Revision(
        Opinion.CONFIRMA
    )  # four of five agree, and the fifth is not sure enough
    assert revisar(VERDAD, lectura(A=campo("A", 617, 0.9999, aceptado=False)), U) == Revision(Opinion.CONFIRMA)
    posible = lectura(A=campo("A", 617, 0.995, mejores=((617, 0.995), (117, 0.004))))
    assert revisar(VERDAD, posible, U).opinion is not Opinion.DEVUELVE


def test_it_has_no_opinion_if_it_read_little_or_nothing() -> None:
    poco = lectura(A=campo("A", None, 0.2, False), B=campo("B", 20, 0.5, False))
    assert revisar(VERDAD, poco, U) == SIN_OPINION
    assert revisar(VERDAD, RECHAZADA, U) == SIN_OPINION
    assert revisar({}, lectura(), U) == SIN_OPINION


def test_of_a_sheet_seen_blank_it_says_nothing() -> None:
    vacia = Lectura("img", "mod", None, "", ("en_blanco",), campos=tuple(campo(k, SIN_DATO) for k in VERDAD), acta="X")
    assert revisar(VERDAD, vacia, U) == SIN_OPINION
    assert revisar(dict.fromkeys(VERDAD, SIN_DATO), vacia, U) == SIN_OPINION


def test_it_does_not_say_the_number() -> None:
    """What goes back to the desk is which fields to look at, never what the reader read."""
    assert set(Revision.__slots__) == {"opinion", "campos"}


def test_comparing_counts_what_was_accepted() -> None:
    assert comparar(lectura(A=campo("A", 1), B=campo("B", 9, aceptado=False)), VERDAD) == (3, 1)


def test_the_report_of_the_night() -> None:
    mala = VERDAD | {"A": 617}

    def caso(coincidencia: dict[str, Valor], leida: Lectura, definitivo: dict[str, Valor]) -> Caso:
        return Caso(coincidencia, leida, revisar(coincidencia, leida, U), definitivo)

    i = informe(
        [
            caso(VERDAD, lectura(), VERDAD),  # confirmed
            caso(mala, lectura(), VERDAD),  # caught
            caso(VERDAD, lectura(A=campo("A", 617)), VERDAD),  # false alarm
            caso(mala, RECHAZADA, VERDAD),  # nobody saw it
            caso(VERDAD, lectura(B=campo("B", 26, 0.7, False)), VERDAD),
        ]
    )
    assert (i["actas"], i["errores_atrapados"], i["falsas_alarmas"], i["errores_no_vistos"]) == (5, 1, 1, 1)
    assert i["opiniones"] == {"confirma": 2, "devuelve": 2, "sin_opinion": 1}
    assert i["rechazos"] == {"sin_pagina": 1}
    assert (i["campos"], i["aceptados"], i["aceptados_iguales"]) == (20, 19, 18)
    assert i["no_aceptados_por"] == {"confianza_baja": 1}
    poco, mucho = i["calibracion"]
    assert poco.pop("intervalo") == pytest.approx([0, 0.7935], abs=1e-4)
    assert mucho.pop("intervalo") == pytest.approx([0.7536, 0.9906], abs=1e-4)
    assert poco == {"desde": 0.5, "hasta": 0.8, "campos": 1, "confianza": 0.7, "iguales": 0}
    assert mucho == {"desde": 0.9999, "hasta": 1.0, "campos": 19, "confianza": 0.9999, "iguales": 18}
    assert [(a["acta"], a["campos"], a["desenlace"]) for a in i["avisos"]] == [
        ("X", ["A"], "atrapado"),
        ("X", ["A"], "falsa_alarma"),
    ]
    assert informe([])["actas"] == 0


def test_how_each_opinion_ends() -> None:
    """By hand: what was typed alike against what stands now, whatever the reader thought of it."""
    mala = VERDAD | {"A": 617}
    devuelve, confirma = Revision(Opinion.DEVUELVE, ("A",)), Revision(Opinion.CONFIRMA)
    casos = {
        (Desenlace.ATRAPADO): Caso(mala, lectura(), devuelve, VERDAD),
        (Desenlace.FALSA_ALARMA): Caso(VERDAD, lectura(), devuelve, VERDAD),
        (Desenlace.NO_VISTO): Caso(mala, lectura(), confirma, VERDAD, tarde=True),
        (Desenlace.BIEN): Caso(VERDAD, lectura(), confirma, VERDAD),
        (Desenlace.TARDIO): Caso(mala, lectura(), devuelve, mala, tarde=True),
        (Desenlace.PENDIENTE): Caso(mala, lectura(), devuelve, None),
    }
    assert {d: c.desenlace for d, c in casos.items()} == {d: d for d in casos}
    assert Caso(mala, lectura(), Revision(Opinion.DEVUELVE, ("B",)), VERDAD).desenlace is Desenlace.FALSA_ALARMA
    i = informe(casos.values())
    assert (i["avisos_tardios"], i["pendientes"], i["errores_no_vistos"]) == (1, 1, 1)
    assert i["campos"] == 5 * len(VERDAD)  # nothing to compare with where nothing stands


def test_a_reading_comes_and_goes() -> None:
    for original in (lectura(A=campo("A", None, 0.1, False)), RECHAZADA):
        assert Lectura.de_dict(original.como_dict()) == original
        assert Lectura.de_dict(json.loads(original.canonica())) == original
    with pytest.raises(ValueError, match="desconocido"):
        Lectura.de_dict(RECHAZADA.como_dict() | {"formato": "prep/lectura/9"})

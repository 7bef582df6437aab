"""From a published database to a process, its facts and the comparison."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fabrica_publicado import VOTOS, Base, base, guardar, renglon, sin_votos

from prep.dominio.acta.hechos import Tipo, clave_de
from prep.dominio.comun.hecho import Hecho, escribir_hecho, leer_hecho
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.dominio.tabulacion.porcentajes import porcentaje
from prep.dominio.tabulacion.proceso import Ambito
from prep.reproduccion import leer
from prep.reproduccion.calculo import calcular
from prep.reproduccion.comparar import ComparacionEleccion, Veredicto, comparar
from prep.reproduccion.derivar import Derivado, derivar_proceso
from prep.reproduccion.guion import Guion
from prep.reproduccion.reproducir import horas_de_corte


def derivar(carpeta: Path, *renglones: dict[str, str], lo: Base | None = None, **resumen: str) -> Derivado:
    return derivar_proceso(leer([guardar(carpeta, lo or base(*renglones, **resumen))]), 1000)


def hechos_de(derivado: Derivado) -> dict[str, list[Hecho]]:
    por_acta: dict[str, list[Hecho]] = {}
    for hecho in Guion(derivado).hechos():
        por_acta.setdefault(clave_de(hecho.sujeto), []).append(hecho)
    return por_acta


def comparada(derivado: Derivado) -> ComparacionEleccion:
    (una,) = comparar(derivado, calcular(derivado, Guion(derivado).hechos()))
    return una


def capturado(hechos: list[Hecho]) -> dict[str, object]:
    (uno, otro) = [h for h in hechos if h.tipo == Tipo.CAPTURADA]
    assert uno.contenido["valores"] == otro.contenido["valores"]
    assert uno.persona != otro.persona
    votos: dict[str, object] = uno.contenido["valores"]["votos"]
    return votos


# --- process ----------------------------------------------------------------------------------------------------------


def test_the_boleta_of_each_demarcacion_is_what_somebody_typed_there(tmp_path: Path) -> None:
    filas = [
        renglon(1, distrito=1, CAND_IND_1="", PAN_PRI=""),
        renglon(2, distrito=1, CAND_IND_1="-", PAN_PRI="-"),
        renglon(3, distrito=2),
        sin_votos(renglon(4, distrito=3), CONTABILIZADA="-"),
    ]
    lo = base(*filas)
    archivo = guardar(tmp_path, lo, nombre="JAL_DIP_LOC_2024.csv")
    eleccion = derivar_proceso(leer([archivo])).proceso.elecciones[0]
    assert eleccion.ambito is Ambito.DISTRITO
    assert eleccion.boletas[1].claves == ("PAN", "PRI", "MORENA", "NO_REGISTRADAS", "NULOS")
    assert eleccion.boletas[2].claves == VOTOS
    assert eleccion.boletas[3].claves == VOTOS
    assert [c.clave for c in eleccion.boletas[2].candidaturas] == ["PAN_PRI", "MORENA", "CAND_IND_1"]


def test_in_a_gubernatura_the_boleta_is_the_same_all_over_the_state(tmp_path: Path) -> None:
    derivado = derivar(tmp_path, renglon(1, distrito=1, PAN_PRI=""), renglon(2, distrito=2))
    (eleccion,) = derivado.proceso.elecciones
    assert eleccion.ambito is Ambito.ENTIDAD
    assert eleccion.boletas[1] == eleccion.boletas[2]


def test_three_elecciones_are_one_process_with_their_casillas_in_common(tmp_path: Path) -> None:
    guardar(tmp_path, base(renglon(1, distrito=7)), nombre="JAL_GUB_2024.csv")
    municipal = base(renglon(1) | {"CLAVE_ACTA": "140001B010003", "ID_MUNICIPIO": "39", "MUNICIPIO": "Guadalajara"})
    columnas = [c.replace("DISTRITO_LOCAL", "MUNICIPIO") for c in municipal.columnas]
    guardar(tmp_path, Base(municipal.titulos, {}, tuple(columnas), municipal.renglones), nombre="JAL_MUN_2024.csv")
    proceso = derivar_proceso(leer([tmp_path])).proceso
    assert {e.clave: (e.agrupa, e.tipo_acta) for e in proceso.elecciones} == {
        "GUB": (Ambito.DISTRITO, "01"),
        "AYUN": (Ambito.MUNICIPIO, "03"),
    }
    assert len({a.casilla for e in proceso.elecciones for a in e.actas}) == 1
    casilla = proceso.elecciones[0].actas[0].casilla
    assert (casilla.distrito, casilla.municipio, casilla.lista_nominal) == (7, 39, 500)


def test_a_national_base_keeps_its_entidades_apart(tmp_path: Path) -> None:
    filas = [
        renglon(1),
        renglon(1) | {"ID_ENTIDAD": "1", "ENTIDAD": "AGS", "CLAVE_CASILLA": "010001B0100", "CLAVE_ACTA": ""},
    ]
    derivado = derivar(tmp_path, *filas)
    (eleccion,) = derivado.proceso.elecciones
    assert derivado.nacional
    assert list(eleccion.demarcaciones) == [1001, 14001]
    assert [a.clave for a in eleccion.actas] == ["010001B01001", "140001B010001"]


def test_actas_come_in_the_order_of_the_database_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    """Some publishers write apart those of proportional representation: a sección is still one."""
    (eleccion,) = derivar(tmp_path, renglon(2), renglon(1, tipo="S"), renglon(1)).proceso.elecciones
    assert [str(a.casilla.clave) for a in eleccion.actas] == ["140001B0100", "140001S0100", "140002B0100"]


def test_the_key_of_a_vote_by_a_route_of_its_own_is_the_same_in_every_place(tmp_path: Path) -> None:
    """Voto anticipado and of those in prison: no sección, and one key for all districts, awaited or not."""
    sin_seccion = {"SECCION": "N/A", "ID_CASILLA": "N/A", "REPRESENTANTES_PP_CI": "N/A", "TIPO_ACTA": "1"}
    espera = {"CONTABILIZADA": "-", "TOTAL_VOTOS_CALCULADO": "0", "OBSERVACIONES": "-", "CODIGO_INTEGRIDAD": "-"}
    filas = [renglon(0, tipo="A", distrito=d) | sin_seccion for d in (1, 2, 3)]
    filas[:2] = [sin_votos(f, "-") | espera for f in filas[:2]]
    derivado = derivar(tmp_path, *filas, filas[2], renglon(1), ACTAS_ESPERADAS="4")
    (eleccion,) = derivado.proceso.elecciones
    assert [(a.demarcacion, a.casilla.distrito) for a in eleccion.actas] == [(1, 1), (2, 2), (3, 3), (1, 1)]
    una = comparada(derivado)
    # Only what is there twice in one place is the same acta again.
    assert [(c.linea, c.campo) for c in una.contradicciones if c.clave_acta] == [(10, "CLAVE_ACTA")]
    assert [(c.nombre, c.veredicto) for c in una.cifras] == [("ACTAS_ESPERADAS", Veredicto.IGUAL)]
    assert [a for a in derivado.bases[0].base.anomalias if a.linea] == []


def test_boletas_of_a_special_casilla(tmp_path: Path) -> None:
    leidas = leer([guardar(tmp_path, base(renglon(1, tipo="S")))])
    assert derivar_proceso(leidas).boletas_especiales == 1000
    assert derivar_proceso(leidas, 800).proceso.elecciones[0].actas[0].casilla.boletas == 800


def test_representatives_that_repeat_those_who_voted_are_not_the_accredited_ones(tmp_path: Path) -> None:
    """500 + 4 would not admit 510; the law admits up to 4 per contender."""
    filas = [
        renglon(1, REPRESENTANTES_PP_CI="4", LISTA_NOMINAL="90"),
        renglon(2, REPRESENTANTES_PP_CI="4", LISTA_NOMINAL="50"),
        renglon(3, REPRESENTANTES_PP_CI="4"),
    ]
    derivado = derivar(tmp_path, *filas)
    assert [a.representantes for a in derivado.proceso.elecciones[0].actas] == [10, 4, 4]
    una = comparada(derivado)
    assert [(a.linea, a.publicado, a.calculado) for a in una.actas_distintas] == [(8, 1, 0)]
    # One row that differs does not make them the accredited ones: an acta counts with more votes than they allow.
    filas[2]["REPRESENTANTES_PP_CI"] = "9"
    assert [a.representantes for a in derivar(tmp_path, *filas).proceso.elecciones[0].actas] == [10, 4, 9]


@pytest.mark.parametrize("escrito", ["MORENA", "MOR", "Morena"])
def test_names_of_candidaturas_are_read_however_their_party_is_spelled(tmp_path: Path, escrito: str) -> None:
    guardar(tmp_path, base(renglon(1)))
    (tmp_path / "JAL_GUB_CANDIDATURAS_2024.csv").write_text(
        "ID_ENTIDAD,PARTIDO_CI,CANDIDATURA_PROPIETARIA,CANDIDATURA_SUPLENTE\n"
        f"14,SUM-PAN-PRI,Ana Ruiz,\n14,{escrito},Luz Paz,Sol\n"
    )
    nombres = derivar_proceso(leer([tmp_path])).informativo.candidaturas
    assert [(n.candidatura, n.propietaria, n.suplente) for n in nombres] == [
        ("PAN_PRI", "Ana Ruiz", ""),
        ("MORENA", "Luz Paz", "Sol"),
    ]


# --- facts ------------------------------------------------------------------------------------------------------------


def test_a_counted_row_is_acopio_image_two_capturas_and_verification(tmp_path: Path) -> None:
    ((clave, hechos),) = hechos_de(derivar(tmp_path, renglon(1))).items()
    assert clave == "140001B010001"
    assert [h.tipo for h in hechos] == [
        Tipo.ACOPIADA,
        Tipo.DIGITALIZADA,
        Tipo.IDENTIFICADA,
        Tipo.CAPTURADA,
        Tipo.CAPTURADA,
        Tipo.VERIFICADA,
        Tipo.COTEJADA,
    ]
    assert [h.conocidos for h in hechos[1:]] == [(h.id,) for h in hechos[:-1]]
    for hecho in hechos:
        assert leer_hecho(escribir_hecho(hecho)) == hecho
    assert hechos[0].contenido == {"hora": "2024-06-02T20:00:00-06:00"}
    assert hechos[1].contenido["imagen"] == f"{1:064x}"
    assert capturado(hechos) == dict(zip(VOTOS, (40, 30, 20, 5, 0, 1, 4), strict=True))
    assert (hechos[4].hora.hour, hechos[4].hora.minute, hechos[5].hora.minute) == (20, 30, 31)
    assert len({hechos[3].persona, hechos[4].persona, hechos[5].persona}) == 3


def test_the_photo_of_the_casilla_carries_its_hour(tmp_path: Path) -> None:
    (hechos,) = hechos_de(derivar(tmp_path, renglon(1, ORIGEN="CASILLA", DIGITALIZACION="Movil"))).values()
    assert [h.tipo for h in hechos][:2] == [Tipo.FOTOGRAFIADA, Tipo.IDENTIFICADA]
    assert hechos[0].contenido["hora"] == "2024-06-02T20:00:00-06:00"


@pytest.mark.parametrize("acopio", ["02/06/0224 20:00:00", "02/05/2024 20:00:00", "02/06/2024 23:00:00"])
def test_an_impossible_hour_of_acopio_is_kept_and_does_not_give_the_order(acopio: str, tmp_path: Path) -> None:
    derivado = derivar(tmp_path, renglon(1, FECHA_HORA_ACOPIO=acopio))
    guion = Guion(derivado)
    hechos = list(guion.hechos())
    assert hechos[0].contenido["hora"] == derivado.bases[0].base.renglones[0].acopio.isoformat()  # type: ignore[union-attr]
    assert hechos[0].hora.strftime("%d/%m/%Y %H:%M") == "02/06/2024 20:10"
    assert [(a.linea, a.campo) for a in guion.anomalias] == [(7, "FECHA_HORA_ACOPIO")]


def test_without_any_hour_everything_happens_at_the_close(tmp_path: Path) -> None:
    horas = dict.fromkeys(["FECHA_HORA_ACOPIO", "FECHA_HORA_CAPTURA", "FECHA_HORA_VERIFICACION"], "")
    guion = Guion(derivar(tmp_path, renglon(1) | horas))
    hechos = list(guion.hechos())
    assert Tipo.ACOPIADA not in [h.tipo for h in hechos]
    assert hechos[-1].hora <= guion.cierre == datetime.fromisoformat("2024-06-02T23:30:00-06:00")


@pytest.mark.parametrize(
    ("texto", "motivo"), [("Sin acta(2)", "2"), ("Sin Acta", "1"), ("SIN ACTA POR PAQUETE ENTREGADO SIN SOBRE", "3")]
)
def test_no_acta_carries_its_reason(texto: str, motivo: str, tmp_path: Path) -> None:
    derivado = derivar(tmp_path, sin_votos(renglon(1), "Sin acta", OBSERVACIONES=texto, CONTABILIZADA="0"))
    ((hecho, confirmacion),) = hechos_de(derivado).values()
    assert (hecho.tipo, hecho.contenido) == (Tipo.SIN_ACTA, {"motivo": motivo})
    assert (confirmacion.tipo, confirmacion.contenido) == (Tipo.SIN_ACTA_CONFIRMADA, {"peticion": hecho.id})


def test_fuera_de_catalogo_and_what_is_not_typed_yet(tmp_path: Path) -> None:
    fuera = sin_votos(
        renglon(9), "-", CLAVE_CASILLA="-", CLAVE_ACTA="-", OBSERVACIONES="Fuera de Catálogo", CONTABILIZADA="2"
    )
    espera = sin_votos(renglon(1), "-", OBSERVACIONES="-", CONTABILIZADA="-")
    ((sujeto, (hecho,)),) = hechos_de(derivar(tmp_path, fuera, espera)).items()
    assert sujeto.startswith("hoja:")
    assert hecho.tipo == Tipo.FUERA_DE_CATALOGO
    assert hecho.contenido["eleccion"] == "GUB"
    assert leer_hecho(escribir_hecho(hecho)) == hecho


@pytest.mark.parametrize(
    ("celda", "nota", "contabilizada", "esperado"),
    [
        ("0", "Todos los campos ilegibles", "0", ILEGIBLE),
        ("", "Todos los campos ilegibles", "0", ILEGIBLE),
        ("", "Todos los campos vacio", "0", SIN_DATO),
        ("0", "Todos los campos sin dato", "0", SIN_DATO),
        ("0", "Excede Lista Nominal", "0", SIN_DATO),
        ("Ilegible", "['Todos los campos ilegibles']", "0", ILEGIBLE),
    ],
)
def test_what_the_cells_do_not_say_the_observation_says(
    celda: str, nota: str, contabilizada: str, esperado: object, tmp_path: Path
) -> None:
    fila = sin_votos(renglon(2), celda, OBSERVACIONES=nota, CONTABILIZADA=contabilizada, TOTAL_VOTOS_CALCULADO="0")
    derivado = derivar(tmp_path, renglon(1), fila)
    assert set(capturado(hechos_de(derivado)["140002B010001"]).values()) == {esperado}
    assert comparada(derivado).actas_distintas == []


def test_a_blank_or_zero_box_that_hides_a_mark(tmp_path: Path) -> None:
    derivado = derivar(
        tmp_path,
        renglon(1, CAND_IND_1="", OBSERVACIONES="ALGÚN CAMPO ILEGIBLE O SIN DATO"),
        renglon(2, OBSERVACIONES="Ilegible"),
        renglon(3, CAND_IND_1=""),
    )
    por_acta = hechos_de(derivado)
    assert capturado(por_acta["140001B010001"])["CAND_IND_1"] is SIN_DATO
    assert capturado(por_acta["140002B010001"])["CAND_IND_1"] is ILEGIBLE
    assert capturado(por_acta["140003B010001"])["CAND_IND_1"] == 0


# --- comparison -------------------------------------------------------------------------------------------------------

CABEZA = {
    "ACTAS_ESPERADAS": "2",
    "ACTAS_REGISTRADAS": "2",
    "ACTAS_FUERA_CATALOGO": "0",
    "ACTAS_CAPTURADAS": "2",
    "PORCENTAJE_ACTAS_CAPTURADAS": "100.0000",
    "ACTAS_CONTABILIZADAS": "2",
    "PORCENTAJE_ACTAS_CONTABILIZADAS": "100.0000",
    "PORCENTAJE_ACTAS_INCONSISTENCIAS": "0.0000",
    "ACTAS_NO_CONTABILIZADAS": "0",
    "LISTA_NOMINAL_ACTAS_CONTABILIZADAS": "500",
    "TOTAL_VOTOS_C_CS": "200",
    "TOTAL_VOTOS_S_CS": "100",
    "PORCENTAJE_PARTICIPACION_CIUDADANA": "20.0000",
}


def test_a_base_that_adds_up_is_found_equal(tmp_path: Path) -> None:
    una = comparada(derivar(tmp_path, renglon(1), renglon(2, tipo="S"), **CABEZA))
    assert all(c.veredicto is Veredicto.IGUAL for c in una.cifras)
    assert len(una.cifras) == 13
    assert (una.actas_distintas, una.contradicciones, una.sin_explicar) == ([], [], 0)


def test_the_last_corte_counts_special_casillas_in_the_participation(tmp_path: Path) -> None:
    derivado = derivar(
        tmp_path, renglon(1), renglon(2, tipo="S"), **CABEZA | {"PORCENTAJE_PARTICIPACION_CIUDADANA": "40.0000"}
    )
    assert derivado.cierre
    assert all(c.veredicto is Veredicto.IGUAL for c in comparada(derivado).cifras)


def test_what_counts_is_computed_and_not_copied(tmp_path: Path) -> None:
    """A source that lies about an acta is caught, and so is every header figure that the lie touches."""
    mentira = renglon(2, CONTABILIZADA="0", OBSERVACIONES="Excede Lista Nominal")
    una = comparada(derivar(tmp_path, renglon(1), mentira, renglon(3, TOTAL_VOTOS_CALCULADO="999")))
    assert [(a.linea, a.campo, a.publicado, a.calculado) for a in una.actas_distintas] == [
        (8, "CONTABILIZADA", 0, 1),
        (9, "TOTAL_VOTOS_CALCULADO", 999, 100),
    ]


def test_a_false_figure_in_the_header_shows(tmp_path: Path) -> None:
    falsa = CABEZA | {"TOTAL_VOTOS_C_CS": "201", "ACTAS_ESPERADAS": "3"}
    una = comparada(derivar(tmp_path, renglon(1), renglon(2, tipo="S"), **falsa))
    assert {c.nombre for c in una.cifras if c.veredicto is not Veredicto.IGUAL} == {
        "TOTAL_VOTOS_C_CS",
        "ACTAS_ESPERADAS",
    }
    assert {c.campo for c in una.contradicciones} == {"TOTAL_VOTOS_C_CS", "ACTAS_ESPERADAS"}
    assert una.sin_explicar == 0


def test_a_difference_without_a_contradiction_is_not_explained(tmp_path: Path) -> None:
    """A participation by no known rule: nothing in the file contradicts itself, and the figures differ."""
    una = comparada(derivar(tmp_path, renglon(1), renglon(2), PORCENTAJE_PARTICIPACION_CIUDADANA="33.3333"))
    assert una.sin_explicar == 1


@pytest.mark.parametrize(
    ("fila", "campo"),
    [
        (sin_votos(renglon(2), "", CONTABILIZADA="0"), "TOTAL_VOTOS_CALCULADO"),
        (sin_votos(renglon(2), "Sin dato", TOTAL_VOTOS_CALCULADO="0"), "CONTABILIZADA"),
        (renglon(2, CONTABILIZADA="0"), "OBSERVACIONES"),
        (renglon(2, OBSERVACIONES="Sin acta(1)", CONTABILIZADA="0"), "OBSERVACIONES"),
        (renglon(2, OBSERVACIONES="Todos los campos ilegibles", CONTABILIZADA="0"), "OBSERVACIONES"),
        (renglon(2, OBSERVACIONES="Excede Lista Nominal"), "CONTABILIZADA"),
        (renglon(2, LISTA_NOMINAL="50"), "CONTABILIZADA"),
        (renglon(2, CONTABILIZADA="-"), "CONTABILIZADA"),
        (renglon(2, TOTAL_VOTOS_CALCULADO="101"), "TOTAL_VOTOS_CALCULADO"),
        (renglon(1), "CLAVE_ACTA"),
    ],
)
def test_each_contradiction_is_said_with_its_line(fila: dict[str, str], campo: str, tmp_path: Path) -> None:
    una = comparada(derivar(tmp_path, renglon(1), fila, renglon(3)))
    assert campo in {c.campo for c in una.contradicciones if c.linea == 8}
    assert {c.linea for c in una.contradicciones} <= {8, 4}
    assert una.sin_explicar == 0


@pytest.mark.parametrize(("otra", "cuenta"), [("1", True), ("0", False)])
def test_illegible_and_blank_count_if_the_institute_did_so(otra: str, cuenta: bool, tmp_path: Path) -> None:
    mezcla = {"PAN": "Ilegible", "TOTAL_VOTOS_CALCULADO": "0", "OBSERVACIONES": "['Ilegible', 'Sin dato']"}
    filas = [sin_votos(renglon(s), "Sin dato") | mezcla for s in (1, 2)]
    filas[1]["CONTABILIZADA"] = otra
    derivado = derivar(tmp_path, *filas, renglon(3))
    assert derivado.informativo.parametros.mezcla_cuenta is cuenta
    assert [a.linea for a in comparada(derivado).actas_distintas] == ([] if cuenta else [7])


def test_tamaulipas_2023(datos: Callable[..., Path]) -> None:
    """Exact. It counts two actas without one readable quantity, against its own LEEME: listed."""
    derivado = derivar_proceso(leer([datos("tamps2023_ext_prep")]), 1000)
    assert derivado.cierre
    una = comparada(derivado)
    assert una.actas == 4778
    assert una.sin_explicar == 0
    assert {c.nombre: (c.publicado, c.calculado) for c in una.cifras if c.veredicto is not Veredicto.IGUAL} == {}
    assert len(una.cifras) == 13
    assert una.actas_distintas == []
    assert {c.clave_acta for c in una.contradicciones} == {"280677B01002", "281789B01002"}


@pytest.mark.parametrize(
    "elecciones", [("DIP_LOC",), pytest.param(("GUB", "DIP_LOC", "AYUN"), marks=pytest.mark.largo)]
)
def test_puebla_2018(datos: Callable[..., Path], elecciones: tuple[str, ...]) -> None:
    """22,642 actas: every figure equal but NO_CONTABILIZADAS, every acta but those with a total and no votes."""
    derivado = derivar_proceso([b for b in leer([datos("pue2018_prep")]) if b.eleccion in elecciones])
    assert derivado.boletas_especiales == 750
    assert not derivado.cierre
    calculadas = calcular(derivado, Guion(derivado).hechos())
    comparaciones = comparar(derivado, calculadas)
    actas = {"GUB": 7548, "DIP_LOC": 7547, "AYUN": 7547}
    assert {c.eleccion: c.actas for c in comparaciones} == {e: actas[e] for e in elecciones}
    for una in comparaciones:
        assert {c.nombre for c in una.cifras if c.veredicto is not Veredicto.IGUAL} == {"ACTAS_NO_CONTABILIZADAS"}
        assert una.sin_explicar == 0
        assert {a.campo for a in una.actas_distintas} == {"TOTAL_VOTOS_CALCULADO"}
    distintas = {
        "GUB": {"211293C010005": 350},
        "DIP_LOC": {"211924C010003": 484, "212115C010003": 425},
        "AYUN": {"210128C010002": 344},
    }
    for una in comparaciones:
        assert {a.clave_acta: a.publicado for a in una.actas_distintas} == distintas[una.eleccion]


def test_the_98_federal_cortes(datos: Callable[..., Path]) -> None:
    """Participation by our rule in every cut; the last one, which says so, counts special casillas."""
    with (datos("fed2018_prep_cuts") / "summary.csv").open(encoding="utf-8-sig") as archivo:
        cortes = list(csv.DictReader(archivo))
    assert len(cortes) == 98
    assert [c["corteEspeciales"] for c in cortes] == ["False"] * 97 + ["True"]
    for corte in cortes:
        total, lista = int(corte["total_votos"]), int(corte["ln_contabilizadas"])
        if corte["corteEspeciales"] == "False":
            total -= int(corte["votos_especiales"])
        calculada = porcentaje(total, lista)
        assert calculada is not None
        assert calculada == f"{corte['participacion']:0<7}"


# --- replay clock -----------------------------------------------------------------------------------------------------


def test_cortes_by_the_clock_of_the_night(tmp_path: Path) -> None:
    guion = Guion(derivar(tmp_path, renglon(1), renglon(2, FECHA_HORA_VERIFICACION="02/06/2024 22:10:00")))
    horas = [h.strftime("%H:%M") for h in horas_de_corte(guion, timedelta(minutes=60))]
    assert horas == ["21:00", "22:00", "23:00", "23:30"]
    assert len(horas_de_corte(guion, timedelta(minutes=15))) == 12

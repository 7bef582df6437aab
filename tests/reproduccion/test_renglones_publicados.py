"""What a row says, and what is not the source's fault when a row cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from fabrica_publicado import Base, base, guardar, renglon, replace, sin_votos

from prep.reproduccion import ErrorDeLectura, leer
from prep.reproduccion.calculo import calcular
from prep.reproduccion.comparar import ComparacionEleccion, Veredicto, comparar
from prep.reproduccion.derivar import Derivado, derivar_proceso
from prep.reproduccion.guion import Guion

GUBERNATURA = "JAL_GUB_2024.csv"


def derive(folder: Path, lo: Base, name: str = GUBERNATURA) -> Derivado:
    return derivar_proceso(leer([guardar(folder, lo, nombre=name)]), 1000)


def compared(derived: Derivado) -> ComparacionEleccion:
    (one,) = comparar(derived, calcular(derived, Guion(derived).hechos()))
    return one


def verdicts(one: ComparacionEleccion) -> dict[str, Veredicto]:
    return {c.nombre: c.veredicto for c in one.cifras}


def read(folder: Path, lo: Base, name: str = GUBERNATURA) -> tuple[Derivado, ComparacionEleccion]:
    derived = derive(folder, lo, name)
    return derived, compared(derived)


def blames_nobody(one: ComparacionEleccion) -> None:
    assert one.contradicciones == []
    assert one.actas_distintas == []
    assert set(verdicts(one).values()) <= {Veredicto.IGUAL, Veredicto.NO_LEIDA}


# --- which casilla ----------------------------------------------------------------------------------------------------

THREE = {
    "ACTAS_ESPERADAS": "3",
    "ACTAS_CAPTURADAS": "3",
    "ACTAS_CONTABILIZADAS": "3",
    "TOTAL_VOTOS_C_CS": "300",
    "LISTA_NOMINAL_ACTAS_CONTABILIZADAS": "1500",
}


def test_a_casilla_of_a_type_that_nobody_knows_keeps_its_key(tmp_path: Path) -> None:
    """Its acta was lost, and the source accused of the difference."""
    derived, one = read(tmp_path, base(renglon(1), renglon(2, "U"), renglon(3, "C"), **THREE))
    blames_nobody(one)
    assert set(verdicts(one).values()) == {Veredicto.IGUAL}
    (election,) = derived.proceso.elecciones
    assert [(a.clave, str(a.casilla.clave)) for a in election.actas][1] == ("140002U010001", "140002U0100")
    (said,) = derived.bases[0].base.anomalias
    assert (said.campo, said.mensaje[:3]) == ("TIPO_CASILLA", "«U»")


def test_of_a_type_that_nobody_knows_a_lista_of_0_is_none(tmp_path: Path) -> None:
    figures = THREE | {"LISTA_NOMINAL_ACTAS_CONTABILIZADAS": "1000"}
    derived, one = read(tmp_path, base(renglon(1), renglon(2, "U", LISTA_NOMINAL="0"), renglon(3, "C"), **figures))
    blames_nobody(one)
    assert [n for n, v in verdicts(one).items() if v is Veredicto.NO_LEIDA] == ["LISTA_NOMINAL_ACTAS_CONTABILIZADAS"]
    assert any(s.campo == "LISTA_NOMINAL" for s in derived.supuestos)


LOST = {"CLAVE_CASILLA": "sin clave", "CLAVE_ACTA": "", "TIPO_CASILLA": ""}


@pytest.mark.parametrize(
    "row",
    [
        renglon(2) | LOST,
        renglon(2) | LOST | {"TIPO_CASILLA": "Zona"},
        sin_votos(renglon(2) | LOST, "Ilegible", OBSERVACIONES="Todos los campos ilegibles"),
        sin_votos(renglon(2) | LOST, "-", CONTABILIZADA="-"),
    ],
)
def test_a_row_of_no_casilla_is_unread_and_accuses_nobody(row: dict[str, str], tmp_path: Path) -> None:
    """The figures of the header were explained by what the other rows add up to."""
    one = read(tmp_path, base(renglon(1), row, renglon(3), **THREE))[1]
    blames_nobody(one)
    assert {n for n, v in verdicts(one).items() if v is Veredicto.NO_LEIDA} == set(THREE)
    assert [(n.linea, n.clave_acta) for n in one.no_leidos] == [(8, "")]
    assert one.sin_explicar == len(THREE)


def test_nothing_is_explained_beside_a_row_of_no_casilla(tmp_path: Path) -> None:
    lie = renglon(3, CONTABILIZADA="0", OBSERVACIONES="Excede Lista Nominal")
    figures = {"ACTAS_CONTABILIZADAS": "1", "TOTAL_VOTOS_C_CS": "100"}
    assert set(verdicts(read(tmp_path, base(renglon(1), lie, **figures))[1]).values()) == {Veredicto.EXPLICADA}
    one = read(tmp_path, base(renglon(1), renglon(2) | LOST, lie, **figures))[1]
    assert set(verdicts(one).values()) == {Veredicto.NO_LEIDA}


def test_more_than_the_rows_of_no_casilla_can_hold_is_different(tmp_path: Path) -> None:
    one = read(tmp_path, base(renglon(1), renglon(2) | LOST, renglon(3), **THREE | {"ACTAS_CONTABILIZADAS": "9"}))[1]
    assert verdicts(one)["ACTAS_CONTABILIZADAS"] is Veredicto.DISTINTA


@pytest.mark.parametrize("pan", ["80", "10400"])
def test_a_line_of_totals_is_no_acta(pan: str, tmp_path: Path) -> None:
    doubled = {c: str(2 * int(v)) for c, v in renglon(1).items() if c in ("PRI", "MORENA", "PAN_PRI", "NULOS")}
    totals = dict.fromkeys(renglon(1), "") | doubled | {"PAN": pan, "NO_REGISTRADAS": "2", "CAND_IND_1": "0"}
    figures = {"ACTAS_ESPERADAS": "2", "TOTAL_VOTOS_C_CS": "250"}
    one = read(tmp_path, base(renglon(1), renglon(2), totals | {"CLAVE_CASILLA": "TOTAL"}, **figures))[1]
    assert one.no_leidos == []
    assert [c.campo for c in one.contradicciones] == ["TOTAL_VOTOS_C_CS"]


# --- whether an acta counts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["", "NULL", "NaN", "None", "#N/D", "N/A", "<NA>", "."])
def test_a_word_for_null_where_it_says_if_an_acta_counts_is_a_blank(cell: str, tmp_path: Path) -> None:
    """It was an acta that waits: its votes were lost, and the source accused of publishing them."""
    figures = {"ACTAS_ESPERADAS": "3", "ACTAS_CAPTURADAS": "2", "TOTAL_VOTOS_C_CS": "200"}
    waits = sin_votos(renglon(3), "", CONTABILIZADA=cell, TOTAL_VOTOS_CALCULADO="")
    one = read(tmp_path, base(renglon(1), renglon(2, CONTABILIZADA=cell), waits, **figures))[1]
    blames_nobody(one)
    assert set(verdicts(one).values()) == {Veredicto.IGUAL}


@pytest.mark.parametrize("cell", ["-", "--", "—", "−"])
def test_dashes_where_it_says_if_an_acta_counts_say_that_it_waits(cell: str, tmp_path: Path) -> None:
    one = read(tmp_path, base(renglon(1), renglon(2, CONTABILIZADA=cell), ACTAS_CAPTURADAS="1"))[1]
    assert verdicts(one) == {"ACTAS_CAPTURADAS": Veredicto.IGUAL}
    assert [(c.linea, c.campo) for c in one.contradicciones] == [(8, "CONTABILIZADA")]


# --- where it belongs -------------------------------------------------------------------------------------------------

DIPUTACION = "JAL_DIP_LOC_2024.csv"
NOWHERE = {"ID_DISTRITO_LOCAL": "N/A", "DISTRITO_LOCAL": "N/A", "SECCION": "N/A"}


@pytest.mark.parametrize(("name", "said"), [(DIPUTACION, [9]), (GUBERNATURA, [])])
def test_actas_of_no_place_among_others_with_one_are_said(name: str, said: list[int], tmp_path: Path) -> None:
    """They were one more contest, with its winner, and nothing said it."""
    rows = (renglon(1), renglon(2, distrito=2), renglon(0, "A") | NOWHERE, renglon(0, "P") | NOWHERE)
    derived = derive(tmp_path, base(*rows, ACTAS_ESPERADAS="4"), name)
    assert [s.linea for s in derived.supuestos if "nadie gana" in s.mensaje] == said
    assert sorted(derived.proceso.elecciones[0].demarcaciones) == [0, 1, 2]


FEDERAL, LOCAL = "ID_DISTRITO_FEDERAL", "ID_DISTRITO_LOCAL"


def with_districts(*names: str) -> Base:
    """Two local districts inside the seventh federal one, in columns of that order."""
    rows = [renglon(i, distrito=i, **{FEDERAL: 7, "DISTRITO_FEDERAL": "Séptimo", "ID_DISTRITO": 9}) for i in (1, 2)]
    lo = base(*rows, ACTAS_ESPERADAS="2")
    others = [c for c in lo.columnas if c not in (LOCAL, "DISTRITO_LOCAL")]
    return replace(lo, columnas=(*others[:4], *names, *others[4:]))


@pytest.mark.parametrize(
    ("columns", "name", "places"),
    [
        ((FEDERAL, LOCAL), DIPUTACION, {1: "Distrito 1", 2: "Distrito 2"}),
        ((LOCAL, FEDERAL), DIPUTACION, {1: "Distrito 1", 2: "Distrito 2"}),
        ((FEDERAL, "DISTRITO_FEDERAL", LOCAL), DIPUTACION, {1: "Distrito 1", 2: "Distrito 2"}),
        ((FEDERAL, "ID_DISTRITO"), DIPUTACION, {9: "Distrito 9"}),
        ((LOCAL, FEDERAL), "DIP_FED_2024.csv", {7: "Distrito 7"}),
        ((LOCAL, "DISTRITO_LOCAL", FEDERAL, "DISTRITO_FEDERAL"), "DIP_FED_2024.csv", {7: "Séptimo"}),
        ((FEDERAL, LOCAL), "SENADURIAS_2024.csv", {7: "Distrito 7"}),
        ((FEDERAL, LOCAL), GUBERNATURA, {1: "Distrito 1", 2: "Distrito 2"}),
    ],
)
def test_the_election_says_whether_districts_are_federal_or_local(
    columns: tuple[str, ...], name: str, places: dict[int, str], tmp_path: Path
) -> None:
    """The first column won, whatever was elected."""
    derived = derive(tmp_path, with_districts(*columns), name)
    (election,) = derived.proceso.elecciones
    assert {id_: d.nombre for id_, d in election.demarcaciones.items()} == places
    assert any("no se usa" in a.mensaje for a in derived.bases[0].base.anomalias)


@pytest.mark.parametrize(("column", "name"), [(FEDERAL, DIPUTACION), (LOCAL, "DIP_FED_2024.csv")])
def test_districts_that_are_not_those_of_the_election_are_said(column: str, name: str, tmp_path: Path) -> None:
    lo = with_districts(column)
    assert [a.campo for a in derive(tmp_path, lo, name).bases[0].base.anomalias] == [column]
    assert derive(tmp_path, lo, GUBERNATURA).bases[0].base.anomalias == []


def test_presidencias_de_comunidad_are_refused(tmp_path: Path) -> None:
    """They were one contest of the whole state."""
    with pytest.raises(ErrorDeLectura, match=r"PRES_COM_2021\.csv: es de presidencias de comunidad"):
        leer([guardar(tmp_path, base(renglon(1), ACTAS_ESPERADAS="1"), nombre="TLAX_PRES_COM_2021.csv")])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("X_2024.csv", ["en cada distrito se elige"]),
        ("JUNTAS_2024.csv", ["junta municipal", "por los lugares que sí dice"]),
        (DIPUTACION, []),
        (GUBERNATURA, []),
    ],
)
def test_who_is_elected_by_whom_is_said_where_it_is_not_known(name: str, words: list[str], tmp_path: Path) -> None:
    lo = base(renglon(1), renglon(2, distrito=2), ACTAS_ESPERADAS="2")
    supposed = derive(tmp_path, replace(lo, titulos=("PREP", lo.titulos[1])), name).supuestos
    assert len(supposed) == len(words)
    assert all(w in s.mensaje for w, s in zip(words, supposed, strict=True))


# --- the bound of an acta ---------------------------------------------------------------------------------------------

NO_LISTA = {"LISTA_NOMINAL": "0", "REPRESENTANTES_PP_CI": "0"}


@pytest.mark.parametrize("kind", ["A", "P", "V", "M"])
def test_of_a_vote_by_a_route_of_its_own_a_lista_of_0_is_none(kind: str, tmp_path: Path) -> None:
    """Its acta did not count, and the source was accused of counting it."""
    figures = {"ACTAS_CONTABILIZADAS": "2", "TOTAL_VOTOS_C_CS": "200", "LISTA_NOMINAL_ACTAS_CONTABILIZADAS": "500"}
    one = read(tmp_path, base(renglon(1), renglon(0, kind) | NO_LISTA, **figures))[1]
    blames_nobody(one)
    assert set(verdicts(one).values()) == {Veredicto.IGUAL}


@pytest.mark.parametrize("kind", ["A", "P", "V", "M"])
def test_a_vote_by_a_route_of_its_own_that_the_source_says_exceeds_its_lista(kind: str, tmp_path: Path) -> None:
    figures = {"ACTAS_CONTABILIZADAS": "1", "ACTAS_NO_CONTABILIZADAS": "1", "TOTAL_VOTOS_C_CS": "100"}
    over = renglon(0, kind, CONTABILIZADA="0", OBSERVACIONES="Excede Lista Nominal") | NO_LISTA
    one = read(tmp_path, base(renglon(1), over, **figures))[1]
    blames_nobody(one)
    assert set(verdicts(one).values()) == {Veredicto.IGUAL}


# --- what the file does not list --------------------------------------------------------------------------------------

ONLY_CAPTURED = {
    "ACTAS_ESPERADAS": "5",
    "ACTAS_CAPTURADAS": "2",
    "PORCENTAJE_ACTAS_CAPTURADAS": "40.0000",
    "ACTAS_CONTABILIZADAS": "2",
    "PORCENTAJE_ACTAS_CONTABILIZADAS": "40.0000",
    "TOTAL_VOTOS_C_CS": "200",
}


def test_a_file_of_captured_actas_does_not_contradict_those_expected(tmp_path: Path) -> None:
    """What is expected was explained by its own rows."""
    one = read(tmp_path, base(renglon(1), renglon(2), **ONLY_CAPTURED))[1]
    blames_nobody(one)
    unread = [n for n, v in verdicts(one).items() if v is Veredicto.NO_LEIDA]
    assert unread == ["ACTAS_ESPERADAS", "PORCENTAJE_ACTAS_CAPTURADAS", "PORCENTAJE_ACTAS_CONTABILIZADAS"]
    (said,) = one.no_leidos
    assert (said.linea, "las 3 que faltan" in said.texto) == (4, True)


@pytest.mark.parametrize(
    ("rows", "figures"),
    [
        ((renglon(1), sin_votos(renglon(2), "-", CONTABILIZADA="-", TOTAL_VOTOS_CALCULADO="-")), {}),
        ((renglon(1), renglon(2)), {"ACTAS_CAPTURADAS": "3"}),
        ((renglon(1), renglon(2)), {"ACTAS_ESPERADAS": "1"}),
        ((renglon(1), renglon(2)), {"PORCENTAJE_ACTAS_CAPTURADAS": "100.0000"}),
    ],
)
def test_a_file_that_lists_others_contradicts_itself(
    rows: tuple[dict[str, str], ...], figures: dict[str, str], tmp_path: Path
) -> None:
    one = read(tmp_path, base(*rows, **ONLY_CAPTURED | figures))[1]
    assert "ACTAS_ESPERADAS" in [c.campo for c in one.contradicciones]
    assert one.no_leidos == []


# --- which total it is ------------------------------------------------------------------------------------------------


def with_one_total(wrong: int, header: str, name: str = "TOTAL_VOTOS") -> Base:
    """Five actas of 100 votes, some of which say 102, and no other total."""
    rows = [renglon(i, **{name: 102 if i <= wrong else 100}) for i in range(1, 6)]
    lo = base(*rows, ACTAS_ESPERADAS="5", TOTAL_VOTOS_C_CS=header)
    others = [name if c == "TOTAL_VOTOS_ASENTADO" else c for c in lo.columnas if c != "TOTAL_VOTOS_CALCULADO"]
    return replace(lo, columnas=tuple(others))


@pytest.mark.parametrize(("wrong", "header"), [(3, "500"), (1, "500"), (3, ""), (3, "777")])
def test_a_written_total_accuses_nobody(wrong: int, header: str, tmp_path: Path) -> None:
    """It was taken as the sum, and the rows in which it is not were accused."""
    derived, one = read(tmp_path, with_one_total(wrong, header))
    assert (one.actas_distintas, [c for c in one.contradicciones if c.clave_acta]) == ([], [])
    (published,) = [d.base for d in derived.bases]
    assert [r.totales["total_asentado"] for r in published.renglones] == [102] * wrong + [100] * (5 - wrong)
    assert [a.campo for a in published.anomalias] == ["TOTAL_VOTOS"]


@pytest.mark.parametrize(("wrong", "header"), [(3, "506"), (1, ""), (1, "777"), (0, "500")])
def test_a_total_that_rows_or_header_add_up_to_is_the_sum(wrong: int, header: str, tmp_path: Path) -> None:
    derived, one = read(tmp_path, with_one_total(wrong, header, "SUMA"))
    assert len([c for c in one.contradicciones if c.campo == "TOTAL_VOTOS_CALCULADO"]) == wrong
    assert derived.bases[0].base.anomalias == []

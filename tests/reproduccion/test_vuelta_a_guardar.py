"""A good base saved again by a spreadsheet or a data library gives the same figures, or is refused by name."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from fabrica_publicado import ANTES, DESPUES, VOTOS, renglon, sin_votos
from hypothesis import given
from hypothesis import strategies as st

from prep.reproduccion import ErrorDeLectura, leer
from prep.reproduccion.calculo import calcular
from prep.reproduccion.comparar import Veredicto, comparar
from prep.reproduccion.derivar import derivar_proceso
from prep.reproduccion.guion import Guion

Row = dict[str, str]
Change = Callable[[str], str]

NUMBERS = (*VOTOS, "TOTAL_VOTOS_ASENTADO", "TOTAL_VOTOS_CALCULADO", "LISTA_NOMINAL", "REPRESENTANTES_PP_CI")
CODES = ("ID_ENTIDAD", "ID_DISTRITO_LOCAL", "SECCION", "ID_CASILLA", "EXT_CONTIGUA", "UBICACION_CASILLA", "TIPO_ACTA")
FLAGS = ("CONTABILIZADA", "COTEJADA")
TIMES = ("FECHA_HORA_ACOPIO", "FECHA_HORA_CAPTURA", "FECHA_HORA_VERIFICACION")


# --- good bases -------------------------------------------------------------------------------------------------------


def counted(section: int, kind: str, votes: tuple[int, ...]) -> Row:
    total = str(sum(votes))
    said = {
        "TOTAL_VOTOS_CALCULADO": total,
        "TOTAL_VOTOS_ASENTADO": total,
        "LISTA_NOMINAL": "0" if kind == "S" else "9999",
    }
    return renglon(section, kind, 1, section % 2 + 1) | dict(zip(VOTOS, map(str, votes), strict=True)) | said


def other(section: int, what: str) -> Row:
    row = renglon(section, distrito=section % 2 + 1)
    nothing = {"TOTAL_VOTOS_CALCULADO": "0", "TOTAL_VOTOS_ASENTADO": "0", "CONTABILIZADA": "0"}
    if what == "excede":
        return row | {"LISTA_NOMINAL": "50", "OBSERVACIONES": "Excede Lista Nominal", "CONTABILIZADA": "0"}
    if what == "ilegible":
        return row | {"PAN": "Ilegible", "TOTAL_VOTOS_CALCULADO": "60", "OBSERVACIONES": "Ilegible"}
    if what == "todos":
        return sin_votos(row, "Ilegible", OBSERVACIONES="Todos los campos ilegibles", **nothing)
    if what == "sin acta":
        return sin_votos(row, "", OBSERVACIONES="Sin acta(2)", **nothing)
    return sin_votos(row, "-", CONTABILIZADA="-", TOTAL_VOTOS_CALCULADO="-", TOTAL_VOTOS_ASENTADO="-")


OTHERS = ("excede", "ilegible", "todos", "sin acta", "pendiente")
votes = st.tuples(*[st.integers(0, 140)] * len(VOTOS)).filter(lambda v: v[0] > 0 and v[1] > 0)
rows = st.lists(
    st.one_of(st.tuples(st.sampled_from("BCES"), votes), st.sampled_from(OTHERS)), min_size=1, max_size=7
).map(lambda made: [counted(i, *m) if isinstance(m, tuple) else other(i, m) for i, m in enumerate(made, 1)])


def header(base: list[Row]) -> Row:
    """The thirteen figures, counted here by the words of the rows."""
    captured = [r for r in base if r["CONTABILIZADA"] != "-"]
    in_ = [r for r in captured if r["CONTABILIZADA"] == "1"]
    odd = [r for r in captured if r["OBSERVACIONES"] and "Sin acta" not in r["OBSERVACIONES"]]
    total = sum(int(r["TOTAL_VOTOS_CALCULADO"]) for r in in_)
    special = sum(int(r["TOTAL_VOTOS_CALCULADO"]) for r in in_ if r["TIPO_CASILLA"] == "S")
    nominal = sum(int(r["LISTA_NOMINAL"]) for r in in_)

    def percentage(part: int, whole: int) -> str:
        return f"{part * 100 // whole}.{part * 1000000 // whole % 10000:04d}" if whole else "0.0000"

    return {
        "ACTAS_ESPERADAS": str(len(base)),
        "ACTAS_REGISTRADAS": str(len(captured)),
        "ACTAS_FUERA_CATALOGO": "0",
        "ACTAS_CAPTURADAS": str(len(captured)),
        "PORCENTAJE_ACTAS_CAPTURADAS": percentage(len(captured), len(base)),
        "ACTAS_CONTABILIZADAS": str(len(in_)),
        "PORCENTAJE_ACTAS_CONTABILIZADAS": percentage(len(in_), len(base)),
        "PORCENTAJE_ACTAS_INCONSISTENCIAS": percentage(len(odd), len(base)),
        "ACTAS_NO_CONTABILIZADAS": str(len(captured) - len(in_)),
        "LISTA_NOMINAL_ACTAS_CONTABILIZADAS": str(nominal),
        "TOTAL_VOTOS_C_CS": str(total),
        "TOTAL_VOTOS_S_CS": str(total - special),
        "PORCENTAJE_PARTICIPACION_CIUDADANA": percentage(total - special, nominal),
    }


# --- ways of saving again ---------------------------------------------------------------------------------------------


def scientific(cell: str) -> str:
    """As a spreadsheet shows a number with two decimals and an exponent."""
    return f"{int(cell):.2E}" if cell.isdigit() and len(cell.lstrip("0")) <= 3 else cell


NUMBER_WAYS: dict[str, Change] = {
    "as they are": lambda c: c,
    "floats": lambda c: f"{int(c)}.0" if c.isdigit() else c,
    "scientific": scientific,
    "thousands": lambda c: f"{int(c):,}" if c.isdigit() else c,
    "thousands with a point": lambda c: f"{int(c):,}".replace(",", ".") if c.isdigit() and not c.endswith("000") else c,
    "formula": lambda c: f'="{c}"' if c.isdigit() else c,
}
FLAG_WAYS: dict[str, Change] = {
    "as they are": lambda c: c,
    "floats": lambda c: f"{c}.0" if c.isdigit() else c,
}
CODE_WAYS: dict[str, Change] = {
    "as they are": lambda c: c,
    "without zeros": lambda c: str(int(c)) if c.isdigit() else c,
    "floats": lambda c: f"{int(c)}.0" if c.isdigit() else c,
    "text": lambda c: f"'{c}",
}
TEXT_WAYS: dict[str, Change] = {"as they are": lambda c: c, "upper": str.upper, "lower": str.lower}
HOLE_WAYS = ("", "nan", "NaN", "NULL", "null", "None", "<NA>", "#N/A")


def at(form: str) -> Change:
    def change(cell: str) -> str:
        return datetime.strptime(cell, "%d/%m/%Y %H:%M:%S").strftime(form) if cell else cell

    return change


def serial(cell: str) -> str:
    when = datetime.strptime(cell, "%d/%m/%Y %H:%M:%S") - datetime(1899, 12, 30)
    return f"{when.total_seconds() / 86_400:.10f}"


TIME_WAYS: dict[str, Change] = {
    "as they are": lambda c: c,
    "ISO": at("%Y-%m-%d %H:%M:%S"),
    "month first": at("%m/%d/%Y %H:%M"),
    "ISO with the month taken for the day": at("%Y-%d-%m %H:%M:%S"),
    "serial": serial,
    "with its zone": lambda c: f"{c} (UTC-6)",
}


def eaten_key(cell: str) -> str:
    """A spreadsheet takes the key of an extraordinaria, 140101E0100, for a number."""
    return f"{float(cell):.2E}" if cell[6:7] == "E" and float(cell) < 1e308 else cell


@dataclass(frozen=True)
class Saved:
    """How it was saved again."""

    encoding: str
    separator: str
    end: str
    quoting: int
    numbers: str
    flags: str
    codes: str
    texts: str
    times: str
    hole: str
    eats_keys: bool
    trims_percentages: bool
    index: bool
    names_in_lower_case: bool
    order: int


saved = st.builds(
    Saved,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    numbers=st.sampled_from(list(NUMBER_WAYS)),
    flags=st.sampled_from(list(FLAG_WAYS)),
    codes=st.sampled_from(list(CODE_WAYS)),
    texts=st.sampled_from(list(TEXT_WAYS)),
    times=st.sampled_from(list(TIME_WAYS)),
    hole=st.sampled_from(HOLE_WAYS),
    eats_keys=st.booleans(),
    trims_percentages=st.booleans(),
    index=st.booleans(),
    names_in_lower_case=st.booleans(),
    order=st.integers(0, 5),
)
ORDERS: list[Callable[[list[str]], list[str]]] = [
    list,
    list,
    list,
    sorted,
    lambda c: c[::-1],
    lambda c: sorted(c)[::-1],
]


def save(base: list[Row], how: Saved) -> bytes:
    def cell(column: str, value: str) -> str:
        if value == "" and how.hole and column != "OBSERVACIONES":
            return how.hole
        if column in ("CLAVE_CASILLA", "CLAVE_ACTA"):
            return eaten_key(value) if how.eats_keys else value
        for columns, ways, way in (
            (NUMBERS, NUMBER_WAYS, how.numbers),
            (FLAGS, FLAG_WAYS, how.flags),
            (CODES, CODE_WAYS, how.codes),
            (TIMES, TIME_WAYS, how.times),
        ):
            if column in columns:
                return ways[way](value) if value not in ("", "-", "Ilegible") else TEXT_WAYS[how.texts](value)
        return TEXT_WAYS[how.texts](value) if column != "CODIGO_INTEGRIDAD" else value

    columns = ORDERS[how.order]([*ANTES, *VOTOS, *DESPUES])
    figures = header(base)
    if how.trims_percentages:
        figures = {n: v.rstrip("0").rstrip(".") if "." in v else v for n, v in figures.items()}
    text = io.StringIO()
    writer = csv.writer(text, delimiter=how.separator, lineterminator=how.end, quoting=how.quoting)  # type: ignore[arg-type]
    writer.writerows([["GUBERNATURA"], ["02/06/2024 23:30 (UTC-6)"], list(figures), list(figures.values())])
    names = [c.lower() for c in columns] if how.names_in_lower_case else columns
    writer.writerow(["", *names] if how.index else names)
    for i, row in enumerate(base):
        writer.writerow([*([str(i)] if how.index else []), *(cell(c, row[c]) for c in columns)])
    return text.getvalue().encode(how.encoding)


@given(base=rows, how=saved)
def test_saved_again_it_gives_the_same_figures_or_is_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, base: list[Row], how: Saved
) -> None:
    file = tmp_path_factory.mktemp("b") / "JAL_GUB_2024.csv"
    file.write_bytes(save(base, how))
    try:
        derived = derivar_proceso(leer([file]), 1000)
    except ErrorDeLectura as refusal:
        assert "JAL_GUB_2024.csv" in str(refusal)
        assert how.order > 2  # only the order of the columns may take away which of them are votes
        return
    guion = Guion(derived)
    (one,) = comparar(derived, calcular(derived, guion.hechos()))
    assert one.no_leidos == []
    assert len(one.cifras) == 13
    assert [(c.nombre, c.publicado, c.calculado) for c in one.cifras if c.veredicto is not Veredicto.IGUAL] == []
    assert (one.actas_distintas, one.contradicciones) == ([], [])
    assert one.actas == len(base)
    assert {m for m in guion.anomalias if "fuera de la noche" in m.mensaje} == set()


def test_what_it_says_when_it_is_refused(tmp_path: Path) -> None:
    """Nothing adds up and the vote columns are not together: nobody can tell which they are."""
    how = Saved("utf-8", ",", "\n", csv.QUOTE_MINIMAL, *["as they are"] * 5, "", *[False] * 4, 3)
    file = tmp_path / "JAL_GUB_2024.csv"
    file.write_bytes(save([counted(1, "B", (40, 30, 43, 5, 0, 1, 4))], how).replace(b"123", b""))
    with pytest.raises(ErrorDeLectura, match="no se distinguen las columnas de votos"):
        leer([file])

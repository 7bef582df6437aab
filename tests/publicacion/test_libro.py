"""The workbook says what it was given, whatever the texts: read back by openpyxl."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from prep.publicacion.libro import libro, renglones
from prep.publicacion.paquete import bloque

HORA = datetime(2027, 6, 6, 20, tzinfo=UTC)


def celdas_de(*filas: list[int | str], hojas: int = 1) -> list[list[object]]:
    texto = renglones(filas, 1)
    datos = libro({f"H{n}": [(texto, bloque(texto))] for n in range(1, hojas + 1)}, HORA)
    abierto = openpyxl.load_workbook(io.BytesIO(datos))
    assert abierto.sheetnames == [f"H{n}" for n in range(1, hojas + 1)]
    return [[c.value for c in fila] for fila in abierto[f"H{hojas}"].iter_rows()]


@pytest.mark.parametrize(
    ("dado", "leido"),
    [
        (0, 0),
        (9999, 9999),
        (10**15 + 1, "1000000000000001"),
        ("", None),
        ("7", 7),
        ("007", "007"),
        ("123456789", "123456789"),
        ("\u0663", "\u0663"),
        ("=1+1", "=1+1"),
        ("<b>&\"'</b>", "<b>&\"'</b>"),
        ("  dos ", "  dos "),
        ("un\x07timbre", "un\ufffdtimbre"),
        ("Ñandú 𝄞", "Ñandú 𝄞"),
    ],
)
def test_each_cell_says_what_it_was_given(dado: int | str, leido: object) -> None:
    assert celdas_de(["antes", dado, "después"]) == [["antes", leido, "después"]]


def test_rows_and_sheets_stay_in_their_place() -> None:
    assert celdas_de(["a"], [], ["", "b", 3], hojas=3) == [["a", None, None], [None, None, None], [None, "b", 3]]


def test_the_same_rows_in_other_stretches_are_the_same_sheet() -> None:
    una, otra = renglones([["a", 1]], 1), renglones([["b", 2]], 2)
    juntas = libro({"H": [(una + otra, bloque(una + otra))]}, HORA)
    aparte = libro({"H": [(una, bloque(una)), (otra, bloque(otra))]}, HORA)
    hojas = [openpyxl.load_workbook(io.BytesIO(datos))["H"] for datos in (juntas, aparte)]
    assert [[c.value for c in f] for f in hojas[0].iter_rows()] == [[c.value for c in f] for f in hojas[1].iter_rows()]

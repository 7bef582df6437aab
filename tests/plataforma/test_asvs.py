"""docs/asvs.md: every requirement of levels 1 and 2 once, and every file and test that it names is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

RAIZ = Path(__file__).resolve().parents[2]
PAGINA = (RAIZ / "docs" / "asvs.md").read_text("utf-8")
SECCIONES = {
    "1": (2, 9, 11, 3, 2), "2": (3, 3, 4, 1), "3": (0, 2, 4, 6, 5, 0, 2), "4": (3, 1, 2, 4), "5": (1, 3, 2, 3),
    "6": (3, 12, 4, 4, 5, 3, 0, 4), "7": (3, 4, 2, 5, 2, 2), "8": (2, 3, 1, 1), "9": (3, 4),
    "10": (2, 2, 4, 11, 5, 2, 3), "11": (2, 3, 3, 4, 1, 1), "12": (3, 2, 4), "13": (1, 5, 2, 5), "14": (2, 4, 3),
    "15": (3, 3, 7), "16": (1, 5, 4, 3, 3), "17": (1, 4, 2),
}  # fmt: skip
"""Of ASVS 5.0.0, by chapter: how many requirements of levels 1 and 2 each section has; they come first and in order."""
PIDE = {f"{c}.{s}.{n}" for c, cuantas in SECCIONES.items() for s, k in enumerate(cuantas, 1) for n in range(1, k + 1)}
ESTADOS = ("yes", "part", "no", "n/a")


def filas() -> list[tuple[list[str], str, str, str, str]]:
    """(ids, state, how, where, test) of each row of a table of requirements."""
    halladas = []
    for renglon in PAGINA.splitlines():
        celdas = [c.strip() for c in renglon.strip("|").split("|")]
        if len(celdas) == 5 and celdas[1] in ESTADOS:
            halladas.append((celdas[0].split(", "), *celdas[1:]))
    return halladas


@cache
def pruebas_de(archivo: str) -> set[str]:
    return {f.name for f in ast.parse((RAIZ / archivo).read_text("utf-8")).body if isinstance(f, ast.FunctionDef)}


def test_every_requirement_of_level_two_is_there_once() -> None:
    assert len(PIDE) == 253
    dichos = Counter(
        i for ids, *_ in filas() for i in ids if re.fullmatch(r"[0-9.]+", i) and not ids[0].startswith("L3")
    )
    assert [i for i, n in dichos.items() if n > 1] == []
    assert sorted(PIDE - dichos.keys()) == [] and sorted(dichos.keys() - PIDE) == []


def test_the_counts_are_those_of_the_table() -> None:
    cuentas = Counter(estado for ids, estado, *_ in filas() if not ids[0].startswith("L3") for _ in ids)
    dicho = ", ".join(f"{cuentas[e]} {e}" for e in ESTADOS)
    assert f"Of the 253: {dicho}." in PAGINA, dicho


def test_what_is_met_says_where_and_its_test_exists() -> None:
    for ids, estado, como, donde, prueba in filas():
        assert como, ids
        if estado == "yes":
            assert donde or "below" in como, f"{ids}: does not say where"
        for ruta in re.findall(r"`((?:src|herramientas|tests)/[\w./-]+|pyproject\.toml)`", donde):
            assert (RAIZ / ruta).exists(), f"{ids}: {ruta}"
        for archivo, nombre in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", prueba):
            assert (RAIZ / archivo).is_file(), f"{ids}: {archivo}"
            assert not nombre or nombre in pruebas_de(archivo), f"{ids}: {archivo}::{nombre}"
        assert not prueba or "`tests/" in prueba, f"{ids}: {prueba}"

"""The command speaks Spanish, also where Typer speaks for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from semillero import Semillero


def test_the_help_is_in_spanish(tmp_path: Path, semillero: Semillero) -> None:
    codigo, dicho = semillero.correr(["--help"], tmp_path, dict(os.environ))
    assert codigo == 0
    for frase in ("Uso: prep", "Opciones", "Órdenes", "Muestra esta ayuda."):
        assert frase in dicho
    for palabra in ("Usage", "Options", "Commands", "Show this"):
        assert palabra not in dicho


def test_paragraphs_of_the_help_are_as_wide_as_the_terminal(tmp_path: Path, semillero: Semillero) -> None:
    _, dicho = semillero.correr(["reproducir", "--help"], tmp_path, {**os.environ, "COLUMNS": "80"})
    assert " los pasa por la bitácora, publica cortes, comprueba lo que publicó y escribe " in dicho


@pytest.mark.parametrize(
    ("argumentos", "frase"),
    [
        (["inventada"], "No existe la orden 'inventada'."),
        (["--inventada"], "No existe la opción --inventada"),
        (["bitacora", "importar"], "Falta el argumento"),
        (["bitacora", "importar", "no-existe.jsonl"], "no existe «no-existe.jsonl»."),
        (["postgres", "estado", "algo"], "Sobran argumentos: algo."),
        (["reproducir", "a.csv"], "Falta la opción '--salida'"),
        (["reproducir", "--cada"], "La opción '--cada' necesita un valor."),
        (["reproducir", "a.csv", "--salida", "b", "--cada", "dos"], "'--cada': debe ser un número entero."),
        (["reproducir", "a.csv", "--salida", "b", "--cada", "0"], "'--cada': debe ser 1 o más."),
    ],
)
def test_usage_errors_are_in_spanish(argumentos: list[str], frase: str, tmp_path: Path, semillero: Semillero) -> None:
    codigo, dicho = semillero.correr(argumentos, tmp_path, dict(os.environ))
    assert codigo == 2
    assert frase in " ".join(dicho.replace("│", " ").split())

"""The command speaks Spanish, also where Typer speaks for it."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from prep.plataforma.idioma import a_las, hora
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


@pytest.mark.parametrize(
    ("cuando", "sola", "en_frase"),
    [
        ("2027-06-07T02:10-06:00", "02:10", "a las 02:10"),
        ("2027-06-08T02:08-06:00", "mañana 02:08", "mañana 02:08"),
        ("2027-06-08T05:50Z", "ayer 23:50", "ayer 23:50"),
        ("2027-06-09T20:15-06:00", "09/06 20:15", "el 09/06 20:15"),
    ],
)
def test_an_hour_of_another_day_says_which(cuando: str, sola: str, en_frase: str) -> None:
    ahora = datetime.fromisoformat("2027-06-07T02:10-06:00")
    if sola.startswith("ayer"):
        ahora += timedelta(days=1)
    dicha = datetime.fromisoformat(cuando)
    assert (hora(dicha, ahora), a_las(dicha, ahora)) == (sola, en_frase)

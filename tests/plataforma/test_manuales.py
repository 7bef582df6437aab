"""Every `prep …` that a manual tells people to type is a command that exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import typer.main

from prep.cli import app

RAIZ = Path(__file__).resolve().parents[2]
PAGINAS = [RAIZ / "README.md", *sorted((RAIZ / "docs").glob("*.md"))]
ORDEN = re.compile(r"(?:^|[`(\s/])prep((?: [a-z][a-z-]*(?![\w./:-]))+)", re.MULTILINE)


def ordenes(texto: str) -> list[list[str]]:
    """The words after `prep` inside code, up to the first that is not a plain word."""
    codigo = re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", texto, re.DOTALL)
    return [m.split() for bloque in codigo for m in ORDEN.findall("".join(bloque))]


@pytest.mark.parametrize("pagina", PAGINAS, ids=lambda p: p.name)
def test_las_ordenes_existen(pagina: Path) -> None:
    raiz = typer.main.get_command(app)
    for palabras in ordenes(pagina.read_text("utf-8")):
        orden: click.Command = raiz
        for palabra in palabras:
            if not isinstance(orden, click.Group):
                break
            siguiente = orden.commands.get(palabra)
            assert siguiente is not None, f"{pagina.name}: «prep {' '.join(palabras)}» no existe"
            orden = siguiente


def test_se_encuentran_ordenes() -> None:
    assert ["operacion", "ceros"] in ordenes((RAIZ / "docs" / "manual_operacion.md").read_text("utf-8"))

"""The parts of `prep bench` that prove something of what they measure."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CADENA = """
from prep.bench import escritorios
escritorios.en_cadena(clientes=3, actas=4, casillas=60)
"""
VUELTA = """
from prep.bench import reconexion
reconexion.medir()
"""


@pytest.mark.largo
@pytest.mark.parametrize(
    ("corta", "dichos"),
    [
        (CADENA, ("actas por segundo", "peticiones por acta", "está en la bitácora, una vez")),
        (VUELTA, ("200 imágenes de 2 nodos, con recibo", "con sus hechos, por capturar")),
    ],
    ids=["desks", "nodes that come back"],
)
def test_what_the_bench_was_told_done_is_found_in_the_bitacora(corta: str, dichos: tuple[str, ...]) -> None:
    """Of a tiny night in a process of its own, with a server as people run it; the figures are nobody's business."""
    limpio = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "PREP_DATOS_DIR")}
    limpio |= {"COLUMNS": "200", "PREP_BENCH_NODOS": "2"}
    hecho = subprocess.run([sys.executable, "-c", corta], env=limpio, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    assert all(dicho in hecho.stdout for dicho in dichos)

"""The parts of `prep bench` that prove something of what they measure."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CORTA = """
from prep.bench import escritorios
escritorios.en_cadena(clientes=3, actas=4, casillas=60)
"""


@pytest.mark.largo
def test_what_the_desks_of_the_bench_were_told_done_is_found_in_the_bitacora() -> None:
    """Of a tiny night in a process of its own, with a server as people run it; the figures are nobody's business."""
    limpio = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "PREP_DATOS_DIR")}
    hecho = subprocess.run(
        [sys.executable, "-c", CORTA], env=limpio | {"COLUMNS": "200"}, capture_output=True, text=True, timeout=180
    )
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    assert "actas por segundo" in hecho.stdout and "peticiones por acta" in hecho.stdout
    assert "está en la bitácora, una vez" in hecho.stdout

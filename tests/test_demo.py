"""The whole chain, as a newcomer runs it: paper, pictures, facts, cortes, closing, comparison with the truth."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def carpeta() -> Iterator[Path]:
    """A folder that PostgreSQL's user can enter when we are root."""
    carpeta = Path(tempfile.mkdtemp(prefix="prep-demo-"))
    carpeta.chmod(0o711)
    yield carpeta
    shutil.rmtree(carpeta, ignore_errors=True)


@pytest.mark.timeout(1200)
def test_una_noche_entera(carpeta: Path) -> None:
    """`prep demo --salir` ends with 0 only when every figure equals the truth and a stranger's check agrees."""
    entorno = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "PREP_DATOS_DIR")}
    hecho = subprocess.run(
        [sys.executable, "-m", "prep", "demo", "--salir", "--puerto", "0"],
        env=entorno | {"PREP_DATOS_DIR": str(carpeta), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    assert hecho.stdout.count("igual") == 3
    assert "Verificación independiente: CORRECTO" in hecho.stdout
    publicacion = carpeta / "demo" / "publicacion"
    assert len(list((publicacion / "cortes").iterdir())) == 14
    assert len(list((publicacion / "imagenes").rglob("*.jpg"))) > 150

"""Where a running system keeps things: ``PREP_DATOS_DIR``, else ``datos/`` in the checkout or the current folder."""

from __future__ import annotations

import os
from pathlib import Path


def dir_datos() -> Path:
    """Asked each time: a command may choose another folder for what it starts."""
    if elegida := os.environ.get("PREP_DATOS_DIR"):
        return Path(elegida).absolute()
    fuente = Path(__file__).resolve().parents[3]
    return (fuente if (fuente / "pyproject.toml").exists() else Path.cwd()) / "datos"


def dir_postgres() -> Path:
    return dir_datos() / "postgres"

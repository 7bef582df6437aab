"""Where a running system keeps things: ``PREP_DATOS_DIR``, else ``datos/`` in the checkout or the current folder."""

from __future__ import annotations

import os
from pathlib import Path

_FUENTE = Path(__file__).resolve().parents[3]
RAIZ = _FUENTE if (_FUENTE / "pyproject.toml").exists() else Path.cwd()
DIR_DATOS = Path(os.environ.get("PREP_DATOS_DIR") or RAIZ / "datos").absolute()
DIR_POSTGRES = DIR_DATOS / "postgres"

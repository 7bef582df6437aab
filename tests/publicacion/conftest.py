from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def escena(bitacora_nueva: Callable[[], Any], tmp_path: Path) -> Any:
    from escena import Escena

    return Escena(tmp_path / "publicacion")

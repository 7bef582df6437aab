from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def sede(bitacora_nueva: Callable[[], Any], tmp_path: Path) -> Any:
    from instalada import instalar

    return instalar(tmp_path)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def nodo(bitacora_nueva: Callable[[], Any]) -> Any:
    """The node `central`, on an empty bitácora."""
    from escritos import fundar

    return fundar()

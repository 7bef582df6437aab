from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def papeles(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Four actas of a process of demonstration, filled and photographed for real."""
    from noche_leida import Papeles

    return Papeles(tmp_path_factory.mktemp("evidencia"))


@pytest.fixture
def noche_leida(bitacora_nueva: Callable[[], Any]) -> Any:
    """An empty night on the node `central`."""
    from noche_leida import NocheLeida

    return NocheLeida()

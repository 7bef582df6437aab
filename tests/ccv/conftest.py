from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from centro import Centro


@pytest.fixture
def centro(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centro]:
    from centro import Centro

    from prep.ccv import oficina

    uno = Centro()
    monkeypatch.setattr(oficina, "reloj", uno.reloj)
    yield uno

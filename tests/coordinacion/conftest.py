from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sala import Sala


@pytest.fixture
def sala(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sala]:
    """A night whose board is looked up anew each time it is asked for."""
    from sala import Sala

    from prep.acceso import sesiones
    from prep.coordinacion import avisos, lecturas, oficina, panorama

    una = Sala()
    monkeypatch.setattr(oficina, "reloj", una.reloj)
    monkeypatch.setattr(sesiones, "reloj", una.reloj)
    for modulo, que in ((panorama, "FRESCO"), (lecturas, "FRESCO"), (avisos, "CADA")):
        monkeypatch.setattr(modulo, que, timedelta(0))
    yield una

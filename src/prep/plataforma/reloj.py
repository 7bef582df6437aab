"""The clock, injected wherever a time is needed: nobody else asks the system what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Reloj(Protocol):
    def ahora(self) -> datetime:
        """The current time, aware."""
        ...


class RelojSistema:
    def ahora(self) -> datetime:
        return datetime.now(UTC)


class RelojFijo:
    """Moves only when told: for tests, simulations and replays."""

    def __init__(self, inicio: datetime) -> None:
        self.poner(inicio)

    def ahora(self) -> datetime:
        return self._ahora

    def poner(self, cuando: datetime) -> None:
        if cuando.tzinfo is None:
            raise ValueError(f"La hora {cuando.isoformat()} no dice de qué huso es.")
        self._ahora = cuando

    def avanzar(self, cuanto: timedelta) -> None:
        self._ahora += cuanto

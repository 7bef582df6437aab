"""What waits at the desks and nobody may take: the room that has the desks says it, and whoever commands is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SinQuien:
    """An acta (or sheet). `escritorio`: what people call the desk; `que_hacer`: what mends it, as they read it."""

    clave: str
    escritorio: str
    que_hacer: str


DICEN: Final[list[Callable[[], Iterable[SinQuien]]]] = []
"""How it is asked. The room that has the desks registers it."""


def sin_quien() -> list[SinQuien]:
    """What nobody may take, at any desk."""
    return [uno for dice in DICEN for uno in dice()]

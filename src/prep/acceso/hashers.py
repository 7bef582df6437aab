"""Argon2 by turns: what a password costs is bounded, however many people or programs ask at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.contrib.auth.hashers import Argon2PasswordHasher

TURNOS: Final = 2
"""Passwords looked at together in one process: 2 × 46 MiB."""
ESPERA: Final = 8.0
"""Seconds that somebody waits for a turn before being told that there are many."""

_turnos = threading.BoundedSemaphore(TURNOS)


class Ocupado(RuntimeError):
    """Too many people are coming in at this moment."""


@contextmanager
def turno(espera: float = ESPERA) -> Iterator[None]:
    if not _turnos.acquire(timeout=espera):
        raise Ocupado
    try:
        yield
    finally:
        _turnos.release()


class Argon2PorTurnos(Argon2PasswordHasher):
    """Argon2id with 46 MiB, two passes, one lane: above what OWASP asks, and half of Django's memory."""

    time_cost = 2
    memory_cost = 46 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with turno():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with turno():
            return super().verify(password, encoded)

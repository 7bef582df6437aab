"""UUIDv7 (RFC 9562) for facts, made so that sorting by id never puts an effect before its cause.

The time part is the writer's clock unless a fact of the same acta that the writer knows is later: then it is one
millisecond after that one. Text of lower-case UUIDs sorts as their bytes do.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

_MASCARA_A = (1 << 12) - 1
_MASCARA_B = (1 << 62) - 1


def uuid7(milisegundos: int, aleatorio: int) -> str:
    """UUIDv7 text. `milisegundos` since 1970; `aleatorio`: at least 74 random bits."""
    valor = (
        (milisegundos & (1 << 48) - 1) << 80
        | 0x7 << 76
        | (aleatorio >> 62 & _MASCARA_A) << 64
        | 0b10 << 62
        | aleatorio & _MASCARA_B
    )
    h = f"{valor:032x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def milisegundos(identificador: str) -> int:
    """Time part of a UUIDv7."""
    return int(identificador[:8] + identificador[9:13], 16)


def nuevo_id(ahora: datetime, conocido: str | None = None, azar: Callable[[int], int] = secrets.randbits) -> str:
    """An id for a fact written now about an acta whose latest known fact is `conocido`."""
    ms = int(ahora.timestamp() * 1000)
    if conocido is not None:
        ms = max(ms, milisegundos(conocido) + 1)
    return uuid7(ms, azar(74))

"""The tabs of the board: each room registers its own when Django loads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from prep.acceso.roles import Rol

TODAS: Final[dict[str, tuple[str, frozenset[Rol]]]] = {}
"""Name of a route -> key of its label, and who may open it; in the order in which they are shown."""


def registrar(ruta: str, rotulo: str, roles: Iterable[Rol]) -> None:
    TODAS[ruta] = rotulo, frozenset(roles)

"""Something gathered from facts and kept in memory: a fact that is stored does not change, so each look reads only
those that came since the last one. It may vanish at any moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from django.db import connection

T = TypeVar("T")
_EXTREMOS: Final = """
    SELECT posicion, hoja FROM bitacora_hecho
    WHERE posicion IN (%s, (SELECT max(posicion) FROM bitacora_hecho)) ORDER BY posicion"""


@dataclass(slots=True)
class AlDia(Generic[T]):
    """`vacio`: what there is before any fact; `sumar`: adds to it those after one position and up to another."""

    vacio: Callable[[], T]
    sumar: Callable[[T, int, int], None]
    _candado: threading.Lock = field(default_factory=threading.Lock)
    _hasta: tuple[int, bytes] = (0, b"")
    """Position and leaf of the last fact that was read."""
    _de: tuple[str, object] = ("", None)
    """Of which database, and by what, it was gathered."""
    _dicho: T | None = None

    @contextmanager
    def visto(self, de: object = None) -> Iterator[T]:
        """What the facts give now, for as long as the caller holds it. Gathered anew where the bitácora is another, or
        one that was restored from before, and where `de`, by which it was gathered, is not the same object."""
        with self._candado:
            with connection.cursor() as cursor:
                cursor.execute(_EXTREMOS, [self._hasta[0]])
                extremos = [(posicion, bytes(hoja)) for posicion, hoja in cursor]
            de_ahora = (str(connection.settings_dict["NAME"]), de)
            dicho, self._dicho = self._dicho, None  # where reading fails, what was half added is not believed
            mismo = self._de[0] == de_ahora[0] and self._de[1] is de
            if dicho is None or not mismo or (self._hasta[0] and self._hasta not in extremos):
                dicho, self._hasta = self.vacio(), (0, b"")
            if extremos and extremos[-1] != self._hasta:
                self.sumar(dicho, self._hasta[0], extremos[-1][0])
                self._hasta = extremos[-1]
            self._de, self._dicho = de_ahora, dicho
            yield dicho

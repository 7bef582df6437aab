"""Facts in groups: those who write at once share a transaction, a turn at the head and a flush.

Whoever is first in line leads: with the head taken, it writes what those behind it ask, one after the other, and all
are answered when that is durable. Then whoever is first by now leads the next. Where a group fails, for whatever
reason, each of those in it writes alone, with its own connection, and what happens to it is its own.

A process has one line; the head orders it with those of others, and with who writes in a transaction of their own.
"""

from __future__ import annotations

from threading import Event, Lock
from typing import Final

from django.db import connection, transaction

from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.services.asentar import Pedido, asentar
from prep.bitacora.sobres import Firmante
from prep.dominio.comun.hecho import Hecho

MAXIMO: Final = 256
"""Facts that one takes with its own: whoever waits, waits for no more than two groups."""


class _Turno:
    """One in line. `aviso`: it is first, or its group ended. `nuevos`: what was new of it, once durable."""

    __slots__ = ("aviso", "firmante", "nuevos", "pedido")

    def __init__(self, pedido: Pedido, firmante: Firmante) -> None:
        self.pedido, self.firmante, self.aviso = pedido, firmante, Event()
        self.nuevos: list[Hecho] | None = None


_fila: Final[dict[_Turno, None]] = {}
"""Those who wait, in order. Whoever leads stays first until its group ends."""
_candado: Final = Lock()


def asentar_en_grupo(pedido: Pedido, firmante: Firmante) -> list[Hecho]:
    """Append what is asked; what was new of it. Within a transaction of the caller's, as part of it; outside of one, it
    is durable when this returns."""
    if connection.in_atomic_block:
        return _solo(pedido, firmante)
    turno = _Turno(pedido, firmante)
    with _candado:
        _fila[turno] = None
        _avisar_al_primero()
    try:
        turno.aviso.wait()
        if turno in _fila:
            _encabezar(turno)
    finally:  # whatever happens to who leads, somebody else does
        with _candado:
            _fila.pop(turno, None)
            _avisar_al_primero()
    return _solo(pedido, firmante) if turno.nuevos is None else turno.nuevos


def _solo(pedido: Pedido, firmante: Firmante) -> list[Hecho]:
    with transaction.atomic():
        return asentar([pedido], firmante)[0][0]


def _avisar_al_primero() -> None:
    if primero := next(iter(_fila), None):
        primero.aviso.set()


def _encabezar(turno: _Turno) -> None:
    """Write this one and those behind it. Raises what happens to it where it is alone."""
    grupo = [turno]
    try:
        with transaction.atomic():
            frontera = tomar_cabeza()
            _sumar(grupo)
            nuevos, _ = asentar([t.pedido for t in grupo], turno.firmante, frontera)
        for suyo, suyos in zip(grupo, nuevos, strict=True):
            suyo.nuevos = suyos
    except Exception:
        if len(grupo) == 1:
            raise
    finally:
        for otro in grupo[1:]:
            otro.aviso.set()


def _sumar(grupo: list[_Turno]) -> None:
    """Take from the line those who follow, while they sign as the first does and fit."""
    caben = MAXIMO
    with _candado:
        for otro in list(_fila)[1:]:
            caben -= len(otro.pedido.hechos)
            if caben < 0 or otro.firmante is not grupo[0].firmante:
                return
            grupo.append(otro)
            del _fila[otro]

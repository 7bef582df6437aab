"""Lockout by user and terminal, never by address alone: one proxy would lock a whole centre.

An attempt is written down before the password is looked at and forgotten when it was right, so that a hundred attempts
at once are a hundred attempts. Whoever supervises lifts it at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from prep.acceso import sesiones
from prep.acceso.hashers import Ocupado
from prep.acceso.models import Intento

VENTANA: Final = timedelta(minutes=15)
POR_PERSONA: Final = 5
"""Of one user at one terminal."""
POR_TERMINAL: Final = 40
"""Of any users at one terminal: somebody going through the list of a centre."""


class Bloqueado(RuntimeError):
    """Too many attempts: wait, or ask whoever supervises."""


@contextmanager
def mirando(usuario: str, terminal: UUID | None) -> Iterator[None]:
    """One more attempt, within which the secret is looked at; raise `Bloqueado` when there were too many. Where there
    was no turn to look at it, it was no attempt."""
    intento = intentar(usuario, terminal)
    try:
        yield
    except Ocupado:
        intento.delete()
        raise


def intentar(usuario: str, terminal: UUID | None) -> Intento:
    """Count one more attempt; raise `Bloqueado` when there were too many. Call before looking at any secret."""
    ahora = sesiones.reloj.ahora()
    intento = Intento.objects.create(usuario=usuario, terminal=terminal, cuando=ahora)
    cuentas = Intento.objects.filter(terminal=terminal, cuando__gt=ahora - VENTANA).aggregate(
        suyos=Count("id", filter=Q(usuario=usuario)), todos=Count("id")
    )
    if cuentas["suyos"] > POR_PERSONA or cuentas["todos"] > POR_TERMINAL:
        intento.delete()  # asking while locked does not make the wait longer
        raise Bloqueado
    return intento


def acerto(usuario: str, terminal: UUID | None) -> None:
    """It was right: that person's attempts at that terminal are forgotten."""
    Intento.objects.filter(usuario=usuario, terminal=terminal).delete()


def levantar(usuario: str) -> int:
    """By whoever supervises, at once, at every terminal; how many attempts there were."""
    return Intento.objects.filter(usuario=usuario).delete()[0]


def bloqueados(usuarios: Iterable[str]) -> set[str]:
    """Those who are locked at some terminal now."""
    desde = sesiones.reloj.ahora() - VENTANA
    filas = Intento.objects.filter(usuario__in=list(usuarios), cuando__gt=desde).values("usuario", "terminal")
    return {f["usuario"] for f in filas.annotate(n=Count("id")) if f["n"] >= POR_PERSONA}

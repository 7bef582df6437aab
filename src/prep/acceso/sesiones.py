"""How long a session lasts. It goes on while it is used, is extended in place, and ends with the day's work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from prep.acceso.models import Cuenta
from prep.plataforma.reloj import Reloj, RelojSistema

SIN_USO: Final = timedelta(hours=2)
ENTERA: Final = timedelta(hours=14)
CADA: Final = timedelta(minutes=5)
"""A session in use is written at most this often."""

reloj: Reloj = RelojSistema()


def empezar(sesion: SessionBase, terminal: str) -> None:
    ahora = reloj.ahora()
    sesion["inicio"] = ahora.isoformat()
    sesion["termina"] = (ahora + SIN_USO).isoformat()
    sesion["terminal"] = terminal


def termina(sesion: SessionBase | dict[str, Any]) -> datetime | None:
    """When it ends, if nothing else happens; None where it never began."""
    hora = sesion.get("termina")
    return datetime.fromisoformat(hora) if hora else None


def limite(sesion: SessionBase) -> datetime:
    return datetime.fromisoformat(sesion["inicio"]) + ENTERA


def prolongar(sesion: SessionBase, *, ya: bool = False) -> None:
    """Because it is in use (`ya`: because the person asked)."""
    hasta = min(reloj.ahora() + SIN_USO, limite(sesion))
    actual = termina(sesion)
    if actual is None or hasta - actual >= CADA or (ya and hasta > actual):
        sesion["termina"] = hasta.isoformat()


def estado(sesion: SessionBase) -> dict[str, Any]:
    """What the page is told: whole seconds left, and whether they can be more."""
    hasta = termina(sesion)
    assert hasta is not None
    return {
        "segundos": max(0, int((hasta - reloj.ahora()).total_seconds())),
        "se_alarga": hasta < limite(sesion),
    }


def cerrar_las_demas(request: HttpRequest) -> None:
    """End every session of whoever asks but this one."""
    assert isinstance(request.user, Cuenta)
    request.user.cerrar_sesiones()
    update_session_auth_hash(request, request.user)


def al_cambiar_de_segundo(request: HttpRequest, **_: Any) -> None:
    """Whoever had come in by the second factor that was changed comes in again by the new one."""
    cerrar_las_demas(request)

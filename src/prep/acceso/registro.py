"""The register: who read what, who came in, and who changed an account or a terminal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.http import HttpRequest

from prep.acceso import sesiones
from prep.acceso.models import Cuenta, Registro, Terminal

TURNO: Final = timedelta(minutes=1)
VARIOS: Final = 3
"""People at one terminal within a `TURNO`: whoever comes in as all of them has their passwords."""
_ASENTAR: Final = (
    "INSERT INTO acceso_registro (cuando, persona, que, objeto, terminal, motivo) VALUES (%s, %s, %s, %s, %s, %s)"
)
CONSOLA: Final = "consola"
"""Whoever gives orders to this installation with `prep`, where nobody says who they are."""


def anotar(request: HttpRequest, que: str, objeto: str = "", motivo: str = "") -> None:
    """What whoever asks for a page did."""
    cuenta = request.user
    terminal = getattr(request, "terminal", None)
    persona = cuenta.persona if isinstance(cuenta, Cuenta) else ""
    asentar(persona, que, objeto, terminal=terminal.id if terminal else None, motivo=motivo)


def asentar(persona: str, que: str, objeto: str = "", *, terminal: UUID | None = None, motivo: str = "") -> None:
    """One line. `que`: leyo, entro, no_entro, salio, negado, or what was done; `objeto`: its key, never a name."""
    with connection.cursor() as cursor:
        cursor.execute(_ASENTAR, [sesiones.reloj.ahora(), persona, que, objeto, terminal, motivo[:500]])


def leyo(request: HttpRequest, objeto: str, *, cada: timedelta | None = None) -> None:
    """Somebody was shown this. `cada`: of what brings itself up to date before the same person at the same terminal,
    one line in so long."""
    if cada is None or not _consta(request, "leyo", objeto, sesiones.reloj.ahora() - cada):
        anotar(request, "leyo", objeto)


def negado(request: HttpRequest) -> None:
    """Somebody who is in asked for what is not theirs; of the same address, one line a minute."""
    if not _consta(request, "negado", objeto := request.path[:200], sesiones.reloj.ahora() - timedelta(minutes=1)):
        anotar(request, "negado", objeto)


def no_entro(usuario: str, terminal: Terminal | None, motivo: str) -> None:
    """A password or a code that did not let anybody in. Of a user that does not exist nothing that was typed is kept:
    it may be a password in the wrong box."""
    suya = Cuenta.objects.filter(usuario=usuario).values_list("persona", flat=True).first()
    asentar(suya or "", "no_entro", terminal=terminal.id if terminal else None, motivo=motivo)


def de_varios(ahora: datetime) -> set[UUID]:
    """Terminals where, within a minute of the last hour, came in more people than take turns at one."""
    entradas = Registro.objects.filter(que="entro", cuando__gt=ahora - timedelta(hours=1), cuando__lte=ahora)
    ultimas: dict[UUID, list[tuple[datetime, str]]] = {}
    halladas = set()
    for terminal, cuando, persona in entradas.order_by("id").values_list("terminal", "cuando", "persona"):
        suyas = ultimas.setdefault(terminal, [])
        suyas[:] = [(c, p) for c, p in suyas if cuando - c <= TURNO and p != persona] + [(cuando, persona)]
        if terminal is not None and len(suyas) >= VARIOS:
            halladas.add(terminal)
    return halladas


def _consta(request: HttpRequest, que: str, objeto: str, desde: datetime) -> bool:
    terminal = getattr(request, "terminal", None)
    quien = {"persona": getattr(request.user, "persona", ""), "terminal": terminal.id if terminal else None}
    return Registro.objects.filter(que=que, objeto=objeto, cuando__gt=desde, **quien).exists()

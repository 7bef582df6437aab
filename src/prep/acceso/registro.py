"""The register: who read what, who came in, and who changed an account or a terminal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest

from prep.acceso import sesiones
from prep.acceso.models import Cuenta, Registro, Terminal

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
    Registro.objects.create(
        cuando=sesiones.reloj.ahora(), persona=persona, que=que, objeto=objeto, terminal=terminal, motivo=motivo[:500]
    )


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


def _consta(request: HttpRequest, que: str, objeto: str, desde: datetime) -> bool:
    terminal = getattr(request, "terminal", None)
    quien = {"persona": getattr(request.user, "persona", ""), "terminal": terminal.id if terminal else None}
    return Registro.objects.filter(que=que, objeto=objeto, cuando__gt=desde, **quien).exists()

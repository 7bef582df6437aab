"""The register: who read what, who came in, and who changed an account or a terminal."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest

from prep.acceso import sesiones
from prep.acceso.models import Cuenta, Registro

CONSOLA: Final = "consola"
"""Whoever gives orders to this installation with `prep`, where nobody says who they are."""


def anotar(request: HttpRequest, que: str, objeto: str = "", motivo: str = "") -> None:
    """What whoever asks for a page did."""
    cuenta = request.user
    terminal = getattr(request, "terminal", None)
    persona = cuenta.persona if isinstance(cuenta, Cuenta) else ""
    asentar(persona, que, objeto, terminal=terminal.id if terminal else None, motivo=motivo)


def asentar(persona: str, que: str, objeto: str = "", *, terminal: UUID | None = None, motivo: str = "") -> None:
    """One line. `que`: leyo, entro, salio, or the name of what was done; `objeto`: its key, never a name."""
    Registro.objects.create(
        cuando=sesiones.reloj.ahora(), persona=persona, que=que, objeto=objeto, terminal=terminal, motivo=motivo[:500]
    )


def leyo(request: HttpRequest, objeto: str) -> None:
    """Somebody was shown this."""
    anotar(request, "leyo", objeto)

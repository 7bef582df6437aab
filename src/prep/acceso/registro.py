"""The register: who read what, who came in, and who changed an account or a terminal."""

from __future__ import annotations

from django.http import HttpRequest

from prep.acceso import sesiones
from prep.acceso.models import Cuenta, Registro


def anotar(request: HttpRequest, que: str, objeto: str = "", motivo: str = "") -> None:
    """One line. `que`: leyo, entro, salio, or the name of what was done; `objeto`: its key, never a name."""
    cuenta = request.user
    Registro.objects.create(
        cuando=sesiones.reloj.ahora(),
        persona=cuenta.persona if isinstance(cuenta, Cuenta) else "",
        que=que,
        objeto=objeto,
        terminal=getattr(request, "terminal", None) and request.terminal.id,  # type: ignore[attr-defined]
        motivo=motivo[:500],
    )


def leyo(request: HttpRequest, objeto: str) -> None:
    """Somebody was shown this."""
    anotar(request, "leyo", objeto)

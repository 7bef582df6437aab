"""Terminals: a code that serves once enrols a browser, which is known afterwards by a signed cookie."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from prep.acceso import sesiones
from prep.acceso.models import Terminal
from prep.plataforma import letras

GALLETA: Final = f"{settings.GALLETAS}prep-terminal"
VIGENCIA: Final = timedelta(days=120)
VIGENCIA_CODIGO: Final = timedelta(hours=24)
LARGO: Final = 10
"""Forty-five bits, for one use within a day: not to be guessed over a network."""

_SAL: Final = "prep.acceso.terminal"


def huella(codigo: str) -> str:
    return hashlib.sha256(letras.limpias(codigo).encode()).hexdigest()


def nueva(nombre: str, lugar: str) -> tuple[Terminal, str]:
    """A terminal to enrol and its code, which is kept nowhere."""
    codigo = letras.al_azar(LARGO)
    vence = sesiones.reloj.ahora() + VIGENCIA_CODIGO
    fila = Terminal.objects.create(nombre=nombre, lugar=lugar, codigo=huella(codigo), vence=vence)
    return fila, f"{codigo[:5]}-{codigo[5:]}"


def usar(codigo: str) -> Terminal | None:
    """Enrol with a code: the terminal, or None where it serves no more. Two at once: one of them."""
    ahora = sesiones.reloj.ahora()
    libre = Terminal.objects.filter(codigo=huella(codigo), alta=None, baja=None, vence__gt=ahora)
    if not libre.update(alta=ahora):
        return None
    return Terminal.objects.get(codigo=huella(codigo))


def recordar(respuesta: HttpResponse, terminal: Terminal) -> None:
    """Leave the cookie in the browser."""
    respuesta.set_cookie(
        GALLETA,
        signing.dumps(str(terminal.id), salt=_SAL),
        max_age=VIGENCIA,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def de(request: HttpRequest) -> Terminal | None:
    """The terminal that a request comes from, if it is enrolled and nobody took it away."""
    try:
        ident = signing.loads(request.COOKIES.get(GALLETA, ""), salt=_SAL, max_age=VIGENCIA)
    except signing.BadSignature:
        return None
    sesion = getattr(request, "session", None)
    suya: Terminal | None = getattr(sesion, "terminal", None)  # that of whoever is in was read with their session
    if suya is not None and str(suya.id) == ident:
        return suya
    return Terminal.objects.filter(id=ident, baja=None).exclude(alta=None).first()


def quitar(terminal: Terminal) -> None:
    """At once: its next request is nobody's."""
    terminal.baja = sesiones.reloj.ahora()
    terminal.save(update_fields=["baja"])

"""A pass: a cookie that tells the door that its bearer was known to somebody inside. It opens nothing and says nothing
of who it is; it only gets its bearer into the line that strangers cannot fill. Any door that has recognised somebody
(a person by their session, a node by its signature) gives one."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse

NOMBRE: Final = "prep_pase"
DURA_S: Final = 12 * 3600
_RENOVAR_S: Final = DURA_S // 2


def _firmante() -> TimestampSigner:
    return TimestampSigner(salt="prep.pase")


def galleta() -> str:
    """Its name here: over TLS, one that no other host of the institute can set."""
    return f"{settings.GALLETAS}{NOMBRE}"


def dar(respuesta: HttpResponse) -> None:
    respuesta.set_cookie(
        galleta(),
        _firmante().sign(secrets.token_urlsafe(9)),
        max_age=DURA_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def leer(valor: str | None, dura_s: int = DURA_S) -> str | None:
    """The pass's own id; None for what is not a pass of ours or is old."""
    if not valor or len(valor) > 200:
        return None
    try:
        return _firmante().unsign(valor, max_age=dura_s)
    except BadSignature:
        return None


class Pases:
    """Gives one to whoever has signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        respuesta = self.get_response(request)
        con_sesion = settings.SESSION_COOKIE_NAME in request.COOKIES or request.session.accessed
        if con_sesion and leer(request.COOKIES.get(galleta()), _RENOVAR_S) is None and request.user.is_authenticated:
            dar(respuesta)
        return respuesta

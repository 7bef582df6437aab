"""The threshold of every request: an ended session, a terminal that is not this one, a route that declares nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from prep.acceso import sesiones, terminales
from prep.acceso.hashers import Ocupado
from prep.acceso.permisos import Acceso, falta_segundo_factor
from prep.acceso.registro import negado
from prep.diseno.textos import texto
from prep.plataforma.errores import Impedimento

registro = logging.getLogger("prep.acceso")

OTRAS_PUERTAS: Final = frozenset({"admin", "ninja"})
"""Routes that ask for themselves: the admin, for staff; the nodes' API, for a signature."""
NO_ES_USO: Final = "acceso-sesion"
"""The route by which a page asks how long is left: asking is not using."""
SONDEO: Final = "X-Sondeo"
"""What a page that keeps itself up to date says when it asks: nobody need be in front of it."""


class Umbral:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.terminal = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.terminal = terminales.de(request)  # type: ignore[attr-defined]
            if not self._vale(request):
                logout(request)
        respuesta = self.get_response(request)
        if request.user.is_authenticated:
            respuesta.headers.setdefault("Cache-Control", "no-store")
            if respuesta.status_code == 403:
                negado(request)
        return respuesta

    def _vale(self, request: HttpRequest) -> bool:
        terminal = request.terminal  # type: ignore[attr-defined]
        hasta = sesiones.termina(request.session)
        if terminal is None or str(terminal.id) != request.session.get("terminal") or hasta is None:
            return False
        return hasta > sesiones.reloj.ahora()

    def process_view(self, request: HttpRequest, vista: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        ruta = request.resolver_match
        assert ruta is not None
        if request.user.is_authenticated and ruta.url_name != NO_ES_USO and SONDEO not in request.headers:
            sesiones.prolongar(request.session)
        if OTRAS_PUERTAS & set(ruta.app_names):
            if request.user.is_authenticated and (request.user.clave_provisional or falta_segundo_factor(request)):
                raise PermissionDenied  # the account is not ready for any door
            return None
        if not isinstance(getattr(vista, "acceso", None), Acceso):
            registro.error("la ruta %s no declara quién puede entrar", request.path)
            raise PermissionDenied
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What keeps a page from being made now, in the words with which it was said: for those who attend as well."""
        if isinstance(exception, Ocupado):
            que, explica, espere = "acceso.ocupado.titulo", texto("acceso.ocupado.explica"), "5"
        elif isinstance(exception, Impedimento):
            registro.warning("código %s en %s: %s", getattr(request, "codigo", ""), request.path, exception)
            que, explica, espere = "acceso.impedimento.titulo", str(exception), "60"
        else:
            return None
        respuesta = render(request, "diseno/error.html", {"titulo": texto(que), "explica": explica}, status=503)
        respuesta.headers["Retry-After"] = espere
        return respuesta


def contexto(request: HttpRequest) -> dict[str, Any]:
    """What the header of every page says of whoever is signed in."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"terminal_conocida": SimpleLazyObject(lambda: terminales.de(request))}
    return {
        "necesita_segundo": SimpleLazyObject(lambda: falta_segundo_factor(request)),
        "quien": request.user.nombre or request.user.usuario,
        "lugar": request.user.lugar,
        "cuenta_en": reverse("acceso-cuenta"),
        "salir_en": reverse("account_logout"),
        "entrar_en": reverse("account_login"),
        "sesion_en": reverse("acceso-sesion"),
    }

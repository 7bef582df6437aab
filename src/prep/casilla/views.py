"""The shell and nothing else: what a phone does is between it and `/v1/…` (prep.intercambio)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from prep.acceso.permisos import abierta
from prep.casilla.armazon import armazon
from prep.plataforma.csp import CON_WASM


def _dar(cuerpo: bytes, tipo: str, **cabeceras: str) -> HttpResponse:
    """Asked for again each time: what keeps it is the service worker, which knows its hash."""
    return HttpResponse(cuerpo, content_type=tipo, headers={"Cache-Control": "no-cache", **cabeceras})


@abierta
@require_safe
def pagina(request: HttpRequest) -> HttpResponse:
    return _dar(armazon().pagina, "text/html; charset=utf-8", **{"Content-Security-Policy": CON_WASM})


@abierta
@require_safe
def trabajador(request: HttpRequest) -> HttpResponse:
    return _dar(armazon().trabajador, "text/javascript; charset=utf-8")


@abierta
@require_safe
def textos(request: HttpRequest) -> HttpResponse:
    return _dar(armazon().textos, "application/json")


@abierta
@require_safe
def manifiesto(request: HttpRequest) -> HttpResponse:
    return _dar(armazon().manifiesto, "application/manifest+json")

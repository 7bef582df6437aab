"""What every response tells the browser: nothing inline, nothing from third parties, nobody frames us or reads us from
another site, and of the machine only the camera, which photographs the acta."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLITICA = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
CON_WASM = POLITICA + "; script-src 'self' 'wasm-unsafe-eval'"
"""For pages that read QRs, with a reader that is WebAssembly: they may compile that, and evaluate nothing."""
PERMISOS = (
    "camera=(self), accelerometer=(), autoplay=(), display-capture=(), encrypted-media=(), fullscreen=(self), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
    "publickey-credentials-get=(self), usb=(), xr-spatial-tracking=()"
)


class PoliticaDeContenido:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        respuesta = self.get_response(request)
        respuesta.headers.setdefault("Content-Security-Policy", POLITICA)
        respuesta.headers.setdefault("Permissions-Policy", PERMISOS)
        respuesta.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return respuesta

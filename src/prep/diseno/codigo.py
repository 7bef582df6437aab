"""Every answer carries a short code, and whatever fails is in the log under it: what a person reads out to support."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

registro = logging.getLogger("prep.codigo")
LETRAS = "23456789CDFGHJKMNPQRTVWX"


class CodigoDeRespuesta:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.codigo = codigo = "".join(secrets.choice(LETRAS) for _ in range(8))  # type: ignore[attr-defined]
        respuesta = self.get_response(request)
        respuesta.headers["X-Codigo"] = codigo
        return respuesta

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        registro.error("código %s en %s %s", request.codigo, request.method, request.path, exc_info=exception)  # type: ignore[attr-defined]

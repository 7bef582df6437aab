"""Every answer carries a short code; what fails here is in the log under it: what a person reads out to support."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

from prep.plataforma import fallas, letras
from prep.plataforma.errores import Impedimento

registro = logging.getLogger("prep.codigo")


class CodigoDeRespuesta:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.codigo = codigo = letras.al_azar(8)  # type: ignore[attr-defined]
        respuesta = self.get_response(request)
        respuesta.headers["X-Codigo"] = codigo
        if respuesta.status_code >= 500 and (fallo := getattr(request, "fallo", None)):
            registro.error("código %s en %s %s", codigo, request.method, request.path, exc_info=fallo)
            if not isinstance(fallo, Impedimento):  # what was said so that a person can act is no fault of the program
                donde = f"{request.method} {request.path}"[:200]
                fallas.anotar(fallas.Falla(datetime.now(UTC), codigo, type(fallo).__name__, donde))
        return respuesta

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """What is not there or may not be seen comes by here too: the answer says whether something failed."""
        request.fallo = exception  # type: ignore[attr-defined]

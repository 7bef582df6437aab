"""The gallery, the pages of errors, and the reader of QRs."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from prep.diseno import lector_qr
from prep.diseno.estados import ESTADOS
from prep.diseno.textos import texto

AQUI = Path(__file__).parent
ICONOS = re.findall(r'symbol id="(\w+)"', (AQUI / "static/diseno/iconos.svg").read_text("utf-8"))
COLORES = re.findall(r"\.c-([a-z-]+) {", (AQUI / "static/diseno/galeria.css").read_text("utf-8"))


class Muestra(forms.Form):
    """One field of each kind, one of them with an error."""

    usuario = forms.CharField(label=texto("diseno.galeria.usuario"), help_text=texto("diseno.galeria.usuario_ayuda"))
    lugar = forms.ChoiceField(
        label=texto("diseno.galeria.lugar"), choices=[("", "—"), ("1", texto("diseno.galeria.lugar_ejemplo"))]
    )
    motivo = forms.CharField(
        label=texto("diseno.galeria.motivo"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    recordar = forms.BooleanField(label=texto("diseno.galeria.recordar"), required=False)


def galeria(request: HttpRequest, forma: str = "escritorio") -> HttpResponse:
    """Every component in one of the three shells."""
    muestra = Muestra({"usuario": "", "recordar": "on"})
    muestra.errors.pop("lugar", None)
    armazones = ("escritorio", "telefono", "puerta")
    datos: dict[str, Any] = {
        "muestra": muestra,
        "estados": ESTADOS,
        "iconos": ICONOS,
        "colores": COLORES,
        "quien": texto("diseno.galeria.quien"),
        "lugar": texto("diseno.galeria.lugar_ejemplo"),
        "subtitulo": texto("diseno.galeria.titulo"),
        "simulacro": True,
        "pestanas": [
            {
                "ruta": f"/diseno/{'' if a == 'escritorio' else a + '/'}",
                "rotulo": texto(f"diseno.galeria.armazon_{a}"),
                "activa": a == forma,
            }
            for a in armazones
        ],
    }
    return render(request, f"diseno/galeria/{forma}.html", datos)


def lector_de_qr(request: HttpRequest) -> HttpResponse:
    """Asked for again each time: what keeps it is the phone's service worker, which knows its hash."""
    cabeceras = {"Cache-Control": "no-cache", "Content-Encoding": "gzip"}
    return HttpResponse(lector_qr.comprimido(), content_type="application/wasm", headers=cabeceras)


def pagina_de_error(request: HttpRequest, estado: int) -> HttpResponse:
    datos = {
        "titulo": texto(f"diseno.error.{estado}.titulo"),
        "explica": texto(f"diseno.error.{estado}.explica"),
        "codigo": getattr(request, "codigo", "") if estado >= 500 else "",
    }
    de = None if estado >= 500 else request  # whatever failed may fail again where the page asks who is in
    return HttpResponse(render_to_string("diseno/error.html", datos, de), status=estado)


def error_400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A session that ended while it was answered is one that ended."""
    return pagina_de_error(request, 401 if isinstance(exception, SessionInterrupted) else 400)


def error_403(request: HttpRequest, exception: Exception) -> HttpResponse:
    return pagina_de_error(request, 403)


def error_404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return pagina_de_error(request, 404)


def error_500(request: HttpRequest) -> HttpResponse:
    """Whatever failed; that the database is away passes by itself, and whoever asked asks again."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return pagina_de_error(request, 500)
    respuesta = pagina_de_error(request, 503)
    respuesta.headers["Retry-After"] = "5"
    return respuesta


def sin_ficha(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What Django answers to a form whose CSRF token is missing or of another session: whoever sends it is not in, as
    far as that page knows. Pages that stay keep what they sent, and send it again with the token of the session."""
    messages.error(request, texto("diseno.error.401.explica"))
    return pagina_de_error(request, 401)

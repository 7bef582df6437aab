"""Asking to open a published acta again: it is looked for, looked at, and asked for with a reason."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from prep.acceso.permisos import requiere
from prep.acceso.registro import leyo
from prep.bitacora.actas import acta_de
from prep.bitacora.models import Acta as FilaActa
from prep.ccv import cola, hoja, oficina, services
from prep.ccv.services import Ficha, FichaInvalida
from prep.ccv.views.comun import (
    PIDEN_REAPERTURA,
    alcance_de,
    filas_de,
    mostrar_imagen,
    motivo_de,
    persona_de,
    pestanas_de,
    responder,
)
from prep.dominio.acta.acta import EN_CORRECCION
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.autoridad import TODO
from prep.papel import buscador, vigente

_PEDIR: Final = "pedir_reapertura"
"""What the slip of whoever asks to open an acta again is for."""


@requiere(*PIDEN_REAPERTURA)
@require_GET
def reapertura(request: HttpRequest) -> HttpResponse:
    """Find the acta; above, those of which whoever collated asked for a correction."""
    alcance = alcance_de(request, PIDEN_REAPERTURA)
    filas = FilaActa.objects.filter(cotejo=EN_CORRECCION, captura=Captura.VERIFICADA.value).order_by("clave")
    claves = [c for c in filas.values_list("clave", flat=True) if TODO in alcance or c[:11] in alcance]
    formas: Container[str] = vigente.formas() if claves else ()
    datos = {
        "pestanas": pestanas_de(request, "reapertura"),
        "busca": reverse("ccv-reapertura-buscar"),
        "en_correccion": [buscador.Hallada(c, hoja.identificacion(c)) for c in claves if c in formas][:100],
        "pedida": "pedida" in request.GET,
    }
    return render(request, "ccv/reapertura.html", datos)


def _publicada(request: HttpRequest, clave: str) -> frozenset[str] | None:
    """A published acta of the catalogue: there is no other one to open again."""
    hay = FilaActa.objects.filter(clave=clave, captura=Captura.VERIFICADA.value).exists() and clave in vigente.formas()
    return cola.alcance_de(clave) if hay else None


@requiere(*PIDEN_REAPERTURA, sobre=_publicada)
@require_http_methods(["GET", "HEAD", "POST"])
def reabrir(request: HttpRequest, clave: str) -> HttpResponse:
    """A published acta with its picture, and the reason to open it again."""
    acta, persona = acta_de(clave), persona_de(request)
    if acta.publicada is None:
        raise Http404
    if request.method == "POST":

        def pedir(ficha: Ficha) -> None:
            if ficha.acta != clave:
                raise FichaInvalida
            services.pedir_reapertura(ficha, motivo_de(request))

        busca = reverse("ccv-reapertura")
        return responder(request, [_PEDIR], pedir, f"{busca}?pedida", si_no=busca)
    huella = acta.publicada.imagen.sha256
    ficha = Ficha(cola.nueva_orden(), clave, _PEDIR, huella, persona, acta.publicada.hecho)
    datos = {
        "pestanas": pestanas_de(request, "reapertura"),
        "titulo": "ccv.reapertura.titulo",
        "ident": hoja.identificacion(clave),
        "orden": ficha.orden,
        "en_manos": cola.orden_en_manos(persona, oficina.reloj.ahora()),
        "ficha": ficha.escribir(),
        "imagen": reverse("ccv-reapertura-imagen", args=[clave]),
        "enderezada": hoja.enderezada(acta, huella),
        "filas": filas_de(clave, acta.publicada.asentado),
        "en_correccion": acta.cotejo == EN_CORRECCION,
        "ya": services.espera_respuesta(clave, acta),
        "rehusada": acta.reapertura is not None,
        "notas": services.notas(clave, acta),
    }
    leyo(request, clave)
    return render(request, "ccv/reabrir.html", datos)


@requiere(*PIDEN_REAPERTURA, sobre=_publicada)
@require_GET
def imagen_publicada(request: HttpRequest, clave: str) -> HttpResponse:
    """The picture of a published acta."""
    acta = acta_de(clave)
    if acta.publicada is None:
        raise Http404
    return mostrar_imagen(request, clave, acta.publicada.imagen.sha256)

"""What is looked for as one types: actas that a sheet may be, that wait for their paper, that were published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from prep.acceso.permisos import requiere
from prep.bitacora.models import Acta as FilaActa
from prep.ccv.models import Espera
from prep.ccv.pasos import ROLES, Paso
from prep.ccv.views.comun import PIDEN_REAPERTURA, alcance_de, quien_pide
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.autoridad import TODO
from prep.papel import buscador


@requiere(*ROLES[Paso.IDENTIFICACION])
@require_GET
def buscar_para_identificar(request: HttpRequest) -> HttpResponse:
    """Actas of the catalogue that a sheet may be."""
    return _halladas(request, "elegir", lambda: (alcance_de(request, ROLES[Paso.IDENTIFICACION]), None))


@requiere(*ROLES[Paso.COTEJO])
@require_GET
def buscar_para_cotejar(request: HttpRequest) -> HttpResponse:
    """Actas of one's CATD that wait for their paper to be looked at."""
    esperan = Espera.objects.filter(paso=Paso.COTEJO)
    return _halladas(request, "tomar", lambda: (quien_pide(request, Paso.COTEJO).alcance, _entre(esperan)))


@requiere(*PIDEN_REAPERTURA)
@require_GET
def buscar_para_reabrir(request: HttpRequest) -> HttpResponse:
    """Published actas."""
    verificadas = FilaActa.objects.filter(captura=Captura.VERIFICADA.value)
    return _halladas(request, "abrir", lambda: (alcance_de(request, PIDEN_REAPERTURA), _entre(verificadas)))


def _entre(filas: QuerySet[Any]) -> buscador.Entre:
    """Those of some keys that are among these rows."""
    return lambda claves: set(filas.filter(clave__in=claves).values_list("clave", flat=True))


def _halladas(
    request: HttpRequest, para: str, entre: Callable[[], tuple[frozenset[str], buscador.Entre | None]]
) -> HttpResponse:
    """What is found. `entre`: within which reach, and which actas only."""
    dicho = request.GET.get("q", "").strip()
    halladas = buscador.buscar(dicho, *entre()) if dicho else []
    datos = {"halladas": halladas, "para": para, "q": dicho}
    if dicho and not halladas and para == "elegir":  # there is one, of somebody else's
        datos["ajena"] = bool(buscador.buscar(dicho, {TODO}))
    return render(request, "ccv/halladas.html", datos)

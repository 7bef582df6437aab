"""The machines, beside the board: for people, and for Prometheus."""

from __future__ import annotations

import hmac
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from prep.acceso.permisos import abierta, requiere
from prep.coordinacion import oficina
from prep.coordinacion.alcances import VEN_PERSONAS
from prep.coordinacion.tablas import Columna, Tabla, pedida
from prep.coordinacion.views.comun import con_proceso, pestanas, responder
from prep.diseno.textos import texto
from prep.plataforma import lugares
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.llaves import leer_o_crear
from prep.sede import alarmas, salud
from prep.sede.alarmas import LIMITES, Medida


def _ver() -> salud.Salud:
    return salud.ver(AlmacenCarpeta(lugares.dir_publicacion()), oficina.reloj.ahora())


@requiere(*VEN_PERSONAS)
@require_GET
@con_proceso
def maquinas(request: HttpRequest) -> HttpResponse:
    """Alarms on top, each with what to do; then every figure."""
    vista = _ver()
    tabla = _tabla(vista.medidas).ordenada(request.GET.get("orden", ""))
    if pedida([tabla], request.GET.get("csv", "")):
        return tabla.csv()
    datos: dict[str, Any] = {
        "pestanas": pestanas(request),
        "hora": vista.hora,
        "alarmas": alarmas.alarmas(vista.medidas),
        "tabla": tabla,
        "vivo": f"{request.path}?{request.GET.urlencode()}",
    }
    return responder(request, "sede/maquinas.html", "sede/partes/maquinas.html", datos)


def _tabla(medidas: tuple[Medida, ...]) -> Tabla:
    columnas = (
        Columna("que", texto("sede.columna.que")),
        Columna("estado", texto("sede.columna.estado"), "estado"),
        Columna("valor", texto("sede.columna.valor"), "numero"),
        Columna("limite", texto("sede.columna.limite"), "numero"),
        Columna("de", texto("sede.columna.de")),
        Columna("detalle", texto("sede.columna.detalle")),
    )
    filas = [
        {
            "que": texto(f"sede.medida.{m.que}"),
            "estado": "alarma" if m.es_alarma else "en_orden",
            "valor": m.valor,
            "limite": LIMITES[m.que],
            "de": m.de,
            "detalle": m.detalle,
        }
        for m in sorted(medidas, key=lambda m: not m.es_alarma)
    ]
    return Tabla("maquinas", texto("sede.maquinas.cifras"), columnas, filas, tarjetas=True)


@requiere(*VEN_PERSONAS)
@require_GET
def manual(request: HttpRequest) -> HttpResponse:
    """What each alarm means and what to do."""
    return render(request, "sede/alarmas.html", {"pestanas": pestanas(request), "todas": alarmas.todas()})


@abierta
@require_GET
def metricas(request: HttpRequest) -> HttpResponse:
    """The figures as Prometheus reads them, to whoever bears the secret of `llaves/metricas`. An address proves
    nothing: whoever comes through a proxy of this machine comes from it."""
    dicho = request.headers.get("Authorization", "")
    secreto = leer_o_crear(lugares.archivo_metricas())
    if not hmac.compare_digest(dicho.encode(), f"Bearer {secreto}".encode()):
        raise PermissionDenied
    return HttpResponse(alarmas.metricas(_ver().medidas), content_type="text/plain; version=0.0.4; charset=utf-8")

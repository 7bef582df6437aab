"""Every expected acta: where it is and what it waits for."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from prep.acceso.permisos import requiere
from prep.coordinacion import oficina, panorama
from prep.coordinacion.alcances import VEN, alcance
from prep.coordinacion.filtros import Filtros
from prep.coordinacion.panorama import Panorama
from prep.coordinacion.tablas import Columna, Tabla, pedida
from prep.coordinacion.views.comun import con_proceso, pestanas
from prep.diseno.textos import texto

POR_PAGINA = 100


@requiere(*VEN)
@require_GET
@con_proceso
def actas(request: HttpRequest) -> HttpResponse:
    """The list, filtered and sorted; the CSV has all of it."""
    filtros = Filtros.de(request)
    todo = panorama.ver(oficina.reloj.ahora()).recortar(alcance(request))
    orden = request.GET.get("orden", "")
    entera = _tabla(filtros.ver(todo), filtros).ordenada(orden)
    if pedida([entera], request.GET.get("csv", "")):
        return entera.csv()
    pagina = Paginator(entera.filas, POR_PAGINA).get_page(request.GET.get("p"))
    tabla = Tabla(
        entera.nombre, entera.titulo, entera.columnas, list(pagina.object_list), entera.orden, entera.consulta
    )
    datos: dict[str, Any] = {
        "pestanas": pestanas(request),
        "filtros": filtros,
        "opciones": filtros.opciones(todo.padron),
        "tabla": tabla,
        "pagina": pagina,
        "orden": orden,
        "hora": todo.hora,
    }
    return render(request, "coordinacion/actas.html", datos)


def _tabla(vista: Panorama, filtros: Filtros) -> Tabla:
    columnas = (
        Columna("clave", texto("coordinacion.columna.acta")),
        Columna("lugar", texto("coordinacion.columna.casilla")),
        Columna("situacion", texto("coordinacion.columna.situacion"), "estado"),
        Columna("paso", texto("coordinacion.columna.espera_de")),
        Columna("espera", texto("coordinacion.columna.desde_hace"), "espera"),
        Columna("revisar", texto("coordinacion.columna.revisar")),
        Columna("eleccion", texto("coordinacion.columna.eleccion")),
        Columna("demarcacion", texto("coordinacion.columna.demarcacion")),
        Columna("catd", texto("coordinacion.columna.catd")),
    )
    esperan = {e.clave: e for e in vista.esperan}
    filas = []
    for clave, esperada in vista.padron.actas.items():
        espera = esperan.get(clave)
        segundos = None if espera is None else max(0, int((vista.hora - espera.desde).total_seconds()))
        filas.append(
            {
                "clave": clave,
                "ir": reverse("coordinacion-acta", args=[clave]),
                "lugar": esperada.lugar,
                "eleccion": esperada.eleccion.nombre,
                "demarcacion": vista.padron.demarcacion(esperada.demarcacion),
                "catd": vista.padron.catds.get(esperada.catd, ""),
                "situacion": vista.situacion(clave).value,
                "paso": texto(f"coordinacion.trabajo.{espera.trabajo}") if espera else "",
                "espera": "" if segundos is None else segundos,
                "revisar": _revisar(vista, clave),
            }
        )
    return Tabla("actas", texto("coordinacion.actas.titulo"), columnas, filas, consulta=filtros.consulta)


def _revisar(vista: Panorama, clave: str) -> str:
    suya = vista.vistas.get(clave)
    if suya is None:
        return ""
    if suya.conflicto:
        return texto("coordinacion.actas.en_conflicto")
    return texto("coordinacion.actas.por_revisar") if suya.por_revisar else ""

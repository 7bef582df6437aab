"""Every expected acta: where it is and what it waits for; and, of those that wait for a step, the sheets too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
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
from prep.coordinacion.panorama import Panorama, Trabajo
from prep.coordinacion.tablas import Columna, Fila, Tabla
from prep.coordinacion.views.comun import con_proceso, pestanas
from prep.diseno.textos import texto
from prep.dominio.acta.hechos import HOJA
from prep.plataforma.idioma import cuantos

POR_PAGINA = 100


@requiere(*VEN)
@require_GET
@con_proceso
def actas(request: HttpRequest) -> HttpResponse:
    """The list, filtered and sorted; the CSV has all of it. Only the rows that are shown are written out, unless they
    must be sorted first."""
    filtros = Filtros.de(request)
    todo = panorama.ver(oficina.reloj.ahora()).recortar(alcance(request))
    vista, orden = filtros.ver(todo), request.GET.get("orden", "")
    claves = (*vista.padron.actas, *(e.clave for e in vista.por_paso if filtros.trabajo and e.clave.startswith(HOJA)))
    if request.GET.get("csv") == "actas":
        return _tabla(_filas(vista, claves), filtros).ordenada(orden).csv()
    if orden:
        entera = _tabla(_filas(vista, claves), filtros).ordenada(orden)
        pagina = Paginator(entera.filas, POR_PAGINA).get_page(request.GET.get("p"))
        tabla = replace(entera, filas=list(pagina.object_list))
    else:
        pagina = Paginator(claves, POR_PAGINA).get_page(request.GET.get("p"))
        tabla = _tabla(_filas(vista, pagina.object_list), filtros)
    datos: dict[str, Any] = {
        "pestanas": pestanas(request),
        "filtros": filtros,
        "opciones": filtros.opciones(todo.padron),
        "tabla": tabla,
        "pagina": pagina,
        "cuantas": cuantos(pagina.paginator.count, texto("coordinacion.actas.una"), texto("coordinacion.actas.varias")),
        "hora": todo.hora,
    }
    return render(request, "coordinacion/actas.html", datos)


def _tabla(filas: Sequence[Fila], filtros: Filtros) -> Tabla:
    columnas = (
        Columna("clave", texto("coordinacion.columna.acta"), "clave"),
        Columna("lugar", texto("coordinacion.columna.casilla")),
        Columna("situacion", texto("coordinacion.columna.situacion"), "estado"),
        Columna("paso", texto("coordinacion.columna.espera_de")),
        Columna("espera", texto("coordinacion.columna.desde_hace"), "espera", ""),
        Columna("revisar", texto("coordinacion.columna.revisar")),
        Columna("eleccion", texto("coordinacion.columna.eleccion")),
        Columna("demarcacion", texto("coordinacion.columna.demarcacion")),
        Columna("catd", texto("coordinacion.columna.catd")),
    )
    return Tabla("actas", texto("coordinacion.actas.titulo"), columnas, filas, consulta=filtros.consulta)


def _filas(vista: Panorama, claves: Iterable[str]) -> list[Fila]:
    esperan = {e.clave: e for e in vista.por_paso}
    pasos = {t: texto(f"coordinacion.trabajo.{t}") for t in Trabajo}
    ir = reverse("coordinacion-acta", args=["-"])
    filas: list[Fila] = []
    for clave in claves:
        esperada, espera = vista.padron.actas.get(clave), esperan.get(clave)
        filas.append(
            {
                "clave": clave,
                "ir": ir.replace("/-/", f"/{clave}/"),
                "lugar": esperada.lugar if esperada else texto("coordinacion.historia.hoja"),
                "situacion": vista.situacion(clave).value if esperada else "",
                "paso": pasos[espera.trabajo] if espera else "",
                "espera": max(0, int((vista.hora - espera.desde).total_seconds())) if espera else None,
                "revisar": _revisar(vista, clave),
                "eleccion": esperada.eleccion.nombre if esperada else "",
                "demarcacion": vista.padron.demarcacion(esperada.demarcacion) if esperada else "",
                "catd": vista.padron.catds.get(esperada.catd, "") if esperada else "",
            }
        )
    return filas


def _revisar(vista: Panorama, clave: str) -> str:
    suya = vista.vistas.get(clave)
    if suya is None:
        return ""
    if suya.conflicto:
        return texto("coordinacion.actas.en_conflicto")
    return texto("coordinacion.actas.por_revisar") if suya.por_revisar else ""

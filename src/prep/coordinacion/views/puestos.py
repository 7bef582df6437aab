"""Who is at which desk, how each one goes, and who has not come in yet."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from prep.acceso.permisos import requiere
from prep.acceso.registro import leyo
from prep.bitacora.autoridad import autoridad
from prep.coordinacion import aciertos, gente, oficina, panorama
from prep.coordinacion.aciertos import Aciertos
from prep.coordinacion.alcances import VEN_PERSONAS, lugares_a_su_cargo
from prep.coordinacion.gente import Puesto
from prep.coordinacion.tablas import Columna, Tabla, pedida
from prep.coordinacion.views.comun import con_proceso, elegir, pestanas, responder
from prep.diseno.textos import texto

RENGLONES: Final = 30
"""Rows of the acta that the page shows; the CSV has all of them."""
_DE_MEDIDA: Final = (
    Columna("campos", texto("coordinacion.columna.campos"), "numero"),
    Columna("distintos", texto("coordinacion.columna.distintos"), "numero"),
    Columna("por_mil", texto("coordinacion.columna.por_mil"), "numero"),
)
SOLO = ("ayuda", "en_puesto", "sin_moverse", "fuera", "sin_entrar", "por_practicar")


@requiere(*VEN_PERSONAS)
@require_GET
@con_proceso
def puestos(request: HttpRequest) -> HttpResponse:
    """The desks of one's places. Who was shown their names is put on the register: each page, and every hour of one
    that brings itself up to date."""
    vista = panorama.ver(oficina.reloj.ahora())
    todos = gente.puestos(lugares_a_su_cargo(request), vista)
    vistos, filtros, eleccion = elegir(request, todos, SOLO, _es, "coordinacion.puestos")
    medidos = vista.una_vez("aciertos", lambda: aciertos.medir(vista.padron))
    tablas = [
        t.ordenada(request.GET.get("orden", ""))
        for t in (_tabla(vistos, filtros), _de_personas(vistos, medidos, filtros), _de_renglones(medidos, filtros))
    ]
    leyo(request, "puestos", cada=panorama.RECIENTE if request.headers.get("HX-Request") else None)
    if cual := pedida(tablas, request.GET.get("csv", "")):
        return cual.csv()
    datos: dict[str, Any] = {
        "pestanas": pestanas(request),
        "hora": vista.hora,
        "tabla": tablas[0].primeras(),
        "aciertos": tablas[1].primeras(),
        "renglones": tablas[2].primeras(RENGLONES),
        **eleccion,
    }
    return responder(request, "coordinacion/puestos.html", "coordinacion/partes/puestos.html", datos)


def _es(puesto: Puesto, solo: str) -> bool:
    """Whether it is one of those asked for."""
    if solo == "por_practicar":
        return puesto.practica in ("sin_practicar", "practica_sin_aprobar")
    return puesto.necesita_ayuda if solo == "ayuda" else puesto.estado == solo


def _tabla(vistos: list[Puesto], consulta: str) -> Tabla:
    columnas = (
        Columna("nombre", texto("coordinacion.columna.persona")),
        Columna("estado", texto("coordinacion.columna.estado"), "estado"),
        Columna("ayuda", texto("coordinacion.columna.ayuda")),
        Columna("roles", texto("coordinacion.columna.funcion")),
        Columna("lugar", texto("coordinacion.columna.lugar")),
        Columna("terminal", texto("coordinacion.columna.terminal")),
        Columna("desde", texto("coordinacion.columna.entro"), "hora", ""),
        Columna("ultimo", texto("coordinacion.columna.ultimo"), "hora", texto("coordinacion.tabla.hace_mas")),
        Columna("actas", texto("coordinacion.columna.en_una_hora"), "numero"),
        Columna("segundos", texto("coordinacion.columna.segundos"), "numero"),
        Columna("problemas", texto("coordinacion.columna.problemas"), "numero"),
        Columna("practica", texto("coordinacion.columna.practica"), "estado"),
    )
    filas = [
        {
            "nombre": p.cuenta.nombre,
            "estado": p.estado,
            "ayuda": _por_que(p),
            "roles": ", ".join(texto(f"acceso.rol.{r}") for r in p.roles),
            "lugar": p.cuenta.lugar,
            "terminal": p.presencia.terminal if p.presencia else "",
            "desde": p.presencia.desde if p.presencia else None,
            "ultimo": p.ultimo,
            "actas": p.actas,
            "segundos": p.segundos,
            "problemas": p.problemas,
            "practica": p.practica,
        }
        for p in vistos
    ]
    return Tabla("puestos", texto("coordinacion.puestos.titulo"), columnas, filas, consulta=consulta)


def _de_personas(vistos: list[Puesto], medidos: Aciertos, filtros: str) -> Tabla:
    """How often what each one typed is what was verified; with few actas, nothing is said."""
    columnas = (
        Columna("nombre", texto("coordinacion.columna.persona")),
        Columna("lugar", texto("coordinacion.columna.lugar")),
        Columna("actas", texto("coordinacion.columna.comparadas"), "numero"),
        *_DE_MEDIDA,
    )
    de, filas = autoridad(), []
    for p in vistos:
        suya = medidos.personas.get(de.identidad(p.cuenta.persona))
        if suya is not None:
            bastan = suya.actas >= aciertos.BASTAN
            filas.append(
                {
                    "nombre": p.cuenta.nombre,
                    "lugar": p.cuenta.lugar,
                    "actas": suya.actas,
                    "campos": suya.campos,
                    "distintos": suya.distintos,
                    "por_mil": suya.por_mil if bastan else None,
                }
            )
    return Tabla("aciertos", texto("coordinacion.aciertos.titulo"), columnas, filas, consulta=filtros)


def _de_renglones(medidos: Aciertos, filtros: str) -> Tabla:
    """Rows of the acta, from the one that is most often read otherwise: where the form misleads, everybody slips."""
    columnas = (
        Columna("renglon", texto("coordinacion.columna.renglon")),
        Columna("eleccion", texto("coordinacion.columna.eleccion")),
        *_DE_MEDIDA,
    )
    filas = [
        {"renglon": nombre, "eleccion": e, "campos": c.campos, "distintos": c.distintos, "por_mil": c.por_mil}
        for (e, nombre), c in aciertos.peores(medidos.renglones)
    ]
    return Tabla("renglones", texto("coordinacion.aciertos.renglones"), columnas, filas, consulta=filtros)


def _por_que(puesto: Puesto) -> str:
    if puesto.problemas >= gente.MUCHOS:
        return texto("coordinacion.ayuda.problemas")
    return texto("coordinacion.ayuda.quieto") if puesto.estado == "sin_moverse" else ""

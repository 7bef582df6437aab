"""The board: the work to do on top, where every acta is, the pace, the people and the CATDs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from prep.acceso.permisos import cargos_de, requiere
from prep.acceso.sin_quien import sin_quien
from prep.catalogo.services import sin_gente
from prep.coordinacion import gente, oficina, panorama, ritmo, situacion
from prep.coordinacion.alcances import VEN, VEN_AVISOS, VEN_PERSONAS, alcance, lugares_a_su_cargo
from prep.coordinacion.filtros import HORA, Filtros
from prep.coordinacion.panorama import Panorama, Trabajo
from prep.coordinacion.recuperar import por_recuperar
from prep.coordinacion.ritmo import Ritmo
from prep.coordinacion.situacion import Conteo
from prep.coordinacion.tablas import Columna, Tabla, pedida
from prep.coordinacion.views.avisos import contiendas_de
from prep.coordinacion.views.comun import con_proceso, pestanas, responder
from prep.coordinacion.views.marcha import detenidos
from prep.diseno.textos import texto
from prep.dominio.acta.hechos import HOJA
from prep.dominio.operacion import Marcha

DE_SITUACION: Final = tuple((s.value, f"diseno.estado.{s}") for s in situacion.ORDEN)


@requiere(*VEN)
@require_GET
@con_proceso
def tablero(request: HttpRequest) -> HttpResponse:
    """Everything at a glance, of what one reaches."""
    filtros = Filtros.de(request)
    entero = panorama.ver(oficina.reloj.ahora())
    todo = entero.recortar(alcance(request))
    vista = filtros.ver(todo)
    medido = ritmo.medir(vista, filtros.hasta(vista.hora, sin_gente().publicacion.fin))
    orden = request.GET.get("orden", "")
    todas = (
        _sin_quien(todo, entero, filtros),
        *de_trabajo(vista, filtros),
        _de_ritmo(medido, filtros),
        *_de_situacion(vista, filtros, entero),
    )
    tablas = {t.nombre: t.ordenada(orden) for t in todas}
    if (que := request.GET.get("csv")) is not None and (tabla := pedida(tablas.values(), que)):
        return tabla.csv()
    tablas["sin_quien"] = tablas["sin_quien"].primeras()
    cuenta = _todas(vista)
    datos: dict[str, Any] = {
        "pestanas": pestanas(request),
        "filtros": filtros,
        "por_revisar": filtros.con(revisar="1"),
        "opciones": filtros.opciones(todo.padron),
        "patron_hora": HORA,
        "hora": vista.hora,
        "detenidos": detenidos(),
        "cuenta": cuenta,
        "esperan": len(vista.esperan),
        "ritmo": medido,
        "tablas": tablas,
        "atrasados": sum(1 for f in tablas["catd"].filas if f["atraso"] != texto("coordinacion.atraso.no")),
        "recuperar": por_recuperar(_todas(vista)),
        "gente": _gente(request, entero),
        "alertas": _alertas(request, entero),
        "conflictos": sum(1 for v in vista.vistas.values() if v.conflicto or v.por_revisar),
        "vivo": f"{request.path}?{request.GET.urlencode()}",
    }
    return responder(request, "coordinacion/tablero.html", "coordinacion/partes/tablero.html", datos)


def _todas(vista: Panorama) -> Conteo:
    return situacion.contar(vista, lambda e: "").get("", Conteo())


def _gente(request: HttpRequest, vista: Panorama) -> dict[str, int] | None:
    """How many are at their desks, have not come in and need help; None for whoever does not see the people."""
    if not {c.rol for c in cargos_de(request)} & set(VEN_PERSONAS):
        return None
    todos = gente.puestos(lugares_a_su_cargo(request), vista)
    return {
        "en_puesto": sum(1 for p in todos if p.presencia),
        "sin_entrar": sum(1 for p in todos if p.estado == "sin_entrar"),
        "ayuda": sum(1 for p in todos if p.necesita_ayuda),
    }


def _alertas(request: HttpRequest, entero: Panorama) -> int | None:
    """Contests whose lead the last actas could change; None for whoever does not see them."""
    if not {c.rol for c in cargos_de(request)} & set(VEN_AVISOS):
        return None
    return sum(1 for c in contiendas_de(entero.padron, entero.hora, alcance(request, VEN_AVISOS)) if c.alerta)


def de_trabajo(vista: Panorama, filtros: Filtros) -> list[Tabla]:
    """What waits, by step and state, and the acta that has waited longest for each."""
    columnas = (
        Columna("paso", texto("coordinacion.columna.paso")),
        Columna("estado", texto("coordinacion.columna.estado"), "estado"),
        Columna("actas", texto("coordinacion.columna.actas"), "numero"),
        Columna("espera", texto("coordinacion.columna.espera"), "espera"),
        Columna("acta", texto("coordinacion.columna.la_que_mas"), "clave"),
    )
    filas = []
    for trabajo in Trabajo:
        suyas = [e for e in vista.por_paso if e.trabajo is trabajo]
        for estado in sorted({e.estado for e in suyas}):
            unas = [e for e in suyas if e.estado == estado]
            primera = min(unas, key=lambda e: (e.desde, e.clave))
            filas.append(
                {
                    "paso": texto(f"coordinacion.trabajo.{trabajo}"),
                    "estado": estado,
                    "actas": len(unas),
                    "espera": _segundos(primera.desde, vista.hora),
                    "acta": primera.clave,
                    "ir": f"{reverse('coordinacion-actas')}?{filtros.con(trabajo=trabajo.value)}",
                }
            )
    return [Tabla("trabajo", texto("coordinacion.tablero.trabajo"), columnas, filas, consulta=filtros.consulta)]


def _sin_quien(vista: Panorama, entero: Panorama, filtros: Filtros) -> Tabla:
    """What waits at the desks and nobody may take, of what one reaches, with what to do."""
    columnas = (
        Columna("acta", texto("coordinacion.columna.acta"), "clave"),
        Columna("escritorio", texto("coordinacion.columna.escritorio")),
        Columna("que_hacer", texto("coordinacion.columna.que_hacer")),
    )
    filas = [
        {
            "acta": s.clave,
            "escritorio": s.escritorio,
            "que_hacer": s.que_hacer,
            "ir": reverse("coordinacion-acta", args=[s.clave]),
        }
        for s in entero.una_vez("sin_quien", sin_quien)
        if s.clave in vista.padron.actas or (s.clave.startswith(HOJA) and vista is entero)
    ]
    return Tabla("sin_quien", texto("coordinacion.tablero.sin_quien"), columnas, filas, consulta=filtros.consulta)


def _segundos(desde: datetime, ahora: datetime) -> int:
    return max(0, int((ahora - desde).total_seconds()))


def _de_ritmo(medido: Ritmo, filtros: Filtros) -> Tabla:
    columnas = (
        Columna("labor", texto("coordinacion.columna.labor")),
        Columna("segundos", texto("coordinacion.columna.segundos"), "numero"),
        Columna("ahora", texto("coordinacion.columna.personas_ahora"), "numero"),
        Columna("personas", texto("coordinacion.columna.personas"), "numero"),
    )
    filas = [
        {
            "labor": texto(f"coordinacion.labor.{labor}"),
            "segundos": segundos,
            "ahora": medido.hoy[labor],
            "personas": medido.personas[labor],
        }
        for labor, segundos in medido.segundos.items()
    ]
    return Tabla("ritmo", texto("coordinacion.tablero.personas"), columnas, filas, consulta=filtros.consulta)


def _de_situacion(vista: Panorama, filtros: Filtros, entero: Panorama) -> list[Tabla]:
    cuantas = (
        Columna("esperadas", texto("coordinacion.columna.esperadas"), "numero"),
        *(Columna(s, texto(clave), "numero") for s, clave in DE_SITUACION),
        Columna("por_cotejar", texto("coordinacion.columna.por_cotejar"), "numero"),
        Columna("por_ciento", texto("coordinacion.columna.avance"), "por_ciento"),
    )
    hay_varias = len({e.eleccion.clave for e in vista.padron.actas.values()}) > 1
    actas = reverse("coordinacion-actas")
    por_eleccion = [
        {"grupo": e.nombre, "ir": f"{actas}?{filtros.con(eleccion=e.clave)}", **_cifras(c)}
        for e, c in ((vista.padron.elecciones[i], c) for i, c in _por_eleccion(vista).items())
    ]
    nombres = {e.clave: e.nombre for e in vista.padron.elecciones}
    lugares = {clave: i for i, clave in enumerate(nombres)}
    por_lugar = situacion.contar(vista, lambda e: e.demarcacion)
    por_demarcacion = [
        {
            "eleccion": nombres[d[0]],
            "grupo": vista.padron.demarcacion(d),
            "ir": f"{actas}?{filtros.con(eleccion=d[0], demarcacion=str(d[1]))}",
            **_cifras(c),
        }
        for d, c in sorted(por_lugar.items(), key=lambda g: (lugares[g[0][0]], g[0]))
    ]
    grupo = Columna("grupo", texto("coordinacion.columna.demarcacion"))
    de_eleccion = (Columna("eleccion", texto("coordinacion.columna.eleccion")),) if hay_varias else ()
    tablas = [
        Tabla(
            "elecciones",
            texto("coordinacion.tablero.por_eleccion"),
            (Columna("grupo", texto("coordinacion.columna.eleccion")), *cuantas),
            por_eleccion,
        ),
        Tabla(
            "demarcaciones",
            texto("coordinacion.tablero.por_demarcacion"),
            (grupo, *de_eleccion, *cuantas),
            por_demarcacion,
        ),
        _de_catd(vista, filtros, cuantas, entero),
    ]
    return [Tabla(t.nombre, t.titulo, t.columnas, t.filas, consulta=filtros.consulta) for t in tablas]


def _por_eleccion(vista: Panorama) -> dict[int, Conteo]:
    lugares = {e.clave: i for i, e in enumerate(vista.padron.elecciones)}
    return dict(sorted(situacion.contar(vista, lambda e: lugares[e.eleccion.clave]).items()))


def _cifras(cuenta: Conteo) -> dict[str, int]:
    return {
        "esperadas": cuenta.esperadas,
        "por_ciento": cuenta.por_ciento,
        "por_cotejar": cuenta.por_cotejar,
        **{s.value: n for s, n in cuenta.en.items()},
    }


def _de_catd(vista: Panorama, filtros: Filtros, cuantas: tuple[Columna, ...], entero: Panorama) -> Tabla:
    """Those that are behind first, measured on the whole night (`entero`), then those that do not work, then those to
    which most actas of the forecast have not come."""
    atrasos, pizarra = situacion.atrasos(entero), situacion.pronostico(entero)
    dichas = {c: m.value for c, m in situacion.marchas(entero).items() if m is not Marcha.SIN_ABRIR}
    filas: list[dict[str, Any]] = []
    for catd, cuenta in sorted(situacion.contar(vista, lambda e: e.catd).items()):
        ya = pizarra.ya(catd, cuenta.esperadas, entero.hora) if pizarra else None
        filas.append(
            {
                "grupo": vista.padron.catds.get(catd, texto("coordinacion.tabla.sin_catd")),
                "ir": f"{reverse('coordinacion-actas')}?{filtros.con(catd=catd)}" if catd else "",
                "ultimo": cuenta.ultimo,
                "atraso": texto(f"coordinacion.atraso.{atrasos.get(catd, 'no')}"),
                "marcha": dichas.get(catd),
                "pronostico": ya,
                "tarde": None if ya is None else max(0, ya - cuenta.recibidas),
                **_cifras(cuenta),
            }
        )
    paran = {m.value for m in Marcha if not m.trabaja}
    al_dia = texto("coordinacion.atraso.no")
    filas.sort(key=lambda f: (f["atraso"] == al_dia, f["marcha"] not in paran, -(f["tarde"] or 0)))
    del_pronostico = (
        Columna("pronostico", texto("coordinacion.columna.pronostico"), "numero", ""),
        Columna("tarde", texto("coordinacion.columna.tarde"), "numero", ""),
    )
    columnas = (
        Columna("grupo", texto("coordinacion.columna.catd")),
        Columna("atraso", texto("coordinacion.columna.atraso")),
        *((Columna("marcha", texto("coordinacion.columna.marcha"), "estado", ""),) if dichas else ()),
        *(del_pronostico if pizarra else ()),
        *cuantas,
        Columna("ultimo", texto("coordinacion.columna.ultimo"), "hora", texto("coordinacion.tabla.hace_mas")),
    )
    return Tabla("catd", texto("coordinacion.tablero.por_catd"), columnas, filas)

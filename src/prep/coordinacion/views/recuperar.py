"""Actas to recover: the board of the casillas that lack some, one casilla with what was tried, and the list to take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from prep.acceso.models import Cuenta
from prep.acceso.permisos import cargos_de, requiere
from prep.acceso.registro import leyo
from prep.acceso.roles import Rol
from prep.bitacora.autoridad import autoridad
from prep.bitacora.services import HechoRechazado
from prep.catalogo.services import sin_gente
from prep.catalogo.services.errores import ProcesoDesconocido
from prep.coordinacion import oficina, panorama, recuperar
from prep.coordinacion.alcances import VEN_PERSONAS, a_su_cargo, alcance
from prep.coordinacion.filtros import Filtros
from prep.coordinacion.padron import Padron, padron
from prep.coordinacion.panorama import Panorama
from prep.coordinacion.recuperar import Casilla, Falta, Faltantes, Nota, Porque
from prep.coordinacion.services import anotar_intento
from prep.coordinacion.tablas import EN_PAGINA, Columna, Fila, Tabla, hora, pedida
from prep.coordinacion.telefonos import Aparato, aparatos, atienden
from prep.coordinacion.views.comun import con_proceso, pestanas, responder
from prep.diseno.ordenes import orden_de
from prep.diseno.textos import texto
from prep.dominio.acta.hechos import Intento
from prep.dominio.acta.transiciones import Situacion
from prep.intercambio.altas import casillas_de
from prep.plataforma.idioma import cuantos

RECUPERAN: Final = (Rol.SUPERVISOR, Rol.COORDINADOR, Rol.ADMINISTRADOR)
"""Who says what was tried. The auditor reads and writes nothing."""
SE_ANOTAN: Final = (Intento.LLAMADA, Intento.RECORRIDO, Intento.PAQUETE, Intento.OTRA_COPIA, Intento.OTRO)


@dataclass(frozen=True, slots=True)
class Gente:
    """Who attends each casilla, of those one may see; and the names of who wrote something of some."""

    atienden: Mapping[str, Sequence[Aparato]]
    nombres: Mapping[str, str]

    @classmethod
    def de(cls, request: HttpRequest, vista: Panorama, casillas: Iterable[str], notas: Iterable[Nota]) -> Gente:
        escriben = Cuenta.objects.filter(persona__in={n.persona for n in notas})
        suyos = a_su_cargo(request).filter(persona__in=_caes(frozenset(casillas))).order_by("lugar", "nombre")
        return cls(atienden(aparatos(suyos, vista)), dict(escriben.values_list("persona", "nombre")))

    def nombre(self, persona: str) -> str:
        return self.nombres.get(persona, persona)

    def quien_atiende(self, casilla: str) -> str:
        return ", ".join(dict.fromkeys(a.cuenta.nombre for a in self.atienden.get(casilla, ())))


def _caes(casillas: frozenset[str]) -> list[str]:
    """Who attends any of these."""
    de = autoridad()
    caes = (p for p, suya in de.personas.items() if any(c.rol is Rol.CAE for c in suya.cargos))
    return [p for p in caes if not casillas.isdisjoint(casillas_de(p, de))]


@requiere(*VEN_PERSONAS)
@require_GET
@con_proceso
def tablero(request: HttpRequest) -> HttpResponse:
    """The casillas with actas to recover, the most useful first; and the actas that are said not to be there."""
    filtros = Filtros.de(request)
    noche = panorama.ver(oficina.reloj.ahora())
    todo = noche.recortar(alcance(request, VEN_PERSONAS))
    vista = filtros.ver(todo)
    hay = recuperar.ver(noche, vista.padron)
    orden, csv = request.GET.get("orden", ""), request.GET.get("csv", "")
    leyo(request, "recuperar", cada=panorama.RECIENTE if request.headers.get("HX-Request") else None)
    escritas = hay.casillas if orden or csv else hay.casillas[:EN_PAGINA]
    gente = Gente.de(request, todo, (c.clave for c in escritas), (n for c in escritas for n in c.notas))
    casillas = _de_casillas(escritas, vista.padron, gente, filtros, len(hay.casillas) - len(escritas))
    tablas = [casillas.ordenada(orden), _de_sin_acta(hay.sin_acta, vista.padron, filtros).ordenada(orden)]
    if tabla := pedida(tablas, csv):
        return tabla.csv()
    datos: dict[str, Any] = {
        "pestanas": pestanas(request),
        "filtros": filtros,
        "opciones": _opciones(filtros, todo.padron),
        "hora": vista.hora,
        "hay": hay,
        "cifras": _cifras(hay),
        "casillas": tablas[0].primeras(),
        "sin_acta": tablas[1].primeras(),
        "lista": f"{reverse('coordinacion-recuperar-lista')}?{filtros.consulta}",
        "vivo": f"{request.path}?{request.GET.urlencode()}",
    }
    return responder(request, "coordinacion/recuperar.html", "coordinacion/partes/recuperar.html", datos)


def _opciones(filtros: Filtros, suyo: Padron) -> dict[str, list[tuple[str, str, bool]]]:
    """Those of the room; of situations, only those of an acta without picture."""
    todas = filtros.opciones(suyo)
    return {**todas, "situacion": [o for o in todas["situacion"] if Situacion(o[0]) in recuperar.SIN_IMAGEN]}


def _cifras(hay: Faltantes) -> list[tuple[str, int]]:
    por_que = [c.porque for c in hay.casillas]
    return [
        (texto("coordinacion.recuperar.en_catd"), por_que.count(Porque.SIN_DIGITALIZAR)),
        (texto("coordinacion.recuperar.sin_nadie"), sum(1 for c in hay.casillas if not c.tiene)),
        (texto("coordinacion.recuperar.por_confirmar"), hay.dichas),
        (texto("coordinacion.recuperar.confirmadas"), len(hay.sin_acta) - hay.dichas),
    ]


def _de_casillas(unas: Iterable[Casilla], suyo: Padron, gente: Gente, filtros: Filtros, mas: int) -> Tabla:
    columnas = (
        Columna("casilla", texto("coordinacion.columna.casilla")),
        Columna("porque", texto("coordinacion.columna.porque")),
        Columna("faltan", texto("coordinacion.columna.por_recuperar")),
        Columna("catd", texto("coordinacion.columna.catd")),
        Columna("sobre", texto("coordinacion.columna.sobre"), "hora", texto("coordinacion.recuperar.no_llega")),
        Columna("persona", texto("coordinacion.columna.atiende")),
        Columna("telefono", texto("coordinacion.columna.telefono"), "estado"),
        Columna("intento", texto("coordinacion.columna.intento")),
        Columna("tiene", texto("coordinacion.columna.tiene")),
    )
    porques = {p: texto(f"coordinacion.porque.{p}") for p in Porque}
    filas: list[Fila] = []
    for c in unas:
        suyos, notas = gente.atienden.get(c.clave, ()), c.notas
        filas.append(
            {
                "casilla": c.primera.lugar,
                "ir": reverse("coordinacion-recuperar-casilla", args=[c.clave]),
                "porque": porques[c.porque],
                "faltan": texto("coordinacion.recuperar.faltan", n=len(c.faltan), de=c.esperadas, cuales=_cuales(c)),
                "catd": suyo.catds.get(c.primera.catd, ""),
                "sobre": c.sobre,
                "persona": gente.quien_atiende(c.clave),
                "telefono": suyos[0].estado if suyos else "",
                "intento": f"{hora(notas[-1].hora)} {notas[-1].texto}" if notas else "",
                "tiene": gente.nombre(c.tiene) if c.tiene else "",
            }
        )
    titulo = texto("coordinacion.recuperar.casillas")
    return Tabla("casillas", titulo, columnas, filas, consulta=filtros.consulta, tarjetas=True, mas=mas)


def _cuales(c: Casilla) -> str:
    return ", ".join(f.esperada.eleccion.nombre for f in c.faltan)


def _de_sin_acta(unas: Iterable[Falta], suyo: Padron, filtros: Filtros) -> Tabla:
    columnas = (
        Columna("casilla", texto("coordinacion.columna.casilla")),
        Columna("estado", texto("coordinacion.columna.estado"), "estado"),
        Columna("motivo", texto("coordinacion.columna.motivo")),
        Columna("eleccion", texto("coordinacion.columna.eleccion")),
        Columna("catd", texto("coordinacion.columna.catd")),
        Columna("dicha", texto("coordinacion.columna.dicha"), "hora"),
    )
    filas = [
        {
            "casilla": f.esperada.lugar,
            "ir": reverse("coordinacion-recuperar-casilla", args=[f.clave[:11]]),
            "estado": f.custodia.value,
            "motivo": texto(f"coordinacion.sin_acta.{f.motivo}") if f.motivo else "",
            "eleccion": f.esperada.eleccion.nombre,
            "catd": suyo.catds.get(f.esperada.catd, ""),
            "dicha": f.dicha,
        }
        for f in unas
    ]
    titulo = texto("coordinacion.recuperar.sin_acta")
    return Tabla("sin_acta", titulo, columnas, filas, consulta=filtros.consulta, tarjetas=True)


@requiere(*VEN_PERSONAS)
@require_GET
@con_proceso
def lista(request: HttpRequest) -> HttpResponse:
    """The list to take in hand, on paper: a sheet for each CATD."""
    filtros = Filtros.de(request)
    noche = panorama.ver(oficina.reloj.ahora())
    todo = noche.recortar(alcance(request, VEN_PERSONAS))
    hay = recuperar.ver(noche, filtros.ver(todo).padron)
    leyo(request, "recuperar")
    gente = Gente.de(request, todo, (c.clave for c in hay.casillas), (n for c in hay.casillas for n in c.notas))
    donde = {c.clave: c for c in sin_gente().catds}
    hojas = []
    for catd, suyas in groupby(sorted(hay.casillas, key=lambda c: c.primera.catd), key=lambda c: c.primera.catd):
        renglones = [_renglon(c, gente) for c in suyas]
        hojas.append(
            {
                "catd": todo.padron.catds.get(catd, texto("coordinacion.tabla.sin_catd")),
                "domicilio": donde[catd].domicilio if catd in donde else "",
                "renglones": renglones,
                "cuantas": texto(
                    "coordinacion.recuperar_lista.de",
                    actas=_cuantas(sum(len(r["cuales"]) for r in renglones), "acta"),
                    casillas=_cuantas(len(renglones), "casilla"),
                ),
            }
        )
    datos = {"pestanas": pestanas(request), "hojas": hojas, "hora": todo.hora, "consulta": filtros.consulta}
    return render(request, "coordinacion/recuperar_lista.html", datos)


def _cuantas(n: int, que: str) -> str:
    return cuantos(n, *(texto(f"coordinacion.recuperar_lista.{x}") for x in (que, f"{que}s")))


def _renglon(c: Casilla, gente: Gente) -> dict[str, Any]:
    return {
        "clave": c.clave,
        "lugar": c.primera.lugar,
        "cuales": [f.esperada.eleccion.nombre for f in c.faltan],
        "porque": texto(f"coordinacion.porque.{c.porque}"),
        "sobre": c.sobre,
        "atiende": gente.quien_atiende(c.clave),
        "tiene": gente.nombre(c.tiene) if c.tiene else "",
    }


# one casilla


class Anotacion(forms.Form):
    intento = forms.ChoiceField(
        label=texto("coordinacion.recuperar.que_se_hizo"),
        choices=[(i.value, texto(f"coordinacion.intento.{i}")) for i in SE_ANOTAN],
    )
    dicho = forms.CharField(
        label=texto("coordinacion.recuperar.que_paso"),
        help_text=texto("coordinacion.recuperar.sin_nombres"),
        min_length=4,
        max_length=300,
    )


def _una(request: HttpRequest, casilla: str) -> frozenset[str] | None:
    """A casilla is reached by its key; None where this process has no such casilla."""
    try:
        return frozenset({casilla}) if padron().de_casilla(casilla) else None
    except ProcesoDesconocido:
        return None


@requiere(*VEN_PERSONAS, sobre=_una)
@require_GET
@con_proceso
def una(request: HttpRequest, casilla: str) -> HttpResponse:
    """One casilla: what is missing of it, who attends it, what was tried, and the form to say what is tried now."""
    return _pagina(request, casilla, Anotacion())


def _pagina(request: HttpRequest, casilla: str, forma: Anotacion) -> HttpResponse:
    suyo = padron()
    vista = panorama.ver(oficina.reloj.ahora()).recortar(alcance(request, VEN_PERSONAS))
    esperadas = suyo.de_casilla(casilla)
    faltan = recuperar.de_casilla(suyo, casilla)
    notas = recuperar.notas_de(faltan)
    tiene = next((f.tiene for f in faltan if f.tiene), "")
    gente = Gente.de(request, vista, [casilla], notas)
    leyo(request, f"recuperar {casilla}")
    assert isinstance(request.user, Cuenta)
    datos = {
        "pestanas": pestanas(request),
        "casilla": casilla,
        "primera": esperadas[0],
        "esperadas": len(esperadas),
        "catd": next((c for c in sin_gente().catds if c.clave == esperadas[0].catd), None),
        "faltan": [(f, texto(f"coordinacion.sin_acta.{f.motivo}") if f.motivo else "") for f in faltan],
        "sobre": min((f.acopio for f in faltan if f.acopio), default=None),
        "atienden": gente.atienden.get(casilla, ()),
        "notas": [(n, gente.nombre(n.persona)) for n in reversed(notas)],
        "tiene": gente.nombre(tiene) if tiene else "",
        "es_mia": bool(tiene) and autoridad().identidad(tiene) == autoridad().identidad(request.user.persona),
        "form": forma,
        "orden": orden_de(request),
        "orden_de_tomar": uuid4(),
        "escribe": bool(faltan) and bool({c.rol for c in cargos_de(request)} & set(RECUPERAN)),
    }
    return render(request, "coordinacion/recuperar_casilla.html", datos)


@requiere(*RECUPERAN, sobre=_una)
@require_POST
@con_proceso
def anotar(request: HttpRequest, casilla: str) -> HttpResponse:
    """What was tried, or who sees to it from now on: on record of every acta of the casilla that has no picture."""
    ahora = oficina.reloj.ahora()
    dicho, orden = request.POST.get("intento", ""), orden_de(request)
    if dicho in (Intento.TOMADA, Intento.SOLTADA):
        intento, frase = Intento(dicho), texto(f"coordinacion.intento.{dicho}")
    else:
        forma = Anotacion(request.POST)
        if not forma.is_valid():
            return _pagina(request, casilla, forma)
        intento = Intento(forma.cleaned_data["intento"])
        frase = f"{texto(f'coordinacion.intento.{intento}')}: {forma.cleaned_data['dicho']}"
    assert isinstance(request.user, Cuenta)
    try:
        cuantas = anotar_intento(casilla, intento, frase, request.user.persona, orden, ahora)
    except HechoRechazado as negado:
        messages.error(request, negado.rechazo.value)
        return redirect("coordinacion-recuperar-casilla", casilla)
    if cuantas:
        messages.success(request, texto("coordinacion.recuperar.anotado"))
    else:
        messages.info(request, texto("coordinacion.recuperar.ya_llego"))
    return redirect("coordinacion-recuperar-casilla", casilla)

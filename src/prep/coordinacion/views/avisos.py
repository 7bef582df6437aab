"""What two actas say of one another, with both pictures; and where the pending actas could change who leads."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from prep.acceso.models import Cuenta
from prep.acceso.permisos import cargos_de, requiere
from prep.acceso.registro import anotar, leyo
from prep.acceso.roles import Rol
from prep.coordinacion import historia, lecturas, liderazgo, oficina
from prep.coordinacion.alcances import VEN_AVISOS, alcance, lee_siempre
from prep.coordinacion.avisos import Avisada, avisos
from prep.coordinacion.liderazgo import Contienda
from prep.coordinacion.models import Visto
from prep.coordinacion.padron import Padron, padron
from prep.coordinacion.tablas import Columna, Tabla, consulta, pedida
from prep.coordinacion.validaciones import Validacion
from prep.coordinacion.views.comun import con_proceso, pestanas, reabrir_en
from prep.diseno.textos import texto
from prep.dominio.comun.autoridad import TODO

VEN_Y_DICEN: Final = frozenset({Rol.SUPERVISOR, Rol.ADMINISTRADOR})
"""Who says that they looked at a warning: the auditor reads and writes nothing."""


@requiere(*VEN_AVISOS)
@require_GET
@con_proceso
def lista(request: HttpRequest) -> HttpResponse:
    """Every warning within one's reach that nobody has looked at yet; or, when asked, those somebody did."""
    suyo, ahora, alcanza = padron(), oficina.reloj.ahora(), alcance(request, VEN_AVISOS)
    cual, vistos = request.GET.get("cual", ""), request.GET.get("vistos") == "1"
    ya = set(Visto.objects.values_list("aviso", flat=True))
    todos = _suyos(request, suyo, ahora)
    suyos = [a for a in todos if vistos == (a.id in ya)]
    pedidos = [a for a in suyos if not cual or a.validacion.value == cual]
    orden = request.GET.get("orden", "")
    pide = consulta(cual=cual, vistos="1" if vistos else "")
    tablas = [
        _tabla(pedidos, suyo, pide).ordenada(orden),
        _de_contiendas(contiendas_de(suyo, ahora, alcanza), suyo, pide).ordenada(orden),
    ]
    if tabla := pedida(tablas, request.GET.get("csv", "")):
        return tabla.csv()
    datos: dict[str, Any] = {
        "pestanas": pestanas(request),
        "tabla": tablas[0],
        "contiendas": tablas[1],
        "vistos": vistos,
        "cuantos": [(v.value, _nombre(v), sum(1 for a in suyos if a.validacion is v)) for v in Validacion],
        "cual": cual,
    }
    return render(request, "coordinacion/avisos.html", datos)


def _suyos(request: HttpRequest, suyo: Padron, ahora: datetime) -> list[Avisada]:
    """Those within one's reach that do not tell one too early what others typed."""
    alcanza, siempre = alcance(request, VEN_AVISOS), lee_siempre(request)
    return [a for a in avisos(suyo, ahora) if a.alcanza(alcanza) and (siempre or not a.revela)]


def _nombre(validacion: Validacion) -> str:
    return texto(f"coordinacion.validacion.{validacion}.nombre")


def _tabla(pedidos: list[Avisada], suyo: Padron, pide: str) -> Tabla:
    columnas = (
        Columna("aviso", texto("coordinacion.columna.aviso")),
        Columna("acta", texto("coordinacion.columna.acta")),
        Columna("casilla", texto("coordinacion.columna.casilla")),
        Columna("otra", texto("coordinacion.columna.otra_acta")),
        Columna("eleccion", texto("coordinacion.columna.eleccion")),
        Columna("demarcacion", texto("coordinacion.columna.demarcacion")),
        Columna("publicada", texto("coordinacion.columna.publicada")),
    )
    filas = [
        {
            "aviso": f"{a.validacion} · {_nombre(a.validacion)}",
            "ir": f"{reverse('coordinacion-aviso', args=[a.id])}{pide and '?'}{pide}",
            "acta": a.claves[0],
            "casilla": suyo.actas[a.claves[0]].lugar,
            "otra": a.claves[1] if len(a.claves) > 1 else "",
            "eleccion": suyo.actas[a.claves[0]].eleccion.nombre,
            "demarcacion": suyo.demarcacion(suyo.actas[a.claves[0]].demarcacion),
            "publicada": texto("coordinacion.avisos.si" if a.publicadas else "coordinacion.avisos.no"),
        }
        for a in pedidos
    ]
    return Tabla("avisos", texto("coordinacion.avisos.entre_actas"), columnas, filas, consulta=pide)


def contiendas_de(suyo: Padron, ahora: datetime, alcanza: frozenset[str]) -> list[Contienda]:
    """Of the whole night, contests all of whose actas are in somebody's reach and whose lead may change:
    alerts first, then the closest."""
    todas = liderazgo.todas(suyo, lecturas.mirar(suyo, ahora))
    suyas = [c for c in todas if TODO in alcanza or all(clave[:11] in alcanza for clave in c.claves)]
    return sorted((c for c in suyas if c.puede_cambiar), key=lambda c: (not c.alerta, c.diferencia, c.eleccion))


def _de_contiendas(suyas: list[Contienda], suyo: Padron, pide: str) -> Tabla:
    columnas = (
        Columna("contienda", texto("coordinacion.columna.demarcacion")),
        Columna("eleccion", texto("coordinacion.columna.eleccion")),
        Columna("alerta", texto("coordinacion.columna.alerta")),
        Columna("pendientes", texto("coordinacion.columna.pendientes"), "numero"),
        Columna("esperadas", texto("coordinacion.columna.esperadas"), "numero"),
        Columna("diferencia", texto("coordinacion.columna.diferencia"), "numero"),
        Columna("por_venir", texto("coordinacion.columna.por_venir"), "numero"),
    )
    nombres = {e.clave: e.nombre for e in suyo.elecciones}
    actas = reverse("coordinacion-actas")
    filas = []
    for c in suyas:
        donde = (
            texto("coordinacion.avisos.entidad")
            if c.demarcacion is None
            else suyo.demarcacion((c.eleccion, c.demarcacion))
        )
        demarcacion = "" if c.demarcacion is None else str(c.demarcacion)
        filas.append(
            {
                "contienda": donde,
                "ir": f"{actas}?{consulta(eleccion=c.eleccion, demarcacion=demarcacion, pendientes='1')}",
                "eleccion": nombres[c.eleccion],
                "alerta": texto("coordinacion.avisos.casi") if c.alerta else "",
                "pendientes": c.pendientes,
                "esperadas": c.esperadas,
                "diferencia": c.diferencia,
                "por_venir": c.por_venir,
            }
        )
    return Tabla("contiendas", texto("coordinacion.avisos.contiendas"), columnas, filas, consulta=pide)


def _uno(request: HttpRequest, ident: str) -> Avisada:
    for a in _suyos(request, padron(), oficina.reloj.ahora()):
        if a.id == ident:
            return a
    raise Http404


@requiere(*VEN_AVISOS)
@require_http_methods(["GET", "HEAD", "POST"])
@con_proceso
def uno(request: HttpRequest, ident: str) -> HttpResponse:
    """One warning: the pictures side by side and which rows to look at, never which number. By POST: one looked."""
    aviso = _uno(request, ident)
    volver = reverse("coordinacion-avisos", query=request.GET)
    dice = bool({c.rol for c in cargos_de(request)} & VEN_Y_DICEN)
    if request.method == "POST":
        if not dice:
            raise PermissionDenied
        _vio(request, aviso)
        return redirect(volver)
    suyo = padron()
    for clave in aviso.claves:
        leyo(request, clave)
    partes = []
    for clave, dicha in zip(aviso.claves, aviso.dichas, strict=True):
        esperada = suyo.actas[clave]
        partes.append(
            {
                "clave": clave,
                "lugar": esperada.lugar,
                "donde": f"{esperada.eleccion.nombre} · {suyo.demarcacion(esperada.demarcacion)}",
                "imagen": reverse("coordinacion-imagen", args=[clave, dicha.imagen]),
                "publicada": dicha.publicada,
                "reabrir": reabrir_en(request, clave, dicha.publicada),
            }
        )
    nombres = historia.nombres_de(suyo.actas[aviso.claves[0]])
    boletas = suyo.actas[aviso.claves[0]].boleta.claves
    datos = {
        "pestanas": pestanas(request),
        "aviso": aviso,
        "volver": volver,
        "nombre": _nombre(aviso.validacion),
        "hacer": texto(f"coordinacion.validacion.{aviso.validacion}.hacer"),
        "campos": [nombres["total_asentado"] if i < 0 else nombres[boletas[i]] for i in aviso.renglones],
        "partes": partes,
        "visto": Visto.objects.filter(aviso=aviso.id).first(),
        "dice": dice,
    }
    return render(request, "coordinacion/aviso.html", datos)


def _vio(request: HttpRequest, aviso: Avisada) -> None:
    assert isinstance(request.user, Cuenta)
    nota = request.POST.get("nota", "").strip()[:500]
    try:
        with transaction.atomic():
            Visto.objects.create(aviso=aviso.id, persona=request.user.persona, cuando=oficina.reloj.ahora(), nota=nota)
    except IntegrityError:
        return  # somebody did already
    anotar(request, "aviso_visto", f"{aviso.validacion} {' '.join(aviso.claves)}", nota)

"""The phones of CAEs; and one phone, which can be revoked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from prep.acceso.models import Cuenta
from prep.acceso.permisos import cargos_de, reautenticar, requiere
from prep.acceso.registro import anotar, leyo
from prep.acceso.roles import Rol
from prep.bitacora.autoridad import autoridad
from prep.coordinacion import oficina, panorama
from prep.coordinacion.alcances import VEN_PERSONAS, a_su_cargo, alcance
from prep.coordinacion.recuperar import sin_ninguna
from prep.coordinacion.tablas import Columna, Tabla, pedida
from prep.coordinacion.telefonos import Aparato, aparatos
from prep.coordinacion.views.comun import con_proceso, elegir, pestanas, responder
from prep.diseno.textos import texto
from prep.dominio.comun.facultades import ClaseDispositivo
from prep.intercambio.altas import dar_de_baja

SOLO: Final = ("sin_telefono", "por_enviar", "sin_recibir", "callado", "al_dia", "de_baja")
REVOCA: Final = (Rol.ADMINISTRADOR,)


@requiere(*VEN_PERSONAS)
@require_GET
@con_proceso
def telefonos(request: HttpRequest) -> HttpResponse:
    """The phones of the CAEs of one's places."""
    vista = panorama.ver(oficina.reloj.ahora()).recortar(alcance(request, VEN_PERSONAS))
    todos = aparatos(a_su_cargo(request).order_by("lugar", "nombre"), vista)
    vistos, filtros, eleccion = elegir(request, todos, SOLO, lambda a, solo: a.estado == solo, "diseno.estado")
    orden = request.GET.get("orden", "")
    tabla = _de_aparatos(vistos, filtros).ordenada(orden)
    leyo(request, "telefonos", cada=panorama.RECIENTE if request.headers.get("HX-Request") else None)
    if pedida([tabla], request.GET.get("csv", "")):
        return tabla.csv()
    datos: dict[str, Any] = {
        "pestanas": pestanas(request),
        "hora": vista.hora,
        "tabla": tabla.primeras(),
        "faltan": sin_ninguna(vista),
        "de": len({c[:11] for c in vista.padron.actas}),
        **eleccion,
    }
    return responder(request, "coordinacion/telefonos.html", "coordinacion/partes/telefonos.html", datos)


def _de_aparatos(vistos: Sequence[Aparato], filtros: str) -> Tabla:
    columnas = (
        Columna("nombre", texto("coordinacion.columna.persona")),
        Columna("estado", texto("coordinacion.columna.estado"), "estado"),
        Columna("lugar", texto("coordinacion.columna.lugar")),
        Columna("sin_foto", texto("coordinacion.columna.sin_foto"), "numero"),
        Columna("actas", texto("coordinacion.columna.de_actas"), "numero"),
        Columna("hechos", texto("coordinacion.columna.recibidas"), "numero", ""),
        Columna("por_enviar", texto("coordinacion.columna.por_enviar"), "numero", ""),
        Columna("faltan", texto("coordinacion.columna.faltan"), "numero", ""),
        Columna("rechazados", texto("coordinacion.columna.rechazados"), "numero", ""),
        Columna("ultimo", texto("coordinacion.columna.ultimo"), "hora", ""),
        Columna("reloj", texto("coordinacion.columna.reloj")),
        Columna("version", texto("coordinacion.columna.version")),
    )
    filas, ir = [], reverse("coordinacion-telefono", args=["-"])
    for a in vistos:
        t, dicho = a.telefono, a.telefono.contacto if a.telefono else None
        filas.append(
            {
                "nombre": a.cuenta.nombre,
                "ir": ir.replace("/-/", f"/{t.id}/") if t else "",
                "estado": a.estado,
                "lugar": a.cuenta.lugar,
                "sin_foto": a.sin_foto,
                "actas": a.actas,
                "hechos": t.hechos if t else None,
                "por_enviar": dicho.por_enviar if dicho else None,
                "faltan": t.faltan if t else None,
                "rechazados": dicho.rechazados if dicho else None,
                "ultimo": t.ultimo if t else None,
                "reloj": reloj(a),
                "version": dicho.version if dicho else "",
            }
        )
    return Tabla("telefonos", texto("coordinacion.telefonos.titulo"), columnas, filas, consulta=filtros)


def reloj(aparato: Aparato) -> str:
    """`adelantado 12 min`; empty when it is right, or not known."""
    if aparato.desfase is None:
        return ""
    minutos = abs(int(aparato.desfase.total_seconds())) // 60
    sentido = "adelantado" if aparato.desfase.total_seconds() > 0 else "atrasado"
    cuanto = (
        texto("coordinacion.tabla.minutos", n=minutos)
        if minutos < 24 * 60
        else texto("coordinacion.telefonos.dias", n=f"{minutos // (24 * 60):,}")
    )
    return f"{texto(f'coordinacion.telefonos.{sentido}')} {cuanto}"


class Baja(forms.Form):
    motivo = forms.CharField(label=texto("coordinacion.telefonos.motivo"), min_length=4, max_length=300)


def _de_quien(request: HttpRequest, ident: str) -> QuerySet[Cuenta]:
    """The accounts of whose phone that is, if whoever asks may see them."""
    de = autoridad()
    aparato = de.dispositivos.get(ident)
    if aparato is None or aparato.clase is not ClaseDispositivo.TELEFONO:
        return Cuenta.objects.none()
    return a_su_cargo(request).filter(persona__in=de.cuentas_de(aparato.persona))


def _uno_suyo(request: HttpRequest, ident: str) -> frozenset[str] | None:
    return frozenset() if _de_quien(request, ident).exists() else None


@requiere(*VEN_PERSONAS, sobre=_uno_suyo)
@require_GET
@con_proceso
def telefono(request: HttpRequest, ident: str) -> HttpResponse:
    """What is known of one phone; for the central operation, the form that revokes it."""
    return _pagina(request, ident, Baja())


def _pagina(request: HttpRequest, ident: str, forma: Baja) -> HttpResponse:
    vista = panorama.ver(oficina.reloj.ahora()).recortar(alcance(request, VEN_PERSONAS))
    uno = next(a for a in aparatos(_de_quien(request, ident), vista) if a.telefono and a.telefono.id == ident)
    leyo(request, ident)
    datos = {
        "pestanas": pestanas(request),
        "a": uno,
        "t": uno.telefono,
        "reloj": reloj(uno),
        "form": forma,
        "revoca": uno.estado != "de_baja" and Rol.ADMINISTRADOR in {c.rol for c in cargos_de(request)},
    }
    return render(request, "coordinacion/telefono.html", datos)


@requiere(*REVOCA, sobre=_uno_suyo)
@require_POST
@reautenticar
def revocar(request: HttpRequest, ident: str) -> HttpResponse:
    """Revoke a phone that was lost, in effect at once. What it had delivered counts."""
    forma = Baja(request.POST)
    if not forma.is_valid():
        return _pagina(request, ident, forma)
    assert isinstance(request.user, Cuenta)
    motivo = forma.cleaned_data["motivo"]
    dar_de_baja(ident, motivo, request.user.persona, oficina.reloj.ahora())
    anotar(request, "telefono_baja", ident, motivo)
    messages.success(request, texto("coordinacion.telefonos.revocado"))
    return redirect("coordinacion-telefono", ident)

"""The wall, and the links that open it."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from prep.acceso.models import Cuenta
from prep.acceso.permisos import abierta, cargos_de, requiere
from prep.acceso.registro import anotar
from prep.acceso.roles import Rol
from prep.catalogo.services import modo, sin_gente
from prep.coordinacion import muros, oficina, panorama, ritmo, situacion
from prep.coordinacion.filtros import HORA, Filtros
from prep.coordinacion.models import Muro
from prep.coordinacion.panorama import Panorama, Trabajo
from prep.coordinacion.recuperar import por_recuperar
from prep.coordinacion.situacion import Conteo
from prep.coordinacion.views.comun import con_proceso, pestanas, responder
from prep.diseno.textos import texto
from prep.dominio.acta.transiciones import Situacion
from prep.dominio.tabulacion.proceso import Modo

EN_EL_MURO: Final = (
    *(Trabajo.IDENTIFICAR, Trabajo.PRIMERA, Trabajo.SEGUNDA),
    *(Trabajo.DIFERENCIAS, Trabajo.DECISION, Trabajo.VERIFICACION),
)


@abierta
@never_cache
@require_GET
@con_proceso
def muro(request: HttpRequest, enlace: str) -> HttpResponse:
    """The night at six metres: whole numbers, nobody's name, no button."""
    abierto = muros.abrir(enlace)
    if abierto is None:
        raise Http404
    suyo, alcance = abierto
    noche = panorama.ver(oficina.reloj.ahora())
    vista = noche.recortar(alcance)
    medido = ritmo.medir(vista, Filtros(a=suyo.meta).hasta(vista.hora, sin_gente().publicacion.fin))
    todas = situacion.contar(vista, lambda e: "").get("", Conteo())
    por_eleccion = situacion.contar(vista, lambda e: e.eleccion.nombre)
    datos: dict[str, Any] = {
        "hora": vista.hora,
        "cuenta": todas,
        "total": f"{todas.publicadas:,}",
        "sin_acta": f"{todas.en[Situacion.SIN_ACTA]:,}",
        "recuperar": f"{por_recuperar(todas):,}",
        "esperadas": f"{todas.esperadas:,}",
        "por_hora": f"{medido.por_hora:,}",
        "necesario": None if medido.necesario is None else f"{medido.necesario:,}",
        "elecciones": por_eleccion.items() if len(por_eleccion) > 1 else (),
        "ritmo": medido,
        "pasos": [(texto(f"coordinacion.muro.{t}"), _esperan(vista, t)) for t in EN_EL_MURO],
        "atrasados": len(situacion.atrasos(noche).keys() & vista.padron.catds.keys()),
        "simulacro": modo() is not Modo.JORNADA,
        "vivo": request.path,
    }
    return responder(request, "coordinacion/muro.html", "coordinacion/partes/muro.html", datos)


def _esperan(vista: Panorama, trabajo: Trabajo) -> str:
    return f"{sum(1 for e in vista.esperan if e.trabajo is trabajo):,}"


class NuevoMuro(forms.Form):
    nombre = forms.CharField(label=texto("coordinacion.muros.nombre"), max_length=100)
    meta = forms.CharField(
        label=texto("coordinacion.filtros.terminar"),
        help_text=texto("coordinacion.filtros.terminar_ayuda"),
        max_length=5,
        required=False,
    )

    def clean_meta(self) -> str:
        meta = str(self.cleaned_data["meta"]).strip()
        if meta and not re.fullmatch(HORA, meta):
            raise forms.ValidationError(texto("coordinacion.filtros.terminar_ayuda"))
        return meta


def _suyos(request: HttpRequest) -> QuerySet[Muro]:
    """Links that whoever asks may see and take away: their own; the central operation, all."""
    vivos = Muro.objects.filter(baja=None)
    if Rol.ADMINISTRADOR in {c.rol for c in cargos_de(request)}:
        return vivos
    assert isinstance(request.user, Cuenta)
    return vivos.filter(persona=request.user.persona)


@requiere(*muros.HACEN)
@require_http_methods(["GET", "HEAD", "POST"])
def enlaces(request: HttpRequest) -> HttpResponse:
    """The links there are, and one more."""
    forma = NuevoMuro(request.POST or None)
    if request.method == "POST" and forma.is_valid():
        assert isinstance(request.user, Cuenta)
        nuevo = Muro.objects.create(persona=request.user.persona, alta=oficina.reloj.ahora(), **forma.cleaned_data)
        anotar(request, "muro_alta", str(nuevo.id))
        messages.success(request, texto("coordinacion.muros.hecho", nombre=nuevo.nombre))
        return redirect("coordinacion-muros")
    filas = [(m, request.build_absolute_uri(muros.ruta(m))) for m in _suyos(request)]
    return render(request, "coordinacion/muros.html", {"pestanas": pestanas(request), "form": forma, "filas": filas})


def _uno_suyo(request: HttpRequest, ident: Any) -> frozenset[str] | None:
    return frozenset() if _suyos(request).filter(id=ident).exists() else None


@requiere(*muros.HACEN, sobre=_uno_suyo)
@require_POST
def quitar(request: HttpRequest, ident: Any) -> HttpResponse:
    """Take a link away, in effect at once."""
    suyo = get_object_or_404(Muro, id=ident)
    muros.quitar(suyo, oficina.reloj.ahora())
    anotar(request, "muro_baja", str(suyo.id))
    messages.success(request, texto("coordinacion.muros.quitado", nombre=suyo.nombre))
    return redirect("coordinacion-muros")

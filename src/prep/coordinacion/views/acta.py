"""One acta: its whole history, its pictures, and what each person read in it, for whoever may see that."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from prep.acceso.permisos import requiere
from prep.acceso.registro import leyo
from prep.bitacora.models import Hecho as FilaHecho
from prep.catalogo.services.errores import ProcesoDesconocido
from prep.coordinacion import historia
from prep.coordinacion.alcances import VEN, lee_siempre
from prep.coordinacion.padron import padron
from prep.coordinacion.views.comun import pestanas, reabrir_en
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import HOJA, Tipo, sujeto_de
from prep.dominio.acta.transiciones import Captura
from prep.evidencia.vista import para_ver, tipo_mime
from prep.plataforma.almacen import evidencia

DE_NADIE: Final = frozenset({"hoja"})
"""A sheet is of nobody's casilla: only whoever reaches everything reaches it."""


def _cual(request: HttpRequest, clave: str, **otros: str) -> frozenset[str] | None:
    """The keys an acta is reached by; None where this process has no such acta (or no fact of such a sheet)."""
    if clave.startswith(HOJA):
        return DE_NADIE if FilaHecho.objects.filter(sujeto=clave).exists() else None
    try:
        return frozenset({clave[:11]}) if clave in padron().actas else None
    except ProcesoDesconocido:
        return None


def ve_lecturas(request: HttpRequest, acta: Acta) -> bool:
    """Whether whoever asks may see what each person typed: at any moment, or once it is verified."""
    return lee_siempre(request) or acta.captura is Captura.VERIFICADA


def _de_su_casilla(clave: str) -> list[str]:
    return [] if clave.startswith(HOJA) else [e.clave for e in padron().de_casilla(clave[:11])]


@requiere(*VEN, sobre=_cual)
@require_GET
def acta(request: HttpRequest, clave: str) -> HttpResponse:
    """Its history in sentences. Who read it is put on the register."""
    esperada = padron().actas.get(clave)
    contada = historia.contar(clave, esperada)
    leyo(request, clave)
    datos = {
        "pestanas": pestanas(request),
        "clave": clave,
        "esperada": esperada,
        "demarcacion": padron().demarcacion(esperada.demarcacion) if esperada else "",
        "historia": contada,
        "acta": contada.acta,
        "reabrir": reabrir_en(request, clave, contada.acta.captura is Captura.VERIFICADA),
        "ve_lecturas": ve_lecturas(request, contada.acta),
        "anexos": historia.anexos(_de_su_casilla(clave)),
    }
    return render(request, "coordinacion/acta.html", datos)


@requiere(*VEN, sobre=_cual)
@require_GET
def imagen(request: HttpRequest, clave: str, huella: str) -> HttpResponse:
    """One picture that came of this acta, or of another sheet beside it. Who was shown it is put on the register."""
    con_imagen = [t.value for t in (*historia.LLEGADAS, Tipo.ANEXADA)]
    suya = FilaHecho.objects.filter(sujeto=sujeto_de(clave), tipo__in=con_imagen)
    if all(huella != h for h in historia.imagenes_de(suya)):
        raise Http404
    datos = para_ver(evidencia(), huella)
    if datos is None:
        raise Http404
    leyo(request, f"{clave} {huella}")
    return HttpResponse(datos, content_type=tipo_mime(datos), headers={"Cache-Control": "private, no-store"})

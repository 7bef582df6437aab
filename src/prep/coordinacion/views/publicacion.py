"""Stopping the publication: one person of central operation asks for it and another one confirms it, each saying again
who they are. That it goes on takes one."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from prep.acceso.marcha import Como, hora_de, nombres_de
from prep.acceso.models import Cuenta
from prep.acceso.permisos import reautenticar, requiere
from prep.acceso.roles import Rol
from prep.bitacora.autoridad import autoridad
from prep.bitacora.marcha import decir_de_la_publicacion, la_noche, servicio_de
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import HechoRechazado
from prep.coordinacion import oficina
from prep.coordinacion.views.comun import con_proceso, pestanas
from prep.diseno.ordenes import orden_de
from prep.diseno.textos import texto
from prep.dominio.comun.autoridad import DETENCION
from prep.dominio.comun.hecho import HechoInvalido
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.operacion import Detencion

_MOTIVO = 500


def como_se_publica() -> Como:
    """How the publication is: as asked for, the last one that was."""
    noche = servicio_de(la_noche())
    dicha = noche.detencion or max(noche.pedidas.values(), key=lambda d: d.desde, default=None)
    if dicha is None:
        return Como("se_publica")
    quien = dicha.confirma or dicha.pide
    estado = "detenida" if dicha.confirma else "detencion_pedida"
    nombre = nombres_de([quien]).get(quien, quien)
    return Como(estado, estado, "proceso", hora_de(dicha.desde), nombre, dicha.motivo)


@requiere(Rol.ADMINISTRADOR)
@require_http_methods(["GET", "HEAD", "POST"])
@reautenticar(allow_get=True)
@con_proceso
def publicacion(request: HttpRequest) -> HttpResponse:
    """Whether it is stopped, by whom and why; asking for it, confirming it, and going on."""
    assert isinstance(request.user, Cuenta)
    motivo, frase = request.POST.get("motivo", "").strip()[:_MOTIVO], ""
    if request.method == "POST":
        frase = _decir(request, request.user.persona, request.POST.get("que", ""), motivo)
        if not frase:
            estado = texto(f"diseno.estado.{como_se_publica().estado}")
            messages.success(request, texto("coordinacion.publicacion.hecho", estado=estado))
            return redirect("coordinacion-publicacion")
    noche = servicio_de(la_noche())
    dichas = [*noche.pedidas.values(), *([noche.detencion] if noche.detencion else [])]
    nombres = nombres_de({quien for d in dichas for quien in (d.pide, d.confirma)})
    aqui = autoridad()
    yo = aqui.identidad(request.user.persona)
    datos = {
        "pestanas": pestanas(request),
        "orden": str(uuid4()),
        "estado": como_se_publica().estado,
        "frase": frase,
        "motivo": motivo,
        "pedidas": [(_dicha(d, nombres), aqui.identidad(d.pide) == yo) for d in noche.pedidas.values()],
        "detencion": _dicha(noche.detencion, nombres) if noche.detencion else None,
    }
    return render(request, "coordinacion/publicacion.html", datos)


def _decir(request: HttpRequest, persona: str, que: str, motivo: str) -> str:
    """Why it could not be said; empty once it was."""
    if que not in DETENCION:
        raise BadRequest
    contenido = {"motivo": motivo} if motivo else {}
    if que == "detenida":
        contenido = {"peticion": request.POST.get("peticion", "")}
    try:
        decir_de_la_publicacion(que, contenido, persona, oficina.reloj.ahora(), nodo_de_aqui(), orden_de(request))
    except HechoRechazado as error:
        otra = error.rechazo is Rechazo.MISMA_PERSONA
        cambio = error.rechazo in (Rechazo.SIN_PETICION, Rechazo.ESTADO_CUSTODIA)
        clave = "coordinacion.publicacion.misma_persona" if otra else "acceso.marcha.cambio" if cambio else ""
        return texto(clave) if clave else error.rechazo.value
    except HechoInvalido:
        if que == "detenida":
            raise BadRequest from None  # no page of ours names a request like that
        return texto("acceso.marcha.falta_motivo")
    return ""


def _dicha(d: Detencion, nombres: dict[str, str]) -> dict[str, str]:
    return {
        "peticion": d.peticion,
        "motivo": d.motivo,
        "desde": hora_de(d.desde),
        "pidio": nombres.get(d.pide, d.pide),
        "confirmo": nombres.get(d.confirma, d.confirma),
    }

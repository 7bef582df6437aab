"""What the pages of the room share: whoever asks and what they reach, the tabs, and how an act is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from prep.acceso.destinos import destinos_de
from prep.acceso.models import Cuenta
from prep.acceso.permisos import cargos_de
from prep.acceso.registro import leyo
from prep.acceso.roles import Rol
from prep.bitacora.services import HechoRechazado
from prep.ccv import cola, hoja
from prep.ccv.cola import Quien
from prep.ccv.pasos import ESCRITORIOS, ROLES, Paso
from prep.ccv.services import CamposInvalidos, Ficha, FichaInvalida, FichaSuperada, ImagenDesechada
from prep.diseno.textos import texto
from prep.dominio.acta.asentado import Asentado
from prep.dominio.comun.autoridad import TODO
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.practica import donde_practican
from prep.evidencia.vista import tipo_mime
from prep.papel import vigente

registro = logging.getLogger("prep.ccv")
PIDEN_REAPERTURA: Final = (Rol.VERIFICADOR, Rol.SUPERVISOR)
DE_QUIEN: Final = frozenset(
    {Rechazo.NODO_DESCONOCIDO, Rechazo.PERSONA_DESCONOCIDA, Rechazo.SIN_FACULTAD, Rechazo.DISPOSITIVO}
)
"""Refusals that another acta would not mend: the work stays on the page."""
MOTIVO: Final = 500


def persona_de(request: HttpRequest) -> str:
    """How the facts call whoever is signed in."""
    assert isinstance(request.user, Cuenta)
    return request.user.persona


def lugar_de(request: HttpRequest) -> str:
    assert isinstance(request.user, Cuenta)
    return request.user.lugar


def alcance_de(request: HttpRequest, roles: tuple[Rol, ...]) -> frozenset[str]:
    """What those roles of a person reach."""
    return frozenset[str]().union(*(c.alcance for c in cargos_de(request) if c.rol in roles))


def quien_pide(request: HttpRequest, paso: Paso) -> Quien:
    alcance = alcance_de(request, ROLES[paso])
    if paso is Paso.COTEJO:  # the paper is there
        suyas = vigente.casillas_de(lugar_de(request))
        alcance = suyas if TODO in alcance else suyas & alcance
    return Quien(persona_de(request), lugar_de(request), alcance)


def pasos_de(request: HttpRequest, nombre: str) -> list[Paso]:
    """The steps of a desk that whoever asks may take."""
    mios = {c.rol for c in cargos_de(request)}
    return [p for p in ESCRITORIOS[nombre] if mios & set(ROLES[p])]


def roles_de(nombre: str) -> tuple[Rol, ...]:
    """Who sits at a desk."""
    return tuple(dict.fromkeys(rol for paso in ESCRITORIOS[nombre] for rol in ROLES[paso]))


def pestanas_de(request: HttpRequest, aqui: str) -> list[dict[str, Any]]:
    suyos = [n for n in ESCRITORIOS if pasos_de(request, n)]
    if {c.rol for c in cargos_de(request)} & set(PIDEN_REAPERTURA):
        suyos.append("reapertura")
    pestanas = [{"ruta": reverse(f"ccv-{n}"), "rotulo": texto(f"ccv.{n}.titulo"), "activa": n == aqui} for n in suyos]
    if donde_practican(c.rol for c in cargos_de(request)):
        en_practica = aqui == "practica"
        pestanas.append({"ruta": reverse("ccv-practica"), "rotulo": texto("practica.titulo"), "activa": en_practica})
    otras = [d | {"activa": False} for d in destinos_de(cargos_de(request)) if d["ruta"] != reverse("ccv-inicio")]
    return pestanas + otras


def filas_de(clave: str, asentado: Asentado) -> list[tuple[hoja.Renglon, Any]]:
    valores = hoja.campos_de(asentado)
    return [(r, valores.get(r.clave, "")) for r in hoja.renglones(clave)]


def dibujar(plantilla: str, filas: Sequence[tuple[hoja.Renglon, Any]]) -> SafeString:
    """Rows of an acta with their values. What they have without them is drawn once for each layout."""
    piezas = _piezas(plantilla, tuple(r for r, _ in filas))
    valores = (escape(valor) for _, valor in filas)
    return mark_safe("".join(p + v for p, v in zip_longest(piezas, valores, fillvalue="")))  # noqa: S308 - drawn, escaped


def por_teclear(clave: str, campos: Collection[str]) -> SafeString:
    """The rows of those fields of an acta, empty."""
    return dibujar("ccv/partes/renglones.html", [(r, "") for r in hoja.renglones(clave, campos)])


_HUECO: Final = "\0"
"""Where a value goes: in no text of a catalogue."""


@lru_cache(maxsize=256)
def _piezas(plantilla: str, renglones: tuple[hoja.Renglon, ...]) -> tuple[str, ...]:
    return tuple(render_to_string(plantilla, {"filas": [(r, _HUECO) for r in renglones]}).split(_HUECO))


def dichos_de(request: HttpRequest) -> Mapping[str, str]:
    return {c[2:]: str(v) for c, v in request.POST.items() if c.startswith("v.")}


def motivo_de(request: HttpRequest) -> str:
    return request.POST.get("motivo", "")[:MOTIVO]


def mostrar_imagen(request: HttpRequest, clave: str, huella: str) -> HttpResponse:
    datos = hoja.imagen(huella)
    if datos is None:
        raise Http404
    leyo(request, clave)
    return HttpResponse(datos, content_type=tipo_mime(datos), headers={"Cache-Control": "private, no-store"})


def responder(
    request: HttpRequest,
    pasos: Collection[str],
    hacer: Callable[[Ficha], None],
    ir: str,
    despues: Callable[[Ficha], Mapping[str, Any]] | None = None,
    si_no: str = "",
) -> HttpResponse:
    """What came of an act, as the page's script reads it: where to go on (`si_no`: when it could not be done), with
    what `despues` says; it gives the lease back, which without it is all that is done."""
    try:
        ficha = Ficha.leer(request.POST.get("ficha", ""), pasos, persona_de(request))
        hacer(ficha)
    except FichaInvalida:
        return negar(request, 400, texto("ccv.falla.no_se_entendio"))
    except CamposInvalidos as error:
        return negar(request, 400, texto("ccv.falla.campos"), campos=error.campos)
    except ImagenDesechada as error:
        return negar(request, 409, error.rechazo.value, que=error.rechazo.name)
    except (HechoRechazado, FichaSuperada) as error:
        rechazo = error.rechazo
        if rechazo in DE_QUIEN or rechazo is Rechazo.SIN_MOTIVO:
            return negar(request, 409, rechazo.value, que=rechazo.name)
        cola.dejar(ficha.persona, ficha.orden)
        return negar(request, 409, rechazo.value, que=rechazo.name, ir=si_no or ir)
    if despues is not None:
        return JsonResponse({"ir": ir, **despues(ficha)})
    cola.dejar(ficha.persona, ficha.orden)
    return JsonResponse({"ir": ir})


def negar(request: HttpRequest, estado: int, frase: str, que: str = "", **otros: Any) -> HttpResponse:
    codigo = getattr(request, "codigo", "")
    registro.info("código %s: %s %s en %s", codigo, estado, que or frase, request.path)
    return JsonResponse({"frase": frase, "codigo": codigo} | otros, status=estado)

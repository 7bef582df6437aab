"""How the night, a desk or a centre goes, as pages say it: whether work begins there, who stopped it, when and why."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest

from prep.acceso.models import Cuenta
from prep.bitacora.marcha import decir_marcha, del_centro, del_escritorio, la_noche, servicio_de, servicios_de
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import HechoRechazado
from prep.catalogo.services import cargar
from prep.diseno.ordenes import orden_de
from prep.diseno.textos import texto
from prep.dominio.comun.autoridad import MARCHA
from prep.dominio.comun.hecho import HechoInvalido
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.operacion import CATD, CONTINGENCIA, PASOS, Servicio

registro = logging.getLogger("prep.acceso")
_MOTIVO: Final = 500


ESCRITORIOS: Final[dict[str, str]] = {}
"""The desks that may be paused -> key of what people call each. The room that has them registers them."""


@dataclass(frozen=True, slots=True)
class EnManos:
    """An acta that somebody holds; which one is not said: whoever commands knows of no acta who types it. `escritorio`:
    name of the desk; `vence`: when it goes back to the queue by itself."""

    persona: str
    escritorio: str
    vence: datetime


EN_MANOS: Final[list[Callable[[datetime], Iterable[EnManos]]]] = []
"""How it is asked what people hold. The room that has the desks registers it."""


def en_manos(ahora: datetime) -> list[EnManos]:
    """What people hold at the desks of this installation; what they have held the longest, first."""
    return sorted((una for dice in EN_MANOS for una in dice(ahora)), key=lambda una: una.vence)


@dataclass(frozen=True, slots=True)
class Como:
    """`detenido`: its state, where no work begins; `que`: the class of what stopped it (`proceso`, `escritorio`,
    `catd`); `quien`: their name, where this installation knows the account."""

    estado: str
    detenido: str = ""
    que: str = ""
    desde: str = ""
    quien: str = ""
    motivo: str = ""


def en_el_centro(clave: str) -> tuple[str, ...]:
    """Whatever stops a centre: the night, or itself."""
    return la_noche(), del_centro(clave)


def en_el_escritorio(nombre: str, lugar: str) -> tuple[str, ...]:
    """Whatever stops somebody at a desk: the night, that desk everywhere, or the place where they sit."""
    return la_noche(), del_escritorio(nombre), del_centro(lugar)


def dan(escritorios: Collection[str], lugar: str) -> set[str]:
    """Which of these desks give something new to whoever sits at that place."""
    comunes = la_noche(), del_centro(lugar)
    van = servicios_de([*comunes, *map(del_escritorio, escritorios)])
    if not all(van[sujeto].marcha.trabaja for sujeto in comunes):
        return set()
    return {nombre for nombre in escritorios if van[del_escritorio(nombre)].marcha.trabaja}


def como_van(sujetos: Collection[str]) -> dict[str, Como]:
    """How each of these is now, and who said so."""
    return _con_nombres(servicios_de(sujetos))


def como_va(*sujetos: str) -> Como:
    """How it is where all of these have to work: the first that does not, with who stopped it; or else the last, of
    which nothing more is looked up."""
    van = servicios_de(sujetos)
    for sujeto, suyo in van.items():
        if not suyo.marcha.trabaja:
            return _con_nombres({sujeto: suyo})[sujeto]
    return Como(van[sujetos[-1]].marcha.value)


def nombres_de(personas: Collection[str]) -> dict[str, str]:
    """The name of each of these whose account this installation knows."""
    cuentas = Cuenta.objects.filter(persona__in=personas) if personas else ()
    return {c.persona: c.nombre for c in cuentas}


def hora_de(cuando: datetime) -> str:
    """When something was said, for people."""
    return f"{cuando.astimezone(ZoneInfo(cargar().zona_horaria)):%d/%m/%Y %H:%M}"


def _con_nombres(servicios: dict[str, Servicio]) -> dict[str, Como]:
    nombres = nombres_de({s.quien for s in servicios.values() if s.quien})
    return {sujeto: _como(sujeto, suyo, nombres) for sujeto, suyo in servicios.items()}


def _como(sujeto: str, suyo: Servicio, nombres: dict[str, str]) -> Como:
    estado = suyo.marcha.value
    if suyo.desde is None:
        return Como(estado)
    detenido, que = ("", "") if suyo.marcha.trabaja else (estado, sujeto.partition(":")[0])
    return Como(estado, detenido, que, hora_de(suyo.desde), nombres.get(suyo.quien, suyo.quien), suyo.motivo)


def pedida(request: HttpRequest, sujeto: str, nombre: str, ahora: datetime) -> dict[str, Any] | None:
    """What the form of `acceso/decir_marcha.html` needs; None once what it sent was done, and whoever asked is told.
    `nombre`: what people call what is opened, paused or closed. A centre is declared under contingency too."""
    motivo, frase = request.POST.get("motivo", "").strip()[:_MOTIVO], ""
    if request.method == "POST":
        assert isinstance(request.user, Cuenta)
        que = request.POST.get("que", "")
        if que not in MARCHA and (que not in CONTINGENCIA or not sujeto.startswith(f"{CATD.nombre}:")):
            raise BadRequest
        try:
            decir_marcha(sujeto, que, request.user.persona, motivo, ahora, nodo_de_aqui(), orden_de(request))
        except HechoRechazado as error:
            cambio = error.rechazo is Rechazo.ESTADO_CUSTODIA  # somebody else said so meanwhile
            frase = texto("acceso.marcha.cambio") if cambio else error.rechazo.value
            registro.info("código %s: %s en %s", getattr(request, "codigo", ""), frase, request.path)
        except HechoInvalido:
            frase = texto("acceso.marcha.falta_motivo" if que in MARCHA else "acceso.marcha.falta_contingencia")
        else:
            ya = servicio_de(sujeto).marcha
            hecho = texto("acceso.marcha.hecho", que=nombre, estado=texto(f"diseno.estado.{ya}"))
            messages.success(request, hecho if que in MARCHA else texto(f"acceso.marcha.{que}", que=nombre))
            return None
    como = como_van([sujeto])[sujeto]
    return {
        "orden": str(uuid4()),
        "marcha": como,
        "contingencia": servicio_de(sujeto).contingencia,
        "motivo": motivo,
        "frase": frase,
        "puede": [que for desde, que in PASOS if desde.value == como.estado],
    }

"""Who sees what of this room, and how much of the night each reaches."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet
from django.http import HttpRequest

from prep.acceso.models import Cuenta
from prep.acceso.permisos import cargos_de
from prep.acceso.roles import Rol
from prep.dominio.comun.autoridad import TODO

VEN: Final = (
    *(Rol.SUPERVISOR, Rol.ADMINISTRADOR, Rol.COORDINADOR),
    *(Rol.AUDITOR, Rol.COTAPREP, Rol.CONSEJO),
)
"""The board, the actas and their history, each within their reach."""
VEN_PERSONAS: Final = (Rol.SUPERVISOR, Rol.ADMINISTRADOR, Rol.COORDINADOR, Rol.AUDITOR)
"""The desks, with the names of who sits at them."""

DETIENEN: Final = (Rol.SUPERVISOR, Rol.ADMINISTRADOR)
"""Who pauses and closes a desk for everybody."""
VEN_AVISOS: Final = (Rol.SUPERVISOR, Rol.ADMINISTRADOR, Rol.AUDITOR)
"""What two actas say of one another, and where who leads could change."""
SIEMPRE: Final = frozenset({Rol.ADMINISTRADOR, Rol.AUDITOR})
"""Who sees what was typed at any moment: nobody who may settle it."""


def lee_siempre(request: HttpRequest) -> bool:
    """Whether whoever asks may know what people typed of an acta before it is verified. Whoever may still settle one
    does not: who decides never knows what others read."""
    roles = {c.rol for c in cargos_de(request)}
    return bool(roles & SIEMPRE) and Rol.SUPERVISOR not in roles


def alcance(request: HttpRequest, roles: tuple[Rol, ...] = VEN) -> frozenset[str]:
    """What whoever asks reaches with these roles: keys of casillas, or `*`."""
    return frozenset[str]().union(*(c.alcance for c in cargos_de(request) if c.rol in roles))


def lugares_a_su_cargo(request: HttpRequest) -> frozenset[str]:
    """Places whose desks whoever asks may see; `*`, all of them."""
    cargos = cargos_de(request)
    if {c.rol for c in cargos} & {Rol.ADMINISTRADOR, Rol.AUDITOR}:
        return frozenset({TODO})
    return frozenset(c.lugar for c in cargos if c.rol in VEN_PERSONAS)


def a_su_cargo(request: HttpRequest) -> QuerySet[Cuenta]:
    """Their accounts."""
    return cuentas_de(lugares_a_su_cargo(request))


def cuentas_de(lugares: frozenset[str]) -> QuerySet[Cuenta]:
    return Cuenta.objects.all() if TODO in lugares else Cuenta.objects.filter(lugar__in=lugares)

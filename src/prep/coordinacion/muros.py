"""Wall views by a signed link: made by whoever supervises, read-only, taken away at once, and never signed out."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core import signing
from django.urls import reverse

from prep.acceso.facultades import facultades_de
from prep.acceso.models import Cuenta
from prep.acceso.roles import Rol
from prep.coordinacion.models import Muro

HACEN: Final = (Rol.SUPERVISOR, Rol.ADMINISTRADOR)
"""Who may make a link."""
_SAL: Final = "prep.coordinacion.muro"


def ruta(muro: Muro) -> str:
    """The address that opens it."""
    return reverse("muro", args=[signing.dumps(str(muro.id), salt=_SAL)])


def abrir(enlace: str) -> tuple[Muro, frozenset[str]] | None:
    """The wall of a link and what it reaches; None where the link is not ours or serves no more: it was taken away, or
    whoever made it may not make one now."""
    try:
        ident = signing.loads(enlace, salt=_SAL)
    except signing.BadSignature:
        return None
    muro = Muro.objects.filter(id=ident, baja=None).first()
    if muro is None or not Cuenta.objects.filter(persona=muro.persona, activa=True).exists():
        return None
    alcances = [c.alcance for c in facultades_de(muro.persona) if c.rol in HACEN]
    return (muro, frozenset[str]().union(*alcances)) if alcances else None


def quitar(muro: Muro, ahora: datetime) -> None:
    """At once: its next request finds nothing."""
    muro.baja = ahora
    muro.save(update_fields=["baja"])

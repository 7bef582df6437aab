"""From a person to what they may do: `facultades_de(persona)`. The one place that knows where that is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from prep.acceso.models import Nombramiento
from prep.acceso.roles import MANDO, Rol

TODO: Final = "*"
"""The reach of whoever attends everything."""


@dataclass(frozen=True, slots=True)
class Cargo:
    """One role in one place. `alcance`: what it reaches (keys of casillas, demarcations…), or `*`."""

    rol: Rol
    lugar: str
    alcance: frozenset[str]

    def alcanza(self, objeto: frozenset[str]) -> bool:
        """`objeto`: every key that the object is known by; empty: nothing in particular."""
        return not objeto or TODO in self.alcance or bool(objeto & self.alcance)


def facultades_de(persona: str) -> tuple[Cargo, ...]:
    """Roles that a person has now. Asked at every request: what is taken away is gone at once."""
    filas = Nombramiento.objects.filter(persona=persona).order_by("rol", "lugar")
    return tuple(Cargo(Rol(f.rol), f.lugar, frozenset(f.alcance)) for f in filas)


def nombrar(persona: str, roles: Iterable[Rol], lugar: str, alcance: Iterable[str] = (TODO,)) -> None:
    """The roles of a person, all of them: those not said are taken away."""
    queda = sorted(alcance)
    Nombramiento.objects.filter(persona=persona).delete()
    Nombramiento.objects.bulk_create(Nombramiento(persona=persona, rol=r, lugar=lugar, alcance=queda) for r in roles)


def manda_sobre(cargos: Iterable[Cargo], otros: Iterable[Cargo], lugar: str) -> bool:
    """Whether somebody's account answers to whoever holds `cargos`: all of them to the central operation; those of a
    place who command nobody, to whoever supervises or coordinates it."""
    roles = {c.rol for c in cargos}
    if Rol.ADMINISTRADOR in roles:
        return True
    lugares = {c.lugar for c in cargos if c.rol in (Rol.SUPERVISOR, Rol.COORDINADOR)}
    return lugar in lugares and not any(o.rol in MANDO for o in otros)

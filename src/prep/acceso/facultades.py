"""From a person to what they may do, which is a fact: `facultades_de(persona)` reads it, `nombrar` writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from prep.acceso.roles import LECTURA, MANDO, Rol
from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.autoridad import autoridad, cabezas_de, desde_ahora
from prep.bitacora.nodos import LlaveDeInstituto, NodoInstituto, nodo_de_aqui
from prep.bitacora.services import HechoRechazado, anotar
from prep.bitacora.sobres import Firmante
from prep.dominio.comun.autoridad import INSTITUTO, SIEMPRE, TODO, Autoridad
from prep.dominio.comun.hecho import Hecho, nuevo_hecho


@dataclass(frozen=True, slots=True)
class Cargo:
    """One role in one place. `alcance`: what it reaches (keys of casillas, demarcations…), or `*`."""

    rol: Rol
    lugar: str
    alcance: frozenset[str]

    def alcanza(self, objeto: frozenset[str]) -> bool:
        """`objeto`: every key that the object is known by; empty: nothing in particular."""
        return not objeto or TODO in self.alcance or bool(objeto & self.alcance)


@dataclass(frozen=True, slots=True)
class Escribano:
    """Who signs a change of roles, and who orders it: the institute, or an administrator at a node."""

    firmante: Firmante
    persona: str = INSTITUTO

    @classmethod
    def del_instituto(cls, llave: LlaveDeInstituto, publica: bytes) -> Escribano:
        return cls(NodoInstituto(llave, publica))

    @classmethod
    def de_aqui(cls, persona: str) -> Escribano:
        """Somebody who is in at this installation."""
        return cls(nodo_de_aqui(), persona)


def facultades_de(persona: str, de: Autoridad | None = None) -> tuple[Cargo, ...]:
    """Roles that a person has now. Asked at every request: what is taken away is gone at once. `de`: who may act, where
    that was looked up."""
    return facultades_de_todas([persona], de)[persona]


def facultades_de_todas(personas: Iterable[str], de: Autoridad | None = None) -> dict[str, tuple[Cargo, ...]]:
    """Roles that each of these has now, looked up once for all of them."""
    de = de or autoridad()
    todas = {}
    for persona in personas:
        cargos = {(c.rol, c.lugar, c.alcance) for c in de.cargos_vigentes(persona)}
        todas[persona] = tuple(Cargo(*c) for c in sorted(cargos, key=lambda c: (c[0], c[1], sorted(c[2]))))
    return todas


@dataclass(frozen=True, slots=True)
class Nombramiento:
    """The roles that a person is to have, all of them, in one place and with one reach."""

    persona: str
    roles: tuple[Rol, ...]
    lugar: str
    alcance: tuple[str, ...]


@transaction.atomic
def nombrar(todos: Iterable[Nombramiento], escribano: Escribano, ahora: datetime) -> None:
    """Leave these people with the roles that are said and no other; what is said already is not said again.

    Nobody writes between what each one has done, which stands, and the facts that take roles away."""
    desde = desde_ahora()  # before looking at who may do what: it takes the head
    de = autoridad()
    hechos = [h for uno in todos for h in _cambios(uno, de, desde, escribano.persona, ahora)]
    anotar(hechos, escribano.firmante, ahora)


def _cambios(
    uno: Nombramiento, de: Autoridad, desde: Mapping[str, int], quien: str, ahora: datetime
) -> Iterator[Hecho]:
    sujeto, alcance = f"persona:{uno.persona}", frozenset(uno.alcance)
    pide = {(rol, uno.lugar, alcance) for rol in uno.roles}
    tiene = {(c.rol, c.lugar, c.alcance) for c in de.cargos_vigentes(uno.persona)}
    sabe = _lo_dicho(uno.persona, de)
    bajas = {}
    for rol in sorted({rol for rol, *_ in tiene - pide}):
        quita = {"rol": rol.value, "desde": desde, "motivo": "Cambio de lista."}
        bajas[rol] = nuevo_hecho("baja", sujeto, quien, ahora, quita, sabe[-60:])
    yield from bajas.values()
    conocidos = [*(b.id for b in bajas.values()), *sabe[-40:]]
    for rol in sorted({rol for rol, *_ in pide - tiene} | bajas.keys() & set(uno.roles)):
        da = {"rol": rol.value, "lugar": uno.lugar, "alcance": sorted(alcance)}
        yield nuevo_hecho("alta", sujeto, quien, ahora, da, conocidos)


def _lo_dicho(persona: str, de: Autoridad) -> list[str]:
    """Facts that gave a person roles and took them away, the latter at the end."""
    suya = de.personas.get(persona)
    if suya is None:
        return []
    return [*(h for c in suya.cargos for h in (c.alta, *c.sabe)), *(b for b, _, _ in suya.bajas)]


def quitar(persona: str, escribano: Escribano, ahora: datetime) -> bool:
    """Take every role away from now on; what was done stands. Whether the person has none left: who signs may not be
    one who takes those away, and then nothing is written. Who has none is left as they are."""
    try:
        with transaction.atomic():
            tomar_cabeza()
            de = autoridad()
            suya, nodos = de.personas.get(persona), {INSTITUTO, TODO, *de.nodos}
            if suya is not None and any(True for n in nodos for _ in suya.cargos_en(n, SIEMPRE)):
                contenido = {"desde": desde_ahora(), "motivo": "Se retiró su cuenta."}
                sabe = _lo_dicho(persona, de)[-60:]
                baja = nuevo_hecho("baja", f"persona:{persona}", escribano.persona, ahora, contenido, sabe)
                anotar([baja], escribano.firmante, ahora)
    except HechoRechazado:
        return False
    return True


def unir(una: str, otra: str, escribano: Escribano, ahora: datetime) -> bool:
    """Say that two accounts are one human's: nobody is two of those whom an acta needs, in what was done before either.
    What was published stands. False where that is known already."""
    with transaction.atomic():
        tomar_cabeza()
        if otra in autoridad().cuentas_de(una):
            return False
        sujeto = f"persona:{una}"
        dicho = nuevo_hecho("misma_persona", sujeto, escribano.persona, ahora, {"otra": otra}, cabezas_de(sujeto))
        anotar([dicho], escribano.firmante, ahora)
    return True


def manda_sobre(cargos: Iterable[Cargo], otros: Iterable[Cargo], lugar: str) -> bool:
    """Whether somebody's account answers to whoever holds `cargos`: all of them to the central operation; those of a
    place who neither command nor watch, to whoever supervises or coordinates it."""
    roles = {c.rol for c in cargos}
    if Rol.ADMINISTRADOR in roles:
        return True
    lugares = {c.lugar for c in cargos if c.rol in (Rol.SUPERVISOR, Rol.COORDINADOR)}
    return lugar in lugares and not any(o.rol in MANDO | LECTURA for o in otros)

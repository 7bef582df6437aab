"""Enrol who may act: the first facts of a bitácora, signed by the institute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from prep.bitacora.autoridad import autoridad, cabezas_de, fundar
from prep.bitacora.nodos import DispositivoLocal, NodoInstituto, NodoLocal
from prep.bitacora.services.anotar import anotar
from prep.dominio.comun.autoridad import INSTITUTO, Reglas
from prep.dominio.comun.facultades import ClaseDispositivo, ClaseNodo, Rol
from prep.dominio.comun.hecho import Hecho, nuevo_hecho

LECTOR: Final = "sistema.lector"
"""The person behind the automatic reader."""
SEDE: Final = "sistema.sede"
"""The person behind the cortes."""

Cargo = tuple[str, str, str]
"""Person, role, place."""


class Enrolable(Protocol):
    """A node of which the public key is known."""

    @property
    def nodo(self) -> str: ...

    @property
    def publica(self) -> bytes: ...


def alta_de_nodo(
    nodo: Enrolable, clase: ClaseNodo, nombre: str, hora: datetime, alcance: Iterable[str] = ("*",)
) -> Hecho:
    """A node may write. `alcance`: casillas that it attends."""
    contenido = {
        "llave": nodo.publica.hex(),
        "clase": clase.value,
        "nombre": nombre,
        "alcance": sorted(set(alcance)),
    }
    return nuevo_hecho("alta", f"nodo:{nodo.nodo}", INSTITUTO, hora, contenido)


def alta_de_persona(cargo: Cargo, hora: datetime, quien: str = INSTITUTO) -> Hecho:
    """A person has a role in a place."""
    persona, rol, lugar = cargo
    return nuevo_hecho("alta", f"persona:{persona}", quien, hora, {"rol": Rol(rol).value, "lugar": lugar})


def alta_de_telefono(telefono: DispositivoLocal, persona: str, hora: datetime, quien: str = INSTITUTO) -> Hecho:
    """A phone signs what its person does with PREP Casilla."""
    clase = ClaseDispositivo.TELEFONO.value
    contenido = {"llave": telefono.publica.hex(), "clase": clase, "persona": persona}
    return nuevo_hecho("alta", f"dispositivo:{telefono.id}", quien, hora, contenido)


def fundar_instalacion(
    proceso: str,
    modo: str,
    instituto: NodoInstituto,
    nodo: NodoLocal,
    cargos: Iterable[Cargo],
    hora: datetime,
    *,
    telefonos: Mapping[str, DispositivoLocal] | None = None,
    reglas: Mapping[str, Any] | None = None,
) -> None:
    """Say which process, mode and institute this bitácora is of, and enrol its node, people and phones. Idempotent.

    The reader and whoever makes the cortes are enrolled too. `telefonos`: by person. `reglas`: of the process
    (`dominio.comun.autoridad.Reglas`).
    """
    fundar(proceso, modo, instituto.publica)
    ya = autoridad()
    todos = [*cargos, (LECTOR, Rol.LECTOR.value, "SEDE"), (SEDE, Rol.SEDE.value, "SEDE")]
    tienen = {(p, c.rol.value, c.lugar) for p, suya in ya.personas.items() for c in suya.cargos}
    hechos = [] if nodo.nodo in ya.nodos else [alta_de_nodo(nodo, ClaseNodo.SEDE, nodo.nodo, hora)]
    hechos += [alta_de_persona(c, hora) for c in dict.fromkeys(todos) if c not in tienen]
    hechos += [alta_de_telefono(t, p, hora) for p, t in (telefonos or {}).items() if t.id not in ya.dispositivos]
    if reglas and Reglas(**reglas) != ya.reglas:
        sujeto = f"proceso:{proceso}"
        hechos.append(nuevo_hecho("reglas", sujeto, INSTITUTO, hora, dict(reglas), cabezas_de(sujeto)))
    anotar(hechos, instituto, hora)

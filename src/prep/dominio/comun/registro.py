"""The classes of subject that facts may speak of. Each class states in one place its types, their shape and version.

The store knows none of them by name: a class, type or version that is not here is kept, chained, forwarded and counted,
and shown as not interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from prep.dominio.comun.campos import Revisor

Ascenso = Callable[[dict[str, Any]], dict[str, Any]]
"""Brings the content of one version to the next."""


@dataclass(frozen=True, slots=True)
class TipoDeHecho:
    """One type of fact. `version` is the newest known here; `ascensos[n]` brings content of version n to n + 1."""

    requeridos: Mapping[str, Revisor] = field(default_factory=dict)
    opcionales: Mapping[str, Revisor] = field(default_factory=dict)
    version: int = 1
    ascensos: Mapping[int, Ascenso] = field(default_factory=dict)

    def ascender(self, contenido: Mapping[str, Any], version: int) -> Mapping[str, Any]:
        """Content written in `version`, in the shape of the newest."""
        for desde in range(version, self.version):
            contenido = self.ascensos[desde](dict(contenido))
        return contenido

    def revisar(self, contenido: Any) -> str | None:
        """The field that is wrong, as `campo: why`; `None` when the content (of the newest version) is well formed."""
        if not isinstance(contenido, Mapping):
            return "contenido: se esperaba un objeto con sus campos"
        requeridos, opcionales = self.requeridos.keys(), self.opcionales.keys()
        if not requeridos <= contenido.keys() <= requeridos | opcionales:
            lleva, llego = ", ".join(requeridos) or "nada", ", ".join(map(str, contenido)) or "nada"
            return f"contenido: lleva {lleva[:300]}; llegó {llego[:300]}"
        for campo, dato in contenido.items():
            try:
                (self.requeridos.get(campo) or self.opcionales[campo])(dato)
            except (ValueError, TypeError, AttributeError) as error:
                return f"{campo}: {error}"
        return None


@dataclass(frozen=True, slots=True)
class Clase:
    """A class of subject: `acta`, `hoja`, `nodo`… `clave`: what its keys look like. `tipos`: by name."""

    nombre: str
    clave: re.Pattern[str]
    tipos: Mapping[str, TipoDeHecho]


CLASES: Final[dict[str, Clase]] = {}
"""Every class known to this program, by name. `prep.dominio.clases` loads them all."""


def registrar(clase: Clase) -> Clase:
    """State a class; two may not have one name."""
    if clase.nombre in CLASES:
        raise ValueError(f"La clase «{clase.nombre}» ya está registrada.")
    CLASES[clase.nombre] = clase
    return clase


@contextmanager
def con_clase(clase: Clase) -> Iterator[None]:
    """Know one more class (or another form of one) for a while: for tests of what a newer program would write."""
    anterior = CLASES.get(clase.nombre)
    CLASES[clase.nombre] = clase
    try:
        yield
    finally:
        if anterior is None:
            del CLASES[clase.nombre]
        else:
            CLASES[clase.nombre] = anterior


def tipo_de(clase: str, tipo: str) -> TipoDeHecho | None:
    """The type, when this program knows it."""
    conocida = CLASES.get(clase)
    return conocida.tipos.get(tipo) if conocida else None

"""Keys of casillas and actas: `140024C0100` is entidad 14, sección 0024, contigua 01, extensión 00.

Source: LEEME, variables CLAVE_CASILLA and CLAVE_ACTA.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

TIPOS_CASILLA: Final = {
    "B": "Básica",
    "C": "Contigua",
    "E": "Extraordinaria",
    "S": "Especial",
    "M": "Voto en el extranjero",
    "V": "Prisión preventiva",
    "P": "Prisión preventiva",
    "A": "Voto anticipado",
}
"""What a catalogue may declare. Published bases have others: `U`, electronic ballot boxes of Ciudad de México."""

RUTAS: Final = {"A": "anticipado", "P": "prision", "V": "prision", "M": "extranjero"}
"""Kinds whose votes are not counted at a casilla of the day: their packages come by a route of their own."""

_CLAVE: Final = re.compile(r"(\d{2})(\d{4})([A-Z])(\d{2})(\d{2})", re.ASCII)


class ClaveInvalida(ValueError):
    """The key does not have the form entidad(2) sección(4) tipo(1) id(2) extensión(2)."""


@dataclass(frozen=True, slots=True, order=True)
class ClaveCasilla:
    """The five parts of a casilla's key; sorts in the order of the published database."""

    entidad: int
    seccion: int
    tipo: str
    id: int
    extension: int

    @classmethod
    def leer(cls, clave: str) -> ClaveCasilla:
        """Parse eleven characters; raise `ClaveInvalida`."""
        partes = _CLAVE.fullmatch(clave)
        if partes is None:
            raise ClaveInvalida(
                f"«{clave}» no es una clave de casilla: se esperan entidad (2 dígitos), sección (4), tipo (1 letra "
                "mayúscula), número (2) y extensión contigua (2), como 140024C0100."
            )
        entidad, seccion, tipo, numero, extension = partes.groups()
        return cls(int(entidad), int(seccion), tipo, int(numero), int(extension))

    def __str__(self) -> str:
        return f"{self.entidad:02d}{self.seccion:04d}{self.tipo}{self.id:02d}{self.extension:02d}"

    @property
    def ruta(self) -> str:
        """By which of `RUTAS` its packages come; empty for those that a CAE brings."""
        return RUTAS.get(self.tipo, "")

    @property
    def nombre(self) -> str:
        """How people call it: `Básica`, `Contigua 2`, `Extraordinaria 1 contigua 3`."""
        nombre = TIPOS_CASILLA.get(self.tipo, f"Tipo {self.tipo}")
        if self.tipo != "B":
            nombre += f" {self.id}"
        if self.extension:
            nombre += f" contigua {self.extension}"
        return nombre

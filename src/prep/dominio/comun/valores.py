"""What one box of an acta may say: a number from 0 to 9999, `Ilegible` or `Sin dato`.

Source: Anexo 13; LEEME of the federal PREP, variables 17-31 and OBSERVACIONES.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MAXIMO: Final = 9999
"""Casilla totals have four digits on paper; no box can say more."""


class Marca(StrEnum):
    """A box without a readable number. Both count as zero."""

    ILEGIBLE = "Ilegible"
    SIN_DATO = "Sin dato"


ILEGIBLE: Final = Marca.ILEGIBLE
SIN_DATO: Final = Marca.SIN_DATO

Valor = int | Marca


class ValorInvalido(ValueError):
    """What was written is neither 0-9999 nor one of the two marks."""


_MARCAS: Final = {m.value: m for m in Marca}


def valor(dato: object) -> Valor:
    """Read a value as stored in a fact: `int`, `"Ilegible"` or `"Sin dato"`; raise `ValorInvalido` otherwise."""
    if type(dato) is int and 0 <= dato <= MAXIMO:
        return dato
    if isinstance(dato, str) and dato in _MARCAS:
        return _MARCAS[dato]
    raise ValorInvalido(f"«{dato}» no es un número de 0 a {MAXIMO}, ni «Ilegible», ni «Sin dato».")


def votos(v: Valor) -> int:
    """What a box adds to a sum: its number, or zero when it holds no readable number."""
    return v if isinstance(v, int) else 0

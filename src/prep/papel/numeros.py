"""Numbers in Spanish words, as an acta asks for them: 0 is `cero`, 245 `doscientos cuarenta y cinco`."""

from __future__ import annotations

from typing import Final

_HASTA_29: Final = (
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
)
_DECENAS: Final = ("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_CENTENAS: Final = (
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
)


def en_letra(numero: int) -> str:
    """Words of a number from 0 to 9,999; raise `ValueError` outside."""
    if not 0 <= numero <= 9999:
        raise ValueError(f"Se esperaba un número de 0 a 9999, no {numero}.")
    if numero >= 1000:
        miles, resto = divmod(numero, 1000)
        cabeza = "mil" if miles == 1 else f"{_HASTA_29[miles]} mil"
        return f"{cabeza} {en_letra(resto)}" if resto else cabeza
    if numero >= 100:
        if numero == 100:
            return "cien"
        centenas, resto = divmod(numero, 100)
        return f"{_CENTENAS[centenas - 1]} {en_letra(resto)}" if resto else _CENTENAS[centenas - 1]
    if numero < 30:
        return _HASTA_29[numero]
    decenas, unidades = divmod(numero, 10)
    return f"{_DECENAS[decenas - 3]} y {_HASTA_29[unidades]}" if unidades else _DECENAS[decenas - 3]


FRASES: Final = tuple(en_letra(n) for n in range(1000))
"""The 1,000 phrases that may stand for a number of votes, in order."""

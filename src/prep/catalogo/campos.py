"""How one cell is read: from text to value, or a sentence that says what was expected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any


class DatoInvalido(ValueError):
    """A cell that does not say what it should. `args`: message and suggestion."""

    def __init__(self, mensaje: str, sugerencia: str = "") -> None:
        super().__init__(mensaje, sugerencia)


Lector = Callable[[str], Any]

_ENTERO = re.compile(r"[0-9]{1,9}")
_MOJIBAKE = re.compile(r"[ÃÂ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def recortado(dato: object, largo: int = 40) -> str:
    """A value as it can be quoted in a message."""
    try:
        limpio = "".join(c if c.isprintable() else "�" for c in str(dato)[: largo + 1])
    except ValueError:  # an integer of thousands of digits
        return "…"
    return limpio if len(limpio) <= largo else limpio[:largo] + "…"


def parecido(dato: str, opciones: Mapping[str, Any] | list[str]) -> str:
    """`¿Quiso decir …?`, or empty."""
    cerca = get_close_matches(dato.upper(), [o.upper() for o in opciones], 1, 0.6)
    if not cerca:
        return ""
    return f"¿Quiso decir «{next(o for o in opciones if o.upper() == cerca[0])}»?"


def entero(minimo: int, maximo: int) -> Lector:
    """A whole number in digits, leading zeros allowed."""

    def leer(dato: str) -> int:
        if not _ENTERO.fullmatch(dato) or not minimo <= int(dato) <= maximo:
            sugerencia = "Escríbalo sin comas ni decimales." if re.search(r"\d[,.]\d", dato) else ""
            raise DatoInvalido(f"«{recortado(dato)}» no es un número entero de {minimo} a {maximo}.", sugerencia)
        return int(dato)

    return leer


def texto(maximo: int = 200) -> Lector:
    """Readable text: NFC, no control or invisible characters, nothing a spreadsheet would execute."""

    def leer(dato: str) -> str:
        if dato.isascii() and dato.isprintable():
            limpio = dato
        else:
            dato = dato.replace("\u00a0", " ")
            if malo := next((c for c in dato if not c.isprintable() or c == "\ufffd"), None):
                raise DatoInvalido(
                    f"contiene un carácter que no se ve (U+{ord(malo):04X}).", "Bórrelo y escríbalo de nuevo."
                )
            if _MOJIBAKE.search(dato):
                raise DatoInvalido(
                    f"«{recortado(dato)}» tiene los acentos dañados.",
                    "El archivo se abrió con otra codificación; vuelva a generarlo como CSV UTF-8.",
                )
            limpio = unicodedata.normalize("NFC", dato)
        if limpio[:1] in "=+-@" and limpio:
            raise DatoInvalido(
                f"«{recortado(dato)}» empieza como una fórmula de hoja de cálculo.", f"Quite el «{limpio[0]}» inicial."
            )
        if len(limpio) > maximo:
            raise DatoInvalido(f"tiene {len(limpio)} caracteres; el máximo es {maximo}.")
        return limpio

    return leer


def patron(expresion: str, que_es: str) -> Lector:
    """A text of fixed form; `que_es` completes «…» no es …"""
    forma = re.compile(expresion)

    def leer(dato: str) -> str:
        if not forma.fullmatch(dato):
            raise DatoInvalido(f"«{recortado(dato)}» no es {que_es}.")
        return dato

    return leer


def opcion(opciones: Mapping[str, Any] | list[str]) -> Lector:
    """One of a few words."""

    def leer(dato: str) -> str:
        if dato not in opciones:
            raise DatoInvalido(
                f"«{recortado(dato)}» no es una de las opciones: {', '.join(opciones)}.", parecido(dato, opciones)
            )
        return dato

    return leer


def lista(elemento: Lector) -> Lector:
    """Values separated by spaces, none repeated."""

    def leer(dato: str) -> tuple[Any, ...]:
        valores = [elemento(parte) for parte in dato.split()]
        if repetidos := sorted({str(v) for v in valores if valores.count(v) > 1}):
            raise DatoInvalido(f"repite {', '.join(repetidos)}.")
        return tuple(valores)

    return leer


def numeros(maximo: int = 999) -> Lector:
    """Ids separated by spaces, with ranges: `1 4..7 12`."""
    uno = entero(0, maximo)

    def leer(dato: str) -> tuple[int, ...]:
        valores: list[int] = []
        for parte in dato.split():
            desde, hay_rango, hasta = parte.partition("..")
            try:
                a = uno(desde)
                b = uno(hasta) if hay_rango else a
            except DatoInvalido:
                raise DatoInvalido(
                    f"«{recortado(parte)}» no es un número de demarcación ni un rango.",
                    "Sepárelos con espacios; un rango se escribe 4..7.",
                ) from None
            if a > b:
                raise DatoInvalido(f"el rango «{recortado(parte)}» va de mayor a menor.")
            valores += range(a, b + 1)
        if repetidos := sorted({v for v in valores if valores.count(v) > 1}):
            raise DatoInvalido(f"repite {', '.join(map(str, repetidos[:10]))}.")
        return tuple(sorted(valores))

    return leer


CATD = patron(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,29}", "una clave: se esperan letras sin acentos, dígitos y guiones, como CATD-014"
)
SIGLAS = patron(
    r"[A-ZÑ][A-ZÑ0-9_]{0,39}",
    "una clave válida: se esperan mayúsculas sin acentos, dígitos o guion bajo, como PAZ_SOCIAL",
)
COLOR = patron(r"#[0-9A-Fa-f]{6}", "un color: se espera # y seis dígitos hexadecimales, como #7B2D8E")

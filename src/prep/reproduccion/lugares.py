"""Numbers of districts and municipios that a file writes in another way: with words, in Roman numerals, or by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from prep.reproduccion.vocabulario import normalizar

_ROMANO: Final = re.compile(r"(?=[XVI])(X{0,3})(IX|IV|V?I{0,3})")
_DIGITOS: Final = re.compile(r"\d{1,3}")


def numerar(textos: Iterable[str]) -> tuple[dict[str, int], bool]:
    """The number of each place, and whether the texts say it: `DISTRITO 01`, `01 Tepic`, `IV`.

    Where they do not, by alphabetical order.
    """
    suyos = list(dict.fromkeys(textos))
    for lectura in (_por_digitos, _por_romano):
        leidos = _todos(suyos, lectura)
        if leidos:
            return leidos, True
    nombres = sorted({normalizar(t) for t in suyos})
    return {t: nombres.index(normalizar(t)) + 1 for t in suyos}, False


def _todos(textos: list[str], lectura: Callable[[str], tuple[int, str]]) -> dict[str, int]:
    """What each says, when all say one and none says that of another place; empty otherwise."""
    leidos = {t: lectura(t) for t in textos}
    numeros = {n for n, _ in leidos.values()}
    return (
        {t: n for t, (n, _) in leidos.items()} if 0 not in numeros and len(numeros) == len(set(leidos.values())) else {}
    )


def _por_digitos(texto: str) -> tuple[int, str]:
    """The only digits of a text, and the rest of it; 0 where they are none or more."""
    hallados = _DIGITOS.findall(texto)
    return int(hallados[0]) if len(hallados) == 1 else 0, normalizar(_DIGITOS.sub("", texto))


def _por_romano(texto: str) -> tuple[int, str]:
    """The only Roman numeral of a text, up to 39, and the rest of it."""
    palabras = normalizar(texto).split("_")
    hallados = [p for p in map(_ROMANO.fullmatch, palabras) if p]
    if len(hallados) != 1:
        return 0, ""
    (uno,) = hallados
    unidades = {"": 0, "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9}
    return 10 * len(uno[1]) + unidades[uno[2]], " ".join(p for p in palabras if p != uno[0])

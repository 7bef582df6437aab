"""Combinations written with nothing between their parties: `PANPRIPRD`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from prep.reproduccion.publicado import Anomalia, ErrorDeLectura
from prep.reproduccion.vocabulario import INDEPENDIENTE, SIGLAS

MAX_LETRAS: Final = 80
"""A longer word joins nothing."""


def despegar(nombres: Sequence[str], archivo: str, linea: int, anomalias: list[Anomalia]) -> list[str]:
    """The names of the boxes with an underscore between the parties that are written together, which is said.

    A word is two or more parties when it is no known one and the names of other columns fill it, in one way; of those
    none is filled by others. Raises `ErrorDeLectura` when there are two ways.
    """
    columnas: dict[str, str] = {}
    for nombre in sorted((n for n in nombres if "_" not in n), key=len):
        if nombre in SIGLAS or not _maneras(nombre, columnas):
            columnas[nombre] = nombre
    de_siglas: dict[str, list[str]] = {}
    for nombre in columnas:
        de_siglas.setdefault(SIGLAS.get(nombre, nombre), []).append(nombre)
    # Other initials of a party with one column, where their own names do not fill the word. One letter is too little.
    unicas = {t: de_siglas[s][0] for t, s in SIGLAS.items() if len(t) > 1 and len(de_siglas.get(s, ())) == 1}
    por_siglas = unicas | columnas
    despegados = []
    for nombre in nombres:
        palabras = [nombre] if INDEPENDIENTE.fullmatch(nombre) else nombre.split("_")
        for i, palabra in enumerate(palabras):
            if palabra in SIGLAS:
                continue
            maneras = _maneras(palabra, columnas) or _maneras(palabra, por_siglas)
            if len(maneras) > 1:
                cuales = " o ".join("-".join(m) for m in maneras)
                mensaje = f"«{palabra}» puede ser {cuales}, y no se sabe cuál. Separe sus partidos con un guion bajo."
                raise ErrorDeLectura(archivo, mensaje, linea, nombre)
            if maneras:
                palabras[i] = "_".join(maneras[0])
                mensaje = f"Une otras columnas sin nada entre ellas: se toma como la combinación {palabras[i]}."
                anomalias.append(Anomalia(archivo, linea, nombre, mensaje))
        despegados.append("_".join(palabras))
    return despegados


def _maneras(palabra: str, columnas: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Two of the ways of filling the word with the names of other columns, none of them twice; all when fewer."""
    if len(palabra) > MAX_LETRAS:
        return []
    largos = sorted({len(texto) for texto in columnas if len(texto) < len(palabra)})
    # Of filling the word from each letter on.
    hechas: list[list[tuple[str, ...]]] = [[] for _ in palabra] + [[()]]
    for desde in range(len(palabra) - 1, -1, -1):
        for hasta in (desde + largo for largo in largos if desde + largo <= len(palabra)):
            columna = columnas.get(palabra[desde:hasta])
            if columna is not None:
                hechas[desde] += [(columna, *r) for r in hechas[hasta] if columna not in r]
        hechas[desde] = list(dict.fromkeys(hechas[desde]))[:2]
    return hechas[0]

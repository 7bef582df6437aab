"""Find an acta of the catalogue as one types: «24 c1 gub», «tala extraordinaria», or its key."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from prep.catalogo.services import cargar
from prep.ccv import oficina
from prep.dominio.comun.autoridad import TODO
from prep.papel.plantilla import Identificacion

CUANTAS: Final = 12
"""As many as one looks through; more is a reason to type one word more."""
_LARGO: Final = 80
_DE_MAS: Final = frozenset({"de", "del", "la", "el", "los", "las", "y", "seccion", "casilla", "acta"})


@dataclass(frozen=True, slots=True)
class Hallada:
    """An acta of the catalogue. `ident`: what its heading says."""

    clave: str
    ident: Identificacion


def buscar(dicho: str, alcance: Collection[str], entre: Collection[str] | None = None) -> list[Hallada]:
    """Actas that what was typed may mean, within somebody's reach; the section that was typed goes first. `entre`:
    only these."""
    palabras = [p for p in _palabras(dicho[:_LARGO]) if p not in _DE_MAS]
    if not palabras:
        return []
    formas = oficina.formas()
    return [Hallada(c, formas.identificacion(c)) for c in islice(_halladas(palabras, alcance, entre), CUANTAS)]


def _halladas(palabras: list[str], alcance: Collection[str], entre: Collection[str] | None) -> Iterator[str]:
    todo = TODO in alcance
    seccion = next((p for p in palabras if p.isdecimal()), "").lstrip("0")
    despues: list[str] = []
    for clave, texto in _indice(cargar().huella):
        if all(f" {p}" in texto for p in palabras) and (todo or clave[:11] in alcance):
            if entre is not None and clave not in entre:
                continue
            if not seccion or clave[2:6].lstrip("0") == seccion:
                yield clave
            elif len(despues) < CUANTAS:
                despues.append(clave)
    yield from despues


@lru_cache(maxsize=2)
def _indice(huella: str) -> tuple[tuple[str, str], ...]:
    """Each acta's key and the words that find it, each after a space."""
    formas = oficina.formas()
    return tuple((a.clave, _texto(formas.identificacion(a.clave), str(a.casilla.clave))) for a in formas.actas())


def _texto(ident: Identificacion, casilla: str) -> str:
    seccion, tipo, numero, extension = casilla[2:6], casilla[6], casilla[7:9], casilla[9:]
    corta = tipo + numero.lstrip("0") + (f"c{int(extension)}" if extension != "00" else "")
    partes = (ident.clave_acta, seccion, seccion.lstrip("0"), corta, ident.casilla, ident.eleccion, ident.municipio)
    return " " + " ".join(_palabras(" ".join((*partes, ident.clave_acta[11:], ident.demarcacion))))


def _palabras(texto: str) -> list[str]:
    llano = unicodedata.normalize("NFKD", texto.casefold())
    return "".join(c if c.isalnum() else " " for c in llano if not unicodedata.combining(c)).split()

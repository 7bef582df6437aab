"""Find an acta of the catalogue as one types: «24 c1 gub», «tala extraordinaria», or its key."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from prep.catalogo.services import cargar
from prep.dominio.comun.autoridad import TODO
from prep.papel.plantilla import Identificacion
from prep.papel.vigente import formas

CUANTAS: Final = 12
"""As many as one looks through; more is a reason to type one word more."""
_DE_UNA_VEZ: Final = 200
"""Keys that the database is asked about at once."""
Entre = Callable[[Sequence[str]], Collection[str]]
"""Of some keys, those that serve."""
_LARGO: Final = 80
_DE_MAS: Final = frozenset({"de", "del", "la", "el", "los", "las", "y", "seccion", "casilla", "acta"})


@dataclass(frozen=True, slots=True)
class Hallada:
    """An acta of the catalogue. `ident`: what its heading says."""

    clave: str
    ident: Identificacion


def buscar(dicho: str, alcance: Collection[str], entre: Entre | None = None) -> list[Hallada]:
    """Actas that what was typed may mean, within somebody's reach; the section that was typed goes first. `entre`:
    which of them only."""
    palabras = [p for p in _palabras(dicho[:_LARGO]) if p not in _DE_MAS]
    if not palabras:
        return []
    suyas = formas()
    return [Hallada(c, suyas.identificacion(c)) for c in islice(_halladas(palabras, alcance, entre), CUANTAS)]


def _halladas(palabras: list[str], alcance: Collection[str], entre: Entre | None) -> Iterator[str]:
    filas: Sequence[tuple[str, str]] = _indice(cargar().huella)
    for palabra in palabras:
        buscada = f" {palabra}"
        filas = [f for f in filas if buscada in f[1]]
    todo, seccion = TODO in alcance, next((p for p in palabras if p.isdecimal()), "").lstrip("0")
    claves = [c for c, _ in filas if todo or c[:11] in alcance]
    claves.sort(key=lambda c: c[2:6].lstrip("0") != seccion)
    for i in range(0, len(claves), _DE_UNA_VEZ):
        trozo = claves[i : i + _DE_UNA_VEZ]
        sirven = trozo if entre is None else entre(trozo)
        yield from (c for c in trozo if c in sirven)


@lru_cache(maxsize=2)
def _indice(huella: str) -> tuple[tuple[str, str], ...]:
    """Each acta's key and the words that find it, each after a space."""
    suyas = formas()
    return tuple((a.clave, _texto(suyas.identificacion(a.clave), str(a.casilla.clave))) for a in suyas.actas())


def _texto(ident: Identificacion, casilla: str) -> str:
    seccion, tipo, numero, extension = casilla[2:6], casilla[6], casilla[7:9], casilla[9:]
    corta = tipo + numero.lstrip("0") + (f"c{int(extension)}" if extension != "00" else "")
    claves = f"{ident.clave_acta} {seccion} {seccion.lstrip('0')} {corta} {ident.clave_acta[11:]}".casefold()
    return " ".join(("", claves, *map(_llano, (ident.casilla, ident.eleccion, ident.municipio, ident.demarcacion))))


@lru_cache(maxsize=10_000)
def _llano(texto: str) -> str:
    """Names as one types them: the same ones come in thousands of actas."""
    return " ".join(_palabras(texto))


def _palabras(texto: str) -> list[str]:
    llano = unicodedata.normalize("NFKD", texto.casefold())
    return "".join(c if c.isalnum() else " " for c in llano if not unicodedata.combining(c)).split()

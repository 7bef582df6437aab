"""What each piece of a corte is a function of, as one hash: equal keys, equal bytes.

That is: the code and the libraries that write it, how this corte writes, the catalogue of its place, and the version
that each of its actas is in.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from zoneinfo import TZPATH

import orjson

from prep.catalogo.informativo import Parametros
from prep.dominio.tabulacion.proceso import Eleccion, Proceso
from prep.publicacion.instantanea import Vista
from prep.publicacion.seccion import SIN_HECHOS, Pauta, Seccion


def contexto(software: str, proceso: Proceso, eleccion: Eleccion, parametros: Parametros, *como: bool) -> str:
    """Key of what all the pieces of one election share in one corte. `como`: how this corte is written."""
    sin_lugares = replace(eleccion, actas=(), demarcaciones={}, boletas={})
    sin_elecciones = replace(proceso, elecciones=(), huella="")
    return huella(software, _plataforma(proceso.zona_horaria), repr((sin_elecciones, sin_lugares, parametros, como)))


class Claves(NamedTuple):
    """Of a demarcación: `entera`, the key of all of it; `catalogo`, of all that its actas are written with but their
    versions; `secciones`, of each. `versiones`: of each acta that has any fact. Empty where nobody knows what version
    an acta is in."""

    entera: str
    catalogo: str
    secciones: list[str]
    versiones: Mapping[str, str]


def claves_de(pauta: Pauta, demarcacion: int, secciones: Sequence[Seccion], fuera: int, vista: Vista) -> Claves:
    """The keys of a demarcación with so many sheets out of catalogue."""
    if vista.versiones is None:
        return Claves("", "", [""] * len(secciones), {})
    e = pauta.eleccion
    lugar = huella(pauta.contexto, repr((demarcacion, e.demarcaciones[demarcacion], e.boletas[demarcacion])))
    versiones = vista.versiones([a.clave for s in secciones for a in s.actas])
    claves = [huella(lugar, s.huella, *[versiones.get(a.clave, SIN_HECHOS) for a in s.actas]) for s in secciones]
    catalogo = huella(lugar, *[s.huella for s in secciones])
    return Claves(huella(lugar, str(fuera), *claves), catalogo, claves, versiones)


def huella(*partes: str) -> str:
    """SHA-256 (hex) of some texts, each with its end marked."""
    return hashlib.sha256(orjson.dumps(partes)).hexdigest()


@lru_cache(maxsize=4)
def _plataforma(zona: str) -> str:
    """The versions of what writes, and the rules of the time zone."""
    programas = [sys.version, orjson.__version__, zlib.ZLIB_RUNTIME_VERSION]
    return huella(*programas, hashlib.sha256(_reglas(zona)).hexdigest())


def _reglas(zona: str) -> bytes:
    """Where `zoneinfo` takes them from: the system or, without any, the package `tzdata`."""
    for carpeta in TZPATH:
        if (archivo := Path(carpeta) / zona).is_file():
            return archivo.read_bytes()
    return files("tzdata").joinpath("zoneinfo", zona).read_bytes()

"""What one corte wrote, kept so that the next one writes only what changed. Throwing it away changes no published byte.

A file per demarcación, written whole: SHA-256 of the index, its length, the index (JSON), and then the parts, whose
lengths and SHA-256 the index has. What does not match was damaged and is written again. A hash finds what a disk
spoiled, not what somebody forged: whoever can write here can also change the program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from prep.publicacion.archivos import Bytes, Trozo

_LARGO: Final = 4


class ReservaDanada(RuntimeError):
    """What was kept is not what was written."""


@dataclass(frozen=True, slots=True)
class Guardado:
    """A file of the reserve. `indice`: what was said of it; `trozos`: where its parts are; `partes`: the parts."""

    indice: dict[str, Any]
    trozos: list[Trozo]
    partes: Sequence[Bytes]


class Reserva:
    """A folder. Readers see a file before a change, after it or, for an instant, none; never half of one."""

    def __init__(self, carpeta: Path) -> None:
        self._carpeta = carpeta
        carpeta.mkdir(parents=True, exist_ok=True)

    def guardar(self, nombre: str, indice: dict[str, Any], partes: Sequence[bytes]) -> Guardado:
        indice = {**indice, "partes": [[len(p), hashlib.sha256(p).hexdigest()] for p in partes]}
        crudo = orjson.dumps(indice, option=orjson.OPT_NON_STR_KEYS)
        cabeza = hashlib.sha256(crudo).digest() + len(crudo).to_bytes(_LARGO, "big")
        destino = self._carpeta / nombre
        nuevo = destino.with_name(f"{nombre}.nuevo")
        with nuevo.open("wb") as archivo:
            archivo.writelines([cabeza, crudo, *partes])
        destino.unlink(missing_ok=True)  # over a file that is there, some disks make a rename wait for its bytes
        nuevo.replace(destino)
        return Guardado(indice, _trozos(destino, len(cabeza) + len(crudo), indice), partes)

    def leer(self, nombre: str) -> Guardado | None:
        """What was kept under `nombre`, checked; None where nothing was. Raises `ReservaDanada`."""
        origen = self._carpeta / nombre
        try:
            datos = memoryview(origen.read_bytes())
        except FileNotFoundError:
            return None
        largo = int.from_bytes(datos[32 : 32 + _LARGO], "big")
        desde = 32 + _LARGO + largo
        crudo = datos[32 + _LARGO : desde]
        if len(datos) < desde or hashlib.sha256(crudo).digest() != datos[:32]:
            raise ReservaDanada(nombre)
        indice: dict[str, Any] = orjson.loads(crudo)
        trozos = _trozos(origen, desde, indice)
        partes = [datos[t.desde : t.desde + t.mide] for t in trozos]
        if any(hashlib.sha256(p).hexdigest() != t.sha256 for p, t in zip(partes, trozos, strict=True)):
            raise ReservaDanada(nombre)
        return Guardado(indice, trozos, partes)


def _trozos(origen: Path, desde: int, indice: dict[str, Any]) -> list[Trozo]:
    trozos = []
    for mide, sha256 in indice["partes"]:
        trozos.append(Trozo(origen, desde, mide, sha256))
        desde += mide
    return trozos

"""What a corte has made and not yet put in the store: stretches of files on this machine, each with its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from prep.plataforma.errores import Impedimento

Bytes = bytes | memoryview
"""Just made, or a view of what was read: nothing is copied until it is written."""


@dataclass(frozen=True, slots=True)
class Trozo:
    """`mide` bytes of the file `origen`, from `desde` on. `entero`: they are all of it, nobody will write in it again,
    and it is better published as it is than written again."""

    origen: Path
    desde: int
    mide: int
    sha256: str
    entero: bool = False

    def leer(self) -> bytes:
        """Its bytes, which must be those that were made."""
        with self.origen.open("rb") as archivo:
            archivo.seek(self.desde)
            datos = archivo.read(self.mide)
        if hashlib.sha256(datos).hexdigest() != self.sha256:
            raise Impedimento(f"{self.origen} cambió mientras se hacía el corte; revise el disco.")
        return datos


@dataclass(frozen=True, slots=True)
class Archivo:
    """A file of the corte. `ruta` is relative to the corte's folder; `trozo` is where its bytes are."""

    ruta: str
    trozo: Trozo


def guardar(carpeta: Path, ruta: str, datos: bytes) -> Archivo:
    """Put a finished file aside in `carpeta`."""
    return Archivo(ruta, guardar_trozos(carpeta / ruta, [datos])[0])


def guardar_trozos(destino: Path, partes: Iterable[bytes]) -> list[Trozo]:
    """Put several aside, one after another in one file."""
    destino.parent.mkdir(parents=True, exist_ok=True)
    trozos, desde = [], 0
    with destino.open("wb") as archivo:
        for datos in partes:
            archivo.write(datos)
            trozos.append(Trozo(destino, desde, len(datos), hashlib.sha256(datos).hexdigest()))
            desde += len(datos)
    return trozos

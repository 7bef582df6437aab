"""What one corte wrote, kept so that the next one writes only what changed. Throwing it away changes no published byte.

Two files per demarcación. One is its document as it is published, which the store may take as it is, so that its bytes
are on the disk once: nobody opens it again to write. The other: SHA-256 of the index, its length, the index (JSON), and
then the other parts; the index has the length and the SHA-256 of each part, the document being the first. What does not
match was damaged and is written again. A hash finds what a disk spoiled, not what somebody forged: whoever can write
here can also change the program.
"""

from __future__ import annotations

import hashlib
import os
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
    """What was kept. `indice`: what was said of it; `trozos`: where its parts are, the document first; `partes`: the
    parts."""

    indice: dict[str, Any]
    trozos: list[Trozo]
    partes: Sequence[Bytes]


class Reserva:
    """A folder, of whoever makes a corte, one at a time. Who is killed while writing leaves nothing kept."""

    def __init__(self, carpeta: Path) -> None:
        self._carpeta = carpeta
        carpeta.mkdir(parents=True, exist_ok=True)

    def guardar(self, nombre: str, indice: dict[str, Any], documento: bytes, partes: Sequence[bytes]) -> Guardado:
        todas = [documento, *partes]
        indice = {**indice, "partes": [[len(p), hashlib.sha256(p).hexdigest()] for p in todas]}
        crudo = orjson.dumps(indice, option=orjson.OPT_NON_STR_KEYS)
        sello = hashlib.sha256(crudo).digest()
        largo = len(crudo).to_bytes(_LARGO, "big")
        destino, suyo = self._lugares(nombre)
        # In the same file, so that none is made and thrown away at each corte: its seal goes first and comes last.
        with os.fdopen(os.open(destino, os.O_RDWR | os.O_CREAT, 0o666), "r+b") as archivo:
            archivo.write(bytes(len(sello)))
            archivo.flush()
            suyo.unlink(missing_ok=True)  # what may be published is never written in
            suyo.write_bytes(documento)
            archivo.writelines([largo, crudo, *partes])
            archivo.truncate()
            archivo.seek(0)
            archivo.write(sello)
        return Guardado(indice, _trozos(destino, suyo, len(sello) + len(largo) + len(crudo), indice), todas)

    def leer(self, nombre: str) -> Guardado | None:
        """What was kept under `nombre`, checked; None where nothing was. Raises `ReservaDanada`."""
        origen, suyo = self._lugares(nombre)
        try:
            datos, documento = memoryview(origen.read_bytes()), memoryview(suyo.read_bytes())
        except FileNotFoundError:
            return None
        if not any(datos[:32]):  # whoever was writing it was killed
            return None
        largo = int.from_bytes(datos[32 : 32 + _LARGO], "big")
        desde = 32 + _LARGO + largo
        crudo = datos[32 + _LARGO : desde]
        if len(datos) < desde or hashlib.sha256(crudo).digest() != datos[:32]:
            raise ReservaDanada(nombre)
        indice: dict[str, Any] = orjson.loads(crudo)
        trozos = _trozos(origen, suyo, desde, indice)
        partes = [documento, *(datos[t.desde : t.desde + t.mide] for t in trozos[1:])]
        if any(hashlib.sha256(p).hexdigest() != t.sha256 for p, t in zip(partes, trozos, strict=True)):
            raise ReservaDanada(nombre)
        return Guardado(indice, trozos, partes)

    def _lugares(self, nombre: str) -> tuple[Path, Path]:
        return self._carpeta / nombre, self._carpeta / f"{nombre}.json"


def _trozos(origen: Path, documento: Path, desde: int, indice: dict[str, Any]) -> list[Trozo]:
    (mide, sha256), *partes = indice["partes"]
    trozos = [Trozo(documento, 0, mide, sha256, entero=True)]
    for mide, sha256 in partes:
        trozos.append(Trozo(origen, desde, mide, sha256))
        desde += mide
    return trozos

"""Zip files put together from blocks that were compressed each on its own.

A block's bytes depend on its text alone, so the block of a stretch that did not change serves again. To whoever opens
the zip they are one deflate stream: each block but the last ends on a byte boundary (RFC 1951, an empty stored block).
Everything is dated with the corte's local time, so that the same corte gives the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prep.plataforma.errores import Impedimento

_GUARDADO: Final = 0
_COMPRIMIDO: Final = 8
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_FIN: Final = struct.Struct("<4s4H2IH")
_VERSION: Final = 20
_UNIX: Final = 3 << 8
_UTF8: Final = 0x800
_PERMISOS: Final = 0o644 << 16


@dataclass(frozen=True, slots=True)
class Entrada:
    """A file of a zip: what is written of it, and the checksum and size of what it says."""

    nombre: str
    metodo: int
    datos: Sequence[bytes]
    crc: int
    mide: int


def bloque(texto: bytes, ultimo: bool = False) -> bytes:
    """`texto` compressed on its own; the last block of a file ends the stream."""
    compresor = zlib.compressobj(6, zlib.DEFLATED, -15)
    return compresor.compress(texto) + compresor.flush(zlib.Z_FINISH if ultimo else zlib.Z_SYNC_FLUSH)


def en_bloques(nombre: str, partes: Iterable[tuple[bytes, bytes]]) -> Entrada:
    """A file made of stretches: (text, its block) of each. The last one must end the stream."""
    datos, crc, mide = [], 0, 0
    for texto, comprimido in partes:
        datos.append(comprimido)
        crc = zlib.crc32(texto, crc)
        mide += len(texto)
    return Entrada(nombre, _COMPRIMIDO, datos, crc, mide)


def entero(nombre: str, texto: bytes) -> Entrada:
    """A file compressed whole."""
    return en_bloques(nombre, [(texto, bloque(texto, ultimo=True))])


def tal_cual(nombre: str, datos: bytes) -> Entrada:
    """A file as it is, without compressing: one that already is."""
    return Entrada(nombre, _GUARDADO, [datos], zlib.crc32(datos), len(datos))


def empacar(entradas: Iterable[Entrada], hora: datetime) -> bytes:
    """A zip with these files, in this order."""
    fecha = (hora.year - 1980) << 9 | hora.month << 5 | hora.day
    reloj = hora.hour << 11 | hora.minute << 5 | hora.second // 2
    cuerpo: list[bytes] = []
    indice: list[bytes] = []
    desde = 0
    for e in entradas:
        nombre = e.nombre.encode()
        marcas = 0 if e.nombre.isascii() else _UTF8
        ocupa = sum(map(len, e.datos))
        if max(e.mide, desde + ocupa) >= 2**32 - 1:
            raise Impedimento(f"{e.nombre} no cabe en un zip de 4 GB.")
        ficha = (_VERSION, marcas, e.metodo, reloj, fecha, e.crc, ocupa, e.mide, len(nombre), 0)
        local = _LOCAL.pack(b"PK\3\4", *ficha) + nombre
        indice.append(_CENTRAL.pack(b"PK\1\2", _UNIX | _VERSION, *ficha, 0, 0, 0, _PERMISOS, desde) + nombre)
        cuerpo += [local, *e.datos]
        desde += len(local) + ocupa
    central = b"".join(indice)
    fin = _FIN.pack(b"PK\5\6", 0, 0, len(indice), len(indice), len(central), desde, 0)
    return b"".join([*cuerpo, central, fin])

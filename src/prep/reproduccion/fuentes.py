"""Opening what people hand over: files, folders, zip, zip in zip, gzip, tar.gz. All of it is hostile.

Nothing is ever written under a name that came inside an archive. What grows, nests or counts beyond the limits of
`publicado` is refused before it fills the memory.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

from prep.reproduccion.publicado import (
    MAX_ANIDADOS,
    MAX_BYTES,
    MAX_MIEMBROS,
    MAX_RAZON,
    MIN_BYTES_RAZON,
    Anomalia,
    ErrorDeLectura,
)
from prep.transparencia.errores import ZIP_ROTO, causa

_TEXTOS = {".csv", ".txt", ".tsv", ".dat", ".psv", ""}
_ARCHIVOS = {".zip", ".gz", ".tgz", ".tar"}
_BLOQUE = 1024 * 1024


@dataclass(slots=True)
class Presupuesto:
    """What is left of the limits for one set of files."""

    bytes: int = field(default_factory=lambda: MAX_BYTES)
    miembros: int = field(default_factory=lambda: MAX_MIEMBROS)

    def gastar(self, cuantos: int, archivo: str) -> None:
        self.bytes -= cuantos
        if self.bytes < 0:
            raise ErrorDeLectura(
                archivo,
                f"descomprimido pasa de {MAX_BYTES // 1024**2} MiB; no se lee. Entregue solo la base de datos.",
            )

    def contar(self, archivo: str) -> None:
        self.miembros -= 1
        if self.miembros < 0:
            raise ErrorDeLectura(archivo, f"hay más de {MAX_MIEMBROS} archivos. Entregue solo la base de datos.")


@dataclass(frozen=True, slots=True)
class Fuente:
    """One text file, found on disk or inside archives. `nombre` tells people where it is."""

    nombre: str
    flujo: BinaryIO


class _Medido(io.RawIOBase):
    """A stream that stops when it gives more than the budget, or grows too much for what it was compressed to."""

    def __init__(
        self, flujo: IO[bytes] | gzip.GzipFile, nombre: str, presupuesto: Presupuesto, comprimido: int | None
    ) -> None:
        self._flujo, self._nombre, self._presupuesto = flujo, nombre, presupuesto
        self._tope = max(MIN_BYTES_RAZON, comprimido * MAX_RAZON) if comprimido is not None else None
        self._leidos = 0

    def readable(self) -> bool:
        return True

    def readinto(self, destino: Any) -> int:
        vista = memoryview(destino)
        try:
            datos = self._flujo.read(len(vista))
        except OSError as error:
            # bzip2 and gzip say so, without a number, that their data are damaged.
            raise _danado(self._nombre) if error.errno is None else _ilegible(self._nombre, error) from None
        except (*ZIP_ROTO, tarfile.TarError):
            raise _danado(self._nombre) from None
        self._leidos += len(datos)
        self._presupuesto.gastar(len(datos), self._nombre)
        if self._tope is not None and self._leidos > self._tope:
            raise ErrorDeLectura(
                self._nombre,
                f"crece más de {MAX_RAZON} veces al descomprimirse: no es una base del PREP. No se lee.",
            )
        vista[: len(datos)] = datos
        return len(datos)


def _danado(nombre: str) -> ErrorDeLectura:
    return ErrorDeLectura(nombre, "el archivo comprimido está incompleto o dañado. Descárguelo de nuevo.")


def _ilegible(nombre: str, error: OSError) -> ErrorDeLectura:
    return ErrorDeLectura(nombre, f"no se puede leer: {causa(error)}.")


def abrir(rutas: Iterable[Path], anomalias: list[Anomalia]) -> Iterator[Fuente]:
    """Every text file in `rutas` (files, folders or archives), one at a time; each is closed before the next.

    Raises `ErrorDeLectura`.
    """
    presupuesto = Presupuesto()
    for ruta in rutas:
        if ruta.is_dir():
            for carpeta, carpetas, archivos in os.walk(ruta):
                carpetas.sort()
                for archivo in sorted(archivos):
                    camino = Path(carpeta) / archivo
                    nombre = str(camino.relative_to(ruta.parent))
                    if camino.is_symlink() or not camino.is_file():
                        anomalias.append(Anomalia(nombre, 0, "", "Es un enlace o un archivo especial: no se lee."))
                    elif camino.suffix.lower() in _TEXTOS | _ARCHIVOS:
                        yield from _abrir_archivo(camino, nombre, presupuesto, anomalias)
        elif ruta.is_file():
            yield from _abrir_archivo(ruta, ruta.name, presupuesto, anomalias)
        else:
            raise ErrorDeLectura(str(ruta), "no existe o no es un archivo ni una carpeta.")


def _abrir_archivo(camino: Path, nombre: str, presupuesto: Presupuesto, anomalias: list[Anomalia]) -> Iterator[Fuente]:
    presupuesto.contar(nombre)
    try:
        with camino.open("rb") as flujo:
            yield from _abrir_flujo(flujo, nombre, presupuesto, anomalias, 0, camino.stat().st_size, None)
    except OSError as error:
        raise _ilegible(nombre, error) from None


def _abrir_flujo(
    flujo: IO[bytes],
    nombre: str,
    presupuesto: Presupuesto,
    anomalias: list[Anomalia],
    nivel: int,
    tamano: int,
    comprimido: int | None,
) -> Iterator[Fuente]:
    """`flujo` must be seekable when it is an archive. `comprimido`: its size inside its own archive, if any."""
    inicio = flujo.read(4)
    flujo.seek(0)
    if inicio[:2] == b"PK" and inicio[2:4] in (b"\x03\x04", b"\x05\x06", b"\x07\x08"):
        if nombre.lower().endswith((".xlsx", ".ods", ".docx")):
            return
        _profundidad(nivel, nombre)
        yield from _abrir_zip(flujo, nombre, presupuesto, anomalias, nivel)
    elif inicio[:2] == b"\x1f\x8b":
        _profundidad(nivel, nombre)
        yield from _abrir_gzip(flujo, nombre, presupuesto, anomalias, nivel, tamano)
    elif nombre.lower().endswith(".tar"):
        _profundidad(nivel, nombre)
        yield from _abrir_tar(flujo, nombre, presupuesto, anomalias, nivel)
    elif nombre.lower().endswith(".zip"):
        raise ErrorDeLectura(nombre, "dice ser un zip y no lo es, o está dañado. Descárguelo de nuevo.")
    else:
        medido = _Medido(flujo, nombre, presupuesto, comprimido)
        yield Fuente(nombre, io.BufferedReader(medido, _BLOQUE))


def _profundidad(nivel: int, nombre: str) -> None:
    if nivel >= MAX_ANIDADOS:
        raise ErrorDeLectura(nombre, f"hay más de {MAX_ANIDADOS} archivos comprimidos uno dentro de otro.")


def _revisar_nombre(interno: str, nombre: str) -> None:
    camino = PurePosixPath(interno.replace("\\", "/"))
    if camino.is_absolute() or ".." in camino.parts or any(":" in p for p in camino.parts[:1]) or "\x00" in interno:
        raise ErrorDeLectura(nombre, f"contiene «{interno[:100]}», que sale de su carpeta. Archivo rechazado.")


def _interesa(interno: str) -> bool:
    camino = PurePosixPath(interno.replace("\\", "/"))
    basura = not camino.name or camino.name.startswith(".") or "__MACOSX" in camino.parts
    return not basura and camino.suffix.lower() in _TEXTOS | _ARCHIVOS


def _abrir_zip(
    flujo: IO[bytes], nombre: str, presupuesto: Presupuesto, anomalias: list[Anomalia], nivel: int
) -> Iterator[Fuente]:
    try:
        archivo = zipfile.ZipFile(flujo)
    except ZIP_ROTO:
        raise _danado(nombre) from None
    with archivo:
        for miembro in archivo.infolist():
            if miembro.filename.endswith("/"):
                continue
            presupuesto.contar(nombre)
            _revisar_nombre(miembro.filename or "-", nombre)
            interno = f"{nombre}/{miembro.filename}"
            if not _interesa(miembro.filename):
                continue
            if miembro.flag_bits & 1:
                raise ErrorDeLectura(interno, "está protegido con contraseña. Entregue el archivo sin ella.")
            try:
                abierto = archivo.open(miembro)
            except ZIP_ROTO:
                raise _danado(interno) from None
            with abierto:
                yield from _abrir_miembro(
                    abierto, interno, presupuesto, anomalias, nivel, miembro.file_size, miembro.compress_size
                )


def _abrir_miembro(
    flujo: IO[bytes],
    nombre: str,
    presupuesto: Presupuesto,
    anomalias: list[Anomalia],
    nivel: int,
    tamano: int,
    comprimido: int | None,
) -> Iterator[Fuente]:
    """Archives need to be seekable: copied to a temporary file. Texts are streamed."""
    medido = io.BufferedReader(_Medido(flujo, nombre, presupuesto, comprimido), _BLOQUE)
    if PurePosixPath(nombre).suffix.lower() not in _ARCHIVOS:
        yield Fuente(nombre, medido)
        return
    with tempfile.SpooledTemporaryFile(max_size=32 * _BLOQUE) as copia:
        while bloque := medido.read(_BLOQUE):
            copia.write(bloque)
        copia.seek(0)
        yield from _abrir_flujo(copia, nombre, presupuesto, anomalias, nivel + 1, tamano, None)


def _abrir_gzip(
    flujo: IO[bytes], nombre: str, presupuesto: Presupuesto, anomalias: list[Anomalia], nivel: int, tamano: int
) -> Iterator[Fuente]:
    with gzip.GzipFile(fileobj=flujo, mode="rb") as descomprimido:
        medido = io.BufferedReader(_Medido(descomprimido, nombre, presupuesto, tamano), _BLOQUE)
        if not nombre.lower().endswith((".tgz", ".tar.gz")):
            yield Fuente(nombre.removesuffix(".gz"), medido)
            return
        with tempfile.SpooledTemporaryFile(max_size=32 * _BLOQUE) as copia:
            while bloque := medido.read(_BLOQUE):
                copia.write(bloque)
            copia.seek(0)
            yield from _abrir_tar(copia, nombre, presupuesto, anomalias, nivel + 1)


def _abrir_tar(
    flujo: IO[bytes], nombre: str, presupuesto: Presupuesto, anomalias: list[Anomalia], nivel: int
) -> Iterator[Fuente]:
    try:
        with tarfile.open(fileobj=flujo, mode="r:") as archivo:
            for miembro in archivo:
                if miembro.isdir():
                    continue
                presupuesto.contar(nombre)
                _revisar_nombre(miembro.name or "-", nombre)
                interno = f"{nombre}/{miembro.name}"
                if not miembro.isfile():
                    anomalias.append(Anomalia(interno, 0, "", "Es un enlace o un archivo especial: no se lee."))
                    continue
                abierto = archivo.extractfile(miembro) if _interesa(miembro.name) else None
                if abierto is not None:
                    with abierto:
                        yield from _abrir_miembro(abierto, interno, presupuesto, anomalias, nivel, miembro.size, None)
    except ErrorDeLectura:
        raise
    except (tarfile.TarError, ValueError, OverflowError, RecursionError):
        raise _danado(nombre) from None

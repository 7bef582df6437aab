"""Where an emission is kept and read: a folder, a web address, or whatever speaks these three verbs."""

import contextlib
import fcntl
import http.client
import os
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from prep.transparencia.errores import FormatoInvalido, Inconsistente, NoDisponible, causa

MAXIMO_BYTES = 512 * 2**20
_PARTE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


def ruta_segura(ruta: str) -> str:
    """`ruta` itself if it is a plain relative path; refuses `..`, absolute paths, addresses and odd characters."""
    if not ruta or len(ruta) > 500 or not all(_PARTE.fullmatch(p) for p in ruta.split("/")):
        raise FormatoInvalido(f"ruta no permitida: {ruta[:80]!r}")
    return ruta


class Lector(Protocol):
    """Reads published files. None: it is not there. `NoDisponible`: it could not be known."""

    def leer(self, ruta: str, maximo: int = MAXIMO_BYTES) -> bytes | None: ...


class Almacen(Lector, Protocol):
    """Keeps published files."""

    def escribir(self, ruta: str, datos: bytes) -> None:
        """Write once: creates it, or does nothing if it is already there with the same bytes; else `Inconsistente`."""

    def reemplazar(self, ruta: str, datos: bytes) -> None:
        """Switch a pointer atomically: readers see the old bytes or the new ones."""


class Carpeta:
    """A folder. Every write is whole and, unless `duradero` is false, on disk before it is visible."""

    def __init__(self, carpeta: Path | str, duradero: bool = True) -> None:
        self.carpeta = Path(carpeta)
        self._duradero = duradero

    def leer(self, ruta: str, maximo: int = MAXIMO_BYTES) -> bytes | None:
        archivo = self._archivo(ruta)
        try:
            with archivo.open("rb") as f:
                datos = f.read(maximo + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as e:
            raise NoDisponible(f"no se pudo leer {archivo}: {causa(e)}") from e
        if len(datos) > maximo:
            raise FormatoInvalido(f"{ruta} mide más de {maximo} bytes")
        return datos

    def escribir(self, ruta: str, datos: bytes) -> None:
        if self._igual(ruta, datos):
            return
        with self._temporal(ruta, datos) as (temporal, destino):
            try:
                os.link(temporal, destino)
            except FileExistsError:
                self._igual(ruta, datos)

    def reemplazar(self, ruta: str, datos: bytes) -> None:
        with self._temporal(ruta, datos) as (temporal, destino):
            temporal.replace(destino)

    @contextlib.contextmanager
    def candado(self) -> Iterator[None]:
        """Only one writer at a time; released by the system if the writer dies."""
        self.carpeta.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.carpeta, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def rutas(self, bajo: str = "") -> Iterator[str]:
        """Every file in the folder (or `bajo` one of its folders), relative to it, in order; hidden ones left out."""
        for raiz, carpetas, archivos in os.walk(self._archivo(bajo) if bajo else self.carpeta):
            carpetas[:] = sorted(c for c in carpetas if not c.startswith("."))
            base = Path(raiz).relative_to(self.carpeta)
            for a in sorted(archivos):
                if not a.startswith("."):
                    yield (base / a).as_posix()

    def _archivo(self, ruta: str) -> Path:
        archivo = self.carpeta / ruta_segura(ruta)
        if not archivo.resolve().is_relative_to(self.carpeta.resolve()):
            raise FormatoInvalido(f"{ruta} es un enlace hacia fuera de la carpeta")
        return archivo

    def _igual(self, ruta: str, datos: bytes) -> bool:
        """Whether it is already there with these bytes; with other bytes, `Inconsistente`."""
        hay = self.leer(ruta)
        if hay is not None and hay != datos:
            raise Inconsistente(f"{ruta} ya existe con otro contenido y no se reescribe")
        return hay is not None

    @contextlib.contextmanager
    def _temporal(self, ruta: str, datos: bytes) -> Iterator[tuple[Path, Path]]:
        destino = self._archivo(ruta)
        destino.parent.mkdir(parents=True, exist_ok=True)
        descriptor, nombre = tempfile.mkstemp(prefix=".", dir=destino.parent)
        try:
            with os.fdopen(descriptor, "wb") as f:
                f.write(datos)
                f.flush()
                os.fchmod(f.fileno(), 0o644)
                if self._duradero:
                    os.fsync(f.fileno())
            yield Path(nombre), destino
            if self._duradero:
                _sincronizar(destino.parent)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(nombre).unlink()


def _sincronizar(carpeta: Path) -> None:
    descriptor = os.open(carpeta, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Web:
    """A published site, read over HTTP with limits of size and time."""

    def __init__(self, direccion: str, espera: float = 20.0) -> None:
        partes = urllib.parse.urlsplit(direccion)
        if partes.scheme not in ("http", "https") or not partes.hostname:
            raise FormatoInvalido(f"no es una dirección http(s): {direccion!r}")
        self.direccion = direccion.rstrip("/") + "/"
        self._espera = espera

    def leer(self, ruta: str, maximo: int = MAXIMO_BYTES) -> bytes | None:
        url = self.direccion + ruta_segura(ruta)
        pedido = urllib.request.Request(url, headers={"Cache-Control": "no-cache"})  # noqa: S310
        try:
            with urllib.request.urlopen(pedido, timeout=self._espera) as r:  # noqa: S310
                datos: bytes = r.read(maximo + 1)
                dicho = r.headers.get("Content-Length")
        except urllib.error.HTTPError as e:
            with e:
                if e.code in (404, 410):
                    return None
                raise NoDisponible(f"{url} respondió {e.code}") from e
        except (OSError, http.client.HTTPException, ValueError) as e:
            raise NoDisponible(f"no se pudo leer {url}: {causa(e)}") from e
        if len(datos) > maximo:
            raise FormatoInvalido(f"{ruta} mide más de {maximo} bytes")
        if dicho is not None and dicho.isdigit() and int(dicho) != len(datos):
            raise NoDisponible(f"{url} llegó a medias: {len(datos)} de {dicho} bytes")
        return datos


def abrir(donde: str | Path) -> "Carpeta | Web":
    """A folder or an http(s) address, whichever `donde` names."""
    texto = str(donde)
    if texto.startswith(("http://", "https://")):
        return Web(texto)
    carpeta = Path(donde)
    if not carpeta.is_dir():
        raise NoDisponible(f"no existe la carpeta {carpeta}")
    return Carpeta(carpeta)

"""Where an emission is kept and read: a folder, a web address, or whatever speaks these three verbs."""

import contextlib
import fcntl
import os
import re
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from prep.transparencia.errores import FormatoInvalido, Inconsistente, NoDisponible, causa

if TYPE_CHECKING:
    from prep.transparencia.web import Web

MAXIMO_BYTES = 512 * 2**20
CANDADO = ".candado"
ESPERA_CANDADO = 30.0
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
        """The file's bytes. Only regular files are opened: a pipe or a device would never end."""
        archivo = self._archivo(ruta)
        try:
            descriptor = os.open(archivo, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as e:
            raise NoDisponible(f"no se pudo leer {archivo}: {causa(e)}") from e
        try:
            que = os.fstat(descriptor)
            if stat.S_ISDIR(que.st_mode):
                return None
            if not stat.S_ISREG(que.st_mode):
                raise FormatoInvalido(f"{ruta} no es un archivo ordinario")
            if que.st_size > maximo:
                raise FormatoInvalido(f"{ruta} mide más de {maximo} bytes")
            with os.fdopen(descriptor, "rb", closefd=False) as f:
                datos = f.read(maximo + 1)
        except OSError as e:
            raise NoDisponible(f"no se pudo leer {archivo}: {causa(e)}") from e
        finally:
            os.close(descriptor)
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
        with candado(self.carpeta / CANDADO):
            yield

    def rutas(self, bajo: str = "") -> Iterator[str]:
        """Every file in the folder (or `bajo` one of its folders), relative to it, in order; hidden ones left out."""
        for raiz, carpetas, archivos in os.walk(self._archivo(bajo) if bajo else self.carpeta):
            carpetas[:] = sorted(c for c in carpetas if not c.startswith("."))
            base = Path(raiz).relative_to(self.carpeta)
            for a in sorted(archivos):
                if not a.startswith("."):
                    yield (base / a).as_posix()

    def ajenos(self) -> Iterator[str]:
        """What `rutas` does not give: hidden files and folders, empty folders, links, pipes."""
        for raiz, carpetas, archivos in os.walk(self.carpeta):
            base = Path(raiz).relative_to(self.carpeta)
            if not carpetas and not archivos and raiz != str(self.carpeta):
                yield f"{base.as_posix()}/"
            ocultas = (c for c in carpetas if c.startswith(".") and any(Path(raiz, c).iterdir()))
            yield from sorted(f"{(base / c).as_posix()}/" for c in ocultas)
            carpetas[:] = sorted(c for c in carpetas if not c.startswith("."))
            yield from ((base / c).as_posix() for c in carpetas if Path(raiz, c).is_symlink())
            for a in sorted(archivos):
                if a != CANDADO and (a.startswith(".") or not _ordinario(Path(raiz, a))):
                    yield (base / a).as_posix()

    def _archivo(self, ruta: str) -> Path:
        archivo = self.carpeta / ruta_segura(ruta)
        try:
            dentro = archivo.resolve().is_relative_to(self.carpeta.resolve())
        except (OSError, RuntimeError) as e:
            raise FormatoInvalido(f"{ruta} es un enlace que da vueltas") from e
        if not dentro:
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


def _ordinario(archivo: Path) -> bool:
    try:
        return stat.S_ISREG(archivo.lstat().st_mode)
    except OSError:
        return True  # gone since: a writer's temporary file


@contextlib.contextmanager
def candado(archivo: Path, espera: float = ESPERA_CANDADO) -> Iterator[None]:
    """Hold `archivo` (0600: nobody else on the machine can) alone. Who waits too long is told who holds it."""
    descriptor = os.open(archivo, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        limite = time.monotonic() + espera
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= limite:
                    quien = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip() or "otro proceso"
                    raise NoDisponible(f"{archivo.parent} está ocupada por {quien}; espere a que termine") from None
                time.sleep(0.02)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"el proceso {os.getpid()} de {socket.gethostname()}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def abrir(donde: str | Path, plazo: float | None = None) -> "Carpeta | Web":
    """A folder or an http(s) address, whichever `donde` names. `plazo`: seconds for everything read from the web."""
    from prep.transparencia.web import Web

    texto = str(donde)
    if texto.startswith(("http://", "https://")):
        return Web(texto, plazo=plazo)
    carpeta = Path(donde)
    if not carpeta.is_dir():
        raise NoDisponible(f"no existe la carpeta {carpeta}")
    return Carpeta(carpeta)

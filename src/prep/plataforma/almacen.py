"""The object store: where publications and images go. A folder by default, any S3 API in production.

An object has a path of `/`-separated names and never changes: writing it again with the same bytes is nothing, with
others is an error. Only what is written with `reemplazar` (pointers such as ``ultimo.json``) may change, and it changes
at once. What a call wrote is durable when it returns; inside `with almacen.lote():`, when the block ends.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from prep.plataforma.errores import Impedimento
from prep.plataforma.lugares import dir_datos, dir_evidencia, dir_publicacion
from prep.transparencia.almacen import CANDADO, candado
from prep.transparencia.errores import causa

_NOMBRE = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,199}")
_PROVISIONAL = ".provisional"

TIPOS = {
    ".csv": "text/csv; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".xml": "application/atom+xml; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


class ErrorAlmacen(Impedimento):
    """The store refused or failed; the message says what and what to do, in Spanish."""


class AlmacenInaccesible(ErrorAlmacen):
    """It does not attend now. Nothing is known of what it has, and the same may be asked again."""


MAXIMO_BYTES = 512 * 2**20
RESERVA_BYTES = 2**30
"""Of the disk, left for the bitácora: pictures stop before."""


class Almacen(Protocol):
    def leer(self, ruta: str, maximo: int = MAXIMO_BYTES) -> bytes | None:
        """The object's bytes; None where there is none. `ErrorAlmacen` for one of more than `maximo` bytes."""
        ...

    def existe(self, ruta: str) -> bool: ...

    def intacto(self, ruta: str, sha256: str) -> bool:
        """Whether an object that was written with that SHA-256 (hex) is still so: a disk may have spoiled it. Whoever
        keeps a bucket looks after that, and is not asked."""
        ...

    def escribir(self, ruta: str, datos: bytes) -> None:
        """Create an object. Nothing to do where an identical one is; `ErrorAlmacen` where a different one is."""
        ...

    def aparte(self) -> Path | None:
        """A folder of this machine in which to make one's own, of whose files it can adopt any; None where there is
        none."""
        ...

    def adoptar(self, ruta: str, archivo: Path) -> bool:
        """`escribir` all that a file of this machine has, without moving its bytes, where that can be done. Nobody may
        write in the file afterwards; its other name may be removed."""
        ...

    def copiar(self, origen: str, destino: str) -> None:
        """`escribir(destino, leer(origen))` without moving the bytes. `origen` is from before the current batch."""
        ...

    def reemplazar(self, ruta: str, datos: bytes) -> None:
        """Put or replace an object at once: readers see the old bytes or the new ones. Not part of any batch."""
        ...

    def listar(self, prefijo: str = "") -> Iterator[str]:
        """Paths that begin with `prefijo`, in order."""
        ...

    def descartar(self, carpeta: str) -> None:
        """Remove everything under `carpeta`: only for what was never published because it was left unfinished."""
        ...

    def quitar(self, rutas: Iterable[str]) -> None:
        """Remove these objects: only where somebody knows that nothing names them any more, never of a publication."""
        ...

    def lote(self) -> AbstractContextManager[None]:
        """Write many objects as one batch: fast, readable and durable only when the block ends without an error."""
        ...


def abrir(destino: str, *, privado: bool = False) -> Almacen:
    """The store that a person names: ``s3://cubo/prefijo``, or else a folder. `privado`: what it holds is not for
    everybody; a bucket says so itself."""
    if destino.startswith("s3://"):
        cubo, _, prefijo = destino.removeprefix("s3://").partition("/")
        return AlmacenS3(cubo, prefijo)
    return AlmacenCarpeta(Path(destino), privado=privado)


def abrir_existente(origen: str, *, privado: bool = False) -> Almacen:
    """The store that a person names to be read; `ErrorAlmacen` for a folder that is not there."""
    if not origen.startswith("s3://") and not Path(origen).is_dir():
        raise ErrorAlmacen(f"No existe la carpeta {origen}.")
    return abrir(origen, privado=privado)


def evidencia() -> Almacen:
    """The installation's private store of pictures."""
    return _privado(str(dir_evidencia()))


def hay_lugar(mide: int) -> bool:
    """Whether the disk has room for so many bytes of pictures."""
    return shutil.disk_usage(_que_exista(dir_evidencia())).free - mide >= RESERVA_BYTES


def discos() -> list[Path]:
    """A folder of each disk that the installation writes on: its data, what is published and the pictures may be on
    different ones, and the last two are often links to another."""
    suyas = (_que_exista(c) for c in (dir_datos(), dir_publicacion(), dir_evidencia()))
    return list({c.stat().st_dev: c for c in reversed(list(suyas))}.values())[::-1]


def _que_exista(carpeta: Path) -> Path:
    while not carpeta.exists():
        carpeta = carpeta.parent
    return carpeta


@cache
def _privado(destino: str) -> Almacen:
    return abrir(destino, privado=True)


def validar(ruta: str) -> str:
    """`ruta` itself, or `ErrorAlmacen`: no empty, hidden or climbing names, no backslashes, no control characters."""
    if len(ruta) > 900 or not all(_NOMBRE.fullmatch(parte) for parte in ruta.split("/")):
        raise ErrorAlmacen(f"La ruta {ruta[:200]!r} no es válida en el almacén.")
    return ruta


def _distinto(ruta: str) -> ErrorAlmacen:
    return ErrorAlmacen(f"{ruta} ya existe con otro contenido y lo publicado no se cambia. Use otra ruta.")


def _ausente(ruta: str) -> ErrorAlmacen:
    return ErrorAlmacen(f"No se puede copiar {ruta}: no está en el almacén.")


def _medido(ruta: str, datos: bytes, maximo: int) -> bytes:
    if len(datos) > maximo:
        raise ErrorAlmacen(f"{ruta} mide más de {maximo} bytes, lo más que se acepta ahí.")
    return datos


class AlmacenCarpeta:
    """A folder. Every object is made aside, made durable, then linked in place: a name that exists is whole.

    `privado`: folders 0700 and files 0600, whatever the umask: originals keep where and with what they were taken.
    """

    def __init__(self, raiz: Path, *, privado: bool = False) -> None:
        self.raiz = raiz
        self._privado = privado
        self._pendientes: list[tuple[str, Path]] | None = None  # (path, what is to be linked there)
        self._hechas: set[Path] = set()  # folders that this batch needed, and are there

    def leer(self, ruta: str, maximo: int = MAXIMO_BYTES) -> bytes | None:
        ausente = suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError)
        with _errores_de_disco(ruta), ausente, self._lugar(ruta).open("rb") as archivo:
            return _medido(ruta, archivo.read(maximo + 1), maximo)
        return None

    def descartar(self, carpeta: str) -> None:
        with _errores_de_disco(carpeta), suppress(FileNotFoundError):
            shutil.rmtree(self._lugar(carpeta))

    def quitar(self, rutas: Iterable[str]) -> None:
        for ruta in rutas:
            with _errores_de_disco(ruta):
                self._lugar(ruta).unlink(missing_ok=True)

    def existe(self, ruta: str) -> bool:
        with _errores_de_disco(ruta), suppress(FileNotFoundError, NotADirectoryError):
            return stat.S_ISREG(self._lugar(ruta).stat().st_mode)
        return False

    def intacto(self, ruta: str, sha256: str) -> bool:
        try:
            datos = self.leer(ruta)
        except AlmacenInaccesible:  # nor can it be read
            return False
        return datos is not None and hashlib.sha256(datos).hexdigest() == sha256

    def escribir(self, ruta: str, datos: bytes) -> None:
        self._lugar(ruta)
        with _errores_de_disco(ruta):
            aparte = self._aparte(datos)
            if self._pendientes is not None:
                self._pendientes.append((ruta, aparte))
                return
            try:
                _fijar(aparte)
                self._fijar_nombre(self._enlazar(ruta, aparte))
            finally:
                aparte.unlink(missing_ok=True)

    def aparte(self) -> Path | None:
        if self._privado:
            return None
        with _errores_de_disco(str(self.raiz)):
            return self._carpeta_aparte()

    def adoptar(self, ruta: str, archivo: Path) -> bool:
        self._lugar(ruta)
        with _errores_de_disco(ruta):
            if self._privado or self._pendientes is None or archivo.stat().st_dev != self._disco():
                return False
            self._pendientes.append((ruta, archivo))
            return True

    def copiar(self, origen: str, destino: str) -> None:
        self._lugar(destino)
        desde = self._lugar(origen)
        with _errores_de_disco(destino):
            if not desde.is_file():
                raise _ausente(origen)
            if self._pendientes is not None:
                self._pendientes.append((destino, desde))
                return
            self._fijar_nombre(self._enlazar(destino, desde))

    def reemplazar(self, ruta: str, datos: bytes) -> None:
        lugar = self._lugar(ruta)
        with _errores_de_disco(ruta):
            aparte = self._aparte(datos)
            _fijar(aparte)
            self._hacer(lugar.parent)
            aparte.replace(lugar)
            self._fijar_nombre(lugar)

    def listar(self, prefijo: str = "") -> Iterator[str]:
        desde = self.raiz / prefijo.rpartition("/")[0]
        rutas = (
            (Path(carpeta) / archivo).relative_to(self.raiz).as_posix()
            for carpeta, _, archivos in os.walk(desde)
            for archivo in archivos
        )
        propias = (f"{_PROVISIONAL}/", CANDADO)
        yield from sorted(r for r in rutas if r.startswith(prefijo) and not r.startswith(propias))

    @contextmanager
    def candado(self) -> Iterator[None]:
        """Only one process at a time writes the log kept here; the system lets go if it dies."""
        self.raiz.mkdir(parents=True, exist_ok=True)
        with candado(self.raiz / CANDADO):
            yield

    @contextmanager
    def lote(self) -> Iterator[None]:
        if self._pendientes is not None:
            raise ErrorAlmacen("Ya hay un lote abierto en este almacén.")
        pendientes: list[tuple[str, Path]] = []
        self._pendientes, self._hechas = pendientes, set()
        try:
            yield
            with _errores_de_disco(str(self.raiz)):
                _fijar_todo(self.raiz)
                for ruta, desde in pendientes:
                    self._enlazar(ruta, desde)
                _fijar_todo(self.raiz)
        finally:
            self._pendientes, self._hechas = None, set()
            for _, desde in pendientes:
                if desde.parent == self.raiz / _PROVISIONAL:
                    desde.unlink(missing_ok=True)

    def _carpeta_aparte(self) -> Path:
        carpeta = self.raiz / _PROVISIONAL
        self._hacer(carpeta)
        return carpeta

    def _disco(self) -> int:
        return self._carpeta_aparte().stat().st_dev

    def _lugar(self, ruta: str) -> Path:
        return self.raiz / validar(ruta)

    def _hacer(self, carpeta: Path) -> None:
        """Make a folder and those above it; within a batch, once. One of a private store that was there, open, is
        closed."""
        if carpeta in self._hechas:
            return
        if self._privado:
            self.raiz.parent.mkdir(parents=True, exist_ok=True)
            for lugar in reversed([carpeta, *carpeta.parents]):
                if lugar.is_relative_to(self.raiz):
                    lugar.mkdir(mode=0o700, exist_ok=True)
                    if lugar.stat().st_mode & 0o077:
                        lugar.chmod(0o700)
        else:
            carpeta.mkdir(parents=True, exist_ok=True)
        if self._pendientes is not None:
            self._hechas.add(carpeta)

    def _nombre_aparte(self) -> Path:
        return self._carpeta_aparte() / secrets.token_hex(12)

    def _aparte(self, datos: bytes) -> Path:
        aparte = self._nombre_aparte()
        try:
            modo = 0o600 if self._privado else 0o666
            with os.fdopen(os.open(aparte, os.O_WRONLY | os.O_CREAT | os.O_EXCL, modo), "wb") as archivo:
                archivo.write(datos)
        except OSError:
            aparte.unlink(missing_ok=True)
            raise
        return aparte

    def _fijar_nombre(self, lugar: Path) -> None:
        """Make a name durable: its folder and, since they may be new, those above it up to the store's own."""
        for carpeta in lugar.parents:
            _fijar(carpeta)
            if carpeta == self.raiz:
                break

    def _enlazar(self, ruta: str, desde: Path) -> Path:
        lugar = self._lugar(ruta)
        self._hacer(lugar.parent)
        try:
            os.link(desde, lugar)
        except FileExistsError:
            if not lugar.is_file() or lugar.read_bytes() != desde.read_bytes():
                raise _distinto(ruta) from None
        return lugar


class AlmacenS3:
    """A bucket of any S3 API with conditional writes. Credentials, region and address come from boto3's usual places
    (``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL_S3``…). A batch writes through `HILOS` connections at once."""

    HILOS = 16

    def __init__(self, cubo: str, prefijo: str = "", cliente: Any = None) -> None:
        self.cubo = cubo
        self.prefijo = f"{validar(prefijo.strip('/'))}/" if prefijo.strip("/") else ""
        self._cliente = cliente or _cliente_s3(self.HILOS)
        self._lote: list[Future[None]] | None = None
        self._hilos: ThreadPoolExecutor | None = None

    def leer(self, ruta: str, maximo: int = MAXIMO_BYTES) -> bytes | None:
        try:
            with _errores_de_s3(ruta):
                cuerpo = self._cliente.get_object(Bucket=self.cubo, Key=self._clave(ruta))["Body"]
                return _medido(ruta, cuerpo.read(maximo + 1), maximo)
        except _Ausente:
            return None

    def existe(self, ruta: str) -> bool:
        return self._ficha(ruta) is not None

    def intacto(self, ruta: str, sha256: str) -> bool:
        return True

    def escribir(self, ruta: str, datos: bytes) -> None:
        self._clave(ruta)
        self._hacer(lambda: self._crear(ruta, datos))

    def aparte(self) -> Path | None:
        return None

    def adoptar(self, ruta: str, archivo: Path) -> bool:
        return False

    def copiar(self, origen: str, destino: str) -> None:
        self._clave(origen), self._clave(destino)
        self._hacer(lambda: self._copiar(origen, destino))

    def reemplazar(self, ruta: str, datos: bytes) -> None:
        with _errores_de_s3(ruta):
            self._cliente.put_object(**self._objeto(ruta, datos), CacheControl="no-cache")

    def listar(self, prefijo: str = "") -> Iterator[str]:
        with _errores_de_s3(prefijo):
            paginas = self._cliente.get_paginator("list_objects_v2").paginate(
                Bucket=self.cubo, Prefix=self.prefijo + prefijo
            )
            for pagina in paginas:
                for objeto in pagina.get("Contents", []):
                    yield objeto["Key"][len(self.prefijo) :]

    def descartar(self, carpeta: str) -> None:
        self.quitar(self.listar(f"{validar(carpeta)}/"))

    def quitar(self, rutas: Iterable[str]) -> None:
        todas = list(rutas)
        for i in range(0, len(todas), 1000):
            objetos = [{"Key": self._clave(r)} for r in todas[i : i + 1000]]
            with _errores_de_s3(todas[i]):
                self._cliente.delete_objects(Bucket=self.cubo, Delete={"Objects": objetos, "Quiet": True})

    @contextmanager
    def lote(self) -> Iterator[None]:
        if self._lote is not None:
            raise ErrorAlmacen("Ya hay un lote abierto en este almacén.")
        self._lote = []
        with ThreadPoolExecutor(self.HILOS, thread_name_prefix="s3") as self._hilos:
            try:
                yield
                for tarea in self._lote:
                    tarea.result()
            finally:
                self._hilos.shutdown(cancel_futures=True)
                self._lote = self._hilos = None

    def _hacer(self, tarea: Callable[[], None]) -> None:
        """Now, or by the batch's threads; it waits for the oldest when many wait, so that memory stays bounded."""
        if self._lote is None or self._hilos is None:
            tarea()
            return
        self._lote.append(self._hilos.submit(tarea))
        if len(self._lote) > 8 * self.HILOS:
            self._lote.pop(0).result()

    def _crear(self, ruta: str, datos: bytes) -> None:
        try:
            with _errores_de_s3(ruta):
                self._cliente.put_object(**self._objeto(ruta, datos), CacheControl=_PARA_SIEMPRE, IfNoneMatch="*")
        except _YaExiste:
            if self.leer(ruta) != datos:
                raise _distinto(ruta) from None

    def _copiar(self, origen: str, destino: str) -> None:
        ficha = self._ficha(origen)
        if ficha is None:
            raise _ausente(origen)
        try:
            with _errores_de_s3(destino):
                if self.existe(destino):  # not every S3 looks at the condition of a copy
                    raise _YaExiste
                self._cliente.copy_object(
                    Bucket=self.cubo,
                    Key=self._clave(destino),
                    CopySource={"Bucket": self.cubo, "Key": self._clave(origen)},
                    CopySourceIfMatch=ficha["ETag"],
                    IfNoneMatch="*",
                    MetadataDirective="REPLACE",
                    ContentType=_tipo(destino),
                    CacheControl=_PARA_SIEMPRE,
                )
        except _YaExiste:
            if self.leer(origen) != self.leer(destino):
                raise _distinto(destino) from None

    def _ficha(self, ruta: str) -> dict[str, Any] | None:
        try:
            with _errores_de_s3(ruta):
                ficha: dict[str, Any] = self._cliente.head_object(Bucket=self.cubo, Key=self._clave(ruta))
                return ficha
        except _Ausente:
            return None

    def _clave(self, ruta: str) -> str:
        return self.prefijo + validar(ruta)

    def _objeto(self, ruta: str, datos: bytes) -> dict[str, Any]:
        return {"Bucket": self.cubo, "Key": self._clave(ruta), "Body": datos, "ContentType": _tipo(ruta)}


# --- Folder -------------------------------------------------------------------------------------------------------


def _fijar(ruta: Path) -> None:
    """fsync of a file or a folder."""
    fd = os.open(ruta, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _fijar_todo(carpeta: Path) -> None:
    """Make all of a folder's file system durable: one call for thousands of files. Python has no name for syncfs(2)."""
    carpeta.mkdir(parents=True, exist_ok=True)
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "syncfs"):
        os.sync()
        return
    fd = os.open(carpeta, os.O_RDONLY)
    try:
        if libc.syncfs(fd) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(fd)


@contextmanager
def _errores_de_disco(ruta: str) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise AlmacenInaccesible(f"No se pudo usar {ruta} en el almacén: {causa(e)}.") from e


# --- S3 -----------------------------------------------------------------------------------------------------------

_PARA_SIEMPRE = "public, max-age=31536000, immutable"


class _Ausente(Exception):
    pass


class _YaExiste(Exception):
    pass


def _tipo(ruta: str) -> str:
    return TIPOS.get(Path(ruta).suffix, "application/octet-stream")


def _cliente_s3(conexiones: int) -> Any:
    import boto3  # slow to import and needed only here
    from botocore.config import Config

    return boto3.client(
        "s3",
        config=Config(
            retries={"mode": "standard", "max_attempts": 5},
            max_pool_connections=conexiones,
            connect_timeout=10,
            read_timeout=60,
        ),
    )


@contextmanager
def _errores_de_s3(ruta: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as e:
        codigo = e.response["Error"]["Code"]
        if codigo in ("404", "NoSuchKey"):
            raise _Ausente from e
        if codigo in ("412", "PreconditionFailed", "ConditionalRequestConflict"):
            raise _YaExiste from e
        raise AlmacenInaccesible(
            f"El almacén S3 rechazó {ruta}: {codigo}. Revise cubo, credenciales y permisos."
        ) from e
    except BotoCoreError as e:
        raise AlmacenInaccesible(f"No se pudo usar {ruta} en el almacén S3: {e}") from e

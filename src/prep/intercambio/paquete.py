"""A file that carries what a node has: facts in their envelopes and pictures, under a signed list of all of it.

A ZIP with `lista.json`, `firma` (Ed25519 over the RFC 8785 JSON of the list, base64), `hechos/0001.json`… (lists of
envelopes, in the order in which they are to be taken in) and `fotos/<sha256>`. The list says the name, the size and the
SHA-256 of everything else: what is not in it is not looked at, and what is there is read no further than it says.
"""

from __future__ import annotations

import base64
import binascii
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from prep.plataforma.errores import Impedimento
from prep.transparencia.canonico import NoCanonico, canonico, leer_json
from prep.transparencia.errores import ZIP_ROTO

MAXIMO_BYTES: Final = 8 * 2**30
MAXIMO_COSAS: Final = 100_000
MAXIMO_LISTA: Final = 32 * 2**20
MAXIMO_COSA: Final = 64 * 2**20
"""Of one of the things that it carries, once read."""
HECHOS_POR_COSA: Final = 500
PESO_POR_COSA: Final = 8 * 2**20


class Firma(Protocol):
    def firmar(self, mensaje: bytes) -> bytes: ...


class PaqueteInvalido(Impedimento):
    """The file is not one, or is not whole, or was changed. Whoever takes one in asks for all of this before anything
    of it is."""

    codigo = 1


def escribir(
    destino: Path, cabecera: Mapping[str, Any], cosas: Iterable[tuple[str, bytes]], firma: Firma, modo: int = 0o644
) -> int:
    """Write it whole or not at all; its size. `cosas`: name and content; pictures as they are, the rest compressed."""
    if destino.exists():
        raise Impedimento(f"{destino} ya existe: indique un archivo nuevo.")
    aparte = destino.with_name(f".{destino.name}.{os.getpid()}")
    lista: dict[str, Any] = {}
    try:
        with (
            os.fdopen(os.open(aparte, os.O_RDWR | os.O_CREAT | os.O_EXCL, modo), "w+b") as archivo,
            zipfile.ZipFile(archivo, "w") as zip_,
        ):
            for nombre, datos in cosas:
                como = zipfile.ZIP_STORED if nombre.startswith("fotos/") else zipfile.ZIP_DEFLATED
                zip_.writestr(zipfile.ZipInfo(nombre), datos, como)
                lista[nombre] = {"bytes": len(datos), "sha256": sha256(datos).hexdigest()}
            escrita = canonico({**cabecera, "cosas": lista})
            zip_.writestr(zipfile.ZipInfo("lista.json"), escrita, zipfile.ZIP_DEFLATED)
            zip_.writestr(zipfile.ZipInfo("firma"), base64.b64encode(firma.firmar(escrita)))
            zip_.close()
            archivo.flush()
            os.fsync(archivo.fileno())
        aparte.rename(destino)
    finally:
        aparte.unlink(missing_ok=True)
    return destino.stat().st_size


def en_grupos(sobres: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """Envelopes as things of a package."""
    grupo: list[bytes] = []
    pesa = n = 0
    for sobre in sobres:
        dicho = orjson.dumps(sobre)
        if grupo and (len(grupo) == HECHOS_POR_COSA or pesa + len(dicho) > PESO_POR_COSA):
            n += 1
            yield f"hechos/{n:05}.json", b"[" + b",".join(grupo) + b"]"
            grupo, pesa = [], 0
        grupo.append(dicho)
        pesa += len(dicho)
    if grupo:
        yield f"hechos/{n + 1:05}.json", b"[" + b",".join(grupo) + b"]"


@dataclass(slots=True)
class Paquete:
    """One that is open. `cabecera`: what its list says besides the things; nobody has checked who signed it."""

    cabecera: Mapping[str, Any]
    _cosas: Mapping[str, Mapping[str, Any]]
    _lista: bytes
    _firma: bytes
    _zip: zipfile.ZipFile

    def exigir_firma(self, llave: Ed25519PublicKey) -> None:
        try:
            llave.verify(self._firma, self._lista)
        except InvalidSignature:
            raise PaqueteInvalido("El archivo no lo firmó quien dice, o alguien lo cambió. No se tomó nada.") from None

    def cosas(self, carpeta: str) -> list[str]:
        """Names under `carpeta/`, in order."""
        return sorted(n for n in self._cosas if n.startswith(f"{carpeta}/"))

    def leer(self, nombre: str) -> bytes:
        """One of its things, as the list says that it is; raise `PaqueteInvalido`."""
        dicha = self._cosas.get(nombre)
        if dicha is None:
            raise _incompleto(f"falta {nombre}")
        datos = _sacar(self._zip, nombre, dicha["bytes"])
        if sha256(datos).hexdigest() != dicha["sha256"]:
            raise _incompleto(f"{nombre} no es lo que se guardó")
        return datos

    def hechos(self) -> Iterator[list[Any]]:
        """The envelopes, a group at a time."""
        for nombre in self.cosas("hechos"):
            try:
                grupo = orjson.loads(self.leer(nombre))
            except ValueError:
                raise _incompleto(f"{nombre} no se entiende") from None
            if not isinstance(grupo, list) or len(grupo) > HECHOS_POR_COSA:
                raise _incompleto(f"{nombre} no se entiende")
            yield grupo

    def exigir_hechos(self) -> None:
        """Raise `PaqueteInvalido` unless every group of them is whole."""
        for _ in self.hechos():
            pass


def es_paquete(archivo: Path) -> bool:
    with archivo.open("rb") as f:
        return f.read(4) == b"PK\x03\x04"


@contextmanager
def abrir(archivo: Path, formato: str) -> Iterator[Paquete]:
    """Open one of that format; raise `PaqueteInvalido` unless its list can be read."""
    if archivo.stat().st_size > MAXIMO_BYTES:
        raise Impedimento(f"Un archivo de estos mide hasta {MAXIMO_BYTES >> 30} GiB.")
    try:
        zip_ = zipfile.ZipFile(archivo)
    except ZIP_ROTO:
        raise _incompleto("no se puede abrir") from None
    with zip_:
        lista = _sacar(zip_, "lista.json", MAXIMO_LISTA, exacto=False)
        try:
            firma = base64.b64decode(_sacar(zip_, "firma", 100, exacto=False), validate=True)
            cabecera = leer_json(lista)
            cosas = cabecera.pop("cosas")
            if cabecera.get("formato") != formato:
                raise PaqueteInvalido("El archivo no es de los que se toman con esta orden, o es de otra versión.")
            if len(cosas) > MAXIMO_COSAS or not all(_es_cosa(c) for c in cosas.values()):
                raise ValueError
        except (binascii.Error, NoCanonico, ValueError, KeyError, TypeError, AttributeError):
            raise _incompleto("su lista no se entiende") from None
        yield Paquete(cabecera, cosas, lista, firma, zip_)


def _es_cosa(dicha: Any) -> bool:
    return (
        isinstance(dicha, dict)
        and type(dicha.get("bytes")) is int
        and 0 <= dicha["bytes"] <= MAXIMO_COSA
        and isinstance(dicha.get("sha256"), str)
    )


def _sacar(zip_: zipfile.ZipFile, nombre: str, mide: int, exacto: bool = True) -> bytes:
    """No more of it than it should measure, whatever the archive says that it does."""
    try:
        with zip_.open(nombre) as cosa:
            datos = cosa.read(mide + 1)
    except ZIP_ROTO:
        raise _incompleto(f"{nombre} no se puede leer") from None
    if len(datos) > mide or (exacto and len(datos) != mide):
        raise _incompleto(f"{nombre} no mide lo que dice")
    return datos


def _incompleto(porque: str) -> PaqueteInvalido:
    return PaqueteInvalido(f"El archivo está incompleto o cambiado ({porque}). Hágalo o cópielo otra vez.")

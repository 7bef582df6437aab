"""Who signs here: the node of this installation, the institute, and the devices under a node."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from prep.bitacora.sobres import SIN_PREVIO, FirmaDispositivo, cuerpo_de_dispositivo
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.hecho import Hecho
from prep.plataforma.llaves import leer_o_crear
from prep.plataforma.lugares import dir_llaves

CENTRAL: Final = "central"
ARCHIVO_DE_NOMBRE: Final = "nodo"


@dataclass(frozen=True, slots=True)
class NodoLocal:
    """A node whose private key this process holds. Implements `sobres.Firmante`."""

    nodo: str
    llave: Ed25519PrivateKey

    def firmar(self, mensaje: bytes) -> bytes:
        return self.llave.sign(mensaje)

    @property
    def publica(self) -> bytes:
        return self.llave.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


class LlaveDeInstituto(Protocol):
    """Whoever signs for the institute (`prep.transparencia.nota.Firmante`): a key file or a hardware module."""

    def firmar(self, mensaje: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class NodoInstituto:
    """The institute itself, root of every authority. `publica`: its raw public key."""

    firmante: LlaveDeInstituto
    publica: bytes
    nodo: str = INSTITUTO

    def firmar(self, mensaje: bytes) -> bytes:
        return self.firmante.firmar(mensaje)


@dataclass(slots=True)
class DispositivoLocal:
    """A phone or terminal whose key this process holds, with the end of its chain."""

    id: str
    llave: Ed25519PrivateKey
    secuencia: int = 0
    previo: str = field(default=SIN_PREVIO)

    @property
    def publica(self) -> bytes:
        return self.llave.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def firmar(self, hecho: Hecho, ambito: str) -> FirmaDispositivo:
        """Sign a fact as the next of this device's chain."""
        self.secuencia += 1
        cuerpo = cuerpo_de_dispositivo(hecho, ambito, self.id, self.secuencia, self.previo)
        firma = FirmaDispositivo(self.id, self.secuencia, self.previo, self.llave.sign(cuerpo))
        self.previo = sha256(cuerpo + firma.firma).hexdigest()
        return firma


def leer_o_crear_llave(archivo: Path) -> Ed25519PrivateKey:
    """The private key derived from the 256-bit secret in `archivo`, made there (mode 0600) if it does not exist."""
    return Ed25519PrivateKey.from_private_bytes(sha256(leer_o_crear(archivo).encode()).digest())


def nodo_local(carpeta: Path, nombre: str = CENTRAL) -> NodoLocal:
    """The node of this installation. `carpeta`: where its key lives. It writes once the institute enrols it."""
    return NodoLocal(nombre, leer_o_crear_llave(carpeta / f"nodo-{nombre}.llave"))


def llave_de_sello(carpeta: Path, nombre: str) -> X25519PrivateKey:
    """What is sealed for a node is opened with this; made of the same secret as its signature, and of no other use."""
    secreto = leer_o_crear(carpeta / f"nodo-{nombre}.llave").encode()
    return X25519PrivateKey.from_private_bytes(HKDF(SHA256(), 32, salt=None, info=b"prep-sello").derive(secreto))


def nodo_de_aqui() -> NodoLocal:
    """The node of this installation, with its key where the installation keeps them."""
    return _nodo_en(dir_llaves())


@cache
def _nodo_en(carpeta: Path) -> NodoLocal:
    return nodo_local(carpeta, nombre_en(carpeta))


def nombre_en(carpeta: Path) -> str:
    """Name of the node of an installation: what it was enrolled as; the centre's, where it was not made another."""
    try:
        return (carpeta / ARCHIVO_DE_NOMBRE).read_text().strip()
    except FileNotFoundError:
        return CENTRAL


def ser(carpeta: Path, nombre: str) -> None:
    """From now on this installation writes as that node."""
    aparte = carpeta / f"{ARCHIVO_DE_NOMBRE}.{os.getpid()}"
    aparte.write_text(f"{nombre}\n")
    aparte.replace(carpeta / ARCHIVO_DE_NOMBRE)
    olvidar()


def olvidar() -> None:
    """Read again who the node of this installation is."""
    _nodo_en.cache_clear()


@cache
def publica(cruda: bytes) -> Ed25519PublicKey:
    """A raw public key, ready to check signatures."""
    return Ed25519PublicKey.from_public_bytes(cruda)

"""Nodes: who may write facts. The local node's private key is a 0600 file made on first use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from prep.bitacora.models import Nodo
from prep.plataforma.llaves import leer_o_crear


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


def leer_o_crear_llave(archivo: Path) -> Ed25519PrivateKey:
    """The private key derived from the 256-bit secret in `archivo`, made there (mode 0600) if it does not exist."""
    return Ed25519PrivateKey.from_private_bytes(sha256(leer_o_crear(archivo).encode()).digest())


def nodo_local(carpeta: Path, ahora: datetime, nombre: str = "central") -> NodoLocal:
    """The node of this installation, registered in the bitácora. `carpeta`: where its key lives."""
    local = NodoLocal(nombre, leer_o_crear_llave(carpeta / f"nodo-{nombre}.llave"))
    registrar(nombre, nombre, local.publica, ahora)
    return local


class NodoConOtraLlave(ValueError):
    """The node is already registered with a different key."""


def registrar(identificador: str, nombre: str, publica: bytes, ahora: datetime) -> None:
    """Let a node write facts; idempotent. Raise `NodoConOtraLlave` if it is known with another key."""
    nodo, _ = Nodo.objects.get_or_create(id=identificador, defaults={"nombre": nombre, "llave": publica, "alta": ahora})
    if bytes(nodo.llave) != publica:
        raise NodoConOtraLlave(f"El nodo «{identificador}» ya está dado de alta con otra llave. Dele otro nombre.")


def dar_de_baja(identificador: str, ahora: datetime) -> None:
    """Refuse every later fact of this node; what it wrote before stays."""
    Nodo.objects.filter(id=identificador, baja=None).update(baja=ahora)


def llaves_vigentes(nodos: set[str]) -> dict[str, Ed25519PublicKey]:
    """Public keys of the nodes among `nodos` that may write now."""
    filas = Nodo.objects.filter(id__in=nodos, baja=None).values_list("id", "llave")
    return {identificador: _publica(bytes(llave)) for identificador, llave in filas}


def todas_las_llaves() -> dict[str, Ed25519PublicKey]:
    """Public keys of every node that ever wrote, to verify the past."""
    return {identificador: _publica(bytes(llave)) for identificador, llave in Nodo.objects.values_list("id", "llave")}


@cache
def _publica(cruda: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(cruda)

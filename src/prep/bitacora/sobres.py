"""The envelope of a fact: which node wrote it, its place in that node's chain, and the node's signature.

A sobre is `{nodo, secuencia, previo, …fact, firma}`. What is signed (Ed25519) is the canonical JSON of everything but
`firma`. `previo` is the hash of the node's previous sobre, so that nobody can drop or reorder a node's facts unseen.
The leaf of the bitácora's Merkle tree is RFC 6962's over the signed bytes followed by the 64 bytes of the signature.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from prep.dominio.acta.hechos import Hecho, escribir_hecho, hecho_guardado, leer_hecho
from prep.transparencia.arbol import hoja
from prep.transparencia.canonico import canonico

SIN_PREVIO: Final = "0" * 64
MAXIMO_BYTES: Final = 64 * 1024
"""Of the signed content of one fact: a capture of a hundred boxes takes five thousand."""
_DE_NODO: Final = ("nodo", "secuencia", "previo")
_NODO: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class SobreInvalido(ValueError):
    """An envelope that is not well formed, or whose signature is not its node's."""


class Firmante(Protocol):
    """Signs as a node."""

    @property
    def nodo(self) -> str: ...

    def firmar(self, mensaje: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Sobre:
    """A fact in its envelope. `cuerpo`: the signed canonical bytes. `hoja`: its leaf hash (32 bytes)."""

    hecho: Hecho
    nodo: str
    secuencia: int
    previo: str
    cuerpo: bytes
    firma: bytes
    hoja: bytes

    def escribir(self) -> dict[str, Any]:
        """The JSON form, as it travels between nodes."""
        return {**orjson.loads(self.cuerpo), "firma": base64.b64encode(self.firma).decode()}


def sellar(hecho: Hecho, firmante: Firmante, secuencia: int, previo: str) -> Sobre:
    """Put a fact in its envelope and sign it."""
    datos = {"nodo": firmante.nodo, "secuencia": secuencia, "previo": previo, **escribir_hecho(hecho)}
    cuerpo = canonico(datos)
    firma = firmante.firmar(cuerpo)
    return Sobre(hecho, firmante.nodo, secuencia, previo, cuerpo, firma, hoja(cuerpo + firma))


def abrir(datos: Any) -> Sobre:
    """Read an envelope from outside, checking all but the signature; raise `SobreInvalido` or `HechoInvalido`."""
    if not isinstance(datos, Mapping):
        raise SobreInvalido("El sobre debe ser un objeto JSON.")
    resto = dict(datos)
    try:
        firma = base64.b64decode(resto.pop("firma"), validate=True)
        cuerpo = canonico(resto)
        nodo, secuencia, previo = (resto.pop(c) for c in _DE_NODO)
    except KeyError as error:
        raise SobreInvalido(f"Al sobre le falta {error}.") from None
    except (TypeError, ValueError) as error:  # binascii.Error and NoCanonico among them
        raise SobreInvalido(f"El sobre no tiene la forma esperada: {error}.") from None
    if len(cuerpo) > MAXIMO_BYTES:
        raise SobreInvalido(f"Un hecho mide hasta {MAXIMO_BYTES} bytes.")
    if not isinstance(nodo, str) or not _NODO.fullmatch(nodo):
        raise SobreInvalido("El nodo se nombra con hasta 40 letras sin acento, cifras, puntos y guiones.")
    if type(secuencia) is not int or secuencia < 1:
        raise SobreInvalido("La secuencia es un entero desde 1.")
    if not isinstance(previo, str) or not _HASH.fullmatch(previo) or len(firma) != 64:
        raise SobreInvalido("El previo son 64 cifras hexadecimales y la firma mide 64 bytes.")
    return Sobre(leer_hecho(resto), nodo, secuencia, previo, cuerpo, firma, hoja(cuerpo + firma))


def guardado(cuerpo: bytes, firma: bytes) -> Sobre:
    """Rebuild an envelope from what the bitácora stores; its leaf is computed again.

    Raises `SobreInvalido` when somebody altered what is stored so much that it is no envelope.
    """
    try:
        datos = orjson.loads(cuerpo)
        hecho = hecho_guardado(datos)
        return Sobre(hecho, datos["nodo"], datos["secuencia"], datos["previo"], cuerpo, firma, hoja(cuerpo + firma))
    except (ValueError, KeyError, TypeError) as error:
        raise SobreInvalido(f"el contenido guardado no se puede leer ({error})") from None


def revisar_firma(sobre: Sobre, llave: Ed25519PublicKey) -> None:
    """Raise `SobreInvalido` unless the node's key signed these bytes."""
    try:
        llave.verify(sobre.firma, sobre.cuerpo)
    except InvalidSignature:
        raise SobreInvalido(
            f"La firma del hecho {sobre.hecho.id} no es del nodo «{sobre.nodo}»: fue alterado o lo escribió otro."
        ) from None

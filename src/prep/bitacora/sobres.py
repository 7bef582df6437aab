"""The envelope of a fact: of which process it speaks, which node wrote it, its place in that node's chain, who signed.

A sobre is `{ambito, nodo, secuencia, previo, hecho, [dispositivo], firma}`. What is signed (Ed25519) is the canonical
JSON of everything but `firma`. `ambito` names the process, its mode and the institute's key: a drill's facts are not a
night's. `previo` is the hash of the node's previous sobre, so that nobody can drop or reorder a node's facts unseen.
`dispositivo` is `{id, secuencia, previo, firma}`: a phone's or terminal's own chain, signed by it, which travels
unchanged.

The leaf of the bitácora's Merkle tree is RFC 6962's over the signed bytes followed by the 64 bytes of the signature.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Protocol

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import prep.dominio.clases  # noqa: F401 - every class of subject is known
from prep.dominio.comun.hecho import Escrito, Hecho, escribir_hecho, hecho_guardado, leer_hecho
from prep.transparencia.arbol import hoja
from prep.transparencia.canonico import canonico

SIN_PREVIO: Final = "0" * 64
MAXIMO_BYTES: Final = 256 * 1024
"""Of the signed content of one fact: a capture of a hundred boxes takes five thousand; the reach of a centre, more."""
SECUENCIA_MAXIMA: Final = 2**40
"""Whoever signs chooses their place in their own chain: with this bound, the next one is still an exact integer."""
_CAMPOS: Final = frozenset({"ambito", "nodo", "secuencia", "previo", "hecho"})
_CAMPOS_DISPOSITIVO: Final = frozenset({"id", "secuencia", "previo", "firma"})
_NODO: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")
_DISPOSITIVO: Final = re.compile(r"[A-Za-z0-9._-]{1,60}")
_AMBITO: Final = re.compile(r"[A-Za-z0-9._-]{1,60}/(prueba|simulacro|jornada)/[0-9a-f]{16}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class SobreInvalido(ValueError):
    """An envelope that is not well formed, or whose signature is not its node's."""


class Firmante(Protocol):
    """Signs as a node."""

    @property
    def nodo(self) -> str: ...

    @property
    def publica(self) -> bytes: ...

    def firmar(self, mensaje: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class FirmaDispositivo:
    """What a device says of a fact: its place in the device's own chain, and the device's signature."""

    id: str
    secuencia: int
    previo: str
    firma: bytes

    def escribir(self) -> dict[str, Any]:
        firma = base64.b64encode(self.firma).decode()
        return {"id": self.id, "secuencia": self.secuencia, "previo": self.previo, "firma": firma}


@dataclass(frozen=True, slots=True)
class Sobre:
    """A fact in its envelope. `cuerpo`: the signed canonical bytes. `hoja`: its leaf hash (32 bytes)."""

    hecho: Hecho
    ambito: str
    nodo: str
    secuencia: int
    previo: str
    dispositivo: FirmaDispositivo | None
    cuerpo: bytes
    firma: bytes
    hoja: bytes

    def escribir(self) -> dict[str, Any]:
        """The JSON form, as it travels between nodes."""
        return {**orjson.loads(self.cuerpo), "firma": base64.b64encode(self.firma).decode()}

    @property
    def escrito(self) -> Escrito:
        """The fact with whoever vouches for it, as the folds take it."""
        d = self.dispositivo
        return Escrito(self.hecho, self.nodo, self.secuencia, d.id if d else "", d.secuencia if d else 0)


def ambito_de(proceso: str, modo: str, llave: bytes) -> str:
    """What every fact of an election names: process, mode and the institute's raw public key."""
    return f"{proceso}/{modo}/{sha256(llave).hexdigest()[:16]}"


def revisar_ambito(dicho: Any) -> None:
    """Raise `SobreInvalido` unless it has the shape of an ámbito."""
    if not isinstance(dicho, str) or not _AMBITO.fullmatch(dicho):
        raise SobreInvalido("El ámbito nombra el proceso, el modo y la llave del instituto.")


def sellar(
    hecho: Hecho,
    firmante: Firmante,
    ambito: str,
    secuencia: int,
    previo: str,
    dispositivo: FirmaDispositivo | None = None,
) -> Sobre:
    """Put a fact in its envelope and sign it."""
    de_aparato = dispositivo.escribir() if dispositivo else None
    cuerpo = _cuerpo(ambito, firmante.nodo, secuencia, previo, hecho, de_aparato)
    firma = firmante.firmar(cuerpo)
    return Sobre(hecho, ambito, firmante.nodo, secuencia, previo, dispositivo, cuerpo, firma, hoja(cuerpo + firma))


def _cuerpo(
    ambito: str, nodo: str, secuencia: int, previo: str, hecho: Hecho, dispositivo: Mapping[str, Any] | None
) -> bytes:
    """What a node signs, in its canonical form: that of the fact within that of its envelope, keys in order."""
    de_aparato = b'"dispositivo":%b,' % canonico(dispositivo) if dispositivo is not None else b""
    lugar = f'"nodo":"{nodo}","previo":"{previo}","secuencia":{secuencia}'.encode()
    return b'{"ambito":%b,%b"hecho":%b,%b}' % (canonico(ambito), de_aparato, _crudo(hecho), lugar)


def cuerpo_de_dispositivo(hecho: Hecho, ambito: str, id: str, secuencia: int, previo: str) -> bytes:
    """What a device signs: the fact, with its place in the device's own chain."""
    lugar = f'"previo":"{previo}","secuencia":{secuencia}'.encode()
    return b'{"ambito":%b,"dispositivo":%b,"hecho":%b,%b}' % (canonico(ambito), canonico(id), _crudo(hecho), lugar)


def _crudo(hecho: Hecho) -> bytes:
    """The canonical form of a fact: as it was written, where it was read from outside."""
    return hecho.canonico or canonico(escribir_hecho(hecho))


def abrir(datos: Any, ambito: str | None = None) -> Sobre:
    """Read an envelope from outside, checking all but signatures; raise `SobreInvalido` or `HechoInvalido`.

    `ambito`: the only one admitted.
    """
    if not isinstance(datos, Mapping):
        raise SobreInvalido("El sobre debe ser un objeto JSON.")
    resto = dict(datos)
    try:
        firma = base64.b64decode(resto.pop("firma"), validate=True)
    except KeyError as error:
        raise SobreInvalido(f"Al sobre le falta {error}.") from None
    except (TypeError, ValueError) as error:  # binascii.Error among them
        raise SobreInvalido(f"El sobre no tiene la forma esperada: {error}.") from None
    if not _CAMPOS <= resto.keys() <= _CAMPOS | {"dispositivo"}:
        raise SobreInvalido("Al sobre le sobran o le faltan campos.")
    dicho, nodo, secuencia, previo = (resto[c] for c in ("ambito", "nodo", "secuencia", "previo"))
    revisar_ambito(dicho)
    if ambito is not None and dicho != ambito:
        raise SobreInvalido(f"Este hecho es de «{dicho}» y esta instalación es de «{ambito}».")
    if not isinstance(nodo, str) or not _NODO.fullmatch(nodo):
        raise SobreInvalido("El nodo se nombra con hasta 40 letras sin acento, cifras, puntos y guiones.")
    _revisar_lugar(secuencia, previo, firma)
    dispositivo = _abrir_dispositivo(resto["dispositivo"]) if "dispositivo" in resto else None
    hecho = leer_hecho(resto["hecho"])
    cuerpo = _cuerpo(dicho, nodo, secuencia, previo, hecho, resto.get("dispositivo"))
    if len(cuerpo) > MAXIMO_BYTES:
        raise SobreInvalido(f"Un hecho mide hasta {MAXIMO_BYTES} bytes.")
    return Sobre(hecho, dicho, nodo, secuencia, previo, dispositivo, cuerpo, firma, hoja(cuerpo + firma))


def abrir_firmado(datos: Any) -> tuple[Hecho, FirmaDispositivo]:
    """Read a fact as its device delivers it, `{hecho, dispositivo}`, in no node's envelope yet; all but its signature
    is checked. Raise `SobreInvalido` or `HechoInvalido`."""
    if not isinstance(datos, Mapping) or datos.keys() != {"hecho", "dispositivo"}:
        raise SobreInvalido("Lo que entrega un dispositivo lleva hecho y dispositivo.")
    hecho = leer_hecho(datos["hecho"])
    if len(hecho.canonico) > MAXIMO_BYTES // 2:  # the envelope that will carry it must not be too large either
        raise SobreInvalido(f"Un hecho de un dispositivo mide hasta {MAXIMO_BYTES // 2} bytes.")
    return hecho, _abrir_dispositivo(datos["dispositivo"])


def _abrir_dispositivo(datos: Any) -> FirmaDispositivo:
    if not isinstance(datos, Mapping) or datos.keys() != _CAMPOS_DISPOSITIVO:
        raise SobreInvalido("La firma del dispositivo lleva id, secuencia, previo y firma.")
    try:
        firma = base64.b64decode(datos["firma"], validate=True)
    except (TypeError, ValueError):
        raise SobreInvalido("La firma del dispositivo no es base64.") from None
    if not isinstance(datos["id"], str) or not _DISPOSITIVO.fullmatch(datos["id"]):
        raise SobreInvalido("El dispositivo se nombra con hasta 60 letras sin acento, cifras, puntos y guiones.")
    _revisar_lugar(datos["secuencia"], datos["previo"], firma)
    return FirmaDispositivo(datos["id"], datos["secuencia"], datos["previo"], firma)


def _revisar_lugar(secuencia: Any, previo: Any, firma: bytes) -> None:
    if type(secuencia) is not int or not 1 <= secuencia <= SECUENCIA_MAXIMA:
        raise SobreInvalido(f"La secuencia es un entero de 1 a {SECUENCIA_MAXIMA}.")
    if not isinstance(previo, str) or not _HASH.fullmatch(previo) or len(firma) != 64:
        raise SobreInvalido("El previo son 64 cifras hexadecimales y la firma mide 64 bytes.")


def guardado(cuerpo: bytes, firma: bytes) -> Sobre:
    """Rebuild an envelope from what the bitácora stores; its leaf and the fact's id are computed again.

    Raises `SobreInvalido` when somebody altered what is stored so much that it is no envelope.
    """
    try:
        datos = orjson.loads(cuerpo)
        crudo = canonico(datos["hecho"])
        hecho = hecho_guardado(datos["hecho"], sha256(crudo).hexdigest(), crudo)
        dispositivo = _abrir_dispositivo(datos["dispositivo"]) if "dispositivo" in datos else None
        return Sobre(
            hecho,
            datos["ambito"],
            datos["nodo"],
            datos["secuencia"],
            datos["previo"],
            dispositivo,
            cuerpo,
            firma,
            hoja(cuerpo + firma),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SobreInvalido(f"el contenido guardado no se puede leer ({error})") from None


def escrito_guardado(identificador: str, nodo: str, secuencia: int, cuerpo: bytes) -> Escrito:
    """What a fold needs of a stored envelope, from its columns and its signed bytes."""
    datos = orjson.loads(cuerpo)
    d = datos.get("dispositivo")
    hecho = hecho_guardado(datos["hecho"], identificador)
    return Escrito(hecho, nodo, secuencia, d["id"] if d else "", d["secuencia"] if d else 0)


def revisar_firma(sobre: Sobre, llave: Ed25519PublicKey) -> None:
    """Raise `SobreInvalido` unless the node's key signed these bytes."""
    try:
        llave.verify(sobre.firma, sobre.cuerpo)
    except InvalidSignature:
        raise SobreInvalido(
            f"La firma del hecho {sobre.hecho.id} no es del nodo «{sobre.nodo}»: fue alterado o lo escribió otro."
        ) from None


def revisar_firma_dispositivo(sobre: Sobre, llave: Ed25519PublicKey) -> None:
    """Raise `SobreInvalido` unless the device's key signed that fact at that place of its chain."""
    assert sobre.dispositivo is not None
    revisar_firmado(sobre.hecho, sobre.dispositivo, sobre.ambito, llave)


def revisar_firmado(hecho: Hecho, firma: FirmaDispositivo, ambito: str, llave: Ed25519PublicKey) -> None:
    """Raise `SobreInvalido` unless the device's key signed this fact, as written, at that place of its chain."""
    try:
        llave.verify(firma.firma, cuerpo_de_dispositivo(hecho, ambito, firma.id, firma.secuencia, firma.previo))
    except InvalidSignature:
        raise SobreInvalido(
            f"La firma del hecho {hecho.id} no es del dispositivo «{firma.id}»: fue alterado o lo escribió otro."
        ) from None

"""Signed notes (C2SP signed-note v1.0.0), verifier and signer keys, and timestamped cosignatures (tlog-cosignature v1).

A note is text plus lines `— name base64(id ‖ signature)`. A key is known by its *vkey*; whoever signs is a `Firmante`,
be it a key file or a hardware module.
"""

import base64
import binascii
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from prep.transparencia.errores import FirmaInvalida, FormatoInvalido

FIRMA = 0x01  # Ed25519 over the note text
COFIRMA = 0x04  # Ed25519 over time and checkpoint: what witnesses, auditors and notaries sign
TIPOS = {FIRMA: "firma", COFIRMA: "cofirma"}
MAXIMO_BYTES = 100_000
MAXIMO_FIRMAS = 100
_PREFIJO_PRIVADO = "PRIVATE+KEY+"
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")


def b64(datos: bytes) -> str:
    return base64.b64encode(datos).decode()


def de_b64(texto: str, que: str = "el dato") -> bytes:
    """Strict standard base64: one spelling for each value."""
    try:
        datos = base64.b64decode(texto, validate=True)
    except (binascii.Error, ValueError) as e:
        raise FormatoInvalido(f"{que} no es base64: {texto[:40]!r}") from e
    if b64(datos) != texto:
        raise FormatoInvalido(f"{que} no está en base64 normal: {texto[:40]!r}")
    return datos


def entero(texto: str, que: str) -> int:
    """ASCII decimal without leading zeroes, below 2^63."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", texto) or int(texto) >= 2**63:
        raise FormatoInvalido(f"{que} no es un número entero: {texto[:40]!r}")
    return int(texto)


def _nombre_valido(nombre: str) -> bool:
    """What a person can read on one line: no spaces, no control characters, nothing that turns the text around."""
    return bool(nombre) and len(nombre) <= 200 and "+" not in nombre and nombre.isprintable() and " " not in nombre


@dataclass(frozen=True)
class LlavePublica:
    """A verifier key: its name, what it is for (`FIRMA` or `COFIRMA`) and 32 bytes of Ed25519."""

    nombre: str
    tipo: int
    publica: bytes

    def __post_init__(self) -> None:
        if not _nombre_valido(self.nombre):
            raise FormatoInvalido(f"nombre de llave inválido: {self.nombre!r} (sin espacios ni «+»)")
        if self.tipo not in TIPOS:
            raise FormatoInvalido(f"no se conoce el tipo de llave {self.tipo:#04x}")
        if len(self.publica) != 32:
            raise FormatoInvalido("una llave pública Ed25519 mide 32 bytes")

    @property
    def id(self) -> bytes:
        """Four bytes that, with the name, say which key signed."""
        return sha256(self.nombre.encode() + b"\n" + bytes([self.tipo]) + self.publica).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.nombre}+{self.id.hex()}+{b64(bytes([self.tipo]) + self.publica)}"

    @classmethod
    def leer(cls, vkey: str) -> "LlavePublica":
        nombre, id_, material = _partir(vkey.strip())
        llave = cls(nombre, material[0], material[1:])
        if llave.id != id_:
            raise FormatoInvalido(f"la llave de {nombre} está mal copiada: su identificador no corresponde")
        return llave

    def verificar(self, texto: bytes, firma: bytes) -> int | None:
        """Check a note signature (without its 4-byte id). Returns a cosignature's POSIX time, None for a plain one."""
        hora, mensaje = None, texto
        if self.tipo == COFIRMA:
            if len(firma) != 72:
                raise FirmaInvalida(f"la cofirma de {self.nombre} no mide lo que debe")
            (hora,) = struct.unpack(">Q", firma[:8])
            if hora >= 2**63:
                raise FirmaInvalida(f"la cofirma de {self.nombre} trae una hora imposible")
            mensaje, firma = mensaje_de_cofirma(texto, hora), firma[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.publica).verify(firma, mensaje)
        except (InvalidSignature, ValueError) as e:
            raise FirmaInvalida(f"la {TIPOS[self.tipo]} de {self.nombre} no corresponde al texto") from e
        return hora


class Firmante(Protocol):
    """Whoever can sign with the private half of `llave`: raw 64-byte Ed25519 over `mensaje`."""

    @property
    def llave(self) -> LlavePublica: ...

    def firmar(self, mensaje: bytes) -> bytes: ...


class LlavePrivada:
    """A signer whose key is in memory, written as `PRIVATE+KEY+name+id+base64(type ‖ seed)`."""

    def __init__(self, nombre: str, tipo: int, semilla: bytes) -> None:
        self._semilla = semilla
        self._privada = Ed25519PrivateKey.from_private_bytes(semilla)
        self.llave = LlavePublica(nombre, tipo, self._privada.public_key().public_bytes_raw())

    @classmethod
    def nueva(cls, nombre: str, tipo: int = FIRMA) -> "LlavePrivada":
        return cls(nombre, tipo, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def leer(cls, skey: str) -> "LlavePrivada":
        skey = skey.strip()
        if not skey.startswith(_PREFIJO_PRIVADO):
            raise FormatoInvalido("el archivo no contiene una llave privada")
        nombre, id_, material = _partir(skey[len(_PREFIJO_PRIVADO) :])
        llave = cls(nombre, material[0], material[1:])
        if llave.llave.id != id_:
            raise FormatoInvalido(f"la llave privada de {nombre} está dañada: su identificador no corresponde")
        return llave

    @property
    def skey(self) -> str:
        material = bytes([self.llave.tipo]) + self._semilla
        return f"{_PREFIJO_PRIVADO}{self.llave.nombre}+{self.llave.id.hex()}+{b64(material)}"

    def firmar(self, mensaje: bytes) -> bytes:
        return self._privada.sign(mensaje)

    def __repr__(self) -> str:
        return f"LlavePrivada({self.llave.nombre})"


def _partir(texto: str) -> tuple[str, bytes, bytes]:
    """name, id and key material of a vkey (or of a skey without its prefix)."""
    partes = texto.split("+", 2)
    if len(partes) != 3 or not re.fullmatch(r"[0-9a-f]{8}", partes[1]):
        raise FormatoInvalido(f"no es una llave: {texto[:60]!r}")
    material = de_b64(partes[2], "la llave")
    if len(material) != 33:
        raise FormatoInvalido(f"la llave de {partes[0]} no mide lo que debe")
    return partes[0], bytes.fromhex(partes[1]), material


@dataclass(frozen=True)
class Firma:
    """One signature line, not yet checked."""

    nombre: str
    id: bytes
    firma: bytes

    @property
    def linea(self) -> str:
        return f"— {self.nombre} {b64(self.id + self.firma)}\n"

    def es_de(self, llave: LlavePublica) -> bool:
        return (self.nombre, self.id) == (llave.nombre, llave.id)


@dataclass(frozen=True)
class FirmaVerificada:
    """A signature that held. `hora`: POSIX seconds said by a cosigner; None in a plain signature."""

    llave: LlavePublica
    hora: int | None


@dataclass(frozen=True)
class Nota:
    """A note as read: its text (with the final newline) and its signature lines, which nobody has checked yet."""

    texto: bytes
    firmas: tuple[Firma, ...]

    @classmethod
    def leer(cls, datos: bytes) -> "Nota":
        if len(datos) > MAXIMO_BYTES:
            raise FormatoInvalido("la nota firmada es demasiado grande")
        if _CONTROL.search(datos):
            raise FormatoInvalido("la nota firmada trae caracteres de control")
        try:
            datos.decode()
        except UnicodeDecodeError as e:
            raise FormatoInvalido("la nota firmada no es texto UTF-8") from e
        corte = datos.rfind(b"\n\n")
        if corte < 0 or not datos.endswith(b"\n") or len(datos) == corte + 2:
            raise FormatoInvalido("no es una nota firmada: falta la línea en blanco o las firmas")
        return cls(datos[: corte + 1], leer_firmas(datos[corte + 2 :]))

    def escribir(self) -> bytes:
        return self.texto + b"\n" + "".join(f.linea for f in self.firmas).encode()

    def comprobar(self, llaves: Iterable[LlavePublica]) -> list[FirmaVerificada]:
        """Check every signature of a known key; unknown ones are ignored. A bad or a missing one raises."""
        conocidas = {(ll.nombre, ll.id): ll for ll in llaves}
        validas: dict[LlavePublica, FirmaVerificada] = {}
        for f in self.firmas:
            llave = conocidas.get((f.nombre, f.id))
            if llave is not None:
                hora = llave.verificar(self.texto, f.firma)
                validas.setdefault(llave, FirmaVerificada(llave, hora))
        if not validas:
            raise FirmaInvalida("ninguna llave conocida firma esta nota")
        return list(validas.values())

    def con(self, firmas: Iterable[Firma]) -> "Nota":
        """The same note with more signatures; one of each key, the first that came."""
        unicas: dict[tuple[str, bytes], Firma] = {}
        for f in (*self.firmas, *firmas):
            unicas.setdefault((f.nombre, f.id), f)
        return Nota(self.texto, tuple(unicas.values()))


def leer_firmas(datos: bytes) -> tuple[Firma, ...]:
    """Signature lines, each ending in a newline, as after a note's text or in a witness's answer."""
    try:
        lineas = datos.decode("utf-8", "strict").split("\n") if datos else [""]
    except UnicodeDecodeError as e:
        raise FormatoInvalido("las líneas de firma no son texto UTF-8") from e
    if lineas.pop() != "" or len(lineas) > MAXIMO_FIRMAS:
        raise FormatoInvalido("las líneas de firma no terminan como deben o son demasiadas")
    firmas = []
    for linea in lineas:
        partes = linea.split(" ")
        if len(partes) != 3 or partes[0] != "—" or not _nombre_valido(partes[1]):
            raise FormatoInvalido(f"línea de firma inválida: {linea[:60]!r}")
        blob = de_b64(partes[2], "la firma")
        if len(blob) < 5:
            raise FormatoInvalido(f"línea de firma demasiado corta: {linea[:60]!r}")
        firmas.append(Firma(partes[1], blob[:4], blob[4:]))
    return tuple(firmas)


def mensaje_de_cofirma(texto: bytes, hora: int) -> bytes:
    """What a cosigner signs: header, time and the whole text of the checkpoint."""
    return b"cosignature/v1\ntime %d\n" % hora + texto


def firmar(texto: bytes, firmante: Firmante, hora: int | None = None) -> Firma:
    """One signature line over `texto`. `hora` (POSIX seconds) is required by, and only by, cosigning keys."""
    llave = firmante.llave
    if not texto.endswith(b"\n") or _CONTROL.search(texto):
        raise FormatoInvalido("solo se firma texto que termina en salto de línea y sin caracteres de control")
    if (hora is not None) != (llave.tipo == COFIRMA):
        raise FormatoInvalido("una cofirma lleva hora y una firma no")
    if hora is None:
        return Firma(llave.nombre, llave.id, firmante.firmar(texto))
    return Firma(llave.nombre, llave.id, struct.pack(">Q", hora) + firmante.firmar(mensaje_de_cofirma(texto, hora)))


def nota_firmada(texto: bytes, firmantes: Sequence[Firmante], hora: int | None = None) -> Nota:
    """A note signed by several; `hora` goes to the cosigning keys among them."""
    return Nota(texto, tuple(firmar(texto, f, hora if f.llave.tipo == COFIRMA else None) for f in firmantes))

"""Who asks: an enrolled device's, or node's, signature over method, path, hash of the body and hour, in one header.

    Authorization: PREP1 <device> <hour, ISO 8601> <SHA-256 of the body, hex> <Ed25519 signature, base64>
    Authorization: PREP1-NODO <node> …

What is signed: the lines `prep-solicitud/1` (of a node, `prep-solicitud-nodo/1`), ámbito, method, path, hash and hour,
each ended by a newline. It is checked before any of the body is read. Whoever repeats a request within `VENTANA`
changes nothing: everything that can be asked for can be asked twice.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from cryptography.exceptions import InvalidSignature

from prep.bitacora.autoridad import ambito, autoridad
from prep.bitacora.nodos import publica
from prep.dominio.comun.autoridad import Dispositivo
from prep.intercambio.errores import DE_NUEVO, Negado
from prep.plataforma.cubetas import Cubetas

FORMATO: Final = "prep-solicitud/1"
FORMATO_NODO: Final = "prep-solicitud-nodo/1"
VENTANA: Final = timedelta(minutes=5)
POR_SEGUNDO: Final = 5
SEGUIDAS: Final = 120
"""Requests of one device: so many at once, then so many a second."""
DE_DISPOSITIVO: Final = "PREP1"
DE_NODO: Final = "PREP1-NODO"
_CABECERA: Final = re.compile(
    r"(PREP1(?:-NODO)?) ([A-Za-z0-9._-]{1,60}) ([0-9TZ:.+-]{20,40}) ([0-9a-f]{64}) ([A-Za-z0-9+/]{86}==)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class _Clase:
    """How one class of askers signs, how often each may ask, and what it is told; in each text, `{}` is its id."""

    esquema: str
    formato: str
    ritmo: Cubetas
    sin_firma: str
    desconocido: str
    ajena: str
    de_baja: str
    reloj: str
    seguido: str


_TELEFONO: Final = _Clase(
    esquema=DE_DISPOSITIVO,
    formato=FORMATO,
    ritmo=Cubetas(POR_SEGUNDO, SEGUIDAS),
    sin_firma="La solicitud no lleva la firma de un dispositivo dado de alta.",
    desconocido="Este teléfono no está dado de alta. Pida un código nuevo.",
    ajena="La firma de la solicitud no es la de este teléfono.",
    de_baja="Este teléfono se dio de baja: ya no puede enviar. Avise a su coordinación.",
    reloj="El reloj del teléfono no está en hora.",
    seguido=f"Este teléfono pide demasiado seguido. {DE_NUEVO}",
)
_NODO: Final = _Clase(
    esquema=DE_NODO,
    formato=FORMATO_NODO,
    # a node delivers what many phones and people did, and may carry another's
    ritmo=Cubetas(4 * POR_SEGUNDO, 3 * SEGUIDAS),
    sin_firma="La solicitud no lleva la firma de un nodo dado de alta.",
    desconocido="El nodo «{}» no está dado de alta aquí.",
    ajena="La firma de la solicitud no es la del nodo «{}».",
    de_baja="El nodo «{}» se dio de baja: lo que tiene lo entrega otro nodo.",
    reloj="El reloj del equipo no está en hora.",
    seguido="Este nodo pide demasiado seguido.",
)


@dataclass(frozen=True, slots=True)
class Quien:
    """The device that asks, as the facts of authority have it. `huella`: of the body that it says it sends."""

    id: str
    aparato: Dispositivo
    huella: str


@dataclass(frozen=True, slots=True)
class Nodo:
    """The node that asks. `huella`: of the body that it says it sends."""

    id: str
    huella: str

    @property
    def de(self) -> str:
        """How receipts and the store of pictures call it: no device can be called so."""
        return f"nodo:{self.id}"


def mensaje(de: str, metodo: str, ruta: str, huella: str, hora: str, formato: str = FORMATO) -> bytes:
    """What whoever asks signs. It begins like no fact does: no signature serves for both."""
    return "".join(f"{linea}\n" for linea in (formato, de, metodo, ruta, huella, hora)).encode()


def cabecera(
    esquema: str, quien: str, firmar: Callable[[bytes], bytes], metodo: str, ruta: str, de: str, huella: str, hora: str
) -> str:
    """What whoever asks says in `Authorization`. `esquema`: PREP1 or PREP1-NODO; `de`: the ámbito."""
    formato = FORMATO_NODO if esquema == DE_NODO else FORMATO
    firma = base64.b64encode(firmar(mensaje(de, metodo, ruta, huella, hora, formato))).decode()
    return f"{esquema} {quien} {hora} {huella} {firma}"


def reconocer(metodo: str, ruta: str, cabeceras: Mapping[str, str], ahora: datetime) -> Quien:
    """The device that signed this request; raise `Negado`."""
    aparatos = autoridad().dispositivos
    ident, huella = _quien_firma(_TELEFONO, aparatos, lambda a: bool(a.bajas), metodo, ruta, cabeceras, ahora)
    return Quien(ident, aparatos[ident], huella)


def reconocer_nodo(metodo: str, ruta: str, cabeceras: Mapping[str, str], ahora: datetime) -> Nodo:
    """The node that signed this request; raise `Negado`."""
    nodos = autoridad().nodos
    return Nodo(*_quien_firma(_NODO, nodos, lambda n: n.baja is not None, metodo, ruta, cabeceras, ahora))


class _Inscrito(Protocol):
    llave: str


_I = TypeVar("_I", bound=_Inscrito)


def _quien_firma(
    clase: _Clase,
    inscritos: Mapping[str, _I],
    de_baja: Callable[[_I], bool],
    metodo: str,
    ruta: str,
    cabeceras: Mapping[str, str],
    ahora: datetime,
) -> tuple[str, str]:
    """Id of who signed, and the hash of the body that they say they send; raise `Negado`."""
    partes = _CABECERA.fullmatch(cabeceras.get("Authorization", ""))
    if partes is None or partes[1] != clase.esquema:
        raise Negado(401, "sin_firma", clase.sin_firma)
    _, ident, dicha, huella, firma = partes.groups()
    inscrito = inscritos.get(ident)
    if inscrito is None:
        raise Negado(401, "desconocido", clase.desconocido.format(ident))
    firmado = mensaje(ambito(), metodo, ruta, huella, dicha, clase.formato)
    diferencia = _diferencia(inscrito.llave, firma, firmado, dicha, ahora)
    if diferencia is None:
        raise Negado(401, "firma", clase.ajena.format(ident))
    if de_baja(inscrito):
        raise Negado(403, "baja", clase.de_baja.format(ident))
    if diferencia > VENTANA:
        raise Negado(401, "reloj", clase.reloj, hora=ahora.isoformat())
    if not clase.ritmo.tomar(ident, time.monotonic()):
        raise Negado(429, "ritmo", clase.seguido, espere=5)
    return ident, huella


def _diferencia(llave: str, firma: str, firmado: bytes, dicha: str, ahora: datetime) -> timedelta | None:
    """How far from `ahora` the hour of a request is; `None` when that key did not sign it."""
    try:
        publica(bytes.fromhex(llave)).verify(base64.b64decode(firma), firmado)
        return abs(datetime.fromisoformat(dicha) - ahora)
    except (InvalidSignature, ValueError, TypeError, OverflowError):
        return None

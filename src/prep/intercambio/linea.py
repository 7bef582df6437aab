"""The way to another node: signed requests over HTTP, and what can be expected of one that is bad.

A request that got no whole answer may have done its work or not: whoever asked does it again; nothing is done twice.
"""

from __future__ import annotations

import fcntl
import http.client
import io
import re
import select
import socket
import ssl
import struct
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import orjson

from prep.bitacora.nodos import NodoLocal
from prep.intercambio import nodo as lado
from prep.intercambio.firmas import DE_NODO, cabecera
from prep.plataforma import pases
from prep.plataforma.errores import Impedimento
from prep.plataforma.puertos import es_de_casa
from prep.transparencia.errores import causa
from prep.transparencia.red import Conexion, ConexionTls

ESPERA_S: Final = 30.0
"""Without a byte, whichever way: what is large may take much longer by a bad line, as long as it goes on."""
PIEZA: Final = 4 * 2**10
"""What is sent at a time; it is late when it takes as long as a silence."""
OCIOSA_S: Final = 5.0
"""Seconds without use after which a connection is not trusted: the other side closes those that idle."""
MAXIMO_RESPUESTA: Final = 32 * 2**20
MAXIMO_ESPERE: Final = 600
"""Seconds: whoever says to wait longer is asked again after these."""


@dataclass(frozen=True, slots=True)
class Respuesta:
    """`cabeceras`: names in lower case; one that came several times, a line each."""

    estado: int
    cabeceras: Mapping[str, str]
    cuerpo: bytes


class SeCorto(Exception):
    """No whole answer came. Says why, for people."""


class Linea(Protocol):
    """Whatever takes a request there and brings its answer, or raises `SeCorto`."""

    def pedir(self, metodo: str, ruta: str, cuerpo: bytes, cabeceras: Mapping[str, str]) -> Respuesta: ...


class Http:
    """Over HTTP, with a connection that is kept while it works."""

    def __init__(self, url: str, autoridad: Path | None = None, espera: float = ESPERA_S) -> None:
        partes = urlsplit(url)
        if partes.scheme not in ("http", "https") or not partes.hostname or partes.path.strip("/") or partes.query:
            raise Impedimento(f"«{url}» no es la dirección de un nodo. Escríbala así: https://centro.example")
        try:
            puerto = partes.port
        except ValueError:
            raise Impedimento(f"«{url}» no es la dirección de un nodo: el puerto no es un número posible.") from None
        if partes.scheme == "http" and not es_de_casa(partes.hostname):
            raise Impedimento(
                f"Lo que se envía a «{url}» se podría leer en el camino: escriba la dirección con https://. Con "
                "http:// solo se envía a este equipo o a la dirección de otro de la misma red, como http://192.168.1.10."
            )
        if partes.scheme == "https":
            contexto = ssl.create_default_context(cafile=str(autoridad) if autoridad else None)
            self._conexion: Conexion = ConexionTls(
                partes.hostname, puerto, timeout=espera, context=contexto, blocksize=PIEZA
            )
        else:
            self._conexion = Conexion(partes.hostname, puerto, timeout=espera, blocksize=PIEZA)
        self._espera = espera
        self._usada = time.monotonic()

    def pedir(self, metodo: str, ruta: str, cuerpo: bytes, cabeceras: Mapping[str, str]) -> Respuesta:
        if time.monotonic() - self._usada > OCIOSA_S:
            self._conexion.close()
        guardada = self._conexion.sock is not None
        try:
            dada, datos = self._ida_y_vuelta(metodo, ruta, cuerpo, cabeceras)
        except (OSError, http.client.HTTPException) as error:
            self._conexion.close()
            if guardada and isinstance(error, ConnectionError):  # the other side had closed it before this was asked
                return self.pedir(metodo, ruta, cuerpo, cabeceras)
            raise SeCorto(causa(error) if isinstance(error, OSError) else "la respuesta llegó incompleta") from None
        self._usada = time.monotonic()
        if len(datos) > MAXIMO_RESPUESTA:
            self._conexion.close()
            raise SeCorto("la respuesta es demasiado grande")
        suyas: dict[str, str] = {}
        for nombre, dicho in dada.getheaders():
            n = nombre.lower()
            suyas[n] = f"{suyas[n]}\n{dicho}" if n in suyas else dicho
        return Respuesta(dada.status, suyas, datos)

    def _ida_y_vuelta(
        self, metodo: str, ruta: str, cuerpo: bytes, cabeceras: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        mide = {"Content-Length": str(len(cuerpo))}
        self._conexion.request(metodo, ruta, io.BytesIO(cuerpo), {**cabeceras, **mide})
        self._esperar_a_que_salga()
        dada = self._conexion.getresponse()
        return dada, dada.read(MAXIMO_RESPUESTA + 1)

    def _esperar_a_que_salga(self) -> None:
        """What was asked is in this machine until the other side says that it came: while it goes on leaving, that
        there is no answer is no silence."""
        sock = self._conexion.sock
        hay = select.poll()
        hay.register(sock, select.POLLIN)
        quedan, desde = _sin_llegar(sock), time.monotonic()
        while quedan and not hay.poll(200):
            antes, quedan = quedan, _sin_llegar(sock)
            if quedan < antes:
                desde = time.monotonic()
            elif time.monotonic() - desde > self._espera:
                raise TimeoutError


def _sin_llegar(sock: socket.socket) -> int:
    """Bytes written to it that the other side has not said that it has."""
    return int(struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4)))[0])


class Espere(Exception):
    """It could not be now; it is to be tried again, not before `segundos` if it says so."""

    def __init__(self, porque: str, segundos: float = 0) -> None:
        super().__init__(porque)
        self.segundos = segundos


class SinRespuesta(Espere):
    """It did not arrive whole, or its answer did not: something smaller may."""


class NoQuiere(Exception):
    """The other side refuses this, and would refuse it again."""

    def __init__(self, estado: int, codigo: str, detalle: str) -> None:
        super().__init__(detalle)
        self.estado, self.codigo = estado, codigo


_DE_NUEVO: Final = (429, 500, 502, 503, 504, 507)
_TARDO_EN_LLEGAR: Final = 408
_EN_EL_CAMINO: Final = ("huella", "cortada")
"""What it says of a request that came incomplete or changed."""
_PASE: Final = re.compile(rf"(?:__Host-)?{pases.NOMBRE}=[^;\s]+")
"""With the name that it has there."""


@dataclass(slots=True)
class Otro:
    """Another node, asked in the name of this one. `desfase`: what this clock is ahead of its, from its last answer."""

    linea: Linea
    aqui: NodoLocal
    ambito: str
    desfase: timedelta = field(default_factory=timedelta)
    _pase: str = ""

    def pedir(self, metodo: str, ruta: str, cuerpo: bytes = b"", tipo: str = "application/json") -> Any:
        """What it answers, as JSON. Raise `Espere` or `NoQuiere`."""
        dada = self._una_vez(metodo, ruta, cuerpo, tipo)
        if dada.estado == 401 and (hora := _hora_de(dada)) is not None:
            self.desfase = lado.reloj.ahora() - hora
            dada = self._una_vez(metodo, ruta, cuerpo, tipo)
        if dada.estado == _TARDO_EN_LLEGAR:
            raise SinRespuesta("lo que se envió tardó demasiado en llegar")
        if dada.estado in _DE_NUEVO:
            raise Espere(_detalle(dada)[1], _segundos(dada.cabeceras.get("retry-after", "")))
        if not 200 <= dada.estado < 300:
            codigo, detalle = _detalle(dada)
            if codigo in _EN_EL_CAMINO:
                raise Espere(detalle)
            raise NoQuiere(dada.estado, codigo, detalle)
        try:
            return orjson.loads(dada.cuerpo)
        except ValueError:
            raise Espere("la respuesta llegó incompleta") from None

    def _una_vez(self, metodo: str, ruta: str, cuerpo: bytes, tipo: str) -> Respuesta:
        huella, hora = sha256(cuerpo).hexdigest(), (lado.reloj.ahora() - self.desfase).isoformat()
        dicha = cabecera(DE_NODO, self.aqui.nodo, self.aqui.firmar, metodo, ruta, self.ambito, huella, hora)
        cabeceras = {"Authorization": dicha, "Content-Type": tipo}
        if self._pase:
            cabeceras["Cookie"] = self._pase
        try:
            dada = self.linea.pedir(metodo, ruta, cuerpo, cabeceras)
        except SeCorto as error:
            raise SinRespuesta(str(error)) from None
        if dado := _PASE.search(dada.cabeceras.get("set-cookie", "")):
            self._pase = dado[0]
        return dada


def _hora_de(dada: Respuesta) -> datetime | None:
    """The hour that it gives to whoever has another."""
    try:
        dicho = orjson.loads(dada.cuerpo)
        return datetime.fromisoformat(dicho["hora"]) if dicho["codigo"] == "reloj" else None
    except (ValueError, KeyError, TypeError):
        return None


def _detalle(dada: Respuesta) -> tuple[str, str]:
    try:
        dicho = orjson.loads(dada.cuerpo)
        return str(dicho["codigo"]), str(dicho["detalle"]) or f"contestó {dada.estado}"
    except (ValueError, KeyError, TypeError):
        return "", f"contestó {dada.estado}"


def _segundos(dicho: str) -> float:
    return float(min(int(dicho), MAXIMO_ESPERE)) if dicho.isascii() and dicho.isdigit() else 0.0

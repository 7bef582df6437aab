"""The door of the web server. Everything that a stranger can make us wait for, or keep, is bounded here, before any
thread, any memory of Django's and any connection to the database is spent on them.

Granian receives (its own limits end slow and huge headers); a request comes here as a coroutine, which costs next to
nothing. Its source is measured, its body read to the end with a deadline and a size, and only then it takes a thread
of its lane, where Django answers. Three lanes: strangers have one thread and a short line; of those who bear a pass
(`pases`), machines that deliver (phones and nodes, under `DE_MAQUINAS`) have two, and people the others. A flood fills
the first, and nodes that come back together the second, and neither stands before people; nor before cortes, since
threads are all the connections that the server ever opens.
"""

from __future__ import annotations

import asyncio
import io
import ipaddress
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from math import inf
from typing import Any, Final

from prep.plataforma import pases
from prep.plataforma.cubetas import Cubetas
from prep.plataforma.procesos import perpetuar
from prep.plataforma.rechazos import Rechazos

HILOS_PERSONAS: Final = 5
HILOS_MAQUINAS: Final = 2
HILOS_ANONIMOS: Final = 1
HILOS: Final = HILOS_PERSONAS + HILOS_MAQUINAS + HILOS_ANONIMOS
DE_MAQUINAS: Final = "/v1/"
"""What phones and nodes ask for is under this path; what people do is not."""
CUERPO_MAXIMO: Final = 17 * 2**20
"""Of what a person sends: pages that were scanned, as they were."""
CUERPO_DE_MAQUINA: Final = 2**20
CUERPOS: Final = {
    f"{DE_MAQUINAS}nodo/hechos": 8 * 2**20,
    f"{DE_MAQUINAS}nodo/objetos/": 2 * 2**20,
    f"{DE_MAQUINAS}objetos/": 2 * 2**20,
}
"""Of what phones and nodes send, by how its path begins: what the room behind would read of it, and a body that says
that it measures more is not read."""
GRACIA_S: Final = 10
BYTES_POR_SEGUNDO: Final = 16 * 2**10
"""A body is waited for `GRACIA_S` seconds; each so many bytes that come give one of them back."""
GRACIA_DE_MAQUINA_S: Final = 60
BYTES_DE_MAQUINA: Final = 256
"""The same of a machine: a phone at a casilla may have a line as of 2G, and its picture is half a megabyte; what a
line that loses three packets in ten carries is less, and a piece may take most of a minute to get through it."""
PARTES: Final = 4
"""Of the memory of a lane, one source holds one of so many."""
TURNO_S: Final = 10
"""What waited longer than this in its lane is told to come back instead of being answered late."""
CASTIGO_S: Final = 1.0
DESCANSO_ANONIMO: Final = 3
"""While somebody known is being answered, a stranger's thread rests so many times the processor that it took, for each
of those: of a core they have a quarter at most, whatever they ask for."""
DESCANSO_DE_MAQUINA: Final = 1
"""The same of machines, for each person: they can wait, and nobody sits before them."""
CEDE_S: Final = 0.0001
"""How long a thread keeps the interpreter from another that asks for it. Whoever sits at a desk asks for it some twenty
times in a request, each time that the database answers; with Python's own five thousandths, two machines that deliver
pictures take from them a tenth of a second, and from all of them who wait in line, seconds."""
_TRABAJAN_S: Final = 1.0
_DESPEDIDOS: Final = 512
_LO_QUE_SE_OYE: Final = 64 * 2**10
_ESPERE: Final = (429, 503)

Cabeceras = list[tuple[str, str]]
Respuesta = tuple[int, Cabeceras, bytes]
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
registro = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Aviso:
    """What is answered in place of what was asked for."""

    codigo: int
    texto: str


class _NoEntra(Exception):
    """A request that is not let in. One for each: what is raised keeps the request that it was raised for."""

    def __init__(self, aviso: _Aviso) -> None:
        super().__init__(aviso.texto)
        self.aviso = aviso


class _Carril:
    """The threads that answer one kind of caller, and the bounded line before them, which nobody fills alone.

    `cede_a`: those whose work goes before this one's; `descanso`: what it rests for each one of them, in times the
    processor that it took. `gracia`, `por_segundo`: the seconds that it waits for a body, and the bytes of it that give
    one of them back."""

    def __init__(
        self,
        nombre: str,
        hilos: int,
        fila: int,
        por_origen: int,
        memoria: int,
        cubetas: Cubetas,
        cede_a: tuple[_Carril, ...] = (),
        descanso: int = 0,
        gracia: int = GRACIA_S,
        por_segundo: int = BYTES_POR_SEGUNDO,
    ) -> None:
        self._hilos, self._cede_a, self._descanso = ThreadPoolExecutor(hilos, nombre), cede_a, descanso
        self._gracia, self._por_segundo = gracia, por_segundo
        self._visto = self._descansa = -inf
        self._cabida, self._por_origen, self._memoria, self._cubetas = hilos + fila, por_origen, memoria, cubetas
        self._de: Counter[str] = Counter()
        self._bytes_de: Counter[str] = Counter()
        self._dentro = self._bytes = 0

    @asynccontextmanager
    async def entrar(self, origen: str) -> AsyncIterator[None]:
        if not self._cubetas.tomar(origen, time.monotonic()) or self._de[origen] >= self._por_origen:
            raise _NoEntra(_DEMASIADAS)
        if self._dentro >= self._cabida:
            raise _NoEntra(_OCUPADO)
        self._dentro += 1
        self._de[origen] += 1
        self._visto = time.monotonic()
        try:
            yield
        finally:
            self._dentro -= 1
            self._de[origen] -= 1
            if not self._de[origen]:
                del self._de[origen], self._bytes_de[origen]

    @asynccontextmanager
    async def leer(self, protocolo: Any, origen: str, maximo: int) -> AsyncIterator[bytes]:
        """The body, to the end; what bodies take in memory is counted while it is held, in all and of each source.

        What came quickly buys no silence: however much it was, the seconds that it may still take are never more than
        those that it had to begin with. Who falls silent, or goes on a byte at a time, is not waited for."""
        reloj = asyncio.get_running_loop().time
        partes: list[bytes] = []
        mide, hasta = 0, reloj() + self._gracia
        try:
            async with asyncio.timeout_at(hasta) as plazo:
                async for parte in protocolo:
                    mide += len(parte)
                    self._bytes += len(parte)
                    self._bytes_de[origen] += len(parte)
                    if mide > maximo:
                        raise _NoEntra(_muy_grande(maximo))
                    if self._bytes_de[origen] > self._memoria // PARTES:
                        raise _NoEntra(_DEMASIADAS)
                    if self._bytes > self._memoria:
                        raise _NoEntra(_OCUPADO)
                    partes.append(parte)
                    hasta = min(reloj() + self._gracia, hasta + len(parte) / self._por_segundo)
                    plazo.reschedule(hasta)
            yield b"".join(partes)
        except TimeoutError:
            raise _NoEntra(_TARDIA) from None
        finally:
            self._bytes -= mide
            self._bytes_de[origen] -= mide

    def trabajan(self) -> int:
        """How many ask here; one, if somebody did a moment ago."""
        return self._dentro or int(time.monotonic() - self._visto < _TRABAJAN_S)

    async def atender(self, responder: Callable[[], Respuesta]) -> Respuesta:
        limite = time.monotonic() + TURNO_S

        def a_tiempo() -> Respuesta:
            time.sleep(max(0.0, self._descansa - time.monotonic()))
            if time.monotonic() > limite:
                raise _NoEntra(_OCUPADO)
            desde = time.thread_time()
            try:
                return responder()
            finally:
                veces = self._descanso * sum(carril.trabajan() for carril in self._cede_a)
                self._descansa = time.monotonic() + min(CASTIGO_S, veces * (time.thread_time() - desde))

        return await asyncio.get_running_loop().run_in_executor(self._hilos, a_tiempo)


METODOS: Final = frozenset({"GET", "HEAD", "POST", "PUT"})
"""What some route of ours answers to; nothing else gets past the door."""
_OCUPADO: Final = _Aviso(503, "El servidor está ocupado. Espere un momento y vuelva a intentar: no se perdió nada.")
_DEMASIADAS: Final = _Aviso(429, "Son demasiadas solicitudes seguidas. Espere un momento y vuelva a intentar.")
_TARDIA: Final = _Aviso(408, "La solicitud tardó demasiado en llegar. Revise la conexión y envíela otra vez.")
_FALLA: Final = _Aviso(500, "Algo falló al atender la solicitud. Ya quedó anotado.")


def _muy_grande(maximo: int) -> _Aviso:
    return _Aviso(413, f"Lo que aquí se envía mide hasta {maximo >> 20} MiB.")


def _maximo(ruta: str) -> int:
    if not ruta.startswith(DE_MAQUINAS):
        return CUERPO_MAXIMO
    return next((mide for empieza, mide in CUERPOS.items() if ruta.startswith(empieza)), CUERPO_DE_MAQUINA)


class Portero:
    """What granian serves, by its interface RSGI. `aplicacion`: the WSGI application behind the door.

    `delante`: networks of the proxies whose word about the caller is taken.
    """

    def __init__(self, aplicacion: Callable[..., Iterable[bytes]], delante: Iterable[str] = ()) -> None:
        self._aplicacion = aplicacion
        self._delante = [ipaddress.ip_network(red.strip()) for red in delante if red.strip()]
        self._personas = _Carril("persona", HILOS_PERSONAS, 512, 16, 128 * 2**20, Cubetas(50, 200))
        self._maquinas = _Carril(
            "maquina",
            HILOS_MAQUINAS,
            512,
            16,
            128 * 2**20,
            Cubetas(50, 200),
            (self._personas,),
            DESCANSO_DE_MAQUINA,
            GRACIA_DE_MAQUINA_S,
            BYTES_DE_MAQUINA,
        )
        conocidos = self._personas, self._maquinas
        self._anonimos = _Carril(
            "anonimo", HILOS_ANONIMOS, 64, 32, 64 * 2**20, Cubetas(20, 100), conocidos, DESCANSO_ANONIMO
        )
        self._despedidos = 0
        self._rechazos = Rechazos()

    async def __rsgi__(self, alcance: Any, protocolo: Any) -> None:
        quien = "?"
        try:
            entorno = _entorno(alcance, self._delante)
            quien = origen(entorno["REMOTE_ADDR"])
            codigo, cabeceras, cuerpo = await self._atender(alcance, entorno, protocolo)
        except _NoEntra as no:
            await self._despedir(no.aviso, protocolo)
            codigo, cabeceras, cuerpo = _avisar(no.aviso)
        except Exception:  # the application answers its own errors: this one is ours
            registro.exception("Una solicitud no se pudo atender.")
            codigo, cabeceras, cuerpo = _avisar(_FALLA)
        self._rechazos.contar(codigo, quien)
        protocolo.response_bytes(codigo, [*cabeceras, ("server", "")], cuerpo)

    async def _atender(self, alcance: Any, entorno: dict[str, Any], protocolo: Any) -> Respuesta:
        if alcance.proto != "http":
            raise _NoEntra(_Aviso(400, "Aquí se habla HTTP."))
        if alcance.method not in METODOS:
            raise _NoEntra(_Aviso(405, "Aquí no se atiende ese método de HTTP."))
        maximo = _maximo(entorno["PATH_INFO"])
        if int(entorno.get("CONTENT_LENGTH") or 0) > maximo:
            raise _NoEntra(_muy_grande(maximo))
        carril, quien = self._carril(entorno)
        async with carril.entrar(quien), carril.leer(protocolo, quien, maximo) as cuerpo:
            return await carril.atender(lambda: self._responder(entorno, cuerpo))

    def _carril(self, entorno: dict[str, Any]) -> tuple[_Carril, str]:
        """Where this request waits, and as whose it counts there."""
        pase = pases.leer(_galleta(entorno.get("HTTP_COOKIE", "")))
        if pase is None:
            return self._anonimos, origen(entorno["REMOTE_ADDR"])
        return (self._maquinas if entorno["PATH_INFO"].startswith(DE_MAQUINAS) else self._personas), pase

    def _responder(self, entorno: dict[str, Any], cuerpo: bytes) -> Respuesta:
        """In a thread of the lane: Django, from the request to the last byte of the response."""
        dicho: list[Any] = []

        def start_response(estado: str, cabeceras: Cabeceras, _: Any = None) -> None:
            dicho[:] = int(estado.split(" ", 1)[0]), cabeceras

        entorno |= {"wsgi.input": io.BytesIO(cuerpo), "CONTENT_LENGTH": str(len(cuerpo))}
        respuesta = self._aplicacion(entorno, start_response)
        try:
            todo = b"".join(respuesta)
        finally:
            if hasattr(respuesta, "close"):
                respuesta.close()
        codigo, cabeceras = dicho
        return codigo, [(nombre.lower(), valor.strip()) for nombre, valor in cabeceras], todo

    async def _despedir(self, aviso: _Aviso, protocolo: Any) -> None:
        """Before a refusal, read a little of what is still coming: cut in the middle, it would take the refusal along.
        Who is told to come back waits a second for it, as long as few are waiting: waiting costs nothing, asking does.
        """
        if self._despedidos >= _DESPEDIDOS:
            return
        self._despedidos += 1
        hasta = asyncio.get_running_loop().time() + CASTIGO_S
        try:
            mide = 0
            with suppress(TimeoutError, RuntimeError):  # it is slow; it had been read; it has gone
                async with asyncio.timeout_at(hasta):
                    async for parte in protocolo:
                        mide += len(parte)
                        if mide > _LO_QUE_SE_OYE:
                            break
            if aviso.codigo in _ESPERE:
                await asyncio.sleep(hasta - asyncio.get_running_loop().time())
        finally:
            self._despedidos -= 1


def _avisar(aviso: _Aviso) -> Respuesta:
    cabeceras = [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-security-policy", "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("connection", "close"),  # what was not read of it is not read
    ]
    if aviso.codigo in _ESPERE:
        cabeceras.append(("retry-after", "2"))
    return aviso.codigo, cabeceras, f"{aviso.texto}\n".encode()


_DE_PROXY: Final = ("x-forwarded-for", "x-forwarded-proto")


def _entorno(alcance: Any, delante: list[Any]) -> dict[str, Any]:
    """The WSGI environment of a request. What only a proxy of ours may say is heard from nobody else; a header with an
    underscore, which would pass for another one, is not heard at all."""
    cabeceras: dict[str, str] = {}
    for nombre, valor in alcance.headers.items():
        if "_" not in nombre:
            union = "; " if nombre == "cookie" else ","
            cabeceras[nombre] = f"{cabeceras[nombre]}{union}{valor}" if nombre in cabeceras else valor
    quien, esquema = alcance.client, alcance.scheme
    por, como = (cabeceras.pop(nombre, "") for nombre in _DE_PROXY)
    if _es_de(quien, delante):
        esquema = como if como in ("http", "https") else esquema
        for salto in reversed([s.strip() for s in por.split(",") if s.strip()]):
            quien = salto
            if not _es_de(salto, delante):
                break
    servidor, _, puerto = alcance.server.rpartition(":")
    return {
        "REQUEST_METHOD": alcance.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": alcance.path.encode().decode("latin-1"),
        "QUERY_STRING": alcance.query_string,
        "CONTENT_TYPE": cabeceras.pop("content-type", ""),
        "CONTENT_LENGTH": cabeceras.pop("content-length", ""),
        "SERVER_NAME": servidor,
        "SERVER_PORT": puerto,
        "SERVER_PROTOCOL": f"HTTP/{alcance.http_version}",
        "REMOTE_ADDR": str(_ip(quien) or "?"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": esquema,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **{f"HTTP_{nombre.upper().replace('-', '_')}": valor for nombre, valor in cabeceras.items()},
    }


def _ip(dicha: str) -> Ip | None:
    """The address in what a socket or a proxy says, with a port or without: `192.0.2.1:80`, `2001:db8::1`,
    `[2001:db8::1]:443`. One of IPv4 that is written as of IPv6 is of IPv4."""
    if dicha.startswith("["):
        dicha = dicha[1:].partition("]")[0]
    elif dicha.count(":") == 1:
        dicha = dicha.partition(":")[0]
    try:
        ip = ipaddress.ip_address(dicha)
    except ValueError:
        return None
    return (ip.ipv4_mapped or ip) if isinstance(ip, ipaddress.IPv6Address) else ip


def _es_de(dicha: str, redes: list[Any]) -> bool:
    ip = _ip(dicha)
    return ip is not None and any(ip in red for red in redes)


def origen(direccion: str) -> str:
    """Who counts as one, for whoever measures pace: an address (`REMOTE_ADDR`, which this door says), or in IPv6 the
    /64 that one subscriber has whole."""
    ip = _ip(direccion)
    if ip is None:
        return "?"
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)


def _galleta(texto: str) -> str | None:
    if pases.NOMBRE not in texto:
        return None
    try:
        galleta = SimpleCookie(texto[:8192]).get(pases.galleta())
    except CookieError:
        return None
    return galleta.value if galleta else None


def portero() -> Portero:
    """Ready to serve this installation: what granian asks for in each of its processes. Nobody waits for what the
    first request would import."""
    from django.urls import get_resolver

    from prep.plataforma.wsgi import application

    get_resolver().url_patterns  # noqa: B018 - every room's routes, and what they import
    sys.setswitchinterval(CEDE_S)
    perpetuar()
    return Portero(application, os.environ.get("PREP_PROXIES", "").split(","))

"""The web server as it is started, over real sockets: nobody without a pass stops it, and what it says of itself."""

from __future__ import annotations

import asyncio
import gc
import http.client
import os
import re
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from noche import firmada, nodo_de
from prep.intercambio import cadenas, entre_nodos, objetos
from prep.plataforma import pases, portero, postgres, rechazos, roles, servidor
from prep.plataforma.cubetas import Cubetas
from prep.plataforma.puertos import reservables

RUTA = "/v1/altas"
"""Whose body is read whoever sends it."""
ENTREGA = "/v1/nodo/hechos"
PROCESOS = 2


@dataclass
class Servidor:
    puerto: int
    base: str
    usuario: str
    """Of an account whose password is that of `gente`."""
    terminal: str
    """The cookie of a terminal that is enrolled."""

    def conectar(self, origen: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.puerto), 60, source_address=(origen, 0))

    def pedir(
        self, metodo: str, ruta: str, cuerpo: bytes | None = None, origen: str = "127.0.0.1", **cabeceras: str
    ) -> http.client.HTTPResponse:
        c = http.client.HTTPConnection("127.0.0.1", self.puerto, timeout=150, source_address=(origen, 0))
        c.request(metodo, ruta, cuerpo, {k.replace("_", "-"): v for k, v in cabeceras.items()})
        r = c.getresponse()
        r.leido = r.read()  # type: ignore[attr-defined]
        c.close()
        return r

    def decir(self, crudo: bytes) -> bytes:
        """What comes back for these bytes, until it closes."""
        with self.conectar() as s:
            s.sendall(crudo)
            return _hasta_el_final(s)


def _hasta_el_final(s: socket.socket) -> bytes:
    todo = b""
    try:
        while parte := s.recv(65536):
            todo += parte
    except ConnectionResetError:
        pass
    return todo


@pytest.fixture(scope="module")
def web(bases: Any, django_db_blocker: Any) -> Iterator[Servidor]:
    """Granian with our door, connected as the role of the web to a database of its own."""
    from django.db import connection
    from django.test import Client

    from gente import persona, terminal
    from prep.acceso import terminales
    from prep.acceso.roles import Rol

    with django_db_blocker.unblock(), bases.nueva() as nombre:
        datos = connection.get_connection_params()
        if datos["user"] != postgres.SUPERUSUARIO:
            pytest.skip(
                "El servidor de DATABASE_URL no es de los que arrancamos: ahí los roles los pone quien lo tiene."
            )
        usuario, mesa = persona(Rol.CAPTURISTA).usuario, Client()
        terminal(mesa)
        url = f"postgresql://{roles.WEB}@/{nombre}?host={quote(datos['host'], safe='')}"
        puerto = reservables(1)[0]
        orden = servidor.orden_de_servidor(puerto, cuantos=PROCESOS)
        with servidor.sirviendo(orden, os.environ | {"DATABASE_URL": url}):
            yield Servidor(puerto, nombre, usuario, mesa.cookies[terminales.GALLETA].value)


def pase(valor: str) -> str:
    return f"{pases.galleta()}={pases._firmante().sign(valor)}"


# --- What it says ---------------------------------------------------------------------------------------------------


def test_it_says_what_browsers_must_know_and_nothing_of_what_it_is_made_of(web: Servidor) -> None:
    for ruta in ("/admin/login/", "/no-existe", "/estaticos/admin/css/base.css"):
        r = web.pedir("GET", ruta)
        assert "unsafe" not in r.headers["Content-Security-Policy"]
        assert r.headers["Permissions-Policy"].startswith("camera=(self)")
        assert r.headers["X-Content-Type-Options"] == "nosniff"
        assert r.headers["Referrer-Policy"] == r.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert r.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert r.headers["Server"] == ""
        assert not re.search(r"(?i)granian|django|wsgi|python", str(r.headers))


def test_the_description_of_the_api_is_not_public(web: Servidor) -> None:
    for ruta in ("/v1/openapi.json", "/v1/docs"):
        assert web.pedir("GET", ruta).status == 404


def test_over_tls_browsers_are_told_to_stay_there(settings: Any, client: Any) -> None:
    assert settings.SECURE_HSTS_SECONDS == 0  # the tests run as a demonstration, without TLS
    settings.SECURE_HSTS_SECONDS = 31536000
    assert client.get("/no-existe", secure=True).headers["Strict-Transport-Security"] == "max-age=31536000"


# --- What it refuses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "largo", ["²", "+5", "-1", "5, 6", "0x5", "5 5", "", "99999999999999999999999", "5\r\nContent-Length: 6"]
)
def test_a_length_that_is_not_a_number_is_a_clean_refusal(web: Servidor, largo: str) -> None:
    dicho = web.decir(f"POST {RUTA} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {largo}\r\n\r\nxxxxxx".encode())
    assert re.match(rb"HTTP/1\.1 4(00|13) ", dicho), dicho
    assert b"Traceback" not in dicho
    assert web.pedir("GET", "/no-existe").status == 404


@pytest.mark.parametrize("metodo", ["TRACE", "OPTIONS", "DELETE", "CONNECT", "PROPFIND"])
def test_a_method_that_no_route_answers_to_does_not_get_past_the_door(web: Servidor, metodo: str) -> None:
    dicho = web.decir(f"{metodo} /entrar/ HTTP/1.1\r\nHost: localhost\r\nX-Eco: hola\r\n\r\n".encode())
    assert re.match(rb"HTTP/1\.1 4(00|05) ", dicho) and b"hola" not in dicho


def test_bodies_have_a_limit_said_beforehand_or_not(web: Servidor) -> None:
    dicho = web.decir(f"POST {RUTA} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {10**9}\r\n\r\n".encode())
    assert dicho.startswith(b"HTTP/1.1 413 ") and "MiB" in dicho.decode()
    with web.conectar() as s:
        s.sendall(f"POST {RUTA} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        trozo = b"100000\r\n" + b"x" * 2**20 + b"\r\n"
        try:
            for _ in range(40):
                s.sendall(trozo)
        except OSError:
            pass  # it stopped listening
        dicho = _hasta_el_final(s)
    assert dicho == b"" or dicho.startswith(b"HTTP/1.1 413 ")


def test_whoever_is_refused_with_the_body_still_to_come_keeps_no_connection(web: Servidor) -> None:
    """However many they are, and whether they go on sending or stay silent."""
    pedido = f"POST {RUTA} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {10**9}\r\n\r\n".encode()
    with ExitStack() as todos:
        conexiones = [todos.enter_context(web.conectar(f"127.0.4.{i + 1}")) for i in range(12)]
        for s in conexiones:
            s.sendall(pedido)
        for i, s in enumerate(conexiones):
            with suppress(OSError):  # it has been closed
                if i % 2:
                    s.sendall(b"[")
            dicho = _hasta_el_final(s)
            assert dicho == b"" or dicho.startswith(b"HTTP/1.1 413 ")


def test_headers_have_a_limit(web: Servidor) -> None:
    dicho = web.decir(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")
    assert dicho == b"" or dicho.startswith(b"HTTP/1.1 431 ")


def test_slow_headers_and_slow_bodies_are_ended_and_meanwhile_others_are_answered(web: Servidor) -> None:
    """Many more than there are threads, a byte at a time: the server ends each, and none has held it."""
    inicios = {
        "headers": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Lento: ",
        "body": f"POST {RUTA} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n[".encode(),
    }
    atendidas: list[int] = []
    acabaron = threading.Event()

    def gotear(que: str, i: int) -> tuple[str, bytes]:
        with web.conectar(f"127.0.1.{i + 1}") as s:
            s.sendall(inicios[que])
            s.settimeout(0.5)
            dicho = b""
            for _ in range(240):
                try:
                    parte = s.recv(65536)
                except TimeoutError:
                    parte = None
                except ConnectionResetError:
                    return que, dicho
                if parte == b"":
                    return que, dicho
                dicho += parte or b""
                try:
                    s.sendall(b"x")
                except OSError:
                    continue
        raise AssertionError(f"{que}: nobody ended it")

    def mirar() -> None:
        while not acabaron.wait(0.5):
            atendidas.append(web.pedir("GET", "/no-existe").status)

    mirando = threading.Thread(target=mirar)
    mirando.start()
    try:
        with ThreadPoolExecutor(48) as hilos:
            ended = list(hilos.map(gotear, ["headers", "body"] * 24, range(48)))
    finally:
        acabaron.set()
        mirando.join()
    assert {d[:12] for q, d in ended if q == "body"} <= {b"HTTP/1.1 408", b""}
    assert {d[:9] for q, d in ended if q == "headers"} <= {b"HTTP/1.1 ", b""}
    assert len(atendidas) > 3 and set(atendidas) == {404}


# --- What it keeps for those it knows -------------------------------------------------------------------------------


def test_whoever_asks_too_often_is_refused_and_nobody_else(web: Servidor) -> None:
    """One source far above its share; another one, and a person with a pass at the very same place, are answered."""

    def insistir(_: int) -> int:
        return web.pedir("GET", "/no-existe", origen="127.0.2.1").status

    with ThreadPoolExecutor(64) as hilos:
        insistiendo = [hilos.submit(insistir, i) for i in range(600)]
        otros = [web.pedir("GET", "/no-existe", origen="127.0.2.2").status for _ in range(5)]
        conocidos = [web.pedir("GET", "/no-existe", origen="127.0.2.1", Cookie=pase("ana")).status for _ in range(20)]
        dichos = Counter(i.result() for i in insistiendo)
    assert dichos[429] > 0 and dichos.keys() <= {404, 429, 503}
    assert set(otros) <= {404, 503}  # among strangers the line may be full
    assert set(conocidos) == {404}


def test_a_refusal_says_what_to_do_in_spanish(web: Servidor) -> None:
    with ThreadPoolExecutor(64) as hilos:
        todas = list(hilos.map(lambda _: web.pedir("GET", "/no-existe", origen="127.0.2.9"), range(400)))
    r = next(r for r in todas if r.status == 429)
    assert {"object-src 'none'", "base-uri 'none'"} <= set(r.headers["Content-Security-Policy"].split("; "))
    assert r.headers["Retry-After"] == "2" and r.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Espere un momento y vuelva a intentar" in r.leido.decode()  # type: ignore[attr-defined]


def test_signing_in_gives_a_pass_and_a_false_one_is_worth_nothing(web: Servidor) -> None:
    from gente import CLAVE
    from prep.acceso import terminales

    galletas: dict[str, str] = {terminales.GALLETA: web.terminal}

    def pedir(metodo: str, cuerpo: bytes | None = None) -> http.client.HTTPResponse:
        con = "; ".join(f"{k}={v}" for k, v in galletas.items())
        r = web.pedir(metodo, "/entrar/", cuerpo, Cookie=con, Content_Type="application/x-www-form-urlencoded")
        for g in r.headers.get_all("Set-Cookie") or []:
            assert "HttpOnly" in g and "SameSite=Strict" in g
            nombre, valor = g.split(";")[0].split("=", 1)
            galletas[nombre] = valor
        return r

    pagina = pedir("GET")
    assert pases.galleta() not in galletas
    ficha = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', pagina.leido.decode())  # type: ignore[attr-defined]
    assert ficha
    r = pedir("POST", f"csrfmiddlewaretoken={ficha[1]}&login={web.usuario}&password={quote(CLAVE)}".encode())
    assert r.status == 302
    assert pases.leer(galletas[pases.galleta()]) is not None
    assert "ana" not in galletas[pases.galleta()]
    for falso in ("", "ana", "ana:1:x", galletas[pases.galleta()][:-1] + "_", "x" * 5000):
        assert pases.leer(falso) is None


def test_a_flood_of_anonymous_deliveries_takes_no_connection_that_a_corte_needs(web: Servidor) -> None:
    """A delivery signed by who is not enrolled, hundreds at once: the database never sees more of us than there are
    threads, nor a transaction of ours, and the sede enters."""
    sobre = b'[{"id": "01890a5d-ac96-774b-bcce-b302099a8057", "firma": "' + b"A" * 300 + b'"}]'
    firma = firmada(nodo_de("intruso"), "POST", ENTREGA, sobre)
    datos = {k: v for k, v in psycopg.conninfo.conninfo_to_dict(os.environ["DATABASE_URL"]).items() if k != "dbname"}
    vistas: list[int] = []
    acabaron = threading.Event()

    def contar() -> None:
        with psycopg.connect(dbname=web.base, **(datos | {"user": roles.SEDE}), autocommit=True) as c:
            while not acabaron.wait(0.1):
                fila = c.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", [roles.WEB]).fetchone()
                assert fila
                vistas.append(fila[0])

    contando = threading.Thread(target=contar)
    contando.start()
    try:
        with ThreadPoolExecutor(150) as hilos:
            dichos = Counter(
                hilos.map(
                    lambda i: web.pedir("POST", ENTREGA, sobre, f"127.0.3.{i % 200 + 1}", **firma).status, range(600)
                )
            )
    finally:
        acabaron.set()
        contando.join()
    assert dichos.keys() <= {401, 429, 503} and sum(dichos.values()) == 600
    # one that is being replaced because it is old may be seen beside its successor
    assert vistas and max(vistas) <= 2 * PROCESOS * portero.HILOS <= roles.CONEXIONES_WEB


# --- Its parts ------------------------------------------------------------------------------------------------------


def test_who_tries_is_seen_and_fills_no_disk_by_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A line a minute, whatever is asked for; of a night without refusals, none."""
    monkeypatch.setattr(portero, "CASTIGO_S", 0)
    estados = iter(["200 OK", "409 Conflict", "404 Not Found", *["403 Forbidden"] * 60])

    def aplicacion(_: Any, start_response: Any) -> list[bytes]:
        start_response(next(estados), [])
        return [b""]

    class Protocolo:
        async def __aiter__(self) -> Any:
            yield b""

        def response_bytes(self, *_: Any) -> None: ...

    async def noche() -> None:
        puerta, luego = portero.Portero(aplicacion), []
        monkeypatch.setattr(asyncio.get_running_loop(), "call_later", lambda s, decir: luego.append((s, decir)))
        for cliente, cuantas in (("203.0.113.7:1", 3), ("[2001:db8::1]:2", 60)):
            for _ in range(cuantas):
                await puerta.__rsgi__(pedido(cliente), Protocolo())
        await puerta.__rsgi__(pedido("203.0.113.7:1", "TRACE"), Protocolo())
        ((segundos, decir),) = luego
        assert segundos == rechazos.CADA_S and not caplog.records
        decir()

    asyncio.run(noche())
    dichos = [r.getMessage() for r in caplog.records]
    assert dichos == [
        "Rechazado en un minuto: 403 (60), 404 (1), 405 (1). De 2 orígenes; el que más, 2001:db8::/64 (60)."
    ]


def test_a_bucket_fills_with_time_and_the_table_of_sources_does_not_grow() -> None:
    cubetas = Cubetas(2, 3, maximo=100)
    assert [cubetas.tomar("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert [cubetas.tomar("a", 1.0) for _ in range(3)] == [True, True, False]
    assert [cubetas.tomar("a", 100.0) for _ in range(4)] == [True, True, True, False]
    for i in range(1000):
        assert cubetas.tomar(f"otro-{i}", 100.0)
    assert len(cubetas) == 100


def pedido(cliente: str, metodo: str = "GET", **cabeceras: str) -> Any:
    return SimpleNamespace(
        headers={k.replace("__", "-"): v for k, v in cabeceras.items()}, client=cliente, scheme="http", proto="http",
        server="127.0.0.1:8000", method=metodo, path="/ñ", query_string="a=1", http_version="1.1",
    )  # fmt: skip


def entorno(cliente: str, delante: list[str], **cabeceras: str) -> dict[str, Any]:
    return portero._entorno(pedido(cliente, **cabeceras), portero.Portero(lambda *_: [], delante)._delante)


@pytest.mark.parametrize(
    ("descanso", "personas", "durmio"),
    [
        (portero.DESCANSO_ANONIMO, 1, 0.3),
        (portero.DESCANSO_ANONIMO, 2, 0.6),
        (portero.DESCANSO_DE_MAQUINA, 1, 0.1),
        (portero.DESCANSO_DE_MAQUINA, 5, 0.5),
        (portero.DESCANSO_DE_MAQUINA, 50, 1.0),
    ],
)
def test_strangers_and_machines_rest_for_each_person_at_work(
    descanso: int, personas: int, durmio: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many times what they took of the processor, for each, up to a second; with nobody at work they do not."""
    siestas: list[float] = []
    ahora, usado = [0.0], [0.0]
    reloj = SimpleNamespace(monotonic=lambda: ahora[0], thread_time=lambda: usado[0], sleep=siestas.append)
    monkeypatch.setattr(portero, "time", reloj)
    de_personas = portero._Carril("persona", 1, 99, 99, 9, Cubetas(99, 99))
    otros = portero._Carril("otro", 1, 1, 9, 9, Cubetas(9, 9), (de_personas,), descanso)

    def responder() -> portero.Respuesta:
        usado[0] += 0.1
        return 200, [], b""

    async def pedir() -> None:
        async with AsyncExitStack() as dentro:
            for _ in range(personas):
                await dentro.enter_async_context(de_personas.entrar("alguien"))
            await otros.atender(responder)
            await otros.atender(responder)
        ahora[0] += 60
        await otros.atender(responder)
        await otros.atender(responder)

    asyncio.run(pedir())
    assert siestas == pytest.approx([0, durmio, 0, 0])


class PorGoteo(asyncio.SelectorEventLoop):
    """A clock that runs with what comes of a body: so many bytes each second."""

    ahora = 0.0

    def time(self) -> float:
        return self.ahora

    async def gotear(self, mide: int, cada_segundo: int) -> AsyncIterator[bytes]:
        for _ in range(0, mide, cada_segundo):
            self.ahora += 1
            await asyncio.sleep(0)  # whoever's time is over is told
            yield b"x" * cada_segundo

    async def tras_mucho(self, cada: int, mide: int) -> AsyncIterator[bytes]:
        """A megabyte at once, and then a hundred times so many bytes, that many seconds apart."""
        yield b"x" * 2**20
        for _ in range(100):
            self.ahora += cada
            for _ in range(2):  # what is due is told in the first turn of the loop, and heard in the second
                await asyncio.sleep(0)
            yield b"x" * mide


@pytest.mark.parametrize(
    ("quienes", "cada_segundo", "llega"),
    [("maquinas", 300, True), ("maquinas", 200, False), ("personas", 3_000, False), ("anonimos", 3_000, False)],
)
def test_a_picture_comes_by_the_worst_of_lines_and_a_slow_stranger_does_not(
    quienes: str, cada_segundo: int, llega: bool
) -> None:
    """By one that loses three packets in ten, a picture takes over half an hour to come."""

    async def leer() -> int:
        carril: portero._Carril = getattr(portero.Portero(lambda *_: []), f"_{quienes}")
        bucle: Any = asyncio.get_running_loop()
        async with carril.leer(bucle.gotear(600_000, cada_segundo), "alguien", 2**20) as cuerpo:
            return len(cuerpo)

    with asyncio.Runner(loop_factory=PorGoteo) as corredor:
        if llega:
            assert corredor.run(leer()) == 600_000
        else:
            with pytest.raises(portero._NoEntra, match="tardó demasiado en llegar"):
                corredor.run(leer())


@pytest.mark.parametrize(
    ("quienes", "cada", "mide", "llega"),
    [
        ("personas", 11, 2**18, False),
        ("personas", 9, 2**18, True),
        ("anonimos", 11, 2**18, False),
        ("maquinas", 61, 2**18, False),
        ("maquinas", 59, 2**18, True),
        ("personas", 5, 1, False),
        ("anonimos", 5, 1, False),
        ("maquinas", 30, 1, False),
    ],
)
def test_what_came_quickly_buys_no_silence(quienes: str, cada: int, mide: int, llega: bool) -> None:
    """Whoever sent much and then stays silent, or goes on a byte at a time, does not keep the memory that it fills."""

    async def leer() -> None:
        carril: portero._Carril = getattr(portero.Portero(lambda *_: []), f"_{quienes}")
        bucle: Any = asyncio.get_running_loop()
        async with carril.leer(bucle.tras_mucho(cada, mide), "alguien", 2**30):
            return

    with asyncio.Runner(loop_factory=PorGoteo) as corredor:
        if llega:
            corredor.run(leer())
        else:
            with pytest.raises(portero._NoEntra, match="tardó demasiado en llegar"):
                corredor.run(leer())
            assert corredor.get_loop().time() <= 2 * cada + (60 if quienes == "maquinas" else 10)


class Cuerpo:
    """A request with that body, in pieces; `sigue`: it does not end."""

    def __init__(self, *partes: bytes, sigue: bool = False) -> None:
        self.partes, self.sigue, self.codigo = partes, sigue, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for parte in self.partes:
            yield parte
        if self.sigue:
            await asyncio.sleep(3600)

    def response_bytes(self, codigo: int, *_: Any) -> None:
        self.codigo = codigo


def contesta(entorno: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b""]


@pytest.mark.parametrize(
    ("ruta", "maximo"),
    [
        ("/v1/hechos", cadenas.MAXIMO_BYTES),
        ("/v1/objetos/sha256/00", objetos.MAXIMO_BYTES),
        ("/v1/dispositivo", 2**20),
        ("/v1/altas", 2**20),
        ("/v1/nodo", entre_nodos.MAXIMO_DICHO),
        ("/v1/nodo/fotos", entre_nodos.MAXIMO_DICHO),
        ("/v1/nodo/hechos", entre_nodos.MAXIMO_BYTES),
        ("/v1/nodo/objetos/sha256/00", objetos.MAXIMO_BYTES),
        ("/catd/digitalizar/", portero.CUERPO_MAXIMO),
    ],
)
def test_of_what_a_path_takes_no_more_is_read_said_beforehand_or_not(
    ruta: str, maximo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the room behind would read, whole."""
    monkeypatch.setattr(portero, "CASTIGO_S", 0)
    puerta = portero.Portero(contesta)

    async def codigo(mide: int, **cabeceras: str) -> int:
        cuerpo = Cuerpo(b"x" * mide)
        pide = pedido("203.0.113.7:1", "POST", cookie=pase("ana"), **cabeceras)
        pide.path = ruta
        await puerta.__rsgi__(pide, cuerpo)
        return cuerpo.codigo

    assert asyncio.run(codigo(maximo)) == 200
    assert asyncio.run(codigo(maximo + 1)) == 413
    assert asyncio.run(codigo(0, content__length=str(maximo + 1))) == 413


def test_nobody_fills_the_memory_of_a_lane_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portero, "CASTIGO_S", 0)
    puerta, mucho = portero.Portero(contesta), b"x" * (entre_nodos.MAXIMO_BYTES - 1)

    def pide(quien: str) -> Any:
        pedida = pedido("203.0.113.7:1", "POST", cookie=pase(quien))
        pedida.path = ENTREGA
        return pedida

    async def noche() -> tuple[list[int], int]:
        suyas = [Cuerpo(mucho, sigue=True) for _ in range(16)]
        tareas = [asyncio.create_task(puerta.__rsgi__(pide("ana"), suya)) for suya in suyas]
        await asyncio.sleep(0.1)
        otra = Cuerpo(b"x" * 500)
        await puerta.__rsgi__(pide("eva"), otra)
        for tarea in tareas:
            tarea.cancel()
        await asyncio.gather(*tareas, return_exceptions=True)
        return [s.codigo for s in suyas], otra.codigo

    suyos, otro = asyncio.run(noche())
    assert Counter(suyos) == {0: 4, 429: 12} and otro == 200


def test_who_waits_with_whom() -> None:
    """Machines that deliver do not stand before people, nor strangers before anybody."""
    puerta = portero.Portero(lambda *_: [])

    def donde(ruta: str, galleta: str = "") -> portero._Carril:
        return puerta._carril({"PATH_INFO": ruta, "HTTP_COOKIE": galleta, "REMOTE_ADDR": "203.0.113.7"})[0]

    suyo = pase("ana")
    lineas = {donde("/v1/hechos", suyo), donde("/ccv/captura/", suyo), donde("/ccv/captura/"), donde("/v1/hechos")}
    assert donde("/v1/hechos", suyo) is donde("/v1/objetos/sha256/00", suyo) and len(lineas) == 3


def test_every_worker_gives_the_interpreter_up_soon_and_does_not_look_for_garbage_in_itself() -> None:
    """What it brings is a figure of the bench."""
    antes, conservado = sys.getswitchinterval(), gc.get_freeze_count()
    try:
        portero.portero()
        assert sys.getswitchinterval() == pytest.approx(portero.CEDE_S)
        assert gc.get_freeze_count() > conservado + 50_000  # Django, and what every room brings
    finally:
        sys.setswitchinterval(antes)
        gc.unfreeze()


def test_only_a_proxy_of_ours_says_who_called_and_how() -> None:
    dicho = {"x__forwarded__for": "10.9.9.9, 203.0.113.7, 10.0.0.2", "x__forwarded__proto": "https"}
    ajeno = entorno("203.0.113.50:4242", ["10.0.0.0/8"], **dicho)
    assert (ajeno["REMOTE_ADDR"], ajeno["wsgi.url_scheme"]) == ("203.0.113.50", "http")
    nuestro = entorno("10.0.0.1:4242", ["10.0.0.0/8"], **dicho)
    assert (nuestro["REMOTE_ADDR"], nuestro["wsgi.url_scheme"]) == ("203.0.113.7", "https")
    assert not any("FORWARDED" in k for k in ajeno | nuestro)
    assert entorno("[2001:db8::1]:99", [])["REMOTE_ADDR"] == "2001:db8::1"


@pytest.mark.parametrize(
    ("dicho", "quien", "origen"),
    [
        ("203.0.113.7:50111", "203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1", "2001:db8::/64"),
        ("[2001:db8::ffff]:443", "2001:db8::ffff", "2001:db8::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:443", "203.0.113.7", "203.0.113.7"),
        ("desconocido", "?", "?"),
    ],
)
def test_who_called_is_one_however_it_is_written(dicho: str, quien: str, origen: str) -> None:
    for cliente in ("10.0.0.1:4242", "[::ffff:10.0.0.1]:4242"):  # of a socket that listens to both
        direccion = entorno(cliente, ["10.0.0.0/8"], x__forwarded__for=dicho)["REMOTE_ADDR"]
        assert (direccion, portero.origen(direccion)) == (quien, origen)


def test_a_header_with_an_underscore_cannot_pass_for_another() -> None:
    assert "HTTP_X_REAL_IP" not in entorno("127.0.0.1:1", [], x_real_ip="10.0.0.1")
    assert entorno("127.0.0.1:1", [], x__real__ip="10.0.0.1")["HTTP_X_REAL_IP"] == "10.0.0.1"


def test_the_command_line_bounds_everything() -> None:
    con_tls = servidor.orden_de_servidor(8000, certificado=Path("c.pem"), llave=Path("c.key"))
    assert con_tls[con_tls.index("--ssl-protocol-min") + 1] == "tls1.3"
    orden = servidor.orden_de_servidor(8000, cuantos=1000)
    assert int(orden[orden.index("--workers") + 1]) * portero.HILOS <= roles.CONEXIONES_WEB
    for limite in ("--backlog", "--backpressure", "--http1-header-read-timeout", "--http1-buffer-size"):
        assert int(orden[orden.index(limite) + 1]) > 0


def test_what_the_server_says_of_itself_is_in_spanish(tmp_path: Path) -> None:
    """Of its process that dies, and of a request that it fails to answer."""
    import signal
    import subprocess

    (tmp_path / "cae.py").write_text(
        "import os\n"
        "async def app(scope, proto):\n"
        "    proto.response_str(200, [], str(os.getpid())) if scope.path == '/' else 1 / 0\n"
    )
    puerto = reservables(1)[0]
    orden = servidor.orden_de_servidor(puerto, cuantos=1)
    orden[orden.index("prep.plataforma.portero:portero")] = "cae:app"
    orden.remove("--factory")
    proceso = subprocess.Popen(orden, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        servidor._esperar(proceso, orden)  # type: ignore[arg-type]
        pedir = Servidor(puerto, "", "", "").pedir
        assert pedir("GET", "/otra").status == 500
        os.kill(int(pedir("GET", "/").leido), signal.SIGKILL)  # type: ignore[attr-defined]
        dicho = ""
        for linea in proceso.stdout or ():
            dicho += linea
            if "terminó de repente" in linea:
                break
    finally:
        proceso.terminate()
        resto, _ = proceso.communicate(timeout=60)
    assert "✗ El servidor web falló al atender una petición:\n" in dicho and "ZeroDivisionError" in dicho
    assert "✗ El proceso 1 del servidor web terminó de repente; se inicia otro.\n" in dicho
    assert not re.search(r"\[\w+\]|worker|Unexpected", dicho + resto), dicho + resto


def test_a_process_that_had_to_be_stopped_is_told_in_spanish() -> None:
    """It takes the seconds that a request may last; here, the sentence by the formatter that is configured."""
    import json
    import logging.config

    como = json.loads(servidor._COMO_HABLA.read_text())
    donde = logging.config.DictConfigurator(como).configure_formatter(como["formatters"]["generic"])
    dicho = "Killing worker-2 after it refused to gracefully stop"
    aviso = logging.LogRecord("_granian", logging.WARNING, "", 0, dicho, (), None)
    assert donde.format(aviso).startswith("! El proceso 2 del servidor web no acabó a tiempo")


def test_it_does_not_serve_as_the_owner_nor_without_tls_to_the_network(url_postgres: str, tmp_path: Path) -> None:
    import subprocess
    import sys

    def servir(*opciones: str, **variables: str) -> subprocess.CompletedProcess[str]:
        limpio = {k: v for k, v in os.environ.items() if k != "PREP_SIN_TLS"}
        entorno = limpio | {"DATABASE_URL": url_postgres, "PREP_DATOS_DIR": str(tmp_path), "COLUMNS": "200"} | variables
        return subprocess.run(
            [sys.executable, "-m", "prep", "servir", "--puerto", "8532", *opciones],
            env=entorno, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    abierta = servir("--direccion", "0.0.0.0")
    assert abierta.returncode == 2 and "Atender en la red sin TLS" in abierta.stderr
    duena = servir()
    assert duena.returncode == 2 and "prep postgres roles" in duena.stderr


def test_it_does_not_outlive_whoever_started_it(web: Servidor) -> None:
    """Killed without a chance to say goodbye, who started it leaves no server holding its port."""
    import subprocess
    import sys

    puerto = reservables(1)[0]
    programa = (
        "import sys, time; from prep.plataforma import servidor\n"
        "with servidor.sirviendo(servidor.orden_de_servidor(int(sys.argv[1]), cuantos=1)):\n"
        "    print('ya', flush=True); time.sleep(600)"
    )
    otro = subprocess.Popen([sys.executable, "-c", programa, str(puerto)], stdout=subprocess.PIPE, text=True)
    assert otro.stdout and otro.stdout.readline() == "ya\n"
    otro.kill()
    otro.wait()
    while True:  # until nobody listens, or the test's own limit
        try:
            socket.create_connection(("127.0.0.1", puerto), 5).close()
        except ConnectionRefusedError:
            break
        time.sleep(0.2)

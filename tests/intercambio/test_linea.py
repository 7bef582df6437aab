"""What a line brings over real HTTP, and how long it is waited for."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from contesta import Contesta
from prep.difusion.servidor import atendiendo
from prep.intercambio.linea import Http, SeCorto


class DosGalletas(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        for galleta in ("prep-pase=uno; Path=/", "otra=dos; Path=/"):
            self.send_header("Set-Cookie", galleta)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_a_header_that_comes_twice_is_kept_twice() -> None:
    """The pass of a node may be the first cookie of several."""
    servidor = ThreadingHTTPServer(("127.0.0.1", 0), DosGalletas)
    with atendiendo(servidor):
        dada = Http(f"http://127.0.0.1:{servidor.server_port}").pedir("GET", "/", b"", {})
    assert dada.cabeceras["set-cookie"].splitlines() == ["prep-pase=uno; Path=/", "otra=dos; Path=/"]


def test_over_tls_it_speaks_with_whoever_has_the_certificate_of_that_name_and_with_nobody_else(tmp_path: Path) -> None:
    llave, suyo = tmp_path / "llave.pem", tmp_path / "suyo.pem"
    orden = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=x",
    ]
    orden += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(llave), "-out", str(suyo)]
    subprocess.run(orden, check=True, capture_output=True)
    contexto = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexto.load_cert_chain(suyo, llave)
    servidor = ThreadingHTTPServer(("127.0.0.1", 0), DosGalletas)
    servidor.socket = contexto.wrap_socket(servidor.socket, server_side=True)
    with atendiendo(servidor):
        puerto = servidor.server_port
        assert Http(f"https://localhost:{puerto}", suyo).pedir("GET", "/", b"", {}).estado == 200
        for url, autoridad in ((f"https://127.0.0.1:{puerto}", suyo), (f"https://localhost:{puerto}", None)):
            with pytest.raises(SeCorto, match="no es de fiar"):
                Http(url, autoridad).pedir("GET", "/", b"", {})


class DeUna(Contesta):
    """Keeps the connection, it says, and closes it."""

    def do_GET(self) -> None:
        super().do_GET()
        self.close_connection = True


def test_a_connection_that_the_other_side_closed_meanwhile_is_opened_again() -> None:
    servidor = ThreadingHTTPServer(("127.0.0.1", 0), DeUna)
    with atendiendo(servidor):
        linea = Http(f"http://127.0.0.1:{servidor.server_port}")
        for _ in range(3):
            assert linea.pedir("GET", "/", b"", {}).cuerpo == b"si"
            linea._conexion.sock.recv(1, socket.MSG_PEEK)  # it was closed


@contextmanager
def a_sorbos(hasta: int) -> Iterator[str]:
    """The address of somebody who takes what comes little by little, up to so much, and answers if that is all."""
    fin = threading.Event()
    with socket.socket() as escucha:
        escucha.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        escucha.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # whoever sends keeps little of it for later
        escucha.bind(("127.0.0.1", 0))
        escucha.listen()

        def atender() -> None:
            con, _ = escucha.accept()
            with con:
                tomado = b""
                while len(tomado) < hasta and not fin.wait(0.02):
                    tomado += con.recv(4096)
                if tomado.endswith(b"fin"):
                    con.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nsi")
                fin.wait()

        hilo = threading.Thread(target=atender)
        hilo.start()
        try:
            yield f"http://127.0.0.1:{escucha.getsockname()[1]}"
        finally:
            fin.set()
            hilo.join()


def test_what_goes_on_leaving_is_waited_for_and_what_does_not_is_not() -> None:
    cuerpo = b"x" * 500_000 + b"fin"
    with a_sorbos(len(cuerpo)) as direccion:
        inicio = time.monotonic()
        assert Http(direccion, espera=1.5).pedir("PUT", "/", cuerpo, {}).cuerpo == b"si"
        assert time.monotonic() - inicio > 1.5  # it took longer than a silence may
    with a_sorbos(50_000) as direccion, pytest.raises(SeCorto, match="no contestó a tiempo"):
        Http(direccion, espera=0.5).pedir("PUT", "/", cuerpo, {})

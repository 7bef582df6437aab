"""A line that is cut and comes back."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from prep.simulacro.enlace import Enlace


class Contesta(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"llego\n")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def servidor() -> Iterator[int]:
    uno = ThreadingHTTPServer(("127.0.0.1", 0), Contesta)
    hilo = threading.Thread(target=uno.serve_forever)
    hilo.start()
    yield uno.server_port
    uno.shutdown()
    hilo.join()
    uno.server_close()


def pedir(conexion: http.client.HTTPConnection) -> bytes:
    conexion.request("GET", "/")
    return conexion.getresponse().read()


def test_nothing_passes_while_it_is_cut_and_everything_after(servidor: int) -> None:
    with Enlace(servidor) as enlace:
        viva = http.client.HTTPConnection("127.0.0.1", enlace.puerto, timeout=10)
        assert pedir(viva) == pedir(viva) == b"llego\n"
        enlace.cortar()
        with pytest.raises((OSError, http.client.HTTPException)):
            pedir(viva)  # one that was open is broken too
        otra = http.client.HTTPConnection("127.0.0.1", enlace.puerto, timeout=10)
        with pytest.raises((OSError, http.client.HTTPException)):
            pedir(otra)
        enlace.unir()
        assert pedir(http.client.HTTPConnection("127.0.0.1", enlace.puerto, timeout=10)) == b"llego\n"


def test_where_nobody_answers_it_says_so_and_waits_for_the_next() -> None:
    with Enlace(1) as enlace:  # nobody listens there
        for _ in range(2):
            with pytest.raises((OSError, http.client.HTTPException)):
                pedir(http.client.HTTPConnection("127.0.0.1", enlace.puerto, timeout=10))

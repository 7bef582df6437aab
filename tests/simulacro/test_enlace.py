"""A line that is cut and comes back."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from contesta import Contesta
from prep.difusion.servidor import atendiendo
from prep.simulacro.enlace import Enlace


@pytest.fixture
def servidor() -> Iterator[int]:
    uno = ThreadingHTTPServer(("127.0.0.1", 0), Contesta)
    with atendiendo(uno):
        yield uno.server_port


def pedir(conexion: http.client.HTTPConnection) -> bytes:
    conexion.request("GET", "/")
    return conexion.getresponse().read()


def test_nothing_passes_while_it_is_cut_and_everything_after(servidor: int) -> None:
    with Enlace(servidor) as enlace:
        viva = http.client.HTTPConnection("127.0.0.1", enlace.puerto, timeout=10)
        assert pedir(viva) == pedir(viva) == b"si"
        enlace.cortar()
        with pytest.raises((OSError, http.client.HTTPException)):
            pedir(viva)  # one that was open is broken too
        otra = http.client.HTTPConnection("127.0.0.1", enlace.puerto, timeout=10)
        with pytest.raises((OSError, http.client.HTTPException)):
            pedir(otra)
        enlace.unir()
        assert pedir(http.client.HTTPConnection("127.0.0.1", enlace.puerto, timeout=10)) == b"si"


def test_where_nobody_answers_it_says_so_and_waits_for_the_next() -> None:
    with Enlace(1) as enlace:  # nobody listens there
        for _ in range(2):
            with pytest.raises((OSError, http.client.HTTPException)):
                pedir(http.client.HTTPConnection("127.0.0.1", enlace.puerto, timeout=10))

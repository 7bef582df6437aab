"""A line that is cut and comes back."""

from __future__ import annotations

import http.client
import threading
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


def test_a_line_that_carries_little_holds_what_is_sent(servidor: int) -> None:
    """A byte a second: nobody has been answered when it is taken away."""
    dichas: list[bytes] = []

    def preguntar() -> None:
        with pytest.raises((OSError, http.client.HTTPException)):
            dichas.append(pedir(http.client.HTTPConnection("127.0.0.1", enlace.puerto, timeout=60)))

    with Enlace(servidor, lleva=1) as enlace:
        quien = threading.Thread(target=preguntar)
        quien.start()
        quien.join(1)
        assert quien.is_alive()
    quien.join(30)
    assert not quien.is_alive() and dichas == []
    with Enlace(servidor, lleva=2**30) as enlace:
        assert pedir(http.client.HTTPConnection("127.0.0.1", enlace.puerto, timeout=60)) == b"si"

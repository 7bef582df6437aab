"""How a connection is opened: its name asked for apart. Who waits for the resolver hears no signal until it gives up,
and that may be long after there was no time left."""

import http.client
import socket
import threading
from queue import Empty, SimpleQueue
from typing import Any


class Conexion(http.client.HTTPConnection):
    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._create_connection = _conectar  # in place of `socket.create_connection`


class ConexionTls(http.client.HTTPSConnection, Conexion):
    """The same, over TLS."""


def _conectar(quien: tuple[str, int], espera: float | None, _: Any = None) -> socket.socket:
    """To the first of its addresses that answers."""
    error = OSError()
    for familia, tipo, protocolo, _, direccion in _direcciones(*quien, espera):
        sock = socket.socket(familia, tipo, protocolo)
        try:
            sock.settimeout(espera)
            sock.connect(direccion)
        except OSError as fallo:
            sock.close()
            error = fallo
        else:
            return sock
    raise error


def _direcciones(nombre: str, puerto: int, espera: float | None) -> list[Any]:
    dichas: SimpleQueue[list[Any] | OSError] = SimpleQueue()

    def preguntar() -> None:
        try:
            dichas.put(socket.getaddrinfo(nombre, puerto, type=socket.SOCK_STREAM))
        except OSError as error:
            dichas.put(error)
        except UnicodeError:  # it cannot be the name of anybody
            dichas.put(socket.gaierror(socket.EAI_NONAME, nombre))

    threading.Thread(target=preguntar, daemon=True).start()
    try:
        dicho = dichas.get(timeout=espera)
    except Empty:
        raise TimeoutError from None
    if isinstance(dicho, OSError):
        raise dicho
    return dicho

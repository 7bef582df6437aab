"""A folder over HTTP on this machine, as a mirror would serve it."""

from __future__ import annotations

import contextlib
import http.server
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from prep.difusion.servidor import atendiendo


class _Callado(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}

    def log_message(self, *_: Any) -> None:
        pass


class _Espejo(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # a browser opens more connections at once than the five that may wait by default


@contextlib.contextmanager
def servir(carpeta: Path) -> Iterator[str]:
    servidor = _Espejo(("127.0.0.1", 0), partial(_Callado, directory=str(carpeta)))
    with atendiendo(servidor):
        yield f"http://127.0.0.1:{servidor.server_port}/"

"""What a line brings over real HTTP."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prep.intercambio.linea import Http


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
    hilo = threading.Thread(target=servidor.serve_forever)
    hilo.start()
    try:
        dada = Http(f"http://127.0.0.1:{servidor.server_port}").pedir("GET", "/", b"", {})
    finally:
        servidor.shutdown()
        hilo.join()
        servidor.server_close()
    assert dada.cabeceras["set-cookie"].splitlines() == ["prep-pase=uno; Path=/", "otra=dos; Path=/"]

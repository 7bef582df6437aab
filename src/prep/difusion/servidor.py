"""A small HTTP server: a folder read-only, and the witness's one verb. Put nginx or Caddy in front for a crowd."""

import base64
import contextlib
import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from prep.difusion.testigo import MAXIMO_PETICION, TEXTO, Respuesta, Testigo
from prep.transparencia.almacen import Carpeta
from prep.transparencia.errores import ErrorEmision

TIPOS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".zip": "application/zip",
    ".pdf": "application/pdf",
    ".xml": "application/xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
INMUTABLES = ("cortes/", "imagenes/", "tile/", "portal/")
PROTECCION = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
}
_POLITICA = (
    "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors "
)
_WIDGET = re.compile(r"(en/)?widget/")
_ES_LARGO = re.compile(r"[0-9]{1,18}")
Estado = Callable[[], dict[str, Any]]
CONEXIONES = 128
"""At once; whoever comes beyond them is told to come back, and costs nothing."""
SEGUNDOS_DE_PETICION = 30
SEGUNDOS_DE_DESCARGA = 600
_OCUPADO = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class _Servidor(ThreadingHTTPServer):
    """Bounded threads, and an end for every connection, however slowly it speaks."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *args: Any, segundos: int, **kw: Any) -> None:
        self._lugares = threading.BoundedSemaphore(CONEXIONES)
        self._segundos = segundos
        super().__init__(*args, **kw)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._lugares.acquire(blocking=False):
            with contextlib.suppress(OSError):
                request.setblocking(False)
                request.send(_OCUPADO)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread took the place, nor will give it back
            self._lugares.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        alarma = threading.Timer(self._segundos, _cortar, (request,))
        alarma.daemon = True
        try:
            alarma.start()
            super().process_request_thread(request, client_address)
        except RuntimeError:  # no thread for its alarm: nobody is attended without an end
            self.shutdown_request(request)
        finally:
            alarma.cancel()
            self._lugares.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nobody's error."""


def _cortar(conexion: socket.socket) -> None:
    with contextlib.suppress(OSError):
        conexion.shutdown(socket.SHUT_RDWR)


def politica_de(ruta: str) -> str:
    """The policy of a page: nothing but its own, and nobody frames it but a widget's host. `verifica.html` carries the
    rest of its own inside, with the hashes of its script, and reads the publication that it checks from anywhere."""
    if ruta.partition("?")[0] == "verifica.html":
        return "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
    return _POLITICA + ("*" if _WIDGET.match(ruta) else "'self'")


_ESTILO = """
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; padding: 1rem; text-align: center }
h1 { font-size: 1.5rem; margin: 0 0 .5rem }
p { margin: 0; max-width: 34rem }
"""
ESPERE = f"""<!doctype html>
<html lang="es-MX">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="3">
<title>Todavía no hay resultados</title>
<style>{_ESTILO}</style>
</head>
<body><main>
<h1>Todavía no hay resultados</h1>
<p>Esta página se abre sola en cuanto se publique el primer corte. No necesita recargarla.</p>
</main></body>
</html>
""".encode()
"""The entry while nothing is published."""
_HUELLA_ESTILO = base64.b64encode(hashlib.sha256(_ESTILO.encode()).digest()).decode()
POLITICA_ESPERE = (
    f"default-src 'none'; object-src 'none'; style-src 'sha256-{_HUELLA_ESTILO}'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class _Manejador(BaseHTTPRequestHandler):
    server_version = "prep"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(
        self,
        *args: Any,
        carpeta: Carpeta | None,
        testigo: Testigo | None,
        estado: Estado | None,
        politica: Callable[[str], str],
        **kw: Any,
    ):
        self.carpeta, self.testigo, self.estado, self.politica = carpeta, testigo, estado, politica
        super().__init__(*args, **kw)

    def do_GET(self) -> None:
        ruta = self.path.split("?", 1)[0].lstrip("/")
        if self.estado and ruta == "difusor.json":
            self._responder(Respuesta(200, json.dumps(self.estado(), ensure_ascii=False).encode(), TIPOS[".json"]))
        elif self.testigo and ruta == "testigo.vkey":
            self._responder(Respuesta(200, f"{self.testigo.firmante.llave.vkey}\n".encode()))
        elif self.carpeta is None:
            self._responder(Respuesta(404, b"no existe\n"))
        else:
            self._archivo(self.carpeta, ruta + "index.html" if not ruta or ruta.endswith("/") else ruta)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        mide = self.headers.get("Content-Length", "")
        if self.testigo is None or self.path != "/add-checkpoint":
            self.close_connection = True
            self._responder(Respuesta(404, b"no existe\n"))
        elif not _ES_LARGO.fullmatch(mide):
            self.close_connection = True
            self._responder(Respuesta(400, "falta decir cuánto mide la petición, con cifras\n".encode()))
        elif int(mide) > MAXIMO_PETICION:
            self.close_connection = True
            self._responder(Respuesta(413, "la petición es demasiado grande\n".encode()))
        else:
            self._responder(self.testigo.agregar_punto(self.rfile.read(int(mide))))

    def _archivo(self, carpeta: Carpeta, ruta: str) -> None:
        try:
            datos = carpeta.leer(ruta)
        except ErrorEmision:
            datos = None
        if datos is None and ruta == "index.html" and carpeta.leer("ultimo.json") is None:
            espere = {"Retry-After": "3", "Content-Security-Policy": POLITICA_ESPERE}
            self._responder(Respuesta(503, ESPERE, TIPOS[".html"]), mas=espere)
            return
        if datos is None:
            self._responder(Respuesta(404, b"no existe\n"))
            return
        duracion = "public, max-age=31536000, immutable" if ruta.startswith(INMUTABLES) else "no-cache"
        self._responder(Respuesta(200, datos, TIPOS.get(Path(ruta).suffix, TEXTO)), duracion)

    def _responder(self, r: Respuesta, cache: str = "no-store", mas: Mapping[str, str] = {}) -> None:
        self.send_response(r.codigo)
        self.send_header("Content-Type", r.tipo)
        self.send_header("Content-Length", str(len(r.cuerpo)))
        self.send_header("Cache-Control", cache)
        self.send_header("Access-Control-Allow-Origin", "*")  # public, read-only: verifica.html reads it from anywhere
        propias = {"Content-Security-Policy": self.politica(self.path.lstrip("/"))}
        for nombre, valor in (PROTECCION | propias | dict(mas)).items():
            self.send_header(nombre, valor)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(r.cuerpo)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged: who looks at the results is nobody's business."""


def servidor(
    direccion: str,
    puerto: int,
    carpeta: Path | None = None,
    testigo: Testigo | None = None,
    estado: Estado | None = None,
    politica: Callable[[str], str] = politica_de,
) -> ThreadingHTTPServer:
    """A server ready to `serve_forever`. Port 0 takes a free one. `politica`: the one of the page at a path."""
    propia = Carpeta(carpeta) if carpeta else None
    manejador = partial(_Manejador, carpeta=propia, testigo=testigo, estado=estado, politica=politica)
    segundos = SEGUNDOS_DE_DESCARGA if carpeta else SEGUNDOS_DE_PETICION
    return _Servidor((direccion, puerto), manejador, segundos=segundos)


@contextlib.contextmanager
def atendiendo(s: HTTPServer) -> Iterator[None]:
    """Serve beside whatever the block does; stop at its end."""
    threading.Thread(target=s.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    finally:
        s.shutdown()
        s.server_close()

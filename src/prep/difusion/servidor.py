"""A small HTTP server: a folder read-only, and the witness's one verb. Put nginx or Caddy in front for a crowd."""

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
    ".xml": "application/xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
INMUTABLES = ("cortes/", "imagenes/", "tile/", "portal/")
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
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        alarma = threading.Timer(self._segundos, _cortar, (request,))
        alarma.daemon = True
        alarma.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            alarma.cancel()
            self._lugares.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nobody's error."""


def _cortar(conexion: socket.socket) -> None:
    with contextlib.suppress(OSError):
        conexion.shutdown(socket.SHUT_RDWR)


class _Manejador(BaseHTTPRequestHandler):
    server_version = "prep"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(self, *args: Any, carpeta: Carpeta | None, testigo: Testigo | None, estado: Estado | None, **kw: Any):
        self.carpeta, self.testigo, self.estado = carpeta, testigo, estado
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
        elif not re.fullmatch("[0-9]{1,9}", mide) or int(mide) > MAXIMO_PETICION:
            self.close_connection = True
            self._responder(Respuesta(413, "la petición es demasiado grande\n".encode()))
        else:
            self._responder(self.testigo.agregar_punto(self.rfile.read(int(mide))))

    def _archivo(self, carpeta: Carpeta, ruta: str) -> None:
        try:
            datos = carpeta.leer(ruta)
        except ErrorEmision:
            datos = None
        if datos is None:
            self._responder(Respuesta(404, b"no existe\n"))
            return
        duracion = "public, max-age=31536000, immutable" if ruta.startswith(INMUTABLES) else "no-cache"
        self._responder(Respuesta(200, datos, TIPOS.get(Path(ruta).suffix, TEXTO)), duracion)

    def _responder(self, r: Respuesta, cache: str = "no-store") -> None:
        self.send_response(r.codigo)
        self.send_header("Content-Type", r.tipo)
        self.send_header("Content-Length", str(len(r.cuerpo)))
        self.send_header("Cache-Control", cache)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Access-Control-Allow-Origin", "*")  # public, read-only: verifica.html reads it from anywhere
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
) -> ThreadingHTTPServer:
    """A server ready to `serve_forever`. Port 0 takes a free one."""
    manejador = partial(_Manejador, carpeta=Carpeta(carpeta) if carpeta else None, testigo=testigo, estado=estado)
    segundos = SEGUNDOS_DE_DESCARGA if carpeta else SEGUNDOS_DE_PETICION
    return _Servidor((direccion, puerto), manejador, segundos=segundos)

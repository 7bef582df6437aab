"""A small HTTP server: a folder read-only, and the witness's one verb. Put nginx or Caddy in front for a crowd."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
POLITICA_ESPERE = f"default-src 'none'; style-src 'sha256-{_HUELLA_ESTILO}'; base-uri 'none'; frame-ancestors 'none'"


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
        elif not mide.isdigit() or int(mide) > MAXIMO_PETICION:
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
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Access-Control-Allow-Origin", "*")  # public, read-only: verifica.html reads it from anywhere
        for nombre, valor in mas.items():
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
) -> ThreadingHTTPServer:
    """A server ready to `serve_forever`. Port 0 takes a free one."""
    manejador = partial(_Manejador, carpeta=Carpeta(carpeta) if carpeta else None, testigo=testigo, estado=estado)
    s = ThreadingHTTPServer((direccion, puerto), manejador)
    s.daemon_threads = True
    return s


@contextmanager
def atendiendo(s: ThreadingHTTPServer) -> Iterator[None]:
    """Serve beside whatever the block does; stop at its end."""
    threading.Thread(target=s.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    finally:
        s.shutdown()
        s.server_close()

"""The shell: every file that a phone keeps to work without network, with its hash, and the version that they make.

A service worker keeps a file only if its hash is the one said here, so that a shell is whole and of one version. It
weighs `MAXIMO_BYTES` at most: the first load may come by 2G.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import orjson
from django.contrib.staticfiles.finders import find
from django.template.loader import render_to_string
from django.templatetags.static import static

from prep.diseno import lector_qr
from prep.diseno.textos import LENGUA, catalogo
from prep.plataforma import letras

MAXIMO_BYTES: Final = 700_000
PAGINA: Final = "/casilla/"
TEXTOS: Final = "/casilla/textos.json"
MANIFIESTO: Final = "/casilla/app.webmanifest"
_ESTATICOS: Final = (
    *("diseno/fichas.css", "diseno/diseno.css", "diseno/tema.js", "diseno/iconos.svg", "diseno/logo.svg"),
    *("casilla/casilla.css", "casilla/icono-192.png", "casilla/icono-512.png", "casilla/app.js", "casilla/almacen.js"),
    *("casilla/alta.js", "casilla/camara.js", "casilla/canonico.js", "casilla/dom.js", "casilla/envio.js"),
    *("casilla/firma.js", "casilla/hechos.js", "casilla/prueba.js", "casilla/qr.js", "casilla/revision.js"),
    *("casilla/textos.js", "diseno/camara.js", "diseno/qr.js", "diseno/zxing-3.1.6/share.js"),
    "diseno/zxing-3.1.6/reader/index.js",
)
_TRABAJADOR: Final = "casilla/trabajador.js"


@dataclass(frozen=True, slots=True)
class Armazon:
    """`version`: fingerprint of all of it, on screen. `archivos`: SHA-256 (hex) by address. `bytes`: what all of it
    takes to arrive, the reader of QRs in gzip."""

    version: str
    archivos: dict[str, str]
    pagina: bytes
    textos: bytes
    manifiesto: bytes
    trabajador: bytes
    bytes: int


@cache
def armazon() -> Armazon:
    partes = {static(nombre): _leer(nombre) for nombre in _ESTATICOS}
    partes[TEXTOS] = _textos()
    partes[MANIFIESTO] = _manifiesto()
    fuente, trabajador = render_to_string("casilla/app.html", {"version": ""}), _leer(_TRABAJADOR)
    lector = _sha(lector_qr.lector())
    todo = orjson.dumps([fuente, trabajador.decode(), {a: _sha(d) for a, d in partes.items()}, lector])
    version = letras.huella(todo, 12)
    pagina = render_to_string("casilla/app.html", {"version": version}).encode()
    archivos = {PAGINA: _sha(pagina), lector_qr.RUTA: lector} | {a: _sha(d) for a, d in partes.items()}
    cabeza = f"const VERSION = {orjson.dumps(version).decode()}\nconst ARCHIVOS = {orjson.dumps(archivos).decode()}\n"
    completo = cabeza.encode() + trabajador
    mide = len(pagina) + len(completo) + len(lector_qr.comprimido()) + sum(map(len, partes.values()))
    return Armazon(version, archivos, pagina, partes[TEXTOS], partes[MANIFIESTO], completo, mide)


def _sha(datos: bytes) -> str:
    return hashlib.sha256(datos).hexdigest()


def _leer(nombre: str) -> bytes:
    ruta = find(nombre)
    assert ruta is not None, nombre
    return Path(ruta).read_bytes()


def _textos() -> bytes:
    """What the page says, by key without its room: one language a file, as for every other screen."""
    suyos = {c.removeprefix("casilla."): t for c, t in catalogo(LENGUA).items() if c.startswith("casilla.")}
    return orjson.dumps(suyos)


def _manifiesto() -> bytes:
    textos = catalogo(LENGUA)
    iconos = [
        {"src": static(f"casilla/icono-{n}.png"), "sizes": f"{n}x{n}", "type": "image/png", "purpose": "any maskable"}
        for n in (192, 512)
    ]
    return orjson.dumps(
        {
            "name": textos["casilla.app.nombre"],
            "short_name": textos["casilla.app.nombre"],
            "id": PAGINA,
            "start_url": PAGINA,
            "scope": PAGINA,
            "display": "standalone",
            "orientation": "portrait",
            "lang": "es-MX",
            "background_color": "#24405c",
            "theme_color": "#24405c",
            "icons": iconos,
        }
    )

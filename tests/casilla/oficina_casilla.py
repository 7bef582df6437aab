"""A process with a CAE and their casillas, a server, and a phone in Chromium whose camera sees a drill photograph."""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from gente import persona
from navegador import OPCIONES
from noche import INICIO, PROCESO, carpeta_de_ejemplo, raiz
from prep.acceso.roles import Rol
from prep.bitacora.autoridad import ambito
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import fundar_instalacion
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.services import cargar, importar
from prep.intercambio import altas, nodo
from prep.intercambio.models import Objeto
from prep.papel.formas import Formas
from prep.simulacro.noche import Noche
from prep.simulacro.papel import retratar_todas

CASILLAS = 2
SACAR_LLAVE = (
    "import('/estaticos/casilla/almacen.js').then(a => a.leer('ajustes', 'llave'))"
    ".then(l => crypto.subtle.exportKey('pkcs8', l.privada)).then(() => 'salió', e => e.name)"
)
SIN_LIMITES = (
    "import('/estaticos/casilla/prueba.js')"
    ".then(p => Object.assign(p.LIMITES, { tomar: 1e6, preparar: 1e6, guardar: 1e6 }))"
)
"""What a test asks of the page: the key of the phone, to be taken out of it; its rehearsal, that any time will do."""


@cache
def fotografia(lugar: int = 0) -> Image.Image:
    """A photograph of the filled acta at that place of the catalogue, as a drill makes it, upright."""
    proceso, info = ejemplo(60)
    acta = next(islice(Noche(proceso, info, datetime(2027, 6, 7, tzinfo=UTC), 4).papeles(), lugar, None))
    acta.movil = True
    carpeta = Path(tempfile.mkdtemp(prefix="prep-foto-"))
    list(retratar_todas(Formas(proceso, info, b"x" * 32), [acta], carpeta, 1))
    (original,) = [p for p in (carpeta / "originales").rglob("*") if p.is_file()]
    return Image.open(original).convert("RGB").resize((2000, 1500))


def sin_codigo() -> Image.Image:
    """A photograph of an acta whose QR nobody can read: it may be of any."""
    foto = fotografia().copy()
    for qr in zxingcpp.read_barcodes(foto):
        esquinas = [getattr(qr.position, e) for e in ("top_left", "top_right", "bottom_right", "bottom_left")]
        ImageDraw.Draw(foto).polygon([(e.x, e.y) for e in esquinas], "white")
    return foto


def pelicula(carpeta: Path, codigo: int | None = None, como: str = "") -> Path:
    """What the fake camera plays: an acta without its QR, which serves for any; that of the place `codigo`, with it.
    `como`: "borrosa", "oscura" or "cortada", by the border of the picture."""
    foto = sin_codigo() if codigo is None else fotografia(codigo)
    if como == "borrosa":
        foto = foto.filter(ImageFilter.GaussianBlur(9))
    if como == "oscura":
        foto = Image.fromarray((np.asarray(foto) * 0.22).astype(np.uint8))
    if como == "cortada":
        foto = foto.crop((0, 0, int(foto.width * 0.85), foto.height))
    salida = io.BytesIO()
    foto.save(salida, "JPEG", quality=88)
    archivo = carpeta / "camara.mjpeg"
    archivo.write_bytes(salida.getvalue() * 2)
    return archivo


class Oficina:
    """The sede: what it gave out and what it has."""

    def __init__(self) -> None:
        importar(carpeta_de_ejemplo(), INICIO)
        fundar_instalacion(PROCESO, "prueba", raiz(), nodo_de_aqui(), [("admin-1", "administrador", "SEDE")], INICIO)
        actas = cargar().elecciones[0].actas[:CASILLAS]
        self.casillas = tuple(sorted(a.clave[:11] for a in actas))
        self.actas = [a.clave for e in cargar().elecciones for a in e.actas if a.clave[:11] in self.casillas]
        self.cuenta = persona(Rol.CAE, lugar="CATD-1", alcance=self.casillas)
        self.cae = self.cuenta.persona

    def codigo(self) -> str:
        (impreso,) = altas.nuevos_codigos([self.cae], "admin-1", nodo.reloj.ahora())
        return impreso.codigo

    def papel(self) -> str:
        """The fragment of the printed QR."""
        return f"#alta={self.codigo().replace('-', '')}.{ambito().rpartition('/')[2]}"

    def hechos(self) -> list[Hecho]:
        return list(Hecho.objects.filter(persona=self.cae).exclude(dispositivo="").order_by("posicion"))

    def objetos(self) -> list[str]:
        return list(Objeto.objects.values_list("sha256", flat=True))


class Puerta:
    """The server's door: it holds one request, before it comes in or before its answer goes out. The browser takes no
    part, so nothing of what is held escapes when its page is killed. `pedidas`: all that was asked for."""

    def __init__(self, servidor: Any) -> None:
        self._dentro = servidor.get_app()
        self._corte: tuple[str, str, bool, Event, Event] | None = None
        self._cerrada = False
        self.pedidas: list[str] = []
        servidor.set_app(self)

    @contextmanager
    def detener(self, metodo: str, ruta: str, llega: bool) -> Iterator[Event]:
        """Hold the next request of a method below an address until the end; the event tells that it is held. `llega`:
        it is attended first; one that is not, never is."""
        detenida, suelta = Event(), Event()
        self._corte = metodo, ruta, llega, detenida, suelta
        try:
            yield detenida
        finally:
            self._corte = None
            suelta.set()

    @contextmanager
    def cerrada(self) -> Iterator[None]:
        """Nobody is attended, not even who asks for the page."""
        self._cerrada = True
        try:
            yield
        finally:
            self._cerrada = False

    def __call__(self, entorno: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.pedidas.append(f"{entorno['REQUEST_METHOD']} {entorno['PATH_INFO']}")
        if self._cerrada:
            start_response("503 Service Unavailable", [])
            return []
        corte = self._corte
        if corte is None or corte[0] != entorno["REQUEST_METHOD"] or not entorno["PATH_INFO"].startswith(corte[1]):
            return self._dentro(entorno, start_response)
        (_, _, llega, detenida, suelta), self._corte = corte, None
        respuesta = self._dentro(entorno, start_response) if llega else []
        detenida.set()
        suelta.wait()
        if not llega:
            start_response("503 Service Unavailable", [])
        return respuesta


class Disco:
    """A disk of its own for a browser's profile, that can be filled: a file system in memory that only its processes
    see."""

    def __init__(self, carpeta: Path, mide: str) -> None:
        if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
            pytest.skip("Este sistema no deja montar un disco para el navegador (unshare -rm): no se prueba el lleno.")
        self.perfil, self._mide = carpeta / "perfil", mide
        self._orden = carpeta / "chromium-en-su-disco"

    def ruta(self, navegador: str) -> str:
        """A command that runs that browser over the disk."""
        monta = f'mount -t tmpfs -o size={self._mide} tmpfs "{self.perfil}" && exec {navegador} "$@"'
        self._orden.write_text(f"#!/bin/sh\nexec unshare -rm sh -c '{monta}' navegador \"$@\"\n")
        self._orden.chmod(0o755)
        return str(self._orden)

    @contextmanager
    def lleno(self, menos: int = 0) -> Iterator[None]:
        """Full, but for so many bytes."""
        (raiz,) = [p for p in procesos(self.perfil) if b"--type=" not in (p / "cmdline").read_bytes()]
        lastre = raiz / "root" / str(self.perfil).lstrip("/") / "lastre"
        libre = os.statvfs(lastre.parent)
        with lastre.open("wb") as archivo, suppress(OSError):
            os.posix_fallocate(archivo.fileno(), 0, libre.f_bavail * libre.f_frsize - menos)
        try:
            yield
        finally:
            lastre.unlink()


def procesos(perfil: Path) -> list[Path]:
    """Those of the browser that keeps this profile, in /proc."""
    suyos = []
    for proceso in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"--user-data-dir={perfil}".encode() in (proceso / "cmdline").read_bytes().split(b"\0"):
                suyos.append(proceso)
    return suyos


@contextmanager
def telefono(api: Any, ruta: str, url: str, carpeta: Path, camara: Path, **contexto: Any) -> Iterator[Any]:
    """Chromium as an installed application at /casilla/, over the profile in `carpeta`: closed and opened again, it is
    the same phone."""
    argumentos = [*OPCIONES, "--use-fake-device-for-media-stream"]
    argumentos += [f"--use-file-for-fake-video-capture={camara}", f"--app={url}/casilla/"]
    opciones = {"viewport": {"width": 360, "height": 740}, "permissions": ["camera"], "reduced_motion": "reduce"}
    navegador = api.chromium.launch_persistent_context(
        str(carpeta), executable_path=ruta, args=argumentos, **{**opciones, **contexto}
    )
    navegador.set_default_timeout(30_000)
    try:
        yield navegador
    finally:
        with suppress(Exception):  # a test may have killed it
            navegador.close()


Abrir = Callable[..., Any]

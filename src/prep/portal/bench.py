"""What a publication weighs and how fast it is served: files, bytes that change, first view, requests per second."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from rich.table import Table

from prep.plataforma.consola import tabla as nueva_tabla
from prep.portal.servido import configuracion

VISITAS: Final = 5_000_000
MINUTOS_POR_VISITA: Final = 4
"""How long a page stays open: once a minute it asks for the pointer."""
CABECERAS: Final = 420
"""Bytes of headers of a response, measured with the shipped nginx configuration."""
COMPRIMIBLES: Final = (".html", ".json", ".css", ".js", ".svg", ".xml", "")


class SinPrograma(RuntimeError):
    """A program that the measure needs is not installed; says which."""


@dataclass(frozen=True, slots=True)
class Corte:
    """One published corte. `nuevos`: files whose bytes are not those of the previous one under the same path."""

    numero: int
    archivos: int
    octetos: int
    nuevos: int
    octetos_nuevos: int
    paginas_nuevas: int


@dataclass(frozen=True, slots=True)
class PrimeraVista:
    """What a first visit to the entry downloads, gzip where it helps, without headers."""

    archivos: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.archivos.values())

    @property
    def guiones(self) -> int:
        return sum(n for ruta, n in self.archivos.items() if ruta.endswith(".js"))


def cortes(raiz: Path) -> list[Corte]:
    """Every corte of a publication, in order."""
    previos: dict[str, str] = {}
    salida = []
    for manifiesto in sorted(raiz.glob("cortes/*/corte.json")):
        doc = orjson.loads(manifiesto.read_bytes())
        nuevos = [a for a in doc["archivos"] if previos.get(a["ruta"]) != a["sha256"]]
        salida.append(
            Corte(
                doc["corte"],
                len(doc["archivos"]),
                sum(a["bytes"] for a in doc["archivos"]),
                len(nuevos),
                sum(a["bytes"] for a in nuevos),
                sum(a["ruta"].endswith(".html") for a in nuevos),
            )
        )
        previos = {a["ruta"]: a["sha256"] for a in doc["archivos"]}
    return salida


def primera_vista(raiz: Path) -> PrimeraVista:
    """Follow `index.html`: its style, icon, modules and what the modules import and read."""
    vistos: dict[str, int] = {}

    def sumar(ruta: str) -> str:
        datos = (raiz / ruta).read_bytes()
        comprime = Path(ruta).suffix in COMPRIMIBLES
        vistos[ruta] = len(gzip.compress(datos, 6)) if comprime else len(datos)
        return datos.decode("utf-8", "replace") if comprime else ""

    html = sumar("index.html")
    for ruta in re.findall(r'(?:src|href)="(portal/[^"]+\.(?:css|js|svg|png))"', html):
        if ruta not in vistos:
            texto = sumar(ruta)
            pendientes = [(ruta, texto)] if ruta.endswith(".js") else []
            while pendientes:
                de, codigo = pendientes.pop()
                for nombre in re.findall(r"^import [^\n]* from '\./([\w.]+)'", codigo, re.M):
                    otra = f"{Path(de).parent}/{nombre}"
                    if otra not in vistos:
                        pendientes.append((otra, sumar(otra)))
    carpeta = next(Path(r).parent for r in vistos if r.endswith("base.js"))
    sumar(f"{carpeta}/textos.es.js")
    ultimo = orjson.loads((raiz / "ultimo.json").read_bytes())
    sumar(f"{ultimo['ruta']}/cabecera.json")
    sumar("ultimo.json")
    return PrimeraVista(vistos)


def tabla(raiz: Path) -> list[Table]:
    """The figures as tables for the terminal."""
    hechos = cortes(raiz)
    vista = primera_vista(raiz)
    por_corte = nueva_tabla(">corte", ">archivos", ">MB", ">nuevos", ">páginas nuevas", ">MB nuevos", titulo="Cortes")
    for c in hechos:
        por_corte.add_row(
            str(c.numero),
            f"{c.archivos:,}",
            f"{c.octetos / 1e6:.1f}",
            f"{c.nuevos:,}",
            str(c.paginas_nuevas),
            f"{c.octetos_nuevos / 1e6:.1f}",
        )
    consulta = vista.archivos["ultimo.json"] + CABECERAS
    visita = vista.total + CABECERAS * len(vista.archivos) + consulta * (MINUTOS_POR_VISITA - 1)
    imagenes = [p.stat().st_size for p in (raiz / "imagenes").rglob("*.jpg")] if (raiz / "imagenes").is_dir() else []
    resumen = nueva_tabla("medida", "valor", titulo="Publicación")
    resumen.add_row("bytes escritos en la jornada", f"{sum(c.octetos_nuevos for c in hechos) / 1e6:,.1f} MB")
    resumen.add_row("si cada corte se escribiera entero", f"{sum(c.octetos for c in hechos) / 1e6:,.1f} MB")
    resumen.add_row("imágenes", f"{len(imagenes):,} ({sum(imagenes) / 1e6:,.1f} MB)")
    resumen.add_row("primera vista, gzip", f"{vista.total / 1e3:.1f} kB en {len(vista.archivos)} archivos")
    resumen.add_row("de ella, JavaScript", f"{vista.guiones / 1e3:.1f} kB")
    resumen.add_row(f"una visita de {MINUTOS_POR_VISITA} min", f"{visita / 1e3:.1f} kB con cabeceras")
    resumen.add_row(f"{VISITAS:,} visitas por CDN", f"{visita * VISITAS / 1e9:,.0f} GB")
    peticiones = (len(vista.archivos) + MINUTOS_POR_VISITA - 1) * VISITAS
    resumen.add_row("peticiones a la CDN", f"{peticiones / 1e6:,.0f} millones")
    return [por_corte, resumen]


@contextmanager
def servida(raiz: Path) -> Iterator[str]:
    """Serve a publication with nginx as shipped, on a free port of this machine; gives its address."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")
    if nginx is None:
        raise SinPrograma("No está nginx en este equipo; instálelo para medir.")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        puerto = s.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="prep-nginx-") as temporal:
        carpeta = Path(temporal)
        carpeta.chmod(0o755)
        conf = carpeta / "nginx.conf"
        conf.write_text(configuracion(raiz.resolve(), f"127.0.0.1:{puerto}", carpeta, carpeta / "nginx.pid"), "utf-8")
        orden = [nginx, "-c", str(conf), "-p", temporal, "-g", "daemon off;"]
        if os.geteuid() == 0:  # the workers must read a folder of root
            orden[-1] += " user root;"
        proceso = subprocess.Popen(orden, stderr=subprocess.PIPE)
        try:
            _esperar(puerto, proceso)
            yield f"http://127.0.0.1:{puerto}/"
        finally:
            proceso.terminate()
            proceso.wait(10)


def _esperar(puerto: int, proceso: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if proceso.poll() is not None:
            error = proceso.stderr.read().decode() if proceso.stderr else ""
            raise RuntimeError(f"nginx no arrancó: {error.strip()}")
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", puerto)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("nginx no respondió en cinco segundos.")


def carga(raiz: Path, segundos: int = 5) -> Table:
    """Requests per second of the files a visit asks for, with wrk and nginx on this same machine."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SinPrograma("No está wrk en este equipo; instálelo para medir.")
    ultimo = orjson.loads((raiz / "ultimo.json").read_bytes())
    proceso = orjson.loads((raiz / ultimo["ruta"] / "proceso.json").read_bytes())
    rutas = ["ultimo.json", "index.html", f"{ultimo['ruta']}/cabecera.json"]
    rutas += [f"{ultimo['ruta']}/{proceso['elecciones'][0]['clave']}/resumen.json"]
    resultado = nueva_tabla("archivo", ">bytes", ">peticiones/s", ">MB/s", titulo=f"nginx, {segundos} s por archivo")
    with servida(raiz) as direccion:
        for ruta in rutas:
            orden = [wrk, "-t2", "-c64", f"-d{segundos}s", direccion + ruta]
            salida = subprocess.run(orden, capture_output=True, text=True, check=True).stdout
            pedidas = re.search(r"Requests/sec:\s+([\d.]+)", salida)
            movido = re.search(r"Transfer/sec:\s+(\S+)", salida)
            if "Non-2xx" in salida or pedidas is None:
                raise RuntimeError(f"{ruta} no se sirvió bien: {salida}")
            octetos = (raiz / ruta).stat().st_size
            resultado.add_row(ruta, f"{octetos:,}", f"{float(pedidas[1]):,.0f}", movido[1] if movido else "")
    return resultado

"""PREP Casilla on a slow phone with a bad line, measured.

    PYTHONPATH=src:herramientas:tests:tests/casilla:tests/portal python herramientas/telefono_lento.py

The real page and the real server (`prep servir`) over an empty database of its own, in the system's Chromium, whose
page is made so many times slower; between both, a line as of 2G. What it prints is of the machine where it runs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from linea_lenta import linea
from PIL import Image
from playwright.sync_api import sync_playwright

VECES = 5
PRUEBA = """async () => {
    const { medir } = await import('/estaticos/casilla/prueba.js')
    const medidas = {}
    for await (const { nombre, medida } of medir()) medidas[nombre] = medida
    return medidas
}"""
PESOS = """async () => {
    const { todos } = await import('/estaticos/casilla/almacen.js')
    return (await todos('fotos')).map(foto => foto.datos.byteLength / 1000)
}"""


@contextmanager
def servidor(puerto: int) -> Iterator[None]:
    orden = [sys.executable, "-m", "prep", "servir", "--puerto", str(puerto)]
    with subprocess.Popen(orden, stdout=subprocess.DEVNULL) as proceso:
        try:
            yield
        finally:
            proceso.terminate()


def decir(que: str, *medidas: float, unidad: str = "s") -> None:
    print(f"{que}: {', '.join(f'{m:.1f}' for m in sorted(medidas))} {unidad}", flush=True)  # noqa: T201


def tardanza(pagina: Any, boton: str, hasta: str) -> float:
    """Seconds from pressing it to what is seen after, by the page's own clock."""
    guion = """async ([boton, hasta]) => {
        const cual = s => [...document.querySelectorAll(s[0])].find(e => e.textContent.includes(s[1]) && !e.disabled)
        while (!cual(boton)) await new Promise(requestAnimationFrame)
        const desde = performance.now()
        cual(boton).click()
        while (!cual(hasta)) await new Promise(requestAnimationFrame)
        return (performance.now() - desde) / 1000
    }"""
    return float(pagina.evaluate(guion, [boton.split("|"), hasta.split("|")]))


def memoria(perfil: Path) -> tuple[float, float]:
    """Of the page's process at its most, and of the whole browser now, in MB."""
    from oficina_casilla import procesos

    hijos: dict[str, list[str]] = {}
    for proceso in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            hijos.setdefault((proceso / "stat").read_text().rpartition(")")[2].split()[1], []).append(proceso.name)
    faltan, suyos = [p.name for p in procesos(perfil)], set()
    while faltan:
        suyos.add(uno := faltan.pop())
        faltan += set(hijos.get(uno, [])) - suyos
    pagina = todo = 0
    for cada in suyos:
        with suppress(OSError):
            proceso = Path("/proc", cada)
            if b"--type=renderer" in (proceso / "cmdline").read_bytes():
                pagina = max(pagina, _kb(proceso / "status", "VmHWM"))
            todo += _kb(proceso / "smaps_rollup", "Pss")
    return pagina / 1024, todo / 1024


def _kb(archivo: Path, cual: str) -> int:
    return next(int(r.split()[1]) for r in archivo.read_text().splitlines() if r.startswith(f"{cual}:"))


def medir(pagina: Any, contexto: Any, oficina: Any, url: str, veces: float, carpeta: Path) -> None:
    pagina.set_default_timeout(240_000)
    pagina.wait_for_selector("#codigo")
    pagina.evaluate("navigator.serviceWorker.ready.then(r => 1)")
    cdp = contexto.new_cdp_session(pagina)
    pagina.goto("about:blank")
    cdp.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "all"})
    cdp.send("Network.clearBrowserCache")
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": veces})
    desde = time.monotonic()
    pagina.goto(f"{url}/casilla/{oficina.papel()}", wait_until="commit")
    pagina.wait_for_selector("#codigo")
    decir("primera carga, hasta que se puede usar", time.monotonic() - desde)
    pagina.evaluate("navigator.serviceWorker.ready.then(r => 1)")
    decir("primera carga, hasta que sirve sin red", time.monotonic() - desde)
    pagina.reload()
    decir("darse de alta", tardanza(pagina, "button|Dar de alta", "h1|Mis casillas"))
    pagina.reload()
    pagina.wait_for_selector("h1")
    decir(
        "abrirla otra vez",
        pagina.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"),
    )

    contexto.set_offline(True)
    medidas = pagina.evaluate(PRUEBA)
    for que in ("tomar", "preparar", "guardar"):
        decir(f"la prueba del teléfono, {que}", medidas[que] / 1000)
    tomadas, guardadas = [], []
    for n in range(VECES):
        pagina.evaluate("a => { location.hash = a }", f"#/camara/{oficina.actas[n]}")
        pagina.wait_for_selector("button:text-is('Tomar'):not([disabled])")
        tomadas.append(tardanza(pagina, "button|Tomar", "h1|¿Se lee bien?"))
        guardadas.append(tardanza(pagina, "button|Guardar", "ul.tomas|"))
    decir("del disparo a verla, 3 Mpx", *tomadas)
    decir("de «Guardar» a «guardada»", *guardadas)
    decir("memoria de la página, lo más; de todo el navegador", *memoria(carpeta / "perfil"), unidad="MB")

    from oficina_casilla import sin_codigo

    grande = carpeta / "grande.jpg"
    sin_codigo().resize((4000, 3000), Image.Resampling.LANCZOS).save(grande, quality=92)
    cdp.send("Browser.setPermission", {"origin": url, "permission": {"name": "camera"}, "setting": "denied"})
    pagina.evaluate("a => { location.hash = a }", f"#/camara/{oficina.actas[VECES]}")
    desde = time.monotonic()
    pagina.set_input_files("#archivo", grande)
    pagina.wait_for_selector("h1:has-text('¿Se lee bien?')")
    decir("de un archivo de 12 Mpx a verla", time.monotonic() - desde)
    decir("de «Guardar» a «guardada»", tardanza(pagina, "button|Guardar", "ul.tomas|"))
    decir("memoria de la página, lo más; de todo el navegador", *memoria(carpeta / "perfil"), unidad="MB")
    decir("lo que pesan", *pagina.evaluate(PESOS), unidad="kB")

    contexto.set_offline(False)
    desde = time.monotonic()
    pagina.evaluate("dispatchEvent(new Event('online'))")
    pagina.wait_for_function("() => document.querySelector('#por-enviar').textContent === 'Todo entregado'")
    decir("enviarlas", time.monotonic() - desde)


def main() -> None:
    dicho = argparse.ArgumentParser(description=__doc__)
    dicho.add_argument("--lento", type=float, default=6, help="cuántas veces más lenta la página")
    dicho.add_argument("--puerto", type=int, default=8770)
    opciones = dicho.parse_args()
    with tempfile.TemporaryDirectory() as nombre:
        carpeta = Path(nombre)
        carpeta.chmod(0o711)
        os.environ |= {"PREP_DATOS_DIR": nombre, "PREP_SIN_TLS": "1", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        from prep.plataforma.arranque import django_listo

        with django_listo(), servidor(opciones.puerto), linea(opciones.puerto) as puerto:
            from oficina_casilla import Oficina, pelicula, telefono

            oficina = Oficina()
            url = f"http://localhost:{puerto}"
            ruta = os.environ.get("PREP_CHROMIUM") or shutil.which("chromium") or ""
            camara = pelicula(carpeta)
            with sync_playwright() as api, telefono(api, ruta, url, carpeta / "perfil", camara) as contexto:
                medir(contexto.pages[0], contexto, oficina, url, opciones.lento, carpeta)


if __name__ == "__main__":
    main()

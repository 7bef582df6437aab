"""Firefox and WebKitGTK as Debian ships them, told what to do by WebDriver: over Marionette, and by WebKitWebDriver."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

PACIENCIA = 120
MINIBROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"

ESPERAR = """async (selector, texto) => {
    for (const limite = Date.now() + 100_000; Date.now() < limite; await new Promise(si => setTimeout(si, 50))) {
        const suyo = [...document.querySelectorAll(selector)].find(e => e.textContent.includes(texto) && !e.disabled)
        if (suyo) return suyo
    }
    throw new Error(`no hay ${selector} que diga «${texto}»: ${document.body.innerText}`)
}"""


class Navegador:
    """One page of a browser. `nombre`: what people call it."""

    nombre: str

    def __init__(self, carpeta: Path) -> None:
        self.carpeta = carpeta
        self._hecho = ExitStack()

    def encender(self) -> None:
        raise NotImplementedError

    def morir(self) -> None:
        """At once, as much of it as can be; and opened again, on no page."""
        raise NotImplementedError

    def apagar(self) -> None:
        self._hecho.close()

    def _pedir(self, orden: str, **datos: Any) -> Any:
        raise NotImplementedError

    def _empezar(self, orden: list[str], entorno: dict[str, str], **mas: Any) -> subprocess.Popen[bytes]:
        """A program with all that it starts, killed with them at the end."""
        opciones = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True, **mas}
        proceso = subprocess.Popen(orden, env={**os.environ, "HOME": str(self.carpeta), **entorno}, **opciones)

        def terminar() -> None:
            with suppress(ProcessLookupError):
                os.killpg(proceso.pid, signal.SIGKILL)
            proceso.wait()

        self._hecho.callback(terminar)
        return proceso

    def ir(self, url: str) -> None:
        self._pedir("Navigate", url=url)

    def hacer(self, guion: str, *datos: Any) -> Any:
        """What an asynchronous function of the page gives."""
        acaba = ".then(si => fin([si]), no => fin(`${no}`))"
        script = f"const datos = [...arguments], fin = datos.pop(); ({guion})(...datos){acaba}"
        dicho = self._pedir("ExecuteAsyncScript", script=script, args=list(datos))
        assert isinstance(dicho, list), dicho
        return dicho[0]

    def ver(self, selector: str, texto: str = "") -> Any:
        """The first of those that says it and can be used, as soon as there is one."""
        return self.hacer(ESPERAR, selector, texto)

    def leer(self, selector: str) -> list[str]:
        return self.hacer("async s => [...document.querySelectorAll(s)].map(e => e.textContent)", selector)

    def oprimir(self, selector: str, texto: str = "") -> None:
        self.hacer(f"async (...que) => (await ({ESPERAR})(...que)).click()", selector, texto)

    def escoger(self, selector: str, archivo: Path) -> None:
        """A file, as whoever chooses it in the system's window."""
        (elemento,) = self.ver(selector).values()
        self._pedir("ElementSendKeys", id=elemento, text=str(archivo))


class Firefox(Navegador):
    """Over its Marionette protocol: JSON with its length before it. Its camera is the one that it has for tests."""

    nombre = "Firefox"
    AJUSTES = {
        "marionette.port": 0,  # one that is free, which it writes in its profile
        "media.navigator.streams.fake": True,
        "media.navigator.permission.disabled": True,
        "toolkit.startup.max_resumed_crashes": -1,
    }

    def encender(self) -> None:
        ruta = os.environ.get("PREP_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
        if ruta is None:
            pytest.skip("No hay Firefox en este equipo (apt install firefox-esr) ni se indicó con PREP_FIREFOX.")
        dicho = self.carpeta / "MarionetteActivePort"
        dicho.unlink(missing_ok=True)
        escritos = [f"user_pref({json.dumps(cual)}, {json.dumps(como)});\n" for cual, como in self.AJUSTES.items()]
        (self.carpeta / "user.js").write_text("".join(escritos))
        orden = [ruta, "--headless", "--marionette", "--no-remote", "--profile", str(self.carpeta)]
        self._empezar(orden, {})
        self._dice = self._hecho.enter_context(_al_abrir(lambda: int(dicho.read_text()), self.nombre))
        self._leer()
        self._pedir("NewSession", capabilities={"alwaysMatch": {}})
        self._pedir("SetTimeouts", script=1000 * PACIENCIA, pageLoad=1000 * PACIENCIA)

    def morir(self) -> None:
        """Every process of it, as when a battery dies."""
        self.apagar()
        self.encender()

    def _leer(self) -> Any:
        mide = b""
        while (letra := self._dice.read(1)) != b":":
            assert letra, "Firefox cerró la línea."
            mide += letra
        return json.loads(self._dice.read(int(mide)))

    def _pedir(self, orden: str, **datos: Any) -> Any:
        dicho = json.dumps([0, 1, f"WebDriver:{orden}", datos]).encode()
        self._dice.write(b"%d:%s" % (len(dicho), dicho))
        self._dice.flush()
        _, _, mal, hecho = self._leer()
        assert mal is None, mal
        return hecho.get("value")


class WebKit(Navegador):
    """The small browser that WebKitGTK ships for tests, whose camera is one for tests too. While it is driven it keeps
    everything in memory."""

    nombre = "WebKitGTK"
    OPCIONES = (
        "--automation",
        "--enable-mock-capture-devices=1",
        "--features=+StorageAPI,+StorageAPIEstimate",  # what Safari 17 has, and WebKitGTK keeps closed
    )
    RUTAS = {
        "Navigate": "/url",
        "ExecuteAsyncScript": "/execute/async",
        "SetTimeouts": "/timeouts",
        "ElementSendKeys": "/element/{id}/value",
    }

    def encender(self) -> None:
        faltan = [p for p in ("WebKitWebDriver", MINIBROWSER, "Xvfb") if not shutil.which(p)]
        if faltan:
            pytest.skip(f"Falta {' y '.join(faltan)}: WebKitGTK no se prueba (apt install webkit2gtk-driver xvfb).")
        pantalla = self._empezar(["Xvfb", "-displayfd", "1", "-nolisten", "tcp"], {}, stdout=subprocess.PIPE)
        assert pantalla.stdout is not None
        numero = pantalla.stdout.readline().decode().strip()
        pantalla.stdout.close()
        with socket.create_server(("127.0.0.1", 0)) as libre:
            puerto = libre.getsockname()[1]
        entorno = {"DISPLAY": f":{numero}", "XDG_RUNTIME_DIR": str(self.carpeta), "GDK_BACKEND": "x11"}
        self._empezar(["WebKitWebDriver", f"--port={puerto}"], entorno)
        _al_abrir(lambda: puerto, self.nombre).close()
        self._url = f"http://127.0.0.1:{puerto}/session"
        como = {"webkitgtk:browserOptions": {"binary": MINIBROWSER, "args": self.OPCIONES}}
        self._url += f"/{self._decir('', {'capabilities': {'alwaysMatch': como}})['sessionId']}"
        self._pedir("SetTimeouts", script=1000 * PACIENCIA, pageLoad=1000 * PACIENCIA)

    def morir(self) -> None:
        """The page: whoever drives it loses it with any of its processes."""
        self.ir("about:blank")

    def _decir(self, ruta: str, datos: Any) -> Any:
        pedido = urllib.request.Request(self._url + ruta, json.dumps(datos).encode(), method="POST")
        try:
            with urllib.request.urlopen(pedido, timeout=PACIENCIA + 30) as dicho:
                return json.load(dicho)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def _pedir(self, orden: str, **datos: Any) -> Any:
        return self._decir(self.RUTAS[orden].format(**datos), datos)


def _al_abrir(puerto: Callable[[], int], quien: str) -> Any:
    """A line to that port, as soon as it is known and somebody listens."""
    limite = time.monotonic() + PACIENCIA
    while time.monotonic() < limite:
        with suppress(OSError, ValueError), socket.create_connection(("127.0.0.1", puerto()), PACIENCIA) as linea:
            return linea.makefile("rwb")
        time.sleep(0.2)
    raise AssertionError(f"{quien} no abrió su puerto.")

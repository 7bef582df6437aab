"""PREP Casilla in Firefox as Debian ships it: what it can run without being installed as an application."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from prep.plataforma.puertos import libre

pytestmark = pytest.mark.navegador
PACIENCIA = 120


class Firefox:
    """One that is told what to do by its Marionette protocol: JSON with its length before it."""

    def __init__(self, puerto: int) -> None:
        limite = time.monotonic() + PACIENCIA
        while True:
            try:
                self._linea = socket.create_connection(("127.0.0.1", puerto), PACIENCIA)
                break
            except OSError:
                assert time.monotonic() < limite, "Firefox no abrió su puerto."
                time.sleep(0.2)
        self._dice = self._linea.makefile("rb")
        self._leer()
        self.pedir("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        self.pedir("WebDriver:SetTimeouts", script=1000 * PACIENCIA, pageLoad=1000 * PACIENCIA)

    def _leer(self) -> Any:
        mide = b""
        while (letra := self._dice.read(1)) != b":":
            assert letra, "Firefox cerró la línea."
            mide += letra
        return json.loads(self._dice.read(int(mide)))

    def pedir(self, orden: str, **datos: Any) -> Any:
        dicho = json.dumps([0, 1, orden, datos]).encode()
        self._linea.sendall(b"%d:%s" % (len(dicho), dicho))
        _, _, mal, hecho = self._leer()
        assert mal is None, mal
        return hecho

    def hacer(self, guion: str, *datos: Any) -> Any:
        """What an asynchronous function of the page gives."""
        script = f"const datos = [...arguments], fin = datos.pop(); ({guion})(...datos).then(fin, e => fin(String(e)))"
        return self.pedir("WebDriver:ExecuteAsyncScript", script=script, args=list(datos))["value"]


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    ruta = os.environ.get("PREP_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if ruta is None:
        pytest.skip("No hay Firefox en este equipo (apt install firefox-esr) ni se indicó con PREP_FIREFOX.")
    puerto = libre(28_280, lambda _: None)
    (tmp_path / "user.js").write_text(f'user_pref("marionette.port", {puerto});\n')
    orden = [ruta, "--headless", "--marionette", "--no-remote", "--profile", str(tmp_path)]
    entorno = {**os.environ, "HOME": str(tmp_path)}
    with ExitStack() as todo:
        proceso = todo.enter_context(
            subprocess.Popen(orden, env=entorno, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        todo.callback(proceso.kill)
        yield Firefox(puerto)


def test_firefox_lacks_only_to_be_installed(oficina: Any, firefox: Firefox) -> None:
    """A tab is not enrolled, and says what to do; the rest that a phone needs, it has: a key of its own among them."""
    firefox.pedir("WebDriver:Navigate", url=f"{oficina.url}/casilla/{oficina.papel()}")
    dicho = firefox.hacer(
        """async () => {
            while (!document.querySelector('main h1')) await new Promise(si => setTimeout(si, 100))
            return [document.querySelector('h1').textContent,
                ...[...document.querySelectorAll('.requisitos .mal + span')].map(e => e.firstChild.textContent)]
        }"""
    )
    assert dicho == ["Este teléfono todavía no sirve", "Aplicación instalada"]

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from prep.plataforma.lugares import dir_evidencia


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="Falta playwright, que maneja el navegador.")
    with api.sync_playwright() as p, pytest.MonkeyPatch.context() as entorno:
        entorno.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop running; nothing of ours runs in it
        yield p


@pytest.fixture
def oficina(django_db_setup: None, bitacora_nueva: Any) -> Iterator[Any]:
    """The sede over an empty database, and its server (`url`, `puerta`)."""
    from oficina_casilla import Oficina, Puerta
    from pytest_django.live_server_helper import LiveServer

    shutil.rmtree(dir_evidencia(), ignore_errors=True)
    sede = Oficina()
    servidor = LiveServer("localhost")
    sede.url = servidor.url
    sede.puerta = Puerta(servidor.thread.httpd)
    yield sede
    servidor.stop()
    shutil.rmtree(dir_evidencia(), ignore_errors=True)


@pytest.fixture
def abrir(playwright: Any, oficina: Any, tmp_path: Path) -> Iterator[Any]:
    """`abrir()` → a phone whose camera sees an acta without QR; `abrir(codigo=0)`, the first of the catalogue with its
    own; `abrir(como="borrosa")`, badly; `abrir(disco=…)`, over a disk of its own. The same profile each time."""
    from oficina_casilla import Disco, pelicula, telefono

    from navegador import ENTERO, chromium

    ruta = chromium(ENTERO)  # only that one has windows of an installed application

    with ExitStack() as todos:

        def uno(codigo: int | None = None, como: str = "", disco: Disco | None = None, **contexto: Any) -> Any:
            camara = pelicula(tmp_path, codigo, como)
            orden = disco.ruta(ruta) if disco else ruta
            return todos.enter_context(
                telefono(playwright, orden, oficina.url, tmp_path / "perfil", camara, **contexto)
            )

        yield uno

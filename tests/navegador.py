"""A person at a desk: pages of the running server in Chromium, whose complaints end the test."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

OPCIONES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


ENTERO = ("chromium", "google-chrome")


def chromium(nombres: tuple[str, ...] = ("chromium-headless-shell", *ENTERO)) -> str:
    """The one that PREP_CHROMIUM names; else the system's: the one that has no windows, which draws the same pages for
    half the processor."""
    ruta = os.environ.get("PREP_CHROMIUM") or next(filter(None, map(shutil.which, nombres)), None)
    if ruta is None:
        pytest.skip("No hay Chromium en este equipo; instálelo o indique su ruta con PREP_CHROMIUM.")
    return ruta


class Escritorios:
    def __init__(self, chromium: Any, url: str) -> None:
        self.chromium = chromium
        self.url = url
        self._contextos: list[Any] = []
        self.quejas: list[str] = []

    def persona(self, *, ancho: int = 1280, alto: int = 800, tema: str = "light", **otros: Any) -> Any:
        """A browser of one's own (cookies, storage); returns its page."""
        contexto = self.chromium.new_context(
            viewport={"width": ancho, "height": alto}, color_scheme=tema, reduced_motion="reduce", **otros
        )
        contexto.set_default_timeout(20_000)
        self._contextos.append(contexto)
        pagina = vigilada(contexto.new_page())
        pagina.on("pageerror", lambda error: self.quejas.append(str(error)))
        pagina.on("console", lambda m: self.quejas.append(m.text) if m.type in ("error", "warning") else None)
        return pagina

    def ir(self, pagina: Any, ruta: str) -> None:
        pagina.goto(self.url + ruta)
        quieta(pagina)

    def cerrar(self) -> None:
        for contexto in self._contextos:
            contexto.close()
        assert self.quejas == [], self.quejas


def vigilada(pagina: Any) -> Any:
    """That page, of which it is known what it asked for and has not got."""
    pagina.en_camino = set()
    pagina.on("request", lambda r: pagina.en_camino.add(r))
    pagina.on("requestfinished", lambda r: pagina.en_camino.discard(r))
    pagina.on("requestfailed", lambda r: pagina.en_camino.discard(r))
    pagina.on("framenavigated", lambda marco: pagina.en_camino.clear() if marco == pagina.main_frame else None)
    return pagina


def quieta(pagina: Any) -> None:
    """It is read, and nothing is on its way nor asked for as what came is worked on: so twice, a moment apart. The
    browser's own idea of that is half a second without any, each time."""
    pagina.wait_for_load_state("load")
    veces, limite = 0, time.monotonic() + 5
    while veces < 2:
        pagina.wait_for_timeout(40)
        veces = 0 if pagina.en_camino else veces + 1
        if time.monotonic() > limite:
            pagina.wait_for_load_state("networkidle")
            return


@contextmanager
def navegando(pagina: Any) -> Iterator[None]:
    """What is done inside leads to another page. It ends when that one is whole: read, its modules run (they are before
    its `load`, and a busy browser may be idle on the network earlier), nothing on the way."""
    try:
        with pagina.expect_navigation(wait_until="load"):
            yield
    except Exception as error:
        error.add_note(f"En {pagina.url}, sin llegar: {[r.url for r in pagina.en_camino]}")
        raise
    quieta(pagina)


def con_foco(pagina: Any, id: str) -> None:
    """That element is where one writes, as soon as the page's modules have run."""
    pagina.wait_for_function("id => document.activeElement?.id === id", arg=id)


def revisar(pagina: Any) -> None:
    """Nothing for axe to say, and nothing wider than the window."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="Falta axe-playwright-python.").Axe()
    hallazgos = axe.run(pagina).response["violations"]
    assert [(h["id"], [n["html"][:200] for n in h["nodes"]]) for h in hallazgos] == []
    assert pagina.evaluate("document.documentElement.scrollWidth <= innerWidth"), "La página se sale por un lado."

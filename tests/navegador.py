"""A person at a desk: pages of the running server in Chromium, whose complaints end the test."""

from __future__ import annotations

import os
import shutil
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
        pagina = contexto.new_page()
        pagina.on("pageerror", lambda error: self.quejas.append(str(error)))
        pagina.on("console", lambda m: self.quejas.append(m.text) if m.type in ("error", "warning") else None)
        return pagina

    def ir(self, pagina: Any, ruta: str) -> None:
        pagina.goto(self.url + ruta)
        pagina.wait_for_load_state("networkidle")

    def cerrar(self) -> None:
        for contexto in self._contextos:
            contexto.close()
        assert self.quejas == [], self.quejas


@contextmanager
def navegando(pagina: Any) -> Iterator[None]:
    """What is done inside leads to another page. It ends when that one is whole: read, its modules run (they are before
    its `load`, and a busy browser may be idle on the network earlier), nothing on the way."""
    with pagina.expect_navigation(wait_until="load"):
        yield
    pagina.wait_for_load_state("networkidle")


def con_foco(pagina: Any, id: str) -> None:
    """That element is where one writes, as soon as the page's modules have run."""
    pagina.wait_for_function("id => document.activeElement?.id === id", arg=id)


def revisar(pagina: Any) -> None:
    """Nothing for axe to say, and nothing wider than the window."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="Falta axe-playwright-python.").Axe()
    hallazgos = axe.run(pagina).response["violations"]
    assert [(h["id"], [n["html"][:200] for n in h["nodes"]]) for h in hallazgos] == []
    assert pagina.evaluate("document.documentElement.scrollWidth <= innerWidth"), "La página se sale por un lado."

"""Each page in a real Chromium: axe, widths, themes, keyboard, and a part that brings itself up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gente import dentro
from navegador import revisar
from prep.acceso.models import Cuenta
from prep.acceso.roles import Rol
from prep.coordinacion import oficina, panorama
from prep.dominio.acta.hechos import Tipo

pytestmark = pytest.mark.navegador
TABLERO, PUESTOS, ACTAS = "/coordinacion/", "/coordinacion/puestos/", "/coordinacion/actas/"


@pytest.fixture
def noche(escritorios: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    """Something of everything, and the desks of those who coordinate it."""
    from sala import Sala

    sala = Sala()
    monkeypatch.setattr(panorama, "FRESCO", timedelta(0))
    ahora = oficina.reloj.ahora()
    unas = sala.claves[::7]
    for i, clave in enumerate(unas[:12]):
        sala.verifica(clave, a=ahora - timedelta(minutes=14 - i))
    for i, clave in enumerate(unas[12:18]):
        sala.llega(clave, a=ahora - timedelta(minutes=50 - 7 * i))
    sala.captura(unas[13], "ana", a=ahora)
    for quien, nulos in (("ana", 7), ("beto", 8)):
        sala.captura(unas[14], quien, a=ahora, NULOS=nulos)
    imagen = sala.acta(unas[15]).imagen.sha256
    sala.hecho(Tipo.OTRA_IMAGEN_PEDIDA, unas[15], "ana", imagen=imagen, motivo="No se distingue.", a=ahora)
    for nombre in ("Ana Beltrán Ríos", "Bruno Cota Luna", "Celia Duarte Paz"):
        sala.persona(Rol.CAPTURISTA, nombre=nombre)
    yield escritorios, sala


def entra(escritorios: Any, cuenta: Cuenta, **otros: Any) -> Any:
    """A browser where that person is in."""
    pagina = escritorios.persona(**otros)
    dominio = {"domain": "localhost", "path": "/"}
    galletas = dentro(cuenta).cookies.items()
    pagina.context.add_cookies([{"name": n, "value": c.value, **dominio} for n, c in galletas])
    return pagina


def foto(pagina: Any, nombre: str) -> None:
    if carpeta := os.environ.get("PREP_FOTOS"):
        pagina.screenshot(path=str(Path(carpeta) / f"{nombre}.png"), full_page=True)


def ver(escritorios: Any, cuenta: Cuenta, rutas: dict[str, str]) -> None:
    """Each page at a desk in light and dark, and on a phone."""
    for ancho, tema in ((1280, "light"), (360, "dark")):
        pagina = entra(escritorios, cuenta, ancho=ancho, tema=tema)
        for nombre, ruta in rutas.items():
            escritorios.ir(pagina, ruta)
            revisar(pagina)
            foto(pagina, f"{nombre}_{ancho}_{tema}")


def test_the_board_its_desks_and_actas_at_every_width_and_theme(noche: Any) -> None:
    escritorios, sala = noche
    supervisa = sala.persona(Rol.SUPERVISOR, nombre="Elsa Franco Gil")
    ver(escritorios, supervisa, {"tablero": f"{TABLERO}?a=03:00", "puestos": PUESTOS, "actas": ACTAS})


def test_the_board_brings_itself_up_to_date_and_says_when_it_cannot(noche: Any) -> None:
    escritorios, sala = noche
    pagina = entra(escritorios, sala.persona(Rol.SUPERVISOR))
    escritorios.ir(pagina, TABLERO)
    pagina.keyboard.press("f")
    assert pagina.evaluate("document.activeElement.name") == "eleccion"
    pagina.focus("#o-elecciones-esperadas")
    pedir = """() => {
        const vivo = document.getElementById('vivo')
        return htmx.ajax('GET', vivo.getAttribute('hx-get'), {source: vivo, target: vivo}).catch(() => {})
    }"""
    pagina.evaluate(pedir)
    antes = pagina.inner_text(".cifras li:nth-child(2) b")
    sala.llega(sala.claves[1], a=oficina.reloj.ahora())
    pagina.evaluate(pedir)
    assert int(pagina.inner_text(".cifras li:nth-child(2) b")) == int(antes) + 1
    assert pagina.evaluate("document.activeElement.id") == "o-elecciones-esperadas"
    pagina.context.set_offline(True)
    pagina.evaluate(pedir)
    pagina.wait_for_selector("[data-viejo]:visible")
    revisar(pagina)
    assert pagina.locator("#avisos > div").count() == 0  # said once, in place
    pagina.context.set_offline(False)
    pagina.evaluate(pedir)
    assert pagina.is_hidden("[data-viejo]")
    sin_red = ("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    escritorios.quejas[:] = [q for q in escritorios.quejas if not any(s in q for s in sin_red)]

"""Each page in a real Chromium: axe, widths, themes, keyboard, and a part that brings itself up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from gente import dentro, telefono
from navegador import revisar
from prep.acceso.models import Cuenta
from prep.acceso.roles import Rol
from prep.bitacora.marcha import decir_de_la_publicacion
from prep.bitacora.nodos import nodo_de_aqui
from prep.coordinacion import avisos, lecturas, muros, oficina, panorama
from prep.coordinacion.models import Muro
from prep.dominio.acta.hechos import Tipo

pytestmark = pytest.mark.navegador
TABLERO, PUESTOS, ACTAS = "/coordinacion/", "/coordinacion/puestos/", "/coordinacion/actas/"
RECUPERAR = "/coordinacion/recuperar/"


@pytest.fixture
def noche(escritorios: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    """Something of everything, and the desks of those who coordinate it."""
    from sala import Sala

    sala = Sala()
    for modulo, que in ((panorama, "FRESCO"), (lecturas, "FRESCO"), (avisos, "CADA")):
        monkeypatch.setattr(modulo, que, timedelta(0))
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


@pytest.mark.parametrize(("ancho", "tema"), [(1280, "light"), (360, "dark")])
def test_every_page_at_a_desk_in_light_and_on_a_phone_in_dark(noche: Any, ancho: int, tema: str) -> None:
    escritorios, sala = noche
    supervisa = sala.persona(Rol.SUPERVISOR, nombre="Elsa Franco Gil")
    ahora = oficina.reloj.ahora()
    Muro.objects.create(nombre="Sala de operación", persona=supervisa.persona, meta="03:00", alta=ahora)
    suyo = telefono(sala.persona(Rol.CAE, alcance=(sala.claves[0][:11],), nombre="Inés Mora Lara"))
    rutas = {
        "tablero": f"{TABLERO}?a=03:00",
        "puestos": PUESTOS,
        "actas": ACTAS,
        "acta": f"/coordinacion/acta/{sala.claves[0]}/",
        "telefonos": "/coordinacion/telefonos/",
        "telefono": f"/coordinacion/telefonos/{suyo.id}/",
        "muros": "/coordinacion/muros/",
        "marchas": "/coordinacion/marcha/",
        "marcha": "/coordinacion/marcha/captura/",
        "avisos": "/coordinacion/avisos/",
        "aviso": f"/coordinacion/avisos/{avisos.avisos(sala.padron, ahora)[0].id}/",
    }
    pagina = entra(escritorios, supervisa, ancho=ancho, tema=tema)
    for nombre, ruta in rutas.items():
        escritorios.ir(pagina, ruta)
        revisar(pagina)
        foto(pagina, f"{nombre}_{ancho}_{tema}")
    pide, confirma = (sala.persona(Rol.ADMINISTRADOR, nombre=n) for n in ("Raúl Soto Paz", "Luz Ríos Cano"))
    motivo = {"motivo": "Los totales de una elección no suman sus actas."}
    decir_de_la_publicacion("detencion_pedida", motivo, pide.persona, ahora, nodo_de_aqui(), str(uuid4()))
    pagina = entra(escritorios, confirma, ancho=ancho, tema=tema)
    escritorios.ir(pagina, "/coordinacion/publicacion/")
    assert pagina.get_by_role("button", name="Detener la publicación").is_enabled()
    revisar(pagina)
    foto(pagina, f"publicacion_{ancho}_{tema}")


def test_on_paper_the_tables_are_whole_and_nothing_is_to_be_pressed(noche: Any) -> None:
    escritorios, sala = noche
    pagina = entra(escritorios, sala.persona(Rol.SUPERVISOR), tema="dark")
    escritorios.ir(pagina, TABLERO)
    cortadas = "[...document.querySelectorAll('.lista .tabla')].filter(t => t.scrollHeight > t.clientHeight + 1).length"
    assert pagina.evaluate(cortadas) > 0  # on the screen the long ones scroll
    pagina.emulate_media(media="print")
    assert pagina.evaluate(cortadas) == 0
    assert pagina.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert pagina.locator(":is(button, input, select, [download]):visible").count() == 0


def test_the_wall_is_read_from_six_metres(noche: Any) -> None:
    """At 1920 by 1080 nothing scrolls and no letter is smaller than 34 px: 22 mm on a screen of 55 inches."""
    escritorios, sala = noche
    supervisa = sala.persona(Rol.SUPERVISOR)
    ahora = timezone.localtime(oficina.reloj.ahora())  # the next time that it is this hour is tomorrow, which is said
    muro = Muro.objects.create(nombre="Sala", persona=supervisa.persona, meta=f"{ahora:%H:%M}", alta=ahora)
    pagina = escritorios.persona(ancho=1920, alto=1080)
    escritorios.ir(pagina, muros.ruta(muro))
    revisar(pagina)
    foto(pagina, "muro_1920")
    assert pagina.evaluate("document.documentElement.dataset.tema") == "oscuro"
    assert pagina.evaluate("document.documentElement.scrollHeight <= innerHeight")
    letras = """[...document.querySelectorAll('main *, .modo')].filter(e => e.checkVisibility() && !e.matches('.sr')
        && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
        .map(e => parseInt(getComputedStyle(e).fontSize))"""
    assert min(pagina.evaluate(letras)) >= 34
    pagina.set_viewport_size({"width": 360, "height": 740})
    revisar(pagina)
    foto(pagina, "muro_360")


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
    esperan = ".cifras li:has-text('esperan que alguien haga algo') b"
    antes = pagina.inner_text(esperan)
    sala.llega(sala.claves[1], a=oficina.reloj.ahora())
    pagina.evaluate(pedir)
    assert int(pagina.inner_text(esperan)) == int(antes) + 1
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


@pytest.mark.parametrize(("ancho", "tema"), [(1280, "light"), (360, "dark")])
def test_what_was_tried_is_written_and_the_list_is_taken_on_paper(noche: Any, ancho: int, tema: str) -> None:
    escritorios, sala = noche
    casilla = next(c[:11] for c in sala.claves if sala.acta(c).custodia == "esperada")
    sala.persona(Rol.CAE, alcance=(casilla,), nombre="Inés Mora Lara")
    for clave in [c for c in sala.claves if c[:11] == casilla][:1]:
        sala.hecho(Tipo.ACOPIADA, clave, "campo", hora=oficina.reloj.ahora().isoformat(), catd="CATD-001")
    sala.hecho(Tipo.SIN_ACTA, sala.claves[-1], "campo", motivo="3")
    pagina = entra(escritorios, sala.persona(Rol.COORDINADOR, nombre="Elsa Franco Gil"), ancho=ancho, tema=tema)
    escritorios.ir(pagina, f"/coordinacion/recuperar/{casilla}/")
    foto(pagina, f"recuperar_casilla_antes_{ancho}_{tema}")
    pagina.keyboard.press("F4")
    pagina.wait_for_selector("text=Ya no la tengo")
    pagina.fill("#id_dicho", "Contestó; sale con el paquete.")
    pagina.keyboard.press("F2")
    pagina.wait_for_selector(".sucesos li:nth-child(2)")
    assert "Contestó; sale con el paquete." in pagina.inner_text(".sucesos li:first-child")
    revisar(pagina)
    foto(pagina, f"recuperar_casilla_{ancho}_{tema}")
    escritorios.ir(pagina, RECUPERAR)
    primera = pagina.inner_text("#t-casillas tbody tr:first-child")
    assert "Elsa Franco Gil" in primera
    assert "Inés Mora Lara" in primera
    foto(pagina, f"recuperar_{ancho}_{tema}")
    revisar(pagina)
    escritorios.ir(pagina, f"{RECUPERAR}lista/")
    revisar(pagina)
    foto(pagina, f"recuperar_lista_{ancho}_{tema}")
    pagina.emulate_media(media="print")
    assert pagina.locator(":is(button, input, select):visible").count() == 0
    saltos = "[...document.querySelectorAll('.hoja-catd')].slice(1).map(h => getComputedStyle(h).breakBefore)"
    assert set(pagina.evaluate(saltos)) == {"page"}
    foto(pagina, f"recuperar_papel_{ancho}_{tema}")

"""Practice at the desks of a centre in a real Chromium, by keyboard alone, over what the command makes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from centro_catd import Centro, tipos

from gente import dentro
from navegador import navegando, revisar
from noche import INICIO, carpeta_de_ejemplo
from prep.acceso.models import Cuenta
from prep.acceso.roles import Rol
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.practicas import practicas_de
from prep.bitacora.services import anotar
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.services import importar
from prep.catd import oficina
from prep.dominio.comun.hecho import nuevo_hecho
from prep.dominio.practica import PRACTICA
from prep.laboratorio.practica import preparar
from prep.practica.ejercicio import ACOPIO, DIGITALIZACION, SE_APRENDE, SIRVE, Ejercicio, leer

pytestmark = pytest.mark.navegador
VISTAS = (("light", 1440), ("dark", 360))
TECLA = {SIRVE: "1", "borrosa": "2", "cortada": "3", "oscura": "4", "otra_casilla": "5"}


def mira(pagina: Any, nombre: str) -> None:
    """axe and a picture, by day on a desk and by night on a phone."""
    for tema, ancho in VISTAS:
        pagina.emulate_media(color_scheme=tema)
        pagina.set_viewport_size({"width": ancho, "height": 860})
        revisar(pagina)
        if carpeta := os.environ.get("PREP_FOTOS"):
            pagina.screenshot(path=str(Path(carpeta) / f"{nombre}_{ancho}_{tema}.png"), full_page=True)
    pagina.emulate_media(color_scheme="light")
    pagina.set_viewport_size({"width": 1280, "height": 860})


def pulsa(pagina: Any, tecla: str) -> None:
    with navegando(pagina):
        pagina.keyboard.press(tecla)


def recibe(pagina: Any, e: Ejercicio, *, fotos: bool) -> None:
    """Who receives what arrived, as it did: the casilla is looked for, and what did not come is unmarked."""
    assert e.llegada is not None
    if e.llegada.motivo:
        pulsa(pagina, "F6")
    pagina.keyboard.type(e.clave[:11].lower())
    if e.llegada.sello:
        pagina.keyboard.press("Tab")
        pagina.keyboard.type(e.llegada.sello)
    pulsa(pagina, "Enter")
    for marca in pagina.locator("input[name=clave]").all():
        if marca.get_attribute("value") not in e.llegada.claves:
            marca.press("Space")
    if e.llegada.motivo:
        pagina.locator(f"input[name=motivo][value='{e.llegada.motivo}']").press("Space")
    if fotos:
        mira(pagina, f"catd_practica_{e.leccion}")
    pulsa(pagina, "F4")
    if pagina.get_by_text("Este sobre es de otro centro").count():
        mira(pagina, "catd_practica_otro_centro")
        pulsa(pagina, "F8")


def entra(escritorios: Any, cuenta: Cuenta) -> Any:
    """A browser where that person is in."""
    pagina, dominio = escritorios.persona(), {"domain": "localhost", "path": "/"}
    pagina.context.add_cookies([{"name": n, "value": c.value, **dominio} for n, c in dentro(cuenta).cookies.items()])
    return pagina


def test_the_desks_of_a_centre_are_practised_by_keyboard(
    escritorios: Any, datos_propios: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catd = Centro()
    monkeypatch.setattr(oficina, "reloj", catd.reloj)
    preparar(*ejemplo(60), datos_propios / "practica", 1, (*SE_APRENDE[ACOPIO], *SE_APRENDE[DIGITALIZACION]))
    juego, cuenta = leer(datos_propios / "practica"), catd.persona(Rol.COORDINADOR)
    assert juego is not None
    pagina, antes = entra(escritorios, cuenta), Hecho.objects.count()
    escritorios.ir(pagina, "/catd/acopio/")
    assert "¿Es su primera vez?" in pagina.inner_text("main")
    escritorios.ir(pagina, "/catd/practica/")
    mira(pagina, "catd_practica_inicio")
    for n, e in enumerate(juego.de(ACOPIO).ejercicios, 1):
        pulsa(pagina, "Enter")
        assert f"ejercicio {n} de 4" in pagina.inner_text(".ensayo")
        if n == 1:
            mira(pagina, "catd_practica_llega")
            pagina.keyboard.type("nada")
            pulsa(pagina, "Enter")
            assert "No se encontró ninguna casilla" in pagina.inner_text("main")
            pagina.locator("#q").fill("")
            pagina.locator("#q").focus()
        recibe(pagina, e, fotos=True)
        assert "quedó como llegó" in pagina.inner_text("main")
    assert "Práctica aprobada" in pagina.inner_text("main")
    mira(pagina, "catd_practica_final")
    pulsa(pagina, "Enter")
    assert pagina.url.endswith("/catd/acopio/")

    escritorios.ir(pagina, "/catd/practica/")
    for e in juego.de(DIGITALIZACION).ejercicios:
        pulsa(pagina, "Enter")
        if e.problema == "borrosa":
            mira(pagina, "catd_practica_imagen")
            pagina.keyboard.press("z")
            assert pagina.evaluate("document.activeElement.scrollWidth > document.activeElement.clientWidth")
            mira(pagina, "catd_practica_de_cerca")
            pulsa(pagina, "1")  # one slip: it is told, and nothing is tolerated
            assert "salió borrosa: se contesta 2" in pagina.inner_text("main")
            mira(pagina, "catd_practica_mal")
        else:
            pulsa(pagina, TECLA[e.respuesta])
            assert "así salió" in pagina.inner_text("main")
    assert "Todavía no" in pagina.inner_text("main")
    en = practicas_de([cuenta.persona])[cuenta.persona].en
    assert (en["acopio"].admitida is not None, en["digitalizacion"].veces) == (True, 1)
    assert en["acopio"].ultima is not None and en["acopio"].ultima.contenido["teclas"] > 40
    assert en["digitalizacion"].admitida is None
    assert [h.clase for h in Hecho.objects.order_by("posicion")[antes:]] == [PRACTICA.nombre] * 2


def test_what_was_read_when_practice_begins_to_be_asked_for_waits_until_they_are_admitted(
    escritorios: Any, datos_propios: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catd = Centro()
    monkeypatch.setattr(oficina, "reloj", catd.reloj)
    cuenta, clave = catd.persona(Rol.ACOPIADOR), catd.claves[0]
    pagina = entra(escritorios, cuenta)
    escritorios.ir(pagina, "/catd/acopio/")
    shutil.copytree(carpeta_de_ejemplo(), datos_propios / "proceso")
    archivo = datos_propios / "proceso" / "proceso.toml"
    archivo.write_text(archivo.read_text().replace("exigida = false", "exigida = true"))
    importar(datos_propios / "proceso", INICIO)
    pagina.keyboard.type(catd.qr(clave))
    pagina.keyboard.press("Enter")
    pagina.get_by_text("el proceso pide aprobar la práctica").wait_for()
    assert tipos(clave) == []
    dice = {"escritorio": "acopio", "ejercicio": "0" * 64, "campos": 12, "errores": 0, "tolera": 0}
    hecho = nuevo_hecho(
        *("terminada", f"practica:{cuenta.persona}", cuenta.persona, catd.reloj.ahora()),
        {**dice, "segundos": 60, "teclas": 70},
    )
    anotar([hecho], nodo_de_aqui(), catd.reloj.ahora())
    pagina.locator("#vivo").get_by_text("Recibido").wait_for()
    assert tipos(clave) == ["acopiada"]
    escritorios.quejas[:] = [q for q in escritorios.quejas if "428" not in q]  # the browser's own line

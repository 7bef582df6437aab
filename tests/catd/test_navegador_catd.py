"""A shift at the desks of a centre in a real Chromium, by keyboard: receive, choose, confirm, scan."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from centro_catd import AHORA, AQUI, Centro, hoja_digitalizada, otra_vez, pdf, sin_qr, tipos
from PIL import Image

from gente import dentro
from navegador import navegando, revisar
from prep.acceso.models import Cuenta
from prep.acceso.roles import Rol
from prep.catd import centro, oficina
from prep.dominio.acta.hechos import Tipo

pytestmark = pytest.mark.navegador
ACOPIO, SIN_ACTA, DIGITALIZACION = "/catd/acopio/", "/catd/sin-acta/", "/catd/digitalizacion/"


CAMARA = """async foto => {
  const imagen = new Image()
  imagen.src = foto
  await imagen.decode()
  const lienzo = Object.assign(document.createElement('canvas'), { width: 640, height: 480 })
  const pincel = lienzo.getContext('2d')
  const ver = () => { pincel.fillStyle = '#999'; pincel.fillRect(0, 0, 640, 480); pincel.drawImage(imagen, 180, 100) }
  setInterval(ver, 100)
  navigator.mediaDevices.getUserMedia = async () => navigator.mediaDevices.abierta = lienzo.captureStream(10)
}"""
"""A camera in front of a picture: the only thing of the page that is not as it is."""


def retrato(dicho: str) -> str:
    """A printed QR, as an address that a page can draw."""
    salida, codigo = io.BytesIO(), zxingcpp.create_barcode(dicho, zxingcpp.BarcodeFormat.QRCode)
    Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(codigo, scale=5, add_quiet_zones=True))).save(
        salida, "PNG"
    )
    return f"data:image/png;base64,{base64.b64encode(salida.getvalue()).decode()}"


@pytest.fixture
def turno(escritorios: Any, datos_propios: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Centro]]:
    uno = Centro()
    monkeypatch.setattr(oficina, "reloj", uno.reloj)
    yield escritorios, uno


def entra(escritorios: Any, cuenta: Cuenta, **otros: Any) -> Any:
    """A browser where that person is in."""
    pagina = escritorios.persona(**otros)
    dominio = {"domain": "localhost", "path": "/"}
    galletas = dentro(cuenta).cookies.items()
    pagina.context.add_cookies([{"name": n, "value": c.value, **dominio} for n, c in galletas])
    return pagina


def mira(pagina: Any, nombre: str, ancho: int = 1280, tema: str = "light") -> None:
    """As it is, at that width: nothing for axe to say, nothing wider than the window."""
    pagina.set_viewport_size({"width": ancho, "height": 800})
    pagina.emulate_media(color_scheme=tema)
    revisar(pagina)
    if carpeta := os.environ.get("PREP_FOTOS"):
        pagina.screenshot(path=str(Path(carpeta) / f"{nombre}_{ancho}.png"), full_page=True)
    pagina.set_viewport_size({"width": 1280, "height": 800})
    pagina.emulate_media(color_scheme="light")


def test_a_shift_by_keyboard(turno: tuple[Any, Centro], tmp_path: Path) -> None:
    escritorios, catd = turno
    una, otra = catd.claves[0], next(c for c in catd.claves if c[:11] != catd.claves[0][:11])
    pagina = entra(escritorios, catd.persona(Rol.ACOPIADOR))
    escritorios.ir(pagina, ACOPIO)

    # the reader types and presses Enter, and the next code does not wait for the answer
    teclas, vivo = pagina.keyboard, pagina.locator("#vivo")
    for clave in (otra, una):
        teclas.type(catd.qr(clave))
        teclas.press("Enter")
    vivo.get_by_text("También llegaron").wait_for()
    mira(pagina, "acopio_recibido")
    teclas.press("F4")
    pagina.locator(".cuenta dd", has_text=f"4 / {len(catd.claves)}").wait_for()
    assert centro.ver(AQUI).cuenta.recibidas == 4
    teclas.type(catd.qr(una))
    teclas.press("Enter")
    vivo.get_by_text("Ya se había recibido").wait_for()
    mira(pagina, "acopio_repetido", 360, "dark")

    # of another centre, it is confirmed with one key; by hand, it is chosen
    teclas.type(catd.qr(catd.de_otro))
    teclas.press("Enter")
    vivo.get_by_text("Este sobre es de otro centro").wait_for()
    assert tipos(catd.de_otro) == []
    teclas.press("F8")
    vivo.get_by_text("Quedó registrado que está aquí").wait_for()
    teclas.type(f"{otra[2:6]}")
    teclas.press("Enter")
    vivo.get_by_text("¿Cuáles llegaron?").wait_for()
    mira(pagina, "acopio_elegir", 360, "dark")
    pagina.locator("#q").focus()
    teclas.type("PREP1:nada")
    teclas.press("Enter")
    vivo.get_by_text("no es de un acta de este sistema").wait_for()

    # the line went down: what was read waits in the page and goes by itself, once
    falta = next(c for c in catd.claves if not tipos(c))
    caidas: list[Any] = []
    pagina.route(f"**{ACOPIO}", lambda ruta: caidas.append(1) or ruta.fulfill(status=503, body=""), times=1)
    escritorios.quejas.clear()
    teclas.type(catd.qr(falta))
    teclas.press("Enter")
    pagina.get_by_text("Sin conexión").wait_for()
    vivo.get_by_text("Recibido").wait_for()
    escritorios.quejas[:] = [q for q in escritorios.quejas if "503" not in q]
    assert caidas
    assert tipos(falta) == [Tipo.ACOPIADA]

    # with no hand-held reader, a camera: what it sees is read once while it stays in front
    vista = next(c for c in catd.claves if not tipos(c))
    seran = centro.ver(AQUI).cuenta.recibidas + 1  # the page still says «Recibido» of the one before
    pagina.evaluate(CAMARA, retrato(catd.qr(vista)))
    teclas.press("F9")
    pagina.locator(".cuenta dd", has_text=f"{seran} / {len(catd.claves)}").wait_for()
    pagina.wait_for_timeout(1_000)
    assert tipos(vista) == [Tipo.ACOPIADA] and vivo.get_by_text("Ya se había recibido").count() == 0
    mira(pagina, "acopio_camara")
    mira(pagina, "acopio_camara", 360, "dark")
    teclas.press("F9")
    pagina.locator("#visor").wait_for(state="hidden")
    assert pagina.evaluate("navigator.mediaDevices.abierta.getTracks().every(t => t.readyState === 'ended')")
    escritorios.ir(pagina, "/catd/acopio/acuse/")
    mira(pagina, "acuse")

    # no acta came of one of them
    vacia = next(c for c in catd.claves if not tipos(c))
    escritorios.ir(pagina, SIN_ACTA)
    teclas.type(vacia)
    teclas.press("Enter")
    pagina.get_by_text("¿De cuáles no hay acta?").wait_for()
    pagina.locator("input[name=clave]").first.check()
    pagina.get_by_label("El paquete llegó sin sobre").check()
    mira(pagina, "sin_acta", 360, "dark")
    teclas.press("F4")
    pagina.get_by_text("Quedó registrado sin acta").wait_for()
    assert tipos(vacia) == [Tipo.SIN_ACTA]

    # scanning: two files at once, one of several pages
    lote, suelta = tmp_path / "lote.pdf", tmp_path / "suelta.jpg"
    lote.write_bytes(pdf(hoja_digitalizada(una), sin_qr(hoja_digitalizada(una))))
    suelta.write_bytes(otra_vez(hoja_digitalizada(una)))
    mala = tmp_path / "nota.jpg"
    mala.write_bytes(b"esto no es una imagen")
    pagina = entra(escritorios, catd.persona(Rol.DIGITALIZADOR))
    escritorios.ir(pagina, DIGITALIZACION)
    pagina.locator("#archivo").set_input_files([lote, suelta, mala])
    for dice in ("Acta digitalizada", "Hoja por identificar", "Otra imagen de un acta", "No se admitió"):
        pagina.locator("#resultados").get_by_text(dice).wait_for(timeout=60_000)
    mira(pagina, "digitalizacion")
    mira(pagina, "digitalizacion", 360, "dark")
    assert tipos(una) == [Tipo.ACOPIADA, Tipo.DIGITALIZADA, Tipo.IDENTIFICADA, Tipo.DIGITALIZADA]

    # who coordinates corrects the hour of a stamp
    pagina = entra(escritorios, catd.persona(Rol.COORDINADOR))
    escritorios.ir(pagina, f"/catd/acopio/{una}/corregir/")
    mira(pagina, "corregir")
    pagina.locator("#hora").fill("2027-06-06T20:30")
    pagina.locator("#motivo").fill("Se leyó mal el sello.")
    teclas = pagina.keyboard
    pagina.get_by_role("button", name="Corregir").press("Enter")
    pagina.get_by_text("La hora quedó corregida").wait_for()
    assert tipos(una)[-1] == Tipo.ACOPIO_CORREGIDO

    # she pauses the centre: the desk that was open keeps what is read, says who and when, and sends it once it is open
    empezadas = {una[:11], otra[:11], falta[:11]}
    nueva = next(c for c in catd.claves if not tipos(c) and c[:11] not in empezadas)
    hermana = next(c for c in catd.claves if not tipos(c) and c[:11] == otra[:11])
    suyo = entra(escritorios, catd.persona(Rol.ACOPIADOR))
    escritorios.ir(suyo, ACOPIO)
    escritorios.ir(pagina, "/catd/centros/")
    mira(pagina, "centro")
    pagina.locator("#motivo").fill("Se fue la luz.")
    with navegando(pagina):
        pagina.get_by_role("button", name="Pausar").press("Enter")
    pagina.get_by_text("Quedó dicho: ").wait_for()
    mira(pagina, "centro_pausado", 360, "dark")
    for clave in (nueva, hermana):  # the second one is of a casilla that was begun: it does not wait behind
        suyo.keyboard.type(catd.qr(clave))
        suyo.keyboard.press("Enter")
    suyo.locator("#vivo").get_by_text("Recibido").wait_for()
    assert tipos(hermana) == [Tipo.ACOPIADA]
    suyo.get_by_text("se envía solo cuando se reabra").wait_for()
    suyo.get_by_text("Este centro está en pausa").wait_for()
    mira(suyo, "acopio_pausado")
    mira(suyo, "acopio_pausado", 360, "dark")
    assert tipos(nueva) == []
    with navegando(pagina):
        pagina.get_by_role("button", name="Reabrir").press("Enter")
    suyo.locator(".cuenta .principal dd", has_text=f"8 / {len(catd.claves)}").wait_for()
    escritorios.quejas[:] = [q for q in escritorios.quejas if "423" not in q]
    assert tipos(nueva) == [Tipo.ACOPIADA]
    central = entra(escritorios, catd.persona(Rol.ADMINISTRADOR, lugar="SEDE"))
    escritorios.ir(central, "/catd/centros/")
    mira(central, "centros")
    mira(central, "centros", 360, "dark")
    with navegando(central):
        central.get_by_role("link", name="Habilitación").first.press("Enter")
    mira(central, "habilitacion")
    mira(central, "habilitacion", 360, "dark")


def test_who_comes_in_again_finds_what_was_read_with_its_hour(turno: tuple[Any, Centro]) -> None:
    """The session ended unnoticed and another began beside it: all that was read is received, at the hour when it was
    read, once the page has the new token; and what was not received stays, each with what it was."""
    escritorios, catd = turno
    cuenta, leidas, centro_ajeno = catd.persona(Rol.ACOPIADOR), catd.claves[:2], "Este sobre es de otro centro"
    pagina = entra(escritorios, cuenta)
    escritorios.ir(pagina, ACOPIO)
    pagina.route("**/cuenta/sesion/", lambda ruta: ruta.abort())
    pagina.context.clear_cookies()
    for dicho in (catd.qr(leidas[0]), catd.qr(catd.de_otro), "149999B010005", catd.qr(leidas[1])):
        pagina.keyboard.type(dicho)
        pagina.keyboard.press("Enter")
    pagina.get_by_text("Su sesión terminó. Entre otra vez").wait_for()

    def vuelve(quien: Cuenta, ficha: str) -> None:
        suyas = {n: c.value for n, c in dentro(quien).cookies.items()} | {"csrftoken": ficha * 32}
        pagina.context.add_cookies([{"name": n, "value": v, "url": escritorios.url} for n, v in suyas.items()])

    vuelve(cuenta, "b")
    pagina.evaluate("() => { const ya = performance.now.bind(performance); performance.now = () => ya() + 7_200_000 }")
    catd.reloj.avanzar(timedelta(hours=2))
    pagina.wait_for_timeout(7_000)  # it is sent meanwhile with the token of before
    assert [tipos(c) for c in leidas] == [[], []]
    vuelve(catd.persona(Rol.ACOPIADOR), "c")  # somebody else sat down: it is not shown, nor sent as theirs, nor lost
    pagina.unroute("**/cuenta/sesion/")
    pagina.locator("#sesion-terminada").wait_for()
    pagina.wait_for_timeout(6_000)
    assert [tipos(c) for c in leidas] == [[], []]
    vuelve(cuenta, "d")

    pagina.locator(".cuenta .principal dd", has_text=f"2 / {len(catd.claves)}").wait_for()
    for clave in leidas:
        llego = catd.acta(clave).acopio
        assert llego is not None and abs(llego - AHORA) < timedelta(minutes=10)
    quedan = pagina.locator("#quedan")
    assert quedan.get_by_text("149999B010005").count() == 2  # what was read, and why not
    pagina.keyboard.press("F8")  # the keys are of what was read last
    pagina.wait_for_timeout(1_000)
    assert tipos(catd.de_otro) == []
    mira(pagina, "acopio_quedan")
    mira(pagina, "acopio_quedan", 360, "dark")
    quedan.get_by_role("button", name="Quitar").first.click()
    assert quedan.get_by_text("149999B010005").count() == 0
    quedan.get_by_text(centro_ajeno).wait_for()
    quedan.get_by_role("button", name="Sí, está aquí").click()
    pagina.locator("#vivo").get_by_text("Quedó registrado que está aquí").wait_for()
    llego = catd.acta(catd.de_otro).acopio
    assert llego is not None and abs(llego - AHORA) < timedelta(minutes=10)
    assert quedan.locator("[data-queda]").count() == 0
    escritorios.quejas[:] = [q for q in escritorios.quejas if "401" not in q and "ERR_FAILED" not in q]


def test_files_wait_for_whoever_sent_them(turno: tuple[Any, Centro], tmp_path: Path) -> None:
    """Another session began beside it, and their account asks for something first: nothing has to be chosen again."""
    escritorios, catd = turno
    cuenta, archivo = catd.persona(Rol.DIGITALIZADOR), tmp_path / "nota.jpg"
    archivo.write_bytes(b"esto no es una imagen")
    pagina = entra(escritorios, cuenta)
    escritorios.ir(pagina, DIGITALIZACION)
    pagina.context.add_cookies([{"name": "csrftoken", "value": "b" * 32, "url": escritorios.url}])
    Cuenta.objects.filter(id=cuenta.id).update(clave_provisional=True)
    pagina.locator("#archivo").set_input_files([archivo])
    pagina.get_by_text("Su cuenta no está lista").wait_for()
    Cuenta.objects.filter(id=cuenta.id).update(clave_provisional=False)
    pagina.locator("#resultados").get_by_text("No se admitió").wait_for()
    escritorios.quejas[:] = [q for q in escritorios.quejas if "401" not in q and "409" not in q]

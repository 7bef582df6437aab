"""The whole way in, in a real Chromium: terminal, slip, own password, code, key; and axe on every page."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from gente import CLAVE, SECRETO, escribano, persona
from navegador import navegando, revisar, vigilada
from prep.acceso import listas, sesiones, terminales
from prep.acceso.models import Cuenta
from prep.acceso.roles import Rol

pytestmark = pytest.mark.navegador
NUEVA = "girasol tranvia cobalto"


def codigo(secreto: str) -> str:
    return format_hotp_value(hotp_value(secreto, int(time.time()) // 30))


def alta(escritorios: Any, pagina: Any, lugar: str = "CCV") -> None:
    _, clave = terminales.nueva("Mesa 1", lugar)
    escritorios.ir(pagina, "/entrar/terminal/")
    pagina.fill("#id_codigo", clave.lower())
    pagina.click("button.principal")
    pagina.wait_for_url("**/entrar/")


def enviar(pagina: Any) -> None:
    """Enter, and wait for the whole page that answers."""
    with navegando(pagina):
        pagina.keyboard.press("Enter")


def entrar(pagina: Any, usuario: str, clave: str) -> None:
    pagina.fill("#id_login", usuario)
    pagina.fill("#id_password", clave)
    enviar(pagina)


def test_from_the_slip_to_ones_own_account(escritorios: Any) -> None:
    (pase,) = listas.importar("nombre,roles,lugar\nCarla Ibarra,capturista,CCV\n", escribano())
    pagina = escritorios.persona(ancho=360)
    escritorios.ir(pagina, "/cuenta/")
    assert "no está dado de alta" in pagina.inner_text("main")
    revisar(pagina)
    alta(escritorios, pagina)
    revisar(pagina)
    entrar(pagina, pase.usuario, "otra cosa")
    assert "no coinciden" in pagina.inner_text("main")
    assert pagina.input_value("#id_login") == pase.usuario
    entrar(pagina, pase.usuario, pase.clave)
    assert pagina.url.endswith("/cuenta/clave/")  # and nowhere else until it is changed
    escritorios.ir(pagina, "/cuenta/")
    assert pagina.url.endswith("/cuenta/clave/")
    revisar(pagina)
    pagina.fill("#id_oldpassword", pase.clave)
    pagina.fill("#id_password1", NUEVA)
    pagina.fill("#id_password2", NUEVA)
    pagina.click("button.principal")
    pagina.wait_for_url("**/cuenta/")
    assert "Carla Ibarra" in pagina.inner_text("main")
    assert "Su contraseña cambió" in pagina.inner_text("#avisos")
    revisar(pagina)
    pagina.click("[aria-label=Salir]")
    pagina.wait_for_url("**/entrar/")
    entrar(pagina, pase.usuario, pase.clave)  # the slip serves no more
    assert "no coinciden" in pagina.inner_text("main")


def test_a_supervisor_sets_up_a_second_factor_and_is_asked_for_it(escritorios: Any) -> None:
    cuenta = persona(Rol.SUPERVISOR, lista=False)
    Cuenta.objects.filter(pk=cuenta.pk).update(clave_provisional=False)
    pagina = escritorios.persona()
    alta(escritorios, pagina)
    entrar(pagina, cuenta.usuario, CLAVE)
    assert pagina.url.endswith("/cuenta/segundo/")
    assert "necesita un segundo factor" in pagina.inner_text("main")
    revisar(pagina)
    escritorios.ir(pagina, "/cuenta/segundo/codigo/")
    secreto = pagina.inner_text("ol.pasos code")
    revisar(pagina)
    pagina.fill("#id_code", codigo(secreto))
    pagina.click("button.principal")
    pagina.wait_for_url("**/cuenta/segundo/codigos/")
    recuperacion = pagina.inner_text(".codigos li >> nth=0")
    revisar(pagina)
    pagina.click("[aria-label=Salir]")
    pagina.wait_for_url("**/entrar/")
    entrar(pagina, cuenta.usuario, CLAVE)
    assert pagina.url.endswith("/entrar/segundo/")
    revisar(pagina)
    pagina.fill("#id_code", "000000")
    enviar(pagina)
    assert "no coincide" in pagina.inner_text("main")
    pagina.fill("#id_code", recuperacion)
    enviar(pagina)
    assert pagina.url.endswith("/cuenta/")
    for ruta in ("/cuenta/personas/", "/cuenta/terminales/"):
        escritorios.ir(pagina, ruta)
        revisar(pagina)


def test_a_security_key_opens_the_door(escritorios: Any) -> None:
    cuenta = persona(Rol.AUDITOR, lista=False)
    Cuenta.objects.filter(pk=cuenta.pk).update(clave_provisional=False)
    pagina = escritorios.persona()
    cdp = pagina.context.new_cdp_session(pagina)
    cdp.send("WebAuthn.enable")
    llave = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": llave})
    alta(escritorios, pagina)
    entrar(pagina, cuenta.usuario, CLAVE)
    escritorios.ir(pagina, "/cuenta/segundo/llaves/nueva/")
    revisar(pagina)
    pagina.click("[data-llave-boton]")
    pagina.wait_for_url("**/cuenta/segundo/codigos/")
    escritorios.ir(pagina, "/cuenta/segundo/llaves/")
    assert "Llave 1" in pagina.inner_text("main")
    revisar(pagina)
    pagina.click("[aria-label=Salir]")
    pagina.wait_for_url("**/entrar/")
    entrar(pagina, cuenta.usuario, CLAVE)
    pagina.click("[data-llave-boton]")
    pagina.wait_for_url("**/cuenta/")
    escritorios.ir(pagina, "/cuenta/registro/")
    assert "entro" in pagina.inner_text("main")
    revisar(pagina)


@pytest.mark.parametrize(("tema", "ancho"), [("light", 360), ("dark", 1280)])
def test_axe_finds_nothing_in_the_pages_of_people(escritorios: Any, tema: str, ancho: int) -> None:
    cuenta = persona(Rol.ADMINISTRADOR)
    for rol in (Rol.CAPTURISTA, Rol.ACOPIADOR, Rol.FEDATARIO):
        persona(rol, lista=False)
    pagina = escritorios.persona(ancho=ancho, tema=tema)
    alta(escritorios, pagina)
    entrar(pagina, cuenta.usuario, CLAVE)
    pagina.fill("#id_code", codigo(SECRETO))
    enviar(pagina)
    for ruta in ("", "personas/", "personas/?q=nadie", "terminales/", "registro/", "clave/", "segundo/", "salir/"):
        escritorios.ir(pagina, f"/cuenta/{ruta}")
        revisar(pagina)


def test_a_session_about_to_end_is_extended_in_place_and_what_was_typed_stays(
    escritorios: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from prep.plataforma.reloj import RelojFijo, RelojSistema

    cuenta = persona(Rol.CAPTURISTA)
    pagina = escritorios.persona()
    alta(escritorios, pagina)
    entrar(pagina, cuenta.usuario, CLAVE)
    escritorios.ir(pagina, "/cuenta/clave/")
    pagina.fill("#id_oldpassword", "lo que iba escribiendo")
    reloj = RelojFijo(RelojSistema().ahora() + sesiones.SIN_USO - timedelta(minutes=9))
    monkeypatch.setattr(sesiones, "reloj", reloj)
    vuelve = "document.dispatchEvent(new Event('visibilitychange'))"
    pagina.evaluate(vuelve)
    pagina.wait_for_selector("#sesion[open]")
    assert "9 minutos" in pagina.inner_text("#sesion")
    revisar(pagina)
    pagina.click("#sesion .principal")
    pagina.wait_for_selector("#sesion", state="hidden")
    assert "continúa" in pagina.inner_text("#avisos")
    assert pagina.input_value("#id_oldpassword") == "lo que iba escribiendo"

    reloj.avanzar(sesiones.SIN_USO + timedelta(minutes=1))  # it did end: come in again beside it
    with pagina.expect_response("**/cuenta/sesion/"):
        pagina.evaluate(vuelve)
    pagina.wait_for_selector("#sesion-terminada[open]")
    assert pagina.locator("#id_oldpassword").is_hidden()  # whoever walks by sees nothing of hers
    revisar(pagina)
    previa = pagina.input_value("[name=csrfmiddlewaretoken] >> nth=0")
    otra = vigilada(pagina.context.new_page())
    escritorios.ir(otra, "/entrar/")
    entrar(otra, cuenta.usuario, CLAVE)
    pagina.evaluate(vuelve)
    pagina.wait_for_selector("#sesion-terminada", state="hidden")
    assert pagina.input_value("[name=csrfmiddlewaretoken] >> nth=0") != previa
    pagina.fill("#id_oldpassword", CLAVE)
    pagina.fill("#id_password1", NUEVA)
    pagina.fill("#id_password2", NUEVA)
    pagina.click("button.principal:visible")
    pagina.wait_for_url("**/cuenta/")
    escritorios.quejas[:] = [q for q in escritorios.quejas if "401" not in q]  # the browser's own line of each

    reloj.avanzar(timedelta(minutes=1))  # and then somebody else comes in, in the same tab
    guardar, leer = "sessionStorage.setItem('prep-ccv', 'lo que tecleó')", "sessionStorage.getItem('prep-ccv')"
    pagina.evaluate(guardar)
    pagina.click("[aria-label=Salir]")
    pagina.wait_for_url("**/entrar/")
    assert pagina.evaluate(leer) is None
    entrar(pagina, cuenta.usuario, NUEVA)
    pagina.evaluate(guardar)
    pagina.context.clear_cookies(name="sessionid")
    otra = vigilada(pagina.context.new_page())
    escritorios.ir(otra, "/entrar/")
    entrar(otra, persona(Rol.VERIFICADOR).usuario, CLAVE)
    with pagina.expect_navigation():
        pagina.evaluate(vuelve)
    assert pagina.evaluate(leer) is None

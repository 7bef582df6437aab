"""The wall: by a signed link, without coming in, taken away at once, and nobody's name on it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from sala import AHORA, Sala

from gente import dentro, nombrar
from prep.acceso.models import Cuenta, Registro
from prep.acceso.roles import Rol
from prep.coordinacion import muros
from prep.coordinacion.models import Muro

MUROS = "/coordinacion/muros/"


def hecho_por(sala: Sala, cuenta: Cuenta, **datos: str) -> Muro:
    """A link, made by its form."""
    respuesta = dentro(cuenta).post(MUROS, {"nombre": "Sala de operación", **datos})
    assert respuesta.status_code == 302
    return Muro.objects.get(persona=cuenta.persona)


def test_a_link_shows_the_night_to_whoever_has_it_and_never_ends(sala: Sala, monkeypatch: pytest.MonkeyPatch) -> None:
    sala.verifica(sala.claves[0])
    ana = sala.persona(Rol.CAPTURISTA, nombre="Ximena Secreta")
    dentro(ana)
    muro = hecho_por(sala, sala.persona(Rol.SUPERVISOR, nombre="Elsa Franco"), meta="23:30")
    respuesta = Client().get(muros.ruta(muro))
    html = respuesta.content.decode()
    assert respuesta.status_code == 200
    assert f"de {len(sala.claves)} actas," in html
    assert "para terminar a las 23:30" in html
    assert not any(n in html for n in ("Ximena", "Elsa", ana.persona, "<form", sala.claves[0]))
    assert "no-store" in respuesta.headers["Cache-Control"]
    assert settings.SESSION_COOKIE_NAME not in respuesta.cookies
    ruta = muros.ruta(muro)
    sala.reloj.avanzar(timedelta(days=2))
    # a signature that ended would end by the clock of the machine
    luego = time.time() + timedelta(days=2).total_seconds()
    monkeypatch.setattr("django.core.signing.time.time", lambda: luego)
    assert Client().get(ruta).status_code == 200
    assert Client().post(ruta).status_code in (403, 405)


def test_a_link_that_is_taken_away_opens_nothing(sala: Sala) -> None:
    cuenta = sala.persona(Rol.SUPERVISOR)
    muro = hecho_por(sala, cuenta)
    ruta = muros.ruta(muro)
    for falso in ("x", ruta.strip("/").split("/")[-1] + "A", signing.dumps(str(muro.id), salt="otra")):
        assert Client().get(f"/muro/{falso}/").status_code == 404
    assert dentro(cuenta).post(f"{MUROS}{muro.id}/quitar/").status_code == 302
    assert Client().get(ruta).status_code == 404
    assert list(Registro.objects.filter(que__startswith="muro").order_by("id").values_list("que", "objeto")) == [
        ("muro_alta", str(muro.id)),
        ("muro_baja", str(muro.id)),
    ]


def test_a_link_is_worth_what_whoever_made_it_is(sala: Sala) -> None:
    cuenta = sala.persona(Rol.SUPERVISOR)
    ruta = muros.ruta(hecho_por(sala, cuenta))
    suyas = [c for c in sala.claves if c[:11] == sala.claves[0][:11]]
    nombrar(cuenta.persona, [Rol.SUPERVISOR], "CCV", [suyas[0][:11]])
    assert f"de {len(suyas)} actas," in Client().get(ruta).content.decode()
    nombrar(cuenta.persona, [Rol.CAPTURISTA], "CCV")
    assert Client().get(ruta).status_code == 404
    otra = sala.persona(Rol.ADMINISTRADOR)
    ruta = muros.ruta(hecho_por(sala, otra))
    Cuenta.objects.filter(pk=otra.pk).update(activa=False)
    assert Client().get(ruta).status_code == 404


@pytest.mark.parametrize(("rol", "estado"), [(Rol.SUPERVISOR, 404), (Rol.ADMINISTRADOR, 302), (Rol.AUDITOR, 403)])
def test_who_takes_away_the_link_of_another(sala: Sala, rol: Rol, estado: int) -> None:
    muro = hecho_por(sala, sala.persona(Rol.SUPERVISOR))
    cliente = sala.entra(rol)
    assert cliente.post(f"{MUROS}{muro.id}/quitar/").status_code == estado
    assert (Muro.objects.get().baja == AHORA) == (estado == 302)


def test_an_hour_that_is_not_one_is_said(sala: Sala) -> None:
    respuesta = sala.entra(Rol.SUPERVISOR).post(MUROS, {"nombre": "Sala", "meta": "25:00"})
    assert respuesta.status_code == 200
    assert "Hora en 24 horas" in respuesta.content.decode()
    assert not Muro.objects.exists()

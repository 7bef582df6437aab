"""Stopping the publication at the desk of central operation: two people, each with their own session."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client

from gente import dentro, nombrar, persona
from noche import INICIO, carpeta_de_ejemplo
from prep.acceso.roles import Rol
from prep.bitacora.marcha import la_noche, servicio_de
from prep.bitacora.models import Hecho
from prep.catalogo.services import importar
from prep.coordinacion import oficina
from prep.dominio.operacion import Detencion
from prep.plataforma.reloj import RelojFijo

pytestmark = pytest.mark.django_db
PUBLICACION = "/coordinacion/publicacion/"


@pytest.fixture(autouse=True)
def proceso(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    importar(carpeta_de_ejemplo(), INICIO)
    monkeypatch.setattr(oficina, "reloj", RelojFijo(INICIO))
    return


def pide(que: str, **otros: str) -> dict[str, str]:
    return {"orden": uuid4().hex, "que": que} | otros


def detencion() -> Detencion | None:
    return servicio_de(la_noche()).detencion


def test_one_asks_another_confirms_and_everybody_of_the_board_sees_it() -> None:
    una, otra = persona(Rol.ADMINISTRADOR), persona(Rol.ADMINISTRADOR)
    pidio, confirma, supervisa = dentro(una), dentro(otra), dentro(persona(Rol.SUPERVISOR))
    assert "Escriba el motivo" in pidio.post(PUBLICACION, pide("detencion_pedida")).context["frase"]
    pedida = pide("detencion_pedida", motivo="Se publica otra elección.")
    assert pidio.post(PUBLICACION, pedida).status_code == 302
    assert pidio.post(PUBLICACION, pedida).status_code == 302  # sent twice, asked once
    assert Hecho.objects.filter(tipo="detencion_pedida").count() == 1
    (peticion,) = servicio_de(la_noche()).pedidas
    for quien in (pidio, confirma):
        assert "«Se publica otra elección.»" in quien.get(PUBLICACION).content.decode()
    assert "Detener la publicación" not in pidio.get(PUBLICACION).content.decode()
    assert "Piden detenerla" in supervisa.get("/coordinacion/").content.decode()

    suya = pidio.post(PUBLICACION, pide("detenida", peticion=peticion))
    assert "Quien la pidió no la confirma" in suya.context["frase"] and detencion() is None
    assert confirma.post(PUBLICACION, pide("detenida", peticion="0" * 64)).context["frase"]
    assert confirma.post(PUBLICACION, pide("detenida", peticion="nada")).status_code == 400
    assert supervisa.post(PUBLICACION, pide("detenida", peticion=peticion)).status_code == 403
    assert confirma.post(PUBLICACION, pide("detenida", peticion=peticion)).status_code == 302
    hecha = detencion()
    assert hecha is not None and (hecha.pide, hecha.confirma) == (una.persona, otra.persona)
    for ruta in (PUBLICACION, "/coordinacion/marcha/", "/coordinacion/"):
        pagina = confirma.get(ruta).content.decode()
        assert "Detenida" in pagina and otra.nombre in pagina, ruta

    assert pidio.post(PUBLICACION, pide("reanudada")).status_code == 302
    assert detencion() is None and "Los cortes salen a su hora" in pidio.get(PUBLICACION).content.decode()
    assert pidio.post(PUBLICACION, pide("pintada")).status_code == 400


def test_what_was_asked_is_taken_back_by_anybody_and_a_second_role_is_no_second_person() -> None:
    una, otra = persona(Rol.ADMINISTRADOR), persona(Rol.ADMINISTRADOR)
    pidio, niega = dentro(una), dentro(otra)
    pidio.post(PUBLICACION, pide("detencion_pedida", motivo="Falla."))
    (peticion,) = servicio_de(la_noche()).pedidas
    nombrar(una.persona, [Rol.ADMINISTRADOR], "otro lugar")
    assert pidio.post(PUBLICACION, pide("detenida", peticion=peticion)).context["frase"]
    assert niega.post(PUBLICACION, pide("reanudada", motivo="No hace falta.")).status_code == 302
    assert servicio_de(la_noche()).pedidas == {}


def test_who_said_who_they_are_long_ago_says_it_again() -> None:
    cliente: Client = dentro(persona(Rol.ADMINISTRADOR))
    sesion = cliente.session
    sesion["account_authentication_methods"][0]["at"] -= 3600
    sesion.save()
    respuesta = cliente.post(PUBLICACION, pide("detencion_pedida", motivo="Falla."))
    assert respuesta.status_code == 302 and "/cuenta/confirmar/" in respuesta["Location"]
    assert servicio_de(la_noche()).pedidas == {}

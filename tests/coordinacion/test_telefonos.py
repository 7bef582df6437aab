"""The board of phones: who has none, who owes something, and one that was lost."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from sala import AHORA, Sala

from gente import dentro, telefono
from prep.acceso.models import Cuenta, Registro
from prep.acceso.roles import Rol
from prep.bitacora.autoridad import autoridad
from prep.coordinacion import tablas
from prep.intercambio.models import Contacto

RUTA = "/coordinacion/telefonos/"


def casillas(sala: Sala, cuantas: int, desde: int = 0) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c[:11] for c in sala.claves))[desde : desde + cuantas]


def dice(ident: str, **cambios: Any) -> None:
    dicho = {"hora": AHORA, "desfase": 0, "version": "ab12cd34ef56", "por_enviar": 0, "rechazados": 0, **cambios}
    Contacto.objects.update_or_create(dispositivo=ident, defaults=dicho)


def renglones(cliente: Client, **filtros: str) -> list[dict[str, str]]:
    respuesta = cliente.get(RUTA, {"csv": "telefonos", **filtros})
    assert respuesta.status_code == 200
    return list(csv.DictReader(io.StringIO(respuesta.content.decode("utf-8-sig"))))


def estados(cliente: Client) -> dict[str, list[str]]:
    salida: dict[str, list[str]] = {}
    for r in renglones(cliente):
        salida.setdefault(r["Persona"], []).append(r["Estado"])
    return salida


@pytest.fixture
def cae(sala: Sala) -> Cuenta:
    return sala.persona(Rol.CAE, lugar="CATD-1", alcance=casillas(sala, 2), nombre="Inés Mora")


def test_a_phone_goes_through_its_states(sala: Sala, cae: Cuenta) -> None:
    jefa = sala.entra(Rol.ADMINISTRADOR, lugar="SEDE")
    assert estados(jefa) == {"Inés Mora": ["Sin teléfono"]}
    tel = telefono(cae)
    assert estados(jefa) == {"Inés Mora": ["Callado"]}
    for dicho, espera in (
        ({}, "Al día"),
        ({"por_enviar": 2}, "Por enviar"),
        ({"por_enviar": 2, "rechazados": 1}, "Rechazado"),
        ({"hora": AHORA - timedelta(hours=3)}, "Callado"),
    ):
        dice(tel.id, **dicho)
        assert estados(jefa) == {"Inés Mora": [espera]}
    dice(tel.id, desfase=12 * 60)
    assert renglones(jefa)[0]["Reloj"] == "adelantado 12 min"
    dice(tel.id, desfase=-400 * 24 * 3600)
    assert renglones(jefa)[0]["Reloj"] == "atrasado 400 días"
    dice(tel.id, desfase=-30)
    assert renglones(jefa)[0]["Reloj"] == ""


def test_a_phone_and_the_count_of_casillas_follow_the_first_picture(sala: Sala, cae: Cuenta) -> None:
    jefa = sala.entra(Rol.ADMINISTRADOR, lugar="SEDE")
    todas, suya = len(casillas(sala, 10**6)), next(c for c in sala.claves if c[:11] == casillas(sala, 1)[0])
    antes = int(renglones(jefa)[0]["Actas sin fotografía"])
    cuantas = '<b>{}</b> <span><a href="/coordinacion/recuperar/">casillas sin ninguna fotografía'
    assert cuantas.format(todas) in jefa.get(RUTA).content.decode()
    sala.llega(suya)
    assert cuantas.format(todas - 1) in jefa.get(RUTA).content.decode()
    assert int(renglones(jefa)[0]["Actas sin fotografía"]) == antes - 1


def test_each_sees_the_phones_of_their_place(sala: Sala, cae: Cuenta) -> None:
    sala.persona(Rol.CAE, lugar="CATD-2", alcance=casillas(sala, 2, 2), nombre="Otra Persona")
    coordina = sala.entra(Rol.COORDINADOR, lugar="CATD-1", alcance=casillas(sala, 2))
    assert estados(coordina) == {"Inés Mora": ["Sin teléfono"]}
    todo = sala.entra(Rol.AUDITOR, lugar="SEDE")
    assert estados(todo).keys() == {"Inés Mora", "Otra Persona"}
    assert {r["Persona"] for r in renglones(todo, lugar="CATD-2")} == {"Otra Persona"}
    assert renglones(todo, solo="al_dia") == []
    assert Registro.objects.filter(que="leyo", objeto="telefonos").exists()


def test_many_phones_are_asked_for_at_once_and_a_page_says_how_many_more_there_are(
    sala: Sala, cae: Cuenta, monkeypatch: pytest.MonkeyPatch
) -> None:
    jefa, cuantas = sala.entra(Rol.ADMINISTRADOR, lugar="SEDE"), list[tuple[int, int]]()
    for i in range(3):
        telefono(sala.persona(Rol.CAE, lugar="CATD-1", alcance=casillas(sala, 2), nombre=f"Otra {i}"))
        for ruta in (RUTA, "/coordinacion/recuperar/"):
            jefa.get(ruta)  # what only the first to ask looks for
        with CaptureQueriesContext(connection) as de_telefonos:
            jefa.get(RUTA)
        with CaptureQueriesContext(connection) as de_casillas:
            jefa.get("/coordinacion/recuperar/")
        cuantas.append((len(de_telefonos), len(de_casillas)))
    assert len(set(cuantas)) == 1, cuantas
    monkeypatch.setattr(tablas.Tabla.primeras, "__defaults__", (2,))
    pagina = jefa.get(RUTA).content.decode()
    assert pagina.count("/coordinacion/telefonos/tel-") == 1  # and Inés, who has none
    assert "Hay 2 filas más" in pagina
    assert len(renglones(jefa)) == 4


def test_a_lost_phone_is_revoked_from_the_board_by_whoever_may(sala: Sala, cae: Cuenta) -> None:
    tel = telefono(cae)
    una = f"{RUTA}{tel.id}/"
    coordina = sala.entra(Rol.COORDINADOR, lugar="CATD-1")
    pagina = coordina.get(una).content.decode()
    assert "Inés Mora" in pagina and "Dar de baja" not in pagina
    assert coordina.post(f"{una}baja/", {"motivo": "Robo en el camino."}).status_code == 403
    administra = dentro(sala.persona(Rol.ADMINISTRADOR, lugar="SEDE"))
    assert "Dar de baja" in administra.get(una).content.decode()
    assert administra.post(f"{una}baja/", {"motivo": " "}).status_code == 200
    assert not autoridad().dispositivos[tel.id].bajas
    assert administra.post(f"{una}baja/", {"motivo": "Robo en el camino."}).status_code == 302
    assert autoridad().dispositivos[tel.id].bajas
    assert estados(administra) == {"Inés Mora": ["Sin teléfono", "De baja"]}
    assert "Dar de baja" not in administra.get(una).content.decode()
    (linea,) = Registro.objects.filter(que="telefono_baja")
    assert (linea.objeto, linea.motivo) == (tel.id, "Robo en el camino.")
    assert administra.get(f"{RUTA}tel-de-nadie/").status_code == 404

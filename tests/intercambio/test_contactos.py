"""What a phone says of itself, and what is known of it without its word."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from prep.bitacora.nodos import NodoLocal
from prep.intercambio import altas, contactos
from prep.intercambio.models import Contacto
from prep.plataforma import letras
from prep.plataforma.reloj import RelojFijo
from telefono import ACTAS, AHORA, Telefono, foto

RUTA = "/v1/dispositivo"
VERSION = letras.huella(b"its shell", 12)


@pytest.fixture(autouse=True)
def _(central: NodoLocal) -> None: ...


def dice(tel: Telefono, **cambios: Any) -> Any:
    dicho = {"version": VERSION, "por_enviar": 3, "rechazados": 0, "hora": AHORA.isoformat(), **cambios}
    return tel.pedir("PUT", RUTA, json.dumps(dicho).encode(), tipo="application/json")


def test_what_it_last_said_takes_the_place_of_what_it_had_said(reloj: RelojFijo) -> None:
    tel = Telefono()
    assert dice(tel).status_code == 200
    reloj.avanzar(timedelta(minutes=2))
    r = dice(tel, por_enviar=0, hora=(AHORA + timedelta(minutes=7)).isoformat())
    assert r.status_code == 200 and datetime.fromisoformat(r.json()["hora"]) == reloj.ahora()
    dicho = Contacto.objects.get()
    assert (dicho.dispositivo, dicho.por_enviar, dicho.desfase, dicho.hora) == (tel.aparato.id, 0, 300, reloj.ahora())


@pytest.mark.parametrize(
    "cambios",
    [
        {"version": "a b"},
        {"version": "x" * 33},
        {"por_enviar": -1},
        {"por_enviar": True},
        {"por_enviar": 1.5},
        {"rechazados": 10**9},
        {"hora": "ayer"},
        {"hora": "2027-06-07T02:00:00"},
        {"hora": None},
    ],
)
def test_what_has_not_its_form_is_refused_and_nothing_is_kept(cambios: dict[str, Any]) -> None:
    r = dice(Telefono(), **cambios)
    assert (r.status_code, r.json()["codigo"]) == (422, "forma")
    assert not Contacto.objects.exists()


def test_only_an_enrolled_phone_says_anything_and_no_more_than_a_little() -> None:
    tel = Telefono()
    for cuerpo, esperado in ((b"[]", 422), (b"{", 422), (b" " * 1025, 413)):
        assert tel.pedir("PUT", RUTA, cuerpo, tipo="application/json").status_code == esperado
    r = tel.pedir("PUT", RUTA, b"{}", tipo="application/json", huella="0" * 64)
    assert (r.status_code, r.json()["codigo"]) == (422, "huella")
    assert tel.pedir("PUT", RUTA, b"{}", tipo="application/json", firma_metodo="GET").status_code == 401
    altas.dar_de_baja(tel.aparato.id, "Se extravió.", "admin-1", AHORA)
    assert dice(tel).status_code == 403
    assert not Contacto.objects.exists()


def test_a_clock_of_another_century_is_kept_as_far_as_it_can_be() -> None:
    assert dice(Telefono(), hora="0001-01-01T00:00:00+00:00").status_code == 200
    assert Contacto.objects.get().desfase == -contactos.MAXIMO_DESFASE


def test_places_of_a_chain_that_are_missing_are_counted_without_its_word() -> None:
    tel, callado, datos = Telefono(), Telefono("cae-2"), foto()
    tel.poner(datos)
    firmados = [tel.fotografiada(a, datos) for a in ACTAS]
    assert tel.entregar([firmados[0], firmados[3]]).json()["nuevos"] == 2
    suyos = contactos.telefonos()
    uno, otro = suyos[tel.aparato.id], suyos[callado.aparato.id]
    assert (uno.hechos, uno.faltan, uno.ultimo, uno.contacto) == (2, 2, AHORA, None)
    assert (otro.hechos, otro.faltan, otro.ultimo, otro.de_baja) == (0, 0, None, False)
    tel.entregar(firmados)
    assert contactos.telefonos()[tel.aparato.id].faltan == 0
    altas.dar_de_baja(callado.aparato.id, "Se extravió.", "admin-1", AHORA)
    assert contactos.telefonos()[callado.aparato.id].de_baja


def test_what_was_seen_of_the_chains_is_not_read_again_unless_the_bitacora_is_another() -> None:
    tel, datos = Telefono(), foto()
    tel.poner(datos)

    def hechos() -> int:
        return contactos.telefonos()[tel.aparato.id].hechos

    with suppress(_OtraVez), transaction.atomic():
        tel.entregar([tel.fotografiada(a, datos) for a in ACTAS[:3]])
        assert hechos() == 3
        with CaptureQueriesContext(connection) as consultas:
            assert hechos() == 3
        assert not [c["sql"] for c in consultas.captured_queries if "secuencia" in c["sql"]]
        raise _OtraVez
    assert hechos() == 0  # as of a database that was restored from before
    tel.entregar([tel.fotografiada(ACTAS[3], datos)])
    assert hechos() == 1


class _OtraVez(Exception):
    pass

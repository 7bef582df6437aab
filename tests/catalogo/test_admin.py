"""The admin: looking, and the few things edited by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from carpetas import CHICA, escribir
from django.test import Client

from gente import dentro, persona
from prep.acceso.roles import Rol
from prep.catalogo import models, services
from prep.dominio.tabulacion.proceso import Modo

AHORA = datetime(2027, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def sesion(db: None, tmp_path: Path) -> Client:
    services.importar(escribir(tmp_path, CHICA), AHORA)
    return dentro(persona(Rol.ADMINISTRADOR))


def horario(**otros: str) -> dict[str, str]:
    return {
        "modo": "simulacro",
        "inicio_0": "2027-06-06",
        "inicio_1": "20:00:00",
        "fin_0": "2027-06-08",
        "fin_1": "06:00:00",
        "cada_minutos": "10",
        **otros,
    }


@pytest.mark.parametrize("tabla", ["proceso", "eleccion", "demarcacion", "catd", "casilla", "persona"])
def test_every_list_and_every_record_can_be_seen(sesion: Client, tabla: str) -> None:
    assert sesion.get(f"/admin/catalogo/{tabla}/", secure=True).status_code == 200
    fila = getattr(models, tabla.capitalize()).objects.first()
    assert sesion.get(f"/admin/catalogo/{tabla}/{fila.pk}/change/", secure=True).status_code == 200


@pytest.mark.parametrize("tabla", ["eleccion", "demarcacion", "catd", "casilla"])
def test_what_was_imported_cannot_be_edited(sesion: Client, tabla: str) -> None:
    fila = getattr(models, tabla.capitalize()).objects.first()
    assert sesion.get(f"/admin/catalogo/{tabla}/add/", secure=True).status_code == 403
    assert sesion.post(f"/admin/catalogo/{tabla}/{fila.pk}/change/", {"nombre": "X"}, secure=True).status_code == 403
    assert sesion.post(f"/admin/catalogo/{tabla}/{fila.pk}/delete/", {"post": "yes"}, secure=True).status_code == 403


def test_mode_and_schedule_change_before_freezing(sesion: Client) -> None:
    fila = models.Proceso.objects.get()
    ruta = f"/admin/catalogo/proceso/{fila.pk}/change/"
    assert sesion.post(ruta, horario(), secure=True).status_code == 302
    fila.refresh_from_db()
    assert (fila.modo, fila.cada_minutos) == ("simulacro", 10)
    assert services.cargar().huella == fila.huella
    respuesta = sesion.post(ruta, horario(fin_0="2027-06-05"), secure=True)
    assert "debe ser posterior al inicio" in respuesta.content.decode()
    assert sesion.post(ruta, horario(cada_minutos="0"), secure=True).status_code == 200


def test_once_frozen_only_the_schedule_changes(sesion: Client) -> None:
    services.congelar("CHICO-1", Modo.JORNADA, AHORA)
    fila = models.Proceso.objects.get()
    assert sesion.post(f"/admin/catalogo/proceso/{fila.pk}/change/", horario(), secure=True).status_code == 302
    fila.refresh_from_db()
    assert (fila.modo, fila.cada_minutos) == ("jornada", 10)
    assert sesion.post(f"/admin/catalogo/proceso/{fila.pk}/delete/", {"post": "yes"}, secure=True).status_code == 403


def test_people_are_enrolled_by_hand(sesion: Client) -> None:
    fila = models.Proceso.objects.get()
    alta = {"proceso": fila.pk, "persona": "op-99", "rol": "verificador", "lugar": "CCV"}
    assert sesion.post("/admin/catalogo/persona/add/", alta, secure=True).status_code == 302
    assert "op-99" in {p.persona for p in services.informativo().personas}
    mala = sesion.post("/admin/catalogo/persona/add/", {**alta, "persona": "Juan Pérez"}, secure=True)
    assert "nunca un nombre" in mala.content.decode()
    mala = sesion.post("/admin/catalogo/persona/add/", {**alta, "persona": "op-98", "lugar": "X"}, secure=True)
    assert "no es un CATD" in mala.content.decode()

"""Storing, freezing and loading, on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from carpetas import CHICA, TOML, escribir
from django.db import DatabaseError, connection, transaction

from prep.catalogo import models, services
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.lector import leer_proceso
from prep.catalogo.problemas import ProcesoInvalido
from prep.catalogo.services import Resultado, cargar
from prep.catalogo.services.errores import CatalogoAlterado, CatalogoError, ProcesoCongelado, ProcesoDesconocido
from prep.dominio.tabulacion.proceso import Modo

AHORA = datetime(2027, 6, 1, 12, tzinfo=UTC)
TABLAS = (models.Eleccion, models.Demarcacion, models.Casilla, models.Catd, models.Persona)


@pytest.fixture(autouse=True)
def sin_memoria() -> None:
    from prep.catalogo.services.cargar import olvidar

    olvidar()


def cuantas() -> list[int]:
    return [models.Proceso.objects.count(), *[t._default_manager.count() for t in TABLAS]]


@pytest.mark.django_db
def test_what_is_imported_loads_the_same(tmp_path: Path) -> None:
    carpeta = escribir(tmp_path, CHICA)
    guardado = services.importar(carpeta, AHORA)
    proceso, informativo = leer_proceso(carpeta)
    assert guardado.resultado is Resultado.NUEVO
    assert cuantas() == [1, 2, 3, 5, 1, 2]
    assert cargar("CHICO-1") == cargar() == proceso
    assert cargar() is cargar("CHICO-1")
    assert services.informativo() == informativo
    assert services.modo() is Modo.PRUEBA
    fila = models.Proceso.objects.get()
    assert (fila.huella, fila.estado, fila.importado) == (proceso.huella, "borrador", AHORA)
    zapopan = models.Demarcacion.objects.get(tipo="municipio", numero=2)
    assert (zapopan.casillas, zapopan.lista_nominal) == (3, 999)


@pytest.mark.django_db
def test_the_whole_example_is_kept_and_loaded() -> None:
    par = ejemplo(300)
    services.guardar(*par, AHORA)
    assert cargar() == par[0]
    assert services.informativo() == par[1]


@pytest.mark.django_db
def test_repeating_changes_nothing(tmp_path: Path) -> None:
    carpeta = escribir(tmp_path, CHICA)
    primera = services.importar(carpeta, AHORA).fila
    segunda = services.importar(carpeta, AHORA.replace(hour=13))
    assert segunda.resultado is Resultado.IGUAL
    assert segunda.fila.pk == primera.pk
    assert models.Proceso.objects.get().importado == AHORA


@pytest.mark.django_db
def test_a_draft_is_replaced(tmp_path: Path) -> None:
    services.importar(escribir(tmp_path / "a", CHICA), AHORA)
    models.Proceso.objects.update(modo="simulacro")
    nueva = {**CHICA, "casillas.csv": CHICA["casillas.csv"].replace("2,C,1,499,,,,,,\n", "")}
    antes = cargar()
    guardado = services.importar(escribir(tmp_path / "b", nueva), AHORA)
    assert guardado.resultado is Resultado.REEMPLAZADO
    assert cuantas() == [1, 2, 3, 4, 1, 2]
    assert cargar() == guardado.proceso != antes
    assert services.modo() is Modo.SIMULACRO


@pytest.mark.django_db
def test_a_bad_folder_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ProcesoInvalido):
        services.importar(escribir(tmp_path, {**CHICA, "secciones.csv": "x\n"}), AHORA)
    assert cuantas() == [0] * 6


@pytest.mark.django_db
def test_a_failure_half_way_through_an_import_leaves_nothing() -> None:
    """People are the last rows written: one that the database refuses undoes everything."""
    proceso, informativo = ejemplo(60)
    largo = replace(informativo.personas[0], lugar="x" * 31)
    with pytest.raises(psycopg.DataError), transaction.atomic():
        services.guardar(proceso, replace(informativo, personas=(largo,)), AHORA)
    assert cuantas() == [0] * 6


@pytest.mark.django_db
def test_what_may_change_during_the_night_is_updated(tmp_path: Path) -> None:
    services.importar(escribir(tmp_path / "a", CHICA), AHORA)
    services.congelar("CHICO-1", Modo.JORNADA, AHORA)
    nueva = {**CHICA, "proceso.toml": TOML.replace("2027-06-07", "2027-06-08")}
    nueva["personas.csv"] = CHICA["personas.csv"].replace("op-02", "op-77")
    carpeta = escribir(tmp_path / "b", nueva)
    assert services.importar(carpeta, AHORA).resultado is Resultado.ACTUALIZADO
    assert services.informativo() == leer_proceso(carpeta)[1]
    assert services.informativo().publicacion.fin.day == 9  # stored in UTC
    assert services.importar(carpeta, AHORA).resultado is Resultado.IGUAL


@pytest.mark.django_db
def test_freezing_is_once_and_for_all(tmp_path: Path) -> None:
    services.importar(escribir(tmp_path / "a", CHICA), AHORA)
    fila = services.congelar("CHICO-1", Modo.JORNADA, AHORA)
    assert (fila.estado, fila.modo, fila.congelado) == ("congelado", "jornada", AHORA)
    assert services.congelar("CHICO-1", Modo.JORNADA, AHORA.replace(hour=20)).congelado == AHORA
    with pytest.raises(ProcesoCongelado, match="no puede pasar a simulacro"):
        services.congelar("CHICO-1", Modo.SIMULACRO, AHORA)
    with pytest.raises(ProcesoCongelado, match="instalación nueva"):
        otra = {**CHICA, "casillas.csv": CHICA["casillas.csv"].replace("700", "701")}
        services.importar(escribir(tmp_path / "b", otra), AHORA)
    services.guardar(*ejemplo(60), AHORA)
    assert cargar().clave == "CHICO-1"  # the frozen one
    with pytest.raises(ProcesoCongelado, match="ya está congelado en esta base"):
        services.congelar("DEMO-JAL", Modo.PRUEBA, AHORA)
    with pytest.raises(ProcesoDesconocido):
        services.congelar("NADIE", Modo.PRUEBA, AHORA)


CAMBIOS = [
    "UPDATE catalogo_proceso SET huella = repeat('0', 64)",
    "UPDATE catalogo_proceso SET catalogo = '{}'",
    "UPDATE catalogo_proceso SET modo = 'prueba'",
    "UPDATE catalogo_proceso SET estado = 'borrador', congelado = NULL",
    "UPDATE catalogo_proceso SET clave = 'OTRA'",
    "DELETE FROM catalogo_proceso",
    "TRUNCATE catalogo_proceso CASCADE",
    *[
        f"{verbo} catalogo_{tabla} {resto}"
        for tabla in ("eleccion", "demarcacion", "casilla", "catd")
        for verbo, resto in (
            ("UPDATE", "SET proceso_id = proceso_id"),
            ("DELETE FROM", ""),
            ("TRUNCATE", ""),
        )
    ],
    "INSERT INTO catalogo_catd (proceso_id, clave, nombre, municipio, domicilio, casillas) "
    "SELECT id, 'Z', 'Z', 0, '', 0 FROM catalogo_proceso",
    "SET session_replication_role = replica; UPDATE catalogo_proceso SET huella = repeat('0', 64)",
]


@pytest.mark.django_db
@pytest.mark.parametrize("sql", CAMBIOS)
def test_once_frozen_the_database_defends_it(tmp_path: Path, sql: str) -> None:
    services.importar(escribir(tmp_path, CHICA), AHORA)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    if not sql.startswith("DELETE FROM catalogo_proceso"):  # whose rows others refer to
        with transaction.atomic(), connection.cursor() as cursor:  # the same statement works on a draft
            cursor.execute(sql)
            transaction.set_rollback(True)
    services.congelar("CHICO-1", Modo.JORNADA, AHORA)
    with pytest.raises(DatabaseError, match="congelado"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert cargar().huella == models.Proceso.objects.get().huella


@pytest.mark.django_db
def test_once_frozen_the_schedule_can_be_extended(tmp_path: Path) -> None:
    services.importar(escribir(tmp_path, CHICA), AHORA)
    services.congelar("CHICO-1", Modo.JORNADA, AHORA)
    models.Proceso.objects.update(fin=AHORA.replace(day=9), cada_minutos=10)
    assert services.informativo().publicacion.fin == AHORA.replace(day=9)
    assert services.informativo().publicacion.cada_minutos == 10


@pytest.mark.django_db
def test_an_altered_catalogue_is_not_used(tmp_path: Path) -> None:
    services.importar(escribir(tmp_path, CHICA), AHORA)
    catalogo = bytes(models.Proceso.objects.get().catalogo)
    models.Proceso.objects.update(catalogo=catalogo.replace(b"700", b"701"))
    with pytest.raises(CatalogoAlterado, match="no corresponde a su huella"):
        cargar()
    with pytest.raises(CatalogoAlterado):
        services.congelar("CHICO-1", Modo.JORNADA, AHORA)


@pytest.mark.django_db
def test_without_a_process_or_with_several_it_is_said() -> None:
    with pytest.raises(ProcesoDesconocido, match="importe uno"):
        cargar()
    services.guardar(*ejemplo(60), AHORA)
    services.guardar(*ejemplo(300, nacional=True), AHORA)
    with pytest.raises(ProcesoDesconocido, match="DEMO-JAL, DEMO-NACIONAL"):
        cargar()
    with pytest.raises(ProcesoDesconocido, match="NADIE"):
        cargar("NADIE")


@pytest.mark.django_db
def test_a_process_without_its_seal_is_not_kept() -> None:
    proceso, informativo = ejemplo(60)
    with pytest.raises(CatalogoError, match="séllelo"):
        services.guardar(replace(proceso, nombre="Otro"), informativo, AHORA)


@pytest.mark.django_db
def test_migrations_are_up_to_date() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "catalogo", check=True, dry_run=True, verbosity=0)

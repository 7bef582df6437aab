"""The queue: who is given which acta, for how long, and that no two people are given the same one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from centro import AHORA, Centro
from django.db import connection, transaction

from noche import INICIO, nodo_de, raiz
from prep.bitacora.services import anotar
from prep.bitacora.services.altas import alta_de_nodo
from prep.ccv import cola, oficina
from prep.ccv.cola import Quien
from prep.ccv.models import Espera, Turno
from prep.ccv.pasos import Paso
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.facultades import ClaseNodo, Rol
from prep.dominio.comun.hecho import nuevo_hecho


def quien(centro: Centro, rol: Rol = Rol.CAPTURISTA, lugar: str = "CCV", alcance: tuple[str, ...] = ("*",)) -> Quien:
    return Quien(centro.persona(rol, lugar=lugar).persona, lugar, frozenset(alcance))


def toma(centro: Centro, de: Quien, paso: Paso = Paso.CAPTURA) -> str | None:
    turno = cola.tomar(paso, de, centro.reloj.ahora())
    return turno.acta if turno else None


def test_the_one_that_waited_longest_goes_first_and_is_lent_to_one_person(centro: Centro) -> None:
    primera, segunda = centro.claves[:2]
    centro.llega(segunda)
    centro.llega(primera)
    ana, beto, carla = (quien(centro) for _ in range(3))
    assert toma(centro, ana) == segunda
    assert toma(centro, beto) == primera
    assert toma(centro, carla) is None
    assert toma(centro, ana) == segunda  # asked again, the same one


def test_a_lease_expires_and_is_given_back_quietly(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    ana, beto = quien(centro), quien(centro)
    assert toma(centro, ana) == clave
    centro.reloj.avanzar(cola.VIGENCIA)
    assert toma(centro, beto) == clave
    assert toma(centro, ana) is None
    cola.dejar(beto.persona)
    assert toma(centro, ana) == clave


def test_nobody_is_given_an_acta_they_took_part_in_nor_by_another_account(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    ana, otra = quien(centro), quien(centro)
    centro.captura(clave, ana.persona)
    assert toma(centro, ana) is None
    misma = nuevo_hecho("misma_persona", f"persona:{otra.persona}", raiz().nodo, INICIO, {"otra": ana.persona})
    anotar([misma], raiz(), INICIO)
    assert toma(centro, otra) is None
    assert toma(centro, quien(centro)) == clave


def test_not_even_in_the_next_round(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    base = centro.coinciden(clave)
    ana = quien(centro, Rol.VERIFICADOR)
    assert toma(centro, ana, Paso.VERIFICACION) == clave
    devuelta = centro.noche.hecho(Tipo.DEVUELTA, clave, "campo", base=base, motivo="No coincide.", campos=["NULOS"])
    centro.anota(devuelta)
    assert toma(centro, Quien("ajena-1", "OTRO")) is None
    assert toma(centro, Quien("campo", "OTRO")) is None
    assert toma(centro, quien(centro)) == clave


def test_an_acta_that_the_catalogue_does_not_expect_is_given_to_nobody_and_stops_nobody(centro: Centro) -> None:
    clave, ajena = centro.claves[0], f"149999B0100{centro.claves[0][11:]}"
    centro.llega(ajena)
    assert toma(centro, quien(centro)) is None
    centro.llega(clave)
    assert toma(centro, quien(centro)) == clave


def test_elections_share_the_people(centro: Centro) -> None:
    elecciones = [e for e in centro.proceso.elecciones if len(e.actas) > 2][:2]
    for e in elecciones:  # the second election waits behind two of the first
        for a in e.actas[:2]:
            centro.llega(a.clave)
    dadas = [toma(centro, quien(centro)) for _ in range(2)]
    assert {d[11:] for d in dadas if d} == {e.actas[0].clave[11:] for e in elecciones}


def test_each_step_takes_its_own_states_and_a_picture_in_doubt_waits(centro: Centro) -> None:
    iguales, distintas, dudosa = centro.claves[:3]
    for clave in (iguales, distintas, dudosa):
        huella = centro.llega(clave)
    centro.coinciden(iguales)
    centro.captura(distintas, "ajena-1")
    centro.captura(distintas, "ajena-2", NULOS=999)
    centro.anota(centro.noche.hecho(Tipo.OTRA_IMAGEN_PEDIDA, dudosa, "campo", imagen=huella, motivo="Borrosa."))
    assert toma(centro, quien(centro)) is None
    assert toma(centro, quien(centro, Rol.VERIFICADOR), Paso.DIFERENCIAS) == distintas
    assert toma(centro, quien(centro, Rol.VERIFICADOR), Paso.VERIFICACION) == iguales
    assert toma(centro, quien(centro, Rol.SUPERVISOR), Paso.DECISION) is None


def test_only_what_a_person_reaches(centro: Centro) -> None:
    una, otra = centro.claves[0], next(c for c in centro.claves if c[:11] != centro.claves[0][:11])
    centro.llega(una)
    centro.llega(otra)
    assert toma(centro, quien(centro, alcance=(otra[:11],))) == otra
    assert toma(centro, quien(centro, alcance=("999999B0100",))) is None


def test_where_the_process_asks_for_it_the_second_captor_is_somewhere_else(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    centro = Centro(lugares_distintos=True)
    monkeypatch.setattr(oficina, "reloj", centro.reloj)
    *claves, libre = centro.claves[:52]
    huella = centro.llega(claves[0])
    for clave in claves:
        if clave != claves[0]:
            centro.llega(clave, huella=huella)
        centro.captura(clave, "ajena-1")  # from OTRO
    assert toma(centro, quien(centro, lugar="OTRO")) is None
    assert toma(centro, quien(centro, lugar="CCV")) == claves[0]
    centro.llega(libre, huella=huella)
    assert toma(centro, quien(centro, lugar="OTRO")) == libre  # however many that are not for them wait before it


def test_what_was_all_typed_in_one_place_is_verified_somewhere_else(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    centro = Centro(lugares_distintos=True)
    monkeypatch.setattr(oficina, "reloj", centro.reloj)
    clave = centro.claves[0]
    imagen = centro.llega(clave)
    primera = centro.captura(clave, "ajena-1")
    centro.noche.conoce[clave] = list(centro.acta(clave).cabezas)
    sin_red = {**primera.contenido, "imagen": imagen, "contingencia": "Sin red."}
    centro.anota(centro.noche.hecho(Tipo.CAPTURADA, clave, "ajena-2", **sin_red))
    assert toma(centro, quien(centro, Rol.VERIFICADOR, lugar="OTRO"), Paso.VERIFICACION) is None
    assert toma(centro, quien(centro, Rol.VERIFICADOR, lugar="CCV"), Paso.VERIFICACION) == clave


def test_where_the_process_asks_for_it_a_node_gives_only_what_it_attends(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    centro = Centro(alcance_estricto=True)
    monkeypatch.setattr(oficina, "reloj", centro.reloj)
    ajena, suya = centro.claves[0], next(c for c in centro.claves if c[:11] != centro.claves[0][:11])
    for clave in (ajena, suya):
        centro.llega(clave)
    catd = nodo_de("catd-12")
    anotar([alta_de_nodo(catd, ClaseNodo.CATD, "CATD 12", INICIO, [suya[:11]])], raiz(), INICIO)
    monkeypatch.setattr(cola, "nodo_de_aqui", lambda: catd)
    assert toma(centro, quien(centro, alcance=(ajena[:11],))) is None
    assert toma(centro, quien(centro)) == suya
    assert toma(centro, quien(centro)) is None


def test_many_who_ask_at_once_get_different_actas(bitacora_nueva: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    centro = Centro()
    monkeypatch.setattr(oficina, "reloj", centro.reloj)
    for clave in centro.claves[:6]:
        centro.llega(clave)
    gente = [quien(centro) for _ in range(8)]

    def pedir(de: Quien) -> str | None:
        try:
            turno = cola.tomar(Paso.CAPTURA, de, AHORA)
            return turno.acta if turno else None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as hilos:
        dadas = list(hilos.map(pedir, gente))
        de_una = list(hilos.map(pedir, [gente[0]] * 4))
    actas = [a for a in dadas if a]
    assert len(set(actas)) == len(actas) == Turno.objects.count() == 6
    assert len(set(de_una)) == 1
    centro.reloj.avanzar(timedelta(hours=1))


def test_what_is_out_is_not_looked_at_again_for_each_one_that_waits(centro: Centro) -> None:
    """With the plan of when nothing was out yet, and everything that is out waiting in front."""
    ana = quien(centro)
    claves = centro.claves[:40]
    for clave in claves:
        centro.llega(clave)
    with transaction.atomic(), connection.cursor() as cursor:
        for _ in range(8):  # asked so often, a connection keeps its plan
            assert cola.siguiente(Paso.CAPTURA, ana, centro.reloj.ahora())
        cola.dejar(ana.persona)
        vence = centro.reloj.ahora() + cola.VIGENCIA
        Turno.objects.bulk_create(turno(f"ajena-{i}", clave, vence) for i, clave in enumerate(claves[:-1]))
        antes = _vistos(cursor)
        assert toma(centro, ana) == claves[-1]
        assert _vistos(cursor) - antes < 10 * len(claves)  # some times each, and not each of them for each
        cola.dejar(ana.persona)


def test_what_waited_longest_is_known_from_the_first_of_each_election(centro: Centro) -> None:
    """However many wait, and even if the one of an election that was read last waited longest."""
    pasos = [Paso.CAPTURA, Paso.VERIFICACION, Paso.DECISION]
    with transaction.atomic(), connection.cursor() as cursor:
        Espera.objects.bulk_create(
            Espera(
                clave=f"{paso}-{i}",
                paso=paso,
                eleccion=f"E{i % 3}",
                casilla="",
                imagen="",
                desde=d,
                salvo=[],
                lugares=[],
            )
            for paso, primera in ((Paso.CAPTURA, 900), (Paso.VERIFICACION, 500))
            for i, d in enumerate(range(primera + 2000, primera, -1))
        )
        cursor.execute("ANALYZE ccv_espera")
        for _ in range(8):
            cola.por_antiguedad(pasos)
        antes = _vistos(cursor, "ccv_espera")
        assert cola.por_antiguedad(pasos) == [Paso.VERIFICACION, Paso.CAPTURA]
        assert _vistos(cursor, "ccv_espera") - antes < 50


def turno(persona: str, clave: str, vence: datetime) -> Turno:
    eleccion, orden = clave[11:], cola.nueva_orden()
    return Turno(acta=clave, paso=Paso.CAPTURA, eleccion=eleccion, persona=persona, imagen="", orden=orden, vence=vence)


def _vistos(cursor: Any, tabla: str = "ccv_turno") -> int:
    """Rows (leases) that were read in this transaction."""
    cursor.execute("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s", [tabla])
    return int(cursor.fetchone()[0])

"""Many at once, over a database where commits are real."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from gente import escribano
from prep.acceso import bloqueos, listas, sesiones, terminales
from prep.acceso.models import Cuenta
from prep.bitacora.actas import acta_de
from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.autoridad import autoridad, desde_ahora
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import escribir
from prep.dominio.acta.hechos import Tipo

ACTA = "140024C010005"


def test_a_hundred_attempts_at_once_are_a_hundred_attempts(bitacora_nueva: Any) -> None:
    """Each is counted before its password is looked at."""
    mesa, _ = terminales.nueva("Mesa", "CCV")

    def probar(_: int) -> bool:
        try:
            bloqueos.intentar("ana", mesa.id)
        except bloqueos.Bloqueado:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as hilos:
        assert sum(hilos.map(probar, range(100))) <= bloqueos.POR_PERSONA


def test_one_code_used_by_twenty_browsers_at_once_enrols_one(bitacora_nueva: Any) -> None:
    _, codigo = terminales.nueva("Mesa", "CCV")

    def usar(_: int) -> bool:
        try:
            return terminales.usar(codigo) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as hilos:
        assert sum(hilos.map(usar, range(20))) == 1


def test_what_is_done_while_a_list_is_saved_counts_also_of_whom_it_takes_the_role_away(
    bitacora_nueva: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lista = "usuario,nombre,roles,lugar\nana,Ana,acopiador,CCV\neva,Eva,acopiador,CCV\n"
    listas.importar(lista, escribano())
    ana = Cuenta.objects.get(usuario="ana").persona
    guardar = Cuenta.save

    def recibir() -> None:
        ahora = sesiones.reloj.ahora()
        try:
            escribir(Tipo.ACOPIADA, ACTA, ana, {"hora": ahora.isoformat()}, ahora, nodo_de_aqui())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as otro:

        def guardar_mientras_recibe(cuenta: Cuenta, **como: Any) -> None:
            if cuenta.usuario == "eva":  # the line of Ana was read, and saved
                wait([recibe := otro.submit(recibir)], timeout=10)
                recibidos.append(recibe)
            guardar(cuenta, **como)

        recibidos: list[Any] = []
        monkeypatch.setattr(Cuenta, "save", guardar_mientras_recibe)
        listas.importar(lista.replace("Ana,acopiador", "Ana,digitalizador"), escribano())
        recibidos[0].result()
    assert acta_de(ACTA).acopio is not None and not acta_de(ACTA).anomalias
    assert [c.rol.value for c in autoridad().cargos_vigentes(ana)] == ["digitalizador"]


def test_nobody_writes_between_from_now_on_and_the_end_of_whoever_asks(bitacora_nueva: Any) -> None:
    escribano()

    def escribir_ahora() -> None:
        try:
            with transaction.atomic():
                connection.cursor().execute("SET LOCAL lock_timeout = '100ms'")
                tomar_cabeza()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as otro:
        with transaction.atomic():
            desde_ahora()
            with pytest.raises(DatabaseError, match="lock"):
                otro.submit(escribir_ahora).result()
        otro.submit(escribir_ahora).result()
    with pytest.raises(RuntimeError):
        desde_ahora()

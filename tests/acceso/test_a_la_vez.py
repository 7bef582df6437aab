"""Many at once, over a database where commits are real."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from prep.acceso import bloqueos, terminales


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

"""One consistent view of the facts for a whole corte, shared by every process that works on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection, transaction

from prep.bitacora.asientos import cabeza
from prep.publicacion.fuente import Fuente, Proyeccion

_CERROJO = 0x50524550
"""Advisory lock of whoever makes a corte: one at a time."""


@dataclass(frozen=True, slots=True)
class Instantanea:
    """`posicion`, `raiz` (hex): size and Merkle root of the bitácora. `identificador`: the exported snapshot."""

    posicion: int
    raiz: str
    fuente: Fuente
    identificador: str | None
    conexion: dict[str, Any]


@contextmanager
def turno() -> Iterator[None]:
    """One corte at a time. Held by this database connection: it falls with whoever held it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_CERROJO])
        if not cursor.fetchone()[0]:
            raise RuntimeError("ya se está haciendo otro corte; espere a que termine")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_CERROJO])


@contextmanager
def instantanea(compartida: bool) -> Iterator[Instantanea]:
    """Open a snapshot. `compartida`: export it so that other processes can `abrir` the same one."""
    if connection.in_atomic_block:
        raise RuntimeError("un corte no se hace dentro de otra transacción: no vería lo que otros ya asentaron")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        fin = cabeza()
        identificador = None
        if compartida:
            cursor.execute("SELECT pg_export_snapshot()")
            identificador = cursor.fetchone()[0]
        parametros = connection.get_connection_params()
        conexion = {k: parametros[k] for k in ("dbname", "user", "password", "host", "port") if parametros.get(k)}
        yield Instantanea(fin.tamano, fin.raiz().hex(), Proyeccion(cursor), identificador, conexion)


@contextmanager
def abrir(identificador: str, conexion: dict[str, Any]) -> Iterator[Fuente]:
    """The same snapshot, on a connection of this process."""
    with psycopg.connect(**conexion) as propia, propia.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(psycopg.sql.SQL("SET TRANSACTION SNAPSHOT {}").format(psycopg.sql.Literal(identificador)))
        yield Proyeccion(cursor)

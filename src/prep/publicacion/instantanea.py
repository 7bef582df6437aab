"""One consistent view of the facts for a whole corte, shared by every process that works on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection, transaction

from prep.bitacora.asientos import cabeza
from prep.plataforma.errores import Impedimento
from prep.publicacion.fuente import Acotada, Cursor, Fuente, Proyeccion

_CERROJO = 0x50524550
"""Advisory lock of whoever makes a corte: one at a time."""


Versiones = Callable[[Sequence[str]], dict[str, str]]
"""For each of these actas that has a row, a text that is another when what is published of it may be another."""


@dataclass(frozen=True, slots=True)
class Vista:
    """The facts as one process sees them. Without `versiones`, nobody can tell what changed, and all is read."""

    fuente: Fuente
    versiones: Versiones | None


@dataclass(frozen=True, slots=True)
class Instantanea:
    """`posicion`, `raiz` (hex): size and Merkle root of the bitácora. `identificador`: the exported snapshot.
    `alcance`: keys of the only actas to be seen, where a corte is not of all."""

    posicion: int
    raiz: str
    fuente: Fuente
    identificador: str | None = None
    conexion: dict[str, Any] = field(default_factory=dict)
    versiones: Versiones | None = None
    alcance: frozenset[str] | None = None

    def vista(self) -> Vista:
        """The same facts for a worker; in another process, through a connection of its own, open while it lives."""
        if self.identificador is None:
            return Vista(self.fuente, self.versiones)
        return _acotar(_abrir(self.identificador, self.conexion), self.alcance)


@contextmanager
def turno() -> Iterator[None]:
    """One corte at a time. Held by this database connection: it falls with whoever held it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_CERROJO])
        if not cursor.fetchone()[0]:
            raise Impedimento("ya se está haciendo otro corte; espere a que termine")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_CERROJO])


@contextmanager
def instantanea(compartida: bool, alcance: frozenset[str] | None = None) -> Iterator[Instantanea]:
    """Open a snapshot. `compartida`: export it so that other processes can have a `vista` of it. `alcance`: keys of the
    only actas to be seen."""
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
        propia = _acotar(_ver(cursor), alcance)
        fuente, versiones = propia.fuente, propia.versiones
        yield Instantanea(fin.tamano, fin.raiz().hex(), fuente, identificador, conexion, versiones, alcance)


def _acotar(vista: Vista, alcance: frozenset[str] | None) -> Vista:
    """What is kept for the next corte does not say of what reach it was: it is read anew."""
    return vista if alcance is None else Vista(Acotada(vista.fuente, alcance), None)


def _ver(cursor: Cursor) -> Vista:
    def versiones(claves: Sequence[str]) -> dict[str, str]:
        cursor.execute(
            "SELECT clave, version FROM bitacora_acta WHERE clave = ANY(string_to_array(%s, ' '))", [" ".join(claves)]
        )
        return dict(cursor.fetchall())

    return Vista(Proyeccion(cursor), versiones)


def _abrir(identificador: str, conexion: dict[str, Any]) -> Vista:
    propia = psycopg.connect(**conexion)
    cursor = propia.cursor()
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    cursor.execute(psycopg.sql.SQL("SET TRANSACTION SNAPSHOT {}").format(psycopg.sql.Literal(identificador)))
    return _ver(cursor)

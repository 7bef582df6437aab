"""Appending to the bitácora: one transaction, one lock, positions without gaps, the Merkle frontier kept up to date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from prep.bitacora.sobres import SIN_PREVIO, Sobre
from prep.transparencia.arbol import Frontera


def tomar_cabeza() -> Frontera:
    """Lock the end of the bitácora until the transaction ends; return its frontier."""
    if not connection.in_atomic_block:
        raise RuntimeError("Los hechos se asientan dentro de una transacción.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tamano, frontera FROM bitacora_cabeza FOR UPDATE")
        return _frontera(cursor.fetchone())


def cabeza() -> Frontera:
    """Size and frontier of the bitácora now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tamano, frontera FROM bitacora_cabeza")
        return _frontera(cursor.fetchone())


def _frontera(fila: tuple[int, bytes]) -> Frontera:
    tamano, hashes = fila
    crudo = bytes(hashes)
    return Frontera(tamano, [crudo[i : i + 32] for i in range(0, len(crudo), 32)])


def finales(nodos: set[str]) -> dict[str, tuple[int, str]]:
    """(last sequence, hash of the last envelope) of each node; (0, SIN_PREVIO) for one that has written nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nodo, secuencia, previo FROM bitacora_cabezanodo WHERE nodo = ANY(%s)", [list(nodos)])
        conocidos = {nodo: (secuencia, previo) for nodo, secuencia, previo in cursor}
    return {nodo: conocidos.get(nodo, (0, SIN_PREVIO)) for nodo in nodos}


def conocidos(identificadores: Sequence[str]) -> dict[str, bytes]:
    """Leaf hash of each of these facts that is already in the bitácora, by fact id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text, hoja FROM bitacora_hecho WHERE id = ANY(%s::uuid[])", [list(identificadores)])
        return {identificador: bytes(hoja) for identificador, hoja in cursor}


def asentar(sobres: Sequence[Sobre], recibido: datetime, frontera: Frontera) -> None:
    """Append envelopes that are new and in order. The caller holds the head (`tomar_cabeza`)."""
    if not sobres:
        return
    posicion = frontera.tamano
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY bitacora_hecho (posicion, id, nodo, secuencia, tipo, acta, operador, recibido, cuerpo, firma, hoja)"
            " FROM STDIN (FORMAT BINARY)"
        ) as copia:
            copia.set_types(
                ["int8", "uuid", "text", "int8", "text", "text", "text", "timestamptz", "bytea", "bytea", "bytea"]
            )
            for i, s in enumerate(sobres, posicion + 1):
                h = s.hecho
                sobre = (s.cuerpo, s.firma, s.hoja)
                copia.write_row(
                    (i, UUID(h.id), s.nodo, s.secuencia, h.tipo.value, h.acta, h.operador, recibido, *sobre)
                )
        frontera.extender([s.hoja for s in sobres])
        cursor.execute(
            "UPDATE bitacora_cabeza SET tamano = %s, frontera = %s", [frontera.tamano, b"".join(frontera.hashes)]
        )
        ultimos = {s.nodo: s for s in sobres}
        cursor.executemany(
            "INSERT INTO bitacora_cabezanodo (nodo, secuencia, previo) VALUES (%s, %s, %s)"
            " ON CONFLICT (nodo) DO UPDATE SET secuencia = EXCLUDED.secuencia, previo = EXCLUDED.previo",
            [(s.nodo, s.secuencia, s.hoja.hex()) for s in ultimos.values()],
        )

"""Appending to the bitácora: one transaction, one lock, positions without gaps, the Merkle frontier kept up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from prep.bitacora.sobres import SIN_PREVIO, Sobre
from prep.transparencia.arbol import Frontera

Finales = dict[str, int]
"""Ends of a node's chain: hash of the last envelope of each branch (hex) -> its sequence."""


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


def frontera_en(posicion: int) -> Frontera | None:
    """Frontier of the first `posicion` facts, as they are now; `None` when there are fewer."""
    frontera = Frontera()
    with connection.cursor() as cursor:
        cursor.execute("SELECT hoja FROM bitacora_hecho WHERE posicion BETWEEN 1 AND %s ORDER BY posicion", [posicion])
        frontera.extender(bytes(h) for (h,) in cursor)
    return frontera if frontera.tamano == posicion else None


def _frontera(fila: tuple[int, bytes]) -> Frontera:
    tamano, hashes = fila
    crudo = bytes(hashes)
    return Frontera(tamano, [crudo[i : i + 32] for i in range(0, len(crudo), 32)])


def finales(nodos: Iterable[str]) -> dict[str, Finales]:
    """Ends of each node's chain; `{SIN_PREVIO: 0}` for one that has written nothing."""
    todos = {nodo: {SIN_PREVIO: 0} for nodo in nodos}
    with connection.cursor() as cursor:
        cursor.execute("SELECT nodo, previo, secuencia FROM bitacora_cabezanodo WHERE nodo = ANY(%s)", [list(todos)])
        for nodo, previo, secuencia in cursor:
            todos[nodo].pop(SIN_PREVIO, None)
            todos[nodo][previo] = secuencia
    return todos


def final(fines: Finales) -> tuple[int, str]:
    """(sequence, hash) of the longest branch: where a node that writes goes on."""
    return max((secuencia, previo) for previo, secuencia in fines.items())


def conocidas(hojas: Sequence[bytes]) -> set[bytes]:
    """Which of these envelopes, by their leaf, are already in the bitácora."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hoja FROM bitacora_hecho WHERE hoja = ANY(%s)", [list(hojas)])
        return {bytes(hoja) for (hoja,) in cursor}


def al_pie(nodo: str, identificadores: Iterable[str]) -> tuple[Finales, set[str]]:
    """What a node that writes looks at: the ends of its chain, and which of these facts are already in the bitácora, in
    whoever's chain."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT previo, secuencia FROM bitacora_cabezanodo WHERE nodo = %s"
            " UNION ALL SELECT id, NULL FROM bitacora_hecho WHERE id = ANY(%s)",
            [nodo, list(identificadores)],
        )
        filas = cursor.fetchall()
    fines = {previo: secuencia for previo, secuencia in filas if secuencia is not None}
    return fines or {SIN_PREVIO: 0}, {identificador for identificador, secuencia in filas if secuencia is None}


def es_interior(nodo: str, secuencia: int, previo: str) -> bool:
    """Whether that envelope of that node is in the bitácora with others after it: whoever follows it, forks."""
    if (secuencia, previo) == (0, SIN_PREVIO):
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM bitacora_hecho WHERE nodo = %s AND secuencia = %s AND hoja = %s)",
            [nodo, secuencia, bytes.fromhex(previo)],
        )
        return bool(cursor.fetchone()[0])


def asentar(sobres: Sequence[Sobre], recibido: datetime, frontera: Frontera) -> None:
    """Append envelopes that are new and each in the order of its chain. The caller holds the head (`tomar_cabeza`)."""
    if not sobres:
        return
    posicion = frontera.tamano
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY bitacora_hecho (posicion, id, nodo, secuencia, clase, tipo, sujeto, persona, dispositivo, orden,"
            " recibido, cuerpo, firma, hoja) FROM STDIN (FORMAT BINARY)"
        ) as copia,
    ):
        copia.set_types(
            [
                *("int8", "text", "text", "int8", "text", "text", "text", "text", "text", "text"),
                *("timestamptz", "bytea", "bytea", "bytea"),
            ]
        )
        for i, s in enumerate(sobres, posicion + 1):
            h = s.hecho
            quien = (h.persona, s.dispositivo.id if s.dispositivo else "", h.orden)
            copia.write_row(
                (
                    i,
                    h.id,
                    s.nodo,
                    s.secuencia,
                    h.clase,
                    h.tipo,
                    h.sujeto,
                    *quien,
                    recibido,
                    s.cuerpo,
                    s.firma,
                    s.hoja,
                )
            )
    frontera.extender([s.hoja for s in sobres])
    _avanzar(sobres, frontera)


_AVANZAR: Final = """
    WITH fin AS (UPDATE bitacora_cabeza SET tamano = %(tamano)s, frontera = %(frontera)s),
      seguidos AS (DELETE FROM bitacora_cabezanodo WHERE clave = ANY(%(viejos)s::text[]))
    INSERT INTO bitacora_cabezanodo (clave, nodo, secuencia, previo)
    SELECT * FROM unnest(%(claves)s::text[], %(nodos)s::text[], %(secuencias)s::bigint[], %(previos)s::text[])"""


def _avanzar(sobres: Sequence[Sobre], frontera: Frontera) -> None:
    """Move the head, and the ends of the chains that these envelopes follow."""
    nuevos: dict[str, tuple[str, int]] = {}
    viejos: set[str] = set()
    for s in sobres:
        viejos.add(f"{s.nodo}/{s.previo}")
        nuevos.pop(f"{s.nodo}/{s.previo}", None)
        nuevos[f"{s.nodo}/{s.hoja.hex()}"] = (s.nodo, s.secuencia)
    datos = {
        "tamano": frontera.tamano,
        "frontera": b"".join(frontera.hashes),
        "viejos": list(viejos),
        "claves": list(nuevos),
        "nodos": [nodo for nodo, _ in nuevos.values()],
        "secuencias": [secuencia for _, secuencia in nuevos.values()],
        "previos": [clave.rpartition("/")[2] for clave in nuevos],
    }
    with connection.cursor() as cursor:
        cursor.execute(_AVANZAR, datos)


def bifurcados() -> Mapping[str, int]:
    """Nodes whose chain forked, with how many branches: a cloned or restored disk wrote under one name twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nodo, count(*) FROM bitacora_cabezanodo GROUP BY nodo HAVING count(*) > 1")
        return dict(cursor.fetchall())

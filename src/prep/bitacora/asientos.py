"""Appending to the bitácora: one transaction, one lock, positions without gaps, the Merkle frontier kept up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.db import connection

from prep.bitacora.sobres import SIN_PREVIO, Sobre
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD
from prep.transparencia.arbol import Frontera, raiz_de

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
    """Frontier of the first `posicion` facts, as they are now; `None` when there are fewer.

    Every leaf is read and hashed, each time; only the tree over a whole stretch of them is not built twice, since
    those same leaves always give the same one (`_raiz_de_tramo`).
    """
    frontera, tramo = Frontera(), 2**_ALTO
    with connection.cursor() as cursor:
        cursor.execute(_TRAMOS, {"hasta": posicion, "tramo": tramo})
        for (juntas,) in cursor:
            hojas = bytes(juntas)
            if len(hojas) == tramo * 32 and frontera.tamano % tramo == 0:
                frontera.agregar_perfecto(_ALTO, _raiz_de_tramo(hojas))
            else:
                frontera.extender(_separadas(hojas))
    return frontera if frontera.tamano == posicion else None


_ALTO: Final = 12
"""Height of the perfect subtrees in which leaves are read: 4,096 together."""
_TRAMOS: Final = """
    SELECT string_agg(hoja, ''::bytea ORDER BY posicion) FROM bitacora_hecho WHERE posicion BETWEEN 1 AND %(hasta)s
    GROUP BY (posicion - 1) / %(tramo)s ORDER BY (posicion - 1) / %(tramo)s"""
_RAICES: Final[dict[bytes, bytes]] = {}
"""SHA-256 of the leaves of a stretch -> the root of its tree, of the last `_TANTAS`: sixteen million facts."""
_TANTAS: Final = 4096


def _raiz_de_tramo(hojas: bytes) -> bytes:
    """Root of the tree over these leaves. What is remembered is found by the SHA-256 of all of them."""
    nombre = sha256(hojas).digest()
    if nombre not in _RAICES:
        if len(_RAICES) >= _TANTAS:
            _RAICES.pop(next(iter(_RAICES)), None)
        _RAICES[nombre] = raiz_de(_separadas(hojas))
    return _RAICES[nombre]


def _separadas(hojas: bytes) -> Iterator[bytes]:
    return (hojas[i : i + 32] for i in range(0, len(hojas), 32))


def _frontera(fila: tuple[int, bytes]) -> Frontera:
    tamano, hashes = fila
    return Frontera(tamano, list(_separadas(bytes(hashes))))


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


Ultima = tuple[int, str] | None
"""The last fact of authority: its position, and its leaf (hex)."""
_ULTIMA: Final = f"""
    SELECT posicion, encode(hoja, 'hex') AS hoja FROM bitacora_hecho
    WHERE clase IN ({",".join(f"'{c}'" for c in CLASES_DE_AUTORIDAD)})
      AND (%(hasta)s::bigint IS NULL OR posicion <= %(hasta)s) ORDER BY posicion DESC LIMIT 1"""  # noqa: S608 - constants
"""Asked at every turn. They have an index of their own (`hecho_autoridad`), of which one row is read."""
_AL_PIE: Final = f"""
    SELECT 'fin', previo, secuencia FROM bitacora_cabezanodo WHERE nodo = %(nodo)s
    UNION ALL SELECT 'hecho', id, 0 FROM bitacora_hecho WHERE id = ANY(string_to_array(%(hechos)s, ' '))
    UNION ALL SELECT 'ultima', hoja, posicion FROM ({_ULTIMA}) u"""  # noqa: S608 - constants


def ultima_de_autoridad(hasta: int | None = None) -> Ultima:
    """The last one there is (up to position `hasta`)."""
    with connection.cursor() as cursor:
        cursor.execute(_ULTIMA, {"hasta": hasta})
        fila: Ultima = cursor.fetchone()
        return fila


def al_pie(nodo: str, identificadores: Iterable[str]) -> tuple[Finales, set[str], Ultima]:
    """What a node that writes looks at, at once: the ends of its chain, which of these facts are already in the
    bitácora, in whoever's chain, and the last fact of authority.

    Their names go as one text: psycopg writes a list name by name, which for a batch is not little.
    """
    fines: Finales = {}
    ya: set[str] = set()
    ultima = None
    with connection.cursor() as cursor:
        cursor.execute(_AL_PIE, {"nodo": nodo, "hechos": " ".join(identificadores), "hasta": None})
        for que, nombre, numero in cursor:
            if que == "fin":
                fines[nombre] = numero
            elif que == "hecho":
                ya.add(nombre)
            else:
                ultima = (numero, nombre)
    return fines or {SIN_PREVIO: 0}, ya, ultima


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


def asentar(llegados: Iterable[tuple[Sobre, datetime]], frontera: Frontera) -> dict[int, Sobre]:
    """Append envelopes, each with when it was received, that are new and in the order of their chain; they, by
    position. The caller holds the head (`tomar_cabeza`).

    Each is sent as it comes: while one is sealed, the database keeps those before it."""
    sobres: list[Sobre] = []
    desde = frontera.tamano + 1
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
        for i, (s, recibido) in enumerate(llegados, desde):
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
            sobres.append(s)
    frontera.extender([s.hoja for s in sobres])
    _avanzar(sobres, frontera)
    return dict(enumerate(sobres, desde))


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

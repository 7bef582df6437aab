"""What one bitácora has of each node's chain and another lacks, in an order that the other can take in.

A chain is delivered without gaps and in the order of the positions here: whatever a fact needed to be accepted here
(the enrolment of its node, of its device) goes before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.db import connection

from prep.bitacora.asientos import Finales, cabeza, final, finales
from prep.bitacora.autoridad import autoridad
from prep.bitacora.sobres import Sobre, guardado
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.facultades import ClaseNodo

MAXIMO_RAMAS: Final = 16
"""Ends of one chain that are told: more than a night's worth of cloned disks."""
Extremos = list[tuple[int, str]]
"""Ends of a chain, the longest branch first: (sequence, hash of the envelope)."""


def extremos(nodos: Iterable[str]) -> dict[str, Extremos]:
    """Ends of each chain; none for one that has written nothing."""
    return {nodo: _extremos(fines) for nodo, fines in finales(nodos).items()}


def _extremos(fines: Finales) -> Extremos:
    return sorted(((n, hoja) for hoja, n in fines.items() if n), reverse=True)[:MAXIMO_RAMAS]


def del_centro() -> set[str]:
    """Nodes whose chains every node is sent: the institute's and those of the sede."""
    return {INSTITUTO} | {n for n, suyo in autoridad().nodos.items() if suyo.clase is ClaseNodo.SEDE}


def cadenas() -> list[str]:
    """Nodes that have written something here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT nodo FROM bitacora_cabezanodo ORDER BY 1")
        return [nodo for (nodo,) in cursor]


def hasta(nodo: str) -> tuple[int, str]:
    """(sequence, hash) where the longest branch of a chain ends here: nothing before it is missing."""
    return final(finales([nodo])[nodo])


def estan(lugares: Iterable[tuple[str, int, str]]) -> set[tuple[str, int, str]]:
    """Which of these envelopes (node, sequence, hash) are here."""
    por_hoja = {bytes.fromhex(lugar[2]): lugar for lugar in lugares}
    with connection.cursor() as cursor:
        cursor.execute("SELECT nodo, secuencia, hoja FROM bitacora_hecho WHERE hoja = ANY(%s)", [list(por_hoja)])
        return {(nodo, n, bytes(hoja).hex()) for nodo, n, hoja in cursor} & set(por_hoja.values())


def total() -> int:
    """The last position."""
    return cabeza().tamano


def antes_de(desde: Mapping[str, int]) -> int:
    """The position before the first envelope that comes after those sequences; the last one, where none does."""
    fin = total()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(h.posicion) - 1 {_SIGUEN} WHERE h.posicion <= %s", [*_pares(desde), fin])
        (primera,) = cursor.fetchone()
        return fin if primera is None else int(primera)


def contar(desde: Mapping[str, int]) -> int:
    """How many envelopes there are after those sequences."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_DESPUES}", _pares(desde))
        return int(cursor.fetchone()[0])


def mas_viejo(desde: Mapping[str, int]) -> datetime | None:
    """When the first of those envelopes came in here."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(h.recibido) {_SIGUEN}", _pares(desde))
        cuando: datetime | None = cursor.fetchone()[0]
        return cuando


def siguientes(desde: Mapping[str, int], despues: int, cuantos: int, bytes_: int) -> list[tuple[int, Sobre]]:
    """The next envelopes after position `despues` that come after those sequences, with their positions: one at least,
    if there is any, and as many as fit. What comes before the first of them is not looked at."""
    despues = max(despues, antes_de(desde))
    return _leer(f"SELECT h.posicion, h.cuerpo, h.firma {_DESPUES}", _pares(desde), despues, cuantos, bytes_)


def de_estas_cadenas(nodos: Iterable[str], despues: int, cuantos: int, bytes_: int) -> list[tuple[int, Sobre]]:
    """The next envelopes of whole chains after position `despues`, with their positions."""
    consulta = "SELECT h.posicion, h.cuerpo, h.firma FROM bitacora_hecho h WHERE h.nodo = ANY(%s)"
    return _leer(consulta, [sorted(nodos)], despues, cuantos, bytes_)


_DESPUES: Final = (
    "FROM bitacora_hecho h JOIN unnest(%s::text[], %s::bigint[]) AS d (nodo, desde)"
    " ON h.nodo = d.nodo AND h.secuencia > d.desde"
)
_SIGUEN: Final = _DESPUES.replace("h.secuencia > d.desde", "h.secuencia = d.desde + 1")
"""The first of each chain: none of it is stored before those it follows, so what comes after these came later."""


def _pares(desde: Mapping[str, int]) -> list[object]:
    return [list(desde.keys()), list(desde.values())]


def _leer(consulta: str, con: list[object], despues: int, cuantos: int, bytes_: int) -> list[tuple[int, Sobre]]:
    tomados: list[tuple[int, Sobre]] = []
    pesan = 0
    union = "AND" if "WHERE" in consulta else "WHERE"
    with connection.cursor() as cursor:
        cursor.execute(f"{consulta} {union} h.posicion > %s ORDER BY h.posicion LIMIT %s", [*con, despues, cuantos])
        for posicion, cuerpo, firma in cursor:
            pesan += len(cuerpo) + 128
            if tomados and pesan > bytes_:
                break
            tomados.append((posicion, guardado(bytes(cuerpo), bytes(firma))))
    return tomados

"""The facts of subjects of which there are few: read and grouped, for the fold that asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import connection

from prep.bitacora.sobres import escrito_guardado
from prep.dominio.comun.hecho import Escrito


def escritos_de(sujetos: Collection[str]) -> dict[str, list[Escrito]]:
    """Those of each of these subjects that has any."""
    return _por_sujeto("sujeto = ANY(%s)", list(sujetos))


def nombres_de(sujetos: Collection[str]) -> dict[str, frozenset[str]]:
    """The names of the facts of each of these subjects that has any, which say whether there is one more."""
    nombres: dict[str, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sujeto, id FROM bitacora_hecho WHERE sujeto = ANY(%s)", [list(sujetos)])
        for sujeto, identificador in cursor:
            nombres[sujeto].add(identificador)
    return {sujeto: frozenset(suyos) for sujeto, suyos in nombres.items()}


def escritos_de_clase(clase: str) -> dict[str, list[Escrito]]:
    """Those of every subject of a class."""
    return _por_sujeto("clase = %s", clase)


def _por_sujeto(cuales: str, valor: object) -> dict[str, list[Escrito]]:
    escritos: dict[str, list[Escrito]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, nodo, secuencia, cuerpo FROM bitacora_hecho WHERE {cuales}", [valor])  # noqa: S608
        for identificador, nodo, secuencia, cuerpo in cursor:
            escrito = escrito_guardado(identificador, nodo, secuencia, bytes(cuerpo))
            escritos[escrito.hecho.sujeto].append(escrito)
    return dict(escritos)

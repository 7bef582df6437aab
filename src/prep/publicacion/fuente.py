"""Where a corte reads the state of the actas: the projection, or the facts themselves up to a position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, Protocol

import orjson

from prep.bitacora.actas import leer_publicada
from prep.dominio.acta.acta import Publicada


class Estado(NamedTuple):
    """What a corte needs of one acta. `publicada`: the verified reading that stands.

    `por_registrar`: name of the reading and id of the fact that settled it, when no corte carried it yet; `cabezas`:
    what was known of the acta then.
    """

    clave: str
    custodia: str
    captura: str
    situacion: str
    sin_acta: str | None
    publicada: Publicada | None
    fuera: str | None
    cotejo: int | None
    por_registrar: str | None = None
    cabezas: tuple[str, ...] = ()


class Cursor(Protocol):
    def execute(self, consulta: str, parametros: Sequence[Any] = ...) -> Any: ...
    def fetchall(self) -> list[tuple[Any, ...]]: ...
    def fetchone(self) -> tuple[Any, ...] | None: ...


class Fuente(Protocol):
    def leer(self, claves: Sequence[str]) -> dict[str, Estado]:
        """State of those of these actas that have any fact."""
        ...

    def hojas_fuera(self) -> list[Estado]:
        """Sheets that belong to no approved casilla, in the order of their keys."""
        ...

    def actas(self) -> int:
        """How many actas (not sheets) have any fact."""
        ...

    def en_ceros(self) -> bool:
        """Nothing has been captured yet."""
        ...

    def por_registrar(self) -> list[tuple[str, str, list[str]]]:
        """What no corte carried yet: key, name of the reading and fact that settled it, heads of its history."""
        ...


_CAMPOS: Final = "clave, custodia, captura, situacion, sin_acta, publicada, fuera, cotejo, por_registrar, cabezas"


def _estado(fila: Sequence[Any]) -> Estado:
    clave, custodia, captura, situacion, sin_acta, publicada, fuera, cotejo, registro, cabezas = fila
    leida = leer_publicada(publicada) if publicada is not None else None
    return Estado(clave, custodia, captura, situacion, sin_acta, leida, fuera, cotejo, registro, tuple(cabezas))


class Proyeccion:
    """Reads `bitacora_acta` through a cursor whose transaction is the snapshot."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def leer(self, claves: Sequence[str]) -> dict[str, Estado]:
        self._cursor.execute(
            f"SELECT {_CAMPOS} FROM bitacora_acta WHERE clave = ANY(string_to_array(%s, ' '))",  # noqa: S608 - constants
            [" ".join(claves)],
        )
        return {fila[0]: _estado(fila) for fila in self._cursor.fetchall()}

    def hojas_fuera(self) -> list[Estado]:
        self._cursor.execute(
            f'SELECT {_CAMPOS} FROM bitacora_acta WHERE fuera IS NOT NULL ORDER BY clave COLLATE "C"'  # noqa: S608
        )
        return [_estado(fila) for fila in self._cursor.fetchall()]

    def actas(self) -> int:
        self._cursor.execute("SELECT count(*) FROM bitacora_acta WHERE clave NOT LIKE 'hoja:%'")
        fila = self._cursor.fetchone()
        return int(fila[0]) if fila else 0

    def en_ceros(self) -> bool:
        self._cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM bitacora_acta WHERE publicada IS NOT NULL OR sin_acta IS NOT NULL"
            " OR fuera IS NOT NULL)"
        )
        fila = self._cursor.fetchone()
        return fila is None or bool(fila[0])

    def por_registrar(self) -> list[tuple[str, str, list[str]]]:
        self._cursor.execute(
            "SELECT clave, por_registrar, cabezas FROM bitacora_acta WHERE por_registrar IS NOT NULL ORDER BY clave"
        )
        return [(clave, base, cabezas) for clave, base, cabezas in self._cursor.fetchall()]


class Acotada:
    """Of another source, these actas alone. Sheets out of catalogue are of nobody's reach."""

    def __init__(self, fuente: Fuente, alcance: frozenset[str]) -> None:
        self._fuente, self._alcance = fuente, alcance

    def leer(self, claves: Sequence[str]) -> dict[str, Estado]:
        return self._fuente.leer([c for c in claves if c in self._alcance])

    def hojas_fuera(self) -> list[Estado]:
        return []

    def actas(self) -> int:
        return len(self._todas())

    def en_ceros(self) -> bool:
        return not any(e.publicada or e.sin_acta for e in self._todas())

    def por_registrar(self) -> list[tuple[str, str, list[str]]]:
        return [r for r in self._fuente.por_registrar() if r[0] in self._alcance]

    def _todas(self) -> list[Estado]:
        return list(self._fuente.leer(sorted(self._alcance)).values())


class Plegado:
    """Folds the facts again, up to a position: for an auditor who recomputes a past corte on another machine."""

    def __init__(self, hasta: int) -> None:
        from prep.bitacora.actas import COLUMNAS, lotes_plegados

        lugares = [COLUMNAS.index(c) for c in _CAMPOS.split(", ")]
        self._estados = {
            fila[0]: _estado([fila[i] for i in lugares]) for lote in lotes_plegados(hasta) for fila in lote
        }

    def leer(self, claves: Sequence[str]) -> dict[str, Estado]:
        return {c: self._estados[c] for c in claves if c in self._estados}

    def hojas_fuera(self) -> list[Estado]:
        return sorted((e for e in self._estados.values() if e.fuera), key=lambda e: e.clave)

    def actas(self) -> int:
        return sum(1 for clave in self._estados if not clave.startswith("hoja:"))

    def en_ceros(self) -> bool:
        return not any(e.publicada or e.sin_acta or e.fuera for e in self._estados.values())

    def por_registrar(self) -> list[tuple[str, str, list[str]]]:
        return [(e.clave, e.por_registrar, list(e.cabezas)) for e in self._estados.values() if e.por_registrar]


def de_la_eleccion(hojas: Iterable[Estado], eleccion: str) -> list[dict[str, str]]:
    """What could be read of each sheet out of catalogue of one election."""
    contenidos = [orjson.loads(h.fuera) for h in hojas if h.fuera]
    return [c for c in contenidos if c["eleccion"] == eleccion]

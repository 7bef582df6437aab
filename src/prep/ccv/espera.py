"""What waits at the desks: a row an acta and step, written when its facts are: choosing one is an index walk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson
from django.db import connection

from prep.bitacora.actas import Plegada
from prep.bitacora.nodos import nodo_de_aqui
from prep.ccv.pasos import Paso, a_pedido, esperas, imagen_de
from prep.dominio.acta.hechos import HOJA, MUDOS, Tipo
from prep.dominio.comun.autoridad import Autoridad
from prep.dominio.comun.facultades import ClaseNodo

_TIPOS: Final = {
    "clave": "text",
    "paso": "text",
    "eleccion": "text",
    "casilla": "text",
    "imagen": "text",
    "desde": "bigint",
    "salvo": "text[]",
    "lugares": "text[]",
    "a_pedido": "boolean",
}
_COLUMNAS: Final = ",".join(_TIPOS)
_GUARDAR: Final = (
    "WITH filas AS (SELECT * FROM json_to_recordset(%(filas)s::json)"  # noqa: S608 - constants
    f" AS f ({','.join(f'{c} {t}' for c, t in _TIPOS.items())})),"
    " sobran AS (DELETE FROM ccv_espera e WHERE clave = ANY(string_to_array(%(claves)s, ' '))"
    " AND NOT EXISTS (SELECT FROM filas f WHERE (f.clave, f.paso) = (e.clave, e.paso)))"
    f" INSERT INTO ccv_espera ({_COLUMNAS}) SELECT * FROM filas ON CONFLICT (clave, paso)"
    f" DO UPDATE SET {','.join(f'{c}=EXCLUDED.{c}' for c in _TIPOS)}"
)
Fila = tuple[Any, ...]


def filas_de(plegadas: Iterable[Plegada], de: Autoridad) -> Iterator[list[Fila]]:
    """The rows of each acta. At a node that is not of the sede, what asks for a picture that is not there waits for
    nobody; the cotejo asks for the paper."""
    es_la_sede = _es_la_sede(de)
    for plegada in plegadas:
        filas = _filas(plegada, de)
        yield filas if es_la_sede else [f for f in filas if f[1] == Paso.COTEJO or _hay_que_ver(f[4])]


def _filas(plegada: Plegada, de: Autoridad) -> list[Fila]:
    """The rows of one acta, in the order of the columns. `desde`: position of the last fact that moved it; `lugares`:
    where the picture being read was typed."""
    clave, acta = plegada.clave, plegada.acta
    desde = max((lugar for lugar, h in plegada.hechos.items() if h.tipo not in MUDOS), default=0)
    leida = acta.imagen
    lugares = sorted({c.lugar for c in acta.capturas_de(leida.sha256)}) if leida else []
    casilla, eleccion = (_centro_de(plegada), "") if clave.startswith(HOJA) else (clave[:11], clave[11:])
    return [
        (
            *(clave, paso.value, eleccion, casilla, imagen_de(paso, acta), desde, sorted(salvo), lugares),
            a_pedido(paso, plegada),
        )
        for paso, salvo in sorted(esperas(plegada, de).items())
    ]


def _centro_de(plegada: Plegada) -> str:
    """The CATD that scanned a sheet: its casillas are those that it may be of. Empty where no fact says so."""
    dichos = (h.contenido.get("catd", "") for h in plegada.hechos.values() if h.tipo == Tipo.DIGITALIZADA)
    return next(filter(None, dichos), "")


def _es_la_sede(de: Autoridad) -> bool:
    """Whether every picture that facts name comes here. At any other node are those that it took in by itself."""
    aqui = de.nodos.get(nodo_de_aqui().nodo)
    return aqui is None or aqui.clase is ClaseNodo.SEDE


def _hay_que_ver(imagen: str) -> bool:
    """Whether what would be looked at is here; where there is no picture nobody looks at one."""
    from prep.ccv.hoja import se_ve

    return not imagen or se_ve(imagen)


class Esperas:
    """`ccv_espera`."""

    def guardar(self, plegadas: Sequence[Plegada], de: Autoridad) -> None:
        filas = [dict(zip(_TIPOS, f, strict=True)) for suyas in filas_de(plegadas, de) for f in suyas]
        claves = " ".join(p.clave for p in plegadas)
        with connection.cursor() as cursor:
            cursor.execute(_GUARDAR, {"filas": orjson.dumps(filas).decode(), "claves": claves})

    def vaciar(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM ccv_espera")

    def diferencias(self, plegadas: Sequence[Plegada], de: Autoridad) -> Iterator[str]:
        guardadas: dict[str, list[Fila]] = {p.clave: [] for p in plegadas}
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {_COLUMNAS} FROM ccv_espera WHERE clave = ANY(%s) ORDER BY clave, paso",  # noqa: S608
                [list(guardadas)],
            )
            for fila in cursor:
                guardadas[fila[0]].append(fila)
        for p, suyas in zip(plegadas, filas_de(plegadas, de), strict=True):
            if guardadas[p.clave] != suyas:
                yield f"{p.clave}: lo que espera en los escritorios no corresponde a sus hechos"

    def sobran(self, vistas: set[str]) -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT clave FROM ccv_espera")
            for (clave,) in cursor:
                if clave not in vistas:
                    yield f"{clave}: espera en los escritorios y no tiene hechos"

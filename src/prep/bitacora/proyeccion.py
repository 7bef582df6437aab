"""The read model: one row per acta, folded from its facts in the transaction that appends them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

import orjson
from django.db import connection, transaction

from prep.dominio.acta.acta import Acta, Publicada, estado
from prep.dominio.acta.hechos import Hecho, hecho_guardado

_TIPOS: Final = {
    "clave": "text",
    "custodia": "text",
    "captura": "text",
    "ronda": "int",
    "imagen": "text",
    "participantes": "text[]",
    "publicada": "text",
    "sin_acta": "text",
    "fuera": "text",
    "es": "text",
    "cotejo": "smallint",
    "acopio": "text",
    "hechos": "int",
    "anomalias": "int",
    "ultimo": "text",
}
COLUMNAS: Final = tuple(_TIPOS)
_GUARDAR: Final = (
    f"INSERT INTO bitacora_acta ({','.join(COLUMNAS)}) "  # noqa: S608 - constants
    f"SELECT * FROM json_to_recordset(%s::json) AS filas ({','.join(f'{c} {t}' for c, t in _TIPOS.items())}) "
    f"ON CONFLICT (clave) DO UPDATE SET {','.join(f'{c}=EXCLUDED.{c}' for c in COLUMNAS[1:])}"
)
_LOTE: Final = 2000

Fila = tuple[Any, ...]


def hechos_de(claves: Iterable[str], hasta: int | None = None) -> dict[str, list[Hecho]]:
    """Every fact of these actas (up to position `hasta`), by acta."""
    return {acta: [_hecho(c) for c in cuerpos] for acta, cuerpos in _cuerpos_de(claves, hasta).items()}


def _cuerpos_de(claves: Iterable[str], hasta: int | None) -> dict[str, list[bytes]]:
    por_acta: dict[str, list[bytes]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT acta, cuerpo FROM bitacora_hecho WHERE acta = ANY(%s) AND (%s::bigint IS NULL OR posicion <= %s)",
            [list(claves), hasta, hasta],
        )
        for acta, cuerpo in cursor:
            por_acta[acta].append(cuerpo)
    return por_acta


def _hecho(cuerpo: bytes) -> Hecho:
    return hecho_guardado(orjson.loads(cuerpo))


def proyectar(claves: Iterable[str]) -> dict[str, Acta]:
    """Fold the facts of these actas and store their rows. Inside the caller's transaction."""
    actas = {}
    filas = []
    for clave, hechos in hechos_de(claves).items():
        acta = estado(hechos)
        actas[clave] = acta
        filas.append(fila_de(clave, hechos, acta))
    guardar_filas(filas)
    return actas


def guardar_filas(filas: list[Fila]) -> None:
    """Store rows, replacing those there are."""
    if filas:
        datos = orjson.dumps([dict(zip(COLUMNAS, fila, strict=True)) for fila in filas])
        with connection.cursor() as cursor:
            cursor.execute(_GUARDAR, [datos.decode()])


def fila_de(clave: str, hechos: list[Hecho], acta: Acta) -> Fila:
    """The row of one acta, in the order of `COLUMNAS`."""
    return (
        clave,
        acta.custodia.value,
        acta.captura.value,
        acta.ronda,
        acta.imagen.sha256 if acta.imagen else None,
        sorted(acta.participantes),
        escribir_publicada(acta.publicada).decode() if acta.publicada else None,
        acta.sin_acta.value if acta.sin_acta else None,
        orjson.dumps(acta.fuera, option=orjson.OPT_SORT_KEYS).decode() if acta.fuera else None,
        acta.es,
        acta.cotejo,
        acta.acopio.isoformat() if acta.acopio else None,
        len(hechos),
        len(acta.anomalias),
        max(h.id for h in hechos),
    )


def escribir_publicada(publicada: Publicada) -> bytes:
    """What a corte needs of an acta, as JSON. Sorted, so that equal actas give equal bytes."""
    imagen = publicada.imagen
    return orjson.dumps(
        {
            "imagen": imagen.sha256,
            "digitalizacion": imagen.digitalizacion,
            "documento": imagen.documento,
            "mecanismo": imagen.mecanismo,
            "acopio": _iso(publicada.acopio),
            "captura": _iso(publicada.captura),
            "verificacion": _iso(publicada.verificacion),
            "por_pto": publicada.por_pto,
            "totales": publicada.asentado.totales,
            "votos": publicada.asentado.votos,
        },
        option=orjson.OPT_SORT_KEYS,
    )


def _iso(hora: datetime | None) -> str | None:
    return hora.isoformat() if hora else None


def reproyectar(avance: Any = None) -> int:
    """Throw every row away and fold all facts again; the number of rows. One transaction."""
    total = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE bitacora_cabeza IN EXCLUSIVE MODE")
        cursor.execute("DELETE FROM bitacora_acta")
        for filas in lotes_plegados():
            guardar_filas(filas)
            total += len(filas)
            if avance:
                avance(len(filas))
    return total


def diferencias() -> Iterator[str]:
    """Actas whose stored row is not what their facts give, each with what differs."""
    vistas = set()
    with connection.cursor() as cursor:
        for claves in _lotes_de_claves(None):
            cursor.execute(
                f"SELECT {','.join(COLUMNAS)} FROM bitacora_acta WHERE clave = ANY(%s)",  # noqa: S608 - constants
                [claves],
            )
            guardadas = {f[0]: f for f in cursor}
            for clave, cuerpos in sorted(_cuerpos_de(claves, None).items()):
                vistas.add(clave)
                guardada = guardadas.get(clave)
                try:
                    fila = _plegar(clave, cuerpos)
                except Exception as error:  # whatever somebody wrote over a stored fact
                    yield f"{clave}: sus hechos guardados no se pueden leer ({error})"
                    continue
                if guardada is None:
                    yield f"{clave}: falta en la tabla de actas"
                elif guardada != fila:
                    campos = [c for c, a, b in zip(COLUMNAS, guardada, fila, strict=True) if a != b]
                    yield f"{clave}: no corresponde a sus hechos ({', '.join(campos)})"
        cursor.execute("SELECT clave FROM bitacora_acta")
        for (clave,) in cursor:
            if clave not in vistas:
                yield f"{clave}: está en la tabla de actas y no tiene hechos"


def lotes_plegados(hasta: int | None = None) -> Iterator[list[Fila]]:
    """Rows folded from the facts alone (up to position `hasta`), in batches, in the order of their keys."""
    for claves in _lotes_de_claves(hasta):
        yield [_plegar(c, cuerpos) for c, cuerpos in sorted(_cuerpos_de(claves, hasta).items())]


def _lotes_de_claves(hasta: int | None) -> Iterator[list[str]]:
    desde = ""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT DISTINCT acta FROM bitacora_hecho WHERE acta > %s AND (%s::bigint IS NULL OR posicion <= %s)"
                " ORDER BY acta LIMIT %s",
                [desde, hasta, hasta, _LOTE],
            )
            claves = [c for (c,) in cursor]
            if not claves:
                return
            yield claves
            desde = claves[-1]


def _plegar(clave: str, cuerpos: Iterable[bytes]) -> Fila:
    hechos = [_hecho(c) for c in cuerpos]
    return fila_de(clave, hechos, estado(hechos))

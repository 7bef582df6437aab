"""The bitácora as a file: one JSON object per line, so that an auditor can recompute everything elsewhere.

Line 1: `{formato: "prep/bitacora/1", tamano, raiz, nodos: {id: {nombre, llave}}}` (hex). Then one line per fact, in
order: `{posicion, recibido, sobre: {nodo, secuencia, previo, …fact, firma}}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction

from prep.bitacora.asientos import cabeza
from prep.bitacora.models import Nodo
from prep.bitacora.nodos import registrar
from prep.bitacora.services.recibir import recibir
from prep.bitacora.sobres import SobreInvalido, abrir, guardado
from prep.bitacora.verificacion import Cadena
from prep.dominio.hechos import HechoInvalido

FORMATO: Final = "prep/bitacora/1"
_LOTE: Final = 2000
_LINEA_MAXIMA: Final = 1 << 20


class ArchivoInvalido(ValueError):
    """The exported file cannot be read; says the line."""


def exportar(destino: BinaryIO, avance: Callable[[int], None] | None = None) -> int:
    """Write the whole bitácora; the number of facts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        fin = cabeza()
        nodos = {n.id: {"nombre": n.nombre, "llave": bytes(n.llave).hex()} for n in Nodo.objects.order_by("id")}
        encabezado = {"formato": FORMATO, "tamano": fin.tamano, "raiz": fin.raiz().hex(), "nodos": nodos}
        destino.write(orjson.dumps(encabezado) + b"\n")
        for desde in range(0, fin.tamano, _LOTE):
            cursor.execute(
                "SELECT posicion, recibido, cuerpo, firma FROM bitacora_hecho"
                " WHERE posicion > %s AND posicion <= %s ORDER BY posicion",
                [desde, desde + _LOTE],
            )
            filas = cursor.fetchall()
            for posicion, recibido, cuerpo, firma in filas:
                linea = {
                    "posicion": posicion,
                    "recibido": recibido.isoformat(),
                    "sobre": guardado(bytes(cuerpo), bytes(firma)).escribir(),
                }
                destino.write(orjson.dumps(linea) + b"\n")
            if avance:
                avance(len(filas))
    return fin.tamano


def leer(origen: BinaryIO) -> Iterator[dict[str, Any]]:
    """Each line of an exported file; the header first. Raises `ArchivoInvalido` naming the line."""
    numero = 0
    while linea := origen.readline(_LINEA_MAXIMA + 1):
        numero += 1
        try:
            if len(linea) > _LINEA_MAXIMA or not linea.endswith(b"\n"):
                raise ValueError("la línea está incompleta o es demasiado larga")
            datos = orjson.loads(linea)
            if numero == 1 and datos.get("formato") != FORMATO:
                raise ValueError("no es una bitácora exportada por este programa")
            if numero > 1 and datos.keys() != {"posicion", "recibido", "sobre"}:
                raise ValueError("la línea no tiene los campos posicion, recibido y sobre")
        except (ValueError, AttributeError) as error:
            raise ArchivoInvalido(f"Línea {numero}: {error}.") from None
        yield datos
    if numero == 0:
        raise ArchivoInvalido("Línea 1: el archivo está vacío.")


def verificar_archivo(archivo: Path) -> Iterator[str]:
    """Every problem of an exported bitácora, without a database."""
    with archivo.open("rb") as origen:
        lineas = leer(origen)
        encabezado = next(lineas)
        cadena = Cadena(
            {
                nodo: Ed25519PublicKey.from_public_bytes(bytes.fromhex(datos["llave"]))
                for nodo, datos in encabezado["nodos"].items()
            }
        )
        for numero, linea in enumerate(lineas, 2):
            try:
                yield from cadena.seguir(linea["posicion"], abrir(linea["sobre"]))
            except (SobreInvalido, HechoInvalido) as error:
                yield f"línea {numero}: {error}"
    final = cadena.frontera
    if (final.tamano, final.raiz().hex()) != (encabezado["tamano"], encabezado["raiz"]):
        yield (
            f"el encabezado dice {encabezado['tamano']} hechos con raíz {encabezado['raiz']} y las líneas dan "
            f"{final.tamano} con raíz {final.raiz().hex()}"
        )


def importar(archivo: Path, ahora: datetime, avance: Callable[[int], None] | None = None) -> int:
    """Load an exported bitácora into an empty one, keeping positions and reception times. One transaction."""
    if cabeza().tamano:
        raise ArchivoInvalido("La bitácora de destino ya tiene hechos: importe en una instalación nueva.")
    with archivo.open("rb") as origen, transaction.atomic():
        lineas = leer(origen)
        encabezado = next(lineas)
        for nodo, datos in encabezado["nodos"].items():
            registrar(nodo, datos["nombre"], bytes.fromhex(datos["llave"]), ahora)
        lote: list[dict[str, Any]] = []
        for linea in lineas:
            if lote and (linea["recibido"] != lote[0]["recibido"] or len(lote) == _LOTE):
                _recibir(lote, avance)
                lote = []
            lote.append(linea)
        _recibir(lote, avance)
        final = cabeza()
        if (final.tamano, final.raiz().hex()) != (encabezado["tamano"], encabezado["raiz"]):
            raise ArchivoInvalido("Los hechos importados no dan la raíz que dice el encabezado: el archivo se alteró.")
    return final.tamano


def _recibir(lote: list[dict[str, Any]], avance: Callable[[int], None] | None) -> None:
    if not lote:
        return
    recibo = recibir([linea["sobre"] for linea in lote], datetime.fromisoformat(lote[0]["recibido"]))
    if recibo.rechazados:
        identificador, motivo = recibo.rechazados[0]
        raise ArchivoInvalido(f"Hecho {identificador}: {motivo}")
    if avance:
        avance(len(lote))

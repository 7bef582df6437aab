"""The bitácora as a file: one JSON object per line, so that an auditor can recompute everything elsewhere.

Line 1: `{formato: "prep/bitacora/2", tamano, raiz, proceso, modo, llave}` (hex; `llave`: the institute's public key,
from which everybody else's authority follows). Then one line per fact, in order: `{posicion, recibido, sobre}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import orjson
from django.db import connection, transaction

from prep.bitacora.asientos import asentar, cabeza, tomar_cabeza
from prep.bitacora.autoridad import fundar, instalacion, llaves, llaves_de_dispositivos
from prep.bitacora.models import DESDE, HASTA, Instalacion
from prep.bitacora.proyecciones import reproyectar
from prep.bitacora.publicado import Publicado
from prep.bitacora.sobres import Sobre, SobreInvalido, abrir, ambito_de, guardado, revisar_ambito
from prep.bitacora.verificacion import Cadena
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD, Autoridad
from prep.dominio.comun.hecho import Escrito, HechoInvalido

T = TypeVar("T")

FORMATO: Final = "prep/bitacora/2"
_LOTE: Final = 2000
_LINEA_MAXIMA: Final = 1 << 20


class ArchivoInvalido(ValueError):
    """The exported file cannot be read; says the line."""


def exportar(destino: BinaryIO, avance: Callable[[int], None] | None = None) -> int:
    """Write the whole bitácora; the number of facts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        fin = cabeza()
        quien = instalacion()
        encabezado = {
            "formato": FORMATO,
            "tamano": fin.tamano,
            "raiz": fin.raiz().hex(),
            "proceso": quien.proceso,
            "modo": quien.modo,
            "llave": bytes(quien.llave).hex(),
        }
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


@dataclass(frozen=True, slots=True)
class _Encabezado:
    tamano: int
    raiz: str
    proceso: str
    modo: str
    llave: bytes

    @property
    def ambito(self) -> str:
        return ambito_de(self.proceso, self.modo, self.llave)

    def cadena(self, quien: Autoridad, publicado: Publicado | None = None) -> Cadena:
        """What follows the file's facts, once its facts of authority have said who may sign."""
        testigos = dict(publicado.raices) if publicado is not None else {}
        return Cadena(self.ambito, llaves(quien, self.llave), llaves_de_dispositivos(quien), testigos)


def _leer_encabezado(linea: bytes) -> _Encabezado:
    datos = orjson.loads(linea)
    if not isinstance(datos, dict) or datos.get("formato") != FORMATO:
        raise ValueError("no es una bitácora exportada por este programa")
    llave = bytes.fromhex(datos["llave"])
    if len(llave) != 32:
        raise ValueError("la llave del instituto mide 32 bytes")
    encabezado = _Encabezado(datos["tamano"], datos["raiz"], datos["proceso"], datos["modo"], llave)
    revisar_ambito(encabezado.ambito)
    return encabezado


def _de_autoridad(archivo: Path) -> Iterator[Escrito]:
    """The well-formed facts of authority of a file; whatever is wrong with the rest is told when it is followed."""
    with archivo.open("rb") as origen:
        _leer(origen, 1, _leer_encabezado)
        for _, _, _, datos in _lineas(origen):
            with suppress(SobreInvalido, HechoInvalido):
                sobre = abrir(datos)
                if sobre.hecho.clase in CLASES_DE_AUTORIDAD:
                    yield sobre.escrito


def _leer_linea(linea: bytes) -> tuple[int, datetime, Any]:
    datos = orjson.loads(linea)
    if not isinstance(datos, dict) or datos.keys() != {"posicion", "recibido", "sobre"}:
        raise ValueError("la línea no tiene los campos posicion, recibido y sobre")
    recibido = datetime.fromisoformat(datos["recibido"])
    if type(datos["posicion"]) is not int or recibido.tzinfo is None:
        raise ValueError("posicion es un entero y recibido una fecha y hora con zona")
    if not DESDE <= recibido < HASTA:
        raise ValueError(f"recibido es {recibido.isoformat()} y no puede ser: se esperan años de 2000 a 2199")
    return datos["posicion"], recibido, datos["sobre"]


def _leer(origen: BinaryIO, numero: int, lector: Callable[[bytes], T]) -> T | None:
    """One line read with `lector`; None at the end. Raises `ArchivoInvalido` naming the line."""
    linea = origen.readline(_LINEA_MAXIMA + 1)
    if not linea and numero > 1:
        return None
    try:
        if not linea:
            raise ValueError("el archivo está vacío")
        if len(linea) > _LINEA_MAXIMA or not linea.endswith(b"\n"):
            raise ValueError("la línea está incompleta o es demasiado larga")
        return lector(linea)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ArchivoInvalido(f"Línea {numero}: {error}.") from None


def _lineas(origen: BinaryIO) -> Iterator[tuple[int, int, datetime, Any]]:
    """(line number, position, time of reception, envelope) of each fact."""
    numero = 2
    while leida := _leer(origen, numero, _leer_linea):
        yield numero, *leida
        numero += 1


def leer_hechos(archivo: Path) -> Iterator[tuple[int, datetime, Sobre]]:
    """(position, time of reception, envelope) of each fact of a file, as they come. Neither signatures nor chains are
    checked. Raises `ArchivoInvalido`, naming the line, where one cannot be read."""
    with archivo.open("rb") as origen:
        _leer(origen, 1, _leer_encabezado)
        for numero, posicion, recibido, datos in _lineas(origen):
            yield posicion, recibido, _abrir(numero, datos)


def verificar_archivo(archivo: Path, publicado: Publicado | None = None) -> Iterator[str]:
    """Every problem of an exported bitácora, without a database. Raises `ArchivoInvalido` where it cannot be read.

    `publicado`: what the published cortes signed of it.
    """
    with archivo.open("rb") as origen:
        encabezado = _leer(origen, 1, _leer_encabezado)
        assert encabezado is not None
        quien = Autoridad.de(_de_autoridad(archivo))
        if publicado is not None:
            yield from publicado.contra(encabezado.proceso, encabezado.modo, encabezado.llave, quien)
        cadena = encabezado.cadena(quien, publicado)
        for numero, posicion, _, datos in _lineas(origen):
            try:
                sobre = abrir(datos)
            except (SobreInvalido, HechoInvalido) as error:
                yield from cadena.avanzar(posicion)
                yield f"línea {numero}: {error}"
            else:
                yield from cadena.seguir(posicion, sobre)
    yield from cadena.faltantes("faltan los últimos, o se exportó antes de ese corte")
    yield from _contra(encabezado, cadena)


def _contra(encabezado: _Encabezado, cadena: Cadena) -> Iterator[str]:
    tamano, raiz = cadena.frontera.tamano, cadena.frontera.raiz().hex()
    if (tamano, raiz) != (encabezado.tamano, encabezado.raiz):
        yield (
            f"el encabezado dice {encabezado.tamano} hechos con raíz {encabezado.raiz} y las líneas dan {tamano} con "
            f"raíz {raiz}"
        )


def importar(archivo: Path, avance: Callable[[int], None] | None = None) -> int:
    """Load an exported bitácora into an empty one, keeping positions and reception times.

    One transaction: nothing is kept of a file with any problem (`ArchivoInvalido`).
    """
    with archivo.open("rb") as origen, transaction.atomic():
        frontera = tomar_cabeza()
        if frontera.tamano or Instalacion.objects.exists():
            raise ArchivoInvalido("Esta instalación ya tiene hechos o ya se fundó: importe en una nueva.")
        encabezado = _leer(origen, 1, _leer_encabezado)
        assert encabezado is not None
        fundar(encabezado.proceso, encabezado.modo, encabezado.llave)
        cadena = encabezado.cadena(Autoridad.de(_de_autoridad(archivo)))
        lineas = _lineas(origen)
        while lote := [(_revisar(cadena, *linea), linea[2]) for linea in islice(lineas, _LOTE)]:
            asentar(lote, frontera)
            if avance:
                avance(len(lote))
        for problema in _contra(encabezado, cadena):
            raise ArchivoInvalido(f"Los hechos no son los que dice el encabezado: {problema}.")
        reproyectar()
    return frontera.tamano


def _revisar(cadena: Cadena, numero: int, posicion: int, _: datetime, datos: Any) -> Sobre:
    sobre = _abrir(numero, datos)
    for problema in cadena.seguir(posicion, sobre):
        raise ArchivoInvalido(f"Línea {numero}: {problema}.")
    return sobre


def _abrir(numero: int, datos: Any) -> Sobre:
    try:
        return abrir(datos)
    except (SobreInvalido, HechoInvalido) as error:
        raise ArchivoInvalido(f"Línea {numero}: {error}") from None

"""The read model of actas and sheets: one row each, folded from its facts in the transaction that appends them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from django.db import connection

from prep.bitacora.autoridad import autoridad
from prep.bitacora.sobres import escrito_guardado
from prep.dominio.acta.acta import Acta, Imagen, Publicada
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import clave_de, sujeto_de
from prep.dominio.acta.pliegue import base_publicada, estado
from prep.dominio.comun.autoridad import Autoridad
from prep.dominio.comun.hecho import Escrito

_TIPOS: Final = {
    "clave": "text",
    "custodia": "text",
    "captura": "text",
    "situacion": "text",
    "ronda": "int",
    "imagen": "text",
    "participantes": "text[]",
    "lugares": "text[]",
    "en_duda": "bool",
    "lectura": "text",
    "publicada": "text",
    "sin_acta": "text",
    "fuera": "text",
    "es": "text",
    "cotejo": "smallint",
    "acopio": "text",
    "conflicto": "int",
    "por_revisar": "bool",
    "por_registrar": "text",
    "hechos": "int",
    "anomalias": "int",
    "cabezas": "text[]",
}
COLUMNAS: Final = tuple(_TIPOS)
_GUARDAR: Final = (
    f"INSERT INTO bitacora_acta ({','.join(COLUMNAS)}) "  # noqa: S608 - constants
    f"SELECT * FROM json_to_recordset(%s::json) AS filas ({','.join(f'{c} {t}' for c, t in _TIPOS.items())}) "
    f"ON CONFLICT (clave) DO UPDATE SET {','.join(f'{c}=EXCLUDED.{c}' for c in COLUMNAS[1:])}"
)
_CLASES: Final = ("acta", "hoja")
_LOTE: Final = 2000

Fila = tuple[Any, ...]
_Crudo = tuple[str, str, int, bytes]


def hechos_de(claves: Iterable[str], hasta: int | None = None) -> dict[str, list[Escrito]]:
    """Every fact of these actas or sheets (up to position `hasta`), by key."""
    crudos = _crudos_de([sujeto_de(c) for c in claves], hasta)
    return {clave_de(sujeto): [escrito_guardado(*c) for c in suyos] for sujeto, suyos in crudos.items()}


def acta_de(clave: str) -> Acta:
    """State of one acta or sheet, folded now."""
    return estado(hechos_de([clave]).get(clave, ()), autoridad())


def _crudos_de(sujetos: list[str], hasta: int | None) -> dict[str, list[_Crudo]]:
    por_sujeto: dict[str, list[_Crudo]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sujeto, id, nodo, secuencia, cuerpo FROM bitacora_hecho"
            " WHERE sujeto = ANY(%s) AND (%s::bigint IS NULL OR posicion <= %s)",
            [sujetos, hasta, hasta],
        )
        for sujeto, identificador, nodo, secuencia, cuerpo in cursor:
            por_sujeto[sujeto].append((identificador, nodo, secuencia, cuerpo))
    return por_sujeto


class ProyeccionDeActas:
    """`bitacora_acta`."""

    clases: Sequence[str] = _CLASES

    def proyectar(self, sujetos: Iterable[str], de: Autoridad) -> dict[str, Acta]:
        actas = {}
        filas = []
        for sujeto, crudos in _crudos_de(list(sujetos), None).items():
            escritos = [escrito_guardado(*c) for c in crudos]
            actas[sujeto] = acta = estado(escritos, de)
            filas.append(fila_de(clave_de(sujeto), len(escritos), acta))
        guardar_filas(filas)
        return actas

    def rehacer(self, avance: Callable[[int], None] | None) -> int:
        total = 0
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM bitacora_acta")
        for filas in lotes_plegados():
            guardar_filas(filas)
            total += len(filas)
            if avance:
                avance(len(filas))
        return total

    def diferencias(self) -> Iterator[str]:
        vistas = set()
        de = autoridad()
        with connection.cursor() as cursor:
            for sujetos in _lotes_de_sujetos(None):
                cursor.execute(
                    f"SELECT {','.join(COLUMNAS)} FROM bitacora_acta WHERE clave = ANY(%s)",  # noqa: S608 - constants
                    [[clave_de(s) for s in sujetos]],
                )
                guardadas = {f[0]: f for f in cursor}
                for sujeto, crudos in sorted(_crudos_de(sujetos, None).items()):
                    clave = clave_de(sujeto)
                    vistas.add(clave)
                    guardada = guardadas.get(clave)
                    try:
                        fila = _plegar(clave, crudos, de)
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


def guardar_filas(filas: list[Fila]) -> None:
    """Store rows, replacing those there are."""
    if filas:
        datos = orjson.dumps([dict(zip(COLUMNAS, fila, strict=True)) for fila in filas])
        with connection.cursor() as cursor:
            cursor.execute(_GUARDAR, [datos.decode()])


def fila_de(clave: str, hechos: int, acta: Acta) -> Fila:
    """The row of one acta, in the order of `COLUMNAS`."""
    fuera = acta.fuera_vigente
    sin_acta = acta.sin_acta_vigente
    acordado = acta.acordado
    base = base_publicada(acta)
    return (
        clave,
        acta.custodia.value,
        acta.captura.value,
        acta.situacion.value,
        acta.ronda,
        acta.imagen.sha256 if acta.imagen else None,
        sorted(acta.participantes),
        sorted({c.lugar for c in acta.capturas_de(acta.imagen.sha256)}) if acta.imagen else [],
        acta.en_duda is not None,
        acordado.lectura if acordado else None,
        escribir_publicada(acta.publicada).decode() if acta.publicada else None,
        sin_acta.value if sin_acta else None,
        orjson.dumps(fuera, option=orjson.OPT_SORT_KEYS).decode() if fuera else None,
        acta.es,
        acta.cotejo,
        acta.acopio.isoformat() if acta.acopio else None,
        len(acta.en_conflicto),
        acta.por_revisar,
        None if base is None or _consta(acta) else " ".join(base),
        hechos,
        len(acta.anomalias),
        list(acta.cabezas),
    )


def _consta(acta: Acta) -> bool:
    """Whether what the next corte carries is on record as published already."""
    if acta.vigente is not None:
        return acta.vigente.corte is not None
    if acta.sin_acta_dada is not None:
        return acta.sin_acta_publicada is not None and acta.sin_acta_publicada[1].motivo is acta.sin_acta_dada.motivo
    return acta.fuera_publicada


def escribir_publicada(publicada: Publicada) -> bytes:
    """A published reading as the row keeps it; `leer_publicada` gives it back. Sorted: equal readings, equal bytes."""
    imagen = publicada.imagen
    return orjson.dumps(
        {
            "imagen": imagen.sha256,
            "digitalizacion": imagen.digitalizacion,
            "documento": imagen.documento,
            "mecanismo": imagen.mecanismo,
            "hora": _iso(imagen.hora),
            "acopio": _iso(publicada.acopio),
            "captura": _iso(publicada.captura),
            "verificacion": _iso(publicada.verificacion),
            "por_pto": publicada.por_pto,
            "totales": publicada.asentado.totales,
            "votos": publicada.asentado.votos,
            "base": publicada.base,
            "hecho": publicada.hecho,
        },
        option=orjson.OPT_SORT_KEYS,
    )


def leer_publicada(fila: str | bytes) -> Publicada:
    """What `escribir_publicada` wrote."""
    d: Mapping[str, Any] = orjson.loads(fila)
    return Publicada(
        Imagen(d["imagen"], d["digitalizacion"], d["documento"], _hora(d["hora"]), d["mecanismo"]),
        Asentado(d["totales"], d["votos"]),
        _hora(d["acopio"]),
        datetime.fromisoformat(d["captura"]),
        datetime.fromisoformat(d["verificacion"]),
        d["por_pto"],
        d["base"],
        d["hecho"],
    )


def _iso(hora: datetime | None) -> str | None:
    return hora.isoformat() if hora else None


def _hora(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def lotes_plegados(hasta: int | None = None) -> Iterator[list[Fila]]:
    """Rows folded from the facts alone (up to position `hasta`), in batches."""
    de = autoridad(hasta)
    for sujetos in _lotes_de_sujetos(hasta):
        yield [_plegar(clave_de(s), crudos, de) for s, crudos in sorted(_crudos_de(sujetos, hasta).items())]


def _lotes_de_sujetos(hasta: int | None) -> Iterator[list[str]]:
    desde = ""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT DISTINCT sujeto FROM bitacora_hecho WHERE clase = ANY(%s) AND sujeto > %s"
                " AND (%s::bigint IS NULL OR posicion <= %s) ORDER BY sujeto LIMIT %s",
                [list(_CLASES), desde, hasta, hasta, _LOTE],
            )
            sujetos = [s for (s,) in cursor]
            if not sujetos:
                return
            yield sujetos
            desde = sujetos[-1]


def _plegar(clave: str, crudos: Iterable[_Crudo], de: Autoridad) -> Fila:
    escritos = [escrito_guardado(*c) for c in crudos]
    return fila_de(clave, len(escritos), estado(escritos, de))

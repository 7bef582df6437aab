"""The read model of actas and sheets: one row each, folded from its facts in the transaction that appends them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

import orjson
from django.db import connection

from prep.bitacora.autoridad import autoridad
from prep.bitacora.recuerdos import Recuerdo, Recuerdos, marca
from prep.bitacora.sobres import Sobre, escrito_guardado
from prep.dominio.acta.acta import Acta, Imagen, Publicada
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import clave_de, sujeto_de
from prep.dominio.acta.pliegue import base_publicada, estado
from prep.dominio.comun.autoridad import Autoridad
from prep.dominio.comun.hecho import Escrito, Hecho

_TIPOS: Final = {
    "clave": "text",
    "custodia": "text",
    "captura": "text",
    "situacion": "text",
    "ronda": "int",
    "imagen": "text",
    "participantes": "text[]",
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
    "version": "text",
    "hechos": "int",
    "anomalias": "int",
    "cabezas": "text[]",
}
COLUMNAS: Final = tuple(_TIPOS)
PUBLICAS: Final = ("custodia", "captura", "situacion", "publicada", "sin_acta", "fuera", "cotejo")
"""Columns that what is published of an acta depends on. `version` is their hash: equal versions, equal bytes."""
_GUARDAR: Final = (
    f"INSERT INTO bitacora_acta ({','.join(COLUMNAS)}) "  # noqa: S608 - constants
    f"SELECT * FROM json_to_recordset(%s::json) AS filas ({','.join(f'{c} {t}' for c, t in _TIPOS.items())}) "
    f"ON CONFLICT (clave) DO UPDATE SET {','.join(f'{c}=EXCLUDED.{c}' for c in COLUMNAS[1:])}"
)
_CLASES: Final = ("acta", "hoja")
_LOTE: Final = 2000

Fila = tuple[Any, ...]
_Crudo = tuple[int, bytes, str, str, int, bytes]
"""Of a stored envelope: position, leaf, id of its fact, node, sequence, and what is signed."""


@dataclass(frozen=True, slots=True)
class Plegada:
    """One acta or sheet just folded. `hechos`: every fact of it by its position."""

    clave: str
    acta: Acta
    hechos: Mapping[int, Hecho]


class Derivada(Protocol):
    """Rows of another room that follow from the fold of an acta. They are written beside its own, folded once."""

    def guardar(self, plegadas: Sequence[Plegada], de: Autoridad) -> None:
        """Leave the rows of these actas as they are now."""
        ...

    def vaciar(self) -> None:
        """Throw every row away."""
        ...

    def diferencias(self, plegadas: Sequence[Plegada], de: Autoridad) -> Iterator[str]:
        """Rows of these actas that are not what their fold gives."""
        ...

    def sobran(self, vistas: set[str]) -> Iterator[str]:
        """Rows of actas that have no facts."""
        ...


_DERIVADAS: Final[list[Derivada]] = []


def derivar(derivada: Derivada) -> None:
    """Add rows that follow from the fold of an acta. Their room does it when Django loads it."""
    _DERIVADAS.append(derivada)


def hechos_de(claves: Iterable[str], hasta: int | None = None) -> dict[str, list[Escrito]]:
    """Every fact of these actas or sheets (up to position `hasta`), by key."""
    crudos = _crudos_de([sujeto_de(c) for c in claves], hasta)
    return {clave_de(sujeto): [escrito_guardado(*c[2:]) for c in suyos] for sujeto, suyos in crudos.items()}


def acta_de(clave: str, de: Autoridad | None = None) -> Acta:
    """State of one acta or sheet, folded now. `de`: who may act, where that was looked up."""
    return estado(hechos_de([clave]).get(clave, ()), de or autoridad())


def imagenes_nombradas() -> set[str]:
    """SHA-256 of every picture that a fact names, whatever that fact is worth."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT convert_from(cuerpo, 'UTF8')::json #>> '{hecho,contenido,imagen}' FROM bitacora_hecho"
            " WHERE clase = ANY(%s)",
            [list(_CLASES)],
        )
        return {imagen for (imagen,) in cursor if imagen is not None}


def _crudos_de(sujetos: list[str], hasta: int | None) -> dict[str, list[_Crudo]]:
    por_sujeto: dict[str, list[_Crudo]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sujeto, posicion, hoja, id, nodo, secuencia, cuerpo FROM bitacora_hecho"
            " WHERE sujeto = ANY(string_to_array(%s, ' ')) AND (%s::bigint IS NULL OR posicion <= %s)",
            [" ".join(sujetos), hasta, hasta],
        )
        for sujeto, *crudo in cursor:
            por_sujeto[sujeto].append(tuple(crudo))
    return por_sujeto


class ProyeccionDeActas:
    """`bitacora_acta`, and what other rooms derive from the same fold."""

    clases: Sequence[str] = _CLASES

    def __init__(self) -> None:
        self._recuerdos = Recuerdos()

    def proyectar(self, sujetos: Iterable[str], nuevos: Mapping[int, Sobre], de: Autoridad) -> dict[str, Acta]:
        por_sujeto = {sujeto: dict[int, Sobre]() for sujeto in sujetos}
        for posicion, sobre in nuevos.items():
            if sobre.hecho.sujeto in por_sujeto:
                por_sujeto[sobre.hecho.sujeto][posicion] = sobre
        hasta = min(nuevos) - 1
        recuerdos = self._recuerdos.tomar(por_sujeto, hasta, de)
        faltan = [s for s in por_sujeto if s not in recuerdos]
        for sujeto, crudos in (_crudos_de(faltan, hasta) if faltan else {}).items():
            recuerdos[sujeto] = Recuerdo(b"".join(sorted(marca(*c[:2]) for c in crudos)), _leer(crudos))
        plegadas = []
        for sujeto, suyos in por_sujeto.items():
            recuerdo = recuerdos.get(sujeto) or Recuerdo(b"", {})
            acta = recuerdo.seguir(suyos, de).acta
            plegadas.append(Plegada(clave_de(sujeto), acta, {i: e.hecho for i, e in recuerdo.escritos.items()}))
            self._recuerdos.dejar(sujeto, recuerdo, de)
        _guardar(plegadas, de)
        return {sujeto_de(p.clave): p.acta for p in plegadas}

    def rehacer(self, avance: Callable[[int], None] | None) -> int:
        total = 0
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM bitacora_acta")
        for derivada in _DERIVADAS:
            derivada.vaciar()
        de = autoridad()
        for plegadas in _lotes(None, de):
            _guardar(plegadas, de)
            total += len(plegadas)
            if avance:
                avance(len(plegadas))
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
                plegadas = []
                for sujeto, crudos in sorted(_crudos_de(sujetos, None).items()):
                    clave = clave_de(sujeto)
                    vistas.add(clave)
                    guardada = guardadas.get(clave)
                    try:
                        plegadas.append(plegada := _plegar(sujeto, _leer(crudos), de))
                    except Exception as error:  # whatever somebody wrote over a stored fact
                        yield f"{clave}: sus hechos guardados no se pueden leer ({error})"
                        continue
                    fila = _fila(plegada)
                    if guardada is None:
                        yield f"{clave}: falta en la tabla de actas"
                    elif guardada != fila:
                        campos = [c for c, a, b in zip(COLUMNAS, guardada, fila, strict=True) if a != b]
                        yield f"{clave}: no corresponde a sus hechos ({', '.join(campos)})"
                for derivada in _DERIVADAS:
                    yield from derivada.diferencias(plegadas, de)
            cursor.execute("SELECT clave FROM bitacora_acta")
            for (clave,) in cursor:
                if clave not in vistas:
                    yield f"{clave}: está en la tabla de actas y no tiene hechos"
        for derivada in _DERIVADAS:
            yield from derivada.sobran(vistas)


def guardar_filas(filas: list[Fila]) -> None:
    """Store rows, replacing those there are."""
    if filas:
        datos = orjson.dumps([dict(zip(COLUMNAS, fila, strict=True)) for fila in filas])
        with connection.cursor() as cursor:
            cursor.execute(_GUARDAR, [datos.decode()])


def fila_de(clave: str, hechos: int, acta: Acta) -> Fila:
    """The row of one acta, in the order of `COLUMNAS`."""
    imagen = acta.imagen
    acordado = acta.acuerdo(imagen)[1]
    base = base_publicada(acta)
    publicas = custodia, captura, situacion, publicada, sin_acta, fuera, cotejo = _publicas(acta)
    return (
        clave,
        custodia,
        captura,
        situacion,
        acta.ronda,
        imagen.sha256 if imagen else None,
        sorted(acta.participantes_de(imagen)),
        acordado.lectura if acordado else None,
        publicada,
        sin_acta,
        fuera,
        acta.es,
        cotejo,
        acta.acopio.isoformat() if acta.acopio else None,
        len(acta.en_conflicto),
        acta.por_revisar,
        None if base is None or _consta(acta) else " ".join(base),
        sha256(orjson.dumps(publicas)).hexdigest(),
        hechos,
        len(acta.anomalias),
        list(acta.cabezas),
    )


def _publicas(acta: Acta) -> tuple[str, str, str, str | None, str | None, str | None, int | None]:
    """The values of `PUBLICAS`."""
    publicada, sin_acta, fuera = acta.publicada, acta.sin_acta_vigente, acta.fuera_vigente
    return (
        acta.custodia.value,
        acta.captura.value,
        acta.situacion.value,
        escribir_publicada(publicada).decode() if publicada else None,
        sin_acta.value if sin_acta else None,
        orjson.dumps(fuera, option=orjson.OPT_SORT_KEYS).decode() if fuera else None,
        acta.cotejo,
    )


def _consta(acta: Acta) -> bool:
    """Whether what the next corte carries is on record as published already."""
    if acta.vigente is not None:
        return acta.vigente.corte is not None
    if acta.sin_acta_dada is not None:
        return acta.sin_acta_publicada is not None and acta.sin_acta_publicada[1].motivo is acta.sin_acta_dada.motivo
    return acta.fuera_publicada is not None and acta.fuera_dada == acta.fuera_publicada[1:]


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
    for plegadas in _lotes(hasta, autoridad(hasta)):
        yield [_fila(p) for p in plegadas]


def _lotes(hasta: int | None, de: Autoridad) -> Iterator[list[Plegada]]:
    for sujetos in _lotes_de_sujetos(hasta):
        yield [_plegar(s, _leer(crudos), de) for s, crudos in sorted(_crudos_de(sujetos, hasta).items())]


def _guardar(plegadas: Sequence[Plegada], de: Autoridad) -> None:
    guardar_filas([_fila(p) for p in plegadas])
    for derivada in _DERIVADAS:
        derivada.guardar(plegadas, de)


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


def _leer(crudos: Iterable[_Crudo]) -> dict[int, Escrito]:
    return {crudo[0]: escrito_guardado(*crudo[2:]) for crudo in crudos}


def _plegar(sujeto: str, escritos: Mapping[int, Escrito], de: Autoridad) -> Plegada:
    hechos = {posicion: e.hecho for posicion, e in escritos.items()}
    return Plegada(clave_de(sujeto), estado(escritos.values(), de), hechos)


def _fila(plegada: Plegada) -> Fila:
    return fila_de(plegada.clave, len(plegada.hechos), plegada.acta)

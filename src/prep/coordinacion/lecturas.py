"""What every acta says now: its verified reading, or what people agree on before it is verified.

Kept in memory, acta by acta; only what changed is read again. It may vanish at any moment.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from prep.bitacora.actas import hechos_de, leer_publicada
from prep.bitacora.autoridad import autoridad
from prep.catalogo.informativo import Parametros
from prep.catalogo.services import informativo
from prep.coordinacion.padron import Esperada, Padron
from prep.coordinacion.validaciones import Leida
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.pliegue import estado
from prep.dominio.comun.valores import votos
from prep.dominio.tabulacion.contabilidad import contabilizar

FRESCO: Final = timedelta(seconds=15)
_LOTE: Final = 1000


@dataclass(frozen=True, slots=True)
class Dicha:
    """One acta's reading: its name and picture; whether it is the verified one, and whether its votes count."""

    lectura: str
    imagen: str
    publicada: bool
    cuenta: bool
    leida: Leida


@dataclass(slots=True)
class _Guardadas:
    de: tuple[str, str]
    hora: datetime
    sellos: dict[str, str]
    dichas: dict[str, Dicha]


_candado = threading.Lock()
_ultimas: _Guardadas | None = None


def dichas(padron: Padron, ahora: datetime) -> Mapping[str, Dicha]:
    """By key of acta, those that say something."""
    global _ultimas
    with _candado:
        de = (connection.settings_dict["NAME"], padron.huella)
        if _ultimas is None or _ultimas.de != de:
            _ultimas = _Guardadas(de, ahora - FRESCO, {}, {})
        if not timedelta(0) <= ahora - _ultimas.hora < FRESCO:
            _poner_al_dia(_ultimas, padron)
            _ultimas.hora = ahora
        return _ultimas.dichas


_SELLOS: Final = """
    SELECT clave, CASE WHEN publicada IS NULL THEN 'a' || lectura ELSE 'p' || md5(publicada) END
    FROM bitacora_acta WHERE clave NOT LIKE 'hoja:%' AND (publicada IS NOT NULL OR lectura IS NOT NULL)"""


def _poner_al_dia(guardadas: _Guardadas, padron: Padron) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SELLOS)
        sellos = {clave: sello for clave, sello in cursor if clave in padron.actas}
    if sellos == guardadas.sellos:
        return
    cambian = [c for c, s in sellos.items() if guardadas.sellos.get(c) != s]
    nuevas = {c: d for c, d in guardadas.dichas.items() if c in sellos}
    parametros = informativo().parametros
    for lote in (cambian[i : i + _LOTE] for i in range(0, len(cambian), _LOTE)):
        nuevas |= dict(_publicadas(lote, padron, parametros))
        nuevas |= dict(_acordadas([c for c in lote if sellos[c][0] == "a"], padron, parametros))
    guardadas.sellos, guardadas.dichas = sellos, nuevas


def _publicadas(claves: Sequence[str], padron: Padron, de: Parametros) -> Iterator[tuple[str, Dicha]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clave, publicada FROM bitacora_acta WHERE clave = ANY(%s) AND publicada IS NOT NULL", [claves]
        )
        for clave, publicada in cursor.fetchall():
            leida = leer_publicada(publicada)
            yield clave, _dicha(padron.actas[clave], leida.base, leida.imagen.sha256, True, leida.asentado, de)


def _acordadas(claves: Sequence[str], padron: Padron, de: Parametros) -> Iterator[tuple[str, Dicha]]:
    """What people agree on is not in the row: the fold says it."""
    quien = autoridad()
    for clave, suyos in hechos_de(claves).items():
        acordado = estado(suyos, quien).acordado
        if acordado is not None:
            yield (
                clave,
                _dicha(padron.actas[clave], acordado.lectura, acordado.imagen, False, acordado.asentado, de),
            )


def _dicha(
    esperada: Esperada, lectura: str, imagen: str, publicada: bool, asentado: Asentado, parametros: Parametros
) -> Dicha:
    boleta, casilla = esperada.boleta, esperada.acta.casilla
    completo = all(c in asentado.votos for c in boleta.claves)
    cuenta = (
        completo
        and contabilizar(
            asentado, boleta, esperada.acta, parametros.boletas_especiales, mezcla_cuenta=parametros.mezcla_cuenta
        ).contabilizada
    )
    crudos = [asentado.votos.get(c, 0) for c in boleta.claves]
    total = asentado.totales.get("total_asentado")
    leida = Leida(
        esperada.clave,
        (esperada.eleccion.clave, boleta.claves),
        casilla.clave.seccion,
        esperada.acta.demarcacion,
        casilla.lista_nominal,
        tuple([votos(v) for v in crudos]),
        total if isinstance(total, int) else None,
        completo and any(isinstance(v, int) for v in crudos),
    )
    return Dicha(lectura, imagen, publicada, cuenta, leida)

"""What every acta says now: its verified reading, or what people agree on before it is verified.

Kept in memory, acta by acta; only what changed is read again. It may vanish at any moment.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import connection

from prep.bitacora.actas import hechos_de, leer_publicada
from prep.bitacora.autoridad import autoridad
from prep.catalogo.informativo import Parametros
from prep.catalogo.services import sin_gente
from prep.coordinacion.padron import Esperada, Padron
from prep.coordinacion.validaciones import Leida
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.pliegue import estado
from prep.dominio.acta.transiciones import Situacion
from prep.dominio.comun.valores import votos
from prep.dominio.tabulacion.contabilidad import contabilizar

FRESCO: Final = timedelta(seconds=15)
_LOTE: Final = 1000
_SIN_ACTA: Final = "s"


@dataclass(frozen=True, slots=True)
class Dicha:
    """One acta's reading: its name and picture; whether it is the verified one, and whether its votes count."""

    lectura: str
    imagen: str
    publicada: bool
    cuenta: bool
    leida: Leida


@dataclass(frozen=True, eq=False, slots=True)
class Mirada:
    """One look at what the actas say. `dichas`: by key, those that say something; `sin_acta`: those of which none came.
    `huella`: of the readings; equal looks have the same."""

    dichas: Mapping[str, Dicha]
    sin_acta: frozenset[str]
    huella: str

    def terminada(self, clave: str) -> bool:
        """Whether nothing more is expected of an acta: it is verified, or there is none."""
        dicha = self.dichas.get(clave)
        return clave in self.sin_acta or (dicha is not None and dicha.publicada)


@dataclass(slots=True)
class _Guardadas:
    de: tuple[str, str]
    hora: datetime
    sellos: dict[str, str]
    mirada: Mirada


_candado = threading.Lock()
_ultimas: _Guardadas | None = None


def mirar(padron: Padron, ahora: datetime, *, fresco: timedelta | None = None) -> Mirada:
    """What they say now, or some seconds ago; while nothing changes, the same look. `fresco`: how old it may be."""
    global _ultimas
    with _candado:
        de = (connection.settings_dict["NAME"], padron.huella)
        if _ultimas is None or _ultimas.de != de:
            _ultimas = _Guardadas(de, ahora - FRESCO, {}, Mirada({}, frozenset(), ""))
        if not timedelta(0) <= ahora - _ultimas.hora < (FRESCO if fresco is None else fresco):
            _poner_al_dia(_ultimas, padron)
            _ultimas.hora = ahora
        return _ultimas.mirada


_SELLOS: Final = """
    SELECT clave, CASE WHEN publicada IS NOT NULL THEN 'p' || md5(publicada) WHEN situacion = %s THEN 's'
      ELSE 'a' || lectura END
    FROM bitacora_acta
    WHERE clave NOT LIKE 'hoja:%%' AND (publicada IS NOT NULL OR situacion = %s OR lectura IS NOT NULL)"""


def _poner_al_dia(guardadas: _Guardadas, padron: Padron) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SELLOS, [Situacion.SIN_ACTA.value] * 2)
        sellos = {clave: sello for clave, sello in cursor if clave in padron.actas}
    if sellos == guardadas.sellos:
        return
    cambian = [c for c, s in sellos.items() if guardadas.sellos.get(c) != s]
    nuevas = {c: d for c, d in guardadas.mirada.dichas.items() if c in sellos and sellos[c] != _SIN_ACTA}
    parametros = sin_gente().parametros
    for lote in (cambian[i : i + _LOTE] for i in range(0, len(cambian), _LOTE)):
        nuevas |= dict(_publicadas(lote, padron, parametros))
        nuevas |= dict(_acordadas([c for c in lote if sellos[c][0] == "a"], padron, parametros))
    sin_acta = frozenset(c for c, s in sellos.items() if s == _SIN_ACTA)
    huella = sha256("\n".join(f"{c} {s}" for c, s in sorted(sellos.items())).encode()).hexdigest()
    guardadas.sellos, guardadas.mirada = sellos, Mirada(nuevas, sin_acta, huella)


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

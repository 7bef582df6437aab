"""The night as it is now: where every acta is, since when it waits, and what people did in the last hour.

Looked up at most once every few seconds, whoever asks: twenty boards cost what one does. It may vanish at any moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from django.db import connection

from prep.bitacora.actas import hechos_de
from prep.bitacora.asientos import cabeza
from prep.bitacora.autoridad import autoridad
from prep.coordinacion.padron import Padron, padron
from prep.dominio.acta.acta import EN_CORRECCION
from prep.dominio.acta.hechos import HOJA, MUDOS, Tipo
from prep.dominio.acta.pliegue import estado
from prep.dominio.acta.transiciones import Captura, Custodia, Situacion
from prep.dominio.comun.autoridad import TODO

FRESCO: Final = timedelta(seconds=15)
"""How old what a board shows may be."""
RECIENTE: Final = timedelta(hours=1)
CALCULADOS: Final = 500
"""Views of one look at the night (reaches, filters, counts) that are kept: more than there are CATDs, each of which has
its own."""
T = TypeVar("T")
TRABAJO: Final = (
    *(Tipo.CAPTURADA, Tipo.DICTAMINADA, Tipo.DECIDIDA, Tipo.VERIFICADA, Tipo.DEVUELTA),
    *(Tipo.OTRA_IMAGEN_PEDIDA, Tipo.INCIDENTE, Tipo.IDENTIFICADA, Tipo.DIGITALIZADA, Tipo.ACOPIADA),
)
"""What people do to actas, at desks and in the CATD. What is tried to recover one is not among it."""
PEDIDAS: Final = (Tipo.OTRA_IMAGEN_PEDIDA, Tipo.REAPERTURA_PEDIDA)
"""What one person asks for and another answers. Whether it is answered, the fold says."""


class Trabajo(StrEnum):
    """What an acta (or sheet) waits for. One of each, in the order in which it is done."""

    IDENTIFICAR = "identificar"
    OTRA_IMAGEN = "otra_imagen"
    REDIGITALIZAR = "redigitalizar"
    PRIMERA = "primera_captura"
    SEGUNDA = "segunda_captura"
    DIFERENCIAS = "diferencias"
    DECISION = "decision"
    VERIFICACION = "verificacion"
    REAPERTURA = "reapertura"
    SIN_ACTA = "confirmar_sin_acta"
    DIGITALIZAR = "digitalizar"
    FUERA = "fuera_de_catalogo"


DE_CAPTURA: Final = {
    Captura.POR_CAPTURAR: Trabajo.PRIMERA,
    Captura.DEVUELTA: Trabajo.PRIMERA,
    Captura.PRIMERA: Trabajo.SEGUNDA,
    Captura.DISCREPANTE: Trabajo.DIFERENCIAS,
    Captura.ESCALADA: Trabajo.DECISION,
    Captura.COINCIDE: Trabajo.VERIFICACION,
    Captura.DICTAMINADA: Trabajo.VERIFICACION,
}
DE_CUSTODIA: Final = {
    Custodia.ACOPIADA: Trabajo.DIGITALIZAR,
    Custodia.FOTOGRAFIADA: Trabajo.IDENTIFICAR,
    Custodia.DIGITALIZADA: Trabajo.IDENTIFICAR,
    Custodia.REDIGITALIZAR: Trabajo.REDIGITALIZAR,
    Custodia.SIN_ACTA_DICHA: Trabajo.SIN_ACTA,
    Custodia.FUERA_DE_CATALOGO: Trabajo.FUERA,
}


class Vista(NamedTuple):
    """What the read model says of one acta."""

    situacion: Situacion
    conflicto: bool
    por_revisar: bool
    por_cotejar: bool


class Espera(NamedTuple):
    """An acta (or sheet) that waits: for what, and since when."""

    clave: str
    trabajo: Trabajo
    estado: str
    desde: datetime


class Reciente(NamedTuple):
    """One fact of the last hour."""

    clave: str
    tipo: Tipo
    persona: str
    recibido: datetime


@dataclass(frozen=True, eq=False)
class Panorama:
    """`vistas`: actas with any fact. `fuera`: sheets that are published out of catalogue: they wait for nobody, until
    somebody says that one is an acta. `hora`: when it was looked up. `recientes`: of the whole night, whatever part of
    it this is: what people do is measured on all of it. What is computed of it is kept with it."""

    hora: datetime
    padron: Padron
    vistas: Mapping[str, Vista]
    esperan: tuple[Espera, ...]
    fuera: tuple[Espera, ...]
    recientes: tuple[Reciente, ...]
    _calculado: dict[Hashable, Any] = field(init=False, default_factory=dict, repr=False)

    def una_vez(self, que: Hashable, calcular: Callable[[], T]) -> T:
        """What is computed of this look at the night, the first time that somebody asks."""
        try:
            return self._calculado[que]  # type: ignore[no-any-return]
        except KeyError:
            valor = calcular()
        if len(self._calculado) >= CALCULADOS:
            self._calculado.clear()
        self._calculado[que] = valor
        return valor

    def situacion(self, clave: str) -> Situacion:
        """Where an expected acta is: without any fact, nobody received it."""
        vista = self.vistas.get(clave)
        return vista.situacion if vista else Situacion.NO_RECIBIDA

    def recortar(self, alcance: frozenset[str]) -> Panorama:
        """Only what somebody reaches. Sheets are of nobody's casilla: only who reaches everything sees them."""
        return self if TODO in alcance else self.una_vez(alcance, lambda: self.de(self.padron.recortar(alcance)))

    @property
    def por_paso(self) -> tuple[Espera, ...]:
        """What is listed by what would be done with it."""
        return self.esperan + self.fuera

    def de(self, suyo: Padron, hojas: Iterable[Espera] = ()) -> Panorama:
        """Only the actas of a part of the catalogue, and these sheets, which are of none."""
        hojas = tuple(hojas)
        return replace(
            self,
            padron=suyo,
            vistas={c: v for c, v in self.vistas.items() if c in suyo.actas},
            esperan=(*(e for e in self.esperan if e.clave in suyo.actas), *(e for e in hojas if e in self.esperan)),
            fuera=tuple(e for e in hojas if e in self.fuera),
        )


_candado = threading.Lock()
_ultimo: tuple[Any, Panorama] | None = None


def ver(ahora: datetime) -> Panorama:
    """The night now, or some seconds ago."""
    global _ultimo
    with _candado:
        suyo = padron()
        clave = (connection.settings_dict["NAME"], suyo.huella)
        if _ultimo is not None and _ultimo[0] == clave and timedelta(0) <= ahora - _ultimo[1].hora < FRESCO:
            return _ultimo[1]
        _ultimo = (clave, _mirar(suyo, ahora, cabeza().tamano))
        return _ultimo[1]


_SITUACIONES: Final = {s.value: s for s in Situacion}
_TIPOS: Final = {t.value: t for t in TRABAJO}
_VISTAS: Final = """
    SELECT clave, situacion, conflicto > 0, por_revisar,
      captura = 'verificada' AND (cotejo IS NULL OR cotejo = %s)
    FROM bitacora_acta
    WHERE clave NOT LIKE 'hoja:%%'"""
_ESPERAN: Final = """
    SELECT a.clave, a.custodia, a.captura, max(h.recibido) FILTER (WHERE h.tipo <> ALL(%(mudos)s)),
      bool_or(h.tipo = ANY(%(pedidas)s)), coalesce(max(h.posicion) FILTER (WHERE h.tipo = %(identificada)s)
        > max(h.posicion) FILTER (WHERE h.tipo = %(fuera)s), false)
    FROM bitacora_acta a
    JOIN bitacora_hecho h ON h.sujeto = CASE WHEN a.clave LIKE 'hoja:%%' THEN a.clave ELSE 'acta:' || a.clave END
    WHERE a.custodia = ANY(%(custodias)s) OR (a.custodia = 'identificada' AND (a.es IS NULL OR a.es = a.clave)
      AND (a.captura <> 'verificada' OR 'acta:' || a.clave IN (
        SELECT sujeto FROM bitacora_hecho WHERE clase = 'acta' AND tipo = %(reapertura)s)))
    GROUP BY 1, 2, 3"""
_RECIENTES: Final = """
    SELECT sujeto, tipo, persona, recibido FROM bitacora_hecho
    WHERE posicion >= %s AND clase IN ('acta', 'hoja') AND tipo = ANY(%s) AND recibido >= %s
      AND CASE WHEN tipo = 'incidente'
        THEN convert_from(cuerpo, 'UTF8')::json #> '{hecho,contenido,intento}' IS NULL ELSE true END
    ORDER BY posicion"""


def _mirar(suyo: Padron, ahora: datetime, tamano: int) -> Panorama:
    with connection.cursor() as cursor:
        cursor.execute(_VISTAS, [EN_CORRECCION])
        vistas = {
            clave: Vista(_SITUACIONES[situacion], en_conflicto, por_revisar, por_cotejar)
            for clave, situacion, en_conflicto, por_revisar, por_cotejar in cursor
            if clave in suyo.actas
        }
        cursor.execute(
            _ESPERAN,
            {
                "mudos": [t.value for t in MUDOS],
                "pedidas": [t.value for t in PEDIDAS],
                "reapertura": Tipo.REAPERTURA_PEDIDA.value,
                "identificada": Tipo.IDENTIFICADA.value,
                "fuera": Tipo.FUERA_DE_CATALOGO.value,
                "custodias": [c.value for c in DE_CUSTODIA],
            },
        )
        filas = [f for f in cursor if f[0] in suyo.actas or f[0].startswith(HOJA)]
        desde = ahora - RECIENTE
        cursor.execute(_RECIENTES, [_primera_desde(cursor, desde, tamano), [t.value for t in TRABAJO], desde])
        recientes = tuple(
            Reciente(sujeto.removeprefix("acta:"), _TIPOS[tipo], persona, recibido)
            for sujeto, tipo, persona, recibido in cursor
        )
    piden = _piden(f[0] for f in filas if f[4])
    todas = [
        _espera(
            clave, Custodia(cu), Captura(ca), piden.get(clave) or (Trabajo.IDENTIFICAR if otra_vez else None), desde
        )
        for clave, cu, ca, desde, _, otra_vez in filas
    ]
    esperan = tuple(e for e in todas if e and e.trabajo is not Trabajo.FUERA)
    fuera = tuple(e for e in todas if e and e.trabajo is Trabajo.FUERA)
    return Panorama(ahora, suyo, vistas, esperan, fuera, recientes)


def _espera(
    clave: str, custodia: Custodia, captura: Captura, pide: Trabajo | None, desde: datetime | None
) -> Espera | None:
    identificada = custodia is Custodia.IDENTIFICADA
    trabajo = pide or (DE_CAPTURA.get(captura) if identificada else DE_CUSTODIA[custodia])
    if trabajo is None or desde is None:
        return None
    con_captura = identificada and trabajo is not Trabajo.OTRA_IMAGEN
    return Espera(clave, trabajo, captura.value if con_captura else custodia.value, desde)


def _piden(claves: Iterable[str]) -> dict[str, Trabajo]:
    """Of these, of which somebody once asked for something, what is still asked."""
    de, piden = autoridad(), {}
    for clave, suyos in hechos_de(claves).items():
        acta = estado(suyos, de)
        if acta.en_duda is not None:
            piden[clave] = Trabajo.OTRA_IMAGEN
        elif acta.captura is Captura.VERIFICADA and acta.reapertura is not None:
            piden[clave] = Trabajo.REAPERTURA
    return piden


def _primera_desde(cursor: Any, hora: datetime, tamano: int) -> int:
    """The first position received at `hora` or later: facts are stored in the order in which they came."""
    menor, mayor = 1, tamano + 1
    while menor < mayor:
        medio = (menor + mayor) // 2
        cursor.execute("SELECT recibido < %s FROM bitacora_hecho WHERE posicion = %s", [hora, medio])
        (antes,) = cursor.fetchone()
        menor, mayor = (medio + 1, mayor) if antes else (menor, medio)
    return menor

"""Where the expected actas are, counted by election, demarcation and CATD; and which CATDs are behind."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from prep.bitacora.marcha import del_centro, servicios_de
from prep.catalogo.pronostico import EnPizarra, leer
from prep.coordinacion.padron import Esperada
from prep.coordinacion.panorama import Panorama
from prep.coordinacion.ritmo import TERMINADAS
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Situacion
from prep.dominio.operacion import Marcha
from prep.plataforma.lugares import archivo_pronostico

ORDEN: Final = (
    *(Situacion.PUBLICADA, Situacion.SIN_ACTA, Situacion.EN_CAPTURA),
    *(Situacion.NO_DIGITALIZADA, Situacion.NO_RECIBIDA),
)
LLEGAN: Final = frozenset({Tipo.ACOPIADA, Tipo.DIGITALIZADA})
"""What a CATD does with an acta: what others type of its actas says nothing of it."""
QUIETO: Final = timedelta(minutes=30)
"""A CATD with actas to receive from which nothing comes for this long is behind."""
K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class Conteo:
    """How many of a group are in each situation; how many of the published ones nobody has collated with the paper yet;
    when one of it last came to its CATD, in the last hour."""

    esperadas: int = 0
    en: dict[Situacion, int] = field(default_factory=lambda: dict.fromkeys(ORDEN, 0))
    por_cotejar: int = 0
    ultimo: datetime | None = None

    def agregar(self, otro: Conteo) -> None:
        """Add another group."""
        self.esperadas += otro.esperadas
        self.por_cotejar += otro.por_cotejar
        for s, n in otro.en.items():
            self.en[s] += n
        if otro.ultimo is not None:
            self.ultimo = max(self.ultimo or otro.ultimo, otro.ultimo)

    @property
    def terminadas(self) -> int:
        return sum(self.en[s] for s in TERMINADAS)

    @property
    def pendientes(self) -> int:
        return self.esperadas - self.terminadas

    @property
    def recibidas(self) -> int:
        return self.esperadas - self.en[Situacion.NO_RECIBIDA]

    @property
    def publicadas(self) -> int:
        return self.en[Situacion.PUBLICADA]

    @property
    def por_ciento(self) -> int:
        """Of published ones: whole, truncated. A hundred is said of no group of which a picture is missing, not even
        where somebody confirmed that there is no acta."""
        return self.publicadas * 100 // self.esperadas if self.esperadas else 0


def contar(vista: Panorama, grupo: Callable[[Esperada], K]) -> dict[K, Conteo]:
    """The situation of every expected acta, group by group, in the order of the catalogue. `grupo`: by election,
    demarcation or CATD."""
    cuentas: dict[K, Conteo] = {}
    for una, celda in vista.una_vez("celdas", lambda: _celdas(vista)):
        cuentas.setdefault(grupo(una), Conteo()).agregar(celda)
    return cuentas


def _celdas(vista: Panorama) -> list[tuple[Esperada, Conteo]]:
    """One pass over the actas: counts of those that share election, demarcation and CATD, with one of them."""
    celdas: dict[tuple[str, int, str], tuple[Esperada, Conteo]] = {}
    for clave, una in vista.padron.actas.items():
        _, cuenta = celdas.setdefault((*una.demarcacion, una.catd), (una, Conteo()))
        cuenta.esperadas += 1
        cuenta.en[vista.situacion(clave)] += 1
        cuenta.por_cotejar += clave in vista.vistas and vista.vistas[clave].por_cotejar
    for r in vista.recientes:
        if r.tipo in LLEGAN and (suya := vista.padron.actas.get(r.clave)) is not None:
            _, cuenta = celdas[(*suya.demarcacion, suya.catd)]
            cuenta.ultimo = max(cuenta.ultimo or r.recibido, r.recibido)
    return list(celdas.values())


def atrasos(noche: Panorama) -> Mapping[str, str]:
    """The CATDs that are behind the rest of the night, each with why: the key of a text. Of the whole night, whatever
    part of it is looked at, and once for each look."""
    return noche.una_vez("atrasos", lambda: _atrasos(noche))


def marchas(noche: Panorama) -> Mapping[str, Marcha]:
    """Whether each CATD of the night works, looked up once for each look."""
    return noche.una_vez("marchas", lambda: _marchas(list(noche.padron.catds)))


def _marchas(centros: list[str]) -> dict[str, Marcha]:
    dicho = servicios_de([del_centro(c) for c in centros])
    return {c: dicho[del_centro(c)].marcha for c in centros}


def pronostico(noche: Panorama) -> EnPizarra | None:
    """What should have come by each half hour, where somebody left a forecast of this process."""
    return noche.una_vez("pronostico", lambda: leer(archivo_pronostico(), noche.padron.huella))


def _atrasos(noche: Panorama) -> dict[str, str]:
    suyas = contar(noche, lambda e: e.catd)
    hallados: dict[str, str] = {}
    for catd, cuenta in suyas.items():
        resto = Conteo()
        for otro, de_otro in suyas.items():
            if otro != catd:
                resto.agregar(de_otro)
        if catd and (porque := atraso(cuenta, resto, noche.hora)):
            hallados[catd] = porque
    return hallados


def atraso(cuenta: Conteo, resto: Conteo, ahora: datetime) -> str:
    """Why a CATD is behind the rest, as the key of a text; empty when it is not.

    `poco`: it received less than half of what the rest did, in proportion. `quieto`: it has actas to receive and
    nothing came to it lately, while the night is going on.
    """
    falta = cuenta.esperadas - cuenta.recibidas
    if not falta or not resto.recibidas:
        return ""
    if 2 * cuenta.recibidas * resto.esperadas < resto.recibidas * cuenta.esperadas:
        return "poco"
    if resto.ultimo is not None and (cuenta.ultimo is None or ahora - cuenta.ultimo >= QUIETO):
        return "quieto"
    return ""

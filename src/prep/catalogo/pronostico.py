"""When the actas of a process will come: a forecast from its catalogue and from nights that were published.

What it takes: of each acta, its CATD and whether its casilla is urban; of each past night and each of both kinds of
casilla, the share of the expected actas that had come by each half hour after closing. Of several nights, the mean.
What it does not know: roads, rain, how many casillas an officer has, how long the line at a centre's door is, nor who
will take a picture of which acta. A night of one election comes hours before one of three: the nearer the past night,
the smaller the error, and `prep catd probar-pronostico` says how large it was.

Whole numbers and fractions: the same catalogue and nights give the same forecast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Final

import orjson

from prep.dominio.tabulacion.proceso import Proceso

MINUTOS: Final = 30
PASOS: Final = 48
"""A forecast says a whole day from the closing of the casillas, every half hour."""
_CADA: Final = range(PASOS + 1)


class Que(StrEnum):
    """What comes of an acta."""

    SOBRE = "sobre"  # its package, at its centre
    LLEGADA = "llegada"  # its picture by phone, or its package: whichever is first
    VERIFICADA = "verificada"  # two people typed it and somebody verified it: a corte may carry it


class Tipo(IntEnum):
    """UBICACION_CASILLA, as far as it tells distance."""

    URBANA = 1
    NO_URBANA = 2

    @classmethod
    def de(cls, ubicacion: int | None) -> Tipo:
        return cls.NO_URBANA if ubicacion == cls.NO_URBANA else cls.URBANA


@dataclass(frozen=True, slots=True)
class Curva:
    """`partes[i]`: share of the expected ones that had come `i` half hours after closing; it never goes down."""

    partes: tuple[Fraction, ...]

    @classmethod
    def de(cls, minutos: Iterable[int], esperadas: int) -> Curva:
        """From the minute after closing at which each one came. Those that did not come are among the expected."""
        por_paso = Counter(-(-max(m, 0) // MINUTOS) for m in minutos)
        acumulado, partes = 0, []
        for paso in _CADA:
            acumulado += por_paso[paso]
            partes.append(Fraction(acumulado, esperadas) if esperadas else Fraction(0))
        return cls(tuple(partes))

    @classmethod
    def de_decilas(cls, minutos: Sequence[int], llegan: Fraction) -> Curva:
        """From the minutes by which each tenth of those that come do, between those of the first hundredth and of the
        last one; straight between them."""
        partes = []
        for paso in _CADA:
            m = paso * MINUTOS
            i = sum(d <= m for d in minutos)
            if i in (0, len(minutos)):
                parte = Fraction(0 if i == 0 else 1)
            else:
                entre = Fraction(m - minutos[i - 1], minutos[i] - minutos[i - 1])
                parte = (i - 1 + entre) / (len(minutos) - 1)
            partes.append(parte * llegan)
        return cls(tuple(partes))


Curvas = Mapping[tuple[Que, Tipo], Curva]


@dataclass(frozen=True, slots=True)
class NochePasada:
    """`nombre`: what people call it; `elecciones`: how many were counted at each casilla."""

    nombre: str
    elecciones: int
    curvas: Curvas


def media(noches: Sequence[NochePasada]) -> Curvas:
    """The mean of some nights, half hour by half hour."""
    return {
        cual: Curva(tuple(sum((n.curvas[cual].partes[i] for n in noches), Fraction(0)) / len(noches) for i in _CADA))
        for cual in noches[0].curvas
    }


def _supuesta(nombre: str, elecciones: int, llegan: Fraction, decilas: Mapping[tuple[Que, Tipo], str]) -> NochePasada:
    curvas = {c: Curva.de_decilas([int(m) for m in d.split()], llegan) for c, d in decilas.items()}
    return NochePasada(nombre, elecciones, curvas)


SUPUESTAS: Final = (
    _supuesta(
        "una elección (como en Tamaulipas 2023, con teléfonos)",
        1,
        Fraction(99, 100),
        {
            (Que.SOBRE, Tipo.URBANA): "90 135 160 185 210 240 270 310 370 520 790",
            (Que.SOBRE, Tipo.NO_URBANA): "105 190 250 330 455 480 520 590 655 705 865",
            (Que.LLEGADA, Tipo.URBANA): "30 55 70 85 100 115 135 160 210 305 700",
            (Que.LLEGADA, Tipo.NO_URBANA): "25 60 80 100 125 160 225 390 510 650 855",
            (Que.VERIFICADA, Tipo.URBANA): "50 80 130 155 180 205 220 250 285 405 725",
            (Que.VERIFICADA, Tipo.NO_URBANA): "35 90 150 185 215 250 285 450 530 660 900",
        },
    ),
    _supuesta(
        "tres elecciones (como en Puebla 2018, casi sin teléfonos)",
        3,
        Fraction(86, 100),
        {
            (Que.SOBRE, Tipo.URBANA): "330 420 460 485 515 540 575 605 645 730 915",
            (Que.SOBRE, Tipo.NO_URBANA): "390 515 570 605 645 675 710 755 805 895 1095",
            (Que.LLEGADA, Tipo.URBANA): "330 420 460 485 515 540 575 605 645 730 915",
            (Que.LLEGADA, Tipo.NO_URBANA): "380 510 565 605 640 670 710 755 805 890 1095",
            (Que.VERIFICADA, Tipo.URBANA): "345 435 485 525 560 595 635 675 725 800 985",
            (Que.VERIFICADA, Tipo.NO_URBANA): "400 535 595 645 685 725 765 810 875 965 1185",
        },
    ),
)
"""What is taken where no past night is given: minutes after closing, to the nearest five, of two published nights."""


def supuestas(elecciones: int) -> tuple[NochePasada, ...]:
    """Of those, the ones nearest to so many elections."""
    cerca = min(abs(n.elecciones - elecciones) for n in SUPUESTAS)
    return tuple(n for n in SUPUESTAS if abs(n.elecciones - elecciones) == cerca)


@dataclass(frozen=True, slots=True)
class Centro:
    """One CATD: the actas that it expects, of urban casillas and of the rest; by each half hour, the packages that
    should have come (`sobres`) and the actas of which there should be a picture or the package (`llegadas`)."""

    catd: str
    urbanas: int
    no_urbanas: int
    sobres: tuple[int, ...]
    llegadas: tuple[int, ...]

    @property
    def esperadas(self) -> int:
        return self.urbanas + self.no_urbanas


@dataclass(frozen=True, slots=True)
class Pronostico:
    """`total`: of the whole process, by what comes, half hour by half hour. `cierre`: when the casillas close, aware.
    What is said of each centre adds up to the total."""

    proceso: Proceso
    noches: tuple[NochePasada, ...]
    cierre: datetime
    centros: tuple[Centro, ...]
    total: Mapping[Que, tuple[int, ...]]

    @property
    def esperadas(self) -> int:
        return sum(c.esperadas for c in self.centros)

    def hora(self, paso: int) -> datetime:
        return self.cierre + timedelta(minutes=MINUTOS * paso)


def pronosticar(proceso: Proceso, noches: Sequence[NochePasada], cierre: datetime) -> Pronostico:
    """How many actas will have come by each half hour, at each centre and in all."""
    curvas = media(noches)
    cuentas: dict[str, Counter[Tipo]] = {}
    for e in proceso.elecciones:
        for a in e.actas:
            cuentas.setdefault(a.casilla.catd, Counter())[Tipo.de(a.casilla.ubicacion)] += 1
    centros = tuple(
        Centro(catd, c[Tipo.URBANA], c[Tipo.NO_URBANA], _llegan(c, Que.SOBRE, curvas), _llegan(c, Que.LLEGADA, curvas))
        for catd, c in sorted(cuentas.items())
    )
    total = {
        Que.SOBRE: tuple(sum(c.sobres[paso] for c in centros) for paso in _CADA),
        Que.LLEGADA: tuple(sum(c.llegadas[paso] for c in centros) for paso in _CADA),
        Que.VERIFICADA: _llegan(sum(cuentas.values(), Counter()), Que.VERIFICADA, curvas),
    }
    return Pronostico(proceso, tuple(noches), cierre, centros, total)


def _llegan(cuantas: Mapping[Tipo, int], que: Que, curvas: Curvas) -> tuple[int, ...]:
    """To the nearest whole acta, halves up."""
    por_paso = (sum(cuantas.get(t, 0) * curvas[que, t].partes[paso] for t in Tipo) for paso in _CADA)
    return tuple(int(n + Fraction(1, 2)) for n in por_paso)


# what an installation keeps of it, for its board


@dataclass(frozen=True, slots=True)
class EnPizarra:
    """`llegadas`: by CATD, actas expected and those of which there should be a picture or the package by each half
    hour."""

    cierre: datetime
    llegadas: Mapping[str, tuple[int, tuple[int, ...]]]

    def ya(self, catd: str, esperadas: int, ahora: datetime) -> int | None:
        """How many should have come by the last half hour; None of a centre that it does not know, or of a part of
        one."""
        suyas, cuantas = self.llegadas.get(catd, (-1, ()))
        if suyas != esperadas or ahora < self.cierre:
            return None
        return cuantas[min((ahora - self.cierre) // timedelta(minutes=MINUTOS), PASOS)]


def guardar(p: Pronostico, archivo: Path) -> None:
    """Leave it where the board looks."""
    llegadas = {c.catd: [c.esperadas, c.llegadas] for c in p.centros}
    dicho = {"proceso": p.proceso.huella, "cierre": p.cierre.isoformat(), "llegadas": llegadas}
    archivo.parent.mkdir(parents=True, exist_ok=True)
    nuevo = archivo.with_suffix(".nuevo")
    nuevo.write_bytes(orjson.dumps(dicho))
    nuevo.replace(archivo)


def leer(archivo: Path, huella: str) -> EnPizarra | None:
    """What was left there, if it is of that catalogue."""
    try:
        dicho = orjson.loads(archivo.read_bytes())
        if dicho["proceso"] != huella:
            return None
        llegadas = {catd: (int(n), tuple(map(int, cuantas))) for catd, (n, cuantas) in dicho["llegadas"].items()}
        hay = EnPizarra(datetime.fromisoformat(dicho["cierre"]), llegadas)
        return hay if all(len(cuantas) == PASOS + 1 for _, cuantas in llegadas.values()) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None

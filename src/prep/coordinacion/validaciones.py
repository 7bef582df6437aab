"""Checks between actas: what one of them alone cannot show. All of these pass every sum of the acta.

Pure functions over readings. Each warns a person, who looks at the pictures again; none blocks, changes nor excludes,
and none tells which number to type. They were measured on databases that an institute published; docs/validaciones.md
says how many each one finds, and a test counts them again where the data are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from operator import add
from typing import Final, NamedTuple


class Validacion(StrEnum):
    """Numbered, so that a manual and a person on the telephone mean the same one."""

    IGUALES = "E1"
    RECORRIDA = "E2"
    INVERTIDAS = "E3"
    CEROS = "E4"
    POR_DIEZ = "E5"
    TRASPUESTA = "E6"
    REPETIDO = "E7"
    SOBRA = "E8"


DISTANCIA: Final = 2
"""Boxes in which two actas that are the same one may still differ: what a person types wrong."""
LLENAS: Final = 5
"""Equal boxes of this many votes or more..."""
CUANTAS_LLENAS: Final = 5
"""…that two actas must share: tiny ones are equal by chance."""
MINIMO: Final = 50
"""Votes of an acta, and of its neighbours, from which a shape can be told."""
QUE_SOBRA: Final = 20
"""Votes of a row without which the total matches: with ten, it matches as often by chance."""
GRUPO: Final = 200
"""Actas alike in a third of their boxes: more than these are equal because they are empty, not because they are one."""


@dataclass(frozen=True, slots=True)
class Leida:
    """What an acta says, as these checks need it. `forma`: its ballot, so that only like is compared; `votos`: by box,
    in the order of the paper, the last two no registradas and nulos; what holds no number is zero. `total`: as it is
    written; None where there is no number. `dice`: some box of votes holds a number."""

    clave: str
    forma: Hashable
    seccion: Hashable
    demarcacion: Hashable
    lista_nominal: int
    votos: tuple[int, ...]
    total: int | None = None
    dice: bool = True

    @property
    def suma(self) -> int:
        return sum(self.votos)


class Aviso(NamedTuple):
    """What one check says of one acta, or of two. `renglones`: places of the boxes to look at (-1: the total)."""

    validacion: Validacion
    claves: tuple[str, ...]
    renglones: tuple[int, ...] = ()


def revisar(leidas: Iterable[Leida]) -> list[Aviso]:
    """Every warning of a set of actas, by check and key."""
    todas = sorted((x for x in leidas if x.dice), key=lambda x: x.clave)
    avisos = [*iguales(todas), *_uno_a_uno(todas)]
    return sorted(avisos, key=lambda a: (a.validacion, a.claves))


# --- E1 ---


def iguales(leidas: Sequence[Leida]) -> Iterator[Aviso]:
    """Pairs of casillas with the same votes, box by box, or all but two of them.

    Of two vectors that differ in two places, one third of the places is equal: those alike in a third are compared.
    """
    por_forma: dict[Hashable, list[Leida]] = defaultdict(list)
    for x in leidas:
        if x.suma >= MINIMO:
            por_forma[x.forma].append(x)
    vistos: set[tuple[str, str]] = set()
    for suyas in por_forma.values():
        for grupo in _parecidas(suyas):
            for a, b in combinations(grupo, 2):
                par = (a.clave, b.clave)
                if par not in vistos:
                    vistos.add(par)
                    if (distintos := _distintos(a, b)) is not None:
                        yield Aviso(Validacion.IGUALES, par, distintos)


def _parecidas(suyas: Sequence[Leida]) -> Iterator[list[Leida]]:
    """Groups equal in a third of their boxes, each third with its share of those that hold most votes."""
    sumas = [sum(caja) for caja in zip(*(x.votos for x in suyas), strict=True)]
    orden = sorted(range(len(sumas)), key=lambda i: -sumas[i])
    for tercio in (orden[i :: DISTANCIA + 1] for i in range(DISTANCIA + 1)):
        grupos: dict[tuple[int, ...], list[Leida]] = defaultdict(list)
        for x in suyas:
            grupos[tuple([x.votos[i] for i in tercio])].append(x)
        yield from (g for g in grupos.values() if 1 < len(g) <= GRUPO)


def _distintos(a: Leida, b: Leida) -> tuple[int, ...] | None:
    """Boxes in which they differ, when they are the same acta; else None."""
    distintos = [i for i, (x, y) in enumerate(zip(a.votos, b.votos, strict=True)) if x != y]
    if len(distintos) > DISTANCIA:
        return None
    llenas = sum(1 for x, y in zip(a.votos, b.votos, strict=True) if x == y and x >= LLENAS)
    return tuple(distintos) if llenas >= CUANTAS_LLENAS else None


# --- E2 to E4 ---


def _uno_a_uno(leidas: Sequence[Leida]) -> Iterator[Aviso]:
    sumas = _Sumas(leidas)
    for x in leidas:
        vecinas = sumas.vecinas(x)
        if vecinas is not None and (desde := recorrida(x.votos, vecinas)) is not None:
            yield Aviso(Validacion.RECORRIDA, (x.clave,), (desde,))
        if vecinas is not None and invertidas(x.votos, vecinas):
            yield Aviso(Validacion.INVERTIDAS, (x.clave,), (len(x.votos) - 2, len(x.votos) - 1))
        if x.suma == 0 and x.lista_nominal > 0:
            yield Aviso(Validacion.CEROS, (x.clave,))
        if x.total is not None and x.total != x.suma:
            for validacion, explica in _EXPLICAN.items():
                if campos := explica(x.votos, x.total):
                    yield Aviso(validacion, (x.clave,), campos)


class _Sumas:
    """What the neighbours of each acta add up to: those of its sección, else of its demarcación."""

    def __init__(self, leidas: Iterable[Leida]) -> None:
        self._sumas: dict[Hashable, tuple[int, ...]] = {}
        for x in leidas:
            for lugar in _lugares(x):
                antes = self._sumas.get(lugar)
                self._sumas[lugar] = x.votos if antes is None else tuple(map(add, antes, x.votos))

    def vecinas(self, x: Leida) -> tuple[int, ...] | None:
        for lugar in _lugares(x):
            otras = tuple([t - v for t, v in zip(self._sumas[lugar], x.votos, strict=True)])
            if sum(otras) >= MINIMO:
                return otras
        return None


def _lugares(x: Leida) -> tuple[Hashable, Hashable]:
    return ("seccion", x.forma, x.seccion), ("demarcacion", x.forma, x.demarcacion)


def lejania(votos: Sequence[int], vecinas: Sequence[int]) -> int:
    """How unlike two shapes are: from 0 to twice the product of their sums."""
    a, b = sum(votos), sum(vecinas)
    return sum([abs(v * b - w * a) for v, w in zip(votos, vecinas, strict=True)])


def recorrida(votos: Sequence[int], vecinas: Sequence[int]) -> int | None:
    """The line from which the votes, moved by one, are much more like their neighbours'; None when they are not.

    Much: as they are, more than a third of the votes is out of place; moved, less than a sixth, and less than a third
    of what it was.
    """
    if sum(votos) < MINIMO:
        return None
    como_esta, escala = lejania(votos, vecinas), 2 * sum(votos) * sum(vecinas)
    if 3 * como_esta <= escala:
        return None
    mejor: tuple[int, int, int] | None = None
    for i in range(len(votos) - 3):
        for movida in ((*votos[:i], *votos[i + 1 :], 0), (*votos[:i], 0, *votos[i:-1])):
            suma = sum(movida)  # less than before: what fell out at the end is not known
            lejos = lejania(movida, vecinas)
            if suma and (mejor is None or lejos * mejor[1] < mejor[0] * suma):
                mejor = (lejos, suma, i)
    if mejor is None:
        return None
    lejos, suma, i = mejor
    cerca = 6 * lejos < 2 * suma * sum(vecinas) and 3 * lejos * sum(votos) < como_esta * suma
    return i if cerca else None


def invertidas(votos: Sequence[int], vecinas: Sequence[int]) -> bool:
    """Twice as many no registradas as nulos, or more, where neighbours have four times more nulos."""
    no_registradas, nulos = votos[-2:]
    return no_registradas >= LLENAS and no_registradas >= 2 * nulos and 4 * vecinas[-2] < vecinas[-1]


# --- E5 to E8: what explains that the total is not the sum, and the boxes in one of which it may be (-1: the total) ---


def por_diez(votos: Sequence[int], total: int) -> tuple[int, ...]:
    """A digit more or less."""
    return _en_uno(votos, total, _un_digito)


def traspuesta(votos: Sequence[int], total: int) -> tuple[int, ...]:
    """Two digits that follow one another, written the other way round."""
    return _en_uno(votos, total, _traspuestos)


def repetido(votos: Sequence[int], total: int) -> tuple[int, ...]:
    """A row that repeats the one above, and without which the total matches. Equal to the one above is nothing alone:
    in one acta of twenty, whether it adds up or not, two rows are."""
    return tuple(i for i in _sobran(votos, total, LLENAS) if i and votos[i] == votos[i - 1])


def sobra(votos: Sequence[int], total: int) -> tuple[int, ...]:
    """A row without which the total matches, where none repeats the one above."""
    return () if repetido(votos, total) else tuple(_sobran(votos, total, QUE_SOBRA))


_EXPLICAN: Final = {
    Validacion.POR_DIEZ: por_diez,
    Validacion.TRASPUESTA: traspuesta,
    Validacion.REPETIDO: repetido,
    Validacion.SOBRA: sobra,
}


def _en_uno(votos: Sequence[int], total: int, uno_por_otro: Callable[[int, int], bool]) -> tuple[int, ...]:
    """Boxes that, written as one mistake leaves them, would make sum and total agree."""
    suma = sum(votos)
    campos = [i for i, v in enumerate(votos) if uno_por_otro(v, total - suma + v)]
    if uno_por_otro(total, suma):
        campos.append(-1)
    return tuple(campos)


def _sobran(votos: Sequence[int], total: int, minimo: int) -> Iterator[int]:
    de_mas = sum(votos) - total
    return (i for i, v in enumerate(votos) if v == de_mas >= minimo)


def _un_digito(escrito: int, debido: int) -> bool:
    """Whether one number is the other with a digit more at its end. Of one digit alone that is chance."""
    menor, mayor = sorted((escrito, debido))
    return menor >= 10 and mayor // 10 == menor


def _traspuestos(escrito: int, debido: int) -> bool:
    """Whether each number is the other with two neighbouring digits in each other's place, both of as many digits."""
    uno, otro = str(escrito), str(debido)
    if len(uno) != len(otro):
        return False
    distintas = [i for i, (a, b) in enumerate(zip(uno, otro, strict=True)) if a != b]
    return len(distintas) == 2 and distintas[1] == distintas[0] + 1 and sorted(uno) == sorted(otro)

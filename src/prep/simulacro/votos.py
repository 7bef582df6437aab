"""What the actas of a made-up election say: the one place that invents votes. Repeatable by seed.

Geography: a party is strong or weak in a municipio and in a sección, the same in every election of the process, and
people of a casilla vote in all of them. Shares of what goes wrong on paper are those of a real night (Tamaulipas 2023,
4,782 actas). Outcomes that a drill wants to see (a tie, a landslide) are made by moving votes between candidacies,
acta by acta, without touching what each acta adds up to.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.dominio.tabulacion.boleta import Boleta, Candidatura, TipoRecuadro
from prep.dominio.tabulacion.proceso import ActaEsperada, Ambito, Casilla, Eleccion, Proceso


class Suerte(StrEnum):
    """What happens to an acta that matters for its count."""

    NORMAL = "normal"
    PARCIAL = "parcial"  # some box without a readable number
    ILEGIBLE = "ilegible"
    VACIA = "vacia"
    EXCEDE = "excede"
    SIN_ACTA = "sin_acta"


CUENTAN: Final = frozenset({Suerte.NORMAL, Suerte.PARCIAL})
_ACTAS: Final = 4782
_MAL_LLENAS: Final = {Suerte.PARCIAL: 1033, Suerte.ILEGIBLE: 4, Suerte.VACIA: 21, Suerte.EXCEDE: 25}
"""Of those actas, how many."""
_MARCAS: Final = ((SIN_DATO,), (ILEGIBLE,), (SIN_DATO, ILEGIBLE))
_CUANTAS_MARCAS: Final = (937, 60, 36)
"""What is in the boxes without a number of an acta that counts, and in how many of those actas."""
_SIN_ACTA_PERMIL: Final = 10
"""Packages without acta for other reasons than that it is not outside."""
_TOPE_RECUADRO: Final = 999


class Desenlace(StrEnum):
    """An outcome that a drill wants to see."""

    EMPATE = "empate"
    CASI_EMPATE = "casi_empate"  # one vote apart
    ARRASA = "arrasa"
    INDEPENDIENTE = "independiente"  # an independent wins


@dataclass(slots=True)
class Papel:
    """One acta as it was filled, before anybody touches it. `valores`: what it says; `motivo`: why there is none."""

    eleccion: Eleccion
    esperada: ActaEsperada
    suerte: Suerte
    valores: dict[str, Any]
    motivo: str

    @property
    def votos(self) -> dict[str, int]:
        return {c: v if isinstance(v, int) else 0 for c, v in self.valores["votos"].items()}


@dataclass(frozen=True, slots=True)
class Contienda:
    """A seat that is voted for: what each candidacy has, most votes first."""

    votos: tuple[tuple[str, int], ...]

    @property
    def empatadas(self) -> tuple[str, ...]:
        """Those that share the first place, if more than one does."""
        primeras = tuple(c for c, v in self.votos if v == self.votos[0][1] > 0)
        return primeras if len(primeras) > 1 else ()


class Votos:
    """The papers of a process. `sin_sobre`: packages in a thousand without the acta outside."""

    def __init__(
        self, proceso: Proceso, semilla: int | str, desenlaces: Sequence[Desenlace] = (), sin_sobre: int = 10
    ) -> None:
        self.proceso, self.semilla, self.desenlaces = proceso, semilla, tuple(desenlaces)
        self.suertes = _suertes(sin_sobre)
        self.sin_sobre = sin_sobre
        self._arraigo = lru_cache(maxsize=50_000)(self._arraigo_de)
        self._desde_el_principio()

    def _desde_el_principio(self) -> None:
        self.azar = random.Random(f"{self.semilla}|votos")
        self.logrados: list[tuple[Desenlace, Eleccion, int | None]] = []
        """Outcomes made, and where."""
        self.pendientes: list[tuple[Desenlace, Eleccion]] = []
        """Outcomes asked for that an election has no room for."""
        self._pesos: dict[tuple[str, int], list[float]] = {}
        self._fuerzas: dict[tuple[str, str], float] = {}

    def papeles(self) -> Iterator[Papel]:
        """Every acta, election by election; one after another where no outcome was asked for. The same each time."""
        self._desde_el_principio()
        for eleccion in self.proceso.elecciones:
            base = {r.clave: self.azar.uniform(0.3, 1) ** 2 for r in eleccion.columnas}
            suyos = (self._imaginar(eleccion, esperada, base) for esperada in eleccion.actas)
            if self.desenlaces:
                todos = list(suyos)
                self._dar_desenlaces(eleccion, todos)
                yield from todos
            else:
                yield from suyos

    # --- one acta ----------------------------------------------------------------------------------------------------

    def _imaginar(self, eleccion: Eleccion, esperada: ActaEsperada, base: dict[str, float]) -> Papel:
        azar = self.azar
        boleta = eleccion.boletas[esperada.demarcacion]
        suerte = azar.choices(*self.suertes)[0]
        casilla = esperada.casilla
        especial = casilla.especial or casilla.lista_nominal == 0
        padron = (casilla.boletas or 500) if especial else casilla.lista_nominal
        representantes = azar.randrange(0, 1 + min(6, esperada.representantes or 0))
        asistencia = self._asistencia(casilla) + azar.gauss(0, 0.004)
        if suerte is Suerte.EXCEDE:
            asistencia = 1.3 + 40 / max(padron, 1)
        meta = padron * asistencia
        votos: dict[str, Any] = {}
        for clave, peso in self._reparto(eleccion, esperada, boleta, base):
            esperado = meta * peso
            votos[clave] = max(0, int(azar.gauss(esperado, esperado**0.5) + 0.5)) if esperado > 0.05 else 0
        total = sum(votos.values())
        tope = (padron if casilla.lista_nominal or especial else total) + (esperada.representantes or 0)
        if suerte is not Suerte.EXCEDE and total > tope:
            mayor = max(votos, key=lambda c: votos[c])
            votos[mayor] -= min(votos[mayor], total - tope)
            total = sum(votos.values())
        votos = {c: min(v, _TOPE_RECUADRO) for c, v in votos.items()}
        valores: dict[str, Any] = {
            "boletas_sobrantes": max(0, padron - total),
            "personas_votaron": max(0, total - representantes),
            "representantes_votaron": representantes,
            "votos_sacados": total,
            "total_asentado": total if azar.random() > 0.1 else max(0, total + azar.choice([-10, -1, 1, 9, 100])),
        }
        if suerte is Suerte.PARCIAL:
            (marcas,) = azar.choices(_MARCAS, _CUANTAS_MARCAS)
            claves = azar.sample(list(votos), max(len(marcas), azar.choice([1, 1, 1, 2, 3])))
            votos |= {c: marcas[i % len(marcas)] for i, c in enumerate(claves)}
        elif suerte in (Suerte.ILEGIBLE, Suerte.VACIA):
            votos = dict.fromkeys(votos, ILEGIBLE if suerte is Suerte.ILEGIBLE else SIN_DATO)
        valores["votos"] = votos
        return Papel(eleccion, esperada, suerte, valores, self._motivo() if suerte is Suerte.SIN_ACTA else "")

    def _motivo(self) -> str:
        """Most packages without acta have it inside: no sobre. Some were not delivered, or their casilla never was."""
        otros = _SIN_ACTA_PERMIL
        return self.azar.choices("312", [self.sin_sobre, otros * 0.7, otros * 0.3])[0]

    def _asistencia(self, casilla: Casilla) -> float:
        """Share of its voters that came; the same in every election."""
        lugar = random.Random(f"{self.semilla}|asistencia|{casilla.municipio}").gauss(0.58, 0.05)
        propia = random.Random(f"{self.semilla}|asistencia|{casilla.clave}").gauss(0, 0.06)
        return min(0.95, max(0.15, lugar + propia))

    def _reparto(
        self, eleccion: Eleccion, esperada: ActaEsperada, boleta: Boleta, base: dict[str, float]
    ) -> Iterator[tuple[str, float]]:
        """Share of each box in a casilla: that of its contest, as its parties do in this place."""
        casilla = esperada.casilla
        pesos = self._pesos_de(eleccion, esperada.demarcacion, boleta, base)
        aqui = []
        for recuadro, peso in zip(boleta.recuadros, pesos, strict=True):
            quienes = recuadro.partidos or (recuadro.clave,)
            factor = sum(self._arraigo(casilla.municipio, casilla.clave.seccion, q) for q in quienes) / len(quienes)
            aqui.append(peso * factor)
        suma = sum(aqui)
        return ((r.clave, p / suma) for r, p in zip(boleta.recuadros, aqui, strict=True))

    def _arraigo_de(self, municipio: int, seccion: int, quien: str) -> float:
        """How much better or worse than elsewhere a party does in a municipio and a sección."""
        amplio = random.Random(f"{self.semilla}|{municipio}|{quien}").gauss(0, 0.28)
        corto = random.Random(f"{self.semilla}|{municipio}|{seccion}|{quien}").gauss(0, 0.12)
        return math.exp(amplio + corto)

    def _pesos_de(self, eleccion: Eleccion, demarcacion: int, boleta: Boleta, base: dict[str, float]) -> list[float]:
        """Share of the votes that each box takes in a demarcation: a close race among candidacies, each divided among
        its boxes, with few votes for combinations."""
        llave = (eleccion.clave, demarcacion)
        if llave not in self._pesos:
            pesos = [0.0] * len(boleta.recuadros)
            for candidatura in boleta.candidaturas:
                partes = [
                    base[boleta.recuadros[i].clave]
                    * (0.02 if boleta.recuadros[i].tipo is TipoRecuadro.COMBINACION else 1.0)
                    for i in candidatura.recuadros
                ]
                propia = self._fuerzas.setdefault((eleccion.clave, candidatura.clave), self.azar.uniform(0.5, 1))
                fuerza = propia * max(1, len(candidatura.partidos)) ** 0.4 * self.azar.uniform(0.7, 1.4)
                for i, parte in zip(candidatura.recuadros, partes, strict=True):
                    pesos[i] = fuerza * parte / sum(partes)
            suma = sum(pesos)
            pesos[-2:] = [0.0005 * suma, 0.025 * suma]  # no registradas, nulos
            self._pesos[llave] = [p / sum(pesos) for p in pesos]
        return self._pesos[llave]

    # --- outcomes ----------------------------------------------------------------------------------------------------

    def _dar_desenlaces(self, eleccion: Eleccion, papeles: list[Papel]) -> None:
        """Each outcome in a contest of its own, where there are enough of them; those that only fit in some go first.

        A contest of a single acta will do for none: there would be nothing to add up."""
        lugares = list(contiendas_de(eleccion))
        self.azar.shuffle(lugares)
        libres = [(d, suyos) for d in lugares if len(suyos := _normales(papeles, eleccion, d)) > 1]
        pedidos = sorted(self.desenlaces, key=lambda d: (d is not Desenlace.INDEPENDIENTE, self.desenlaces.index(d)))
        if len(libres) == 1 and Desenlace.EMPATE in pedidos:
            pedidos = [Desenlace.EMPATE, *(d for d in pedidos if d is not Desenlace.EMPATE)]
        for desenlace in pedidos:
            for i, (demarcacion, suyos) in enumerate(libres):
                todos = [p for p in papeles if demarcacion is None or p.esperada.demarcacion == demarcacion]
                if _dar(desenlace, eleccion, demarcacion, todos, suyos):
                    self.logrados.append((desenlace, eleccion, demarcacion))
                    del libres[i]
                    break
            else:
                self.pendientes.append((desenlace, eleccion))


def _suertes(sin_sobre: int) -> tuple[list[Suerte], list[float]]:
    """What may happen to an acta, and how likely each is."""
    ausentes = sin_sobre + _SIN_ACTA_PERMIL
    quedan = (1000 - ausentes) / 1000
    partes = {s: n * quedan for s, n in _MAL_LLENAS.items()}
    partes[Suerte.SIN_ACTA] = _ACTAS * ausentes / 1000
    return [Suerte.NORMAL, *partes], [_ACTAS - sum(partes.values()), *partes.values()]


def contiendas_de(eleccion: Eleccion) -> Iterator[int | None]:
    """Where each seat of an election is voted for; `None`, the whole state."""
    if eleccion.ambito is Ambito.ENTIDAD:
        yield None
    else:
        yield from sorted(eleccion.boletas)


def contienda(eleccion: Eleccion, demarcacion: int | None, papeles: Sequence[Papel]) -> Contienda:
    """What the papers that count add up to, by candidacy."""
    votos: dict[str, int] = {}
    for papel in papeles:
        if papel.eleccion is eleccion and demarcacion in (None, papel.esperada.demarcacion):
            boleta, suyos = eleccion.boletas[papel.esperada.demarcacion], papel.votos
            for c in boleta.candidaturas:
                votos.setdefault(c.clave, 0)
                if papel.suerte in CUENTAN:
                    votos[c.clave] += sum(suyos[boleta.claves[i]] for i in c.recuadros)
    return Contienda(tuple(sorted(votos.items(), key=lambda cv: (-cv[1], cv[0]))))


def _normales(papeles: list[Papel], eleccion: Eleccion, demarcacion: int | None) -> list[Papel]:
    """The papers of a contest in which votes can be moved."""
    return [p for p in papeles if p.suerte is Suerte.NORMAL and demarcacion in (None, p.esperada.demarcacion)]


def _dar(
    desenlace: Desenlace, eleccion: Eleccion, demarcacion: int | None, todos: list[Papel], suyos: list[Papel]
) -> bool:
    """Make the outcome in a contest, if it can be made there."""

    def van() -> tuple[tuple[str, int], ...]:
        return contienda(eleccion, demarcacion, todos).votos

    antes = van()
    if len(antes) < 2 or not antes[1][1]:
        return False
    total = sum(v for _, v in antes)
    (primera, a), (segunda, b) = antes[:2]
    if desenlace in (Desenlace.EMPATE, Desenlace.CASI_EMPATE):
        ventaja = int(desenlace is Desenlace.CASI_EMPATE)
        _mover(suyos, primera, segunda, max(0, a - b - ventaja) // 2)
        (primera, a), (segunda, b) = van()[:2]
        if a - b > ventaja:  # what is left is odd
            _mover(suyos, primera, "", a - b - ventaja)
        elif a - b < ventaja:
            _mover(suyos, segunda, "", ventaja)
        (_, a), (_, b) = van()[:2]
        return a - b == ventaja
    if desenlace is Desenlace.ARRASA:
        gana, parte = primera, 75
    else:
        claves = {
            c.clave for c in _candidaturas(eleccion, demarcacion) if not c.partidos
        }  # in this contest, without a party
        propias = [c for c, _ in antes if c in claves]
        if not propias:
            return False
        gana, parte = propias[0], 40
    faltan = total * parte // 100 - dict(antes)[gana]
    otras = total - dict(antes)[gana]
    for clave, votos in antes:
        if clave != gana and faltan > 0:
            _mover(suyos, clave, gana, votos * faltan // otras)
    despues = van()
    return despues[0][0] == gana and despues[0][1] > despues[1][1]


def _candidaturas(eleccion: Eleccion, demarcacion: int | None) -> Iterator[Candidatura]:
    for lugar, boleta in eleccion.boletas.items():
        if demarcacion in (None, lugar):
            yield from boleta.candidaturas


def _mover(papeles: list[Papel], de: str, a: str, cuantos: int) -> None:
    """Move votes from one candidacy to another (to nulos, without `a`), from each acta as many as it has in proportion.

    Fewer are moved where boxes would not hold them."""
    hay = [sum(p.valores["votos"][r] for r in _recuadros(p, de)) for p in papeles]
    if not (total := sum(hay)):
        return
    partes = [min(h, cuantos * h // total) for h in hay]
    faltan = cuantos - sum(partes)
    while faltan > 0:
        i = max(range(len(hay)), key=lambda i: hay[i] - partes[i])
        if hay[i] == partes[i]:
            break
        mas = min(faltan, max(1, (hay[i] - partes[i]) // 2))
        partes[i] += mas
        faltan -= mas
    for papel, parte in zip(papeles, partes, strict=True):
        votos = papel.valores["votos"]
        destinos = _recuadros(papel, a) if a else ["NULOS"]
        if not destinos:
            continue  # nobody of that candidacy stands here
        destino = max(destinos, key=lambda r: votos[r])
        for origen in sorted(_recuadros(papel, de), key=lambda r: -votos[r]):
            van = min(parte, votos[origen], _TOPE_RECUADRO - votos[destino])
            votos[origen] -= van
            votos[destino] += van
            parte -= van


def _recuadros(papel: Papel, candidatura: str) -> list[str]:
    boleta = papel.eleccion.boletas[papel.esperada.demarcacion]
    return [boleta.claves[i] for c in boleta.candidaturas if c.clave == candidatura for i in c.recuadros]

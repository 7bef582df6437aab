"""Totals: what the actas of a place add up to, at every level.

A `Cuenta` adds one acta at a time, or what several cuentas add up to: sección = its actas, demarcación = its
secciones, entidad = its demarcaciones. Every figure of the PREP is computed from a `Cuenta` and nothing else.
Source: LEEME, header of the results file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Final

from prep.dominio.tabulacion.boleta import Boleta, TipoRecuadro
from prep.dominio.tabulacion.coaliciones import votos_de_coalicion
from prep.dominio.tabulacion.contabilidad import Veredicto
from prep.dominio.tabulacion.porcentajes import porcentaje
from prep.dominio.tabulacion.proceso import ActaEsperada, Eleccion

ESTADISTICA: Final = (
    "actas_esperadas",
    "actas_registradas",
    "actas_fuera_catalogo",
    "actas_capturadas",
    "porcentaje_actas_capturadas",
    "actas_contabilizadas",
    "porcentaje_actas_contabilizadas",
    "porcentaje_actas_inconsistencias",
    "actas_no_contabilizadas",
    "lista_nominal_actas_contabilizadas",
    "total_votos_c_cs",
    "total_votos_s_cs",
    "porcentaje_participacion_ciudadana",
)
"""Names of the summary, in the order of the published header."""


@dataclass(slots=True)
class Cuenta:
    """Sums over a set of actas of one ballot. `votos`: one integer per box of the ballot, counted actas only."""

    votos: list[int]
    esperadas: int = 0
    fuera_catalogo: int = 0
    capturadas: int = 0
    contabilizadas: int = 0
    inconsistentes: int = 0
    lista_nominal: int = 0
    total: int = 0
    total_especiales: int = 0

    @classmethod
    def vacia(cls, boleta: Boleta) -> Cuenta:
        return cls([0] * len(boleta.recuadros))

    def agregar_acta(self, esperada: ActaEsperada, veredicto: Veredicto | None) -> None:
        """Add one expected acta; `veredicto` is `None` while it has not been captured."""
        self.esperadas += 1
        if veredicto is None:
            return
        self.capturadas += 1
        if veredicto.inconsistente:
            self.inconsistentes += 1
        if veredicto.contabilizada:
            calculado = veredicto.calculado or 0
            self.contabilizadas += 1
            self.total += calculado
            if esperada.casilla.especial:
                self.total_especiales += calculado
            else:
                self.lista_nominal += esperada.casilla.lista_nominal
            self.votos = list(map(add, self.votos, veredicto.votos))

    def en_lista(self) -> list[int]:
        """Its counts and then its votes."""
        return [
            self.esperadas,
            self.fuera_catalogo,
            self.capturadas,
            self.contabilizadas,
            self.inconsistentes,
            self.lista_nominal,
            self.total,
            self.total_especiales,
            *self.votos,
        ]

    @classmethod
    def de_listas(cls, boleta: Boleta, listas: Iterable[Sequence[int]]) -> Cuenta:
        """What some cuentas of one ballot add up to, each as `en_lista` says it: number by number."""
        sumas = list(map(sum, zip(*listas, strict=True)))
        conteos = len(sumas) - len(boleta.recuadros)
        return cls(sumas[conteos:], *sumas[:conteos]) if sumas else cls.vacia(boleta)

    def _agregar_conteos(self, otra: Cuenta) -> None:
        self.esperadas += otra.esperadas
        self.fuera_catalogo += otra.fuera_catalogo
        self.capturadas += otra.capturadas
        self.contabilizadas += otra.contabilizadas
        self.inconsistentes += otra.inconsistentes
        self.lista_nominal += otra.lista_nominal
        self.total += otra.total
        self.total_especiales += otra.total_especiales


def estadistica(cuenta: Cuenta, cierre: bool) -> dict[str, int | str]:
    """The figures of the summary by name; one that is not known yet is absent.

    `cierre`: the last corte, whose participation includes special casillas.
    """
    c = cuenta
    cifras: dict[str, int | str | None] = {
        "actas_esperadas": c.esperadas,
        "actas_registradas": c.capturadas + c.fuera_catalogo,
        "actas_fuera_catalogo": c.fuera_catalogo,
        "actas_capturadas": c.capturadas,
        "porcentaje_actas_capturadas": porcentaje(c.capturadas, c.esperadas),
        "actas_contabilizadas": c.contabilizadas,
        "porcentaje_actas_contabilizadas": porcentaje(c.contabilizadas, c.esperadas),
        "porcentaje_actas_inconsistencias": porcentaje(c.inconsistentes, c.esperadas),
        "actas_no_contabilizadas": c.capturadas - c.contabilizadas,
    }
    if c.contabilizadas:
        sin_especiales = c.total - c.total_especiales
        cifras["lista_nominal_actas_contabilizadas"] = c.lista_nominal
        cifras["total_votos_c_cs"] = c.total
        cifras["total_votos_s_cs"] = sin_especiales
        cifras["porcentaje_participacion_ciudadana"] = porcentaje(
            c.total if cierre else sin_especiales, c.lista_nominal
        )
    return {nombre: cifra for nombre, cifra in cifras.items() if cifra is not None}


@dataclass(frozen=True, slots=True)
class FilaCandidatura:
    """Votes of one candidacy: all its boxes added."""

    clave: str
    partidos: tuple[str, ...]
    votos: int


@dataclass(frozen=True, slots=True)
class FilaPartido:
    """Votes of one party, independent or candidatura común: its own box and its share of every combination."""

    clave: str
    propios: int
    coalicion: int

    @property
    def votos(self) -> int:
        return self.propios + self.coalicion


@dataclass(slots=True)
class Resultado:
    """One place's figures: its cuenta, both coalition views, and the boxes that are nobody's."""

    cuenta: Cuenta
    por_candidatura: list[FilaCandidatura]
    por_partido: list[FilaPartido] = field(default_factory=list)
    no_registradas: int = 0
    nulos: int = 0


def por_candidatura(boleta: Boleta, votos: Sequence[int]) -> list[FilaCandidatura]:
    """Every box of each candidacy added, in the order of the ballot."""
    return [FilaCandidatura(c.clave, c.partidos, sum([votos[i] for i in c.recuadros])) for c in boleta.candidaturas]


_CON_FILA: Final = (TipoRecuadro.PARTIDO, TipoRecuadro.COMUN, TipoRecuadro.INDEPENDIENTE)


def por_partido(boleta: Boleta, votos: Sequence[int], orden: Sequence[str]) -> list[FilaPartido]:
    """Own votes plus the share of each combination, distributed over this demarcation."""
    recibidos = votos_de_coalicion(boleta, votos, orden)
    return [
        FilaPartido(r.clave, v, recibidos.get(r.clave, 0))
        for r, v in zip(boleta.recuadros, votos, strict=True)
        if r.tipo in _CON_FILA
    ]


def resultado_demarcacion(eleccion: Eleccion, demarcacion: int, cuenta: Cuenta) -> Resultado:
    """Figures of one demarcation from the sum of its actas."""
    boleta = eleccion.boletas[demarcacion]
    return Resultado(
        cuenta,
        por_candidatura(boleta, cuenta.votos),
        por_partido(boleta, cuenta.votos, eleccion.orden_registro),
        cuenta.votos[-2],
        cuenta.votos[-1],
    )


def resultado_entidad(eleccion: Eleccion, demarcaciones: dict[int, Resultado], fuera_catalogo: int) -> Resultado:
    """Figures of the whole election: its demarcations added, key by key.

    Shared votes are distributed in each demarcation and then summed (LGIPE 311.1.c). `fuera_catalogo`: registered
    sheets that belong to no approved casilla.
    """
    columnas = [r.clave for r in eleccion.columnas]
    lugar = {clave: i for i, clave in enumerate(columnas)}
    cuenta = Cuenta([0] * len(columnas))
    candidaturas: dict[str, tuple[str, ...]] = {}
    votos: dict[str, int] = defaultdict(int)
    propios: dict[str, int] = defaultdict(int)
    coalicion: dict[str, int] = defaultdict(int)
    for id_, resultado in demarcaciones.items():
        for recuadro, v in zip(eleccion.boletas[id_].recuadros, resultado.cuenta.votos, strict=True):
            cuenta.votos[lugar[recuadro.clave]] += v
        cuenta._agregar_conteos(resultado.cuenta)
        for f in resultado.por_candidatura:
            candidaturas[f.clave] = f.partidos
            votos[f.clave] += f.votos
        for p in resultado.por_partido:
            propios[p.clave] += p.propios
            coalicion[p.clave] += p.coalicion
    cuenta.fuera_catalogo = fuera_catalogo
    return Resultado(
        cuenta,
        sorted((FilaCandidatura(c, p, votos[c]) for c, p in candidaturas.items()), key=lambda f: _lugar(f, lugar)),
        [FilaPartido(c, propios[c], coalicion[c]) for c in columnas if c in propios],
        cuenta.votos[lugar["NO_REGISTRADAS"]],
        cuenta.votos[lugar["NULOS"]],
    )


def resultados_municipio(eleccion: Eleccion, partes: Mapping[int, Mapping[int, Cuenta]]) -> dict[int, Resultado]:
    """Figures of each municipio in an election of the whole state, from what it adds in each demarcación.

    It elects nobody there and no shared vote is distributed there: candidacies only, every one of the election.
    """

    def sumada(id_: int, cuenta: Cuenta) -> Resultado:
        return Resultado(cuenta, por_candidatura(eleccion.boletas[id_], cuenta.votos))

    vacias = {id_: sumada(id_, Cuenta.vacia(boleta)) for id_, boleta in eleccion.boletas.items()}
    return {
        municipio: resultado_entidad(eleccion, vacias | {id_: sumada(id_, c) for id_, c in suyas.items()}, 0)
        for municipio, suyas in partes.items()
    }


def _lugar(fila: FilaCandidatura, lugar: dict[str, int]) -> tuple[int, int, str]:
    """Candidacies in the order of the columns: a coalition stands where its first party does, before it alone."""
    primero = fila.partidos[0] if fila.partidos and fila.partidos[0] in lugar else fila.clave
    return (lugar.get(primero, len(lugar)), -len(fila.partidos), fila.clave)

"""From who stands where to the columns and ballots of an election. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prep.dominio.tabulacion.boleta import (
    NO_REGISTRADAS,
    NULOS,
    Boleta,
    Recuadro,
    TipoRecuadro,
    boleta_de,
    clave_combinacion,
    combinaciones,
)


@dataclass(slots=True)
class Planilla:
    """Who stands in one demarcation. Parties come in order of registration.

    `partidos`: those with a box of their own. `comunes`: (box key, parties). `independientes`: box keys.
    """

    partidos: tuple[str, ...] = ()
    coaliciones: list[tuple[str, ...]] = field(default_factory=list)
    comunes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    independientes: list[str] = field(default_factory=list)


def columnas_de(planillas: Iterable[Planilla], orden: Sequence[str]) -> tuple[Recuadro, ...]:
    """Columns of the database when nobody wrote them down.

    Parties by registration; combinations, the largest coalition first; candidaturas comunes; independents; the end.
    """
    lugar = {p: i for i, p in enumerate(orden)}
    propios: set[str] = set()
    coaliciones: set[tuple[str, ...]] = set()
    comunes: set[tuple[str, tuple[str, ...]]] = set()
    independientes: set[str] = set()
    for planilla in planillas:
        propios.update(planilla.partidos)
        coaliciones.update(planilla.coaliciones)
        comunes.update(planilla.comunes)
        independientes.update(planilla.independientes)
    columnas = [Recuadro(p, TipoRecuadro.PARTIDO, (p,)) for p in orden if p in propios]
    vistas: set[tuple[str, ...]] = set()
    for coalicion in sorted(coaliciones, key=lambda c: (-len(c), [lugar[p] for p in c])):
        for juntos in combinaciones(coalicion):
            if juntos not in vistas:
                vistas.add(juntos)
                columnas.append(Recuadro(clave_combinacion(juntos), TipoRecuadro.COMBINACION, juntos))
    columnas += [
        Recuadro(clave, TipoRecuadro.COMUN, partidos)
        for clave, partidos in sorted(comunes, key=lambda c: ([lugar[p] for p in c[1]], c[0]))
    ]
    columnas += [Recuadro(c, TipoRecuadro.INDEPENDIENTE) for c in sorted(independientes, key=lambda c: (len(c), c))]
    return (*columnas, NO_REGISTRADAS, NULOS)


def boletas_de(columnas: Sequence[Recuadro], planillas: Mapping[int, Planilla]) -> dict[int, Boleta]:
    """The ballot of each demarcation: the columns that belong to who stands there. Equal ballots are one object."""
    hechas: dict[tuple[tuple[Recuadro, ...], tuple[tuple[str, ...], ...]], Boleta] = {}
    boletas = {}
    for demarcacion, planilla in sorted(planillas.items()):
        recuadros = tuple(c for c in columnas if _esta(c, planilla))
        coaliciones = tuple(sorted(planilla.coaliciones, key=lambda c: planilla.partidos.index(c[0])))
        clave = (recuadros, coaliciones)
        if clave not in hechas:
            hechas[clave] = boleta_de(recuadros, coaliciones)
        boletas[demarcacion] = hechas[clave]
    return boletas


def _esta(columna: Recuadro, planilla: Planilla) -> bool:
    match columna.tipo:
        case TipoRecuadro.PARTIDO:
            return columna.partidos[0] in planilla.partidos
        case TipoRecuadro.COMBINACION:
            return any(set(columna.partidos) <= set(c) for c in planilla.coaliciones)
        case TipoRecuadro.COMUN:
            return any(clave == columna.clave for clave, _ in planilla.comunes)
        case TipoRecuadro.INDEPENDIENTE:
            return columna.clave in planilla.independientes
        case _:
            return True


def planilla_de(boleta: Boleta) -> Planilla:
    """Who stands according to a ballot: the inverse of `boletas_de`."""
    planilla = Planilla(partidos=tuple(r.clave for r in boleta.recuadros if r.tipo is TipoRecuadro.PARTIDO))
    for candidatura in boleta.candidaturas:
        primero = boleta.recuadros[candidatura.recuadros[0]]
        if primero.tipo is TipoRecuadro.COMUN:
            planilla.comunes.append((primero.clave, primero.partidos))
        elif primero.tipo is TipoRecuadro.INDEPENDIENTE:
            planilla.independientes.append(primero.clave)
        elif len(candidatura.partidos) > 1:
            planilla.coaliciones.append(candidatura.partidos)
    return planilla

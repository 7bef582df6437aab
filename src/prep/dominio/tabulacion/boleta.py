"""The ballot of one election in one demarcation: the vote boxes of its acta and the candidacies they add up to.

Ballots differ per demarcation: coalitions can be partial, independents are local, a candidatura común is one joint box.
Source: LGIPE 87-91 (coaliciones), 266 (boletas); Anexo 13.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Final


class TipoRecuadro(StrEnum):
    """What a vote box of the acta stands for."""

    PARTIDO = "partido"
    COMBINACION = "combinacion"
    COMUN = "comun"
    INDEPENDIENTE = "independiente"
    NO_REGISTRADAS = "no_registradas"
    NULOS = "nulos"


@dataclass(frozen=True, slots=True)
class Recuadro:
    """One vote box: its column in the database, and the parties whose emblems were marked."""

    clave: str
    tipo: TipoRecuadro
    partidos: tuple[str, ...] = ()


NO_REGISTRADAS: Final = Recuadro("NO_REGISTRADAS", TipoRecuadro.NO_REGISTRADAS)
NULOS: Final = Recuadro("NULOS", TipoRecuadro.NULOS)


@dataclass(frozen=True, slots=True)
class Candidatura:
    """Somebody to vote for: one party, a coalition, a candidatura común or an independent.

    `recuadros` are the indices, in the ballot, of every box whose votes are this candidacy's.
    """

    clave: str
    partidos: tuple[str, ...]
    recuadros: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Boleta:
    """The boxes of an acta in their printed order; the last two are no registradas and nulos."""

    recuadros: tuple[Recuadro, ...]
    candidaturas: tuple[Candidatura, ...]
    claves: tuple[str, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "claves", tuple(r.clave for r in self.recuadros))


def combinaciones(partidos: Sequence[str]) -> list[tuple[str, ...]]:
    """Every way of marking two or more emblems of a coalition, largest first: 2^n - n - 1 of them."""
    return [c for n in range(len(partidos), 1, -1) for c in combinations(partidos, n)]


def clave_combinacion(partidos: Iterable[str]) -> str:
    """Column name of a combination: `PAN_PRI_PRD`."""
    return "_".join(partidos)


def armar_boleta(
    partidos: Sequence[str],
    coaliciones: Sequence[Sequence[str]] = (),
    comunes: Sequence[tuple[str, Sequence[str]]] = (),
    independientes: Sequence[str] = (),
) -> Boleta:
    """Build the ballot of a demarcation.

    `partidos`: those with a box of their own, in order of registration. `coaliciones`: the parties of each coalition
    that stands here, in order of registration; each adds its combinations. `comunes`: (box key, parties) of each
    candidatura común; its parties have no box of their own. `independientes`: box keys.

    Raises `ValueError` when a party stands in two candidacies or a coalition names a party that is not on the ballot.
    """
    postulan = [*partidos, *(p for _, ps in comunes for p in ps)]
    if repetidos := sorted({p for p in postulan if postulan.count(p) > 1}):
        raise ValueError(f"En una candidatura común y en otra candidatura a la vez: {', '.join(repetidos)}.")
    recuadros = [Recuadro(p, TipoRecuadro.PARTIDO, (p,)) for p in partidos]
    for coalicion in coaliciones:
        recuadros += [Recuadro(clave_combinacion(c), TipoRecuadro.COMBINACION, c) for c in combinaciones(coalicion)]
    recuadros += [Recuadro(clave, TipoRecuadro.COMUN, tuple(ps)) for clave, ps in comunes]
    recuadros += [Recuadro(clave, TipoRecuadro.INDEPENDIENTE) for clave in independientes]
    recuadros += [NO_REGISTRADAS, NULOS]
    return boleta_de(tuple(recuadros), [tuple(c) for c in coaliciones])


def boleta_de(recuadros: tuple[Recuadro, ...], coaliciones: Sequence[tuple[str, ...]]) -> Boleta:
    """Build a ballot from its boxes in printed order and the coalitions that stand in the demarcation."""
    if recuadros[-2:] != (NO_REGISTRADAS, NULOS):
        raise ValueError("La boleta debe terminar con NO_REGISTRADAS y NULOS.")
    claves = [r.clave for r in recuadros]
    if len(set(claves)) != len(claves):
        raise ValueError(f"La boleta repite recuadros: {sorted({c for c in claves if claves.count(c) > 1})}.")
    propios = {r.clave for r in recuadros if r.tipo is TipoRecuadro.PARTIDO}
    coaligados: dict[str, tuple[str, ...]] = {}
    for coalicion in coaliciones:
        for partido in coalicion:
            if partido not in propios:
                raise ValueError(f"La coalición {'-'.join(coalicion)} incluye a {partido}, que no está en la boleta.")
            if partido in coaligados:
                raise ValueError(f"{partido} está en dos coaliciones de la misma demarcación.")
            coaligados[partido] = coalicion

    grupos: dict[str, tuple[tuple[str, ...], list[int]]] = {}
    for i, recuadro in enumerate(recuadros[:-2]):
        juntos = coaligados.get(recuadro.partidos[0]) if recuadro.partidos else None
        if recuadro.tipo is TipoRecuadro.COMBINACION and (juntos is None or not set(recuadro.partidos) <= set(juntos)):
            raise ValueError(f"La combinación {recuadro.clave} no pertenece a ninguna coalición de la demarcación.")
        if juntos is not None and recuadro.tipo is not TipoRecuadro.COMUN:
            clave, partidos = clave_combinacion(juntos), juntos
        else:
            clave, partidos = recuadro.clave, recuadro.partidos
        grupos.setdefault(clave, (partidos, []))[1].append(i)
    candidaturas = tuple(Candidatura(clave, ps, tuple(indices)) for clave, (ps, indices) in grupos.items())
    return Boleta(recuadros, candidaturas)

"""Which vote boxes are on the ballot of each demarcation, by evidence.

A box with votes is there. A box with zeros or marks is there only where the rows tell boxes apart (they leave others
blank) and most of them say something in it, and where it neither joins two candidacies nor stands for a party that
already stands: some publishers write 0 or «Ilegible» in every column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from prep.dominio.tabulacion.boleta import NO_REGISTRADAS, NULOS, Boleta, Recuadro, TipoRecuadro, boleta_de
from prep.reproduccion.publicado import Hueco, Nota, Renglon

_PARTIDO, _COMBINACION, _COMUN = TipoRecuadro.PARTIDO, TipoRecuadro.COMBINACION, TipoRecuadro.COMUN
_NOTAS_DE_HUECO: Final = frozenset({Nota.SIN_DATO, Nota.ALGUNO, Nota.ILEGIBLE})
"""With these a blank cell may be a box of the ballot."""


@dataclass(slots=True)
class Vistos:
    """What the rows of one place say of each column, by its index.

    `con_votos`: rows with votes. `dicen` and `callan`: rows that leave some other box blank and say something, or
    nothing, in this one. `parejos`: rows that fill every box, with no votes in this one.
    """

    con_votos: Counter[int] = field(default_factory=Counter)
    dicen: Counter[int] = field(default_factory=Counter)
    callan: Counter[int] = field(default_factory=Counter)
    parejos: Counter[int] = field(default_factory=Counter)

    def ver(self, r: Renglon) -> None:
        """Add one captured row. One without a single number, that fills every box, says nothing of the ballot."""
        distingue = any(isinstance(v, Hueco) and v is not Hueco.NO_LEIDO for v in r.votos)
        if not distingue and not any(isinstance(v, int) for v in r.votos):
            return
        sin_votos = self.dicen if distingue else self.parejos
        callan = None if _NOTAS_DE_HUECO.intersection(r.notas) else self.callan
        for i, v in enumerate(r.votos):
            if isinstance(v, int) and v > 0:
                self.con_votos[i] += 1
            elif isinstance(v, Hueco) and v is not Hueco.NO_LEIDO:
                if callan is not None:
                    callan[i] += 1
            else:
                sin_votos[i] += 1

    def sumar(self, otros: Vistos) -> None:
        for mio, suyo in zip(self._cuentas(), otros._cuentas(), strict=True):
            mio.update(suyo)

    def _cuentas(self) -> tuple[Counter[int], ...]:
        return self.con_votos, self.dicen, self.callan, self.parejos

    def nada(self) -> bool:
        return not any(self._cuentas())

    def se_dice(self, i: int) -> bool:
        """No votes, and most rows that tell boxes apart say something."""
        return self.dicen[i] > 0 and self.dicen[i] >= self.callan[i]

    def es_parejo(self, i: int) -> bool:
        """No row that tells boxes apart speaks of it."""
        return self.parejos[i] > 0 and not self.dicen[i] and not self.callan[i]


@dataclass(slots=True)
class Boletas:
    """`columnas`: the boxes of the election. `por_demarcacion`: each ballot.

    `quitados`: box -> demarcations in which it holds zeros or marks and is not on the ballot. `sueltos`: joint boxes
    with votes where some of their parties have votes of their own: each stands for itself.
    """

    columnas: tuple[Recuadro, ...]
    por_demarcacion: dict[int, Boleta]
    quitados: Counter[str] = field(default_factory=Counter)
    sueltos: set[str] = field(default_factory=set)


def armar_boletas(
    columnas: Sequence[Recuadro],
    vistos: Mapping[int, Vistos],
    demarcaciones: Iterable[int],
    toda_la_entidad: bool,
    coaliciones: Mapping[int, Sequence[frozenset[str]]],
) -> Boletas:
    """The ballot of every demarcation. `columnas[i]` is the box of index `i` in `vistos`, or one that no row has.

    `toda_la_entidad`: everybody votes for the same office, so every column is on its ballot. `coaliciones`: sets of
    parties with one candidate, by demarcation, from the candidaturas file.
    """
    en_alguna: Counter[int] = Counter()
    for v in vistos.values():
        en_alguna.update(v.con_votos.keys())
    hechas = Boletas(tuple(columnas), {})
    elegidos = {}
    for id_ in sorted(demarcaciones):
        suyos = vistos.get(id_, Vistos())
        arma = _Armador(columnas, suyos, en_alguna, coaliciones.get(id_, ()), toda_la_entidad)
        elegidos[id_] = arma.elegir()
        hechas.quitados.update(columnas[i].clave for i in (suyos.dicen | suyos.parejos) if i not in elegidos[id_])
    for presentes in set(map(frozenset, elegidos.values())):
        hechas.sueltos |= _encimados([columnas[i] for i in sorted(presentes)])
    hechas.columnas = tuple(replace(c, partidos=()) if c.clave in hechas.sueltos else c for c in columnas)
    iguales: dict[frozenset[int], Boleta] = {}
    for id_, indices in elegidos.items():
        presentes = frozenset(indices)
        if presentes not in iguales:
            iguales[presentes] = boleta_con([hechas.columnas[i] for i in sorted(presentes)])
        hechas.por_demarcacion[id_] = iguales[presentes]
    return hechas


@dataclass(slots=True)
class _Armador:
    """Chooses the boxes of one ballot, by index."""

    columnas: Sequence[Recuadro]
    vistos: Vistos
    en_alguna: Mapping[int, int]
    coaliciones: Sequence[frozenset[str]]
    entidad: bool

    def elegir(self) -> set[int]:
        de_nadie = {i for i, c in enumerate(self.columnas) if c in (NO_REGISTRADAS, NULOS)}
        if self.vistos.nada():
            propios = {c.clave for c in self.columnas if c.tipo is _PARTIDO}
            return {i for i, c in enumerate(self.columnas) if c.tipo is not _COMUN or propios.isdisjoint(c.partidos)}
        presentes = de_nadie | set(self.vistos.con_votos)
        if self.entidad:
            return presentes | set(self.vistos.dicen) | set(self.vistos.parejos)
        for tipo in (_PARTIDO, TipoRecuadro.INDEPENDIENTE, _COMBINACION, _COMUN):
            presentes |= {i for i in self._de(tipo) if i not in presentes and self._esta(i, presentes)}
        return presentes | self._propios_de_combinaciones(presentes)

    def _de(self, tipo: TipoRecuadro) -> list[int]:
        return [i for i, c in enumerate(self.columnas) if c.tipo is tipo]

    def _esta(self, i: int, presentes: set[int]) -> bool:
        """Whether a box without votes is on the ballot."""
        dicho, parejo = self.vistos.se_dice(i), self.vistos.es_parejo(i)
        if not dicho and not parejo:
            return False
        recuadro = self.columnas[i]
        suyos = set(recuadro.partidos)
        comunes = {p for j in presentes if self.columnas[j].tipo is _COMUN for p in self.columnas[j].partidos}
        if recuadro.tipo is _PARTIDO:
            return suyos.isdisjoint(comunes) and suyos.isdisjoint(self._sin_votos_propios())
        if recuadro.tipo is TipoRecuadro.INDEPENDIENTE:
            return dicho or not self.en_alguna.get(i)
        if recuadro.tipo is _COMUN:
            propios = {self.columnas[j].clave for j in presentes if self.columnas[j].tipo is _PARTIDO}
            return propios.isdisjoint(suyos) and suyos.isdisjoint(comunes) and (dicho or not self.en_alguna.get(i))
        grupos = self._coaliciones_con_votos()
        if any(suyos <= g for g in grupos):
            return True
        if not suyos.isdisjoint(comunes) or sum(not suyos.isdisjoint(g) for g in grupos) > 1:
            return False
        return dicho or any(suyos <= c for c in self.coaliciones) or not (grupos or self.en_alguna.get(i))

    def _coaliciones_con_votos(self) -> list[set[str]]:
        con_votos = [self.columnas[i] for i in self._de(_COMBINACION) if self.vistos.con_votos[i]]
        return agrupar([r.partidos for r in con_votos])

    def _sin_votos_propios(self) -> set[str]:
        """Parties of a combination with votes of which none has votes of its own: it is a joint box."""
        con_votos = {self.columnas[i].clave for i in self._de(_PARTIDO) if self.vistos.con_votos[i]}
        return {p for g in self._coaliciones_con_votos() if con_votos.isdisjoint(g) for p in g}

    def _propios_de_combinaciones(self, presentes: set[int]) -> set[int]:
        """Own boxes of the parties of a coalition: of combinations that share some party, or one of which stands."""
        combinaciones = [self.columnas[i] for i in presentes if self.columnas[i].tipo is _COMBINACION]
        propios = {self.columnas[i].clave for i in presentes if self.columnas[i].tipo is _PARTIDO}
        veces = Counter(p for r in combinaciones for p in r.partidos)
        coaligados = {
            p for r in combinaciones if any(veces[q] > 1 or q in propios for q in r.partidos) for p in r.partidos
        }
        return {i for i in self._de(_PARTIDO) if self.columnas[i].clave in coaligados}


def agrupar(juntos: Iterable[Iterable[str]]) -> list[set[str]]:
    """Join the sets that share something."""
    grupos: list[set[str]] = []
    for uno in juntos:
        suyo = set(uno)
        ajenos = []
        for g in grupos:
            if suyo.isdisjoint(g):
                ajenos.append(g)
            else:
                suyo |= g
        grupos = [*ajenos, suyo]
    return grupos


def boleta_con(recuadros: Sequence[Recuadro]) -> Boleta:
    """A ballot from its boxes: parties that share a combination are one coalition.

    A combination of parties that have no box of their own here is a joint box, as a candidatura común has.
    """
    propios = [r.clave for r in recuadros if r.tipo is _PARTIDO]
    hechos = [
        replace(r, tipo=_COMUN) if r.tipo is _COMBINACION and not set(r.partidos) <= set(propios) else r
        for r in recuadros
    ]
    grupos = agrupar(r.partidos for r in hechos if r.tipo is _COMBINACION)
    return boleta_de(tuple(hechos), [tuple(p for p in propios if p in g) for g in grupos])


def _encimados(recuadros: Sequence[Recuadro]) -> set[str]:
    """Joint boxes of a ballot that share a party with another candidacy."""
    boleta = boleta_con(recuadros)
    veces = Counter(p for c in boleta.candidaturas for p in c.partidos)
    comunes = {r.clave for r in recuadros if r.tipo is _COMUN}
    return {c.clave for c in boleta.candidaturas if c.clave in comunes and any(veces[p] > 1 for p in c.partidos)}

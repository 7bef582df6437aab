"""The history of one subject: its facts in an order that puts no effect before its cause, and what each one knew.

A pure function of the set: whatever the order in which facts arrived, the order here is the same.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from prep.dominio.comun.hecho import Escrito, Hecho


@dataclass(slots=True)
class Historia:
    """`hechos[i]`: the i-th fact; `lugares`: its place by id. `sabe[i]`: bit j is set when the i-th knew the j-th.
    `origenes[i]`: who vouches for it. `esperan`: facts that speak of others that have not arrived; they are kept, and
    count for nothing until then."""

    hechos: list[Hecho] = field(default_factory=list)
    sabe: list[int] = field(default_factory=list)
    origenes: list[list[Escrito]] = field(default_factory=list)
    esperan: list[Hecho] = field(default_factory=list)
    lugares: dict[str, int] = field(default_factory=dict)

    @property
    def cabezas(self) -> tuple[str, ...]:
        """Ids of the facts that no other one knew. None that waits: whatever named it would wait with it."""
        conocidos = 0
        for saber in self.sabe:
            conocidos |= saber
        return tuple(sorted(h.id for i, h in enumerate(self.hechos) if not conocidos >> i & 1))

    def seguir(self, escrito: Escrito) -> bool:
        """Put a fact after all the others, where `ordenar` would, if its writer knew them all; whether it was so."""
        hecho, lugares = escrito.hecho, self.lugares
        if self.esperan or hecho.id in lugares or any(c not in lugares for c in hecho.conocidos):
            return False
        saber = self._saber(hecho)
        if saber != (1 << len(self.hechos)) - 1:
            return False
        self._poner(hecho, saber, [escrito])
        return True

    def _saber(self, hecho: Hecho) -> int:
        """What it knew, of those that have their place."""
        saber = 0
        for conocido in hecho.conocidos:
            lugar = self.lugares[conocido]
            saber |= self.sabe[lugar] | 1 << lugar
        return saber

    def _poner(self, hecho: Hecho, saber: int, origenes: list[Escrito]) -> None:
        self.lugares[hecho.id] = len(self.hechos)
        self.hechos.append(hecho)
        self.sabe.append(saber)
        self.origenes.append(origenes)


def ordenar(escritos: Iterable[Escrito], tarde: Callable[[Hecho], bool] = lambda h: False) -> Historia:
    """The history that a set of facts tells.

    Among facts that did not know each other, those that `tarde` names go last, and then the content (the id) decides:
    never a clock.
    """
    origenes: dict[str, list[Escrito]] = defaultdict(list)
    for e in escritos:
        origenes[e.hecho.id].append(e)
    hechos = {identificador: suyos[0].hecho for identificador, suyos in origenes.items()}
    faltan: dict[str, int] = {}
    siguen: dict[str, list[str]] = defaultdict(list)
    listos: list[tuple[bool, str]] = []
    for identificador, hecho in hechos.items():
        faltan[identificador] = len(hecho.conocidos)
        for conocido in hecho.conocidos:
            siguen[conocido].append(identificador)
        if not hecho.conocidos:
            listos.append((tarde(hecho), identificador))
    heapq.heapify(listos)
    historia = Historia()
    while listos:
        _, identificador = heapq.heappop(listos)
        hecho, suyos = hechos.pop(identificador), origenes[identificador]
        if len(suyos) > 1:
            suyos.sort(key=lambda e: (e.nodo, e.secuencia))
        historia._poner(hecho, historia._saber(hecho), suyos)
        for otro in siguen[identificador]:
            faltan[otro] -= 1
            if not faltan[otro]:
                heapq.heappush(listos, (tarde(hechos[otro]), otro))
    historia.esperan = [hechos[i] for i in sorted(hechos)]
    return historia

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
    lugares, sabe = historia.lugares, historia.sabe
    while listos:
        _, identificador = heapq.heappop(listos)
        hecho = hechos.pop(identificador)
        saber = 0
        for conocido in hecho.conocidos:
            lugar = lugares[conocido]
            saber |= sabe[lugar] | 1 << lugar
        lugares[identificador] = len(sabe)
        sabe.append(saber)
        historia.hechos.append(hecho)
        suyos = origenes[identificador]
        historia.origenes.append(suyos if len(suyos) == 1 else sorted(suyos, key=lambda e: (e.nodo, e.secuencia)))
        for otro in siguen[identificador]:
            faltan[otro] -= 1
            if not faltan[otro]:
                heapq.heappush(listos, (tarde(hechos[otro]), otro))
    historia.esperan = [hechos[i] for i in sorted(hechos)]
    return historia

"""What each phase of a drill took: seconds, and the processor's seconds of whoever worked."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from prep.simulacro.maquinas import Maquina, descendientes

GENTE, CENTRO, NODOS, BASE = QUIENES = ("gente", "centro", "nodos", "base")
"""Who works: people with their pictures, cortes and judge; the centre's servers; those of nodes; PostgreSQL of all."""
_TICS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Fase:
    nombre: str
    segundos: float
    cpu: dict[str, float]


@dataclass(slots=True)
class Fases:
    """`centro`, `nodos`: whose servers are counted apart."""

    centro: Maquina
    nodos: Sequence[Maquina]
    hechas: list[Fase] = field(default_factory=list)
    _nombre: str = ""
    _desde: float = 0.0
    _llevaban: dict[str, float] = field(default_factory=dict)

    def empieza(self, nombre: str) -> None:
        """A phase begins, and the one before ends. Without a name, only that."""
        ahora, llevan = time.monotonic(), self._cpu()
        if self._nombre:
            gastado = {quien: max(0.0, s - self._llevaban[quien]) for quien, s in llevan.items()}
            self.hechas.append(Fase(self._nombre, ahora - self._desde, gastado))
        self._nombre, self._desde, self._llevaban = nombre, ahora, llevan

    def _cpu(self) -> dict[str, float]:
        mias = os.times()
        bases = {id(m.bases): m.bases.pid for m in (self.centro, *self.nodos)}
        return {
            GENTE: mias.user + mias.system + mias.children_user + mias.children_system,
            CENTRO: _de(p.pid for p in self.centro.procesos()),
            NODOS: _de(p.pid for nodo in self.nodos for p in nodo.procesos()),
            BASE: _de(pid for pid in bases.values() if pid is not None),
        }


def _de(procesos: Iterable[int]) -> float:
    """What those processes and the ones under them have used, those that ended too."""
    tics = 0
    for pid in procesos:
        for uno in (pid, *descendientes(pid)):
            with suppress(OSError):
                _, _, campos = Path(f"/proc/{uno}/stat").read_text().rpartition(") ")
                tics += sum(int(c) for c in campos.split()[11:15])
    return tics / _TICS

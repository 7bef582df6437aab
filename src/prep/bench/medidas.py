"""A figure, its bar, and the table that shows them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from prep.plataforma.consola import salida, tabla


@dataclass(frozen=True, slots=True)
class Medida:
    """One figure and its bar. `razon`: measured over bar, so that 1.0 is just met; `mayor`: more is better."""

    que: str
    medido: float
    unidad: str
    meta: float | None = None
    mayor: bool = False

    @property
    def razon(self) -> str:
        if self.meta is None:
            return ""
        veces = self.medido / self.meta if self.mayor else self.meta / self.medido
        return f"{veces:.2f}×{'' if veces >= 1 else '  NO CUMPLE'}"


def mostrar(medidas: list[Medida]) -> None:
    lista = tabla("Medida", ">Valor", ">Meta", ">Holgura")
    for m in medidas:
        meta = "" if m.meta is None else f"{'≥' if m.mayor else '≤'} {m.meta:,.0f} {m.unidad}"
        lista.add_row(
            m.que, f"{m.medido:,.2f} {m.unidad}" if m.medido < 100 else f"{m.medido:,.0f} {m.unidad}", meta, m.razon
        )
    salida.print(lista)


def procesador() -> float:
    """Seconds of processor of this process and of those it has waited for."""
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def procesador_de(raiz: int) -> float:
    """Seconds of processor of that process, of those below it, and of those that any of them has waited for."""
    padres, usado = {}, {}
    for archivo in Path("/proc").glob("[0-9]*/stat"):
        try:
            campos = archivo.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        proceso = int(archivo.parent.name)
        padres[proceso], usado[proceso] = int(campos[1]), sum(map(int, campos[11:15]))
    suyos = {raiz}
    while nuevos := {p for p, padre in padres.items() if padre in suyos} - suyos:
        suyos |= nuevos
    return sum(usado.get(p, 0) for p in suyos) / os.sysconf("SC_CLK_TCK")


def percentil(muestra: list[float], por_mil: int) -> float:
    """The value that so many of each thousand do not exceed."""
    return sorted(muestra)[min(len(muestra) - 1, len(muestra) * por_mil // 1000)]

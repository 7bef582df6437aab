"""A figure, its bar, and the table that shows them."""

from __future__ import annotations

from dataclasses import dataclass

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

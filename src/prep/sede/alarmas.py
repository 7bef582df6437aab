"""When a figure of the machines is an alarm: the one table of thresholds. What each means, and what to do, is in the
texts of this room, from which `docs/alarmas.md` and the page beside the board are made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from prep.diseno.textos import texto


@dataclass(frozen=True, slots=True)
class Medida:
    """A figure: `que`, which one; `de`, of what part; `detalle`, what else is known."""

    que: str
    valor: int
    de: str = ""
    detalle: str = ""

    @property
    def es_alarma(self) -> bool:
        return self.valor >= LIMITES[self.que]


LIMITES: Final = {
    "turnos_sin_corte": 2,
    "cortes_fallidos": 1,
    "hechos_que_faltan": 1,
    "espera_minutos": 60,
    "actas_en_fila": 1000,
    "catds_atrasados": 1,
    "equipos_descompuestos": 1,
    "telefonos_callados": 10,
    "relojes_desviados": 1,
    "nodos_bifurcados": 1,
    "enlace_minutos": 15,
    "enlaces_por_respaldo": 1,
    "disco_ocupado": 85,
    "conexiones_ocupadas": 80,
    "sin_reserva": 1,
    "puntos_sin_cofirma": 3,
    "puntos_sin_sello": 12,
    "respaldo_minutos": 60,
    "fallas_por_hora": 1,
    "capturas_de_prisa": 3,
    "equipos_de_varios": 1,
}
"""By figure, from which value on it is an alarm. In all of them more is worse."""


@dataclass(frozen=True, slots=True)
class Alarma:
    """One kind, with every part that has it: what is measured, each case, what it means and what to do."""

    que: str
    casos: tuple[str, ...]

    @property
    def titulo(self) -> str:
        return f"{texto(f'sede.medida.{self.que}')} (alarma desde {LIMITES[self.que]:,})"

    @property
    def paso(self) -> str:
        return texto(f"sede.paso.{self.que}")

    @property
    def hacer(self) -> str:
        return texto(f"sede.hacer.{self.que}")

    @property
    def ancla(self) -> str:
        """Of its section in the runbook."""
        return self.que.replace("_", "-")


def alarmas(medidas: Iterable[Medida]) -> list[Alarma]:
    """In the order of the table."""
    casos: dict[str, list[str]] = {}
    for m in medidas:
        if m.es_alarma:
            casos.setdefault(m.que, []).append(": ".join(p for p in (m.de, f"{m.valor:,}. {m.detalle}".strip()) if p))
    return [Alarma(que, tuple(casos[que])) for que in LIMITES if que in casos]


def todas() -> list[Alarma]:
    """Every kind there is, without a case: the runbook."""
    return [Alarma(que, ()) for que in LIMITES]


def manual() -> str:
    """`docs/alarmas.md`: what each alarm means and what to do."""
    partes = [texto("sede.manual.encabezado")]
    for a in todas():
        partes.append(f'<a id="{a.ancla}"></a>\n\n## {a.titulo}\n\n{a.paso}\n\n**Qué hacer.** {a.hacer}')
    return "\n\n".join(partes) + "\n"


def metricas(medidas: Iterable[Medida]) -> str:
    """The figures as Prometheus reads them."""
    por_nombre: dict[str, list[Medida]] = {que: [] for que in LIMITES}
    for m in medidas:
        por_nombre[m.que].append(m)
    lineas = []
    for que, suyas in por_nombre.items():
        lineas += [f"# HELP prep_{que} {texto(f'sede.medida.{que}')}", f"# TYPE prep_{que} gauge"]
        for m in suyas:
            etiqueta = f'{{de="{_escapar(m.de)}"}}' if m.de else ""
            lineas.append(f"prep_{que}{etiqueta} {m.valor}")
    return "\n".join(lineas) + "\n"


def _escapar(valor: str) -> str:
    return re.sub(r'(["\\])', r"\\\1", valor).replace("\n", "\\n")


def reglas() -> str:
    """Prometheus's file of alerting rules, from the same table."""
    lineas = ["groups:", "  - name: prep", "    rules:"]
    for a in todas():
        lineas += [
            f"      - alert: prep_{a.que}",
            f"        expr: prep_{a.que} >= {LIMITES[a.que]}",
            "        annotations:",
            f"          summary: {_yaml(a.paso)}",
            f"          runbook: docs/alarmas.md#{a.ancla}",
        ]
    return "\n".join(lineas) + "\n"


def _yaml(frase: str) -> str:
    return "'" + frase.replace("'", "''") + "'"

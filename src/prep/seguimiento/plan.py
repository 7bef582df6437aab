"""The work plan in memory: activities, milestones and agreements, each with when it is due and whether it was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from prep.seguimiento.hallazgos import Hallazgo

RUBROS: Final = {
    "comision": "Comisión de seguimiento y Consejo General",
    "cotaprep": "COTAPREP",
    "secretaria": "Secretaría técnica",
    "adquisiciones": "Adquisiciones",
    "personal": "Personal y capacitación",
    "infraestructura": "Infraestructura",
    "centros": "CATD y CCV",
    "analisis": "Análisis",
    "diseno": "Diseño",
    "construccion": "Construcción",
    "pruebas": "Pruebas",
    "cambios": "Control de cambios",
    "auditoria": "Auditoría",
    "difusores": "Difusores",
}
"""What the committees ask about, in the order of the monthly report."""
DESARROLLO: Final = ("analisis", "diseno", "construccion", "pruebas", "cambios")
"""Those that are told together."""
ESTATUS: Final = {
    "pendiente": "pendiente",
    "en_proceso": "en proceso",
    "cumplido": "cumplido",
    "cancelado": "cancelado",
}


@dataclass(frozen=True, slots=True)
class Actividad:
    """`inicio`, `termino`: None for what goes on all along; `concluida`: when it was done."""

    numero: int
    rubro: str
    actividad: str
    entregable: str
    responsable: str
    inicio: date | None
    termino: date | None
    concluida: date | None
    evidencia: str

    def en_curso(self, desde: date, hasta: date) -> bool:
        """Whether it was to be worked on, or still was, between those days."""
        if self.inicio is None:
            return False
        fin = self.concluida or max(self.termino or self.inicio, hasta)
        return self.inicio <= hasta and fin >= desde


@dataclass(frozen=True, slots=True)
class Subactividad:
    numero: str
    subactividad: str
    concluida: date | None

    @property
    def de(self) -> int:
        """The activity that it is part of."""
        return int(self.numero.partition(".")[0])


@dataclass(frozen=True, slots=True)
class Hito:
    """A deliverable of the calendar. `dia`: None where the plan says none; `actividad`: the one that produces it."""

    clave: str
    hito: str
    dia: date | None
    actividad: int | None
    entregado: date | None


@dataclass(frozen=True, slots=True)
class Acuerdo:
    """`vence`, `cumplido`: None while nobody said."""

    numero: str
    asunto: str
    acuerdo: str
    fecha: date
    solicitado_por: str
    responsable: str
    estatus: str
    vence: date | None
    cumplido: date | None

    def al(self, dia: date) -> Acuerdo:
        """As it stood that day."""
        despues = self.cumplido is not None and self.cumplido > dia
        return replace(self, estatus="en_proceso", cumplido=None) if despues else self


@dataclass(frozen=True, slots=True)
class Avance:
    """What was done, told by whoever did it. `sobre`: an activity, a milestone, an agreement or a heading."""

    fecha: date
    sobre: str
    avance: str


@dataclass(frozen=True, slots=True)
class Pendiente:
    """Something with a day that was not done. `dias`: how far that day is; negative when it passed."""

    dia: date
    clave: str
    que: str
    responsable: str
    dias: int


@dataclass(frozen=True, slots=True)
class Plan:
    nombre: str
    institucion: str
    jornada: date
    actividades: Sequence[Actividad]
    subactividades: Sequence[Subactividad]
    hitos: Sequence[Hito]
    acuerdos: Sequence[Acuerdo]
    avances: Sequence[Avance]
    hallazgos: Sequence[Hallazgo]

    def partes_de(self, numero: int) -> list[Subactividad]:
        return [s for s in self.subactividades if s.de == numero]

    def entrega_de(self, hito: Hito) -> date | None:
        """When a milestone was delivered: on its own day, or with the activity that produces it."""
        suya = self._que_produce(hito)
        return hito.entregado or (suya.concluida if suya else None)

    def _que_produce(self, hito: Hito) -> Actividad | None:
        return next((a for a in self.actividades if a.numero == hito.actividad), None)

    def rubro_de(self, sobre: str) -> str:
        """Under which heading something is told. Of milestones and agreements, which have none, empty."""
        if sobre in RUBROS:
            return sobre
        numero = sobre.partition(".")[0]
        return next((a.rubro for a in self.actividades if str(a.numero) == numero), "")

    def al(self, dia: date) -> Plan:
        """The plan as it stood that day: what was done or agreed later is not there yet."""

        def ya(hecho: date | None) -> date | None:
            return hecho if hecho is not None and hecho <= dia else None

        return replace(
            self,
            actividades=[replace(a, concluida=ya(a.concluida)) for a in self.actividades],
            subactividades=[replace(s, concluida=ya(s.concluida)) for s in self.subactividades],
            hitos=[replace(h, entregado=ya(h.entregado)) for h in self.hitos],
            acuerdos=[a.al(dia) for a in self.acuerdos if a.fecha <= dia],
            avances=[a for a in self.avances if a.fecha <= dia],
            hallazgos=[h.al(dia) for h in self.hallazgos if h.detectado <= dia],
        )

    def pendientes(self, dia: date, antes: int) -> list[Pendiente]:
        """What should have been done by that day, and what is due within `antes` days; the oldest first."""
        limite = dia + timedelta(days=antes)
        return sorted(
            (Pendiente(d, clave, que, quien, (d - dia).days) for d, clave, que, quien in self._fechas() if d <= limite),
            key=lambda p: (p.dia, p.clave),
        )

    def _fechas(self) -> Iterator[tuple[date, str, str, str]]:
        for a in self.actividades:
            if a.termino is not None and a.concluida is None:
                partes = self.partes_de(a.numero)
                faltan = [s.numero for s in partes if s.concluida is None]
                con = f" (faltan {', '.join(faltan)})" if faltan and len(faltan) < len(partes) else ""
                yield a.termino, str(a.numero), a.actividad + con, a.responsable
        for h in self.hitos:
            if h.dia is not None and self.entrega_de(h) is None:
                suya = self._que_produce(h)
                yield h.dia, h.clave, h.hito, suya.responsable if suya else ""
        for c in self.acuerdos:
            if c.vence is not None and c.estatus in ("pendiente", "en_proceso"):
                yield c.vence, c.numero, c.acuerdo, c.responsable
        for x in self.hallazgos:
            if x.vence is not None and x.cerrado is None:
                yield x.vence, x.numero, x.que, x.atiende


def vencidos(pendientes: Iterable[Pendiente]) -> list[Pendiente]:
    return [p for p in pendientes if p.dias < 0]

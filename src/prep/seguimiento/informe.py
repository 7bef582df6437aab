"""The monthly report to the commission, the COTAPREP and INE, drafted from the plan and from what the system knows.

It is written once, on whatever has headings, paragraphs, lists and tables: the PDF and the Word file say the same.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Final

from prep.papel.escrito import Papel
from prep.plataforma.idioma import cuantos
from prep.seguimiento.hallazgos import ESTATUS as ESTATUS_HALLAZGO
from prep.seguimiento.hallazgos import GRAVEDADES, Hallazgo
from prep.seguimiento.plan import DESARROLLO, ESTATUS, RUBROS, Actividad, Acuerdo, Plan, vencidos
from prep.seguimiento.sistema import Sistema
from prep.seguimiento.tablas import MESES

POR_VENIR: Final = 31
"""Days ahead that the report looks."""


def fin_de_mes(mes: date, hoy: date) -> date:
    """The last day that a report of that month can tell of."""
    return min(mes.replace(day=monthrange(mes.year, mes.month)[1]), hoy)


def titulo_de(mes: date) -> str:
    return f"Informe mensual del PREP, {MESES[mes.month - 1]} de {mes.year}"


def redactar(
    papel: Papel, plan: Plan, mes: date, hoy: date, sistema: Sistema | None, simulacros: Sequence[str]
) -> None:
    """Write the report. `mes`: its first day; `sistema`: None where no process is installed; `simulacros`: what was
    judged of each."""
    corte = fin_de_mes(mes, hoy)
    redactor = _Redactor(papel, plan.al(corte), mes, corte)
    redactor.resumen()
    for rubro in RUBROS:
        if rubro == DESARROLLO[0]:
            papel.titulo(2, "Desarrollo del sistema")
        redactor.rubro(rubro, 3 if rubro in DESARROLLO else 2)
    redactor.hitos()
    redactor.acuerdos()
    redactor.hallazgos()
    redactor.simulacros(simulacros)
    redactor.sistema(sistema)
    redactor.por_venir()


class _Redactor:
    def __init__(self, papel: Papel, plan: Plan, mes: date, corte: date) -> None:
        self._papel, self._plan, self._mes, self._corte = papel, plan, mes, corte

    def resumen(self) -> None:
        plan, papel = self._plan, self._papel
        papel.titulo(1, titulo_de(self._mes))
        faltan = (plan.jornada - self._corte).days
        cuando = (
            f"faltan {cuantos(faltan, 'día')} para la jornada"
            if faltan > 0
            else "es el día de la jornada"
            if faltan == 0
            else f"pasaron {cuantos(-faltan, 'día')} desde la jornada"
        )
        papel.parrafo(f"{plan.institucion}. {plan.nombre}. Datos al {_dia(self._corte)}: {cuando}.")
        hechas = [a for a in plan.actividades if a.concluida]
        este_mes = sum(self._en_el_mes(a.concluida) for a in hechas)
        tarde = vencidos(plan.pendientes(self._corte, 0))
        cuantas = cuantos(len(tarde), "cosa va tarde", "cosas van tarde") if tarde else "Nada va tarde"
        papel.parrafo(
            f"Van concluidas {len(hechas)} de {cuantos(len(plan.actividades), 'actividad', 'actividades')}, "
            f"{este_mes} de ellas en el mes. {cuantas}.",
            destacado=True,
        )
        if tarde:
            filas = [(p.clave, p.que, p.responsable, _dia(p.dia), str(-p.dias)) for p in tarde]
            papel.tabla(("Clave", "Qué", "Quién", "Vencía", "Días"), filas, (2, 9, 4, 3, 2), "    d")

    def rubro(self, rubro: str, nivel: int) -> None:
        papel = self._papel
        papel.titulo(nivel, RUBROS[rubro])
        actividades = [a for a in self._plan.actividades if a.rubro == rubro and a.en_curso(self._mes, self._corte)]
        avances = [
            f"{_dia(a.fecha)}: {a.avance}"
            for a in self._plan.avances
            if self._en_el_mes(a.fecha) and self._plan.rubro_de(a.sobre) == rubro
        ]
        if not actividades and not avances:
            papel.parrafo("Sin actividades programadas ni avances registrados en el mes.", tenue=True)
        if actividades:
            filas = [(str(a.numero), a.actividad, a.entregable, _plazo(a), self._estado(a)) for a in actividades]
            papel.tabla(("Núm.", "Actividad", "Entregable", "Plazo", "Estado"), filas, (2, 8, 4, 4, 5))
        if avances:
            papel.lista(avances)

    def hitos(self) -> None:
        self._papel.titulo(2, "Entregables del calendario")
        filas = []
        for h in self._plan.hitos:
            if entrega := self._plan.entrega_de(h):
                filas.append((h.clave, h.hito, _dia(h.dia), f"entregado el {_dia(entrega)}"))
            elif h.dia is not None:
                filas.append((h.clave, h.hito, _dia(h.dia), "vencido" if h.dia < self._corte else "pendiente"))
        self._papel.tabla(("Clave", "Entregable", "Plazo", "Estado"), filas, (2, 10, 3, 5))

    def acuerdos(self) -> None:
        papel, plan = self._papel, self._plan
        papel.titulo(2, "Acuerdos y su seguimiento")
        if not plan.acuerdos:
            papel.parrafo("No se ha registrado ninguno.", tenue=True)
            return
        filas = [
            (
                a.numero,
                a.asunto,
                a.acuerdo,
                _dia(a.fecha),
                a.solicitado_por,
                a.responsable,
                _estatus(a),
            )
            for a in plan.acuerdos
        ]
        cabezas = ("Núm.", "Asunto", "Acuerdo", "Fecha", "Solicitado por", "Responsable", "Estatus")
        papel.tabla(cabezas, filas, (3, 5, 7, 5, 6, 6, 5))
        numeros = {a.numero for a in plan.acuerdos}
        dichos = [
            f"{a.sobre}, {_dia(a.fecha)}: {a.avance}"
            for a in plan.avances
            if a.sobre in numeros and self._en_el_mes(a.fecha)
        ]
        if dichos:
            papel.lista(dichos)

    def hallazgos(self) -> None:
        """Those open, and those closed in the month."""
        self._papel.titulo(2, "Hallazgos de la auditoría")
        vivos = [h for h in self._plan.hallazgos if h.cerrado is None or self._en_el_mes(h.cerrado)]
        if not vivos:
            self._papel.parrafo("No hay ninguno abierto.", tenue=True)
            return
        filas = [
            (h.numero, GRAVEDADES[h.gravedad], h.que, h.donde, h.atiende, _dia(h.vence), _cierre(h)) for h in vivos
        ]
        cabezas = ("Núm.", "Gravedad", "Qué", "Dónde", "Atiende", "Vence", "Estatus")
        self._papel.tabla(cabezas, filas, (3, 4, 8, 5, 5, 5, 5))

    def simulacros(self, dichos: Sequence[str]) -> None:
        self._papel.titulo(2, "Simulacros juzgados")
        if dichos:
            self._papel.lista(dichos)
        else:
            self._papel.parrafo("Todavía no hay ningún veredicto.", tenue=True)

    def sistema(self, sistema: Sistema | None) -> None:
        papel = self._papel
        papel.titulo(2, "Lo que consta en el sistema")
        if sistema is None:
            papel.parrafo("En esta máquina no hay un proceso instalado: este informe no trae cifras suyas.", tenue=True)
            return
        papel.parrafo(f"Proceso {sistema.proceso}, modo {sistema.modo}, al {_dia(self._corte)}.")
        filas = [(que, f"{en_el_mes:,}", f"{total:,}") for que, en_el_mes, total in sistema.cifras]
        papel.tabla(("Qué", "En el mes", "En total"), filas, (10, 3, 3), " dd")

    def por_venir(self) -> None:
        papel, plan = self._papel, self._plan
        papel.titulo(2, "Lo que sigue")
        filas = [
            (p.clave, p.que, p.responsable, _dia(p.dia)) for p in plan.pendientes(self._corte, POR_VENIR) if p.dias >= 0
        ]
        if filas:
            papel.tabla(("Clave", "Qué", "Quién", "Vence"), filas, (2, 10, 4, 3))
        else:
            papel.parrafo(f"Nada vence en los siguientes {POR_VENIR} días.", tenue=True)

    def _en_el_mes(self, dia: date | None) -> bool:
        return dia is not None and self._mes <= dia <= self._corte

    def _estado(self, a: Actividad) -> str:
        if a.concluida:
            return f"concluida el {_dia(a.concluida)}" + (f" ({a.evidencia})" if a.evidencia else "")
        partes = self._plan.partes_de(a.numero)
        hechas = sum(s.concluida is not None for s in partes)
        cuantas = f"; {hechas} de {cuantos(len(partes), 'parte')}" if hechas else ""
        vencida = a.termino is not None and a.termino < self._corte
        return f"{'vencida' if vencida else 'en curso'}{cuantas}"


def _estatus(a: Acuerdo) -> str:
    return ESTATUS[a.estatus] + (f" el {_dia(a.cumplido)}" if a.cumplido else "")


def _cierre(h: Hallazgo) -> str:
    return f"cerrado el {_dia(h.cerrado)} ({h.evidencia})" if h.cerrado else ESTATUS_HALLAZGO[h.estatus]


def _plazo(a: Actividad) -> str:
    return _dia(a.inicio) if a.inicio == a.termino else f"{_dia(a.inicio)} a {_dia(a.termino)}"


def _dia(dia: date | None) -> str:
    return f"{dia:%d/%m/%Y}" if dia else "sin plazo"

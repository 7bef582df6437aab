"""Whether an acta counts, and with which observations.

Source: Anexo 13; LEEME of the federal PREP, ACTAS_CONTABILIZADAS and OBSERVACIONES. `Excede` uses the calculated sum,
never the written total; a written total that contradicts the votes is not an inconsistency.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import MotivoSinActa
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.dominio.tabulacion.boleta import Boleta
from prep.dominio.tabulacion.proceso import ActaEsperada


class Observacion(StrEnum):
    """The texts of the published database, in the order in which several are listed."""

    EXCEDE = "Excede Lista Nominal"
    ILEGIBLE = "Ilegible"
    SIN_DATO = "Sin dato"
    TODOS_ILEGIBLES = "Todos los campos ilegibles"
    TODOS_VACIOS = "Todos los campos vacíos"
    SIN_ACTA_1 = "Sin acta(1)"
    SIN_ACTA_2 = "Sin acta(2)"
    SIN_ACTA_3 = "Sin acta(3)"
    SIN_ACTA_4 = "Sin acta(4)"
    FUERA_DE_CATALOGO = "Fuera de Catálogo"
    POR_PTO = "Identificación por proceso técnico operativo"


INCONSISTENCIAS: Final = frozenset(
    {
        Observacion.ILEGIBLE,
        Observacion.SIN_DATO,
        Observacion.TODOS_ILEGIBLES,
        Observacion.TODOS_VACIOS,
        Observacion.EXCEDE,
    }
)
"""What PORCENTAJE_ACTAS_INCONSISTENCIAS counts."""


@dataclass(frozen=True, slots=True)
class Veredicto:
    """What the rules say of one acta inside the catalogue.

    `votos`: one integer per box of the ballot (marks are zero); empty without acta. `calculado`: their sum; `None`
    without acta.
    """

    contabilizada: bool
    observaciones: tuple[Observacion, ...]
    votos: tuple[int, ...]
    calculado: int | None

    @property
    def inconsistente(self) -> bool:
        return not INCONSISTENCIAS.isdisjoint(self.observaciones)


def limite(esperada: ActaEsperada, boletas_especiales: int) -> int | None:
    """The most votes an acta can hold and still count; `None` where the catalogue gives no bound.

    Lista nominal plus accredited representatives. Special casilla: its approved ballots (or the process's figure) plus
    representatives. Who votes by a route of their own (`claves.RUTAS`) is in a lista of that vote: 0 is that none was
    published, and nothing bounds them.
    """
    representantes = esperada.representantes or 0
    casilla = esperada.casilla
    if casilla.especial:
        return (boletas_especiales if casilla.boletas is None else casilla.boletas) + representantes
    if casilla.clave.ruta and casilla.lista_nominal == 0:
        return None
    return casilla.lista_nominal + representantes


def contabilizar(
    asentado: Asentado,
    boleta: Boleta,
    esperada: ActaEsperada,
    boletas_especiales: int,
    por_pto: bool = False,
    mezcla_cuenta: bool = False,
) -> Veredicto:
    """Apply the table of inconsistencies to an acta whose values are agreed. `asentado` has one value per box.

    `mezcla_cuenta`: boxes that are some illegible and the rest empty are neither all illegible nor all empty, so the
    acta counts, with no votes (practice of the INE in 2023). Otherwise it is all illegible and does not count.
    """
    valores = [asentado.votos[c] for c in boleta.claves]
    votos = tuple([v if isinstance(v, int) else 0 for v in valores])
    calculado = sum(votos)
    observaciones: list[Observacion] = []
    maximo = limite(esperada, boletas_especiales)
    excede = maximo is not None and calculado > maximo
    if excede:
        observaciones.append(Observacion.EXCEDE)
    legible = any(isinstance(v, int) for v in valores)
    legible = legible or (mezcla_cuenta and ILEGIBLE in valores and SIN_DATO in valores)
    if legible:
        if ILEGIBLE in valores:
            observaciones.append(Observacion.ILEGIBLE)
        if SIN_DATO in valores:
            observaciones.append(Observacion.SIN_DATO)
    else:
        observaciones.append(Observacion.TODOS_ILEGIBLES if ILEGIBLE in valores else Observacion.TODOS_VACIOS)
    if por_pto:
        observaciones.append(Observacion.POR_PTO)
    return Veredicto(legible and not excede, tuple(observaciones), votos, calculado)


def sin_acta(motivo: MotivoSinActa) -> Veredicto:
    """An acta that did not come with its package: captured, not counted, not an inconsistency."""
    return Veredicto(False, (Observacion(f"Sin acta({motivo.value})"),), (), None)

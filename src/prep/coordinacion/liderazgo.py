"""Whether the actas that are pending could change who leads where. Whole votes, and nobody's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from prep.coordinacion.lecturas import Dicha
from prep.coordinacion.padron import Esperada
from prep.coordinacion.panorama import Panorama
from prep.coordinacion.ritmo import TERMINADAS
from prep.dominio.tabulacion.contabilidad import limite
from prep.dominio.tabulacion.proceso import Ambito
from prep.dominio.tabulacion.tabulacion import por_candidatura

CASI: Final = 9
"""Tenths of the actas from which a lead that may still change is an alert."""


@dataclass(frozen=True, slots=True)
class Contienda:
    """One contest: election and demarcation (None: the whole state). `diferencia`: votes between who leads and who
    follows; `por_venir`: the most that the pending actas may hold, None where the catalogue gives no bound."""

    eleccion: str
    demarcacion: int | None
    claves: tuple[str, ...]
    esperadas: int
    pendientes: int
    diferencia: int
    por_venir: int | None

    @property
    def puede_cambiar(self) -> bool:
        """Whether everything that is pending, were it all for who follows, would reach who leads."""
        return self.pendientes > 0 and (self.por_venir is None or self.por_venir >= self.diferencia)

    @property
    def alerta(self) -> bool:
        """It may change, and nearly all of the actas are in."""
        return self.puede_cambiar and 10 * (self.esperadas - self.pendientes) >= CASI * self.esperadas


def contiendas(vista: Panorama, dichas: Mapping[str, Dicha], boletas_especiales: int) -> Iterator[Contienda]:
    """Every contest of which some votes are published, by what is verified and counts."""
    grupos: dict[tuple[str, int | None], list[Esperada]] = defaultdict(list)
    for e in vista.padron.actas.values():
        donde = None if e.eleccion.ambito is Ambito.ENTIDAD else e.acta.demarcacion
        grupos[e.eleccion.clave, donde].append(e)
    for (eleccion, donde), suyas in grupos.items():
        votos: dict[str, int] = defaultdict(int)
        for e in suyas:
            dicha = dichas.get(e.clave)
            if dicha is not None and dicha.publicada and dicha.cuenta:
                for fila in por_candidatura(e.boleta, dicha.leida.votos):
                    votos[fila.clave] += fila.votos
        if not any(votos.values()):
            continue
        pendientes = [e for e in suyas if vista.situacion(e.clave) not in TERMINADAS]
        limites = [limite(e.acta, boletas_especiales) for e in pendientes]
        sabidos = [n for n in limites if n is not None]
        primera, segunda = sorted((*votos.values(), 0), reverse=True)[:2]
        yield Contienda(
            eleccion,
            donde,
            tuple(e.clave for e in suyas),
            len(suyas),
            len(pendientes),
            primera - segunda,
            sum(sabidos) if len(sabidos) == len(limites) else None,
        )

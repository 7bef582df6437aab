"""Whether the actas that are pending could change who leads where. Whole votes, and nobody's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import add
from typing import Final

from prep.catalogo.services import sin_gente
from prep.coordinacion.lecturas import Dicha, Mirada
from prep.coordinacion.padron import Esperada, Padron
from prep.dominio.tabulacion.boleta import Boleta
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


_ultimas: tuple[str, Mirada, tuple[Contienda, ...]] | None = None


def todas(padron: Padron, mirada: Mirada) -> tuple[Contienda, ...]:
    """Every contest of the night, computed once for each look at what the actas say."""
    global _ultimas
    antes = _ultimas
    if antes is None or antes[0] != padron.huella or antes[1] is not mirada:
        boletas = sin_gente().parametros.boletas_especiales
        _ultimas = antes = (padron.huella, mirada, tuple(contiendas(padron, mirada, boletas)))
    return antes[2]


def contiendas(padron: Padron, mirada: Mirada, boletas_especiales: int) -> Iterator[Contienda]:
    """Every contest of which some votes are published, by what is verified and counts. What is counted and what is
    pending come from one look: an acta is never both, nor neither."""
    grupos: dict[tuple[str, int | None], list[Esperada]] = defaultdict(list)
    for e in padron.actas.values():
        donde = None if e.eleccion.ambito is Ambito.ENTIDAD else e.acta.demarcacion
        grupos[e.eleccion.clave, donde].append(e)
    for (eleccion, donde), suyas in grupos.items():
        votos = _por_candidatura(suyas, mirada.dichas)
        if not any(votos.values()):
            continue
        pendientes = [e for e in suyas if not mirada.terminada(e.clave)]
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


def _por_candidatura(suyas: Iterable[Esperada], dichas: Mapping[str, Dicha]) -> dict[str, int]:
    """What is verified and counts, added box by box in each demarcation, and then by candidacy."""
    sumas: dict[int, tuple[Boleta, tuple[int, ...]]] = {}
    for e in suyas:
        dicha = dichas.get(e.clave)
        if dicha is not None and dicha.publicada and dicha.cuenta:
            _, antes = sumas.get(e.acta.demarcacion, (e.boleta, None))
            suyos = dicha.leida.votos
            sumas[e.acta.demarcacion] = e.boleta, suyos if antes is None else tuple(map(add, antes, suyos))
    votos: dict[str, int] = defaultdict(int)
    for boleta, suma in sumas.values():
        for fila in por_candidatura(boleta, suma):
            votos[fila.clave] += fila.votos
    return votos

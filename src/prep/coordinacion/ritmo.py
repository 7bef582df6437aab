"""How fast the night goes, and how many people it takes to finish by an hour. Whole numbers; None: not known yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils import timezone

from prep.coordinacion.panorama import Espera, Panorama, Reciente, Trabajo
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Situacion
from prep.plataforma import idioma

AHORA: Final = timedelta(minutes=15)
"""What `now` means: what was done in the last quarter of an hour."""
PAUSA: Final = timedelta(minutes=10)
"""A longer silence between two actas of one person is a rest, not work."""
BASTAN: Final = 10
"""Fewer measures than these say nothing."""
DE_PRISA: Final = timedelta(seconds=5)
"""No hand types the next acta, with its picture in front of it, sooner than this."""
LABORES: Final = {
    Tipo.CAPTURADA: "captura",
    Tipo.DICTAMINADA: "diferencias",
    Tipo.DECIDIDA: "diferencias",
    Tipo.VERIFICADA: "verificacion",
    Tipo.DEVUELTA: "verificacion",
}
TERMINADAS: Final = frozenset({Situacion.PUBLICADA, Situacion.SIN_ACTA})


def segundos_por_acta(recientes: Iterable[Reciente]) -> dict[str, list[int]]:
    """By kind of work, the seconds between two actas of one person, the shortest first. Reception orders them."""
    por_persona: dict[str, Reciente] = {}
    medidas: dict[str, list[int]] = defaultdict(list)
    for r in recientes:
        if (labor := LABORES.get(r.tipo)) is None:
            continue
        antes = por_persona.get(r.persona)
        if antes is not None and timedelta(0) < r.recibido - antes.recibido <= PAUSA:
            medidas[labor].append(int((r.recibido - antes.recibido).total_seconds()))
        por_persona[r.persona] = r
    return {labor: sorted(suyas) for labor, suyas in medidas.items()}


def de_prisa(recientes: Iterable[Reciente]) -> Counter[str]:
    """By person, the captures that came sooner after their last one than a hand types. Those that came together came
    from another node, where they had been typed before."""
    antes: dict[str, datetime] = {}
    suyas: Counter[str] = Counter()
    for r in recientes:
        if r.tipo is Tipo.CAPTURADA:
            suyas[r.persona] += timedelta(0) < r.recibido - antes.get(r.persona, r.recibido) < DE_PRISA
            antes[r.persona] = r.recibido
    return +suyas


def mediana(medidas: list[int], bastan: int = BASTAN) -> int | None:
    """The middle one; None where they are too few to say anything."""
    return medidas[len(medidas) // 2] if len(medidas) >= bastan else None


def entre(numerador: int, denominador: int) -> int:
    """Division rounded up."""
    return -(-numerador // denominador)


@dataclass(frozen=True, slots=True)
class Ritmo:
    """`por_hora`: actas verified, at the pace of the last quarter of an hour. `necesario`: what it takes to finish by
    `hasta`; None where that hour has passed, or nobody chose one. `personas`: by kind of work, how many it takes;
    `hoy`: how many worked in the last quarter of an hour; `segundos`: what an acta takes them."""

    pendientes: int
    por_hora: int
    ahora: datetime
    hasta: datetime | None
    necesario: int | None
    segundos: Mapping[str, int | None]
    personas: Mapping[str, int | None]
    hoy: Mapping[str, int]

    @property
    def a_que_hora(self) -> str:
        """`a las 23:30`, or of which day."""
        return idioma.a_las(self.hasta, timezone.localtime(self.ahora)) if self.hasta else ""

    @property
    def alcanza(self) -> bool:
        """Whether the pace of now is enough; where nobody knows what it takes, nothing is amiss."""
        return self.necesario is None or self.por_hora >= self.necesario


def medir(vista: Panorama, hasta: datetime | None) -> Ritmo:
    """The pace now and the one that is needed. The time that remains is told to the minute, as the page tells the hour:
    what it takes does not change with each look."""
    visto = vista.una_vez("ritmo", lambda: _lo_de_ahora(vista))
    minuto = vista.hora.replace(second=0, microsecond=0)
    quedan = int((hasta - minuto).total_seconds()) if hasta and hasta > vista.hora else 0
    personas = {
        labor: None if s is None or not quedan else entre(visto.hacer[labor] * s, quedan)
        for labor, s in visto.segundos.items()
    }
    necesario = entre(visto.pendientes * 3600, quedan) if quedan else None
    return Ritmo(visto.pendientes, visto.por_hora, vista.hora, hasta, necesario, visto.segundos, personas, visto.hoy)


class _Visto(NamedTuple):
    """What does not depend on the hour that one chooses."""

    pendientes: int
    por_hora: int
    segundos: Mapping[str, int | None]
    hacer: Mapping[str, int]
    hoy: Mapping[str, int]


def _lo_de_ahora(vista: Panorama) -> _Visto:
    """The pace is that of these actas; what one takes a person is measured on all that they did, whichever it was."""
    suyos = [r for r in vista.recientes if r.clave in vista.padron.actas]
    cerca = [r for r in suyos if r.recibido > vista.hora - AHORA]
    verificadas = len({r.clave for r in cerca if r.tipo is Tipo.VERIFICADA})
    pendientes = sum(1 for c in vista.padron.actas if vista.situacion(c) not in TERMINADAS)
    medidas = segundos_por_acta(vista.recientes)
    segundos = {labor: mediana(medidas.get(labor, [])) for labor in dict.fromkeys(LABORES.values())}
    hoy = {labor: len({r.persona for r in cerca if LABORES.get(r.tipo) == labor}) for labor in segundos}
    return _Visto(pendientes, verificadas * 4, segundos, _por_hacer(pendientes, vista.esperan, suyos), hoy)


def _por_hacer(pendientes: int, esperan: Iterable[Espera], recientes: Iterable[Reciente]) -> dict[str, int]:
    """Acts that are left: two captures and a verification each, less what is done; differences, as many as are waiting
    and, of the rest, in the proportion of the last hour."""
    cuantas: dict[Trabajo, int] = defaultdict(int)
    for e in esperan:
        cuantas[e.trabajo] += 1
    capturadas_ya = cuantas[Trabajo.DIFERENCIAS] + cuantas[Trabajo.DECISION] + cuantas[Trabajo.VERIFICACION]
    por_llegar = max(0, pendientes - capturadas_ya)
    tipos = [r.tipo for r in recientes]
    dictaminadas, verificadas = tipos.count(Tipo.DICTAMINADA), tipos.count(Tipo.VERIFICADA)
    otras = entre(por_llegar * dictaminadas, verificadas) if verificadas else 0
    return {
        "captura": max(0, 2 * por_llegar - cuantas[Trabajo.SEGUNDA]),
        "diferencias": cuantas[Trabajo.DIFERENCIAS] + cuantas[Trabajo.DECISION] + otras,
        "verificacion": pendientes,
    }

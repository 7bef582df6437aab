"""Figures that pages derive from a summary: who is ahead, by how much, what is missing. Integers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

Doc = dict[str, Any]
DIEZMILESIMAS = 10_000


def miles(n: int) -> str:
    """1234567 -> `1,234,567`."""
    return f"{n:,}"


def truncado(n: int, d: int) -> str:
    """n × 100 / d with four decimals, truncated."""
    v = n * 100 * DIEZMILESIMAS // d
    return f"{v // DIEZMILESIMAS}.{v % DIEZMILESIMAS:04d}"


def ordenadas(candidaturas: Sequence[Doc]) -> list[Doc]:
    """Most votes first; ties and zero state keep the order of the ballot."""
    return sorted(candidaturas, key=lambda c: -c["votos"])


@dataclass(frozen=True, slots=True)
class Delantera:
    """Who is ahead in a place. `puntos`: percentage points over the second, truncated; a tie has 0 `votos`."""

    primero: Doc
    segundo: Doc | None
    votos: int
    puntos: str
    nivel: int  # 1 under 5 points, 2 from 5 to 15, 3 over 15

    @property
    def empate(self) -> bool:
        return self.segundo is not None and self.votos == 0


def delantera(resultado: Doc) -> Delantera | None:
    """Compare first and second of a summary; `None` while no vote has been counted."""
    total = resultado["total"]
    if not total:
        return None
    orden = ordenadas(resultado["por_candidatura"])
    if not orden or not orden[0]["votos"]:
        return None
    segundo = orden[1] if len(orden) > 1 else None
    votos = orden[0]["votos"] - (segundo["votos"] if segundo else 0)
    nivel = 1 + (votos * 100 >= 5 * total) + (votos * 100 > 15 * total)
    return Delantera(orden[0], segundo, votos, truncado(votos, total), nivel)


def por_llegar(eleccion: Doc, resultado: Doc) -> int:
    """People in the lista nominal of the actas that add no votes yet, in the election or in one of its places."""
    ids = {resultado["id"]} if "id" in resultado else None
    total = sum(d["lista_nominal"] for d in eleccion["demarcaciones"] if ids is None or d["id"] in ids)
    return max(0, int(total) - int(resultado["estadistica"].get("lista_nominal_actas_contabilizadas", 0)))


def elige(eleccion: Doc, resultado: Doc) -> bool:
    """Whether somebody is elected in a summary's place. Where each place elects its own, nobody is where actas are that
    do not say theirs: number 0, or that of an entidad and 000 in a process of several."""
    lugares = [resultado["id"]] if "id" in resultado else [d["id"] for d in eleccion["demarcaciones"]]
    return eleccion["ambito"] == "entidad" or any(id_ % 1000 for id_ in lugares)


def por_lugares(eleccion: Doc) -> bool:
    """Whether different people are elected in different places of this process, so that a state sum elects nobody."""
    return eleccion["ambito"] != "entidad" and len(eleccion["demarcaciones"]) != 1


def proximo_corte(avance: Doc) -> tuple[str, int] | None:
    """When the next corte is likely, and the usual minutes between them: those of the last four. `None`: not known."""
    horas = [datetime.fromisoformat(h) for h in avance["horas"][-5:]]
    pasos = sorted(int((b - a).total_seconds()) // 60 for a, b in pairwise(horas))
    if not pasos or pasos[len(pasos) // 2] < 1:
        return None
    minutos = pasos[len(pasos) // 2]
    return (horas[-1] + timedelta(minutes=minutos)).isoformat(), minutos


def contadas(resultado: Doc) -> tuple[int, int]:
    """(actas contabilizadas, actas esperadas); nothing known yet counts as none here, for drawing only."""
    e = resultado["estadistica"]
    return e.get("actas_contabilizadas", 0), e["actas_esperadas"]


@dataclass(frozen=True, slots=True)
class Falta:
    """What is missing in an election: places with nothing counted, those with most actas to capture, those complete."""

    sin_nada: list[Doc]
    atrasadas: list[tuple[Doc, int]]
    completas: int
    faltan: int
    esperadas: int


def _por_capturar(resultado: Doc) -> int:
    e = resultado["estadistica"]
    return max(0, int(e["actas_esperadas"]) - int(e.get("actas_capturadas", 0)))


def falta(resumen: Doc, cuantas: int = 6) -> Falta:
    """An acta that was captured and cannot be counted is not missing."""
    demarcaciones = resumen["demarcaciones"]
    pendientes = [(d, _por_capturar(d)) for d in demarcaciones]
    sin_nada = [d for d in demarcaciones if not contadas(d)[0] and contadas(d)[1]]
    vacias = {d["id"] for d in sin_nada}
    atrasadas = sorted(
        ((d, n) for d, n in pendientes if n and d["id"] not in vacias), key=lambda x: (-x[1], x[0]["id"])
    )
    completas = sum(not n for _, n in pendientes)
    return Falta(sin_nada, atrasadas[:cuantas], completas, _por_capturar(resumen), contadas(resumen)[1])

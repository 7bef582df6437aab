"""Who saw each error of a drill: at each step of the process, how many readings came that do not say what the paper
says, and how many of those it stopped. Out of the facts and the papers, once the night is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from prep.dominio.acta.acta import EN_CORRECCION
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Tipo, huella_lectura
from prep.dominio.acta.pliegue import estado
from prep.dominio.comun.hecho import Hecho
from prep.dominio.comun.historia import ordenar

_DE_UNA_VEZ: Final = 500
_OTRA_VEZ: Final = frozenset({Tipo.DEVUELTA, Tipo.REABIERTA, Tipo.OTRA_IMAGEN_CONFIRMADA})
"""After these, two people type the acta again."""


class Paso(StrEnum):
    """Who may see that a reading is wrong, in the order in which they come."""

    OTRA_CAPTURA = "otra_captura"
    DIFERENCIAS = "diferencias"
    SUPERVISION = "supervision"
    LECTURA = "lectura"
    VERIFICACION = "verificacion"
    COTEJO = "cotejo"


Visto = tuple[Paso, bool, bool]
"""A step, whether what came to it was wrong, and whether it stopped it or sent it back."""


def filtros(papeles: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By step, `llegaron`: wrong readings that came to it; `vio`: of those, how many it stopped; `de_mas`: right ones
    that it sent back. `papeles`: what each acta says, as a capture would."""
    from prep.bitacora.actas import hechos_de
    from prep.bitacora.autoridad import autoridad
    from prep.lectura.models import Lectura
    from prep.lectura.revision import Opinion

    cuenta: Counter[tuple[Paso, str]] = Counter()
    de, claves = autoridad(), list(papeles)
    for i in range(0, len(claves), _DE_UNA_VEZ):
        lote = claves[i : i + _DE_UNA_VEZ]
        leidas: dict[str, dict[str, bool]] = {}
        for clave, base, opinion in Lectura.objects.filter(acta__in=lote).values_list("acta", "base", "opinion"):
            leidas.setdefault(clave, {})[base] = opinion == Opinion.DEVUELVE
        for clave, escritos in hechos_de(lote).items():
            ignorados = {identificador for identificador, _ in estado(escritos, de).anomalias}
            valen = [h for h in ordenar(escritos).hechos if h.id not in ignorados]
            for paso, mal, dicho in vistos(valen, Asentado.leer(papeles[clave]), leidas.get(clave, {})):
                cuenta[paso, "llegaron"] += mal
                cuenta[paso, "vio"] += mal and dicho
                cuenta[paso, "de_mas"] += dicho and not mal
    return [{"paso": p.value, **{que: cuenta[p, que] for que in ("llegaron", "vio", "de_mas")}} for p in Paso]


def vistos(hechos: Iterable[Hecho], papel: Asentado, leidas: Mapping[str, bool]) -> Iterator[Visto]:
    """What each step did with the readings of one acta. `hechos`: those that count, in the order of its history;
    `leidas`: the readings that the automatic reader had before it, and whether it sent each back."""
    mal: dict[str, bool] = {}
    ronda: list[str] = []
    publicada = ""
    for hecho in hechos:
        dicho = hecho.contenido
        if hecho.tipo in (Tipo.CAPTURADA, Tipo.DICTAMINADA, Tipo.DECIDIDA):
            base = huella_lectura(dicho["imagen"], dicho["valores"])
            mal[base] = Asentado.leer(dicho["valores"]) != papel
            if hecho.tipo == Tipo.CAPTURADA:
                ronda.append(base)
            elif any(mal[b] for b in ronda):
                yield Paso.DIFERENCIAS if hecho.tipo == Tipo.DICTAMINADA else Paso.SUPERVISION, True, not mal[base]
        elif hecho.tipo in (Tipo.VERIFICADA, Tipo.DEVUELTA) and dicho["base"] in mal:
            publicada = dicho["base"]
            yield Paso.VERIFICACION, mal[publicada], hecho.tipo == Tipo.DEVUELTA
        elif hecho.tipo == Tipo.COTEJADA and publicada in mal:
            yield Paso.COTEJO, mal[publicada], dicho["resultado"] == str(EN_CORRECCION)
        if hecho.tipo in _OTRA_VEZ:
            yield from _entre_dos(ronda, mal)
            ronda = []
    yield from _entre_dos(ronda, mal)
    yield from ((Paso.LECTURA, mal[base], devuelve) for base, devuelve in leidas.items() if base in mal)


def _entre_dos(ronda: list[str], mal: Mapping[str, bool]) -> Iterator[Visto]:
    """Of what was typed twice, each that is wrong, and whether nobody else typed the same."""
    if len(ronda) > 1:
        yield from ((Paso.OTRA_CAPTURA, True, ronda.count(base) == 1) for base in ronda if mal[base])

"""What a reading is worth once two people have typed the same: confirm it, send it back, or say nothing. Pure.

The reader is blind to the captures and they to it; only their match meets it, here. It never says which number is
right: a match that is sent back goes to a third person, who looks at the image.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from prep.dominio.valores import Valor
from prep.lectura.resultado import Lectura


class Opinion(StrEnum):
    CONFIRMA = "confirma"
    DEVUELVE = "devuelve"
    SIN_OPINION = "sin_opinion"


@dataclass(frozen=True, slots=True)
class Umbrales:
    """When the reader speaks. Measured on drills; parameters of the process.

    `devuelve`: confidence of a field from which disagreeing sends the match back; `improbable`: and the captured value
    must be less likely than this to the reader; `confirma`: fraction of the captured fields that must be accepted, all
    equal, for the reader to confirm.
    """

    devuelve: float = 0.995
    improbable: float = 0.001
    confirma: float = 0.8


@dataclass(frozen=True, slots=True)
class Revision:
    """`campos`: keys of the fields that disagree, in the order of the acta."""

    opinion: Opinion
    campos: tuple[str, ...] = ()


SIN_OPINION: Final = Revision(Opinion.SIN_OPINION)


def revisar(coincidencia: Mapping[str, Valor], lectura: Lectura, umbrales: Umbrales) -> Revision:
    """Compare what two people typed alike, field by field, with what the reader accepted on its own."""
    if not lectura.leida:
        return SIN_OPINION
    difieren, iguales = [], 0
    for campo in lectura.campos:
        if campo.clave not in coincidencia or not campo.aceptado:
            continue
        capturado = coincidencia[campo.clave]
        if campo.valor == capturado:
            iguales += 1
            continue
        posible = dict(campo.mejores).get(capturado, 0.0) if isinstance(capturado, int) else 0.0
        if campo.confianza >= umbrales.devuelve and posible < umbrales.improbable:
            difieren.append(campo.clave)
    if difieren:
        return Revision(Opinion.DEVUELVE, tuple(difieren))
    if coincidencia and iguales >= umbrales.confirma * len(coincidencia):
        return Revision(Opinion.CONFIRMA)
    return SIN_OPINION


def comparar(lectura: Lectura, verdad: Mapping[str, Any]) -> tuple[int, int]:
    """Accepted fields that are right and wrong."""
    aceptados = [c for c in lectura.campos if c.aceptado and c.clave in verdad]
    bien = sum(c.valor == verdad[c.clave] for c in aceptados)
    return bien, len(aceptados) - bien


@dataclass(frozen=True, slots=True)
class Caso:
    """One acta of a night: what was typed alike, what was read, what the reader said, and what finally stood."""

    coincidencia: Mapping[str, Valor]
    lectura: Lectura
    revision: Revision
    definitivo: Mapping[str, Valor]


TRAMOS: Final = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)


def informe(casos: Iterable[Caso]) -> dict[str, Any]:
    """The reader's night, in counts: agreement, errors caught, false alarms, refusals by cause, calibration.

    A sent back match is an error caught when what stood in the end differs, in a field the reader named, from what two
    people had typed; otherwise it is a false alarm. `errores_no_vistos`: wrong matches that it did not send back.
    `calibracion`: per range of confidence, fields read and how many were what finally stood.
    """
    opiniones: Counter[str] = Counter()
    rechazos: Counter[str] = Counter()
    motivos: Counter[str] = Counter()
    tramos: Counter[int] = Counter()
    ciertos: Counter[int] = Counter()
    cuenta: Counter[str] = Counter()
    for caso in casos:
        cuenta["actas"] += 1
        opiniones[caso.revision.opinion] += 1
        if caso.lectura.rechazo is not None:
            rechazos[caso.lectura.rechazo] += 1
        equivocados = {k for k, v in caso.coincidencia.items() if caso.definitivo.get(k, v) != v}
        if caso.revision.opinion is Opinion.DEVUELVE:
            cuenta["errores_atrapados" if equivocados & set(caso.revision.campos) else "falsas_alarmas"] += 1
        elif equivocados:
            cuenta["errores_no_vistos"] += 1
        for campo in caso.lectura.campos:
            if campo.clave not in caso.definitivo or campo.valor is None:
                continue
            bien = campo.valor == caso.definitivo[campo.clave]
            tramo = max(i for i, t in enumerate(TRAMOS) if campo.confianza >= t)
            tramos[tramo] += 1
            ciertos[tramo] += bien
            cuenta["campos"] += 1
            if campo.aceptado:
                cuenta["aceptados"] += 1
                cuenta["aceptados_iguales"] += bien
            else:
                motivos.update(campo.motivos)
    nombres = (
        "actas",
        "campos",
        "aceptados",
        "aceptados_iguales",
        "errores_atrapados",
        "falsas_alarmas",
        "errores_no_vistos",
    )
    return {
        "formato": "prep/informe-lectura/1",
        **{nombre: cuenta[nombre] for nombre in nombres},
        "opiniones": {o.value: opiniones[o] for o in Opinion},
        "rechazos": dict(sorted(rechazos.items())),
        "no_aceptados_por": dict(sorted(motivos.items())),
        "calibracion": [
            {
                "desde": TRAMOS[i],
                "hasta": TRAMOS[i + 1] if i + 1 < len(TRAMOS) else 1.0,
                "campos": tramos[i],
                "iguales": ciertos[i],
            }
            for i in range(len(TRAMOS))
            if tramos[i]
        ],
    }

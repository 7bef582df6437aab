"""What a reading is worth once two people have typed the same: confirm it, send it back, or say nothing. Pure.

The reader is blind to the captures and they to it; only their match meets it, here. It never says which number is
right: a match that is sent back goes to a third person, who looks at the image.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from prep.dominio.comun.valores import Valor
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
    """Compare what two people typed alike, field by field, with what the reader accepted on its own.

    Of a sheet on which it saw nothing written the reader says nothing.
    """
    if not lectura.leida or "en_blanco" in lectura.avisos:
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


class Desenlace(StrEnum):
    """How an opinion turned out, against what finally stood."""

    BIEN = "bien"  # the match was right and the reader let it be
    NO_VISTO = "no_visto"  # the match was wrong and the reader let it be
    ATRAPADO = "atrapado"  # it was wrong, and sent back for a field that was wrong
    FALSA_ALARMA = "falsa_alarma"  # it was sent back for fields that were right
    TARDIO = "tardio"  # it would have been sent back, but somebody had acted on it already
    PENDIENTE = "pendiente"  # nothing stands yet


@dataclass(frozen=True, slots=True)
class Caso:
    """One match of a night: what was typed alike, what was read, what the reader said, and what finally stood.

    `definitivo`: what was verified or ruled; None while nothing is. `tarde`: the match no longer waited for an opinion.
    """

    coincidencia: Mapping[str, Valor]
    lectura: Lectura
    revision: Revision
    definitivo: Mapping[str, Valor] | None
    tarde: bool = False

    @property
    def equivocados(self) -> set[str]:
        """Fields that both typed wrong, by what finally stood."""
        final = self.definitivo or {}
        return {k for k, v in self.coincidencia.items() if final.get(k, v) != v}

    @property
    def desenlace(self) -> Desenlace:
        devuelve = self.revision.opinion is Opinion.DEVUELVE
        if devuelve and self.tarde:
            return Desenlace.TARDIO
        if self.definitivo is None:
            return Desenlace.PENDIENTE
        if devuelve:
            visto = self.equivocados & set(self.revision.campos)
            return Desenlace.ATRAPADO if visto else Desenlace.FALSA_ALARMA
        return Desenlace.NO_VISTO if self.equivocados else Desenlace.BIEN


TRAMOS: Final = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
_CUENTAS: Final = {
    "errores_atrapados": Desenlace.ATRAPADO,
    "falsas_alarmas": Desenlace.FALSA_ALARMA,
    "errores_no_vistos": Desenlace.NO_VISTO,
    "avisos_tardios": Desenlace.TARDIO,
    "pendientes": Desenlace.PENDIENTE,
}


def informe(casos: Iterable[Caso]) -> dict[str, Any]:
    """The reader's night, in counts: agreement, how its opinions turned out (`Desenlace`), refusals, calibration.

    `avisos`: the matches it did not agree with, by acta, so that a person may look again; never what it read.
    `calibracion`: per range of confidence, the fields read, their mean confidence, how many were what finally stood and
    the 95 % interval of that fraction.
    """
    opiniones: Counter[str] = Counter()
    desenlaces: Counter[str] = Counter()
    rechazos: Counter[str] = Counter()
    motivos: Counter[str] = Counter()
    tramos: Counter[int] = Counter()
    ciertos: Counter[int] = Counter()
    confianzas: dict[int, float] = defaultdict(float)
    cuenta: Counter[str] = Counter()
    avisos = []
    for caso in casos:
        cuenta["actas"] += 1
        opiniones[caso.revision.opinion] += 1
        desenlaces[caso.desenlace] += 1
        if caso.lectura.rechazo is not None:
            rechazos[caso.lectura.rechazo] += 1
        if caso.revision.opinion is Opinion.DEVUELVE:
            aviso = {"acta": caso.lectura.acta, "campos": list(caso.revision.campos), "desenlace": caso.desenlace.value}
            avisos.append(aviso)
        if caso.definitivo is None:
            continue
        for campo in caso.lectura.campos:
            if campo.clave not in caso.definitivo or campo.valor is None:
                continue
            bien = campo.valor == caso.definitivo[campo.clave]
            tramo = max(i for i, t in enumerate(TRAMOS) if campo.confianza >= t)
            tramos[tramo] += 1
            ciertos[tramo] += bien
            confianzas[tramo] += campo.confianza
            cuenta["campos"] += 1
            if campo.aceptado:
                cuenta["aceptados"] += 1
                cuenta["aceptados_iguales"] += bien
            else:
                motivos.update(campo.motivos)
    return {
        "formato": "prep/informe-lectura/1",
        **{nombre: cuenta[nombre] for nombre in ("actas", "campos", "aceptados", "aceptados_iguales")},
        **{nombre: desenlaces[d] for nombre, d in _CUENTAS.items()},
        "opiniones": {o.value: opiniones[o] for o in Opinion},
        "avisos": avisos,
        "rechazos": dict(sorted(rechazos.items())),
        "no_aceptados_por": dict(sorted(motivos.items())),
        "calibracion": [
            {
                "desde": TRAMOS[i],
                "hasta": TRAMOS[i + 1] if i + 1 < len(TRAMOS) else 1.0,
                "campos": tramos[i],
                "confianza": round(confianzas[i] / tramos[i], 6),
                "iguales": ciertos[i],
                "intervalo": [round(x, 6) for x in intervalo(ciertos[i], tramos[i])],
            }
            for i in range(len(TRAMOS))
            if tramos[i]
        ],
    }


def intervalo(k: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of k of n."""
    if n == 0:
        return 0.0, 1.0
    z, p = 1.959964, k / n
    medio, ancho = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (medio - ancho) / (1 + z * z / n)), min(1.0, (medio + ancho) / (1 + z * z / n))

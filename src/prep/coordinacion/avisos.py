"""What the checks between actas say of this night, and what somebody has looked at already."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from prep.coordinacion import lecturas
from prep.coordinacion.lecturas import Dicha
from prep.coordinacion.padron import Padron
from prep.coordinacion.validaciones import Aviso, Validacion, revisar
from prep.dominio.comun.autoridad import TODO

CADA: Final = timedelta(minutes=1)
"""All the actas are compared at most this often: it takes some tenths of a second for every thousand."""


@dataclass(frozen=True, slots=True)
class Avisada:
    """One warning, of one acta or of two. `id`: of the check and of the readings it looked at: with another reading it
    is another warning. `publicadas`: all of them are verified."""

    id: str
    validacion: Validacion
    claves: tuple[str, ...]
    renglones: tuple[int, ...]
    dichas: tuple[Dicha, ...]

    @property
    def publicadas(self) -> bool:
        return all(d.publicada for d in self.dichas)

    def alcanza(self, alcance: frozenset[str]) -> bool:
        """Whether all of its actas are in somebody's reach."""
        return TODO in alcance or all(c[:11] in alcance for c in self.claves)


_candado = threading.Lock()
_ultimos: tuple[str, datetime, Mapping[str, Dicha], tuple[Avisada, ...]] | None = None


def avisos(padron: Padron, ahora: datetime) -> tuple[Avisada, ...]:
    """Every warning there is now, or was a minute ago."""
    global _ultimos
    todas = lecturas.mirar(padron, ahora).dichas
    with _candado:
        if (
            _ultimos is not None
            and _ultimos[0] == padron.huella
            and (_ultimos[2] is todas or timedelta(0) <= ahora - _ultimos[1] < CADA)
        ):
            return _ultimos[3]
        hallados = tuple(_avisada(a, todas) for a in revisar(d.leida for d in todas.values()))
        _ultimos = (padron.huella, ahora, todas, hallados)
        return hallados


def _avisada(aviso: Aviso, todas: Mapping[str, Dicha]) -> Avisada:
    suyas = tuple(todas[c] for c in aviso.claves)
    nombre = "|".join([aviso.validacion, *(f"{c}={d.lectura}" for c, d in zip(aviso.claves, suyas, strict=True))])
    return Avisada(sha256(nombre.encode()).hexdigest()[:24], aviso.validacion, aviso.claves, aviso.renglones, suyas)

"""What the checks between actas say of this night, and who may know it.

What they found is kept where every process of the server finds it: whichever answers, it says the same.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.core.cache import cache

from prep.coordinacion import lecturas
from prep.coordinacion.lecturas import Dicha, Mirada
from prep.coordinacion.padron import Padron
from prep.coordinacion.validaciones import Validacion, revisar
from prep.dominio.comun.autoridad import TODO

CADA: Final = timedelta(minutes=1)
"""All the actas are compared at most this often: it takes some tenths of a second for every thousand."""
REVELAN: Final = frozenset({Validacion.IGUALES, Validacion.CEROS, Validacion.REPETIDO})
"""They tell what was typed: every box (all are zero, or what another acta says), or one (what the row above says)."""


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

    @property
    def revela(self) -> bool:
        """Whether it tells what people typed of an acta that somebody may still settle."""
        return self.validacion in REVELAN and not self.publicadas

    def alcanza(self, alcance: frozenset[str]) -> bool:
        """Whether all of its actas are in somebody's reach."""
        return TODO in alcance or all(c[:11] in alcance for c in self.claves)


def avisos(padron: Padron, ahora: datetime) -> list[Avisada]:
    """Every warning that was found a minute ago or less and whose readings are still those of now."""
    mirada = lecturas.mirar(padron, ahora, fresco=timedelta(0))
    hallados = [_avisada(h, mirada.dichas) for h in _hallados(padron, mirada, ahora)]
    return [h for h in hallados if h is not None]


_candado = threading.Lock()
_LLAVE: Final = "coordinacion.avisos"


def _hallados(padron: Padron, mirada: Mirada, ahora: datetime) -> list[Any]:
    """What was found, by whichever process: check, keys, rows to look at, and the readings that were compared."""
    de = [padron.huella, mirada.huella]
    with _candado:
        guardado = cache.get(_LLAVE)
        if guardado is not None and guardado["de"][0] == padron.huella:
            hace = ahora - datetime.fromisoformat(guardado["hora"])
            if guardado["de"] == de or timedelta(0) <= hace < CADA:
                return list(guardado["hallados"])
        hallados = [
            (a.validacion.value, a.claves, a.renglones, [mirada.dichas[c].lectura for c in a.claves])
            for a in revisar(d.leida for d in mirada.dichas.values())
        ]
        cache.set(_LLAVE, {"de": de, "hora": ahora.isoformat(), "hallados": hallados}, timeout=None)
        return hallados


def _avisada(hallado: Any, dichas: Mapping[str, Dicha]) -> Avisada | None:
    """A warning with what its actas say now; None when they say something else."""
    validacion, claves, renglones, leidas = hallado
    suyas = tuple(d for c in claves if (d := dichas.get(c)) is not None)
    if [d.lectura for d in suyas] != list(leidas):
        return None
    nombre = "|".join([validacion, *(f"{c}={n}" for c, n in zip(claves, leidas, strict=True))])
    ident = sha256(nombre.encode()).hexdigest()[:24]
    return Avisada(ident, Validacion(validacion), tuple(claves), tuple(renglones), suyas)

"""Practice at the capture desk: a person typed exercise actas, how it went, and whether that admits them.

It says nothing of any acta and gives nobody any faculty: who may write is `dominio.comun.autoridad` alone. It is a fact
so that it travels like the rest: whoever practised where there was no network is admitted where the facts are joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from prep.dominio.comun import campos
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD, Autoridad
from prep.dominio.comun.hecho import Escrito, Hecho
from prep.dominio.comun.historia import ordenar
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.comun.registro import Clase, TipoDeHecho, registrar
from prep.dominio.operacion import CATD, ESCRITORIO

PRACTICA: Final = registrar(
    Clase(
        "practica",
        re.compile(r"[A-Za-z0-9._-]{1,60}"),
        {
            "terminada": TipoDeHecho(
                {
                    "ejercicio": campos.sha256,
                    "campos": campos.entero(1, 10_000),
                    "errores": campos.entero(0, 10_000),
                    "tolera": campos.entero(0, 10_000),
                    "segundos": campos.entero(0, 10**6),
                    "teclas": campos.entero(0, 10**6),
                }
            ),
        },
    )
)
"""The key is the person's. `ejercicio`: which actas; `campos`: how many fields they have; `errores`: how many were not
what the paper says; `tolera`: how many the process let then."""

ANTES_DE_LA_NOCHE: Final = (*CLASES_DE_AUTORIDAD, PRACTICA.nombre, CATD.nombre, ESCRITORIO.nombre)
"""Classes whose facts are nobody's work on an acta: who may do it, who practised, which centres are open. The puesta
en ceros finds only these."""


def admite(hecho: Hecho) -> bool:
    """Whether that exercise admits whoever did it, by what the process asked then."""
    return bool(hecho.contenido["errores"] <= hecho.contenido["tolera"])


@dataclass(slots=True)
class Practica:
    """What a person practised. `ultima`: the last time; `admitida`: when they were, the first time."""

    veces: int = 0
    ultima: Hecho | None = None
    admitida: datetime | None = None
    anomalias: list[tuple[str, Rechazo]] = field(default_factory=list)


def practica(escritos: Iterable[Escrito], autoridad: Autoridad) -> Practica:
    """The fold of the facts of one person's practice. Nobody practises for somebody else."""
    estado = Practica()
    historia = ordenar(escritos)
    for hecho, origenes in zip(historia.hechos, historia.origenes, strict=True):
        rechazo = autoridad.rechazar_todos(origenes) if hecho.interpretado else Rechazo.NO_INTERPRETADO
        if rechazo is None and hecho.persona != hecho.clave:
            rechazo = Rechazo.SIN_FACULTAD
        if rechazo is not None:
            estado.anomalias.append((hecho.id, rechazo))
            continue
        estado.veces, estado.ultima = estado.veces + 1, hecho
        if estado.admitida is None and admite(hecho):
            estado.admitida = hecho.hora
    estado.anomalias += [(h.id, Rechazo.ESPERA) for h in historia.esperan]
    return estado

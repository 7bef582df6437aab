"""Practice at the desks: a person worked on exercise actas, how it went, and whether that admits them there.

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
from prep.dominio.comun.facultades import FACULTADES, Rol
from prep.dominio.comun.hecho import Escrito, Hecho
from prep.dominio.comun.historia import ordenar
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.comun.registro import Clase, TipoDeHecho, registrar
from prep.dominio.operacion import CATD, ESCRITORIO

SE_ESCRIBE: Final = {
    "captura": "acta.capturada",
    "diferencias": "acta.dictaminada",
    "verificacion": "acta.verificada",
    "peticiones": "acta.otra_imagen_confirmada",
    "identificacion": "hoja.identificada",
    "cotejo": "acta.cotejada",
    "acopio": "acta.acopiada",
    "digitalizacion": "acta.digitalizada",
}
"""The desks that are practised, and what is written at each. A decision is ruled on the screen of the differences."""
NO_SE_SIENTAN: Final = frozenset({("digitalizacion", Rol.SUPERVISOR)})
"""Who may write what is written at a desk, and does not sit there: a supervisor's picture comes without a scanner."""
DONDE: Final = tuple(SE_ESCRIBE)
PRACTICA: Final = registrar(
    Clase(
        "practica",
        re.compile(r"[A-Za-z0-9._-]{1,60}"),
        {
            "terminada": TipoDeHecho(
                {
                    "escritorio": campos.uno_de(*DONDE),
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
"""The key is the person's. `ejercicio`: which actas; `campos`: how many things are said of them at that desk (fields,
or one thing of each); `errores`: how many were not what the paper says; `tolera`: how many the process let then."""

ANTES_DE_LA_NOCHE: Final = (*CLASES_DE_AUTORIDAD, PRACTICA.nombre, CATD.nombre, ESCRITORIO.nombre)
"""Classes whose facts are nobody's work on an acta: who may do it, who practised, which centres are open. The puesta
en ceros finds only these."""


def donde_practican(roles: Iterable[Rol]) -> list[str]:
    """The desks that whoever has these roles practises."""
    practican = [rol for rol in roles if f"{PRACTICA.nombre}.terminada" in FACULTADES[rol]]
    return [
        donde
        for donde, que in SE_ESCRIBE.items()
        if any(que in FACULTADES[rol] and (donde, rol) not in NO_SE_SIENTAN for rol in practican)
    ]


def admite(hecho: Hecho) -> bool:
    """Whether that exercise admits whoever did it, by what the process asked then."""
    return bool(hecho.contenido["errores"] <= hecho.contenido["tolera"])


@dataclass(slots=True)
class Practica:
    """What a person practised at a desk. `ultima`: the last time; `admitida`: when they were, the first time."""

    veces: int = 0
    ultima: Hecho | None = None
    admitida: datetime | None = None


@dataclass(slots=True)
class Practicas:
    """What a person practised, desk by desk."""

    en: dict[str, Practica] = field(default_factory=lambda: {donde: Practica() for donde in DONDE})
    anomalias: list[tuple[str, Rechazo]] = field(default_factory=list)


def practicas(escritos: Iterable[Escrito], autoridad: Autoridad) -> Practicas:
    """The fold of the facts of one person's practice. Nobody practises for somebody else."""
    estado = Practicas()
    historia = ordenar(escritos)
    for hecho, origenes in zip(historia.hechos, historia.origenes, strict=True):
        rechazo = autoridad.rechazar_todos(origenes) if hecho.interpretado else Rechazo.NO_INTERPRETADO
        if rechazo is None and hecho.persona != hecho.clave:
            rechazo = Rechazo.SIN_FACULTAD
        if rechazo is not None:
            estado.anomalias.append((hecho.id, rechazo))
            continue
        suya = estado.en[hecho.contenido["escritorio"]]
        suya.veces, suya.ultima = suya.veces + 1, hecho
        if suya.admitida is None and admite(hecho):
            suya.admitida = hecho.hora
    estado.anomalias += [(h.id, Rechazo.ESPERA) for h in historia.esperan]
    return estado

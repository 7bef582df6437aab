"""Opening, pausing and closing of the night, of a CATD or of a desk; stopping the publication, which takes two people;
what a CATD has before it opens; and incidents, with who attends them.

Pure folds, like that of an acta: a function of the set of facts of one subject and of who may write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from prep.dominio.comun import campos
from prep.dominio.comun.autoridad import DETENCION, MARCHA, Autoridad
from prep.dominio.comun.hecho import Escrito, Hecho
from prep.dominio.comun.historia import ordenar
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.comun.registro import Clase, TipoDeHecho, registrar

_LUGAR: Final = re.compile(r"[A-Za-z0-9._-]{1,60}")


class Punto(StrEnum):
    """What the habilitación of a CATD reviews: what must be there, and rehearsed, before the night."""

    ENERGIA = "energia"
    ENLACE = "enlace"
    ENLACE_DE_RESPALDO = "enlace_de_respaldo"
    RED = "red"
    MOBILIARIO = "mobiliario"
    COMPUTO = "computo"
    ESCANER = "escaner"
    IMPRESORA = "impresora"
    ENSAYO = "ensayo"


CONTINGENCIA: Final = {
    "contingencia_declarada": TipoDeHecho({"motivo": campos.texto}),
    "contingencia_terminada": TipoDeHecho({}, {"motivo": campos.texto}),
}
"""What is said of a CATD that cannot count on others: both who type an acta may be there; another place verifies."""
CATD: Final = registrar(
    Clase(
        "catd",
        _LUGAR,
        MARCHA
        | CONTINGENCIA
        | {"revisado": TipoDeHecho({"punto": campos.uno_de(*Punto), "listo": campos.si_o_no}, {"nota": campos.texto})},
    )
)
ESCRITORIO: Final = registrar(Clase("escritorio", _LUGAR, MARCHA))
INCIDENTE: Final = registrar(
    Clase(
        "incidente",
        re.compile(r"[0-9a-f-]{36}"),
        {
            "abierto": TipoDeHecho(
                {"lugar": campos.nombre, "clave": campos.texto, "texto": campos.texto}, {"sujeto": campos.texto}
            ),
            "atendido": TipoDeHecho({}, {"texto": campos.texto}),
            "resuelto": TipoDeHecho({"texto": campos.texto}),
        },
    )
)


class Marcha(StrEnum):
    """Whether work may go on. Pausing strands nobody: what was taken may be finished. What nobody opened works: work
    does not wait for somebody to say so."""

    SIN_ABRIR = "sin_abrir"
    ABIERTO = "abierto"
    PAUSADO = "pausado"
    CERRADO = "cerrado"

    @property
    def trabaja(self) -> bool:
        """Whether new work may begin."""
        return self not in (Marcha.PAUSADO, Marcha.CERRADO)


PASOS: Final[dict[tuple[Marcha, str], Marcha]] = {
    (Marcha.SIN_ABRIR, "abierto"): Marcha.ABIERTO,
    (Marcha.SIN_ABRIR, "pausado"): Marcha.PAUSADO,
    (Marcha.SIN_ABRIR, "cerrado"): Marcha.CERRADO,
    (Marcha.ABIERTO, "pausado"): Marcha.PAUSADO,
    (Marcha.PAUSADO, "abierto"): Marcha.ABIERTO,
    (Marcha.ABIERTO, "cerrado"): Marcha.CERRADO,
    (Marcha.PAUSADO, "cerrado"): Marcha.CERRADO,
    (Marcha.CERRADO, "abierto"): Marcha.ABIERTO,
}
"""(how it is, what was said) -> how it is then. Something closed may be opened again: a prórroga."""
_CONTINUA: Final = ("abierto", "reanudada", "contingencia_terminada")
"""Of two who did not know of each other, who says this is overruled."""


@dataclass(frozen=True, slots=True)
class Revision:
    """How somebody found a point of a CATD."""

    listo: bool
    nota: str
    quien: str
    desde: datetime


@dataclass(frozen=True, slots=True)
class Detencion:
    """That nothing more is published: who asked for it and why; in force once somebody else confirms it (`confirma`).
    `peticion`: the fact that asks; `dicha`, `desde`: the last of both, and when it was."""

    peticion: str
    motivo: str
    pide: str
    dicha: str
    desde: datetime
    confirma: str = ""


@dataclass(frozen=True, slots=True)
class Servicio:
    """The night, a CATD or a desk. `motivo`, `quien`, `desde`: why, who said so and when, of how it is; `revisiones`:
    the last one of each point of its habilitación; `contingencia`: the one that was declared, empty when none is in
    force; `pedidas`: of the night, that its publication stop, as somebody asks for and nobody confirmed; `detencion`:
    the one that did; `cabezas`: what whoever says the next thing knows."""

    marcha: Marcha = Marcha.SIN_ABRIR
    motivo: str = ""
    quien: str = ""
    desde: datetime | None = None
    revisiones: Mapping[Punto, Revision] = field(default_factory=dict)
    contingencia: str = ""
    pedidas: Mapping[str, Detencion] = field(default_factory=dict)
    detencion: Detencion | None = None
    cabezas: tuple[str, ...] = ()
    anomalias: Sequence[tuple[str, Rechazo]] = ()


@dataclass(slots=True)
class Incidente:
    """Something that happened, where, and who attended it."""

    lugar: str = ""
    clave: str = ""
    texto: str = ""
    atiende: str | None = None
    solucion: str | None = None
    anomalias: list[tuple[str, Rechazo]] = field(default_factory=list)


def servicio(escritos: Iterable[Escrito], autoridad: Autoridad) -> Servicio:
    """How the night, a CATD or a desk is. Two people who did not know of each other: the more cautious one wins."""
    historia = ordenar(escritos, tarde=lambda h: h.tipo not in _CONTINUA and not h.contenido.get("listo"))
    va = Servicio()
    revisiones: dict[Punto, Revision] = {}
    anomalias: list[tuple[str, Rechazo]] = []
    for i, (hecho, origenes) in enumerate(zip(historia.hechos, historia.origenes, strict=True)):
        if hecho.tipo == "reglas":
            continue
        rechazo = _ajeno(hecho.interpretado, autoridad, origenes)
        if hecho.tipo == "revisado" and not rechazo:
            dicho = hecho.contenido
            revision = Revision(dicho["listo"], dicho.get("nota", ""), hecho.persona, hecho.hora)
            revisiones[Punto(dicho["punto"])] = revision
            continue
        if hecho.tipo in CONTINGENCIA and not rechazo:
            declara = hecho.tipo == "contingencia_declarada"
            if declara is bool(va.contingencia):
                anomalias.append((hecho.id, Rechazo.ESTADO_CUSTODIA))
            else:
                va = replace(va, contingencia=hecho.contenido["motivo"] if declara else "")
            continue
        if hecho.tipo in DETENCION and not rechazo:
            sabe = {h.id for j, h in enumerate(historia.hechos[:i]) if historia.sabe[i] >> j & 1}
            tras = _detener(va, hecho, sabe, autoridad)
            if isinstance(tras, Rechazo):
                anomalias.append((hecho.id, tras))
            else:
                va = tras
            continue
        siguiente = PASOS.get((va.marcha, hecho.tipo))
        if rechazo or siguiente is None:
            anomalias.append((hecho.id, rechazo or Rechazo.ESTADO_CUSTODIA))
            continue
        motivo = hecho.contenido.get("motivo", "")
        va = replace(va, marcha=siguiente, motivo=motivo, quien=hecho.persona, desde=hecho.hora)
    anomalias += [(h.id, Rechazo.ESPERA) for h in historia.esperan]
    return replace(va, revisiones=revisiones, cabezas=historia.cabezas, anomalias=anomalias)


def _detener(va: Servicio, hecho: Hecho, sabe: set[str], autoridad: Autoridad) -> Servicio | Rechazo:
    """How it is once that is said of the publication by whoever knew that (`sabe`). Whoever asked that it stop is not
    who confirms it, whatever account they use; who says that it goes on speaks of what they knew."""
    if hecho.tipo == "reanudada":
        siguen = {i: d for i, d in va.pedidas.items() if i not in sabe}
        detencion = None if va.detencion and va.detencion.dicha in sabe else va.detencion
        if (siguen, detencion) == (va.pedidas, va.detencion):
            return Rechazo.SIN_PETICION
        return replace(va, pedidas=siguen, detencion=detencion)
    if va.detencion is not None:
        return Rechazo.ESTADO_CUSTODIA
    if hecho.tipo == "detencion_pedida":
        pide = Detencion(hecho.id, hecho.contenido["motivo"], hecho.persona, hecho.id, hecho.hora)
        return replace(va, pedidas={**va.pedidas, hecho.id: pide})
    pedida = va.pedidas.get(hecho.contenido["peticion"])
    if pedida is None:
        return Rechazo.SIN_PETICION
    if autoridad.identidad(hecho.persona) == autoridad.identidad(pedida.pide):
        return Rechazo.MISMA_PERSONA
    confirmada = replace(pedida, confirma=hecho.persona, dicha=hecho.id, desde=hecho.hora)
    return replace(va, pedidas={}, detencion=confirmada)


def incidente(escritos: Iterable[Escrito], autoridad: Autoridad) -> Incidente:
    """An incident, from what was reported to how it ended."""
    estado = Incidente()
    historia = ordenar(escritos)
    for hecho, origenes in zip(historia.hechos, historia.origenes, strict=True):
        c = hecho.contenido
        if rechazo := _ajeno(hecho.interpretado, autoridad, origenes):
            estado.anomalias.append((hecho.id, rechazo))
        elif hecho.tipo == "abierto" and not estado.texto:
            estado.lugar, estado.clave, estado.texto = c["lugar"], c["clave"], c["texto"]
        elif hecho.tipo == "atendido" and estado.texto and estado.solucion is None:
            estado.atiende = hecho.persona
        elif hecho.tipo == "resuelto" and estado.texto and estado.solucion is None:
            estado.atiende, estado.solucion = estado.atiende or hecho.persona, c["texto"]
        else:
            estado.anomalias.append((hecho.id, Rechazo.ESTADO_CUSTODIA))
    estado.anomalias += [(h.id, Rechazo.ESPERA) for h in historia.esperan]
    return estado


def _ajeno(interpretado: bool, autoridad: Autoridad, origenes: list[Escrito]) -> Rechazo | None:
    return autoridad.rechazar_todos(origenes) if interpretado else Rechazo.NO_INTERPRETADO

"""Append facts that this node writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction

from prep.bitacora.asientos import asentar, conocidos, finales, tomar_cabeza
from prep.bitacora.identificadores import nuevo_id
from prep.bitacora.models import Acta as FilaActa
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.proyeccion import proyectar
from prep.bitacora.sobres import Firmante, Sobre, sellar
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import Hecho, Tipo, escribir_hecho, leer_hecho
from prep.dominio.acta.transiciones import Rechazo
from prep.transparencia.canonico import canonico


class HechoRechazado(Exception):
    """A fact that cannot follow the state of its acta. Nothing was written. `rechazo` says why and what to do."""

    def __init__(self, hecho: Hecho, rechazo: Rechazo) -> None:
        super().__init__(rechazo.value)
        self.hecho = hecho
        self.rechazo = rechazo


class IdRepetido(Exception):
    """The id belongs to a fact with other content. Nothing was written."""


def anotar(hechos: Sequence[Hecho], firmante: Firmante, recibido: datetime) -> dict[str, Acta]:
    """Sign and append facts, all or none, and project their actas; the resulting states by key.

    Idempotent by id: a fact already known is skipped. Raises `HechoRechazado` when one cannot follow its acta's state,
    `IdRepetido` when an id is known with other content, `HechoInvalido` when its content is not of its type.
    """
    unicos: dict[str, Hecho] = {}
    for hecho in hechos:
        if unicos.setdefault(hecho.id, hecho) != hecho:
            raise IdRepetido(f"El identificador {hecho.id} está dos veces con distinto contenido.")
    for hecho in unicos.values():
        leer_hecho(escribir_hecho(hecho))
    with transaction.atomic():
        frontera = tomar_cabeza()
        nuevos = _nuevos(unicos)
        secuencia, previo = finales({firmante.nodo})[firmante.nodo]
        sobres: list[Sobre] = []
        for hecho in nuevos:
            secuencia += 1
            sobre = sellar(hecho, firmante, secuencia, previo)
            previo = sobre.hoja.hex()
            sobres.append(sobre)
        asentar(sobres, recibido, frontera)
        actas = proyectar({h.acta for h in nuevos})
        for hecho in nuevos:
            for identificador, rechazo in actas[hecho.acta].anomalias:
                if identificador == hecho.id:
                    raise HechoRechazado(hecho, rechazo)
    return actas


def _nuevos(unicos: Mapping[str, Hecho]) -> list[Hecho]:
    repetidos = conocidos(list(unicos))
    if repetidos:
        for fila in FilaHecho.objects.filter(id__in=list(repetidos)):
            guardado = leer_cuerpo(bytes(fila.cuerpo))
            if canonico(guardado) != canonico(escribir_hecho(unicos[str(fila.id)])):
                raise IdRepetido(f"El identificador {fila.id} ya es de otro hecho.")
    return [h for h in unicos.values() if h.id not in repetidos]


def leer_cuerpo(cuerpo: bytes) -> dict[str, Any]:
    """The fact inside stored signed bytes, without its envelope."""
    datos = orjson.loads(cuerpo)
    for campo in ("nodo", "secuencia", "previo"):
        del datos[campo]
    return datos


def escribir(
    tipo: Tipo, acta: str, operador: str, contenido: Mapping[str, Any], ahora: datetime, firmante: Firmante
) -> tuple[Hecho, Acta]:
    """Write one fact that happens now: make its id later than what is known of its acta, then `anotar` it.

    The head is taken before looking: of two people who act on one acta at once, the second sees what the first did.
    """
    with transaction.atomic():
        tomar_cabeza()
        conocido = FilaActa.objects.filter(clave=acta).values_list("ultimo", flat=True).first()
        hecho = Hecho(nuevo_id(ahora, conocido), tipo, acta, operador, ahora, contenido)
        return hecho, anotar([hecho], firmante, ahora)[acta]

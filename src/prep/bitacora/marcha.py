"""Whether the centres work: opened, paused or closed, from their facts. A handful a centre: folded when asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.autoridad import autoridad
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.services import HechoRechazado, anotar
from prep.bitacora.sobres import Firmante, escrito_guardado
from prep.dominio.comun.hecho import MAXIMO_CONOCIDOS, Escrito, nuevo_hecho
from prep.dominio.operacion import CATD, Servicio, servicio


def servicios_de(centros: Collection[str]) -> dict[str, Servicio]:
    """How each of these centres is."""
    sujetos = [f"{CATD.nombre}:{c}" for c in centros]
    filas = FilaHecho.objects.filter(sujeto__in=sujetos).values_list("id", "nodo", "secuencia", "cuerpo")
    escritos: dict[str, list[Escrito]] = defaultdict(list)
    for identificador, nodo, secuencia, cuerpo in filas:
        escrito = escrito_guardado(identificador, nodo, secuencia, bytes(cuerpo))
        escritos[escrito.hecho.clave].append(escrito)
    de = autoridad() if escritos else None
    return {c: servicio(escritos[c], de) if de and c in escritos else Servicio() for c in centros}


def servicio_de(centro: str) -> Servicio:
    return servicios_de([centro])[centro]


def decir_marcha(
    centro: str, que: str, persona: str, motivo: str, ahora: datetime, firmante: Firmante, orden: str
) -> None:
    """Say that a centre is open, paused or closed (`que`: type of the fact). Asked again with the same `orden`, nothing
    is written. Raise `HechoRechazado` when it cannot follow, or whoever says it may not."""
    sujeto = f"{CATD.nombre}:{centro}"
    with transaction.atomic():
        tomar_cabeza()
        if FilaHecho.objects.filter(orden=orden, sujeto=sujeto).exists():
            return
        sabe = servicio_de(centro).cabezas[:MAXIMO_CONOCIDOS]
        hecho = nuevo_hecho(que, sujeto, persona, ahora, {"motivo": motivo} if motivo else {}, sabe, orden)
        anotar([hecho], firmante, ahora)
        if rechazo := dict(servicio_de(centro).anomalias).get(hecho.id):
            raise HechoRechazado(hecho, rechazo)

"""Whether work goes on: in the night, at a desk, at a centre, from their facts. A handful of each: folded when asked.

What is asked about, and what is said, is a subject: `proceso:…`, `escritorio:…`, `catd:…`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.autoridad import SinFundar, autoridad, instalacion
from prep.bitacora.escritos import escritos_de
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.services import HechoRechazado, anotar
from prep.bitacora.sobres import Firmante
from prep.dominio.comun.autoridad import PROCESO
from prep.dominio.comun.hecho import MAXIMO_CONOCIDOS, nuevo_hecho
from prep.dominio.operacion import CATD, ESCRITORIO, Punto, Servicio, servicio


def la_noche() -> str:
    """The subject of the night of this installation; empty where nobody founded it yet."""
    try:
        return f"{PROCESO.nombre}:{instalacion().proceso}"
    except SinFundar:
        return ""


def del_centro(clave: str) -> str:
    return f"{CATD.nombre}:{clave}"


def del_escritorio(nombre: str) -> str:
    return f"{ESCRITORIO.nombre}:{nombre}"


def servicios_de(sujetos: Collection[str]) -> dict[str, Servicio]:
    """How each of these is."""
    escritos = escritos_de(sujetos)
    de = autoridad() if escritos else None
    return {s: servicio(escritos[s], de) if de and s in escritos else Servicio() for s in sujetos}


def servicio_de(sujeto: str) -> Servicio:
    return servicios_de([sujeto])[sujeto]


def decir_marcha(
    sujeto: str, que: str, persona: str, motivo: str, ahora: datetime, firmante: Firmante, orden: str
) -> None:
    """Say that it is open, paused or closed (`que`: type of the fact). Asked again with the same `orden`, nothing is
    written. Raise `HechoRechazado` when it cannot follow, or whoever says it may not."""
    _decir(sujeto, que, {"motivo": motivo} if motivo else {}, persona, ahora, firmante, orden)


def decir_revision(
    centro: str, punto: Punto, listo: bool, nota: str, persona: str, ahora: datetime, firmante: Firmante, orden: str
) -> None:
    """Say how a point of the habilitación of a centre is. As `decir_marcha`."""
    contenido = {"punto": punto.value, "listo": listo} | ({"nota": nota} if nota else {})
    _decir(del_centro(centro), "revisado", contenido, persona, ahora, firmante, orden)


def _decir(
    sujeto: str, que: str, contenido: dict[str, Any], persona: str, ahora: datetime, firmante: Firmante, orden: str
) -> None:
    with transaction.atomic():
        tomar_cabeza()
        if FilaHecho.objects.filter(orden=orden, sujeto=sujeto).exists():
            return
        sabe = servicio_de(sujeto).cabezas[:MAXIMO_CONOCIDOS]
        hecho = nuevo_hecho(que, sujeto, persona, ahora, contenido, sabe, orden)
        anotar([hecho], firmante, ahora)
        if rechazo := dict(servicio_de(sujeto).anomalias).get(hecho.id):
            raise HechoRechazado(hecho, rechazo)

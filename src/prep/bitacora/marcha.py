"""Whether work goes on (in the night, at a desk, at a centre) and whether it is published, from their facts. A handful
of each, of which every desk asks at every turn: folded again only when they grew, or who may write them did.

What is asked about, and what is said, is a subject: `proceso:…`, `escritorio:…`, `catd:…`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.autoridad import SinFundar, autoridad, instalacion
from prep.bitacora.escritos import escritos_de, nombres_de
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.services import HechoRechazado, anotar
from prep.bitacora.sobres import Firmante
from prep.dominio.comun.autoridad import PROCESO, Autoridad
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


_plegados: dict[tuple[str, str], tuple[frozenset[str], Autoridad, Servicio]] = {}
"""Database and subject -> how it is, from which facts and by whose authority."""


def servicios_de(sujetos: Collection[str]) -> dict[str, Servicio]:
    """How each of these is."""
    nombres = nombres_de(sujetos)
    if not nombres:
        return {s: Servicio() for s in sujetos}
    base, de = str(connection.settings_dict["NAME"]), autoridad()
    van = {}
    for sujeto, suyos in nombres.items():
        sabidos, por, como = _plegados.get((base, sujeto), (frozenset(), None, Servicio()))
        if sabidos == suyos and por is de:
            van[sujeto] = como
    if faltan := nombres.keys() - van.keys():
        for sujeto, escritos in escritos_de(faltan).items():
            van[sujeto] = servicio(escritos, de)
            _plegados[base, sujeto] = frozenset(e.hecho.id for e in escritos), de, van[sujeto]
    return {s: van.get(s) or Servicio() for s in sujetos}


def servicio_de(sujeto: str) -> Servicio:
    return servicios_de([sujeto])[sujeto]


def contingencia_en(lugar: str) -> str:
    """The contingency that was declared where somebody sits; empty when none is in force."""
    return servicio_de(del_centro(lugar)).contingencia


def decir_marcha(
    sujeto: str, que: str, persona: str, motivo: str, ahora: datetime, firmante: Firmante, orden: str
) -> None:
    """Say that it is open, paused or closed, or under contingency (`que`: type of the fact). Asked again with the same
    `orden`, nothing is written. Raise `HechoRechazado` when it cannot follow, or whoever says it may not."""
    _decir(sujeto, que, {"motivo": motivo} if motivo else {}, persona, ahora, firmante, orden)


def decir_revision(
    centro: str, punto: Punto, listo: bool, nota: str, persona: str, ahora: datetime, firmante: Firmante, orden: str
) -> None:
    """Say how a point of the habilitación of a centre is. As `decir_marcha`."""
    contenido = {"punto": punto.value, "listo": listo} | ({"nota": nota} if nota else {})
    _decir(del_centro(centro), "revisado", contenido, persona, ahora, firmante, orden)


def decir_de_la_publicacion(
    que: str, contenido: dict[str, Any], persona: str, ahora: datetime, firmante: Firmante, orden: str
) -> None:
    """Ask that it stop, confirm what somebody else asked, or say that it goes on. As `decir_marcha`."""
    _decir(la_noche(), que, contenido, persona, ahora, firmante, orden)


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

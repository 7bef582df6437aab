"""Cortes on schedule: every so many minutes of the clock, changed or not; a failure never stops it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from prep.plataforma.reloj import Reloj
from prep.publicacion.corte import Corte
from prep.publicacion.publicador import CorteImposible

registro = logging.getLogger(__name__)


def siguiente(ahora: datetime, cada: int, zona: ZoneInfo) -> datetime:
    """The first instant after `ahora` that is a multiple of `cada` minutes since local midnight."""
    local = ahora.astimezone(zona)
    hora = local.replace(minute=0, second=0, microsecond=0) - timedelta(hours=local.hour)
    hora += timedelta(minutes=((local.hour * 60 + local.minute) // cada + 1) * cada)
    while hora.timestamp() <= ahora.timestamp():
        hora += timedelta(minutes=cada)
    return hora


class Alarma:
    """A file that is there while the last corte failed: `{hora, motivo, fallas, desde}`."""

    def __init__(self, archivo: Path) -> None:
        self.archivo = archivo

    def encender(self, hora: datetime, motivo: str) -> None:
        registro.error("%s", motivo)
        previa = orjson.loads(self.archivo.read_bytes()) if self.archivo.exists() else {}
        alarma = {
            "hora": hora.isoformat(),
            "motivo": motivo,
            "fallas": previa.get("fallas", 0) + 1,
            "desde": previa.get("desde", hora.isoformat()),
        }
        nuevo = self.archivo.with_suffix(".nuevo")
        nuevo.write_bytes(orjson.dumps(alarma, option=orjson.OPT_INDENT_2))
        nuevo.replace(self.archivo)

    def apagar(self) -> None:
        self.archivo.unlink(missing_ok=True)


def intentar(hacer: Callable[[datetime], Corte], ahora: datetime, alarma: Alarma) -> Corte | None:
    """One corte; None when it could not be made, with the alarm on."""
    try:
        corte = hacer(ahora)
    except CorteImposible as error:
        alarma.encender(ahora, str(error))
        return None
    alarma.apagar()
    for aviso in corte.alarmas:
        registro.warning("%s", aviso)
    return corte


def programar(
    hacer: Callable[[datetime], Corte],
    reloj: Reloj,
    cada: int,
    zona: ZoneInfo,
    alarma: Alarma,
    contar: Callable[[Corte | None, datetime], bool],
    dormir: Callable[[float], None] = time.sleep,
) -> None:
    """Make cortes until `contar` (told of each one, or of a failure, and when the next is due) answers False.

    One after another: where one takes longer than `cada`, the next waits for the following turn of the clock.
    """
    while True:
        turno = siguiente(reloj.ahora(), cada, zona)
        while (falta := (turno - reloj.ahora()).total_seconds()) > 0:
            dormir(min(falta, 30.0))  # short naps: the clock may be set meanwhile
        corte = intentar(hacer, reloj.ahora(), alarma)
        if not contar(corte, siguiente(reloj.ahora(), cada, zona)):
            return

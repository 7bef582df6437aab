"""The queue: the next acta of a step for a person, leased until it expires.

The election with the fewest people at it goes first, and of its actas the one that waited longest. Never one that the
person, or another account of theirs, took part in. What stands in the facts is the truth: a lease only keeps two people
from typing the same acta at once.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from prep.bitacora.actas import acta_de
from prep.bitacora.autoridad import autoridad
from prep.ccv import oficina
from prep.ccv.models import Turno
from prep.ccv.pasos import CIERRAN, ESTADOS, Paso, toca
from prep.dominio.comun.autoridad import TODO

VIGENCIA: Final = timedelta(minutes=10)
"""Three times what an acta takes. What is sent later still counts, unless somebody else did that step meanwhile."""

_SIGUIENTE: Final = """
    SELECT a.clave, a.tipo_acta, a.imagen FROM bitacora_acta a
    WHERE a.custodia = 'identificada' AND a.captura = ANY(%(estados)s) AND a.imagen IS NOT NULL AND NOT a.en_duda
      AND NOT a.lugares && %(en_ninguno)s::text[] AND a.lugares IS DISTINCT FROM %(no_solo_en)s::text[]
      AND NOT a.participantes && %(yo)s::text[] AND a.clave <> ALL(%(ocupadas)s::text[])
      AND (%(todo)s OR left(a.clave, 11) = ANY(%(alcance)s::text[]))
      AND NOT EXISTS (SELECT FROM ccv_turno t WHERE t.acta = a.clave AND t.paso = %(paso)s AND t.vence > %(ahora)s)
      AND NOT EXISTS (
        SELECT FROM bitacora_hecho h
        WHERE h.sujeto = 'acta:' || a.clave AND h.persona = ANY(%(yo)s::text[]) AND h.tipo = ANY(%(cierran)s::text[]))
    ORDER BY (SELECT count(*) FROM ccv_turno t WHERE t.eleccion = a.tipo_acta AND t.vence > %(ahora)s),
      (SELECT max(h.posicion) FROM bitacora_hecho h WHERE h.sujeto = 'acta:' || a.clave)
    LIMIT 1 FOR UPDATE OF a SKIP LOCKED"""
_TOMAR: Final = """
    INSERT INTO ccv_turno (acta, paso, eleccion, persona, imagen, orden, vence)
    VALUES (%(acta)s, %(paso)s, %(eleccion)s, %(persona)s, %(imagen)s, %(orden)s, %(vence)s)
    ON CONFLICT (acta) DO UPDATE SET paso = EXCLUDED.paso, eleccion = EXCLUDED.eleccion, persona = EXCLUDED.persona,
      imagen = EXCLUDED.imagen, orden = EXCLUDED.orden, vence = EXCLUDED.vence
    WHERE ccv_turno.vence <= %(ahora)s OR ccv_turno.paso <> EXCLUDED.paso"""


@dataclass(frozen=True, slots=True)
class Quien:
    """Somebody at a desk: person, place, and what they reach (keys of casillas, or `*`)."""

    persona: str
    lugar: str
    alcance: frozenset[str] = frozenset({TODO})


def alcance_de(clave: str) -> frozenset[str]:
    """The key by which an acta may be in somebody's reach: its casilla's."""
    return frozenset({clave[:11]})


def suyo(persona: str, paso: Paso, ahora: datetime) -> Turno | None:
    """The lease that a person holds of a step."""
    return Turno.objects.filter(persona=persona, paso=paso, vence__gt=ahora).first()


def tomar(paso: Paso, quien: Quien, ahora: datetime) -> Turno | None:
    """The acta that a person works on: the one they hold, or else the next; None when none waits for them.

    Asked twice at once by one person, both get the same one.
    """
    if (mio := suyo(quien.persona, paso, ahora)) and toca(paso, acta_de(mio.acta)):
        Turno.objects.filter(acta=mio.acta, orden=mio.orden).update(vence=ahora + VIGENCIA)
        return mio
    dejar(quien.persona)
    try:
        with transaction.atomic():
            return _siguiente(paso, quien, ahora)
    except IntegrityError:  # the same person asked at the same time, and was given one
        return suyo(quien.persona, paso, ahora)


def dejar(persona: str, orden: str | None = None) -> None:
    """Give back quietly what a person holds (`orden`: only if it is that one)."""
    suyos = Turno.objects.filter(persona=persona)
    (suyos if orden is None else suyos.filter(orden=orden)).delete()


def _siguiente(paso: Paso, quien: Quien, ahora: datetime) -> Turno | None:
    de = autoridad()
    yo = de.cuentas_de(quien.persona) | {de.identidad(quien.persona)}
    alcance = _lo_comun(quien.alcance, de.alcance_de_nodo(oficina.nodo().nodo))
    aqui = [quien.lugar] if de.reglas.lugares_distintos else None
    ocupadas: list[str] = []
    datos: dict[str, Any] = {
        "paso": paso.value,
        "estados": [e.value for e in ESTADOS[paso]],
        "en_ninguno": aqui if aqui and paso is Paso.CAPTURA else [],
        "no_solo_en": aqui if paso is Paso.VERIFICACION else None,
        "yo": sorted(yo),
        "ocupadas": ocupadas,
        "todo": TODO in alcance,
        "alcance": sorted(alcance),
        "cierran": [t.value for t in CIERRAN],
        "ahora": ahora,
    }
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_SIGUIENTE, datos)
            fila = cursor.fetchone()
            if fila is None:
                return None
            clave, eleccion, imagen = fila
            turno = Turno(clave, paso.value, eleccion, quien.persona, imagen, nueva_orden(), ahora + VIGENCIA)
            cursor.execute(_TOMAR, {c.attname: getattr(turno, c.attname) for c in Turno._meta.fields} | datos)
            if cursor.rowcount:
                return turno
            ocupadas.append(clave)  # somebody took it between looking and taking


def _lo_comun(uno: frozenset[str], otro: frozenset[str]) -> frozenset[str]:
    """What two reaches share."""
    if TODO in uno:
        return otro
    return uno if TODO in otro else uno & otro


def nueva_orden() -> str:
    return f"ccv-{uuid.uuid4()}"

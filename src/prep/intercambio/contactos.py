"""What each phone last said of itself, beside what is here of its chain: what whoever follows phones looks at.

None of it is a fact: a phone that says that it has nothing to send is believed by nobody but this board.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from django.db import connection

from prep.bitacora.al_dia import AlDia
from prep.bitacora.autoridad import autoridad
from prep.dominio.comun.facultades import ClaseDispositivo
from prep.intercambio.errores import Negado
from prep.intercambio.models import Contacto

MAXIMO_BYTES: Final = 1024
MAXIMO: Final = 1_000_000
"""More pictures than any phone keeps."""
_VERSION: Final = re.compile(r"[A-Za-z0-9-]{1,32}")
DE_NODO: Final = "nodo:"
MAXIMO_DESFASE: Final = 2**31 - 1
"""Seconds: a clock that is further off than this, is this much off."""


@dataclass(frozen=True, slots=True)
class Dicho:
    """`version`: fingerprint of the shell. `por_enviar`, `rechazados`: facts that wait, and that were put aside.
    `hora`: the phone's own clock. `via`: of a node, the number of the link that it delivers by."""

    version: str
    por_enviar: int
    rechazados: int
    hora: datetime
    via: int = 1


@dataclass(frozen=True, slots=True)
class Telefono:
    """`de_baja`: revoked. `hechos`: places of its chain that are here; `faltan`: those below the last that are not.
    `ultimo`: when something last came from it; None, never. `contacto`: what it last said; None, nothing yet."""

    id: str
    persona: str
    de_baja: bool
    hechos: int
    faltan: int
    ultimo: datetime | None
    contacto: Contacto | None


def leer(cuerpo: bytes) -> Dicho:
    """What a phone says of itself; raise `Negado`."""
    try:
        datos = orjson.loads(cuerpo)
        version, hora = str(datos["version"]), datetime.fromisoformat(datos["hora"])
        por_enviar, rechazados, via = datos["por_enviar"], datos["rechazados"], datos.get("via", 1)
    except (ValueError, TypeError, KeyError, OverflowError):
        raise _sin_forma() from None
    cuentas = all(type(n) is int and 0 <= n <= MAXIMO for n in (por_enviar, rechazados, via))
    if not cuentas or not _VERSION.fullmatch(version) or hora.utcoffset() is None:
        raise _sin_forma()
    return Dicho(version, por_enviar, rechazados, hora, via)


def _sin_forma() -> Negado:
    return Negado(422, "forma", "Lo que el teléfono dice de sí no tiene la forma esperada.")


def anotar(ident: str, dicho: Dicho, ahora: datetime) -> None:
    """Keep what a phone said, in the place of what it had said."""
    desfase = int((dicho.hora - ahora).total_seconds())
    Contacto.objects.update_or_create(
        dispositivo=ident,
        defaults={
            "hora": ahora,
            "desfase": max(-MAXIMO_DESFASE, min(desfase, MAXIMO_DESFASE)),
            "version": dicho.version,
            "por_enviar": dicho.por_enviar,
            "rechazados": dicho.rechazados,
            "via": dicho.via,
        },
    )


def telefonos() -> dict[str, Telefono]:
    """Every phone that was enrolled, by its name."""
    aparatos = {i: a for i, a in autoridad().dispositivos.items() if a.clase is ClaseDispositivo.TELEFONO}
    dichos = {c.dispositivo: c for c in Contacto.objects.all()}
    with _cadenas.visto() as vistas:
        cadenas = {de: (len(lugares), max(lugares), ultimo) for de, (lugares, ultimo) in vistas.items()}
    todos = {}
    for ident, aparato in sorted(aparatos.items()):
        cuantos, hasta, recibido = cadenas.get((ident, aparato.persona), (0, 0, None))
        dicho = dichos.get(ident)
        ultimo = max((h for h in (recibido, dicho and dicho.hora) if h), default=None)
        todos[ident] = Telefono(ident, aparato.persona, bool(aparato.bajas), cuantos, hasta - cuantos, ultimo, dicho)
    return todos


def por_respaldo(desde: datetime) -> list[str]:
    """The nodes that said since then that they deliver by a link that is not their preferred one."""
    dichos = Contacto.objects.filter(dispositivo__startswith=DE_NODO, hora__gte=desde, via__gt=1).order_by(
        "dispositivo"
    )
    return [c.dispositivo.removeprefix(DE_NODO) for c in dichos]


_DE_TELEFONOS: Final = """
    SELECT dispositivo, persona, recibido, (convert_from(cuerpo, 'UTF8')::json -> 'dispositivo' ->> 'secuencia')::bigint
    FROM bitacora_hecho WHERE posicion > %s AND posicion <= %s AND dispositivo <> ''"""
_Cadenas = dict[tuple[str, str], tuple[set[int], datetime]]
"""By device and person: places of the chain that are here, and when the last to come came."""


def _sumar(cadenas: _Cadenas, desde: int, hasta: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DE_TELEFONOS, [desde, hasta])
        for dispositivo, persona, recibido, lugar in cursor:
            lugares, ultimo = cadenas.get((dispositivo, persona), (set(), recibido))
            lugares.add(lugar)
            cadenas[dispositivo, persona] = lugares, max(ultimo, recibido)


_cadenas: Final = AlDia[_Cadenas](dict, _sumar)

"""Append facts that this node writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from prep.bitacora.actas import acta_de
from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.autoridad import ambito, autoridad
from prep.bitacora.nodos import DispositivoLocal
from prep.bitacora.services.asentar import asentar
from prep.bitacora.sobres import FirmaDispositivo, Firmante, guardado
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import Tipo, clave_de, sujeto_de
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD
from prep.dominio.comun.hecho import Hecho, escribir_hecho, nuevo_hecho, revisar_hecho
from prep.dominio.comun.rechazos import Rechazo
from prep.transparencia.arbol import Frontera


class HechoRechazado(Exception):
    """A fact that cannot follow the state of its subject, or whose author may not write it. Nothing was written.

    `rechazo` says why and what to do.
    """

    def __init__(self, hecho: Hecho, rechazo: Rechazo) -> None:
        super().__init__(rechazo.value)
        self.hecho = hecho
        self.rechazo = rechazo


def anotar(
    hechos: Sequence[Hecho],
    firmante: Firmante,
    recibido: datetime,
    dispositivos: Mapping[str, DispositivoLocal] | None = None,
) -> dict[str, Acta]:
    """Sign and append facts, all or none, and project their subjects; states of actas and sheets by key.

    Idempotent: a fact already known is skipped. `dispositivos`: by person, the device that signs what they did. Raises
    `HechoRechazado` when one cannot follow its subject's state or its author may not write it, `HechoInvalido` when its
    content is not of its type.
    """
    for hecho in hechos:
        revisar_hecho(escribir_hecho(hecho))
    with transaction.atomic():
        return _anotar(hechos, firmante, recibido, dispositivos, tomar_cabeza())


def _anotar(
    hechos: Sequence[Hecho],
    firmante: Firmante,
    recibido: datetime,
    dispositivos: Mapping[str, DispositivoLocal] | None,
    cabeza: Frontera,
) -> dict[str, Acta]:
    aparatos, de = dispositivos or {}, ambito()

    def firmar(hecho: Hecho) -> FirmaDispositivo | None:
        aparato = aparatos.get(hecho.persona)
        return aparato.firmar(hecho, de) if aparato else None

    nuevos, estados = asentar(hechos, firmante, recibido, firmar, cabeza)
    _exigir(nuevos, estados)
    return {clave_de(sujeto): acta for sujeto, acta in estados.items()}


def _exigir(nuevos: Sequence[Hecho], estados: Mapping[str, Any]) -> None:
    """Nothing that this node writes may be left aside by the fold, nor by that of who may act."""
    anomalias = {sujeto: dict(estado.anomalias) for sujeto, estado in estados.items()}
    ignorados = dict(autoridad().ignorados) if any(h.clase in CLASES_DE_AUTORIDAD for h in nuevos) else {}
    for hecho in nuevos:
        if rechazo := anomalias.get(hecho.sujeto, {}).get(hecho.id) or ignorados.get(hecho.id):
            raise HechoRechazado(hecho, rechazo)


_LO_QUE_HAY: Final = """
    SELECT h.cuerpo, h.firma, a.cabezas FROM (VALUES (true)) AS una
    LEFT JOIN (
      SELECT cuerpo, firma FROM bitacora_hecho WHERE sujeto = %s AND orden = %s AND orden <> '' LIMIT 1) h ON true
    LEFT JOIN bitacora_acta a ON a.clave = %s"""
"""Of an acta: the fact that a command wrote already, and the last ones that this node knows."""


def escribir(
    tipo: Tipo,
    clave: str,
    persona: str,
    contenido: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
    ahora: datetime,
    firmante: Firmante,
    orden: str = "",
    dispositivos: Mapping[str, DispositivoLocal] | None = None,
) -> tuple[Hecho, Acta]:
    """Write one fact of an acta (or sheet) that happens now, knowing all that this node knows of it.

    The head is taken before looking: of two people who act on one acta at once, the second sees what the first did.
    `contenido`: what the fact says, or what looks for it, which is then asked with the head taken.
    `orden`: id of the command; asked again, it gives what it gave and writes nothing.
    """
    with transaction.atomic():
        cabeza = tomar_cabeza()
        with connection.cursor() as cursor:
            cursor.execute(_LO_QUE_HAY, [sujeto_de(clave), orden, clave])
            cuerpo, firma, cabezas = cursor.fetchone()
        if cuerpo is not None:
            return guardado(bytes(cuerpo), bytes(firma)).hecho, acta_de(clave)
        dicho = contenido() if callable(contenido) else contenido
        hecho = nuevo_hecho(tipo, sujeto_de(clave), persona, ahora, dicho, cabezas or (), orden)
        revisar_hecho(escribir_hecho(hecho))
        return hecho, _anotar([hecho], firmante, ahora, dispositivos, cabeza)[clave]

"""Append facts that this node writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from prep.bitacora.actas import acta_de
from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.nodos import DispositivoLocal
from prep.bitacora.services.asentar import Pedido, asentar
from prep.bitacora.services.grupo import asentar_en_grupo
from prep.bitacora.sobres import FirmaDispositivo, Firmante, guardado
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import Tipo, sujeto_de
from prep.dominio.comun.hecho import Hecho, escribir_hecho, nuevo_hecho, revisar_hecho


def anotar(
    hechos: Sequence[Hecho],
    firmante: Firmante,
    recibido: datetime,
    dispositivos: Mapping[str, DispositivoLocal] | None = None,
) -> None:
    """Sign and append facts, all or none, and project their subjects; with those of others who write at once
    (`grupo`), where the caller has no transaction.

    Idempotent: a fact already known is skipped. `dispositivos`: by person, the device that signs what they did. Raises
    `HechoRechazado` when one cannot follow its subject's state or its author may not write it, `HechoInvalido` when its
    content is not of its type.
    """
    asentar_en_grupo(_pedir(hechos, recibido, dispositivos), firmante)


def _pedir(hechos: Sequence[Hecho], recibido: datetime, dispositivos: Mapping[str, DispositivoLocal] | None) -> Pedido:
    aparatos, firmas = dispositivos or {}, dict[str, FirmaDispositivo]()

    def firmar(hecho: Hecho, de: str) -> FirmaDispositivo | None:
        aparato = aparatos.get(hecho.persona)
        if aparato is not None and hecho.id not in firmas:  # a device signs a fact once, though it be written again
            firmas[hecho.id] = aparato.firmar(hecho, de)
        return firmas.get(hecho.id)

    for hecho in hechos:
        revisar_hecho(escribir_hecho(hecho))
    return Pedido(hechos, recibido, firmar, exige=True)


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
        return hecho, asentar([_pedir([hecho], ahora, dispositivos)], firmante, cabeza)[1][hecho.sujeto]

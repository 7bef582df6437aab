"""Freeze a process: part of puesta en ceros. From then on the database refuses any change to it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from prep.catalogo.models import Proceso as Fila
from prep.catalogo.services.errores import CatalogoAlterado, ProcesoCongelado, ProcesoDesconocido
from prep.dominio.tabulacion.proceso import Modo


def congelar(clave: str, modo: Modo, ahora: datetime) -> Fila:
    """Fix the process and what the publication is worth. Idempotent with the same mode.

    Raises `ProcesoDesconocido`; `ProcesoCongelado` when it, or another process, was already frozen; `CatalogoAlterado`
    when what is stored is not what its fingerprint says.
    """
    with transaction.atomic():
        fila = Fila.objects.select_for_update().filter(clave=clave).first()
        if fila is None:
            raise ProcesoDesconocido(f"No hay ningún proceso {clave}: impórtelo con «prep proceso importar».")
        comprobar(fila)
        if fila.estado == Fila.Estado.CONGELADO:
            if fila.modo == modo.value:
                return fila
            raise ProcesoCongelado(
                f"El proceso {clave} ya está congelado en modo {fila.modo}; no puede pasar a {modo}."
            )
        if otro := Fila.objects.filter(estado=Fila.Estado.CONGELADO).values_list("clave", flat=True).first():
            raise ProcesoCongelado(
                f"El proceso {otro} ya está congelado en esta base de datos. "
                "Cada proceso, y cada simulacro, va en la suya."
            )
        fila.estado, fila.modo, fila.congelado = Fila.Estado.CONGELADO, modo.value, ahora
        fila.save(update_fields=["estado", "modo", "congelado"])
    return fila


def comprobar(fila: Fila) -> None:
    """Raise `CatalogoAlterado` unless the stored bytes have the stored fingerprint."""
    calculada = hashlib.sha256(bytes(fila.catalogo)).hexdigest()
    if calculada != fila.huella:
        raise CatalogoAlterado(
            f"El catálogo guardado de {fila.clave} no corresponde a su huella: dice {fila.huella} y es {calculada}. "
            "Alguien alteró la base de datos; restaure un respaldo y avise al ente auditor."
        )

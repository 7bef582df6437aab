"""What this side of the protocol works with: the clock, and how it presents its node."""

from __future__ import annotations

from typing import Any

from django.db import connection

from prep.bitacora.autoridad import SinFundar
from prep.bitacora.sobres import guardado
from prep.dominio.comun.autoridad import INSTITUTO
from prep.plataforma.reloj import Reloj, RelojSistema

reloj: Reloj = RelojSistema()


def presentacion(nombre: str) -> dict[str, Any]:
    """The envelope with which the institute enrolled a node: whoever has the institute's key knows by it the node's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cuerpo, firma FROM bitacora_hecho WHERE sujeto = %s AND tipo = 'alta' AND nodo = %s"
            " ORDER BY posicion LIMIT 1",
            [f"nodo:{nombre}", INSTITUTO],
        )
        fila = cursor.fetchone()
    if fila is None:
        raise SinFundar
    return guardado(bytes(fila[0]), bytes(fila[1])).escribir()

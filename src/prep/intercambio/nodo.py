"""What this side of the protocol works with: the node that signs, the store of pictures, the clock."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection

from prep.bitacora.autoridad import SinFundar
from prep.bitacora.nodos import NodoLocal, nodo_local
from prep.bitacora.sobres import guardado
from prep.dominio.comun.autoridad import INSTITUTO
from prep.plataforma.almacen import Almacen, abrir
from prep.plataforma.lugares import dir_evidencia, dir_llaves
from prep.plataforma.reloj import Reloj, RelojSistema

reloj: Reloj = RelojSistema()


@cache
def nodo() -> NodoLocal:
    return nodo_local(dir_llaves())


@cache
def evidencia() -> Almacen:
    return abrir(str(dir_evidencia()), privado=True)


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

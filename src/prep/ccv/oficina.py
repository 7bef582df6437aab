"""What a desk works with: the process's forms, the evidence store, the node that signs and the clock."""

from __future__ import annotations

from functools import cache, lru_cache

from prep.bitacora.nodos import NodoLocal, nodo_local
from prep.catalogo.services import cargar, informativo
from prep.papel.formas import Formas
from prep.plataforma.almacen import Almacen, abrir
from prep.plataforma.lugares import dir_evidencia, dir_llaves
from prep.plataforma.reloj import Reloj, RelojSistema

reloj: Reloj = RelojSistema()


def formas() -> Formas:
    """Forms of the process in course; nothing is printed here, so the secret of the QR codes is not asked for."""
    proceso = cargar()
    return _formas(proceso.huella, proceso.clave)


@lru_cache(maxsize=2)
def _formas(huella: str, clave: str) -> Formas:
    return Formas(cargar(clave), informativo(clave), b"")


@cache
def nodo() -> NodoLocal:
    """The node of this installation."""
    return nodo_local(dir_llaves())


@cache
def evidencia() -> Almacen:
    return abrir(str(dir_evidencia()), privado=True)

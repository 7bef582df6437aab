"""Whether this database still has what was published from it: an old copy of it, restored, does not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from prep.bitacora.asientos import cabeza, frontera_en
from prep.plataforma.almacen import Almacen
from prep.plataforma.errores import Impedimento


class PublicacionDanada(Impedimento):
    """What the store says is the last corte is not what it holds."""

    codigo = 1


def no_es_el_publicado(ruta: str) -> str:
    """What is said of a published file that is not what was published, and from which the next corte goes on."""
    return (
        f"{ruta} no es el que se publicó y de él parte el corte siguiente; revise el disco, y tráigalo de un espejo o "
        "del respaldo"
    )


def ultimo_corte(almacen: Almacen) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Pointer and manifest of the last published corte; None before the first. Raises `PublicacionDanada`."""
    crudo = almacen.leer("ultimo.json")
    if not crudo:
        return None
    ultimo = orjson.loads(crudo)
    manifiesto = almacen.leer(f"{ultimo['ruta']}/corte.json")
    if manifiesto is None or hashlib.sha256(manifiesto).hexdigest() != ultimo["manifiesto"]:
        raise PublicacionDanada(no_es_el_publicado(f"{ultimo['ruta']}/corte.json"))
    return ultimo, orjson.loads(manifiesto)


def ruptura(manifiesto: Mapping[str, Any]) -> str | None:
    """Why this bitácora is not the one that a published corte was signed from, and more; None when it is."""
    posicion, raiz = manifiesto["bitacora"]["posicion"], manifiesto["bitacora"]["raiz"]
    frontera = frontera_en(posicion)
    if frontera is not None and frontera.raiz().hex() == raiz:
        return None
    que = f"la bitácora ya no es la que firmó el corte {manifiesto['corte']} ({posicion:,} hechos): "
    if frontera is None and (tiene := cabeza().tamano) < posicion:
        return (
            f"{que}aquí hay {tiene:,}; la base de datos va atrás de lo publicado, como la de una copia vieja. Restaure "
            "el respaldo más reciente con «prep respaldo restaurar», o vuelva a la máquina que tiene los demás"
        )
    return f"{que}se perdieron o se cambiaron hechos. Revísela con «prep bitacora verificar --publicacion»"

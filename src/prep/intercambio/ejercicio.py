"""What people practise with, on its way to a node: the folder of an exercise as it is, which only desks understand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from prep.intercambio.paquete import Paquete, PaqueteInvalido
from prep.plataforma.lugares import dir_practica

_CARPETA: Final = "practica"
_LISTA: Final = "practica.json"
"""What says which pictures there are: written after them, and read before them."""
_NOMBRE: Final = re.compile(r"practica\.json|[0-9a-f]{64}\.jpg")


def cosas() -> Iterator[tuple[str, bytes]]:
    """What there is here, as things of a package; nothing where none was prepared."""
    carpeta = dir_practica()
    if (carpeta / _LISTA).exists():
        for archivo in sorted(carpeta.iterdir(), key=lambda a: a.name != _LISTA):
            if _NOMBRE.fullmatch(archivo.name):
                yield f"{_CARPETA}/{archivo.name}", archivo.read_bytes()


def leer(suyo: Paquete) -> dict[str, bytes]:
    """What a package brings, by name; raise `PaqueteInvalido`."""
    traidas = {nombre.partition("/")[2]: nombre for nombre in suyo.cosas(_CARPETA)}
    if not all(map(_NOMBRE.fullmatch, traidas)):
        raise PaqueteInvalido("El archivo trae en su práctica algo que no es de una práctica. No se tomó nada.")
    return {archivo: suyo.leer(nombre) for archivo, nombre in traidas.items()}


def poner(archivos: Mapping[str, bytes]) -> None:
    """Have it here, in place of the one there was. Without any, that one stays."""
    carpeta = dir_practica()
    for nombre in sorted(archivos, key=_LISTA.__eq__):
        carpeta.mkdir(parents=True, exist_ok=True)
        nuevo = carpeta / f"{nombre}.nuevo"
        nuevo.write_bytes(archivos[nombre])
        nuevo.replace(carpeta / nombre)

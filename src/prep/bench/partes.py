"""What can be measured, by the name with which it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from prep.bench import cortes, escritorios, frescura, hechos, lectura, paginas, publicada, reconexion, telefonos

PARTES: Final[Mapping[str, Callable[[], None]]] = {
    "hechos": hechos.medir,
    "corte": cortes.corte,
    "nacional": cortes.nacional,
    "crecimiento": cortes.crecimiento,
    "frescura": frescura.estatal,
    "frescura-nacional": frescura.nacional,
    "reproducir": publicada.reproducir,
    "verificar": publicada.comprobar,
    "portal": publicada.portal,
    "telefonos": telefonos.medir,
    "telefonos-noche": telefonos.noche,
    "reconexion": reconexion.medir,
    "escritorios": escritorios.medir,
    "escritorios-telefonos": escritorios.con_telefonos,
    "escritorios-nodos": escritorios.con_nodos,
    "escritorios-extranos": escritorios.con_extranos,
    "escritorios-cadena": escritorios.cadena,
    "paginas": partial(paginas.de_tamano, 10_900),
    "paginas-300": partial(paginas.de_tamano, 300),
    "lectura": lectura.medir,
}

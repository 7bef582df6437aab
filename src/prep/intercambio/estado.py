"""How a node is: what waits, since when, when it last spoke with the centre, its clock, its disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prep.bitacora import entregas, identidad
from prep.bitacora.autoridad import ambito, autoridad
from prep.bitacora.identidad import NodoDetenido
from prep.bitacora.nodos import nodo_de_aqui
from prep.intercambio.enviar import enlaces, imagenes, por_enviar
from prep.intercambio.models import Enlace
from prep.plataforma.almacen import discos


@dataclass(frozen=True, slots=True)
class EstadoDeVia:
    """`desde`: since when it fails or is slow; None, it works."""

    url: str
    en_uso: bool
    desde: datetime | None


@dataclass(frozen=True, slots=True)
class Enlazado:
    """One of those that it delivers to. `desde`: when the oldest of what it was not seen to have came in here; `vias`:
    how each way to it is, the preferred first."""

    centro: str
    hechos: int
    fotos: int
    desde: datetime | None
    contacto: datetime | None
    desfase: int
    hasta: int
    ramas: int
    apartados: tuple[str, ...]
    vias: tuple[EstadoDeVia, ...]

    @property
    def por_respaldo(self) -> bool:
        """Whether it delivers by another way than the preferred one."""
        return any(via.en_uso for via in self.vias[1:])


@dataclass(frozen=True, slots=True)
class Estado:
    """`alta`: whether the institute enrolled it under this name and key. `detenido`: why it does not write, if so."""

    nodo: str
    ambito: str
    alta: bool
    detenido: str | None
    propios: int
    enlaces: tuple[Enlazado, ...]
    disco_libre: int


def estado() -> Estado:
    aqui = nodo_de_aqui()
    suyo = autoridad().nodos.get(aqui.nodo)
    propios = entregas.hasta(aqui.nodo)[0]
    filas: list[Enlace] | list[None] = enlaces() or [None]
    return Estado(
        aqui.nodo,
        ambito(),
        suyo is not None and suyo.llave == aqui.publica.hex() and suyo.baja is None,
        _detenido(aqui.nodo, propios),
        propios,
        tuple(map(_enlazado, filas)),
        min(shutil.disk_usage(c).free for c in discos()),
    )


def _detenido(nodo: str, ultima: int) -> str | None:
    try:
        identidad.exigir_que_siga(nodo, ultima)
    except NodoDetenido as no:
        return no.porque
    return None


def _enlazado(fila: Enlace | None) -> Enlazado:
    desde = por_enviar(fila)
    hechos, fotos, despues = 0, set[str](), 0
    while tomados := entregas.siguientes(desde, despues, 2000, 2**24):
        hechos += len(tomados)
        fotos.update(imagenes(s for _, s in tomados))
        despues = tomados[-1][0]
    recibo: dict[str, Any] = (fila.recibo or {}).get("recibo", {}) if fila else {}
    return Enlazado(
        fila.centro if fila else "",
        hechos,
        len(fotos),
        entregas.mas_viejo(desde),
        fila.contacto if fila else None,
        fila.desfase if fila else 0,
        int(recibo.get("hasta", 0)),
        len(recibo.get("ramas", ())),
        tuple(fila.apartados) if fila else (),
        tuple(
            EstadoDeVia(v["url"], v["en_uso"], datetime.fromisoformat(v["desde"]) if v["desde"] else None)
            for v in (fila.vias if fila else ())
        ),
    )

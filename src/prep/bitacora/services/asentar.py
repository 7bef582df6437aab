"""Append to this node's own chain: what it writes and what it carries come in by here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from prep.bitacora import asientos
from prep.bitacora.autoridad import ambito, autoridad, exigir_llave
from prep.bitacora.identidad import exigir_que_siga
from prep.bitacora.proyecciones import proyectar
from prep.bitacora.sobres import FirmaDispositivo, Firmante, Sobre, sellar
from prep.dominio.comun.hecho import Hecho
from prep.transparencia.arbol import Frontera


def asentar(
    hechos: Iterable[Hecho],
    firmante: Firmante,
    recibido: datetime,
    firmar: Callable[[Hecho], FirmaDispositivo | None],
    frontera: Frontera | None = None,
) -> tuple[list[Hecho], Mapping[str, Any]]:
    """Seal and append those that are not here yet, in the order given, and project their subjects: the new ones, and
    the state of each subject. In a transaction of the caller's.

    `firmar`: the signature of the device that a fact is of, asked once for each new one, in order. `frontera`: the
    head, where the caller took it already.
    """
    unicos: dict[str, Hecho] = {}
    for hecho in hechos:
        unicos.setdefault(hecho.id, hecho)
    if frontera is None:
        frontera = asientos.tomar_cabeza()
    quien, de = autoridad(), ambito()
    exigir_llave(firmante.nodo, firmante.publica, quien)
    fines, ya = asientos.al_pie(firmante.nodo, unicos)
    nuevos = [h for h in unicos.values() if h.id not in ya]
    ultima, previo = asientos.final(fines)
    if nuevos:
        exigir_que_siga(firmante.nodo, ultima)
    sobres: list[Sobre] = []
    for secuencia, hecho in enumerate(nuevos, ultima + 1):
        sobre = sellar(hecho, firmante, de, secuencia, previo, firmar(hecho))
        previo = sobre.hoja.hex()
        sobres.append(sobre)
    asientos.asentar(sobres, recibido, frontera)
    return nuevos, proyectar([s.escrito for s in sobres], quien)

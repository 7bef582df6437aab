"""Append to this node's own chain: what it writes and what it carries come in by here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prep.bitacora import asientos
from prep.bitacora.autoridad import ambito, autoridad, autoridad_tras, exigir_llave
from prep.bitacora.identidad import exigir_que_siga
from prep.bitacora.proyecciones import proyectar
from prep.bitacora.sobres import FirmaDispositivo, Firmante, Sobre, sellar
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD
from prep.dominio.comun.hecho import Hecho
from prep.dominio.comun.rechazos import Rechazo
from prep.transparencia.arbol import Frontera


class HechoRechazado(Exception):
    """A fact that cannot follow the state of its subject, or whose author may not write it. Nothing was written.

    `rechazo` says why and what to do.
    """

    def __init__(self, hecho: Hecho, rechazo: Rechazo) -> None:
        super().__init__(rechazo.value)
        self.hecho = hecho
        self.rechazo = rechazo


@dataclass(frozen=True, slots=True, eq=False)
class Pedido:
    """What somebody asks to append: those of `hechos` that are not here yet, in the order given, all or none.

    `firmar`: the signature, for this ámbito, of the device that a fact is of. `exige`: that no fold leaves any aside.
    """

    hechos: Sequence[Hecho]
    recibido: datetime
    firmar: Callable[[Hecho, str], FirmaDispositivo | None]
    exige: bool


def asentar(
    pedidos: Sequence[Pedido], firmante: Firmante, frontera: Frontera | None = None
) -> tuple[list[list[Hecho]], Mapping[str, Any]]:
    """Seal and append what is asked, one after the other, and project the subjects: what was new of each, and the state
    of each subject. In a transaction of the caller's, with nothing written when it raises.

    `frontera`: the head, where the caller took it already.
    """
    if frontera is None:
        frontera = asientos.tomar_cabeza()
    fines, ya, ultima = asientos.al_pie(firmante.nodo, {h.id for p in pedidos for h in p.hechos})
    quien, de = autoridad_tras(ultima), ambito()
    exigir_llave(firmante.nodo, firmante.publica, quien)
    nuevos = [_nuevos(p.hechos, ya) for p in pedidos]
    secuencia, previo = asientos.final(fines)
    if any(nuevos):
        exigir_que_siga(firmante.nodo, secuencia)

    def sellados() -> Iterator[tuple[Sobre, datetime]]:
        nonlocal secuencia, previo
        for pedido, suyos in zip(pedidos, nuevos, strict=True):
            for hecho in suyos:
                secuencia += 1
                sobre = sellar(hecho, firmante, de, secuencia, previo, pedido.firmar(hecho, de))
                previo = sobre.hoja.hex()
                yield sobre, pedido.recibido

    estados = proyectar(asientos.asentar(sellados(), frontera), quien) if any(nuevos) else {}
    _exigir([h for p, suyos in zip(pedidos, nuevos, strict=True) if p.exige for h in suyos], estados)
    return nuevos, estados


def _nuevos(hechos: Iterable[Hecho], ya: set[str]) -> list[Hecho]:
    """Those that are not among the known, each once; they are known from now on."""
    nuevos: dict[str, Hecho] = {}
    for hecho in hechos:
        if hecho.id not in ya:
            nuevos.setdefault(hecho.id, hecho)
    ya.update(nuevos)
    return list(nuevos.values())


def _exigir(nuevos: Sequence[Hecho], estados: Mapping[str, Any]) -> None:
    """Nothing that this node writes may be left aside by the fold, nor by that of who may act."""
    anomalias = {sujeto: dict(estado.anomalias) for sujeto, estado in estados.items()}
    ignorados = dict(autoridad().ignorados) if any(h.clase in CLASES_DE_AUTORIDAD for h in nuevos) else {}
    for hecho in nuevos:
        if rechazo := anomalias.get(hecho.sujeto, {}).get(hecho.id) or ignorados.get(hecho.id):
            raise HechoRechazado(hecho, rechazo)

"""What the institute says of a node that it enrolled: that it attends other casillas, or that it is one no more.

Both hold from a place of its chain on, so that what it wrote before is judged the same on every machine. Said again,
they change nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from prep.bitacora import asientos
from prep.bitacora.autoridad import autoridad, cabezas_de
from prep.bitacora.nodos import NodoInstituto
from prep.bitacora.services import HechoRechazado, anotar
from prep.catalogo.services import cargar, informativo
from prep.dominio.comun.autoridad import INSTITUTO, TODO, Nodo
from prep.dominio.comun.facultades import ClaseNodo
from prep.dominio.comun.hecho import nuevo_hecho
from prep.intercambio import nodo as este
from prep.plataforma.errores import Impedimento
from prep.transparencia.nota import Firmante


def cambiar_alcance(
    nodo: str, instituto: Firmante, catds: Collection[str], motivo: str, desde: int | None = None
) -> tuple[int, int | None]:
    """It attends the casillas of these centres, or all where none is named. From which sequence of its chain (`desde`;
    the next one that is not here yet), and how many casillas; None, all."""
    suyo, desde = _dado(nodo), _desde(nodo, desde)
    alcance = casillas_de(catds) if catds else {TODO}
    if suyo.alcance_en(desde) != alcance or suyo.alcance != alcance:
        _decir(instituto, nodo, "alcance", {"alcance": sorted(alcance), "desde": desde, "motivo": motivo})
    return desde, None if TODO in alcance else len(alcance)


def dar_de_baja(nodo: str, instituto: Firmante, motivo: str, desde: int | None = None) -> int:
    """Nothing of it counts from that sequence on (`desde`; the next one that is not here yet), which is given back."""
    suyo, desde = _dado(nodo), _desde(nodo, desde)
    if suyo.clase is ClaseNodo.SEDE:
        raise Impedimento(f"«{nodo}» es la sede, desde la que se da de baja a los demás.")
    if suyo.baja is not None and suyo.baja <= desde:
        return suyo.baja
    _decir(instituto, nodo, "baja", {"desde": desde, "motivo": motivo})
    return desde


def casillas_de(catds: Collection[str]) -> set[str]:
    """Casillas whose packages go to these centres. Raise `Impedimento` for one that the catalogue does not have."""
    proceso, info = cargar(), informativo()
    if ajenos := sorted(set(catds) - {c.clave for c in info.catds}):
        raise Impedimento(f"En el catálogo no hay ningún centro «{ajenos[0]}».")
    rutas = info.rutas
    return {
        str(a.casilla.clave)
        for e in proceso.elecciones
        for a in e.actas
        if any(c in catds for c in rutas.centros(a.casilla))
    }


def _dado(nodo: str) -> Nodo:
    suyo = autoridad().nodos.get(nodo)
    if suyo is None:
        raise Impedimento(f"No hay ningún nodo «{nodo}» dado de alta.")
    return suyo


def _desde(nodo: str, desde: int | None) -> int:
    siguiente = asientos.final(asientos.finales([nodo])[nodo])[0] + 1
    if desde is not None and not 1 <= desde <= siguiente:
        raise Impedimento(f"De «{nodo}» hay aquí {siguiente - 1:,} hechos: diga un número de 1 a {siguiente:,}.")
    return siguiente if desde is None else desde


def _decir(instituto: Firmante, nodo: str, tipo: str, contenido: dict[str, Any]) -> None:
    raiz, ahora, sujeto = NodoInstituto(instituto, instituto.llave.publica), este.reloj.ahora(), f"nodo:{nodo}"
    if not contenido["motivo"].strip():
        raise Impedimento("Escriba el motivo: queda firmado en la bitácora.")
    try:
        anotar([nuevo_hecho(tipo, sujeto, INSTITUTO, ahora, contenido, cabezas_de(sujeto))], raiz, ahora)
    except HechoRechazado as error:
        raise Impedimento(f"No se asentó: {error}") from None

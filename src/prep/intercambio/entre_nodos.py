"""What a node answers to another: what it has of its chains, which pictures it lacks, what it takes in, what it gives.

Facts come in by `bitacora.services.recibir`, with every check that it does, and pictures by `objetos.recibir`. What the
asker is told of its own chain is signed: the highest sequence before which nothing is missing, committed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from prep.bitacora import entregas
from prep.bitacora.entregas import MAXIMO_RAMAS, Extremos
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import recibir as recibir_hechos
from prep.intercambio import contactos, nodo, objetos
from prep.intercambio.errores import Negado
from prep.intercambio.firmas import Nodo
from prep.intercambio.recibos import recibo

MAXIMO_HECHOS: Final = 500
MAXIMO_BYTES: Final = 8 * 2**20
MAXIMO_PARTES: Final = 300 * MAXIMO_HECHOS
"""Values that a delivery may hold: they are counted before any memory is spent on them."""
MAXIMO_FOTOS: Final = 1000
"""Pictures that are asked about at once."""
MAXIMO_CADENAS: Final = 1000
MAXIMO_DICHO: Final = 2**20
A_DAR_HECHOS: Final = 500
A_DAR_BYTES: Final = 2 * 2**20
_NODO: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


def presentarse(quien: Nodo, cuerpo: bytes, ahora: datetime) -> dict[str, Any]:
    """What is here of the chains that the asker says it has, up to where it says. `faltan`: those that are not here to
    that end, each with its ends here. `sabe`: position up to which it has what `dar` gives. `recibo`: of the asker's
    own chain, signed."""
    dicho = _leer(cuerpo, MAXIMO_PARTES)
    if not isinstance(dicho, dict) or dicho.keys() != {"cadenas", "dice"}:
        raise _sin_forma()
    cadenas = _cadenas(dicho["cadenas"])
    contactos.anotar(quien.de, contactos.leer(orjson.dumps(dicho["dice"])), ahora)
    lugares = [(n, secuencia, hoja) for n, fines in cadenas.items() for secuencia, hoja in fines]
    estan = entregas.estan(lugares)
    incompletas = sorted({n for n, *_ in {*lugares} - estan})
    suyas = {n: max((s for m, s, _ in estan if m == n), default=0) for n in entregas.del_centro() - {quien.id}}
    return {
        "hora": ahora.isoformat(),
        "sabe": entregas.antes_de(suyas),
        "nodo": nodo.presentacion(nodo_de_aqui().nodo),
        "recibo": recibo_de_cadena(quien, ahora),
        "faltan": {n: list(map(list, fines)) for n, fines in entregas.extremos(incompletas).items()},
    }


def recibo_de_cadena(quien: Nodo, ahora: datetime) -> dict[str, Any]:
    """`hasta` and `hoja`: where the asker's chain ends here. `ramas`: every end, of one that forked."""
    hasta, hoja = entregas.hasta(quien.id)
    ramas = [list(fin) for fin in entregas.extremos([quien.id])[quien.id]]
    return recibo(nodo_de_aqui(), quien.de, ahora, "nodo", hasta=hasta, hoja=hoja, ramas=ramas)


def cuales_faltan(cuerpo: bytes) -> list[str]:
    huellas = _leer(cuerpo, MAXIMO_FOTOS + 1)
    if not isinstance(huellas, list) or not all(isinstance(h, str) and _HASH.fullmatch(h) for h in huellas):
        raise _sin_forma()
    return objetos.faltan(huellas)


def recibir(quien: Nodo, cuerpo: bytes, ahora: datetime) -> dict[str, Any]:
    """Take in envelopes of the asker's chain and of those that it carries."""
    lote = _leer(cuerpo, MAXIMO_PARTES)
    if not isinstance(lote, list) or len(lote) > MAXIMO_HECHOS:
        raise Negado(413, "grande", f"Una entrega es una lista de hasta {MAXIMO_HECHOS} hechos: divídala.")
    hecho = recibir_hechos(lote, ahora)
    return {
        "nuevos": hecho.nuevos,
        "repetidos": hecho.repetidos,
        "rechazados": [{"lugar": lugar, "motivo": motivo} for lugar, motivo in hecho.rechazados],
        "bifurcados": sorted(hecho.bifurcados),
        "recibo": recibo_de_cadena(quien, ahora),
    }


def dar(quien: Nodo, despues: int) -> dict[str, Any]:
    """What a node should know: the chains of the institute and of the sede, whole, in the order in which they were
    taken in here. `hasta`: position up to which nothing more is to be asked for; `total`: the last one there is."""
    suyas = entregas.del_centro() - {quien.id}
    total = entregas.total()  # before looking: what comes in meanwhile is for the next time
    tomados = entregas.de_estas_cadenas(suyas, despues, A_DAR_HECHOS, A_DAR_BYTES)
    return {
        "hechos": [sobre.escribir() for _, sobre in tomados],
        "hasta": tomados[-1][0] if tomados else total,
        "total": total,
    }


def _leer(cuerpo: bytes, partes: int) -> Any:
    if sum(map(cuerpo.count, (b",", b"[", b"{"))) > partes:
        raise Negado(413, "grande", f"Una entrega lleva hasta {partes} valores: divídala.")
    try:
        return orjson.loads(cuerpo)
    except ValueError:
        raise Negado(400, "forma", "La entrega no es JSON.") from None


def _cadenas(dichas: Any) -> Mapping[str, Extremos]:
    if not isinstance(dichas, dict) or len(dichas) > MAXIMO_CADENAS:
        raise _sin_forma()
    leidas: dict[str, Extremos] = {}
    for nombre, fines in dichas.items():
        if not _NODO.fullmatch(nombre) or not isinstance(fines, list) or len(fines) > MAXIMO_RAMAS:
            raise _sin_forma()
        leidas[nombre] = [_fin(fin) for fin in fines]
    return leidas


def _fin(dicho: Any) -> tuple[int, str]:
    match dicho:
        case [int(secuencia), str(hoja)] if _HASH.fullmatch(hoja) and 0 < secuencia < 2**53:
            return secuencia, hoja
    raise _sin_forma()


def _sin_forma() -> Negado:
    return Negado(422, "forma", "Lo que el nodo dice no tiene la forma esperada.")

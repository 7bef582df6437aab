"""Which keys count, and until when: rotations and revocations are leaves of the log itself.

A rotation is believed when the checkpoint that first holds it (`puntos/<tamano>`) is signed by the key it replaces. A
revoked key does not count for any checkpoint that already holds its revocation, nor can it name another in one.
"""

from collections.abc import Iterable
from typing import Any

from prep.transparencia.errores import ErrorEmision
from prep.transparencia.hojas import leer_hoja
from prep.transparencia.nota import LlavePublica
from prep.transparencia.punto import PuntoFirmado


def cambios_de_llaves(hojas: Iterable[bytes]) -> list[tuple[int, dict[str, Any]]]:
    """(position, leaf) of every leaf about keys; leaves that cannot be read are skipped here and reported elsewhere."""
    cambios = []
    for i, dato in enumerate(hojas):
        try:
            hoja = leer_hoja(dato)
        except ErrorEmision:
            continue
        if hoja["tipo"] == "llaves":
            cambios.append((i, hoja))
    return cambios


def revocadas(hojas: Iterable[bytes]) -> dict[bytes, int]:
    """Public key -> position of the leaf that revoked it."""
    return {
        LlavePublica.leer(h["llave"]).publica: i for i, h in cambios_de_llaves(hojas) if h["accion"] == "revocacion"
    }


def cofirmas_vigentes(firmado: PuntoFirmado, hojas: Iterable[bytes]) -> PuntoFirmado:
    """The checkpoint without the signatures of keys revoked in what it covers."""
    fuera = revocadas(hojas)
    vivas = tuple(f for f in firmado.firmas if fuera.get(f.llave.publica, firmado.punto.tamano) >= firmado.punto.tamano)
    return PuntoFirmado(firmado.punto, firmado.nota, vivas)


def relevadas(hojas: Iterable[bytes], llave: LlavePublica) -> list[LlavePublica]:
    """The keys that `llave` came to replace, as a log says, less those that it revoked."""
    fuera = revocadas(hojas)
    anteriores = (
        LlavePublica.leer(h["anterior"])
        for _, h in cambios_de_llaves(hojas)
        if h["accion"] == "rotacion" and h["anterior"] and h["llave"] == llave.vkey
    )
    return [ll for ll in anteriores if ll.publica not in fuera]


def firmantes_de_siempre(hojas: Iterable[bytes], registros: Iterable[LlavePublica]) -> set[LlavePublica]:
    """Every key that has signed a log: the trusted ones and those its own leaves say came before or after."""
    rotaciones = [h for _, h in cambios_de_llaves(hojas) if h["accion"] == "rotacion"]
    vkeys = {v for h in rotaciones for v in (h["llave"], h["anterior"]) if v}
    return {*registros, *map(LlavePublica.leer, vkeys)}

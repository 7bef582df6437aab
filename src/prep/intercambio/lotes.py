"""A bundle: what a phone could not send, in a file that somebody carries to any node (docs/intercambio.md#bundles).

`{formato, ambito, dispositivo, hechos: [{hecho, dispositivo}…], fotos: {sha256: base64…}}`. The door is the same as
that of the network, but for the signature of the request: each fact is checked by itself, and only pictures that one
of them names are taken in, since nobody signed the others.
"""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from prep.bitacora.autoridad import ambito, autoridad
from prep.intercambio import cadenas, nodo, objetos
from prep.intercambio.errores import Negado
from prep.plataforma.errores import Impedimento

FORMATO: Final = "prep-lote/1"
MAXIMO_BYTES: Final = 512 * 2**20
MAXIMO_HECHOS: Final = 2 * cadenas.CUOTA
"""More than a phone may have here, since what is here already may come again."""


@dataclass(slots=True)
class Importado:
    """`fotos`: new ones. `problemas`: what was refused, one sentence each; the rest is in."""

    fotos: int = 0
    hechos: int = 0
    ya_estaban: int = 0
    problemas: list[str] = field(default_factory=list)


def importar(datos: bytes) -> Importado:
    """Take in a bundle; the same one twice is as once."""
    lote = _leer(datos)
    ident = lote["dispositivo"]
    aparato = autoridad().dispositivos.get(ident)
    if aparato is None:
        raise Impedimento(f"El lote es de «{ident}», que no está dado de alta. No se importó nada.")
    if aparato.bajas:
        raise Impedimento(f"El lote es de «{ident}», que se dio de baja. No se importó nada.")
    if lote["ambito"] != ambito():
        raise Impedimento(f"El lote es de «{lote['ambito']}» y esta instalación es de «{ambito()}».")
    hecho = Importado()
    nombradas = cadenas.nombradas(ident, aparato, lote["hechos"])
    for huella, cifrada in lote["fotos"].items():
        if huella not in nombradas:
            hecho.problemas.append(f"Fotografía {huella[:12]}: ningún hecho firmado por el teléfono la nombra.")
            continue
        try:
            foto = base64.b64decode(cifrada, validate=True)
            hecho.fotos += objetos.recibir(ident, huella, len(foto), io.BytesIO(foto).read).nuevo
        except (Negado, binascii.Error, TypeError, ValueError) as error:
            hecho.problemas.append(f"Fotografía {huella[:12]}: {error}")
    for i in range(0, len(lote["hechos"]), cadenas.MAXIMO_POR_LOTE):
        trozo = lote["hechos"][i : i + cadenas.MAXIMO_POR_LOTE]
        try:
            entrega = cadenas.recibir(ident, aparato, trozo, nodo.reloj.ahora())
        except Negado as error:
            hecho.problemas.append(str(error))
            break
        hecho.hechos += entrega.nuevos
        hecho.ya_estaban += len(entrega.recibos) - entrega.nuevos
        hecho.problemas += [f"Hecho {i + r.lugar + 1}: {r.motivo}" for r in entrega.rechazados]
    return hecho


def revisar_medida(mide: int) -> None:
    """Raise `Impedimento` unless a bundle may be so large: asked before it is read."""
    if mide > MAXIMO_BYTES:
        raise Impedimento(f"Un lote mide hasta {MAXIMO_BYTES >> 20} MiB.")


def _leer(datos: bytes) -> dict[str, Any]:
    revisar_medida(len(datos))
    try:
        lote = orjson.loads(datos)
    except ValueError:
        raise Impedimento("El archivo no es un lote de PREP Casilla, o está incompleto.") from None
    formas = {"formato": str, "ambito": str, "dispositivo": str, "hechos": list, "fotos": dict}
    if not isinstance(lote, dict) or lote.keys() != formas.keys() or lote["formato"] != FORMATO:
        raise Impedimento("El archivo no es un lote de PREP Casilla de esta versión.")
    if not all(isinstance(lote[campo], forma) for campo, forma in formas.items()):
        raise Impedimento("El archivo no es un lote de PREP Casilla: está alterado.")
    if max(len(lote["hechos"]), len(lote["fotos"])) > MAXIMO_HECHOS:
        raise Impedimento(f"Un lote lleva hasta {MAXIMO_HECHOS} hechos y otras tantas fotografías.")
    return lote

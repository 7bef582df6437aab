"""A node's bundle: what it could not send, in a file that somebody carries to the centre or to any other node.

The same comes in as over the network: its node signed the list of all that it carries, each fact goes through
`bitacora.services.recibir` and each picture through `objetos.recibir`. Twice is as once, and when there is a network
again, sending goes on from there: the other side says what it has.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from prep.bitacora import entregas
from prep.bitacora.autoridad import ambito, autoridad
from prep.bitacora.nodos import nodo_de_aqui, publica
from prep.bitacora.services import recibir
from prep.intercambio import nodo, objetos, paquete
from prep.intercambio.enviar import enlaces, imagenes, por_enviar
from prep.intercambio.errores import Negado
from prep.intercambio.firmas import Nodo
from prep.intercambio.lotes import Importado
from prep.plataforma.errores import Impedimento

FORMATO: Final = "prep-lote-nodo/1"
MAXIMO_PROBLEMAS: Final = 1000


def exportar(destino: Path, todo: bool = False) -> tuple[int, int]:
    """Write what no other node was seen to have; how many facts and pictures. `todo`: all there is, whoever has it."""
    aqui = nodo_de_aqui()
    if todo:
        desde = dict.fromkeys(entregas.cadenas(), 0)
    else:
        dichos = [por_enviar(e) for e in enlaces()] or [por_enviar(None)]
        desde = {n: max(d[n] for d in dichos) for n in dichos[0]}
    hechos, fotos = 0, dict[str, None]()

    def sobres() -> Iterator[dict[str, Any]]:
        nonlocal hechos
        despues = 0
        while tomados := entregas.siguientes(desde, despues, 500, 2**23):
            fotos.update(dict.fromkeys(imagenes(s for _, s in tomados)))
            hechos += len(tomados)
            yield from (s.escribir() for _, s in tomados)
            despues = tomados[-1][0]

    llevadas = 0

    def cosas() -> Iterator[tuple[str, bytes]]:
        nonlocal llevadas
        yield from paquete.en_grupos(sobres())
        for huella in fotos:
            if (foto := objetos.leer(huella)) is not None:
                llevadas += 1
                yield f"fotos/{huella}", foto

    cabecera = {"formato": FORMATO, "ambito": ambito(), "nodo": aqui.nodo, "hora": nodo.reloj.ahora().isoformat()}
    paquete.escribir(destino, cabecera, cosas(), aqui)
    return hechos, llevadas


def importar(archivo: Path) -> Importado:
    """Take in what another node's bundle carries."""
    with paquete.abrir(archivo, FORMATO) as lote:
        quien = _de_quien(lote)
        lote.exigir_hechos()  # before one is taken in; of the pictures, each stands by itself
        hecho = Importado()
        for nombre in lote.cosas("fotos"):
            huella = nombre.removeprefix("fotos/")
            try:
                foto = lote.leer(nombre)
                hecho.fotos += objetos.recibir(
                    quien.de, huella, len(foto), io.BytesIO(foto).read, objetos.DE_NODO
                ).nuevo
            except (Negado, paquete.PaqueteInvalido) as error:
                _decir(hecho, f"Fotografía {huella[:12]}: {error}")
        for grupo in lote.hechos():
            recibo = recibir(grupo, nodo.reloj.ahora())
            hecho.hechos += recibo.nuevos
            hecho.ya_estaban += recibo.repetidos
            for lugar, motivo in recibo.rechazados:
                _decir(hecho, f"Hecho {lugar + 1} de su grupo: {motivo}")
            for bifurcado in sorted(recibo.bifurcados):
                _decir(hecho, f"Dos equipos escribieron como «{bifurcado}»: se guardó lo de ambos.")
    return hecho


def _de_quien(lote: paquete.Paquete) -> Nodo:
    """The enrolled node that signed it; raise `Impedimento`."""
    nombre, de = lote.cabecera.get("nodo"), lote.cabecera.get("ambito")
    if de != ambito():
        raise Impedimento(f"El lote es de «{de}» y esta instalación es de «{ambito()}». No se importó nada.")
    suyo = autoridad().nodos.get(nombre) if isinstance(nombre, str) else None
    if suyo is None:
        raise Impedimento(f"El lote es de «{nombre}», que aquí no está dado de alta. No se importó nada.")
    if suyo.baja is not None:
        raise Impedimento(f"El lote es de «{nombre}», que se dio de baja. No se importó nada.")
    lote.exigir_firma(publica(bytes.fromhex(suyo.llave)))
    return Nodo(str(nombre), "")


def _decir(hecho: Importado, problema: str) -> None:
    if len(hecho.problemas) < MAXIMO_PROBLEMAS and problema not in hecho.problemas:
        hecho.problemas.append(problema)

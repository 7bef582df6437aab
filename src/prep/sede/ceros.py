"""What everybody has before the night: the centre, each node and each phone, with their last word or their silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from prep.bitacora.autoridad import autoridad
from prep.intercambio.ceros import Declaracion, existencias
from prep.intercambio.contactos import telefonos
from prep.plataforma.idioma import cuantos
from prep.publicacion.publicador import Publicador


def recuento(p: Publicador, declaraciones: Iterable[Declaracion]) -> tuple[dict[str, Any], list[str]]:
    """What is signed of who has what, and each thing that is not in ceros, with what to do."""
    aqui = existencias(p.evidencia, p.almacen)
    estorban = []
    if aqui.imagenes:
        estorban.append(
            f"Aquí hay {cuantos(aqui.imagenes, 'imagen', 'imágenes')} de antes: guárdelas en otro lugar y deje vacía "
            "la carpeta «evidencia», o use una instalación nueva."
        )
    if aqui.cortes:
        estorban.append("En el destino ya hay cortes con actas: publique en uno nuevo.")
    dichas = {d.nodo: d for d in declaraciones}
    de = autoridad()
    propio = p.nodo.nodo if p.nodo is not None else ""
    nodos = []
    for ident, nodo in sorted(de.nodos.items()):
        if ident == propio or nodo.baja is not None:
            continue
        dicha = dichas.get(ident)
        nodos.append(
            {"nodo": ident, "dijo": dicha.hora.isoformat() if dicha else None}
            | (dicha.tiene.como_dict() if dicha else {})
        )
        if dicha and not dicha.tiene.en_ceros:
            estorban.append(
                f"El nodo «{ident}» no está en ceros: dice tener {cuantos(dicha.tiene.hechos, 'hecho')} de actas, "
                f"{cuantos(dicha.tiene.imagenes, 'imagen', 'imágenes')} y {cuantos(dicha.tiene.cortes, 'corte')}. "
                "Guarde lo suyo en otro lugar, instálelo de nuevo y pida otra declaración: «prep nodo ceros»."
            )
    aparatos = []
    for t in telefonos().values():
        if t.de_baja:
            continue
        dijo = t.contacto
        aparatos.append(
            {"telefono": t.id, "dijo": _hora(dijo.hora) if dijo else None}
            | ({"por_enviar": dijo.por_enviar, "rechazados": dijo.rechazados} if dijo else {})
        )
        if dijo and (dijo.por_enviar or dijo.rechazados):
            estorban.append(
                f"El teléfono {t.id} dice que guarda {cuantos(dijo.por_enviar + dijo.rechazados, 'registro')} de "
                "antes: borre los datos de PREP Casilla en él, o déle de baja («prep casilla baja») y déle otro alta."
            )
    return {"centro": aqui.como_dict(), "nodos": nodos, "telefonos": aparatos}, estorban


def callados(recontado: Mapping[str, Any]) -> list[str]:
    """Who has not answered, by name."""
    return [
        *(f"nodo {n['nodo']}" for n in recontado["nodos"] if n["dijo"] is None),
        *(f"teléfono {t['telefono']}" for t in recontado["telefonos"] if t["dijo"] is None),
    ]


def _hora(cuando: datetime) -> str:
    return cuando.replace(microsecond=0).isoformat()

"""Accept envelopes that other nodes wrote: set union, node by node in the order of each chain."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from prep.bitacora.asientos import asentar, conocidos, finales, tomar_cabeza
from prep.bitacora.nodos import llaves_vigentes
from prep.bitacora.proyeccion import proyectar
from prep.bitacora.sobres import Sobre, SobreInvalido, abrir, revisar_firma
from prep.dominio.acta.hechos import HechoInvalido, es_id


@dataclass(slots=True)
class Recibo:
    """What became of a batch. `rechazados`: (id or place in the batch, reason). `finales`: last sequence per node."""

    nuevos: int = 0
    repetidos: int = 0
    rechazados: list[tuple[str, str]] = field(default_factory=list)
    finales: dict[str, int] = field(default_factory=dict)


def recibir(lote: Sequence[Mapping[str, Any]], recibido: datetime) -> Recibo:
    """Append what is new of `lote` in one transaction; refuse and report the rest. A batch that fails leaves nothing.

    Refused: what is malformed, what its node did not sign, an id known with other content, and whatever does not
    follow in its node's chain (the receipt says which sequence is expected). A fact that its acta's state does not
    admit is accepted: it happened, and the fold says so.
    """
    recibo = Recibo()
    sobres: list[Sobre] = []
    for i, datos in enumerate(lote):
        try:
            sobres.append(abrir(datos))
        except (SobreInvalido, HechoInvalido) as error:
            recibo.rechazados.append((_nombre(datos, i), str(error)))
    firmados = []
    for sobre, problema in zip(sobres, _revisar_firmas(sobres), strict=True):
        if problema is None:
            firmados.append(sobre)
        else:
            recibo.rechazados.append((sobre.hecho.id, problema))

    with transaction.atomic():
        frontera = tomar_cabeza()
        ya = conocidos([s.hecho.id for s in firmados])
        fines = finales({s.nodo for s in firmados})
        aceptados: list[Sobre] = []
        for sobre in sorted(firmados, key=lambda s: (s.nodo, s.secuencia)):
            motivo = _motivo(sobre, ya, fines)
            if motivo is None:
                aceptados.append(sobre)
                ya[sobre.hecho.id] = sobre.hoja
                fines[sobre.nodo] = (sobre.secuencia, sobre.hoja.hex())
            elif motivo:
                recibo.rechazados.append((sobre.hecho.id, motivo))
            else:
                recibo.repetidos += 1
        asentar(aceptados, recibido, frontera)
        proyectar({s.hecho.acta for s in aceptados})
    recibo.nuevos = len(aceptados)
    recibo.finales = {nodo: secuencia for nodo, (secuencia, _) in fines.items()}
    return recibo


def _revisar_firmas(sobres: Sequence[Sobre]) -> Iterator[str | None]:
    """What is wrong with each signature, in order. Checked on every core: the check does not hold the interpreter."""
    llaves = llaves_vigentes({s.nodo for s in sobres})

    def revisar(sobre: Sobre) -> str | None:
        if sobre.nodo not in llaves:
            return f"El nodo «{sobre.nodo}» no está dado de alta o fue dado de baja."
        try:
            revisar_firma(sobre, llaves[sobre.nodo])
        except SobreInvalido as error:
            return str(error)
        return None

    grupos = [sobres[i : i + 100] for i in range(0, len(sobres), 100)]
    with ThreadPoolExecutor(os.cpu_count()) as hilos:
        for problemas in hilos.map(lambda grupo: [revisar(s) for s in grupo], grupos):
            yield from problemas


def _motivo(sobre: Sobre, ya: Mapping[str, bytes], fines: Mapping[str, tuple[int, str]]) -> str | None:
    """`None`: append it. `""`: it is already there. Otherwise why it is refused."""
    conocida = ya.get(sobre.hecho.id)
    if conocida is not None:
        return "" if conocida == sobre.hoja else f"El identificador {sobre.hecho.id} ya es de otro hecho."
    secuencia, previo = fines[sobre.nodo]
    if sobre.secuencia <= secuencia:
        return (
            f"El nodo «{sobre.nodo}» ya escribió otro hecho con la secuencia {sobre.secuencia}: su cadena se bifurca."
        )
    if sobre.secuencia != secuencia + 1:
        return (
            f"Del nodo «{sobre.nodo}» se espera la secuencia {secuencia + 1} y llegó la {sobre.secuencia}: "
            "envíe también las que faltan."
        )
    if sobre.previo != previo:
        return f"La secuencia {sobre.secuencia} del nodo «{sobre.nodo}» no continúa a la anterior: su cadena se alteró."
    return None


def _nombre(datos: Any, lugar: int) -> str:
    identificador = datos.get("id") if isinstance(datos, Mapping) else None
    return identificador if isinstance(identificador, str) and es_id(identificador) else f"lugar {lugar + 1}"

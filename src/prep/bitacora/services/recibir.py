"""Accept envelopes that other nodes wrote: set union, node by node in the order of each chain."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from prep.bitacora.asientos import Finales, asentar, conocidas, es_interior, final, finales, tomar_cabeza
from prep.bitacora.autoridad import autoridad, escritos_de_autoridad, instalacion, llaves, llaves_de_dispositivos
from prep.bitacora.proyecciones import proyectar
from prep.bitacora.sobres import (
    Sobre,
    SobreInvalido,
    abrir,
    ambito_de,
    revisar_firma,
    revisar_firma_dispositivo,
)
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD, Autoridad
from prep.dominio.comun.hecho import HechoInvalido

TRAMO: Final = 100
"""Facts that are appended at a time: who waits for the head, at a desk, does not wait for a whole delivery."""
MALAS: Final = 20
"""Bad signatures of one delivery that are worth checking: a node of ours has none."""


@dataclass(slots=True)
class Recibo:
    """What became of a batch. `rechazados`: (place in the batch, reason). `finales`: last sequence per node.

    `bifurcados`: nodes that wrote two facts at one place of their chain; both branches are kept.
    """

    nuevos: int = 0
    repetidos: int = 0
    rechazados: list[tuple[int, str]] = field(default_factory=list)
    finales: dict[str, int] = field(default_factory=dict)
    bifurcados: set[str] = field(default_factory=set)


def recibir(lote: Sequence[Mapping[str, Any]], recibido: datetime) -> Recibo:
    """Append what is new of `lote`, some at a time, each time in one transaction; refuse and report the rest. What was
    appended of a batch that fails stands: sent again, it is known.

    Refused: what is malformed or of another process, mode or institute, what its node did not sign, and whatever does
    not follow in its node's chain (the receipt says which sequence is expected). Signatures are checked before any
    transaction. What its subject's state does not admit, what its author may not write and what this program does not
    know is accepted: it happened, and the fold says so. A batch may enrol the nodes that wrote the rest of it.
    """
    recibo = Recibo()
    fila = instalacion()
    de = ambito_de(fila.proceso, fila.modo, bytes(fila.llave))
    sobres: list[tuple[int, Sobre]] = []
    for i, datos in enumerate(lote):
        try:
            sobres.append((i, abrir(datos, de)))
        except (SobreInvalido, HechoInvalido) as error:
            recibo.rechazados.append((i, str(error)))
    firmados = sorted(_firmados(sobres, bytes(fila.llave), recibo), key=lambda par: (par[1].nodo, par[1].secuencia))
    for i in range(0, len(firmados), TRAMO):
        _agregar(firmados[i : i + TRAMO], recibido, recibo)
    recibo.rechazados.sort()
    return recibo


def _agregar(firmados: Sequence[tuple[int, Sobre]], recibido: datetime, recibo: Recibo) -> None:
    """Append what is new of these, each with its place in the batch, in the order of its chain."""
    aceptados: list[Sobre] = []
    del_tramo: set[tuple[str, int, str]] = set()
    with transaction.atomic():
        frontera = tomar_cabeza()
        ya = conocidas([s.hoja for _, s in firmados])
        fines = finales({s.nodo for _, s in firmados})
        for i, sobre in firmados:
            if sobre.hoja in ya:
                recibo.repetidos += 1
            elif (motivo := _motivo(sobre, fines[sobre.nodo], del_tramo, recibo)) is not None:
                recibo.rechazados.append((i, motivo))
            else:
                aceptados.append(sobre)
                ya.add(sobre.hoja)
                del_tramo.add((sobre.nodo, sobre.secuencia, sobre.hoja.hex()))
                fines[sobre.nodo].pop(sobre.previo, None)
                fines[sobre.nodo][sobre.hoja.hex()] = sobre.secuencia
        if aceptados:
            proyectar(asentar([(s, recibido) for s in aceptados], frontera))
    recibo.nuevos += len(aceptados)
    recibo.finales |= {nodo: final(suyos)[0] for nodo, suyos in fines.items()}


def _firmados(sobres: list[tuple[int, Sobre]], raiz: bytes, recibo: Recibo) -> list[tuple[int, Sobre]]:
    """Those whose signatures are good. Facts of authority among them make known who signed others."""
    firmados: list[tuple[int, Sobre]] = []
    quien = autoridad()
    pendientes = sobres
    while pendientes:
        de_nodos, de_aparatos = llaves(quien, raiz), llaves_de_dispositivos(quien)
        listos = [(i, s) for i, s in pendientes if _se_conoce(s, de_nodos, de_aparatos)]
        suyos = {i for i, _ in listos}
        pendientes = [(i, s) for i, s in pendientes if i not in suyos]
        problemas = _revisar_firmas([s for _, s in listos], de_nodos, de_aparatos)
        nuevos = []
        for (i, sobre), problema in zip(listos, problemas, strict=True):
            if problema is not None:
                recibo.rechazados.append((i, problema))
            elif _de_baja(sobre, quien):
                recibo.rechazados.append((i, f"El nodo «{sobre.nodo}» se dio de baja antes de ese hecho."))
            else:
                nuevos.append((i, sobre))
        firmados += nuevos
        if not any(s.hecho.clase in CLASES_DE_AUTORIDAD for _, s in nuevos):
            break
        todos = [s.escrito for _, s in firmados if s.hecho.clase in CLASES_DE_AUTORIDAD]
        quien = Autoridad.de(escritos_de_autoridad() + todos)
    for i, sobre in pendientes:
        quien_falta = f"El nodo «{sobre.nodo}»"
        if sobre.nodo in llaves(quien, raiz) and sobre.dispositivo is not None:
            quien_falta = f"El dispositivo «{sobre.dispositivo.id}»"
        recibo.rechazados.append((i, f"{quien_falta} no está dado de alta por el instituto."))
    return firmados


def _se_conoce(
    sobre: Sobre, de_nodos: Mapping[str, Ed25519PublicKey], de_aparatos: Mapping[str, Ed25519PublicKey]
) -> bool:
    return sobre.nodo in de_nodos and (sobre.dispositivo is None or sobre.dispositivo.id in de_aparatos)


def _de_baja(sobre: Sobre, quien: Autoridad) -> bool:
    nodo = quien.nodos.get(sobre.nodo)
    return nodo is not None and nodo.baja is not None and sobre.secuencia >= nodo.baja


def _revisar_firmas(
    sobres: Sequence[Sobre], de_nodos: Mapping[str, Ed25519PublicKey], de_aparatos: Mapping[str, Ed25519PublicKey]
) -> Iterator[str | None]:
    """What is wrong with each signature, in order. Many are checked on every core: the check does not hold the
    interpreter. After `MALAS` bad ones the rest are not looked at."""
    malas = 0

    def revisar(sobre: Sobre) -> str | None:
        nonlocal malas
        if malas >= MALAS:
            return f"No se revisó: ya iban {MALAS} firmas malas en la entrega."
        try:
            revisar_firma(sobre, de_nodos[sobre.nodo])
            if sobre.dispositivo is not None:
                revisar_firma_dispositivo(sobre, de_aparatos[sobre.dispositivo.id])
        except SobreInvalido as error:
            malas += 1
            return str(error)
        return None

    grupos = [sobres[i : i + 100] for i in range(0, len(sobres), 100)]
    if len(grupos) == 1:
        yield from map(revisar, sobres)
        return
    with ThreadPoolExecutor(os.cpu_count()) as hilos:
        for problemas in hilos.map(lambda grupo: [revisar(s) for s in grupo], grupos):
            yield from problemas


def _motivo(sobre: Sobre, fines: Finales, del_tramo: set[tuple[str, int, str]], recibo: Recibo) -> str | None:
    """Why it does not follow in its node's chain; `None` when it does, at its end or forking it (after one that was
    here, or that came with it)."""
    if fines.get(sobre.previo) == sobre.secuencia - 1:
        return None
    anterior = (sobre.nodo, sobre.secuencia - 1, sobre.previo)
    if anterior in del_tramo or es_interior(*anterior):
        recibo.bifurcados.add(sobre.nodo)
        return None
    secuencia = final(fines)[0]
    if sobre.secuencia > secuencia + 1:
        return (
            f"Del nodo «{sobre.nodo}» se espera la secuencia {secuencia + 1} y llegó la {sobre.secuencia}: "
            "envíe también las que faltan."
        )
    return f"La secuencia {sobre.secuencia} del nodo «{sobre.nodo}» no sigue a ninguna anterior: su cadena se alteró."

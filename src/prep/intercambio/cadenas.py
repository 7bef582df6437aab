"""Facts that a device signed in a chain of its own: taken in one by one, each with its receipt or its reason.

One that is refused does not stop those after it. It leaves a gap in what is here of the device's chain, which the node
says (`estado`) and the centre sees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from django.db import connection

from prep.bitacora.autoridad import ambito
from prep.bitacora.nodos import nodo_de_aqui, publica
from prep.bitacora.services import llevar
from prep.bitacora.sobres import FirmaDispositivo, SobreInvalido, abrir_firmado, revisar_firmado
from prep.dominio.comun.autoridad import Dispositivo
from prep.dominio.comun.facultades import DEL_DISPOSITIVO
from prep.dominio.comun.hecho import Hecho, HechoInvalido
from prep.intercambio import objetos
from prep.intercambio.errores import Negado
from prep.intercambio.recibos import recibo

MAXIMO_POR_LOTE: Final = 100
MAXIMO_BYTES: Final = 2**20
MAXIMO_PARTES: Final = 100 * MAXIMO_POR_LOTE
"""Values that a delivery may hold: they are counted before any memory is spent on them."""
CUOTA: Final = 2000
"""Facts of one device."""


@dataclass(frozen=True, slots=True)
class Rechazo:
    """`codigo`: `forma`, `ajeno`, `firma`, `persona`, `facultad`, `baja` (the same will be refused again) or
    `falta_objeto` (send `sha256` and then this one again)."""

    lugar: int
    codigo: str
    motivo: str
    sha256: str = ""


@dataclass(slots=True)
class Entrega:
    """`recibos`: one for each fact that is here, whether it was or came now (`nuevos`)."""

    nuevos: int = 0
    recibos: list[dict[str, Any]] = field(default_factory=list)
    rechazados: list[Rechazo] = field(default_factory=list)


def leer_lote(cuerpo: bytes) -> list[Any]:
    """The facts of a delivery; raise `Negado`."""
    if sum(map(cuerpo.count, (b",", b"[", b"{"))) > MAXIMO_PARTES:
        raise Negado(413, "grande", f"Una entrega lleva hasta {MAXIMO_PARTES} valores: divídala.")
    try:
        lote = orjson.loads(cuerpo)
    except ValueError:
        raise Negado(400, "forma", "La entrega no es JSON.") from None
    if not isinstance(lote, list):
        raise Negado(400, "forma", "La entrega es una lista de hechos firmados.")
    if len(lote) > MAXIMO_POR_LOTE:
        raise Negado(413, "grande", f"Una entrega lleva hasta {MAXIMO_POR_LOTE} hechos: divídala.")
    return lote


def recibir(ident: str, aparato: Dispositivo, lote: Sequence[Any], ahora: datetime) -> Entrega:
    """Take in what is good of a delivery of one device, in one transaction, and say what is not."""
    entrega, de = Entrega(), ambito()
    buenos: dict[str, tuple[Hecho, FirmaDispositivo]] = {}
    for lugar, datos in enumerate(lote):
        try:
            hecho, firma = _leer(ident, aparato, datos, de)
        except _NoVale as no:
            entrega.rechazados.append(Rechazo(lugar, *no.args))
        else:
            buenos.setdefault(hecho.id, (hecho, firma))
    ya = set[str]().union(*lugares(ident, aparato.persona).values())
    if len(ya | buenos.keys()) > CUOTA and not buenos.keys() <= ya:
        raise Negado(429, "cuota", "Este teléfono ya envió todo lo que puede. Avise a su coordinación.", espere=300)
    if buenos:
        entrega.nuevos = len(llevar(list(buenos.values()), nodo_de_aqui(), ahora))
    for hecho, firma in buenos.values():
        entrega.recibos.append(recibo(nodo_de_aqui(), ident, ahora, "hecho", id=hecho.id, secuencia=firma.secuencia))
    return entrega


def nombradas(ident: str, aparato: Dispositivo, lote: Sequence[Any]) -> set[str]:
    """SHA-256 of the pictures that good facts of a delivery name, whether they are here or not."""
    suyas, de = set[str](), ambito()
    for datos in lote:
        with suppress(_NoVale):
            if imagen := _imagen(_firmado(ident, aparato, datos, de)[0]):
                suyas.add(imagen)
    return suyas


class _NoVale(Exception):
    """(code, reason, sha256 that is missing)."""


def _leer(ident: str, aparato: Dispositivo, datos: Any, de: str) -> tuple[Hecho, FirmaDispositivo]:
    hecho, firma = _firmado(ident, aparato, datos, de)
    imagen = _imagen(hecho)
    if imagen is not None and not objetos.hay(imagen):
        raise _NoVale("falta_objeto", "Falta su fotografía.", imagen)
    return hecho, firma


def _imagen(hecho: Hecho) -> str | None:
    """The picture that a fact names."""
    return hecho.contenido.get("imagen") if hecho.interpretado else None


def _firmado(ident: str, aparato: Dispositivo, datos: Any, de: str) -> tuple[Hecho, FirmaDispositivo]:
    """A fact that the device may deliver, but for its picture; raise `_NoVale`."""
    try:
        hecho, firma = abrir_firmado(datos)
    except (SobreInvalido, HechoInvalido) as error:
        raise _NoVale("forma", str(error)) from None
    if firma.id != ident:
        raise _NoVale("ajeno", "Lo firmó otro teléfono.")
    try:
        revisar_firmado(hecho, firma, de, publica(bytes.fromhex(aparato.llave)))
    except SobreInvalido:
        raise _NoVale("firma", "Lo guardado se dañó en el teléfono o alguien lo cambió: hágalo otra vez.") from None
    if aparato.bajas:
        raise _NoVale("baja", "El teléfono se dio de baja antes de entregarlo.")
    if hecho.persona != aparato.persona:
        raise _NoVale("persona", "Este teléfono no es de la persona que lo escribió.")
    if hecho.interpretado and f"{hecho.clase}.{hecho.tipo}" not in DEL_DISPOSITIVO[aparato.clase]:
        raise _NoVale("facultad", "Un teléfono no puede escribir esto.")
    return hecho, firma


def estado(ident: str, aparato: Dispositivo) -> dict[str, Any]:
    """What this node has of the device's chain. `hasta`: highest sequence before which nothing is missing; `ultima`:
    the highest; `huecos`: what is missing between them, as [first, last]; `bifurcadas`: sequences with two facts (the
    device's memory was copied, and both are kept)."""
    suyos = lugares(ident, aparato.persona)
    anterior, huecos = 0, []
    for n in sorted(suyos):
        if n > anterior + 1:
            huecos.append([anterior + 1, n - 1])
        anterior = n
    hasta = huecos[0][0] - 1 if huecos else anterior
    bifurcadas = sorted(n for n, ids in suyos.items() if len(ids) > 1)
    return {"hasta": hasta, "ultima": anterior, "huecos": huecos[:100], "bifurcadas": bifurcadas[:100]}


def lugares(ident: str, persona: str) -> Mapping[int, set[str]]:
    """Sequence in the device's chain -> ids of the facts that are here with it."""
    suyos: dict[int, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, cuerpo FROM bitacora_hecho WHERE persona = %s AND dispositivo = %s", [persona, ident]
        )
        for identificador, cuerpo in cursor:
            n = orjson.loads(bytes(cuerpo))["dispositivo"]["secuencia"]
            suyos.setdefault(n, set()).add(identificador)
    return suyos

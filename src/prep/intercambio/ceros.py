"""What a machine has of a night before it begins, and what a node declares of it, signed with its own key.

The centre believes no silence: a node that declared nothing is named, and one that has something is not in ceros.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature

from prep.bitacora.autoridad import ambito, autoridad
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import NodoLocal, publica
from prep.dominio.practica import ANTES_DE_LA_NOCHE
from prep.intercambio.models import Objeto
from prep.plataforma.almacen import Almacen
from prep.plataforma.errores import Impedimento
from prep.transparencia.canonico import NoCanonico, canonico, leer_canonico

FORMATO: Final = "prep/ceros-de-nodo/1"
MAXIMO_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Existencias:
    """Facts of actas, pictures kept, received or published, and cortes that carry actas: zero before a night."""

    hechos: int
    imagenes: int
    cortes: int

    @property
    def en_ceros(self) -> bool:
        return not (self.hechos or self.imagenes or self.cortes)

    def como_dict(self) -> dict[str, int]:
        return {"hechos": self.hechos, "imagenes": self.imagenes, "cortes": self.cortes}


@dataclass(frozen=True, slots=True)
class Declaracion:
    nodo: str
    hora: datetime
    tiene: Existencias


def existencias(evidencia: Almacen | None, publicacion: Almacen | None) -> Existencias:
    """What this installation has, in its database and in those stores."""
    guardadas = sum(1 for _ in evidencia.listar()) if evidencia is not None else 0
    publicadas = sum(1 for _ in publicacion.listar("imagenes/")) if publicacion is not None else 0
    cortes = _con_actas(publicacion) if publicacion is not None else 0
    hechos = Hecho.objects.exclude(clase__in=ANTES_DE_LA_NOCHE).count()
    return Existencias(hechos, max(guardadas, Objeto.objects.count()) + publicadas, cortes)


def _con_actas(publicacion: Almacen) -> int:
    manifiestos = (publicacion.leer(r) for r in publicacion.listar("cortes/") if r.endswith("/corte.json"))
    return sum(any(c["capturadas"] for c in orjson.loads(m)["cuentas"].values()) for m in manifiestos if m)


def declarar(nodo: NodoLocal, tiene: Existencias, ahora: datetime) -> bytes:
    """The declaration of this node, signed, for whoever makes the puesta en ceros."""
    hora = ahora.replace(microsecond=0).isoformat()
    dice = {"formato": FORMATO, "ambito": ambito(), "nodo": nodo.nodo, "hora": hora, **tiene.como_dict()}
    firma = base64.b64encode(nodo.firmar(canonico(dice))).decode()
    return canonico({**dice, "firma": firma}) + b"\n"


def leer(datos: bytes, ahora: datetime) -> Declaracion:
    """A declaration of a node that the institute enrolled; raise `Impedimento`."""
    try:
        doc = leer_canonico(datos.rstrip(b"\n")) if len(datos) <= MAXIMO_BYTES else None
        if not isinstance(doc, dict) or doc.get("formato") != FORMATO:
            raise ValueError
        resto: Mapping[str, Any] = {k: v for k, v in doc.items() if k != "firma"}
        nodo, suya, firma = str(resto["nodo"]), resto["ambito"], base64.b64decode(doc["firma"], validate=True)
        cuentas = [resto[k] for k in ("hechos", "imagenes", "cortes")]
        hora = datetime.fromisoformat(resto["hora"])
        if hora.tzinfo is None or not all(type(n) is int and n >= 0 for n in cuentas):
            raise ValueError
    except (NoCanonico, ValueError, TypeError, KeyError):
        raise Impedimento("El archivo no es una declaración de «prep nodo ceros», o está incompleto.") from None
    if suya != ambito():
        raise Impedimento(f"La declaración de «{nodo}» es de {suya}, y esta instalación es de {ambito()}.")
    suyo = autoridad().nodos.get(nodo)
    if suyo is None or suyo.baja is not None:
        raise Impedimento(f"El instituto no tiene dado de alta al nodo «{nodo}».")
    try:
        publica(bytes.fromhex(suyo.llave)).verify(firma, canonico(dict(resto)))
    except InvalidSignature:
        raise Impedimento(f"La declaración de «{nodo}» no la firmó su llave: fue alterada o la hizo otro.") from None
    if hora > ahora:
        raise Impedimento(f"La declaración de «{nodo}» dice una hora que todavía no llega: revise su reloj y repítala.")
    return Declaracion(nodo, hora, Existencias(*cuentas))

"""Receipts: what the node has, said and signed by it. A phone lets go of nothing before it has verified one.

A receipt is `{recibo: {formato, ambito, nodo, dispositivo, hora, de, …}, firma}`; what is signed is the RFC 8785 JSON
of `recibo`. `de` is what it speaks of: `objeto` (sha256, bytes), `hecho` (id, secuencia) or `cadena` (hasta, ultima,
huecos).
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Final

from prep.bitacora.autoridad import ambito
from prep.bitacora.nodos import NodoLocal
from prep.transparencia.canonico import canonico

FORMATO: Final = "prep-recibo/1"


def recibo(nodo: NodoLocal, dispositivo: str, hora: datetime, de: str, **que: Any) -> dict[str, Any]:
    dicho = {
        "formato": FORMATO,
        "ambito": ambito(),
        "nodo": nodo.nodo,
        "dispositivo": dispositivo,
        "hora": hora.isoformat(),
        "de": de,
        **que,
    }
    return {"recibo": dicho, "firma": base64.b64encode(nodo.firmar(canonico(dicho))).decode()}

"""HTTP door of the bitácora: other nodes deliver their signed facts here. The signature is the credential.

Until one is good nothing is spent on who asks but bounded work on bounded bytes: no transaction, no turn at the head.
Whoever has shown one gets a pass (`plataforma.pases`), and the next time does not queue with strangers.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.errors import HttpError

from prep.bitacora.autoridad import SinFundar
from prep.bitacora.services import recibir
from prep.plataforma import pases
from prep.plataforma.reloj import RelojSistema

MAXIMO_POR_LOTE: Final = 2000
MAXIMO_BYTES: Final = 16 * 2**20
MAXIMO_PARTES: Final = 300 * MAXIMO_POR_LOTE
"""Values that a delivery may hold: a few bytes of JSON can ask for a hundred of memory, so they are counted before."""

router = Router(tags=["bitácora"])


class Rechazado(Schema):
    lugar: int
    motivo: str


class Respuesta(Schema):
    nuevos: int
    repetidos: int
    rechazados: list[Rechazado]
    finales: dict[str, int]
    bifurcados: list[str]


@router.post("/hechos", response=Respuesta, summary="Entregar hechos firmados, en lote")
def entregar(request: HttpRequest, respuesta: HttpResponse) -> dict[str, Any]:
    """A JSON list of envelopes. 200 means every fact counted as new or repeated is stored and survives any crash."""
    cuerpo = request.read(MAXIMO_BYTES + 1)
    if len(cuerpo) > MAXIMO_BYTES:
        raise HttpError(413, f"Una entrega mide hasta {MAXIMO_BYTES >> 20} MiB; divídala.")
    if sum(map(cuerpo.count, (b",", b"[", b"{"))) > MAXIMO_PARTES:
        raise HttpError(413, f"Una entrega lleva hasta {MAXIMO_PARTES} valores; divídala.")
    try:
        lote = orjson.loads(cuerpo)
    except ValueError as error:
        raise HttpError(400, f"La entrega no es JSON: {error}.") from None
    if not isinstance(lote, list):
        raise HttpError(400, "La entrega debe ser una lista de sobres.")
    if len(lote) > MAXIMO_POR_LOTE:
        raise HttpError(413, f"Un lote lleva hasta {MAXIMO_POR_LOTE} hechos; divida la entrega.")
    try:
        recibo = recibir(lote, RelojSistema().ahora())
    except SinFundar as error:
        raise HttpError(503, str(error)) from None
    if recibo.finales:
        pases.dar(respuesta)
    return {
        "nuevos": recibo.nuevos,
        "repetidos": recibo.repetidos,
        "rechazados": [{"lugar": i, "motivo": m} for i, m in recibo.rechazados],
        "finales": recibo.finales,
        "bifurcados": sorted(recibo.bifurcados),
    }

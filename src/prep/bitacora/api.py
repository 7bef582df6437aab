"""HTTP door of the bitácora: other nodes deliver their signed facts here. The signature is the credential."""

from __future__ import annotations

from typing import Any, Final

import orjson
from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError

from prep.bitacora.services import recibir
from prep.plataforma.reloj import RelojSistema

MAXIMO_POR_LOTE: Final = 2000
MAXIMO_BYTES: Final = 16 * 2**20

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
def entregar(request: HttpRequest) -> dict[str, Any]:
    """A JSON list of envelopes. 200 means every fact counted as new or repeated is stored and survives any crash."""
    cuerpo = request.read(MAXIMO_BYTES + 1)
    if len(cuerpo) > MAXIMO_BYTES:
        raise HttpError(413, f"Una entrega mide hasta {MAXIMO_BYTES >> 20} MiB; divídala.")
    try:
        lote = orjson.loads(cuerpo)
    except ValueError as error:
        raise HttpError(400, f"La entrega no es JSON: {error}.") from None
    if not isinstance(lote, list):
        raise HttpError(400, "La entrega debe ser una lista de sobres.")
    if len(lote) > MAXIMO_POR_LOTE:
        raise HttpError(413, f"Un lote lleva hasta {MAXIMO_POR_LOTE} hechos; divida la entrega.")
    recibo = recibir(lote, RelojSistema().ahora())
    return {
        "nuevos": recibo.nuevos,
        "repetidos": recibo.repetidos,
        "rechazados": [{"lugar": i, "motivo": m} for i, m in recibo.rechazados],
        "finales": recibo.finales,
        "bifurcados": sorted(recibo.bifurcados),
    }

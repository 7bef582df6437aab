"""HTTP door of the bitácora: other nodes deliver their signed facts here. The signature is the credential."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError

from prep.bitacora.services import recibir
from prep.plataforma.reloj import RelojSistema

MAXIMO_POR_LOTE: Final = 2000

router = Router(tags=["bitácora"])


class Rechazado(Schema):
    id: str
    motivo: str


class Respuesta(Schema):
    nuevos: int
    repetidos: int
    rechazados: list[Rechazado]
    finales: dict[str, int]


@router.post("/hechos", response=Respuesta, summary="Entregar hechos firmados, en lote")
def entregar(request: HttpRequest, lote: list[dict[str, Any]]) -> dict[str, Any]:
    """A JSON list of envelopes. 200 means every fact counted as new or repeated is stored and survives any crash."""
    if len(lote) > MAXIMO_POR_LOTE:
        raise HttpError(413, f"Un lote lleva hasta {MAXIMO_POR_LOTE} hechos; divida la entrega.")
    recibo = recibir(lote, RelojSistema().ahora())
    return {
        "nuevos": recibo.nuevos,
        "repetidos": recibo.repetidos,
        "rechazados": [{"id": i, "motivo": m} for i, m in recibo.rechazados],
        "finales": recibo.finales,
    }

"""The steps of the desk: which states of an acta each takes, and whose facts close them to a person."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Captura, Custodia


class Paso(StrEnum):
    CAPTURA = "captura"
    DIFERENCIAS = "diferencias"
    DECISION = "decision"
    VERIFICACION = "verificacion"


ESTADOS: Final = {
    Paso.CAPTURA: (Captura.POR_CAPTURAR, Captura.PRIMERA, Captura.DEVUELTA),
    Paso.DIFERENCIAS: (Captura.DISCREPANTE,),
    Paso.DECISION: (Captura.ESCALADA,),
    Paso.VERIFICACION: (Captura.COINCIDE, Captura.DICTAMINADA),
}

CIERRAN: Final = (
    *(Tipo.CAPTURADA, Tipo.DICTAMINADA, Tipo.DECIDIDA, Tipo.VERIFICADA, Tipo.DEVUELTA),
    *(Tipo.OTRA_IMAGEN_PEDIDA, Tipo.REAPERTURA_PEDIDA, Tipo.INCIDENTE),
)
"""Whoever wrote one of these of an acta is never given that acta again, in any round."""


def toca(paso: Paso, acta: Acta) -> bool:
    """Whether an acta waits for this step now."""
    return (
        acta.custodia is Custodia.IDENTIFICADA
        and acta.imagen is not None
        and acta.en_duda is None
        and acta.captura in ESTADOS[paso]
    )

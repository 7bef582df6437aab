"""Use cases of the bitácora: `anotar` what this node saw, `llevar` what devices signed, `recibir` what another node
wrote, enrol who may act."""

from prep.bitacora.services.altas import LECTOR, SEDE, fundar_instalacion
from prep.bitacora.services.anotar import anotar, escribir
from prep.bitacora.services.asentar import HechoRechazado
from prep.bitacora.services.llevar import llevar
from prep.bitacora.services.recibir import Recibo, recibir

__all__ = [
    "LECTOR",
    "SEDE",
    "HechoRechazado",
    "Recibo",
    "anotar",
    "escribir",
    "fundar_instalacion",
    "llevar",
    "recibir",
]

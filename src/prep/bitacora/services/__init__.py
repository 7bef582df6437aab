"""Use cases of the bitácora: `anotar` what this node saw, `recibir` what another node wrote."""

from prep.bitacora.services.anotar import HechoRechazado, anotar, escribir
from prep.bitacora.services.recibir import Recibo, recibir

__all__ = ["HechoRechazado", "Recibo", "anotar", "escribir", "recibir"]

"""The lookout of a drill: how far from the paper the corte that is out is, while the night goes on."""

from __future__ import annotations

from dataclasses import dataclass

from prep.comprobacion.cifras import SIN_FORMA
from prep.comprobacion.informe import Informe
from prep.comprobacion.registro import leer_registro
from prep.simulacro.publicado import Lugares, lugares
from prep.simulacro.verdad import leer
from prep.transparencia.almacen import Lector
from prep.transparencia.canonico import NoCanonico
from prep.transparencia.errores import ErrorEmision


@dataclass(frozen=True, slots=True)
class Vistazo:
    """A corte, how many actas it publishes, and how many of all say what their paper does not."""

    corte: int
    publicadas: int
    distintas: int


class Vigia:
    """Compares as the judge will, and verifies nothing else: the verdict does. `datos`: the truth, as it was sealed."""

    def __init__(self, datos: bytes, lector: Lector) -> None:
        self._verdad, self._lector = leer(datos), lector
        self._leidos: Lugares = {}

    def mirar(self) -> Vistazo | None:
        """The last corte; None where it cannot be read, which the verdict will say."""
        try:
            registro = leer_registro(self._lector, None, Informe())
            corte, manifiesto = max(registro.manifiestos.items())
            ruta = next(h["ruta"] for _, h in registro.hojas if h["tipo"] == "corte" and h["corte"] == corte)
            self._leidos = lugares(self._verdad, self._lector, ruta, manifiesto, self._leidos)
        except (ErrorEmision, NoCanonico, *SIN_FORMA):
            return None
        hay = self._leidos.values()
        distintas = sum(bool(v.errores) for lugar in hay for v in lugar.vistas.values())
        return Vistazo(corte, sum(lugar.publicadas for lugar in hay), distintas)

"""Several ways to one centre, the preferred first: addresses of it by networks of their own.

A request that gets no whole answer by one goes by the next at once: done twice, it is done once. A way that failed or
was slow rests, longer each time, and then what is to be sent anyway tries it again; the preferred one is taken back so.
While all rest, the one that did best is used.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from prep.intercambio import nodo as lado
from prep.intercambio.linea import Linea, Respuesta, SeCorto

MAXIMO: Final = 9
SILENCIO_S: Final = 10.0
"""Without a byte, where there is another way."""
LENTA_S: Final = 5.0
LENTA_BYTES_S: Final = 32 * 2**10
"""An answer is slow beyond those seconds and what its bytes, sent and received, take at this pace."""
DESCANSO_S: Final = 30.0
ULTIMO_DESCANSO_S: Final = 600.0


@dataclass(slots=True)
class Via:
    """One of them. `desde`: since when it fails or is slow; `tardo`: its last request, in times of what is slow."""

    url: str
    linea: Linea
    desde: datetime | None = None
    tardo: float = 0.0
    descanso: float = DESCANSO_S
    hasta: float = 0.0
    """Instant until which it rests."""

    def mal(self, ahora: float, tardo: float) -> None:
        self.desde, self.tardo = self.desde or lado.reloj.ahora(), tardo
        self.hasta, self.descanso = ahora + self.descanso, min(2 * self.descanso, ULTIMO_DESCANSO_S)

    def bien(self, tardo: float) -> None:
        self.desde, self.tardo, self.descanso, self.hasta = None, tardo, DESCANSO_S, 0.0


@dataclass(slots=True)
class Vias:
    """A `Linea` made of some."""

    suyas: Sequence[Via]
    reloj: Callable[[], float] = time.monotonic
    en_uso: int = field(default=0, init=False)

    def pedir(self, metodo: str, ruta: str, cuerpo: bytes, cabeceras: Mapping[str, str]) -> Respuesta:
        error: SeCorto | None = None
        for via in self._en_orden():
            inicio = self.reloj()
            try:
                dada = via.linea.pedir(metodo, ruta, cuerpo, cabeceras)
            except SeCorto as corte:
                via.mal(self.reloj(), float("inf"))
                error = corte
                continue
            tardo = (self.reloj() - inicio) / (LENTA_S + (len(cuerpo) + len(dada.cuerpo)) / LENTA_BYTES_S)
            if tardo > 1:
                via.mal(self.reloj(), tardo)
            else:
                via.bien(tardo)
            self.en_uso = self.suyas.index(via)
            return dada
        assert error is not None
        raise error

    def estado(self) -> list[dict[str, Any]]:
        """How each is, to keep and to show: `en_uso`, the one that brought the last answer; `desde`, as above."""
        return [
            {"url": v.url, "en_uso": i == self.en_uso, "desde": v.desde and v.desde.isoformat()}
            for i, v in enumerate(self.suyas)
        ]

    def _en_orden(self) -> list[Via]:
        ahora = self.reloj()
        return sorted(self.suyas, key=lambda v: (v.hasta > ahora, v.tardo if v.hasta > ahora else 0))

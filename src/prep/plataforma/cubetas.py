"""How often each source may ask: a bucket of tokens for each, in a table that never grows beyond its size."""

from __future__ import annotations

from collections import OrderedDict


class Cubetas:
    """`reserva` requests at once, then `por_segundo`. Of more than `maximo` sources, the one seen longest ago is
    forgotten, and begins again with a full bucket."""

    def __init__(self, por_segundo: float, reserva: float, maximo: int = 4096) -> None:
        self._ritmo, self._reserva, self._maximo = por_segundo, reserva, maximo
        self._cubetas: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._cubetas)

    def tomar(self, origen: str, ahora: float) -> bool:
        """Whether `origen` may ask once more at `ahora`, a monotonic time in seconds."""
        queda, visto = self._cubetas.pop(origen, (self._reserva, ahora))
        queda = min(self._reserva, queda + (ahora - visto) * self._ritmo)
        admitido = queda >= 1
        self._cubetas[origen] = (queda - 1 if admitido else queda, ahora)
        if len(self._cubetas) > self._maximo:
            self._cubetas.popitem(last=False)
        return admitido

"""What the door and what is behind it refused, in a line a minute: who tries is seen, and fills no disk by it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Final

CADA_S: Final = 60.0
_ORIGENES: Final = 1000
"""Of more in a minute the others are counted, and not told apart."""
_YA_ESTABA: Final = 409
"""Somebody else did it before: nobody tried anything."""
_LLENO: Final = 503
registro = logging.getLogger(__name__)


class Rechazos:
    """Those of the minute that began with the first of them."""

    def __init__(self) -> None:
        self._veces: Counter[int] = Counter()
        self._de: Counter[str] = Counter()

    def contar(self, codigo: int, origen: str) -> None:
        """One answer, if it is a refusal."""
        if (codigo != _LLENO and not 400 <= codigo < 500) or codigo == _YA_ESTABA:
            return
        if not self._veces:
            asyncio.get_running_loop().call_later(CADA_S, self._decir)
        self._veces[codigo] += 1
        self._de[origen if origen in self._de or len(self._de) < _ORIGENES else "otros"] += 1

    def _decir(self) -> None:
        que = ", ".join(f"{codigo} ({veces:,})" for codigo, veces in sorted(self._veces.items()))
        quien, mas = self._de.most_common(1)[0]
        registro.warning(
            "Rechazado en un minuto: %s. De %s orígenes; el que más, %s (%s).",
            que,
            f"{len(self._de):,}",
            quien,
            f"{mas:,}",
        )
        self._veces.clear()
        self._de.clear()

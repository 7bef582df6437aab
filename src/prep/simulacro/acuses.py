"""What the doors of a drill were told that was done, to be looked for once it is over: an acknowledgement is for good,
whatever failed since."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Protocol


class ConHechos(Protocol):
    def tienen(self, cuales: Sequence[str]) -> set[str]: ...


class Acuses:
    """Each by the id of the fact that a receipt names, or that of the command that wrote it."""

    def __init__(self) -> None:
        self._dados: set[str] = set()
        self._candado = threading.Lock()

    def dar(self, cual: str) -> None:
        with self._candado:
            self._dados.add(cual)

    def __len__(self) -> int:
        return len(self._dados)

    def perdidos(self, maquinas: Iterable[ConHechos]) -> list[str]:
        """Those whose fact none of these machines has."""
        with self._candado:
            faltan = set(self._dados)
        for maquina in maquinas:
            faltan -= maquina.tienen(sorted(faltan))
        return sorted(faltan)

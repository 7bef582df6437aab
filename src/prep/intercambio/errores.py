"""Why the door said no: a code for the program that asked, a sentence for the person who holds the phone."""

from __future__ import annotations

from typing import Any, Final


class Negado(Exception):
    """`estado`: of HTTP. `codigo`: what a program decides by; `detalle`: what a person reads. `mas`: other fields."""

    def __init__(self, estado: int, codigo: str, detalle: str, *, espere: int = 0, **mas: Any) -> None:
        super().__init__(detalle)
        self.estado, self.codigo, self.detalle, self.espere, self.mas = estado, codigo, detalle, espere, mas


DE_NUEVO: Final = "Espere un momento: el teléfono lo intentará otra vez solo."

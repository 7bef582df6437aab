"""What is wrong in a process folder, said so that a person can go and fix it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from prep.plataforma.idioma import cuantos


@dataclass(frozen=True, slots=True, order=True)
class Problema:
    """One thing to fix. `linea` is 1-based as an editor shows it; 0 when it concerns the whole file."""

    archivo: str
    linea: int
    campo: str
    mensaje: str
    sugerencia: str = ""

    def __str__(self) -> str:
        lugar = (
            self.archivo + (f", línea {self.linea}" if self.linea else "") + (f", {self.campo}" if self.campo else "")
        )
        return f"{lugar}: {self.mensaje}" + (f" {self.sugerencia}" if self.sugerencia else "")

    def como_dict(self) -> dict[str, str | int]:
        return asdict(self)


class ProcesoInvalido(ValueError):
    """The folder does not describe a process. `problemas` are all of them, in the order of files and lines."""

    def __init__(self, problemas: Iterable[Problema]) -> None:
        self.problemas = tuple(sorted(set(problemas)))
        primero = self.problemas[0]
        resto = len(self.problemas) - 1
        super().__init__(f"{primero}" + (f" (y {cuantos(resto, 'problema')} más)" if resto else ""))

"""An exported bitácora, read whole: every fact with its place, and who might act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from prep.bitacora.exportacion import leer_hechos
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD, Autoridad
from prep.dominio.comun.hecho import Escrito


@dataclass(frozen=True, slots=True)
class Asiento:
    """A fact in its place. `corte`: the first published one that had it; None: none had."""

    posicion: int
    recibido: datetime
    corte: int | None
    escrito: Escrito


@dataclass(slots=True)
class Expediente:
    """`asientos`: by subject, in order of their place; `primeros`: where each fact first came, by its id."""

    autoridad: Autoridad
    asientos: dict[str, list[Asiento]] = field(default_factory=lambda: defaultdict(list))
    primeros: dict[str, Asiento] = field(default_factory=dict)

    def escritos(self, sujeto: str) -> list[Escrito]:
        return [a.escrito for a in self.asientos[sujeto]]

    def sujetos(self, *clases: str) -> Iterator[str]:
        """Subjects of those classes, in order of their key."""
        yield from sorted(s for s in self.asientos if s.partition(":")[0] in clases)


def leer(archivo: Path, cortes: Sequence[tuple[int, int]] = (), hasta: int | None = None) -> Expediente:
    """Read an export. `cortes`: (number, how many facts it came from), in order; `hasta`: nothing after that place.

    Neither signatures nor chains are checked: `prep bitacora verificar` does. Raises `ArchivoInvalido`.
    """
    asientos = []
    siguientes = iter([*cortes, (None, None)])
    corte, fin = next(siguientes)
    for posicion, recibido, sobre in leer_hechos(archivo):
        if hasta is not None and posicion > hasta:
            break
        while fin is not None and posicion > fin:
            corte, fin = next(siguientes)
        asientos.append(Asiento(posicion, recibido, corte, sobre.escrito))
    de_autoridad = [a.escrito for a in asientos if a.escrito.hecho.clase in CLASES_DE_AUTORIDAD]
    expediente = Expediente(Autoridad.de(de_autoridad))
    for asiento in asientos:
        hecho = asiento.escrito.hecho
        expediente.asientos[hecho.sujeto].append(asiento)
        expediente.primeros.setdefault(hecho.id, asiento)
    return expediente

"""Read models: each is of some classes of subject, registered by its owner; the store knows none of them by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from django.db import connection, transaction

from prep.bitacora.autoridad import autoridad, tocados
from prep.bitacora.sobres import Sobre
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD, Autoridad


class Proyeccion(Protocol):
    """Rows folded from facts. Throwing them away and folding again gives the same ones."""

    @property
    def clases(self) -> Sequence[str]:
        """Classes of subject whose facts it reads."""
        ...

    def proyectar(self, sujetos: Iterable[str], nuevos: Mapping[int, Sobre], de: Autoridad) -> Any:
        """Fold these subjects and store their rows, inside the caller's transaction. `nuevos`: the last facts there
        are, by position, of these subjects or of any other."""
        ...

    def rehacer(self, avance: Callable[[int], None] | None) -> int:
        """Throw every row away and fold everything again; how many rows."""
        ...

    def diferencias(self) -> Iterator[str]:
        """Rows that are not what their facts give, each with what differs."""
        ...


_TODAS: Final[dict[str, Proyeccion]] = {}


def registrar(nombre: str, proyeccion: Proyeccion) -> None:
    """Add a read model. Its room does it when Django loads it."""
    _TODAS[nombre] = proyeccion


def registradas() -> dict[str, Proyeccion]:
    return dict(_TODAS)


def proyectar(nuevos: Mapping[int, Sobre], previa: Autoridad | None = None) -> dict[str, Any]:
    """Bring every read model up to date with the facts that were just appended, by position, the last there are; states
    by subject. In the same transaction.

    A change of who may act folds again what it touches. `previa`: who might act before these, where that was looked up.
    """
    estados: dict[str, Any] = {}
    if not nuevos:
        return estados
    cambia = any(e.hecho.clase in CLASES_DE_AUTORIDAD for e in nuevos.values())
    antes = (previa or autoridad(min(nuevos) - 1)) if cambia else None
    de = autoridad() if cambia or previa is None else previa
    for proyeccion in _TODAS.values():
        sujetos = {e.hecho.sujeto for e in nuevos.values() if e.hecho.clase in proyeccion.clases}
        if antes is not None:
            sujetos |= tocados(antes, de, proyeccion.clases)
        if sujetos:
            estados |= proyeccion.proyectar(sujetos, nuevos, de)
    return estados


def reproyectar(avance: Callable[[int], None] | None = None) -> int:
    """Throw every read model away and fold all facts again; the number of rows. One transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE bitacora_cabeza IN EXCLUSIVE MODE")
        return sum(p.rehacer(avance) for p in _TODAS.values())


def diferencias() -> Iterator[str]:
    """Whatever any read model says that the facts do not."""
    for proyeccion in _TODAS.values():
        yield from proyeccion.diferencias()

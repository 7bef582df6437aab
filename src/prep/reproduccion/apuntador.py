"""The facts of each hour of a replay, made in a process of their own while those of the hour before are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, Final

from django.db import connections

from prep.dominio.comun.hecho import Hecho
from prep.plataforma.procesos import ceder_el_paso, obreros
from prep.publicacion.publicador import CorteImposible
from prep.reproduccion.guion import Guion

_Suelto = tuple[Any, ...]
_soltar: Final = attrgetter(*(c.name for c in fields(Hecho)))
"""A fact goes from one process to the other as its fields alone, which takes half the time."""


@contextmanager
def apuntador(guion: Guion, cortes: Sequence[datetime]) -> Iterator[Iterator[list[Hecho]]]:
    """By corte, the facts that it is the first to know. What it gives raises `CorteImposible` where the process is
    killed."""
    connections.close_all()  # nobody shares a connection with whoever is born
    with obreros(1, partial(_nacer, guion, cortes)) as proceso:
        yield _por_hora(proceso, proceso.submit(_hora), len(cortes))


def _por_hora(proceso: Executor, siguiente: Future[list[_Suelto]], horas: int) -> Iterator[list[Hecho]]:
    """One is asked for when the one before is given."""
    try:
        for faltan in reversed(range(horas)):
            sueltos = siguiente.result()
            if faltan:
                siguiente = proceso.submit(_hora)
            yield [Hecho(*campos) for campos in sueltos]
    except BrokenProcessPool as error:
        raise CorteImposible(
            "No se pudo seguir con la noche; sigue publicado el último corte. Causa: algo terminó el proceso que "
            "preparaba los hechos; vea si a esta máquina le falta memoria."
        ) from error


_horas: Iterator[list[Hecho]] = iter(())
"""In that process, the hours that it has not made yet."""


def _nacer(guion: Guion, cortes: Sequence[datetime]) -> None:
    global _horas
    ceder_el_paso()
    _horas = repartir(guion.hechos(), cortes)


def _hora() -> list[_Suelto]:
    return [_soltar(hecho) for hecho in next(_horas)]


def repartir(hechos: Iterator[Hecho], cortes: Sequence[datetime]) -> Iterator[list[Hecho]]:
    """The facts that each corte is the first to know; the last one knows them all."""
    siguiente = next(hechos, None)
    for corte in cortes:
        suyos = []
        while siguiente is not None and (siguiente.hora <= corte or corte == cortes[-1]):
            suyos.append(siguiente)
            siguiente = next(hechos, None)
        yield suyos

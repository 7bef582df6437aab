"""The cortes of a replay, made in a process of their own while the facts of the hour that follows are written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import connections

from prep.dominio.comun.hecho import Hecho
from prep.plataforma.procesos import obreros
from prep.publicacion.corte import Corte, Preparado, cambiar, preparar_corte
from prep.publicacion.publicador import CorteImposible, Publicador


@dataclass(frozen=True, slots=True)
class Cortador:
    """Whoever makes the cortes, one after another: each is prepared, and then switched to."""

    _proceso: Executor

    def preparar(self, hora: datetime) -> Future[list[Hecho]]:
        """Begin the corte of all that is known now. When its files are in the store, it gives what must be on record
        before anybody is switched to it."""
        return self._proceso.submit(_preparar, hora)

    def cambiar(self) -> Corte:
        """Switch to the one that was prepared."""
        return self._proceso.submit(_cambiar).result()


@contextmanager
def cortador(p: Publicador) -> Iterator[Cortador]:
    """Their process, which knows of `p` what is known now. Its cortes have no workbook, and are on the one core that
    whoever writes facts leaves. Raises `CorteImposible` where that process is killed."""
    for eleccion in p.proceso.elecciones:
        p.secciones(eleccion)  # once, here: whoever is born knows it
    connections.close_all()  # nobody shares a connection with whoever is born
    try:
        with obreros(1, partial(_nacer, p)) as proceso:
            proceso.submit(os.getpid).result()  # born now
            yield Cortador(proceso)
    except BrokenProcessPool as error:
        raise CorteImposible(
            "No se pudo hacer el corte; sigue publicado el anterior. Causa: algo terminó el proceso que lo hacía; vea "
            "si a esta máquina le falta memoria."
        ) from error


@dataclass(slots=True)
class _Mesa:
    """What that process has before it. `abierto`: the corte that was prepared, until it is switched to."""

    publicador: Publicador
    abierto: ExitStack = field(default_factory=ExitStack)
    listo: Preparado | None = None


_mesa: _Mesa | None = None


def _nacer(p: Publicador) -> None:
    global _mesa
    p.procesos = 1
    _mesa = _Mesa(p)


def _preparar(hora: datetime) -> list[Hecho]:
    assert _mesa is not None
    _mesa.listo = _mesa.abierto.enter_context(preparar_corte(_mesa.publicador, hora, con_libro=False))
    return _mesa.listo.constancias


def _cambiar() -> Corte:
    assert _mesa is not None and _mesa.listo is not None
    with _mesa.abierto:
        return cambiar(_mesa.publicador, _mesa.listo)

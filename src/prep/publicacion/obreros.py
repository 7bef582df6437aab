"""Worker processes forked for one corte: they have what its maker has in memory, without copying or sending it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, TypeVar

from prep.plataforma import procesos as ajenos

M = TypeVar("M")
T = TypeVar("T")
R = TypeVar("R")


class Obreros(Generic[M]):
    """Whoever does the work, at a bench of type `M`. Results come in the order of `tareas`."""

    def empezar(self, hacer: Callable[[M, T], R], tareas: Iterable[T]) -> Callable[[], list[R]]:
        """Have them begin. What it gives waits for the results."""
        raise NotImplementedError

    def entre_todos(self, hacer: Callable[[M, T], R], tareas: Iterable[T]) -> list[R]:
        return self.empezar(hacer, tareas)()


class _AquiMismo(Obreros[M]):
    def __init__(self, mesa: M) -> None:
        self._mesa = mesa

    def empezar(self, hacer: Callable[[M, T], R], tareas: Iterable[T]) -> Callable[[], list[R]]:
        return lambda: [hacer(self._mesa, tarea) for tarea in tareas]


class _Bifurcados(Obreros[M]):
    def __init__(self, ejecutor: ProcessPoolExecutor) -> None:
        self._ejecutor = ejecutor

    def empezar(self, hacer: Callable[[M, T], R], tareas: Iterable[T]) -> Callable[[], list[R]]:
        return partial(list, self._ejecutor.map(_en_su_mesa, ((hacer, tarea) for tarea in tareas)))


@contextmanager
def obreros(procesos: int, montar: Callable[[], M]) -> Iterator[Obreros[M]]:
    """`procesos` workers; with one, this very process. Each calls `montar` once, and every task is given what it made.

    `hacer` must be a function of a module, and tasks and results travel between processes: keep them small.
    """
    if procesos == 1:
        yield _AquiMismo(montar())
        return
    with ajenos.obreros(procesos, partial(_montar, montar)) as ejecutor:
        yield _Bifurcados(ejecutor)


_mesa: Any = None
"""In a worker, its bench. Set once, when it is born; nobody else has one."""


def _montar(montar: Callable[[], Any]) -> None:
    global _mesa
    ajenos.buscar_menos_basura()  # nearly all that it makes lives until its demarcación is done
    _mesa = montar()


def _en_su_mesa(encargo: tuple[Callable[[Any, Any], R], Any]) -> R:
    hacer, tarea = encargo
    return hacer(_mesa, tarea)

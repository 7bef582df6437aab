"""What every command shares on the terminal: stdout is the answer; how it goes, and what went wrong, are on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Any, Final, NoReturn, TextIO, TypeVar

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

T = TypeVar("T")

ANCHO_SIN_TERMINAL: Final = 160
CADA: Final = 2.0
"""Seconds between two lines of progress where there is no terminal to draw a bar on."""


def _consola(a_donde: TextIO) -> Console:
    """Wide enough to be read in a file when the output is not a terminal; ``COLUMNS`` says another width."""
    ancho = None if a_donde.isatty() or "COLUMNS" in os.environ else ANCHO_SIN_TERMINAL
    return Console(highlight=False, stderr=a_donde is sys.stderr, width=ancho)


salida: Final = _consola(sys.stdout)
errores: Final = _consola(sys.stderr)


def fallar(mensaje: str, codigo: int = 2) -> NoReturn:
    """Say what happened and leave. 1: the answer is no; 2: it could not be tried or finished."""
    errores.print(f"[red]✗[/] {escape(mensaje)}", soft_wrap=True)
    raise typer.Exit(codigo)


def tabla(*columnas: str, titulo: str | None = None) -> Table:
    """An empty table. A column whose title begins with `>` holds figures: to the right and never broken. The text of
    the others is folded where it does not fit, never cut."""
    nueva = Table(box=box.SIMPLE_HEAD, show_edge=False, title=titulo, title_justify="left", title_style="bold")
    for nombre in columnas:
        if nombre.startswith(">"):
            nueva.add_column(nombre[1:], justify="right", no_wrap=True)
        else:
            nueva.add_column(nombre, overflow="fold")
    return nueva


class Barra(Progress):
    """How far it is: a bar that goes away when it ends or, where there is no terminal, a line every few seconds."""

    def __init__(self) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=errores,
            transient=True,
            disable=not errores.is_terminal,
        )
        self._ultima = float("-inf")
        self._dicho = ""

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        super().advance(task_id, advance)
        self._decir(task_id)

    def update(self, task_id: TaskID, **cambios: Any) -> None:
        super().update(task_id, **cambios)
        self._decir(task_id)

    def track(
        self, sequence: Iterable[T], total: float | None = None, *_: Any, description: str = "", **__: Any
    ) -> Iterator[T]:
        """Rich's counts only where there is a terminal."""
        if total is None and isinstance(sequence, Sized):
            total = len(sequence)
        tarea = self.add_task(description, total=total)
        for cosa in sequence:
            yield cosa
            self.advance(tarea)

    def stop(self) -> None:
        super().stop()
        for tarea in self.tasks[-1:]:
            if tarea.completed:
                self._decir(tarea.id, ya=True)

    def _decir(self, task_id: TaskID, ya: bool = False) -> None:
        if not self.disable or not (ya or self.get_time() - self._ultima >= CADA):
            return
        tarea = self._tasks[task_id]
        de = f" de {tarea.total:,.0f}" if tarea.total is not None else ""
        if (linea := f"{tarea.description}: {tarea.completed:,.0f}{de}") != self._dicho:
            self._ultima, self._dicho = self.get_time(), linea
            self.console.print(escape(linea), soft_wrap=True)


barra = Barra


@contextmanager
def esperando(que: str) -> Iterator[Callable[[str], None]]:
    """Say what is being done while it lasts; call what it gives to say the next thing."""
    if errores.is_terminal:
        with errores.status(escape(que)) as estado:
            yield lambda otra: estado.update(escape(otra))
    else:
        errores.print(escape(que), soft_wrap=True)
        yield lambda otra: errores.print(escape(otra), soft_wrap=True)

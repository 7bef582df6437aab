"""What every command shares on the terminal: progress on stderr, so that stdout is the answer."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


def barra(consola: Console | None = None) -> Progress:
    """A progress bar that goes away when it ends."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=consola or Console(stderr=True),
        transient=True,
    )

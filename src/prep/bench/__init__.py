"""`prep bench`: measures on this machine what the product promises, and prints it with the machine's size.

Figures are of this machine at this moment: close everything else before believing them. `docs/benchmarks.md` keeps the
ones measured for each release, with the bar of each. One module a part, or a few that share what they measure.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from typing import Annotated

import typer

from prep.plataforma.consola import fallar, salida

_HIJO = "PREP_BENCH_HIJO"


def bench(
    partes: Annotated[
        list[str] | None,
        typer.Argument(help="Qué medir; sin nada, todo. Con una parte que no exista se dice cuáles hay."),
    ] = None,
) -> None:
    """Mide hechos por segundo, cortes, reproducción, verificación, portal, escritorios y lectura; imprime una tabla."""
    from prep.bench.partes import PARTES

    elegidas = partes or list(PARTES)
    desconocidas = [p for p in elegidas if p not in PARTES]
    if desconocidas:
        fallar(f"No hay parte {', '.join(desconocidas)}. Las hay: {', '.join(PARTES)}.")
    if _HIJO not in os.environ:
        _decir_maquina()
    for parte in elegidas:
        salida.print(f"\n[bold]{parte}[/]")
        if len(elegidas) == 1:
            PARTES[parte]()
        else:  # each part loads Django over a database of its own
            subprocess.run([sys.executable, "-m", "prep", "bench", parte], check=True, env={**os.environ, _HIJO: "1"})


def _decir_maquina() -> None:
    memoria = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    salida.print(
        f"{platform.machine()}, {os.cpu_count()} núcleos, {memoria / 2**30:.0f} GiB, "
        f"Python {platform.python_version()}. Carga al empezar: {os.getloadavg()[0]:.2f}."
    )

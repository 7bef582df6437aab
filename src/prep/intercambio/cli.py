"""`prep lote`: what phones could not send, from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from prep.plataforma.consola import errores, fallar
from prep.plataforma.idioma import cuantos

app = typer.Typer(help="Lo que un teléfono no pudo enviar, traído en un archivo.", no_args_is_help=True)


@app.command()
def importar(
    archivo: Annotated[Path, typer.Argument(help="El que guardó PREP Casilla.", exists=True, dir_okay=False)],
) -> None:
    """Recibe las fotografías y los hechos de un lote, como si el teléfono los hubiera enviado.

    Importarlo otra vez no cambia nada. Termina con 1 si algo no se pudo recibir; lo demás queda recibido.
    """
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.intercambio import lotes

        lotes.revisar_medida(archivo.stat().st_size)
        hecho = lotes.importar(archivo.read_bytes())
        typer.echo(
            f"{cuantos(hecho.fotos, 'fotografía nueva', 'fotografías nuevas')} y "
            f"{cuantos(hecho.hechos, 'hecho nuevo', 'hechos nuevos')}; ya estaban: {hecho.ya_estaban}."
        )
        for problema in hecho.problemas:
            errores.print(f"[red]✗[/] {escape(problema)}", soft_wrap=True)
        if hecho.problemas:
            fallar("No todo se pudo recibir; lo demás ya está.", 1)

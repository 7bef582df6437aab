"""`prep lote`: what could not be sent, in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from prep.plataforma.consola import errores, esperando, fallar
from prep.plataforma.idioma import cuantos

app = typer.Typer(help="Lo que un teléfono o un nodo no pudo enviar, en un archivo.", no_args_is_help=True)


@app.command()
def exportar(
    destino: Annotated[Path, typer.Argument(help="Archivo que se va a crear, por ejemplo en una memoria USB.")],
    todo: Annotated[
        bool, typer.Option("--todo", help="Todo lo que hay aquí, aunque el centro ya lo tenga: para otro nodo.")
    ] = False,
) -> None:
    """Guarda, firmado, lo que el centro todavía no tiene: hechos y fotografías de este nodo y de los que lleva."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.intercambio import lotes_de_nodo

        with esperando("Guardando lo que falta por enviar…"):
            hechos, fotos = lotes_de_nodo.exportar(destino, todo)
    typer.echo(f"{cuantos(hechos, 'hecho')} y {cuantos(fotos, 'fotografía', 'fotografías')} en {destino}.")


@app.command()
def importar(
    archivo: Annotated[
        Path, typer.Argument(help="El que guardó PREP Casilla, o «prep lote exportar».", exists=True, dir_okay=False)
    ],
) -> None:
    """Recibe las fotografías y los hechos de un lote, como si hubieran llegado por la red.

    Importarlo otra vez no cambia nada. Termina con 1 si algo no se pudo recibir; lo demás queda recibido.
    """
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.intercambio import lotes, lotes_de_nodo, paquete

        if paquete.es_paquete(archivo):
            hecho = lotes_de_nodo.importar(archivo)
        else:
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

"""`prep imagenes`: the pictures kept as evidence."""

from __future__ import annotations

import json
from typing import Annotated

import typer

imagenes = typer.Typer(help="Imágenes como evidencia.", no_args_is_help=True)


@imagenes.callback()
def grupo() -> None:
    """A group, though it has one command."""


@imagenes.command()
def revisar(
    almacen: Annotated[str, typer.Argument(metavar="ALMACEN", help="Carpeta o s3://cubo/prefijo.")],
    como_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Vuelve a calcular la huella de todo lo guardado; nombra lo alterado, lo perdido y lo huérfano."""
    from prep.evidencia.imagenes import revisar_almacen
    from prep.plataforma.almacen import ErrorAlmacen, abrir

    try:
        r = revisar_almacen(abrir(almacen, privado=True))
    except ErrorAlmacen as error:
        raise typer.BadParameter(str(error)) from None
    if como_json:
        typer.echo(
            json.dumps(
                {"revisados": r.revisados, "alterados": r.alterados, "perdidos": r.perdidos, "huerfanos": r.huerfanos},
                ensure_ascii=False,
            )
        )
    else:
        for titulo, lista in (("ALTERADO", r.alterados), ("PERDIDO", r.perdidos), ("HUÉRFANO", r.huerfanos)):
            for ruta in lista:
                typer.echo(f"{titulo}  {ruta}")
        typer.echo(
            f"{r.revisados} objetos revisados: {len(r.alterados)} alterados, {len(r.perdidos)} perdidos, "
            f"{len(r.huerfanos)} huérfanos."
        )
    if not r.bien:
        raise typer.Exit(1)

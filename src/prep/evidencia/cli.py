"""`prep imagenes`: the pictures kept as evidence."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from prep.plataforma.lugares import dir_evidencia

imagenes = typer.Typer(help="Imágenes como evidencia.", no_args_is_help=True)


@imagenes.callback()
def grupo() -> None:
    """A group, though it has one command."""


@imagenes.command()
def revisar(
    almacen: Annotated[
        str | None,
        typer.Argument(
            metavar="[DIR|s3://CUBO/PREFIJO]", help="Dónde están.", show_default="datos/evidencia de la instalación"
        ),
    ] = None,
    como_json: Annotated[bool, typer.Option("--json", help="Resultado en JSON.")] = False,
) -> None:
    """Vuelve a calcular la huella de todo lo guardado; nombra lo alterado, lo perdido y lo huérfano.

    De las imágenes de la instalación, es huérfana la que ningún hecho de la bitácora nombra: la de un teléfono que
    todavía no entrega su hecho, o una que sobra. De otras, la que nada en su almacén relaciona.
    """
    from prep.evidencia.imagenes import revisar_almacen
    from prep.plataforma.almacen import abrir_existente

    guardadas, nombradas = abrir_existente(almacen or str(dir_evidencia()), privado=True), None
    if almacen is None:
        from prep.plataforma.arranque import django_listo

        with django_listo():
            from prep.bitacora.actas import imagenes_nombradas

            nombradas = imagenes_nombradas()
    r = revisar_almacen(guardadas, nombradas)
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
            f"Objetos revisados: {r.revisados:,}; alterados, {len(r.alterados)}; perdidos, {len(r.perdidos)}; "
            f"huérfanos, {len(r.huerfanos)}."
        )
    if not r.bien:
        raise typer.Exit(1)

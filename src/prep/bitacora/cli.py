"""`prep bitacora`: export, verify, rebuild."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

app = typer.Typer(help="La bitácora: el conjunto de hechos firmados del que sale todo.", no_args_is_help=True)
consola = Console(stderr=True)


def _barra() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=consola
    )


@app.command()
def exportar(destino: Annotated[Path, typer.Argument(help="Archivo .jsonl que se va a crear.")]) -> None:
    """Escribe todos los hechos en un archivo, para auditarlos o recalcular en otra máquina."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.bitacora import exportacion
        from prep.bitacora.asientos import cabeza

        try:
            salida = destino.open("xb")
        except OSError as error:
            consola.print(f"[red]No se exportó nada.[/] {destino}: {error.strerror}. Indique un archivo nuevo.")
            raise typer.Exit(1) from None
        try:
            with salida, _barra() as barra:
                tarea = barra.add_task("Exportando hechos", total=cabeza().tamano)
                total = exportacion.exportar(salida, lambda n: barra.advance(tarea, n))
        except BaseException:
            destino.unlink()
            raise
    typer.echo(f"{total:,} hechos en {destino}.")


@app.command()
def importar(origen: Annotated[Path, typer.Argument(help="Archivo hecho con «exportar».", exists=True)]) -> None:
    """Carga una bitácora exportada en una instalación nueva, conservando posiciones y horas."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.bitacora import exportacion

        with _barra() as barra:
            tarea = barra.add_task("Importando hechos", total=None)
            try:
                total = exportacion.importar(origen, lambda n: barra.advance(tarea, n))
            except exportacion.ArchivoInvalido as error:
                consola.print(f"[red]No se importó nada.[/] {error}")
                raise typer.Exit(1) from None
    typer.echo(f"{total:,} hechos importados.")


@app.command()
def verificar(
    archivo: Annotated[
        Path | None, typer.Argument(help="Bitácora exportada; sin él, la de esta instalación.", exists=True)
    ] = None,
) -> None:
    """Comprueba firmas, cadenas, posiciones, el árbol y las tablas; nombra cada hueco y cada alteración."""
    problemas = 0

    def mostrar(problema: str) -> None:
        nonlocal problemas
        problemas += 1
        if problemas <= 50:
            consola.print(f"[red]✗[/] {problema}")

    if archivo is not None:
        from prep.bitacora import exportacion

        try:
            for problema in exportacion.verificar_archivo(archivo):
                mostrar(problema)
        except exportacion.ArchivoInvalido as error:
            mostrar(str(error))
    else:
        from prep.plataforma.arranque import django_listo

        with django_listo():
            from prep.bitacora import verificacion
            from prep.bitacora.asientos import cabeza

            with _barra() as barra:
                tarea = barra.add_task("Verificando hechos", total=cabeza().tamano)
                for problema in verificacion.verificar(lambda n: barra.advance(tarea, n)):
                    mostrar(problema)
    if problemas:
        typer.echo(f"La bitácora NO está íntegra: {problemas} problemas.")
        raise typer.Exit(1)
    typer.echo("La bitácora está íntegra.")


@app.command()
def reproyectar() -> None:
    """Tira las tablas derivadas y las vuelve a calcular de los hechos: deben quedar idénticas."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.bitacora import proyecciones

        with _barra() as barra:
            tarea = barra.add_task("Plegando actas", total=None)
            total = proyecciones.reproyectar(lambda n: barra.advance(tarea, n))
    typer.echo(f"{total:,} actas recalculadas de sus hechos.")

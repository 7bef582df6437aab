"""`prep bitacora`: export, verify, rebuild."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from prep.plataforma.consola import barra, errores, fallar
from prep.plataforma.idioma import cuantos
from prep.transparencia.errores import causa

app = typer.Typer(help="La bitácora: el conjunto de hechos firmados del que sale todo.", no_args_is_help=True)


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
            fallar(f"No se exportó nada: {destino}: {causa(error)}. Indique un archivo nuevo.", 1)
        try:
            with salida, barra() as avance:
                tarea = avance.add_task("Exportando hechos", total=cabeza().tamano)
                total = exportacion.exportar(salida, lambda n: avance.advance(tarea, n))
        except BaseException:
            destino.unlink()
            raise
    typer.echo(f"{cuantos(total, 'hecho')} en {destino}.")


@app.command()
def importar(origen: Annotated[Path, typer.Argument(help="Archivo hecho con «exportar».", exists=True)]) -> None:
    """Carga una bitácora exportada en una instalación nueva, conservando posiciones y horas."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.bitacora import exportacion

        with barra() as avance:
            tarea = avance.add_task("Importando hechos", total=None)
            try:
                total = exportacion.importar(origen, lambda n: avance.advance(tarea, n))
            except exportacion.ArchivoInvalido as error:
                fallar(f"No se importó nada. {error}", 1)
    typer.echo(f"Hechos importados: {total:,}.")


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
            errores.print(f"[red]✗[/] {escape(problema)}", soft_wrap=True)

    if archivo is not None:
        from prep.plataforma.arranque import django_sin_base

        django_sin_base()
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

            with barra() as avance:
                tarea = avance.add_task("Verificando hechos", total=cabeza().tamano)
                for problema in verificacion.verificar(lambda n: avance.advance(tarea, n)):
                    mostrar(problema)
    if problemas:
        typer.echo(f"La bitácora NO está íntegra: {cuantos(problemas, 'problema')}.")
        raise typer.Exit(1)
    typer.echo("La bitácora está íntegra.")


@app.command()
def reproyectar() -> None:
    """Tira las tablas derivadas y las vuelve a calcular de los hechos: deben quedar idénticas."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.bitacora import proyecciones

        with barra() as avance:
            tarea = avance.add_task("Plegando actas", total=None)
            total = proyecciones.reproyectar(lambda n: avance.advance(tarea, n))
    typer.echo(f"Actas recalculadas de sus hechos: {total:,}.")

"""`prep bitacora`: export, verify, rebuild."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from prep.plataforma.consola import barra, errores, fallar
from prep.plataforma.idioma import cuantos
from prep.transparencia.errores import causa

if TYPE_CHECKING:
    from prep.bitacora.publicado import Publicado

PLAZO = 3600
"""Seconds that reading a publication from the network may take."""
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
    publicacion: Annotated[
        str | None, typer.Option(metavar="DIR|URL", help="Lo publicado, contra lo que se compara: sus cortes firman.")
    ] = None,
    politica: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Llave del instituto, obtenida por otro medio que el sitio."),
    ] = None,
) -> None:
    """Comprueba firmas, cadenas, posiciones, el árbol y las tablas; nombra cada hueco y cada alteración.

    Con --publicacion, además, que sea la bitácora que firmó cada corte publicado: ni con la base de datos entera se
    puede cambiar sin que se note. Termina con 0 si está íntegra, 1 si no y 2 si no se pudo comprobar.
    """
    publicado = _publicado(publicacion, politica) if publicacion else None
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
            for problema in exportacion.verificar_archivo(archivo, publicado):
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
                for problema in verificacion.verificar(lambda n: avance.advance(tarea, n), publicado):
                    mostrar(problema)
    if problemas:
        o_no = ", o no es la que se publicó" if publicado is not None else ""
        typer.echo(f"La bitácora NO está íntegra{o_no}: {cuantos(problemas, 'problema')}.")
        raise typer.Exit(1)
    if publicado is not None and publicado.pendientes:
        typer.echo("La bitácora está íntegra, pero no se pudo comparar con todo lo publicado.")
        raise typer.Exit(2)
    con = f" y es la que firmaron los cortes de {publicacion}" if publicado is not None else ""
    typer.echo(f"La bitácora está íntegra{con}.")


def _publicado(donde: str, politica: Path | None) -> Publicado:
    """What is published there; leave saying why where it cannot be read."""
    from prep.bitacora.publicado import leer_publicado
    from prep.transparencia.almacen import abrir
    from prep.transparencia.errores import ErrorEmision
    from prep.transparencia.politica import leer_politica

    try:
        leida = leer_politica(politica.read_bytes()) if politica else None
        publicado = leer_publicado(abrir(donde, PLAZO), leida)
    except (ErrorEmision, OSError) as error:
        errores.print(f"[red]No se pudo comprobar.[/] {escape(causa(error))}", soft_wrap=True)
        raise typer.Exit(2) from None
    for aviso in (*publicado.avisos, *publicado.pendientes):
        errores.print(f"[yellow]![/] {escape(aviso)}", soft_wrap=True)
    return publicado


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

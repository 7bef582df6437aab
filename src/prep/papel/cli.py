"""`prep actas`: the forms and their labels as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from prep.papel.opciones import Casilla, Catd, Eleccion, Llave, Proceso, Salida, abrir_formas, elegidas
from prep.plataforma.consola import barra as nueva_barra
from prep.plataforma.consola import fallar
from prep.plataforma.idioma import cuantos

actas = typer.Typer(
    help="Actas en papel: imprimirlas, llenarlas y fotografiarlas para simulacros.", no_args_is_help=True
)


@actas.command()
def generar(
    proceso: Proceso,
    salida: Salida,
    eleccion: Eleccion = None,
    catd: Catd = None,
    casilla: Casilla = None,
    por: Annotated[Literal["catd", "casilla"], typer.Option(help="Un PDF por cada uno.")] = "catd",
    aviso: Annotated[str, typer.Option(help="Leyenda impresa en cada acta.")] = "SIMULACRO · SIN VALIDEZ OFICIAL",
    llave: Llave = None,
) -> None:
    """Escribe las actas en PDF, una página por acta, con su QR."""
    from prep.papel.pdf import pdf_actas

    formas = abrir_formas(proceso, llave, aviso, crear=True)
    grupos: dict[str, list[str]] = {}
    for a in elegidas(formas, eleccion, catd, casilla):
        clave = (a.casilla.catd or "sin-catd") if por == "catd" else str(a.casilla.clave)
        grupos.setdefault(clave, []).append(a.clave)
    salida.mkdir(parents=True, exist_ok=True)
    with nueva_barra() as barra:
        tarea = barra.add_task("Actas", total=sum(map(len, grupos.values())))
        for nombre, claves in sorted(grupos.items()):
            try:
                pdf = pdf_actas([formas.hoja(c) for c in claves])
            except ValueError as error:
                fallar(str(error), 1)
            (salida / f"actas_{nombre}.pdf").write_bytes(pdf)
            barra.advance(tarea, len(claves))
    typer.echo(f"{cuantos(sum(map(len, grupos.values())), 'acta')} en {cuantos(len(grupos), 'archivo')}: {salida}")


@actas.command()
def etiquetas(
    proceso: Proceso,
    salida: Annotated[Path, typer.Option(help="Archivo PDF.")],
    eleccion: Eleccion = None,
    catd: Catd = None,
    casilla: Casilla = None,
    llave: Llave = None,
) -> None:
    """Escribe una hoja de etiquetas QR para actas impresas por otros, que se pegan en el acopio."""
    from prep.papel.pdf import pdf_etiquetas

    formas = abrir_formas(proceso, llave, crear=True)
    hojas = [formas.hoja(a.clave) for a in elegidas(formas, eleccion, catd, casilla)]
    salida.write_bytes(pdf_etiquetas(hojas))
    typer.echo(f"{cuantos(len(hojas), 'etiqueta')}: {salida}")

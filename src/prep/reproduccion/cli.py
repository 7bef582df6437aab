"""`prep reproducir`: a published night, again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from prep.reproduccion import Anomalia, ErrorDeLectura, leer
from prep.reproduccion.comparar import ComparacionEleccion

consola = Console()
errores = Console(stderr=True)

LINEAS_MOSTRADAS = 12
"""Lines of each kind on the terminal; `comparacion.json` has them all."""


def reproducir(
    archivos: Annotated[
        list[Path], typer.Argument(metavar="ARCHIVO…", help="Bases publicadas: CSV, zip, zip dentro de zip o carpeta.")
    ],
    salida: Annotated[Path, typer.Option("--salida", metavar="DIR", help="Carpeta nueva para lo que se publica.")],
    cada: Annotated[int, typer.Option("--cada", min=1, metavar="MIN", help="Minutos entre cortes.")] = 60,
    boletas_especiales: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Boletas aprobadas para cada casilla especial.",
            show_default="750; 1000 desde 2021",
        ),
    ] = None,
    estricto: Annotated[
        bool, typer.Option("--estricto", help="Sale con 1 si algo difiere y la fuente no se contradice ahí.")
    ] = False,
) -> None:
    """Reproduce una noche publicada con este sistema y compara cada cifra con la que se publicó.

    Lee la base de un PREP real, vuelve hechos sus renglones a sus propias horas, los pasa por la bitácora, publica
    cortes y escribe DIR/comparacion.json. Lo que cuenta y todo total se calcula aquí; nada se copia.
    """
    if salida.exists() and (not salida.is_dir() or any(salida.iterdir())):
        _fallar(f"{salida} ya existe y no está vacía. Indique otra carpeta en --salida.")
    try:
        with _barra() as barra:
            tarea = barra.add_task("Leyendo", total=None)
            bases = leer(archivos, lambda nombre: barra.update(tarea, description=f"Leyendo {Path(nombre).name}"))
    except ErrorDeLectura as error:
        _fallar(str(error))

    from prep.reproduccion.derivar import derivar_proceso
    from prep.reproduccion.guion import Guion

    try:
        derivado = derivar_proceso(bases, boletas_especiales)
        guion = Guion(derivado)
    except ErrorDeLectura as error:
        _fallar(str(error))
    anomalias = [*(a for b in bases for a in b.anomalias), *guion.anomalias]
    for base in bases:
        consola.print(
            f"[bold]{base.eleccion}[/] {base.titulo}: {len(base.renglones):,} renglones, corte "
            f"{base.corte:%d/%m/%Y %H:%M}"
            if base.corte
            else f"[bold]{base.eleccion}[/] {base.titulo}",
            highlight=False,
        )

    from prep.reproduccion.aparte import bitacora_aparte

    with bitacora_aparte() as llaves:
        from prep.bitacora.nodos import nodo_local
        from prep.dominio.tabulacion.proceso import Modo
        from prep.plataforma.almacen import abrir
        from prep.publicacion.corte import Corte
        from prep.publicacion.publicador import CorteImposible, Publicador
        from prep.reproduccion.reproducir import reproducir as reproducir_noche
        from prep.transparencia.nota import LlavePrivada

        publicador = Publicador(
            proceso=derivado.proceso,
            informativo=derivado.informativo,
            almacen=abrir(str(salida / "publicacion")),
            modo=Modo.PRUEBA,
            firmante=LlavePrivada.nueva("reproduccion.prep.invalid"),
            reserva=llaves / "reserva",
        )
        with _barra() as barra:
            tarea = barra.add_task("Reproduciendo", total=len(guion))

            def avance(hechos: int, corte: Corte | None) -> None:
                barra.advance(tarea, hechos)
                if corte:
                    barra.update(tarea, description=f"Corte {corte.numero}, {corte.hora:%d/%m %H:%M}")

            try:
                hecha = reproducir_noche(
                    derivado,
                    guion,
                    publicador,
                    nodo_local(llaves, "reproduccion"),
                    timedelta(minutes=cada),
                    avance,
                )
            except CorteImposible as error:
                _fallar(str(error))

    documento = {
        "proceso": derivado.proceso.clave,
        "boletas_especiales": derivado.boletas_especiales,
        "hechos": hecha.hechos,
        "cortes": len(hecha.cortes),
        "elecciones": [c.escribir() for c in hecha.comparaciones],
        "supuestos": [_anomalia(a) for a in derivado.supuestos],
        "anomalias": [_anomalia(a) for a in anomalias],
    }
    (salida / "comparacion.json").write_bytes(orjson.dumps(documento, option=orjson.OPT_INDENT_2))
    for comparacion in hecha.comparaciones:
        mostrar(comparacion)
    for supuesto in derivado.supuestos:
        consola.print(f"[yellow]Supuesto[/] {supuesto.mensaje}", highlight=False)
    if anomalias:
        consola.print(f"{len(anomalias):,} rarezas de los archivos, en comparacion.json.", highlight=False)
    consola.print(
        f"{hecha.hechos:,} hechos, {len(hecha.cortes)} cortes. Publicado en {salida / 'publicacion'}; "
        f"comparación en {salida / 'comparacion.json'}.",
        highlight=False,
        soft_wrap=True,
    )
    if estricto and hecha.sin_explicar:
        raise typer.Exit(1)


def mostrar(comparacion: ComparacionEleccion) -> None:
    """One election, for people."""
    tabla = Table(title=f"{comparacion.eleccion} · {comparacion.actas:,} actas", box=box.SIMPLE, title_justify="left")
    tabla.add_column("Cifra")
    tabla.add_column("Publicado", justify="right")
    tabla.add_column("Calculado", justify="right")
    tabla.add_column("")
    for c in comparacion.cifras:
        veredicto = "[green]igual[/]" if c.igual else "[yellow]explicada[/]" if c.explicada else "[red]distinta[/]"
        tabla.add_row(c.nombre, str(c.publicado), "" if c.calculado is None else str(c.calculado), veredicto)
    consola.print(tabla)
    distintas = [
        f"línea {a.linea}, {a.clave_acta}, {a.campo}: publicado {_o_nada(a.publicado)}, calculado "
        f"{_o_nada(a.calculado)}" + ("" if a.explicada else " [red](sin explicación)[/]")
        for a in comparacion.actas_distintas
    ]
    _lista("Actas distintas", distintas)
    _lista(
        "La fuente se contradice",
        [
            f"línea {c.linea}{', ' + c.clave_acta if c.clave_acta else ''}: {c.mensaje}"
            for c in comparacion.contradicciones
        ],
    )


def _lista(titulo: str, lineas: list[str]) -> None:
    if not lineas:
        return
    consola.print(f"[bold]{titulo}[/]: {len(lineas)}", highlight=False)
    for linea in lineas[:LINEAS_MOSTRADAS]:
        consola.print(f"  {linea}", highlight=False, soft_wrap=True)
    if len(lineas) > LINEAS_MOSTRADAS:
        consola.print(f"  y {len(lineas) - LINEAS_MOSTRADAS} más, en comparacion.json", highlight=False)


def _o_nada(valor: int | None) -> str:
    return "nada" if valor is None else str(valor)


def _anomalia(a: Anomalia) -> dict[str, Any]:
    return {"archivo": a.archivo, "linea": a.linea, "campo": a.campo, "mensaje": a.mensaje}


def _barra() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errores,
        transient=True,
    )


def _fallar(mensaje: str) -> Any:
    errores.print(f"[red]No se reprodujo.[/] {mensaje}", highlight=False, soft_wrap=True)
    raise typer.Exit(2)

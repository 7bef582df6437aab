"""`prep reproducir`: a published night, again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from prep.reproduccion import Anomalia, ErrorDeLectura, leer
from prep.reproduccion.comparar import ComparacionEleccion, como_se_dice
from prep.reproduccion.lector import lineas_publicadas

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
    informe: Annotated[
        Path | None,
        typer.Option("--informe", metavar="ARCHIVO.html", help="Una página con la comparación, para el instituto."),
    ] = None,
) -> None:
    """Reproduce una noche publicada con este sistema y compara cada cifra con la que se publicó.

    Lee la base de un PREP real, vuelve hechos sus renglones a sus propias horas, los pasa por la bitácora, publica
    cortes, comprueba lo que publicó y escribe DIR/comparacion.json. Lo que cuenta y todo total se calcula aquí; nada
    se copia.
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

    from prep.reproduccion.aparte import bitacora_aparte

    with bitacora_aparte() as llaves:
        from prep.bitacora.nodos import nodo_local
        from prep.dominio.tabulacion.proceso import Modo
        from prep.plataforma.almacen import abrir
        from prep.publicacion.corte import Corte
        from prep.publicacion.publicador import CorteImposible, Publicador
        from prep.reproduccion.reproducir import PublicacionIncorrecta, comprobar
        from prep.reproduccion.reproducir import reproducir as reproducir_noche
        from prep.transparencia.nota import LlavePrivada

        publicador = Publicador(
            proceso=derivado.proceso,
            informativo=derivado.informativo,
            almacen=abrir(str(salida / "publicacion")),
            modo=Modo.PRUEBA,
            firmante=LlavePrivada.nueva("reproduccion.prep.invalid/prueba"),
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
                barra.update(tarea, description="Comprobando lo publicado")
                veredicto = comprobar(salida / "publicacion")
            except CorteImposible as error:
                _fallar(str(error))
            except PublicacionIncorrecta as error:
                _fallar(f"Lo publicado en {salida / 'publicacion'} no pasa la comprobación y no debe usarse: {error}")

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
        consola.print(f"[bold]{escape(comparacion.en_una_linea)}[/]", highlight=False, soft_wrap=True)
    for comparacion in hecha.comparaciones:
        mostrar(comparacion)
    for supuesto in derivado.supuestos:
        consola.print(f"[yellow]Supuesto[/] {escape(_dicho(supuesto))}", highlight=False, soft_wrap=True)
    _lista("Rarezas de los archivos", [_dicho(a) for a in anomalias])
    if informe is not None:
        from prep.reproduccion.informe import lineas_pedidas, pagina

        renglones = lineas_publicadas(archivos, lineas_pedidas(hecha.comparaciones))
        informe.write_bytes(pagina(derivado, hecha.comparaciones, anomalias, veredicto, renglones))
    consola.print(
        f"{hecha.hechos:,} hechos, {len(hecha.cortes)} cortes. Publicado en {salida / 'publicacion'}, comprobado: "
        f"{veredicto}. Comparación en {salida / 'comparacion.json'}" + (f"; informe en {informe}." if informe else "."),
        highlight=False,
        soft_wrap=True,
        markup=False,
    )
    if estricto and hecha.sin_explicar:
        raise typer.Exit(1)


_COLORES = {"igual": "green", "explicada": "yellow", "no leída": "magenta", "distinta": "red"}


def mostrar(comparacion: ComparacionEleccion) -> None:
    """One election, for people."""
    tabla = Table(
        title=f"{comparacion.eleccion} · {comparacion.archivo}", box=box.SIMPLE, title_justify="left", expand=False
    )
    tabla.add_column("Cifra")
    tabla.add_column("Publicado", justify="right")
    tabla.add_column("Calculado", justify="right")
    tabla.add_column("")
    for c in comparacion.cifras:
        color = _COLORES[c.veredicto]
        calculado = "" if c.calculado is None else str(c.calculado)
        tabla.add_row(c.nombre, escape(str(c.publicado)), calculado, f"[{color}]{c.veredicto}[/]")
    consola.print(tabla)
    _lista(
        "Actas distintas",
        [
            f"línea {a.linea}, {a.clave_acta}, {a.campo}: publicado {_o_nada(a.publicado)}, calculado "
            f"{_o_nada(a.calculado)} ({a.veredicto})"
            for a in comparacion.actas_distintas
        ],
    )
    _lista("No leído", [como_se_dice(n) for n in comparacion.no_leidos])
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
    consola.print(f"[bold]{titulo}[/]: {len(lineas):,}", highlight=False)
    for linea in lineas[:LINEAS_MOSTRADAS]:
        consola.print(f"  {linea}", highlight=False, soft_wrap=True, markup=False)
    if len(lineas) > LINEAS_MOSTRADAS:
        consola.print(f"  y {len(lineas) - LINEAS_MOSTRADAS:,} más, en comparacion.json", highlight=False)


def _dicho(a: Anomalia) -> str:
    partes = [f"línea {a.linea}" if a.linea else "", a.campo]
    donde = ", ".join(p for p in partes if p)
    return f"{a.archivo}{', ' + donde if donde else ''}: {a.mensaje}"


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

"""`prep lectura`: the reader at work on the night, and its report."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from prep.papel.opciones import Llave, LlaveInvalida, secreto_qr

if TYPE_CHECKING:
    from prep.lectura.obrero import Obrero, Vuelta

app = typer.Typer(help="La lectura automática durante la noche, y su informe.", no_args_is_help=True)
errores = Console(stderr=True)
consola = Console()
PAUSA = 3.0
"""Seconds without looking when nothing waits."""


@app.command()
def trabajar(
    procesos: Annotated[
        int | None, typer.Option("--procesos", min=1, max=64, show_default="los núcleos", help="Cuántos leen a la vez.")
    ] = None,
    una_vuelta: Annotated[bool, typer.Option("--una-vuelta", help="Lee lo que espera y termina.")] = False,
    evidencia: Annotated[
        str | None,
        typer.Option(
            "--evidencia",
            metavar="DIR|s3://CUBO/PREFIJO",
            show_default="datos/evidencia",
            help="Dónde están las imágenes.",
        ),
    ] = None,
    llave: Llave = None,
) -> None:
    """Lee las actas en que dos personas ya coincidieron, y devuelve a una tercera las que no le parecen iguales.

    No ve nada antes de que ambas capturen, no dice ningún número, no llena, no desempata y no publica.
    """
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from django.conf import settings

        from prep.bitacora.nodos import nodo_local
        from prep.catalogo.services import cargar, informativo
        from prep.catalogo.services.errores import CatalogoError
        from prep.lectura.lectores import Lectores, lector_de
        from prep.lectura.obrero import Obrero
        from prep.papel.formas import Formas
        from prep.plataforma.almacen import ErrorAlmacen, abrir
        from prep.plataforma.reloj import RelojSistema

        try:
            proceso, info = cargar(), informativo()
        except CatalogoError as error:
            _fallar(str(error))
        modo = info.parametros.lectura
        if modo == "apagada":
            typer.echo(
                f"La lectura automática está apagada en el proceso {proceso.clave}: no se leyó nada. Se enciende con "
                "lectura = «piloto» o «revisora» en proceso.toml, antes de la puesta en ceros."
            )
            return
        try:
            secreto = secreto_qr(llave, crear=False)
        except LlaveInvalida as error:
            _fallar(str(error))
        try:
            almacen = abrir(evidencia or str(settings.DIR_DATOS / "evidencia"), privado=True)
        except ErrorAlmacen as error:
            _fallar(str(error))
        reloj = RelojSistema()
        with Lectores(lector_de(almacen, Formas(proceso, info, secreto)), procesos or os.cpu_count() or 1) as lectores:
            nodo = nodo_local(settings.DIR_DATOS / "llaves")
            obrero = Obrero(lectores, nodo, reloj, actua=modo == "revisora")
            errores.print(f"Lectura {modo}: se leen las actas en que dos personas coinciden. Ctrl-C para terminar.")
            try:
                _trabajar(obrero, una_vuelta)
            except KeyboardInterrupt:
                errores.print("Terminado. Lo que quedó sin leer se lee al volver a empezar.")


def _trabajar(obrero: Obrero, una_vuelta: bool) -> None:
    """Turns until told to stop. While another worker has the turn, or the database is away, wait."""
    from django.db import InterfaceError, OperationalError, connection

    from prep.lectura.obrero import turno

    dicho = ""
    while True:
        hecho, espera = None, ""
        try:
            with turno() as mio:
                if mio:
                    hecho = _vuelta(obrero)
                else:
                    espera = "Ya hay otro proceso leyendo actas; este espera por si termina."
        except (InterfaceError, OperationalError):
            if una_vuelta:
                _fallar("La base de datos no responde. Lo que ya se leyó está guardado; vuelva a intentarlo.")
            espera = "La base de datos no responde; se reintentará."
            connection.close()
        if espera and espera != dicho:
            errores.print(espera)
        dicho = espera
        if una_vuelta:
            return
        if hecho is None or not hecho.opiniones:
            time.sleep(PAUSA)


def _vuelta(obrero: Obrero) -> Vuelta:
    from prep.lectura.revision import Opinion

    columnas = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columnas, console=errores, transient=True) as barra:
        tarea = barra.add_task("Leyendo actas", total=None)
        hecho = obrero.vuelta(lambda hechas, total: barra.update(tarea, completed=hechas, total=total))
    if hecho.opiniones:
        cuantas = {o: sum(una is o for una in hecho.opiniones.values()) for o in Opinion}
        devueltas = "devueltas" if obrero.actua else "se habrían devuelto"
        consola.print(
            f"Actas leídas: {len(hecho.opiniones)}; confirmadas {cuantas[Opinion.CONFIRMA]}, {devueltas} "
            f"{cuantas[Opinion.DEVUELVE]}, sin opinión {cuantas[Opinion.SIN_OPINION]}; no se pudieron leer "
            f"{hecho.no_leidas}; avisos tardíos {len(hecho.tardios)}.",
            highlight=False,
        )
    if hecho.sin_almacen:
        errores.print(
            f"El almacén de imágenes no responde; actas que esperan por eso: {len(hecho.sin_almacen)}. Se reintentará."
        )
    return hecho


@app.command()
def informe(
    como_json: Annotated[bool, typer.Option("--json", help="En JSON (prep/informe-lectura/1).")] = False,
    curva: Annotated[
        Path | None, typer.Option("--curva", metavar="ARCHIVO.svg", help="Dibuja aquí la curva de calibración.")
    ] = None,
) -> None:
    """Cómo le fue a la lectura: qué confirmó, qué devolvió, qué no vio y cuánto vale su confianza.

    No dice qué leyó en ninguna acta. Compara con lo verificado hasta ahora; el de la noche es el del cierre.
    """
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.lectura.balance import balance, svg

        b = balance()
        if curva is not None:
            try:
                curva.write_text(svg(b["calibracion"]), encoding="utf-8")
            except OSError as error:
                _fallar(f"No se pudo escribir {curva}: {error.strerror}.")
        if como_json:
            typer.echo(json.dumps(b, ensure_ascii=False, indent=1))
        else:
            mostrar(b, consola)


def mostrar(b: dict, consola: Console) -> None:  # type: ignore[type-arg]
    """The report on a terminal."""
    from prep.lectura.balance import por_revisar, renglones
    from prep.lectura.resultado import MOTIVOS

    if not b["actas"]:
        consola.print("No hay ninguna lectura guardada: «prep lectura trabajar» lee las actas durante la noche.")
        return
    tabla = Table("Lectura automática", "", box=box.SIMPLE)
    tabla.columns[1].justify = "right"
    for fila in renglones(b):
        tabla.add_row(*fila)
    consola.print(tabla)
    if b["rechazos"]:
        tabla = Table("No se pudo leer porque", "actas", box=box.SIMPLE)
        for motivo, cuantas in b["rechazos"].items():
            tabla.add_row(MOTIVOS[motivo], f"{cuantas:,}")
        consola.print(tabla)
    if b["calibracion"]:
        tabla = Table("Confianza", "recuadros", "eran lo que quedó", "intervalo del 95 %", box=box.SIMPLE)
        for t in b["calibracion"]:
            desde, hasta = (f"{100 * v:.2f}" for v in t["intervalo"])
            tabla.add_row(
                f"{t['desde']:g} a {t['hasta']:g}",
                f"{t['campos']:,}",
                f"{100 * t['iguales'] / t['campos']:.2f} %",
                f"{desde} a {hasta} %",
            )
        consola.print(tabla)
    consola.print(
        "Lo que casi nunca puede ver: un número escrito sólo con letra, uno con la letra bien y las cifras mal, y uno "
        "corregido encima. Esos errores de ambas personas quedan para el cotejo.",
        style="dim",
    )
    if actas := por_revisar(b):
        consola.print(
            "La lectura difirió de estas actas cuando alguien ya las había verificado o devuelto. Compare cada una "
            "con su imagen; si está mal, el supervisor puede reabrirla:"
        )
        for acta in actas:
            consola.print(f"  {acta}", highlight=False)


def _fallar(mensaje: str) -> NoReturn:
    errores.print(f"[red]✗[/] {mensaje}", highlight=False, soft_wrap=True)
    raise typer.Exit(2)

"""`prep lectura`: the reader at work on the night, and its report."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prep.papel.opciones import Llave, secreto_qr
from prep.plataforma.consola import barra, errores, fallar, salida, tabla
from prep.plataforma.lugares import dir_evidencia
from prep.transparencia.errores import causa

if TYPE_CHECKING:
    from prep.lectura.obrero import Obrero, Vuelta

app = typer.Typer(help="La lectura automática durante la noche, y su informe.", no_args_is_help=True)
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
            show_default="datos/evidencia de la instalación",
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
        from prep.bitacora.nodos import nodo_de_aqui
        from prep.catalogo.services import cargar, sin_gente
        from prep.lectura.lectores import Lectores, lector_de
        from prep.lectura.obrero import Obrero
        from prep.papel.formas import Formas
        from prep.plataforma.almacen import abrir
        from prep.plataforma.reloj import RelojSistema

        proceso, info = cargar(), sin_gente()
        modo = info.parametros.lectura
        if modo == "apagada":
            typer.echo(
                f"La lectura automática está apagada en el proceso {proceso.clave}: no se leyó nada. Se enciende con "
                "lectura = «piloto» o «revisora» en proceso.toml, antes de la puesta en ceros."
            )
            return
        secreto = secreto_qr(llave, crear=False)
        almacen = abrir(evidencia or str(dir_evidencia()), privado=True)
        reloj = RelojSistema()
        with Lectores(lector_de(almacen, Formas(proceso, info, secreto)), procesos or os.cpu_count() or 1) as lectores:
            nodo = nodo_de_aqui()
            obrero = Obrero(lectores, nodo, reloj, actua=modo == "revisora")
            try:
                errores.print(f"Lectura {modo}: se leen las actas en que dos personas coinciden. Ctrl-C para terminar.")
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
                fallar("La base de datos no responde. Lo que ya se leyó está guardado; vuelva a intentarlo.")
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
    """One turn. What it did is said though it was cut short: that was kept, and the next turn will not count it."""
    from prep.lectura.obrero import Vuelta

    hecho = Vuelta()
    try:
        with barra() as avance:
            tarea = avance.add_task("Leyendo actas", total=None)
            obrero.vuelta(lambda hechas, total: avance.update(tarea, completed=hechas, total=total), hecho)
    finally:
        _decir(hecho, obrero.actua)
    return hecho


def _decir(hecho: Vuelta, actua: bool) -> None:
    from prep.lectura.revision import Opinion

    if hecho.opiniones:
        cuantas = {o: sum(una is o for una in hecho.opiniones.values()) for o in Opinion}
        devueltas = "devueltas" if actua else "se habrían devuelto"
        salida.print(
            f"Actas leídas: {len(hecho.opiniones)}; confirmadas {cuantas[Opinion.CONFIRMA]}, {devueltas} "
            f"{cuantas[Opinion.DEVUELVE]}, sin opinión {cuantas[Opinion.SIN_OPINION]}; no se pudieron leer "
            f"{hecho.no_leidas}; avisos tardíos {len(hecho.tardios)}."
        )
    if hecho.sin_almacen:
        errores.print(
            f"El almacén de imágenes no responde; actas que esperan por eso: {len(hecho.sin_almacen)}. Se reintentará."
        )


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
                fallar(f"No se pudo escribir {curva}: {causa(error)}.")
        if como_json:
            typer.echo(json.dumps(b, ensure_ascii=False, indent=1))
        else:
            mostrar(b)


def mostrar(b: dict) -> None:  # type: ignore[type-arg]
    """The report on a terminal."""
    from prep.lectura.balance import por_revisar, renglones
    from prep.lectura.resultado import MOTIVOS

    if not b["actas"]:
        salida.print("No hay ninguna lectura guardada: «prep lectura trabajar» lee las actas durante la noche.")
        return
    cuenta = tabla("Lectura automática", ">")
    for fila in renglones(b):
        cuenta.add_row(*fila)
    salida.print(cuenta)
    if b["rechazos"]:
        cuenta = tabla("No se pudo leer porque", ">actas")
        for motivo, cuantas in b["rechazos"].items():
            cuenta.add_row(MOTIVOS[motivo], f"{cuantas:,}")
        salida.print(cuenta)
    if b["calibracion"]:
        cuenta = tabla("Confianza", ">recuadros", ">eran lo que quedó", ">intervalo del 95 %")
        for t in b["calibracion"]:
            desde, hasta = (f"{100 * v:.2f}" for v in t["intervalo"])
            cuenta.add_row(
                f"{t['desde']:g} a {t['hasta']:g}",
                f"{t['campos']:,}",
                f"{100 * t['iguales'] / t['campos']:.2f} %",
                f"{desde} a {hasta} %",
            )
        salida.print(cuenta)
    salida.print(
        "Lo que casi nunca puede ver: un número escrito sólo con letra, uno con la letra bien y las cifras mal, y uno "
        "corregido encima. Esos errores de ambas personas quedan para el cotejo.",
        style="dim",
    )
    if actas := por_revisar(b):
        salida.print(
            "La lectura difirió de estas actas cuando alguien ya las había verificado o devuelto. Compare cada una "
            "con su imagen; si está mal, el supervisor puede reabrirla:"
        )
        for acta in actas:
            salida.print(f"  {acta}")

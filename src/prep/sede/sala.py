"""The composition root: opens the process, the keys, the stores and the clock, once, for whoever publishes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import orjson
import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from prep.dominio.tabulacion.porcentajes import porcentaje

if TYPE_CHECKING:
    from prep.bitacora.nodos import NodoLocal
    from prep.publicacion.corte import Corte
    from prep.publicacion.programador import Alarma
    from prep.publicacion.publicador import Publicador

consola = Console()
errores = Console(stderr=True)

Destino = Annotated[
    str | None,
    typer.Option(
        "--destino", metavar="DIR|s3://CUBO/PREFIJO", show_default="datos/publicacion", help="Dónde publicar."
    ),
]
Modo = Annotated[
    str | None,
    typer.Option("--modo", metavar="prueba|simulacro|jornada", show_default="el del proceso", help="Qué vale."),
]
Llave = Annotated[
    str | None,
    typer.Option(
        "--llave", metavar="ARCHIVO|pkcs11:…", show_default="datos/llaves/instituto.skey", help="Llave del instituto."
    ),
]
Mapa = Annotated[
    Path | None,
    typer.Option("--mapa", metavar="ARCHIVO", exists=True, help="Contornos hechos con «prep portal mapa»."),
]


@dataclass(slots=True)
class Sala:
    """What a command needs to publish."""

    publicador: Publicador
    destino: str
    alarma: Alarma
    nodo: NodoLocal

    def ahora(self) -> datetime:
        from prep.plataforma.reloj import RelojSistema

        return RelojSistema().ahora()

    def hacer(self, hora: datetime, cierre: bool) -> Corte:
        from django.db import connection

        from prep.publicacion.corte import hacer_corte
        from prep.publicacion.publicador import CorteImposible

        try:
            return hacer_corte(self.publicador, hora, cierre)
        except CorteImposible:
            connection.close()  # the next one begins with a new connection, in case the database went away
            raise


@contextmanager
def sala(modo: str | None, destino: str | None, llave: str | None, mapa: Path | None) -> Iterator[Sala]:
    """Open the process, the keys, the stores and the clock; leave saying what is missing and how to make it."""
    from prep.plataforma.arranque import django_listo

    logging.captureWarnings(True)
    with django_listo():
        from django.conf import settings

        from prep import portal
        from prep.bitacora.nodos import nodo_local
        from prep.catalogo.models import Proceso as Fila
        from prep.catalogo.services import cargar, informativo, vigente
        from prep.catalogo.services.errores import CatalogoError
        from prep.dominio.tabulacion.proceso import Modo as ModoProceso
        from prep.plataforma.almacen import ErrorAlmacen, abrir
        from prep.publicacion.programador import Alarma
        from prep.publicacion.publicador import Publicador
        from prep.transparencia.errores import ErrorEmision
        from prep.transparencia.llaves import firmante

        try:
            fila = vigente()
            proceso, info = cargar(fila.clave), informativo(fila.clave)
        except CatalogoError as error:
            fallar(str(error), 2)
        if modo is not None and modo not in {m.value for m in ModoProceso}:
            fallar(f"No hay modo «{modo}»: es prueba, simulacro o jornada.", 2)
        if modo is not None and modo != fila.modo and fila.estado == Fila.Estado.CONGELADO:
            fallar(f"La puesta en ceros congeló el proceso en modo {fila.modo}; no se publica como {modo}.", 2)
        donde_llave = llave or str(settings.DIR_DATOS / "llaves" / "instituto.skey")
        try:
            quien = firmante(donde_llave)
        except ErrorEmision as error:
            fallar(
                f"{error}. Para crearla: prep llaves crear NOMBRE {settings.DIR_DATOS / 'llaves'} --archivo instituto",
                2,
            )
        donde = destino or str(settings.DIR_DATOS / "publicacion")
        try:
            almacen = abrir(donde)
            if almacen.leer("llaves/instituto.vkey") is None:
                almacen.escribir("llaves/instituto.vkey", f"{quien.llave.vkey}\n".encode())
        except ErrorAlmacen as error:
            fallar(str(error), 2)
        try:
            contornos = orjson.loads(mapa.read_bytes()) if mapa else None
        except (OSError, ValueError) as error:
            fallar(f"{mapa} no es un mapa hecho con «prep portal mapa»: {error}.", 2)
        evidencia = settings.DIR_DATOS / "evidencia"
        nodo = nodo_local(settings.DIR_DATOS / "llaves")
        publicador = Publicador(
            proceso,
            info,
            almacen,
            ModoProceso(modo or fila.modo),
            quien,
            nodo=nodo,
            portal=portal,
            mapa=contornos,
            evidencia=abrir(str(evidencia), privado=True) if evidencia.is_dir() else None,
            reserva=settings.DIR_DATOS / "reserva",
        )
        yield Sala(publicador, donde, Alarma(settings.DIR_DATOS / "alarma.json"), nodo)


def mostrar(corte: Corte, destino: str) -> None:
    """A corte, for people."""
    tabla = Table(
        title=f"Corte {corte.numero} · {corte.hora:%d/%m/%Y %H:%M} · {corte.posicion:,} hechos",
        box=box.SIMPLE,
        title_justify="left",
    )
    tabla.add_column("Elección")
    for columna in ("Esperadas", "Capturadas", "Contabilizadas", "% contab."):
        tabla.add_column(columna, justify="right")
    for clave, c in corte.cuentas.items():
        tabla.add_row(
            clave,
            f"{c['esperadas']:,}",
            f"{c['capturadas']:,}",
            f"{c['contabilizadas']:,}",
            porcentaje(c["contabilizadas"], c["esperadas"]) or "",
        )
    consola.print(tabla)
    pasos = ", ".join(f"{paso} {segundos:.2f}" for paso, segundos in corte.tiempos.items())
    consola.print(f"{sum(corte.tiempos.values()):.2f} s ({pasos})", highlight=False, soft_wrap=True)
    consola.print(
        f"{corte.nuevos:,} archivos nuevos y {corte.iguales:,} sin cambio en {escape(destino)}/{corte.ruta}",
        highlight=False,
        soft_wrap=True,
    )


def fallar(mensaje: str, codigo: int) -> NoReturn:
    """Say it and leave."""
    errores.print(f"[red]✗[/] {escape(mensaje)}", highlight=False, soft_wrap=True)
    raise typer.Exit(codigo)

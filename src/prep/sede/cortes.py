"""`prep corte`: publish now, on schedule, or recompute what was published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from prep.plataforma.consola import esperando, fallar, salida
from prep.plataforma.idioma import cuantos
from prep.plataforma.opciones import Llave
from prep.sede.opciones import Destino, Mapa, Modo, mostrar
from prep.sede.sala import Sala, sala, sala_de_nodo

if TYPE_CHECKING:
    from datetime import datetime

    from prep.publicacion.corte import Corte

app = typer.Typer(help="Los cortes: todo lo que se publica, calculado de los hechos.", invoke_without_command=True)


@app.callback()
def corte(
    contexto: typer.Context,
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
    mapa: Mapa = None,
) -> None:
    """Publica un corte ahora. Si no se puede, sigue publicado el anterior y se dice por qué."""
    if contexto.invoked_subcommand is not None:
        return
    with sala(modo, destino, llave, mapa) as s:
        _ahora(s)


@app.command()
def programar(
    cada: Annotated[
        int | None,
        typer.Option(
            "--cada", min=1, max=60, metavar="MIN", show_default="los del proceso", help="Minutos entre cortes."
        ),
    ] = None,
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
    mapa: Mapa = None,
) -> None:
    """Publica un corte cada tantos minutos del reloj, haya o no algo nuevo, hasta que se interrumpa."""
    with sala(modo, destino, llave, mapa) as s:
        _cada(s, cada or s.publicador.informativo.publicacion.cada_minutos)


def _cada(s: Sala, minutos: int) -> None:
    """A corte every so many minutes, until somebody interrupts it."""
    from zoneinfo import ZoneInfo

    from prep.plataforma.idioma import a_las
    from prep.plataforma.procesos import ceder_el_paso, perpetuar
    from prep.plataforma.reloj import RelojSistema
    from prep.publicacion.programador import programar as programar_cortes
    from prep.publicacion.publicador import Cerrada

    def contar(hecho: Corte | None, proximo: datetime) -> bool:
        if hecho is not None:
            mostrar(hecho, s.destino)
        salida.print(f"El siguiente, {a_las(proximo, RelojSistema().ahora().astimezone(zona))}.")
        return True

    zona = ZoneInfo(s.publicador.proceso.zona_horaria)
    ceder_el_paso()
    perpetuar()
    try:
        salida.print(f"Un corte cada {minutos} min en {s.destino}. Ctrl-C para terminar.")
        programar_cortes(s.hacer, RelojSistema(), minutos, zona, s.alarma, contar)
    except Cerrada as cerrada:
        salida.print(str(cerrada))
    except KeyboardInterrupt:
        salida.print("Terminado; el último corte queda publicado.")


def _ahora(s: Sala) -> None:
    """A corte now, or why not."""
    from prep.publicacion.programador import intentar

    hecho = intentar(s.hacer, s.ahora(), s.alarma)
    if hecho is None:
        raise typer.Exit(1)
    mostrar(hecho, s.destino)


def de_nodo(
    delegacion: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="La que hizo «prep operacion delegar»; solo la primera vez."),
    ] = None,
    cada: Annotated[int | None, typer.Option("--cada", min=1, max=60, metavar="MIN", help="Sin él, una vez.")] = None,
    destino: Destino = None,
    mapa: Mapa = None,
) -> None:
    """Publica un corte parcial: solo las actas que este nodo tiene, por encargo del instituto, sin el centro.

    En DESTINO queda una carpeta que cualquier servidor de archivos puede mostrar y que «prep verificar» comprueba.
    """
    with sala_de_nodo(destino, delegacion, mapa) as s:
        parcial = s.publicador.parcial
        assert parcial is not None
        salida.print(
            f"Corte parcial de {escape(parcial.nombre)}: solo las actas que este centro tiene. La delegación vence el "
            f"{parcial.hasta:%d/%m/%Y %H:%M}.",
            soft_wrap=True,
        )
        if cada is None:
            _ahora(s)
        else:
            _cada(s, cada)


@app.command()
def rehacer(
    cortes: Annotated[
        list[Path],
        typer.Argument(
            metavar="CORTE…", exists=True, file_okay=False, help="Carpetas de cortes, como publicacion/cortes/0007."
        ),
    ],
) -> None:
    """Vuelve a calcular cortes publicados a partir de los hechos y compara cada archivo, byte por byte.

    En otra máquina: «prep proceso importar», «prep bitacora importar» y esta orden sobre una copia de la
    publicación. Termina con 0 si todo es igual, 1 si algo difiere y 2 si no se pudo rehacer.
    """
    from prep.plataforma.arranque import django_listo

    distintos = False
    with django_listo():
        from prep import portal
        from prep.catalogo.services import cargar, informativo
        from prep.catalogo.services.errores import CatalogoError
        from prep.publicacion.rehacer import rehacer

        try:
            proceso, info = cargar(), informativo()
        except CatalogoError as error:
            fallar(str(error))
        for carpeta in cortes:
            with esperando(f"Recalculando {carpeta}…"):
                r = rehacer(carpeta, proceso, info, portal)
            titulo = f"Corte {r.corte}, {r.hora}, {cuantos(r.posicion, 'hecho')}"
            if not r.diferencias:
                salida.print(f"[green]✓[/] {titulo}. Archivos comparados, todos idénticos: {r.archivos:,}.")
                continue
            distintos = True
            salida.print(f"[red]✗[/] {titulo}: {cuantos(len(r.diferencias), 'diferencia')}.")
            if not r.mismo_programa:
                salida.print("  Lo publicó otra versión del programa: rehágalo con la misma.")
            for diferencia in r.diferencias[:20]:
                salida.print(f"  {escape(diferencia)}", soft_wrap=True)
    if distintos:
        raise typer.Exit(1)

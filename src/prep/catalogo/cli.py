"""`prep proceso …`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from prep.catalogo.lector import leer_proceso
from prep.catalogo.problemas import Problema, ProcesoInvalido
from prep.dominio.tabulacion.proceso import Proceso

app = typer.Typer(
    help="El proceso electoral: elecciones, casillas, contendientes, centros de acopio y personas.",
    no_args_is_help=True,
)

Carpeta = Annotated[Path, typer.Argument(metavar="DIR", help="Carpeta con proceso.toml y sus tablas CSV.")]


@app.command()
def validar(
    carpeta: Carpeta,
    como_json: Annotated[bool, typer.Option("--json", help="Escribe el resultado como JSON.")] = False,
) -> None:
    """Revisa una carpeta de proceso y lista todos sus problemas, con archivo, línea y campo."""
    try:
        with Console(stderr=True).status("Leyendo la carpeta…"):
            proceso, _ = leer_proceso(carpeta)
    except ProcesoInvalido as error:
        if como_json:
            _json({"valido": False, "problemas": [p.como_dict() for p in error.problemas]})
        else:
            mostrar_problemas(error.problemas)
        raise typer.Exit(1) from None
    if como_json:
        _json({"valido": True, "clave": proceso.clave, "huella": proceso.huella, "problemas": []})
    else:
        resumir(proceso)


@app.command()
def ejemplo(
    carpeta: Annotated[Path, typer.Argument(metavar="DIR", help="Carpeta que se va a crear.")],
    casillas: Annotated[
        int | None, typer.Option(help="De 60 a 10,900; con --nacional, de 300 a 170,000.", show_default="60; 170,000")
    ] = None,
    nacional: Annotated[bool, typer.Option("--nacional", help="300 distritos y tres elecciones federales.")] = False,
    semilla: Annotated[int, typer.Option(help="Con la misma semilla sale el mismo proceso.")] = 2027,
) -> None:
    """Escribe un proceso de demostración con la forma del de Jalisco y partidos ficticios."""
    from prep.catalogo import ejemplo as demo
    from prep.catalogo.escritor import escribir_proceso, exigir_vacia

    total = casillas if casillas is not None else demo.NACIONAL if nacional else demo.CASILLAS_MINIMO
    try:
        exigir_vacia(carpeta)
        with _barra() as barra:
            tarea = barra.add_task("Formando casillas", total=total)
            proceso, informativo = demo.ejemplo(
                total, nacional=nacional, semilla=semilla, avance=lambda n: barra.advance(tarea, n)
            )
            tarea = barra.add_task("Escribiendo la carpeta", total=total)
            escribir_proceso(carpeta, proceso, informativo, lambda n: barra.advance(tarea, n))
    except (ValueError, OSError) as error:
        raise _fallo(error) from None
    resumir(proceso)
    typer.echo(f"Carpeta escrita: {carpeta}")


@app.command()
def importar(carpeta: Carpeta) -> None:
    """Revisa la carpeta y la guarda en la base de datos: toda o nada. Repetirlo no cambia nada."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.catalogo.services import importar as servicio
        from prep.catalogo.services.errores import CatalogoError
        from prep.plataforma.reloj import RelojSistema

        try:
            with Console(stderr=True).status("Leyendo la carpeta…") as paso:
                guardado = servicio(carpeta, RelojSistema().ahora(), lambda que: paso.update(f"{que}…"))
        except ProcesoInvalido as error:
            mostrar_problemas(error.problemas)
            raise typer.Exit(1) from None
        except CatalogoError as error:
            raise _fallo(error) from None
    resumir(guardado.proceso)
    typer.echo(_RESULTADOS[guardado.resultado.value])


_RESULTADOS = {
    "nuevo": "Importado como borrador; la puesta en ceros lo congela.",
    "reemplazado": "Importado en lugar del borrador anterior.",
    "actualizado": "El catálogo es el mismo; se actualizaron horario, personas o datos de la institución.",
    "igual": "Ya estaba importado, idéntico. Nada cambió.",
}


@app.command()
def ver(
    clave: Annotated[str | None, typer.Argument(metavar="[CLAVE]", help="Sin ella, el proceso vigente.")] = None,
) -> None:
    """Muestra el proceso guardado y comprueba su huella."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.catalogo.services import cargar, vigente
        from prep.catalogo.services.errores import CatalogoError

        try:
            fila = vigente(clave)
            proceso = cargar(fila.clave)
        except CatalogoError as error:
            raise _fallo(error) from None
    cuando = f" desde {fila.congelado:%d/%m/%Y %H:%M} UTC" if fila.congelado else ""
    resumir(proceso)
    typer.echo(f"Estado: {fila.estado}{cuando}. Modo: {fila.modo}. Cortes cada {fila.cada_minutos} minutos.")


def _barra() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def mostrar_problemas(problemas: tuple[Problema, ...]) -> None:
    """The table that a person prints and works through."""
    tabla = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for titulo, justo in (("archivo", "left"), ("línea", "right"), ("campo", "left")):
        tabla.add_column(titulo, justify=justo, no_wrap=True)  # type: ignore[arg-type]
    tabla.add_column("qué pasa y qué hacer", overflow="fold", min_width=30)
    for p in problemas:
        mensaje = _escapado(p.mensaje) + (f" [dim]{_escapado(p.sugerencia)}[/dim]" if p.sugerencia else "")
        tabla.add_row(_escapado(p.archivo), str(p.linea or ""), _escapado(p.campo), mensaje)
    consola = _consola()
    consola.print(tabla)
    cuantos = "un problema" if len(problemas) == 1 else f"{len(problemas):,} problemas"
    consola.print(f"[bold red]✗[/bold red] {cuantos}. Nada se importó.")


def resumir(proceso: Proceso) -> None:
    """What the process holds, in a few lines."""
    consola = _consola()
    tabla = Table(box=box.SIMPLE_HEAD, show_edge=False)
    tabla.add_column("elección")
    for titulo in ("actas", "demarcaciones", "columnas de votos", "boletas distintas"):
        tabla.add_column(titulo, justify="right")
    for e in proceso.elecciones:
        tabla.add_row(
            f"{e.clave}  {_escapado(e.nombre)}",
            f"{len(e.actas):,}",
            f"{len(e.demarcaciones):,}",
            str(len(e.columnas)),
            str(len(set(e.boletas.values()))),
        )
    consola.print(f"[bold]{_escapado(proceso.nombre)}[/bold] ({proceso.clave}), {_escapado(proceso.entidad_nombre)}")
    consola.print(tabla)
    consola.print(f"[bold green]✓[/bold green] Sin problemas. Huella {proceso.huella}", soft_wrap=True)


def _fallo(error: Exception) -> typer.Exit:
    """Say what happened and end with 1."""
    _consola().print(f"[bold red]✗[/bold red] {_escapado(str(error))}", soft_wrap=True)
    return typer.Exit(1)


def _consola() -> Console:
    """Wide enough to be read in a file when the output is not a terminal."""
    return Console(width=None if sys.stdout.isatty() else 160)


def _escapado(dato: str) -> str:
    return dato.replace("[", "\\[")


def _json(obj: object) -> None:
    typer.echo(orjson.dumps(obj, option=orjson.OPT_INDENT_2).decode())

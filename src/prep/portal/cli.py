"""`prep portal`: outlines for the map, and what a publication weighs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import orjson
import typer
from rich.console import Console

from prep.portal import bench, mapa

app = typer.Typer(help="Portal de resultados: mapa de la institución y medidas.", no_args_is_help=True)


@app.command("mapa")
def importar_mapa(
    geojson: Annotated[Path, typer.Argument(help="Contornos de la institución, en GeoJSON.")],
    capa: Annotated[str, typer.Option(help="distrito o municipio.")],
    propiedad: Annotated[str, typer.Option(help="Propiedad que numera los lugares; se adivina si se omite.")] = "",
    salida: Annotated[Path, typer.Option(help="Archivo que se crea, o al que se añade la capa.")] = Path("mapa.json"),
) -> None:
    """Simplifica y proyecta los contornos para dibujarlos en el portal."""
    if not geojson.is_file():
        _fallar(f"No existe el archivo {geojson}.")
    try:
        capas = orjson.loads(salida.read_bytes())["capas"] if salida.exists() else {}
        capas[capa] = mapa.importar(geojson, capa, propiedad)
    except (mapa.MapaInvalido, orjson.JSONDecodeError, KeyError) as error:
        _fallar(f"No se pudo importar el mapa: {error}")
    salida.write_bytes(orjson.dumps(mapa.documento(capas)))
    typer.echo(f"{salida}: {len(capas[capa]['lugares'])} lugares en la capa {capa}, {salida.stat().st_size:,} bytes.")


@app.command("bench")
def medir(
    publicacion: Annotated[Path, typer.Argument(help="Carpeta de una publicación.")],
    carga: Annotated[bool, typer.Option(help="Medir peticiones por segundo con nginx y wrk.")] = False,
    segundos: Annotated[int, typer.Option(help="Duración de cada medición de carga.")] = 5,
) -> None:
    """Archivos y bytes por corte, peso de la primera vista y estimación para la CDN."""
    if not publicacion.is_dir():
        _fallar(f"No existe la carpeta {publicacion}.")
    if not (publicacion / "ultimo.json").is_file() or not (publicacion / "index.html").is_file():
        _fallar(f"{publicacion} no es una publicación con páginas: le falta ultimo.json o index.html.")
    consola = Console()
    for tabla in bench.tabla(publicacion):
        consola.print(tabla)
    if carga:
        try:
            consola.print(bench.carga(publicacion, segundos))
        except (FileNotFoundError, RuntimeError) as error:
            _fallar(str(error))


def _fallar(mensaje: str) -> NoReturn:
    """Say it and leave."""
    typer.echo(mensaje, err=True)
    raise typer.Exit(1)

"""`prep portal`: outlines for the map, and what a publication weighs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from prep.portal import bench, mapa

app = typer.Typer(help="Portal de resultados: mapa de la institución y medidas.", no_args_is_help=True)


@app.command("mapa")
def importar_mapa(
    geojson: Annotated[Path, typer.Argument(help="Contornos de la institución, en GeoJSON.", exists=True)],
    capa: Annotated[str, typer.Option(help="distrito o municipio.")],
    propiedad: Annotated[str, typer.Option(help="Propiedad que numera los lugares; se adivina si se omite.")] = "",
    salida: Annotated[Path, typer.Option(help="Archivo que se crea, o al que se añade la capa.")] = Path("mapa.json"),
) -> None:
    """Simplifica y proyecta los contornos para dibujarlos en el portal."""
    try:
        capas = orjson.loads(salida.read_bytes())["capas"] if salida.exists() else {}
        capas[capa] = mapa.importar(geojson, capa, propiedad)
    except (mapa.MapaInvalido, orjson.JSONDecodeError, KeyError) as error:
        typer.echo(f"No se pudo importar el mapa: {error}", err=True)
        raise typer.Exit(1) from error
    salida.write_bytes(orjson.dumps(mapa.documento(capas)))
    typer.echo(f"{salida}: {len(capas[capa]['lugares'])} lugares en la capa {capa}, {salida.stat().st_size:,} bytes.")


@app.command("bench")
def medir(
    publicacion: Annotated[Path, typer.Argument(help="Carpeta de una publicación.", exists=True, file_okay=False)],
    carga: Annotated[bool, typer.Option(help="Medir peticiones por segundo con nginx y wrk.")] = False,
    segundos: Annotated[int, typer.Option(help="Duración de cada medición de carga.")] = 5,
) -> None:
    """Archivos y bytes por corte, peso de la primera vista y estimación para la CDN."""
    consola = Console()
    for tabla in bench.tabla(publicacion):
        consola.print(tabla)
    if carga:
        try:
            consola.print(bench.carga(publicacion, segundos))
        except (FileNotFoundError, RuntimeError) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error

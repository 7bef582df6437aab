"""`prep portal`: outlines for the map, what a publication weighs, and how to serve it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from prep.plataforma.consola import fallar, salida
from prep.plataforma.idioma import cuantos
from prep.plataforma.lugares import dir_publicacion

app = typer.Typer(help="Portal de resultados: mapa de la institución, medidas y servidor.", no_args_is_help=True)

Publicacion = Annotated[
    Path | None,
    typer.Argument(
        metavar="[PUBLICACION]",
        exists=True,
        file_okay=False,
        help="Carpeta de una publicación.",
        show_default="datos/publicacion de la instalación",
    ),
]


@app.command("mapa")
def importar_mapa(
    geojson: Annotated[
        Path, typer.Argument(help="Contornos de la institución, en GeoJSON.", exists=True, dir_okay=False)
    ],
    capa: Annotated[Literal["distrito", "municipio"], typer.Option(help="Qué lugares trae.")],
    propiedad: Annotated[str, typer.Option(help="Propiedad que numera los lugares; se adivina si se omite.")] = "",
    archivo: Annotated[Path, typer.Option("--salida", help="Archivo que se crea, o al que se añade la capa.")] = Path(
        "mapa.json"
    ),
) -> None:
    """Simplifica y proyecta los contornos para dibujarlos en el portal."""
    import orjson

    from prep.portal import mapa

    try:
        capas = orjson.loads(archivo.read_bytes())["capas"] if archivo.exists() else {}
    except (orjson.JSONDecodeError, KeyError, TypeError):
        fallar(f"{archivo} no es un mapa hecho con esta orden: indique otro archivo en --salida.", 1)
    try:
        capas[capa] = mapa.importar(geojson, capa, propiedad)
    except mapa.MapaInvalido as error:
        fallar(f"No se pudo importar el mapa: {error}", 1)
    archivo.write_bytes(orjson.dumps(mapa.documento(capas)))
    lugares = cuantos(len(capas[capa]["lugares"]), "lugar", "lugares")
    typer.echo(f"{archivo}: {lugares} en la capa {capa}, {archivo.stat().st_size:,} bytes.")


@app.command("bench")
def medir(
    publicacion: Publicacion = None,
    carga: Annotated[bool, typer.Option("--carga", help="Mide peticiones por segundo con nginx y wrk.")] = False,
    segundos: Annotated[int, typer.Option(min=1, help="Duración de cada medición de carga.")] = 5,
) -> None:
    """Archivos y bytes por corte, peso de la primera vista y estimación para la CDN."""
    from prep.portal import bench

    carpeta = publicacion or dir_publicacion()
    if not (carpeta / "index.html").is_file() or not (carpeta / "ultimo.json").is_file():
        fallar(f"En {carpeta} no hay una publicación con páginas: se espera la carpeta que escribe «prep corte».")
    for tabla in bench.tabla(carpeta):
        salida.print(tabla)
    if carga:
        try:
            salida.print(bench.carga(carpeta, segundos))
        except (bench.SinPrograma, RuntimeError) as error:
            fallar(str(error))


@app.command()
def nginx(
    publicacion: Publicacion = None,
    puerto: Annotated[int, typer.Option(min=1, max=65535, help="Puerto en que atiende.")] = 80,
    temporales: Annotated[Path, typer.Option(help="Carpeta de nginx para sus archivos de trabajo.")] = Path(
        "/var/lib/nginx"
    ),
) -> None:
    """Escribe la configuración de nginx que sirve una publicación: caché, compresión y encabezados de seguridad.

    Por ejemplo: prep portal nginx /srv/prep > /etc/nginx/nginx.conf
    """
    from prep.portal.servido import configuracion

    carpeta = (publicacion or dir_publicacion()).resolve()
    typer.echo(configuracion(carpeta, f"{puerto}", temporales, Path("/run/nginx.pid")), nl=False)

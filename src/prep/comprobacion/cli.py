"""Commands of this room: `prep verificar` and `prep pagina-verifica`."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from prep.transparencia.errores import ErrorEmision, causa

if TYPE_CHECKING:
    from prep.comprobacion.redibujo import Redibujar

_MARCAS = {"bien": "✓", "aviso": "!", "mal": "✗", "sin_comprobar": "?", "no_recalculado": "·"}
PLAZO = 3600
con_que_dibujar: "Callable[[], Redibujar] | None" = None
"""Where the product is at hand, `prep.cli` says how its pages are drawn again."""


def verificar(
    donde: Annotated[str, typer.Argument(help="Carpeta de la publicación, o su dirección http(s).")],
    politica: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Llaves y cofirmas exigidas, obtenidas por otro medio que el propio sitio.",
        ),
    ] = None,
    recordar: Annotated[
        Path | None,
        typer.Option(
            help="Archivo donde se recuerda lo visto, para notar si la historia cambia y calcular solo lo nuevo."
        ),
    ] = None,
    de_nuevo: Annotated[
        bool, typer.Option("--de-nuevo", help="No se fía de lo que calculó antes: lee y calcula todo otra vez.")
    ] = False,
    modo: Annotated[
        Literal["prueba", "simulacro", "jornada"] | None, typer.Option(help="Exige que el corte sea de este modo.")
    ] = None,
    nodo: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIR|URL", help="Lo que publicó un nodo por su cuenta: comprueba que aquí está lo mismo. Se repite."
        ),
    ] = None,
    sin_imagenes: Annotated[bool, typer.Option("--sin-imagenes", help="No revisa imagen por imagen.")] = False,
    todo: Annotated[bool, typer.Option("--todo", help="Recalcula todos los cortes, no solo el último.")] = False,
    sin_paginas: Annotated[bool, typer.Option("--sin-paginas", help="No vuelve a dibujar las páginas.")] = False,
    plazo: Annotated[int, typer.Option(min=1, help="Segundos que puede tomar leer de la red.")] = PLAZO,
    como_json: Annotated[bool, typer.Option("--json", help="Informe en JSON.")] = False,
) -> None:
    """Comprueba una publicación sin confiar en ella.

    Firmas, historia, actos, archivos, cifras, páginas e imágenes, y dice lo que no volvió a calcular. Termina con 0 si
    todo es correcto, 1 si algo no coincide y 2 si no se pudo comprobar.
    """
    from prep.comprobacion.informe import Informe
    from prep.comprobacion.verificar import Opciones
    from prep.comprobacion.verificar import verificar as comprobar
    from prep.plataforma.procesos import buscar_menos_basura
    from prep.transparencia.almacen import abrir
    from prep.transparencia.politica import leer_politica

    buscar_menos_basura()
    try:
        leida = leer_politica(politica.read_bytes()) if politica else None
        dibujar = con_que_dibujar() if con_que_dibujar and not sin_paginas else None
        nodos = [abrir(n, plazo) for n in nodo or ()]
        opciones = Opciones(leida, recordar, de_nuevo, not sin_imagenes, todo, modo, redibujar=dibujar, nodos=nodos)
        informe: Informe = comprobar(abrir(donde, plazo), opciones)
    except (ErrorEmision, OSError) as e:
        informe = Informe()
        informe.sin_comprobar("lectura", causa(e) if isinstance(e, OSError) else str(e))
    if como_json:
        typer.echo(json.dumps(informe.como_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(informe.veredicto)
        for h in informe.hallazgos:
            typer.echo(f"  {_MARCAS[h.nivel]} {h.asunto}: {h.texto}")
        for (_, asunto), cuantos in informe.omitidos.items():
            typer.echo(f"  … y {cuantos} más de {asunto}")
    sys.stdout.flush()
    raise typer.Exit(informe.codigo)


def pagina_verifica(
    archivo: Annotated[Path, typer.Argument(help="Dónde se guarda la página.")] = Path("verifica.html"),
) -> None:
    """Guarda verifica.html, la página con que cualquier persona comprueba una publicación, y dice su sha256."""
    from hashlib import sha256

    from prep.comprobacion.pagina import verifica_html

    datos = verifica_html()
    archivo.write_bytes(datos)
    typer.echo(f"{sha256(datos).hexdigest()}  {archivo}")

"""`prep actas llenar`, `fotografiar` and `practica`: paper filled by a made-up hand, photographed badly; and actas to
practise capture with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from prep.papel.opciones import Casilla, Catd, Eleccion, Llave, Proceso, Salida, Semilla, abrir_formas, elegidas
from prep.plataforma.consola import barra as nueva_barra
from prep.plataforma.consola import fallar
from prep.plataforma.idioma import cuantos
from prep.transparencia.errores import causa


def llenar(
    proceso: Proceso,
    salida: Salida,
    cuantas: Annotated[int, typer.Option(min=1, help="Cuántas actas.")] = 10,
    eleccion: Eleccion = None,
    catd: Catd = None,
    casilla: Casilla = None,
    semilla: Semilla = 1,
    tinta: Annotated[Literal["pluma", "tenue", "lapiz", "copia"], typer.Option(help="Con qué se escribe.")] = "pluma",
    limpias: Annotated[bool, typer.Option("--limpias", help="Sin tachaduras, vacíos ni errores.")] = False,
    digitos: Annotated[
        Path | None,
        typer.Option(help="Carpeta con dígitos reales en formato IDX; sin ella escribe la mano del sistema."),
    ] = None,
    llave: Llave = None,
) -> None:
    """Llena actas a mano con votos inventados: una imagen PNG y su verdad en JSON por acta."""
    import numpy as np

    from prep.laboratorio.llenar import LIMPIO, TINTAS, desvanecer, en_blanco, planear, votos_al_azar
    from prep.laboratorio.llenar import llenar as escribir
    from prep.laboratorio.otras_manos import Digitos
    from prep.plataforma.opencv import cv2

    formas = abrir_formas(proceso, llave, "SIMULACRO · SIN VALIDEZ OFICIAL", crear=True)
    pedidas = elegidas(formas, eleccion, catd, casilla)
    rng = np.random.default_rng(semilla)
    pedidas = [pedidas[i] for i in sorted(rng.permutation(len(pedidas))[:cuantas])]
    try:
        reales = Digitos.abrir(digitos) if digitos else None
    except (OSError, ValueError) as error:
        fallar(f"No se pudieron leer los dígitos: {causa(error) if isinstance(error, OSError) else error}")
    salida.mkdir(parents=True, exist_ok=True)
    with nueva_barra() as barra:
        for i, acta in enumerate(barra.track(pedidas, description="Llenando")):
            propio = np.random.default_rng([semilla, i])
            hoja = formas.hoja(acta.clave)
            votos = votos_al_azar(hoja.plantilla, propio)
            plan = planear(hoja.plantilla, votos, propio, LIMPIO if limpias else None)
            imagen = desvanecer(escribir(hoja, plan, propio, reales), en_blanco(hoja), TINTAS[tinta], propio)
            cv2.imwrite(str(salida / f"{acta.clave}.png"), imagen[:, :, ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 3])
            verdad = {
                "acta": acta.clave,
                "plantilla": hoja.plantilla.id,
                "campos": {clave: e.como_dict() for clave, e in plan.items()},
            }
            (salida / f"{acta.clave}.json").write_text(
                json.dumps(verdad, ensure_ascii=False, indent=1), encoding="utf-8"
            )
    typer.echo(f"{cuantos(len(pedidas), 'acta llena', 'actas llenas')}: {salida}")


def fotografiar(
    llenas: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Carpeta de «prep actas llenar».")
    ],
    salida: Salida,
    nivel: Annotated[list[str] | None, typer.Option(help="scan, mild, medium, hard o washed; puede repetirse.")] = None,
    semilla: Semilla = 1,
) -> None:
    """Fotografía mal actas llenas: de un escáner («scan») a una foto movida, doblada y con sombra («hard»); «washed»
    casi no tiene contraste."""
    import numpy as np

    from prep.laboratorio.fotografiar import NIVELES
    from prep.laboratorio.fotografiar import fotografiar as tomar
    from prep.laboratorio.llenar import PX_MM
    from prep.papel.plantilla import ALTO, ANCHO
    from prep.plataforma.opencv import cv2

    niveles = nivel or list(NIVELES)
    if malos := [n for n in niveles if n not in NIVELES]:
        fallar(f"No existe el nivel «{malos[0]}»: use {', '.join(NIVELES)}.")
    rutas = sorted(llenas.glob("*.png"))
    if not rutas:
        fallar(f"En {llenas} no hay actas llenas: use antes «prep actas llenar».")
    salida.mkdir(parents=True, exist_ok=True)
    with nueva_barra() as barra:
        tarea = barra.add_task("Fotografiando", total=len(rutas) * len(niveles))
        for i, ruta in enumerate(rutas):
            imagen = cv2.imread(str(ruta))
            if imagen is None or imagen.shape[:2] != (round(ALTO * PX_MM), round(ANCHO * PX_MM)):
                fallar(f"{ruta.name} no es un acta de «prep actas llenar».")
            for k, n in enumerate(niveles):
                foto = tomar(np.ascontiguousarray(imagen[:, :, ::-1]), n, np.random.default_rng([semilla, i, k]))
                (salida / f"{ruta.stem}-{n}.jpg").write_bytes(foto.jpeg)
                verdad = ruta.with_suffix(".json")
                if verdad.exists():
                    (salida / f"{ruta.stem}-{n}.json").write_bytes(verdad.read_bytes())
                barra.advance(tarea)
    typer.echo(f"{cuantos(len(rutas) * len(niveles), 'fotografía')}: {salida}")


def practica(
    proceso: Proceso,
    salida: Annotated[
        Path | None,
        typer.Option(show_default="datos/practica de la instalación", help="Carpeta donde se escribe."),
    ] = None,
    semilla: Semilla = 1,
) -> None:
    """Prepara los ejercicios de los escritorios, en lugar de los que hubiera. Sus actas no llevan QR."""
    from prep.laboratorio.practica import preparar
    from prep.papel.opciones import leer_carpeta
    from prep.plataforma.lugares import dir_practica

    carpeta = salida or dir_practica()
    try:
        cuantas = preparar(*leer_carpeta(proceso), carpeta, semilla)
    except ValueError as error:
        fallar(str(error), 1)
    except OSError as error:
        fallar(f"No se pudo escribir en {carpeta}: {causa(error)}", 1)
    typer.echo(f"{cuantos(cuantas, 'ejercicio')}: {carpeta}")

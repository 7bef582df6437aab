"""`prep proceso …`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prep.catalogo.problemas import ProcesoInvalido
from prep.catalogo.terminal import mostrar_problemas, resumir
from prep.plataforma.consola import barra, esperando, fallar

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
    from prep.catalogo.lector import leer_proceso

    try:
        with esperando("Leyendo la carpeta…"):
            proceso, _ = leer_proceso(carpeta)
    except ProcesoInvalido as error:
        if como_json:
            _json({"valido": False, "problemas": [p.como_dict() for p in error.problemas]})
        else:
            mostrar_problemas(error.problemas, "Corríjalos y repita la orden.")
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
        with barra() as avance:
            tarea = avance.add_task("Formando casillas", total=total)
            proceso, informativo = demo.ejemplo(
                total, nacional=nacional, semilla=semilla, avance=lambda n: avance.advance(tarea, n)
            )
            tarea = avance.add_task("Escribiendo la carpeta", total=total)
            escribir_proceso(carpeta, proceso, informativo, lambda n: avance.advance(tarea, n))
    except ValueError as error:
        fallar(str(error), 1)
    resumir(proceso)
    typer.echo(f"Carpeta escrita: {carpeta}")


@app.command()
def importar(carpeta: Carpeta) -> None:
    """Revisa la carpeta y la guarda en la base de datos: toda o nada. Repetirlo no cambia nada."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.catalogo.services import importar as servicio
        from prep.plataforma.reloj import RelojSistema

        try:
            with esperando("Leyendo la carpeta…") as decir:
                guardado = servicio(carpeta, RelojSistema().ahora(), lambda que: decir(f"{que}…"))
        except ProcesoInvalido as error:
            mostrar_problemas(error.problemas, "Nada se importó.")
            raise typer.Exit(1) from None
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

        fila = vigente(clave)
        proceso = cargar(fila.clave)
    cuando = f" desde {fila.congelado:%d/%m/%Y %H:%M} UTC" if fila.congelado else ""
    resumir(proceso)
    typer.echo(f"Estado: {fila.estado}{cuando}. Modo: {fila.modo}. Cortes cada {fila.cada_minutos} minutos.")


def _json(obj: object) -> None:
    import orjson

    typer.echo(orjson.dumps(obj, option=orjson.OPT_INDENT_2).decode())

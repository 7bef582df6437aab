"""Options that the commands on paper actas share, and how they open the forms of a process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from prep.dominio.tabulacion.proceso import ActaEsperada
    from prep.papel.formas import Formas

Proceso = Annotated[Path, typer.Argument(metavar="DIR", help="Carpeta del proceso, con proceso.toml.")]
Salida = Annotated[Path, typer.Option(help="Carpeta donde se escribe.")]
Llave = Annotated[
    Path, typer.Option(envvar="PREP_LLAVE_QR", help="Archivo con el secreto de los QR; se crea si no existe.")
]
Eleccion = Annotated[str | None, typer.Option(help="Sólo esta elección.")]
Catd = Annotated[str | None, typer.Option(help="Sólo las casillas de este CATD.")]
Casilla = Annotated[str | None, typer.Option(help="Sólo esta casilla, por su clave, como 140024C0100.")]
Semilla = Annotated[int, typer.Option(help="Con la misma semilla sale lo mismo.")]
LLAVE = Path("datos/llaves/qr")


def abrir_formas(carpeta: Path, llave: Path, aviso: str = "") -> Formas:
    """The forms of the process in a folder; say what is wrong and leave when they cannot be made."""
    from prep.catalogo.cli import mostrar_problemas
    from prep.catalogo.lector import leer_proceso
    from prep.catalogo.problemas import ProcesoInvalido
    from prep.papel.formas import Formas
    from prep.plataforma.llaves import leer_o_crear

    try:
        proceso, informativo = leer_proceso(carpeta)
    except ProcesoInvalido as error:
        mostrar_problemas(error.problemas)
        raise typer.Exit(1) from None
    try:
        secreto = leer_o_crear(llave)
    except OSError as error:
        raise typer.BadParameter(f"No se pudo leer el secreto de los QR en {llave}: {error.strerror}.") from None
    if len(secreto) < 16:
        raise typer.BadParameter(f"El secreto de los QR en {llave} es demasiado corto: se esperan 16 caracteres o más.")
    return Formas(proceso, informativo, secreto.encode(), aviso)


def elegidas(formas: Formas, eleccion: str | None, catd: str | None, casilla: str | None) -> list[ActaEsperada]:
    """The actas asked for; leave saying so when there is none."""
    pedidas = list(formas.actas(eleccion, catd, casilla))
    if not pedidas:
        raise typer.BadParameter(
            "Ninguna acta del proceso corresponde a lo pedido: revise --eleccion, --catd y --casilla."
        )
    return pedidas

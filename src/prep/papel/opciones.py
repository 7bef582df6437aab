"""Options that the commands on paper actas share, and how they open the forms of a process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from prep.plataforma.consola import fallar
from prep.plataforma.lugares import secreto_qr
from prep.transparencia.errores import causa

if TYPE_CHECKING:
    from prep.dominio.tabulacion.proceso import ActaEsperada
    from prep.papel.formas import Formas

Proceso = Annotated[
    Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Carpeta del proceso, con proceso.toml.")
]
Salida = Annotated[Path, typer.Option(help="Carpeta donde se escribe.")]
Llave = Annotated[
    Path | None,
    typer.Option(
        envvar="PREP_LLAVE_QR",
        show_default="datos/llaves/qr de la instalación",
        help="Archivo con el secreto de los QR; se crea si no existe.",
    ),
]
Eleccion = Annotated[str | None, typer.Option(help="Solo esta elección.")]
Catd = Annotated[str | None, typer.Option(help="Solo las casillas de este CATD.")]
Casilla = Annotated[str | None, typer.Option(help="Solo esta casilla, por su clave, como 140024C0100.")]
Semilla = Annotated[int, typer.Option(help="Con la misma semilla sale lo mismo.")]
LLAVE: Final = None
"""Whoever says no other gets `prep.plataforma.lugares.secreto_qr`."""


def abrir_formas(carpeta: Path, llave: Path | None, aviso: str = "") -> Formas:
    """The forms of the process in a folder; say what is wrong and leave when they cannot be made."""
    from prep.catalogo.lector import leer_proceso
    from prep.catalogo.problemas import ProcesoInvalido
    from prep.catalogo.terminal import mostrar_problemas
    from prep.papel.formas import Formas
    from prep.plataforma.llaves import leer_o_crear

    try:
        proceso, informativo = leer_proceso(carpeta)
    except ProcesoInvalido as error:
        mostrar_problemas(error.problemas)
        raise typer.Exit(1) from None
    archivo = llave or secreto_qr()
    try:
        secreto = leer_o_crear(archivo)
    except (OSError, UnicodeDecodeError) as error:
        fallar(f"No se pudo leer el secreto de los QR en {archivo}: {causa(error)}.")
    if len(secreto) < 16:
        fallar(f"El secreto de los QR en {archivo} es demasiado corto: se esperan 16 caracteres o más.")
    return Formas(proceso, informativo, secreto.encode(), aviso)


def elegidas(formas: Formas, eleccion: str | None, catd: str | None, casilla: str | None) -> list[ActaEsperada]:
    """The actas asked for; leave saying so when there is none."""
    pedidas = list(formas.actas(eleccion, catd, casilla))
    if not pedidas:
        fallar("Ninguna acta del proceso corresponde a lo pedido: revise --eleccion, --catd y --casilla.")
    return pedidas

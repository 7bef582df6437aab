"""Options that the commands on paper actas share, and how they open the forms of a process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prep.plataforma.consola import fallar
from prep.plataforma.errores import Impedimento
from prep.plataforma.lugares import archivo_qr
from prep.transparencia.errores import causa

if TYPE_CHECKING:
    from prep.catalogo.informativo import Informativo
    from prep.dominio.tabulacion.proceso import ActaEsperada
    from prep.dominio.tabulacion.proceso import Proceso as ProcesoLeido
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
        help="Archivo con el secreto de los QR; al imprimir actas se crea si no existe.",
    ),
]
Eleccion = Annotated[str | None, typer.Option(help="Solo esta elección.")]
Catd = Annotated[str | None, typer.Option(help="Solo las casillas de este CATD.")]
Casilla = Annotated[str | None, typer.Option(help="Solo esta casilla, por su clave, como 140024C0100.")]
Semilla = Annotated[int, typer.Option(help="Con la misma semilla sale lo mismo.")]


class LlaveInvalida(Impedimento):
    """There is no usable secret of the QR codes; the message says where it was looked for and what to do."""


def secreto_qr(llave: Path | None, *, crear: bool) -> bytes:
    """The secret of the process's QR codes; raise `LlaveInvalida`.

    Only who prints actas may make one (`crear`): whoever reads with a new one would call every genuine acta forged.
    """
    from prep.plataforma.llaves import leer_o_crear

    archivo = llave or archivo_qr()
    try:
        secreto = leer_o_crear(archivo) if crear else archivo.read_text()
    except FileNotFoundError:
        raise LlaveInvalida(
            f"No existe el secreto de los QR en {archivo}. Es el que se usó al imprimir las actas: indíquelo con "
            "--llave o con PREP_LLAVE_QR."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise LlaveInvalida(f"No se pudo leer el secreto de los QR en {archivo}: {causa(error)}.") from None
    if len(secreto) < 16:
        raise LlaveInvalida(f"El secreto de los QR en {archivo} es demasiado corto: se esperan 16 caracteres o más.")
    return secreto.encode()


def abrir_formas(carpeta: Path, llave: Path | None, aviso: str = "", *, crear: bool = False) -> Formas:
    """The forms of the process in a folder; say what is wrong and leave when they cannot be made. `crear`: actas are
    going to be printed, and the secret of their QR codes is made if it does not exist."""
    from prep.papel.formas import Formas

    proceso, informativo = leer_carpeta(carpeta)
    return Formas(proceso, informativo, secreto_qr(llave, crear=crear), aviso)


def leer_carpeta(carpeta: Path) -> tuple[ProcesoLeido, Informativo]:
    """The process in a folder; say what is wrong with it and leave when it cannot be read."""
    from prep.catalogo.lector import leer_proceso
    from prep.catalogo.problemas import ProcesoInvalido
    from prep.catalogo.terminal import mostrar_problemas

    try:
        return leer_proceso(carpeta)
    except ProcesoInvalido as error:
        mostrar_problemas(error.problemas, "No se hizo nada.")
        raise typer.Exit(1) from None


def elegidas(formas: Formas, eleccion: str | None, catd: str | None, casilla: str | None) -> list[ActaEsperada]:
    """The actas asked for; leave saying so when there is none."""
    pedidas = list(formas.actas(eleccion, catd, casilla))
    if not pedidas:
        fallar("Ninguna acta del proceso corresponde a lo pedido: revise --eleccion, --catd y --casilla.")
    return pedidas

"""`prep operacion acta | informe | acto-final | archivar`: what is left of a night once it is closed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from prep.plataforma.consola import esperando, fallar, salida
from prep.plataforma.idioma import cuantos
from prep.plataforma.opciones import Llave
from prep.sede.firmar import firmar
from prep.sede.opciones import Destino, Modo
from prep.sede.sala import sala

if TYPE_CHECKING:
    from prep.publicacion.publicador import Publicador
    from prep.sede.actos import Acto

Carpeta = Annotated[Path, typer.Argument(metavar="CARPETA", file_okay=False, help="Carpeta donde se escribe.")]


def acta(carpeta: Carpeta, destino: Destino = None, llave: Llave = None) -> None:
    """Escribe el borrador del acta circunstanciada de cierre, en Word para corregirlo y en PDF."""
    _redactar("acta-circunstanciada", "Acta circunstanciada de cierre", carpeta, destino, llave)


def informe(carpeta: Carpeta, destino: Destino = None, llave: Llave = None) -> None:
    """Escribe el informe final, con los datos de toda la operación, en Word para corregirlo y en PDF."""
    _redactar("informe-final", "Informe final del PREP", carpeta, destino, llave)


def _redactar(archivo: str, titulo: str, carpeta: Path, destino: str | None, llave: str | None) -> None:
    with sala(None, destino, llave, None) as s:
        from prep.papel.escrito import en_pdf_y_word
        from prep.sede import redaccion

        redacta = {"acta-circunstanciada": redaccion.acta_circunstanciada, "informe-final": redaccion.informe_final}
        relato = redaccion.relatar(s.publicador)
        escritos = en_pdf_y_word(
            titulo, relato.nombre, f"{titulo} · {relato.nombre}", lambda papel: redacta[archivo](papel, relato)
        )
    carpeta.mkdir(parents=True, exist_ok=True)
    for clase, datos in escritos.items():
        (carpeta / f"{archivo}.{clase}").write_bytes(datos)
    salida.print(f"Escrito: {escape(str(carpeta))}/{archivo}.docx y .pdf", soft_wrap=True)


def acto_final(
    clave: Annotated[
        Literal["acta_circunstanciada", "informe", "dictamen", "constancia"], typer.Argument(help="Qué documento es.")
    ],
    archivo: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="El documento, ya firmado en papel.")],
    texto: Annotated[str, typer.Argument(help="Qué es y quién lo firmó, en palabras llanas.")],
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Firma en el registro un documento de después del cierre: su código SHA-256, no su contenido."""

    def acto(p: Publicador, hora: datetime) -> Acto:
        from prep.sede.actos import acto_final

        return acto_final(p, hora, clave, texto, archivo.name, archivo.read_bytes())

    firmar(acto, modo, destino, llave)


def archivar(
    archivo: Annotated[
        Path, typer.Argument(metavar="ARCHIVO.zip", dir_okay=False, help="El archivo que se va a crear.")
    ],
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Reúne en un zip lo publicado, los hechos, los informes y las llaves, y lo comprueba como lo haría cualquiera.

    Se vuelve a comprobar cuando sea, sin este programa: «python3 comprobar.py», que va dentro.
    """
    with sala(None, destino, llave, None) as s:
        from prep.plataforma.lugares import dir_actos
        from prep.sede.archivo import archivar

        with esperando("Reuniendo y comprobando…"):
            hecho = archivar(s.publicador, archivo, dir_actos(), s.ahora())
    for que in hecho.bien:
        salida.print(f"[green]✓[/] {escape(que)}", soft_wrap=True)
    for que in hecho.mal:
        salida.print(f"[red]✗[/] {escape(que)}", soft_wrap=True)
    if hecho.mal:
        fallar(
            f"{archivo} se escribió, pero {cuantos(len(hecho.mal), 'cosa no está', 'cosas no están')} como se firmó.", 1
        )
    salida.print(f"Archivo de la operación: {escape(str(archivo))}. Guárdelo en varios lugares.", soft_wrap=True)

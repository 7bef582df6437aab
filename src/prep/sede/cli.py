"""`prep operacion`: the acts that open, mark and close a night."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prep.sede.sala import Destino, Llave, Mapa, Modo, fallar, mostrar, sala

if TYPE_CHECKING:
    from datetime import datetime

    from prep.publicacion.publicador import Publicador
    from prep.sede.actos import Acto

    Hacer = Callable[[Publicador, datetime], Acto]

app = typer.Typer(help="Los actos que abren, marcan y cierran una noche, firmados.", no_args_is_help=True)


def hacer(acto: Hacer, modo: str | None, destino: str | None, llave: str | None, mapa: Path | None) -> None:
    with sala(modo, destino, llave, mapa) as s:
        from prep.catalogo.services.errores import CatalogoError
        from prep.publicacion.publicador import CorteImposible
        from prep.sede.actos import ActoImposible
        from prep.transparencia.errores import ErrorEmision

        try:
            hecho = acto(s.publicador, s.ahora())
        except (ActoImposible, CatalogoError, CorteImposible, ErrorEmision) as error:
            fallar(str(error), 1)
        if hecho.corte is not None:
            mostrar(hecho.corte, s.destino)
        typer.echo(f"Firmado en el registro, posición {hecho.posicion}: {hecho.tipo}.")
        typer.echo(f"Documento: {s.destino}/documentos/{hecho.documento}.json")


@app.command()
def fundar(modo: Modo = None, destino: Destino = None, llave: Llave = None) -> None:
    """Dice, con la llave del instituto, de qué proceso es esta instalación, y da de alta su nodo y a su gente.

    Va antes de la puesta en ceros. Repetida, da de alta a quien sea nuevo en el catálogo.
    """
    with sala(modo, destino, llave, None) as s:
        from prep.sede import actos

        try:
            altas = actos.fundar(s.publicador, s.nodo, s.ahora())
        except actos.ActoImposible as error:
            fallar(str(error), 1)
        typer.echo(f"Instalación fundada: {altas:,} altas firmadas por el instituto.")


@app.command()
def ceros(
    politica: Annotated[
        Path | None, typer.Option(exists=True, help="Quiénes deben cofirmar cada corte (se publica).")
    ] = None,
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
    mapa: Mapa = None,
) -> None:
    """Puesta en ceros: congela el proceso, publica el corte en ceros y firma que no hay ningún hecho."""
    from prep.sede import actos

    datos = politica.read_bytes() if politica else None
    hacer(lambda p, hora: actos.puesta_en_ceros(p, hora, datos), modo, destino, llave, mapa)


@app.command()
def cierre(modo: Modo = None, destino: Destino = None, llave: Llave = None, mapa: Mapa = None) -> None:
    """Publica el último corte y firma el cierre."""
    from prep.sede import actos

    hacer(actos.cierre, modo, destino, llave, mapa)


@app.command()
def huella(
    momento: Annotated[str, typer.Argument(help="antes, durante o despues.")],
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Firma qué programa está corriendo, archivo por archivo."""
    from prep.sede import actos

    hacer(lambda p, hora: actos.huella(p, hora, momento), modo, destino, llave, None)


@app.command()
def contingencia(
    clave: Annotated[str, typer.Argument(help="Clave del plan de continuidad.")],
    texto: Annotated[str, typer.Argument(help="Qué pasó, en palabras llanas.")],
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Declara una contingencia."""
    from prep.sede import actos

    hacer(lambda p, hora: actos.contingencia(p, hora, clave, texto), modo, destino, llave, None)


@app.command()
def correccion(
    corte: Annotated[int, typer.Argument(min=1, help="Corte que se corrige.")],
    corregido_por: Annotated[int, typer.Argument(min=1, help="Corte que lo corrige.")],
    motivo: Annotated[str, typer.Argument()],
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Deja dicho que un corte publicado lo corrige otro, y por qué. Nada se retira."""
    from prep.sede import actos

    hacer(lambda p, hora: actos.correccion(p, hora, corte, corregido_por, motivo), modo, destino, llave, None)

"""Options that the commands of a night share, and how they show a corte."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from prep.plataforma.consola import salida, tabla
from prep.plataforma.idioma import cuantos

if TYPE_CHECKING:
    from prep.publicacion.corte import Corte

Destino = Annotated[
    str | None,
    typer.Option(
        "--destino",
        metavar="DIR|s3://CUBO/PREFIJO",
        show_default="datos/publicacion de la instalación",
        help="Dónde publicar.",
    ),
]
Modo = Annotated[
    Literal["prueba", "simulacro", "jornada"] | None,
    typer.Option("--modo", show_default="el del proceso", help="Qué vale."),
]
Mapa = Annotated[
    Path | None,
    typer.Option(
        "--mapa", metavar="ARCHIVO", exists=True, dir_okay=False, help="Contornos hechos con «prep portal mapa»."
    ),
]


def mostrar(corte: Corte, destino: str) -> None:
    """A corte, for people."""
    from prep.dominio.tabulacion.porcentajes import porcentaje

    cuenta = tabla(
        "Elección",
        ">Esperadas",
        ">Capturadas",
        ">Contabilizadas",
        ">% contab.",
        titulo=f"Corte {corte.numero} · {corte.hora:%d/%m/%Y %H:%M} · {cuantos(corte.posicion, 'hecho')}",
    )
    for clave, c in corte.cuentas.items():
        cuenta.add_row(
            clave,
            f"{c['esperadas']:,}",
            f"{c['capturadas']:,}",
            f"{c['contabilizadas']:,}",
            porcentaje(c["contabilizadas"], c["esperadas"]) or "",
        )
    salida.print(cuenta)
    pasos = ", ".join(f"{paso} {segundos:.2f}" for paso, segundos in corte.tiempos.items())
    salida.print(f"{sum(corte.tiempos.values()):.2f} s ({pasos})", soft_wrap=True)
    salida.print(
        f"{cuantos(corte.nuevos, 'archivo nuevo', 'archivos nuevos')} y {corte.iguales:,} sin cambio en "
        f"{escape(destino)}/{corte.ruta}",
        soft_wrap=True,
    )

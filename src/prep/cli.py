"""The `prep` command: one subcommand per use case, each defined in the room that owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from prep.bench import bench
from prep.bitacora.cli import app as bitacora
from prep.catalogo.cli import app as proceso
from prep.demo import demo
from prep.difusion.cli import cofirmas, difusor, testigo
from prep.emision.cli import llaves, verificar
from prep.plataforma.cli import app as postgres
from prep.publicacion.cli import orden as orden_corte
from prep.simulacro.cli import reproducir

if TYPE_CHECKING:
    from prep.publicacion.corte import Portal


def _portal() -> Portal:
    """The pages, loaded only by who draws them; publication does not know the portal."""
    from prep import portal

    return portal


app = typer.Typer(
    name="prep",
    help="PREP Abierto: resultados electorales preliminares que cualquier persona puede comprobar.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.add_typer(bitacora, name="bitacora")
app.add_typer(proceso, name="proceso")
app.add_typer(orden_corte(_portal), name="corte")
app.add_typer(llaves, name="llaves")
for orden in (verificar, testigo, difusor, cofirmas):
    app.command()(orden)
app.add_typer(postgres, name="postgres")
app.command()(reproducir)
app.command()(demo)
app.command()(bench)


if __name__ == "__main__":
    app()

"""The `prep` command: one subcommand per use case, each defined in the room that owns it."""

import typer

from prep.bitacora.cli import app as bitacora
from prep.catalogo.cli import app as proceso
from prep.plataforma.cli import app as postgres
from prep.portal.cli import app as portal

app = typer.Typer(
    name="prep",
    help="PREP Abierto: resultados electorales preliminares que cualquier persona puede comprobar.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.add_typer(bitacora, name="bitacora")
app.add_typer(proceso, name="proceso")
app.add_typer(portal, name="portal")
app.add_typer(postgres, name="postgres")


if __name__ == "__main__":
    app()

"""The `prep` command: one subcommand per use case, each defined in the room that owns it."""

from __future__ import annotations

import typer

from prep.bench import bench
from prep.bitacora.cli import app as bitacora
from prep.catalogo.cli import app as proceso
from prep.comprobacion.cli import pagina_verifica, verificar
from prep.demo import demo
from prep.difusion.cli import cofirmas, difusor, testigo
from prep.evidencia.cli import imagenes
from prep.laboratorio.cli import fotografiar, llenar
from prep.lectura.cli import leer
from prep.lectura.trabajo import app as lectura
from prep.papel.cli import actas
from prep.plataforma.cli import app as postgres
from prep.plataforma.orden import correr
from prep.portal.cli import app as portal
from prep.reproduccion.cli import reproducir
from prep.sede.cli import app as operacion
from prep.sede.cortes import app as corte
from prep.transparencia.cli import llaves, sellar

app = typer.Typer(
    name="prep",
    help="PREP Abierto: resultados electorales preliminares que cualquier persona puede comprobar.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
for nombre, grupo in (
    ("proceso", proceso),
    ("bitacora", bitacora),
    ("corte", corte),
    ("operacion", operacion),
    ("actas", actas),
    ("imagenes", imagenes),
    ("lectura", lectura),
    ("portal", portal),
    ("llaves", llaves),
    ("postgres", postgres),
):
    app.add_typer(grupo, name=nombre)
actas.command()(llenar)
actas.command()(fotografiar)
for orden in (leer, reproducir, verificar, pagina_verifica, sellar, testigo, difusor, cofirmas, demo, bench):
    app.command()(orden)


def main() -> None:
    """What `prep` and `python -m prep` run."""
    correr(app)

"""The `prep` command: one subcommand per use case, each defined in the room that owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from prep.acceso.cli import app as acceso
from prep.auditoria.cli import app as auditoria
from prep.bench import bench
from prep.bitacora.cli import app as bitacora
from prep.casilla.cli import app as casilla
from prep.catalogo.cli import app as proceso
from prep.catd.cli import app as catd
from prep.comprobacion import cli as comprobacion
from prep.comprobacion.cli import pagina_verifica, verificar
from prep.demo import demo
from prep.difusion.cli import cofirmas, difusor, testigo
from prep.evidencia.cli import imagenes
from prep.intercambio.cli import app as lote
from prep.intercambio.cli_nodo import app as nodo
from prep.laboratorio.cli import fotografiar, llenar, practica
from prep.lectura.cli import leer
from prep.lectura.trabajo import app as lectura
from prep.papel.cli import actas
from prep.plataforma.cli import app as postgres
from prep.plataforma.orden import correr
from prep.portal.cli import app as portal
from prep.reproduccion.cli import probar_pronostico, pronostico, reproducir
from prep.sede import cli_final, cortes
from prep.sede.cli import app as operacion
from prep.sede.cortes import app as corte
from prep.sede.respaldos import app as respaldo
from prep.sede.servir import servir
from prep.seguimiento.cli import app as plan
from prep.simulacro.cli import app as simulacro
from prep.transparencia.cli import llaves, sellar

if TYPE_CHECKING:
    from prep.comprobacion.redibujo import Redibujar

app = typer.Typer(
    name="prep",
    help="PREP Abierto: resultados electorales preliminares que cualquier persona puede comprobar.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
for nombre, grupo in (
    ("proceso", proceso),
    ("acceso", acceso),
    ("casilla", casilla),
    ("catd", catd),
    ("auditoria", auditoria),
    ("bitacora", bitacora),
    ("corte", corte),
    ("operacion", operacion),
    ("respaldo", respaldo),
    ("actas", actas),
    ("imagenes", imagenes),
    ("lectura", lectura),
    ("lote", lote),
    ("nodo", nodo),
    ("portal", portal),
    ("simulacro", simulacro),
    ("llaves", llaves),
    ("plan", plan),
    ("postgres", postgres),
):
    app.add_typer(grupo, name=nombre)
actas.command()(llenar)
actas.command()(fotografiar)
actas.command()(practica)
nodo.command("corte")(cortes.de_nodo)
operacion.command()(cli_final.acta)
operacion.command()(cli_final.informe)
operacion.command()(cli_final.acto_final)
operacion.command()(cli_final.archivar)
catd.command()(pronostico)
catd.command()(probar_pronostico)
for orden in (leer, reproducir, verificar, pagina_verifica, sellar, testigo, difusor, cofirmas, servir, demo, bench):
    app.command()(orden)


def _dibujante() -> Redibujar:
    """How pages are drawn again, only when somebody checks a publication."""
    from prep.portal.redibujo import redibujar

    return redibujar


comprobacion.con_que_dibujar = _dibujante


def main() -> None:
    """What `prep` and `python -m prep` run."""
    correr(app)

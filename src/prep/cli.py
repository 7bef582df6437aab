"""The `prep` command: one subcommand per use case, defined in the room that owns it, loaded when it is typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import typer
from typer.core import TyperGroup

from prep.comprobacion import cli as comprobacion
from prep.plataforma.orden import correr

if TYPE_CHECKING:
    from prep.comprobacion.redibujo import Redibujar

ORDENES: Final = {
    "leer": "lectura.cli:leer",
    "reproducir": "reproduccion.cli:reproducir",
    "verificar": "comprobacion.cli:verificar",
    "pagina-verifica": "comprobacion.cli:pagina_verifica",
    "sellar": "transparencia.cli:sellar",
    "testigo": "difusion.cli:testigo",
    "difusor": "difusion.cli:difusor",
    "cofirmas": "difusion.cli:cofirmas",
    "servir": "sede.servir:servir",
    "demo": "demo:demo",
    "bench": "bench:bench",
    "proceso": "catalogo.cli:app",
    "acceso": "acceso.cli:app",
    "casilla": "casilla.cli:app",
    "catd": "catd.cli:app",
    "auditoria": "auditoria.cli:app",
    "bitacora": "bitacora.cli:app",
    "corte": "sede.cortes:app",
    "operacion": "sede.cli:app",
    "respaldo": "sede.respaldos:app",
    "actas": "papel.cli:actas",
    "imagenes": "evidencia.cli:imagenes",
    "lectura": "lectura.trabajo:app",
    "lote": "intercambio.cli:app",
    "nodo": "intercambio.cli_nodo:app",
    "portal": "portal.cli:app",
    "simulacro": "simulacro.cli:app",
    "llaves": "transparencia.cli:llaves",
    "plan": "seguimiento.cli:app",
    "postgres": "plataforma.cli:app",
}
"""Where each command, or group of them, is inside `prep`."""
AGREGADAS: Final[dict[str, dict[str, str]]] = {
    "catd": {
        "pronostico": "reproduccion.cli:pronostico",
        "probar-pronostico": "reproduccion.cli:probar_pronostico",
    },
    "operacion": {
        "acta": "sede.cli_final:acta",
        "informe": "sede.cli_final:informe",
        "acto-final": "sede.cli_final:acto_final",
        "archivar": "sede.cli_final:archivar",
    },
    "actas": {
        "llenar": "laboratorio.cli:llenar",
        "fotografiar": "laboratorio.cli:fotografiar",
        "practica": "laboratorio.cli:practica",
    },
    "nodo": {
        "corte": "sede.cortes:de_nodo",
    },
}
"""What another module adds to a group."""


def _traer(donde: str) -> Any:
    modulo, _, objeto = donde.partition(":")
    return getattr(import_module(f"prep.{modulo}"), objeto)


@cache
def _cargar(nombre: str) -> Any:
    """What Typer makes of it."""
    aparte, suya = typer.Typer(), _traer(ORDENES[nombre])
    if isinstance(suya, typer.Typer):
        for otra, donde in AGREGADAS.get(nombre, {}).items():
            suya.command(otra)(_traer(donde))
        aparte.add_typer(suya, name=nombre)
    else:
        aparte.command(nombre)(suya)
    return typer.main.get_group(aparte).commands[nombre]


class _AlTeclearse(Mapping[str, Any]):
    """All that can be typed after `prep`; only what is typed is loaded."""

    def __getitem__(self, nombre: str) -> Any:
        return _cargar(nombre)

    def __iter__(self) -> Iterator[str]:
        return iter(ORDENES)

    def __len__(self) -> int:
        return len(ORDENES)


class _Prep(TyperGroup):
    def __init__(self, **todo: Any) -> None:
        super().__init__(**todo)
        self.commands = _AlTeclearse()  # type: ignore[assignment]


app = typer.Typer(
    name="prep", cls=_Prep, no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False
)


@app.callback()
def _prep() -> None:
    """PREP Abierto: resultados electorales preliminares que cualquier persona puede comprobar."""


def _dibujante() -> Redibujar:
    """How pages are drawn again, only when somebody checks a publication."""
    from prep.portal.redibujo import redibujar

    return redibujar


comprobacion.con_que_dibujar = _dibujante


def main() -> None:
    """What `prep` and `python -m prep` run."""
    correr(app)

"""A process and its problems on the terminal, for every room whose commands take a process folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from prep.catalogo.problemas import Problema
from prep.plataforma.consola import salida, tabla
from prep.plataforma.idioma import cuantos

if TYPE_CHECKING:
    from prep.dominio.tabulacion.proceso import Proceso


def mostrar_problemas(problemas: tuple[Problema, ...], final: str) -> None:
    """The table that a person prints and works through. `final`: what became of the command."""
    lista = tabla("archivo", ">línea", "campo", "qué pasa y qué hacer")
    for p in problemas:
        sugerencia = f" [dim]{escape(p.sugerencia)}[/dim]" if p.sugerencia else ""
        lista.add_row(escape(p.archivo), str(p.linea or ""), escape(p.campo), escape(p.mensaje) + sugerencia)
    salida.print(lista)
    salida.print(f"[bold red]✗[/bold red] {cuantos(len(problemas), 'problema')}. {final}")


def resumir(proceso: Proceso) -> None:
    """What the process holds, in a few lines."""
    lista = tabla("elección", ">actas", ">demarcaciones", ">columnas de votos", ">boletas distintas")
    for e in proceso.elecciones:
        lista.add_row(
            f"{e.clave}  {escape(e.nombre)}",
            f"{len(e.actas):,}",
            f"{len(e.demarcaciones):,}",
            str(len(e.columnas)),
            str(len(set(e.boletas.values()))),
        )
    salida.print(f"[bold]{escape(proceso.nombre)}[/bold] ({proceso.clave}), {escape(proceso.entidad_nombre)}")
    salida.print(lista)
    salida.print(f"[bold green]✓[/bold green] Sin problemas. Huella {proceso.huella}", soft_wrap=True)

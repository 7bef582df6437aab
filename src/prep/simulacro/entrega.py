"""What is handed over of a verdict: its figures on the terminal, and the report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from rich.markup import escape

from prep.plataforma.consola import salida, tabla
from prep.simulacro.informe import piezas
from prep.simulacro.informe_html import html
from prep.simulacro.informe_pdf import pdf
from prep.simulacro.veredicto import Doc, renglones


def mostrar(veredicto: Doc) -> None:
    """The verdict and its figures by election."""
    cuenta = tabla(
        "Elección",
        ">Esperadas",
        ">Existen",
        ">Bien",
        ">Mal",
        ">Faltan",
        ">Votos publicados",
        ">Votos en el papel",
        "",
        titulo=f"Corte {veredicto['corte']} contra la verdad del simulacro",
    )
    for e in veredicto["elecciones"].values():
        igual = e["votos_publicados"] == e["votos_en_papel"] and not e["mal"] and not e["faltan"]
        cifras = (e[k] for k in ("esperadas", "existen", "bien", "mal", "faltan", "votos_publicados", "votos_en_papel"))
        cuenta.add_row(
            escape(e["nombre"]), *(f"{n:,}" for n in cifras), "[green]igual[/]" if igual else "[red]DISTINTO[/]"
        )
    salida.print(cuenta)
    salida.print(f"[bold]{escape(veredicto['veredicto'])}[/]", soft_wrap=True)


def escribir_informe(v: Doc, anteriores: list[Doc], corrida: Doc | None, destino: Path) -> None:
    """The page and the PDF. `corrida`: what was seen of the night, where it was played."""
    destino.mkdir(parents=True, exist_ok=True)
    dichas = list(piezas(v, anteriores, corrida))
    (destino / "informe.html").write_bytes(html(v, dichas))
    (destino / "informe.pdf").write_bytes(pdf(v, dichas))


def entregar(verdad: bytes, publicacion: Path, destino: Path, alarmas: Iterable[str], corrida: Doc) -> Doc:
    """Judge what was published as a stranger would, say it, and leave the verdict and the report in `destino`."""
    from prep.portal.redibujo import redibujar
    from prep.simulacro.juez import juzgar
    from prep.simulacro.mostradas import actas_en
    from prep.transparencia.almacen import Carpeta

    veredicto = juzgar(verdad, Carpeta(publicacion), redibujar, actas_en)
    mostrar(veredicto)
    for renglon in (*renglones(veredicto), *(f"Alarma: {a}" for a in alarmas)):
        salida.print(f"[red]✗[/] {escape(renglon)}", soft_wrap=True)
    salida.print(f"Verificación independiente: {escape(veredicto['comprobacion']['veredicto'])}", soft_wrap=True)
    escribir_informe(veredicto, [], corrida, destino)
    (destino / "veredicto.json").write_text(json.dumps(veredicto, ensure_ascii=False, indent=1), encoding="utf-8")
    return veredicto

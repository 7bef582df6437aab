"""The Informe del simulacro as one page that needs nothing outside it: no scripts, and a policy that allows none."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from importlib.resources import files

from prep.simulacro.graficas import ANCHA, ANGOSTA
from prep.simulacro.informe import Cifras, Fallo, Figura, Lista, Parrafo, Pieza, Tabla, Titulo
from prep.simulacro.veredicto import Doc, titulo


def pagina(titulo: str, cuerpo: str, cabeza: str = "") -> bytes:
    """A whole page in the report's style. `cuerpo`, `cabeza`: HTML, its texts already escaped."""
    estilo = (files("prep.simulacro") / "informe.css").read_text(encoding="utf-8")
    huella = base64.b64encode(sha256(estilo.encode()).digest()).decode()
    csp = f"default-src 'none'; style-src 'sha256-{huella}'; base-uri 'none'; form-action 'none'"
    return f"""<!doctype html>
<html lang="es-MX">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="{csp}">
<title>{escape(titulo)}</title>
<style>{estilo}</style>{cabeza}
</head>
<body><main>
{cuerpo}
</main></body>
</html>
""".encode()


def html(v: Doc, piezas: Iterable[Pieza]) -> bytes:
    """The report."""
    return pagina(f"{titulo(v)} · {v['proceso']}", "\n".join(map(_pieza, piezas)))


def _pieza(pieza: Pieza) -> str:
    match pieza:
        case Titulo():
            return f"<h{pieza.nivel}>{escape(pieza.texto)}</h{pieza.nivel}>"
        case Parrafo():
            return f'<p class="{"tenue" if pieza.tenue else "dicho"}">{escape(pieza.texto)}</p>'
        case Fallo():
            return f'<p class="fallo {"bien" if pieza.bien else "mal"}">{escape(pieza.texto)}</p>'
        case Cifras():
            dichas = "".join(f"<li><b>{escape(c)}</b> {escape(q)}</li>" for c, q in pieza.cifras)
            return f'<ul class="cifras">{dichas}</ul>'
        case Lista():
            return f"<ul>{''.join(f'<li>{escape(t)}</li>' for t in pieza.textos)}</ul>"
        case Tabla():
            return _tabla(pieza)
        case Figura():
            return f"<figure>{pieza.dibujar(ANCHA).svg('ancha')}{pieza.dibujar(ANGOSTA).svg('angosta')}</figure>"


PRIMERAS = 16
"""Rows that a long table shows before the others are asked for."""


def _tabla(t: Tabla) -> str:
    clases = [' class="d"' if letra == "d" else "" for letra in t.letras.ljust(len(t.cabezas))]
    cabeza = "".join(f'<th scope="col"{c}>{escape(n)}</th>' for n, c in zip(t.cabezas, clases, strict=True))

    def de(filas: Iterable[tuple[str, ...]]) -> str:
        cuerpo = []
        for primera, *otras in filas:
            celdas = "".join(f"<td{c}>{escape(n)}</td>" for n, c in zip(otras, clases[1:], strict=True))
            cuerpo.append(f'<tr><th scope="row"{clases[0]}>{escape(primera)}</th>{celdas}</tr>')
        tabla = f"<table><thead><tr>{cabeza}</tr></thead><tbody>{''.join(cuerpo)}</tbody></table>"
        return f'<div class="rueda" tabindex="0" role="group" aria-label="{escape(t.dice)}">{tabla}</div>'

    if len(t.filas) <= PRIMERAS + 4:
        return de(t.filas)
    resto = t.filas[PRIMERAS:]
    return f"{de(t.filas[:PRIMERAS])}<details><summary>Otros {len(resto):,} renglones</summary>{de(resto)}</details>"

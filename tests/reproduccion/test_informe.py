"""The page for the institute that published: whole by itself, with the source's lines, and safe with what they hold."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

from fabrica_publicado import base, guardar, renglon
from test_reproducir import CABEZA

from prep.reproduccion import leer
from prep.reproduccion.calculo import calcular
from prep.reproduccion.comparar import comparar
from prep.reproduccion.derivar import derivar_proceso
from prep.reproduccion.guion import Guion
from prep.reproduccion.informe import lineas_pedidas, pagina
from prep.reproduccion.lector import lineas_publicadas


class Page(HTMLParser):
    """What a browser would make of it: text, tags and attributes that load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.loads = "", [], []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [v for n, v in attrs if n in ("src", "href", "action", "data") and not str(v).startswith("#")]

    def handle_data(self, data: str) -> None:
        self.text += data


def render(folder: Path, *rows: dict[str, str], **head: str) -> str:
    guardar(folder, base(*rows, **head))
    bases = leer([folder])
    derived = derivar_proceso(bases, 1000)
    compared = comparar(derived, calcular(derived, Guion(derived).hechos()))
    lines = lineas_publicadas([folder], lineas_pedidas(compared))
    return pagina(derived, compared, bases[0].anomalias, "CORRECTO", lines).decode()


def test_it_shows_every_figure_the_lines_that_differ_and_what_was_supposed(tmp_path: Path) -> None:
    lie = renglon(2, CONTABILIZADA="0", OBSERVACIONES="Excede Lista Nominal")
    page = Page(render(tmp_path, renglon(1), lie, renglon(3, PAN="-4", REPRESENTANTES_PP_CI=""), **CABEZA))
    for said in (*CABEZA, "Dice que excede la lista nominal y 100 no pasa de 510.", "140002B0100,140002B010001,14"):
        assert said in page.text.replace("_\u200b", "_")
    assert "«-4»" in page.text
    assert "Qué se supuso" in page.text
    assert page.tags.count("h1") == 1


def test_it_loads_nothing_and_lets_nothing_run(tmp_path: Path) -> None:
    html = render(tmp_path, renglon(1), **CABEZA)
    page = Page(html)
    assert page.loads == []
    assert "script" not in page.tags
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(sha256(style[1].encode()).digest()).decode()
    csp = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert csp is not None
    assert csp[1].replace("&#x27;", "'").startswith(f"default-src 'none'; style-src 'sha256-{digest}'")


def test_what_the_source_holds_is_only_text(tmp_path: Path) -> None:
    odd = renglon(2, CONTABILIZADA="0", OBSERVACIONES="<script>alert(1)</script>", DISTRITO_LOCAL="<img src=x>")
    page = Page(render(tmp_path, renglon(1), odd))
    assert not {"script", "img"} & set(page.tags)
    assert "<script>alert(1)</script>" in page.text

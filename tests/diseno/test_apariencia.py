"""Tokens, states, icons and what others made: the same family as the results site, readable, and what it says it is."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

import prep.diseno
import prep.portal
from prep.diseno.estados import ESTADOS
from prep.diseno.textos import texto
from prep.diseno.views import COLORES, ICONOS
from prep.dominio.acta.transiciones import Captura, Custodia
from prep.portal.tema import contraste, hoja, leer_color

SALA = Path(prep.diseno.__file__).parent
FICHAS = SALA / "static/diseno/fichas.css"
HOJA = SALA / "static/diseno/diseno.css"


def largo(color: str) -> str:
    return "#" + "".join(c * 2 for c in color[1:]) if len(color) == 4 else color


def reglas(css: str) -> dict[str, dict[str, str]]:
    """Custom properties by selector; those of a selector inside a media query go under `@ selector`."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    halladas: dict[str, dict[str, str]] = {}
    abiertas: list[str] = []
    for trozo, llave in re.findall(r"([^{}]*)([{}])", css):
        if llave == "{":
            abiertas.append(trozo.strip())
            continue
        selector = abiertas.pop()
        propiedades = dict(re.findall(r"--([\w-]+):\s*([^;]+?)\s*(?:;|$)", trozo))
        if propiedades:
            halladas.setdefault(("@ " if abiertas else "") + selector, {}).update(propiedades)
    return halladas


def temas() -> dict[str, dict[str, str]]:
    r = reglas(FICHAS.read_text("utf-8"))
    claro, oscuro, alto = r[":root"], r["@ :root[data-tema=oscuro]"], r[":root[data-contraste=alto]"]
    alto_oscuro = r["@ :root[data-contraste=alto][data-tema=oscuro]"]
    return {
        "claro": claro,
        "oscuro": claro | oscuro,
        "alto": claro | alto,
        "alto oscuro": claro | oscuro | alto | alto_oscuro,
    }


def color(tema: dict[str, str], nombre: str) -> tuple[int, int, int]:
    valor = tema[nombre]
    if (otro := re.fullmatch(r"var\(--([\w-]+)\)", valor)) is not None:
        return color(tema, otro[1])
    return leer_color(largo(valor))


@pytest.mark.parametrize("tema", ["claro", "oscuro", "alto", "alto oscuro"])
def test_text_reads_over_every_background(tema: str) -> None:
    fichas, minimo = temas()[tema], 7 if "alto" in tema else 4.5
    fondos = ("papel", "hoja")
    pares = [(t, f) for t in ("tinta", "gris", "acento", "mal", "bien", "aviso") for f in fondos]
    pares += [("mal", "mal-f"), ("bien", "bien-f"), ("aviso", "aviso-f"), ("acento", "acento-f"), ("tinta", "acento-f")]
    pares += [("tinta", "mal-f"), ("tinta", "bien-f"), ("tinta", "aviso-f"), ("sobre-acento", "acento")]
    assert [(a, b) for a, b in pares if contraste(color(fichas, a), color(fichas, b)) < minimo] == []
    lineas = [(b, f) for b in ("borde", "mal", "acento") for f in fondos]
    assert [(a, b) for a, b in lineas if contraste(color(fichas, a), color(fichas, b)) < 3] == []


def test_the_systems_preference_and_the_readers_choice_are_the_same_dark() -> None:
    r = reglas(FICHAS.read_text("utf-8"))
    assert r["@ :root:not([data-tema=claro])"] == r["@ :root[data-tema=oscuro]"]
    alto = r["@ :root[data-contraste=alto]:not([data-tema=claro])"]
    assert alto == r["@ :root[data-contraste=alto][data-tema=oscuro]"]


def test_nothing_dark_is_printed() -> None:
    css = re.sub(r"/\*.*?\*/", "", FICHAS.read_text("utf-8"), flags=re.S)
    fuera = re.sub(r"@media screen[^{]*\{(?:[^{}]|\{[^{}]*\})*\}", "", css)
    assert fuera != css
    assert "oscuro]" not in fuera
    assert "prefers-color-scheme" not in fuera


def test_shared_tokens_have_the_values_of_the_results_site() -> None:
    portal = reglas((Path(prep.portal.__file__).parent / "estaticos" / "portal.css").read_text("utf-8"))
    nuestras = reglas(FICHAS.read_text("utf-8"))
    for suya, nuestra in ((":root", ":root"), (":root[data-tema=oscuro]", "@ :root[data-tema=oscuro]")):
        comunes = portal[suya].keys() & nuestras[nuestra].keys()
        assert {"papel", "hoja", "tinta", "gris", "linea", "mal", "bien"} <= comunes
        assert {c: nuestras[nuestra][c] for c in comunes} == {c: portal[suya][c] for c in comunes}
    institucion = dict(re.findall(r"--([\w-]+):(#\w+)", hoja({"partidos": []})))
    assert {c: nuestras[":root"][c] for c in institucion} == institucion


def test_colours_are_written_in_the_tokens_alone() -> None:
    """Apart from the header's white over its own colour and the shadows."""
    sueltos = set(re.findall(r"#[0-9a-f]{3,8}\b", HOJA.read_text("utf-8")))
    assert sueltos <= {"#fff", "#fffd", "#fff2", "#ffd54a", "#ffcb1f", "#241a00", "#0005", "#0008", "#000"}
    usadas = set(re.findall(r"var\(--([\w-]+)\)", HOJA.read_text("utf-8")))
    assert usadas <= temas()["claro"].keys()
    assert set(COLORES) <= temas()["claro"].keys()


def test_every_state_of_an_acta_has_a_look_and_a_name() -> None:
    assert {*Custodia, *Captura} <= ESTADOS.keys()
    for clave, aspecto in ESTADOS.items():
        assert texto(f"diseno.estado.{clave}")
        assert aspecto.tono in ("", "curso", "bien", "aviso", "mal")
        assert not aspecto.icono or aspecto.icono in ICONOS
        assert not aspecto.tono or aspecto.icono, f"{clave}: el color no habla solo"


def test_every_icon_asked_for_is_drawn() -> None:
    import prep

    plantillas = Path(prep.__file__).parent.rglob("templates/**/*.html")
    pedidos = {(i, f.name) for f in plantillas for i in re.findall(r'icono[ =]"(\w+)"', f.read_text("utf-8"))}
    assert len(pedidos) > 5
    assert [p for p in pedidos if p[0] not in ICONOS] == []
    assert len(ICONOS) == len(set(ICONOS)) > 30


def test_what_others_made_is_what_its_note_says() -> None:
    notas = {n.parents[1]: tomllib.loads(n.read_text("utf-8")) for n in SALA.parent.glob("*/terceros/terceros.toml")}
    partes = [(sala, parte) for sala, nota in notas.items() for parte in nota["parte"]]
    assert {p["nombre"] for _, p in partes} == {"htmx", "zxing-wasm"}
    for sala, parte in partes:
        for archivo, sha256 in parte["archivos"].items():
            assert hashlib.sha256((sala / archivo).read_bytes()).hexdigest() == sha256
        assert len((sala / parte["texto"]).read_text("utf-8")) > 300
    (htmx,) = (p for _, p in partes if p["nombre"] == "htmx")
    assert all(Path(a).name in (SALA / "templates/diseno/base.html").read_text("utf-8") for a in htmx["archivos"])


def test_nothing_is_inline_in_any_template() -> None:
    """Content-Security-Policy would stop it; better to know before."""
    import prep

    for plantilla in Path(prep.__file__).parent.rglob("templates/**/*.html"):
        html = plantilla.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", html), plantilla

"""What the pages say is there: each `prep …` they tell people to type, each link, module, room and rule of the law."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest
import typer.main

from prep.cli import app

RAIZ = Path(__file__).resolve().parents[2]
DOCS = RAIZ / "docs"
PAGINAS = [RAIZ / "README.md", *sorted(DOCS.rglob("*.md"))]
ORDEN = re.compile(r"(?:^|[`(\s/])prep((?: [a-z][a-z-]*(?![\w./:-]))+)", re.MULTILINE)
ENLACE = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
FUERA = ("http://", "https://", "mailto:")


def nombre(pagina: Path) -> str:
    return str(pagina.relative_to(RAIZ))


def ordenes(texto: str) -> list[list[str]]:
    """The words after `prep` inside code, up to the first that is not a plain word."""
    codigo = re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", texto, re.DOTALL)
    return [m.split() for bloque in codigo for m in ORDEN.findall("".join(bloque))]


def enlaces(pagina: Path) -> list[tuple[str, Path, str]]:
    """Text, file and fragment of each link to something of the repository; what is in code is no link."""
    texto = re.sub(r"```[\s\S]*?```|^ {4}.*$", "", pagina.read_text("utf-8"), flags=re.MULTILINE)
    hallados = []
    for rotulo, destino in ENLACE.findall(texto):
        if not destino.startswith(FUERA):
            archivo, _, fragmento = destino.partition("#")
            hallados.append((rotulo, (pagina.parent / archivo).resolve() if archivo else pagina, fragmento))
    return hallados


def anclas(pagina: Path) -> set[str]:
    """What a fragment may be: a place that the page names, or each heading in lower case, without punctuation, with
    hyphens for spaces."""
    texto = pagina.read_text("utf-8")
    titulos = re.findall(r"^#+ (.+)$", texto, re.MULTILINE)
    return set(re.findall(r'<a id="([^"]+)"></a>', texto)) | {
        re.sub(r"[^\w\- ]", "", t.lower()).strip().replace(" ", "-") for t in titulos
    }


@pytest.mark.parametrize("pagina", PAGINAS, ids=nombre)
def test_commands_exist(pagina: Path) -> None:
    raiz = typer.main.get_command(app)
    for palabras in ordenes(pagina.read_text("utf-8")):
        orden: click.Command = raiz
        for palabra in palabras:
            if not isinstance(orden, click.Group):
                break
            siguiente = orden.commands.get(palabra)
            assert siguiente is not None, f"{pagina.name}: «prep {' '.join(palabras)}» no existe"
            orden = siguiente


def test_commands_are_found() -> None:
    assert ["operacion", "ceros"] in ordenes((DOCS / "manual-operacion.md").read_text("utf-8"))


@pytest.mark.parametrize("pagina", PAGINAS, ids=nombre)
def test_links_lead_somewhere(pagina: Path) -> None:
    for rotulo, destino, fragmento in enlaces(pagina):
        assert destino.exists(), f"{nombre(pagina)}: «{rotulo}» lleva a {destino}, que no está"
        if fragmento and destino.suffix == ".md":
            assert fragmento in anclas(destino), f"{nombre(pagina)}: {destino.name} no tiene #{fragmento}"


def test_every_page_is_reached_from_readme() -> None:
    vistas: set[Path] = set()
    pendientes = [RAIZ / "README.md"]
    while pendientes:
        pagina = pendientes.pop()
        vistas.add(pagina)
        for _, destino, _ in enlaces(pagina):
            destinos = sorted(destino.glob("*.md")) if destino.is_dir() else [destino]
            pendientes += [d for d in destinos if d.suffix == ".md" and d not in vistas]
    assert set(PAGINAS) <= vistas, sorted(nombre(p) for p in set(PAGINAS) - vistas)


def test_every_room_is_in_the_house() -> None:
    cuartos = {p.parent.name for p in (RAIZ / "src" / "prep").glob("*/__init__.py")}
    casa = set(re.findall(r"^ {6}(\w+)/ ", (RAIZ / "README.md").read_text("utf-8"), re.MULTILINE))
    tabla = set(re.findall(r"^\| `(\w+)` \|", (DOCS / "arquitectura.md").read_text("utf-8"), re.MULTILINE))
    assert len(cuartos) > 15
    assert cuartos <= casa, f"README no nombra {sorted(cuartos - casa)}"
    assert cuartos <= tabla, f"arquitectura.md no nombra {sorted(cuartos - tabla)}"


def test_layers_are_those_that_are_checked() -> None:
    herramientas = tomllib.loads((RAIZ / "pyproject.toml").read_text("utf-8"))["tool"]
    capas = [set(re.findall(r"\w+", c)) for c in herramientas["importlinter"]["contracts"][0]["layers"]]
    pagina = (DOCS / "adr" / "0003-capas.md").read_text("utf-8")
    dichas = [
        set(linea.split(" · ")) & set().union(*capas) for linea in re.findall(r"^ {4}(\w.*)$", pagina, re.MULTILINE)
    ]
    assert [d for d in dichas if d] == capas


def test_tests_named_in_pages_exist() -> None:
    nombradas = {(nombre(p), t) for p in PAGINAS for t in re.findall(r"`(tests/[\w/]+\.py)`", p.read_text("utf-8"))}
    assert len(nombradas) > 30
    assert [n for n in sorted(nombradas) if not (RAIZ / n[1]).is_file()] == []


def test_modules_named_in_pages_exist() -> None:
    for pagina in PAGINAS:
        for puntos in re.findall(r"`(?:python -m )?prep((?:\.[a-z_0-9]+)+)", pagina.read_text("utf-8")):
            partes = puntos[1:].split(".")
            lugar = RAIZ / "src" / "prep"
            while partes and (lugar / partes[0]).is_dir():
                lugar /= partes.pop(0)
            if partes and not (archivo := lugar / f"{partes[0]}.py").exists():  # a name inside a package
                archivo = lugar / "__init__.py"
                assert re.search(rf"\b{partes[0]}\b", archivo.read_text("utf-8")), f"{nombre(pagina)}: prep{puntos}"


REGLAS = [
    fila.split(" | ")
    for fila in re.findall(r"^\| (\d+ \| .+) \|$", (DOCS / "leyes.md").read_text("utf-8"), re.MULTILINE)
]


def test_twenty_rules_are_two_opens_away() -> None:
    assert [int(r[0]) for r in REGLAS] == list(range(1, 21))
    assert (DOCS / "leyes.md") in [destino for _, destino, _ in enlaces(RAIZ / "README.md")]


@pytest.mark.parametrize("regla", REGLAS, ids=lambda r: r[0])
def test_each_rule_is_where_the_page_says(regla: list[str]) -> None:
    """Its code is defined in the file it links to, and the test it names is in the one it links to."""
    codigo, prueba = (ENLACE.findall(celda) for celda in regla[-2:])
    assert codigo and prueba
    for rotulo, destino in codigo:
        texto = (DOCS / destino).read_text("utf-8")
        assert "/src/prep/" in destino and re.search(rf"^ *(?:def|class) {rotulo.strip('`')}\b", texto, re.MULTILINE)
    for rotulo, destino in prueba:
        texto = (DOCS / destino).read_text("utf-8")
        assert "/tests/" in destino and re.search(rf"^def {rotulo.strip('`')}\(", texto, re.MULTILINE)


def test_no_two_files_of_tests_have_one_name() -> None:
    """They are collected without packages: the second of a name is an error, seen only when both are run together."""
    nombres = [p.name for p in (RAIZ / "tests").rglob("*.py") if p.name != "conftest.py"]
    assert sorted(nombres) == sorted(set(nombres))

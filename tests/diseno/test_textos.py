"""The catalogue of texts: whatever is asked for is there, in every language."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

from prep.diseno.textos import LENGUA, aplanar, archivos, catalogo, texto

SALAS = [Path(a.path) for a in apps.get_app_configs() if (Path(a.path) / "textos" / "es.toml").is_file()]
PEDIDO = re.compile(r"""(?:\{% texto |\b(?:texto|decir)\(\s*)["']([a-z_]+(?:\.[a-z0-9_]+)+)["']""")


def pedidos() -> list[tuple[str, str]]:
    """Every key written out in a template or a module of the rooms that bring texts."""
    fuentes = [f for sala in SALAS for patron in ("*.html", "*.txt", "*.py") for f in sala.rglob(patron)]
    return [(clave, f.name) for f in fuentes for clave in PEDIDO.findall(f.read_text("utf-8"))]


def test_every_key_asked_for_is_in_the_catalogue() -> None:
    claves = catalogo(LENGUA)
    assert len(pedidos()) > 80
    assert [(c, f) for c, f in pedidos() if c not in claves] == []


def test_other_languages_have_the_same_keys_and_data() -> None:
    for sala in SALAS:
        paginas = {f.stem: aplanar(tomllib.loads(f.read_text("utf-8")), "") for f in (sala / "textos").glob("*.toml")}
        for idioma, pagina in paginas.items():
            assert pagina.keys() == paginas[LENGUA].keys(), f"{sala.name}/{idioma}"
            for clave, frase in pagina.items():
                datos = [sorted(re.findall(r"\{(\w+)\}", f)) for f in (frase, paginas[LENGUA][clave])]
                assert datos[0] == datos[1], f"{sala.name}/{idioma}{clave}"


def test_a_room_brings_its_page_under_its_own_name() -> None:
    assert archivos(LENGUA)["diseno"].name == "es.toml"
    assert texto("diseno.pagina.de", hechas=2, total=3) == "2 de 3"


def test_a_key_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError):
        texto("diseno.no.existe")


@pytest.mark.parametrize("prohibida", [" tú ", " tu ", " tus ", "Haz clic", "Error:", "login", "password"])
def test_people_are_spoken_to_as_usted(prohibida: str) -> None:
    assert [c for c, frase in catalogo(LENGUA).items() if prohibida in f" {frase} "] == []

"""What the screens say: one catalogue, made of one page a room (`<room>/textos/es.toml`), under the room's label.

`texto("diseno.pagina.cerrar")`; data goes in by name: `texto("diseno.pagina.de", hechas=2, total=3)`. Another language
is one more file a room, with the same keys; what a language lacks is said in Spanish.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.utils.translation import get_language

LENGUA: Final = "es"
"""The one of the law, in which every text is."""

Pagina = dict[str, Any]


def archivos(idioma: str) -> dict[str, Path]:
    """Each room's page in one language."""
    rutas = {app.label: Path(app.path) / "textos" / f"{idioma}.toml" for app in apps.get_app_configs()}
    return {sala: ruta for sala, ruta in rutas.items() if ruta.is_file()}


def aplanar(pagina: Pagina, raiz: str) -> dict[str, str]:
    """`{"a": {"b": "x"}}` under `r` to `{"r.a.b": "x"}`."""
    plano: dict[str, str] = {}
    for clave, valor in pagina.items():
        if isinstance(valor, dict):
            plano |= aplanar(valor, f"{raiz}.{clave}")
        else:
            plano[f"{raiz}.{clave}"] = str(valor)
    return plano


@cache
def catalogo(idioma: str) -> dict[str, str]:
    plano: dict[str, str] = {}
    for sala, ruta in archivos(idioma).items():
        plano |= aplanar(tomllib.loads(ruta.read_text("utf-8")), sala)
    return plano


def texto(clave: str, **datos: Any) -> str:
    """The text of a key in the language in use. A key that no page has is a fault of ours: KeyError."""
    idioma = (get_language() or LENGUA).split("-")[0]
    frase = catalogo(idioma).get(clave) or catalogo(LENGUA)[clave]
    return frase.format(**datos) if datos else frase

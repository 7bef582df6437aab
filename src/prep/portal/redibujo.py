"""Drawing a published corte again, for whoever checks it: `prep.comprobacion` compares, and never draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from prep.plataforma.huella import huella
from prep.portal.sitio import paginas, portada, recursos


def redibujar(documentos: Mapping[str, Any]) -> Mapping[str, bytes] | str:
    """Every page by path, `/` before those of the publication's root; or why they cannot be drawn here."""
    if orjson.loads(documentos["corte.json"])["software"] != huella():
        return "las dibujó otra versión del programa"
    try:
        del_corte = dict(paginas(documentos))
        return del_corte | {f"/{r}": d for f in (recursos, portada) for r, d in f(documentos)}
    except Exception as error:  # whatever a publication may contain
        return f"no se pudieron dibujar ({type(error).__name__})"

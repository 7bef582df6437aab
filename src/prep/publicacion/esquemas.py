"""Every JSON document is validated against its schema before a corte is switched: no reader meets an odd shape."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from prep.plataforma.errores import Impedimento

FORMATOS = Path(__file__).parent / "formatos"


class DocumentoInvalido(Impedimento):
    """A document that does not have the published shape; the corte is not switched."""


@cache
def _validador(nombre: str) -> Any:
    return jsonschema_rs.validator_for(json.loads((FORMATOS / f"{nombre}.schema.json").read_text("utf-8")))


@cache
def _validador_de_elemento(nombre: str, lista: str) -> Any:
    esquema = json.loads((FORMATOS / f"{nombre}.schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for({**esquema["properties"][lista]["items"], "$defs": esquema["$defs"]})


def validar(nombre: str, documento: Any, ruta: str) -> None:
    """Raise `DocumentoInvalido` unless `documento` is what `formatos/<nombre>.schema.json` says."""
    _exigir(_validador(nombre), nombre, documento, ruta)


def validar_elemento(nombre: str, lista: str, elemento: Any, ruta: str) -> None:
    """The same for one element of the list `lista` of such a document: one written now, among others reused."""
    _exigir(_validador_de_elemento(nombre, lista), nombre, elemento, ruta)


def _exigir(validador: Any, nombre: str, documento: Any, ruta: str) -> None:
    try:
        validador.validate(documento)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise DocumentoInvalido(f"{ruta} no cumple su formato ({nombre}): {str(error)[:500]}") from None

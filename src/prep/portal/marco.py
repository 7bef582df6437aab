"""A page drawn once for many places: what they share is text, what is each one's is a hole."""

from __future__ import annotations

from typing import Final

_MARCA: Final = "\0"
"""Around the name of a hole. No page has it: HTML forbids it, and the catalogue takes no control character."""


def hueco(nombre: str) -> str:
    """What a template is given in place of what each page says."""
    return f"{_MARCA}{nombre}{_MARCA}"


class Marco:
    """Drawn with holes; `llenar` gives the page of one place."""

    def __init__(self, html: str) -> None:
        self._trozos = html.split(_MARCA)

    def llenar(self, **partes: str) -> str:
        """`partes`: HTML of each hole, by name. Raises `KeyError` where one is missing."""
        return "".join(partes[t] if i % 2 else t for i, t in enumerate(self._trozos))

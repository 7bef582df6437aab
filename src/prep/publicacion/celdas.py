"""What goes in a cell of a table that people open with a spreadsheet."""

from __future__ import annotations

import re
from typing import Final

_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def texto_seguro(texto: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it."""
    return "'" + texto if _FORMULA.match(texto) else texto

"""What the pages say, one TOML per language; a new language is one more file and one more folder of prose."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

IDIOMAS: Final = ("es", "en")
"""The first is the one of the law; the others live under a folder of their own."""


@cache
def textos(idioma: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{idioma}.toml").read_text(encoding="utf-8"))


class _Frase(string.Formatter):
    def format_field(self, dato: Any, forma: str) -> str:
        uno, barra, varios = forma.partition("|")
        return (uno if str(dato) == "1" else varios) if barra else str(super().format_field(dato, forma))


def decir(frase: str, **datos: Any) -> str:
    """Fill a sentence in. `{n:acta|actas}` is the word for one or for several of what `n` counts; `di` does the same
    in the browser (estaticos/textos.js)."""
    return _Frase().vformat(frase, (), datos)


def advertencias(manifiesto: Mapping[str, Any], t: dict[str, Any]) -> list[str]:
    """What must be read before any figure: that it is a drill or a test, that it is only a part."""
    avisos = [t["modo"].get(manifiesto["modo"], "")]
    if parcial := manifiesto.get("parcial"):
        avisos.append(t["modo"]["parcial"].format(nombre=parcial["nombre"]))
    return [aviso for aviso in avisos if aviso]


def numero(manifiesto: Mapping[str, Any], t: dict[str, Any], corte: int | None = None) -> str:
    """How a corte is called (or another one of the same emission), and whose it is when it is only a part."""
    n, parcial = corte or manifiesto["corte"], manifiesto.get("parcial")
    if parcial:
        return str(t["corte"]["numero_parcial"].format(n=n, nombre=parcial["nombre"]))
    return str(t["corte"]["numero"].format(n=n))


def hora_larga(hora: str, t: dict[str, Any]) -> str:
    """ISO 8601 with offset to `domingo 2 de junio de 2024, 20:15 h (UTC−6)`, in the clock of the place."""
    h = datetime.fromisoformat(hora)
    minutos = int((h.utcoffset() or h - h).total_seconds()) // 60
    utc = f"UTC{'−' if minutos < 0 else '+'}{abs(minutos) // 60}" + (
        f":{abs(minutos) % 60:02d}" if minutos % 60 else ""
    )
    return t["hora"].format(
        dia=t["dias"][h.weekday()], d=h.day, mes=t["meses"][h.month - 1], a=h.year, hhmm=f"{h:%H:%M}", utc=utc
    )


def hora_corta(hora: str, t: dict[str, Any]) -> str:
    return t["hora_corta"].format(hhmm=f"{datetime.fromisoformat(hora):%H:%M}")

"""What the program failed at, under the code that people were shown: one line each, in a file, so that it is known even
where the database is what failed."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from prep.plataforma.lugares import dir_datos

MAXIMO: Final = 2**20
"""Of the file. A full one is kept as the previous one."""


class Falla(NamedTuple):
    hora: datetime
    codigo: str
    clase: str
    donde: str


def _archivo() -> Path:
    return dir_datos() / "fallas.jsonl"


def anotar(falla: Falla) -> None:
    """Keep it. What cannot be kept is lost: whoever fails has worse to say."""
    linea = orjson.dumps([falla.hora.isoformat(), *falla[1:]]) + b"\n"
    with suppress(OSError):
        archivo = _archivo()
        if archivo.exists() and archivo.stat().st_size > MAXIMO:
            archivo.replace(archivo.with_suffix(".previas"))
        with archivo.open("ab") as f:
            f.write(linea)


def desde(hora: datetime) -> list[Falla]:
    """Those since `hora`, in order."""
    halladas = []
    for archivo in (_archivo().with_suffix(".previas"), _archivo()):
        with suppress(FileNotFoundError):
            for linea in archivo.read_bytes().splitlines():
                with suppress(ValueError, TypeError):  # cut short by a full disk
                    cuando, *dichos = map(str, orjson.loads(linea))
                    falla = Falla(datetime.fromisoformat(cuando), *dichos)
                    if falla.hora >= hora:
                        halladas.append(falla)
    return halladas

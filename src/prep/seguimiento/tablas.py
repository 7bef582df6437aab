"""What the files of the folder share: days and months as people write them, and how a table is written."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from prep.catalogo.campos import DatoInvalido, recortado

MESES: Final = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


def fecha(dato: str) -> date:
    """A day as spreadsheets in Mexico and machines write it."""
    try:
        if partes := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", dato):
            dia, mes, ano = map(int, partes.groups())
            leida = date(ano, mes, dia)
        else:
            leida = date.fromisoformat(dato)
    except ValueError:
        leida = date.min
    if not 2000 <= leida.year <= 2100:
        raise DatoInvalido(f"«{recortado(dato)}» no es una fecha.", "Escríbala como 2027-06-06 o 06/06/2027.")
    return leida


def escribir(ruta: Path, columnas: Iterable[str], filas: Iterable[Mapping[str, object]] = ()) -> None:
    """A new file that a spreadsheet opens as it is. Raises `FileExistsError`."""
    with ruta.open("x", encoding="utf-8-sig", newline="") as salida:
        escritor = csv.DictWriter(salida, list(columnas), restval="")
        escritor.writeheader()
        escritor.writerows(filas)

"""The published tables as one Excel workbook, a sheet per election (Anexo 18.5 as practised).

XlsxWriter makes the workbook. Its rows, which at the size of a state are two million cells and take it nine seconds,
are written here by whoever is free, and each stretch of them is compressed on its own (see `paquete`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from html import escape
from typing import Any, Final

from prep.publicacion.paquete import bloque, empacar, en_bloques, entero

_SIN_RENGLONES: Final = b"<sheetData/>"
_MEDIDA: Final = b'<dimension ref="A1"/>'
"""Optional, and false once there are rows."""
_MAXIMO: Final = 10**8
"""A number of more digits goes as a text: a sheet would round it."""
_NO_DE_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def renglones(filas: Iterable[Sequence[Any]], desde: int) -> bytes:
    """Rows of a sheet, the first of which is number `desde`. Cells are numbers or texts, never formulas; a text that is
    all digits goes as a number where that loses nothing."""
    return "".join([_renglon(n, fila) for n, fila in enumerate(filas, desde)]).encode()


def _renglon(n: int, fila: Sequence[Any]) -> str:
    columnas = _columnas(len(fila))
    celdas = [_celda(f"{c}{n}", valor) for c, valor in zip(columnas, fila, strict=True) if valor != ""]
    return f'<row r="{n}">{"".join(celdas)}</row>'


@cache
def _columnas(cuantas: int) -> list[str]:
    """`A`, `B`… of the first columns."""
    from xlsxwriter.utility import xl_col_to_name

    return [xl_col_to_name(i) for i in range(cuantas)]


def _celda(donde: str, valor: int | str) -> str:
    if isinstance(valor, int):
        if valor < _MAXIMO:
            return f'<c r="{donde}"><v>{valor}</v></c>'
        valor = str(valor)
    elif valor.isascii() and valor.isdecimal() and (len(valor) == 1 or (valor[0] != "0" and len(valor) < 9)):
        return f'<c r="{donde}"><v>{valor}</v></c>'
    texto = escape(_NO_DE_XML.sub("\ufffd", valor), quote=False)
    return f'<c r="{donde}" t="inlineStr"><is><t xml:space="preserve">{texto}</t></is></c>'


def libro(hojas: Mapping[str, Iterable[tuple[bytes, bytes]]], hora: datetime) -> bytes:
    """The workbook. `hojas`: by name, the rows of each in stretches with their blocks."""
    cuaderno = zipfile.ZipFile(_vacio(hojas, hora))
    datos = {f"xl/worksheets/sheet{n}.xml": partes for n, partes in enumerate(hojas.values(), 1)}
    entradas = []
    for nombre in cuaderno.namelist():
        texto = cuaderno.read(nombre)
        if nombre in datos:
            antes, despues = texto.replace(_MEDIDA, b"").split(_SIN_RENGLONES)
            antes, despues = antes + b"<sheetData>", b"</sheetData>" + despues
            partes = [(antes, bloque(antes)), *datos[nombre], (despues, bloque(despues, ultimo=True))]
            entradas.append(en_bloques(nombre, partes))
        else:
            entradas.append(entero(nombre, texto))
    return empacar(entradas, hora)


def _vacio(nombres: Iterable[str], hora: datetime) -> io.BytesIO:
    """A workbook with these sheets, without rows."""
    import xlsxwriter

    destino = io.BytesIO()
    with xlsxwriter.Workbook(destino, {"in_memory": True}) as cuaderno:
        cuaderno.set_properties({"title": "PREP", "created": hora.replace(tzinfo=None)})
        for nombre in nombres:
            cuaderno.add_worksheet(nombre[:31])
    return destino

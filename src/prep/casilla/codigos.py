"""Slips for CAEs: who it is for, a QR that opens the page with the code in it, the code to type, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import segno
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from prep.diseno import recortables
from prep.diseno.recortables import Renglones
from prep.diseno.textos import texto

POR_COLUMNA: Final = 3
LADO_QR: Final = 34 * mm


@dataclass(frozen=True, slots=True)
class Ficha:
    """One slip. `casillas`: how many are theirs."""

    nombre: str
    lugar: str
    casillas: int
    codigo: str


def direccion_de(pagina: str, codigo: str, ambito: str) -> str:
    """What the QR says. The code goes in the fragment, which no server sees; with it, the fingerprint of the
    institute's key, so that the phone knows by paper whom to believe."""
    return f"{pagina}#alta={codigo.replace('-', '')}.{ambito.rpartition('/')[2]}"


def hojas(fichas: Sequence[Ficha], pagina: str, ambito: str) -> bytes:
    """The PDF, in the order given: six slips a sheet, to be cut."""

    def dibujar(r: Renglones, ficha: Ficha) -> None:
        _dibujar(r, ficha, direccion_de(pagina, ficha.codigo, ambito), pagina)

    return recortables.hojas(texto("casilla.codigo.titulo"), fichas, POR_COLUMNA, dibujar)


def _dibujar(r: Renglones, ficha: Ficha, qr: str, pagina: str) -> None:
    r.escribir(ficha.nombre, "Helvetica-Bold", 13, 15, 2)
    r.escribir(texto("casilla.codigo.de", lugar=ficha.lugar, n=ficha.casillas), "Helvetica", 9, 8, 1)
    _qr(r.lienzo, qr, r.x, r.y - LADO_QR)
    columna = Renglones(r.lienzo, r.x + LADO_QR + 5 * mm, r.y - 12, r.ancho - LADO_QR - 5 * mm)
    columna.escribir(texto("casilla.codigo.codigo"), "Helvetica", 9, 17, 1)
    columna.escribir(ficha.codigo, "Courier-Bold", 14, 17, 1)
    columna.escribir(pagina, "Helvetica", 8.5, 10.5, 2)
    r.y -= LADO_QR + 12
    r.escribir(texto("casilla.codigo.instrucciones"), "Helvetica", 8.5, 10.5, 6)


def _qr(lienzo: Canvas, dice: str, x: float, y: float) -> None:
    simbolo = segno.make_qr(dice, error="m")
    modulo = LADO_QR / (simbolo.symbol_size(border=0)[0])
    for r, fila in enumerate(simbolo.matrix):
        for c, negro in enumerate(fila):
            if negro:
                lienzo.rect(x + c * modulo, y + LADO_QR - (r + 1) * modulo, modulo, modulo, stroke=0, fill=1)

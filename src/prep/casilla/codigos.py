"""Slips for CAEs: who it is for, a QR that opens the page with the code in it, the code to type, what to do."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import segno
from reportlab.lib.pagesizes import letter
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from prep.diseno.textos import texto

COLUMNAS: Final = 2
RENGLONES: Final = 3
ORILLA: Final = 10 * mm
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
    salida = io.BytesIO()
    lienzo = Canvas(salida, pagesize=letter, invariant=1)
    lienzo.setTitle(texto("casilla.codigo.titulo"))
    ancho, alto = letter[0] / COLUMNAS, letter[1] / RENGLONES
    for i, ficha in enumerate(fichas):
        lugar = i % (COLUMNAS * RENGLONES)
        if i and lugar == 0:
            lienzo.showPage()
        if lugar == 0:
            _cortes(lienzo, ancho, alto)
        x, y = (lugar % COLUMNAS) * ancho, letter[1] - (lugar // COLUMNAS + 1) * alto
        _dibujar(lienzo, ficha, direccion_de(pagina, ficha.codigo, ambito), pagina, x, y, ancho, alto)
    lienzo.save()
    return salida.getvalue()


def _cortes(lienzo: Canvas, ancho: float, alto: float) -> None:
    lienzo.setDash(2, 3)
    lienzo.setStrokeGray(0.6)
    lienzo.line(ancho, 0, ancho, letter[1])
    for r in range(1, RENGLONES):
        lienzo.line(0, alto * r, letter[0], alto * r)
    lienzo.setDash()


def _latino(frase: str) -> str:
    """What the PDF's own fonts can draw."""
    return frase.encode("cp1252", "replace").decode("cp1252")


def _dibujar(lienzo: Canvas, ficha: Ficha, qr: str, pagina: str, x: float, y: float, ancho: float, alto: float) -> None:
    izquierda, util, arriba = x + ORILLA, ancho - 2 * ORILLA, y + alto - ORILLA
    lienzo.setFillGray(0)
    cursor = arriba - 11
    for linea in simpleSplit(_latino(ficha.nombre), "Helvetica-Bold", 13, util)[:2]:
        lienzo.setFont("Helvetica-Bold", 13)
        lienzo.drawString(izquierda, cursor, linea)
        cursor -= 15
    lienzo.setFont("Helvetica", 9)
    lienzo.drawString(izquierda, cursor, _latino(texto("casilla.codigo.de", lugar=ficha.lugar, n=ficha.casillas)))
    cursor -= 8
    _qr(lienzo, qr, izquierda, cursor - LADO_QR)
    columna = izquierda + LADO_QR + 5 * mm
    lienzo.setFont("Helvetica", 9)
    lienzo.drawString(columna, cursor - 12, _latino(texto("casilla.codigo.codigo")))
    lienzo.setFont("Courier-Bold", 14)
    lienzo.drawString(columna, cursor - 29, ficha.codigo)
    lienzo.setFont("Helvetica", 8.5)
    for n, linea in enumerate(simpleSplit(_latino(pagina), "Helvetica", 8.5, util - LADO_QR - 5 * mm)[:2]):
        lienzo.drawString(columna, cursor - 46 - 10.5 * n, linea)
    cursor -= LADO_QR + 12
    for linea in simpleSplit(_latino(texto("casilla.codigo.instrucciones")), "Helvetica", 8.5, util)[:6]:
        lienzo.drawString(izquierda, cursor, linea)
        cursor -= 10.5


def _qr(lienzo: Canvas, dice: str, x: float, y: float) -> None:
    simbolo = segno.make_qr(dice, error="m")
    modulo = LADO_QR / (simbolo.symbol_size(border=0)[0])
    for r, fila in enumerate(simbolo.matrix):
        for c, negro in enumerate(fila):
            if negro:
                lienzo.rect(x + c * modulo, y + LADO_QR - (r + 1) * modulo, modulo, modulo, stroke=0, fill=1)

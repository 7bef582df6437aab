"""Slips to be cut, some on each sheet of letter paper, with dashed lines between them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from reportlab.lib.pagesizes import letter
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

COLUMNAS: Final = 2
ORILLA: Final = 10 * mm
T = TypeVar("T")


@dataclass(slots=True)
class Renglones:
    """Text from the top of a slip downwards. `x`, `ancho`: where it is, within its margins; `y`: where the next line
    goes. In points."""

    lienzo: Canvas
    x: float
    y: float
    ancho: float

    def escribir(self, frase: str, letra: str, talla: float, paso: float, maximo: int) -> None:
        """As many lines as the phrase takes, `maximo` at the most."""
        self.lienzo.setFont(letra, talla)
        for linea in simpleSplit(latino(frase), letra, talla, self.ancho)[:maximo]:
            self.lienzo.drawString(self.x, self.y, linea)
            self.y -= paso


def hojas(titulo: str, fichas: Sequence[T], renglones: int, dibujar: Callable[[Renglones, T], None]) -> bytes:
    """The PDF, in the order given: two columns of `renglones` slips a sheet."""
    salida = io.BytesIO()
    lienzo = Canvas(salida, pagesize=letter, invariant=1)
    lienzo.setTitle(titulo)
    ancho, alto = letter[0] / COLUMNAS, letter[1] / renglones
    for i, ficha in enumerate(fichas):
        lugar = i % (COLUMNAS * renglones)
        if i and lugar == 0:
            lienzo.showPage()
        if lugar == 0:
            _cortes(lienzo, ancho, alto, renglones)
        x, arriba = (lugar % COLUMNAS) * ancho, letter[1] - (lugar // COLUMNAS) * alto
        lienzo.setFillGray(0)
        dibujar(Renglones(lienzo, x + ORILLA, arriba - ORILLA - 10, ancho - 2 * ORILLA), ficha)
    lienzo.save()
    return salida.getvalue()


def latino(frase: str) -> str:
    """What the PDF's own fonts can draw."""
    return frase.encode("cp1252", "replace").decode("cp1252")


def _cortes(lienzo: Canvas, ancho: float, alto: float, renglones: int) -> None:
    lienzo.setDash(2, 3)
    lienzo.setStrokeGray(0.6)
    for c in range(1, COLUMNAS):
        lienzo.line(ancho * c, 0, ancho * c, letter[1])
    for r in range(1, renglones):
        lienzo.line(0, alto * r, letter[0], alto * r)
    lienzo.setDash()

"""Sign-in slips: eight a sheet, to be cut, each with what its person needs to come in the first time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from reportlab.lib.pagesizes import letter
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from prep.acceso.listas import Pase
from prep.diseno.textos import texto

COLUMNAS: Final = 2
RENGLONES: Final = 4
ORILLA: Final = 10 * mm


def _latino(frase: str) -> str:
    """What the PDF's own fonts can draw."""
    return frase.encode("cp1252", "replace").decode("cp1252")


def hojas(pases: Sequence[Pase], direccion: str) -> bytes:
    """The PDF, in the order of the list."""
    salida = io.BytesIO()
    lienzo = Canvas(salida, pagesize=letter, invariant=1)
    lienzo.setTitle(texto("acceso.pase.titulo"))
    ancho, alto = letter[0] / COLUMNAS, letter[1] / RENGLONES
    for i, pase in enumerate(pases):
        lugar = i % (COLUMNAS * RENGLONES)
        if i and lugar == 0:
            lienzo.showPage()
        if lugar == 0:
            _cortes(lienzo)
        _dibujar(
            lienzo, pase, direccion, (lugar % COLUMNAS) * ancho, letter[1] - (lugar // COLUMNAS + 1) * alto, ancho, alto
        )
    lienzo.save()
    return salida.getvalue()


def _cortes(lienzo: Canvas) -> None:
    lienzo.setDash(2, 3)
    lienzo.setStrokeGray(0.6)
    for c in range(1, COLUMNAS):
        lienzo.line(letter[0] * c / COLUMNAS, 0, letter[0] * c / COLUMNAS, letter[1])
    for r in range(1, RENGLONES):
        lienzo.line(0, letter[1] * r / RENGLONES, letter[0], letter[1] * r / RENGLONES)
    lienzo.setDash()


def _dibujar(lienzo: Canvas, pase: Pase, direccion: str, x: float, y: float, ancho: float, alto: float) -> None:
    izquierda, util = x + ORILLA, ancho - 2 * ORILLA
    cursor = y + alto - ORILLA - 10
    lienzo.setFillGray(0)
    nombre = simpleSplit(_latino(pase.nombre), "Helvetica-Bold", 13, util)[:2]
    for linea in nombre:
        lienzo.setFont("Helvetica-Bold", 13)
        lienzo.drawString(izquierda, cursor, linea)
        cursor -= 15
    lienzo.setFont("Helvetica", 9)
    roles = ", ".join(texto(f"acceso.rol.{r}") for r in pase.roles)
    for linea in simpleSplit(_latino(f"{roles} · {pase.lugar}"), "Helvetica", 9, util)[:2]:
        lienzo.drawString(izquierda, cursor, linea)
        cursor -= 12
    cursor -= 6
    for rotulo, valor in (("usuario", pase.usuario), ("clave", pase.clave)):
        lienzo.setFont("Helvetica", 9)
        lienzo.drawString(izquierda, cursor, _latino(texto(f"acceso.pase.{rotulo}")))
        lienzo.setFont("Courier-Bold", 15 if len(valor) <= 22 else 9)
        cursor -= 15
        lienzo.drawString(izquierda, cursor, valor)
        cursor -= 17
    lienzo.setFont("Helvetica", 8.5)
    frase = texto("acceso.pase.instrucciones", direccion=direccion)
    for linea in simpleSplit(_latino(frase), "Helvetica", 8.5, util)[:5]:
        lienzo.drawString(izquierda, cursor, linea)
        cursor -= 10.5

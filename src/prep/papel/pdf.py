"""Drawing actas and QR labels as PDF, in exact millimetres."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

import segno
from reportlab.lib.colors import Color, black, white
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from prep.papel.marcas import DICCIONARIO
from prep.papel.plantilla import ALTO, ANCHO, LADO_MARCA, MARCAS, TOTAL_ASENTADO, Caja, Campo, Hoja
from prep.plataforma.opencv import cv2

_REGLA = Color(0.38, 0.38, 0.42)
_FONDO = Color(0.935, 0.935, 0.95)
_TENUE = Color(0.55, 0.55, 0.58)


class _Lienzo:
    """A reportlab canvas measured in mm from the upper left corner."""

    def __init__(self, canvas: Canvas, alto: float) -> None:
        self.c, self.alto = canvas, alto

    def caja(self, b: Caja, grosor: float = 0.25, fondo: Color | None = None, borde: Color | None = _REGLA) -> None:
        if fondo is not None:
            self.c.setFillColor(fondo)
        if borde is not None:
            self.c.setStrokeColor(borde)
            self.c.setLineWidth(grosor * mm)
        self.c.rect(
            b.x * mm,
            (self.alto - b.y - b.alto) * mm,
            b.ancho * mm,
            b.alto * mm,
            stroke=int(borde is not None),
            fill=int(fondo is not None),
        )

    def linea(self, x1: float, y1: float, x2: float, y2: float, grosor: float = 0.2) -> None:
        self.c.setStrokeColor(_REGLA)
        self.c.setLineWidth(grosor * mm)
        self.c.line(x1 * mm, (self.alto - y1) * mm, x2 * mm, (self.alto - y2) * mm)

    def texto(
        self,
        x: float,
        y: float,
        texto: str,
        puntos: float,
        negrita: bool = False,
        ancho: float | None = None,
        centrado: bool = False,
        color: Color = black,
    ) -> None:
        """Text with its baseline at `y`; shrunk to fit `ancho` mm when given."""
        fuente = "Helvetica-Bold" if negrita else "Helvetica"
        largo = stringWidth(texto, fuente, puntos)
        if ancho is not None and largo > ancho * mm:
            puntos *= ancho * mm / largo
        self.c.setFillColor(color)
        self.c.setFont(fuente, puntos)
        (self.c.drawCentredString if centrado else self.c.drawString)(x * mm, (self.alto - y) * mm, texto)

    def matriz(self, x: float, y: float, lado: float, celdas: Sequence[Sequence[int | bool]]) -> None:
        """Dark cells of a square symbol."""
        paso = lado / len(celdas)
        self.c.setFillColor(black)
        camino = self.c.beginPath()
        for i, fila in enumerate(celdas):
            j = 0
            while j < len(fila):
                k = j
                while k < len(fila) and fila[k]:
                    k += 1
                if k > j:
                    camino.rect(
                        (x + j * paso) * mm, (self.alto - y - (i + 1) * paso) * mm, (k - j) * paso * mm, paso * mm
                    )
                j = k + 1
        self.c.drawPath(camino, stroke=0, fill=1)


def _qr(lienzo: _Lienzo, caja: Caja, contenido: str) -> None:
    simbolo = segno.make_qr(contenido, version=3, error="m", mode="alphanumeric", boost_error=False)
    lienzo.matriz(caja.x, caja.y, caja.ancho, [list(f) for f in simbolo.matrix])


def _marcas(lienzo: _Lienzo, ids: Sequence[int]) -> None:
    diccionario = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, DICCIONARIO))
    for (x, y), i in zip(MARCAS, ids, strict=True):
        celdas = cv2.aruco.generateImageMarker(diccionario, i, 6) == 0
        lienzo.matriz(x, y, LADO_MARCA, celdas.tolist())


def _campo(lienzo: _Lienzo, campo: Campo, par: bool) -> None:
    b = campo.caja
    if campo.tipo == "total" and campo.clave != TOTAL_ASENTADO:
        lienzo.texto(b.x, b.y + 5.5, campo.etiqueta.upper(), 9, negrita=True, ancho=b.ancho)
        lienzo.texto(b.x, b.y + 9.5, f"({campo.nota})", 7, ancho=b.ancho)
        lienzo.texto(campo.letra.x, campo.letra.y + campo.letra.alto + 3.2, "con letra", 6, color=_TENUE)
        lienzo.texto(campo.cajas[0].x, campo.letra.y + campo.letra.alto + 3.2, "con número", 6, color=_TENUE)
    else:
        if par:
            lienzo.caja(b, fondo=_FONDO, borde=None)
        lienzo.texto(
            b.x + 1.5,
            b.y + b.alto / 2 + 1.1,
            campo.etiqueta,
            9 if b.ancho > 150 else 7.5,
            negrita=True,
            ancho=campo.letra.x - b.x - 3,
        )
    y = campo.letra.y + campo.letra.alto
    lienzo.linea(campo.letra.x, y, campo.letra.x + campo.letra.ancho, y)
    for c in campo.cajas:
        lienzo.caja(c, 0.3, fondo=white)


def _dibujar(canvas: Canvas, hoja: Hoja) -> None:
    lienzo = _Lienzo(canvas, ALTO)
    p, quien = hoja.plantilla, hoja.identificacion
    _marcas(lienzo, hoja.marcas)
    if hoja.qr:
        _qr(lienzo, p.qr, hoja.qr)
    else:
        lienzo.caja(p.qr, 0.15)
        lienzo.texto(p.qr.x + 15, p.qr.y + 15, "Etiqueta QR", 7, centrado=True, color=_TENUE)
    lienzo.texto(66, 13, quien.institucion, 9, ancho=230)
    lienzo.texto(66, 19.5, "ACTA DE ESCRUTINIO Y CÓMPUTO DE LA CASILLA", 14, negrita=True)
    lienzo.texto(66, 25, f"ELECCIÓN DE {quien.eleccion.upper()} · {quien.proceso}", 9.5, negrita=True, ancho=250)
    if quien.aviso:
        lienzo.texto(365, 19.5, quien.aviso, 12, negrita=True, centrado=True, ancho=88, color=Color(0.7, 0.1, 0.15))
    datos = (
        ("Entidad", quien.entidad, 66, 60),
        ("Demarcación", quien.demarcacion, 130, 86),
        ("Municipio", quien.municipio, 220, 60),
        ("Casilla", quien.casilla, 330, 78),
    )
    for nombre, valor, x, ancho in datos:
        lienzo.texto(x, 32, nombre, 6.5, color=_TENUE)
        lienzo.texto(x, 37.5, valor, 11, negrita=True, ancho=ancho)
        lienzo.linea(x, 39, x + ancho, 39)
    lienzo.texto(286, 32, "Sección", 6.5, color=_TENUE)
    for k, cifra in enumerate(f"{quien.seccion:04d}"):
        caja = Caja(286 + k * 8, 33, 8, 7.5)
        lienzo.caja(caja, 0.25)
        lienzo.texto(caja.x + 4, 38.6, cifra, 13, negrita=True, centrado=True)
    lienzo.texto(66, 44.5, f"Clave del acta {quien.clave_acta} · plantilla {p.id}", 7.5, color=_TENUE)
    lienzo.texto(20, 51.5, "DATOS DE LA CASILLA", 10, negrita=True)
    lienzo.texto(144, 51.5, "RESULTADOS DE LA VOTACIÓN", 10, negrita=True)
    lienzo.texto(
        232, 51.5, "Escriba con letra y con número; anteponga ceros, un dígito por recuadro.", 7.5, color=_TENUE
    )
    lienzo.linea(20, 54, 412, 54, 0.4)
    for i, campo in enumerate(p.campos):
        _campo(lienzo, campo, i % 2 == 0)
    for caja, titulo in (
        (p.firmas, "FIRMAS DEL FUNCIONARIADO Y REPRESENTANTES"),
        (p.incidentes, "INCIDENTES"),
        (p.sello, "ACOPIO (fecha y hora)"),
    ):
        lienzo.caja(caja, 0.25)
        lienzo.texto(caja.x + 2, caja.y + 3.6, titulo, 6.5, color=_TENUE)
    for k, cargo in enumerate(("Presidencia", "Secretaría", "1er. escrutinio", "2o. escrutinio")):
        izquierda = p.firmas.x + 4 + k * 50.5
        lienzo.linea(izquierda, p.firmas.y + 19, izquierda + 46, p.firmas.y + 19)
        lienzo.texto(izquierda + 23, p.firmas.y + 22, cargo, 6, centrado=True, color=_TENUE)


def pdf_actas(hojas: Iterable[Hoja]) -> bytes:
    """PDF with one acta per page, 431.8 x 279.4 mm. The same actas give the same bytes."""
    salida = BytesIO()
    canvas = Canvas(salida, pagesize=(ANCHO * mm, ALTO * mm), invariant=1)
    canvas.setTitle("Actas de escrutinio y cómputo")
    for hoja in hojas:
        _dibujar(canvas, hoja)
        canvas.showPage()
    canvas.save()
    return salida.getvalue()


def pdf_etiquetas(hojas: Iterable[Hoja]) -> bytes:
    """PDF, letter size, of adhesive QR labels 50 x 50 mm for actas printed elsewhere."""
    salida = BytesIO()
    canvas = Canvas(salida, pagesize=(215.9 * mm, 279.4 * mm), invariant=1)
    canvas.setTitle("Etiquetas QR de actas")
    lienzo, columnas, por_pagina = _Lienzo(canvas, 279.4), 4, 20
    for n, hoja in enumerate(hojas):
        if n and n % por_pagina == 0:
            canvas.showPage()
        fila, columna = divmod(n % por_pagina, columnas)
        x, y = 8 + columna * 50.0, 14 + fila * 50.0
        lienzo.caja(Caja(x, y, 50, 50), 0.1)
        _qr(lienzo, Caja(x + 10, y + 5, 30, 30), hoja.qr)
        i = hoja.identificacion
        lienzo.texto(x + 25, y + 42, f"{i.seccion:04d} {i.casilla}", 8, negrita=True, centrado=True, ancho=47)
        lienzo.texto(x + 25, y + 46, f"{i.clave_acta} · {i.eleccion}", 7, centrado=True, ancho=47)
    canvas.showPage()
    canvas.save()
    return salida.getvalue()

"""A document that people read, as an accessible PDF: headings, paragraphs, lists, tables and figures, all tagged.

Structure, language, title, embedded fonts, header cells with their scope and a text for each figure, as PDF/UA asks.
The same document gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Any, Final

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import letter
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

LETRA: Final = "Vera"
NEGRITA: Final = "VeraBd"
ANCHO, ALTO = letter
MARGEN: Final = 20 * mm
UTIL: Final = ANCHO - 2 * MARGEN
_TINTA = Color(0.11, 0.11, 0.13)
_TENUE = Color(0.36, 0.37, 0.4)
_REGLA = Color(0.78, 0.79, 0.81)
_FONDO = Color(0.945, 0.95, 0.955)
_TITULOS: Final = {1: (19, 24), 2: (13.5, 18), 3: (11, 15)}
"""Size and line height of each level of heading, points."""
Pintar = Callable[[Canvas, float, float, float], None]
"""Draws a figure: canvas, left, bottom and width in points."""


@dataclass(slots=True)
class _Nodo:
    """An element of the structure. `partes`: what it has inside: other elements, or pieces of a page by number."""

    tipo: str
    partes: list[_Nodo | tuple[int, int]] = field(default_factory=list)
    mas: dict[str, Any] = field(default_factory=dict)
    nombre: str = ""


class Documento:
    """`pie`: what is said at the foot of every page, before its number."""

    def __init__(self, titulo: str, asunto: str, pie: str) -> None:
        for nombre in (LETRA, NEGRITA):
            if nombre not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(nombre, f"{nombre}.ttf"))
        self._salida = BytesIO()
        self._c = Canvas(
            self._salida, pagesize=letter, invariant=1, lang="es-MX", pageCompression=1, initialFontName=LETRA
        )
        self._c.setTitle(titulo)
        self._c.setSubject(asunto)
        self._c.setViewerPreference("DisplayDocTitle", "true")
        self._asunto, self._titulo, self._pie = asunto, titulo, pie
        self._raiz = _Nodo("Document")
        self._marcados: list[list[_Nodo]] = [[]]
        """By page, the element of each piece of marked content."""
        self._y = ALTO - MARGEN

    # --- what a document has -----------------------------------------------------------------------------------------

    def titulo(self, nivel: int, texto: str, junto: float = 72) -> None:
        """`junto`: how much of what follows stays on its page, points."""
        puntos, renglon = _TITULOS[nivel]
        lineas = simpleSplit(texto, NEGRITA, puntos, UTIL)
        self._bajar(0 if nivel == 1 else puntos)
        self._caber(len(lineas) * renglon + (junto if nivel > 1 else 0))
        nodo = self._nodo(f"H{nivel}")
        with self._marcado(nodo):
            self._lineas(lineas, NEGRITA, puntos, renglon)
        self._bajar(4)

    def parrafo(self, texto: str, *, tenue: bool = False, destacado: bool = False) -> None:
        fuente, puntos, renglon = (NEGRITA, 11.5, 16) if destacado else (LETRA, 8.5, 12) if tenue else (LETRA, 9.5, 14)
        self._parrafo(self._nodo("P"), texto, fuente, puntos, renglon, 0, tenue)
        self._bajar(6)

    def lista(self, textos: Sequence[str]) -> None:
        lista = self._nodo("L")
        for texto in textos:
            cosa = self._nodo("LI", lista)
            self._caber(14)
            with self._marcado(self._nodo("Lbl", cosa)):
                self._texto(MARGEN + 4, self._y - 10, "•", LETRA, 9.5)
            self._parrafo(self._nodo("LBody", cosa), texto, LETRA, 9.5, 14, 14)
        self._bajar(6)

    def tabla(
        self,
        cabezas: Sequence[str],
        filas: Sequence[Sequence[str]],
        anchos: Sequence[int],
        letras: str = "",
        alto_minimo: float = 0,
    ) -> None:
        """`anchos`: parts of the width; `letras`: a letter a column, `d` to the right; `alto_minimo`: of each row, in
        points, where people write by hand."""
        total = sum(anchos)
        medidas = [UTIL * a / total for a in anchos]
        derecha = [letra == "d" for letra in letras.ljust(len(cabezas))]
        tabla = self._nodo("Table")
        self._caber(60)
        self._fila(self._nodo("TR", tabla), cabezas, medidas, derecha, cabeza=True)
        for fila in filas:
            alto = max(alto_minimo, self._alto(fila, medidas))
            if self._y - alto < MARGEN:
                self._pagina()
                self._fila(None, cabezas, medidas, derecha, cabeza=True)
            self._fila(self._nodo("TR", tabla), fila, medidas, derecha, alto=alto)
        self._bajar(10)

    def figura(self, alto: float, pintar: Pintar, dice: str) -> None:
        """`dice`: what whoever does not see it must know."""
        self._caber(alto)
        caja = [MARGEN, self._y - alto, MARGEN + UTIL, self._y]
        atributos = pdfdoc.PDFDictionary(
            {"O": pdfdoc.PDFName("Layout"), "BBox": pdfdoc.PDFArray([round(v, 2) for v in caja])}
        )
        nodo = self._nodo("Figure", mas={"Alt": pdfdoc.PDFString(dice), "A": atributos})
        with self._marcado(nodo):
            self._c.saveState()
            pintar(self._c, MARGEN, self._y - alto, UTIL)
            self._c.restoreState()
        self._bajar(alto + 8)

    def pdf(self) -> bytes:
        """The whole document; nothing can be added after."""
        self._cerrar_pagina()
        self._escribir_estructura()
        self._c.save()
        return self._salida.getvalue()

    # --- drawing -----------------------------------------------------------------------------------------------------

    def _bajar(self, puntos: float) -> None:
        self._y -= puntos

    def _caber(self, alto: float) -> None:
        if self._y - alto < MARGEN:
            self._pagina()

    def _pagina(self) -> None:
        self._cerrar_pagina()
        self._marcados.append([])
        self._y = ALTO - MARGEN

    def _cerrar_pagina(self) -> None:
        with self._adorno():
            self._c.setStrokeColor(_REGLA)
            self._c.setLineWidth(0.5)
            self._c.line(MARGEN, MARGEN - 6, ANCHO - MARGEN, MARGEN - 6)
            self._texto(MARGEN, MARGEN - 18, self._pie, LETRA, 7.5, _TENUE)
            self._c.drawRightString(ANCHO - MARGEN, MARGEN - 18, f"Página {len(self._marcados)}")
        self._c.showPage()
        pagina = self._c._doc.Pages.pages[-1]
        pagina.__NoDefault__ = [*pagina.__NoDefault__, "StructParents", "Tabs"]
        pagina.StructParents, pagina.Tabs = len(self._marcados) - 1, pdfdoc.PDFName("S")

    def _parrafo(
        self, nodo: _Nodo, texto: str, fuente: str, puntos: float, renglon: float, sangria: float, tenue: bool = False
    ) -> None:
        lineas = simpleSplit(texto, fuente, puntos, UTIL - sangria)
        while lineas:
            caben = max(1, int((self._y - MARGEN) // renglon))
            if self._y - renglon < MARGEN:
                self._pagina()
                continue
            with self._marcado(nodo):
                self._lineas(lineas[:caben], fuente, puntos, renglon, sangria, _TENUE if tenue else _TINTA)
            lineas = lineas[caben:]

    def _lineas(
        self,
        lineas: Sequence[str],
        fuente: str,
        puntos: float,
        renglon: float,
        sangria: float = 0,
        color: Color = _TINTA,
    ) -> None:
        for linea in lineas:
            self._texto(MARGEN + sangria, self._y - puntos, linea, fuente, puntos, color)
            self._bajar(renglon)

    def _texto(self, x: float, y: float, texto: str, fuente: str, puntos: float, color: Color = _TINTA) -> None:
        self._c.setFillColor(color)
        self._c.setFont(fuente, puntos)
        self._c.drawString(x, y, texto)

    def _alto(self, fila: Sequence[str], medidas: Sequence[float], fuente: str = LETRA) -> float:
        return max(len(simpleSplit(t, fuente, 8.5, m - 8)) for t, m in zip(fila, medidas, strict=True)) * 11 + 7

    def _fila(
        self,
        nodo: _Nodo | None,
        fila: Sequence[str],
        medidas: Sequence[float],
        derecha: Sequence[bool],
        cabeza: bool = False,
        alto: float = 0,
    ) -> None:
        """Without `nodo`: the headings again, on another page; whoever listens already heard them."""
        fuente = NEGRITA if cabeza else LETRA
        alto = alto or self._alto(fila, medidas, fuente)
        with self._adorno():
            if cabeza:
                self._c.setFillColor(_FONDO)
                self._c.rect(MARGEN, self._y - alto, UTIL, alto, stroke=0, fill=1)
            self._c.setStrokeColor(_REGLA)
            self._c.setLineWidth(0.5)
            self._c.line(MARGEN, self._y - alto, MARGEN + UTIL, self._y - alto)
        x = MARGEN
        for i, (texto, medida) in enumerate(zip(fila, medidas, strict=True)):
            celda = None
            if nodo is not None:
                alcance = {"O": pdfdoc.PDFName("Table"), "Scope": pdfdoc.PDFName("Column" if cabeza else "Row")}
                titular = cabeza or i == 0
                celda = self._nodo(
                    "TH" if titular else "TD", nodo, {"A": pdfdoc.PDFDictionary(alcance)} if titular else {}
                )
            with self._adorno() if celda is None else self._marcado(celda):
                y = self._y - 11.5
                for linea in simpleSplit(texto, fuente, 8.5, medida - 8):
                    ancho = pdfmetrics.stringWidth(linea, fuente, 8.5)
                    self._texto(x + medida - 4 - ancho if derecha[i] else x + 4, y, linea, fuente, 8.5)
                    y -= 11
            x += medida
        self._bajar(alto)

    # --- structure ---------------------------------------------------------------------------------------------------

    def _nodo(self, tipo: str, padre: _Nodo | None = None, mas: dict[str, Any] | None = None) -> _Nodo:
        nodo = _Nodo(tipo, mas=mas or {})
        (padre or self._raiz).partes.append(nodo)
        return nodo

    @contextmanager
    def _marcado(self, nodo: _Nodo) -> Iterator[None]:
        """What is drawn inside is that element's."""
        aqui = self._marcados[-1]
        self._c._code.append(f"/{nodo.tipo} <</MCID {len(aqui)}>> BDC")
        nodo.partes.append((len(self._marcados) - 1, len(aqui)))
        aqui.append(nodo)
        yield
        self._c._code.append("EMC")

    @contextmanager
    def _adorno(self) -> Iterator[None]:
        """What is drawn inside says nothing."""
        self._c._code.append("/Artifact BMC")
        yield
        self._c._code.append("EMC")

    def _escribir_estructura(self) -> None:
        doc = self._c._doc
        paginas = [pdfdoc.PDFObjectReference(f"Page{i + 1}") for i in range(len(self._marcados))]
        raiz = pdfdoc.PDFObjectReference("PrepEstructura")
        cuantos = 0

        def escribir(nodo: _Nodo, padre: Any) -> Any:
            nonlocal cuantos
            cuantos += 1
            nodo.nombre = f"PrepNodo{cuantos}"
            suyo = pdfdoc.PDFObjectReference(nodo.nombre)
            partes = []
            for parte in nodo.partes:
                if isinstance(parte, _Nodo):
                    partes.append(escribir(parte, suyo))
                else:
                    pagina, numero = parte
                    dicho = {"Type": pdfdoc.PDFName("MCR"), "Pg": paginas[pagina], "MCID": numero}
                    partes.append(pdfdoc.PDFDictionary(dicho))
            entradas = {"Type": pdfdoc.PDFName("StructElem"), "S": pdfdoc.PDFName(nodo.tipo), "P": padre}
            entradas |= {"K": pdfdoc.PDFArray(partes), **nodo.mas}
            doc.Reference(pdfdoc.PDFDictionary(entradas), nodo.nombre)
            return suyo

        arriba = escribir(self._raiz, raiz)
        numeros: list[Any] = []
        for i, nodos in enumerate(self._marcados):
            numeros += [i, pdfdoc.PDFArray([pdfdoc.PDFObjectReference(n.nombre) for n in nodos])]
        arbol = pdfdoc.PDFDictionary({"Nums": pdfdoc.PDFArray(numeros)})
        entradas = {"Type": pdfdoc.PDFName("StructTreeRoot"), "K": arriba, "ParentTree": arbol}
        catalogo = doc.Catalog
        catalogo.StructTreeRoot = pdfdoc.PDFDictionary(entradas | {"ParentTreeNextKey": len(self._marcados)})
        doc.Reference(catalogo.StructTreeRoot, "PrepEstructura")
        catalogo.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})
        tipos = {"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")}
        catalogo.Metadata = pdfdoc.PDFStream(
            pdfdoc.PDFDictionary(tipos), _XMP.format(titulo=escape(self._titulo), asunto=escape(self._asunto)).encode()
        )


_XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{titulo}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{asunto}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>es-MX</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""

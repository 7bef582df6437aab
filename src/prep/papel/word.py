"""The same document as `documento.Documento`, as a Word file (Office Open XML): what a committee edits before it signs.

Headings, lists and tables are real ones, the language and the title are said, and each table repeats its first row. The
same document gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_ANCHO: Final = 12240 - 2 * 1134
"""What a letter page leaves between its margins, in twentieths of a point."""
_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTES: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_RELACIONES: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PAQUETE: Final = "http://schemas.openxmlformats.org/package/2006"
_PROHIBIDOS: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold."""


class DocumentoWord:
    """`pie`: what is said at the foot of every page, before its number."""

    def __init__(self, titulo: str, asunto: str, pie: str) -> None:
        self._titulo, self._asunto, self._pie = titulo, asunto, pie
        self._cuerpo: list[str] = []

    def titulo(self, nivel: int, texto: str) -> None:
        self._cuerpo.append(_parrafo(texto, f"Heading{nivel}"))

    def parrafo(self, texto: str, *, tenue: bool = False, destacado: bool = False) -> None:
        self._cuerpo.append(_parrafo(texto, "Destacado" if destacado else "Tenue" if tenue else ""))

    def lista(self, textos: Sequence[str]) -> None:
        self._cuerpo += [_parrafo(texto, "ListBullet") for texto in textos]

    def tabla(
        self, cabezas: Sequence[str], filas: Sequence[Sequence[str]], anchos: Sequence[int], letras: str = ""
    ) -> None:
        """`anchos`: parts of the width; `letras`: a letter a column, `d` to the right."""
        medidas = [_ANCHO * a // sum(anchos) for a in anchos]
        rejilla = "".join(f'<w:gridCol w:w="{m}"/>' for m in medidas)
        self._cuerpo.append(
            f'<w:tbl><w:tblPr><w:tblStyle w:val="Tabla"/><w:tblW w:w="{sum(medidas)}" w:type="dxa"/>'
            '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1"/></w:tblPr>'
            f"<w:tblGrid>{rejilla}</w:tblGrid>"
            + "".join(
                _fila(fila, medidas, letras.ljust(len(cabezas)), cabeza=i == 0)
                for i, fila in enumerate((cabezas, *filas))
            )
            + "</w:tbl>"
            + _parrafo("", "Tenue")
        )

    def docx(self) -> bytes:
        """The whole document."""
        salida = BytesIO()
        with ZipFile(salida, "w", ZIP_DEFLATED) as paquete:
            for nombre, contenido in self._partes().items():
                entrada = ZipInfo(nombre, (1980, 1, 1, 0, 0, 0))
                entrada.compress_type = ZIP_DEFLATED
                paquete.writestr(entrada, _XML + contenido)
        return salida.getvalue()

    def _partes(self) -> dict[str, str]:
        pagina = (
            '<w:sectPr><w:footerReference w:type="default" r:id="rId3"/><w:pgSz w:w="12240" w:h="15840"/>'
            '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" '
            'w:gutter="0"/></w:sectPr>'
        )
        return {
            "[Content_Types].xml": _tipos(),
            "_rels/.rels": _relaciones(
                (f"{_RELACIONES}/officeDocument", "word/document.xml"),
                (f"{_PAQUETE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ),
            "docProps/core.xml": (
                f'<cp:coreProperties xmlns:cp="{_PAQUETE}/metadata/core-properties" '
                'xmlns:dc="http://purl.org/dc/elements/1.1/">'
                f"<dc:title>{_limpio(self._titulo)}</dc:title><dc:subject>{_limpio(self._asunto)}</dc:subject>"
                "<dc:language>es-MX</dc:language></cp:coreProperties>"
            ),
            "word/document.xml": (
                f'<w:document {_W} xmlns:r="{_RELACIONES}"><w:body>{"".join(self._cuerpo)}{pagina}</w:body>'
                "</w:document>"
            ),
            "word/_rels/document.xml.rels": _relaciones(
                (f"{_RELACIONES}/styles", "styles.xml"),
                (f"{_RELACIONES}/numbering", "numbering.xml"),
                (f"{_RELACIONES}/footer", "footer1.xml"),
            ),
            "word/styles.xml": _ESTILOS,
            "word/numbering.xml": _VINETAS,
            "word/footer1.xml": (
                f'<w:ftr {_W}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{_texto(self._pie)}<w:r><w:tab/></w:r>'
                f'{_texto("Página ")}<w:fldSimple w:instr=" PAGE ">{_texto("1")}</w:fldSimple></w:p></w:ftr>'
            ),
        }


def _limpio(texto: str) -> str:
    return escape(_PROHIBIDOS.sub("�", texto), quote=False)


def _texto(texto: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{_limpio(texto)}</w:t></w:r>' if texto else ""


def _parrafo(texto: str, estilo: str = "", a_la_derecha: bool = False) -> str:
    propiedades = (f'<w:pStyle w:val="{estilo}"/>' if estilo else "") + (
        '<w:jc w:val="right"/>' if a_la_derecha else ""
    )
    return f"<w:p>{f'<w:pPr>{propiedades}</w:pPr>' if propiedades else ''}{_texto(texto)}</w:p>"


def _fila(fila: Sequence[str], medidas: Sequence[int], letras: str, cabeza: bool) -> str:
    propiedades = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if cabeza else "") + "</w:trPr>"
    celdas = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{medida}" w:type="dxa"/></w:tcPr>{_parrafo(texto, "Celda", letra == "d")}</w:tc>'
        for texto, medida, letra in zip(fila, medidas, letras, strict=True)
    )
    return f"<w:tr>{propiedades}{celdas}</w:tr>"


def _relaciones(*cuales: tuple[str, str]) -> str:
    cada = "".join(f'<Relationship Id="rId{i}" Type="{tipo}" Target="{a}"/>' for i, (tipo, a) in enumerate(cuales, 1))
    return f'<Relationships xmlns="{_PAQUETE}/relationships">{cada}</Relationships>'


def _tipos() -> str:
    partes = {"document": f"{_PARTES}document.main+xml"} | {
        nombre: f"{_PARTES}{nombre.rstrip('1')}+xml" for nombre in ("styles", "numbering", "footer1")
    }
    propias = "".join(f'<Override PartName="/word/{n}.xml" ContentType="{t}"/>' for n, t in partes.items())
    return (
        f'<Types xmlns="{_PAQUETE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/docProps/core.xml" '
        f'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>{propias}</Types>'
    )


def _estilo(clave: str, nombre: str, parrafo: str = "", letra: str = "", de: str = "Normal") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{clave}"><w:name w:val="{nombre}"/>'
        f'<w:basedOn w:val="{de}"/><w:qFormat/><w:pPr>{parrafo}</w:pPr><w:rPr>{letra}</w:rPr></w:style>'
    )


def _titular(nivel: int, medios_puntos: int, antes: int) -> str:
    return _estilo(
        f"Heading{nivel}",
        f"heading {nivel}",
        f'<w:keepNext/><w:keepLines/><w:spacing w:before="{antes}" w:after="80"/><w:outlineLvl w:val="{nivel - 1}"/>',
        f'<w:b/><w:sz w:val="{medios_puntos}"/>',
    )


_RAYA: Final = 'w:val="single" w:sz="4" w:space="0" w:color="C7C9CF"/>'
_ESTILOS: Final = (
    f"<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>"
    '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/><w:color w:val="1C1C21"/>'
    '<w:sz w:val="20"/><w:lang w:val="es-MX"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
    '<w:spacing w:after="100" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    + _titular(1, 38, 0)
    + _titular(2, 27, 280)
    + _titular(3, 22, 200)
    + _estilo("Tenue", "Tenue", letra='<w:color w:val="5C5E66"/><w:sz w:val="17"/>')
    + _estilo("Destacado", "Destacado", letra='<w:b/><w:sz w:val="23"/>')
    + _estilo(
        "Celda", "Celda", '<w:spacing w:before="30" w:after="30" w:line="240" w:lineRule="auto"/>', '<w:sz w:val="17"/>'
    )
    + _estilo("ListBullet", "List Bullet", '<w:numPr><w:numId w:val="1"/></w:numPr><w:spacing w:after="60"/>')
    + _estilo(
        "Footer",
        "footer",
        f'<w:tabs><w:tab w:val="right" w:pos="{_ANCHO}"/></w:tabs>',
        '<w:color w:val="5C5E66"/><w:sz w:val="15"/>',
    )
    + '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>'
    '<w:style w:type="table" w:styleId="Tabla"><w:name w:val="Tabla"/><w:basedOn w:val="TableNormal"/><w:tblPr>'
    f"<w:tblBorders><w:top {_RAYA}<w:bottom {_RAYA}<w:insideH {_RAYA}</w:tblBorders>"
    '<w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
    '<w:shd w:val="clear" w:color="auto" w:fill="F1F2F3"/></w:tcPr></w:tblStylePr></w:style></w:styles>'
)
_VINETAS: Final = (
    f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/>'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="284" w:hanging="284"/></w:pPr></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)

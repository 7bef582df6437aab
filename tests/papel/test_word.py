"""A document for Word: judged by what others say of the format, and by hostile texts."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

from lxml import etree
from openpyxl.packaging.manifest import Manifest
from openpyxl.packaging.relationship import get_dependents
from openpyxl.xml.functions import fromstring

from prep.papel.word import DocumentoWord

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ORDEN = {
    clave: orden.split()
    for clave, orden in {
        "pPr": "pStyle keepNext keepLines pageBreakBefore numPr pBdr shd tabs spacing ind jc outlineLvl",
        "rPr": "rStyle rFonts b i color sz szCs u shd lang",
        "tblPr": "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook",
        "style": "name basedOn next link uiPriority qFormat pPr rPr tblPr trPr tcPr tblStylePr",
        "lvl": "start numFmt suff lvlText lvlJc pPr rPr",
        "sectPr": "headerReference footerReference pgSz pgMar",
        "tbl": "tblPr tblGrid tr",
        "tc": "tcPr p",
        "p": "pPr r fldSimple",
    }.items()
}
"""Of ECMA-376, part 1, annex A: in what order an element has its children. Word refuses a file that does otherwise."""


def documento() -> DocumentoWord:
    doc = DocumentoWord("Título & <más>", "Asunto", "Pie de página")
    doc.titulo(1, "Uno")
    doc.parrafo("Algo dicho con <etiquetas> & un nulo \x00 y un \ud800.", destacado=True)
    doc.lista(["Primera cosa", "Segunda cosa"])
    doc.tabla(("Qué", "Cuántas"), [("Actas", "1,234"), ("Casillas", "")], (3, 1), " d")
    return doc


def test_the_package_is_as_others_read_it() -> None:
    """openpyxl reads the same container; lxml each part."""
    with zipfile.ZipFile(io.BytesIO(documento().docx())) as paquete:
        partes = {n: etree.fromstring(paquete.read(n)) for n in paquete.namelist()}
        tipos = Manifest.from_tree(fromstring(paquete.read("[Content_Types].xml")))
        raices = [r.Target for r in get_dependents(paquete, "_rels/.rels")]
        suyas = [r.Target for r in get_dependents(paquete, "word/_rels/document.xml.rels")]
    assert {f"/{r}" for r in (*raices, *(s.lstrip("/") for s in suyas))} == {o.PartName for o in tipos.Override}
    for nombre, parte in partes.items():
        for nodo in parte.iter():
            orden = ORDEN.get(etree.QName(nodo).localname)
            if orden and nodo.tag.startswith(W):
                lugares = [orden.index(etree.QName(hijo).localname) for hijo in nodo]
                assert lugares == sorted(lugares), (nombre, nodo.tag, [h.tag for h in nodo])


def test_it_says_what_it_was_told_in_real_headings_lists_and_tables() -> None:
    with zipfile.ZipFile(io.BytesIO(documento().docx())) as paquete:
        raiz, estilos = (ET.fromstring(paquete.read(f"word/{n}.xml")) for n in ("document", "styles"))
    estilo = {p.find(f"{W}pPr/{W}pStyle"): "".join(p.itertext()) for p in raiz.iter(f"{W}p")}
    dichos = [(e.get(f"{W}val") if e is not None else "", texto) for e, texto in estilo.items() if texto]
    assert dichos[:4] == [
        ("Heading1", "Uno"),
        ("Destacado", "Algo dicho con <etiquetas> & un nulo � y un �."),
        ("ListBullet", "Primera cosa"),
        ("ListBullet", "Segunda cosa"),
    ]
    assert {e for e, _ in dichos} <= {s.get(f"{W}styleId") for s in estilos.iter(f"{W}style")}
    filas = list(raiz.iter(f"{W}tr"))
    assert [f.find(f"{W}trPr/{W}tblHeader") is not None for f in filas] == [True, False, False]
    assert estilos.find(f".//{W}lang").get(f"{W}val") == "es-MX"  # type: ignore[union-attr]


def test_the_same_document_gives_the_same_bytes() -> None:
    assert documento().docx() == documento().docx()

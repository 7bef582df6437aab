"""The picture that goes with a shared link: one per corte, 1200 × 630 PNG, who leads and how much is counted."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Final

import reportlab
from PIL import Image, ImageDraw, ImageFont

from prep.portal import tema
from prep.portal.cifras import Doc, delantera, ordenadas
from prep.portal.piezas import Pintor
from prep.portal.textos import IDIOMAS, hora_larga, numero, textos

ANCHO: Final = 1200
ALTO: Final = 630
TINTA: Final = "#16181d"
GRIS: Final = "#5c626b"
VIA: Final = "#e2e2dd"


@cache
def _letra(cuerpo: int) -> ImageFont.FreeTypeFont:
    """Bitstream Vera, which comes with reportlab and has every letter of Spanish."""
    return ImageFont.truetype(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf", cuerpo)


def tarjeta(manifiesto: Doc, proceso: Doc, resumenes: dict[str, Doc]) -> bytes:
    """Who leads the first contests and how much is counted in each election; mode of a drill in large letters."""
    t = textos(IDIOMAS[0])
    principal = tema.hoja(proceso).split("--principal:")[1][:7]
    im = Image.new("RGB", (ANCHO, ALTO), "#fafaf8")
    d = ImageDraw.Draw(im)
    d.rectangle((0, 0, ANCHO, 84), fill=principal)
    institucion = proceso.get("institucion", {}).get("nombre", proceso["entidad"]["nombre"])
    d.text((50, 42), _corto(d, institucion, 30, ANCHO - 100), fill="#ffffff", font=_letra(30), anchor="lm")
    momento = f"{numero(manifiesto, t)} · {hora_larga(manifiesto['hora'], t)}"
    d.text((50, 102), momento.replace("−", "-"), fill=GRIS, font=_letra(24))  # Vera has no minus sign
    elecciones = proceso["elecciones"]
    principales = elecciones[:1]
    y = 150
    for e in principales:
        y = _contienda(d, y, Pintor(proceso, e, t), e, resumenes[e["clave"]])
    for e in elecciones[len(principales) :][: (ALTO - 64 - y) // 62]:
        _avance(d, y, f"{e['nombre']}: {t['avance']['contabilizadas'].lower()}", resumenes[e["clave"]], principal)
        y += 62
    pie = t["nav"]["prep"]
    color = GRIS
    if manifiesto["modo"] != "jornada":
        pie, color = t["modo"][manifiesto["modo"]], "#9c2f00"
    d.text((50, ALTO - 36), _corto(d, pie, 24, ANCHO - 100), fill=color, font=_letra(24), anchor="lm")
    salida = io.BytesIO()
    im.quantize(method=Image.Quantize.FASTOCTREE).save(salida, "PNG")
    return salida.getvalue()


def _contienda(d: ImageDraw.ImageDraw, y: int, pintor: Pintor, e: Doc, resumen: Doc) -> int:
    """The first three of a contest with their bars, or in how many places each leads. Where it ends."""
    pct = resumen["estadistica"].get("porcentaje_actas_contabilizadas")
    d.text((50, y), _corto(d, e["nombre"], 34, 640), fill=TINTA, font=_letra(34))
    contado = f"{pintor.t['avance']['contabilizadas']}: {pct} %" if pct else ""
    d.text((ANCHO - 50, y + 8), contado, fill=GRIS, font=_letra(24), anchor="ra")
    y += 58
    filas = pintor.lideres(resumen)[:3] if pintor.varias else _primeras(pintor, resumen)
    mayor = max((n for _, _, n, _ in filas), default=0)
    if not filas:
        d.text((50, y), pintor.t["avance"]["en_ceros"], fill=GRIS, font=_letra(28))
        return y + 90
    for quien, partidos, n, cifra in filas:
        color = pintor.color(partidos)
        d.text((50, y), _corto(d, quien, 28, 830), fill=TINTA, font=_letra(28))
        d.text((ANCHO - 50, y), cifra, fill=TINTA, font=_letra(28), anchor="ra")
        d.rectangle((50, y + 40, ANCHO - 50, y + 54), fill=VIA)
        if n:
            d.rectangle((50, y + 40, 50 + max(6, (ANCHO - 100) * n // mayor), y + 54), fill=color)
        y += 72
    return y + 14


def _primeras(pintor: Pintor, resumen: Doc) -> list[tuple[str, list[str], int, str]]:
    if delantera(resumen) is None:
        return []
    orden = ordenadas(resumen["por_candidatura"])[:3]
    return [(pintor.llana(c), c["partidos"], c["votos"], f"{c.get('porcentaje', '-')} %") for c in orden]


def _avance(d: ImageDraw.ImageDraw, y: int, rotulo: str, resumen: Doc, principal: str) -> None:
    s = resumen["estadistica"]
    n, m = s.get("actas_contabilizadas", 0), s["actas_esperadas"]
    pct = s.get("porcentaje_actas_contabilizadas")
    d.text((50, y), _corto(d, rotulo, 26, 860), fill=TINTA, font=_letra(26))
    d.text((ANCHO - 50, y), f"{pct} %" if pct else "-", fill=TINTA, font=_letra(26), anchor="ra")
    d.rectangle((50, y + 36, ANCHO - 50, y + 44), fill=VIA)
    if m and n:
        d.rectangle((50, y + 36, 50 + min(ANCHO - 100, max(6, (ANCHO - 100) * n // m)), y + 44), fill=principal)


def _corto(d: ImageDraw.ImageDraw, texto: str, cuerpo: int, ancho: int) -> str:
    """As much of a text as fits."""
    if d.textlength(texto, font=_letra(cuerpo)) <= ancho:
        return texto
    while texto and d.textlength(texto + "…", font=_letra(cuerpo)) > ancho:
        texto = texto[:-1]
    return texto + "…"

"""The picture that goes with a shared link: one per corte, 1200 × 630 PNG, numbers and bars, no names of people."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Final

import reportlab
from PIL import Image, ImageDraw, ImageFont

from prep.portal import tema
from prep.portal.cifras import Doc
from prep.portal.textos import IDIOMAS, hora_larga, textos

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
    """Progress of each election with its bar; mode of a drill in large letters."""
    t = textos(IDIOMAS[0])
    principal = tema.hoja(proceso).split("--principal:")[1][:7]
    im = Image.new("RGB", (ANCHO, ALTO), "#fafaf8")
    d = ImageDraw.Draw(im)
    d.rectangle((0, 0, ANCHO, 104), fill=principal)
    institucion = proceso.get("institucion", {}).get("nombre", proceso["entidad"]["nombre"])
    d.text((60, 52), _corto(d, institucion, 34, ANCHO - 120), fill="#ffffff", font=_letra(34), anchor="lm")
    y = 136
    d.text((60, y), _corto(d, t["avance"]["titulo"], 40, ANCHO - 120), fill=TINTA, font=_letra(40))
    momento = f"{t['corte']['numero'].format(n=manifiesto['corte'])} · {hora_larga(manifiesto['hora'], t)}"
    d.text((60, y + 62), momento.replace("−", "-"), fill=GRIS, font=_letra(26))  # Vera has no minus sign
    y = 262
    elecciones = proceso["elecciones"][:4]
    paso = min(100, 330 // max(1, len(elecciones)))
    for e in elecciones:
        s = resumenes[e["clave"]]["estadistica"]
        n, m = s.get("actas_capturadas", 0), s["actas_esperadas"]
        d.text((60, y), _corto(d, e["nombre"], 32, 760), fill=TINTA, font=_letra(32))
        pct = s.get("porcentaje_actas_capturadas")
        d.text((ANCHO - 60, y), f"{pct} %" if pct else "-", fill=TINTA, font=_letra(32), anchor="ra")
        d.rounded_rectangle((60, y + 48, ANCHO - 60, y + 64), 8, fill=VIA)
        if m and n:
            d.rounded_rectangle((60, y + 48, 60 + max(16, (ANCHO - 120) * n // m), y + 64), 8, fill=principal)
        y += paso
    pie = t["avance"]["capturadas"] + ". " + t["nav"]["prep"]
    color = GRIS
    if manifiesto["modo"] != "jornada":
        pie, color = t["modo"][manifiesto["modo"]], "#9c2f00"
    d.text((60, ALTO - 44), _corto(d, pie, 24, ANCHO - 120), fill=color, font=_letra(24), anchor="lm")
    salida = io.BytesIO()
    im.quantize(64).save(salida, "PNG", optimize=True)
    return salida.getvalue()


def _corto(d: ImageDraw.ImageDraw, texto: str, cuerpo: int, ancho: int) -> str:
    """As much of a text as fits."""
    if d.textlength(texto, font=_letra(cuerpo)) <= ancho:
        return texto
    while texto and d.textlength(texto + "…", font=_letra(cuerpo)) > ancho:
        texto = texto[:-1]
    return texto + "…"

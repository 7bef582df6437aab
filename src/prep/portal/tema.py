"""Institution's two colours and the parties' swatches as one small style sheet.

A colour that would not be readable over the page is darkened or lightened until it is (WCAG 2.2, 1.4.3: 4.5 to 1).
"""

from __future__ import annotations

from typing import Any, Final

Doc = dict[str, Any]
RGB = tuple[int, int, int]

PAPEL: Final = {"claro": (250, 250, 248), "oscuro": (16, 19, 24)}
PRINCIPAL: Final = "#24405c"
ACENTO: Final = "#0b5c8a"
SIN_COLOR: Final = ("#6b7280", "#9a7b4f", "#5f7f78", "#7d6b8f", "#8c5f5f", "#56718f", "#7f7f4a", "#8a6a80")
"""For parties whose colour the catalogue does not say, in order."""


def leer_color(texto: str) -> RGB:
    """`#rrggbb` to three integers."""
    return int(texto[1:3], 16), int(texto[3:5], 16), int(texto[5:7], 16)


def hexadecimal(color: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def luminancia(color: RGB) -> float:
    """Relative luminance (WCAG)."""
    r, g, b = ((c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contraste(a: RGB, b: RGB) -> float:
    """Contrast ratio, 1 to 21 (WCAG)."""
    x, y = sorted((luminancia(a), luminancia(b)))
    return (y + 0.05) / (x + 0.05)


def legible(color: RGB, fondo: RGB, minimo: float = 4.6) -> RGB:
    """Nearest mix of a colour with black or white that reads over a background."""
    hacia = (0, 0, 0) if luminancia(fondo) > 0.2 else (255, 255, 255)
    for paso in range(0, 101, 4):
        mezcla = tuple((c * (100 - paso) + h * paso) // 100 for c, h in zip(color, hacia, strict=True))
        candidato: RGB = (mezcla[0], mezcla[1], mezcla[2])
        if contraste(candidato, fondo) >= minimo:
            return candidato
    return hacia


def color(partido: Doc, i: int) -> str:
    """A party's colour, or a neutral one by its place in the catalogue."""
    return str(partido.get("color") or SIN_COLOR[i % len(SIN_COLOR)])


def hoja(proceso: Doc) -> str:
    """CSS custom properties of the institution and one class per party, `.p0` the first."""
    colores = proceso.get("institucion", {}).get("colores", {})
    principal = legible(leer_color(colores.get("principal", PRINCIPAL)), (255, 255, 255), 7)
    acento = leer_color(colores.get("acento", ACENTO))
    claro = hexadecimal(legible(acento, (240, 240, 237), 4.8))
    oscuro = hexadecimal(legible(acento, (36, 41, 49), 5.2))
    reglas = [
        f":root{{--principal:{hexadecimal(principal)};--acento-claro:{claro};--acento-oscuro:{oscuro}}}",
    ]
    for i, partido in enumerate(proceso["partidos"]):
        c = color(partido, i)
        reglas.append(f".p{i}{{fill:{c};stroke:{c}}}i.p{i}{{background:{c}}}")
    return "\n".join(reglas) + "\n"

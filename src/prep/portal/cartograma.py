"""Where each place goes in the cartogram: a squarified treemap whose tiles are as large as their lista nominal.

Bruls, Huizing, van Wijk, "Squarified Treemaps" (2000). The layout depends on the catalogue alone, so tiles stay in
their place all night; coordinates are integers in units of a canvas.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ANCHO: Final = 640
ALTO: Final = 480
Recuadro = tuple[int, int, int, int]


def acomodar(pesos: Mapping[int, int], ancho: int = ANCHO, alto: int = ALTO) -> dict[int, Recuadro]:
    """Rectangles (x, y, w, h) by id, area in proportion to weight, largest first from the top left corner.

    A place without lista nominal weighs one, so that nothing disappears.
    """
    orden = sorted(((max(1, p), i) for i, p in pesos.items()), key=lambda x: (-x[0], x[1]))
    if not orden:
        return {}
    escala = ancho * alto / sum(p for p, _ in orden)
    areas = [(p * escala, i) for p, i in orden]
    salida: dict[int, Recuadro] = {}
    x, y, w, h = 0.0, 0.0, float(ancho), float(alto)
    while areas:
        lado = min(w, h)
        fila = [areas[0]]
        while len(fila) < len(areas) and _peor([*fila, areas[len(fila)]], lado) <= _peor(fila, lado):
            fila.append(areas[len(fila)])
        areas = areas[len(fila) :]
        grueso = sum(a for a, _ in fila) / lado if lado else 0.0
        paso = 0.0
        for a, i in fila:
            largo = a / grueso if grueso else 0.0
            caja = (x, y + paso, grueso, largo) if w >= h else (x + paso, y, largo, grueso)
            salida[i] = _entero(caja)
            paso += largo
        if w >= h:
            x, w = x + grueso, w - grueso
        else:
            y, h = y + grueso, h - grueso
    return salida


def _peor(fila: list[tuple[float, int]], lado: float) -> float:
    """Worst aspect ratio of a row laid along a side."""
    suma = sum(a for a, _ in fila)
    return max(lado * lado * fila[0][0] / suma**2, suma**2 / (lado * lado * fila[-1][0]))


def _entero(caja: tuple[float, float, float, float]) -> Recuadro:
    """Round edges, not sizes, so that neighbours still touch."""
    x, y, w, h = caja
    x0, y0 = round(x), round(y)
    return x0, y0, max(1, round(x + w) - x0), max(1, round(y + h) - y0)

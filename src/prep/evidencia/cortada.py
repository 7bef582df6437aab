"""A sheet cut by the edge of the picture: two of its marks are seen, and its printed rows hold the rest.

Two marks say well where the rows beside them are, and badly where the far ones are. So the sheet is fitted again with
the rows that were found, and the rows are looked for again where it then puts them.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from prep.evidencia.pagina import Gris, Marca, Pagina, ajustar_hoja, esquinas_mm
from prep.evidencia.renglones import ajustar
from prep.papel.plantilla import Forma

VUELTAS: Final = 3
"""How many times."""


def seguir(gris: Gris, marcas: list[Marca], forma: Forma) -> Pagina | None:
    """The page that two marks and the printed rows of a form imply; None where they do not agree."""
    mm = np.vstack([esquinas_mm(forma.pliego.marcas[m.esquina]) for m in marcas])
    px = np.vstack([m.puntos for m in marcas])
    pagina = ajustar_hoja(mm, px, marcas, forma.pliego)
    for _ in range(VUELTAS):
        if pagina is None:
            break
        ajustes = ajustar(pagina.rectificar(gris), forma, pagina.anclas)
        vistos = [c for c in forma.campos if ajustes[c.clave].claridad > 0]
        donde = [pagina.en_foto(esquinas_mm(ajustes[c.clave].numero(c))) for c in vistos]
        pagina = ajustar_hoja(
            np.vstack([mm, *(esquinas_mm(c.numero) for c in vistos)]), np.vstack([px, *donde]), marcas, forma.pliego
        )
    return pagina

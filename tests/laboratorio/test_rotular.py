"""An acta with its figures typed: what a person who captures it sees."""

from __future__ import annotations

import numpy as np

from prep.catalogo.ejemplo import ejemplo
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.laboratorio.llenar import Escrito, en_blanco, rotular
from prep.papel.formas import Formas

PX_MM = 5.0


def test_each_figure_is_inside_its_box_and_nothing_is_anywhere_else() -> None:
    proceso, info = ejemplo(60)
    hoja = Formas(proceso, info, b"s" * 32, "SIMULACRO").hoja(proceso.elecciones[0].actas[0].clave)
    dicho = ["1", " ", "?"]
    plan = {
        c.clave: Escrito("".join(dicho[(i + j) % 3] for j in range(len(c.cajas))), "", ILEGIBLE if i % 2 else SIN_DATO)
        for i, c in enumerate(hoja.plantilla.campos)
    }
    cambio = np.abs(rotular(hoja, plan, PX_MM).astype(int) - en_blanco(hoja, PX_MM)).max(axis=2) > 60
    tinta = {}
    for campo in hoja.plantilla.campos:
        for signo, caja in zip(plan[campo.clave].cifras, campo.cajas, strict=True):
            x, y = round(caja.x * PX_MM), round(caja.y * PX_MM)
            zona = cambio[y : y + round(caja.alto * PX_MM), x : x + round(caja.ancho * PX_MM)]
            tinta.setdefault(signo, []).append(int(zona.sum()))
            zona[:] = False
    assert not cambio.any()
    assert min(tinta["1"]) > 0 and max(tinta[" "]) == 0
    assert np.mean(tinta["?"]) > np.mean(tinta["1"])  # what cannot be read is two figures, one on top of another

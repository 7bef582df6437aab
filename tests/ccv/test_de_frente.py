"""Whether a picture is our sheet seen from straight above, which is when the view moves to the row being typed."""

from __future__ import annotations

import numpy as np
import pytest

from prep.ccv.hoja import CERCA, de_frente
from prep.papel.plantilla import PROPIO
from prep.plataforma.opencv import cv2


def lamina(px_mm: float, *, corrida: float = 0.0, sin: tuple[int, ...] = (), cambiada: bool = False) -> bytes:
    """A sheet with nothing but its marks. `corrida`: mm that they are off; `cambiada`: two of them the other way
    round."""
    alto, ancho = round(PROPIO.alto * px_mm), round(PROPIO.ancho * px_mm)
    hoja = np.full((alto, ancho), 235, np.uint8)
    diccionario = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, PROPIO.diccionario))
    for i, caja in enumerate(PROPIO.marcas):
        if i in sin:
            continue
        de = {0: 1, 1: 0}.get(i, i) if cambiada else i
        x, y, lado = round((caja.x + corrida) * px_mm), round(caja.y * px_mm), round(caja.ancho * px_mm)
        hoja[y : y + lado, x : x + lado] = cv2.aruco.generateImageMarker(diccionario, PROPIO.ids[de][0], lado)
    return cv2.imencode(".jpg", hoja)[1].tobytes()


@pytest.mark.parametrize("px_mm", [3.0, 5.0, 11.8])
def test_a_sheet_from_straight_above_is_told_by_three_of_its_marks(px_mm: float) -> None:
    assert de_frente(lamina(px_mm)) and de_frente(lamina(px_mm, sin=(2,)))
    assert not de_frente(lamina(px_mm, sin=(0, 3)))


def test_marks_out_of_place_or_in_that_of_others_are_not_a_straight_sheet() -> None:
    assert de_frente(lamina(5.0, corrida=CERCA - 0.5))
    assert not de_frente(lamina(5.0, corrida=CERCA + 0.5))
    assert not de_frente(lamina(5.0, cambiada=True))
    assert not de_frente(b"not a picture")

"""Where the reader looked: the straightened sheet with what a form says drawn on it, so that it is mended by eye."""

from __future__ import annotations

from typing import Final

import numpy as np

from prep.evidencia.pagina import PX_MM
from prep.evidencia.renglones import Ajuste
from prep.lectura.lector import Vista
from prep.papel.plantilla import Caja, Campo
from prep.plataforma.opencv import cv2

_FORMA: Final = (200, 120, 0)  # blue: where the form says that boxes, words and marks are
_HALLADO: Final = (40, 150, 40)  # green: where the boxes were found
_PERDIDO: Final = (40, 40, 220)  # red: a row that was not found

Color = np.ndarray


def dibujar(vista: Vista) -> bytes:
    """A JPEG of the page as it was straightened. Blue, what the form says; green, the boxes found; red, those not."""
    imagen = cv2.cvtColor(vista.rectificada, cv2.COLOR_GRAY2BGR)
    pliego = vista.pagina.pliego
    vistas = {m.esquina for m in vista.pagina.marcas}
    for k, marca in enumerate(pliego.marcas):
        _caja(imagen, marca, _HALLADO if k in vistas else _PERDIDO, 3)
    _regla(imagen)
    for campo in vista.plantilla.campos:
        ajuste = vista.ajustes[campo.clave]
        if campo.letra.ancho > 0:
            _caja(imagen, campo.letra, _FORMA, 1)
        for caja in campo.cajas:
            _caja(imagen, caja, _FORMA, 1)
        _hallada(imagen, campo, ajuste)
    bien, jpeg = cv2.imencode(".jpg", imagen, [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert bien
    return jpeg.tobytes()


def _regla(imagen: Color) -> None:
    """Millimetres along the upper and the left edge, as a form counts them."""
    alto, ancho = imagen.shape[:2]
    for largo, vertical in ((ancho, False), (alto, True)):
        for mm in range(10, int(largo / PX_MM), 10):
            p, raya = round(mm * PX_MM), 24 if mm % 50 == 0 else 12
            cv2.line(imagen, *(((0, p), (raya, p)) if vertical else ((p, 0), (p, raya))), _FORMA, 2)
            if mm % 50 == 0:
                donde = (28, p + 7) if vertical else (p - 16, 44)
                cv2.putText(imagen, str(mm), donde, cv2.FONT_HERSHEY_SIMPLEX, 0.6, _FORMA, 1, cv2.LINE_AA)


def _hallada(imagen: Color, campo: Campo, ajuste: Ajuste) -> None:
    """The boxes of a row as found, or a cross over where they should be; and the row's key above them, on white."""
    color = _HALLADO if ajuste.claridad > 0 else _PERDIDO
    for k, caja in enumerate(campo.cajas):
        if ajuste.claridad > 0:
            _caja(imagen, ajuste.caja(campo, k), color, 2)
        else:
            a, b = _px(caja.x, caja.y), _px(caja.x + caja.ancho, caja.y + caja.alto)
            cv2.line(imagen, a, b, color, 2, cv2.LINE_AA)
            cv2.line(imagen, (a[0], b[1]), (b[0], a[1]), color, 2, cv2.LINE_AA)
    n = campo.numero
    texto = campo.clave.encode("ascii", "replace").decode()
    (ancho, alto), _ = cv2.getTextSize(texto, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 1)
    x, y = _px(n.x + n.ancho + 1.5, n.y + n.alto / 2)
    x = min(x, imagen.shape[1] - ancho - 4)
    cv2.rectangle(imagen, (x - 3, y - alto // 2 - 5), (x + ancho + 3, y + alto // 2 + 5), (255, 255, 255), -1)
    cv2.putText(imagen, texto, (x, y + alto // 2), cv2.FONT_HERSHEY_SIMPLEX, 0.6, color, 1, cv2.LINE_AA)


def _px(x: float, y: float) -> tuple[int, int]:
    return round(x * PX_MM - 0.5), round(y * PX_MM - 0.5)


def _caja(imagen: Color, c: Caja, color: tuple[int, int, int], grueso: int) -> None:
    cv2.rectangle(imagen, _px(c.x, c.y), _px(c.x + c.ancho, c.y + c.alto), color, grueso)

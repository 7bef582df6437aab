"""Which actas a published picture shows: what the QR of each sheet in it says, to whoever looks.

It is read without the key that authenticates it, which nobody outside has, and out of the bytes that were published,
whatever was done to those that were taken.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from prep.papel.qr import PREFIJO, hallar
from prep.plataforma.opencv import cv2

_PARTES: Final = 5


def actas_en(imagen: bytes) -> set[str]:
    """Their keys; none where no QR of ours can be read."""
    gris = cv2.imdecode(np.frombuffer(imagen, np.uint8), cv2.IMREAD_GRAYSCALE) if imagen else None
    dichos = (texto.split(":") for texto in (hallar(gris) if gris is not None else ()))
    return {partes[2] for partes in dichos if partes[0] == PREFIJO and len(partes) == _PARTES}

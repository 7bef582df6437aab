"""Which actas a published picture shows: what the QR of each sheet in it says, to whoever looks. Where a thumb covers
it, the corners say whether the sheet may be of the acta that it was published as.

A QR is read without the key that authenticates it, which nobody outside has, and out of the bytes that were published,
whatever was done to those that were taken.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from prep.papel.marcas import DICCIONARIO, marcas_de
from prep.papel.qr import PREFIJO, hallar
from prep.plataforma.opencv import cv2

_PARTES: Final = 5


_MARCAS: Final = 3
"""So many corners are to be seen, each with its mark: of another acta it would be so one time in 1,728."""


def actas_en(imagen: bytes, publicada: str) -> set[str]:
    """Their keys; none where no QR of ours can be read and the corners are not those of `publicada`."""
    gris = cv2.imdecode(np.frombuffer(imagen, np.uint8), cv2.IMREAD_GRAYSCALE) if imagen else None
    if gris is None:
        return set()
    dichos = (texto.split(":") for texto in hallar(gris))
    actas = {partes[2] for partes in dichos if partes[0] == PREFIJO and len(partes) == _PARTES}
    return actas or ({publicada} if _son_sus_marcas(gris, publicada) else set())


def _son_sus_marcas(gris: npt.NDArray[Any], acta: str) -> bool:
    diccionario = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, DICCIONARIO))
    _, ids, _ = cv2.aruco.ArucoDetector(diccionario).detectMarkers(gris)
    vistas = set() if ids is None else {int(i) for i in ids.ravel()}
    return len(vistas) >= _MARCAS and vistas <= set(marcas_de(acta))

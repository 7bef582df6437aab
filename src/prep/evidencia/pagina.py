"""Finding the page: corner marks, orientation, homography."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from prep.papel.plantilla import PROPIO, Caja, Pliego
from prep.plataforma.opencv import cv2

Gris = npt.NDArray[Any]
Puntos = npt.NDArray[Any]

PX_MM: Final = 8.0
"""Resolution of the rectified page, pixels per mm."""
FUERA: Final = (255, 255, 255)
"""What a straightened picture does not show is white, never smeared print."""


def achicar(imagen: npt.NDArray[Any], ancho: int, alto: int) -> npt.NDArray[Any]:
    """A picture much smaller, each pixel the mean of those that it stands for. Most of the way by whole ones, which is
    several times faster; what is left over of a whole one, at the right and below, is not looked at."""
    n = int(min(imagen.shape[1] / ancho, imagen.shape[0] / alto) / 2)
    if n > 1:
        w, h = imagen.shape[1] // n, imagen.shape[0] // n
        imagen = cv2.resize(imagen[: n * h, : n * w], (w, h), interpolation=cv2.INTER_AREA)
    return cv2.resize(imagen, (ancho, alto), interpolation=cv2.INTER_AREA)


@dataclass(frozen=True)
class Marca:
    """A corner mark seen: identifier (-1: it has none), corner of the page (0-3) and its four corners in pixels, in the
    page's order."""

    id: int
    esquina: int
    puntos: Puntos


@dataclass(frozen=True)
class Pagina:
    """A page found: homography from mm to pixels of the picture, and the marks it comes from (none: its contour)."""

    homografia: Puntos
    marcas: tuple[Marca, ...]
    residuo: float  # mm, root mean square over the marks' corners
    pliego: Pliego = PROPIO

    @property
    def giro(self) -> int:
        """Quarters of a turn, clockwise, in which the page appears in the picture."""
        w, h = self.pliego.ancho, self.pliego.alto
        a, b = self.en_foto(np.array([[w * 0.25, h / 2], [w * 0.75, h / 2]]))
        return int(np.round(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])) / 90)) % 4

    @property
    def segura(self) -> bool:
        """Whether it is a sheet of ours, found by marks enough to say where each field is."""
        return len(self.marcas) >= 3 and self.pliego == PROPIO

    @property
    def anclas(self) -> Puntos:
        """Middle of each mark it comes from (n x 2), mm: where the page is surely as the homography says."""
        return np.array([self.pliego.marcas[m.esquina].centro for m in self.marcas], float).reshape(-1, 2)

    @property
    def hoja(self) -> Puntos:
        """The sheet's four corners in the picture, pixels."""
        w, h = self.pliego.ancho, self.pliego.alto
        return self.en_foto(np.array([[0, 0], [w, 0], [w, h], [0, h]], float))

    @property
    def px_mm(self) -> float:
        """Pixels per mm of the side of the sheet that is seen closest."""
        lados = np.linalg.norm(self.hoja - np.roll(self.hoja, -1, axis=0), axis=1)
        return float((lados / ([self.pliego.ancho, self.pliego.alto] * 2)).max())

    def en_foto(self, mm: Puntos) -> Puntos:
        h = np.column_stack([mm, np.ones(len(mm))]) @ self.homografia.T
        return h[:, :2] / h[:, 2:]

    def en_cuadro(self, imagen: Gris, caja: Caja) -> bool:
        """Whether the whole of a rectangle of the sheet is in the picture."""
        p = self.en_foto(esquinas_mm(caja))
        return bool((p >= 0).all() and (p <= [imagen.shape[1] - 1, imagen.shape[0] - 1]).all())

    def rectificar(self, imagen: npt.NDArray[Any], px_mm: float = PX_MM) -> npt.NDArray[Any]:
        """The picture seen straight from above, upright; grey or colour. What it does not show is white."""
        m = self.homografia @ np.diag([1 / px_mm, 1 / px_mm, 1.0])
        return cv2.warpPerspective(
            imagen,
            m,
            (round(self.pliego.ancho * px_mm), round(self.pliego.alto * px_mm)),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=FUERA,
        )


@cache
def _detector(diccionario: str, afinado: bool) -> cv2.aruco.ArucoDetector:
    p = cv2.aruco.DetectorParameters()
    p.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    p.minMarkerPerimeterRate = 0.02
    p.maxMarkerPerimeterRate = 0.4
    if afinado:
        p.adaptiveThreshWinSizeMin, p.adaptiveThreshWinSizeMax, p.adaptiveThreshWinSizeStep = 5, 53, 8
        p.errorCorrectionRate = 0.6
    else:
        p.adaptiveThreshWinSizeMin, p.adaptiveThreshWinSizeMax, p.adaptiveThreshWinSizeStep = 13, 33, 20
        p.errorCorrectionRate = 0.3
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, diccionario)), p)


def hallar_marcas(gris: Gris, pliego: Pliego = PROPIO) -> list[Marca]:
    """ArUco marks of a sheet, quickest search first; marks of the dictionary that are no corner are left out."""
    esquina_de = {i: e for e, ids in enumerate(pliego.ids) for i in ids}

    def buscar(reduccion: int, afinado: bool) -> list[Marca]:
        chica = (
            gris
            if reduccion == 1
            else cv2.resize(
                gris, (gris.shape[1] // reduccion, gris.shape[0] // reduccion), interpolation=cv2.INTER_AREA
            )
        )
        esquinas, ids, _ = _detector(pliego.diccionario, afinado).detectMarkers(chica)
        if ids is None:
            return []
        fx, fy = gris.shape[1] / chica.shape[1], gris.shape[0] / chica.shape[0]
        return [
            Marca(int(i), esquina_de[int(i)], (e[0].astype(float) + 0.5) * [fx, fy] - 0.5)
            for e, i in zip(esquinas, ids.ravel(), strict=True)
            if int(i) in esquina_de
        ]

    grande = max(gris.shape) > 2400
    marcas = buscar(2 if grande else 1, False)
    if len({m.esquina for m in marcas}) < 4:
        otras = buscar(2 if grande else 1, True)
        marcas = otras if len(otras) > len(marcas) else marcas
    if len({m.esquina for m in marcas}) < 3 and grande:
        otras = buscar(1, True)
        marcas = otras if len(otras) > len(marcas) else marcas
    return marcas


def esquinas_mm(caja: Caja) -> Puntos:
    """The four corners of a rectangle of the sheet, clockwise from the upper left, mm."""
    x, y, a, b = caja.x, caja.y, caja.ancho, caja.alto
    return np.array([[x, y], [x + a, y], [x + a, y + b], [x, y + b]])


def afinar(gris: Gris, marcas: list[Marca]) -> list[Marca]:
    """Corners of the marks to a fraction of a pixel of the full picture."""
    salida = []
    for m in marcas:
        lado = float(np.linalg.norm(m.puntos[0] - m.puntos[1]))
        v = max(2, round(lado / 18))
        p = m.puntos.astype(np.float32).reshape(-1, 1, 2)
        dentro = (
            (p > v + 2).all()
            and (p[:, 0, 0] < gris.shape[1] - v - 3).all()
            and (p[:, 0, 1] < gris.shape[0] - v - 3).all()
        )
        if dentro:
            q = cv2.cornerSubPix(gris, p.copy(), (v, v), (-1, -1), (3, 20, 0.02))
            p = np.where(np.linalg.norm(q - p, axis=2, keepdims=True) < lado / 12, q, p)
        salida.append(Marca(m.id, m.esquina, p.reshape(-1, 2).astype(float)))
    return salida


def situar(marcas: list[Marca], pliego: Pliego = PROPIO) -> Pagina | None:
    """The page that one mark per corner implies; None with fewer than three corners or an impossible shape."""
    if len({m.esquina for m in marcas}) != len(marcas) or len(marcas) < 3:
        return None
    mm = np.vstack([esquinas_mm(pliego.marcas[m.esquina]) for m in marcas])
    return ajustar_hoja(mm, np.vstack([m.puntos for m in marcas]), marcas, pliego)


def ajustar_hoja(mm: Puntos, px: Puntos, marcas: list[Marca], pliego: Pliego) -> Pagina | None:
    """The page on which points in mm (n x 2) are seen at `px`; None when it is not the shape of a sheet."""
    homografia, _ = cv2.findHomography(mm, px, 0)
    if homografia is None or not np.isfinite(homografia).all():
        return None
    pagina = Pagina(homografia, tuple(marcas), 0.0, pliego)
    if not es_hoja(pagina.hoja):
        return None
    px_mm = float(np.sqrt(abs(cv2.contourArea(pagina.hoja.astype(np.float32))) / (pliego.ancho * pliego.alto)))
    residuo = float(np.sqrt(((pagina.en_foto(mm) - px) ** 2).sum(1).mean())) / px_mm
    return replace(pagina, residuo=residuo) if residuo < 1.5 else None


def es_hoja(esquinas: Puntos) -> bool:
    """Whether four points of a picture, clockwise, may be the corners of a sheet seen by a camera."""
    lados = np.linalg.norm(esquinas - np.roll(esquinas, -1, axis=0), axis=1)
    a = np.roll(esquinas, -1, axis=0) - esquinas
    b = np.roll(esquinas, -2, axis=0) - np.roll(esquinas, -1, axis=0)
    giros = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return bool((giros > 0).all()) and bool(
        (np.maximum(lados / np.roll(lados, 2), np.roll(lados, 2) / lados) <= 2.5).all()
    )

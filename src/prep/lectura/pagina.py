"""Finding the page: corner marks, orientation, homography, and where each row really is on a bent sheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from prep.lectura.plantilla import ALTO, ANCHO, LADO_MARCA, MARCAS, MARCAS_POR_ESQUINA, Campo, Plantilla

Gris = npt.NDArray[np.uint8]
Puntos = npt.NDArray[np.float64]

PX_MM: Final = 8.0
"""Resolution of the rectified page, pixels per mm."""
BUSCA: Final = 3.4
"""How far a row may be from where four corners put it, mm. Rows are 7.8 mm apart or more."""


@dataclass(frozen=True)
class Marca:
    """A corner mark seen: identifier, corner of the page (0-3) and its four corners in pixels, in the page's order."""

    id: int
    esquina: int
    puntos: Puntos


@dataclass(frozen=True)
class Pagina:
    """A page found: homography from mm to pixels of the picture, and the marks it comes from."""

    homografia: Puntos
    marcas: tuple[Marca, ...]
    residuo: float  # mm, root mean square over the marks' corners

    @property
    def giro(self) -> int:
        """Quarters of a turn, clockwise, in which the page appears in the picture."""
        a, b = self.en_foto(np.array([[ANCHO * 0.25, ALTO / 2], [ANCHO * 0.75, ALTO / 2]]))
        return int(np.round(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])) / 90)) % 4

    def en_foto(self, mm: Puntos) -> Puntos:
        h = np.column_stack([mm, np.ones(len(mm))]) @ self.homografia.T
        return h[:, :2] / h[:, 2:]

    def rectificar(self, imagen: npt.NDArray[np.uint8], px_mm: float = PX_MM) -> npt.NDArray[np.uint8]:
        """The picture seen straight from above, upright; grey or colour."""
        m = self.homografia @ np.diag([1 / px_mm, 1 / px_mm, 1.0])
        return cv2.warpPerspective(imagen, m, (round(ANCHO * px_mm), round(ALTO * px_mm)),
                                   flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)


@cache
def _detector(afinado: bool) -> cv2.aruco.ArucoDetector:
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
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), p)


def hallar_marcas(gris: Gris) -> list[Marca]:
    """Corner marks in the picture, sharpest search first; a mark of the dictionary that is no corner of ours is left out."""

    def buscar(reduccion: int, afinado: bool) -> list[Marca]:
        chica = gris if reduccion == 1 else cv2.resize(
            gris, (gris.shape[1] // reduccion, gris.shape[0] // reduccion), interpolation=cv2.INTER_AREA)
        esquinas, ids, _ = _detector(afinado).detectMarkers(chica)
        if ids is None:
            return []
        fx, fy = gris.shape[1] / chica.shape[1], gris.shape[0] / chica.shape[0]
        return [
            Marca(int(i), int(i) // MARCAS_POR_ESQUINA, (e[0].astype(float) + 0.5) * [fx, fy] - 0.5)
            for e, i in zip(esquinas, ids.ravel(), strict=True) if int(i) < 4 * MARCAS_POR_ESQUINA
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


def _esquinas_mm(esquina: int) -> Puntos:
    x, y = MARCAS[esquina]
    return np.array([[x, y], [x + LADO_MARCA, y], [x + LADO_MARCA, y + LADO_MARCA], [x, y + LADO_MARCA]])


def afinar(gris: Gris, marcas: list[Marca]) -> list[Marca]:
    """Corners of the marks to a fraction of a pixel of the full picture."""
    salida = []
    for m in marcas:
        lado = float(np.linalg.norm(m.puntos[0] - m.puntos[1]))
        v = max(2, round(lado / 18))
        p = m.puntos.astype(np.float32).reshape(-1, 1, 2)
        dentro = (p > v + 2).all() and (p[:, 0, 0] < gris.shape[1] - v - 3).all() and (p[:, 0, 1] < gris.shape[0] - v - 3).all()
        if dentro:
            q = cv2.cornerSubPix(gris, p.copy(), (v, v), (-1, -1), (3, 20, 0.02))
            p = np.where(np.linalg.norm(q - p, axis=2, keepdims=True) < lado / 12, q, p)
        salida.append(Marca(m.id, m.esquina, p.reshape(-1, 2).astype(float)))
    return salida


def situar(marcas: list[Marca]) -> Pagina | None:
    """The page that one mark per corner implies; None with fewer than three corners or an impossible shape."""
    if len({m.esquina for m in marcas}) != len(marcas) or len(marcas) < 3:
        return None
    mm = np.vstack([_esquinas_mm(m.esquina) for m in marcas])
    px = np.vstack([m.puntos for m in marcas])
    homografia, _ = cv2.findHomography(mm, px, 0)
    if homografia is None or not np.isfinite(homografia).all():
        return None
    pagina = Pagina(homografia, tuple(marcas), 0.0)
    hoja = pagina.en_foto(np.array([[0, 0], [ANCHO, 0], [ANCHO, ALTO], [0, ALTO]]))
    lados = np.linalg.norm(hoja - np.roll(hoja, -1, axis=0), axis=1)
    giros = np.cross(np.roll(hoja, -1, axis=0) - hoja, np.roll(hoja, -2, axis=0) - np.roll(hoja, -1, axis=0))
    if (giros <= 0).any() or max(lados[0] / lados[2], lados[2] / lados[0], lados[1] / lados[3], lados[3] / lados[1]) > 2.5:
        return None
    px_mm = float(np.sqrt(abs(cv2.contourArea(hoja.astype(np.float32))) / (ANCHO * ALTO)))
    residuo = float(np.sqrt(((pagina.en_foto(mm) - px) ** 2).sum(1).mean())) / px_mm
    return Pagina(homografia, tuple(marcas), residuo) if residuo < 1.5 else None


@dataclass(frozen=True)
class Ajuste:
    """Where a row is relative to the homography: shift in mm, and how clearly its printed boxes were seen (0-1)."""

    dx: float
    dy: float
    claridad: float


def _lineas(zona: Gris) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Printed vertical and horizontal rules of a patch, as images of darkness relative to the paper, 0-1."""
    f = zona.astype(np.float32)
    nucleo = np.ones((15, 15), np.uint8)  # wider than a rule or a pen stroke
    fondo = cv2.morphologyEx(zona, cv2.MORPH_CLOSE, nucleo).astype(np.float32)
    oscuro = np.clip((fondo - f) / np.maximum(fondo, 20), 0, 1)
    largo = round(3.2 * PX_MM)
    return (cv2.morphologyEx(oscuro, cv2.MORPH_OPEN, np.ones((largo, 1), np.uint8)),
            cv2.morphologyEx(oscuro, cv2.MORPH_OPEN, np.ones((1, largo), np.uint8)))


def _medir(rect: Gris, campo: Campo, cerca: tuple[float, float], alcance: float) -> Ajuste:
    """Slide the printed grid of a field over the picture, up to `alcance` mm from `cerca`."""
    x0, y0 = campo.cajas[0].x + cerca[0], campo.cajas[0].y + cerca[1]
    paso, alto, n = campo.cajas[0].ancho, campo.cajas[0].alto, len(campo.cajas)
    m = alcance + 1.0
    i0, j0 = round((y0 - m) * PX_MM), round((x0 - m) * PX_MM)
    i1, j1 = round((y0 + alto + m) * PX_MM), round((x0 + n * paso + m) * PX_MM)
    if i0 < 0 or j0 < 0 or i1 > rect.shape[0] or j1 > rect.shape[1]:
        return Ajuste(cerca[0], cerca[1], 0.0)
    vertical, horizontal = _lineas(rect[i0:i1, j0:j1])
    alcance_px = round(alcance * PX_MM)
    # Position of the grid's corner inside the patch when the shift is zero, to a fraction of a pixel.
    oy, ox = y0 * PX_MM - 0.5 - i0, x0 * PX_MM - 0.5 - j0

    def perfil(imagen: npt.NDArray[np.float32], eje: int, desde: float, hasta: float) -> npt.NDArray[np.float32]:
        a, b = max(0, round(desde)), round(hasta)
        tira = imagen[a:b] if eje == 0 else imagen[:, a:b]
        return cv2.GaussianBlur(tira.mean(axis=eje).reshape(1, -1), (0, 0), 1.2).ravel()

    def mejor(p: npt.NDArray[np.float32], lineas: list[float]) -> tuple[float, float]:
        d = np.arange(-alcance_px, alcance_px + 1)
        muestras = np.stack([np.interp(linea + d, np.arange(len(p)), p) for linea in lineas])
        # All the rules must be there: the mean, and the weakest of them.
        puntaje = muestras.mean(0) + muestras.min(0)
        k = int(puntaje.argmax())
        fino = 0.0
        if 0 < k < len(d) - 1:
            a, b, c = puntaje[k - 1 : k + 2]
            fino = float(np.clip((a - c) / (2 * (a - 2 * b + c) - 1e-9), -0.5, 0.5))
        return float(d[k] + fino) / PX_MM, float(muestras[:, k].min())

    # First across (the verticals are many and equal), then up and down with the columns where the boxes are.
    dx, cx = mejor(perfil(vertical, 0, oy - alcance_px * 0.5, oy + alto * PX_MM + alcance_px * 0.5),
                   [ox + k * paso * PX_MM for k in range(n + 1)])
    izq = ox + dx * PX_MM
    dy, cy = mejor(perfil(horizontal, 1, izq + 2, izq + n * paso * PX_MM - 2), [oy, oy + alto * PX_MM])
    return Ajuste(cerca[0] + dx, cerca[1] + dy, min(1.0, 4 * min(cx, cy)))


def _superficie(xy: Puntos, grado: int) -> Puntos:
    x, y = (xy[:, 0] - ANCHO / 2) / ANCHO, (xy[:, 1] - ALTO / 2) / ALTO
    return np.stack([x**i * y**j for i in range(grado + 1) for j in range(grado + 1 - i)], axis=1)


def ajustar(rect: Gris, plantilla: Plantilla) -> dict[str, Ajuste]:
    """Register every field of a rectified page to its printed boxes.

    A wide search first; then a smooth surface through what agrees; then a narrow search around that surface. A row whose
    boxes are not seen takes the surface's shift, with `claridad` 0.
    """
    campos = plantilla.campos
    xy = np.array([(c.cajas[0].x + c.cajas[-1].x, 2 * c.cajas[0].y + c.cajas[0].alto) for c in campos]) / 2
    primera = [_medir(rect, c, (0.0, 0.0), BUSCA) for c in campos]
    d = np.array([(a.dx, a.dy) for a in primera])
    peso = np.array([a.claridad for a in primera])
    modelo = np.zeros_like(d)
    if (peso > 0.15).sum() >= 4:
        base = _superficie(xy, 3 if (peso > 0.15).sum() > 20 else 1)
        w = np.where(peso > 0.15, peso, 0.0)
        for _ in range(6):  # reweighted: rows locked onto something else lose their say
            a = base * w[:, None]
            coef = np.linalg.solve(a.T @ a + 1e-3 * np.eye(base.shape[1]), a.T @ (d * w[:, None]))
            modelo = base @ coef
            lejos = np.linalg.norm(d - modelo, axis=1)
            w = np.where(peso > 0.15, peso, 0.0) / (1 + (lejos / 0.4) ** 2)
    salida = {}
    for campo, (mx, my) in zip(campos, modelo, strict=True):
        fina = _medir(rect, campo, (float(mx), float(my)), 0.9)
        salida[campo.clave] = fina if fina.claridad > 0.12 else Ajuste(float(mx), float(my), 0.0)
    return salida

"""Finding the page: corner marks, orientation, homography, and where each row really is on a bent sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from prep.lectura.plantilla import PROPIO, Caja, Campo, Forma, Pliego

Gris = npt.NDArray[Any]
Puntos = npt.NDArray[Any]

PX_MM: Final = 8.0
"""Resolution of the rectified page, pixels per mm."""
BUSCA: Final = 3.4
"""How far a row may be from where four corners put it, mm; never beyond half way to the next row."""
DUDA: Final = 0.25
"""Of the way to the next row: farther than this from where the marks put it, a row may as well be its neighbour."""


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
    def hoja(self) -> Puntos:
        """The sheet's four corners in the picture, pixels."""
        w, h = self.pliego.ancho, self.pliego.alto
        return self.en_foto(np.array([[0, 0], [w, 0], [w, h], [0, h]], float))

    def en_foto(self, mm: Puntos) -> Puntos:
        h = np.column_stack([mm, np.ones(len(mm))]) @ self.homografia.T
        return h[:, :2] / h[:, 2:]

    def rectificar(self, imagen: npt.NDArray[Any], px_mm: float = PX_MM) -> npt.NDArray[Any]:
        """The picture seen straight from above, upright; grey or colour."""
        m = self.homografia @ np.diag([1 / px_mm, 1 / px_mm, 1.0])
        return cv2.warpPerspective(
            imagen,
            m,
            (round(self.pliego.ancho * px_mm), round(self.pliego.alto * px_mm)),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
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


def esquinas_mm(marca: Caja) -> Puntos:
    """The four corners of a mark, clockwise from the upper left, mm."""
    x, y, a, b = marca.x, marca.y, marca.ancho, marca.alto
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
    px = np.vstack([m.puntos for m in marcas])
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


@dataclass(frozen=True)
class Ajuste:
    """Where a field's boxes are relative to the homography: shift in mm and stretch about the middle of the boxes, and
    how clearly they were seen (0-1)."""

    dx: float
    dy: float
    ex: float = 1.0
    ey: float = 1.0
    claridad: float = 0.0

    def caja(self, campo: Campo, k: int) -> Caja:
        """Box `k` of the field on the homography's page, mm."""
        junto, c = campo.numero, campo.cajas[k]
        (mx, my), (x, y) = junto.centro, c.centro
        x, y = mx + self.dx + (x - mx) * self.ex, my + self.dy + (y - my) * self.ey
        return Caja(x - c.ancho * self.ex / 2, y - c.alto * self.ey / 2, c.ancho * self.ex, c.alto * self.ey)


ESTIRONES: Final = (1.0, 0.97, 1.03, 0.94, 1.06, 0.91, 1.09)
"""A sheet that is not flat looks shorter or longer here and there."""


def _lineas(zona: Gris) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Printed vertical and horizontal rules of a patch, as images of darkness relative to the paper, 0-1."""
    f = zona.astype(np.float32)
    nucleo = np.ones((15, 15), np.uint8)  # wider than a rule or a pen stroke
    fondo = cv2.morphologyEx(zona, cv2.MORPH_CLOSE, nucleo).astype(np.float32)
    oscuro = np.clip((fondo - f) / np.maximum(fondo, 20), 0, 1)
    largo = round(3.2 * PX_MM)
    return (
        cv2.morphologyEx(oscuro, cv2.MORPH_OPEN, np.ones((largo, 1), np.uint8)),
        cv2.morphologyEx(oscuro, cv2.MORPH_OPEN, np.ones((1, largo), np.uint8)),
    )


def _medir(rect: Gris, campo: Campo, cerca: tuple[float, float], alcance: float) -> Ajuste:
    """Slide and stretch the printed grid of a field over the picture, up to `alcance` mm from `cerca`."""
    junto = campo.numero
    cx, cy = junto.centro[0] + cerca[0], junto.centro[1] + cerca[1]
    m = alcance + 1.5
    i0, j0 = round((cy - junto.alto / 2 - m) * PX_MM), round((cx - junto.ancho / 2 - m) * PX_MM)
    i1, j1 = round((cy + junto.alto / 2 + m) * PX_MM), round((cx + junto.ancho / 2 + m) * PX_MM)
    if i0 < 0 or j0 < 0 or i1 > rect.shape[0] or j1 > rect.shape[1]:
        return Ajuste(*cerca)
    vertical, horizontal = _lineas(rect[i0:i1, j0:j1])
    # Middle of the grid inside the patch when the shift is zero, in fractions of a pixel.
    oy, ox = cy * PX_MM - 0.5 - i0, cx * PX_MM - 0.5 - j0
    d = np.arange(-round(alcance * PX_MM), round(alcance * PX_MM) + 1)

    def perfil(imagen: npt.NDArray[Any], eje: int, desde: float, hasta: float) -> npt.NDArray[Any]:
        a, b = max(0, round(desde)), max(2, round(hasta))
        tira = imagen[a:b] if eje == 0 else imagen[:, a:b]
        return cv2.GaussianBlur(tira.mean(axis=eje).reshape(1, -1), (0, 0), 1.2).ravel()

    def mejor(p: npt.NDArray[Any], medio: float, lineas: npt.NDArray[Any]) -> tuple[float, float, float]:
        """Shift (mm), stretch and darkness of the weakest rule of the best position."""
        gana = (-1.0, 0.0, 1.0, 0.0)
        for e in ESTIRONES:
            muestras = np.stack([np.interp(medio + linea * e + d, np.arange(len(p)), p) for linea in lineas])
            puntaje = (muestras.mean(0) + muestras.min(0)) * (1 - 0.8 * abs(e - 1))  # every rule must be there
            k = int(puntaje.argmax())
            if puntaje[k] > gana[0] + 1e-6:
                fino = 0.0
                if 0 < k < len(d) - 1:
                    a, b, c = puntaje[k - 1 : k + 2]
                    fino = float(np.clip((a - c) / (2 * (a - 2 * b + c) - 1e-9), -0.5, 0.5))
                gana = (float(puntaje[k]), float(d[k] + fino) / PX_MM, e, float(muestras[:, k].min()))
        return gana[1], gana[2], gana[3]

    # First across (the verticals are many and equal), then up and down in the columns where the boxes are.
    medio_alto, medio_ancho = junto.alto * PX_MM / 2, junto.ancho * PX_MM / 2
    holgura = min(alcance, 2.0) * PX_MM / 2
    dx, ex, nx = mejor(
        perfil(vertical, 0, oy - medio_alto - holgura, oy + medio_alto + holgura),
        ox,
        (np.array(campo.verticales) - junto.centro[0]) * PX_MM,
    )
    izq = ox + dx * PX_MM
    dy, ey, ny = mejor(
        perfil(horizontal, 1, izq - medio_ancho + 2, izq + medio_ancho - 2), oy, np.array([-medio_alto, medio_alto])
    )
    return Ajuste(cerca[0] + dx, cerca[1] + dy, ex, ey, min(1.0, 4 * min(nx, ny)))


def _superficie(xy: Puntos, grado: int, pliego: Pliego) -> Puntos:
    w, h = pliego.ancho, pliego.alto
    x, y = (xy[:, 0] - w / 2) / w, (xy[:, 1] - h / 2) / h
    return np.stack([x**i * y**j for i in range(grado + 1) for j in range(grado + 1 - i)], axis=1)


def _suavizar(xy: Puntos, medidas: list[Ajuste], pliego: Pliego) -> Puntos | None:
    """Smooth surface of shifts (n x 2) through the rows that agree; None when too few boxes were seen."""
    d = np.array([(m.dx, m.dy) for m in medidas])
    peso = np.array([m.claridad if m.claridad > 0.15 else 0.0 for m in medidas])
    vistos = int((peso > 0).sum())
    if vistos < min(4, len(medidas)):
        return None
    base = _superficie(xy, 3 if vistos > 20 else 1 if vistos > 3 else 0, pliego)
    w, modelo = peso, d
    for _ in range(6):  # reweighted: rows locked onto something else lose their say
        a = base * w[:, None]
        coef = np.linalg.solve(a.T @ a + 1e-3 * np.eye(base.shape[1]), a.T @ (d * w[:, None]))
        modelo = base @ coef
        w = peso / (1 + (np.linalg.norm(d - modelo, axis=1) / 0.4) ** 2)
    return modelo


def ajustar(rect: Gris, plantilla: Forma) -> dict[str, Ajuste]:
    """Register every field of a rectified page to its printed boxes.

    A wide search; a smooth surface through what agrees; a search around it; again, narrower. A row whose boxes are not
    seen, that strays from its neighbours, or so far from its place that a bent sheet could have put the next one there,
    has `claridad` 0: nothing may be read in it.
    """
    campos, pliego = plantilla.campos, plantilla.pliego
    xy = np.array([c.numero.centro for c in campos])
    lejos = min(BUSCA, plantilla.paso / 2)
    medidas = [_medir(rect, c, (0.0, 0.0), lejos) for c in campos]
    for alcance in (min(2.0, lejos), 0.9):
        modelo = _suavizar(xy, medidas, pliego)
        if modelo is None:
            return {c.clave: Ajuste(0.0, 0.0) for c in campos}
        nuevas = []
        for campo, (mx, my), antes in zip(campos, modelo, medidas, strict=True):
            m = _medir(rect, campo, (float(mx), float(my)), alcance)
            # Near an edge the surface may be off while the row itself was plain to see.
            if antes.claridad > max(0.3, m.claridad + 0.1) and np.hypot(antes.dx - mx, antes.dy - my) < 2.5:
                m = antes
            nuevas.append(m)
        medidas = nuevas
    modelo = _suavizar(xy, medidas, pliego)
    # A contour is off by millimetres, all rows alike; `LectorAjeno` has its own way of telling rows apart there.
    dudosa = math.inf if pliego.tipo == "contorno" else plantilla.paso * DUDA
    salida = {}
    for i, (campo, m) in enumerate(zip(campos, medidas, strict=True)):
        perdido = (
            modelo is None
            or m.claridad <= 0.12
            or np.hypot(m.dx - modelo[i, 0], m.dy - modelo[i, 1]) > 1.2
            or abs(m.dy) > dudosa
        )
        salida[campo.clave] = replace(m, claridad=0.0) if perdido else m
    return salida

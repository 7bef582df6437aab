"""From a rectified page to what the networks read: each digit box as 28x28 ink, each line of words as 32x272 ink.

On real tally sheets the box, not the network, is the problem: paper tone, printed rules and strokes of the neighbours
are removed here. Ink is 0 (paper) to 1, and faint ink is raised to what a pen leaves: how dark a stroke must be is told
by the strokes and the paper of that page, not by a number. What stays below and is no paper is counted as faint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from prep.evidencia.pagina import PX_MM, Gris
from prep.evidencia.renglones import Ajuste
from prep.papel.plantilla import Caja, Campo
from prep.plataforma.opencv import cv2

LADO: Final = 28
ALTO_LETRA: Final = 32
ANCHO_LETRA: Final = 272
_MARGEN: Final = 1.0  # mm around a box in which a digit may stick out
_ORILLA: Final = 1.0  # mm from its rules, inside a box, where some of them may be left
_UMBRAL: Final = 0.16  # ink this dark relative to paper, once raised, is a stroke
_PLENO: Final = 0.5  # strokes this dark or darker are left as they are
_VISIBLE: Final = 0.025  # nothing fainter is told from the cleanest paper
_RASTRO: Final = 0.6  # mm² of faint ink that may be part of a digit
_SUAVE: Final = 1.0  # px: paper and faint ink are told apart without their grain
_GRANO: Final = 0.1  # paper may be raised up to here: well below a stroke

Tinta = npt.NDArray[Any]


@dataclass(frozen=True)
class Recortes:
    """What was cut for one field: digits (n, 28, 28), how much ink each has (mm²), the words' line (32, 272).

    `tenue`, `tenue_letra`: mm² of what is no paper and is too faint to be read, far from any stroke.
    """

    cifras: Tinta
    tinta: npt.NDArray[Any]
    tenue: npt.NDArray[Any]
    letra: Tinta
    tinta_letra: float
    tenue_letra: float
    zona: Gris  # the boxes as they are in the picture, for their hash
    palida: bool = False  # of a page whose ink, even raised, does not reach what counts as a stroke

    @property
    def a_medias(self) -> bool:
        """Whether something is written that is too faint to be read: what was cut is not all there is."""
        return (
            self.palida
            or bool((self.tenue > _RASTRO).any())
            or (self.tinta_letra == 0 and self.tenue_letra > 3 * _RASTRO)
        )


@dataclass(frozen=True)
class Tono:
    """How dark, relative to paper, the strokes of a page are, and up to where its paper reaches (shade, grain)."""

    trazo: float
    papel: float

    @classmethod
    def de(cls, cajas: Iterable[Tinta]) -> Tono:
        """From the boxes of a page, smoothed: their darkest quarter are strokes (else nothing much is written); the
        emptiest, paper."""
        partes = [np.sort(c, axis=None) for c in cajas if c.size]
        if not partes:
            return cls(1.0, _VISIBLE)
        bajo, medio, alto = np.array([[c[int(q * (len(c) - 1))] for q in (0.1, 0.4, 0.97)] for c in partes]).T
        papel = float(np.quantile(medio + 4 * (medio - bajo), 0.25))
        return cls(float(np.quantile(alto, 0.75)), max(_VISIBLE, 2 * papel))

    @property
    def tinta(self) -> float | None:
        """How dark its ink is, 0-1; None when nothing is written that can be told from the paper."""
        return self.trazo if self.trazo > self.papel else None

    @property
    def palido(self) -> bool:
        """Whether something is written and even raised it is too faint: what looks empty there may not be."""
        return self.tinta is not None and self.trazo * self.ganancia < 1.25 * _UMBRAL

    @property
    def ganancia(self) -> float:
        """How much its ink is raised: 1 for a pen on paper, more for faint ink, as far as the paper allows."""
        return max(1.0, min(_PLENO / max(self.trazo, 0.01), _GRANO / self.papel))

    def realzar(self, tinta: Tinta) -> Tinta:
        g = self.ganancia
        return tinta if g == 1 else np.minimum(cv2.GaussianBlur(tinta, (0, 0), 0.5 + 0.2 * g) * g, 1)


class _Numero:
    """The boxes of one field with the ink in them, printed rules removed."""

    def __init__(self, rect: Gris, campo: Campo, ajuste: Ajuste) -> None:
        self.cajas = [ajuste.caja(campo, k) for k in range(len(campo.cajas))]
        a, b = self.cajas[0], self.cajas[-1]
        self.zona, self.x, self.y = _zona(rect, Caja(a.x, a.y, b.x + b.ancho - a.x, a.alto), _MARGEN)
        self.alto, medio = a.alto * PX_MM, campo.numero.centro[0]
        tinta = entintado(self.zona)
        reglas = [self.x + (medio + ajuste.dx + (x - medio) * ajuste.ex - a.x) * PX_MM for x in campo.verticales]
        dentro = (
            slice(round(self.y) + 3, round(self.y + self.alto) - 2),
            slice(round(self.x) + 3, round(reglas[-1]) - 2),
        )
        self.limpia = sin_reglas(tinta, reglas, [self.y, self.y + self.alto], dentro)
        self.suave = alisar(self.limpia)

    def interior(self, k: int) -> tuple[slice, slice]:
        """The pixels of box `k` away from its rules."""
        m = round(_ORILLA * PX_MM)
        x = self.x + (self.cajas[k].x - self.cajas[0].x) * PX_MM
        ancho = self.cajas[k].ancho * PX_MM
        return slice(round(self.y) + m, round(self.y + self.alto) - m), slice(round(x) + m, round(x + ancho) - m)


def alisar(tinta: Tinta) -> Tinta:
    return cv2.GaussianBlur(tinta, (0, 0), _SUAVE)


def _tenue(suave: Tinta, realzada: Tinta, dentro: tuple[slice, slice], tono: Tono) -> float:
    """Area, mm², of ink in a place that is too faint to be read, even raised, and is not the edge of what is not."""
    visible = suave[dentro] > tono.papel
    if not visible.any():
        return 0.0
    r = round(0.5 * PX_MM)
    lejos = cv2.dilate((realzada[dentro] > _UMBRAL).astype(np.uint8), np.ones((2 * r + 1, 2 * r + 1), np.uint8)) == 0
    return float((visible & lejos).sum()) / PX_MM**2


def _orden(t: Tinta, q: float, eje: int = -1) -> Tinta:
    """The element at fraction `q` of the order along an axis: a quantile in a tenth of the time numpy's takes. Sorting
    all of it takes a third of what parting it does where most of it is nothing."""
    k = int(q * (t.shape[eje] - 1))
    return np.sort(t, axis=eje).take(k, axis=eje)


def _zona(rect: Gris, caja: Caja, margen: float) -> tuple[Gris, float, float]:
    """Pixels of a box with a margin, and where the box's corner falls in them (fractions of a pixel)."""
    x, y = caja.x * PX_MM - 0.5, caja.y * PX_MM - 0.5
    m = margen * PX_MM
    j0, i0 = int(np.floor(x - m)), int(np.floor(y - m))
    j1, i1 = int(np.ceil(x + caja.ancho * PX_MM + m)) + 1, int(np.ceil(y + caja.alto * PX_MM + m)) + 1
    a, b, c, d = max(0, -i0), max(0, i1 - rect.shape[0]), max(0, -j0), max(0, j1 - rect.shape[1])
    zona = rect[max(i0, 0) : max(i1, 0), max(j0, 0) : max(j1, 0)]
    if zona.size == 0:
        zona = np.full((i1 - i0, j1 - j0), 255, np.uint8)
    elif a or b or c or d:
        zona = cv2.copyMakeBorder(zona, a, b, c, d, cv2.BORDER_REPLICATE)
    return zona, x - j0, y - i0


def entintado(zona: Gris, nucleo_mm: float = 3.2) -> Tinta:
    """Darkness relative to the paper around, 0-1: shadows and tints vanish, strokes and rules stay."""
    chica = cv2.resize(zona, (max(zona.shape[1] // 2, 1), max(zona.shape[0] // 2, 1)), interpolation=cv2.INTER_AREA)
    k = round(nucleo_mm * PX_MM / 2) | 1
    fondo = cv2.morphologyEx(cv2.medianBlur(chica, 3), cv2.MORPH_CLOSE, np.ones((k, k), np.uint8))
    fondo = cv2.resize(cv2.GaussianBlur(fondo, (0, 0), 3), (zona.shape[1], zona.shape[0]))
    tinta = cv2.divide(cv2.subtract(fondo, zona), np.maximum(fondo, 16), dtype=cv2.CV_32F)
    return np.clip(tinta, 0, 1, out=tinta)


def sin_reglas(tinta: Tinta, verticales: list[float], horizontales: list[float], dentro: tuple[slice, slice]) -> Tinta:
    """Subtract, around each printed rule, the darkness that is common to its whole length."""
    t = tinta.copy()
    r = round(0.65 * PX_MM)
    filas, cols = dentro
    for x in verticales:
        a, b = max(0, round(x) - r), min(t.shape[1], round(x) + r + 1)
        perfil = _orden(tinta[filas, a:b], 0.45, 0)
        t[:, a:b] -= 1.15 * perfil
    for y in horizontales:
        a, b = max(0, round(y) - r), min(t.shape[0], round(y) + r + 1)
        perfil = _orden(tinta[a:b, cols], 0.45, 1)
        t[a:b] -= 1.15 * perfil[:, None]
    return np.clip(t, 0, 1, out=t)


def aislar(tinta: Tinta, caja: tuple[float, float, float, float]) -> tuple[Tinta, float]:
    """Keep the strokes that belong to the box (x, y, width, height in pixels); also their area in mm²."""
    x, y, w, h = caja
    _, etiquetas, datos, centros = cv2.connectedComponentsWithStats((tinta > _UMBRAL).view(np.uint8), ltype=cv2.CV_16U)
    m = 0.35 * PX_MM
    propio = np.zeros(len(datos), bool)
    for k in range(1, len(datos)):
        cx, cy = centros[k]
        ancho, alto, area = (float(v) for v in datos[k][2:])
        if area < 0.10 * PX_MM**2 or not (x + m * 0.5 < cx < x + w - m * 0.5 and y + m * 0.5 < cy < y + h - m * 0.5):
            continue
        # Remains of a rule: thin, along an edge.
        delgado = min(ancho, alto) < 0.55 * PX_MM
        junto = (
            (cx < x + 1.4 * m or cx > x + w - 1.4 * m) if alto > ancho else (cy < y + 1.4 * m or cy > y + h - 1.4 * m)
        )
        if delgado and junto:
            continue
        propio[k] = True
    limpia = np.where(_junto_a(propio, etiquetas) & (tinta > 0.05), tinta, np.float32(0))
    return limpia, float(datos[propio, cv2.CC_STAT_AREA].sum()) / PX_MM**2


def _junto_a(propio: npt.NDArray[Any], etiquetas: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Where the components of one's own are, and one pixel around."""
    return cv2.dilate(propio.astype(np.uint8).take(etiquetas), np.ones((3, 3), np.uint8)).view(np.bool_)


def encuadrar(tinta: Tinta) -> Tinta:
    """Ink of a box to 28x28 as collections of digits do: 20 pixels on the longer side, centre of mass in the middle.

    Something smaller than 2.2 mm is not blown up further, so that a speck still looks like a speck.
    """
    salida = np.zeros((LADO, LADO), np.float32)
    filas, cols = np.flatnonzero(tinta.max(1) > _UMBRAL), np.flatnonzero(tinta.max(0) > _UMBRAL)
    if not len(filas) or not len(cols):
        return salida
    t = tinta[filas[0] : filas[-1] + 1, cols[0] : cols[-1] + 1]
    trazo = t[t > _UMBRAL]
    t = np.clip(t / max(float(_orden(trazo, 0.75)), 0.2), 0, 1)
    f = min(20 / max(t.shape), 20 / (2.2 * PX_MM))
    t = cv2.resize(t, (max(1, round(t.shape[1] * f)), max(1, round(t.shape[0] * f))), interpolation=cv2.INTER_AREA)
    m = cv2.moments(t)
    cx, cy = (m["m10"] / m["m00"], m["m01"] / m["m00"]) if m["m00"] > 0 else (t.shape[1] / 2, t.shape[0] / 2)
    a = np.array([[1, 0, (LADO - 1) / 2 - cx], [0, 1, (LADO - 1) / 2 - cy]], np.float64)
    return np.clip(cv2.warpAffine(t, a, (LADO, LADO), flags=cv2.INTER_LINEAR), 0, 1)


def _letra(rect: Gris, campo: Campo, ajuste: Ajuste, tono: Tono) -> tuple[Tinta, float, float]:
    """The line of words, how much ink it has and how much is too faint to be read, mm²."""
    if campo.letra.ancho <= 0:
        return np.zeros((ALTO_LETRA, ANCHO_LETRA), np.float32), 0.0, 0.0
    renglon = Caja(campo.letra.x + ajuste.dx, campo.letra.y + ajuste.dy, campo.letra.ancho, campo.letra.alto)
    zona, ox, oy = _zona(rect, renglon, _MARGEN + 0.3)
    tinta = entintado(zona)
    w, h = campo.letra.ancho * PX_MM, campo.letra.alto * PX_MM
    x0, x1 = round(ox - 1.0 * PX_MM), round(ox + w) - 2
    limpia = sin_reglas(tinta, [], [oy + h, oy - 0.8 * PX_MM], (slice(0, 0), slice(max(0, x0), x1)))
    tinta = tono.realzar(limpia)
    y0, y1 = max(0, round(oy - 0.5 * PX_MM)), min(tinta.shape[0], round(oy + h + 0.9 * PX_MM))
    linea: Tinta = tinta[y0:y1, max(0, x0) : x1]
    linea = np.where(linea > 0.06, linea, np.float32(0))
    # What is left of rules, folds and shadows is long and flat, or a speck; words are neither.
    _, etiquetas, datos, _ = cv2.connectedComponentsWithStats((linea > _UMBRAL).view(np.uint8), ltype=cv2.CV_16U)
    ancho, alto, area = datos[:, cv2.CC_STAT_WIDTH], datos[:, cv2.CC_STAT_HEIGHT], datos[:, cv2.CC_STAT_AREA]
    propio = (area >= 0.06 * PX_MM**2) & ~((alto < 0.75 * PX_MM) & (ancho > 3 * alto))
    propio[0] = False
    linea = np.where(_junto_a(propio, etiquetas), linea, np.float32(0))
    superficie = float(area[propio].sum()) / PX_MM**2
    m = round(_ORILLA * PX_MM)
    dentro = slice(round(oy) + m, round(oy + h) - m), slice(round(ox) + m, round(ox + w) - m)
    tenue = _tenue(alisar(limpia), tinta, dentro, tono)
    fuerte = linea[linea > _UMBRAL]
    if fuerte.size:
        linea = np.clip(linea / max(float(_orden(fuerte, 0.75)), 0.2), 0, 1)
    f = ALTO_LETRA / linea.shape[0]
    linea = cv2.resize(linea, (min(ANCHO_LETRA, round(linea.shape[1] * f)), ALTO_LETRA), interpolation=cv2.INTER_AREA)
    salida = np.zeros((ALTO_LETRA, ANCHO_LETRA), np.float32)
    salida[:, : linea.shape[1]] = linea
    return salida, superficie, tenue


def recortar(rect: Gris, campos: Sequence[Campo], ajustes: Mapping[str, Ajuste]) -> tuple[list[Recortes], Tono]:
    """Cut these fields out of a rectified page, all together: the strokes of a page tell what a stroke is there."""
    numeros = [_Numero(rect, c, ajustes[c.clave]) for c in campos]
    vistos = [n for n, c in zip(numeros, campos, strict=True) if ajustes[c.clave].claridad > 0]
    tono = Tono.de(n.suave[n.interior(k)] for n in vistos for k in range(len(n.cajas)))
    return [_recortar(rect, c, ajustes[c.clave], n, tono) for c, n in zip(campos, numeros, strict=True)], tono


def _recortar(rect: Gris, campo: Campo, ajuste: Ajuste, numero: _Numero, tono: Tono) -> Recortes:
    cifras, areas, tenues = [], [], []
    realzada = tono.realzar(numero.limpia)
    m = round(_MARGEN * PX_MM)
    for k, caja in enumerate(numero.cajas):
        x, ancho = numero.x + (caja.x - numero.cajas[0].x) * PX_MM, caja.ancho * PX_MM
        desde, hasta = max(0, round(x) - m), min(realzada.shape[1], round(x + ancho) + m + 1)
        propia, area = aislar(realzada[:, desde:hasta], (x - desde, numero.y, ancho, numero.alto))
        cifras.append(encuadrar(propia))
        areas.append(area)
        tenues.append(_tenue(numero.suave, realzada, numero.interior(k), tono))
    letra, area_letra, tenue_letra = _letra(rect, campo, ajuste, tono)
    return Recortes(
        np.stack(cifras), np.array(areas), np.array(tenues), letra, area_letra, tenue_letra, numero.zona, tono.palido
    )

"""From a rectified page to what the networks read: each digit box as 28x28 ink, each line of words as 32x272 ink.

On real tally sheets the box, not the network, is the problem: paper tone, printed rules and strokes of the neighbours
are removed here. Ink is 0 (paper) to 1.
"""

from __future__ import annotations

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
_UMBRAL: Final = 0.16  # ink this dark relative to paper is a stroke

Tinta = npt.NDArray[Any]


@dataclass(frozen=True)
class Recortes:
    """What was cut for one field: digits (n, 28, 28), how much ink each has (mm²), the words' line (32, 272)."""

    cifras: Tinta
    tinta: npt.NDArray[Any]
    letra: Tinta
    tinta_letra: float
    zona: Gris  # the boxes as they are in the picture, for their hash


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
    fondo = cv2.resize(cv2.GaussianBlur(fondo, (0, 0), 3), (zona.shape[1], zona.shape[0])).astype(np.float32)
    return np.clip((fondo - zona) / np.maximum(fondo, 16), 0, 1)


def sin_reglas(tinta: Tinta, verticales: list[float], horizontales: list[float], dentro: tuple[slice, slice]) -> Tinta:
    """Subtract, around each printed rule, the darkness that is common to its whole length."""
    t = tinta.copy()
    r = round(0.65 * PX_MM)
    filas, cols = dentro
    for x in verticales:
        a, b = max(0, round(x) - r), min(t.shape[1], round(x) + r + 1)
        perfil = np.quantile(tinta[filas, a:b], 0.45, axis=0)
        t[:, a:b] -= 1.15 * perfil
    for y in horizontales:
        a, b = max(0, round(y) - r), min(t.shape[0], round(y) + r + 1)
        perfil = np.quantile(tinta[a:b, cols], 0.45, axis=1)
        t[a:b] -= 1.15 * perfil[:, None]
    return np.clip(t, 0, 1)


def aislar(tinta: Tinta, caja: tuple[float, float, float, float]) -> tuple[Tinta, float]:
    """Keep the strokes that belong to the box (x, y, width, height in pixels); also their area in mm²."""
    x, y, w, h = caja
    _, etiquetas, datos, centros = cv2.connectedComponentsWithStats((tinta > _UMBRAL).astype(np.uint8), connectivity=8)
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
    limpia = np.where(propio[etiquetas], tinta, 0).astype(np.float32)
    vecina = cv2.dilate(propio[etiquetas].astype(np.uint8), np.ones((3, 3), np.uint8))
    limpia = np.where(vecina > 0, np.maximum(limpia, np.where(tinta > 0.05, tinta, 0)), 0).astype(np.float32)
    return limpia, float(datos[propio, cv2.CC_STAT_AREA].sum()) / PX_MM**2


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
    t = np.clip(t / max(float(np.quantile(trazo, 0.75)), 0.2), 0, 1)
    f = min(20 / max(t.shape), 20 / (2.2 * PX_MM))
    t = cv2.resize(t, (max(1, round(t.shape[1] * f)), max(1, round(t.shape[0] * f))), interpolation=cv2.INTER_AREA)
    m = cv2.moments(t)
    cx, cy = (m["m10"] / m["m00"], m["m01"] / m["m00"]) if m["m00"] > 0 else (t.shape[1] / 2, t.shape[0] / 2)
    a = np.array([[1, 0, (LADO - 1) / 2 - cx], [0, 1, (LADO - 1) / 2 - cy]], np.float64)
    return np.clip(cv2.warpAffine(t, a, (LADO, LADO), flags=cv2.INTER_LINEAR), 0, 1)


def _letra(rect: Gris, campo: Campo, ajuste: Ajuste) -> tuple[Tinta, float]:
    if campo.letra.ancho <= 0:
        return np.zeros((ALTO_LETRA, ANCHO_LETRA), np.float32), 0.0
    renglon = Caja(campo.letra.x + ajuste.dx, campo.letra.y + ajuste.dy, campo.letra.ancho, campo.letra.alto)
    zona, ox, oy = _zona(rect, renglon, _MARGEN + 0.3)
    tinta = entintado(zona)
    w, h = campo.letra.ancho * PX_MM, campo.letra.alto * PX_MM
    x0, x1 = round(ox - 1.0 * PX_MM), round(ox + w) - 2
    tinta = sin_reglas(tinta, [], [oy + h, oy - 0.8 * PX_MM], (slice(0, 0), slice(max(0, x0), x1)))
    y0, y1 = max(0, round(oy - 0.5 * PX_MM)), min(tinta.shape[0], round(oy + h + 0.9 * PX_MM))
    linea: Tinta = np.where(tinta > 0.06, tinta, 0).astype(np.float32)[y0:y1, max(0, x0) : x1]
    # What is left of rules, folds and shadows is long and flat, or a speck; words are neither.
    _, etiquetas, datos, _ = cv2.connectedComponentsWithStats((linea > _UMBRAL).astype(np.uint8), connectivity=8)
    ancho, alto, area = datos[:, cv2.CC_STAT_WIDTH], datos[:, cv2.CC_STAT_HEIGHT], datos[:, cv2.CC_STAT_AREA]
    propio = (area >= 0.06 * PX_MM**2) & ~((alto < 0.75 * PX_MM) & (ancho > 3 * alto))
    propio[0] = False
    cerca = cv2.dilate(propio[etiquetas].astype(np.uint8), np.ones((3, 3), np.uint8))
    linea = np.where(cerca > 0, linea, 0).astype(np.float32)
    superficie = float(area[propio].sum()) / PX_MM**2
    fuerte = linea[linea > _UMBRAL]
    if fuerte.size:
        linea = np.clip(linea / max(float(np.quantile(fuerte, 0.75)), 0.2), 0, 1)
    f = ALTO_LETRA / linea.shape[0]
    linea = cv2.resize(linea, (min(ANCHO_LETRA, round(linea.shape[1] * f)), ALTO_LETRA), interpolation=cv2.INTER_AREA)
    salida = np.zeros((ALTO_LETRA, ANCHO_LETRA), np.float32)
    salida[:, : linea.shape[1]] = linea
    return salida, superficie


def recortar(rect: Gris, campo: Campo, ajuste: Ajuste) -> Recortes:
    """Cut one field out of a rectified page."""
    cifras, areas = [], []
    cajas = [ajuste.caja(campo, k) for k in range(len(campo.cajas))]
    a, b = cajas[0], cajas[-1]
    zona, ox, oy = _zona(rect, Caja(a.x, a.y, b.x + b.ancho - a.x, a.alto), _MARGEN)
    alto, medio = a.alto * PX_MM, campo.numero.centro[0]
    tinta = entintado(zona)
    reglas = [ox + (medio + ajuste.dx + (x - medio) * ajuste.ex - a.x) * PX_MM for x in campo.verticales]
    dentro = (slice(round(oy) + 3, round(oy + alto) - 2), slice(round(ox) + 3, round(reglas[-1]) - 2))
    limpia = sin_reglas(tinta, reglas, [oy, oy + alto], dentro)
    m = round(_MARGEN * PX_MM)
    for caja in cajas:
        x, ancho = ox + (caja.x - a.x) * PX_MM, caja.ancho * PX_MM
        desde, hasta = max(0, round(x) - m), min(limpia.shape[1], round(x + ancho) + m + 1)
        propia, area = aislar(limpia[:, desde:hasta], (x - desde, oy, ancho, alto))
        cifras.append(encuadrar(propia))
        areas.append(area)
    letra, area_letra = _letra(rect, campo, ajuste)
    return Recortes(np.stack(cifras), np.array(areas), letra, area_letra, zona)

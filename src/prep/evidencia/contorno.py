"""The sheet of paper in a picture, by its contour: a bright quadrilateral on whatever lies around it.

Also a scan that is the page edge to edge, and sheets with a fold, a finger or a cut corner: each side needs to be seen
along most of its length. When unsure, nothing: a wrong contour would cut an acta, no contour only leaves it crooked.
A contour says nothing about which way is up; corners come in the picture's own orientation.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from prep.evidencia.pagina import Gris, Pagina, Puntos, es_hoja
from prep.papel.plantilla import Pliego
from prep.plataforma.opencv import cv2

_CHICA: Final = 900  # pixels of the longer side where candidates are looked for
_FINA: Final = 1800  # and where their sides are measured
_SEGURO: Final = 0.3  # of `Contorno.apoyo`
_AREA_MINIMA: Final = 0.2  # of the picture
_APOYO: Final = 0.55  # of each side must be seen
_ESCALON: Final = 12.0  # levels between the paper and what lies beside it
_CONTRASTE: Final = 0.3  # and as a fraction of the paper's: a fold or the grain of a table make less of a step
_MARGEN: Final = 0.012  # of the sheet, kept around it when it is straightened


@dataclass(frozen=True)
class Contorno:
    """A sheet found. `esquinas`: upper left, upper right, lower right, lower left as they look in the picture, pixels.
    `apoyo`: how surely its worst side was seen, 0-1. `de_frente`: seen without perspective, as a scanner sees."""

    esquinas: Puntos
    apoyo: float
    de_frente: bool

    @property
    def medidas(self) -> tuple[float, float]:
        """Width and height in pixels of the picture, about."""
        lados = np.linalg.norm(np.roll(self.esquinas, -1, axis=0) - self.esquinas, axis=1)
        return float(lados[0] + lados[2]) / 2, float(lados[1] + lados[3]) / 2

    def enderezar(self, imagen: npt.NDArray[Any], largo: int) -> npt.NDArray[Any]:
        """The sheet seen from straight above with a thin margin, `largo` pixels on its longer side; grey or colour."""
        ancho, alto = self.medidas
        m = _MARGEN * max(ancho, alto)
        f = largo / (max(ancho, alto) + 2 * m)
        hoja = np.array([[m, m], [m + ancho, m], [m + ancho, m + alto], [m, m + alto]]) * f
        h = cv2.getPerspectiveTransform(self.esquinas.astype(np.float32), hoja.astype(np.float32))
        talla = round((ancho + 2 * m) * f), round((alto + 2 * m) * f)
        reduce = max(1.0, max(imagen.shape[:2]) / (1.5 * largo))  # what will be shrunk is smoothed first
        suave = cv2.GaussianBlur(imagen, (0, 0), 0.4 * reduce) if reduce > 1.2 else imagen
        return cv2.warpPerspective(suave, h, talla, flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))

    def paginas(self, pliego: Pliego) -> list[Pagina]:
        """Pages of a form that may be this sheet, the picture's own orientation first: usually it and upside down."""
        ancho, alto = self.medidas
        hoja = np.array([[0, 0], [pliego.ancho, 0], [pliego.ancho, pliego.alto], [0, pliego.alto]], np.float32)
        tolerancia = 1.06 if self.de_frente else 1.3
        salida = []
        for cuartos in (0, 1, 3, 2):
            vistas = (ancho, alto) if cuartos % 2 == 0 else (alto, ancho)
            forma = vistas[0] / vistas[1] / (pliego.ancho / pliego.alto)
            if max(forma, 1 / forma) <= tolerancia:
                esquinas = np.roll(self.esquinas, -cuartos, axis=0)
                h = cv2.getPerspectiveTransform(hoja, esquinas.astype(np.float32))
                salida.append(Pagina(h, (), 0.0, pliego))
        return salida


def _reducir(gris: Gris, lado: int) -> tuple[Gris, float]:
    f = min(1.0, lado / max(gris.shape))
    return cv2.resize(gris, None, fx=f, fy=f, interpolation=cv2.INTER_AREA), f


def _candidatos(chica: Gris) -> list[Puntos]:
    """Quadrilaterals around large bright regions at several levels, and around closed edges."""
    suave = cv2.GaussianBlur(chica, (0, 0), 1.5)
    k = max(3, max(chica.shape) // 60) | 1
    nucleo = np.ones((k, k), np.uint8)
    sin_letra = cv2.morphologyEx(suave, cv2.MORPH_CLOSE, nucleo)  # print and handwriting vanish into the paper
    otsu, _ = cv2.threshold(sin_letra, 0, 255, cv2.THRESH_OTSU)
    niveles = {round(otsu * f) for f in (0.8, 0.9, 1.0, 1.1, 1.2)} | {
        round(float(v)) for v in np.quantile(sin_letra, (0.15, 0.3, 0.45))
    }
    mascaras = [(sin_letra > n).astype(np.uint8) for n in sorted(niveles) if 10 < n < 250]
    bordes = cv2.dilate(cv2.Canny(sin_letra, 15, 40), np.ones((3, 3), np.uint8))
    mascaras.append(1 - np.minimum(bordes, 1))
    salida: list[Puntos] = []
    dedo = np.ones((max(chica.shape) // 24,) * 2, np.uint8)  # wider than a finger
    for mascara, quita in product(mascaras, (nucleo, dedo)):
        abierta = cv2.morphologyEx(mascara, cv2.MORPH_OPEN, quita)
        contornos, _ = cv2.findContours(abierta, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for c in contornos:
            casco = cv2.convexHull(c)
            if len(casco) < 4 or cv2.contourArea(casco) < _AREA_MINIMA * chica.size:
                continue
            q = cv2.approxPolyN(casco, 4, ensure_convex=True).reshape(-1, 2).astype(float)
            if len(q) == 4 and all(np.abs(q - otro).max() > 4 for otro in salida):
                salida.append(q)
    return salida


def _ordenar(q: Puntos) -> Puntos:
    """Clockwise from the corner that looks upper left."""
    c = q.mean(0)
    q = q[np.argsort(np.arctan2(q[:, 1] - c[1], q[:, 0] - c[0]))]
    return np.roll(q, -int((q - c).sum(1).argmin()), axis=0)


def _lado(gris: Gris, a: Puntos, b: Puntos) -> tuple[Puntos, Puntos, float] | None:
    """Measure a side from `a` to `b`, the sheet at its right hand: a point and a direction of the line through the
    steps from paper to something darker, and how surely: the fraction of the side where they were seen, times how much
    of a step they are. None when they are seen along less than `_APOYO` of it."""
    diagonal = float(np.hypot(*gris.shape))
    u = (b - a) / np.linalg.norm(b - a)
    fuera = np.array([u[1], -u[0]])
    alcance, banda, tolerancia = 0.025 * diagonal, max(4, round(0.006 * diagonal)), 0.0035 * diagonal
    t = np.linspace(0.03, 0.97, 96)
    d = np.arange(-round(alcance) - banda, round(alcance) + banda + 1)
    xy = a + t[:, None, None] * (b - a) + d[None, :, None] * fuera
    perfil = cv2.remap(
        gris,
        xy[..., 0].astype(np.float32),
        xy[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,  # the picture's own edge is no step
    ).astype(np.float32)
    suma = np.cumsum(np.pad(perfil, ((0, 0), (1, 0))), axis=1)
    medias = (suma[:, banda:] - suma[:, :-banda]) / banda  # mean of [i, i + banda)
    n = len(d) - 2 * banda
    escalon = medias[:, :n] - medias[:, banda + 1 : banda + 1 + n]  # before minus after the pixel at i + banda
    mejor = escalon.argmax(1)
    fuerza = escalon[np.arange(len(t)), mejor]
    puntos = xy[np.arange(len(t)), mejor + banda]
    util = fuerza > _ESCALON
    if util.mean() < _APOYO:
        return None
    s, v = (puntos - a) @ u, (puntos - a) @ fuera
    gana = np.zeros(len(t), bool)
    indices = np.flatnonzero(util)
    for i in indices[:: max(1, len(indices) // 24)]:  # every pair of a few points, deterministic
        for j in indices[:: max(1, len(indices) // 24)]:
            if s[j] - s[i] > 0.25 * np.linalg.norm(b - a):
                recta = v[i] + (s - s[i]) * (v[j] - v[i]) / (s[j] - s[i])
                dentro = util & (np.abs(v - recta) < tolerancia)
                if dentro.sum() > gana.sum():
                    gana = dentro
    for _ in range(2):
        if gana.mean() < 0.8 * _APOYO:
            return None
        m, c = np.polyfit(s[gana], v[gana], 1)
        gana = util & (np.abs(v - (m * s + c)) < tolerancia)
    if gana.mean() < _APOYO:
        return None
    contraste = float(np.median(fuerza[gana] / np.maximum(medias[np.arange(len(t)), mejor][gana], 1)))
    direccion = u + m * fuera
    nota = float(gana.mean()) * min(1.0, contraste / _CONTRASTE)
    return a + c * fuera, direccion / np.linalg.norm(direccion), nota


def _cruce(p: Puntos, u: Puntos, q: Puntos, v: Puntos) -> Puntos:
    t = np.linalg.solve(np.column_stack([u, -v]), q - p)
    return p + t[0] * u


def _afinar(fina: Gris, q: Puntos) -> tuple[Puntos, float] | None:
    """Corners where measured sides meet, and how surely the worst was seen. A side on the picture's own edge counts as
    seen where the paper reaches it."""
    alto, ancho = fina.shape
    marco = ((0.0, 1), (ancho - 1.0, 0), (alto - 1.0, 1), (0.0, 0))
    cerca = 0.012 * float(np.hypot(alto, ancho))
    rectas = []
    for k in range(4):
        a, b = q[k], q[(k + 1) % 4]
        valor, eje = marco[k][0], 1 if k % 2 == 0 else 0
        recta = _lado(fina, a, b)
        if recta is None and max(abs(a[eje] - valor), abs(b[eje] - valor)) < cerca:
            p, u, papel = np.zeros(2), np.zeros(2), _hasta_el_borde(fina, k)
            p[eje], u[1 - eje] = valor, 1.0 if k < 2 else -1.0
            recta = (p, u, papel) if papel >= _APOYO else None
        if recta is None:
            return None
        rectas.append(recta)
    try:
        esquinas = [_cruce(*rectas[k - 1][:2], *rectas[k][:2]) for k in range(4)]
    except np.linalg.LinAlgError:
        return None
    return np.array(esquinas), min(r[2] for r in rectas)


def _hasta_el_borde(fina: Gris, k: int) -> float:
    """How much of an edge of the picture is paper: as bright as the paper near it."""
    tira = np.rot90(fina, k)[: max(8, fina.shape[0] // 40)]
    orilla, papel = tira[:3].max(0).astype(float), np.quantile(tira, 0.8, axis=0)
    cerca = cv2.dilate(papel.reshape(1, -1).astype(np.float32), np.ones((1, 61), np.uint8)).ravel()
    return float((orilla > 0.9 * cerca).mean()) if float(np.median(papel)) > 90 else 0.0


def _angulos(q: Puntos) -> Puntos:
    a, b = np.roll(q, -1, axis=0) - q, np.roll(q, 1, axis=0) - q
    coseno = (a * b).sum(1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
    return np.degrees(np.arccos(np.clip(coseno, -1, 1)))


def _combinar(fina: Gris, candidatos: list[Puntos]) -> list[Puntos]:
    """Quadrilaterals made of the sides surely seen of any candidate (a finger or a fold spoils a side, not the four),
    largest first."""
    alto, ancho = fina.shape
    lados: list[list[tuple[Puntos, Puntos]]] = [[], [], [], []]
    for q in candidatos:
        for k in range(4):
            a, b = q[k], q[(k + 1) % 4]
            recta = _lado(fina, a, b)
            if recta is not None:
                p, u, _ = recta
                extremos = np.array([p + ((a - p) @ u) * u, p + ((b - p) @ u) * u])
                normal = np.array([u[1], -u[0]])
                if all(
                    np.abs((extremos - o) @ np.array([v[1], -v[0]])).max() > 8 or abs(normal @ v) > 0.02
                    for o, v in lados[k]
                ):
                    lados[k].append((p, u))
    marco = np.array([[0, 0], [ancho - 1, 0], [ancho - 1, alto - 1], [0, alto - 1]], float)
    for k in range(4):
        if _hasta_el_borde(fina, k) >= _APOYO:
            lados[k].append((marco[k], (marco[(k + 1) % 4] - marco[k]) / np.linalg.norm(marco[(k + 1) % 4] - marco[k])))
    salida = []
    for rectas in product(*(v[:5] for v in lados)):
        try:
            q = np.array([_cruce(*rectas[k - 1], *rectas[k]) for k in range(4)])
        except np.linalg.LinAlgError:
            continue
        if _posible(q, fina):
            salida.append(q)
    return sorted(salida, key=_superficie, reverse=True)


def _posible(q: Puntos, fina: Gris) -> bool:
    """Whether four corners may be a sheet large enough, nearly all of it in the picture."""
    alto, ancho = fina.shape
    afuera = np.maximum(np.maximum(-q, q - [ancho - 1, alto - 1]), 0).max()
    return (
        es_hoja(q)
        and bool(afuera < 0.02 * max(alto, ancho))
        and _superficie(q) >= _AREA_MINIMA * fina.size
        and bool(np.abs(_angulos(q) - 90).max() <= 35)
    )


def _superficie(q: Puntos) -> float:
    return float(cv2.contourArea(q.astype(np.float32)))


def hallar(gris: Gris) -> Contorno | None:
    """The sheet of a picture, or None when no quadrilateral is surely one.

    The largest of those seen nearly as surely as the best: half a sheet is worse than a sheet and a half.
    """
    chica, f = _reducir(gris, _CHICA)
    fina, g = _reducir(gris, _FINA)
    alto, ancho = fina.shape
    orilla = 0.002 * float(np.hypot(alto, ancho))
    candidatos = [_ordenar((q + 0.5) * (g / f) - 0.5) for q in _candidatos(chica)]
    halladas: list[Contorno] = []
    for q in _combinar(fina, candidatos)[:40]:
        hallada = _afinar(fina, q)
        if hallada is None or not _posible(hallada[0], fina):
            continue
        esquinas, apoyo = hallada
        de_frente = bool(np.abs(_angulos(esquinas) - 90).max() < 1.2)
        toca = any(
            abs(esquinas[k][1 - k % 2] - v) < orilla and abs(esquinas[(k + 1) % 4][1 - k % 2] - v) < orilla
            for k, v in enumerate((0, ancho - 1, alto - 1, 0))
        )
        if toca and not (de_frente and _concuerda(esquinas, inclinacion(gris))):
            continue  # a page cut by the picture's edge, unless it is a scan, as straight as its print
        halladas.append(Contorno((esquinas + 0.5) / g - 0.5, apoyo, de_frente))
    mejor = max((c.apoyo for c in halladas), default=0.0)
    seguras = [c for c in halladas if c.apoyo >= max(0.8 * mejor, _SEGURO)]
    return max(seguras, key=lambda c: _superficie(c.esquinas), default=None)


def _concuerda(esquinas: Puntos, grados: float | None) -> bool:
    """Whether a sheet's upper edge is as level as what is printed on it."""
    dx, dy = esquinas[1] - esquinas[0]
    return grados is not None and abs(float(np.degrees(np.arctan2(dy, dx))) - grados) < 0.5


def _trazos(gris: Gris) -> tuple[Puntos, Puntos]:
    """Long straight strokes of print: how far each turns from level or upright (degrees, -45 to 45), and its length as
    a fraction of the picture's longer side; the third column of the first is whether it lies (1) or stands (0)."""
    chica, _ = _reducir(gris, 1400)
    lineas = cv2.createLineSegmentDetector().detect(chica)[0]
    if lineas is None:
        return np.zeros((0, 2)), np.zeros(0)
    lineas = lineas.reshape(-1, 4)
    d = lineas[:, 2:] - lineas[:, :2]
    largo = np.linalg.norm(d, axis=1) / max(chica.shape)
    angulo = np.degrees(np.arctan2(d[:, 1], d[:, 0]))
    vuelta = (angulo + 45) % 90 - 45
    acostada = (np.abs((angulo + 90) % 180 - 90) < 45).astype(float)
    util = largo > 0.06
    return np.column_stack([vuelta, acostada])[util], largo[util]


def inclinacion(gris: Gris) -> float | None:
    """Degrees, clockwise, by which the printed lines of a page seen from straight above are turned, up to 12; None when
    there are too few, or when they disagree, as in a photograph taken from one side."""
    trazos, largo = _trazos(gris)
    cerca = np.abs(trazos[:, 0]) < 12
    trazos, largo = trazos[cerca], largo[cerca]
    medias = []
    for sentido in (1.0, 0.0):
        v, w = trazos[trazos[:, 1] == sentido, 0], largo[trazos[:, 1] == sentido]
        if w.sum() < (1.5 if sentido else 0.3):
            if sentido:
                return None
            continue
        orden = np.argsort(v)
        medio = float(v[orden][np.searchsorted(np.cumsum(w[orden]), w.sum() / 2)])
        if float(w[np.abs(v - medio) < 0.5].sum()) < 0.6 * float(w.sum()):
            return None
        medias.append(medio)
    return None if max(medias) - min(medias) > 0.6 else float(np.mean(medias))


def hay_hoja(gris: Gris) -> bool:
    """Whether the picture shows a sheet of paper at all, whatever is printed on it."""
    return hallar(gris) is not None or (inclinacion(gris) is not None and float(np.median(gris)) > 110)

"""Corner marks that are plain filled squares, as many forms have. All alike: which is which is told by where they are,
and what geometry cannot tell (upside down) is left to the printed rows."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np

from prep.evidencia.pagina import Gris, Marca, Pagina, Puntos, afinar, esquinas_mm, situar
from prep.papel.plantilla import Pliego
from prep.plataforma.opencv import cv2

_LADO: Final = 2000  # pixels of the longer side where squares are looked for
_CANDIDATOS: Final = 14
_POR_GIRO: Final = 2
_EN_TOTAL: Final = 5
"""Pages offered of those that rest on so many squares: for each way of turning the sheet, and in all."""
_RESIDUO: Final = 0.22  # of a square's side: how far its corners may be from where the other marks put them


def _cuadros(gris: Gris, pliego: Pliego) -> list[Puntos]:
    """Dark filled squares on paper, about as large as they should be: corners clockwise, pixels; most square first."""
    f = min(1.0, _LADO / max(gris.shape))
    chica = cv2.GaussianBlur(cv2.resize(gris, None, fx=f, fy=f, interpolation=cv2.INTER_AREA), (0, 0), 1.0)
    esperado = pliego.marcas[0].ancho * max(chica.shape) / max(pliego.ancho, pliego.alto)
    bloque = max(15, round(3 * esperado)) | 1
    hallados: list[tuple[float, Puntos]] = []
    for c in (12, 30):
        oscura = cv2.adaptiveThreshold(chica, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, bloque, c)
        for limpia in (oscura, cv2.morphologyEx(oscura, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))):
            for contorno in cv2.findContours(limpia, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]:
                lado = float(np.sqrt(cv2.contourArea(contorno)))
                if not 0.35 * esperado < lado < 1.4 * esperado or lado < 8:
                    continue
                q = cv2.approxPolyDP(contorno, 0.12 * cv2.arcLength(contorno, True) / 2, True).reshape(-1, 2)
                if len(q) != 4 or not cv2.isContourConvex(q):
                    continue
                caja = cv2.minAreaRect(contorno)
                w, h = caja[1]
                lleno = lado * lado / max(w * h, 1.0)
                if min(w, h) < 0.6 * max(w, h) or lleno < 0.78 or not _solo(chica, q.astype(float)):
                    continue
                p = (_en_sentido(q.astype(float)) + 0.5) / f - 0.5
                if all(np.linalg.norm(p.mean(0) - o.mean(0)) > 0.5 * lado / f for _, o in hallados):
                    hallados.append((lleno * min(w, h) / max(w, h), p))
    return [p for _, p in sorted(hallados, key=lambda v: -v[0])[:_CANDIDATOS]]


def _en_sentido(q: Puntos) -> Puntos:
    c = q.mean(0)
    return q[np.argsort(np.arctan2(q[:, 1] - c[1], q[:, 0] - c[0]))]


def _solo(chica: Gris, q: Puntos) -> bool:
    """Evenly dark inside, and clear paper all around."""
    c = q.mean(0)

    def aro(f: float) -> Puntos:
        orden = _en_sentido(q)
        lados = [orden[k] + t * (orden[(k + 1) % 4] - orden[k]) for k in range(4) for t in (0.0, 0.25, 0.5, 0.75)]
        xy = c + (np.array(lados) - c) * f
        m = cv2.remap(chica, xy[None, :, 0].astype(np.float32), xy[None, :, 1].astype(np.float32), cv2.INTER_LINEAR)
        return m[0].astype(float)

    dentro, fuera = np.concatenate([aro(0.1), aro(0.45), aro(0.65)]), aro(1.5)
    return float(np.quantile(dentro, 0.95)) < 0.7 * float(np.quantile(fuera, 0.2)) and float(np.ptp(dentro)) < 70


def _ordenada(puntos: Puntos, marca: Puntos, h: Puntos) -> tuple[Puntos, float]:
    """Corners of a square seen, in the order of the mark's, and how far the worst is from where `h` puts it, pixels."""
    p = np.column_stack([marca, np.ones(4)]) @ h.T
    p = p[:, :2] / p[:, 2:]
    giros = [np.roll(puntos, -k, axis=0) for k in range(4)]
    lejos = [float(np.linalg.norm(g - p, axis=1).max()) for g in giros]
    k = int(np.argmin(lejos))
    return giros[k], lejos[k]


def paginas(gris: Gris, pliego: Pliego) -> tuple[list[list[Pagina]], int]:
    """Pages that the squares of a picture allow, and how many squares there are: first those that rest on four, then
    those that rest on three, each list with the best fits of every way of turning the sheet.

    How well squares fit does not say that they are the marks: barcodes and bullets are square too. Whoever asks looks
    for the printed rows in each.
    """
    vistos = _cuadros(gris, pliego)
    mm = [esquinas_mm(m) for m in pliego.marcas]
    centros = np.array([m.mean(0) for m in mm])
    tandas = []
    for cuantas in (4, 3):
        encajes: list[tuple[float, list[Marca]]] = []
        for grupo in combinations(vistos, cuantas):
            medios = np.array([g.mean(0) for g in grupo])
            orden = np.argsort(np.arctan2(*(medios - medios.mean(0)).T[::-1]))
            for marcas in _repartos(cuantas):
                halladas = _encajar([grupo[i] for i in orden], marcas, mm, centros)
                if halladas is not None:
                    encajes.append(halladas)
        tandas.append(_mejores(gris, pliego, sorted(encajes, key=lambda v: v[0])))
    return [t for t in tandas if t], len(vistos)


def _mejores(gris: Gris, pliego: Pliego, encajes: list[tuple[float, list[Marca]]]) -> list[Pagina]:
    salida: list[Pagina] = []
    for _, marcas in encajes:
        pagina = situar(afinar(gris, marcas), pliego)
        if pagina is not None and sum(p.giro == pagina.giro for p in salida) < _POR_GIRO:
            salida.append(pagina)
        if len(salida) == _EN_TOTAL:
            break
    return salida


def _repartos(cuantas: int) -> list[tuple[int, ...]]:
    """Ways of naming squares seen clockwise as marks of the form, which are clockwise too."""
    return [marcas[k:] + marcas[:k] for marcas in combinations(range(4), cuantas) for k in range(cuantas)]


def _encajar(
    grupo: list[Puntos], marcas: tuple[int, ...], mm: list[Puntos], centros: Puntos
) -> tuple[float, list[Marca]] | None:
    """The squares as those marks, and how far their worst corner is from where the others put it, in sides of a square;
    None when they do not fit."""
    medios = np.array([g.mean(0) for g in grupo], np.float32)
    a = centros[list(marcas)].astype(np.float32)
    if cv2.contourArea(medios) < 1 or (len(grupo) == 4 and not cv2.isContourConvex(medios)):
        return None
    if len(grupo) == 4:
        h = cv2.getPerspectiveTransform(a, medios)
    else:  # no perspective yet: it is fitted on the corners, if this is roughly right
        h = np.vstack([cv2.getAffineTransform(a, medios), [0, 0, 1]])
    salida, peor = [], 0.0
    for puntos, m in zip(grupo, marcas, strict=True):
        ordenada, lejos = _ordenada(puntos, mm[m], h)
        peor = max(peor, lejos / float(np.linalg.norm(puntos[0] - puntos[2]) / np.sqrt(2)))
        salida.append(Marca(-1, m, ordenada))
    tope = _RESIDUO * (1 if len(grupo) == 4 else 1.4)
    return (peor, sorted(salida, key=lambda v: v.esquina)) if peor <= tope else None

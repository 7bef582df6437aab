"""One handwritten digit by itself: a crop from anywhere, so that anyone may try other writers on the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from prep.evidencia.pagina import PX_MM, Gris
from prep.lectura.cajas import Tinta, Tono, aislar, alisar, encuadrar, entintado, sin_reglas
from prep.lectura.lector import SEGURO
from prep.lectura.numeral import Calibracion
from prep.lectura.redes import CLASES, Redes, suavizar
from prep.plataforma.opencv import cv2

LADO_MINIMO: Final = 12
_ALTO: Final = 10.0  # mm that the longer side of a crop is taken to be
_PAPEL: Final = 0.3  # of a crop and of its edge, the least that paper is
_RIVAL: Final = 0.5  # what the other way of seeing a crop may say for another digit


@dataclass(frozen=True)
class LecturaCifra:
    """`signo`: one of `CLASES`; `probabilidad` 0-1, not calibrated; `aceptada`: a digit, beyond `SEGURO`."""

    signo: str
    probabilidad: float
    aceptada: bool

    def como_dict(self) -> dict[str, Any]:
        return {"signo": self.signo, "probabilidad": round(self.probabilidad, 6), "aceptada": self.aceptada}


def leer(gris: Gris, redes: Redes, calibracion: Calibracion) -> LecturaCifra:
    """Read a grey crop as one digit box: dark on light or light on dark, with its printed frame or without.

    Of a crop so tight that ink and paper could be either, both ways are read: the likelier digit is taken, and
    accepted only if the other way does not look like another one.
    """
    p = suavizar(redes.digitos(np.stack(preparar(gris))), calibracion.temperatura_cifra)
    k = max((i for i in range(len(p)) if int(p[i].argmax()) < 10), key=lambda i: float(p[i].max()), default=0)
    signo, segura = int(p[k].argmax()), float(p[k].max())
    rival = max((float(np.delete(q[:10], signo).max()) for q in np.delete(p, k, axis=0) if signo < 10), default=0.0)
    return LecturaCifra(CLASES[signo], segura, signo < 10 and segura >= SEGURO and rival < _RIVAL)


def preparar(gris: Gris) -> list[Tinta]:
    """A crop as the network takes it (28, 28), in the one or two ways that it may be; raise `ValueError` when it is
    smaller than `LADO_MINIMO`."""
    if min(gris.shape) < LADO_MINIMO:
        raise ValueError(f"El recorte mide {gris.shape[1]} × {gris.shape[0]} pixeles; hacen falta {LADO_MINIMO}.")
    f = _ALTO * PX_MM / max(gris.shape)
    zona = cv2.resize(gris, None, fx=f, fy=f, interpolation=cv2.INTER_AREA if f < 1 else cv2.INTER_CUBIC)
    orilla = np.concatenate([zona[0], zona[-1], zona[:, 0], zona[:, -1]])
    corte, _ = cv2.threshold(zona, 0, 255, cv2.THRESH_OTSU)
    # Paper is most of it and of its edge; where neither side is most, it may be either.
    oscuro = float((zona <= corte).mean() + (orilla <= corte).mean()) / 2
    return [_preparar(z) for z, parte in ((zona, 1 - oscuro), (255 - zona, oscuro)) if parte > _PAPEL]


def _preparar(zona: Gris) -> Tinta:
    m = round(PX_MM)
    tinta = entintado(zona, nucleo_mm=_ALTO / 2)
    tono = Tono.de([alisar(tinta)])
    tinta = tono.realzar(tinta) if tono.trazo > 2 * tono.papel else tinta  # of nothing, nothing is raised
    tinta = cv2.copyMakeBorder(tinta, m, m, m, m, cv2.BORDER_CONSTANT, value=0)
    alto, ancho = tinta.shape
    verticales, horizontales = _marco(tinta, m)
    caja = (0.0, 0.0, float(ancho), float(alto))
    # One alone, or two that meet, may be strokes: the bar and the stem of a seven cut tight.
    if max(len(verticales), len(horizontales)) == 2:
        tinta = sin_reglas(tinta, verticales, horizontales, (slice(m, alto - m), slice(m, ancho - m)))
        x0 = min((v for v in verticales if v < ancho / 2), default=0.0)
        x1 = max((v for v in verticales if v > ancho / 2), default=float(ancho))
        y0 = min((h for h in horizontales if h < alto / 2), default=0.0)
        y1 = max((h for h in horizontales if h > alto / 2), default=float(alto))
        caja = (x0, y0, x1 - x0, y1 - y0)
    return encuadrar(aislar(tinta, caja)[0])


def _marco(tinta: Tinta, margen: int) -> tuple[list[float], list[float]]:
    """Where the rules of a printed frame are, upright and level: straight, thin, near an edge, nearly as long as it."""
    dentro = tinta[margen:-margen, margen:-margen]
    salida: tuple[list[float], list[float]] = [], []
    for imagen, reglas in ((dentro, salida[0]), (dentro.T, salida[1])):
        largo, ancho = imagen.shape
        if ancho < 0.45 * largo:
            continue  # a tight crop of a tall digit
        lleno = cv2.dilate((imagen > 0.2).astype(np.uint8), np.ones((1, 3), np.uint8)).mean(0)
        banda = round(0.22 * ancho)
        for desde, hasta in ((0, banda), (ancho - banda, ancho)):
            columnas = np.flatnonzero(lleno[desde:hasta] > 0.88)
            if len(columnas) and columnas[-1] - columnas[0] < 0.1 * ancho:
                reglas.append(float(columnas.mean()) + desde + margen)
    return salida

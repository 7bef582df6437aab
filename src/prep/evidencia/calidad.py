"""Measuring a picture: is it sharp, well lit, whole, of enough resolution; with reasons a person understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from prep.evidencia.pagina import PX_MM, Gris, Pagina, achicar
from prep.papel.plantilla import Caja
from prep.plataforma.opencv import cv2

RESOLUCION_MINIMA: Final = 4.5  # px per mm: about 115 dpi
NITIDEZ_MINIMA: Final = 0.35
CONTRASTE_MINIMO: Final = 0.35
TINTA_MINIMA: Final = 0.25
CONSEJOS: Final = {
    "borrosa": "La imagen está movida o fuera de foco: sostenga firme el teléfono y toque la pantalla para enfocar.",
    "oscura": "La imagen está oscura: busque más luz.",
    "deslavada": "Lo impreso casi no se distingue del papel: limpie la lente, evite reflejos y vuelva a tomarla.",
    "tenue": "La tinta se ve muy tenue: acerque una luz pareja o digitalice con más contraste.",
    "quemada": "Hay zonas blancas sin detalle: evite el flash y la luz directa.",
    "sombra": "Una sombra cubre parte del acta: muévase o cambie la luz.",
    "lejos": "El acta se ve chica: acérquese hasta que llene la imagen.",
    "cortada": "Parte del acta queda fuera de la imagen: aléjese un poco.",
    "inclinada": "La imagen está tomada de lado: colóquese encima del acta.",
}


@dataclass(frozen=True)
class Calidad:
    """What was measured. `resolucion`: px per mm of paper. `nitidez`: 0-1, edge contrast of the printed marks. `luz`,
    `luz_minima`: level of the paper, 0-255, at its median and at its darkest twentieth. `contraste`: 0-1, how much
    darker than the paper the print is; `tinta`: the same of what is written, None when that is not known.
    `cobertura`: fraction of the page inside the picture. `motivos`: keys of `CONSEJOS`."""

    resolucion: float
    nitidez: float
    luz: int
    luz_minima: int
    contraste: float
    tinta: float | None
    cobertura: float
    motivos: tuple[str, ...]

    def como_dict(self) -> dict[str, Any]:
        return {
            "resolucion": self.resolucion,
            "nitidez": self.nitidez,
            "luz": self.luz,
            "luz_minima": self.luz_minima,
            "contraste": self.contraste,
            "tinta": self.tinta,
            "cobertura": self.cobertura,
            "motivos": list(self.motivos),
        }


def medir(gris: Gris, pagina: Pagina, rectificada: Gris, tinta: float | None = None) -> Calidad:
    """Quality of a picture whose page was found. `tinta`: how dark what is written is, where it was looked for."""
    alto, ancho = gris.shape
    pliego, hoja = pagina.pliego, pagina.hoja.astype(np.float32)
    area = float(cv2.contourArea(hoja))
    marco = np.array([[0, 0], [ancho, 0], [ancho, alto], [0, alto]], np.float32)
    dentro, _ = cv2.intersectConvexConvex(hoja, marco)
    cobertura = float(dentro) / max(area, 1.0)
    resolucion = float(np.sqrt(area / (pliego.ancho * pliego.alto)))
    # Sharpness: how steep the edges of the black marks are, per mm of paper, relative to their height.
    marcas = [pliego.marcas[m.esquina].crecer(2.0) for m in pagina.marcas] or _impresos(rectificada)
    pendientes, contrastes = [], []
    for m in marcas:
        x, y, lado = round(m.x * PX_MM), round(m.y * PX_MM), round(m.ancho * PX_MM)
        z = rectificada[max(y, 0) : y + lado, max(x, 0) : x + lado].astype(np.float32)
        if z.size:
            negro, blanco = (float(v) for v in np.quantile(z, (0.02, 0.98)))
            alcance = blanco - negro
            contrastes.append(alcance / max(blanco, 1))
            pendientes.append(
                float(np.quantile(np.abs(cv2.Sobel(z, cv2.CV_32F, 1, 0, ksize=3)) / 8, 0.97)) / max(alcance, 20)
            )
    nitidez = min(1.0, float(np.median(pendientes)) / 0.25) if pendientes else 0.0
    chica = achicar(rectificada, 216, 140)
    papel = cv2.dilate(chica, np.ones((5, 5), np.uint8))[8:-8, 8:-8]
    luz, minima = int(np.median(papel)), int(np.quantile(papel, 0.05))
    lados = np.linalg.norm(hoja - np.roll(hoja, -1, axis=0), axis=1)
    contraste = float(np.median(contrastes)) if contrastes else 0.0
    motivos = []
    if nitidez < NITIDEZ_MINIMA:
        motivos.append("borrosa")
    if luz < 70:
        motivos.append("oscura")
    if contraste < CONTRASTE_MINIMO:
        motivos.append("deslavada")
    elif tinta is not None and tinta < TINTA_MINIMA:
        motivos.append("tenue")
    if float((rectificada[::8, ::8] >= 254).mean()) > 0.5 and float((papel >= 254).mean()) > 0.9:
        motivos.append("quemada")
    if minima < 0.45 * luz:
        motivos.append("sombra")
    if resolucion < RESOLUCION_MINIMA:
        motivos.append("lejos")
    if cobertura < 0.985:
        motivos.append("cortada")
    if max(lados[0] / lados[2], lados[2] / lados[0], lados[1] / lados[3], lados[3] / lados[1]) > 1.35:
        motivos.append("inclinada")
    return Calidad(
        round(resolucion, 2),
        round(nitidez, 3),
        luz,
        minima,
        round(contraste, 3),
        None if tinta is None else round(tinta, 3),
        round(cobertura, 4),
        tuple(motivos),
    )


def _impresos(rectificada: Gris) -> list[Caja]:
    """Without marks: the squares of 14 mm with most print on them."""
    lado = round(14 * PX_MM)
    alto, ancho = (v // lado * lado for v in rectificada.shape)
    zonas = rectificada[:alto, :ancho].reshape(alto // lado, lado, ancho // lado, lado).std((1, 3))
    filas, columnas = np.unravel_index(np.argsort(-zonas, axis=None)[:8], zonas.shape)
    return [Caja(14.0 * j, 14.0 * i, 14.0, 14.0) for i, j in zip(filas.tolist(), columnas.tolist(), strict=True)]


_MUESTRA_X: Final = (60 / 431.8, 140 / 431.8, 300 / 431.8, 400 / 431.8)
_MUESTRA_Y: Final = (30 / 279.4, 150 / 279.4, 248 / 279.4)


def es_pantalla(gris: Gris, pagina: Pagina) -> bool:
    """Whether the paper shows the fine regular pattern of a screen (its pixels, or the moiré they make)."""
    w, h = pagina.pliego.ancho, pagina.pliego.alto
    puntos = pagina.en_foto(np.array([[x * w, y * h] for x in _MUESTRA_X for y in _MUESTRA_Y]))
    lado, votos, vistos = 128, 0, 0
    ventana = np.outer(np.hanning(lado), np.hanning(lado))
    f = np.fft.fftfreq(lado)
    radio = np.hypot(*np.meshgrid(f, f))
    util = radio > 0.22
    for x, y in puntos.astype(int):
        z: npt.NDArray[Any] = gris[y - lado // 2 : y + lado // 2, x - lado // 2 : x + lado // 2].astype(np.float32)
        if z.shape != (lado, lado):
            continue
        vistos += 1
        z = (z - cv2.GaussianBlur(z, (0, 0), 3)) * ventana
        espectro = np.abs(np.fft.fft2(z))
        fuera = espectro[util]
        # A pattern is a few sharp peaks far above everything else at high frequency.
        votos += float(fuera.max()) > max(120 * float(np.median(fuera)), 2500.0)
    return vistos > 3 and votos * 2 > vistos

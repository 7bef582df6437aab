"""Photographing a filled acta badly, in steps: scan, mild, medium, hard; and washed out. Deterministic by seed.

The geometry is kept, so an examiner knows where any point of the page fell in the photograph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from prep.laboratorio.llenar import PX_MM, Imagen
from prep.papel.plantilla import ALTO, ANCHO
from prep.plataforma.opencv import cv2

Puntos = npt.NDArray[Any]
NIVELES: Final = ("scan", "mild", "medium", "hard", "washed")


_FRANJA: Final = 16
"""Rows."""


@dataclass(frozen=True)
class Escalon:
    """How bad each thing may get on one step of the ladder. Lengths of the page in mm, of the picture in pixels."""

    esquina: float  # corners move by this fraction of the frame
    giro: float  # degrees
    curva: float  # mm: the sheet is not flat
    pliegues: int
    sombra: float  # darkest part of a cast shadow loses this fraction
    desenfoque: tuple[float, float]  # Gaussian sigma
    movimiento: int  # length of motion blur
    ruido: tuple[float, float]
    jpeg: tuple[int, int]
    color: float  # gain of each channel wanders by this fraction
    dedo: float  # probability of a finger
    recorte: float  # probability of a corner out of the frame
    contraste: tuple[float, float] = (1.0, 1.0)  # what is left of it: haze, glare, a bad copy


ESCALONES: Final = {
    "mild": Escalon(0.025, 3, 1.5, 0, 0.20, (0.5, 0.9), 0, (1.5, 3), (80, 93), 0.05, 0.05, 0.0),
    "medium": Escalon(0.06, 8, 3.0, 2, 0.40, (0.8, 1.5), 4, (3, 6), (60, 80), 0.10, 0.30, 0.02),
    "washed": Escalon(
        0.025, 3, 1.5, 0, 0.20, (0.5, 0.9), 0, (1.5, 3), (80, 93), 0.05, 0.05, 0.0, contraste=(0.14, 0.4)
    ),
    "hard": Escalon(0.10, 14, 5.0, 4, 0.60, (1.5, 2.8), 9, (6, 11), (35, 60), 0.18, 0.60, 0.25),
}


@dataclass(frozen=True)
class Foto:
    """A photograph: JPEG bytes, its size in pixels (width, height) and where the page is in it."""

    jpeg: bytes
    ancho: int
    alto: int
    _homografia: Puntos  # mm of the page (before bending) to pixels
    _ondas: Puntos

    def en_foto(self, mm: Puntos) -> Puntos:
        """Pixels where points of the page (n x 2, mm) are."""
        q = np.asarray(mm, float)
        fijo = q.copy()
        for _ in range(12):
            q = fijo - _desplazar(self._ondas, q)
        h = np.column_stack([q, np.ones(len(q))]) @ self._homografia.T
        return h[:, :2] / h[:, 2:]


def _ondas(e: Escalon, rng: np.random.Generator) -> Puntos:
    """Bends of the sheet: rows of (direction x, direction y, position, width mm, amplitude mm, kind)."""
    filas = []
    for _ in range(2):  # curl: half a wave across the page
        a = rng.uniform(0, 2 * np.pi)
        filas.append(
            [np.cos(a), np.sin(a), rng.uniform(0, 6.28), rng.uniform(250, 600), rng.uniform(0, e.curva) * 0.6, 0]
        )
    for _ in range(int(rng.integers(0, e.pliegues + 1))):  # fold: a crease through the page
        a = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.06)
        centro = np.array([ANCHO, ALTO]) * rng.uniform(0.25, 0.75, 2)
        d = np.array([np.cos(a), np.sin(a)])
        filas.append([d[0], d[1], float(centro @ d), rng.uniform(20, 45), rng.uniform(0.3, 1) * e.curva * 0.45, 1])
    return np.array(filas)


def _desplazar(ondas: Puntos, p: Puntos) -> Puntos:
    """Displacement in mm of points (…, 2) of the flat page."""
    total = np.zeros_like(p)
    for dx, dy, pos, ancho, amplitud, tipo in ondas:
        s = p[..., 0] * dx + p[..., 1] * dy
        if tipo == 0:
            v = amplitud * np.sin(s * (np.pi / ancho) + pos)
            total[..., 0] -= v * dy
            total[..., 1] += v * dx
        else:
            t = (s - pos) / ancho
            v = amplitud * t * np.exp(-0.5 * t * t) * 1.65
            total[..., 0] += v * dx
            total[..., 1] += v * dy
    return total


def _mesa(alto: int, ancho: int, rng: np.random.Generator) -> Imagen:
    """What the sheet lies on: wood, cloth or laminate."""
    base = np.array(
        [(120, 85, 55), (150, 140, 125), (70, 70, 75), (175, 150, 115), (95, 110, 120)][int(rng.integers(5))]
    )
    estira = (3, 60) if rng.random() < 0.6 else (24, 24)
    ph, pw = alto // 4, ancho // 4
    veta = rng.normal(0, 1, (alto // (8 * estira[0]) + 2, ancho // (8 * estira[1]) + 2)).astype(np.float32)
    grano = rng.normal(0, 1, (ph // 2, pw // 2)).astype(np.float32)
    textura = (
        cv2.resize(veta, (pw, ph), interpolation=cv2.INTER_CUBIC) * 14
        + cv2.resize(grano, (pw, ph), interpolation=cv2.INTER_LINEAR) * 4
    )
    mesa = np.clip(textura[:, :, None] + base.astype(np.float32), 0, 255).astype(np.uint8)
    return cv2.resize(mesa, (ancho, alto), interpolation=cv2.INTER_LINEAR)


def _luz(alto: int, ancho: int, e: Escalon, rng: np.random.Generator) -> npt.NDArray[Any]:
    """Illumination at 1/16 of the size (rows, columns, 3), about 1: gradient, lamp, soft shadow, coloured light."""
    ph, pw = alto // 16, ancho // 16
    yy, xx = np.mgrid[0:ph, 0:pw] / np.array([[[ph]], [[pw]]])
    a = rng.uniform(0, 6.28)
    luz = 1 + (np.cos(a) * (xx - 0.5) + np.sin(a) * (yy - 0.5)) * e.sombra * 0.8
    cx, cy = rng.uniform(0, 1, 2)
    luz += 0.25 * e.sombra * (np.exp(-((xx - cx) ** 2 + (yy - cy) ** 2) / 0.15) - 0.3)
    if rng.random() < 0.35 + e.sombra:
        a = rng.uniform(0, 6.28)
        borde = np.cos(a) * (xx - rng.uniform(0.25, 0.75)) + np.sin(a) * (yy - rng.uniform(0.25, 0.75))
        borde += 0.05 * np.sin(xx * rng.uniform(3, 12) + yy * rng.uniform(3, 12))
        luz *= 1 - e.sombra * rng.uniform(0.5, 1) / (1 + np.exp(-borde * rng.uniform(12, 70)))
    luz = luz[:, :, None] * (1 + rng.uniform(-e.color, e.color, 3)) * rng.uniform(0.86, 1.02)
    return luz.astype(np.float32)


def _dedo(foto: Imagen, esquinas: Puntos, rng: np.random.Generator) -> None:
    """A thumb that holds the page by an edge, in place."""
    i = int(rng.integers(4))
    t = rng.uniform(0.04, 0.96)
    p = esquinas[i] * (1 - t) + esquinas[(i + 1) % 4] * t
    hacia = esquinas.mean(0) - p
    hacia /= np.linalg.norm(hacia)
    escala = foto.shape[1] / 4000
    largo, ancho = rng.uniform(280, 420) * escala, rng.uniform(75, 105) * escala
    punta = p + hacia * rng.uniform(60, 150) * escala
    centro = punta - hacia * largo
    angulo = float(np.degrees(np.arctan2(hacia[1], hacia[0])))
    mascara = np.zeros(foto.shape[:2], np.uint8)
    eje = (tuple(map(float, centro)), (float(2 * largo), float(2 * ancho)), angulo)
    cv2.ellipse(mascara, eje, 255, -1, cv2.LINE_AA)
    x0, y0 = np.maximum(np.floor(np.minimum(centro, punta) - largo - 40), 0).astype(int)
    x1, y1 = np.minimum(np.maximum(centro, punta) + largo + 40, [foto.shape[1], foto.shape[0]]).astype(int)
    if x1 - x0 < 8 or y1 - y0 < 8:
        return
    zona, m = foto[y0:y1, x0:x1], mascara[y0:y1, x0:x1]
    sombra = cv2.GaussianBlur(m, (0, 0), 22 * escala).astype(np.float32) / 255
    relieve = cv2.distanceTransform((m > 127).astype(np.uint8), cv2.DIST_L2, 3)
    relieve = np.clip(relieve / (ancho * 0.8), 0, 1) ** 0.5
    piel = np.array([(205, 160, 130), (170, 120, 90), (225, 185, 160), (130, 90, 65)][int(rng.integers(4))], np.float32)
    suave = cv2.GaussianBlur(m, (0, 0), 2.0).astype(np.float32)[:, :, None] / 255
    color = piel * (0.55 + 0.45 * relieve[:, :, None])
    zona[:] = np.clip((zona * (1 - 0.45 * sombra[:, :, None])) * (1 - suave) + color * suave, 0, 255).astype(np.uint8)


def _ruido(foto: Imagen, sigma: float, rng: np.random.Generator) -> Imagen:
    pieza = rng.normal(0, sigma, (512, 512, 3)).astype(np.int16)
    salida = np.empty_like(foto)
    for y in range(0, foto.shape[0], 512):
        for x in range(0, foto.shape[1], 512):
            zona = foto[y : y + 512, x : x + 512]
            salida[y : y + 512, x : x + 512] = cv2.add(zona, pieza[: len(zona), : zona.shape[1]], dtype=cv2.CV_8U)
    return salida


def _mapa(inversa: Puntos, ondas: Puntos, ancho: int, alto: int) -> Sequence[npt.NDArray[Any]]:
    """For each pixel of the picture, the pixel of the page it shows; computed every 8 pixels and interpolated."""
    xs, ys = np.meshgrid(np.linspace(0, ancho - 1, ancho // 8 + 1), np.linspace(0, alto - 1, alto // 8 + 1))
    h = np.stack([xs, ys, np.ones_like(xs)], -1) @ inversa.T
    q = h[..., :2] / h[..., 2:]
    mm = (q + _desplazar(ondas, q)).astype(np.float32) * np.float32(PX_MM)
    # Nodes sit on pixel centres of the first and last row and column, so interpolate with the same convention.
    m = cv2.warpAffine(
        mm,
        np.array([[(mm.shape[1] - 1) / (ancho - 1), 0, 0], [0, (mm.shape[0] - 1) / (alto - 1), 0]], np.float64),
        (ancho, alto),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cv2.split(m)


def fotografiar(pagina: Imagen, nivel: str, rng: np.random.Generator) -> Foto:
    """Photograph (or scan) a page given as RGB at `PX_MM`; raise `KeyError` for an unknown step."""
    if nivel == "scan":
        return _escanear(pagina, rng)
    e = ESCALONES[nivel]
    ancho, alto = (4000, 3000) if nivel != "hard" or rng.random() < 0.6 else (3264, 2448)
    # Corners of the page in the picture.
    ocupa = rng.uniform(0.86, 0.95) if nivel != "hard" else rng.uniform(0.78, 0.97)
    w = ancho * ocupa
    h = w * ALTO / ANCHO
    base = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) / 2
    a = np.radians(np.clip(rng.normal(0, e.giro / 2), -e.giro, e.giro))
    giro = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    esquinas = base @ giro + rng.uniform(-e.esquina, e.esquina, (4, 2)) * ancho * 0.6
    extension = np.abs(esquinas).max(0) / [ancho / 2, alto / 2]
    esquinas *= min(1.0, 0.985 / extension.max())  # the whole page is in the frame…
    esquinas += [ancho / 2, alto / 2]
    if rng.random() < e.recorte:  # … unless the photographer cut it
        i = int(rng.integers(4))
        fuera = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])[i]
        esquinas = (
            (esquinas - [ancho / 2, alto / 2]) * 1.1 + [ancho / 2, alto / 2] + fuera * rng.uniform(0.04, 0.09) * ancho
        )
    mm = np.array([[0, 0], [ANCHO, 0], [ANCHO, ALTO], [0, ALTO]], np.float32)
    homografia = cv2.getPerspectiveTransform(mm, esquinas.astype(np.float32))
    ondas = _ondas(e, rng)
    inversa = np.linalg.inv(homografia)
    mx, my = _mapa(inversa, ondas, ancho, alto)
    papel = cv2.remap(pagina, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    dentro = ((mx > -0.5) & (my > -0.5) & (mx < pagina.shape[1] - 0.5) & (my < pagina.shape[0] - 0.5)).astype(
        np.uint8
    ) * 255
    dentro = cv2.GaussianBlur(dentro, (0, 0), 1.0)
    sombra_hoja = cv2.resize(cv2.GaussianBlur(cv2.resize(dentro, (ancho // 8, alto // 8)), (0, 0), 5), (ancho, alto))
    mesa = cv2.multiply(_mesa(alto, ancho, rng), cv2.merge([255 - sombra_hoja // 3] * 3), scale=1 / 255)
    cv2.copyTo(papel, (dentro > 127).astype(np.uint8), mesa)
    luz = _luz(alto, ancho, e, rng) * _pliegues(ondas, inversa, ancho, alto, rng)[:, :, None]
    luz = cv2.resize(luz, (ancho, alto), interpolation=cv2.INTER_LINEAR)
    foto = cv2.multiply(mesa, luz, dtype=cv2.CV_8U)
    for _ in range(1 + int(rng.random() < 0.3)):
        if rng.random() < e.dedo:
            _dedo(foto, esquinas, rng)
    foto = cv2.GaussianBlur(foto, (0, 0), float(rng.uniform(*e.desenfoque)) * ancho / 4000)
    if e.movimiento and rng.random() < 0.5:
        foto = _mover(foto, int(rng.integers(2, e.movimiento + 1)), rng)
    foto = _ruido(foto, float(rng.uniform(*e.ruido)), rng)
    if e.contraste != (1.0, 1.0):
        f = float(rng.uniform(*e.contraste))
        foto = cv2.convertScaleAbs(foto, alpha=f, beta=(1 - f) * float(rng.uniform(190, 230)))
    u = rng.random()
    cuartos = 0 if e.giro < 5 or u > 0.15 else int(rng.integers(1, 4))
    if cuartos:  # the phone was held the other way
        homografia, foto, ancho, alto = _cuartos(homografia, foto, cuartos)
    return _cerrar(foto, ancho, alto, homografia, ondas, int(rng.integers(*e.jpeg)))


def _pliegues(ondas: Puntos, inversa: Puntos, ancho: int, alto: int, rng: np.random.Generator) -> npt.NDArray[Any]:
    """How folds light up and darken the sheet, at 1/16 of the size."""
    xs, ys = np.meshgrid(np.linspace(0, ancho - 1, ancho // 16), np.linspace(0, alto - 1, alto // 16))
    h = np.stack([xs, ys, np.ones_like(xs)], -1) @ inversa.T
    q = h[..., :2] / h[..., 2:]
    tono = np.ones(xs.shape, np.float32)
    for dx, dy, pos, _, _, tipo in ondas:
        if tipo == 1:
            t = (q[..., 0] * dx + q[..., 1] * dy - pos) / rng.uniform(8, 25)
            tono *= 1 + (rng.uniform(0.05, 0.16) * rng.choice([-1, 1]) * t * np.exp(-np.abs(t)) * 2).astype(np.float32)
            tono *= 1 - (0.12 * np.exp(-((t * 6) ** 2))).astype(np.float32)  # the crease itself
    return tono


def _mover(foto: Imagen, largo: int, rng: np.random.Generator) -> Imagen:
    nucleo = np.zeros((2 * largo + 1, 2 * largo + 1), np.float32)
    a = rng.uniform(0, np.pi)
    d = np.array([np.cos(a), np.sin(a)]) * largo / 2
    cv2.line(
        nucleo, tuple(np.round(largo - d).astype(int).tolist()), tuple(np.round(largo + d).astype(int).tolist()), 1.0
    )
    return cv2.filter2D(foto, -1, nucleo / nucleo.sum())


def _cuartos(homografia: Puntos, foto: Imagen, cuartos: int) -> tuple[Puntos, Imagen, int, int]:
    """Turn the picture by quarters of a turn, clockwise, and the geometry with it."""
    for _ in range(cuartos):
        alto = foto.shape[0]
        foto = cv2.rotate(foto, cv2.ROTATE_90_CLOCKWISE)
        homografia = np.array([[0, -1, alto - 1], [1, 0, 0], [0, 0, 1.0]]) @ homografia
    return homografia, foto, foto.shape[1], foto.shape[0]


def _escanear(pagina: Imagen, rng: np.random.Generator) -> Foto:
    """A document scanner at 200 dpi: slightly turned, light paper grey, faint streaks."""
    px = 200 / 25.4
    ancho, alto = round(ANCHO * px) + 20, round(ALTO * px) + 20
    a = np.radians(rng.normal(0, 0.35))
    m = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) * px
    centro = np.array([ANCHO, ALTO]) / 2
    t = np.array([ancho, alto]) / 2 - m @ centro + rng.uniform(-6, 6, 2)
    homografia = np.array([[*m[0], t[0]], [*m[1], t[1]], [0, 0, 1.0]])
    suave = cv2.GaussianBlur(pagina, (0, 0), 0.7)
    escala = np.diag([1 / PX_MM, 1 / PX_MM, 1.0])
    foto = cv2.warpPerspective(
        suave,
        homografia @ escala,
        (ancho, alto),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(205, 205, 205),
    )
    raya = cv2.GaussianBlur(rng.normal(0, 1.5, (1, ancho)).astype(np.float32), (0, 0), 1.5)
    claridad = rng.uniform(0.95, 1.0)
    for y in range(0, alto, _FRANJA):  # what a strip takes stays in the processor's cache
        franja = foto[y : y + _FRANJA]
        franja[:] = np.clip(franja * claridad + raya[:, :, None], 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        foto = cv2.cvtColor(cv2.cvtColor(foto, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    foto = _ruido(foto, float(rng.uniform(0.5, 2)), rng)
    return _cerrar(foto, ancho, alto, homografia, np.zeros((0, 6)), int(rng.integers(75, 92)))


def _cerrar(foto: Imagen, ancho: int, alto: int, homografia: Puntos, ondas: Puntos, calidad: int) -> Foto:
    bien, jpeg = cv2.imencode(".jpg", cv2.cvtColor(foto, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, calidad])
    assert bien
    return Foto(jpeg.tobytes(), ancho, alto, np.asarray(homografia, float), ondas)


def pantalla(foto: Imagen, rng: np.random.Generator) -> Imagen:
    """The same RGB picture photographed again from a screen: pixel grid, moiré, glow and a dark frame."""
    alto, ancho = foto.shape[:2]
    chica = cv2.resize(foto, (1920, round(1920 * alto / ancho)), interpolation=cv2.INTER_AREA)
    f = ancho * 0.9 / 1920
    grande = cv2.resize(chica, None, fx=f, fy=f, interpolation=cv2.INTER_NEAREST).astype(np.float32)
    xs, ys = np.arange(grande.shape[1]) / f, np.arange(grande.shape[0]) / f
    rejilla = (0.80 + 0.20 * np.cos(2 * np.pi * xs))[None, :] * (0.84 + 0.16 * np.cos(2 * np.pi * ys))[:, None]
    grande *= rejilla[:, :, None].astype(np.float32)
    salida = np.full((alto, ancho, 3), 18, np.float32)
    y0, x0 = (alto - grande.shape[0]) // 2, (ancho - grande.shape[1]) // 2
    salida[y0 : y0 + grande.shape[0], x0 : x0 + grande.shape[1]] = grande * [0.92, 1.0, 1.08] + 12
    giro = cv2.getRotationMatrix2D((ancho / 2, alto / 2), float(rng.normal(0, 1.2)), 0.98)
    return _ruido(cv2.warpAffine(np.clip(salida, 0, 255).astype(np.uint8), giro, (ancho, alto)), 2.0, rng)


def centros(foto: Foto, cajas: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Pixels of points of the page given in mm, to two decimals, for the recorded truth."""
    return [[round(float(v), 2) for v in p] for p in foto.en_foto(np.array(cajas))]

"""The product's own hands: digits, marks and Spanish number words as pen strokes written here, varied per writer.

A glyph is drawn on a grid with y downwards: capital and digit top at 0, top of small letters at 50, baseline at 100,
descenders at 140. A stroke that begins with `~` is a smooth curve through its points; any other is straight lines.
Several ways of writing one glyph are variants; a writer settles on one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from prep.plataforma.opencv import cv2

Puntos = npt.NDArray[Any]

DIGITOS: Final[dict[str, tuple[str, ...]]] = {
    "0": (
        "~38,2 12,14 3,50 12,88 36,99 60,86 68,48 58,12 34,1",
        "~40,4 16,8 4,46 10,84 34,100 58,90 66,52 62,18 42,3 30,6",
        "~36,2 10,20 2,56 16,92 40,98 62,80 66,40 54,8 34,2|8,92 62,8",
        "~58,12 40,0 14,12 4,48 12,88 36,100 60,86 67,50 60,18 50,8",
    ),
    "1": (
        "36,0 33,100",
        "~10,26 24,16 36,0|36,0 35,100",
        "12,24 38,0 36,100|14,100 60,99",
        "~40,0 36,40 34,100",
        "14,30 36,2 36,98",
    ),
    "2": (
        "~6,22 20,3 46,4 58,24 46,52 22,80 4,98|4,98 66,96",
        "~8,20 26,2 50,8 56,30 38,62 8,94 4,88 18,82 40,94 68,94",
        "~4,16 24,2 52,6 60,26 44,56 6,97|~6,97 30,94 64,97",
    ),
    "3": (
        "~6,12 28,0 52,8 54,30 28,46|~28,46 58,54 64,78 44,98 18,98 2,84",
        "6,3 58,3 28,42|~28,42 58,50 64,76 46,98 20,99 3,86",
        "~8,8 34,0 54,14 48,36 26,46 52,52 64,74 50,96 22,100 4,90",
    ),
    "4": (
        "14,2 6,56 66,54|50,18 48,100",
        "44,0 4,64 68,64|46,2 46,100",
        "48,2 4,62 64,60|52,34 48,100",
        "~10,4 8,34 12,54 34,58 58,50|56,2 52,100",
    ),
    "5": (
        "56,3 16,3 12,44|~12,44 40,36 62,56 58,84 34,100 6,90",
        "~14,6 12,26 10,46 34,38 58,50 62,76 42,98 10,94|14,5 60,2",
        "~60,4 34,5 16,4 13,30 10,46 38,40 60,60 54,88 30,100 4,92",
    ),
    "6": (
        "~52,2 28,20 8,56 8,84 30,100 54,92 58,68 40,54 18,60 8,78",
        "~44,0 18,34 4,70 16,96 42,98 58,80 48,60 26,58 8,76",
        "~58,8 34,4 12,34 4,70 18,98 46,98 60,78 46,58 22,60 8,80",
    ),
    "7": (
        "4,6 62,4|~62,4 42,42 26,100",
        "4,6 60,4 28,100|18,52 56,48",
        "4,16 6,4 62,3|~62,3 38,50 30,100",
        "~4,10 30,6 62,5 46,40 24,100|22,54 58,50",
    ),
    "8": (
        "~52,12 30,0 10,14 20,40 46,58 58,80 36,100 10,88 14,64 42,44 56,22 46,6",
        "~34,0 12,12 16,34 34,46 54,32 52,10 34,0|~34,46 8,62 6,86 34,100 60,86 58,62 34,46",
        "~48,8 26,2 10,20 32,46 58,70 48,96 20,98 6,80 26,54 54,26 50,8",
    ),
    "9": (
        "~56,20 36,2 10,14 8,40 30,54 54,40 58,16|~58,16 56,56 50,100",
        "~54,16 30,0 8,16 10,42 34,52 56,34|56,6 54,100",
        "~58,22 42,2 14,8 6,34 24,52 52,38 60,14 58,52 44,92 16,98",
        "~52,10 26,0 8,22 20,48 48,44 57,16 56,60 52,100",
    ),
    "-": ("2,50 66,48", "~4,54 34,46 66,52", "8,44 60,56"),
    "x": ("6,6 62,96|60,6 6,96", "~10,20 36,52 60,86|~58,14 34,54 8,88", "2,26 66,82|64,22 4,84"),
}
"""`-` and `x` are the marks people put in a box to say that nothing goes there."""

_MINUSCULAS: Final[dict[str, tuple[str, ...]]] = {
    "a": (
        "~44,58 24,50 6,66 8,92 26,98 44,82|~44,52 44,84 52,99 60,94",
        "~46,60 28,49 8,62 4,84 18,99 38,90 46,62 46,98",
    ),
    "c": ("~46,60 30,50 10,60 4,80 16,98 36,98 50,88", "~44,58 22,50 6,72 14,96 34,99 48,92"),
    "d": (
        "~42,62 22,50 6,66 8,92 28,98 42,80|~44,4 44,80 50,99 58,94",
        "~44,60 24,52 6,72 14,97 36,94 46,64|46,2 46,98",
    ),
    "e": ("~6,78 30,76 42,66 34,51 16,52 4,74 12,97 34,98 50,86", "~4,80 34,72 40,58 24,49 8,62 6,86 22,99 48,90"),
    "h": ("8,2 8,98|~8,76 22,54 38,54 42,72 42,99", "~4,40 18,8 14,2 8,20 8,98|~8,78 24,54 40,60 40,90 48,99"),
    "i": ("~10,52 10,84 16,99 24,94|10,34 12,38", "10,52 10,98|9,32 14,35"),
    "l": ("~8,60 24,18 18,2 10,18 10,80 18,99 28,92", "10,2 10,98"),
    "m": (
        "6,54 6,98|~6,74 18,54 28,56 30,98|~30,74 44,54 54,58 54,90 62,99",
        "~4,56 8,60 8,98 9,70 20,52 30,62 30,98 32,68 44,52 54,64 54,96",
    ),
    "n": ("6,54 6,98|~6,74 20,54 36,54 40,72 40,99", "~2,60 8,54 8,98 10,74 22,54 36,58 38,88 46,99 52,92"),
    "o": (
        "~28,50 8,58 4,80 18,98 38,94 48,74 38,54 26,50",
        "~34,54 16,50 4,70 12,96 34,98 46,76 38,56 28,52 44,58 56,54",
    ),
    "q": (
        "~44,60 24,50 6,66 8,92 26,98 44,80|44,52 44,138",
        "~46,60 26,50 6,68 12,96 34,94 45,66|~45,52 45,120 54,138 60,124",
    ),
    "r": ("8,54 8,98|~8,76 18,58 30,52 40,56", "~2,62 12,50 16,58 30,56 26,80 30,98 42,92"),
    "s": ("~40,56 24,50 10,58 16,70 34,78 38,92 22,99 4,92", "~4,92 24,50 28,58 34,84 24,99 8,94|~24,98 38,96 46,90"),
    "t": ("~18,14 16,84 24,99 38,92|4,48 38,46", "18,12 18,98|2,46 36,44"),
    "u": ("~6,54 6,84 18,99 36,88 40,56|~40,54 40,86 48,99 54,94", "~4,52 6,86 22,99 38,84 38,52 40,98"),
    "v": ("4,54 22,98 42,54", "~2,60 10,52 18,90 24,98 34,70 36,52 46,58"),
    "y": ("~4,54 8,76 24,84 38,72|~40,54 38,100 28,134 8,130", "4,54 22,92|42,54 10,138"),
    "z": ("~6,54 40,54|40,54 6,97|~6,97 26,94 44,97", "4,54 40,54 6,96 42,96|12,76 34,74"),
}
_MAYUSCULAS: Final[dict[str, tuple[str, ...]]] = {
    "a": ("4,100 30,2 56,100|14,66 46,64", "~4,100 14,50 30,4 44,50 54,100|12,62 48,60"),
    "c": ("~54,16 34,0 10,18 4,54 14,90 36,100 56,86", "~52,10 26,2 6,32 6,70 24,98 54,92"),
    "d": ("8,2 8,99|~4,2 36,6 56,36 52,78 30,98 4,99", "~10,4 10,98 40,92 56,56 46,16 8,2"),
    "e": ("50,3 8,3 8,98 52,97|8,48 42,48", "~52,8 22,2 10,24 30,44 36,46|~34,46 8,60 10,92 32,99 54,90"),
    "h": ("8,2 8,99|50,1 50,98|8,50 50,48",),
    "i": ("20,2 20,98", "20,2 20,98|6,3 34,2|6,98 34,97"),
    "l": ("8,2 8,97 50,97", "~10,2 8,60 10,96 30,98 50,96"),
    "m": ("4,100 10,2 34,64 58,2 64,99", "~2,98 8,40 12,4|12,4 34,70 56,4|~56,4 60,50 64,98"),
    "n": ("6,100 6,2 50,98 50,2", "~6,98 8,40 8,4|8,4 48,96|~48,98 50,50 52,2"),
    "o": ("~32,1 10,16 4,52 14,90 36,99 56,82 60,42 48,8 30,1", "~40,4 14,8 4,48 12,90 36,98 58,80 58,30 42,6 30,4"),
    "q": ("~32,1 10,16 4,52 14,90 36,99 56,82 60,42 48,8 30,1|38,74 64,108",),
    "r": ("8,2 8,99|~4,3 40,2 50,22 36,44 8,48|26,48 54,99", "~10,98 10,6 40,6 46,32 12,50|~12,50 34,70 54,98"),
    "s": ("~50,14 30,0 8,14 14,40 42,56 52,80 32,99 4,88", "~48,10 24,2 8,22 28,46 50,68 40,96 4,92"),
    "t": ("2,3 56,2|30,3 29,99", "~2,6 28,2 58,4|~30,4 30,60 26,98"),
    "u": ("~6,2 6,70 20,98 42,96 52,70 53,2", "~6,4 8,84 30,99 50,84 52,4|52,60 54,98"),
    "v": ("2,2 28,99 54,2",),
    "y": ("4,2 30,48 56,2|30,48 29,99", "~4,2 12,36 34,44 50,30|54,2 34,100"),
    "z": ("6,4 52,3 4,97 54,96", "6,4 52,3 4,97 54,96|14,50 44,48"),
}
_TILDES: Final = {"é": "e", "ó": "o", "í": "i", "á": "a", "ú": "u"}


def _descifrar(dibujo: str) -> list[tuple[bool, Puntos]]:
    trazos = []
    for parte in dibujo.split("|"):
        curva = parte.startswith("~")
        trazos.append((curva, np.array([[float(v) for v in p.split(",")] for p in parte.lstrip("~").split()])))
    return trazos


_GLIFOS: Final = {
    (clase, letra): [_descifrar(v) for v in variantes]
    for clase, tabla in (("digito", DIGITOS), ("minuscula", _MINUSCULAS), ("mayuscula", _MAYUSCULAS))
    for letra, variantes in tabla.items()
}


def curva(p: Puntos, por_tramo: int = 7) -> Puntos:
    """Points of a centripetal-like Catmull-Rom curve through `p` (n x 2)."""
    if len(p) < 3:
        t = np.linspace(0, 1, por_tramo)[:, None]
        return p[0] * (1 - t) + p[-1] * t
    e = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, por_tramo, endpoint=False)[None, :, None]
    p0, p1, p2, p3 = (e[i : len(e) - 3 + i, None, :] for i in range(4))
    q = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    return np.vstack([q.reshape(-1, 2), p[-1]])


@dataclass(frozen=True)
class Trazo:
    """A pen stroke: points in mm (n x 2, x to the right, y downwards) and the pen's width at each, in mm."""

    puntos: Puntos
    ancho: Puntos


@dataclass(frozen=True)
class Escritor:
    """A way of writing. Lengths in mm; angles as the tangent of the slant."""

    inclinacion: float
    anchura: float  # width of a glyph relative to the grid
    tamano: float  # height of a digit relative to the box
    pulso: float  # how far points wander, relative to the height
    prisa: float  # 0 careful, 1 in a hurry: corners are cut
    pluma: float  # mm
    presion: float  # how much the width varies along a stroke, 0-1
    tinta: tuple[int, int, int]  # RGB
    mayusculas: bool
    separacion: float
    constancia: float  # probability of using the habitual variant
    habito: dict[tuple[str, str], int] = field(default_factory=dict, repr=False)


_TINTAS: Final = ((25, 35, 120), (20, 30, 95), (40, 50, 140), (25, 25, 30), (45, 45, 50), (15, 20, 60), (60, 60, 62))


def escritor(rng: np.random.Generator) -> Escritor:
    """Draw a writer."""
    habito = {k: int(rng.integers(len(v))) for k, v in _GLIFOS.items()}
    return Escritor(
        inclinacion=float(rng.normal(0.10, 0.16)),
        anchura=float(rng.uniform(0.75, 1.2)),
        tamano=float(rng.uniform(0.45, 0.88)),
        pulso=float(rng.uniform(0.012, 0.045)),
        prisa=float(rng.uniform(0, 1)),
        pluma=float(rng.uniform(0.3, 0.65)),
        presion=float(rng.uniform(0, 0.35)),
        tinta=_TINTAS[int(rng.integers(len(_TINTAS)))],
        mayusculas=bool(rng.random() < 0.5),
        separacion=float(rng.uniform(0.12, 0.3)),
        constancia=float(rng.uniform(0.8, 1.0)),
        habito=habito,
    )


def _glifo(clase: str, letra: str, e: Escritor, rng: np.random.Generator) -> list[Puntos]:
    """Strokes of a glyph on the grid, with this writer's variation; still without slant or scale."""
    variantes = _GLIFOS[clase, letra]
    habitual = e.habito.get((clase, letra), 0)
    i = habitual if rng.random() < e.constancia else int(rng.integers(len(variantes)))
    salida = []
    # What a hand does to a whole glyph: a small rotation and stretch.
    giro = rng.normal(0, 0.05)
    m = np.array([[np.cos(giro), -np.sin(giro)], [np.sin(giro), np.cos(giro)]]) * rng.normal(1, 0.05, (1, 2))
    for suave, puntos in variantes[i]:
        p = puntos + rng.normal(0, e.pulso * 100, puntos.shape)
        p = (p - [30, 60]) @ m + [30, 60]
        if not suave and len(p) > 2 and e.prisa > 0.5:
            suave = True
            p = np.repeat(p, 2, axis=0)[1:-1] if e.prisa < 0.8 else p
        fino = (
            curva(p)
            if suave
            else np.vstack([a + (b - a) * t for a, b in pairwise(p) for t in (0, 0.35, 0.7)] + [p[-1]])
        )
        salida.append(fino)
    return salida


def trazo(puntos: Puntos, e: Escritor, rng: np.random.Generator, pluma: float) -> Trazo:
    n = len(puntos)
    onda = np.sin(np.linspace(0, rng.uniform(2, 6), n) + rng.uniform(0, 6))
    return Trazo(puntos, pluma * (1 + e.presion * onda * 0.6))


def escribir_digito(
    signo: str, caja: tuple[float, float, float, float], e: Escritor, rng: np.random.Generator
) -> list[Trazo]:
    """Write `0`-`9`, `-` or `x` in a box (x, y, width, height in mm)."""
    x, y, ancho, alto = caja
    h = alto * e.tamano * rng.normal(1, 0.07)
    esc = h / 100
    libre = max(ancho - 0.62 * h * e.anchura, 0.5)
    x0 = x + ancho / 2 - 0.33 * h * e.anchura + rng.normal(0, 0.10) * libre
    y0 = y + (alto - h) * float(np.clip(rng.normal(0.5, 0.2), -0.1, 1.1))
    trazos = []
    for p in _glifo("digito", signo, e, rng):
        q = np.column_stack(
            [
                (p[:, 0] * e.anchura + (100 - p[:, 1]) * e.inclinacion * 0.8 - 20 * e.inclinacion) * esc + x0,
                p[:, 1] * esc + y0,
            ]
        )
        trazos.append(trazo(q, e, rng, e.pluma))
    return trazos


def escribir_texto(
    texto: str, caja: tuple[float, float, float, float], e: Escritor, rng: np.random.Generator
) -> list[Trazo]:
    """Write words on a line (x, y, width, height in mm), shrunk to fit its width."""
    x, y, ancho, alto = caja
    clase = "mayuscula" if e.mayusculas else "minuscula"
    h = alto * rng.uniform(0.5, 0.72) * (0.85 if e.mayusculas else 1.05)
    esc = h / 100
    pluma_x, trazos = 0.0, []
    for letra in texto:
        if letra == " ":
            pluma_x += 34 * rng.normal(1, 0.15)
            continue
        base = _TILDES.get(letra, letra)
        strokes = _glifo(clase, base, e, rng)
        if letra in _TILDES and rng.random() < 0.6:
            alto_tilde = -18 if e.mayusculas else 30
            strokes.append(np.array([[20.0, alto_tilde + 8], [34.0, alto_tilde - 8]]) + rng.normal(0, 3, (2, 2)))
        derecha = max(s[:, 0].max() for s in strokes)
        sube = rng.normal(0, 2.5)
        for p in strokes:
            q = p.copy()
            q[:, 0] = q[:, 0] * e.anchura + pluma_x + (100 - q[:, 1]) * e.inclinacion
            q[:, 1] += sube
            trazos.append(q)
        pluma_x += derecha * e.anchura + 100 * e.separacion * 0.5 * rng.normal(1, 0.2)
    largo = max(pluma_x * esc, 1e-6)
    aprieta = min(1.0, (ancho * 0.96) / largo)
    x0 = x + rng.uniform(0.01, 0.05) * ancho if aprieta == 1.0 else x + 0.02 * ancho
    if aprieta == 1.0:
        x0 += rng.uniform(0, 0.5) * max(ancho * 0.9 - largo, 0) * float(rng.random() < 0.3)
    deriva = rng.normal(0, 0.012)
    y0 = y + alto - h * rng.uniform(1.05, 1.35)
    pluma = e.pluma * (0.9 if aprieta > 0.7 else 0.75)
    return [
        trazo(
            np.column_stack([q[:, 0] * esc * aprieta + x0, q[:, 1] * esc + y0 + q[:, 0] * esc * aprieta * deriva]),
            e,
            rng,
            pluma,
        )
        for q in trazos
    ]


def garabato(caja: tuple[float, float, float, float], e: Escritor, rng: np.random.Generator) -> list[Trazo]:
    """A scribble that hides what was there."""
    x, y, ancho, alto = caja
    n = int(rng.integers(6, 14))
    p = np.column_stack(
        [
            x + ancho * (0.5 + 0.45 * np.where(np.arange(n) % 2, 1, -1) * rng.uniform(0.4, 1, n)),
            y + alto * (0.15 + 0.7 * np.sort(rng.random(n))),
        ]
    )
    return [trazo(curva(p), e, rng, e.pluma * 1.2)]


def garabatear(
    trazos: list[Trazo], forma: tuple[int, int], px_mm: float, origen: tuple[float, float] = (0.0, 0.0)
) -> npt.NDArray[Any]:
    """Ink of some strokes as an image of `forma` (rows, columns): 0 clean, 255 ink; `origen` in mm is its corner."""
    tinta = np.zeros(forma, np.uint8)
    for t in trazos:
        p = np.round((t.puntos - origen) * px_mm * 16).astype(np.int32)
        w = np.maximum(1, np.round(t.ancho * px_mm)).astype(int)
        if np.all(w == w[0]):
            cv2.polylines(tinta, [p[:, None]], False, 255, int(w[0]), cv2.LINE_AA, 4)
        else:
            for a, b, g in zip(p[:-1], p[1:], w[:-1], strict=True):
                cv2.line(tinta, tuple(map(int, a)), tuple(map(int, b)), 255, int(g), cv2.LINE_AA, 4)
    return tinta

"""Other people's writing, for training and examining the reader: a collection of real digits, and typefaces drawn from
people's handwriting, for words (and, as one more variety, for digits).

Neither is in the repository: MNIST has its own site, and the typefaces are free packages of the npm registry, listed in
`entrenamiento/tipos.txt`, that `python -m prep.laboratorio.entrenamiento.tipos CARPETA` brings. A hand that
examines never trains.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from prep.laboratorio.idx import leer_idx
from prep.plataforma.opencv import cv2

Imagen = npt.NDArray[Any]

TIPOS: Final = Path(__file__).parent / "entrenamiento" / "tipos.txt"
"""The typefaces used: what each is for, npm package, version and SHA-256."""

_ENTRENAN: Final = 55_000
"""Of MNIST's training digits; the rest choose and calibrate."""


class Digitos:
    """Handwritten digits by real people: a collection in IDX format, used whole or in part."""

    def __init__(self, imagenes: Imagen, clases: Imagen) -> None:
        self.imagenes = imagenes
        self.de = {str(d): np.flatnonzero(clases == d) for d in range(10)}

    @classmethod
    def abrir(cls, carpeta: Path, parte: str = "train", cuales: slice = slice(None)) -> Digitos:
        """`parte`: `train` for training and calibration, `t10k` only for the examination (other writers)."""
        return cls(
            leer_idx(carpeta / f"{parte}-images-idx3-ubyte.gz")[cuales],
            leer_idx(carpeta / f"{parte}-labels-idx1-ubyte.gz")[cuales],
        )

    def cifra(self, signo: str, alto_px: float, rng: np.random.Generator) -> Imagen:
        """A digit of about `alto_px` pixels high, 0 clean to 255 ink, cropped to its ink."""
        d = self.imagenes[int(rng.choice(self.de[signo]))]
        filas, cols = np.flatnonzero(d.max(1) > 40), np.flatnonzero(d.max(0) > 40)
        d = d[filas[0] : filas[-1] + 1, cols[0] : cols[-1] + 1]
        d = cv2.copyMakeBorder(d, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        f = alto_px / max(d.shape[0], 0.8 * d.shape[1])
        d = cv2.resize(d, None, fx=f, fy=f, interpolation=cv2.INTER_CUBIC).astype(np.float32)
        return np.clip((d - 70) * 255 / 110, 0, 255).astype(np.uint8)  # a pen's edge is sharper than a 28-pixel image


@dataclass(frozen=True)
class Manuscrita:
    """One person's hand on one day: a typeface, and how it leans, spreads, weighs and shakes.

    `peso` in pixels of a glyph 64 pixels high, negative thinner; `caja`: `minuscula`, `inicial` or `mayuscula`.
    """

    archivo: Path
    inclinacion: float
    anchura: float
    peso: float
    temblor: float
    caja: str

    @cached_property
    def _tipo(self) -> ImageFont.FreeTypeFont:
        tipo = ImageFont.truetype(self.archivo, 64)
        # Typefaces fill their body very differently: bring the small letters to one height.
        _, arriba, _, abajo = tipo.getbbox("o")
        return ImageFont.truetype(self.archivo, int(np.clip(64 * 26 / max(abajo - arriba, 8), 40, 160)))

    @cached_property
    def _con_tildes(self) -> bool:
        """Whether it has accents: a typeface without them draws nothing, or the sign for what it lacks."""
        o, falta = (self._tipo.getmask(t) for t in ("ó", "\U0010fffd"))
        return o.getbbox() is not None and (o.size != falta.size or bytes(o) != bytes(falta))

    def _rasgo(self, texto: str) -> Imagen:
        izq, arriba, der, abajo = self._tipo.getbbox(texto)
        lienzo = Image.new("L", (round(der - izq) + 60, round(abajo - arriba) + 60))
        ImageDraw.Draw(lienzo).text((30 - izq, 30 - arriba), texto, font=self._tipo, fill=255)
        return np.array(lienzo)

    def _mover(self, tinta: Imagen, rng: np.random.Generator) -> Imagen:
        """Slant, spread and shake of a drawn text, weight, and a crop to its ink."""
        alto, ancho = tinta.shape
        y, x = np.mgrid[0:alto, 0 : round(ancho * self.anchura)].astype(np.float32)
        ruido = rng.normal(0, 1, (2, 4, max(4, ancho // 40))).astype(np.float32)
        dx, dy = (cv2.resize(r, (x.shape[1], alto), interpolation=cv2.INTER_CUBIC) * self.temblor for r in ruido)
        giro = float(rng.normal(0, 0.01))
        origen = (x / self.anchura + self.inclinacion * (y - alto / 2) + dx, y + giro * (x - ancho / 2) + dy)
        t = cv2.remap(tinta, origen[0], origen[1], cv2.INTER_LINEAR)
        if abs(self.peso) > 0.2:
            k = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
            otro = (cv2.dilate if self.peso > 0 else cv2.erode)(t, k, iterations=2 if self.peso > 1 else 1)
            f = min(abs(self.peso), 1.0)
            t = cv2.addWeighted(otro, f, t, 1 - f, 0)
        filas, cols = np.flatnonzero(t.max(1) > 60), np.flatnonzero(t.max(0) > 60)
        if not len(filas) or not len(cols):
            return np.zeros((8, 8), np.uint8)
        return t[filas[0] : filas[-1] + 1, cols[0] : cols[-1] + 1]

    def cifra(self, signo: str, alto_px: float, rng: np.random.Generator) -> Imagen:
        """A digit of about `alto_px` pixels high, 0 clean to 255 ink, cropped to its ink."""
        t = self._mover(self._rasgo(signo), rng)
        f = alto_px / max(t.shape[0], 0.8 * t.shape[1])
        return cv2.resize(t, None, fx=f, fy=f, interpolation=cv2.INTER_AREA if f < 1 else cv2.INTER_CUBIC)

    def frase(self, texto: str, ancho_px: float, alto_px: float, rng: np.random.Generator) -> Imagen:
        """Words that fit a line of `ancho_px` by `alto_px`, 0 clean to 255 ink, cropped to their ink."""
        if not self._con_tildes or rng.random() < 0.3:
            texto = "".join(c for c in unicodedata.normalize("NFD", texto) if not unicodedata.combining(c))
        texto = {"mayuscula": texto.upper(), "inicial": texto.capitalize()}.get(self.caja, texto)
        if rng.random() < 0.25:
            texto = texto.replace(" ", "  ")
        t = self._mover(self._rasgo(texto), rng)
        alto = alto_px * rng.uniform(0.62, 1.02)
        f = alto / max(t.shape[0], 60)  # words without tall letters are not blown up
        aprieta = min(1.0, ancho_px * 0.97 / (t.shape[1] * f))
        # A long phrase is written narrower, and somewhat smaller.
        alto_final, ancho_final = max(6, round(t.shape[0] * f * aprieta**0.5)), max(6, round(t.shape[1] * f * aprieta))
        return cv2.resize(t, (ancho_final, alto_final), interpolation=cv2.INTER_AREA)


class Manuscritas:
    """Typefaces of one purpose (`entrenamiento`, `validacion`, `examen`) in a folder, one `<name>.woff2` each.

    Raise `ValueError` when one is missing: what was trained or measured with others would not be the same.
    """

    def __init__(self, carpeta: Path, parte: str) -> None:
        lista = [linea.split() for linea in TIPOS.read_text().splitlines() if not linea.startswith("#")]
        self.archivos = [carpeta / f"{nombre}.woff2" for para, nombre, *_ in lista if para == parte]
        if faltan := [a.stem for a in self.archivos if not a.exists()]:
            raise ValueError(f"{carpeta}: faltan {len(faltan)} tipos manuscritos ({faltan[0]}…); vea docs/lectura.md.")

    def mano(self, rng: np.random.Generator) -> Manuscrita:
        """Draw somebody."""
        return Manuscrita(
            self.archivos[int(rng.integers(len(self.archivos)))],
            inclinacion=float(np.clip(rng.normal(0.02, 0.13), -0.35, 0.35)),
            anchura=float(rng.uniform(0.8, 1.25)),
            peso=float(rng.uniform(-0.5, 1.6)),
            temblor=float(rng.uniform(0.3, 2.2)),
            caja=str(rng.choice(["minuscula", "inicial", "mayuscula"], p=[0.35, 0.35, 0.3])),
        )


@dataclass(frozen=True)
class OtrasManos:
    """Other people's writing for one purpose: real digits, and hands for words (our own when None)."""

    digitos: Digitos
    letras: Manuscritas | None = None

    @classmethod
    def de_entrenamiento(cls, mnist: Path, tipos: Path | None) -> OtrasManos:
        """MNIST's first 55,000 training digits and the typefaces for training; `tipos` is their folder."""
        return cls(
            Digitos.abrir(mnist, "train", slice(0, _ENTRENAN)), Manuscritas(tipos, "entrenamiento") if tipos else None
        )

    @classmethod
    def de_calibracion(cls, mnist: Path, tipos: Path) -> OtrasManos:
        """The last 5,000 of MNIST's training digits, which train no network, and the validation typefaces."""
        return cls(Digitos.abrir(mnist, "train", slice(_ENTRENAN, None)), Manuscritas(tipos, "validacion"))

    @classmethod
    def de_examen(cls, mnist: Path, tipos: Path | None) -> OtrasManos:
        """MNIST's test writers and the typefaces that no training saw."""
        return cls(Digitos.abrir(mnist, "t10k"), Manuscritas(tipos, "examen") if tipos else None)

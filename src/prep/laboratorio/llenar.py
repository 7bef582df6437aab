"""Filling an acta by hand, for drills and examinations, with the truth of what was written.

Digits and words come from the product's own hands (`mano`) or from other people's (`otras_manos`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pypdfium2

from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO, Valor
from prep.laboratorio.mano import (
    Escritor,
    Trazo,
    curva,
    escribir_digito,
    escribir_texto,
    escritor,
    garabatear,
    garabato,
    trazo,
)
from prep.laboratorio.otras_manos import Digitos, Manuscrita
from prep.papel.numeros import en_letra
from prep.papel.pdf import pdf_actas
from prep.papel.plantilla import TOTAL_ASENTADO, Caja, Campo, Hoja, Plantilla
from prep.plataforma.opencv import cv2

PX_MM: Final = 10.0
"""Resolution of a filled page, pixels per mm."""

Imagen = npt.NDArray[Any]


@dataclass(frozen=True)
class Escrito:
    """What was written in a field and what it is worth.

    `cifras`: one sign per box: a digit, blank, `-`, `x` or `?` (illegible). `letra`: the words, `""` if none, `"?"` if
    scribbled over. `valor`: what a person following the rules would capture. `caso`: why it is special, or `""`.
    """

    cifras: str
    letra: str
    valor: Valor
    caso: str = ""

    def como_dict(self) -> dict[str, Any]:
        return {**asdict(self), "valor": self.valor if isinstance(self.valor, int) else str(self.valor)}


def votos_al_azar(plantilla: Plantilla, rng: np.random.Generator) -> dict[str, int]:
    """A plausible acta that adds up: every field of the template, by key."""
    lista = int(rng.integers(250, 751))
    sacados = int(lista * rng.uniform(0.35, 0.7))
    votables = [c for c in plantilla.campos if c.tipo != "total"]
    pesos = np.array(
        [
            {"partido": 1.0, "comun": 1.0, "independiente": 0.3, "combinacion": 0.02, "nulos": 0.12}.get(c.tipo, 0.01)
            for c in votables
        ]
    )
    reparto = rng.multinomial(sacados, rng.dirichlet(pesos * 2.0 + 1e-3))
    votos = {c.clave: int(v) for c, v in zip(votables, reparto, strict=True)}
    representantes = int(rng.integers(0, 14))
    votos |= {
        "boletas_sobrantes": lista - sacados + 14,
        "personas_votaron": max(sacados - representantes, 0),
        "representantes_votaron": representantes,
        "suma_votaron": sacados,
        "votos_sacados": sacados,
        TOTAL_ASENTADO: sacados,
    }
    return votos


@dataclass(frozen=True)
class Costumbres:
    """How often the awkward happens; probabilities per field (or per acta for `suma_mal`)."""

    sin_letra: float = 0.04
    sin_numero: float = 0.01
    vacio: float = 0.015
    rayas: float = 0.01  # boxes and words crossed out
    ilegible: float = 0.008
    difieren: float = 0.006  # letters and digits disagree
    sobrescrito: float = 0.012
    sin_ceros: float = 0.25  # probability that a writer leaves leading boxes blank
    guiones: float = 0.15  # probability that a writer fills leading boxes with a dash or cross
    suma_mal: float = 0.08


LIMPIO: Final = Costumbres(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def planear(
    plantilla: Plantilla, votos: dict[str, int], rng: np.random.Generator, costumbres: Costumbres | None = None
) -> dict[str, Escrito]:
    """Decide what will be written in each field."""
    k = costumbres or Costumbres()
    azar = rng.random()
    relleno = " " if azar < k.sin_ceros else (str(rng.choice(["-", "x"])) if azar < k.sin_ceros + k.guiones else "0")
    suma_mal = rng.random() < k.suma_mal
    plan = {}
    for campo in plantilla.campos:
        n = len(campo.cajas)
        v = votos.get(campo.clave, 0)
        if campo.clave == TOTAL_ASENTADO and suma_mal:
            v = max(0, v + int(rng.choice([-10, -2, -1, 1, 2, 10, 100])))
        cifras = str(v).rjust(n, relleno)
        e = Escrito(cifras, en_letra(v), v)
        u = rng.random()
        for caso in ("sin_letra", "sin_numero", "vacio", "rayas", "ilegible", "difieren", "sobrescrito"):
            u -= getattr(k, caso)
            if u < 0:
                e = _especial(e, caso, n, rng)
                break
        plan[campo.clave] = e
    return plan


def _especial(e: Escrito, caso: str, n: int, rng: np.random.Generator) -> Escrito:
    v = int(e.valor) if isinstance(e.valor, int) else 0
    match caso:
        case "sin_letra":
            return replace(e, letra="", caso=caso)
        case "sin_numero":
            return replace(e, cifras=" " * n, caso=caso)
        case "vacio":
            return Escrito(" " * n, "", SIN_DATO, caso)
        case "rayas":
            return Escrito(str(rng.choice(["-", "x"])) * n, "", SIN_DATO, caso)
        case "ilegible":
            return Escrito("?" * n, "?", ILEGIBLE, caso)
        case "difieren":  # the words prevail
            otro = min(999, max(0, v + int(rng.choice([-100, -10, -1, 1, 10, 100]))))
            return Escrito(e.cifras, en_letra(otro), otro, caso if otro != v else "")
        case _:  # one box written over
            i = int(rng.integers(n))
            return replace(e, cifras=e.cifras[:i] + "?" + e.cifras[i + 1 :], caso=caso)


def rasterizar(pdf: bytes, pagina: int = 0, px_mm: float = PX_MM) -> Imagen:
    """A page of one of our own PDFs as RGB."""
    documento = pypdfium2.PdfDocument(pdf)
    try:
        bgr = documento[pagina].render(scale=px_mm * 25.4 / 72).to_numpy()
    finally:
        documento.close()
    return np.ascontiguousarray(bgr[:, :, ::-1])


def entintar(imagen: Imagen, caja: Caja, tinta: Imagen, color: tuple[int, int, int], opacidad: float) -> None:
    """Blend ink (0-255) in place with its upper left corner at `caja`."""
    filas, columnas = np.flatnonzero(tinta.any(1)), np.flatnonzero(tinta.any(0))
    if not len(filas):
        return
    i, j = filas[0], columnas[0]  # around what was written most of it is empty
    tinta = tinta[i : filas[-1] + 1, j : columnas[-1] + 1]
    x, y = round(caja.x * PX_MM) + int(j), round(caja.y * PX_MM) + int(i)
    y0, x0 = max(y, 0), max(x, 0)
    y1, x1 = min(y + tinta.shape[0], imagen.shape[0]), min(x + tinta.shape[1], imagen.shape[1])
    if y1 <= y0 or x1 <= x0:
        return
    a = (tinta[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.float32) * (opacidad / 255))[:, :, None]
    zona = imagen[y0:y1, x0:x1]
    zona[:] = (zona * (1 - a) + np.array(color, np.float32) * a).astype(np.uint8)


@dataclass(frozen=True)
class Tinta:
    """What was written with, as how it differs from a good pen. `opacidad`: range, from sheet to sheet, of how much of
    a pen's darkness it leaves; `desigual`: how much of it comes and goes along the page; `grano`: how much the grain of
    the paper shows through; `borroso`: mm; `gris`: 0 of the pen's colour, 1 grey."""

    opacidad: tuple[float, float]
    desigual: float = 0.0
    grano: float = 0.0
    borroso: float = 0.0
    gris: float = 0.0


TINTAS: Final = {
    "pluma": Tinta((1.0, 1.0)),
    "tenue": Tinta((0.14, 0.40), desigual=0.25),
    "lapiz": Tinta((0.22, 0.50), desigual=0.2, grano=0.5, gris=1.0),
    "copia": Tinta((0.16, 0.42), desigual=0.35, grano=0.15, borroso=0.12),
}
"""A good pen, one that is running dry, pencil, carbon copy."""


def desvanecer(llena: Imagen, vacia: Imagen, tinta: Tinta, rng: np.random.Generator) -> Imagen:
    """The same sheet as if everything on it had been written with another ink. `vacia`: the sheet before."""
    if tinta == TINTAS["pluma"]:
        return llena
    alto, ancho = llena.shape[:2]
    trazo: Imagen = cv2.subtract(vacia, llena, dtype=cv2.CV_32F)
    if tinta.borroso:
        trazo = cv2.GaussianBlur(trazo, (0, 0), tinta.borroso * PX_MM)
    escrito = cv2.inRange(trazo, (0, 0, 0), (0, 0, 0)) == 0  # the rest of the sheet, most of it, is left alone
    fuerza: Imagen = np.full((alto, ancho), rng.uniform(*tinta.opacidad), np.float32)
    if tinta.desigual:
        vaiven = rng.uniform(1 - tinta.desigual, 1 + tinta.desigual, (alto // 250 + 2, ancho // 250 + 2))
        fuerza *= cv2.resize(vaiven.astype(np.float32), (ancho, alto), interpolation=cv2.INTER_CUBIC)
    if tinta.grano:
        pieza = cv2.GaussianBlur(rng.normal(0, 1, (512, 512)).astype(np.float32), (0, 0), 1.0)
        pieza = 1 + tinta.grano * np.clip(pieza / pieza.std(), -2, 2) * 0.5
        fuerza *= np.tile(pieza, (alto // 512 + 1, ancho // 512 + 1))[:alto, :ancho]
    capa = trazo[escrito]
    if tinta.gris:
        capa += tinta.gris * (capa.mean(axis=1, keepdims=True) - capa)
    salida = llena.copy()
    salida[escrito] = np.clip(vacia[escrito] - capa * np.minimum(fuerza[escrito], 1)[:, None], 0, 255).astype(np.uint8)
    return salida


def _trazar(imagen: Imagen, caja: Caja, trazos: list[Trazo], e: Escritor) -> None:
    zona = caja.crecer(4.0)
    forma = (round(zona.alto * PX_MM), round(zona.ancho * PX_MM))
    entintar(imagen, zona, garabatear(trazos, forma, PX_MM, (zona.x, zona.y)), e.tinta, 0.92)


def _rect(c: Caja) -> tuple[float, float, float, float]:
    return c.x, c.y, c.ancho, c.alto


def _cifra(
    imagen: Imagen, signo: str, caja: Caja, e: Escritor, rng: np.random.Generator, cifras: Digitos | Manuscrita | None
) -> None:
    if signo == " ":
        return
    if signo == "?" and rng.random() < 0.3:  # two digits side by side where one is asked for
        for k in range(2):
            mitad = Caja(caja.x + k * caja.ancho / 2, caja.y, caja.ancho / 2, caja.alto)
            _cifra(
                imagen, str(rng.integers(10)), mitad, replace(e, tamano=min(e.tamano, 0.6), anchura=0.8), rng, cifras
            )
        return
    if signo == "?":  # written over: two digits on top of each other, and at times a scribble
        for _ in range(2):
            _cifra(imagen, str(rng.integers(10)), caja, e, rng, cifras)
        if rng.random() < 0.6:
            _trazar(imagen, caja, garabato(_rect(caja), e, rng), e)
        return
    if cifras is not None and signo.isdigit():
        tinta = cifras.cifra(signo, caja.alto * PX_MM * e.tamano * rng.normal(1, 0.06), rng)
        x = caja.x + (caja.ancho - tinta.shape[1] / PX_MM) * float(np.clip(rng.normal(0.5, 0.22), 0, 1))
        y = caja.y + (caja.alto - tinta.shape[0] / PX_MM) * float(np.clip(rng.normal(0.5, 0.22), 0, 1))
        entintar(imagen, Caja(x, y, 0, 0), tinta, e.tinta, 0.92)
        return
    _trazar(imagen, caja, escribir_digito(signo, _rect(caja), e, rng), e)


def _letra(
    imagen: Imagen, texto: str, caja: Caja, e: Escritor, rng: np.random.Generator, letras: Manuscrita | None
) -> None:
    if texto == "?":
        _letra(imagen, en_letra(int(rng.integers(1000))), caja, e, rng, letras)
        for k in range(3):
            parte = Caja(caja.x + k * caja.ancho * 0.3, caja.y, caja.ancho * 0.3, caja.alto)
            _trazar(imagen, caja, garabato(_rect(parte), e, rng), e)
    elif texto and letras is not None:
        tinta = letras.frase(texto, caja.ancho * PX_MM, caja.alto * PX_MM, rng)
        libre = caja.ancho - tinta.shape[1] / PX_MM
        x = caja.x + libre * (float(rng.uniform(0, 0.06)) if rng.random() < 0.8 else float(rng.uniform(0, 0.6)))
        y = caja.y + caja.alto - tinta.shape[0] / PX_MM + float(rng.normal(-0.1, 0.45))
        entintar(imagen, Caja(x, y, 0, 0), tinta, e.tinta, 0.92)
    elif texto:
        _trazar(imagen, caja, escribir_texto(texto, _rect(caja), e, rng), e)


def _firma(imagen: Imagen, caja: Caja, e: Escritor, rng: np.random.Generator) -> None:
    n = int(rng.integers(5, 10))
    x = caja.x + caja.ancho * (np.cumsum(rng.uniform(0.2, 1, n)) / n)
    y = caja.y + caja.alto * (0.5 + 0.42 * rng.uniform(-1, 1, n))
    _trazar(imagen, caja, [trazo(curva(np.column_stack([x, y]), 10), e, rng, e.pluma)], e)


def _sello(imagen: Imagen, caja: Caja, rng: np.random.Generator) -> None:
    """An acopio stamp: two lines in violet ink, turned a little, unevenly inked."""
    alto, ancho = round(caja.alto * PX_MM), round(caja.ancho * PX_MM)
    tinta: Imagen = np.zeros((alto, ancho), np.uint8)
    hora = f"{int(rng.integers(18, 24)):02d}:{int(rng.integers(60)):02d}"
    cv2.rectangle(tinta, (60, 55), (ancho - 60, alto - 20), 255, 5)
    cv2.putText(tinta, "ACOPIO", (100, 125), cv2.FONT_HERSHEY_DUPLEX, 1.9, 255, 5, cv2.LINE_AA)
    cv2.putText(tinta, hora, (400, 190), cv2.FONT_HERSHEY_DUPLEX, 2.0, 255, 5, cv2.LINE_AA)
    giro = cv2.getRotationMatrix2D((ancho / 2, alto / 2), float(rng.normal(0, 4)), 0.9)
    tinta = cv2.warpAffine(tinta, giro, (ancho, alto))
    mancha = cv2.resize(rng.uniform(0.35, 1, (12, 30)).astype(np.float32), (ancho, alto), interpolation=cv2.INTER_CUBIC)
    entintar(imagen, caja, (tinta * np.clip(mancha, 0, 1)).astype(np.uint8), (70, 40, 130), 0.8)


def en_blanco(hoja: Hoja, px_mm: float = PX_MM) -> Imagen:
    """The acta before anybody wrote on it, RGB."""
    return rasterizar(pdf_actas([hoja]), px_mm=px_mm)


def rotular(hoja: Hoja, plan: dict[str, Escrito], px_mm: float) -> Imagen:
    """The acta with the figures of `plan` in their boxes as a machine would type them, RGB; no words, no signatures.
    A small part of what a hand and its photograph cost, and as easy to capture."""
    imagen = en_blanco(hoja, px_mm)
    for campo in hoja.plantilla.campos:
        for signo, caja in zip(plan[campo.clave].cifras, campo.cajas, strict=True):
            for letra in "08" if signo == "?" else signo.strip():  # what cannot be read: one on top of another
                tamano, grueso = caja.alto * px_mm / 34, max(1, round(px_mm / 3))
                (ancho, alto), _ = cv2.getTextSize(letra, cv2.FONT_HERSHEY_DUPLEX, tamano, grueso)
                x, y = (caja.x + caja.ancho / 2) * px_mm - ancho / 2, (caja.y + caja.alto / 2) * px_mm + alto / 2
                donde = round(x), round(y)
                cv2.putText(imagen, letra, donde, cv2.FONT_HERSHEY_DUPLEX, tamano, (25, 30, 90), grueso, cv2.LINE_AA)
    return imagen


def llenar(
    hoja: Hoja,
    plan: dict[str, Escrito],
    rng: np.random.Generator,
    cifras: Digitos | Manuscrita | None = None,
    letras: Manuscrita | None = None,
    mano: Escritor | None = None,
    avance: Callable[[Campo], None] | None = None,
) -> Imagen:
    """The acta as a clean page, RGB at `PX_MM`, with everything in `plan` written on it by one hand.

    `cifras` and `letras`: whose digits and words; our own when None.
    """
    e = mano or escritor(rng)
    imagen = en_blanco(hoja)
    for campo in hoja.plantilla.campos:
        escrito = plan[campo.clave]
        _letra(imagen, escrito.letra, campo.letra, e, rng, letras)
        for signo, caja in zip(escrito.cifras, campo.cajas, strict=True):
            _cifra(imagen, signo, caja, e, rng, cifras)
        if avance is not None:
            avance(campo)
    f = hoja.plantilla.firmas
    for k in range(4):
        _firma(imagen, Caja(f.x + 6 + k * 50.5, f.y + 6, 42, 14), escritor(rng), rng)
    if rng.random() < 0.7:
        _sello(imagen, hoja.plantilla.sello, rng)
    return imagen

"""The form: where every field of an acta is, in millimetres from the upper left corner of the page.

One `Plantilla` per ballot (election and demarcation); one `Hoja` per acta adds who it is. The same objects draw the
page, tell the reader where to look and give the capture desk the crop of the field being typed, so they
cannot disagree.

Four ArUco marks hold the page. Their identifiers come from ranges of their own for each corner, so a mark says which
corner it is; within the range they are chosen by the hash of the clave_acta, so a QR moved to another acta is noticed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from prep.dominio.tabulacion.boleta import Boleta, Recuadro, TipoRecuadro
from prep.papel.marcas import DICCIONARIO, POR_ESQUINA, marcas_de

ANCHO: Final = 431.8
ALTO: Final = 279.4
"""17 x 11 inches, landscape."""

LADO_MARCA: Final = 10.0
MARCAS: Final = ((8.0, 8.0), (413.8, 8.0), (413.8, 261.4), (8.0, 261.4))
"""Upper left corner of each mark: upper left, upper right, lower right, lower left of the page."""

LADO_QR: Final = 30.0
ANCHO_CASILLA: Final = 7.5
LETRA_MAXIMA: Final = 84.0
"""No line for words is longer than this."""

TOTALES: Final = (
    ("boletas_sobrantes", "Boletas sobrantes", "no usadas e inutilizadas"),
    ("personas_votaron", "Personas que votaron", "según la lista nominal y las sentencias del Tribunal"),
    (
        "representantes_votaron",
        "Representantes que votaron",
        "de partidos y candidaturas independientes ante la casilla",
    ),
    ("suma_votaron", "Suma de personas que votaron", "personas más representantes"),
    ("votos_sacados", "Votos sacados de la urna", "de esta elección"),
)
"""Casilla totals in printed order. `suma_votaron` helps whoever fills the paper and is not captured."""
TOTAL_ASENTADO: Final = "total_asentado"


@dataclass(frozen=True, slots=True)
class Caja:
    """A rectangle in mm: left, top, width, height."""

    x: float
    y: float
    ancho: float
    alto: float

    @property
    def centro(self) -> tuple[float, float]:
        return self.x + self.ancho / 2, self.y + self.alto / 2

    def crecer(self, mm: float) -> Caja:
        return Caja(self.x - mm, self.y - mm, self.ancho + 2 * mm, self.alto + 2 * mm)


@dataclass(frozen=True, slots=True)
class Pliego:
    """A sheet of paper and what holds it in a picture: its size and its corner marks, in mm.

    `tipo`: `aruco`; `cuadros`, filled black squares; or `contorno`, the edges of the sheet itself, without marks.
    `marcas`: where each mark is: upper left, upper right, lower right, lower left. `ids`: identifiers of `diccionario`
    (as OpenCV names it) that each of them may have.
    """

    ancho: float
    alto: float
    tipo: str
    marcas: tuple[Caja, ...] = ()
    diccionario: str = ""
    ids: tuple[tuple[int, ...], ...] = ()


PROPIO: Final = Pliego(
    ANCHO,
    ALTO,
    "aruco",
    tuple(Caja(x, y, LADO_MARCA, LADO_MARCA) for x, y in MARCAS),
    DICCIONARIO,
    tuple(tuple(range(e * POR_ESQUINA, (e + 1) * POR_ESQUINA)) for e in range(4)),
)
"""The sheet of every acta printed by this system."""


@dataclass(frozen=True, slots=True)
class Campo:
    """One amount of the acta: its words and its digit boxes, most significant first.

    `tipo` is `total` for casilla totals or the kind of vote box; `captura` says whether the desk asks for it. A `letra`
    without width: the form asks for no words.
    """

    clave: str
    etiqueta: str
    nota: str
    tipo: str
    caja: Caja
    letra: Caja
    cajas: tuple[Caja, ...]
    captura: bool = True

    @property
    def numero(self) -> Caja:
        """All the digit boxes together; on our own forms they touch."""
        a, b = self.cajas[0], self.cajas[-1]
        return Caja(a.x, a.y, b.x + b.ancho - a.x, a.alto)

    @property
    def verticales(self) -> list[float]:
        """Where the upright rules of the boxes are, mm; boxes that touch share one."""
        bordes = [v for c in self.cajas for v in (c.x, c.x + c.ancho)]
        return [v for i, v in enumerate(bordes) if i == 0 or v - bordes[i - 1] > 0.3]


@dataclass(frozen=True, slots=True)
class Forma:
    """What the reader needs to know of a form. `id`: four hexadecimal digits of the hash of its geometry."""

    id: str
    campos: tuple[Campo, ...]
    pliego: Pliego

    @property
    def paso(self) -> float:
        """Distance between the two closest rows of boxes that stand one above the other, mm."""
        return min(self.pasos().values(), default=math.inf)

    def pasos(self) -> dict[str, float]:
        """Distance from each field to the closest one above or below it, mm."""
        numeros = [(c.clave, c.numero) for c in self.campos]
        lados = [(clave, n.x, n.x + n.ancho, n.y + n.alto / 2) for clave, n in numeros]
        return {
            clave: min(
                (abs(y - otra_y) for otra, a, b, otra_y in lados if otra != clave and x0 < b and a < x1),
                default=math.inf,
            )
            for clave, x0, x1, y in lados
        }

    def campo(self, clave: str) -> Campo:
        for c in self.campos:
            if c.clave == clave:
                return c
        raise KeyError(clave)


@dataclass(frozen=True, slots=True)
class Plantilla(Forma):
    """The form of one ballot, printed by this system; its `id` is in the QR."""

    qr: Caja
    identificacion: Caja
    sello: Caja
    firmas: Caja
    incidentes: Caja


@dataclass(frozen=True, slots=True)
class Identificacion:
    """What the header of an acta says, as printed."""

    clave_acta: str
    institucion: str
    proceso: str
    eleccion: str
    entidad: str
    demarcacion: str  # "Distrito 07 Tonalá" or "Municipio 039 Guadalajara"
    municipio: str
    seccion: int
    casilla: str  # "Contigua 2"
    aviso: str = ""  # "SIMULACRO · SIN VALIDEZ OFICIAL"


@dataclass(frozen=True, slots=True)
class Hoja:
    """One acta on paper: form, identification and the content of its QR (empty: the sticker is put on at acopio)."""

    plantilla: Plantilla
    identificacion: Identificacion
    qr: str

    @property
    def marcas(self) -> tuple[int, int, int, int]:
        return marcas_de(self.identificacion.clave_acta)


def etiqueta_recuadro(recuadro: Recuadro) -> str:
    """What the row of a vote box is called on paper."""
    match recuadro.tipo:
        case TipoRecuadro.NO_REGISTRADAS:
            return "Candidaturas no registradas"
        case TipoRecuadro.NULOS:
            return "Votos nulos"
        case TipoRecuadro.COMBINACION | TipoRecuadro.COMUN if recuadro.partidos:
            return " · ".join(recuadro.partidos)
        case _:
            return recuadro.clave.replace("_", " ")


def armar_plantilla(boleta: Boleta, nombres: dict[str, str] | None = None) -> Plantilla:
    """Lay out the form of a ballot; raise `ValueError` when its boxes do not fit the page (more than 52).

    `nombres` replaces the printed name of a box (an independent's name instead of its key).
    """
    nombres = nombres or {}
    campos: list[Campo] = []

    arriba, abajo = 58.0, 230.0
    # Left block: totals, each a label above the words and four boxes at the right.
    x, ancho, paso = 20.0, 114.0, (abajo - arriba) / len(TOTALES)
    for i, (clave, etiqueta, nota) in enumerate(TOTALES):
        y = arriba + i * paso
        alto = min(9.0, paso - 16)
        cy = y + 13.0
        xb = x + ancho - 4 * ANCHO_CASILLA
        campos.append(
            Campo(
                clave,
                etiqueta,
                nota,
                "total",
                Caja(x, y, ancho, paso),
                Caja(x, cy, xb - x - 2, alto),
                tuple(Caja(xb + k * ANCHO_CASILLA, cy, ANCHO_CASILLA, alto) for k in range(4)),
                clave != "suma_votaron",
            )
        )

    # Right block: one row per vote box and the total, in one column or two.
    renglones = len(boleta.recuadros) + 1
    columnas = 1 if renglones <= 18 else 2
    if renglones > 52:
        raise ValueError(f"La boleta tiene {len(boleta.recuadros)} recuadros y en el acta caben 51.")
    por_columna = math.ceil(renglones / columnas)
    izquierda, derecha, hueco = 144.0, 412.0, 6.0
    ancho = (derecha - izquierda - hueco * (columnas - 1)) / columnas
    alto_renglon = min(9.6, (abajo - arriba) / por_columna)
    for i in range(renglones):
        columna, fila = divmod(i, por_columna)
        x, y = izquierda + columna * (ancho + hueco), arriba + fila * alto_renglon
        ultimo = i == renglones - 1
        cifras = 4 if ultimo else 3
        xb = x + ancho - cifras * ANCHO_CASILLA - 1
        ancho_etiqueta = 34.0 if columnas == 2 else ancho - 4 * ANCHO_CASILLA - LETRA_MAXIMA - 3
        alto = alto_renglon - 0.8
        letra = Caja(x + ancho_etiqueta, y + 0.4, xb - x - ancho_etiqueta - 1.5, alto)
        cajas = tuple(Caja(xb + k * ANCHO_CASILLA, y + 0.4, ANCHO_CASILLA, alto) for k in range(cifras))
        caja = Caja(x, y, ancho, alto_renglon)
        if ultimo:
            campos.append(Campo(TOTAL_ASENTADO, "TOTAL", "", "total", caja, letra, cajas))
        else:
            r = boleta.recuadros[i]
            campos.append(
                Campo(r.clave, nombres.get(r.clave, etiqueta_recuadro(r)), "", str(r.tipo), caja, letra, cajas)
            )

    qr = Caja(26.0, 9.0, LADO_QR, LADO_QR)
    geometria = repr([(c.clave, c.caja, c.letra, c.cajas) for c in campos])
    return Plantilla(
        id=sha256(geometria.encode()).hexdigest()[:4].upper(),
        campos=tuple(campos),
        pliego=PROPIO,
        qr=qr,
        identificacion=Caja(64, 26, 344, 20),
        sello=Caja(336, 236, 72, 24),
        firmas=Caja(22, 236, 206, 24),
        incidentes=Caja(232, 236, 100, 24),
    )

"""Charts of the report, drawn once: as SVG for its page and on its PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final

from prep.portal.curvas import horas_redondas, segundos_de, separar

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

ANCHA: Final = 760
ANGOSTA: Final = 400
RENGLON: Final = 26
_LETRA: Final = 7
"""What a letter takes across."""
COLORES: Final = {
    "l0": (0.043, 0.361, 0.541),
    "l1": (0.086, 0.094, 0.114),
    "l2": (0.45, 0.47, 0.5),
    "l3": (0.612, 0.184, 0.0),
    "bien": (0.11, 0.42, 0.235),
    "mal": (0.612, 0.184, 0.0),
    "eje": (0.86, 0.86, 0.84),
    "marca": (0.34, 0.36, 0.4),
    "nombre": (0.086, 0.094, 0.114),
}
"""On paper; the page has them in its style, by the same names."""
GUIONES: Final = {"l1": (7, 4), "l2": (2, 4), "l3": (10, 3, 2, 3)}
Punto = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Forma:
    """`linea` through points, `barra` from a corner to another, `punto` with a radius, or `texto` at a place."""

    tipo: str
    clase: str
    puntos: tuple[Punto, ...]
    texto: str = ""
    ancla: str = "start"


@dataclass(slots=True)
class Lamina:
    """A drawing. `dice`: what it shows, for whoever does not see it."""

    ancho: int
    alto: int
    dice: str
    formas: list[_Forma] = field(default_factory=list)

    def linea(self, clase: str, *puntos: Punto) -> None:
        self.formas.append(_Forma("linea", clase, puntos))

    def barra(self, clase: str, x: int, y: int, ancho: int, alto: int) -> None:
        self.formas.append(_Forma("barra", clase, ((x, y), (x + ancho, y + alto))))

    def punto(self, clase: str, x: int, y: int, radio: int) -> None:
        self.formas.append(_Forma("punto", clase, ((x, y), (radio, radio))))

    def texto(self, clase: str, x: int, y: int, texto: str, ancla: str = "start") -> None:
        self.formas.append(_Forma("texto", clase, ((x, y),), texto, ancla))

    def svg(self, clase: str) -> str:
        dentro = "".join(map(_svg, self.formas))
        marco = f'viewBox="0 0 {self.ancho} {self.alto}" role="img" aria-label="{escape(self.dice)}"'
        return f'<svg class="{clase}" {marco}>{dentro}</svg>'

    def pintar(self, lienzo: Canvas, x: float, y: float, ancho: float) -> None:
        """On a PDF, with its lower left corner there."""
        lienzo.translate(x, y)
        lienzo.scale(ancho / self.ancho, ancho / self.ancho)
        for forma in self.formas:
            _pdf(lienzo, forma, self.alto)


def _svg(f: _Forma) -> str:
    (x, y), *resto = f.puntos
    if f.tipo == "linea":
        return f'<polyline class="{f.clase}" points="{" ".join(f"{a},{b}" for a, b in f.puntos)}"/>'
    if f.tipo == "barra":
        return f'<rect class="{f.clase}" x="{x}" y="{y}" width="{resto[0][0] - x}" height="{resto[0][1] - y}" rx="2"/>'
    if f.tipo == "punto":
        return f'<circle class="{f.clase}" cx="{x}" cy="{y}" r="{resto[0][0]}"/>'
    return f'<text class="{f.clase}" x="{x}" y="{y}" text-anchor="{f.ancla}">{escape(f.texto)}</text>'


def _pdf(c: Canvas, f: _Forma, alto: int) -> None:
    from prep.papel.documento import LETRA

    color = COLORES[f.clase]
    (x, y), *resto = f.puntos
    if f.tipo == "linea":
        c.setStrokeColorRGB(*color)
        c.setLineWidth(1 if f.clase == "eje" else 2.4)
        c.setDash(*GUIONES.get(f.clase, ()))
        camino = c.beginPath()
        camino.moveTo(x, alto - y)
        for a, b in resto:
            camino.lineTo(a, alto - b)
        c.drawPath(camino, stroke=1, fill=0)
        c.setDash()
        return
    c.setFillColorRGB(*color)
    if f.tipo == "barra":
        c.rect(x, alto - resto[0][1], resto[0][0] - x, resto[0][1] - y, stroke=0, fill=1)
    elif f.tipo == "punto":
        c.circle(x, alto - y, resto[0][0], stroke=0, fill=1)
    else:
        c.setFont(LETRA, 12)
        dibujar = {"start": c.drawString, "end": c.drawRightString, "middle": c.drawCentredString}[f.ancla]
        dibujar(x, alto - y, f.texto)


@dataclass(frozen=True, slots=True)
class Serie:
    """A line of parts per million, one value an hour."""

    nombre: str
    valores: Sequence[int]


def progreso(series: Sequence[Serie], horas: Sequence[str], dice: str, ancho: int = ANCHA) -> Lamina:
    """Parts per million against the hour; names at the end of each line. Nothing is drawn outside: cortes of the same
    second are all at its end, and more than all is all."""
    angosta = ancho < ANCHA
    arriba, derecha, abajo, izquierda = 12, 118 if angosta else 170, 28, 48
    alto = 260 if angosta else 300
    lamina = Lamina(ancho, alto, dice)
    util, fondo = ancho - izquierda - derecha, alto - abajo
    segundos = segundos_de(horas)
    a_lo_ancho = _escala(min(segundos), max(segundos), util)

    def donde(segundo: int, valor: int) -> Punto:
        return izquierda + a_lo_ancho(segundo), fondo - min(valor, 1_000_000) * (fondo - arriba) // 1_000_000

    for v in range(0, 1_000_001, 200_000):
        _, y = donde(segundos[0], v)
        lamina.linea("eje", (izquierda, y), (izquierda + util, y))
        lamina.texto("marca", izquierda - 7, y + 4, f"{v // 10_000} %", "end")
    for segundo, texto in horas_redondas(horas, 4 if angosta else 9):
        lamina.texto("marca", donde(segundo, 0)[0], alto - 8, texto, "middle")
    finales = separar([donde(segundos[-1], s.valores[-1])[1] for s in series], arriba + 8, fondo, 17)
    for i, (s, y) in enumerate(zip(series, finales, strict=True)):
        clase = f"l{i % 4}"
        lamina.linea(clase, *(donde(t, v) for t, v in zip(segundos, s.valores, strict=True)))
        lamina.punto(clase, *donde(segundos[-1], s.valores[-1]), 4)
        lamina.texto("nombre", izquierda + util + 10, y + 4, _corto(s.nombre, 17 if angosta else 25))
    return lamina


@dataclass(frozen=True, slots=True)
class Rango:
    """A row: from where a tenth was, through the half, to nine tenths. `nota`: what is said at its end."""

    nombre: str
    desde: int
    medio: int
    hasta: int
    nota: str


def rangos(
    filas: Sequence[Rango],
    entre: tuple[int, int],
    marcas: Sequence[tuple[int, str]],
    dice: str,
    ancho: int = ANCHA,
) -> Lamina:
    """A bar a row, with its half marked, over an axis that goes from one end of `entre` to the other."""
    angosta = ancho < ANCHA
    izquierda, derecha = (162, 96) if angosta else (232, 110)
    util, alto = ancho - izquierda - derecha, len(filas) * RENGLON + 34
    lamina = Lamina(ancho, alto, dice)
    a_lo_ancho = _escala(*entre, util)

    def x(valor: int) -> int:
        return izquierda + a_lo_ancho(valor)

    for valor, _ in marcas:
        lamina.linea("eje", (x(valor), 6), (x(valor), alto - 24))
    una_de_cada = -(-sum(_LETRA * (len(texto) + 1) for _, texto in marcas) // util)
    for valor, texto in marcas[::una_de_cada]:
        lamina.texto("marca", x(valor), alto - 8, texto, "middle")
    for i, f in enumerate(filas):
        y = 8 + i * RENGLON
        lamina.texto("nombre", izquierda - 10, y + 15, _corto(f.nombre, (izquierda - 10) // _LETRA), "end")
        inicio = min(x(f.desde), izquierda + util - 2)
        lamina.barra("l0", inicio, y + 6, max(2, x(f.hasta) - inicio), 9)
        lamina.barra("l1", x(f.medio) - 1, y + 2, 3, 17)
        lamina.texto("marca", izquierda + util + 9, y + 15, f.nota)
    return lamina


def barras(filas: Sequence[tuple[str, int, str, str]], dice: str, ancho: int = ANCHA) -> Lamina:
    """Name, parts per million, what to say and class of each bar."""
    angosta = ancho < ANCHA
    izquierda, derecha = (162, 96) if angosta else (232, 110)
    util = ancho - izquierda - derecha
    lamina = Lamina(ancho, len(filas) * RENGLON + 10, dice)
    for i, (nombre, parte, nota, clase) in enumerate(filas):
        y = 5 + i * RENGLON
        lamina.texto("nombre", izquierda - 10, y + 15, _corto(nombre, (izquierda - 10) // _LETRA), "end")
        lamina.barra("eje", izquierda, y + 3, util, 15)
        if parte:
            lamina.barra(clase, izquierda, y + 3, max(2, min(parte, 1_000_000) * util // 1_000_000), 15)
        lamina.texto("marca", izquierda + util + 9, y + 15, nota)
    return lamina


def _escala(desde: int, hasta: int, util: int) -> Callable[[int], int]:
    """Where a value falls along `util`; all of it where both ends are one, and never outside."""

    def donde(valor: int) -> int:
        return (min(max(valor, desde), hasta) - desde) * util // (hasta - desde) if hasta > desde else util

    return donde


def _corto(nombre: str, letras: int) -> str:
    return nombre if len(nombre) <= letras else nombre[: letras - 1].rstrip() + "…"

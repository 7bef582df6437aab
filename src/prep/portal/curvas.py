"""Line charts of the night as SVG, drawn when the corte is made: they read with scripts off. Each has its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Final


@dataclass(frozen=True, slots=True)
class Lienzo:
    """A size a chart is drawn in; the style sheet shows the one that suits the screen."""

    clase: str
    ancho: int
    alto: int
    margen: tuple[int, int, int, int]  # top, right, bottom, left
    letras: int  # room for names at the right
    renglon: int  # from a name to the next
    marcas: int  # hours on the axis, at most


LIENZOS: Final = (
    Lienzo("ancha", 1160, 380, (14, 190, 30, 48), 24, 17, 10),
    Lienzo("angosta", 480, 360, (14, 152, 34, 58), 14, 23, 4),
)


@dataclass(frozen=True, slots=True)
class Serie:
    """A line: its name, its colour class and its values, percentage × 10,000."""

    nombre: str
    clase: str
    valores: Sequence[int]


def _corto(nombre: str, letras: int) -> str:
    """What fits where `letras` small ones do; capitals are a quarter wider. Of parties, only whole ones; the number
    of an independent, which tells one from another, stays."""
    cuartos, (antes, _, numero) = 0, nombre.rpartition(" ")
    for caben, letra in enumerate(nombre):
        cuartos += 5 if letra.isupper() else 4
        if cuartos > 4 * letras:
            if antes and numero.isdecimal():
                return f"{_corto(antes, letras - len(numero) - 1)} {numero}"
            enteras = nombre[: caben + 2].rpartition(" · ")[0]
            return (enteras or nombre[: caben - 1].rstrip()) + "…"
    return nombre


def segundos_de(horas: Sequence[str]) -> list[int]:
    """Of each hour (ISO 8601), its second on an axis."""
    return [int(datetime.fromisoformat(h).timestamp()) for h in horas]


def grafica(series: Sequence[Serie], horas: Sequence[str], titulo: str, tope: int = 1_000_000) -> str:
    """Values from 0 to `tope` (percentage × 10,000) against time; names at the end of each line, never overlapping.

    Drawn once for each size of screen, so that nobody has to scroll sideways to the last hour.
    """
    return "".join(_dibujo(lienzo, series, horas, titulo, tope) for lienzo in LIENZOS)


def _dibujo(lienzo: Lienzo, series: Sequence[Serie], horas: Sequence[str], titulo: str, tope: int) -> str:
    arriba, derecha, abajo, izquierda = lienzo.margen
    ancho, alto = lienzo.ancho - izquierda - derecha, lienzo.alto - arriba - abajo
    fin = lienzo.ancho - derecha
    tiempos = segundos_de(horas)
    desde, hasta = tiempos[0], tiempos[-1]
    largo = max(1, hasta - desde)
    xs = [izquierda + (s - desde) * ancho // largo for s in tiempos]

    def y(v: int) -> int:
        return arriba + alto - v * alto // tope

    partes = []
    paso = 200_000 if tope > 500_000 else 100_000
    for v in range(0, tope + 1, paso):
        partes.append(
            f'<path class="eje" d="M{izquierda} {y(v)}H{fin}"/>'
            f'<text class="marca" x="{izquierda - 6}" y="{y(v) + 4}" text-anchor="end">{v // 10_000} %</text>'
        )
    for segundo, texto in horas_redondas(horas, lienzo.marcas):
        x = izquierda + (segundo - desde) * ancho // largo
        partes.append(f'<text class="marca" x="{x}" y="{lienzo.alto - 8}" text-anchor="middle">{texto}</text>')
    finales = separar([y(s.valores[-1]) for s in series], arriba + 8, arriba + alto, lienzo.renglon)
    for s, yf in zip(series, finales, strict=True):
        puntos = " ".join(f"{x},{y(v)}" for x, v in zip(xs, s.valores, strict=True))
        partes.append(f'<polyline class="linea {s.clase}" points="{puntos}"/>')
        partes.append(f'<circle class="{s.clase}" cx="{xs[-1]}" cy="{y(s.valores[-1])}" r="3.5"/>')
        partes.append(
            f'<text class="fin" x="{xs[-1] + 9}" y="{yf + 4}">{escape(_corto(s.nombre, lienzo.letras))}</text>'
        )
    marco = f'viewBox="0 0 {lienzo.ancho} {lienzo.alto}" role="img" aria-label="{escape(titulo)}"'
    return f'<svg class="curva {lienzo.clase}" {marco}>{"".join(partes)}</svg>'


def recorrido(valores: Sequence[int], total: int) -> str:
    """A small line from 0 to total, without words: the row that holds it says them."""
    if len(valores) > 25:
        salto = len(valores) / 24
        valores = [valores[int(i * salto)] for i in range(24)] + [valores[-1]]
    n = max(1, len(valores) - 1)
    puntos = " ".join(f"{i * 120 // n},{22 - v * 20 // total if total else 22}" for i, v in enumerate(valores))
    return (
        '<svg class="recorrido" viewBox="0 0 120 24" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="eje" d="M0 2H120M0 22H120"/><polyline class="linea" points="{puntos}"/></svg>'
    )


_PASOS: Final = (*(1, 2, 5, 10, 15, 30), *(60 * m for m in (1, 2, 5, 15, 30, 60, 120, 180, 240, 360)))
"""Seconds from a mark to the next, so that all are round."""


def horas_redondas(horas: Sequence[str], cuantas: int) -> list[tuple[int, str]]:
    """Round hours inside the night, at most `cuantas` and one more: the second of each on the axis, and as `21:00`, or
    `21:00:30` in a drill that lasts minutes, where one takes more room."""
    inicio, fin = segundos_de([horas[0], horas[-1]])
    paso = next((p for p in _PASOS if (fin - inicio) // p <= (cuantas if p >= 60 else cuantas * 2 // 3)), _PASOS[-1])
    primera = datetime.fromisoformat(horas[0])
    desfase = int((primera.utcoffset() or timedelta()).total_seconds())
    marcas = []
    for segundo in range(inicio + -(inicio + desfase) % paso, fin + 1, paso):
        local = (segundo + desfase) % 86_400
        texto = f"{local // 3600:02d}:{local // 60 % 60:02d}"
        marcas.append((segundo, texto if paso >= 60 else f"{texto}:{local % 60:02d}"))
    return marcas


def separar(ys: Sequence[int], minimo: int, maximo: int, gap: int = 16) -> list[int]:
    """Move labels apart, keeping their order, inside the chart."""
    orden = sorted(range(len(ys)), key=lambda i: ys[i])
    puestos: dict[int, int] = {}
    anterior = minimo - gap
    for i in orden:
        puestos[i] = max(ys[i], anterior + gap)
        anterior = puestos[i]
    limite = maximo + gap
    for i in reversed(orden):
        puestos[i] = min(puestos[i], limite - gap)
        limite = puestos[i]
    return [puestos[i] for i in range(len(ys))]

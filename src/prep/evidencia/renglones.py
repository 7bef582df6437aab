"""Where each row of boxes really is on a sheet that is not flat.

Rows that stand one above the other are a column, and a column bends as one: of all the ways its rows could lie,
the one is taken where most printed rules are seen and the sheet bends least. From there each row is measured by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from prep.evidencia.pagina import PX_MM, Gris, Puntos
from prep.papel.plantilla import Caja, Campo, Forma, Plantilla
from prep.plataforma.opencv import cv2

BUSCA: Final = 3.4
"""How far to each side the boxes of a row are looked for from where they are expected, mm."""
SUBE: Final = 8.0
"""The same up and down; less where rows are close together."""
AFINA: Final = 0.9
"""How far a row may be from where its column puts it, mm, when it is measured to a fraction of a pixel."""
DUDA: Final = 0.25
"""A row so much of the way to the next one from where what is around it puts it may as well be that one."""
DOBLEZ: Final = 0.15
"""How much a sheet moves out of its place, mm per mm, beside a fold."""
HOLGURA: Final = 0.6
"""What may be off between two rows that touch, mm."""
VISTO: Final = 0.15
"""A row seen less clearly than this (`Ajuste.claridad`) was not seen."""
VISTO_A_FONDO: Final = 0.22
"""The same where it was looked at harder, which makes more of everything."""


@dataclass(frozen=True)
class Ajuste:
    """Where a field's boxes are relative to the homography: shift in mm and stretch about the middle of the boxes, and
    how clearly they were seen (0-1)."""

    dx: float
    dy: float
    ex: float = 1.0
    ey: float = 1.0
    claridad: float = 0.0

    def caja(self, campo: Campo, k: int) -> Caja:
        """Box `k` of the field on the homography's page, mm."""
        return self._mover(campo, campo.cajas[k])

    def numero(self, campo: Campo) -> Caja:
        """All the boxes of the field on the homography's page, mm."""
        return self._mover(campo, campo.numero)

    def _mover(self, campo: Campo, c: Caja) -> Caja:
        (mx, my), (x, y) = campo.numero.centro, c.centro
        x, y = mx + self.dx + (x - mx) * self.ex, my + self.dy + (y - my) * self.ey
        return Caja(x - c.ancho * self.ex / 2, y - c.alto * self.ey / 2, c.ancho * self.ex, c.alto * self.ey)


PLENO: Final = 0.4
"""How dark, relative to the paper, the rules of a strip are made when it is looked at harder."""
HUECO: Final = 1.0
"""Gaps of a broken rule up to this long, mm, are closed then."""

ESTIRONES: Final = (1.0, 0.97, 1.03, 0.94, 1.06, 0.91, 1.09)
"""A sheet that is not flat looks shorter or longer here and there."""


def _lineas(zona: Gris, a_fondo: bool) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Printed vertical and horizontal rules of a patch, as images of darkness relative to the paper, 0-1.

    `a_fondo`: broken rules are joined, and pale ones made as dark as others, as long as they stand out from whatever
    else there is of that direction.
    """
    f = zona.astype(np.float32)
    nucleo = np.ones((15, 15), np.uint8)  # wider than a rule or a pen stroke
    fondo = cv2.morphologyEx(zona, cv2.MORPH_CLOSE, nucleo).astype(np.float32)
    oscuro = np.clip((fondo - f) / np.maximum(fondo, 20), 0, 1)
    largo, hueco = round(3.2 * PX_MM), round(HUECO * PX_MM) | 1
    salida = []
    for eje in (0, 1):
        nucleo, puente = (np.ones(((n, 1), (1, n))[eje], np.uint8) for n in (largo, hueco))
        unida = cv2.morphologyEx(oscuro, cv2.MORPH_CLOSE, puente) if a_fondo else oscuro
        lineas = cv2.morphologyEx(unida, cv2.MORPH_OPEN, nucleo)
        salida.append(_resaltar(lineas) if a_fondo else lineas)
    return salida[0], salida[1]


def _resaltar(lineas: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What is darker than twice what there is everywhere, which joined specks are too; made darker if it stands out."""
    fondo, reglas = np.quantile(lineas[::2, ::2], (0.7, 0.965))
    destaca = reglas >= max(4 * fondo, 0.012)
    return np.clip((lineas - 2 * fondo) * (PLENO / (reglas - 2 * fondo) if destaca else 1), 0, PLENO if destaca else 1)


class _Franja:
    """The printed rules of a strip of the page, and where a grid of rules fits in it."""

    def __init__(self, rect: Gris, zona: Caja, a_fondo: bool) -> None:
        i0, i1 = round(zona.y * PX_MM), round((zona.y + zona.alto) * PX_MM)
        j0, j1 = round(zona.x * PX_MM), round((zona.x + zona.ancho) * PX_MM)
        alto, ancho = rect.shape
        dentro = rect[max(i0, 0) : max(i1, 0), max(j0, 0) : max(j1, 0)]
        fuera = max(-i0, 0), max(i1 - alto, 0), max(-j0, 0), max(j1 - ancho, 0)
        self.vertical, self.horizontal = _lineas(cv2.copyMakeBorder(dentro, *fuera, cv2.BORDER_REPLICATE), a_fondo)
        self.i0, self.j0 = i0, j0

    def a_lo_ancho(self, campo: Campo, cerca: tuple[float, float], alcance: float, holgura: float) -> _Ajustes:
        """Fits of the upright rules of a field, up to `alcance` mm to each side of `cerca`."""
        (cx, cy), alto = campo.numero.centro, campo.numero.alto
        medio = (cy + cerca[1]) * PX_MM - 0.5 - self.i0
        alto = (alto / 2 + holgura) * PX_MM
        lineas = (np.array(campo.verticales) - cx) * PX_MM
        return _Ajustes(_perfil(self.vertical, medio, alto), (cx + cerca[0]) * PX_MM - 0.5 - self.j0, lineas, alcance)

    def a_lo_alto(self, campo: Campo, cerca: tuple[float, float], alcance: float) -> _Ajustes:
        """Fits of the rules above and below the boxes of a field, up to `alcance` mm up and down of `cerca`."""
        (_, cy), alto = campo.numero.centro, campo.numero.alto
        medio = (cy + cerca[1]) * PX_MM - 0.5 - self.i0
        lineas = np.array([-alto, alto]) * PX_MM / 2
        i = max(0, int(medio - (alto * 0.6 + alcance + 1) * PX_MM))
        tiras = self.horizontal[i : max(i + 2, int(medio + (alto * 0.6 + alcance + 1) * PX_MM))]
        perfiles = []
        for caja in campo.cajas:
            x = (caja.centro[0] + cerca[0]) * PX_MM - 0.5 - self.j0
            mitad = caja.ancho * PX_MM / 2 - 2
            tira = tiras[:, max(0, round(x - mitad)) : max(2, round(x + mitad))]
            medio_ancho = max(1, tira.shape[1] // 2)
            clara = np.sort(tira, axis=1)[:, :medio_ancho]
            perfiles.append(clara.mean(axis=1))  # a rule goes on; a pen stroke does not
        return _Ajustes(_suavizar(np.mean(perfiles, axis=0)), medio - i, lineas, alcance)

    def medir(self, campo: Campo, cerca: tuple[float, float]) -> Ajuste:
        """Slide and stretch the printed grid of a field, up to `AFINA` mm from `cerca`."""
        dx, ex, nx = self.a_lo_ancho(campo, cerca, AFINA, AFINA / 2).mejor()
        dy, ey, ny = self.a_lo_alto(campo, (cerca[0] + dx, cerca[1]), AFINA).mejor()
        return Ajuste(cerca[0] + dx, cerca[1] + dy, ex, ey, min(1.0, 4 * min(nx, ny)))


def _perfil(imagen: npt.NDArray[Any], medio: float, mitad: float) -> npt.NDArray[Any]:
    """Mean of the rows of an image about `medio`, a little smoothed."""
    a = min(max(0, round(medio - mitad)), len(imagen) - 2)
    b = max(a + 2, round(medio + mitad))
    return _suavizar(imagen[a:b].mean(axis=0))


def _suavizar(perfil: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return cv2.GaussianBlur(perfil.reshape(1, -1).astype(np.float32), (0, 0), 1.2).ravel()


class _Ajustes:
    """How well some rules fit in a profile at every shift, and at every stretch."""

    def __init__(self, perfil: npt.NDArray[Any], medio: float, lineas: npt.NDArray[Any], alcance: float) -> None:
        n = round(alcance * PX_MM)
        self.d = np.arange(-n, n + 1)
        estirones = np.array(ESTIRONES)[:, None, None]
        donde = medio + lineas[None, :, None] * estirones + self.d
        muestras = np.interp(donde, np.arange(len(perfil)), perfil)
        self.minimos = muestras.min(1)
        # every rule must be there
        self.puntos = (muestras.mean(1) + self.minimos) * (1 - 0.8 * np.abs(estirones[:, 0] - 1))

    def mejor(self) -> tuple[float, float, float]:
        """Shift (mm), stretch and darkness of the weakest rule of the best fit."""
        e, k = np.unravel_index(int(self.puntos.argmax()), self.puntos.shape)
        fino = 0.0
        if 0 < k < len(self.d) - 1:
            a, b, c = self.puntos[e, k - 1 : k + 2]
            fino = min(max(float((a - c) / (2 * (a - 2 * b + c) - 1e-9)), -0.5), 0.5)
        return float(self.d[k] + fino) / PX_MM, ESTIRONES[e], float(self.minimos[e, k])


class _Tela:
    """The sheet as known so far: how far, at some points, it is from where the homography puts it."""

    def __init__(self, anclas: Puntos) -> None:
        self.anclas = len(anclas)
        self.xy = anclas
        self.d = np.zeros_like(anclas)
        self.peso = np.ones(len(anclas))

    def agregar(self, campo: Campo, ajuste: Ajuste) -> None:
        self.xy = np.vstack([self.xy, campo.numero.centro])
        self.d = np.vstack([self.d, (ajuste.dx, ajuste.dy)])
        self.peso = np.append(self.peso, ajuste.claridad)

    def lejania(self, campo: Campo) -> float:
        """From a field to the nearest point known other than itself, mm."""
        lejos = np.hypot(*(self.xy - campo.numero.centro).T)
        return float(min(lejos[lejos > 0.1], default=math.inf))

    def confunde(self, ajuste: Ajuste, paso: float) -> bool:
        """Whether a row of a column that goes on beyond its ends may be another one. With three marks, when it is far
        from where they put it; with fewer, always; without any, whoever asks has to tell."""
        return self.anclas > 0 and (self.anclas < 3 or abs(ajuste.dy) > DUDA * paso)

    def prever(self, campo: Campo) -> tuple[float, float]:
        """Shift to expect of a field from what is around it, itself left out: a plane, the near points weighing most,
        inclined no more than they ask for."""
        if not len(self.xy):
            return 0.0, 0.0
        r = self.xy - campo.numero.centro
        lejos = np.hypot(*r.T)
        w = np.where(lejos > 0.1, self.peso / (lejos**2 + 25), 0.0)
        base = np.column_stack([np.ones(len(r)), r])
        a = base * w[:, None]
        freno = np.diag([0.0, 1.0, 1.0]) * 100 * w.sum()  # a sheet that slopes 3 % is as likely as rows 0.3 mm off
        dx, dy = np.linalg.solve(a.T @ base + freno, a.T @ self.d)[0]
        return float(dx), float(dy)


def ajustar(rect: Gris, forma: Forma, anclas: Puntos) -> dict[str, Ajuste]:
    """Register every field of a rectified page to its printed boxes. `anclas`: where the page is surely right, mm.

    Column by column, from what is known outwards. A row whose boxes are not seen, or that strays from what is around
    it, has `claridad` 0: nothing may be read in it.
    """
    tela, faltan, pasos = _Tela(anclas), _columnas(forma), forma.pasos()
    salida: dict[str, Ajuste] = {}
    while faltan:
        columna = min(faltan, key=lambda c: (min(map(tela.lejania, c)), -len(c)))
        faltan.remove(columna)
        de_columna = [pasos[c.clave] for c in columna]
        medidas = _medir_columna(rect, columna, de_columna, tela, isinstance(forma, Plantilla))
        for campo, ajuste in zip(columna, medidas, strict=True):
            salida[campo.clave] = ajuste
            if ajuste.claridad > 0:
                tela.agregar(campo, ajuste)
    for campo in forma.campos:
        ajuste = salida[campo.clave]
        if ajuste.claridad > 0 and len(tela.xy) > 1:
            dx, dy = tela.prever(campo)
            tolera = min(DUDA * pasos[campo.clave], HOLGURA + DOBLEZ * tela.lejania(campo))
            if np.hypot(ajuste.dx - dx, ajuste.dy - dy) > tolera:
                salida[campo.clave] = replace(ajuste, claridad=0.0)
    return salida


def _columnas(forma: Forma) -> list[list[Campo]]:
    """Fields whose boxes stand one above the other, from the top."""
    columnas: list[list[Campo]] = []
    for campo in sorted(forma.campos, key=lambda c: c.numero.y):
        a = campo.numero
        for columna in columnas:
            b = columna[-1].numero
            if min(a.x + a.ancho, b.x + b.ancho) - max(a.x, b.x) > min(a.ancho, b.ancho) / 2:
                columna.append(campo)
                break
        else:
            columnas.append([campo])
    return columnas


def _medir_columna(rect: Gris, columna: list[Campo], pasos: list[float], tela: _Tela, propia: bool) -> list[Ajuste]:
    """Where the rows of a column are; looked at harder where most of them are not seen. `pasos`: from each row to the
    closest one; `propia`: of a form of ours."""
    medidas = _mirar_columna(rect, columna, pasos, tela, propia, False)
    if 2 * _vistos(medidas) < len(columna):
        otras = _mirar_columna(rect, columna, pasos, tela, propia, True)
        if _vistos(otras) > _vistos(medidas):
            return otras
    return medidas


def _vistos(medidas: list[Ajuste]) -> int:
    return sum(m.claridad > 0 for m in medidas)


def _mirar_columna(
    rect: Gris, columna: list[Campo], pasos: list[float], tela: _Tela, propia: bool, a_fondo: bool
) -> list[Ajuste]:
    if not len(tela.xy):  # only being near its place says which row is which
        sube = [min(BUSCA, p / 2) for p in pasos]
    elif propia:
        sube = [min(SUBE, 0.75 * p) for p in pasos]
    else:  # a form of another design may have rows that nobody described
        sube = [min(BUSCA, 0.75 * p) for p in pasos]
    lejos = [tela.lejania(c) for c in columna]
    saltos = np.diff([c.numero.centro[1] for c in columna])
    cerca = [tela.prever(c) for c in columna]
    franja = _franja(rect, columna, cerca, max(sube) + float(saltos.max(initial=0.0)), a_fondo)
    ajustes = [franja.a_lo_ancho(c, d, BUSCA, min(s, 4.0)) for c, d, s in zip(columna, cerca, sube, strict=True)]
    xs = _cadena(ajustes, [dx for dx, _ in cerca], lejos, saltos)
    cerca = [(x, dy) for x, (_, dy) in zip(xs, cerca, strict=True)]
    ajustes = [franja.a_lo_alto(c, d, s) for c, d, s in zip(columna, cerca, sube, strict=True)]
    ys = _cadena(ajustes, [dy for _, dy in cerca], lejos, saltos)
    medidas = [franja.medir(c, (x, y)) for c, x, y in zip(columna, xs, ys, strict=True)]
    sigue = len(columna) > 1 and _sigue(franja, columna, medidas)
    visto = VISTO_A_FONDO if a_fondo else VISTO
    return [
        replace(m, claridad=0.0) if m.claridad <= visto or (sigue and tela.confunde(m, p)) else m
        for m, p in zip(medidas, pasos, strict=True)
    ]


def _franja(rect: Gris, columna: list[Campo], cerca: list[tuple[float, float]], sube: float, a_fondo: bool) -> _Franja:
    """The strip where a column may be."""
    numeros = [c.numero for c in columna]
    lado = BUSCA + 1.5 + max(abs(dx) for dx, _ in cerca)
    cabo = sube + 1.5 + max(abs(dy) for _, dy in cerca)
    x, y = min(n.x for n in numeros) - lado, min(n.y for n in numeros) - cabo
    ancho, alto = max(n.x + n.ancho for n in numeros) - x, max(n.y + n.alto for n in numeros) - y
    return _Franja(rect, Caja(x, y, ancho + lado, alto + cabo), a_fondo)


def _sigue(franja: _Franja, columna: list[Campo], medidas: list[Ajuste]) -> bool:
    """Whether there are boxes beyond the ends of a column: its rows may have been taken for their neighbours."""
    claro = float(np.median([m.claridad for m in medidas]))
    for fin, otro, m in ((columna[0], columna[1], medidas[0]), (columna[-1], columna[-2], medidas[-1])):
        paso = fin.numero.centro[1] - otro.numero.centro[1]
        if franja.medir(fin, (m.dx, m.dy + paso)).claridad > max(VISTO, claro / 2):
            return True
    return False


def _cadena(ajustes: list[_Ajustes], cerca: list[float], lejos: list[float], saltos: npt.NDArray[Any]) -> list[float]:
    """Shift of each row of a column, mm: where the rules of all of them are best seen and neighbours move together.

    `cerca`: shift expected of each row, `lejos`: how far what says so is, mm; `saltos`: between one row and the next.
    """
    puntos = [a.puntos.max(0) for a in ajustes]
    claro = max(0.1, float(np.median([p.max() for p in puntos])))
    donde = [c + a.d / PX_MM for a, c in zip(ajustes, cerca, strict=True)]
    valor: list[npt.NDArray[Any]] = []
    viene: list[npt.NDArray[Any]] = []
    for i, (p, aqui) in enumerate(zip(puntos, donde, strict=True)):
        propio = p / claro - 0.05 * ((aqui - cerca[i]) / (2 + 0.05 * lejos[i])) ** 2
        if i:
            tirante = ((aqui[:, None] - donde[i - 1][None]) / (0.25 + 0.06 * saltos[i - 1])) ** 2
            total = valor[-1][None] - 0.05 * tirante
            viene.append(total.argmax(1))
            propio = propio + total.max(1)
        valor.append(propio)
    k = int(valor[-1].argmax())
    camino = [k]
    for v in reversed(viene):
        k = int(v[k])
        camino.append(k)
    return [float(d[k]) for d, k in zip(donde, reversed(camino), strict=True)]

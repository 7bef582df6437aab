"""Rows on sheets that are not flat: found where they are, or not at all; never taken for their neighbours."""

from collections.abc import Callable
from functools import cache
from itertools import product

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actas_de_prueba import ACTA, GRANDE, foto, hallar, llena
from prep.evidencia.pagina import PX_MM, Pagina
from prep.evidencia.renglones import Ajuste, ajustar
from prep.laboratorio.examen import tomas
from prep.lectura.lector import descifrar
from prep.papel.plantilla import ALTO, ANCHO, MARCAS, armar_plantilla

ANCLAS = np.array(MARCAS) + 5


def lejos_mm(pagina: Pagina, nivel: str, grande: bool, gris: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance in mm of each box's centre, as registered, from where the photographer knows it is; and the clarity."""
    h = llena(ACTA, grande)[0]
    f = foto(nivel, grande=grande)
    ajustes = ajustar(pagina.rectificar(gris), h.plantilla, pagina.anclas)
    hoja = f.en_foto(np.array([[0, 0], [ANCHO, 0], [ANCHO, ALTO], [0, ALTO]]))
    px_mm = np.sqrt(cv2.contourArea(hoja.astype(np.float32)) / (ANCHO * ALTO))
    lejos, claridad = [], []
    for campo in h.plantilla.campos:
        a = ajustes[campo.clave]
        hallados = pagina.en_foto(np.array([a.caja(campo, k).centro for k in range(len(campo.cajas))]))
        lejos += list(np.linalg.norm(hallados - f.en_foto(np.array([c.centro for c in campo.cajas])), axis=1) / px_mm)
        claridad += [a.claridad] * len(campo.cajas)
    return np.array(lejos), np.array(claridad)


@pytest.mark.parametrize("grande", [False, True])
@pytest.mark.parametrize("nivel", ["scan", "mild", "medium"])
def test_boxes_are_found_within_half_a_millimetre(nivel: str, grande: bool) -> None:
    gris = descifrar(foto(nivel, grande=grande).jpeg)
    pagina = hallar(gris)
    assert pagina is not None
    lejos, claridad = lejos_mm(pagina, nivel, grande, gris)
    assert (claridad > 0).all()
    assert lejos.max() <= 0.5


@pytest.mark.parametrize("falta", range(4))
def test_three_marks_are_enough(falta: int) -> None:
    gris = descifrar(foto("mild").jpeg)
    pagina = hallar(gris, sin=falta)
    assert pagina is not None
    lejos, claridad = lejos_mm(pagina, "mild", False, gris)
    assert (claridad > 0).mean() > 0.95
    assert lejos[claridad > 0].max() <= 0.5


def test_where_there_are_no_boxes_none_are_invented() -> None:
    h = llena()[0]
    blanca = np.full((round(ALTO * PX_MM), round(ANCHO * PX_MM)), 230, np.uint8)
    ruido = np.clip(np.random.default_rng(1).normal(200, 12, blanca.shape), 0, 255).astype(np.uint8)
    for rect, anclas in product((blanca, ruido), (ANCLAS[:0], ANCLAS[:2], ANCLAS)):
        assert all(a.claridad == 0 for a in ajustar(rect, h.plantilla, anclas).values())


@pytest.mark.parametrize(("semilla", "acta", "niveles"), [(888000, 29, ("medium", "hard")), (555000, 30, ("hard",))])
def test_on_a_very_bent_sheet_no_row_is_taken_for_its_neighbour(
    semilla: int, acta: int, niveles: tuple[str, ...]
) -> None:
    """Photographs where some rows are nearer to their neighbours' places than to their own."""
    (toma,) = (t for t in tomas(semilla, range(acta, acta + 1), None, niveles) if t.nivel == "hard")
    gris = descifrar(toma.foto.jpeg)
    pagina = hallar(gris)
    assert pagina is not None
    forma = toma.hoja.plantilla
    ajustes = ajustar(pagina.rectificar(gris), forma, pagina.anclas)
    vistos = [c for c in forma.campos if ajustes[c.clave].claridad > 0]
    assert len(vistos) >= 0.9 * len(forma.campos)
    centros = np.array([c.numero.centro for c in vistos])
    reales = cv2.perspectiveTransform(toma.foto.en_foto(centros)[None], np.linalg.inv(pagina.homografia))[0]
    fuera = reales[:, 1] - centros[:, 1]
    assert np.abs(fuera).max() > 0.4 * forma.paso  # it is indeed very bent
    assert np.abs([ajustes[c.clave].dy - f for c, f in zip(vistos, fuera, strict=True)]).max() < 0.1 * forma.paso


PLANTILLA = armar_plantilla(GRANDE)


@cache
def llana() -> np.ndarray:
    """A filled page as a perfect scanner would straighten it."""
    gris = cv2.cvtColor(llena(grande=True)[2], cv2.COLOR_RGB2GRAY)
    return cv2.resize(gris, (round(ANCHO * PX_MM), round(ALTO * PX_MM)), interpolation=cv2.INTER_AREA)


Desvio = Callable[[np.ndarray, np.ndarray], np.ndarray]


def doblar(onda: float, amplitud: float, fase: float, giro: float) -> tuple[np.ndarray, Desvio]:
    """A page bent along one direction, its corners left in place; and how far from (x, y) is what is seen there, mm."""

    def fuera(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        borde = np.minimum(1, 4 * np.minimum(x / ANCHO, 1 - x / ANCHO) + 4 * np.minimum(y / ALTO, 1 - y / ALTO))
        return amplitud * borde * np.sin((x * np.cos(giro) + y * np.sin(giro)) * np.pi / onda + fase)

    y, x = (np.indices(llana().shape, np.float32) + 0.5) / np.float32(PX_MM)
    de_y = ((y + fuera(x, y)) * PX_MM - 0.5).astype(np.float32)
    return cv2.remap(llana(), x * PX_MM - 0.5, de_y, cv2.INTER_LINEAR), fuera


@given(st.floats(200, 500), st.floats(0, 0.03), st.floats(0, 6.28), st.floats(0, 1.57))
@settings(max_examples=10, deadline=None)
def test_a_sheet_that_bends_little_by_little_is_followed(
    onda: float, pendiente: float, fase: float, giro: float
) -> None:
    """Up to 3 % of slope, which is up to 5 mm out of place: half a row."""
    rect, fuera = doblar(onda, pendiente * onda / np.pi, fase, giro)
    ajustes = ajustar(rect, PLANTILLA, ANCLAS)
    vistos = [c for c in PLANTILLA.campos if ajustes[c.clave].claridad > 0]
    assert len(vistos) >= 0.9 * len(PLANTILLA.campos)
    for campo in vistos:
        a, (x, y) = ajustes[campo.clave], campo.numero.centro
        # the middle of the boxes is where what is seen is what was at (x, y)
        assert abs(a.dy + float(fuera(np.array(x + a.dx), np.array(y + a.dy)))) < 1 and abs(a.dx) < 0.5, campo.clave


def correr(mm: float) -> dict[str, Ajuste]:
    """The table of a page whose marks are where they should, printed some millimetres lower."""
    return ajustar(np.roll(llana(), round(mm * PX_MM), axis=0), PLANTILLA, ANCLAS[:2])


def test_a_table_one_row_away_from_its_place_is_not_read_with_two_marks() -> None:
    """Nearly all its rows fit; one of each column is left over."""
    renglones = [c.clave for c in PLANTILLA.campos if c.numero.x > 144]
    assert all(correr(0)[k].claridad > 0 for k in renglones)
    for renglon in (-PLANTILLA.paso, PLANTILLA.paso):
        corridos = correr(renglon)
        mal = [k for k in renglones if corridos[k].claridad > 0 and abs(corridos[k].dy - renglon) > 1]
        assert not mal

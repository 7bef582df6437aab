import cv2
import numpy as np
import pytest

from actas_de_prueba import hoja
from prep.evidencia.pagina import afinar, hallar_marcas, situar
from prep.evidencia.renglones import ajustar
from prep.laboratorio.fotografiar import fotografiar
from prep.laboratorio.llenar import Escrito, llenar
from prep.lectura.cajas import LADO, encuadrar, recortar
from prep.lectura.lector import descifrar


def recortes(plan: dict[str, Escrito], nivel: str) -> dict:
    h = hoja()
    rng = np.random.default_rng(3)
    gris = descifrar(fotografiar(llenar(h, plan, rng), nivel, rng).jpeg)
    pagina = situar(afinar(gris, hallar_marcas(gris)))
    assert pagina is not None
    rect = pagina.rectificar(gris)
    ajustes = ajustar(rect, h.plantilla, pagina.anclas)
    cortes, _ = recortar(rect, h.plantilla.campos, ajustes)
    return {c.clave: r for c, r in zip(h.plantilla.campos, cortes, strict=True)}


@pytest.mark.parametrize("nivel", ["scan", "mild", "medium"])
def test_an_empty_box_has_no_ink(nivel: str) -> None:
    """Printed rules, tints, folds and shadows are not ink."""
    h = hoja()
    plan = {c.clave: Escrito(" " * len(c.cajas), "", 0) for c in h.plantilla.campos}
    salida = recortes(plan, nivel)
    assert sum(float(r.tinta.max()) > 0.4 for r in salida.values()) == 0


def test_each_stroke_stays_in_its_box() -> None:
    h = hoja()
    plan = {c.clave: Escrito(" " * (len(c.cajas) - 1) + "8", "", 8) for c in h.plantilla.campos}
    for r in recortes(plan, "mild").values():
        assert r.tinta[-1] > 1.0
        assert r.tinta[:-1].max() < 0.4
        assert r.cifras.shape[1:] == (LADO, LADO)
        assert r.cifras.min() >= 0 and r.cifras.max() <= 1


def test_digits_are_framed_as_the_collections_of_digits_are() -> None:
    """20 pixels on the longer side, centre of mass in the middle, whatever the size and the place."""
    tinta = np.zeros((80, 70), np.float32)
    cv2.ellipse(tinta, (20, 30), (10, 22), 10, 0, 360, 1.0, 3)
    chica = np.zeros_like(tinta)
    chica[20:, 15:] = tinta[:-20, :-15]
    a, b = encuadrar(tinta), encuadrar(chica)
    assert a.shape == (28, 28)
    assert np.abs(a - b).max() < 0.02
    filas = np.flatnonzero(a.max(1) > 0.2)
    assert 18 <= filas[-1] - filas[0] + 1 <= 22
    m = cv2.moments(a)
    assert m["m10"] / m["m00"] == pytest.approx(13.5, abs=0.6)
    assert m["m01"] / m["m00"] == pytest.approx(13.5, abs=0.6)


def test_a_speck_is_not_enlarged_until_it_looks_like_a_digit() -> None:
    tinta = np.zeros((80, 70), np.float32)
    tinta[40:43, 30:33] = 1.0
    chico = encuadrar(tinta)
    assert (chico > 0.3).sum() < 25
    assert not encuadrar(np.zeros((80, 70), np.float32)).any()

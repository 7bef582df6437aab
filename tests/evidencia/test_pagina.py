import numpy as np
import pytest

from actas_de_prueba import foto, hallar
from prep.evidencia.pagina import Marca, achicar, hallar_marcas, situar
from prep.lectura.lector import descifrar
from prep.plataforma.opencv import cv2


def test_two_marks_make_no_page() -> None:
    gris = descifrar(foto("mild").jpeg)
    marcas = hallar_marcas(gris)
    assert len(marcas) == 4
    assert situar(marcas[:2]) is None
    assert situar([*marcas[:3], marcas[0]]) is None  # the same corner twice


@pytest.mark.parametrize("cuartos", range(4))
def test_the_marks_give_the_orientation(cuartos: int) -> None:
    gris = np.ascontiguousarray(np.rot90(descifrar(foto("scan").jpeg), -cuartos))
    pagina = hallar(gris)
    assert pagina is not None
    assert pagina.giro == cuartos
    recta = pagina.rectificar(gris)
    assert [m.esquina for m in sorted(hallar_marcas(recta), key=lambda m: m.esquina)] == [0, 1, 2, 3]


@pytest.mark.parametrize("talla", [(216, 140), (320, 207), (1500, 1000)])
def test_a_picture_made_smaller_in_two_goes_is_that_made_in_one(talla: tuple[int, int]) -> None:
    gris = descifrar(foto("scan").jpeg)
    una = cv2.resize(gris, talla, interpolation=cv2.INTER_AREA)
    otra = achicar(gris, *talla)
    assert otra.shape == una.shape
    assert abs(float(otra.mean()) - float(una.mean())) < 0.5
    assert float(np.quantile(np.abs(otra.astype(int) - una), 0.95)) <= 12  # edges, where one of them begins a bit later


def test_an_impossible_shape_is_not_a_page() -> None:
    gris = descifrar(foto("mild").jpeg)
    marcas = {m.esquina: m for m in hallar_marcas(gris)}
    cambiadas = [Marca(marcas[e].id, otra, marcas[e].puntos) for e, otra in ((0, 1), (1, 0), (2, 2), (3, 3))]
    assert situar(cambiadas) is None

import cv2
import numpy as np
import pytest

from actas_de_prueba import foto, llena
from prep.laboratorio.fotografiar import NIVELES, fotografiar
from prep.papel.plantilla import LADO_MARCA, MARCAS


@pytest.mark.parametrize("nivel", NIVELES)
def test_it_repeats_with_its_seed(nivel: str) -> None:
    pagina = llena()[2]
    a = fotografiar(pagina, nivel, np.random.default_rng(11))
    assert a.jpeg == fotografiar(pagina, nivel, np.random.default_rng(11)).jpeg
    assert a.jpeg[:3] == b"\xff\xd8\xff"


@pytest.mark.parametrize("nivel", ["scan", "mild", "medium"])
def test_it_knows_where_every_point_went(nivel: str) -> None:
    """The corners that OpenCV's own detector finds are where the recorded geometry says."""
    f = foto(nivel)
    gris = cv2.imdecode(np.frombuffer(f.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert gris.shape == (f.alto, f.ancho)
    p = cv2.aruco.DetectorParameters()
    p.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    esquinas, ids, _ = cv2.aruco.ArucoDetector(
        cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), p
    ).detectMarkers(gris)
    de = {int(i): e[0] for e, i in zip(esquinas, ids.ravel(), strict=True)}
    marcas = llena()[0].marcas
    assert len(set(de) & set(marcas)) >= 3
    for i, (x, y) in zip(marcas, MARCAS, strict=True):
        if i in de:
            ciertos = f.en_foto(
                np.array([[x, y], [x + LADO_MARCA, y], [x + LADO_MARCA, y + LADO_MARCA], [x, y + LADO_MARCA]])
            )
            assert np.linalg.norm(de[i] - ciertos, axis=1).max() < 3.0


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(KeyError):
        fotografiar(llena()[2], "perfecta", np.random.default_rng(1))

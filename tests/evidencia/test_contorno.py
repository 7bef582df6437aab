"""The sheet by its contour: found where it surely is, and nothing where it is not."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from actas_de_prueba import foto, llena
from prep.evidencia import contorno
from prep.evidencia.imagenes import PUBLICADA_MAXIMA, derivar
from prep.laboratorio.fotografiar import Foto
from prep.lectura.lector import descifrar
from prep.papel.plantilla import ALTO, ANCHO, PROPIO


def esquinas_ciertas(f: Foto) -> tuple[np.ndarray, float]:
    """Corners of the sheet in the photograph, from its upper left as it looks, and pixels per mm."""
    q = f.en_foto(np.array([[0, 0], [ANCHO, 0], [ANCHO, ALTO], [0, ALTO]], float))
    px_mm = float(np.sqrt(cv2.contourArea(q.astype(np.float32)) / (ANCHO * ALTO)))
    return np.roll(q, -int((q - q.mean(0)).sum(1).argmin()), axis=0), px_mm


@pytest.mark.parametrize(("nivel", "semilla"), [("scan", 1), ("scan", 3), ("mild", 1), ("mild", 3), ("medium", 1)])
def test_the_hoja_is_found_within_a_millimetre(nivel: str, semilla: int) -> None:
    f = foto(nivel, semilla=semilla)
    hallada = contorno.hallar(descifrar(f.jpeg))
    assert hallada is not None
    ciertas, px_mm = esquinas_ciertas(f)
    assert np.linalg.norm(hallada.esquinas - ciertas, axis=1).max() / px_mm < 1.0


def test_a_finger_and_a_cut_corner_do_not_hide_it() -> None:
    f = foto("mild")
    gris = descifrar(f.jpeg)
    ciertas, px_mm = esquinas_ciertas(f)
    u, v = ciertas[1] - ciertas[0], ciertas[3] - ciertas[0]
    cv2.fillPoly(gris, [np.array([ciertas[0] - 20, ciertas[0] + 0.12 * u, ciertas[0] + 0.18 * v]).astype(np.int32)], 90)
    medio = (ciertas[1] + ciertas[2]) / 2
    cv2.ellipse(gris, (int(medio[0]) + 60, int(medio[1])), (260, 110), 0, 0, 360, 200, -1)
    hallada = contorno.hallar(gris)
    assert hallada is not None
    assert np.linalg.norm(hallada.esquinas - ciertas, axis=1).max() / px_mm < 2.0


def test_a_page_from_edge_to_edge() -> None:
    pagina = cv2.cvtColor(cv2.resize(llena()[2], (2159, 1397), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    hallada = contorno.hallar(pagina)
    assert hallada is not None and hallada.de_frente
    assert np.abs(hallada.esquinas - [[0, 0], [2158, 0], [2158, 1396], [0, 1396]]).max() < 3
    # Upright or upside down: a contour does not know.
    assert [p.giro for p in hallada.paginas(PROPIO)] == [0, 2]


def test_what_is_not_a_whole_hoja_is_not_straightened() -> None:
    rng = np.random.default_rng(1)
    manchas = cv2.resize(rng.integers(40, 220, (9, 12)).astype(np.uint8), (1600, 1200), interpolation=cv2.INTER_CUBIC)
    pared = np.clip(rng.normal(225, 4, (1200, 1600)), 0, 255).astype(np.uint8)
    cortada = descifrar(foto("mild").jpeg)[:, :2200]
    for imagen in (manchas, pared, np.ascontiguousarray(cortada)):
        assert contorno.hallar(imagen) is None
    assert not contorno.hay_hoja(manchas) and not contorno.hay_hoja(pared)


def test_a_fold_is_not_an_edge() -> None:
    """Half of the sheet is darker than the other half, from a fold on."""
    f = foto("mild")
    gris = descifrar(f.jpeg)
    ciertas, px_mm = esquinas_ciertas(f)
    mitad = np.array([(ciertas[0] + ciertas[1]) / 2, ciertas[1], ciertas[2], (ciertas[2] + ciertas[3]) / 2])
    sombra = np.zeros_like(gris)
    cv2.fillConvexPoly(sombra, mitad.astype(np.int32), 1)
    doblada = np.where(sombra > 0, (gris * 0.8).astype(np.uint8), gris)
    hallada = contorno.hallar(doblada)
    assert hallada is not None
    assert np.linalg.norm(hallada.esquinas - ciertas, axis=1).max() / px_mm < 2.0


@pytest.mark.parametrize("grados", [-4.0, -0.7, 2.5])
def test_the_tilt_is_measured_by_the_printed_rows(grados: float) -> None:
    pagina = cv2.cvtColor(cv2.resize(llena()[2], (2159, 1397), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    giro = cv2.getRotationMatrix2D((1080, 700), -grados, 1.0)
    torcida = cv2.warpAffine(pagina, giro, (2159, 1397), borderValue=250)
    assert contorno.inclinacion(torcida) == pytest.approx(grados, abs=0.15)
    assert contorno.inclinacion(np.full((800, 1200), 230, np.uint8)) is None


def publicada(jpeg: bytes) -> np.ndarray:
    d = derivar(jpeg, None)
    assert len(d.publicada) <= PUBLICADA_MAXIMA
    return np.asarray(Image.open(io.BytesIO(d.publicada)).convert("L"))


def test_without_marks_the_published_image_is_straightened_by_its_outline() -> None:
    """The marks of the sheet, not used to straighten it, are where a straight sheet with a thin margin has them."""
    from prep.evidencia.pagina import hallar_marcas

    imagen = publicada(foto("medium").jpeg)
    assert imagen.shape[1] == 2160
    centros = {m.esquina: m.puntos.mean(0) for m in hallar_marcas(imagen)}
    assert set(centros) == {0, 1, 2, 3}
    ancho, alto = centros[1] - centros[0], centros[3] - centros[0]
    assert abs(ancho[1]) < 12 and abs(alto[0]) < 12  # level and upright, to a third of a degree
    orilla = np.median(np.concatenate([imagen[:8].ravel(), imagen[-8:].ravel()]))
    assert orilla < np.median(imagen) - 15  # what lies around the sheet is still there: nothing of it was cut


def test_without_a_sure_hoja_the_published_image_is_the_one_that_came() -> None:
    gris = np.ascontiguousarray(descifrar(foto("mild").jpeg)[:, :2200])
    imagen = publicada(cv2.imencode(".jpg", gris)[1].tobytes())
    esperada = cv2.resize(gris, imagen.shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(imagen.astype(int) - esperada).mean() < 4


def test_a_crooked_scan_is_published_level() -> None:
    """Without any edge in sight, the printed lines say it."""
    pagina = cv2.resize(llena()[2], (2159, 1397), interpolation=cv2.INTER_AREA)
    giro = cv2.getRotationMatrix2D((1080, 700), -3.0, 1.15)
    torcida = cv2.warpAffine(pagina, giro, (2159, 1397), borderMode=cv2.BORDER_REPLICATE)
    imagen = publicada(cv2.imencode(".jpg", torcida)[1].tobytes())
    inclinacion = contorno.inclinacion(imagen)
    assert inclinacion is not None and abs(inclinacion) < 0.2

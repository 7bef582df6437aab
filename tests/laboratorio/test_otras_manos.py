"""Other people's hands, with typefaces that come with our dependencies and are no handwriting at all."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import reportlab

from actas_de_prueba import hoja
from prep.laboratorio.llenar import LIMPIO, llenar, planear, votos_al_azar
from prep.laboratorio.otras_manos import TIPOS, Digitos, Manuscrita, Manuscritas, OtrasManos
from prep.papel.numeros import FRASES

VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


def mano(caja: str = "minuscula", peso: float = 0.0) -> Manuscrita:
    return Manuscrita(VERA, inclinacion=0.1, anchura=1.0, peso=peso, temblor=0.5, caja=caja)


def test_every_phrase_fits_in_its_row() -> None:
    rng = np.random.default_rng(1)
    for frase in ("tres", FRASES[454], FRASES[777]):
        tinta = mano().frase(frase, 640, 76, rng)
        assert 0 < tinta.shape[1] <= 640 and 0 < tinta.shape[0] <= 80
        assert tinta.max() > 200


def test_the_same_seed_writes_the_same_and_keeps_inside_its_box() -> None:
    una, otra = (mano().frase("ciento dos", 640, 76, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(una, otra)
    alta = mano("mayuscula").frase("ciento dos", 640, 76, np.random.default_rng(4))
    assert not np.array_equal(una.shape, alta.shape)


def test_the_weight_thickens_the_stroke() -> None:
    flaca, gorda = (mano(peso=p).cifra("8", 60, np.random.default_rng(2)) for p in (-0.5, 1.5))
    llena = [float((cv2.resize(t, (40, 60)) > 120).mean()) for t in (flaca, gorda)]
    assert llena[1] > llena[0] * 1.15


def test_nobody_examines_what_they_trained(tmp_path: Path) -> None:
    lista = [linea.split() for linea in TIPOS.read_text().splitlines() if not linea.startswith("#")]
    nombres = [nombre for _, nombre, *_ in lista]
    assert len(nombres) == len(set(nombres)) and {para for para, *_ in lista} == {
        "entrenamiento",
        "validacion",
        "examen",
    }
    with pytest.raises(ValueError, match="faltan 20 tipos manuscritos"):
        Manuscritas(tmp_path, "examen")
    for _, nombre, *_ in lista:
        (tmp_path / f"{nombre}.woff2").write_bytes(VERA.read_bytes())
    elegidas = {Manuscritas(tmp_path, "examen").mano(np.random.default_rng(i)).archivo.stem for i in range(200)}
    assert elegidas == {nombre for para, nombre, *_ in lista if para == "examen"}


def test_an_acta_in_another_hand_says_the_same_in_other_ink() -> None:
    h = hoja()
    plan = planear(h.plantilla, votos_al_azar(h.plantilla, np.random.default_rng(3)), np.random.default_rng(3), LIMPIO)
    imagenes = np.zeros((10, 28, 28), np.uint8)
    for k in range(10):  # a bar that grows with the digit
        imagenes[k, 4:24, 4 : 6 + 2 * k] = 255
    otras = OtrasManos(Digitos(imagenes, np.arange(10)))
    propia = llenar(h, plan, np.random.default_rng(5))
    ajena = llenar(h, plan, np.random.default_rng(5), otras.digitos, mano())
    campo = h.plantilla.campos[0]
    for caja in (campo.letra, *campo.cajas):
        filas = slice(round(caja.y * 10), round((caja.y + caja.alto) * 10))
        columnas = slice(round(caja.x * 10), round((caja.x + caja.ancho) * 10))
        assert not np.array_equal(propia[filas, columnas], ajena[filas, columnas])

"""Two networks look at each box, and the other five where those do not agree."""

from typing import Any

import numpy as np
import pytest

from prep.laboratorio.mano import escribir_digito, escritor, garabatear
from prep.lectura.redes import CLASES, DE_ACUERDO, Redes, suavizar


class Contadas:
    """Networks, and the boxes that they were asked about."""

    def __init__(self, sesion: Any) -> None:
        self.sesion, self.vieron = sesion, list[np.ndarray]()

    def run(self, salidas: None, entra: dict[str, np.ndarray]) -> list[np.ndarray]:
        self.vieron.append(entra["tinta"])
        return self.sesion.run(salidas, entra)  # type: ignore[no-any-return]

    @property
    def cuantas(self) -> int:
        return sum(map(len, self.vieron))


@pytest.fixture
def contadas() -> tuple[Redes, Contadas, Contadas]:
    redes = Redes()
    redes._digitos, redes._duda = Contadas(redes._digitos), Contadas(redes._duda)
    return redes, redes._digitos, redes._duda


def cajas() -> np.ndarray:
    """Our own digits, clear ones, and each laid over the next, as somebody who wrote twice would."""
    claras = []
    for n, signo in enumerate("0123456789"):
        rng = np.random.default_rng([7, n])
        trazos = escribir_digito(signo, (5.0, 4.0, 18.0, 20.0), escritor(rng), rng)
        claras.append(garabatear(trazos, (28, 28), 1, (0.0, 0.0)) / 255)
    juntas = np.array(claras)
    return np.concatenate([juntas, np.maximum(juntas, np.roll(juntas, 1, axis=0))]).astype(np.float32)


def test_only_boxes_in_doubt_are_shown_to_the_others_and_of_them_all_seven_speak(
    contadas: tuple[Redes, Contadas, Contadas],
) -> None:
    redes, dos, cinco = contadas
    todas = cajas()
    dicho = np.exp(redes.digitos(todas))
    una, otra = suavizar(dos.sesion.run(None, {"tinta": todas[:, None]})[0].astype(np.float64), 1)
    cinco_dicen = suavizar(cinco.sesion.run(None, {"tinta": todas[:, None]})[0].astype(np.float64), 1)
    seguras = (una.argmax(1) == otra.argmax(1)) & (np.minimum(una.max(1), otra.max(1)) >= DE_ACUERDO)
    assert 0 < seguras.sum() < len(todas)
    assert dos.cuantas == len(todas) and cinco.cuantas == (~seguras).sum()
    siete = (una + otra + cinco_dicen.sum(0)) / 7
    assert dicho == pytest.approx(np.where(seguras[:, None], (una + otra) / 2, siete), abs=1e-6)
    assert (dicho.argmax(1) == siete.argmax(1))[seguras].all()


def test_boxes_without_ink_are_looked_at_once_and_each_is_told_what_it_is(
    contadas: tuple[Redes, Contadas, Contadas],
) -> None:
    redes, dos, _ = contadas
    mezcla = np.zeros((7, 28, 28), np.float32)
    mezcla[[1, 4]] = cajas()[[3, 8]]
    dicho = redes.digitos(mezcla)
    assert dos.cuantas == 3
    assert dicho.shape == (7, len(CLASES))
    solas = np.concatenate([redes.digitos(una[None]) for una in mezcla])
    assert dicho == pytest.approx(solas, abs=1e-4)
    assert "".join(CLASES[k] for k in dicho.argmax(1)) == " 3  8  "


def test_of_nothing_nothing_is_said() -> None:
    assert Redes().digitos(np.zeros((0, 28, 28))).shape == (0, len(CLASES))

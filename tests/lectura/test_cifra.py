"""Loose digits: crops from anywhere on the shipped network."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from prep.cli import app
from prep.laboratorio.idx import leer_idx
from prep.laboratorio.mano import escribir_digito, escritor, garabatear
from prep.lectura import cifra
from prep.lectura.numeral import calibracion
from prep.lectura.redes import redes

Imagen = np.ndarray


def a_mano(signo: str, semilla: int, px: int = 12) -> Imagen:
    """One of our own digits in a box of 8 x 9 mm: ink 0-255 on nothing."""
    rng = np.random.default_rng([semilla, ord(signo)])
    trazos = escribir_digito(signo, (1.0, 1.0, 6.0, 7.0), escritor(rng), rng)
    return garabatear(trazos, (9 * px, 8 * px), px, (0.0, 0.0))


def en_papel(tinta: Imagen, marco: bool = False) -> Imagen:
    alto = tinta.shape[0]
    papel = 225 + np.linspace(0, -40, alto)[:, None]
    imagen = papel * (1 - tinta / 255 * 0.75)
    if marco:
        for a in (3, -6):
            imagen[a : a + 3] = 80
            imagen[:, a : a + 3] = 80
    ruido = np.random.default_rng(1).normal(0, 3, tinta.shape)
    return np.clip(imagen + ruido, 0, 255).astype(np.uint8)


MANERAS: dict[str, Callable[[Imagen], Imagen]] = {
    "oscuro sobre claro": en_papel,
    "claro sobre oscuro": lambda t: t,
    "con marco impreso": lambda t: en_papel(t, True),
    "chico": lambda t: cv2.resize(en_papel(t), (18, 20), interpolation=cv2.INTER_AREA),
    "grande": lambda t: cv2.resize(en_papel(t), None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC),
    "como MNIST": lambda t: cv2.copyMakeBorder(cv2.resize(t, (20, 22), interpolation=cv2.INTER_AREA), 3, 3, 4, 4, 0),
}


@pytest.mark.parametrize("manera", MANERAS)
def test_the_same_digit_whichever_way_it_comes(manera: str) -> None:
    lecturas = []
    for d in "0123456789":
        for s in range(4):
            lecturas.append((d, cifra.leer(MANERAS[manera](a_mano(d, s)), redes(), calibracion())))
    assert sum(r.signo == d for d, r in lecturas) >= 0.9 * len(lecturas)
    assert all(r.signo == d for d, r in lecturas if r.aceptada)
    assert sum(r.aceptada for _, r in lecturas) >= 0.4 * len(lecturas)


@pytest.mark.parametrize("oscuro_sobre_claro", [True, False])
def test_a_crop_cut_to_the_ink_may_be_either_way(oscuro_sobre_claro: bool, datos: Any) -> None:
    """Of a digit cut tight, ink may be most of the crop: neither its size nor its edge says which is paper."""
    x = leer_idx(datos("digitos", "mnist") / "train-images-idx3-ubyte.gz")[55000:60000:25]
    y = leer_idx(datos("digitos", "mnist") / "train-labels-idx1-ubyte.gz")[55000:60000:25]
    bien = mal = 0
    for imagen, d in zip(x, y, strict=True):
        filas, columnas = np.flatnonzero(imagen.max(1) > 40), np.flatnonzero(imagen.max(0) > 40)
        t = imagen[filas[0] : filas[-1] + 1, columnas[0] : columnas[-1] + 1]
        t = cv2.resize(235 - t // 5 * 4 if oscuro_sobre_claro else t, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        r = cifra.leer(t, redes(), calibracion())
        bien += r.signo == str(d)
        mal += r.aceptada and r.signo != str(d)
    assert bien >= 0.985 * len(y) and mal == 0


@pytest.mark.parametrize("tono", [0.3, 0.15, 0.1])
def test_a_faint_digit_is_not_nothing(tono: float) -> None:
    for d in "0123456789":
        imagen = np.clip(225 - a_mano(d, 1) * tono, 0, 255).astype(np.uint8)
        assert cifra.leer(imagen, redes(), calibracion()).signo == d


def test_what_is_behind_a_transparent_picture_is_paper(tmp_path: Path) -> None:
    tinta = a_mano("3", 2)
    color = np.zeros((*tinta.shape, 4), np.uint8)  # black everywhere: only the alpha draws
    color[:, :, 3] = tinta
    cv2.imwrite(str(tmp_path / "3.png"), color)
    r = CliRunner().invoke(app, ["leer", str(tmp_path / "3.png"), "--cifras", "--json"])
    assert r.exit_code == 0 and json.loads(r.stdout)["signo"] == "3"


def test_what_is_not_a_digit_is_not_accepted() -> None:
    nada = en_papel(np.zeros((108, 96)))
    assert cifra.leer(nada, redes(), calibracion()).signo == " "
    for imagen in (nada, en_papel(np.zeros((108, 96)), True), en_papel(a_mano("-", 1)), en_papel(a_mano("x", 1))):
        assert not cifra.leer(imagen, redes(), calibracion()).aceptada
    with pytest.raises(ValueError, match="hacen falta 12"):
        cifra.preparar(np.zeros((11, 40), np.uint8))


def test_digits_of_mnist_as_they_come(datos: Any) -> None:
    carpeta = datos("digitos", "mnist")
    x = leer_idx(carpeta / "train-images-idx3-ubyte.gz")[:60000:200]
    y = leer_idx(carpeta / "train-labels-idx1-ubyte.gz")[:60000:200]
    lecturas = [cifra.leer(i, redes(), calibracion()) for i in x]
    assert sum(r.signo == str(d) for r, d in zip(lecturas, y, strict=True)) >= 0.97 * len(y)
    assert not [r for r, d in zip(lecturas, y, strict=True) if r.aceptada and r.signo != str(d)]


def test_reading_figures_from_the_command_line(tmp_path: Path) -> None:
    color = cv2.merge([en_papel(a_mano("7", 1))] * 3)
    cv2.imwrite(str(tmp_path / "siete.png"), color)
    cv2.imwrite(str(tmp_path / "chico.png"), color[:8, :8])
    (tmp_path / "nada.png").write_bytes(b"no")
    r = CliRunner().invoke(app, ["leer", str(tmp_path), "--cifras", "--json"])
    assert r.exit_code == 1, r.output  # two of them are no pictures of a digit
    filas = {Path(f["archivo"]).name: f for f in map(json.loads, r.stdout.splitlines())}
    assert filas["siete.png"]["signo"] == "7" and 0 < filas["siete.png"]["probabilidad"] <= 1
    assert "demasiado chica" in filas["chico.png"]["rechazo"] and "no es una imagen" in filas["nada.png"]["rechazo"]
    tabla = CliRunner().invoke(app, ["leer", str(tmp_path / "siete.png"), "--cifras"])
    assert tabla.exit_code == 0 and "Cifras aceptadas: " in tabla.output

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from actas_de_prueba import hoja, llena
from prep.cli import app
from prep.dominio.comun.valores import Valor
from prep.laboratorio import examen
from prep.laboratorio.examen import Medida, curva, ece, equivocar, svg_curvas
from prep.laboratorio.llenar import TINTAS, desvanecer, en_blanco
from prep.lectura.redes import PESOS, redes
from prep.lectura.revision import intervalo


@pytest.mark.parametrize(
    ("k", "n", "bajo", "alto"),
    # Wilson's interval, worked by hand from its formula with z = 1.959964.
    [(0, 10, 0.0, 0.27753), (10, 10, 0.72247, 1.0), (5, 10, 0.23659, 0.76341), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(k: int, n: int, bajo: float, alto: float) -> None:
    assert intervalo(k, n) == pytest.approx((bajo, alto), abs=1e-4)


def test_perfect_calibration_and_bad_calibration_are_told_apart() -> None:
    rng = np.random.default_rng(1)
    conf = rng.uniform(0.5, 1, 20_000)
    bien = rng.random(20_000) < conf
    assert ece(list(zip(conf.tolist(), bien.tolist(), strict=True))) < 0.015
    assert ece([(0.99, i % 2 == 0) for i in range(1000)]) == pytest.approx(0.49, abs=0.01)
    assert ece([]) == 0.0


def test_the_curve_lowers_the_demand_little_by_little() -> None:
    campos = [
        (7, "", 7, 0.99, True, "ambos"),
        (8, "", 3, 0.6, False, "ambos"),
        (9, "", 9, 0.8, False, "ambos"),
        ("Sin dato", "vacio", "Sin dato", 0.9, True, "vacio"),
        (5, "", None, 0.0, False, "vacio"),
    ]
    m = Medida("mild", True, False, None, 0.1, campos=campos)
    assert curva([m]) == [(0.25, 0.0), (0.5, 0.0), (0.75, pytest.approx(1 / 3))]
    assert "<polyline" in svg_curvas({"mild": curva([m])})


def test_a_made_up_mistake_is_always_one_and_fits() -> None:
    h, plan, _ = llena(grande=True)
    buena: dict[str, Valor] = {c.clave: plan[c.clave].valor for c in h.plantilla.campos}
    for s in range(300):
        clave, mala = equivocar(buena, h, np.random.default_rng(s))
        assert mala != buena[clave] and 0 <= mala <= 999


def test_the_weights_fit_in_three_megabytes() -> None:
    assert sum(p.stat().st_size for p in PESOS.iterdir()) <= 3_000_000


@pytest.mark.parametrize("uno_de", [5, pytest.param(1, marks=pytest.mark.largo)])
def test_real_digits_of_other_people(datos: Callable[..., Path], uno_de: int) -> None:
    """MNIST's test writers, whom no training saw."""
    fallas, n = examen.mnist(datos("digitos", "mnist"), uno_de)
    assert n == 10_000 // uno_de
    assert fallas <= 0.006 * n


def test_the_model_gives_the_same_bits_each_time_and_almost_the_same_alone_or_in_a_group() -> None:
    cajas = np.random.default_rng(1).random((7, 28, 28)).astype(np.float32)
    juntas = redes().digitos(cajas)
    assert np.array_equal(juntas, redes().digitos(cajas))
    assert np.abs(juntas[2] - redes().digitos(cajas[2:3])[0]).max() < 1e-4
    assert redes().digitos(cajas[:0]).shape == (0, 13) and redes().letras(np.zeros((0, 32, 272))).shape == (0, 33)


@pytest.mark.largo
def test_the_whole_examination_is_run_and_drawn(tmp_path: Path, datos: Callable[..., Path]) -> None:
    lineas: list[str] = []
    figuras = examen.bench(datos("digitos", "mnist"), None, 6, lineas.append, tmp_path)
    assert (tmp_path / "lectura-curvas.svg").read_text().startswith("<svg")
    assert len(figuras["conjuntos"]["otras manos"]) == 6 * len(examen.PASOS)
    assert len(figuras["conjuntos"]["mano propia"]) == len(examen.PASOS)
    assert any("mild" in linea for linea in lineas)
    assert hoja().plantilla.id not in "".join(lineas)


@pytest.mark.largo
@pytest.mark.timeout(4 * 3600)
def test_the_examination_is_large_enough_and_passed(datos: Callable[..., Path], capsys: pytest.CaptureFixture) -> None:
    """300 actas a step, by hands that trained nothing: enough to say what the bars ask with 95 % confidence."""
    otras = examen.OtrasManos.de_examen(datos("digitos", "mnist"), None)
    medidas = examen.examinar(otras, 300)
    with capsys.disabled():
        examen.tabla("otras manos, con la letra del sistema", medidas, print)
    assert examen.faltas(medidas, 300) == []


def test_what_misses_its_bar_is_named() -> None:
    def acta(paso: str, mal: int = 0, devuelta: bool = False) -> Medida:
        campos = [(7, "", 1 if i < mal else 7, 1.0, True, "ambos") for i in range(20)]
        return Medida(paso, True, False, None, 0.1, devuelta_bien=devuelta, campos=campos)

    buenas = [acta(paso) for paso in examen.PASOS for _ in range(300)]
    assert examen.faltas(buenas, 300) == []
    assert examen.faltas([m for m in buenas if m.nivel != "scan"], 300) == [
        "scan: leídas 0 de 300 actas, y se piden 97 de cada 100",
        "scan: aceptados 0 números, y se piden 6000",
    ]
    malas = [acta("mild", 4), *[acta("mild") for _ in range(299)], acta("faint", 7)]
    malas += [acta("faint") for _ in range(299)] + [acta("hard", devuelta=i < 4) for i in range(300)]
    assert examen.faltas(malas + [m for m in buenas if m.nivel not in ("mild", "faint", "hard")], 300) == [
        "mild: 4 de 6000 aceptados están mal, y se admite 0.05 %",
        "hard: devueltas 4 de 300 actas bien capturadas, y se admite 1 %",
        "faint: 7 de 6000 aceptados están mal, y se admite 0.1 %",
    ]


def test_an_examination_that_was_stopped_goes_on_and_one_of_other_code_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lineas: list[str] = []
    escanear = ("scan",)
    (una,) = examen.examinar(None, 1, lineas.append, escanear, tmp_path)
    (hecha,) = tmp_path.rglob("0000.json")
    assert not any("ya estaban" in linea for linea in lineas)
    (otra,) = examen.examinar(None, 1, lineas.append, escanear, tmp_path)
    assert otra == una
    assert f"1 de 1 actas ya estaban examinadas en {hecha.parent}" in lineas
    assert examen.huella(None, escanear) == hecha.parent.name != examen.huella(None, ("mild",))
    monkeypatch.setattr(examen, "_PREP", tmp_path)
    (tmp_path / "lectura").mkdir()
    (tmp_path / "lectura" / "lector.py").write_text("otro")
    assert examen.huella(None, escanear) != hecha.parent.name


@pytest.mark.parametrize("tinta", ["tenue", "lapiz", "copia"])
def test_another_ink_is_fainter_and_in_the_same_place(tinta: str) -> None:
    h, _, pagina = llena()
    vacia = en_blanco(h)
    otra = desvanecer(pagina, vacia, TINTAS[tinta], np.random.default_rng(1))
    escrito = np.abs(vacia.astype(int) - pagina).max(2) > 60
    lejos = cv2.dilate(escrito.astype(np.uint8), np.ones((31, 31), np.uint8)) == 0
    antes, ahora = ((vacia.astype(int) - p)[escrito].mean() for p in (pagina, otra))
    assert 0.08 * antes < ahora < 0.55 * antes
    assert np.abs(vacia.astype(int) - otra)[lejos].max() <= 3
    assert np.array_equal(desvanecer(pagina, vacia, TINTAS["pluma"], np.random.default_rng(1)), pagina)


def test_an_ink_that_does_not_exist_is_refused_naming_those_that_do(tmp_path: Path) -> None:
    r = CliRunner().invoke(app, ["actas", "llenar", str(tmp_path), "--salida", str(tmp_path), "--tinta", "otra"])
    assert r.exit_code == 2
    assert all(f"'{tinta}'" in r.output for tinta in TINTAS)

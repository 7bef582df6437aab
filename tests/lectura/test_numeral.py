"""Numbers from probabilities, against brute force."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.lectura.numeral import CASOS, Calibracion, juzgar, por_cifras, por_letras
from prep.lectura.redes import CLASES, suavizar

K = Calibracion(1.0, 1.0, 0.005, 0.005, dict.fromkeys(CASOS, (1.0, 0.0)), dict.fromkeys(CASOS, 0.9))


def de_fuerza_bruta(p: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Every combination of signs; those that a person would read as a number count for it."""
    n = len(p)
    numeros, vacias, rayadas = np.zeros(10**n), 0.0, 0.0
    for combinacion in product(range(13), repeat=n):
        peso = float(np.prod([p[i, c] for i, c in enumerate(combinacion)]))
        signos = "".join(CLASES[c] for c in combinacion)
        if signos == " " * n:
            vacias += peso
        elif signos == "-" * n:
            rayadas += peso
        for relleno in (" ", "-"):
            limpia = signos.lstrip(relleno)
            if limpia.isdigit() and (limpia != signos or relleno == " "):
                numeros[int(limpia)] += peso
                break
    return numeros, vacias, rayadas


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3]))
def test_boxes_add_up_as_brute_force_does(semilla: int, n: int) -> None:
    p = suavizar(np.random.default_rng(semilla).normal(0, 3, (n, 13)), 1.0)
    for a, b in zip(por_cifras(p), de_fuerza_bruta(p), strict=True):
        assert a == pytest.approx(b, abs=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_the_1000_phrases_are_a_distribution(semilla: int) -> None:
    frases, tipo = por_letras(np.random.default_rng(semilla).normal(0, 4, 33), 1.3)
    assert len(frases) == 1000
    assert frases.sum() == pytest.approx(1)
    assert tipo.sum() == pytest.approx(1)


def cajas(signos: str, seguro: float = 12.0) -> np.ndarray:
    puntos = np.zeros((len(signos), 13))
    for i, s in enumerate(signos):
        puntos[i, CLASES.index(s)] = seguro
    return puntos


def renglon(numero: int | None, tipo: int = 0, seguro: float = 12.0) -> np.ndarray:
    puntos = np.zeros(33)
    puntos[30 + tipo] = seguro
    if numero is not None:
        for i, d in enumerate((numero // 100, numero // 10 % 10, numero % 10)):
            puntos[10 * i + d] = seguro
    return puntos


SIN_LETRA, BORRON = renglon(None, 1), renglon(None, 2)


@pytest.mark.parametrize("signos", ["045", " 45", "-45"])
def test_leading_zeros_may_be_written_or_not(signos: str) -> None:
    j = juzgar(cajas(signos), renglon(45), K)
    assert (j.valor, j.caso, j.motivos) == (45, "ambos", ())
    assert j.confianza > 0.99


def test_numbers_of_four_boxes() -> None:
    assert juzgar(cajas("0345"), renglon(345), K).valor == 345
    assert juzgar(cajas("1345"), SIN_LETRA, K).valor == 1345


def test_a_doubtful_figure_is_settled_by_its_words() -> None:
    puntos = cajas("017")
    puntos[1, 7] = 12.0  # a one that may be a seven
    assert juzgar(puntos, renglon(77), K).valor == 77
    assert juzgar(puntos, renglon(17), K).valor == 17


def test_the_sure_beats_the_doubtful_and_the_difference_is_said() -> None:
    """Sure digits beside words that hesitate between two numbers, one of which is theirs."""
    letra = renglon(612)
    letra[1] = 11.5  # 112 almost as likely as 612
    j = juzgar(cajas("112", 20.0), letra, K)
    assert (j.valor, j.caso, j.motivos) == (112, "difieren", ())


def test_words_and_figures_that_differ_are_not_accepted() -> None:
    j = juzgar(cajas("117"), renglon(617), K)
    assert (j.caso, j.motivos) == ("difieren", ("letra_y_numero_difieren",))


@pytest.mark.parametrize(
    ("signos", "letra", "caso", "motivo"),
    [
        ("   ", SIN_LETRA, "vacio", None),
        ("---", SIN_LETRA, "vacio", "rayado"),
        ("   ", BORRON, "vacio", "ilegible"),
        ("0?5", SIN_LETRA, "numero", "numero_ilegible"),
        ("0?5", renglon(45), "ambos", "numero_ilegible"),
        ("5 4", SIN_LETRA, "numero", "numero_ilegible"),
        ("045", BORRON, "numero", "letra_ilegible"),
        ("   ", renglon(45), "letra", None),
        ("045", SIN_LETRA, "numero", None),
    ],
)
def test_each_case_with_its_reason(signos: str, letra: np.ndarray, caso: str, motivo: str | None) -> None:
    j = juzgar(cajas(signos), letra, K)
    assert j.caso == caso
    assert (motivo in j.motivos) if motivo else not j.motivos


def test_confidence_grows_with_the_evidence() -> None:
    debil, fuerte = (juzgar(cajas("045", s), renglon(45, seguro=s), K).confianza for s in (3.0, 9.0))
    assert debil < fuerte
    assert (
        juzgar(cajas("045", 5.0), SIN_LETRA, K).confianza
        < juzgar(cajas("045", 5.0), renglon(45, seguro=5.0), K).confianza
    )

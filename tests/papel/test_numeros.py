import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.papel.numeros import FRASES, en_letra

CONOCIDOS = {
    0: "cero",
    1: "uno",
    15: "quince",
    16: "dieciséis",
    20: "veinte",
    21: "veintiuno",
    22: "veintidós",
    23: "veintitrés",
    26: "veintiséis",
    30: "treinta",
    31: "treinta y uno",
    99: "noventa y nueve",
    100: "cien",
    101: "ciento uno",
    200: "doscientos",
    500: "quinientos",
    555: "quinientos cincuenta y cinco",
    700: "setecientos",
    900: "novecientos",
    999: "novecientos noventa y nueve",
    1000: "mil",
    1001: "mil uno",
    2024: "dos mil veinticuatro",
}


@pytest.mark.parametrize(("numero", "letra"), CONOCIDOS.items())
def test_how_numbers_are_written_in_words(numero: int, letra: str) -> None:
    assert en_letra(numero) == letra


def test_no_phrase_is_repeated() -> None:
    assert len(set(FRASES)) == 1000


@given(st.integers(101, 199))
def test_hundreds_are_composed(n: int) -> None:
    assert en_letra(n) == f"ciento {en_letra(n - 100)}"
    assert en_letra(n + 200) == f"trescientos {en_letra(n - 100)}"


@pytest.mark.parametrize("malo", [-1, 10_000])
def test_beyond_what_fits_in_an_acta(malo: int) -> None:
    with pytest.raises(ValueError, match="0 a 9999"):
        en_letra(malo)

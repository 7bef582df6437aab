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
def test_como_se_escriben(numero: int, letra: str) -> None:
    assert en_letra(numero) == letra


def test_ninguna_frase_se_repite() -> None:
    assert len(set(FRASES)) == 1000


@given(st.integers(101, 199))
def test_las_centenas_se_componen(n: int) -> None:
    assert en_letra(n) == f"ciento {en_letra(n - 100)}"
    assert en_letra(n + 200) == f"trescientos {en_letra(n - 100)}"


@pytest.mark.parametrize("malo", [-1, 10_000])
def test_fuera_de_lo_que_cabe_en_un_acta(malo: int) -> None:
    with pytest.raises(ValueError, match="0 a 9999"):
        en_letra(malo)

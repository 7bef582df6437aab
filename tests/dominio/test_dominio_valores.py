"""Values of a box, keys, percentages and what an acta says."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.dominio.acta.asentado import TOTALES, Asentado, AsentadoInvalido
from prep.dominio.comun.valores import ILEGIBLE, MAXIMO, SIN_DATO, Marca, ValorInvalido, valor, votos
from prep.dominio.tabulacion.boleta import armar_boleta
from prep.dominio.tabulacion.claves import TIPOS_CASILLA, ClaveCasilla, ClaveInvalida
from prep.dominio.tabulacion.porcentajes import porcentaje


@pytest.mark.parametrize("dato", [0, 1, 9999])
def test_a_box_says_a_number(dato: int) -> None:
    assert valor(dato) == dato
    assert votos(valor(dato)) == dato


def test_four_digits_are_the_most() -> None:
    assert MAXIMO == 9999


def test_the_marks_are_those_of_the_leeme_and_are_worth_zero() -> None:
    assert valor("Ilegible") is ILEGIBLE is Marca.ILEGIBLE
    assert valor("Sin dato") is SIN_DATO is Marca.SIN_DATO
    assert votos(ILEGIBLE) == votos(SIN_DATO) == 0


@pytest.mark.parametrize("dato", [-1, 10_000, True, False, 1.0, None, "", "5", "ilegible", "Sin Dato", [], {}])
def test_anything_else_is_not_a_value(dato: object) -> None:
    with pytest.raises(ValorInvalido) as error:
        valor(dato)
    assert str(error.value) == f"«{dato}» no es un número de 0 a 9999, ni «Ilegible», ni «Sin dato»."


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clave", "partes", "nombre"),
    [
        ("140024B0100", (14, 24, "B", 1, 0), "Básica"),
        ("140024C0100", (14, 24, "C", 1, 0), "Contigua 1"),
        ("280024E0103", (28, 24, "E", 1, 3), "Extraordinaria 1 contigua 3"),
        ("143999S0200", (14, 3999, "S", 2, 0), "Especial 2"),
        ("280000M0100", (28, 0, "M", 1, 0), "Voto en el extranjero 1"),
        ("140001V0100", (14, 1, "V", 1, 0), "Prisión preventiva 1"),
        ("140001P0100", (14, 1, "P", 1, 0), "Prisión preventiva 1"),
        ("140001A0100", (14, 1, "A", 1, 0), "Voto anticipado 1"),
        ("090002U0100", (9, 2, "U", 1, 0), "Tipo U 1"),
    ],
)
def test_a_key_of_casilla_is_read_and_written(clave: str, partes: tuple[int, int, str, int, int], nombre: str) -> None:
    leida = ClaveCasilla.leer(clave)
    assert (leida.entidad, leida.seccion, leida.tipo, leida.id, leida.extension) == partes
    assert str(leida) == clave
    assert leida.nombre == nombre


@pytest.mark.parametrize(
    "clave",
    ["", "140024C010", "140024C01000", "14002410100", "140024c0100", " 140024C0100", "140024C0100\n", "١٤0024C0100"],
)
def test_a_malformed_key_of_casilla_is_refused(clave: str) -> None:
    with pytest.raises(ClaveInvalida) as error:
        ClaveCasilla.leer(clave)
    assert str(error.value) == (
        f"«{clave}» no es una clave de casilla: se esperan entidad (2 dígitos), sección (4), tipo (1 letra "
        "mayúscula), número (2) y extensión contigua (2), como 140024C0100."
    )


_NUMERO = st.integers(0, 99)


@given(
    st.lists(
        st.builds(ClaveCasilla, _NUMERO, st.integers(0, 9999), st.sampled_from(sorted(TIPOS_CASILLA)), _NUMERO, _NUMERO)
    )
)
def test_keys_sort_as_in_the_database(claves: list[ClaveCasilla]) -> None:
    """Sección, type, number, extension: with fixed widths that is the order of the text."""
    assert [str(c) for c in sorted(claves)] == sorted(str(c) for c in claves)
    assert [ClaveCasilla.leer(str(c)) for c in claves] == claves


# --- percentages -----------------------------------------------------------------------------------------------------


def test_percentages_are_the_published_ones() -> None:
    assert porcentaje(7407, 7548) == "98.1319"  # Puebla 2018, gubernatura
    assert porcentaje(2506816, 3705612) == "67.6491"
    assert porcentaje(0, 5) == "0.0000"
    assert porcentaje(5, 5) == "100.0000"
    assert porcentaje(1, 1_000_001) == "0.0000"
    assert porcentaje(3, 2) == "150.0000"
    assert porcentaje(1, 0) is None


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_truncated_percentages_against_fractions_and_decimals(parte: int, todo: int) -> None:
    texto = porcentaje(parte, todo)
    assert texto is not None
    assert len(texto.split(".")[1]) == 4
    exacto, impreso = Fraction(parte * 100, todo), Fraction(texto)
    assert impreso <= exacto < impreso + Fraction(1, 10_000)
    largo = Context(prec=60)
    oraculo = largo.divide(Decimal(parte * 100), Decimal(todo)).quantize(Decimal("0.0001"), ROUND_DOWN, largo)
    assert Decimal(texto) == oraculo


# --- what an acta says -----------------------------------------------------------------------------------------------


def test_what_is_asentado_is_read_and_written_the_same() -> None:
    contenido = {"boletas_sobrantes": 3, "total_asentado": "Ilegible", "votos": {"A": 5, "NULOS": "Sin dato"}}
    asentado = Asentado.leer(contenido)
    assert asentado.totales == {"boletas_sobrantes": 3, "total_asentado": ILEGIBLE}
    assert asentado.votos == {"A": 5, "NULOS": SIN_DATO}
    assert asentado.escribir() == contenido
    assert Asentado.leer(asentado.escribir()) == asentado
    assert Asentado() == Asentado.leer({"votos": {}})


def test_the_five_totals_that_are_not_votes() -> None:
    leido = Asentado.leer({**dict.fromkeys(TOTALES, 1), "votos": {}})
    assert set(leido.totales) == {
        *("boletas_sobrantes", "personas_votaron", "representantes_votaron", "votos_sacados", "total_asentado")
    }


@pytest.mark.parametrize(
    ("contenido", "mensaje"),
    [
        ({}, "Faltan los votos."),
        ({"votos": 3}, "«votos» debe ser un objeto de recuadro a valor."),
        ({"votos": {}, "otro": 1}, "«otro» no es un campo del acta."),
        ({"votos": {"A": -1}}, "A: «-1» no es un número de 0 a 9999, ni «Ilegible», ni «Sin dato»."),
        (
            {"votos_sacados": "x", "votos": {}},
            "votos_sacados: «x» no es un número de 0 a 9999, ni «Ilegible», ni «Sin dato».",
        ),
        ("votos", "Los valores deben ser un objeto de campo a valor."),
        (None, "Los valores deben ser un objeto de campo a valor."),
    ],
)
def test_malformed_asentado_is_refused(contenido: object, mensaje: str) -> None:
    with pytest.raises(AsentadoInvalido) as error:
        Asentado.leer(contenido)  # type: ignore[arg-type]
    assert str(error.value) == mensaje


def test_one_value_for_each_box_of_the_boleta() -> None:
    boleta = armar_boleta(["A", "B"])
    Asentado.leer({"votos": {"NULOS": 0, "A": 1, "NO_REGISTRADAS": 0, "B": 1}}).revisar(boleta)
    with pytest.raises(AsentadoInvalido, match=r"^Faltan recuadros de la boleta: B, NULOS\.$"):
        Asentado.leer({"votos": {"A": 1, "NO_REGISTRADAS": 0}}).revisar(boleta)
    with pytest.raises(AsentadoInvalido, match=r"^Recuadros que no están en la boleta: X, Z\.$"):
        Asentado.leer({"votos": {"A": 1, "Z": 1, "X": 1, "NULOS": 0}}).revisar(boleta)


@pytest.mark.parametrize("tipo", sorted(TIPOS_CASILLA))
def test_what_no_cae_brings_comes_by_a_route_of_its_own(tipo: str) -> None:
    propias = {"A": "anticipado", "P": "prision", "V": "prision", "M": "extranjero"}
    assert ClaveCasilla.leer(f"140024{tipo}0100").ruta == propias.get(tipo, "")

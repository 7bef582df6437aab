"""Cells of a published database: numbers, marks, dates, observations, figures of the header."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from fabrica_publicado import ZONA

from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.reproduccion import Hueco, Nota
from prep.reproduccion.campos import CeldaInvalida, celda, cifra, fecha, hora_de_corte, misma_cifra, notas, zona_de


@pytest.mark.parametrize(
    ("texto", "valor"),
    [
        ("0", 0),
        ("007", 7),
        (" 12 ", 12),
        ("'12", 12),
        ("'12'", 12),
        ('="012"', 12),
        ("1,234", 1234),
        ("1 234", 1234),
        ("1\xa0234", 1234),
        ("12.0", 12),
        ("12,0", 12),
        ("1,234.0", 1234),
        ("1.234", 1234),
        ("1.00E+02", 100),
        ("1.57E+02", 157),
        ("1.570E+02", 157),
        ("1e+05", 100000),
        ("2.5e+03", 2500),
        ("null", Hueco.GUION),
        ("<NA>", Hueco.GUION),
        ("ILEGIBLE", ILEGIBLE),
        ("ilegible", ILEGIBLE),
        ("SIN DATO", SIN_DATO),
        ("Sin  dato ", SIN_DATO),
        ("", Hueco.VACIO),
        ("   ", Hueco.VACIO),
        ("-", Hueco.GUION),
        ("N/A", Hueco.GUION),
        ("Sin acta", Hueco.SIN_ACTA),
    ],
)
def test_a_cell_is_a_number_a_mark_or_a_gap(texto: str, valor: object) -> None:
    assert celda(texto) == valor
    assert type(celda(texto)) is type(valor)


@pytest.mark.parametrize(
    "texto", ["doce", "12.5", "1,23", "-5", "=1+1", "12a", "9" * 30, "1.2E+03", "1E+02", "1.000", "1.575E+02", "1e+99"]
)
def test_a_cell_that_is_nothing_or_may_be_several_numbers(texto: str) -> None:
    with pytest.raises(CeldaInvalida):
        celda(texto)


@pytest.mark.parametrize(
    ("texto", "esperada"),
    [
        ("02/06/2024 20:05:09", (2024, 6, 2, 20, 5, 9)),
        ("02-jun-24 20:05", (2024, 6, 2, 20, 5)),
        ("2/Jun./2024 20:05", (2024, 6, 2, 20, 5)),
        ("05-Jan-2025 08:05 p. m.", (2025, 1, 5, 20, 5)),
        ("02/06/2024 - 20:05", (2024, 6, 2, 20, 5)),
        ("2/6/2024 8:05", (2024, 6, 2, 8, 5, 0)),
        ("2024-06-02 20:05:09", (2024, 6, 2, 20, 5, 9)),
        ("2024-06-02T20:05:09.123", (2024, 6, 2, 20, 5, 9)),
        ("02/06/2024 08:05:09 p. m.", (2024, 6, 2, 20, 5, 9)),
        ("02/06/2024 08:05:09\xa0p.\xa0m.", (2024, 6, 2, 20, 5, 9)),
        ("02/06/2024 12:05 a.m.", (2024, 6, 2, 0, 5, 0)),
        ("02/06/2024 12:05 PM", (2024, 6, 2, 12, 5, 0)),
        ("02-06-24 20:05", (2024, 6, 2, 20, 5, 0)),
        ("06/22/2024 20:05", (2024, 6, 22, 20, 5, 0)),
        ("02/06/2024 24:00", (2024, 6, 3, 0, 0, 0)),
        ("02/06/2024", (2024, 6, 2, 0, 0, 0)),
        ("2024-06-03T02:05:09Z", (2024, 6, 2, 20, 5, 9)),
        ("2024-06-02T19:05:09-07:00", (2024, 6, 2, 20, 5, 9)),
        ("0217-07-02 20:05:00", (217, 7, 2, 20, 5, 0)),
        ("02/06/2024 20:05:09 (UTC-6)", (2024, 6, 2, 20, 5, 9)),
        ("02/06/2024 19:05:09 (utc-07:00)", (2024, 6, 2, 20, 5, 9)),
        ("45445.8369097222", (2024, 6, 2, 20, 5, 9)),
    ],
)
def test_a_date_is_read_however_it_is_written(texto: str, esperada: tuple[int, ...]) -> None:
    leida = fecha(texto, ZONA)
    assert leida == datetime(*esperada, tzinfo=ZONA)  # type: ignore[misc]
    assert leida is not None and leida.utcoffset() == timedelta(hours=-6)


@pytest.mark.parametrize(
    "texto", ["", "-", " ", "N/A", "Sin acta", "SIN DATO", "0000-00-00 00:00:00", "00/00/0000 00:00"]
)
def test_a_date_that_is_not_there(texto: str) -> None:
    assert fecha(texto, UTC) is None


@pytest.mark.parametrize("texto", ["31/02/2024 10:00", "ayer", "02/06/2024 25:00", "20:05", "1234567", "2-xyz-2024"])
def test_a_date_that_does_not_exist_is_refused(texto: str) -> None:
    with pytest.raises(CeldaInvalida):
        fecha(texto, UTC)


@pytest.mark.parametrize(
    ("lineas", "esperada"),
    [
        (["GUBERNATURA", "02/06/2024 23:30 (UTC-6)"], (2024, 6, 2, 23, 30)),
        (["FECHA DE CORTE,02/06/2024", "HORA DE CORTE,23:30"], (2024, 6, 2, 23, 30)),
        (["(UTC-06:00) 11:30 p. m.", "2024-06-02"], (2024, 6, 2, 23, 30)),
        (["Corte: 2 de junio 2024 - 23:30"], (2024, 6, 2, 23, 30)),
        (["20:00 horas (UTC-5)", "Domingo 1 de julio de 2012"], (2012, 7, 1, 20, 0)),
        (["2021-06-07T20:00:00"], (2021, 6, 7, 20, 0)),
        (["07/06/2021 08:15:00 p. m. (UTC-5)"], (2021, 6, 7, 20, 15)),
    ],
)
def test_the_hour_of_the_header(lineas: list[str], esperada: tuple[int, ...]) -> None:
    assert hora_de_corte(lineas, ZONA) == datetime(*esperada, tzinfo=ZONA)  # type: ignore[misc]


def test_the_time_zone_of_the_header() -> None:
    assert zona_de("02/07/2018 20:00 (UTC-5)") == timezone(timedelta(hours=-5))
    assert zona_de("02/07/2018 20:00 (utc -07:00)") == timezone(timedelta(hours=-7))
    assert zona_de("02/07/2018 20:00") is None


@pytest.mark.parametrize(
    ("texto", "esperadas", "motivo"),
    [
        ("", (), ""),
        ("SIN OBSERVACIONES", (), ""),
        ("ALGUN CAMPO ILEGILE O SIN DATO", (Nota.ALGUNO,), ""),
        ("Cantidad de votos en blanco", (Nota.SIN_DATO,), ""),
        ("Cantidad de votos ilegible o en blanco", (Nota.ILEGIBLE, Nota.SIN_DATO), ""),
        ("Todos en blanco", (Nota.TODOS_VACIOS,), ""),
        ("NO IDENTFICADA", (Nota.FUERA_DE_CATALOGO,), ""),
        ("-", (), ""),
        ("['Ilegible', 'Sin dato']", (Nota.ILEGIBLE, Nota.SIN_DATO), ""),
        ('["Sin dato"]', (Nota.SIN_DATO,), ""),
        ("[]", (), ""),
        ("ILEGIBLE", (Nota.ILEGIBLE,), ""),
        ("Ilegible; Sin dato", (Nota.ILEGIBLE, Nota.SIN_DATO), ""),
        ("Todos los campos vacio", (Nota.TODOS_VACIOS,), ""),
        ("Todos los campos vacíos", (Nota.TODOS_VACIOS,), ""),
        ("Todos los campos sin dato", (Nota.TODOS_VACIOS,), ""),
        ("TODOS LOS CAMPOS ILEGIBLES", (Nota.TODOS_ILEGIBLES,), ""),
        ("TODOS ILEGIBLES O SIN DATO", (Nota.TODOS,), ""),
        ("ALGÚN CAMPO ILEGIBLE O SIN DATO", (Nota.ALGUNO,), ""),
        ("EXCEDE LISTA NOMINAL", (Nota.EXCEDE,), ""),
        ("['Excede Lista Nominal', 'Ilegible', 'Sin dato']", (Nota.EXCEDE, Nota.ILEGIBLE, Nota.SIN_DATO), ""),
        ("Sin Acta", (Nota.SIN_ACTA,), ""),
        ("Sin acta(3)", (Nota.SIN_ACTA,), "3"),
        ("Sin acta (2)", (Nota.SIN_ACTA,), "2"),
        ("SIN ACTA POR PAQUETE NO ENTREGADO", (Nota.SIN_ACTA,), "1"),
        ("SIN ACTA POR CASILLA NO INSTALADA", (Nota.SIN_ACTA,), "2"),
        ("SIN ACTA POR PAQUETE ENTREGADO SIN SOBRE", (Nota.SIN_ACTA,), "3"),
        ("Sin Acta por contingencia en urna electrónica", (Nota.SIN_ACTA,), "4"),
        ("Fuera de Catálogo", (Nota.FUERA_DE_CATALOGO,), ""),
        ("FUERA DE CATALOGO", (Nota.FUERA_DE_CATALOGO,), ""),
        ("No identificada", (Nota.FUERA_DE_CATALOGO,), ""),
        ("Identificación por otro medio", (Nota.POR_PTO,), ""),
        ("Identificación por proceso técnico operativo, Ilegible", (Nota.POR_PTO, Nota.ILEGIBLE), ""),
        ("Cotejo", (Nota.OTRA,), ""),
        ("TODO ILEGIBLE O SIN DATO", (Nota.TODOS,), ""),
        ("ALGÚN CAMPO ILEGIBLE O SIN DATO. EXCEDE LISTA NOMINAL.", (Nota.ALGUNO, Nota.EXCEDE), ""),
        ("SIN ACTA POR PAQUETE ENTREGADO SIN BOLSA", (Nota.SIN_ACTA,), "3"),
        ("Ilegible. Llovió mucho", (Nota.ILEGIBLE, Nota.OTRA), ""),
    ],
)
def test_observations(texto: str, esperadas: tuple[Nota, ...], motivo: str) -> None:
    halladas, dice, ajenas = notas(texto)
    assert (halladas, dice) == (esperadas, motivo)
    assert bool(ajenas) is (Nota.OTRA in esperadas)


@pytest.mark.parametrize(
    ("texto", "porcentaje", "valor"),
    [
        ("4,778", False, 4778),
        ("163666", False, 163666),
        ("163 666", False, 163666),
        ("100.0000%", True, "100.0000"),
        ("98.1319", True, "98.1319"),
        ("98,1319 %", True, "98.1319"),
        ("98.123456789012345", True, "98.123456789012345"),
        ("0", True, "0"),
        ("", False, None),
        ("-", True, None),
    ],
)
def test_a_figure_of_the_header(texto: str, porcentaje: bool, valor: object) -> None:
    assert cifra(texto, porcentaje) == valor


@pytest.mark.parametrize(
    ("published", "same"),
    [
        ("97.2972", True),
        ("97.29729729", True),
        ("97.297200000000004", True),
        ("97.29719999999999", True),
        ("97.29", True),
        ("97.29719", False),
        ("97.2973", False),
    ],
)
def test_a_percentage_is_compared_at_the_four_decimals_of_the_law(published: str, same: bool) -> None:
    assert misma_cifra(published, "97.2972") is same


DESMEDIDOS = [
    forma.format(grupo * veces)
    for veces in (7, 1_500)
    for forma, grupo in (("1{}", "234"), ("1{}", ",234"), ("1{}", ".234"), ("1{}.0", ",234"), ("1{},00", "234"))
]


@pytest.mark.parametrize("texto", DESMEDIDOS, ids=range(len(DESMEDIDOS)))
def test_a_number_of_more_digits_than_a_spreadsheet_keeps_is_not_read(texto: str) -> None:
    with pytest.raises(CeldaInvalida):
        celda(texto)
    with pytest.raises(CeldaInvalida):
        cifra(texto, False)
    with pytest.raises(CeldaInvalida):
        cifra(texto, True)


@pytest.mark.parametrize("decimales", ["9" * 22, "9" * 5_000], ids=len)
def test_a_percentage_of_more_decimals_than_a_spreadsheet_keeps_is_not_read(decimales: str) -> None:
    with pytest.raises(CeldaInvalida):
        cifra(f"98.{decimales}", True)

"""The forecast: what it says follows from the catalogue and the nights, adds up, and is held against real nights."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from fabrica_publicado import base, guardar, renglon
from typer.testing import CliRunner

from noche import carpeta_de_ejemplo
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.pronostico import MINUTOS, PASOS, Curva, Que, Tipo, pronosticar, supuestas
from prep.cli import app
from prep.reproduccion import leer
from prep.reproduccion.pronostico import Venida, comparar, entre_noches, entre_zonas, noche, observar

CIERRE = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo("America/Mexico_City"))


def test_half_hours_are_counted_from_the_closing_and_what_never_came_is_expected() -> None:
    curva = Curva.de([-5, 0, 1, 30, 31, 24 * 60 + 1], 8)
    assert [curva.partes[i] for i in (0, 1, 2, PASOS)] == [Fraction(n, 8) for n in (2, 4, 5, 5)]
    decilas = Curva.de_decilas([60, 120, 240], Fraction(9, 10))
    assert [decilas.partes[i] for i in (2, 3, 4, 6, 8, PASOS)] == [
        *(Fraction(n, 100) * Fraction(9, 10) for n in (0, 25, 50, 75, 100, 100)),
    ]
    for una in supuestas(1) + supuestas(3):
        assert all(list(c.partes) == sorted(c.partes) and c.partes[PASOS] < 1 for c in una.curvas.values())
    assert [len(supuestas(n)) for n in (1, 2, 3, 6)] == [1, 2, 1, 1]


def test_what_is_expected_is_the_catalogue_and_the_total_is_the_sum_of_the_centres() -> None:
    proceso, _ = ejemplo(60)
    p = pronosticar(proceso, supuestas(3), CIERRE)
    assert p.esperadas == sum(len(e.actas) for e in proceso.elecciones)
    assert {c.catd for c in p.centros} == {a.casilla.catd for e in proceso.elecciones for a in e.actas}
    assert p.total[Que.SOBRE] == tuple(sum(c.sobres[i] for c in p.centros) for i in range(PASOS + 1))
    assert all(c.llegadas[-1] <= c.esperadas for c in p.centros)
    assert all(p.total[Que.VERIFICADA][i] <= p.total[Que.LLEGADA][i] for i in range(PASOS + 1))
    assert p.hora(3) == CIERRE + timedelta(minutes=3 * MINUTOS)


def test_a_published_night_is_read_by_its_own_hours(tmp_path: Path) -> None:
    """Of the day before and after midnight; by phone and in its package; with another year, it is of no night."""
    dichas = (
        ("06/06/2027 19:10:00", "06/06/2027 20:00:00", "CASILLA", "1"),
        ("06/06/2027 23:00:00", "07/06/2027 00:30:00", "CATD", "2"),
        ("07/06/2027 01:15:00", "07/06/2027 02:00:00", "CATD", "1"),
        ("07/06/2021 01:15:00", "07/06/2027 02:00:00", "CATD", "1"),
    )
    filas = [
        renglon(
            n,
            distrito=n,
            FECHA_HORA_ACOPIO=acopio,
            FECHA_HORA_CAPTURA=verificacion,
            FECHA_HORA_VERIFICACION=verificacion,
            ORIGEN=origen,
            UBICACION_CASILLA=ubicacion,
        )
        for n, (acopio, verificacion, origen, ubicacion) in enumerate(dichas, 1)
    ]
    venidas = observar(leer([guardar(tmp_path, base(*filas))]))
    assert [(v.tipo, v.movil, v.acopio, v.verificada) for v in venidas] == [
        (Tipo.URBANA, True, 70, 120),
        (Tipo.NO_URBANA, False, 300, 390),
        (Tipo.URBANA, False, 435, 480),
    ]
    probado = CliRunner().invoke(app, ["catd", "probar-pronostico", str(tmp_path)])
    assert probado.exit_code == 0, probado.output
    assert re.search(r"caso 1\s+caso 2", probado.output) and "+16 h" in probado.output  # each half of its districts
    sin_horas = guardar(tmp_path, base(renglon(1, FECHA_HORA_ACOPIO="", FECHA_HORA_VERIFICACION="")))
    negado = CliRunner().invoke(
        app, ["catd", "pronostico", str(carpeta_de_ejemplo()), str(tmp_path / "informe"), "--noche", str(sin_horas)]
    )
    assert negado.exit_code == 2 and "no dice a qué hora llegó" in " ".join(negado.output.split())


def test_a_night_says_itself_and_another_one_is_off_by_its_delay() -> None:
    venidas = [Venida(Tipo(1 + i % 2), i % 4, i % 3 == 0, 60 + 3 * i, 90 + 3 * i) for i in range(200)]
    tarde = [Venida(v.tipo, v.zona, v.movil, (v.acopio or 0) + 120, (v.verificada or 0) + 120) for v in venidas]
    una, otra = noche("una", 1, venidas), noche("otra", 1, tarde)
    assert [e.mayor for e in comparar(una.curvas, venidas)] == [0, 0, 0]
    ((_, de_una), (_, de_otra)) = entre_noches([(una, venidas), (otra, tarde)])
    assert [r - p for r, p in de_una[0].pares] == [p - r for r, p in de_otra[0].pares]
    assert all(r >= p for r, p in de_una[0].pares) and de_una[0].mayor > Fraction(1, 10)
    mitades, de_zonas = entre_zonas(venidas)
    assert (len(mitades), len(de_zonas)) == (2, 4)


@pytest.mark.parametrize(
    ("donde", "puntos"),
    [("tamps2023_ext_prep", 8), pytest.param("pue2018_prep", 3, marks=pytest.mark.largo)],
)
def test_half_of_a_real_night_forecasts_the_other_half(datos: Callable[..., Path], donde: str, puntos: int) -> None:
    """And half of the night forecast by nobody's hours (all at once) is further off: the curve says something."""
    mitades, _ = entre_zonas(observar(leer([datos(donde)])))
    for errores in mitades:
        print(donde, {e.que.value: f"{int(1000 * e.medio) / 10} puntos" for e in errores})
        assert all(e.medio < Fraction(puntos, 100) for e in errores)
        for e in errores:
            final = e.pares[-1][0]
            ciego = sum(abs(final - r) for r, _ in e.pares) / len(e.pares)
            assert 2 * e.medio < ciego


def test_the_report_says_the_same_on_paper_and_in_its_table(tmp_path: Path) -> None:
    """From the shell, twice the same bytes."""
    for vez in ("una", "otra"):
        hecho = CliRunner().invoke(app, ["catd", "pronostico", str(carpeta_de_ejemplo()), str(tmp_path / vez)])
        assert hecho.exit_code == 0, hecho.output
    for nombre in ("pronostico.pdf", "pronostico.csv"):
        assert (tmp_path / "una" / nombre).read_bytes() == (tmp_path / "otra" / nombre).read_bytes()
    filas = list(csv.reader(io.StringIO((tmp_path / "una" / "pronostico.csv").read_text("utf-8-sig"))))
    centros = [f for f in filas[1:] if not f[0].startswith("TOTAL")]
    (total,) = [f for f in filas if f[0] == "TOTAL SOBRE"]
    assert [sum(int(f[i]) for f in centros) for i in range(1, len(total))] == [int(n) for n in total[1:]]
    with pikepdf.open(tmp_path / "una" / "pronostico.pdf") as pdf:
        assert (str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked)) == ("es-MX", True)

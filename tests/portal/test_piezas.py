"""Figures, colours, words and drawings, each against something known from outside."""

from __future__ import annotations

import re
import string
from datetime import datetime, timedelta, timezone
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.portal import cartograma, curvas, tema
from prep.portal.cifras import delantera, falta, truncado
from prep.portal.piezas import Pintor
from prep.portal.textos import IDIOMAS, decir, hora_corta, hora_larga, textos


def resultado(votos: list[int], extra: int = 0, n: int = 1, m: int = 1, id_: int = 1, rara: int = 0) -> dict[str, Any]:
    return {
        "id": id_,
        "nombre": f"Lugar {id_}",
        "total": sum(votos) + extra,
        "por_candidatura": [{"clave": f"C{i}", "partidos": [f"P{i}"], "votos": v} for i, v in enumerate(votos)],
        "estadistica": {"actas_esperadas": m, "actas_contabilizadas": n, "actas_capturadas": n + rara},
        "demarcaciones": [],
    }


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_percentages_are_truncated_like_decimal(n: int, d: int) -> None:
    exacto = (Decimal(n) * 100 / Decimal(d)).quantize(Decimal("0.0001"), ROUND_DOWN)
    assert abs(Decimal(truncado(n, d)) - exacto) <= Decimal("0.0001")  # Decimal itself has 28 digits
    assert Decimal(truncado(n, d)) * d <= n * 100


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12), st.integers(0, 1000))
def test_lead_is_first_minus_second(votos: list[int], extra: int) -> None:
    d = delantera(resultado(votos, extra))
    if not any(votos):
        assert d is None
        return
    assert d is not None
    orden = sorted(votos, reverse=True)
    assert d.primero["votos"] == orden[0]
    assert d.votos == orden[0] - (orden[1] if len(orden) > 1 else 0)
    assert d.empate == (len(orden) > 1 and orden[0] == orden[1])
    puntos = 100 * d.votos / (sum(votos) + extra)
    assert (
        d.nivel == (1 if puntos < 5 else 2 if puntos <= 15 else 3) or abs(puntos - 5) < 1e-9 or abs(puntos - 15) < 1e-9
    )


def test_what_is_missing_names_places() -> None:
    resumen = resultado([5], n=12, m=30, rara=2)
    resumen["demarcaciones"] = [
        resultado([0], n=0, m=5, id_=1),
        resultado([1], n=2, m=10, id_=2, rara=1),
        resultado([1], n=9, m=10, id_=3, rara=1),  # captured and not counted is not missing
        resultado([1], n=0, m=5, id_=4),
    ]
    f = falta(resumen)
    assert [d["id"] for d in f.sin_nada] == [1, 4]
    assert [(d["id"], n) for d, n in f.atrasadas] == [(2, 7)]
    assert (f.completas, f.faltan, f.esperadas) == (1, 16, 30)


@given(st.dictionaries(st.integers(1, 999), st.integers(0, 2_000_000), min_size=1, max_size=130))
def test_tiles_are_inside_do_not_overlap_and_are_as_large_as_their_weight(pesos: dict[int, int]) -> None:
    cajas = cartograma.acomodar(pesos)
    assert set(cajas) == set(pesos)
    total = sum(max(1, p) for p in pesos.values())
    lienzo = cartograma.ANCHO * cartograma.ALTO
    for i, (x, y, w, h) in cajas.items():
        assert x >= 0 and y >= 0 and x + w <= cartograma.ANCHO + 1 and y + h <= cartograma.ALTO + 1
        esperada = max(1, pesos[i]) * lienzo / total
        assert abs(w * h - esperada) <= w + h + 2  # edges are rounded to whole units
    grandes = [c for c in cajas.values() if c[2] > 1 and c[3] > 1]
    for i, a in enumerate(grandes):
        for b in grandes[i + 1 :]:
            ancho = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
            alto = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
            assert ancho <= 0 or alto <= 0


COLORES = st.tuples(*[st.integers(0, 255)] * 3)


@given(COLORES)
def test_any_accent_is_made_readable_on_paper_of_both_themes(color: tuple[int, int, int]) -> None:
    for fondo in tema.PAPEL.values():
        assert tema.contraste(tema.legible(color, fondo), fondo) >= 4.5


@given(COLORES)
def test_colour_text_round_trip(color: tuple[int, int, int]) -> None:
    assert tema.leer_color(tema.hexadecimal(color)) == color


def test_contrast_of_black_and_white_is_21() -> None:
    assert tema.contraste((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert tema.contraste((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)  # WebAIM's table


def test_every_party_has_a_class_and_one_without_colour_gets_a_neutral_one() -> None:
    proceso = {"partidos": [{"siglas": "A", "nombre": "A", "color": "#123456"}, {"siglas": "B", "nombre": "B"}]}
    hoja = tema.hoja(proceso)
    assert ".p0{fill:#123456" in hoja and f"i.p1{{background:{tema.SIN_COLOR[1]}" in hoja


def _hojas(d: dict[str, Any], antes: str = "") -> dict[str, Any]:
    salida: dict[str, Any] = {}
    for k, v in d.items():
        salida |= _hojas(v, f"{antes}{k}.") if isinstance(v, dict) else {antes + k: v}
    return salida


@pytest.mark.parametrize("idioma", IDIOMAS)
def test_languages_say_the_same_things_with_the_same_blanks(idioma: str) -> None:
    base, otro = _hojas(textos(IDIOMAS[0])), _hojas(textos(idioma))
    assert base.keys() == otro.keys()
    campos = lambda s: {c for _, c, _, _ in string.Formatter().parse(s) if c}  # noqa: E731
    for k, v in base.items():
        if isinstance(v, str):
            assert otro[k].strip()
            assert campos(otro[k]) - {"de"} <= campos(v) | {"dia", "d", "mes", "a", "hhmm", "utc"}, k
        else:
            assert len(v) == len(otro[k])


def test_hours_are_those_of_the_place() -> None:
    es, en = textos("es"), textos("en")
    assert hora_larga("2024-06-02T20:15:00-06:00", es) == "domingo 2 de junio de 2024, 20:15 h (UTC−6)"
    assert hora_larga("2024-06-02T20:15:00+05:30", en) == "Sunday 2 June 2024, 20:15 (UTC+5:30)"
    assert hora_corta("2024-06-02T20:15:00-06:00", es) == "20:15 h"


@given(st.lists(st.lists(st.integers(0, 1_000_000), min_size=2, max_size=2), min_size=1, max_size=9))
def test_labels_of_lines_never_overlap_nor_leave_the_chart(valores: list[list[int]]) -> None:
    ys = curvas.separar([276 - v[-1] * 276 // 1_000_000 for v in valores], 22, 290)
    assert all(b - a >= 16 for a, b in zip(sorted(ys), sorted(ys)[1:], strict=False))
    assert max(ys) <= 290


_NOCHE = datetime(2027, 6, 6, 18, tzinfo=timezone(timedelta(hours=-6)))


@given(st.integers(0, 86_400), st.integers(0, 86_400 * 2), st.sampled_from([4, 7, 9, 10]))
def test_hours_on_an_axis_are_round_and_few_however_long_the_night(despues: int, dura: int, cuantas: int) -> None:
    desde = _NOCHE + timedelta(seconds=despues)
    hasta = desde + timedelta(seconds=dura)
    marcas = curvas.horas_redondas([desde.isoformat(), hasta.isoformat()], cuantas)
    assert len(marcas) <= max(cuantas + 1, 9)
    assert dura < 10 or marcas
    for segundo, texto in marcas:
        assert desde.timestamp() <= segundo <= hasta.timestamp()
        assert datetime.fromtimestamp(segundo, desde.tzinfo).strftime("%H:%M:%S").startswith(texto)
        assert len(texto) == 8 or segundo % 60 == 0


@pytest.mark.parametrize(
    ("nombre", "corto"),
    [
        ("Ayuntamientos", "Ayuntamientos"),
        ("AYUNTAMIENTOS", "AYUNTAMIEN…"),  # capitals take more room
        ("SOL · LUZ · VOZ", "SOL · LUZ…"),  # no party by half
        ("PARTIDAZO DE LA PAZ", "PARTIDAZO…"),
        ("Independiente 1", "Independie… 1"),  # what tells them apart
        ("Independiente 12", "Independi… 12"),
    ],
)
def test_the_name_of_a_line_fits_in_a_chart_on_a_phone(nombre: str, corto: str) -> None:
    assert curvas._corto(nombre, curvas.LIENZOS[1].letras) == corto


def test_districts_with_the_same_head_town_are_told_apart() -> None:
    eleccion = {"agrupa": "distrito", "ambito": "entidad", "columnas": [], "demarcaciones": []}
    pintor = Pintor({"partidos": []}, eleccion, textos("es"))
    assert pintor.lugar_de({"id": 4, "nombre": "Zapopan"}) == "Distrito 4 · Zapopan"
    assert pintor.lugar_de({"id": 4, "nombre": "Distrito 04 Zapopan"}) == "Distrito 04 Zapopan"
    assert (
        Pintor({"partidos": []}, {**eleccion, "agrupa": "municipio"}, textos("es")).lugar_de(
            {"id": 4, "nombre": "Zapopan"}
        )
        == "Zapopan"
    )


def test_names_of_coalitions_shorten_without_looking_like_a_figure() -> None:
    pintor = Pintor(
        {"partidos": []}, {"agrupa": "distrito", "ambito": "entidad", "columnas": [], "demarcaciones": []}, textos("es")
    )
    partidos = ["A&B", "CUMBRE", "BRISA"]
    assert pintor.breve("X", partidos, 40) == "A&amp;B · CUMBRE · BRISA"
    assert pintor.breve("X", partidos, 14) == "A&amp;B · CUMBRE…"  # as many as there is room for
    assert pintor.breve("X", partidos, 10) == pintor.breve("X", partidos, 2) == "A&amp;B…"


@pytest.mark.parametrize("idioma", IDIOMAS)
def test_one_of_a_thing_is_said_as_one(idioma: str) -> None:
    ev = textos(idioma)["evolucion"]["faltan"]
    uno, varios = (decir(ev, n=n, m="176", p="0.5681") for n in ("1", "1,234"))
    dichos = {
        "es": ("Falta por capturar 1 de 176", "Faltan por capturar 1,234 de"),
        "en": ("sheets is yet", "sheets are yet"),
    }
    assert dichos[idioma][0] in uno and dichos[idioma][1] in varios
    eleccion = {"agrupa": "municipio", "ambito": "municipio", "columnas": [], "demarcaciones": []}
    frase = Pintor({"partidos": []}, eleccion, textos(idioma)).ventaja(resultado([5, 4]))
    assert {"es": " tiene 1 voto más que ", "en": " has 1 more vote than "}[idioma] in frase


@pytest.mark.parametrize("idioma", IDIOMAS)
def test_no_sentence_says_many_of_what_may_be_one(idioma: str) -> None:
    """A blank that is followed by a noun in plural chooses its word by how many there are."""
    cosas = r"(?:actas|cortes|lugares|votos|personas|recuadros|tally sheets|updates|places|votes|people|boxes)"
    nunca_uno = {"evolucion.otros_cortes"}  # a list is folded from three on
    dichas = {k for k, v in _hojas(textos(idioma)).items() if isinstance(v, str) and re.search(r"\} " + cosas, v)}
    assert dichas <= nunca_uno


def test_nobody_wins_where_the_actas_say_no_place() -> None:
    """They were one more contest with its winner; in an election of the whole state they are only a group."""
    places = [resultado([5, 4], id_=i) for i in (0, 1)]
    named = [{"id": i, "candidaturas": [], "lista_nominal": 0} for i in (0, 1)]
    election = {"agrupa": "distrito", "ambito": "distrito", "columnas": [], "demarcaciones": named}
    pintor = Pintor({"partidos": []}, election, textos("es"))
    resumen = {"demarcaciones": places}
    assert [n for *_, n, _ in pintor.lideres(resumen)] == [1]
    assert "1 de 1" in pintor.adelante(resumen)
    assert pintor.detalle(resumen).count("aquí nadie gana") == 1
    assert ["nadie gana" in pintor.ventaja(p) for p in places] == [True, False]
    state = Pintor({"partidos": []}, election | {"ambito": "entidad"}, textos("es"))
    assert "nadie gana" not in state.ventaja(places[0]) + state.detalle(resumen)

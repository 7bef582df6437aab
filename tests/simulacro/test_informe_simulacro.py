"""The report of a drill: says what the verdict says, in a page that needs nothing outside it and an accessible PDF."""

from __future__ import annotations

import base64
import hashlib
import html as entidades
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from test_diseno import revisar_accesible

from prep.plataforma.consola import salida
from prep.simulacro.entrega import mostrar
from prep.simulacro.graficas import ANCHA, ANGOSTA, Lamina
from prep.simulacro.informe import Figura, VeredictoInvalido, leer_corrida, leer_veredicto, piezas
from prep.simulacro.informe_html import html
from prep.simulacro.informe_pdf import pdf
from prep.simulacro.veredicto import decir
from veredictos import HORAS, corrida, veredicto


def pagina(v: dict[str, Any], *anteriores: dict[str, Any]) -> str:
    return html(v, piezas(v, anteriores)).decode()


def texto_pdf(datos: bytes) -> str:
    todo = "\n".join(p.get_textpage().get_text_bounded() for p in pypdfium2.PdfDocument(datos))
    return " ".join(todo.split())


def test_the_page_carries_all_it_needs_and_a_policy_that_allows_no_more() -> None:
    p = pagina(veredicto(3, 4))
    estilo = re.findall(r"<style>(.*?)</style>", p, re.DOTALL)
    assert len(estilo) == 1
    huella = base64.b64encode(hashlib.sha256(estilo[0].encode()).digest()).decode()
    (csp,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', p)
    assert csp == f"default-src 'none'; style-src 'sha256-{huella}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"<script|<link|<img|\bon\w+=|\bstyle=|url\(|@import|http://(?!www\.w3)|https://", p)
    for svg in re.findall(r"<svg.*?</svg>", p, re.DOTALL):
        dibujo = ET.fromstring(svg)
        assert dibujo.attrib["role"] == "img" and dibujo.attrib["aria-label"]


RARO = "<b>&amp; [red]«ñ»\" 'x' \\ (1) %PDF"


def test_what_comes_from_outside_is_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On the page, in its charts, on paper and on the terminal, a name is what it says."""
    monkeypatch.setattr(salida, "width", 200)  # a narrow terminal cuts names short
    v = veredicto(3, 4)
    v["problemas"] = ["<script>alert(1)</script>"]
    v["nombre"] = v["institucion"] = v["proceso"] = v["incidentes"][0]["texto"] = RARO
    v["comprobacion"]["veredicto"] = v["veredicto"] = v["elecciones"]["GUB"]["nombre"] = v["empates"][0]["nombre"] = (
        RARO
    )
    for x in (*v["mal"], *v["faltan"]):
        x["acta"] = RARO
    v["mal"][0]["campos"] = [{"campo": RARO, "dice": RARO, "debe": RARO}]
    v["catds"] = [c | {"nombre": RARO} for c in v["catds"]]
    p = pagina(v, v)
    assert not re.search(r"<script|<b>[^<]*amp|<b>&", p) and "&lt;script&gt;" in p
    textos = " ".join(entidades.unescape(re.sub(r"<[^>]+>", " ", p)).split())
    for dicho in (textos, texto_pdf(pdf(v, piezas(v, [v])))):
        assert dicho.count(RARO) >= 12, dicho
    for svg in re.findall(r"<svg.*?</svg>", p, re.DOTALL):
        assert not list(ET.fromstring(svg).iter("b"))
    revisar_accesible(pdf(v, piezas(v, [v])))
    mostrar(v)
    assert capsys.readouterr().out.count(RARO) >= 2


@pytest.mark.parametrize(("mal", "faltan"), [(0, 0), (3, 4), (300, 0)])
def test_the_page_and_the_pdf_say_what_the_verdict_says(mal: int, faltan: int) -> None:
    v = veredicto(mal, faltan)
    datos = pdf(v, piezas(v, []))
    assert datos == pdf(v, piezas(v, []))
    revisar_accesible(datos)
    de_la_pagina = " ".join(entidades.unescape(re.sub(r"<[^>]+>", " ", pagina(v))).split())
    for dicho in (de_la_pagina, texto_pdf(datos)):
        assert v["veredicto"] in dicho and "300,123" in dicho and "Se fue la luz." in dicho
        assert f"{(1000 - mal - faltan) / 10:.4f} %" in dicho
        for m in (*v["mal"][:200], *v["faltan"]):
            assert m["acta"] in dicho
        assert ("quien sume sus votos" in dicho) == (mal > 0) == ("debió salir en el corte 3" in dicho)
        assert ("140001B0400G: salió en el corte 2 y dejó de publicarse" in dicho) == (mal > 0)
        assert ("Ningún acta publicada dice otra cosa" in dicho) == (mal == 0)
        assert ("No falta nada" in dicho) == (faltan == 0)
        assert ("Se listan 200 de 300" in dicho) == (mal == 300)


def test_it_is_compared_with_earlier_drills_in_order() -> None:
    antes = [
        veredicto(540, 0) | {"hora": "2027-05-09T20:00:00-06:00"},
        veredicto(160, 0) | {"hora": "2027-05-16T20:00:00-06:00"},
    ]
    v = veredicto()
    p = pagina(v, *antes)
    assert [p.index(x) for x in (">46.0000 %<", ">84.0000 %<")] == sorted(
        p.index(x) for x in (">46.0000 %<", ">84.0000 %<")
    )
    assert "09/05/2027 20:00" in p and "09/05/2027" in texto_pdf(pdf(v, piezas(v, antes)))
    assert "No se indicó ninguno" in pagina(v)


def test_an_hour_after_midnight_says_its_day() -> None:
    v = veredicto()
    v["avance"][-1]["hora"] = "2027-06-07T00:40:00-06:00"
    assert ">23:30<" not in pagina(v) and ">22:30<" in pagina(v) and "07/06 00:40" in pagina(v)


def test_of_a_night_that_was_played_it_says_what_no_verdict_knows() -> None:
    v, vista = veredicto(), leer_corrida(json.dumps(corrida()).encode(), "corrida.json")
    dichas = list(piezas(v, [], vista))
    datos = pdf(v, dichas)
    revisar_accesible(datos)
    de_la_pagina = " ".join(entidades.unescape(re.sub(r"<[^>]+>", " ", html(v, dichas).decode())).split())
    for dicho in (de_la_pagina, texto_pdf(datos)):
        for parte in (
            *("Captura", "18:03", "23:41", "Ameca", "8 de 9", "18:07"),  # when it opened and closed, with what
            *("15,054 campos tecleados", "0.4317 %", "50 de 52", "66.6666 %", "confirmó 4, regresó 1"),
            *("catd-1 sin internet", "catd-2 sin luz", "no terminó", "28 segundos", "1,932 hechos", "34.5 MB"),
            *("1,010 de 1,010 (100.0000 %)", "6 cortes; entre uno y otro pasaron a lo más 60 minutos"),
            "2 fallas probadas, 1 sin terminar; la vuelta que más tomó, 28 segundos; 3 hechos con acuse perdidos; "
            "al cerrar faltaban 0 de 1,203 hechos con acuse",
        ):
            assert parte in dicho, parte
    assert not any(titulo in pagina(v) for titulo in ("Apertura y cierre", "quién los vio", "Fallas y", "Tamaños"))
    quieta = list(piezas(v, [], vista | {"fallas": [], "lectura": {}, "gente": {}}))
    assert "no se probó ninguna falla" in html(v, quieta).decode()


def test_a_file_that_no_night_left_is_refused() -> None:
    bien = corrida()
    rotas = [{c: d for c, d in bien.items() if c != falta} for falta in bien]
    rotas += [bien | {que: [{}]} for que in ("marcha", "centros", "errores", "fallas")]
    for malo in (b"", b"[]", b"{}", json.dumps(veredicto()).encode(), *(json.dumps(rota).encode() for rota in rotas)):
        with pytest.raises(VeredictoInvalido, match=r"corrida\.json"):
            leer_corrida(malo, "corrida.json")


def test_a_night_of_minutes_is_told_by_the_second() -> None:
    """An accelerated drill: eleven cortes in two minutes are not one vertical line, and no phase takes 0 minutes."""
    v = veredicto()
    instantes = [datetime(2027, 6, 6, 18, tzinfo=UTC) + timedelta(seconds=12 * i) for i in range(11)]
    v["avance"] = [
        {"corte": i + 1, "hora": h.isoformat(), "elecciones": {"GUB": {"publicadas": 90 * i, "sin_acta": 0}}}
        for i, h in enumerate(instantes)
    ]
    v["catds"] = [c | {"llegada": [50 * i for i in range(11)]} for c in v["catds"]]
    v["fases"][0] |= {"p10": 7, "p50": 21, "p90": 54, "p99": 67}
    dichas = dict(dibujadas(v))
    linea = next(f for f in dichas["Actas publicadas de las esperadas, corte por corte"].formas if f.clase == "l0")
    assert len({x for x, _ in linea.puntos}) == 11
    assert "Segundos que tomó cada fase" in dichas and ">21.0<" in pagina(v) and ">18:00:12<" in pagina(v)


def test_before_anything_is_published_there_is_a_report_too() -> None:
    v = veredicto(0, 1000) | {"avance": veredicto()["avance"][:1], "fases": [], "cierre": False}
    v["catds"] = [c | {"llegada": [0]} for c in v["catds"]]
    assert "Todavía no hay actas publicadas" in pagina(v)
    revisar_accesible(pdf(v, piezas(v, [])))


def test_of_no_actas_there_is_no_share() -> None:
    v = veredicto()
    v["elecciones"]["GUB"] |= dict.fromkeys(("esperadas", "existen", "bien"), 0)
    assert "de 0 actas que existen, bien 0 (sin actas)" in decir(v | {"codigo": 1})
    assert "None" not in pagina(v, v) and ">sin actas<" in pagina(v, v)


def dibujadas(v: dict[str, Any]) -> Iterator[tuple[str, Lamina]]:
    """Every chart of the report in both sizes, by what it shows, with nothing outside of it."""
    for pieza in piezas(v, [v]):
        if isinstance(pieza, Figura):
            for ancho in (ANCHA, ANGOSTA):
                lamina = pieza.dibujar(ancho)
                for f in lamina.formas:
                    for x, y in f.puntos[: 1 if f.tipo == "punto" else 2]:
                        assert 0 <= x <= lamina.ancho and 0 <= y <= lamina.alto, (lamina.dice, f)
                yield lamina.dice, lamina


def test_a_bar_ends_where_its_last_corte_is() -> None:
    """Two CATDs, done in the last corte and in the one before: one bar is longer, whatever the number of cortes."""
    for cortes in (2, 3, 9, 14, 15, 33):
        v = veredicto()
        instantes = [datetime(2027, 6, 6, 18, tzinfo=UTC) + timedelta(minutes=20 * i) for i in range(cortes)]
        v["avance"] = [v["avance"][0] | {"corte": i + 1, "hora": h.isoformat()} for i, h in enumerate(instantes)]
        for c, antes in zip(v["catds"], (1, 2), strict=True):
            c["llegada"] = [0 if i < cortes - antes else 500 for i in range(cortes)]
        for dice, lamina in dibujadas(v):
            if dice.startswith("De qué hora"):
                una, otra = sorted(f.puntos[1][0] for f in lamina.formas if f.tipo == "barra" and f.clase == "l0")
                assert otra - una > 2, cortes
                assert any(f.tipo == "texto" and f.clase == "marca" and ":" in f.texto for f in lamina.formas)


def test_charts_of_nothing_and_of_a_single_moment() -> None:
    v = veredicto(0, 1000)
    v["catds"] = [c | {"llegada": [0] * 6} for c in v["catds"]]
    assert not any(dice.startswith("De qué hora") for dice, _ in dibujadas(v))
    un_minuto = veredicto() | {"avance": [c | {"hora": HORAS[0]} for c in veredicto()["avance"]]}
    un_minuto["avance"][-1]["elecciones"]["GUB"]["publicadas"] = 5000
    dichas = dict(dibujadas(un_minuto))
    assert any(dice.startswith("De qué hora") for dice in dichas)
    progreso = next(lamina for dice, lamina in dichas.items() if dice.startswith("Actas publicadas"))
    punto = next(f for f in progreso.formas if f.tipo == "punto")
    nombre = next(f for f in progreso.formas if f.clase == "nombre")
    assert abs(nombre.puntos[0][0] - punto.puntos[0][0]) < 20  # the name is where the line ends
    uno = v | {"avance": v["avance"][:1], "catds": [c | {"llegada": [3]} for c in v["catds"]]}
    assert "La barra va del corte" in pagina(veredicto()) and "La barra va del corte" not in pagina(uno)


@pytest.mark.parametrize("segundos", [0, 59, 3600, 10**6, 10**8])
def test_the_axis_of_a_phase_holds_its_longest_bar(segundos: int) -> None:
    v = veredicto()
    v["fases"][0] |= {"p10": 0, "p50": segundos // 2, "p90": segundos, "p99": segundos}
    que, unidad = ("Segundos", " s") if segundos < 180 else ("Minutos", " min")
    lamina = dict(dibujadas(v))[f"{que} que tomó cada fase"]
    marcas = [f for f in lamina.formas if f.clase == "eje"]
    assert any(f.clase == "marca" and f.texto == f"0{unidad}" for f in lamina.formas)
    (barra,) = (f for f in lamina.formas if f.tipo == "barra" and f.clase == "l0")
    assert 2 <= len(marcas) <= 9
    assert barra.puntos[1][0] - marcas[0].puntos[0][0] <= marcas[-1].puntos[0][0] - marcas[0].puntos[0][0]
    if segundos > 60:
        assert barra.puntos[1][0] - barra.puntos[0][0] > 40


def test_a_verdict_that_cannot_be_read_is_refused() -> None:
    v = veredicto(2, 2)
    assert leer_veredicto(json.dumps(v).encode(), "v.json") == v
    faltan = [{c: x for c, x in v.items() if c != campo} for campo in v.keys() - {"formato", "modo"}]
    otros = [v | {campo: [7]} for campo in ("mal", "faltan", "avance", "catds", "elecciones", "sello", "problemas")]
    for malo in (*faltan, *otros):
        with pytest.raises(VeredictoInvalido, match=r"v\.json es un veredicto incompleto"):
            leer_veredicto(json.dumps(malo).encode(), "v.json")


def test_a_file_that_is_no_verdict_is_refused() -> None:
    for datos in (b"", b"[]", b'{"formato": "otro"}'):
        with pytest.raises(VeredictoInvalido, match=r"v\.json no es un veredicto"):
            leer_veredicto(datos, "v.json")

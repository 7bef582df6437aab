"""What three people come to do, in a real browser: a citizen with a cheap phone, a journalist, somebody who doubts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from servidor_portal import servir

from navegador import quieta
from prep.portal.cifras import miles, truncado

pytestmark = pytest.mark.navegador
Abrir = Callable[..., Any]
AQUI = "cortes/0014/"


@pytest.fixture
def actas(documentos: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Every acta of the gubernatura, with the place, sección and casilla it is of."""
    docs = documentos[14]
    lugares = [d["id"] for d in docs["GUB/resumen.json"]["demarcaciones"]]
    return [
        {**a, "lugar": i, "seccion": s["seccion"], "casilla": c["nombre"]}
        for i in lugares
        for s in docs[f"GUB/demarcacion/{i}.json"]["secciones"]
        for c in s["casillas"]
        for a in c["actas"]
    ]


def una(actas: list[dict[str, Any]], condicion: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    return next(a for a in actas if condicion(a))


def asentado_distinto(a: dict[str, Any]) -> bool:
    v = a.get("valores", {})
    return isinstance(v.get("total_asentado"), int) and v["total_asentado"] != v["total_calculado"]


class Dedo:
    """Counts the taps that a task takes."""

    def __init__(self, pagina: Any) -> None:
        self.pagina, self.toques = pagina, 0

    def tocar(self, que: str) -> None:
        self.toques += 1
        self.pagina.locator(que).first.click()


# the citizen


def test_my_casilla_in_four_taps_on_a_cheap_phone_and_back_closes_it(
    abrir: Abrir, sitio: str, actas: list[dict[str, Any]]
) -> None:
    mia = una(actas, lambda a: a.get("contabilizada") == 1)
    pagina = abrir(sitio, ancho=360, alto=740)
    dedo = Dedo(pagina)
    dedo.tocar("header nav a:has-text('Encuentre su casilla')")
    pagina.locator("#seccion").fill(str(mia["seccion"]))
    dedo.tocar("#buscar button")
    dedo.tocar(".opciones a:has-text('Gubernatura')")
    dedo.tocar(f"[data-acta='{mia['clave']}']")
    dialogo = pagina.locator("dialog")
    dialogo.wait_for()
    assert dedo.toques <= 4
    assert miles(mia["valores"]["total_calculado"]) in dialogo.inner_text()
    pagina.go_back()
    dialogo.wait_for(state="detached")
    assert f"{AQUI}GUB/{mia['lugar']}.html#s{mia['seccion']}" in pagina.url  # still in the place, with the sección open
    assert pagina.locator(f"#s{mia['seccion']}[open]").count() == 1
    pagina.locator(f"[data-acta='{mia['clave']}']").click()
    dialogo.wait_for()
    pagina.keyboard.press("Escape")  # closing by hand leaves no step behind
    dialogo.wait_for(state="detached")
    pagina.wait_for_url(f"**/GUB/{mia['lugar']}.html#s{mia['seccion']}")


def test_an_acta_says_its_zeros_apart_and_explains_two_totals(
    abrir: Abrir, sitio: str, actas: list[dict[str, Any]]
) -> None:
    rara = una(actas, asentado_distinto)
    pagina = abrir(f"{sitio}{AQUI}GUB/{rara['lugar']}.html#{rara['clave']}", ancho=360, quejas=False)
    dialogo = pagina.locator("dialog")
    dialogo.wait_for()
    v = rara["valores"]
    assert f"El acta dice {miles(v['total_asentado'])} y la suma de sus recuadros da {miles(v['total_calculado'])}" in (
        dialogo.inner_text()
    )
    ceros = sum(n == 0 for n in v["votos"].values())
    assert ceros
    assert f"{ceros} recuadro{'s' * (ceros > 1)} en cero" in dialogo.locator(".ceros summary").inner_text()
    assert "dispositivo de apoyo para el traslado" in dialogo.locator(".pares").inner_text()
    visibles = dialogo.locator(".acta-datos > table tbody tr").count()
    assert visibles == len(v["votos"]) - ceros + 2


def test_selectors_lead_from_the_distrito_to_the_casilla(abrir: Abrir, sitio: str, actas: list[dict[str, Any]]) -> None:
    mia = una(actas, lambda a: a.get("contabilizada") == 1 and a["lugar"] > 1)
    pagina = abrir(f"{sitio}{AQUI}GUB/index.html", ancho=360, quejas=False)
    cajas = pagina.locator("#elegir select")
    cajas.nth(0).select_option(str(mia["lugar"]))
    pagina.locator("#elegir select:nth-of-type(2):not(:disabled)").wait_for()
    cajas.nth(1).select_option(str(mia["seccion"]))
    cajas.nth(2).select_option(mia["clave"])
    pagina.locator("#elegir button").click()
    pagina.wait_for_url(f"**/GUB/{mia['lugar']}.html#{mia['clave']}")
    pagina.locator("dialog").wait_for()


def test_nothing_on_a_phone_is_cut_by_a_box_that_scrolls(abrir: Abrir, sitio: str) -> None:
    for vista in ("index.html", f"{AQUI}AYUN/index.html", f"{AQUI}GUB/1.html", f"{AQUI}evolucion.html"):
        pagina = abrir(sitio + vista, ancho=360, quejas=False)
        if vista.endswith("GUB/1.html"):
            pagina.locator("#secciones").scroll_into_view_if_needed()
            pagina.locator(".seccion").first.wait_for()
        cortan = pagina.evaluate(
            """() => [...document.querySelectorAll('main *')].filter(e => e.checkVisibility() &&
                 /auto|scroll/.test(getComputedStyle(e).overflowX + getComputedStyle(e).overflowY) &&
                 (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1))
                 .map(e => e.outerHTML.slice(0, 90))"""
        )
        assert not cortan, (vista, cortan)


def test_charts_on_a_phone_show_their_last_hour_and_the_names_of_their_lines(abrir: Abrir, sitio: str) -> None:
    pagina = abrir(sitio + AQUI + "evolucion.html", ancho=360)
    fines = pagina.locator("svg.curva:visible .fin")
    assert fines.count() >= 4
    cajas = fines.evaluate_all("es => es.map(e => { const r = e.getBoundingClientRect(); return [r.left, r.right] })")
    assert all(0 <= a < b <= 360 for a, b in cajas)


def test_parties_of_a_place_are_parties_with_their_colour_and_add_up(
    abrir: Abrir, sitio: str, documentos: dict[int, dict[str, Any]]
) -> None:
    docs = documentos[14]
    gub = docs["GUB/demarcacion/2.json"]
    pagina = abrir(f"{sitio}{AQUI}GUB/2.html", ancho=1440, quejas=False)
    pagina.locator("#partidos-tabla").scroll_into_view_if_needed()
    filas = pagina.locator("#partidos-tabla tbody tr")
    filas.last.wait_for()
    dichas = [f.inner_text().split() for f in filas.all()]
    siglas = {p["siglas"] for p in docs["proceso.json"]["partidos"]}
    for p, dicha in zip(gub["por_partido"], dichas, strict=False):
        assert dicha[0] == (p["clave"] if p["clave"] in siglas else "Independiente")
        assert miles(p["votos"]) in dicha
    muestras = pagina.locator("#partidos-tabla .ms").evaluate_all("es => es.map(e => e.getBoundingClientRect().width)")
    assert len(muestras) == len(gub["por_partido"]) and min(muestras) > 6
    votos = [int(f.locator("td").nth(2).inner_text().replace(",", "")) for f in filas.all()]
    assert votos.pop() == sum(votos) == gub["total"]


# the journalist


def test_embedded_results_of_one_municipio_take_the_height_they_need(
    abrir: Abrir, sitio: str, documentos: dict[int, dict[str, Any]], tmp_path: Path
) -> None:
    ayun = next(e for e in documentos[14]["proceso.json"]["elecciones"] if e["clave"] == "AYUN")
    lugar = ayun["demarcaciones"][2]
    pagina = abrir(f"{sitio}{AQUI}AYUN/{lugar['id']}.html")
    pagina.click(".inserta summary")
    codigo = pagina.locator("#codigo").input_value()
    assert codigo.count('"https://prep.ieea.example/') == 2
    (tmp_path / "nota.html").write_text(f"<h1>Nota</h1>{codigo.replace('https://prep.ieea.example/', sitio)}")
    with servir(tmp_path) as direccion:
        nota = abrir(direccion + "nota.html", ancho=360, quejas=False)
        marco = nota.frame_locator("iframe")
        marco.locator("table.votos").wait_for()
        assert marco.locator("h1").inner_text().startswith(lugar["nombre"])
        texto = marco.locator("main").inner_text()
        assert all(c["propietaria"] in texto for c in lugar["candidaturas"])
        assert marco.locator("header nav").is_hidden() and marco.locator("#secciones").is_hidden()
        nota.wait_for_function("document.querySelector('iframe').style.height !== ''")
        alto = nota.locator("iframe").bounding_box()["height"]
        contenido = marco.locator("body").evaluate("b => b.getBoundingClientRect().height")
        assert abs(alto - contenido) <= 2


def test_two_cortes_are_compared_to_the_vote(abrir: Abrir, sitio: str, documentos: dict[int, dict[str, Any]]) -> None:
    serie = documentos[14]["avance.json"]["elecciones"]["GUB"]
    pagina = abrir(sitio + AQUI + "evolucion.html", ancho=360)
    barras = pagina.locator("#comparacion input[type=range]")
    barras.nth(0).fill("8")  # corte 9
    barras.nth(1).fill("13")  # corte 14
    texto = pagina.locator("#comparacion").inner_text()
    assert "Corte 9 · 22:00 h" in texto and "Corte 14 · 23:15 h" in texto
    for votos in serie["candidaturas"].values():
        assert f"+{miles(votos[13] - votos[8])}" in texto
        assert truncado(votos[8], serie["total"][8]) in texto and truncado(votos[13], serie["total"][13]) in texto
    assert f"se contabilizaron {miles(serie['contabilizadas'][13] - serie['contabilizadas'][8])} actas más" in texto
    barras.nth(0).fill("13")
    quieta = pagina.locator("#comparacion .frase").inner_text()
    assert quieta == "Entre el corte 14 y el 14 no se contabilizó ninguna acta más."
    dicho = """async n => {
      const textos = document.querySelector('script[type=module]').src.replace(/[^/]*$/, 'textos.js')
      return (await import(textos)).di('ventaja_no', { a: 1, b: 2, actas: n })
    }"""
    assert pagina.evaluate(dicho, "1") == "Entre el corte 1 y el 2 se contabilizó 1 acta más."
    assert pagina.evaluate(dicho, "2,001") == "Entre el corte 1 y el 2 se contabilizaron 2,001 actas más."


# whoever doubts


def test_what_is_not_counted_is_one_tap_from_the_count_with_its_reason(
    abrir: Abrir, sitio: str, actas: list[dict[str, Any]]
) -> None:
    fuera = [a for a in actas if a.get("contabilizada") == 0]
    pagina = abrir(sitio, ancho=360, quejas=False)  # only the pictures of the first distrito are published
    pagina.click(".tarjeta >> nth=0 >> text=ver por qué")
    quieta(pagina)
    assert "no se contabilizan" in pagina.locator("h1").inner_text()
    lugar = pagina.locator(f"details[data-lugar='{fuera[0]['lugar']}']")
    lugar.locator("summary").click()
    lugar.locator(".motivos").first.wait_for()
    texto = lugar.inner_text()
    for a in (a for a in fuera if a["lugar"] == fuera[0]["lugar"]):
        assert f"Sección {a['seccion']} {a['casilla']}" in texto
        assert all(o in texto for o in a["observaciones"])
    lugar.locator("a.acta").first.click()
    pagina.locator("dialog").wait_for()
    assert pagina.locator("dialog .e0").is_visible()


def test_the_count_of_a_place_and_its_name_are_not_broken_into_a_column(abrir: Abrir, sitio: str) -> None:
    pagina = abrir(f"{sitio}{AQUI}GUB/no-contabilizadas.html", ancho=1440)
    altos = pagina.locator("details[data-lugar] summary").evaluate_all("es => es.map(e => e.offsetHeight)")
    assert len(set(altos)) == 1  # with room, no name of a place is broken
    pagina.set_viewport_size({"width": 360, "height": 740})
    cuantas = pagina.locator(".cuantas").evaluate_all(
        """es => { // nor the count beside a long name
          for (const b of document.querySelectorAll('[data-lugar] b')) b.append(' San Martín Texmelucan de Labastida')
          return es.map(e => e.offsetHeight)
        }"""
    )
    assert len(set(cuantas)) == 1 and cuantas[0] < 30
    marca = pagina.locator("[data-lugar] b").first.evaluate("b => getComputedStyle(b, '::before').textIndent")
    assert marca == "0px"  # the mark of what opens stays inside, where it is seen


@pytest.fixture
def con_situaciones(publicada: Path, tmp_path: Path) -> Iterator[tuple[str, dict[str, int]]]:
    """The publication with the situación of each acta of one distrito, as documents say it."""
    raiz = tmp_path / "p"
    shutil.copytree(publicada, raiz)
    ruta = raiz / AQUI / "GUB/demarcacion/2.json"
    doc = orjson.loads(ruta.read_bytes())
    cuantas: dict[str, int] = {}
    faltan = 0
    for s in doc["secciones"]:
        for a in (a for c in s["casillas"] for a in c["actas"]):
            if a["estado"] in ("verificada", "sin_acta"):
                a["situacion"] = {"verificada": "publicada"}.get(a["estado"], a["estado"])
            else:
                a["situacion"] = ("no_recibida", "no_digitalizada", "en_captura")[faltan % 3]
                faltan += 1
            cuantas[a["situacion"]] = cuantas.get(a["situacion"], 0) + 1
    ruta.write_bytes(orjson.dumps(doc))
    with servir(raiz) as direccion:
        yield direccion, cuantas


PALABRAS = {
    "publicada": "Publicada",
    "en_captura": "En captura",
    "no_digitalizada": "Sin digitalizar",
    "sin_acta": "Sin acta",
    "no_recibida": "No recibida",
}


def test_the_five_situaciones_are_told_apart_and_found(
    abrir: Abrir, con_situaciones: tuple[str, dict[str, int]]
) -> None:
    direccion, cuantas = con_situaciones
    assert {"no_recibida", "no_digitalizada", "en_captura", "publicada"} <= cuantas.keys()
    pagina = abrir(f"{direccion}{AQUI}GUB/2.html", ancho=360)
    pagina.locator("#secciones").scroll_into_view_if_needed()
    pagina.locator(".situaciones").wait_for()
    for s, n in cuantas.items():
        assert f"{PALABRAS[s]} {n}" in pagina.locator(f".situacion.s-{s}").inner_text()
    pagina.click(".situacion.s-no_digitalizada")
    assert "Llegó su paquete y aún no hay imagen." in pagina.locator(".situaciones").inner_text()
    for resumen in pagina.locator(".seccion:visible summary").all():
        resumen.click()
    vistas = pagina.locator(".seccion .actas > li:visible")
    vistas.nth(cuantas["no_digitalizada"] - 1).wait_for()  # a sección draws its actas a moment after it opens
    assert vistas.count() == cuantas["no_digitalizada"]
    assert set(vistas.locator(".est").all_inner_texts()) == {"Sin digitalizar"}


def test_checking_works_from_a_saved_page_without_a_network(abrir: Abrir, sitio: str, tmp_path: Path) -> None:
    pagina = abrir(sitio, ancho=360, quejas=False)  # the factory signs no checkpoint
    pagina.click("a:has-text('Más…')")
    pagina.click("#todo a:has-text('Verificar')")
    quieta(pagina)
    destino = pagina.locator("main a[href$='verifica.html']").evaluate("a => a.href")
    (tmp_path / "verifica.html").write_bytes(pagina.request.get(destino).body())
    guardada = abrir((tmp_path / "verifica.html").as_uri())
    guardada.context.set_offline(True)
    guardada.reload()
    assert guardada.locator("h1").is_visible() and guardada.locator("input[type=file]").count()

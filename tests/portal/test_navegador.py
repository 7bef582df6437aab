"""The pages in a real browser: every path, both themes and widths, no scripts, files missing, across a switch."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pytest
from fabrica_portal import publicar
from servidor_portal import servir

from navegador import navegando, quieta
from prep.portal import bench
from prep.portal.cifras import miles

pytestmark = pytest.mark.navegador
Abrir = Callable[..., Any]
AQUI = "cortes/0014/"
VISTAS = (
    "index.html",
    "en/index.html",
    "widget/GUB.html",
    *(
        AQUI + v
        for v in (
            "GUB/index.html",
            "AYUN/index.html",
            "GUB/municipios.html",
            "GUB/1.html",
            "DIP_LOC/especiales.html",
            "casilla.html",
        )
    ),
    *(AQUI + v for v in ("evolucion.html", "base-de-datos.html", "verificar.html", "ayuda.html", "difusores.html")),
    *(AQUI + v for v in ("muro.html", "en/AYUN/3.html", "GUB/no-contabilizadas.html")),
    "cortes/0001/GUB/index.html",
)


@pytest.fixture
def acta(documentos: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """A counted acta of the first demarcation, with its casilla."""
    for s in documentos[14]["GUB/demarcacion/1.json"]["secciones"]:
        for c in s["casillas"]:
            for a in c["actas"]:
                if a.get("contabilizada") == 1:
                    return {**a, "casilla": c["nombre"], "seccion": s["seccion"]}
    raise AssertionError


def seguir(pagina: Any, enlace: str) -> None:
    """Follow a link, and wait for the whole page behind it. With a key: what is far is laid out as it comes near, and
    may move from under a mouse that came in no time."""
    with navegando(pagina):
        pagina.locator(enlace).first.press("Enter")


def ancho_de_la_foto(pagina: Any) -> int:
    """Of the picture in the viewer, once it has arrived."""
    foto = pagina.locator(".visor img")
    foto.evaluate("f => f.complete || new Promise(listo => { f.onload = f.onerror = listo })")
    return int(foto.evaluate("f => f.naturalWidth"))


# without scripts


def test_totals_without_scripts(abrir: Abrir, sitio: str, documentos: dict[int, dict[str, Any]]) -> None:
    resumen = documentos[14]["GUB/resumen.json"]
    pagina = abrir(sitio, js=False)
    assert miles(resumen["por_candidatura"][0]["votos"]) in pagina.locator("main").inner_text()
    assert pagina.locator("#compartir").is_hidden()
    seguir(pagina, "nav >> text=Gubernatura")
    assert pagina.url.endswith("cortes/0014/GUB/index.html")
    assert miles(resumen["total"]) in pagina.locator("#candidaturas").inner_text()
    seguir(pagina, "#detalle a >> nth=0")
    assert "JavaScript" in pagina.locator("#secciones").inner_text()
    assert documentos[14]["GUB/resumen.json"]["demarcaciones"][0]["nombre"] in pagina.locator("h1").inner_text()


def test_from_a_folder_of_the_computer(abrir: Abrir, publicada: Path, documentos: dict[int, Any]) -> None:
    pagina = abrir((publicada / "index.html").as_uri(), quejas=False)
    assert pagina.locator("h1").inner_text() == "Avance de los resultados preliminares"
    fondo = pagina.evaluate("getComputedStyle(document.querySelector('.marca')).backgroundColor")
    assert fondo != "rgba(0, 0, 0, 0)"  # the style sheet was read
    seguir(pagina, "nav >> text=Ayuntamientos")
    assert miles(documentos[14]["AYUN/resumen.json"]["total"]) in pagina.locator("main").inner_text()
    seguir(pagina, "nav >> text=Inicio")
    assert pagina.url.endswith("cortes/0014/index.html")


# with scripts


@pytest.mark.parametrize("ancho", [360, 1440])
def test_from_the_entry_to_an_acta(abrir: Abrir, sitio: str, acta: dict[str, Any], ancho: int) -> None:
    pagina = abrir(sitio, ancho=ancho)
    seguir(pagina, ".tarjeta >> nth=0 >> text=Ver Gubernatura")
    seguir(pagina, "#detalle a >> nth=0")
    pagina.locator("#secciones").scroll_into_view_if_needed()
    seccion = pagina.locator(f"#s{acta['seccion']}")
    seccion.wait_for()
    pagina.fill("#secciones input", str(acta["seccion"]))
    seccion.locator("summary").click()
    pagina.click(f"[data-acta='{acta['clave']}']")
    dialogo = pagina.locator("dialog")
    texto = dialogo.inner_text()
    assert acta["casilla"] in texto and acta["imagen"]["sha256"] in texto and "Contabilizada" in texto
    assert miles(acta["valores"]["total_calculado"]) in texto
    assert acta["digitalizacion"] in texto and acta["origen"] in texto
    assert ancho_de_la_foto(pagina) == 850
    antes = pagina.locator(".visor img").bounding_box()["width"]
    pagina.click("text=Acercar")
    assert pagina.locator(".visor img").bounding_box()["width"] > antes
    pagina.click("text=Comprobar la huella")
    pagina.locator(".huella [role=status]:not(:empty)").wait_for()
    # the pictures of the factory are not those of the hashes: the page must notice
    assert "NO coincide" in pagina.locator(".huella").inner_text()
    assert pagina.url.endswith(f"#{acta['clave']}")
    enlace = pagina.url
    pagina.keyboard.press("Escape")
    pagina.locator("dialog").wait_for(state="detached")
    otra = abrir(enlace, ancho=ancho)  # the same link opens the same acta
    assert acta["clave"] in otra.locator("dialog").inner_text()


def test_hash_of_a_true_image(abrir: Abrir, publicada: Path, acta: dict[str, Any], tmp_path: Path) -> None:
    import hashlib

    raiz = tmp_path / "p"
    shutil.copytree(publicada, raiz)
    foto = (raiz / acta["imagen"]["ruta"]).read_bytes()
    huella = hashlib.sha256(foto).hexdigest()
    ruta = raiz / AQUI / "GUB/demarcacion/1.json"
    nueva = f"imagenes/{huella[:2]}/{huella}.jpg"
    texto = ruta.read_text().replace(acta["imagen"]["ruta"], nueva).replace(acta["imagen"]["sha256"], huella)
    ruta.write_text(texto)
    (raiz / nueva).parent.mkdir(parents=True, exist_ok=True)
    (raiz / nueva).write_bytes(foto)
    with servir(raiz) as direccion:
        pagina = abrir(f"{direccion}{AQUI}GUB/1.html#{acta['clave']}")
        pagina.click("text=Comprobar la huella")
        pagina.locator(".huella .bien").wait_for()


def test_find_my_casilla(abrir: Abrir, sitio: str, documentos: dict[int, dict[str, Any]]) -> None:
    seccion, (distrito, municipio) = next(iter(documentos[14]["secciones.json"]["secciones"].items()))
    pagina = abrir(sitio + AQUI + "casilla.html", ancho=360)
    pagina.fill("#seccion", f"{int(seccion):04d}")
    pagina.keyboard.press("Enter")
    pagina.locator(".opciones").wait_for()
    destinos = pagina.locator(".opciones a").evaluate_all("as => as.map(a => a.href)")
    assert [d.split("0014/")[1] for d in destinos] == [
        f"GUB/{distrito}.html#s{seccion}",
        f"DIP_LOC/{distrito}.html#s{seccion}",
        f"AYUN/{municipio}.html#s{seccion}",
    ]
    pagina.fill("#seccion", "9998")
    pagina.keyboard.press("Enter")
    pagina.locator("#resultado .falla").wait_for()
    assert "No hay casillas en la sección 9998" in pagina.locator("#resultado").inner_text()
    pagina.goto(destinos[2])
    pagina.locator(f"#s{seccion}[open] .acta").first.wait_for()
    compartida = abrir(sitio + AQUI + f"en/casilla.html?seccion={seccion}")
    assert "/en/GUB/" in compartida.locator(".opciones a").first.get_attribute("href")


def test_table_sorts_and_filters_with_the_keyboard(abrir: Abrir, sitio: str, documentos: dict[int, Any]) -> None:
    lugares = documentos[14]["AYUN/resumen.json"]["demarcaciones"]
    pagina = abrir(sitio + AQUI + "AYUN/index.html")
    boton = pagina.locator("#lugares th button >> text=Total de votos")
    boton.focus()
    pagina.keyboard.press("Enter")
    assert pagina.locator("#lugares th[aria-sort=descending]").inner_text().startswith("Total de votos")
    primero = max(lugares, key=lambda d: d["total"])
    assert pagina.locator("#lugares tbody tr").first.inner_text().startswith(primero["nombre"])
    nombre = next(d["nombre"] for d in lugares if "Tepetlán" in d["nombre"])
    pagina.fill("#filtro", nombre.replace("á", "a").upper())
    visibles = pagina.locator("#lugares tbody tr:visible")
    assert visibles.count() == sum(nombre in d["nombre"] for d in lugares)


def test_map_answers_and_leads_to_the_place(abrir: Abrir, sitio: str, documentos: dict[int, Any]) -> None:
    pagina = abrir(sitio + AQUI + "GUB/index.html")
    pagina.hover("svg.carto g[data-id='4'] .teja")
    nombre = documentos[14]["GUB/resumen.json"]["demarcaciones"][3]["nombre"]
    assert nombre in pagina.locator("#ficha").inner_text()
    with navegando(pagina):
        pagina.click("svg.carto g[data-id='4'] .teja")
    assert pagina.url.endswith("/GUB/4.html")


def test_first_stop_of_the_keyboard_is_the_way_to_the_content(abrir: Abrir, sitio: str) -> None:
    pagina = abrir(sitio)
    pagina.keyboard.press("Tab")
    assert pagina.evaluate("document.activeElement.textContent") == "Ir al contenido"
    pagina.keyboard.press("Enter")
    assert pagina.evaluate("document.activeElement.id") == "contenido"


def test_theme_is_chosen_and_remembered_without_cookies(abrir: Abrir, sitio: str) -> None:
    pagina = abrir(sitio, tema="light")
    claro = pagina.evaluate("getComputedStyle(document.body).backgroundColor")
    pagina.click("#tema")
    oscuro = pagina.evaluate("getComputedStyle(document.body).backgroundColor")
    assert claro != oscuro
    pagina.goto(sitio + AQUI + "ayuda.html")
    assert pagina.evaluate("getComputedStyle(document.body).backgroundColor") == oscuro
    assert pagina.context.cookies() == []


def test_language_keeps_the_place(abrir: Abrir, sitio: str, acta: dict[str, Any]) -> None:
    pagina = abrir(sitio + AQUI + "GUB/1.html")
    pagina.evaluate(f"location.hash = 's{acta['seccion']}'")
    pagina.locator(f"#s{acta['seccion']}[open]").wait_for()
    seguir(pagina, ".idioma")
    assert pagina.url.endswith(f"/en/GUB/1.html#s{acta['seccion']}")
    pagina.locator(f"#s{acta['seccion']}[open]").wait_for()
    assert "Votes by candidacy" in pagina.locator("main").inner_text()


def test_printed_page_keeps_the_figures_only(abrir: Abrir, sitio: str) -> None:
    pagina = abrir(sitio + AQUI + "GUB/index.html")
    pagina.emulate_media(media="print")
    assert pagina.locator("header nav").is_hidden() and pagina.locator("#compartir").is_hidden()
    assert pagina.locator("#candidaturas table").is_visible()
    assert len(pagina.pdf()) > 20_000


# unbreakable


@pytest.mark.parametrize("mal", ["404", "no es JSON", "[]", '{"formato":"prep/demarcacion/1"}', "sin red"])
def test_an_odd_file_is_said_in_its_place_and_can_be_tried_again(
    abrir: Abrir, sitio: str, documentos: dict[int, Any], mal: str
) -> None:
    pagina = abrir(sitio + AQUI + "ayuda.html", quejas=False)

    def responder(ruta: Any) -> None:
        if mal == "sin red":
            ruta.abort()
        elif mal == "404":
            ruta.fulfill(status=404, body="")
        else:
            ruta.fulfill(status=200, body=mal, content_type="application/json")

    pagina.route("**/demarcacion/1.json", responder)
    pagina.goto(sitio + AQUI + "GUB/1.html")
    pagina.locator("#secciones").scroll_into_view_if_needed()
    pagina.locator("#secciones .falla").wait_for()
    assert "No se pudo leer una parte de esta página" in pagina.locator("#secciones").inner_text()
    assert miles(documentos[14]["GUB/resumen.json"]["demarcaciones"][0]["total"]) in pagina.locator("main").inner_text()
    pagina.unroute("**/demarcacion/1.json")
    pagina.click("text=Intentar de nuevo")
    pagina.locator(".seccion").first.wait_for()


@pytest.mark.parametrize("archivo", ["cabecera.json", "ultimo.json", "textos.es.js", "datos.js"])
def test_pages_read_even_when_their_helpers_are_missing(
    abrir: Abrir, sitio: str, documentos: dict[int, Any], archivo: str
) -> None:
    pagina = abrir(sitio + AQUI + "ayuda.html", quejas=False)
    pagina.route(f"**/{archivo}", lambda ruta: ruta.fulfill(status=404, body=""))
    pagina.goto(sitio + AQUI + "GUB/index.html")
    quieta(pagina)
    assert miles(documentos[14]["GUB/resumen.json"]["total"]) in pagina.locator("main").inner_text()
    assert "14" in pagina.locator("#corte").inner_text()


def test_a_missing_image_is_said_with_its_hash(abrir: Abrir, sitio: str, acta: dict[str, Any]) -> None:
    pagina = abrir(sitio + AQUI + "ayuda.html", quejas=False)
    pagina.route("**/imagenes/**", lambda ruta: ruta.fulfill(status=404, body=""))
    pagina.goto(f"{sitio}{AQUI}GUB/1.html#{acta['clave']}")
    pagina.locator(".visor .falla").wait_for()
    dialogo = pagina.locator("dialog").inner_text()
    assert "La imagen no está disponible en este servidor" in dialogo and acta["imagen"]["sha256"] in dialogo
    assert miles(acta["valores"]["total_calculado"]) in dialogo


def test_a_switch_in_mid_visit_is_announced_and_never_mixed(
    abrir: Abrir, documentos: dict[int, dict[str, Any]], tmp_path: Path
) -> None:
    publicar(documentos[9], tmp_path)
    with servir(tmp_path) as direccion:
        entrada = abrir(direccion)
        pagina = abrir(direccion + "cortes/0009/GUB/1.html")
        antes = pagina.locator("#candidaturas").inner_text()
        publicar(documentos[14], tmp_path)
        pagina.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        pagina.locator("#aviso .nuevo").wait_for()
        assert pagina.locator("#aviso").get_attribute("aria-live") == "polite"
        assert "corte 14" in pagina.locator("#aviso").inner_text()
        assert pagina.locator("#candidaturas").inner_text() == antes
        pagina.locator("#secciones").scroll_into_view_if_needed()
        pagina.locator(".seccion").first.wait_for()
        assert {p.rsplit("/", 1)[1] for p in pagina.pedidos if "cortes/0014" in p} == {"cabecera.json"}
        seguir(pagina, "#aviso a")
        assert pagina.url.endswith("/cortes/0014/GUB/1.html")
        assert pagina.locator("#candidaturas").inner_text() != antes
        entrada.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        entrada.locator("#aviso .nuevo").wait_for()
        quieta(pagina)


@pytest.fixture
def con_corte_15(publicada: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A publication whose pointer says corte 15, which has no pages."""
    raiz = tmp_path / "p"
    shutil.copytree(publicada, raiz)
    ultimo = orjson.loads((raiz / "ultimo.json").read_bytes())
    ultimo |= {"corte": 15, "hora": "2024-06-02T23:30:00-06:00", "ruta": "cortes/0015"}
    (raiz / "ultimo.json").write_bytes(orjson.dumps(ultimo))
    with servir(raiz) as direccion:
        yield direccion, raiz


def test_an_entry_older_than_the_pointer_says_so(abrir: Abrir, con_corte_15: tuple[str, Path]) -> None:
    direccion, raiz = con_corte_15
    shutil.copytree(raiz / "cortes/0014", raiz / "cortes/0015")
    pagina = abrir(direccion)
    pagina.locator("#aviso .nuevo").wait_for()
    assert "Está viendo el corte 14. El más reciente es el 15, de las 23:30 h." in pagina.locator("#aviso").inner_text()
    assert pagina.locator("#aviso a").get_attribute("href").endswith("cortes/0015/index.html")


@pytest.mark.parametrize("vista", ["", "#/GUB/1.html", "widget/GUB.html", "cortes/0014/muro.html"])
def test_a_corte_without_pages_takes_nobody_away(
    abrir: Abrir, con_corte_15: tuple[str, Path], documentos: dict[int, dict[str, Any]], vista: str
) -> None:
    direccion, _ = con_corte_15
    pagina = abrir(direccion, quejas=False)
    pagina.goto(direccion + vista)
    quieta(pagina)
    donde = pagina.url
    with pagina.expect_request("**/cortes/0015/cabecera.json"):
        pagina.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    quieta(pagina)
    assert pagina.url == donde
    assert miles(documentos[14]["GUB/resumen.json"]["por_candidatura"][0]["votos"]) in pagina.inner_text("main")
    if not vista.startswith("widget"):
        assert "Los datos del corte 15, de las 23:30 h, ya están publicados" in pagina.inner_text("#aviso")
        assert "sigue el corte 14" in pagina.inner_text("#aviso")


def test_wall_moves_to_the_new_corte_by_itself(abrir: Abrir, documentos: dict[int, Any], tmp_path: Path) -> None:
    publicar(documentos[9], tmp_path)
    with servir(tmp_path) as direccion:
        pagina = abrir(direccion + "cortes/0009/muro.html", ancho=1920, alto=1080)
        assert pagina.evaluate("document.documentElement.scrollHeight") <= 1080
        letras = """() => { // with who stands, and where only the parties are known
          const nombre = document.querySelector('.votos .persona'), partes = nombre.nextElementSibling
          const mide = e => parseFloat(getComputedStyle(e).fontSize)
          const antes = mide(nombre)
          nombre.remove(); partes.classList.remove('siglas')
          return antes === mide(partes)
        }"""
        assert pagina.evaluate(letras)
        publicar(documentos[14], tmp_path)
        pagina.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        pagina.wait_for_url("**/cortes/0014/muro.html")
        quieta(pagina)


def test_a_widget_that_a_cache_still_holds_does_not_ask_again_and_again(
    abrir: Abrir, documentos: dict[int, Any], tmp_path: Path
) -> None:
    """The pointer has changed and an edge gives the page of the corte before: one page a turn, and the new one then."""
    publicar(documentos[9], tmp_path)
    vieja = (tmp_path / "widget/GUB.html").read_bytes()
    publicar(documentos[14], tmp_path)
    nueva = (tmp_path / "widget/GUB.html").read_bytes()
    (tmp_path / "widget/GUB.html").write_bytes(vieja)
    with servir(tmp_path) as direccion:
        pagina = abrir(direccion + "widget/GUB.html")
        pagina.wait_for_timeout(2000)
        assert [p for p in pagina.pedidos if p.endswith("widget/GUB.html")] == [direccion + "widget/GUB.html"]
        (tmp_path / "widget/GUB.html").write_bytes(nueva)
        with pagina.expect_navigation():
            pagina.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert miles(documentos[14]["GUB/resumen.json"]["por_candidatura"][0]["votos"]) in pagina.inner_text("main")


def test_links_that_always_open_the_latest(abrir: Abrir, sitio: str, acta: dict[str, Any]) -> None:
    pagina = abrir(f"{sitio}index.html#/GUB/1.html~{acta['clave']}")
    pagina.wait_for_url(f"**/cortes/0014/GUB/1.html#{acta['clave']}")
    pagina.locator("dialog").wait_for()
    for malo in ("#/../../otro", "#//otro.example/", "#/GUB/1.html<b>"):
        pagina.goto("about:blank")
        pagina.goto(sitio + "index.html" + malo)
        quieta(pagina)
        assert pagina.url.startswith(sitio + "index.html")


def test_the_manifest_is_checked_in_the_page(abrir: Abrir, publicada: Path, tmp_path: Path) -> None:
    raiz = tmp_path / "p"
    shutil.copytree(publicada, raiz)
    firmas = "\n".join(f"— {n} AAAAAAAA" for n in ("prep.ieea.example", "universidad.example"))
    (raiz / "checkpoint").write_text(f"prep.ieea.example/log\n15\nc29tZSByb290\n\n{firmas}\n")
    with servir(raiz) as direccion:
        pagina = abrir(direccion + AQUI + "verificar.html")
        pagina.locator("#firmas .bien").wait_for()
        assert pagina.locator(".firmantes li").all_inner_texts() == ["prep.ieea.example", "universidad.example"]
        vieja = abrir(direccion + "cortes/0009/verificar.html")
        assert "ya no es el más reciente" in vieja.locator("#firmas").inner_text()
        manifiesto = raiz / AQUI / "corte.json"
        manifiesto.write_bytes(manifiesto.read_bytes().replace(b'"cierre":false', b'"cierre":true '))
        alterada = abrir(direccion + AQUI + "verificar.html")
        alterada.locator("#firmas .falla").wait_for()
        assert "NO coincide" in alterada.locator("#firmas").inner_text()


# served elsewhere


def test_from_a_mirror_under_a_sub_path(abrir: Abrir, publicada: Path, acta: dict[str, Any], tmp_path: Path) -> None:
    shutil.copytree(publicada, tmp_path / "espejo" / "prep")
    with servir(tmp_path) as direccion:
        pagina = abrir(f"{direccion}espejo/prep/")
        seguir(pagina, "nav >> text=Gubernatura")
        seguir(pagina, "#detalle a >> nth=0")
        pagina.goto(f"{pagina.url}#{acta['clave']}")
        pagina.locator("dialog").wait_for()
        assert ancho_de_la_foto(pagina) == 850
        assert all(p.startswith(f"{direccion}espejo/prep/") for p in pagina.pedidos)


@pytest.fixture
def nginx(publicada: Path) -> Any:
    if shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin") is None:
        pytest.skip("No está nginx en este equipo.")
    with bench.servida(publicada) as direccion:
        yield direccion


def test_from_nginx_with_its_cache_rules_and_policy(abrir: Abrir, nginx: str, acta: dict[str, Any]) -> None:
    pagina = abrir(f"{nginx}{AQUI}GUB/1.html#{acta['clave']}")
    pagina.locator("dialog").wait_for()

    def cabeceras(ruta: str) -> dict[str, str]:
        return dict(pagina.request.get(nginx + ruta, headers={"Accept-Encoding": "gzip"}).headers)

    for fija in (AQUI + "GUB/resumen.json", acta["imagen"]["ruta"], "portal/corte-0014.png"):
        assert cabeceras(fija)["cache-control"] == "public, max-age=31536000, immutable"
    for movil in ("ultimo.json", "index.html", "", "widget/GUB.html", "atom.xml"):
        assert "max-age=15" in cabeceras(movil)["cache-control"]
    assert cabeceras("index.html")["content-encoding"] == "gzip"
    for ruta, quien in (
        ("index.html", "'self'"),
        ("widget/GUB.html", "*"),
        ("verifica.html", "'self'"),
        ("nada.html", "'self'"),
    ):
        politica = cabeceras(ruta)["content-security-policy"].split("; ")
        assert {"object-src 'none'", "base-uri 'none'", f"frame-ancestors {quien}"} <= set(politica), ruta
    verifica = abrir(nginx + "verifica.html")
    assert verifica.locator("h1").is_visible() and verifica.locator("button").count()
    assert pagina.request.get(nginx + "nada.html").status == 404


def test_embedded_in_another_page(abrir: Abrir, sitio: str, tmp_path: Path) -> None:
    (tmp_path / "nota.html").write_text(
        f'<h1>Nota</h1><iframe src="{sitio}widget/GUB.html" width=360 height=640></iframe>'
    )
    with servir(tmp_path) as direccion:
        pagina = abrir(direccion + "nota.html", quejas=False)
        marco = pagina.frame_locator("iframe")
        assert "Gubernatura" in marco.locator("h1").inner_text()
        marco.locator("table.cand").wait_for()


# for everybody


@pytest.mark.parametrize("vista", VISTAS)
def test_nothing_is_asked_of_others_nor_wider_than_the_phone_and_axe_finds_nothing(
    abrir: Abrir, sitio: str, vista: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="Falta axe-playwright-python.").Axe()
    reglas = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    opciones = {"runOnly": reglas, "resultTypes": ["violations"]}  # to tell all that is right takes longer than to look
    pagina = abrir(sitio + vista, ancho=320, quejas=False)
    assert all(p.startswith(sitio) for p in pagina.pedidos)
    for ancho in (320, 360, 768):
        pagina.set_viewport_size({"width": ancho, "height": 900})
        assert pagina.evaluate("document.documentElement.scrollWidth") <= ancho, ancho
        cabezas = pagina.locator("table:is(.lug, .part, .lleg, .hist, .esp, .bases) thead").all()
        de_tabla = {(c.bounding_box() or {"height": 0})["height"] > 1 for c in cabezas if c.locator("..").is_visible()}
        assert de_tabla <= {ancho >= 768}, ancho  # cards on a phone, a table where it fits
    if vista.endswith("GUB/1.html"):
        pagina.locator("#secciones").scroll_into_view_if_needed()
        pagina.locator(".seccion summary").first.click()
    for tema, ancho in (("light", 360), ("dark", 1440)):  # colours are of the theme, places of the width
        pagina.emulate_media(color_scheme=tema, reduced_motion="reduce")
        pagina.set_viewport_size({"width": ancho, "height": 900})
        hallazgos = axe.run(pagina, options=opciones).response["violations"]
        assert not hallazgos, [(h["id"], [n["html"][:160] for n in h["nodes"][:3]]) for h in hallazgos]


def test_axe_finds_nothing_in_an_acta(abrir: Abrir, sitio: str, acta: dict[str, Any]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="Falta axe-playwright-python.").Axe()
    pagina = abrir(f"{sitio}{AQUI}GUB/1.html#{acta['clave']}")
    pagina.locator("dialog").wait_for()
    for ancho, tema in product((360, 1440), ("light", "dark")):
        pagina.emulate_media(color_scheme=tema, reduced_motion="reduce")
        pagina.set_viewport_size({"width": ancho, "height": 900})
        hallazgos = axe.run(pagina).response["violations"]
        assert not hallazgos, [(h["id"], [n["html"][:160] for n in h["nodes"][:3]]) for h in hallazgos]


def test_scripts_are_valid_modules() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("No está node en este equipo.")
    estaticos = Path(bench.__file__).parent / "estaticos"
    for archivo in sorted(estaticos.glob("*.js")):
        orden = [node, "--check", "--input-type=module", "-"]
        hecho = subprocess.run(orden, input=archivo.read_bytes(), capture_output=True, check=False)
        assert hecho.returncode == 0, (archivo.name, hecho.stderr.decode())

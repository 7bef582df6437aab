"""The pages as files: what they say, that they say it without scripts, and that nothing odd gets through."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from html import unescape
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any

import jsonschema
import pytest
from fabrica_portal import Noche, octetos

from prep import portal
from prep.dominio.tabulacion.contabilidad import Observacion
from prep.portal import paginas, portada, recursos
from prep.portal.cifras import miles, proximo_corte
from prep.portal.evolucion import Evolucion
from prep.portal.sitio import Hoja, Sitio
from prep.portal.textos import IDIOMAS, textos
from prep.publicacion.esquemas import FORMATOS

VACIOS = {"meta", "link", "img", "input", "br", "hr"}


class Lector(HTMLParser):
    """Checks that elements close in order and keeps what tests look at."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.abiertos: list[str] = []
        self.enlaces: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.atributos: list[tuple[str, str, str]] = []
        self.textos: list[str] = []
        self.guiones: list[dict[str, str | None]] = []
        self.feed(html)
        assert not self.abiertos

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VACIOS:
            self.abiertos.append(tag)
        if tag == "script":
            self.guiones.append(dict(attrs))
        for k, v in attrs:
            self.atributos.append((tag, k, v or ""))
            if k == "id":
                self.ids.append(v or "")
            if k in ("href", "src"):
                self.enlaces.append((tag, v or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VACIOS:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.abiertos and self.abiertos.pop() == tag

    def handle_data(self, data: str) -> None:
        self.textos.append(data)

    @property
    def texto(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.textos)).replace("\xa0", " ")


def html(archivos: list[tuple[str, bytes]]) -> dict[str, Lector]:
    return {
        ruta: Lector(datos.decode()) for ruta, datos in archivos if ruta.endswith(".html") and ruta != "verifica.html"
    }


@pytest.fixture(scope="module")
def docs(documentos: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return documentos[14]


@pytest.fixture(scope="module")
def leidas(docs: dict[str, Any]) -> dict[str, Lector]:
    return html(list(paginas(docs)))


def test_documents_of_the_factory_have_the_published_shape(documentos: dict[int, dict[str, Any]]) -> None:
    revisores = {}
    for archivo in FORMATOS.glob("*.schema.json"):
        revisores[archivo.name.split(".")[0]] = jsonschema.Draft202012Validator(json.loads(archivo.read_text("utf-8")))
    for docs in documentos.values():
        for ruta, doc in docs.items():
            if isinstance(doc, dict) and ("/demarcacion/" not in ruta or ruta.endswith("/7.json")):
                revisores[doc["formato"].split("/")[1]].validate(doc)


def test_same_corte_same_bytes(docs: dict[str, Any]) -> None:
    como_octetos = {k: octetos(v) for k, v in docs.items()}
    for funcion in (paginas, portada, recursos):
        assert dict(funcion(docs)) == dict(funcion(como_octetos))


def test_every_main_view_exists_in_both_languages(docs: dict[str, Any], leidas: dict[str, Lector]) -> None:
    sueltas = ("index", "muro", "casilla", "evolucion", "base-de-datos", "verificar", "ayuda", "difusores")
    esperadas = {f"{p}.html" for p in sueltas}
    for e in docs["proceso.json"]["elecciones"]:
        esperadas |= {
            f"{e['clave']}/index.html",
            f"{e['clave']}/especiales.html",
            f"{e['clave']}/no-contabilizadas.html",
        }
        esperadas |= {f"{e['clave']}/{d['id']}.html" for d in e["demarcaciones"]}
    esperadas.add("GUB/municipios.html")
    assert set(leidas) == esperadas | {f"en/{p}" for p in esperadas}


def test_totals_are_in_the_html(docs: dict[str, Any], leidas: dict[str, Lector]) -> None:
    for e in docs["proceso.json"]["elecciones"]:
        resumen = docs[f"{e['clave']}/resumen.json"]
        estado = leidas[f"{e['clave']}/index.html"].texto
        for c in resumen["por_candidatura"] + resumen["por_partido"]:
            if e["ambito"] == "entidad" or not c["clave"].startswith("CAND_IND"):
                assert miles(c["votos"]) in estado
                assert c["porcentaje"] + " %" in estado
        assert miles(resumen["total"]) in estado
        for clave, v in resumen["estadistica"].items():
            assert (v + " %" if isinstance(v, str) else miles(v)) in estado, clave
        for d in resumen["demarcaciones"]:
            assert d["nombre"] in estado
            lugar = leidas[f"{e['clave']}/{d['id']}.html"].texto
            for c in d["por_candidatura"]:
                assert miles(c["votos"]) in lugar
            for c in e["demarcaciones"]:
                if c["id"] == d["id"]:
                    assert all(p["propietaria"] in lugar for p in c["candidaturas"])


def test_entry_tells_the_corte_and_its_totals(docs: dict[str, Any]) -> None:
    entrada = html(list(portada(docs)))
    es, en = entrada["index.html"].texto, entrada["en/index.html"].texto
    assert "Corte 14" in es and "domingo 2 de junio de 2024, 23:15 h (UTC−6)" in es
    assert "Update 14" in en and "Sunday 2 June 2024, 23:15 (UTC−6)" in en
    assert "Resultados preliminares, de carácter informativo." in es
    for e in docs["proceso.json"]["elecciones"]:
        pct = docs[f"{e['clave']}/resumen.json"]["estadistica"]["porcentaje_actas_capturadas"]
        assert f"{pct} %" in es and f"{pct} %" in en


@pytest.mark.parametrize("con_mapa", [False, True])
def test_every_link_arrives(docs: dict[str, Any], con_mapa: bool) -> None:
    docs = dict(docs)
    if con_mapa:
        capa = {"ancho": 640, "alto": 400, "lugares": {"1": "M0,0l10,0 0,10Z"}}
        docs["mapa.json"] = {"formato": "prep/mapa/1", "capas": {"distrito": capa, "municipio": capa}}
    base = f"cortes/{docs['corte.json']['corte']:04d}/"
    todo = {base + k for k in docs} | {base + k for k, _ in paginas(docs)} | {"ultimo.json"}
    entrada, fijos = list(portada(docs)), list(recursos(docs))
    todo |= {k for k, _ in entrada} | {k for k, _ in fijos}
    hojas = html([(base + k, v) for k, v in paginas(docs)] + entrada)
    for ruta, hoja in hojas.items():
        assert len(hoja.ids) == len(set(hoja.ids)), ruta
        for _, destino in hoja.enlaces:
            if destino.startswith(("https://", "#")):
                assert not destino.startswith("#") or destino[1:] in hoja.ids, (ruta, destino)
                continue
            donde, _, ancla = destino.partition("#")
            partes: list[str] = []
            for p in (PurePosixPath(ruta).parent / donde).parts:
                if p == "..":
                    partes.pop()
                else:
                    partes.append(p)
            llega = "/".join(partes)
            if ruta.endswith("evolucion.html") and re.fullmatch(
                r"cortes/00(0[1-9]|1[0-3])/(en/)?\w+/index\.html", llega
            ):
                continue  # the list of cortes goes to those before this one
            assert llega in todo, (ruta, destino)
            if ancla and llega in hojas and not re.fullmatch(r"\d{6}[A-Z]\w+", ancla):
                assert ancla in hojas[llega].ids, (ruta, destino)


def test_no_page_of_a_corte_but_the_list_of_cortes_points_into_another(leidas: dict[str, Lector]) -> None:
    for ruta, hoja in leidas.items():
        assert not [d for _, d in hoja.enlaces if "cortes/" in d], ruta
        otros = [d for _, d in hoja.enlaces if re.match(r"(\.\./)+\d{4}/", d)]
        assert not otros or ruta.endswith("evolucion.html"), ruta


def test_nothing_inline_and_nothing_from_others(leidas: dict[str, Lector], docs: dict[str, Any]) -> None:
    for ruta, hoja in leidas.items():
        assert not [a for a in hoja.atributos if a[1] == "style" or a[1].startswith("on")], ruta
        assert all("src" in g or g.get("type") == "application/json" for g in hoja.guiones), ruta
        for tag, destino in hoja.enlaces:
            assert tag == "a" or not re.match(r"(https?:)?//", destino), (ruta, destino)
        politica = next(v for t, k, v in hoja.atributos if (t, k) == ("meta", "content") and "default-src" in v)
        assert "unsafe" not in politica and "default-src 'none'" in politica
    for nombre, datos in recursos(docs):
        assert b"http://" not in datos.replace(b"http://www.w3.org/2000/svg", b""), nombre
        assert b"https://" not in datos, nombre
        assert b"document.cookie" not in datos


def test_pages_whose_figures_did_not_change_keep_their_bytes(noche: Noche, documentos: dict[int, Any]) -> None:
    antes, despues = documentos[9], documentos[14]
    uno, dos = dict(paginas(antes)), dict(paginas(despues))
    iguales = 0
    for e in antes["proceso.json"]["elecciones"]:
        a, b = ({d["id"]: d for d in docs[f"{e['clave']}/resumen.json"]["demarcaciones"]} for docs in (antes, despues))
        for i, d in a.items():
            ruta = f"{e['clave']}/{i}.html"
            assert (uno[ruta] == dos[ruta]) == (d == b[i]), ruta
            iguales += d == b[i]
    assert iguales
    for fija in ("ayuda.html", "verificar.html", "difusores.html", "casilla.html", "en/ayuda.html"):
        assert uno[fija] == dos[fija]
    assert dict(recursos(antes)) == dict(recursos(despues))


def test_in_ceros_nothing_is_a_zero_that_is_not_known(documentos: dict[int, Any]) -> None:
    hojas = html(list(paginas(documentos[1])))
    estado = hojas["GUB/index.html"].texto
    assert "Aún no hay actas contabilizadas." in estado
    assert "Sin dato aún" in estado
    assert "0.0000 %" in estado  # captured so far, which is known
    assert "NaN" not in estado and "None" not in estado


@pytest.mark.parametrize("falta", ["avance.json", "secciones.json", "GUB/especiales.json"])
@pytest.mark.parametrize("como", ["missing", "broken"])
def test_a_missing_or_broken_document_is_said_in_its_place(docs: dict[str, Any], falta: str, como: str) -> None:
    rotos = dict(docs)
    if como == "missing":
        del rotos[falta]
    else:
        rotos[falta] = b"{not json"
    hojas = html(list(paginas(rotos)))
    if falta == "avance.json":
        assert "No se pudo leer la historia de la noche" in hojas["evolucion.html"].texto
    if falta == "GUB/especiales.json":
        assert "No se pudo leer la lista de casillas especiales" in hojas["GUB/especiales.html"].texto
    assert miles(docs["GUB/resumen.json"]["total"]) in hojas["GUB/index.html"].texto
    assert list(portada(rotos))


def test_without_resumen_there_are_no_pages_and_the_reason_is_said(docs: dict[str, Any]) -> None:
    rotos = {k: v for k, v in docs.items() if k != "AYUN/resumen.json"}
    with pytest.raises(ValueError, match=r"le falta AYUN/resumen\.json"):
        list(paginas(rotos))


def test_hostile_names_stay_text(noche: Noche) -> None:
    malo = '"><script>alert(1)</script><img src=x onerror=alert(1)>&'
    docs = json.loads(json.dumps({k: v for k, v in noche.corte(12).items() if isinstance(v, dict)}))
    docs["proceso.json"]["nombre"] = docs["proceso.json"]["institucion"]["nombre"] = malo
    docs["proceso.json"]["entidad"]["nombre"] = malo
    docs["proceso.json"]["partidos"][0]["nombre"] = malo
    docs["proceso.json"]["difusores"][0]["nombre"] = malo
    for e in docs["proceso.json"]["elecciones"]:
        e["nombre"] = malo
        for d in e["demarcaciones"]:
            d["nombre"] = malo
            d["candidaturas"][0]["propietaria"] = malo
        for d in docs[f"{e['clave']}/resumen.json"]["demarcaciones"]:
            d["nombre"] = malo
        for c in docs[f"{e['clave']}/especiales.json"]["casillas"]:
            c["nombre"] = malo
    todo = [(k, v) for k, v in [*paginas(docs), *portada(docs)] if k != "verifica.html"]
    for ruta, hoja in html(todo).items():
        assert all("src" in g or g.get("type") == "application/json" for g in hoja.guiones), ruta
        assert not [a for a in hoja.atributos if a[1].startswith("on")], ruta
    for ruta, datos in todo:
        if ruta.endswith((".html", ".xml")):
            assert b"<script>alert" not in datos and b"<img src=x" not in datos, ruta


def test_mode_of_a_drill_is_on_every_page(leidas: dict[str, Lector]) -> None:
    for ruta, hoja in leidas.items():
        assert ("DRILL" if ruta.startswith("en/") else "SIMULACRO") in hoja.texto, ruta


def test_the_night_itself_has_no_such_band(docs: dict[str, Any]) -> None:
    jornada = {**docs, "corte.json": {**docs["corte.json"], "modo": "jornada"}}
    assert "SIMULACRO" not in html(list(portada(jornada)))["index.html"].texto


def test_rendering_does_not_depend_on_django_settings(docs: dict[str, Any], settings: Any) -> None:
    antes = dict(paginas(docs))
    settings.USE_THOUSAND_SEPARATOR = True
    settings.LANGUAGE_CODE = "de"
    assert dict(paginas(docs)) == antes


def minimo(esquema: dict[str, Any], doc: Any, raiz: dict[str, Any]) -> Any:
    """The document with nothing but what its schema requires."""
    while "$ref" in esquema:
        esquema = raiz["$defs"][esquema["$ref"].rsplit("/", 1)[1]]
    if isinstance(doc, list):
        return [minimo(esquema.get("items", {}), x, raiz) for x in doc]
    if isinstance(doc, dict) and "properties" in esquema:
        return {k: minimo(esquema["properties"][k], v, raiz) for k, v in doc.items() if k in esquema["required"]}
    return doc


def test_documents_with_only_what_is_required_still_make_every_page(docs: dict[str, Any]) -> None:
    pelones: dict[str, Any] = {}
    for ruta, doc in docs.items():
        if isinstance(doc, dict) and "/demarcacion/" not in ruta:
            nombre = doc["formato"].split("/")[1]
            esquema = json.loads((FORMATOS / f"{nombre}.schema.json").read_text("utf-8"))
            pelones[ruta] = minimo(esquema, doc, esquema)
            jsonschema.Draft202012Validator(esquema).validate(pelones[ruta])
    assert "institucion" not in pelones["proceso.json"] and "color" not in pelones["proceso.json"]["partidos"][0]
    assert set(pelones["GUB/resumen.json"]["estadistica"]) == {"actas_esperadas"}
    hojas = html(list(paginas(pelones)))
    assert hojas.keys() == html(list(paginas(docs))).keys()
    assert "PREP Anáhuac" in hojas["index.html"].texto
    assert "Sin dato aún" in hojas["GUB/index.html"].texto
    assert "No hay difusores registrados" in hojas["difusores.html"].texto
    assert list(portada(pelones)) and list(recursos(pelones))


# who stands, before their parties


def test_names_come_first_wherever_a_contest_is_shown(docs: dict[str, Any], leidas: dict[str, Lector]) -> None:
    gub = docs["proceso.json"]["elecciones"][0]
    personas = [c["propietaria"] for c in gub["demarcaciones"][0]["candidaturas"]]
    raiz = html(list(portada(docs)))
    for hoja in (leidas["GUB/index.html"], leidas["muro.html"], raiz["index.html"], raiz["widget/GUB.html"]):
        assert all(p in hoja.texto for p in personas)
    lider = max(docs["GUB/resumen.json"]["por_candidatura"], key=lambda c: c["votos"])
    persona = next(c["propietaria"] for c in gub["demarcaciones"][0]["candidaturas"] if c["clave"] == lider["clave"])
    assert f"{persona} ( " + " · ".join(lider["partidos"]) in raiz["index.html"].texto.replace("(", "( ")


def test_the_name_of_a_coalition_is_beside_its_parties(docs: dict[str, Any]) -> None:
    con_nombre = json.loads(json.dumps({k: v for k, v in docs.items() if isinstance(v, dict)}))
    for d in con_nombre["proceso.json"]["elecciones"][0]["demarcaciones"]:
        d["candidaturas"][0]["coalicion"] = "Juntos & Firmes"
    assert "Juntos & Firmes (PAZ · RÍO)" in html(list(portada(con_nombre)))["index.html"].texto


def un_municipio(docs: dict[str, Any]) -> dict[str, Any]:
    """The same corte with one municipio alone in its ayuntamientos."""
    solo = json.loads(json.dumps({k: v for k, v in docs.items() if isinstance(v, dict)}))
    ayun = next(e for e in solo["proceso.json"]["elecciones"] if e["clave"] == "AYUN")
    lugar = max(solo["AYUN/resumen.json"]["demarcaciones"], key=lambda d: d["total"])
    ayun["demarcaciones"] = [d for d in ayun["demarcaciones"] if d["id"] == lugar["id"]]
    solo["AYUN/resumen.json"]["demarcaciones"] = [lugar]
    solo["AYUN/resumen.json"] |= {k: lugar[k] for k in ("estadistica", "por_candidatura", "total", "nulos")}
    return solo


def test_a_process_of_one_municipio_shows_its_votes_at_the_entry(docs: dict[str, Any]) -> None:
    solo = un_municipio(docs)
    entrada = html(list(portada(solo)))["index.html"].texto
    ayun = next(e for e in solo["proceso.json"]["elecciones"] if e["clave"] == "AYUN")
    for c in solo["AYUN/resumen.json"]["por_candidatura"]:
        assert miles(c["votos"]) in entrada and c["porcentaje"] in entrada
    assert all(c["propietaria"] in entrada for c in ayun["demarcaciones"][0]["candidaturas"])
    assert "1 municipio" not in entrada  # of one alone nothing is said apart


def test_one_place_without_actas_is_said_as_one(docs: dict[str, Any]) -> None:
    solo = {k: v for k, v in docs.items() if isinstance(v, dict)}
    resumen = json.loads(json.dumps(solo["GUB/resumen.json"]))
    for d, hay in zip(resumen["demarcaciones"], [0, *[5] * 19], strict=True):
        d["estadistica"] |= {"actas_esperadas": 6, "actas_contabilizadas": hay, "actas_capturadas": hay}
    solo["GUB/resumen.json"] = resumen
    assert "1 de 20 distritos aún no tiene ninguna acta" in html(list(portada(solo)))["index.html"].texto
    noche = Lector(dict(Hoja(Sitio(solo), "es", "").evolucion())["evolucion.html"].decode()).texto
    assert "(falta 1)" in noche and "faltan 1)" not in noche


def test_independents_of_different_municipios_are_never_one_candidacy(
    docs: dict[str, Any], leidas: dict[str, Lector]
) -> None:
    estado = leidas["AYUN/index.html"].texto
    assert "Independientes de distintos municipios" in estado
    _, _, despues = estado.partition("Suma de votos por candidatura en el estado")
    assert "Independiente 1" not in despues
    solos = [f for f in filas_csv(docs, "AYUN/AYUN_entidad.csv") if f["candidatura"].startswith("CAND_IND")]
    assert not solos and any(f["candidatura"] == "CAND_IND_1" for f in filas_csv(docs, "AYUN/AYUN_municipio.csv"))


# what a journalist takes away


def filas_csv(docs: dict[str, Any], ruta: str) -> list[dict[str, str]]:
    texto = dict(paginas(docs))[ruta].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(texto)))


def test_tidy_tables_add_up_to_the_summaries(docs: dict[str, Any]) -> None:
    resumen = docs["GUB/resumen.json"]
    por_distrito = filas_csv(docs, "GUB/GUB_distrito.csv")
    for c in resumen["por_candidatura"]:
        assert sum(int(f["votos"]) for f in por_distrito if f["candidatura"] == c["clave"]) == c["votos"]
    assert sum(int(f["votos"]) for f in filas_csv(docs, "GUB/GUB_entidad.csv")) == resumen["total"]
    assert all(f["persona"] for f in por_distrito if f["candidatura"] not in ("NO_REGISTRADAS", "NULOS"))


def test_an_election_of_the_whole_state_is_told_by_municipio(docs: dict[str, Any], leidas: dict[str, Lector]) -> None:
    """Every place once, its figures those of the document; what is of no municipio is said and not lost."""
    municipios = docs["GUB/municipios.json"]["municipios"]
    filas = filas_csv(docs, "GUB/GUB_municipio.csv")
    resumen = docs["GUB/resumen.json"]
    for c in resumen["por_candidatura"]:
        assert sum(int(f["votos"]) for f in filas if f["candidatura"] == c["clave"]) == c["votos"]
    assert {f["lugar"] for f in filas} == {m["nombre"] for m in municipios} and all(
        f["nivel"] == "municipio" for f in filas
    )
    hoja = leidas["GUB/municipios.html"].texto
    assert all(m["nombre"] in hoja and f"{m['total']:,}" in hoja for m in municipios)
    assert "de ningún municipio" not in hoja and "DIP_LOC/municipios.html" not in leidas
    enlaces = [d for _, d in leidas["GUB/index.html"].enlaces]
    assert "municipios.html" in enlaces and any(d.endswith("GUB/GUB_municipio.csv") for d in enlaces)
    municipios = sorted(municipios, key=lambda m: -m["total"])
    sin_uno = {**docs, "GUB/municipios.json": {**docs["GUB/municipios.json"], "municipios": municipios[1:]}}
    aparte = Lector(dict(paginas(sin_uno))["GUB/municipios.html"].decode()).texto
    assert f"{municipios[0]['total']:,} votos no son de ningún municipio" in aparte


def test_in_ceros_the_tables_say_nothing_that_is_not_known(documentos: dict[int, dict[str, Any]]) -> None:
    for f in filas_csv(documentos[1], "GUB/GUB_entidad.csv"):
        assert f["votos"] == "0" and f["porcentaje"] == ""


def test_a_name_that_looks_like_a_formula_is_not_one_in_the_table(docs: dict[str, Any]) -> None:
    malo = json.loads(json.dumps({k: v for k, v in docs.items() if isinstance(v, dict)}))
    malo["proceso.json"]["elecciones"][0]["demarcaciones"][0]["candidaturas"][0]["propietaria"] = "=HYPERLINK(1)"
    personas = {f["persona"] for f in filas_csv(malo, "GUB/GUB_entidad.csv")}
    assert "'=HYPERLINK(1)" in personas and "=HYPERLINK(1)" not in personas


def test_the_code_to_embed_is_whole_and_absolute(docs: dict[str, Any]) -> None:
    hojas = dict(paginas(docs))
    for ruta, destino in (("GUB/index.html", "widget/GUB.html"), ("en/AYUN/3.html", "en/widget/AYUN.html#3")):
        codigo = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", hojas[ruta].decode(), re.S)[1])
        marco = Lector(codigo)  # every element closes
        fuentes = [d for _, d in marco.enlaces]
        assert fuentes == [f"https://prep.ieea.example/{destino}", "https://prep.ieea.example/widget/alto.js"]
    assert {"widget/alto.js", "widget/GUB.html", "en/widget/AYUN.html"} <= dict(portada(docs)).keys()


# what is still to come, and what came before


def test_what_remains_is_said_against_the_lead(docs: dict[str, Any], leidas: dict[str, Lector]) -> None:
    gub, resumen = docs["proceso.json"]["elecciones"][0], docs["GUB/resumen.json"]
    lista = sum(d["lista_nominal"] for d in gub["demarcaciones"])
    resto = lista - resumen["estadistica"]["lista_nominal_actas_contabilizadas"]
    primero, segundo = sorted((c["votos"] for c in resumen["por_candidatura"]), reverse=True)[:2]
    frase = f"{miles(resto)} personas en lista nominal, frente a una ventaja de {miles(primero - segundo)} votos"
    for ruta in ("GUB/index.html", "evolucion.html"):
        assert frase in leidas[ruta].texto


def test_every_corte_is_listed_with_its_hour_its_link_and_what_changed(
    docs: dict[str, Any], leidas: dict[str, Lector]
) -> None:
    serie = docs["avance.json"]["elecciones"]["GUB"]["contabilizadas"]
    hoja = leidas["evolucion.html"]
    for i in range(1, 14):
        assert f"Corte {i + 1} · {docs['avance.json']['horas'][i][11:16]} h" in hoja.texto
        if serie[i] > serie[i - 1]:
            assert f"{miles(serie[i])} (+{miles(serie[i] - serie[i - 1])})" in hoja.texto
    assert {("a", f"../{n:04d}/GUB/index.html") for n in range(1, 15)} <= set(hoja.enlaces)
    ingles = leidas["en/evolucion.html"]
    assert {("a", f"../../{n:04d}/en/GUB/index.html") for n in range(1, 15)} <= set(ingles.enlaces)


def test_the_next_corte_is_told_from_those_that_came(docs: dict[str, Any]) -> None:
    assert "Siguiente corte: hacia las 23:30 h" in html(list(portada(docs)))["index.html"].texto
    ultimo = {**docs, "corte.json": {**docs["corte.json"], "cierre": True}}
    assert "Siguiente corte" not in html(list(portada(ultimo)))["index.html"].texto
    primero = {**docs, "avance.json": {**docs["avance.json"], "horas": docs["avance.json"]["horas"][:1]}}
    assert proximo_corte(primero["avance.json"]) is None


def test_what_is_not_counted_is_one_link_from_the_count(docs: dict[str, Any], leidas: dict[str, Lector]) -> None:
    n = docs["GUB/resumen.json"]["estadistica"]["actas_no_contabilizadas"]
    assert n and f"{n}: ver por qué" in leidas["GUB/index.html"].texto
    assert ("a", "no-contabilizadas.html") in leidas["GUB/index.html"].enlaces
    assert ("a", "cortes/0014/GUB/no-contabilizadas.html") in html(list(portada(docs)))["index.html"].enlaces
    lista = leidas["GUB/no-contabilizadas.html"]
    con = [d for d in docs["GUB/resumen.json"]["demarcaciones"] if d["estadistica"]["actas_no_contabilizadas"]]
    assert {("a", f"{d['id']}.html#no-contabilizadas") for d in con} <= set(lista.enlaces)
    assert sum(d["estadistica"]["actas_no_contabilizadas"] for d in con) == n


@pytest.mark.parametrize("idioma", IDIOMAS)
def test_every_observation_of_the_law_is_explained(idioma: str) -> None:
    def llave(texto: str) -> str:
        llano = "".join(c for c in unicodedata.normalize("NFD", texto) if not unicodedata.combining(c))
        return re.sub(r"[^a-z0-9]+", "_", llano.lower()).strip("_")

    assert {llave(o) for o in Observacion} == set(textos(idioma)["observacion"])


@pytest.mark.parametrize(("pagina", "en_cambio"), [("ayuda.html", "En cambio"), ("en/ayuda.html", "With «Ilegible»")])
def test_the_help_gives_as_reasons_only_those_that_leave_an_acta_out(
    leidas: dict[str, Lector], pagina: str, en_cambio: str
) -> None:
    _, _, desde = leidas[pagina].texto.partition("«Excede lista nominal»")
    motivos, siguen, _ = desde.partition(en_cambio)
    assert siguen and "Todos los campos vacíos" in motivos
    assert f"«{Observacion.ILEGIBLE}»" not in motivos and f"«{Observacion.SIN_DATO}»" not in motivos


def test_in_a_tie_nobody_leads() -> None:
    """Whoever the alphabet puts first is not ahead."""
    noche = Evolucion({"horas": [], "cortes": [], "elecciones": {}}, textos("es"))
    votos = {"candidaturas": {"A": [3, 3], "B": [3, 1]}, "total": [6, 4]}
    assert [noche._lider(votos, i) for i in (0, 1)] == [("", 0), ("A", 500_000)]


def test_no_module_of_the_room_takes_the_name_of_what_it_gives() -> None:
    """Whichever was loaded first, what draws is what is found by those names."""
    assert not {m.stem for m in Path(str(portal.__file__)).parent.iterdir()} & set(portal.__all__)

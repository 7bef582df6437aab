"""Forms of other designs: read right or not at all, drawn by a generator that knows nothing of ours."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from ajenas_de_prueba import HOJAS, Ajena, dibujar, lejos_mm, tomar
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from actas_de_prueba import foto as foto_propia
from actas_de_prueba import lector as lector_propio
from prep.cli import app
from prep.dominio.comun.valores import SIN_DATO
from prep.laboratorio.fotografiar import Foto
from prep.laboratorio.otras_manos import Digitos
from prep.lectura import ajena as formato
from prep.lectura.lector import LectorAjeno, descifrar

TIPOS = ("aruco", "cuadros", "contorno")


def jpeg(imagen: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", imagen, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


@cache
def caso(tipo: str, nivel: str, hoja: str = "tabloide", semilla: int = 3) -> tuple[Ajena, Foto]:
    a = dibujar(tipo, np.random.default_rng(semilla), None, hoja)
    return a, tomar(a, nivel, np.random.default_rng([semilla, len(nivel)]))


def lector(a: Ajena) -> LectorAjeno:
    return LectorAjeno(formato.leer(a.json))


@pytest.mark.parametrize("tipo", TIPOS)
@pytest.mark.parametrize(("nivel", "hoja"), list(zip(("scan", "mild", "medium"), HOJAS, strict=True)))
def test_a_described_form_is_read_well(tipo: str, nivel: str, hoja: str) -> None:
    a, f = caso(tipo, nivel, hoja)
    lectura = lector(a).leer(f.jpeg)
    assert lectura.leida, lectura.detalle
    assert lejos_mm(a, f, lector(a), descifrar(f.jpeg)).max() <= 1.0
    bien = sum(c.valor == a.valores[c.clave] for c in lectura.campos)
    assert bien >= 0.85 * len(lectura.campos)
    assert all(c.valor == a.valores[c.clave] for c in lectura.campos if c.aceptado)
    assert sum(c.aceptado for c in lectura.campos) >= 0.3 * len(lectura.campos)


@pytest.mark.parametrize(
    ("reglas", "hoja"),
    [
        ((220, 0.3, 0.0), "tabloide"),  # pale grey
        ((120, 0.3, 1.5), "media carta"),  # dashes of 1.5 mm
        ((201, 0.3, 1.5), "tabloide"),  # both
    ],
)
def test_pale_and_broken_rules_are_found(reglas: tuple[int, float, float], hoja: str) -> None:
    a = dibujar("aruco", np.random.default_rng([5, 4]), None, hoja, reglas=reglas)
    f = tomar(a, "scan", np.random.default_rng(5))
    lejos = lejos_mm(a, f, lector(a), descifrar(f.jpeg))
    assert np.isfinite(lejos).mean() > 0.9 and lejos[np.isfinite(lejos)].max() <= 1.0
    lectura = lector(a).leer(f.jpeg)
    assert sum(c.valor == a.valores[c.clave] for c in lectura.campos) >= 0.8 * len(lectura.campos)
    assert all(c.valor == a.valores[c.clave] for c in lectura.campos if c.aceptado)


@pytest.mark.parametrize("cuanto", [(-14.0, -9.0), (-4.0, -16.0)])
def test_a_square_that_is_no_mark_does_not_win_over_three_that_are(cuanto: tuple[float, float]) -> None:
    """As a barcode or a bullet near the corner where a mark is missing: the printed rows say which ones they are."""
    a = dibujar("cuadros", np.random.default_rng(4), None, "tabloide")
    anclas, e = a.descripcion["anclas"], a.escala * 10
    n = round(anclas["lado"] * e)
    x, y = (round(anclas["marcas"][2][k] * e) for k in "xy")
    a.pagina[y - 3 : y + n + 3, x - 3 : x + n + 3] = 250
    x, y = x + round(cuanto[0] * e), y + round(cuanto[1] * e)
    a.pagina[y : y + n, x : x + n] = 15
    f = tomar(a, "scan", np.random.default_rng(4))
    lejos = lejos_mm(a, f, lector(a), descifrar(f.jpeg))
    assert lejos.max() <= 1.0
    lectura = lector(a).leer(f.jpeg)
    assert lectura.marcas == 3
    assert all(c.valor == a.valores[c.clave] for c in lectura.campos if c.aceptado)


@pytest.mark.parametrize("tipo", TIPOS)
def test_digits_of_other_people(tipo: str, datos: Any) -> None:
    reales = Digitos.abrir(datos("digitos", "mnist"))
    a = dibujar(tipo, np.random.default_rng(8), reales, "tabloide")
    lectura = lector(a).leer(tomar(a, "mild", np.random.default_rng(8)).jpeg)
    assert lectura.leida
    assert all(c.valor == a.valores[c.clave] for c in lectura.campos if c.aceptado)
    assert sum(c.valor == a.valores[c.clave] for c in lectura.campos) >= 0.9 * len(lectura.campos)


@pytest.mark.parametrize("cifras", [1, 2, 5])
def test_more_or_fewer_boxes_for_each_number(cifras: int) -> None:
    rng = np.random.default_rng(cifras)
    a = dibujar("aruco", rng, None, "tabloide", cifras)
    lectura = lector(a).leer(tomar(a, "scan", rng).jpeg)
    assert lectura.leida
    assert sum(c.valor == a.valores[c.clave] for c in lectura.campos) >= 0.85 * len(lectura.campos)
    assert all(c.valor == a.valores[c.clave] for c in lectura.campos if c.aceptado)


@pytest.mark.parametrize("tipo", TIPOS)
def test_upside_down_the_rows_say_which_way_it_goes(tipo: str) -> None:
    a, f = caso(tipo, "mild")
    lectura = lector(a).leer(jpeg(cv2.rotate(descifrar(f.jpeg), cv2.ROTATE_180)))
    assert lectura.leida and "girada" in lectura.avisos and lectura.giro == 2
    assert all(c.valor == a.valores[c.clave] for c in lectura.campos if c.aceptado)


@pytest.mark.parametrize("tipo", ["aruco", "cuadros"])
@pytest.mark.parametrize("cuantas", [1, 2])
def test_one_mark_may_be_missing_but_not_two(tipo: str, cuantas: int) -> None:
    a = dibujar(tipo, np.random.default_rng(4), None, "tabloide")
    f = tomar(a, "mild", np.random.default_rng(4))
    gris = descifrar(f.jpeg)
    completa = lector(a).leer(f.jpeg)
    assert completa.marcas == 4
    anclas = a.descripcion["anclas"]
    for m in anclas["marcas"][:cuantas]:
        centro = f.en_foto(a.en_lienzo(np.array([[m["x"] + anclas["lado"] / 2, m["y"] + anclas["lado"] / 2]])))[0]
        cv2.circle(gris, (int(centro[0]), int(centro[1])), 110, 225, -1)
    lectura = lector(a).leer(jpeg(gris))
    if cuantas == 1:
        assert lectura.leida and lectura.marcas == 3 and "marca_faltante" in lectura.avisos
        assert all(c.valor == a.valores[c.clave] for c in lectura.campos if c.aceptado)
    else:
        # A blot that passes for a square may be a third mark; what it says then does not fit the form.
        assert lectura.rechazo in (("media_acta",) if tipo == "aruco" else ("media_acta", "marcas_distintas"))


@pytest.mark.parametrize("tipo", TIPOS)
def test_another_form_on_the_same_paper_is_refused(tipo: str) -> None:
    """The description of one form over the picture of another: same sheet and marks, other table."""
    a, f = caso(tipo, "mild")
    otra = json.loads(a.json)
    for campo in otra["campos"]:
        campo["numero"]["x"] -= 130.0
        campo.pop("letra", None)
    lectura = LectorAjeno(formato.leer(json.dumps(otra).encode())).leer(f.jpeg)
    assert lectura.rechazo == "renglones_no_hallados" and not lectura.campos


def simetrica(tipo: str) -> tuple[bytes, np.ndarray]:
    """A table that looks the same upside down, on a sheet whose marks do too."""
    px, n, paso = 8, 10, 12.0
    pagina = np.full((200 * px, 300 * px), 250, np.uint8)
    x, y = 150 - 1.5 * 8, 100 - (n * paso) / 2
    campos = []
    for i in range(n):
        arriba = y + i * paso + 2
        campos.append(
            {"clave": f"R{i}", "numero": {"x": x, "y": arriba, "ancho": 8, "alto": 8, "cifras": 3, "separacion": 0}}
        )
        for k in range(3):
            a, b = (
                (round((x + k * 8) * px), round(arriba * px)),
                (round((x + k * 8 + 8) * px), round((arriba + 8) * px)),
            )
            cv2.rectangle(pagina, a, b, 60, 3)
            cv2.putText(pagina, "698"[k], (a[0] + 14, b[1] - 12), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 30, 4)
    anclas: dict[str, Any] = {"tipo": tipo}
    if tipo == "cuadros":
        anclas |= {"lado": 8, "marcas": [{"x": u, "y": v} for u, v in ((8, 8), (284, 8), (284, 184), (8, 184))]}
        for m in anclas["marcas"]:
            pagina[m["y"] * px : (m["y"] + 8) * px, m["x"] * px : (m["x"] + 8) * px] = 15
    descripcion = {"hoja": {"ancho": 300, "alto": 200}, "anclas": anclas, "campos": campos}
    mesa = np.full((2000, 3000), 90, np.uint8)
    mesa[200:1800, 300:2700] = pagina
    return json.dumps(descripcion).encode(), mesa


@pytest.mark.parametrize("tipo", ["cuadros", "contorno"])
def test_what_looks_the_same_upside_down_is_refused(tipo: str) -> None:
    descripcion, imagen = simetrica(tipo)
    assert LectorAjeno(formato.leer(descripcion)).leer(jpeg(imagen)).rechazo == "orientacion_ambigua"


def test_a_table_shifted_by_one_row_is_refused() -> None:
    """By contour alone and with the description one row off, nothing says which row is which."""
    a, f = caso("contorno", "scan")
    d = json.loads(a.json)
    paso = d["campos"][1]["numero"]["y"] - d["campos"][0]["numero"]["y"]
    d["campos"] = d["campos"][:-2]
    assert LectorAjeno(formato.leer(json.dumps(d).encode())).leer(f.jpeg).rechazo == "renglones_ambiguos"
    for campo in d["campos"]:
        campo["numero"]["y"] += paso
    assert LectorAjeno(formato.leer(json.dumps(d).encode())).leer(f.jpeg).rechazo == "renglones_ambiguos"


def test_a_mirrored_picture_is_called_that() -> None:
    """Where its marks tell left from right. Of marks that are all alike only the rows could tell, and a table upside
    down has them too."""
    for tipo in TIPOS:
        a, f = caso(tipo, "scan")
        rechazo = lector(a).leer(jpeg(np.ascontiguousarray(descifrar(f.jpeg)[:, ::-1]))).rechazo
        assert (rechazo == "en_espejo") == (tipo == "aruco"), (tipo, rechazo)


def test_without_hoja_or_without_marks_each_with_its_reason() -> None:
    rng = np.random.default_rng(1)
    manchas = cv2.resize(
        rng.integers(40, 220, (9, 12, 3)).astype(np.uint8), (1600, 1200), interpolation=cv2.INTER_CUBIC
    )
    for tipo in TIPOS:
        assert lector(caso(tipo, "scan")[0]).leer(jpeg(manchas)).rechazo == "sin_pagina"
        assert lector(caso(tipo, "scan")[0]).leer(b"no").rechazo == "no_es_imagen"
    sin_marcas = caso("contorno", "mild")[1].jpeg
    assert lector(caso("aruco", "mild")[0]).leer(sin_marcas).rechazo == "media_acta"
    assert lector(caso("cuadros", "mild")[0]).leer(sin_marcas).rechazo == "media_acta"
    movidas = json.loads(caso("cuadros", "mild")[0].json)
    movidas["anclas"]["marcas"][2]["y"] -= 90.0
    lectura = LectorAjeno(formato.leer(json.dumps(movidas).encode())).leer(caso("cuadros", "mild")[1].jpeg)
    assert lectura.rechazo in ("marcas_distintas", "renglones_no_hallados")
    cortada = np.ascontiguousarray(descifrar(sin_marcas)[:, :2200])
    assert lector(caso("contorno", "mild")[0]).leer(jpeg(cortada)).rechazo in ("hoja_no_hallada", "sin_pagina")


def test_nothing_is_accepted_from_a_blank_form() -> None:
    rng = np.random.default_rng(3)
    vacia = dibujar("aruco", rng, None, "tabloide", vacia=True)
    lectura = lector(vacia).leer(tomar(vacia, "scan", rng).jpeg)
    assert lectura.leida and "en_blanco" in lectura.avisos
    assert all(c.valor == SIN_DATO and not c.aceptado for c in lectura.campos)


@pytest.mark.parametrize("tipo", TIPOS)
@pytest.mark.parametrize("nivel", ["scan", "mild"])
def test_our_own_reader_says_it_is_of_another_design(tipo: str, nivel: str) -> None:
    lectura = lector_propio().leer(caso(tipo, nivel)[1].jpeg)
    assert lectura.rechazo == "forma_desconocida" and not lectura.campos


def test_marks_of_our_type_with_other_numbers_are_not_an_acta_of_ours() -> None:
    pagina = np.full((1600, 2400), 245, np.uint8)
    diccionario = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for i, (x, y) in enumerate(((60, 60), (2240, 60), (2240, 1440), (60, 1440))):
        pagina[y : y + 100, x : x + 100] = cv2.aruco.generateImageMarker(diccionario, i, 100)
    for y in range(300, 1300, 60):
        cv2.line(pagina, (200, y), (2200, y), 30, 3)
    assert lector_propio().leer(jpeg(pagina)).rechazo == "forma_desconocida"


def test_our_own_acta_described_is_read_the_same() -> None:
    """Our own form is one more described form: with its marks and boxes in JSON, the same boxes are found and read."""
    from actas_de_prueba import ACTA, llena
    from prep.papel.marcas import marcas_de
    from prep.papel.plantilla import LADO_MARCA, MARCAS

    h, plan, _ = llena()
    campos = []
    for c in h.plantilla.campos:
        k = c.cajas[0]
        numero = {"x": k.x, "y": k.y, "ancho": k.ancho, "alto": k.alto, "cifras": len(c.cajas)}
        letra = {"x": c.letra.x, "y": c.letra.y, "ancho": c.letra.ancho, "alto": c.letra.alto}
        campos.append({"clave": c.clave, "numero": numero, "letra": letra})
    marcas = [{"id": i, "x": x, "y": y} for i, (x, y) in zip(marcas_de(ACTA), MARCAS, strict=True)]
    anclas = {"tipo": "aruco", "diccionario": "DICT_4X4_50", "lado": LADO_MARCA, "marcas": marcas}
    d = {"hoja": {"ancho": 431.8, "alto": 279.4}, "anclas": anclas, "campos": campos}
    datos = foto_propia("medium").jpeg
    ajena, propia = LectorAjeno(formato.leer(json.dumps(d).encode())).leer(datos), lector_propio().leer(datos)
    assert ajena.leida and propia.leida
    assert [(c.clave, c.valor, c.cifras, c.recorte) for c in ajena.campos] == [
        (c.clave, c.valor, c.cifras, c.recorte) for c in propia.campos
    ]
    assert sum(c.aceptado for c in ajena.campos) <= sum(c.aceptado for c in propia.campos)
    assert all(c.valor == plan[c.clave].valor for c in ajena.campos if c.aceptado)


# The file


BUENA: dict[str, Any] = {
    "forma": "Hoja de prueba",
    "hoja": {"ancho": 215.9, "alto": 279.4},
    "anclas": {
        "tipo": "aruco",
        "diccionario": "DICT_5X5_100",
        "lado": 8,
        "marcas": [
            {"id": 1, "x": 8, "y": 8},
            {"id": 2, "x": 199, "y": 8},
            {"id": 3, "x": 199, "y": 263},
            {"id": 4, "x": 8, "y": 263},
        ],
    },
    "campos": [
        {"clave": "A", "numero": {"x": 150, "y": 60, "ancho": 7, "alto": 8, "cifras": 3, "separacion": 0.5}},
        {
            "clave": "B",
            "numero": {"x": 150, "y": 70, "ancho": 7, "alto": 8, "cifras": 3},
            "letra": {"x": 60, "y": 70, "ancho": 84, "alto": 8},
        },
    ],
}


def test_the_example_in_the_documentation_is_a_good_form() -> None:
    pagina = (Path(__file__).parents[2] / "docs" / "formas-ajenas.md").read_text(encoding="utf-8")
    ejemplo = re.search(r"^    \{.*?\}\]\}$", pagina, re.MULTILINE | re.DOTALL)
    assert ejemplo is not None
    forma = formato.leer(ejemplo.group().encode())
    assert [c.clave for c in forma.campos] == ["PARTIDO_A"] and forma.pliego.diccionario == "DICT_5X5_100"


def con(ruta: str, valor: Any) -> bytes:
    """`BUENA` with one thing changed: `ruta` is keys and indices joined by points; `...` removes it."""
    d = json.loads(json.dumps(BUENA))
    *camino, ultimo = [int(p) if p.isdigit() else p for p in ruta.split(".")]
    aqui = d
    for p in camino:
        aqui = aqui[p]
    if valor is ...:
        del aqui[ultimo]
    else:
        aqui[ultimo] = valor
    return json.dumps(d).encode()


def test_a_good_form_is_read_whole() -> None:
    forma = formato.leer(json.dumps(BUENA).encode())
    assert (forma.pliego.ancho, forma.pliego.tipo, forma.pliego.ids) == (215.9, "aruco", ((1,), (2,), (3,), (4,)))
    assert [c.x for c in forma.campo("A").cajas] == [150, 157.5, 165]
    assert forma.campo("A").letra.ancho == 0 and forma.campo("B").letra.ancho == 84
    assert forma.paso == 10
    assert formato.leer(con("anclas", {"tipo": "contorno"})).pliego.marcas == ()


MALAS = {
    "hoja": (..., "falta «hoja»"),
    "hoja.ancho": (20, "hoja.ancho: se esperaban milímetros"),
    "hoja.alto": (True, "hoja.alto"),
    "hoja.fondo": (1, "hoja: «fondo» no se conoce"),
    "anclas.tipo": ("qr", "anclas.tipo"),
    "anclas.diccionario": ("DICT_9X9_9", "anclas.diccionario"),
    "anclas.marcas": ([], "anclas.marcas: se esperaba una lista de 4"),
    "anclas.marcas.2": ({"id": 3, "x": 8, "y": 8}, "van en orden"),
    "anclas.marcas.1.id": (1, "anclas.marcas[1].id: 1 se repite"),
    "anclas.marcas.0.id": (100, "no está en DICT_5X5_100"),
    "anclas.marcas.3.x": (213, "anclas.marcas[3].x"),
    "campos": ([], "campos: se esperaba una lista"),
    "campos.0.clave": ("B", "campos[1].clave: «B» se repite"),
    "campos.1.clave": ("", "campos[1].clave"),
    "campos.1.numero.cifras": (7, "campos[1].numero.cifras: se esperaba un entero"),
    "campos.1.numero.cifras ": (1, "no se conoce"),
    "campos.1.numero.x": (205, "campos[1].numero.x"),
    "campos.1.numero.y": (63, "campos[1].numero: se encima"),
    "campos.1.numero.alto": (float("nan"), "campos[1].numero.alto"),
    "campos.1.numero.ancho": (10**400, "campos[1].numero.ancho"),
    "campos.1.letra.ancho": ("84", "campos[1].letra.ancho"),
    "campos.1.letra": (None, "campos[1].letra: se esperaba un objeto"),
    "forma": (["x"], "forma: se esperaba un texto"),
}


@pytest.mark.parametrize("ruta", MALAS)
def test_every_error_of_a_form_is_named(ruta: str) -> None:
    valor, mensaje = MALAS[ruta]
    with pytest.raises(formato.FormaInvalida, match=re.escape(mensaje)):
        formato.leer(con(ruta, valor))


@pytest.mark.parametrize(
    "datos",
    [b"", b"\xff\xfe", b"{", b"[]", b"null", b"[" * 100_000, b"1e999", b'{"hoja": ' + b"9" * 5000 + b"}", b'"\\ud800"'],
    ids=["nada", "binario", "a medias", "lista", "nulo", "hondo", "infinito", "largo", "sustituto"],
)
def test_what_is_not_a_form_is_refused(datos: bytes) -> None:
    with pytest.raises(formato.FormaInvalida) as error:
        formato.leer(datos)
    str(error.value).encode()


VALORES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=8), v, max_size=4),
    max_leaves=8,
)
RUTAS = [*(r.strip() for r in MALAS), "anclas", "anclas.lado", "campos.0.numero", "campos.0.numero.y", "campos.0"]


@given(st.sampled_from(RUTAS), VALORES)
def test_no_form_breaks_the_program(ruta: str, valor: Any) -> None:
    """Whatever is put anywhere: a usable form or a clear error."""
    try:
        forma = formato.leer(con(ruta, valor))
    except formato.FormaInvalida as error:
        assert str(error).encode()
    else:
        w, h = forma.pliego.ancho, forma.pliego.alto
        assert all(c.x >= 0 and c.x + c.ancho <= w and c.y + c.alto <= h for f in forma.campos for c in f.cajas)
        assert len({c.clave for c in forma.campos}) == len(forma.campos)


@given(st.binary(max_size=200))
def test_no_file_breaks_the_program(datos: bytes) -> None:
    with pytest.raises(formato.FormaInvalida):
        formato.leer(datos)


# The command


def prep(*orden: object) -> Any:
    return CliRunner().invoke(app, [str(o) for o in orden])


def test_leer_with_a_form(tmp_path: Path) -> None:
    a, f = caso("cuadros", "scan")
    (tmp_path / "forma.json").write_bytes(a.json)
    (tmp_path / "acta.jpg").write_bytes(f.jpeg)
    verdad = {"campos": {k: {"valor": v} for k, v in a.valores.items()}}
    (tmp_path / "acta.json").write_text(json.dumps(verdad))
    r = prep("leer", tmp_path / "acta.jpg", "--forma", tmp_path / "forma.json", "--json", "--verdad")
    assert r.exit_code == 0, r.output
    (fila,) = [json.loads(linea) for linea in r.stdout.splitlines()]
    assert fila["rechazo"] is None and fila["acta"] is None and len(fila["campos"]) == len(a.valores)
    assert fila["aceptados_mal"] == 0 and fila["aceptados_bien"] > 0


@pytest.mark.parametrize("mala", [False, True])
def test_the_drawing_shows_where_a_form_was_looked_for(tmp_path: Path, mala: bool) -> None:
    """Also where its rows are not there: that is when it is needed."""
    a, f = caso("cuadros", "scan")
    d = json.loads(a.json)
    if mala:
        for campo in d["campos"]:
            campo["numero"]["x"] -= 60
            campo.pop("letra", None)
    (tmp_path / "forma.json").write_text(json.dumps(d))
    (tmp_path / "acta.jpg").write_bytes(f.jpeg)
    orden = ("leer", tmp_path / "acta.jpg", "--forma", tmp_path / "forma.json", "--dibujo", tmp_path / "d", "--json")
    r = prep(*orden)
    assert r.exit_code == (1 if mala else 0), r.output
    assert json.loads(r.stdout)["rechazo"] == ("renglones_no_hallados" if mala else None)
    imagen = cv2.imread(str(tmp_path / "d" / "acta-1.jpg"))
    b, g, rojo = (imagen[:, :, k].astype(int) for k in range(3))
    verde, rojas = ((g - rojo > 60) & (g - b > 60)).sum(), ((rojo - g > 100) & (rojo - b > 100)).sum()
    assert verde > 2000 and (rojas > 2000) == mala


def test_pictures_with_one_name_have_each_its_drawing(tmp_path: Path) -> None:
    a, f = caso("cuadros", "scan")
    (tmp_path / "forma.json").write_bytes(a.json)
    for carpeta in ("uno", "dos", "tres"):
        (tmp_path / carpeta).mkdir()
        (tmp_path / carpeta / "acta.jpg").write_bytes(f.jpeg)
    donde = [tmp_path / c for c in ("uno", "dos", "tres")]
    r = prep("leer", *donde, "--forma", tmp_path / "forma.json", "--dibujo", tmp_path / "d", "--json")
    assert r.exit_code == 0, r.output
    dibujos = {d.name for d in (tmp_path / "d").iterdir()}
    assert dibujos == {"acta-1.jpg", "acta-1 (2).jpg", "acta-1 (3).jpg"}


def test_leer_asks_for_one_thing_only_and_explains_a_bad_form(tmp_path: Path) -> None:
    (tmp_path / "acta.jpg").write_bytes(caso("cuadros", "scan")[1].jpeg)
    (tmp_path / "mala.json").write_bytes(con("campos.1.numero.cifras", 9))

    def error(*orden: object) -> str:
        r = prep("leer", tmp_path / "acta.jpg", *orden)
        assert r.exit_code == 2 and not isinstance(r.exception, ValueError), r.output
        return " ".join(r.output.replace("│", " ").split())

    assert "una de las tres" in error()
    assert "una de las tres" in error("--cifras", "--forma", tmp_path / "mala.json")
    assert "campos[1].numero.cifras" in error("--forma", tmp_path / "mala.json")
    assert "no se pudo leer" in error("--forma", tmp_path / "falta.json")

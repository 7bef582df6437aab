"""verifica.html in a real Chromium: the same verdicts as the command line, from a folder, a zip and an address."""

import json
import re
import zipfile
from contextlib import closing, contextmanager

import pytest
from ataques import ATAQUES
from parciales import escenario

from emision_fabrica import AUDITOR, INSTITUTO, NOTARIA, Noche
from prep.comprobacion.pagina import _leer, verifica_html
from prep.comprobacion.sitio import _DEL_REGISTRO, leer_sitio
from prep.comprobacion.verificar import Opciones, verificar
from prep.difusion.servidor import atendiendo, servidor
from prep.transparencia.almacen import Carpeta
from prep.transparencia.canonico import NoCanonico, canonico, leer_json
from prep.transparencia.errores import FormatoInvalido
from prep.transparencia.hojas import leer_hoja
from prep.transparencia.nota import FIRMA, LlavePrivada, Nota, firmar
from prep.transparencia.politica import leer_politica
from prep.transparencia.registro import Registro
from vectores import NOMBRES, VECTORES, proceso, tabla

pytestmark = pytest.mark.navegador


@pytest.fixture(scope="module")
def modelo(tmp_path_factory):
    noche = Noche(tmp_path_factory.mktemp("modelo"), secciones=6)
    noche.publicar(0.5)
    noche.publicar(0.5)
    return noche


@pytest.fixture
def noche(modelo, tmp_path):
    return modelo.copia(tmp_path / "sitio")


@contextmanager
def abierta(chromium, carpeta):
    """The page, saved in a file and opened offline."""
    (carpeta / "verifica.html").write_bytes(verifica_html())
    contexto = chromium.new_context(offline=True)
    p = contexto.new_page()
    errores = []
    p.on("pageerror", lambda e: errores.append(str(e)))
    p.on("console", lambda m: errores.append(m.text) if m.type == "error" else None)
    p.goto((carpeta / "verifica.html").as_uri())
    yield p
    contexto.close()
    assert not errores


@pytest.fixture
def pagina(chromium, tmp_path):
    with abierta(chromium, tmp_path) as p:
        yield p


@pytest.fixture(scope="module")
def pagina_que_olvida(chromium, tmp_path_factory):
    """One for many folders: what it remembers of each is to be taken from it before the next."""
    with abierta(chromium, tmp_path_factory.mktemp("pagina")) as p:
        yield p


def dar(pagina, carpeta):
    pagina.evaluate("document.getElementById('resultado').hidden = true")
    pagina.set_input_files("#carpeta", carpeta)
    pagina.wait_for_selector("#resultado:not([hidden])")
    return pagina.inner_text("#titulo"), pagina.inner_text("#frase"), pagina.inner_text("#hallazgos")


def test_an_honest_folder_offline(pagina, noche):
    titulo, frase, hallazgos = dar(pagina, noche.carpeta)
    assert titulo == "CORRECTO" and "SIMULACRO" in frase and "corte 3" in frase
    for texto in ("cortes encadenados: 3", "todas las cifras salen", "imágenes, cada una con el hash"):
        assert texto in hallazgos
    # The page names as not computed the very same things as the command.
    falta = verificar(Carpeta(noche.carpeta), Opciones(espera=0)).no_recalculados
    assert falta and frase.endswith(f"; no se recalculó: {', '.join(falta)}")


def test_nothing_is_loaded_from_outside():
    html = verifica_html().decode()
    assert not re.search(r"""(src|href)\s*=|@import|url\(|//[a-z]+\.[a-z]""", html.split("<script>")[0])
    assert "script-src 'sha256-" in html and html.count("<script>") == 1 and len(html) < 120_000


def test_a_zip(pagina, noche, tmp_path):
    with zipfile.ZipFile(tmp_path / "sitio.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for r in Carpeta(noche.carpeta).rutas():
            z.write(noche.carpeta / r, f"publicacion/{r}")
    pagina.set_input_files("#zip", tmp_path / "sitio.zip")
    pagina.wait_for_selector("#resultado:not([hidden])")
    assert pagina.inner_text("#titulo") == "CORRECTO"
    (tmp_path / "sitio.zip").write_bytes((tmp_path / "sitio.zip").read_bytes()[:-40])
    pagina.evaluate("document.getElementById('resultado').hidden = true")
    pagina.set_input_files("#zip", [])
    pagina.set_input_files("#zip", tmp_path / "sitio.zip")
    pagina.wait_for_selector("#resultado:not([hidden])")
    assert pagina.inner_text("#titulo") != "CORRECTO"


def test_an_address(chromium, noche):
    noche.almacen.reemplazar("verifica.html", verifica_html())
    s = servidor("127.0.0.1", 0, carpeta=noche.carpeta)
    p = chromium.new_page()
    with atendiendo(s), closing(p):
        p.goto(f"http://127.0.0.1:{s.server_port}/verifica.html")
        p.click("#sitio button")
        p.wait_for_selector("#resultado:not([hidden])")
        assert p.inner_text("#titulo") == "CORRECTO"
        (noche.carpeta / "cortes" / "0003" / "proceso.json").unlink()
        p.click("#sitio button")
        p.wait_for_selector("#resultado.mal:not([hidden])")
        assert p.inner_text("#titulo") == "NO COINCIDE"


def test_one_acta(pagina, noche):
    dar(pagina, noche.carpeta)
    clave = next(k for k, a in noche.asentados.items() if a)
    pagina.fill("#clave", clave.lower())
    pagina.click("#buscar button")
    pagina.wait_for_selector("#comprobante ol")
    texto = pagina.inner_text("#comprobante")
    assert noche.hashes[clave] in texto and f"acta {clave}" in texto and "lleva a la raíz" in texto and "✗" not in texto
    votos = noche.asentados[clave].escribir()["votos"]
    celdas = pagina.eval_on_selector_all(
        "#comprobante tr", "f => f.map(x => [x.cells[0].innerText, x.cells[1].innerText])"
    )
    assert dict(celdas) == {k.replace("_", " "): str(v) for k, v in votos.items()}
    pagina.fill("#clave", "999999")
    pagina.click("#buscar button")
    pagina.wait_for_selector("#comprobante p.mal")


def test_the_key_obtained_elsewhere(pagina, noche):
    pagina.click("summary")
    pagina.fill("#politica", INSTITUTO.llave.vkey)
    titulo, _, hallazgos = dar(pagina, noche.carpeta)
    assert titulo == "CORRECTO" and "se tomaron de la propia" not in hallazgos
    pagina.fill("#politica", LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x50" * 32).llave.vkey)
    assert dar(pagina, noche.carpeta)[0] == "NO COINCIDE"
    for mal_copiada in (INSTITUTO.llave.vkey[:-3] + "AA=", "quorum none\n"):
        pagina.fill("#politica", mal_copiada)
        assert dar(pagina, noche.carpeta)[0] == "NO SE PUDO COMPROBAR"
    pagina.fill("#politica", f"log {INSTITUTO.llave.vkey}\nwitness uni {AUDITOR.llave.vkey}\nquorum uni\n")
    assert "faltan cofirmas" in dar(pagina, noche.carpeta)[1]
    texto = Nota.leer((noche.carpeta / "checkpoint").read_bytes()).texto
    noche.registro.agregar_firmas([firmar(texto, AUDITOR, 1_717_380_000)], [AUDITOR.llave], 5)
    titulo, _, hallazgos = dar(pagina, noche.carpeta)
    assert titulo == "CORRECTO" and f"{AUDITOR.llave.nombre} cofirmó" in hallazgos


def test_no_bit_can_be_flipped(pagina, noche):
    """A bit in one of each nine published files: the page finds what the command finds (`test_bits`: in every file)."""
    for i, ruta in enumerate(sorted(Carpeta(noche.carpeta).rutas())):
        archivo = noche.carpeta / ruta
        bueno = archivo.read_bytes()
        if i % (27 if ruta.startswith("imagenes/") else 9):
            continue
        byte = (i * 6151) % len(bueno)
        archivo.write_bytes(bueno[:byte] + bytes([bueno[byte] ^ (1 << i % 7)]) + bueno[byte + 1 :])
        assert dar(pagina, noche.carpeta)[0] != "CORRECTO", f"{ruta}, byte {byte}"
        assert verificar(Carpeta(noche.carpeta), Opciones(espera=0)).codigo != 0
        archivo.write_bytes(bueno)
    assert dar(pagina, noche.carpeta)[0] == "CORRECTO"


def test_nothing_is_right_and_wrong_at_once(pagina, noche):
    """What was found before hides nothing of what is found later."""
    (noche.carpeta / "ultimo.json").unlink()
    (noche.carpeta / "cortes/0001/GUB/resumen.json").write_bytes(b"{}")
    _, _, hallazgos = dar(pagina, noche.carpeta)
    assert "cortes/0001/GUB/resumen.json fue alterado" in hallazgos
    assert hallazgos.count("archivos con el tamaño y el sha256 del manifiesto") == 2


@pytest.mark.parametrize("nombre", ATAQUES)
def test_attacks(pagina_que_olvida, noche, nombre):
    dice, atacar = ATAQUES[nombre]
    atacar(noche)
    pagina_que_olvida.evaluate("localStorage.clear()")
    titulo, _, hallazgos = dar(pagina_que_olvida, noche.carpeta)
    assert titulo == "NO COINCIDE" and re.search(dice, hallazgos), hallazgos


@pytest.fixture(scope="module")
def calculadora(chromium, tmp_path_factory):
    """The page's reckoning without its screen."""
    p = chromium.new_page()
    vacia = tmp_path_factory.mktemp("calculadora") / "vacia.html"
    vacia.write_text("<!doctype html><title>Vacía</title>")
    p.goto(vacia.as_uri())
    for parte in ("1_nucleo.js", "2_fuente.js", "3_recalculo.js", "4_actos.js", "5_verificar.js"):
        p.add_script_tag(content=_leer(parte))
    yield p
    p.close()


@pytest.mark.parametrize("v", VECTORES, ids=NOMBRES)
def test_the_page_reckons_the_shared_vectors(calculadora, v):
    hecho = calculadora.evaluate(
        """([proceso, csv, cierre]) => {
          const [e] = proceso.elecciones;
          const base = leerBase(new TextEncoder().encode(csv), e, proceso);
          const c = calcular(base, e);
          return {
            defectos: base.defectos, total: c.entidad.c.total, por_partido: c.reparto.get(null).partidos,
            por_candidatura: c.reparto.get(null).candidaturas, estadistica: c.entidad.estadistica(cierre),
          };
        }""",
        [proceso(v), tabla(v).decode("utf-8"), v["cierre"]],
    )
    assert hecho == {"defectos": [], **v["deben"]}


def test_no_name_of_what_is_read_is_one_that_every_object_has(calculadora):
    """A party may be called as what JavaScript keeps for itself: it is reckoned, and nothing else changes."""
    hecho = calculadora.evaluate(
        """() => {
          const nombres = ["__proto__", "constructor", "toString"];
          const leido = leerJson(new TextEncoder().encode('{"__proto__":{"de":1},"constructor":2,"toString":4}'), "x");
          const columnas = nombres.map((clave) => ({ clave, tipo: "partido", partidos: [clave] }));
          const d = { columnas: nombres, candidaturas: columnas };
          const suma = new Cifras();
          const votos = Object.fromEntries(nombres.map((k, i) => [k, 2 ** i]));
          for (const cuenta of ["1", "1"]) suma.acta({ cuenta, observaciones: "", votos, suma: 7, celda: () => "9" });
          const { partidos, candidaturas } = repartir(suma.votos, { columnas, empates: nombres }, d);
          const dichos = [candidaturas, partidos].map(Object.entries);
          return JSON.stringify([Object.keys(leido), ...dichos, "de" in {}]);
        }"""
    )
    nombres = ["__proto__", "constructor", "toString"]
    votos = list(zip(nombres, (2, 4, 8), strict=True))
    assert json.loads(hecho) == [nombres, [list(v) for v in votos], [[k, [n, 0]] for k, n in votos], False]


@pytest.mark.parametrize(
    "malo",
    [
        *('{"a":1,"a":2}', "NaN", "1.0", "1e3", "01", "[1,]", '{"a" 1}', '"\\ud800"', "9007199254740993", "[" * 9000),
        *("[1] x", "", "tru", '"\x01"', "Infinity", "-"),
    ],
)
def test_the_page_reads_json_with_one_meaning(calculadora, malo):
    leer = "(t) => { try { leerJson(new TextEncoder().encode(t), 'x'); return 'leído'; } catch (e) { return e.name; } }"
    assert calculadora.evaluate(leer, malo) == "Error"
    with pytest.raises(NoCanonico):
        leer_json(malo.encode())


def test_what_a_node_published_is_left_for_the_command_and_the_page_says_so(pagina, tmp_path):
    caso = escenario(tmp_path / "noche")
    titulo, frase, _ = dar(pagina, caso.nodo.carpeta)
    assert titulo == "NO SE PUDO COMPROBAR" and "es el corte parcial de un nodo" in frase
    caso.reconectar()
    titulo, frase, hallazgos = dar(pagina, caso.centro.carpeta)
    assert titulo == "CORRECTO" and "lo que «catd-1» publicó por su cuenta no se comparó con esto" in hallazgos
    assert "nodos" in frase and "delegacion (simulacro): catd-1" in hallazgos


def test_the_database_alone_is_told_kindly_what_it_lacks(pagina, noche):
    (base,) = (noche.carpeta / "cortes" / "0003" / "bd").iterdir()
    pagina.set_input_files("#zip", base)
    pagina.wait_for_selector("#resultado:not([hidden])")
    assert pagina.inner_text("#titulo") == "NO SE PUDO COMPROBAR"
    assert "es la base de datos" in pagina.inner_text("#frase") and "Descargar todo" in pagina.inner_text("#frase")


def test_everything_to_check_is_taken_away_in_one_zip(chromium, pagina, noche, tmp_path):
    """Downloaded from the site, it is checked offline by the page and, unzipped, by the command."""
    noche.almacen.reemplazar("verifica.html", verifica_html())
    s = servidor("127.0.0.1", 0, carpeta=noche.carpeta)
    p = chromium.new_page()
    with atendiendo(s), closing(p):
        p.goto(f"http://127.0.0.1:{s.server_port}/verifica.html")
        p.click("#sitio button")
        p.wait_for_selector("#llevar:not([hidden])")
        with p.expect_download() as bajada:
            p.click("#descargar")
        bajada.value.save_as(tmp_path / "todo.zip")
    pagina.set_input_files("#zip", tmp_path / "todo.zip")
    pagina.wait_for_selector("#resultado:not([hidden])")
    assert pagina.inner_text("#titulo") == "CORRECTO", pagina.inner_text("#hallazgos")
    assert "imágenes" in pagina.inner_text("#frase")
    zipfile.ZipFile(tmp_path / "todo.zip").extractall(tmp_path / "todo")
    informe = verificar(Carpeta(tmp_path / "todo"), Opciones(espera=0))
    assert informe.codigo == 0, informe.veredicto


def test_it_remembers_and_sees_a_log_go_back(pagina, noche, tmp_path):
    otra = noche.copia(tmp_path / "ayer", semilla=3)
    noche.publicar(0.2)
    assert dar(pagina, noche.carpeta)[0] == "CORRECTO"
    titulo, frase, _ = dar(pagina, tmp_path / "ayer")
    assert titulo == "NO COINCIDE" and "retrocedió" in frase
    otra.publicar(0.4)
    titulo, frase, _ = dar(pagina, tmp_path / "ayer")
    assert titulo == "NO COINCIDE" and "reescrita" in frase


def test_a_change_of_key_is_followed(pagina, noche):
    from prep.transparencia.hojas import escribir_hoja

    nueva = LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x42" * 32)
    comun = {"proceso": "jal-2024", "modo": "simulacro", "hora": "2024-06-02T21:00:00-06:00", "papel": "instituto"}
    relevo = {"accion": "rotacion", "llave": nueva.llave.vkey, "anterior": INSTITUTO.llave.vkey, "motivo": "calendario"}
    anuncio = f"{noche.registro.agregar(escribir_hoja('llaves', **comun, **relevo)) + 1:06d}"
    noche.registro = Registro(Carpeta(noche.carpeta, duradero=False), nueva)
    noche.publicar(0.1)
    titulo, frase, _ = dar(pagina, noche.carpeta)
    assert titulo == "CORRECTO", frase
    # The same, without the signature of the old key under the announcement.
    texto = Nota.leer((noche.carpeta / "puntos" / anuncio).read_bytes()).texto
    (noche.carpeta / "puntos" / anuncio).write_bytes(Nota(texto, (firmar(texto, nueva),)).escribir())
    assert dar(pagina, noche.carpeta)[0] == "NO COINCIDE"


def test_it_is_accessible(pagina, noche):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="falta axe-playwright-python")
    dar(pagina, noche.carpeta)
    for esquema in ("light", "dark"):
        pagina.emulate_media(color_scheme=esquema)
        pagina.set_viewport_size({"width": 360, "height": 740})
        ancho = pagina.evaluate("document.documentElement.scrollWidth")
        assert ancho <= 360
        # axe is injected with the debugger, which the page's own policy does not reach.
        assert axe.Axe().run(pagina).violations_count == 0, esquema


LOG = f"log {INSTITUTO.llave.vkey}"
OTRO = f"log {LlavePrivada('otro.example', FIRMA, bytes(32)).llave.vkey}"
UNO, DOS = (f"witness {n} {ll.llave.vkey}" for n, ll in (("uno", AUDITOR), ("dos", NOTARIA)))


@pytest.mark.parametrize(
    "lineas",
    [
        [LOG, "quorum none"],
        ["# nada", "", f"  {LOG}\thttps://a.example ", UNO, DOS, "group g any uno dos", "quorum g"],
        [LOG, UNO, DOS, "group g 2 uno dos", "group h all g", "quorum h"],
        [LOG, b"witness \xff " + UNO.split()[2].encode(), b"quorum \xff"],
        [LOG],
        [LOG, "quorum none", "quorum none"],
        [LOG, "quorum uno"],
        [LOG, "quorum none sobra"],
        [LOG, LOG, "quorum none"],
        [LOG, OTRO, "quorum none"],
        [f"{LOG} https://a.example sobra", "quorum none"],
        [UNO.replace("witness uno", "log"), "quorum none"],
        [LOG, LOG.replace("log", "witness uno"), "quorum none"],
        [LOG, UNO, UNO.replace("uno", "tres"), "quorum none"],
        [LOG, UNO, DOS.replace("dos", "uno"), "quorum none"],
        [LOG, UNO.replace("uno", "none"), "quorum none"],
        [LOG, UNO, "group g 1e0 uno", "quorum g"],
        [LOG, UNO, "group g 01 uno", "quorum g"],
        [LOG, UNO, "group g 0 uno", "quorum g"],
        [LOG, UNO, "group g 2 uno", "quorum g"],
        [LOG, UNO, "group g any", "quorum none"],
        [LOG, UNO, "group g any uno uno", "quorum g"],
        [LOG, UNO, "group g any uno", "group h any uno", "quorum g"],
        [LOG, "group g any uno", UNO, "quorum g"],
        [LOG, UNO, "group uno any uno", "quorum none"],
        [f"{LOG}\r", "quorum none"],
        [f"{LOG}\x0c", "quorum none"],
        [LOG.replace(" ", " \u00a0"), "quorum none"],
        [LOG.replace("ople", "o\u202eple"), "quorum none"],
        ["#" * 100_001, LOG, "quorum none"],
        ["otra cosa", "quorum none"],
    ],
)
def test_the_page_refuses_the_same_policies(calculadora, lineas):
    datos = b"".join((x.encode() if isinstance(x, str) else x) + b"\n" for x in lineas)
    leer = """async (b) => {
      try {
        const p = await leerPolitica(Uint8Array.from(b));
        return [p.registros.length, p.testigos.size, p.grupos.size];
      } catch (e) { return e instanceof NoCoincide ? null : e.message; }
    }"""
    for prueba in (datos, datos[:-1]):
        try:
            p = leer_politica(prueba)
            debe = [len(p.registros), len(p.testigos), len(p.grupos)]
        except FormatoInvalido:
            debe = None
        assert calculadora.evaluate(leer, list(prueba)) == debe


@pytest.mark.parametrize(
    "texto", ["a" * 300, "😀" * 300, "a" * 301, "😀" * 301, "a\u00a0b", "a\u2028b", "a\tb", "", "Año ñ"]
)
def test_the_page_reads_the_same_acts(calculadora, texto):
    campos = {"formato": "prep/hoja/1", "tipo": "prorroga", "proceso": "p", "modo": "prueba"}
    campos |= {"hora": "2024-06-02T21:00:00-06:00", "hasta": "2024-06-02T22:00:00-06:00", "documento": "0" * 64}
    datos = json.dumps({**campos, "motivo": texto}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    try:
        debe = leer_hoja(datos)["motivo"]
    except FormatoInvalido:
        debe = None
    leer = "(b) => { try { return leerHoja(Uint8Array.from(b)).motivo; } catch (e) { return null; } }"
    assert calculadora.evaluate(leer, list(datos)) == debe


@pytest.mark.parametrize("ruta", [*_DEL_REGISTRO, "tile/0/000", "documentos/x.json", "index.html", "portal/a/b.css"])
def test_the_page_takes_the_same_lists_of_root_pages(calculadora, ruta):
    datos = canonico({"formato": "prep/sitio/1", "archivos": [{"ruta": ruta, "sha256": "0" * 64, "bytes": 1}]})
    try:
        debe = len(leer_sitio(datos))
    except FormatoInvalido:
        debe = None
    assert debe == (1 if ruta in ("index.html", "portal/a/b.css") else None)
    leer = "(b) => { try { return leerSitio(Uint8Array.from(b)).length; } catch (e) { return null; } }"
    assert calculadora.evaluate(leer, list(datos)) == debe

"""The verifier against whole emissions: what is right passes, every attack is found, nothing makes it crash."""

import json
import shutil
import zipfile
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from emision_fabrica import AUDITOR, INSTITUTO, NOTARIA, PROCESO, Noche
from prep.cli import app
from prep.comprobacion.informe import Nivel
from prep.comprobacion.verificar import Opciones, verificar
from prep.transparencia.almacen import Carpeta
from prep.transparencia.canonico import canonico
from prep.transparencia.emisor import emitir_corte
from prep.transparencia.errores import FormatoInvalido, Inconsistente
from prep.transparencia.hojas import escribir_hoja
from prep.transparencia.manifiesto import Manifiesto
from prep.transparencia.nota import COFIRMA, FIRMA, LlavePrivada, Nota, firmar
from prep.transparencia.politica import leer_politica
from prep.transparencia.registro import Registro

HORA = "2024-06-02T19:00:00-06:00"
POLITICA = f"""log {INSTITUTO.llave.vkey}
witness auditor {AUDITOR.llave.vkey}
witness notaria {NOTARIA.llave.vkey}
group ambos all auditor notaria
quorum ambos
"""


@pytest.fixture(scope="module")
def modelo(tmp_path_factory):
    """Three cortes of a small night, the last one of closing."""
    noche = Noche(tmp_path_factory.mktemp("modelo"))
    for corte in (False, False, True):
        noche.publicar(0.5, cierre=corte)
    return noche


@pytest.fixture
def noche(modelo, tmp_path):
    """A copy that can be spoiled and continued."""
    shutil.copytree(modelo.carpeta, tmp_path / "sitio")
    copia = replace(modelo, carpeta=tmp_path / "sitio")
    copia.corte, copia.anterior = modelo.corte, modelo.anterior
    copia.asentados, copia.hashes = dict(modelo.asentados), dict(modelo.hashes)
    return copia


def revisar(donde, **opciones):
    return verificar(Carpeta(donde), Opciones(espera=0, **opciones))


def malos(informe):
    return " | ".join(h.texto for h in informe.hallazgos if h.nivel == Nivel.MAL)


def test_an_honest_emission_is_right(modelo):
    informe = revisar(modelo.carpeta, todo=True)
    assert informe.codigo == 0, informe.veredicto
    assert (informe.corte, informe.modo, informe.proceso) == (3, "simulacro", PROCESO)
    assert informe.veredicto.startswith("CORRECTO") and "SIMULACRO" in informe.veredicto


def test_the_factory_speaks_the_published_formats(modelo, pytestconfig):
    """What these tests verify has the shape of what is published."""
    esquemas = pytestconfig.rootpath / "docs" / "formatos"
    ruta = modelo.carpeta / "cortes" / "0003"
    for archivo, esquema in {
        modelo.carpeta / "ultimo.json": "ultimo",
        ruta / "corte.json": "corte",
        ruta / "proceso.json": "proceso",
        ruta / "AYUN" / "resumen.json": "resumen",
        ruta / "AYUN" / "demarcacion" / "2.json": "demarcacion",
    }.items():
        reglas = json.loads((esquemas / f"{esquema}.schema.json").read_text())
        jsonschema.validate(json.loads(archivo.read_text()), reglas)


def test_no_bit_can_be_flipped_in_any_published_file(noche):
    """One bit in every file of the site, wherever it falls."""
    revisados = 0
    for i, ruta in enumerate(sorted(Carpeta(noche.carpeta).rutas())):
        archivo = noche.carpeta / ruta
        bueno = archivo.read_bytes()
        if not bueno or (ruta.startswith("imagenes/") and i % 7):
            continue
        byte = (i * 7919) % len(bueno)
        archivo.write_bytes(bueno[:byte] + bytes([bueno[byte] ^ (1 << i % 8)]) + bueno[byte + 1 :])
        informe = revisar(noche.carpeta)
        assert informe.codigo != 0, f"{ruta}, byte {byte}"
        archivo.write_bytes(bueno)
        revisados += 1
    assert revisados > 50 and revisar(noche.carpeta).codigo == 0


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_noise_in_any_file_never_crashes_it(noche, data):
    rutas = [r for r in Carpeta(noche.carpeta).rutas() if not r.startswith("imagenes/")]
    archivo = noche.carpeta / data.draw(st.sampled_from(sorted(rutas)))
    bueno = archivo.read_bytes()
    archivo.write_bytes(data.draw(st.binary(max_size=60) | st.sampled_from([b"{}", b"[]", b"null", b"[" * 9000])))
    try:
        informe = revisar(noche.carpeta)
        assert informe.codigo != 0 and informe.veredicto
    finally:
        archivo.write_bytes(bueno)


def test_truncated_or_missing_files(noche):
    for ruta in ("cortes/0003/proceso.json", "tile/entries/000.p/3", "tile/0/000.p/3", "cortes/0002/corte.json"):
        archivo = noche.carpeta / ruta
        bueno = archivo.read_bytes()
        archivo.write_bytes(bueno[:-1])
        assert revisar(noche.carpeta).codigo == 1, ruta
        archivo.unlink()
        assert revisar(noche.carpeta).codigo in (1, 2), ruta
        archivo.write_bytes(bueno)


def test_an_old_corte_is_rewritten(noche):
    """The manifest and the files of an old corte agree with each other, and not with the log."""
    ruta = noche.carpeta / "cortes" / "0001"
    manifiesto = json.loads((ruta / "corte.json").read_text())
    (ruta / "proceso.json").write_bytes(b"{}")
    for a in manifiesto["archivos"]:
        if a["ruta"] == "proceso.json":
            a.update(sha256=sha256(b"{}").hexdigest(), bytes=2)
    (ruta / "corte.json").write_bytes(canonico(manifiesto))
    assert "reescrito" in malos(revisar(noche.carpeta))


def test_a_corte_is_dropped(noche):
    shutil.rmtree(noche.carpeta / "cortes" / "0002")
    assert "el corte 2 fue retirado" in malos(revisar(noche.carpeta))


def test_a_leaf_is_dropped_and_everything_signed_again(noche, tmp_path):
    """The institute itself withdraws a corte: whoever remembered notices; the gap shows to everybody else."""
    recuerdo = tmp_path / "visto.json"
    assert revisar(noche.carpeta, recordar=recuerdo).codigo == 0
    from prep.transparencia.registro import leer_historia

    hojas = leer_historia(Carpeta(noche.carpeta), [INSTITUTO.llave]).hojas
    for c in ("tile", "puntos"):
        shutil.rmtree(noche.carpeta / c)
    (noche.carpeta / "checkpoint").unlink()
    otro = Registro(Carpeta(noche.carpeta, duradero=False), INSTITUTO)
    for h in (hojas[0], hojas[2]):
        otro.agregar(h)
    assert "después del corte 1 sigue el 3" in malos(revisar(noche.carpeta))
    assert "retrocedió" in malos(revisar(noche.carpeta, recordar=recuerdo))


def test_the_log_is_rolled_back_or_served_from_yesterday(noche, tmp_path):
    recuerdo, ayer = tmp_path / "visto.json", tmp_path / "ayer"
    shutil.copytree(noche.carpeta, ayer)
    noche.publicar()
    assert revisar(noche.carpeta, recordar=recuerdo).codigo == 0
    informe = revisar(ayer, recordar=recuerdo)
    assert informe.codigo == 1 and "retrocedió" in malos(informe)
    # Nothing was forgotten: the newer head is still the one remembered.
    assert json.loads(recuerdo.read_text())["tamano"] == 4
    assert revisar(noche.carpeta, recordar=recuerdo).codigo == 0


def test_two_histories(noche, tmp_path):
    """Two mirrors are shown different fourth cortes, both well signed."""
    otra = tmp_path / "otra"
    shutil.copytree(noche.carpeta, otra)
    noche.publicar()
    gemela = replace(noche, carpeta=otra, semilla=99)
    gemela.corte, gemela.anterior = 3, json.loads((otra / "ultimo.json").read_text())["manifiesto"]
    gemela.publicar()
    recuerdo = tmp_path / "visto.json"
    assert revisar(noche.carpeta, recordar=recuerdo).codigo == 0
    assert revisar(otra).codigo == 0
    assert "reescrita" in malos(revisar(otra, recordar=recuerdo))


def test_a_drill_cannot_pass_for_the_night(noche):
    puntero = json.loads((noche.carpeta / "ultimo.json").read_text())
    (noche.carpeta / "ultimo.json").write_bytes(canonico({**puntero, "modo": "jornada"}))
    assert revisar(noche.carpeta).codigo == 1
    (noche.carpeta / "ultimo.json").write_bytes(canonico(puntero))
    informe = revisar(noche.carpeta, modo="jornada")
    assert informe.codigo == 1 and "es de simulacro y no de jornada" in malos(informe)
    assert "SIMULACRO" in informe.veredicto


def test_the_pointer_runs_ahead_of_what_is_signed(noche):
    manifiesto, archivos = noche.preparar()
    ruta = "cortes/0004"
    for r, d in archivos.items():
        noche.almacen.escribir(f"{ruta}/{r}", d)
    datos = canonico(manifiesto)
    noche.almacen.escribir(f"{ruta}/corte.json", datos)
    puntero = {k: manifiesto[k] for k in ("proceso", "corte", "hora", "modo")}
    puntero |= {"ruta": ruta, "manifiesto": sha256(datos).hexdigest()}
    noche.almacen.reemplazar("ultimo.json", canonico(puntero))
    assert "nadie ha firmado" in malos(revisar(noche.carpeta))
    emitir_corte(noche.registro, datos, ruta)
    assert revisar(noche.carpeta).codigo == 0


def test_two_images_are_swapped(noche):
    a, b = sorted((noche.carpeta / "imagenes").rglob("*.jpg"))[:2]
    uno, otro = a.read_bytes(), b.read_bytes()
    a.write_bytes(otro)
    b.write_bytes(uno)
    assert malos(revisar(noche.carpeta)).count("fue alterada o cambiada") == 2
    assert revisar(noche.carpeta, imagenes=False).codigo == 0


def _publicar_alterado(noche, alterar):
    """A corte whose files were altered and then listed, hashed and signed as if nothing."""
    noche.capturar(0.5)
    manifiesto, archivos = noche.preparar()
    alterar(archivos, manifiesto)
    noche.emitir(noche.sellar(manifiesto, archivos), archivos)
    return malos(revisar(noche.carpeta))


def _en_json(ruta, *camino, valor):
    def alterar(archivos, manifiesto):
        obj = json.loads(archivos[ruta])
        lugar = obj
        for paso in camino[:-1]:
            lugar = lugar[paso]
        assert lugar[camino[-1]] != valor
        lugar[camino[-1]] = valor
        archivos[ruta] = json.dumps(obj).encode()

    return alterar


@pytest.mark.parametrize(
    ("alterar", "dice"),
    [
        (_en_json("GUB/resumen.json", "total", valor=1), "el total dice 1 y se calcula"),
        (_en_json("GUB/resumen.json", "por_candidatura", 0, "votos", valor=7), "dice 7 votos y se calculan"),
        (_en_json("GUB/resumen.json", "por_candidatura", 0, "porcentaje", valor="99.0000"), "dice 99.0000 %"),
        (_en_json("AYUN/resumen.json", "por_partido", 1, "coalicion", valor=3), "3 de coalición"),
        (_en_json("AYUN/resumen.json", "nulos", "votos", valor=3), "nulos: dice 3"),
        (_en_json("DIP_LOC/resumen.json", "estadistica", "actas_capturadas", valor=5), "actas_capturadas dice 5"),
        (
            _en_json("DIP_LOC/resumen.json", "estadistica", "porcentaje_participacion_ciudadana", valor="1.0000"),
            "porcentaje_participacion_ciudadana",
        ),
        (_en_json("DIP_LOC/demarcacion/2.json", "total", valor=5), "Distrito 2: el total dice 5"),
        (_en_json("DIP_LOC/demarcacion/2.json", "secciones", 0, "total", valor=5), "sección"),
        (_en_json("DIP_LOC/demarcacion/1.json", "secciones", 0, "casillas", valor=[]), "no en las páginas"),
        (
            _en_json("DIP_LOC/demarcacion/1.json", "secciones", 0, "casillas", 0, "lista_nominal", valor=1),
            "la lista nominal",
        ),
        (_en_json("proceso.json", "clave", valor="otro"), "proceso.json es de «otro»"),
        (_en_json("proceso.json", "elecciones", 0, "demarcaciones", 0, "actas_esperadas", valor=1), "espera 1 actas"),
    ],
)
def test_a_total_is_changed_with_its_manifest_but_not_the_actas(noche, alterar, dice):
    assert dice in _publicar_alterado(noche, alterar)


def _en_csv(eleccion, cambiar):
    def alterar(archivos, manifiesto):
        (ruta,) = [r for r in archivos if r.startswith("bd/")]
        archivos[ruta] = _rezip(archivos[ruta], eleccion, cambiar)

    return alterar


def _rezip(datos, eleccion, cambiar):
    salida = BytesIO()
    with zipfile.ZipFile(BytesIO(datos)) as z, zipfile.ZipFile(salida, "w") as w:
        for nombre in z.namelist():
            contenido = z.read(nombre)
            if f"_{eleccion}_" in nombre:
                nuevo = _rezip(contenido, eleccion, cambiar) if nombre.endswith(".zip") else cambiar(contenido)
                assert nuevo != contenido
                contenido = nuevo
            w.writestr(nombre, contenido)
    return salida.getvalue()


def _celda(columna, valor, cual=lambda d: d["CONTABILIZADA"] == "1"):
    def cambiar(datos):
        lineas = datos.decode("utf-8-sig").split("\r\n")
        n = next(i for i, x in enumerate(lineas) if x.startswith("CLAVE_CASILLA"))
        columnas = lineas[n].split(",")
        for i in range(n + 1, len(lineas)):
            celdas = lineas[i].split(",")
            if len(celdas) == len(columnas) and cual(dict(zip(columnas, celdas, strict=True))):
                celdas[columnas.index(columna)] = valor
                lineas[i] = ",".join(celdas)
                break
        return ("\ufeff" + "\r\n".join(lineas)).encode()

    return cambiar


@pytest.mark.parametrize(
    ("columna", "valor", "dice"),
    [
        ("MC", "1", "el total calculado dice"),
        ("MC", "Ilegible", "la observación «Ilegible» falta"),
        ("MC", "x", "no es un número"),
        ("CONTABILIZADA", "0", "CONTABILIZADA no corresponde"),
        ("CONTABILIZADA", "7", "CONTABILIZADA dice '7'"),
        ("OBSERVACIONES", "Excede Lista Nominal", "sobra"),
        ("CODIGO_INTEGRIDAD", "a" * 64, "código de integridad"),
        ("SECCION", "9999", "no está así en el CSV"),
        ("ID_DISTRITO_LOCAL", "77", "no existe en el proceso"),
        ("LISTA_NOMINAL", "100", "Excede"),
    ],
)
def test_an_acta_of_the_database_is_changed(noche, columna, valor, dice):
    assert dice in _publicar_alterado(noche, _en_csv("GUB", _celda(columna, valor)))


def test_an_acta_is_put_twice(noche):
    def duplicar(datos):
        lineas = datos.split(b"\r\n")
        return b"\r\n".join([*lineas[:-1], lineas[-4], b""])

    assert "está dos veces" in _publicar_alterado(noche, _en_csv("GUB", duplicar))


def test_a_zip_that_is_not_one_or_hides_a_path(noche, tmp_path):
    def romper(archivos, manifiesto):
        (ruta,) = [r for r in archivos if r.startswith("bd/")]
        archivos[ruta] = b"PK no"

    assert "no es un zip" in _publicar_alterado(noche, romper)


def test_a_file_too_many_in_a_corte(noche):
    (noche.carpeta / "cortes" / "0003" / "extra.html").write_text("hola")
    assert "sobra cortes/0003/extra.html" in malos(revisar(noche.carpeta))


MANIFIESTO = {
    "formato": "prep/corte/1",
    "proceso": PROCESO,
    "corte": 1,
    "hora": HORA,
    "modo": "prueba",
    "cierre": False,
    "anterior": None,
    "imagenes": {"raiz": "0" * 64, "total": 0},
    "archivos": [],
}


@pytest.mark.parametrize(
    "archivo",
    [
        {"ruta": "../../etc/passwd", "sha256": "0" * 64, "bytes": 1},
        {"ruta": "/etc/passwd", "sha256": "0" * 64, "bytes": 1},
        {"ruta": "https://malo.example/x", "sha256": "0" * 64, "bytes": 1},
        {"ruta": "a\\..\\b", "sha256": "0" * 64, "bytes": 1},
        {"ruta": "a/./b", "sha256": "0" * 64, "bytes": 1},
        {"ruta": "a", "sha256": "0" * 64, "bytes": 10 * 2**30},
        {"ruta": "a", "sha256": "0" * 64, "bytes": -1},
        {"ruta": "a", "sha256": "0" * 64, "bytes": True},
        {"ruta": "a", "sha256": "0" * 63, "bytes": 1},
        {"ruta": "corte.json", "sha256": "0" * 64, "bytes": 1},
        "a",
    ],
)
def test_hostile_manifests_are_refused(archivo):
    Manifiesto.leer(canonico(MANIFIESTO))
    with pytest.raises(FormatoInvalido):
        Manifiesto.leer(canonico({**MANIFIESTO, "archivos": [archivo]}))


def test_a_manifest_may_not_add_up_to_too_much():
    archivos = [{"ruta": f"a{i}", "sha256": "0" * 64, "bytes": 500 * 2**20} for i in range(9)]
    with pytest.raises(FormatoInvalido, match="4 GiB"):
        Manifiesto.leer(canonico({**MANIFIESTO, "archivos": archivos}))


def test_emitting_again_changes_nothing_and_another_manifest_is_refused(noche):
    ruta = noche.carpeta / "cortes" / "0003"
    datos = (ruta / "corte.json").read_bytes()
    antes = {r: (noche.carpeta / r).read_bytes() for r in Carpeta(noche.carpeta).rutas()}
    assert emitir_corte(noche.registro, datos, "cortes/0003").posicion == 2
    viejo = (noche.carpeta / "cortes" / "0001" / "corte.json").read_bytes()
    assert emitir_corte(noche.registro, viejo, "cortes/0001").posicion == 0
    assert antes == {r: (noche.carpeta / r).read_bytes() for r in Carpeta(noche.carpeta).rutas()}
    otro = json.loads(datos)
    for cambio in ({"software": "otro"}, {"corte": 4}, {"corte": 2}, {"corte": 4, "proceso": "otro"}):
        with pytest.raises(Inconsistente):
            emitir_corte(noche.registro, canonico({**otro, **cambio}), "cortes/0004")


def test_policy_demands_cosignatures(noche):
    politica = leer_politica(POLITICA.encode())
    informe = revisar(noche.carpeta, politica=politica)
    assert informe.codigo == 1 and "faltan cofirmas" in malos(informe)
    texto = Nota.leer((noche.carpeta / "checkpoint").read_bytes()).texto
    testigos = [AUDITOR, NOTARIA]
    noche.registro.agregar_firmas([firmar(texto, t, 1_717_380_000) for t in testigos], [t.llave for t in testigos], 3)
    informe = revisar(noche.carpeta, politica=politica)
    assert informe.codigo == 0 and any("2024-06-03 02:00:00 UTC" in h.texto for h in informe.hallazgos)


def _llave(noche, accion, llave, anterior=None):
    return escribir_hoja(
        "llaves",
        proceso=PROCESO,
        modo="simulacro",
        hora="2024-06-02T21:00:00-06:00",
        accion=accion,
        papel="prueba",
        llave=llave.vkey,
        anterior=anterior and anterior.vkey,
        motivo="prueba",
    )


def test_a_stolen_witness_key_is_revoked(noche):
    politica = leer_politica(POLITICA.encode())
    noche.registro.agregar(_llave(noche, "revocacion", NOTARIA.llave))
    noche.publicar()
    texto = Nota.leer((noche.carpeta / "checkpoint").read_bytes()).texto
    testigos = [AUDITOR, NOTARIA]
    noche.registro.agregar_firmas([firmar(texto, t, 5) for t in testigos], [t.llave for t in testigos], 5)
    informe = revisar(noche.carpeta, politica=politica)
    assert informe.codigo == 1 and "faltan cofirmas" in malos(informe)


def test_the_institute_changes_its_key(noche):
    nueva = LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x42" * 32)
    politica = leer_politica(f"log {INSTITUTO.llave.vkey}\nquorum none\n".encode())
    noche.registro.agregar(_llave(noche, "rotacion", nueva.llave, INSTITUTO.llave))
    noche.registro = Registro(Carpeta(noche.carpeta, duradero=False), nueva, llaves_anteriores=[INSTITUTO.llave])
    noche.registro.agregar(_llave(noche, "revocacion", INSTITUTO.llave))
    noche.publicar()
    informe = revisar(noche.carpeta, politica=politica)
    assert informe.codigo == 0, informe.veredicto


def test_a_thief_cannot_announce_a_key_of_his_own(noche):
    """He holds the site and a key of the right name, not the institute's: the announcement must bear the old key."""
    ladron = LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x66" * 32)
    politica = leer_politica(f"log {INSTITUTO.llave.vkey}\nquorum none\n".encode())
    suyo = Registro(Carpeta(noche.carpeta, duradero=False), ladron, llaves_anteriores=[INSTITUTO.llave])
    suyo.agregar(_llave(noche, "rotacion", ladron.llave, INSTITUTO.llave))
    assert revisar(noche.carpeta, politica=politica).codigo == 1


def test_a_policy_of_somebody_elses_log(noche):
    otra = LlavePrivada("otro.example", FIRMA, b"\x09" * 32)
    politica = leer_politica(f"log {otra.llave.vkey}\nquorum none\n".encode())
    assert "ninguna llave conocida firma" in malos(revisar(noche.carpeta, politica=politica))


def test_what_nobody_signed_is_pointed_out(noche):
    (noche.carpeta / "oferta.html").write_text("compre")
    informe = revisar(noche.carpeta)
    assert any("oferta.html" in h.texto and h.nivel == Nivel.AVISO for h in informe.hallazgos)


def test_an_image_of_an_earlier_corte(noche):
    """No longer named by the last corte, it still has to be what its name says."""
    h = sha256(b"otra").hexdigest()
    noche.almacen.escribir(f"imagenes/{h[:2]}/{h}.jpg", b"otra")
    assert revisar(noche.carpeta).codigo == 0
    noche.almacen.reemplazar(f"imagenes/{h[:2]}/{h}.jpg", b"otro")
    assert "alterada o cambiada" in malos(revisar(noche.carpeta))


def test_pages_of_the_root_are_signed(noche):
    noche.paginas = {"index.html": b"<h1>PREP</h1>", "portal/a1/estilo.css": b"p{}"}
    noche.publicar()
    informe = revisar(noche.carpeta)
    assert informe.codigo == 0 and any("2 páginas de la raíz" in h.texto for h in informe.hallazgos)
    (noche.carpeta / "index.html").write_bytes(b"<h1>PROP</h1>")
    assert "index.html fue alterada" in malos(revisar(noche.carpeta))
    (noche.carpeta / "index.html").unlink()
    assert "index.html falta" in malos(revisar(noche.carpeta))
    noche.paginas = {"tile/0/000": b"x"}
    manifiesto, archivos = noche.preparar()
    noche.paginas = {}
    noche.emitir(manifiesto, archivos)
    assert "no puede nombrar tile/0/000" in malos(revisar(noche.carpeta))


def test_images_that_the_corte_does_not_offer(noche):
    """A corte may print the hash of an image without publishing it; it is said, and one offered must be there."""

    def sin_ruta(archivos, manifiesto):
        for r in [r for r in archivos if "/demarcacion/" in r]:
            obj = json.loads(archivos[r])
            for s in obj["secciones"]:
                for c in s["casillas"]:
                    for a in c["actas"]:
                        a.get("imagen", {}).pop("ruta", None)
            archivos[r] = json.dumps(obj).encode()

    assert _publicar_alterado(noche, sin_ruta) == ""
    assert any("no se publican en este corte" in h.texto for h in revisar(noche.carpeta).hallazgos)
    alterar = _en_json("GUB/demarcacion/1.json", "secciones", 0, "total", valor=-1)
    assert "sección" in _publicar_alterado(noche, alterar)
    min((noche.carpeta / "imagenes").rglob("*.jpg")).unlink()
    assert "falta la imagen" in malos(revisar(noche.carpeta))


def test_command_line(noche, tmp_path):
    correr = CliRunner().invoke
    r = correr(app, ["verificar", str(noche.carpeta), "--recordar", str(tmp_path / "r.json")])
    assert r.exit_code == 0 and r.stdout.startswith("CORRECTO: el corte 3")
    r = correr(app, ["verificar", str(noche.carpeta), "--json", "--sin-imagenes"])
    informe = json.loads(r.stdout)
    assert informe["codigo"] == 0 and informe["modo"] == "simulacro"
    (noche.carpeta / "cortes" / "0003" / "GUB" / "resumen.json").write_bytes(b"{}")
    r = correr(app, ["verificar", str(noche.carpeta)])
    assert r.exit_code == 1 and r.stdout.startswith("NO COINCIDE") and "Traceback" not in r.output
    r = correr(app, ["verificar", str(tmp_path / "nada")])
    assert r.exit_code == 2 and r.stdout.startswith("NO SE PUDO COMPROBAR")
    (tmp_path / "vacia").mkdir()
    assert correr(app, ["verificar", str(tmp_path / "vacia")]).exit_code == 2
    (tmp_path / "mala").write_text("nada\n")
    assert correr(app, ["verificar", str(noche.carpeta), "--politica", str(tmp_path / "mala")]).exit_code == 2


def test_over_the_web(noche, tmp_path):
    import threading
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Callado(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    servidor = ThreadingHTTPServer(("127.0.0.1", 0), partial(Callado, directory=str(noche.carpeta)))
    threading.Thread(target=servidor.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{servidor.server_port}"
    try:
        assert CliRunner().invoke(app, ["verificar", url]).exit_code == 0
        (noche.carpeta / "cortes" / "0003" / "proceso.json").unlink()
        assert CliRunner().invoke(app, ["verificar", url]).exit_code == 1
    finally:
        servidor.shutdown()
        servidor.server_close()
    assert CliRunner().invoke(app, ["verificar", url]).exit_code == 2


def test_this_room_stands_alone():
    """Verification never leans on the code it judges, nor on anything but the standard library and cryptography."""
    import subprocess
    import sys

    programa = (
        "import sys, prep.comprobacion.verificar\n"
        "import prep.transparencia.emisor, prep.transparencia.pruebas, prep.transparencia.llaves\n"
        "ajenos = {m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(sorted(m for m in ajenos if not m.startswith('_')))\n"
        "solas = ('prep.comprobacion', 'prep.transparencia')\n"
        "print([m for m in sys.modules if m.startswith('prep.') and not m.startswith(solas)])"
    )
    r = subprocess.run([sys.executable, "-S", "-c", programa], capture_output=True, text=True, env=_entorno())
    ajenos, salas = r.stdout.splitlines()
    assert set(eval(ajenos)) <= {"prep", "cryptography", "cffi", "typing_extensions"}, r.stderr
    assert salas == "[]"


def _entorno():
    import os
    from pathlib import Path

    import cryptography

    paquetes = Path(cryptography.__file__).parents[1]
    return os.environ | {"PYTHONPATH": f"src:{paquetes}"}


def test_witness_keys_do_not_sign_logs():
    with pytest.raises(FormatoInvalido):
        leer_politica(f"log {LlavePrivada('x.example', COFIRMA, b'1' * 32).llave.vkey}\nquorum none\n".encode())

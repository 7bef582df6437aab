"""The verifier against whole emissions: what is right passes, every attack is found, nothing makes it crash."""

import json
import re
import shutil
from hashlib import sha256

import jsonschema
import pytest
from ataques import ATAQUES, DeNadie, de_llaves, en_json, publicar, relevar
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from emision_fabrica import AUDITOR, INSTITUTO, NOTARIA, PROCESO, Noche
from prep.cli import app
from prep.comprobacion.informe import Nivel
from prep.comprobacion.verificar import Opciones, verificar
from prep.difusion.servidor import atendiendo
from prep.publicacion.esquemas import FORMATOS
from prep.transparencia.almacen import Carpeta
from prep.transparencia.canonico import canonico
from prep.transparencia.emisor import emitir_corte
from prep.transparencia.errores import FirmaInvalida, FormatoInvalido, Inconsistente, NoDisponible
from prep.transparencia.manifiesto import Manifiesto
from prep.transparencia.nota import COFIRMA, FIRMA, LlavePrivada, Nota, firmar
from prep.transparencia.politica import leer_politica
from prep.transparencia.registro import Registro
from prep.transparencia.web import Web

HORA = "2024-06-02T19:00:00-06:00"
POLITICA = f"""log {INSTITUTO.llave.vkey}
witness auditor {AUDITOR.llave.vkey}
witness notaria {NOTARIA.llave.vkey}
group ambos all auditor notaria
quorum ambos
"""


@pytest.fixture(scope="module")
def modelo(tmp_path_factory):
    """Three cortes of a small night, the first in ceros."""
    noche = Noche(tmp_path_factory.mktemp("modelo"))
    for _ in range(2):
        noche.publicar(0.5)
    return noche


@pytest.fixture
def noche(modelo, tmp_path):
    """A copy that can be spoiled and continued."""
    return modelo.copia(tmp_path / "sitio")


def revisar(donde, **opciones):
    return verificar(Carpeta(donde), Opciones(espera=0, **opciones))


def malos(informe):
    """What is said to be wrong, which is never in the words of a library."""
    dicho = " | ".join(h.texto for h in informe.hallazgos if h.nivel == Nivel.MAL)
    assert not DE_BIBLIOTECA.search(dicho), dicho
    return dicho


DE_BIBLIOTECA = re.compile(
    r"Expecting|codec|Errno|invalid|Error\b|delimiter|decode|\b(line|the|not|must|can't|limit)\b"
)


def test_an_honest_emission_is_right(modelo):
    informe = revisar(modelo.carpeta, todo=True)
    assert informe.codigo == 0, informe.veredicto
    assert (informe.corte, informe.modo, informe.proceso) == (3, "simulacro", PROCESO)
    assert informe.veredicto.startswith("CORRECTO") and "SIMULACRO" in informe.veredicto


def test_a_whole_night_is_right_and_what_was_not_computed_is_named(noche):
    noche.acto("verdad_sellada", compromiso=(sello := sha256(VERDAD).hexdigest()))
    noche.acto("huella", momento="durante", software="0" * 64, doc={"archivos": []})
    noche.acto("prorroga", hasta="2024-06-03T20:00:00-06:00", motivo="Faltan paquetes", doc={})
    noche.acto("correccion", corte=2, corregido_por=3, motivo="Acta mal leída", doc={})
    noche.publicar(0.9, cierre=True)
    noche.almacen.escribir(f"documentos/{sello}.json", VERDAD)
    noche.acto("verdad_abierta", documento=sello)
    noche.acto("acto_final", clave="informe", texto="Informe final", doc={"paginas": 40})
    informe = revisar(noche.carpeta)
    assert informe.codigo == 0, informe.veredicto
    assert informe.no_recalculados == [
        *("catálogo", "LEEME", "hojas fuera de catálogo", "situación de las actas", "cortes anteriores")
    ]
    assert informe.veredicto.endswith(f"; no se recalculó: {', '.join(informe.no_recalculados)}")
    assert "cortes anteriores" not in revisar(noche.carpeta, todo=True).no_recalculados


VERDAD = canonico({"formato": "prep/verdad/1", "proceso": PROCESO, "modo": "simulacro", "sal": "x1", "total": 5})


@pytest.mark.parametrize("nombre", ATAQUES)
def test_attacks(noche, nombre):
    dice, atacar = ATAQUES[nombre]
    atacar(noche)
    informe = revisar(noche.carpeta)
    assert informe.codigo == 1 and re.search(dice, malos(informe)), malos(informe)


def test_a_night_being_opened_is_waited_for(tmp_path):
    """The first corte is out and its act is about to be signed: nobody is accused."""
    noche = Noche(tmp_path / "sitio")
    noche.emitir(*noche.preparar())
    assert revisar(noche.carpeta).codigo == 2
    prueba = Noche(tmp_path / "prueba", modo="prueba")
    prueba.emitir(*prueba.preparar())
    prueba.emitir(*prueba.preparar())
    assert revisar(prueba.carpeta).codigo == 0


def test_a_page_still_of_the_corte_before_is_no_lie(noche):
    """The root could not be rewritten after the switch: said, and nobody is accused."""
    noche.paginas = {"index.html": b"uno"}
    noche.publicar(0.1)
    noche.paginas = {"index.html": b"dos"}
    noche.publicar(0.1)
    (noche.carpeta / "index.html").write_bytes(b"uno")
    informe = revisar(noche.carpeta)
    assert informe.codigo == 0 and any("corte anterior, también firmada" in h.texto for h in informe.hallazgos)
    (noche.carpeta / "index.html").write_bytes(b"tres")
    assert "index.html fue alterada" in malos(revisar(noche.carpeta))


def test_pages_are_drawn_again_where_the_product_is(noche):
    """A hook draws them from the documents; what it draws otherwise is not what was signed."""

    def con_pagina(archivos, _):
        archivos |= {"index.html": b"<h1>12</h1>", "tarjeta.png": b"PNG"}

    publicar(noche, con_pagina)
    assert "páginas" in revisar(noche.carpeta).no_recalculados
    vistos = {}

    def dibujar(documentos):
        vistos.update(documentos)
        return {"index.html": b"<h1>12</h1>"}

    informe = revisar(noche.carpeta, redibujar=dibujar)
    assert informe.codigo == 0 and "páginas" not in informe.no_recalculados and "dibujos" in informe.no_recalculados
    assert {"proceso.json", "GUB/resumen.json", "avance.json", "corte.json"} <= vistos.keys()
    assert "index.html no es la página" in malos(revisar(noche.carpeta, redibujar=lambda d: {"index.html": b"13"}))
    informe = revisar(noche.carpeta, redibujar=lambda d: "la dibujó otra versión")
    assert informe.codigo == 0 and "páginas" in informe.no_recalculados


def test_names_cannot_print_lines_of_their_own(noche):
    informe = revisar(noche.carpeta)
    informe.mal("x", "uno\nCORRECTO: todo\x1b[2K\u202e\u2028")
    assert all(h.texto.isprintable() for h in informe.hallazgos)
    with pytest.raises(FormatoInvalido):
        LlavePrivada("a\u202eb.example", FIRMA, b"\x01" * 32)


def test_what_is_big_or_never_ends_is_not_read(noche, tmp_path):
    """Sparse tiles, pipes, links that turn round, files that grow: said in a moment, and nothing is filled."""
    import os

    with (noche.carpeta / "tile/0/001").open("wb") as f:
        f.truncate(2**36)
    os.mkfifo(noche.carpeta / "puntos/000009")
    (noche.carpeta / "sellos").symlink_to("sellos")
    texto = malos(revisar(noche.carpeta))
    assert "tile/0/001 mide más" in texto and "puntos/000009 no es un archivo ordinario" in texto


def test_a_head_that_nobody_signs_is_not_followed(noche):
    """A checkpoint of a hundred thousand leaves under an unknown name: nothing under it is read."""
    otra = LlavePrivada("otro.example", FIRMA, b"\x09" * 32)
    texto = b"otro.example\n99999\n" + b"A" * 43 + b"=\n"
    (noche.carpeta / "checkpoint").write_bytes(Nota(texto, (firmar(texto, otra),)).escribir())
    lector = Contador(noche.carpeta)
    assert verificar(lector, Opciones(espera=0)).codigo == 1
    assert not [r for r in lector.pedidos if r.startswith("tile/entries")]


class Contador(Carpeta):
    def __init__(self, carpeta):
        super().__init__(carpeta)
        self.pedidos = []

    def leer(self, ruta, maximo=2**29):
        self.pedidos.append(ruta)
        return super().leer(ruta, maximo)


@pytest.mark.parametrize("modo", ["spa", "s3", "inicio"])
def test_rude_hosts(noche, modo):
    """Hosts that answer a page, a refusal or the front door for what they do not have."""
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
    from pathlib import Path

    class Descortes(SimpleHTTPRequestHandler):
        def __init__(self, *a):
            super().__init__(*a, directory=str(noche.carpeta))

        def log_message(self, *_):
            pass

        def do_GET(self):
            if Path(self.translate_path(self.path)).is_file():
                super().do_GET()
                return
            codigo, cuerpo = {"spa": (200, b"<!doctype html><p>app"), "s3": (403, b"<Error/>"), "inicio": (302, b"")}[
                modo
            ]
            self.send_response(codigo)
            if codigo == 302:
                self.send_header("Location", "https://otro.example/")
            self.send_header("Content-Length", str(len(cuerpo)))
            self.end_headers()
            self.wfile.write(cuerpo)

    (noche.carpeta / "politica").unlink()
    servidor = ThreadingHTTPServer(("127.0.0.1", 0), Descortes)
    with atendiendo(servidor):
        web = Web(f"http://127.0.0.1:{servidor.server_port}/")
        informe = verificar(web, Opciones(espera=0))
        assert informe.codigo == 0, informe.veredicto
        (noche.carpeta / "cortes/0003/GUB/resumen.json").unlink()
        assert "falta cortes/0003/GUB/resumen.json" in malos(verificar(web, Opciones(espera=0)))


def test_it_looks_again_before_accusing(noche):
    """A corte comes out in the middle of the check: what was half seen is seen again."""

    class Cambiante(Carpeta):
        veces = 0

        def leer(self, ruta, maximo=2**29):
            if ruta == "ultimo.json":
                Cambiante.veces += 1
                if Cambiante.veces == 2:
                    noche.publicar(0.2)
            return super().leer(ruta, maximo)

    informe = verificar(Cambiante(noche.carpeta), Opciones(espera=0))
    assert (informe.codigo, informe.corte) == (0, 4), informe.veredicto


def test_the_factory_speaks_the_published_formats(modelo):
    """What these tests verify has the shape of what is published."""
    ruta = modelo.carpeta / "cortes" / "0003"
    for archivo, esquema in {
        ruta / "avance.json": "avance",
        ruta / "secciones.json": "secciones",
        ruta / "GUB" / "especiales.json": "especiales",
        ruta / "GUB" / "municipios.json": "municipios",
        modelo.carpeta / "ultimo.json": "ultimo",
        ruta / "corte.json": "corte",
        ruta / "proceso.json": "proceso",
        ruta / "AYUN" / "resumen.json": "resumen",
        ruta / "AYUN" / "demarcacion" / "2.json": "demarcacion",
    }.items():
        reglas = json.loads((FORMATOS / f"{esquema}.schema.json").read_text())
        jsonschema.validate(json.loads(archivo.read_text()), reglas)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_noise_in_any_file_never_crashes_it(noche, data):
    rutas = [r for r in Carpeta(noche.carpeta).rutas() if not r.startswith("imagenes/")]
    archivo = noche.carpeta / data.draw(st.sampled_from(sorted(rutas)))
    bueno = archivo.read_bytes()
    archivo.write_bytes(
        data.draw(st.binary(max_size=60) | st.sampled_from([b"{}", b"[]", b"null", b"[" * 9000, b"9" * 9000]))
    )
    try:
        informe = revisar(noche.carpeta)
        avisa = any("instituto.vkey no es la llave" in h.texto for h in informe.hallazgos)  # and nothing hangs on it
        assert (informe.codigo != 0 or avisa) and informe.veredicto
        malos(informe)
    finally:
        archivo.write_bytes(bueno)


def test_truncated_or_missing_files(noche):
    for ruta in ("cortes/0003/proceso.json", "tile/entries/000.p/5", "tile/0/000.p/5", "cortes/0002/corte.json"):
        archivo = noche.carpeta / ruta
        bueno = archivo.read_bytes()
        archivo.write_bytes(bueno[:-1])
        assert revisar(noche.carpeta).codigo == 1, ruta
        archivo.unlink()
        assert revisar(noche.carpeta).codigo in (1, 2), ruta
        archivo.write_bytes(bueno)


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
    for h in (*hojas[:3], hojas[4]):
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
    assert json.loads(recuerdo.read_text())["tamano"] == 6
    assert revisar(noche.carpeta, recordar=recuerdo).codigo == 0


def test_a_memory_that_cannot_be_kept_is_told_apart_from_what_was_checked(noche, tmp_path):
    for recuerdo, dice in ((tmp_path / "nada/visto.json", "no se pudo guardar"), (tmp_path, "no se pudo leer")):
        informe = revisar(noche.carpeta, recordar=recuerdo)
        assert informe.codigo == 2 and dice in informe.veredicto, informe.veredicto
        assert str(recuerdo) in informe.veredicto and "Errno" not in informe.veredicto
    assert revisar(noche.carpeta, recordar=tmp_path / "nada/visto.json").corte == 3


def test_another_key_than_the_last_time_is_pointed_out(noche, tmp_path):
    """What is remembered is who signed, not whom the policy would have believed."""
    nueva = LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x42" * 32)
    ambas = leer_politica(f"log {INSTITUTO.llave.vkey}\nlog {nueva.llave.vkey}\nquorum none\n".encode())
    recuerdo = tmp_path / "visto.json"
    otra = "lo firma otra llave que la vez anterior"
    assert revisar(noche.carpeta, politica=ambas, recordar=recuerdo).codigo == 0
    noche.registro = DeNadie(noche.almacen, nueva)
    noche.publicar(0.1)
    assert otra in [h.texto for h in revisar(noche.carpeta, politica=ambas, recordar=recuerdo).hallazgos]
    assert otra not in [h.texto for h in revisar(noche.carpeta, politica=ambas, recordar=recuerdo).hallazgos]


def test_two_histories(noche, tmp_path):
    """Two mirrors are shown different fourth cortes, both well signed."""
    otra = tmp_path / "otra"
    gemela = noche.copia(otra, semilla=99)
    noche.publicar()
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
    "bitacora": {"posicion": 0, "raiz": "0" * 64},
    "catalogo": "0" * 64,
    "software": "x",
    "cuentas": {},
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
    assert emitir_corte(noche.registro, datos, "cortes/0003").posicion == 4
    viejo = (noche.carpeta / "cortes" / "0001" / "corte.json").read_bytes()
    assert emitir_corte(noche.registro, viejo, "cortes/0001").posicion == 1
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
    noche.registro.agregar_firmas([firmar(texto, t, 1_717_380_000) for t in testigos], [t.llave for t in testigos], 5)
    informe = revisar(noche.carpeta, politica=politica)
    assert informe.codigo == 0 and any("2024-06-03 02:00:00 UTC" in h.texto for h in informe.hallazgos)


def test_a_stolen_witness_key_is_revoked(noche):
    politica = leer_politica(POLITICA.encode())
    de_llaves(noche, "revocacion", NOTARIA)
    noche.publicar()
    texto = Nota.leer((noche.carpeta / "checkpoint").read_bytes()).texto
    testigos = [AUDITOR, NOTARIA]
    noche.registro.agregar_firmas([firmar(texto, t, 5) for t in testigos], [t.llave for t in testigos], 7)
    informe = revisar(noche.carpeta, politica=politica)
    assert informe.codigo == 1 and "faltan cofirmas" in malos(informe)


def test_the_institute_changes_its_key(noche):
    """Whoever trusts the old one follows; and the old one signs no more."""
    politica = leer_politica(f"log {INSTITUTO.llave.vkey}\nquorum none\n".encode())
    relevar(noche)
    informe = revisar(noche.carpeta, politica=politica)
    assert informe.codigo == 0, informe.veredicto
    with pytest.raises(FirmaInvalida, match="fue revocada"):
        Registro(noche.almacen, INSTITUTO).agregar(b"otra")


@pytest.mark.parametrize("sigue", ["corte", "revocacion"])
def test_the_key_that_was_announced_goes_on_by_the_commands_of_the_ceremony(noche, sigue, tmp_path):
    nueva = LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x42" * 32)
    for nombre, llave in (("instituto", INSTITUTO), ("nueva", nueva)):
        (tmp_path / f"{nombre}.skey").write_text(llave.skey)
        (tmp_path / f"{nombre}.skey").chmod(0o600)
        (tmp_path / f"{nombre}.vkey").write_text(llave.llave.vkey)
    comun = ["--papel", "instituto", "--motivo", "robo", "--proceso", PROCESO, "--modo", "simulacro"]

    def anunciar(*que: str) -> None:
        hecho = CliRunner().invoke(app, ["llaves", "anunciar", str(noche.carpeta), *que, *comun])
        assert hecho.exit_code == 0, hecho.output

    viejas, nuevas = (tuple(str(tmp_path / f"{n}.{x}") for x in ("vkey", "skey")) for n in ("instituto", "nueva"))
    anunciar("rotacion", nuevas[0], "--anterior", viejas[0], "--firma", viejas[1])
    noche.registro = Registro(noche.almacen, nueva)
    if sigue == "corte":
        noche.publicar(0.1)
    anunciar("revocacion", viejas[0], "--firma", nuevas[1])
    noche.publicar(0.1)
    informe = revisar(noche.carpeta, politica=leer_politica(f"log {INSTITUTO.llave.vkey}\nquorum none\n".encode()))
    assert informe.codigo == 0, malos(informe)


def test_a_thief_cannot_announce_a_key_of_his_own(noche):
    """He holds the site and a key of the right name, not the institute's: the announcement must bear the old key."""
    ladron = LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x66" * 32)
    politica = leer_politica(f"log {INSTITUTO.llave.vkey}\nquorum none\n".encode())
    noche.registro = DeNadie(noche.almacen, ladron)
    de_llaves(noche, "rotacion", ladron, INSTITUTO)
    assert revisar(noche.carpeta, politica=politica).codigo == 1


def test_a_policy_of_somebody_elses_log(noche):
    otra = LlavePrivada("otro.example", FIRMA, b"\x09" * 32)
    politica = leer_politica(f"log {otra.llave.vkey}\nquorum none\n".encode())
    assert "ninguna llave conocida firma" in malos(revisar(noche.carpeta, politica=politica))


@pytest.mark.parametrize("que", ["oferta.html", ".oculto", ".git/", "vacia/", "llaves/otra.vkey", "documentos/x.json"])
def test_what_nobody_signed_is_pointed_out(noche, que):
    archivo = noche.carpeta / que
    if que.endswith("/"):
        archivo.mkdir()
        if que.startswith("."):
            (archivo / "x").write_text("compre")
    else:
        archivo.write_text("compre")
    informe = revisar(noche.carpeta)
    assert any(que in h.texto and h.nivel == Nivel.AVISO for h in informe.hallazgos), informe.hallazgos
    assert informe.codigo == 0


def test_a_folder_that_is_a_link_is_pointed_out(noche):
    (noche.carpeta / "otra").symlink_to("cortes")
    informe = revisar(noche.carpeta)
    assert informe.codigo == 0 and any("otra" in h.texto and h.asunto == "sin firmar" for h in informe.hallazgos)


def test_a_site_key_that_is_not_the_one_that_signs(noche):
    """Who brings the key from elsewhere is told that the site offers another."""
    otra = LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x33" * 32)
    (noche.carpeta / "llaves/instituto.vkey").write_text(otra.llave.vkey)
    informe = revisar(noche.carpeta, politica=leer_politica(f"log {INSTITUTO.llave.vkey}\nquorum none\n".encode()))
    assert informe.codigo == 0 and any("no es la llave que firma" in h.texto for h in informe.hallazgos)


def test_what_could_not_be_read_accuses_nobody(noche):
    """A disk that fails in any one file, of whatever kind: it could not be checked, and nobody is called a liar."""
    noche.paginas = {"index.html": b"uno"}
    noche.publicar(0.1)
    tipos = {re.sub("[0-9a-f]{4,}|[0-9]|[A-Z_]{3,}", "N", r): r for r in Carpeta(noche.carpeta).rutas()}
    assert len(tipos) > 20

    class Fallida(Carpeta):
        def leer(self, ruta, maximo=2**29):
            if ruta == falla:
                raise NoDisponible(f"no se pudo leer {ruta}: el disco falló")
            return super().leer(ruta, maximo)

    for falla in tipos.values():
        informe = verificar(Fallida(noche.carpeta), Opciones(espera=0))
        assert informe.codigo == 2 and "el disco falló" in informe.veredicto, (falla, informe.veredicto)


def test_a_partial_copy_names_what_it_does_not_hold(noche):
    """It may not keep anybody from knowing that the files of earlier cortes were not looked at."""
    (noche.carpeta / "copia_parcial.txt").write_text("solo el último")
    shutil.rmtree(noche.carpeta / "cortes/0002/GUB")
    for todo in (False, True):
        informe = revisar(noche.carpeta, todo=todo)
        assert informe.codigo == 0 and "archivos de cortes anteriores" in informe.no_recalculados, informe.veredicto
    (noche.carpeta / "copia_parcial.txt").unlink()
    assert "falta cortes/0002/GUB" in malos(revisar(noche.carpeta))


def test_nothing_is_read_more_often_than_needed(noche):
    """Each image and each file of a corte once, however many cortes are computed again."""
    lector = Contador(noche.carpeta)
    assert verificar(lector, Opciones(espera=0, todo=True)).codigo == 0
    pesados = [r for r in lector.pedidos if r.startswith(("imagenes/", "cortes/"))]
    assert len(pesados) == len(set(pesados)) == sum(1 for c in ("imagenes", "cortes") for _ in lector.rutas(c))


def test_nothing_is_right_and_wrong_at_once(noche):
    """What was found before hides nothing of what is found later."""
    tesela = max((noche.carpeta / "tile/0/000.p").iterdir())
    tesela.write_bytes(b"\0" * tesela.stat().st_size)
    (noche.carpeta / "cortes/0001/GUB/resumen.json").write_bytes(b"{}")
    informe = revisar(noche.carpeta, politica=leer_politica(POLITICA.encode()))
    de = {n: {h.asunto for h in informe.hallazgos if h.nivel == n} for n in Nivel}
    assert de[Nivel.MAL] >= {"política", "teselas", "archivos del corte 1"}
    assert not de[Nivel.BIEN] & de[Nivel.MAL]


def test_a_copy_without_images_says_so(noche):
    shutil.rmtree(noche.carpeta / "imagenes")
    informe = revisar(noche.carpeta)
    assert informe.codigo == 0 and "imágenes" in informe.no_recalculados


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
        for r in [r for r in archivos if "/demarcacion/" in r or r.endswith("especiales.json")]:
            obj = json.loads(archivos[r])
            casillas = [c for s in obj.get("secciones", []) for c in s["casillas"]] + obj.get("casillas", [])
            for c in casillas:
                c["actas"][0].get("imagen", {}).pop("ruta", None)
            archivos[r] = json.dumps(obj).encode()

    publicar(noche, sin_ruta)
    assert malos(revisar(noche.carpeta)) == ""
    assert any("no se publican en este corte" in h.texto for h in revisar(noche.carpeta).hallazgos)
    en_json("GUB/demarcacion/1.json", "secciones", 0, "total", valor=-1)(noche)
    assert "sección" in malos(revisar(noche.carpeta))
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
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Callado(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    servidor = ThreadingHTTPServer(("127.0.0.1", 0), partial(Callado, directory=str(noche.carpeta)))
    url = f"http://127.0.0.1:{servidor.server_port}"
    with atendiendo(servidor):
        assert CliRunner().invoke(app, ["verificar", url]).exit_code == 0
        (noche.carpeta / "cortes" / "0003" / "proceso.json").unlink()
        assert CliRunner().invoke(app, ["verificar", url]).exit_code == 1
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

"""Every reader of what comes from outside, given spoiled copies of what is good: each is read, or refused in words.

`puertas.py` is the table; here is that it lacks none.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from puertas import PUERTAS, atacar

import prep
from prep.intercambio import nodo

FUENTE = Path(prep.__file__).parent
CUANTAS = 24


@pytest.fixture(autouse=True)
def reloj_propio(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doors may stop the node's clock: it goes on afterwards."""
    monkeypatch.setattr(nodo, "reloj", nodo.reloj)


def abrir(nombre: str, carpeta: Path) -> Any:
    suya = PUERTAS[nombre]
    semillas, leer = suya.preparar(carpeta)
    for datos in semillas:
        leer(datos)  # what the product itself made is taken
    return semillas, leer


TODAS = [pytest.param(n, marks=pytest.mark.django_db) if p.base else n for n, p in PUERTAS.items()]


@pytest.mark.parametrize("nombre", TODAS)
def test_what_is_spoiled_is_refused_and_nothing_breaks(nombre: str, tmp_path: Path) -> None:
    abierta = abrir(nombre, tmp_path)
    for semilla in range(-(-CUANTAS // PUERTAS[nombre].cara)):
        atacar(nombre, abierta, semilla)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("nombre", "semilla"),
    [
        *(("base_de_otro_prep", 58), ("sobre_guardado", 89), ("respuesta_de_otro_nodo", 1056)),
        *(("contenido_de_un_qr", 1634), ("declaracion_de_ceros", 665), ("archivo_de_una_noche", 10006)),
    ],
)
def test_what_once_broke(nombre: str, semilla: int, tmp_path: Path) -> None:
    """A member of a zip without a name; a stored fact whose subject is no text; a refusal that says nothing; a QR with
    what no QR of ours has; a declaration of a node that does not say of which night; a zip packed in a
    way that Python does not have."""
    atacar(nombre, abrir(nombre, tmp_path), semilla)


@pytest.mark.largo
@pytest.mark.parametrize("nombre", TODAS)
def test_thousands_of_spoiled_copies(nombre: str, tmp_path: Path) -> None:
    abierta = abrir(nombre, tmp_path)

    @hypothesis.settings(max_examples=3_000 // PUERTAS[nombre].cara)
    @given(st.integers(0, 2**63))
    def una(semilla: int) -> None:
        atacar(nombre, abierta, semilla)

    una()


# no door is missing

LEEN = {
    *("orjson.loads", "json.loads", "tomllib.loads", "signing.loads", "leer_canonico", "leer_json"),
    *("csv.reader", "csv.DictReader", "zipfile.ZipFile", "ZipFile", "tarfile.open", "gzip.GzipFile", "gzip.decompress"),
    *("Image.open", "pypdfium2.PdfDocument", "cv2.imdecode", "zxingcpp.read_barcodes", "np.frombuffer"),
    *("x509.load_der_x509_certificate", "json.load", "pickle.loads", "yaml.safe_load", "ElementTree.fromstring"),
}
"""What turns bytes into something else. A function of the product that calls one of these is a door."""
DE_CASA = {
    "a drill's or a measure's own tools, run by whoever measures, on what they made": {
        *("bench/cortes.py:_zip_6", "bench/telefonos.py:_entregar.pedir", "bench/escritorios.py:_con_cortes"),
        *("bench/sentados.py:", "bench/sentados.py:Persona.hacer", "bench/vecinos.py:Extranos.llegar"),
        *("portal/bench.py:carga", "portal/bench.py:cortes", "portal/bench.py:primera_vista"),
        *("laboratorio/entrenamiento/tipos.py:_paquete", "laboratorio/examen.py:_examinar_acta"),
        *("laboratorio/idx.py:leer_idx", "laboratorio/llenar.py:rasterizar"),
        "laboratorio/practica.py:salida_del_escaner",
        *("lectura/cli.py:leer", "reproduccion/reproducir.py:_documento"),
        *("simulacro/puertas/navegador.py:Navegador.pedir_json", "simulacro/puertas/telefono.py:Telefono._json"),
    },
    "files of the package itself": {
        *(
            "diseno/textos/__init__.py:catalogo",
            "portal/textos/__init__.py:textos",
            "lectura/numeral.py:Calibracion.abrir",
        ),
        *("publicacion/esquemas.py:_validador", "publicacion/esquemas.py:_validador_de_elemento"),
        "reproduccion/vocabulario.py:leer_vocabulario",
    },
    "a workbook without rows, which a library just made in memory": {"publicacion/libro.py:libro"},
    "rows that the database keeps, of which `bitacora verificar` says which were changed": {
        *("bitacora/actas.py:leer_publicada", "bitacora/autoridad.py:autoridad_legible"),
        "coordinacion/aciertos.py:_comparar",
        *("catalogo/services/cargar.py:_cargar", "lectura/balance.py:casos", "publicacion/corte.py:_sin_las_dichas"),
        *("publicacion/fuente.py:de_la_eleccion", "publicacion/taller.py:_en_libro"),
    },
    "what this installation published or left for itself in a folder of its own": {
        *("portal/cli.py:importar_mapa", "portal/redibujo.py:redibujar", "portal/sitio.py:Sitio.leer"),
        *("publicacion/continuidad.py:ultimo_corte", "publicacion/corte.py:_anterior", "publicacion/rehacer.py:_mapa"),
        *("intercambio/ceros.py:_con_actas", "sede/actos.py:_acto", "sede/archivo.py:archivar"),
        *("sede/hoja.py:hoja_de_prueba", "sede/redaccion.py:relatar"),
        *("sede/informes.py:del_documento", "sede/relato.py:_leer"),
        *("publicacion/programador.py:Alarma.encender", "publicacion/taller.py:_documentos"),
        # parts of the reserve, whose hashes were looked at
        *("publicacion/demarcacion.py:_de", "publicacion/seccion.py:Pieza.hechas"),
        *("sede/respaldo.py:_de_corte", "sede/salud.py:_cortes", "sede/salud.py:_respaldo", "sede/nodos.py:delegar"),
        "simulacro/tropiezos.py:_huella.firma",
    },
    "what the institute signed, looked at once its signature was": {
        *("intercambio/habilitar.py:_leer_catalogo", "intercambio/habilitar.py:_abrir"),
        "publicacion/publicador.py:Parcial.leer",
    },
    "a publication that was verified whole just before; what has no form is said (`juzgar`)": {
        *("simulacro/publicado.py:_leer_lugar", "simulacro/juez.py:_recorrer", "simulacro/juez.py:_fuera_de_catalogo"),
        "simulacro/mostradas.py:actas_en",
    },
    "it writes": {"papel/word.py:DocumentoWord.docx"},
}
"""Those that no stranger's bytes reach, by why."""


def lectores() -> set[tuple[str, str]]:
    """(file, function) of the product that call one of `LEEN`."""
    hallados = set()

    def mirar(nodo: ast.AST, archivo: str, dentro: str) -> None:
        for hijo in ast.iter_child_nodes(nodo):
            nombre = dentro
            if isinstance(hijo, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                nombre = f"{dentro}.{hijo.name}" if dentro else hijo.name
            if isinstance(hijo, ast.Call) and ast.unparse(hijo.func) in LEEN:
                hallados.add((archivo, dentro))
            mirar(hijo, archivo, nombre)

    for ruta in sorted(FUENTE.rglob("*.py")):
        if "migrations" not in ruta.parts:
            mirar(ast.parse(ruta.read_text("utf-8")), ruta.relative_to(FUENTE).as_posix(), "")
    return hallados


@pytest.mark.django_db
def test_every_reader_is_behind_a_door_or_reads_what_is_ours(tmp_path: Path) -> None:
    """A function that reads bytes and that no good input of the table goes through is a door without its row."""
    pasaron: set[CodeType] = set()

    def mirar(marco: FrameType, que: str, _: Any) -> None:
        pasaron.add(marco.f_code)

    previo = sys.gettrace()
    sys.settrace(mirar)
    try:
        for i, (nombre, puerta) in enumerate(PUERTAS.items()):
            if nombre.startswith("firmado:") and nombre != "firmado:bd/":
                continue  # it goes where that one does, with another file
            (carpeta := tmp_path / str(i)).mkdir()
            semillas, leer = puerta.preparar(carpeta)
            for datos in semillas[:3]:
                leer(datos)
    finally:
        sys.settrace(previo)
    hay = {f"{a}:{f}" for a, f in lectores()}
    cubiertos = {
        f"{Path(c.co_filename).relative_to(FUENTE).as_posix()}:{c.co_qualname.replace('.<locals>', '')}"
        for c in pasaron
        if c.co_filename.startswith(f"{FUENTE}/")
    }
    de_casa = set[str]().union(*DE_CASA.values())
    faltan = sorted(hay - cubiertos - de_casa)
    assert not faltan, "\n".join(faltan)
    assert sorted(de_casa - hay) == []
    assert sorted(de_casa & cubiertos) == []  # who is behind a door needs no excuse

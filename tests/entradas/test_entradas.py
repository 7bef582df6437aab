"""Every reader of what comes from outside, given spoiled copies of what is good: each is read, or refused in words.

`puertas.py` is the table; here is that it lacks none.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from puertas import PUERTAS, atacar

import prep

FUENTE = Path(prep.__file__).parent
CUANTAS = 24


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
DE_CASA: dict[str, str] = {}
"""Those that read only what this installation wrote where nobody else writes, and why that is so."""


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
    pasaron: set[tuple[str, str]] = set()

    def mirar(marco: FrameType, que: str, _: Any) -> None:
        if que == "call" and (archivo := marco.f_code.co_filename).startswith(str(FUENTE)):
            funcion = marco.f_code.co_qualname.replace(".<locals>", "")
            pasaron.add((archivo[len(str(FUENTE)) + 1 :], funcion))

    sys.setprofile(mirar)
    try:
        for i, nombre in enumerate(PUERTAS):
            (carpeta := tmp_path / str(i)).mkdir()
            abrir(nombre, carpeta)
    finally:
        sys.setprofile(None)
    hay = {f"{a}:{f}" for a, f in lectores()}
    cubiertos = {f"{a}:{f}" for a, f in pasaron}
    assert sorted(hay - cubiertos - DE_CASA.keys()) == []
    assert DE_CASA.keys() <= hay

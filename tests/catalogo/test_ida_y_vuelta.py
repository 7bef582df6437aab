"""Writing and reading give the same process; so do storing as JSON and reading back."""

from __future__ import annotations

import csv
import json
import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import rfc8785
from carpetas import CHICA
from carpetas import escribir as escribir_textos
from hypothesis import given, settings
from hypothesis import strategies as st
from procesos import procesos

from prep.catalogo.documento import a_documento, de_documento, huella_de
from prep.catalogo.escritor import CarpetaOcupada, NoSeEscribe, escribir_proceso
from prep.catalogo.informativo import Informativo
from prep.catalogo.lector import leer_proceso
from prep.dominio.tabulacion.proceso import Proceso
from prep.transparencia.canonico import canonico


@given(procesos())
@settings(max_examples=80)
def test_what_is_written_reads_back_the_same(par: tuple[Proceso, Informativo]) -> None:
    with tempfile.TemporaryDirectory() as temporal:
        carpeta = Path(temporal) / "p"
        escribir_proceso(carpeta, *par)
        assert leer_proceso(carpeta) == par


@given(procesos(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_fingerprint_does_not_depend_on_how_it_was_written(
    par: tuple[Proceso, Informativo], azar: random.Random
) -> None:
    """Rows and columns shuffled, everything quoted, other line ends."""
    with tempfile.TemporaryDirectory() as temporal:
        carpeta = Path(temporal) / "p"
        escribir_proceso(carpeta, *par)
        for ruta in carpeta.glob("*.csv"):
            if ruta.name == "columnas.csv":
                continue  # here the order of rows is the order of columns
            with ruta.open(encoding="utf-8", newline="") as archivo:
                encabezado, *filas = list(csv.reader(archivo))
            azar.shuffle(filas)
            orden = list(range(len(encabezado)))
            azar.shuffle(orden)
            with ruta.open("w", encoding="utf-8-sig", newline="") as archivo:
                salida = csv.writer(archivo, quoting=csv.QUOTE_ALL, lineterminator=azar.choice(["\r\n", "\r", "\n"]))
                salida.writerows([[fila[i] for i in orden] for fila in [encabezado, *filas]])
        assert leer_proceso(carpeta) == par


@given(procesos())
@settings(max_examples=40)
def test_to_a_document_and_back(par: tuple[Proceso, Informativo]) -> None:
    documento = a_documento(*par)
    leido = json.loads(canonico(documento))
    assert de_documento({**leido, "huella": par[0].huella}) == par
    assert rfc8785.dumps(documento) == canonico(documento)  # somebody else's canonical JSON


def test_nothing_is_written_over(tmp_path: Path) -> None:
    carpeta = escribir_textos(tmp_path / "a", CHICA)
    par = leer_proceso(carpeta)
    antes = {p.name: p.read_bytes() for p in carpeta.iterdir()}
    with pytest.raises(CarpetaOcupada):
        escribir_proceso(carpeta, *par)
    assert {p.name: p.read_bytes() for p in carpeta.iterdir()} == antes


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    proceso, informativo = leer_proceso(escribir_textos(tmp_path / "a", CHICA))
    gub = proceso.elecciones[0]
    otra = replace(gub.actas[0], demarcacion=9)
    torcido = replace(proceso, elecciones=(replace(gub, actas=(otra, *gub.actas[1:])), proceso.elecciones[1]))
    with pytest.raises(NoSeEscribe, match="no está en la demarcación"):
        escribir_proceso(tmp_path / "b", torcido, informativo)
    formula = replace(informativo, distritos={1: "=1+1"})
    gub = replace(gub, demarcaciones={1: replace(gub.demarcaciones[1], nombre="=1+1")})
    with pytest.raises(NoSeEscribe, match="fórmula"):
        escribir_proceso(tmp_path / "b", replace(proceso, elecciones=(gub, proceso.elecciones[1])), formula)
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_without_information_it_is_written_too(tmp_path: Path) -> None:
    """A process derived from a database brings no names: keys stand in for them and the law's part is the same."""
    proceso, _ = leer_proceso(escribir_textos(tmp_path / "a", {**CHICA, "casillas.csv": SIN_CATD}))
    escribir_proceso(tmp_path / "b", proceso)
    leido, informativo = leer_proceso(tmp_path / "b")
    assert replace(leido, huella="") == replace(proceso, huella="")
    assert leido.huella == huella_de(leido, informativo)
    assert [p.nombre for p in informativo.partidos] == ["SOL", "RIO", "PAZ", "MAR"]
    shutil.rmtree(tmp_path / "b")


SIN_CATD = CHICA["casillas.csv"].replace("CATD-1", "")

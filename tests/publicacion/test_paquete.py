"""Zips made of blocks, opened by readers that we did not write."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.publicacion.paquete import bloque, empacar, en_bloques, entero, tal_cual

HORA = datetime(2027, 6, 6, 22, 15, 31)


def de_la_biblioteca(archivos: list[tuple[str, bytes]], metodo: int) -> bytes:
    """The same zip, by the standard library."""
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", metodo, compresslevel=6) as zip_:
        for nombre, datos in archivos:
            ficha = zipfile.ZipInfo(nombre, HORA.timetuple()[:6])
            ficha.compress_type = metodo
            ficha.external_attr = 0o644 << 16
            ficha.create_system = 3
            zip_.writestr(ficha, datos)
    return salida.getvalue()


nombres = st.text("abcñ_.é", min_size=1, max_size=12)
archivos = st.lists(st.tuples(nombres, st.binary(max_size=2000)), max_size=4, unique_by=lambda a: a[0])


@given(archivos)
def test_files_compressed_whole_give_the_bytes_of_the_standard_library(lista: list[tuple[str, bytes]]) -> None:
    assert empacar([entero(*a) for a in lista], HORA) == de_la_biblioteca(lista, zipfile.ZIP_DEFLATED)
    assert empacar([tal_cual(*a) for a in lista], HORA) == de_la_biblioteca(lista, zipfile.ZIP_STORED)


@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=8))
def test_blocks_are_one_file_to_whoever_opens_the_zip(partes: list[bytes]) -> None:
    bloques = [bloque(p) for p in partes[:-1]] + [bloque(partes[-1], ultimo=True)]
    zip_ = zipfile.ZipFile(io.BytesIO(empacar([en_bloques("a.csv", zip(partes, bloques, strict=True))], HORA)))
    assert zip_.testzip() is None and zip_.read("a.csv") == b"".join(partes)
    assert zip_.getinfo("a.csv").file_size == sum(map(len, partes))


def test_an_outside_unzip_finds_nothing_wrong(tmp_path: Path) -> None:
    programa = shutil.which("unzip") or shutil.which("7z")
    if programa is None:
        pytest.skip("Falta unzip o 7z, con los que se abre el zip desde fuera.")
    textos = [f"{i},{i * 7919 % 1000},UN TEXTO QUE SE REPITE\r\n".encode() * 300 for i in range(20)]
    bloques = [bloque(t) for t in textos] + [bloque(b"", ultimo=True)]
    archivo = tmp_path / "a.zip"
    archivo.write_bytes(empacar([en_bloques("a.csv", zip([*textos, b""], bloques, strict=True))], HORA))
    subprocess.run([programa, "-t" if programa.endswith("unzip") else "t", archivo], check=True, capture_output=True)

"""One place decides where things are, whatever folder a command is typed in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from prep.plataforma import lugares

TODOS = [
    *(lugares.dir_postgres, lugares.dir_llaves, lugares.llave_del_instituto, lugares.archivo_qr),
    *(lugares.llave_de_django, lugares.dir_publicacion, lugares.dir_evidencia, lugares.archivo_alarma),
]


def test_everything_is_under_the_folder_that_was_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREP_DATOS_DIR", str(tmp_path / "otra"))
    for lugar in TODOS:
        assert lugar().is_relative_to(tmp_path / "otra")


def test_the_current_folder_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREP_DATOS_DIR")
    antes = [lugar() for lugar in TODOS]
    monkeypatch.chdir(tmp_path)
    assert [lugar() for lugar in TODOS] == antes


def test_what_is_shown_to_be_typed_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here and from the folder of the program."""
    programa = tmp_path / "con espacio" / "bin" / "prep"
    programa.parent.mkdir(parents=True)
    programa.write_text('#!/bin/sh\necho corrió "$@"\n')
    programa.chmod(0o755)
    monkeypatch.setattr(sys, "prefix", str(programa.parents[1]))
    for desde in (tmp_path, Path("/")):
        monkeypatch.chdir(desde)
        dicho = subprocess.run(["sh", "-c", lugares.para_escribir("llaves ver")], capture_output=True, text=True)
        assert dicho.stdout == "corrió llaves ver\n"

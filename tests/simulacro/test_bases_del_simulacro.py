"""The databases of a drill: what breaks them is real, and what they acknowledged is there afterwards."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from prep.plataforma import postgres
from prep.simulacro.maquinas import Bases, descendientes


@pytest.fixture
def bases() -> Iterator[Bases]:
    """A server in a folder that PostgreSQL's user can enter when we are root."""
    carpeta = Path(tempfile.mkdtemp(prefix="prep-bases-"))
    carpeta.chmod(0o711)
    postgres.asegurar(carpeta / "postgres")
    unas = Bases(carpeta / "postgres")
    yield unas
    unas.parar()
    shutil.rmtree(carpeta, ignore_errors=True)


def conectada(bases: Bases) -> psycopg.Connection[tuple[int]]:
    return psycopg.connect(postgres.url_local(bases.carpeta, rol=postgres.SUPERUSUARIO), autocommit=True)


def anotar(bases: Bases) -> None:
    with conectada(bases) as c:
        c.execute("CREATE TABLE IF NOT EXISTS hechos AS SELECT")
        c.execute("INSERT INTO hechos DEFAULT VALUES")


def anotados(bases: Bases) -> int:
    with conectada(bases) as c:
        fila = c.execute("SELECT count(*) FROM hechos").fetchone()
    assert fila is not None
    return fila[0]


def test_a_full_disk_stops_it_and_the_standby_goes_on_with_all_that_was_acknowledged(bases: Bases) -> None:
    anotar(bases)
    bases.llenar(True)
    with pytest.raises(psycopg.Error), conectada(bases) as c:
        c.execute("CREATE TABLE otra AS SELECT generate_series(1, 100000)")
    bases.llenar(False)
    bases.arrancar()
    anotar(bases)
    principal = bases.carpeta
    bases.acompanar()
    anotar(bases)
    antes = anotados(bases)
    bases.matar()
    bases.relevar()
    assert bases.carpeta != principal and anotados(bases) == antes
    anotar(bases)
    assert anotados(bases) == antes + 1 and postgres.estado(principal).pid is None


def test_a_process_that_ends_while_it_is_looked_at_has_nobody_under_it() -> None:
    for _ in range(200):
        uno = subprocess.Popen(["true"])
        recoge = threading.Thread(target=uno.wait)
        recoge.start()
        while uno.returncode is None:
            assert descendientes(uno.pid) == []
        recoge.join()

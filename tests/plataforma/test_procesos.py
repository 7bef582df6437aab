"""A killed process's folder is swept by the next one; a living one's never."""

from __future__ import annotations

import errno
import gc
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from prep.plataforma.procesos import carpeta_aparte, conservar_memoria, obreros

AUTOGRUPO = Path("/proc/self/autogroup")
QUIEN = """
import os, sys, tempfile
from prep.plataforma.procesos import carpeta_aparte
tempfile.tempdir = sys.argv[1]
with carpeta_aparte("prep-prueba-") as c:
    (c / "a").mkdir()
    (c / "a" / "b").write_text("x")
    print(c, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_gone_at_the_end_also_when_it_fails(temporal: Path) -> None:
    with pytest.raises(ZeroDivisionError), carpeta_aparte("prep-prueba-") as carpeta:
        (carpeta / "x").write_text("x")
        1 / 0  # noqa: B018
    assert list(temporal.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_nothing_else(temporal: Path) -> None:
    ajeno = temporal / "otra-cosa"
    ajeno.mkdir()
    afuera = temporal / "afuera"
    afuera.mkdir()
    (temporal / "prep-prueba-enlace").symlink_to(afuera)
    with (
        subprocess.Popen(
            [sys.executable, "-c", QUIEN, str(temporal)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as vivo,
        subprocess.Popen(
            [sys.executable, "-c", QUIEN, str(temporal)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as muerto,
    ):
        assert vivo.stdout and vivo.stdin and muerto.stdout
        de_vivo, de_muerto = Path(vivo.stdout.readline().strip()), Path(muerto.stdout.readline().strip())
        muerto.kill()
        muerto.wait()
        assert de_muerto.is_dir()
        with carpeta_aparte("prep-prueba-") as mia:
            assert mia.is_dir() and not de_muerto.exists()
            assert (de_vivo / "a/b").read_text() == "x"
        vivo.stdin.close()
        assert vivo.wait() == 0
    assert not de_vivo.exists() and ajeno.is_dir() and afuera.is_dir()


def test_where_folders_cannot_be_locked_it_is_said_and_nothing_is_left(
    temporal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sin_candados(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", sin_candados)
    with pytest.raises(OSError, match="locks"), carpeta_aparte("prep-prueba-"):
        pass
    assert list(temporal.iterdir()) == []


def test_a_worker_looks_for_no_garbage_in_what_it_was_born_with() -> None:
    previas = gc.get_freeze_count()
    with obreros(1) as ejecutor:
        assert ejecutor.submit(gc.get_freeze_count).result() > previas + 1000
    assert gc.get_freeze_count() == previas


def _faltas_de_pagina() -> int:
    """Pages that the system clears for something large, the second time."""
    b"x" * 2**26
    antes = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    b"x" * 2**26
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - antes


def test_who_keeps_its_memory_does_not_ask_for_it_again() -> None:
    with obreros(1) as olvidadizos, obreros(1, conservar_memoria) as ahorradores:
        assert ahorradores.submit(_faltas_de_pagina).result() < 50 < olvidadizos.submit(_faltas_de_pagina).result()


def _cede_su_sesion() -> list[str]:
    """What it yields; nothing in the session that the machine began with, which has none."""
    return AUTOGRUPO.read_text().split()[-1:]


@pytest.mark.skipif(not AUTOGRUPO.exists(), reason="this kernel does not share by sessions")
@pytest.mark.parametrize("propia", [True, False])
def test_who_yields_takes_the_session_that_it_began_with_it_and_no_other(propia: bool) -> None:
    """Among sessions the courtesy of a process counts for nothing: its session's does."""
    guion = (
        "import os; from prep.plataforma.procesos import ceder_el_paso; ceder_el_paso(7); "
        f"print(os.nice(0), *open({str(AUTOGRUPO)!r}).read().split()[-1:])"
    )
    antes = _cede_su_sesion()
    dicho = subprocess.run([sys.executable, "-c", guion], start_new_session=propia, capture_output=True, check=True)
    suya = str(max(7, os.nice(0)))
    assert dicho.stdout.decode().split() == [suya, *([suya] if propia else antes)]


@pytest.mark.skipif(not AUTOGRUPO.exists(), reason="this kernel does not share by sessions")
def test_the_server_yields_as_whoever_runs_it() -> None:
    """It begins a session of its own, which would begin with nothing to yield."""
    guion = (
        "import os; os.nice(7); from prep.plataforma.servidor import sirviendo; from prep.plataforma import servidor; "
        "servidor._esperar = lambda proceso, orden: proceso.wait(); "
        f"sirviendo(['cat', {str(AUTOGRUPO)!r}]).__enter__()"
    )
    dicho = subprocess.run([sys.executable, "-c", guion], capture_output=True, check=True).stdout.split()
    assert dicho[-1] == str(min(19, os.nice(0) + 7)).encode()

"""What is installed, made once for all the tests of this folder."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from servidores import RAIZ, hacer_paquete


@pytest.fixture(scope="session")
def paquete() -> Iterator[Path]:
    """What `make paquete` makes. What is in salida/paquete, when somebody made it, is not asked of the network."""
    with tempfile.TemporaryDirectory(prefix="prep-paquete-") as nombre:
        carpeta = Path(nombre)
        carpeta.chmod(0o755)
        for que in ("ruedas", "debian"):
            if (ya := RAIZ / "salida" / "paquete" / que).is_dir():
                shutil.copytree(ya, carpeta / que)
        hecho = hacer_paquete(carpeta)
        if "no se pudieron" in hecho.stderr:
            pytest.skip(f"No se pudo reunir lo que se lleva: haga «make paquete» donde haya red. {hecho.stderr[-300:]}")
        assert hecho.returncode == 0, hecho.stderr
        yield carpeta


@pytest.fixture
def debian_vacio() -> Iterator[Path]:
    """The files of a Debian 12 with what its installer puts on every machine, and nothing else."""
    if shutil.which("mmdebstrap") is None:
        pytest.skip("En este equipo no hay mmdebstrap, que hace un Debian vacío.")
    with tempfile.TemporaryDirectory(prefix="prep-debian-") as nombre:
        carpeta = Path(nombre) / "raiz"
        orden = ["mmdebstrap", "--quiet", "--variant=important", "bookworm", str(carpeta)]
        hecho = subprocess.run(orden, capture_output=True, text=True, check=False)
        if hecho.returncode:
            pytest.skip(f"No se pudo hacer un Debian vacío: {hecho.stderr[-300:]}")
        yield carpeta

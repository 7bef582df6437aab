"""What the program is installed with: every package named with its licence, in the package that is built."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

RAIZ = Path(__file__).resolve().parents[2]
FIJADA = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\]+)", re.MULTILINE)
ADMITIDAS = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU",
    "MPL-2.0", "PSF-2.0", "Zlib",
}  # fmt: skip


def test_every_pinned_package_is_named_with_a_licence_that_ours_admits() -> None:
    """After `make lock`, `make licencias`."""
    nombradas = {}
    for renglon in (RAIZ / "TERCEROS.txt").read_text().split("\n\n")[1].splitlines():
        nombre, version, licencia = renglon.split(maxsplit=2)
        nombradas[nombre] = version
        assert set(re.split(r"[ ()]+|AND|OR", licencia)) - {""} <= ADMITIDAS, renglon
    assert nombradas == dict(FIJADA.findall((RAIZ / "requirements.lock").read_text()))


def test_the_built_package_carries_our_licence_and_the_notices(tmp_path: Path) -> None:
    fuente = tmp_path / "fuente"
    fuente.mkdir()
    for nombre in ("pyproject.toml", "README.md", "LICENSE", "TERCEROS.txt"):
        shutil.copy(RAIZ / nombre, fuente)
    (fuente / "src" / "prep").mkdir(parents=True)
    shutil.copy(RAIZ / "src" / "prep" / "__init__.py", fuente / "src" / "prep")
    programa = "import setuptools.build_meta as b, sys; print(b.build_wheel(sys.argv[1]))"
    hecho = subprocess.run(
        [sys.executable, "-c", programa, str(tmp_path)], cwd=fuente, capture_output=True, text=True, timeout=120
    )
    assert hecho.returncode == 0, hecho.stderr
    with zipfile.ZipFile(tmp_path / hecho.stdout.splitlines()[-1]) as rueda:
        for nombre in ("LICENSE", "TERCEROS.txt"):
            (dentro,) = [n for n in rueda.namelist() if n.endswith(f".dist-info/licenses/{nombre}")]
            assert rueda.read(dentro) == (RAIZ / nombre).read_bytes()

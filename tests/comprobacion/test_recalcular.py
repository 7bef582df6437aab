"""The script for third parties reproduces every figure with nothing of this product at hand."""

import json
import shutil
import subprocess
import sys

import pytest

from emision_fabrica import Noche


@pytest.fixture
def correr(tmp_path, pytestconfig):
    """The script alone in a folder, with an interpreter that sees no installed package."""
    shutil.copy(pytestconfig.rootpath / "src" / "prep" / "comprobacion" / "recalcular.py", tmp_path)
    return lambda *a: subprocess.run(
        [sys.executable, "-I", "-S", "recalcular.py", *a], cwd=tmp_path, capture_output=True, text=True
    )


def test_every_figure(correr, tmp_path):
    noche = Noche(tmp_path / "sitio", secciones=30)
    noche.publicar(0.6)
    noche.publicar(0.9, cierre=True)
    for corte in ("1", "2"):
        r = correr("sitio", "--corte", corte)
        assert r.returncode == 0, r.stdout + r.stderr
    assert int(r.stdout.split(": ")[1].split()[0]) > 3000 and r.stdout.endswith(" 0 distintas\n")
    archivo = tmp_path / "sitio" / "cortes" / "0002" / "AYUN" / "resumen.json"
    resumen = json.loads(archivo.read_text())
    resumen["por_partido"][2]["coalicion"] += 1
    archivo.write_text(json.dumps(resumen))
    r = correr("sitio")
    assert r.returncode == 1 and r.stdout.startswith("DISTINTA AYUN, entidad, PRD de coalición")
    assert correr("nada").returncode == 2

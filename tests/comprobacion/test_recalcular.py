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
    for corte in ("1", "2", "3"):
        r = correr("sitio", "--corte", corte)
        assert r.returncode == 0, r.stdout + r.stderr
    assert int(r.stdout.split(": ")[1].split()[0]) > 3000 and " 0 distintas\n" in r.stdout
    falta = r.stdout.split("No se recalculó: ")[1].split(". ")[0].split(", ")
    from prep.comprobacion.verificar import Opciones, verificar
    from prep.transparencia.almacen import Carpeta

    assert set(verificar(Carpeta(tmp_path / "sitio"), Opciones(espera=0)).no_recalculados) <= set(falta)
    archivo = tmp_path / "sitio" / "cortes" / "0003" / "AYUN" / "resumen.json"
    resumen = json.loads(archivo.read_text())
    resumen["por_partido"][2]["coalicion"] += 1
    archivo.write_text(json.dumps(resumen))
    r = correr("sitio")
    assert r.returncode == 1 and r.stdout.startswith("DISTINTA AYUN, entidad, PRD de coalición")
    archivo.write_text(json.dumps(resumen).replace('"total"', '"total": 1, "total"', 1))
    r = correr("sitio")
    assert r.returncode == 2 and "dos veces" in r.stderr
    assert correr("nada").returncode == 2

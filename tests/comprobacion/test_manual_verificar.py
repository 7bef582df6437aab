"""The page of commands for citizens does what it says, command by command, and fails where it must."""

import os
import re
import shutil
import subprocess

import pytest

from emision_fabrica import Noche


@pytest.fixture
def correr(tmp_path, pytestconfig):
    if not (shutil.which("openssl") and shutil.which("sha256sum") and shutil.which("bash")):
        pytest.skip("faltan openssl, sha256sum o bash")
    manual = (pytestconfig.rootpath / "docs" / "verificar.md").read_text()
    (tmp_path / "t").mkdir()
    guion = "\n".join(re.findall(r"```sh\n(.*?)```", manual, re.S)).replace("/tmp/", f"{tmp_path}/t/")
    noche = Noche(tmp_path / "sitio")
    noche.publicar(0.5)
    noche.publicar(0.5)
    assert guion.count("sha256sum") == 3
    return noche.carpeta, lambda: subprocess.run(
        ["bash", "-euo", "pipefail", "-c", guion], cwd=noche.carpeta, capture_output=True, text=True, env=os.environ
    )


def test_every_step(correr):
    carpeta, todo = correr
    r = todo()
    assert r.returncode == 0 and "5 hojas dan la raíz firmada" in r.stdout, r.stderr
    for ruta in ("checkpoint", "tile/entries/000.p/5", "cortes/0003/corte.json", "cortes/0003/proceso.json", "imagen"):
        archivo = carpeta / ruta if ruta != "imagen" else min((carpeta / "imagenes").rglob("*.jpg"))
        bueno = archivo.read_bytes()
        archivo.write_bytes(bueno[:30] + bytes([bueno[30] ^ 1]) + bueno[31:] if len(bueno) > 30 else b"x" + bueno)
        assert todo().returncode != 0, ruta
        archivo.write_bytes(bueno)

"""What the program is installed with: every package named with its licence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
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


def test_the_bill_of_materials_names_what_the_lock_does_with_its_hashes(tmp_path: Path) -> None:
    """`make sbom`. The lock is read here another way: line by line."""
    orden = [sys.executable, RAIZ / "herramientas" / "sbom.py"]
    for nombre in ("una.json", "otra.json"):
        subprocess.run([*orden, tmp_path / nombre], check=True, capture_output=True, cwd=tmp_path)
    assert (tmp_path / "una.json").read_bytes() == (tmp_path / "otra.json").read_bytes()
    doc = json.loads((tmp_path / "una.json").read_text())
    fijado: dict[str, set[str]] = {}
    for renglon in (RAIZ / "requirements.lock").read_text().splitlines():
        if "==" in renglon:
            ultimo = fijado.setdefault(renglon.split(" ")[0], set())
        elif "--hash=sha256:" in renglon:
            ultimo.add(renglon.partition("sha256:")[2].split(" ")[0])
    huellas = {
        f"{c['name']}=={c['version']}": {h["content"] for r in c["externalReferences"] for h in r["hashes"]}
        for c in doc["components"]
    }
    assert huellas == fijado
    assert all(c["licenses"][0]["expression"] for c in doc["components"])
    referidos = {c["bom-ref"] for c in doc["components"]} | {doc["metadata"]["component"]["bom-ref"]}
    pedidos = {a for d in doc["dependencies"] for a in d["dependsOn"]}
    assert {d["ref"] for d in doc["dependencies"]} == referidos
    assert pedidos == {c["bom-ref"] for c in doc["components"]}  # whatever is installed, something asked for it


def test_without_a_way_out_nobody_is_told_that_it_was_audited() -> None:
    """CI runs `make auditar` first: with no network it says aloud what was not done, and goes on."""
    assert "make --no-print-directory auditar\n" in (RAIZ / ".ci" / "run").read_text()
    sin_salida = os.environ | {"https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    hecho = subprocess.run(
        ["sh", RAIZ / "herramientas" / "auditar.sh"], env=sin_salida, capture_output=True, text=True, timeout=120
    )
    assert (hecho.returncode, hecho.stdout) == (0, "") and "NO SE AUDITARON LAS DEPENDENCIAS" in hecho.stderr

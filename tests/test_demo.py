"""The whole chain, as a newcomer runs it: doors, nodes, desks, a mirror, a vote changed, the judge and its report."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from prep.comprobacion.verificar import Opciones, verificar
from prep.transparencia.almacen import Carpeta


@pytest.fixture
def carpeta() -> Iterator[Path]:
    """A folder that PostgreSQL's user can enter when we are root."""
    carpeta = Path(tempfile.mkdtemp(prefix="prep-demo-"))
    carpeta.chmod(0o711)
    yield carpeta
    shutil.rmtree(carpeta, ignore_errors=True)


@pytest.mark.timeout(1200)
def test_a_small_night(carpeta: Path) -> None:
    """`prep demo --salir` ends with 0 only when every figure equals the truth, a stranger's check agrees and the mirror
    refused the vote that was changed. Who sits beside its people came in by the same door."""
    entorno = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "PREP_DATOS_DIR")}
    hecho = subprocess.run(
        [sys.executable, "-m", "prep", "demo", "--salir", "--puerto", "0", "--casillas", "4", "--velocidad", "900"],
        env=entorno | {"PREP_DATOS_DIR": str(carpeta), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    assert len(re.findall(r"igual\s*$", hecho.stdout, re.MULTILINE)) == 3
    assert "100 % DE LO QUE EXISTE: " in hecho.stdout
    (verificado,) = re.findall(r"Verificación independiente: CORRECTO.*", hecho.stdout)
    assert "páginas" not in verificado  # drawn again, every one
    assert len(re.findall(r"usuario \w+, contraseña \w+", hecho.stdout)) == 6
    assert len(re.findall(r"segundo factor: secreto [A-Z2-7]{32}", hecho.stdout)) == 2

    demo = carpeta / "demo"
    publicacion, informe = demo / "publicacion", demo / "informe"
    veredicto = json.loads((informe / "veredicto.json").read_bytes())
    assert (veredicto["codigo"], veredicto["cierre"], veredicto["sello"]["antes"]) == (0, True, True)
    assert veredicto["veredicto"] in (informe / "informe.html").read_text()
    assert (publicacion / "documentos" / f"{veredicto['verdad']}.json").exists()
    assert all((informe / f"{n}.pdf").read_bytes().startswith(b"%PDF-") for n in ("informe", "empates"))
    corrida = json.loads((demo / "corrida.json").read_bytes())
    assert [(c["listos"], bool(c["abrio"] and c["cerro"])) for c in corrida["centros"]] == [(9, True)] * 2
    assert len(corrida["marcha"]) > 1 and all(m["abrio"] and m["cerro"] for m in corrida["marcha"])
    assert corrida["problemas"] == []  # it ended because all was done, and not because nothing moved any more
    (falla,) = corrida["fallas"]
    assert falla["tipo"] == "sin_internet" and "catd-2" in falla["que"] and falla["midio"]
    assert corrida["gente"]["capturas en CATD"] > 0 and corrida["gente"]["actas cotejadas"] >= corrida["actas"]

    assert (demo / "espejo" / "ultimo.json").read_bytes() == (publicacion / "ultimo.json").read_bytes()
    assert "El espejo no la mostró: " in hecho.stdout
    assert verificar(Carpeta(demo / "alterada"), Opciones()).codigo == 1
    assert verificar(Carpeta(publicacion), Opciones()).codigo == 0

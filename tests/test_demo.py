"""The whole chain, as a newcomer runs it: paper, pictures, facts, cortes, closing, the judge and its report."""

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

from prep.simulacro.noche import Noche


@pytest.fixture
def carpeta() -> Iterator[Path]:
    """A folder that PostgreSQL's user can enter when we are root."""
    carpeta = Path(tempfile.mkdtemp(prefix="prep-demo-"))
    carpeta.chmod(0o711)
    yield carpeta
    shutil.rmtree(carpeta, ignore_errors=True)


@pytest.mark.timeout(1200)
def test_a_whole_night(carpeta: Path) -> None:
    """`prep demo --salir` ends with 0 only when every figure equals the truth and a stranger's check agrees. What the
    reader caught is what two people were made to type wrong, known here from the seed alone."""
    hecho = prep(carpeta, "demo", "--salir", "--puerto", "0")
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    assert len(re.findall(r"igual\s*$", hecho.stdout, re.MULTILINE)) == 3
    assert "100 % DE LO QUE EXISTE: " in hecho.stdout
    (verificado,) = re.findall(r"Verificación independiente: CORRECTO.*", hecho.stdout)
    assert "páginas" not in verificado  # drawn again, every one
    publicacion = carpeta / "demo" / "publicacion"
    assert len(list((publicacion / "cortes").iterdir())) == 14
    assert len(list((publicacion / "imagenes").rglob("*.jpg"))) > 150
    inicio = carpeta / "demo" / "inicio"
    veredicto = json.loads((inicio / "veredicto.json").read_bytes())
    assert (veredicto["codigo"], veredicto["cierre"], veredicto["sello"]["antes"]) == (0, True, True)
    assert len(veredicto["empates"]) >= 3
    assert veredicto["veredicto"] in (inicio / "informe.html").read_text()
    assert (publicacion / "documentos" / f"{veredicto['verdad']}.json").exists()
    assert all((inicio / f"{n}.pdf").read_bytes().startswith(b"%PDF-") for n in ("informe", "empates"))

    mal = equivocadas(carpeta / "demo" / "proceso")
    informe = json.loads(prep(carpeta / "demo", "lectura", "informe", "--json").stdout)
    atrapadas = {a["acta"] for a in informe["avisos"] if a["desenlace"] == "atrapado"}
    assert len(mal) >= 3 and atrapadas <= mal
    assert len(atrapadas) == informe["errores_atrapados"] > len(mal) / 2
    assert informe["errores_atrapados"] + informe["errores_no_vistos"] == len(mal)
    assert not mal & {a["acta"] for a in informe["avisos"] if a["desenlace"] == "falsa_alarma"}
    assert (informe["avisos_tardios"], informe["pendientes"], informe["sin_leer"]) == (0, 0, 0)
    assert f"De {len(mal)} errores iguales de ambas personas devolvió {len(atrapadas)};" in " ".join(
        hecho.stdout.split()
    )


def equivocadas(proceso: Path) -> set[str]:
    """The actas of the demonstration that both people typed wrong, imagined again."""
    from prep.catalogo.lector import leer_proceso
    from prep.demo import AMBAS_MAL, CIERRE
    from prep.simulacro.diseno import disenar

    leido = leer_proceso(proceso)
    noche = Noche(*leido, CIERRE, 2027, ambas_mal=AMBAS_MAL, votos=disenar(*leido, 2027).votos)
    actas = list(noche.papeles())
    for acta in actas:
        noche.vivir(acta, "ab" * 32)
    return {a.esperada.clave for a in actas if a.mal}


def prep(datos: Path, *orden: str) -> subprocess.CompletedProcess[str]:
    entorno = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "PREP_DATOS_DIR")}
    return subprocess.run(
        [sys.executable, "-m", "prep", *orden],
        env=entorno | {"PREP_DATOS_DIR": str(datos), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )

"""With what is handed over and the kit alone an auditor finds what was planted: no database, nobody to ask."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from typer.testing import CliRunner

from pequeno import FIN, LLAVE, Plan, Simulacro, correr, falsear
from prep.bitacora.asientos import cabeza
from prep.bitacora.exportacion import exportar
from prep.bitacora.nodos import NodoInstituto, nodo_local
from prep.bitacora.services import anotar
from prep.bitacora.services.asentar import Pedido, asentar
from prep.catalogo.problemas import ProcesoInvalido
from prep.cli import app
from prep.dominio.acta.hechos import Tipo, sujeto_de
from prep.dominio.comun.hecho import Hecho, nuevo_hecho
from prep.plataforma import huella
from prep.sede.huella import tomar
from prep.seguimiento.hallazgos import escribir_vacia, leer_hallazgos

GUIA = "docs/guia-del-auditor.md"
INTRUSO = "p-intruso"
DATOS = {Tipo.CAPTURADA, Tipo.DICTAMINADA, Tipo.DECIDIDA, Tipo.VERIFICADA}


def prep(*argumentos: object) -> tuple[int, str]:
    """How a command ends, and all that it says on one line."""
    hecho = CliRunner().invoke(app, [str(a) for a in argumentos])
    assert hecho.exception is None or isinstance(hecho.exception, SystemExit), hecho.exception
    return hecho.exit_code, " ".join(hecho.output.split())


@dataclass
class Entregado:
    """What the auditor is given. `limpia`: the bitácora before anything was planted in it."""

    simulacro: Simulacro
    limpia: Path
    bitacora: Path
    politica: Path
    auditada: Path
    dos: tuple[str, str]
    """The two accounts of one person."""
    ajena: str
    """Where somebody wrote without being anybody."""

    @property
    def publicacion(self) -> Path:
        return self.simulacro.publicacion


@pytest.fixture(scope="module")
def entregado(bases: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entregado]:
    carpeta = tmp_path_factory.mktemp("entregado")
    with django_db_blocker.unblock(), bases.nueva():
        s = correr(carpeta, Plan())
        exportada(carpeta / "limpia.jsonl")
        una = next(a for a in s.actas if any(h.tipo == Tipo.VERIFICADA for h in a.hechos))
        dos = tuple(next(h.persona for h in una.hechos if h.tipo == t) for t in (Tipo.CAPTURADA, Tipo.VERIFICADA))
        cotejo = nuevo_hecho(*("cotejada", sujeto_de(una.esperada.clave), INTRUSO, FIN, {"resultado": "1"}))
        misma = nuevo_hecho("misma_persona", f"persona:{dos[0]}", "instituto", FIN, {"otra": dos[1]})
        with transaction.atomic():
            planta = Pedido([cotejo], FIN + timedelta(hours=1), lambda *_: None, exige=False)
            asentar([planta], nodo_local(carpeta / "llaves"))
        anotar([misma], NodoInstituto(LLAVE, LLAVE.llave.publica), FIN + timedelta(hours=1))
        exportada(carpeta / "bitacora.jsonl")
        (carpeta / "auditada.json").write_text(json.dumps(tomar()))
    (carpeta / "politica").write_text(f"log {LLAVE.llave.vkey}\nquorum none\n")
    yield Entregado(
        *(s, carpeta / "limpia.jsonl", carpeta / "bitacora.jsonl", carpeta / "politica", carpeta / "auditada.json"),
        *(dos, una.esperada.clave),
    )


def exportada(destino: Path) -> None:
    with destino.open("wb") as salida:
        assert exportar(salida) == cabeza().tamano


def test_what_is_as_it_should_be_is_said_so(entregado: Entregado) -> None:
    e = entregado
    assert prep("verificar", e.publicacion, "--politica", e.politica)[0] == 0
    assert prep("bitacora", "verificar", e.limpia, "--publicacion", e.publicacion, "--politica", e.politica)[0] == 0
    assert prep("auditoria", "huellas", e.auditada, e.auditada)[0] == 0
    codigo, dicho = prep("auditoria", "separacion", e.limpia)
    assert codigo == 0 and "Nadie hizo en una misma acta" in dicho, dicho
    codigo, dicho = prep("auditoria", "ignorados", e.limpia, "--publicacion", e.publicacion)
    assert codigo == 0 and dicho.endswith("Todo cuenta."), dicho


def test_the_steps_of_the_guide_that_need_nothing_of_ours(
    entregado: Entregado, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    """The fingerprint with `sha256sum`, and that it was in zeros with Python alone; each can say no."""
    de_la_huella, de_ceros = re.findall(r"```bash\n(.*?)```", (pytestconfig.rootpath / GUIA).read_text("utf-8"), re.S)
    paquete = Path(huella.__file__).parents[1]
    assert en_bash(de_la_huella, paquete) == (0, f"{huella.huella()}  -\n")
    (tmp_path / "cortes").symlink_to(entregado.publicacion / "cortes")
    hechos = entregado.limpia.read_text().splitlines(keepends=True)
    (tmp_path / "bitacora.jsonl").write_text("".join(hechos))
    codigo, dicho = en_bash(de_ceros, tmp_path)
    assert codigo == 0 and dicho.startswith("En ceros: "), dicho
    de_acta = next(h for h in hechos if '"sujeto":"acta:' in h)
    colado = json.dumps(json.loads(de_acta) | {"posicion": 1}) + "\n"
    (tmp_path / "bitacora.jsonl").write_text("".join([hechos[0], colado, *hechos[2:]]))
    assert en_bash(de_ceros, tmp_path)[0] == 1


def en_bash(guion: str, carpeta: Path) -> tuple[int, str]:
    hecho = subprocess.run(["bash", "-euo", "pipefail", "-c", guion], cwd=carpeta, capture_output=True, text=True)
    return hecho.returncode, hecho.stdout


def corre(auditada: Path, destino: Path, archivo: str) -> Path:
    """The fingerprint of a copy of the program in which a byte of that file changed."""
    paquete = destino / "prep"
    shutil.copytree(Path(huella.__file__).parents[1], paquete, ignore=shutil.ignore_patterns("__pycache__"))
    with (paquete / archivo).open("ab") as cambiado:
        cambiado.write(b"\n")
    otra = json.loads(auditada.read_text()) | {"archivos": huella.archivos(paquete)}
    (destino / "huella.json").write_text(json.dumps(otra))
    return destino / "huella.json"


def test_six_planted_faults_are_found_each_by_its_name(entregado: Entregado, tmp_path: Path) -> None:
    e = entregado
    # 1 and 2: the code of the centre, and PREP Casilla as a node serves it
    for lugar, archivo in (("sede", "dominio/tabulacion/coaliciones.py"), ("nodo", "casilla/static/casilla/envio.js")):
        codigo, dicho = prep("auditoria", "huellas", e.auditada, corre(e.auditada, tmp_path / lugar, archivo))
        assert codigo == 1 and f"archivo del programa: cambió {archivo}" in dicho, dicho
        assert dicho.count("cambió") == 1

    # 3: a figure, in everything that the institute signed again
    def una_de_mas(corte: int, acta: dict[str, Any]) -> None:
        if acta["clave"] == e.ajena and "valores" in acta:
            votos = acta["valores"]["votos"]
            votos[next(c for c, n in votos.items() if isinstance(n, int))] += 100

    falseada = falsear(e.simulacro, tmp_path / "falseada", una_de_mas)
    codigo, dicho = prep("verificar", falseada, "--politica", e.politica, "--sin-paginas")
    assert codigo == 1 and e.ajena in dicho, dicho

    # 4: a picture
    copia = tmp_path / "copia"
    shutil.copytree(e.publicacion, copia)
    foto = next((copia / "imagenes").rglob("*.jpg"))
    foto.unlink()
    foto.write_bytes(b"otra cosa")
    codigo, dicho = prep("verificar", copia, "--politica", e.politica, "--sin-paginas")
    assert codigo == 1 and foto.stem in dicho, dicho

    # 5: a fact of somebody who is nobody
    lista = tmp_path / "ignorados.csv"
    codigo, dicho = prep("auditoria", "ignorados", e.bitacora, "--publicacion", e.publicacion, "--csv", lista)
    filas = list(csv.DictReader(lista.open(encoding="utf-8-sig")))
    (ajena,) = [f for f in filas if f["persona"] == INTRUSO]
    assert (ajena["sujeto"], ajena["motivo"], ajena["corte"]) == (f"acta:{e.ajena}", "PERSONA_DESCONOCIDA", "")
    assert codigo == 0 and "PERSONA_DESCONOCIDA" in dicho
    codigo, dicho = prep("auditoria", "ignorados", e.bitacora, "--publicacion", e.publicacion, "--corte", 3)
    assert codigo == 0 and "PERSONA_DESCONOCIDA" not in dicho, "it came after the last corte"

    # 6: one person twice, under two accounts
    lista = tmp_path / "dobles.csv"
    codigo, dicho = prep("auditoria", "separacion", e.bitacora, "--csv", lista)
    halladas = {f["acta"] for f in csv.DictReader(lista.open(encoding="utf-8-sig"))}
    assert codigo == 1 and halladas == {clave for clave, hechos in de_los_dos(e).items() if len(hechos) > 1}
    assert e.ajena in halladas and f"{len(halladas)} casos" in dicho


def de_los_dos(e: Entregado) -> dict[str, list[Hecho]]:
    """By acta, what either account typed, ruled or verified: all of one round, in this night."""
    return {
        a.esperada.clave: [h for h in a.hechos if h.tipo in DATOS and h.persona in e.dos] for a in e.simulacro.actas
    }


FILA = {
    "numero": "H-1",
    "gravedad": "alta",
    "que": "La contraseña viaja en claro",
    "donde": "PREP Casilla",
    "detectado": "2027-03-01",
    "atiende": "Informática",
    "estatus": "abierto",
}


def test_a_finding_stays_until_it_is_closed_with_its_evidence(tmp_path: Path) -> None:
    def escribir(**cambios: str) -> None:
        filas = [FILA, FILA | {"numero": "H-2", "gravedad": "critica"} | cambios]
        archivo.unlink()
        escribir_vacia(tmp_path)
        columnas = archivo.read_text("utf-8-sig").strip().split(",")
        with archivo.open("a", encoding="utf-8", newline="") as salida:
            csv.DictWriter(salida, columnas, restval="").writerows(filas)

    hoy = date(2027, 4, 1)
    archivo = escribir_vacia(tmp_path)
    assert leer_hallazgos(tmp_path, hoy) == []
    escribir()
    assert [h.numero for h in leer_hallazgos(tmp_path, hoy)] == ["H-2", "H-1"], "the gravest first"
    cerrado = {"estatus": "cerrado", "cerrado": "2027-03-20", "evidencia": "evidencia/h-2.pdf"}
    for cambios, campos in (
        (cerrado, {"evidencia"}),
        (cerrado | {"evidencia": ""}, {"evidencia"}),
        (cerrado | {"cerrado": ""}, {"cerrado", "evidencia"}),
        ({"cerrado": "2027-03-20"}, {"cerrado"}),
        ({"detectado": "2027-05-01"}, {"detectado"}),
        ({"vence": "2027-02-01", "numero": "H-1"}, {"vence", "numero"}),
    ):
        escribir(**cambios)
        with pytest.raises(ProcesoInvalido) as error:
            leer_hallazgos(tmp_path, hoy)
        assert {p.campo for p in error.value.problemas} == campos, cambios
        assert {p.linea for p in error.value.problemas} == {3}
    (tmp_path / "evidencia").mkdir()
    (tmp_path / "evidencia" / "h-2.pdf").touch()
    escribir(**cerrado)
    assert [h.estatus for h in leer_hallazgos(tmp_path, hoy)] == ["cerrado", "abierto"]

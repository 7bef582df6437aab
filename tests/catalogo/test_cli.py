"""`prep proceso …` as a person uses it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from carpetas import CHICA, escribir
from typer.testing import CliRunner

from prep.cli import app
from semillero import Semillero

CORRER = CliRunner()


def test_validar_accepts_a_good_folder(tmp_path: Path) -> None:
    salida = CORRER.invoke(app, ["proceso", "validar", str(escribir(tmp_path, CHICA))])
    assert salida.exit_code == 0
    assert "Sin problemas. Huella" in salida.stdout


def test_validar_lists_file_line_and_field(tmp_path: Path) -> None:
    malo = {**CHICA, "casillas.csv": CHICA["casillas.csv"].replace("1,B,1,700", "1,B,1,mil")}
    salida = CORRER.invoke(app, ["proceso", "validar", str(escribir(tmp_path, malo))])
    assert salida.exit_code == 1
    (renglon,) = [r for r in salida.stdout.splitlines() if "casillas.csv" in r]
    assert renglon.split()[:3] == ["casillas.csv", "2", "lista_nominal"]
    assert "«mil» no es un número entero" in renglon
    assert "1 problema. Corríjalos y repita la orden." in salida.stdout


def test_validar_reports_in_json(tmp_path: Path) -> None:
    malo = {**CHICA, "catd.csv": "clave,nombre\n"}
    salida = CORRER.invoke(app, ["proceso", "validar", str(escribir(tmp_path / "a", malo)), "--json"])
    assert salida.exit_code == 1
    informe = json.loads(salida.stdout)
    assert informe["valido"] is False
    assert {(p["archivo"], p["linea"], p["campo"]) for p in informe["problemas"]} == {
        ("casillas.csv", 2, "catd"),
        ("casillas.csv", 3, "catd"),
        ("personas.csv", 2, "lugar"),
    }
    salida = CORRER.invoke(app, ["proceso", "validar", str(escribir(tmp_path / "b", CHICA)), "--json"])
    assert salida.exit_code == 0
    assert json.loads(salida.stdout)["problemas"] == []


def test_what_the_file_says_gives_no_orders_to_the_terminal(tmp_path: Path) -> None:
    """Neither escape sequences nor rich's markup get through."""
    malo = {**CHICA, "personas.csv": "persona,rol,lugar\n[red]x[/red],\x1b[31mjefe,CCV\n"}
    salida = CORRER.invoke(app, ["proceso", "validar", str(escribir(tmp_path, malo))])
    assert "\x1b" not in salida.stdout
    assert "[red]x[/red]" in salida.stdout


def test_what_ejemplo_writes_validar_accepts(tmp_path: Path) -> None:
    carpeta = str(tmp_path / "con espacio" / "p")
    salida = CORRER.invoke(app, ["proceso", "ejemplo", carpeta, "--casillas", "61"])
    assert salida.exit_code == 0, salida.output
    assert CORRER.invoke(app, ["proceso", "validar", carpeta]).exit_code == 0
    otra_vez = CORRER.invoke(app, ["proceso", "ejemplo", carpeta])
    assert otra_vez.exit_code == 1
    assert "no es una carpeta vacía" in str(otra_vez.exception)
    chica = CORRER.invoke(app, ["proceso", "ejemplo", str(tmp_path / "q"), "--casillas", "5"])
    assert chica.exit_code == 1
    assert not (tmp_path / "q").exists()


@pytest.fixture
def entorno(tmp_path: Path, url_postgres: str) -> Iterator[dict[str, str]]:
    """The environment of the real command, with a database of its own."""
    nombre = f"cli_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url_postgres, autocommit=True) as conexion:
        conexion.execute(f"CREATE DATABASE {nombre}")
        base, _, consulta = url_postgres.partition("?")
        yield {
            **os.environ,
            "DATABASE_URL": base.rsplit("/", 1)[0] + f"/{nombre}" + (f"?{consulta}" if consulta else ""),
            "PREP_DATOS_DIR": str(tmp_path / "datos"),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        conexion.execute(f"DROP DATABASE {nombre} WITH (FORCE)")


def prep(entorno: dict[str, str], *argumentos: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "prep", "proceso", *argumentos],
        env=entorno,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def salida(proceso: subprocess.Popen[str]) -> tuple[int, str]:
    texto = proceso.communicate()[0]
    return proceso.returncode, texto


def test_what_importar_keeps_ver_shows(tmp_path: Path, entorno: dict[str, str], semillero: Semillero) -> None:
    def proceso(*argumentos: str) -> tuple[int, str]:
        return semillero.correr(["proceso", *argumentos], tmp_path, entorno)

    buena, mala = str(escribir(tmp_path / "b", CHICA)), str(escribir(tmp_path / "m", {**CHICA, "casillas.csv": "x"}))
    rc, texto = proceso("importar", mala)
    assert (rc, "Nada se importó" in texto) == (1, True)
    rc, texto = proceso("ver")
    assert (rc, "importe uno" in texto) == (1, True)
    rc, texto = proceso("importar", buena)
    assert (rc, "Importado como borrador" in texto) == (0, True), texto
    rc, texto = proceso("ver")
    assert (rc, "Estado: borrador. Modo: prueba." in texto) == (0, True)


def test_several_people_import_at_once(tmp_path: Path, entorno: dict[str, str]) -> None:
    """One process, whole: one of them stores it, the others find it there."""
    carpeta = str(tmp_path / "p")
    CORRER.invoke(app, ["proceso", "ejemplo", carpeta, "--casillas", "300"])
    assert salida(prep(entorno, "importar", str(escribir(tmp_path / "b", CHICA))))[0] == 0
    corridas = [prep(entorno, "importar", carpeta) for _ in range(3)]
    salidas = [salida(c) for c in corridas]
    assert [rc for rc, _ in salidas] == [0, 0, 0], salidas
    assert sorted("Nada cambió" in texto for _, texto in salidas) == [False, True, True]
    with psycopg.connect(entorno["DATABASE_URL"]) as conexion:
        filas = conexion.execute(
            "SELECT p.clave, (SELECT count(*) FROM catalogo_casilla c WHERE c.proceso_id = p.id) "
            "FROM catalogo_proceso p ORDER BY 1"
        ).fetchall()
    assert filas == [("CHICO-1", 5), ("DEMO-JAL", 300)]


@pytest.mark.parametrize("orden", ["validar", "ejemplo", "importar", "ver"])
def test_the_help_is_in_spanish(orden: str) -> None:
    salida = CORRER.invoke(app, ["proceso", orden, "--help"])
    assert salida.exit_code == 0
    assert any(p in salida.stdout for p in ("carpeta", "Carpeta", "Muestra"))

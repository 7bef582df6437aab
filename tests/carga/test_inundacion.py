"""A flood of strangers, against a whole installation as it is run: `prep servir`, our PostgreSQL, the sede and people.

What it prints are the figures; see `prep.bench.extranos` for what the strangers do and `cortes.py` for the sede.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from prep.bench.vecinos import Extranos
from prep.plataforma import postgres
from prep.plataforma.puertos import reservables

AQUI = Path(__file__).parent


@dataclass
class Instalacion:
    carpeta: Path
    puerto: int
    entorno: dict[str, str]
    galletas: list[str]
    sede: subprocess.Popen[str]


@pytest.fixture
def instalacion() -> Iterator[Instalacion]:
    carpeta = Path(tempfile.mkdtemp(prefix="prep-carga-"))
    carpeta.chmod(0o711)
    limpio = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    rutas = os.pathsep.join([os.environ["PYTHONPATH"], str(AQUI.parent), str(AQUI.parent / "publicacion")])
    entorno = limpio | {"PREP_DATOS_DIR": str(carpeta), "PREP_SIN_TLS": "1", "PYTHONPATH": rutas, "COLUMNS": "200"}
    puerto = reservables(1)[0]
    sede = subprocess.Popen(
        [sys.executable, str(AQUI / "cortes.py"), str(carpeta / "publicacion"), "2"],
        env=entorno, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert sede.stdout
    galletas = json.loads(sede.stdout.readline())
    servir = subprocess.Popen(
        [sys.executable, "-m", "prep", "servir", "--puerto", str(puerto)],
        env=entorno,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert servir.stdout
    try:
        assert "Atendiendo" in servir.stdout.readline()
        yield Instalacion(carpeta, puerto, entorno, galletas, sede)
    finally:
        servir.send_signal(signal.SIGTERM)
        servir.wait(60)
        sede.kill()
        sede.wait()
        postgres.parar(carpeta / "postgres")
        shutil.rmtree(carpeta, ignore_errors=True)


@dataclass
class Gente:
    """People who are signed in, each asking for a page of theirs every second, on one connection."""

    puerto: int
    inundados: bool = False
    tiempos: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})
    """What they waited, by whether strangers flooded when they asked."""
    dichos: Counter[int] = field(default_factory=Counter)
    acabaron: threading.Event = field(default_factory=threading.Event)

    def trabajar(self, galleta: str) -> None:
        c = None
        while not self.acabaron.wait(1):
            c = self.pedir(galleta, c)

    def pedir(self, galleta: str, c: http.client.HTTPConnection | None = None) -> http.client.HTTPConnection | None:
        """Ask on `c`, or on a new connection; the one to go on with."""
        c = c or http.client.HTTPConnection("127.0.0.1", self.puerto, timeout=60)
        desde, inundados = time.monotonic(), self.inundados
        try:
            c.request("GET", "/admin/bitacora/acta/", headers={"Cookie": galleta})
            r = c.getresponse()
            r.read()
            self.dichos[r.status] += 1
        except (OSError, http.client.HTTPException):
            self.dichos[0] += 1
            c.close()
            c = None
        self.tiempos[inundados].append(time.monotonic() - desde)
        return c


def percentil(tiempos: list[float], cuanto: float) -> float:
    return sorted(tiempos)[min(len(tiempos) - 1, int(len(tiempos) * cuanto))]


@contextmanager
def trabajando(i: Instalacion) -> Iterator[Gente]:
    """The people at work while the block lasts."""
    gente = Gente(i.puerto)
    hilos = [threading.Thread(target=gente.trabajar, args=[g]) for g in i.galletas]
    for hilo in hilos:
        hilo.start()
    try:
        yield gente
    finally:
        gente.acabaron.set()
        for hilo in hilos:
            hilo.join()


def inundada(
    i: Instalacion, segundos: int, veces: int = 1, calma: float = 0
) -> tuple[Gente, list[float], Counter[str]]:
    """People and sede work, and so many times, after some calm, strangers flood; who was answered what, and how late
    each corte was."""
    dichos: Counter[str] = Counter()
    for _ in range(4):  # each process has answered before
        Gente(i.puerto).pedir(i.galletas[0])
    with trabajando(i) as gente:
        for _ in range(veces):
            gente.inundados = False
            time.sleep(calma)
            gente.inundados = True
            extranios = subprocess.run(
                [sys.executable, "-m", "prep.bench.extranos", str(i.puerto), str(segundos), str(Extranos.CUANTOS)],
                env=i.entorno, capture_output=True, text=True, check=True,
            )  # fmt: skip
            dichos.update(json.loads(extranios.stdout)["dichos"])
    salida, _ = i.sede.communicate("")
    assert i.sede.returncode == 0
    return gente, [json.loads(linea) for linea in salida.splitlines()], dichos


def contar(gente: Gente, cortes: list[float], dichos: Counter[str], segundos: int) -> str:
    dicho = f"\n{Extranos.CUANTOS} strangers, {segundos} s: answered {dict(dichos)}; people: {dict(gente.dichos)}\n"
    for cuando, tiempos in (("the flood", gente.tiempos[True]), ("calm", gente.tiempos[False])):
        if tiempos:
            ms = {f"p{p}": f"{percentil(tiempos, p / 100) * 1000:.0f} ms" for p in (50, 95, 99)}
            dicho += f"{len(tiempos)} requests of people in {cuando}: {ms}\n"
    return f"{dicho}{len(cortes)} cortes, one due every 2 s: latest {max(cortes):.2f} s after it was due"


def test_a_flood_stops_neither_cortes_nor_people(instalacion: Instalacion, capsys: pytest.CaptureFixture[str]) -> None:
    gente, cortes, dichos = inundada(instalacion, 8)
    with capsys.disabled():
        print(contar(gente, cortes, dichos, 8))
    assert set(gente.dichos) == {200} and len(cortes) >= 2
    assert dichos["503"] + dichos["429"] + dichos["401"] > 0
    assert len(list((instalacion.carpeta / "publicacion" / "cortes").iterdir())) == len(cortes) + 1


@pytest.mark.largo
def test_a_minute_of_flood_leaves_cortes_on_time_and_people_fast(
    instalacion: Instalacion, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a machine that does nothing else, at most 300 ms; on one that is busy, what the same people wait between one
    flood and the next is the measure."""
    gente, cortes, dichos = inundada(instalacion, 20, veces=3, calma=10)
    with capsys.disabled():
        print(contar(gente, cortes, dichos, 60))
    assert set(gente.dichos) == {200}
    assert percentil(gente.tiempos[True], 0.95) <= max(0.3, 1.5 * percentil(gente.tiempos[False], 0.95))
    assert max(cortes) <= 15  # what may pass from verified to visible

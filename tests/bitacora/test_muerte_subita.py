"""kill -9 of the server and of every database process, mid-load: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from escritos import AMBITO, cadena, llave

from noche import Noche
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.hecho import Hecho
from prep.intercambio.linea import Espere, Http, Otro
from prep.plataforma import postgres
from prep.plataforma.puertos import reservables

LOTE = 40


@pytest.fixture
def carpeta() -> Iterator[Path]:
    raiz = Path(tempfile.mkdtemp(prefix="prep-muerte-"))
    raiz.chmod(0o711)
    yield raiz
    postgres.parar(raiz / "postgres")
    shutil.rmtree((raiz / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(raiz, ignore_errors=True)


class Servidor:
    """The real server (granian) over a durable database of its own."""

    def __init__(self, carpeta: Path) -> None:
        self.carpeta = carpeta
        self.puerto = reservables(1)[0]
        self.proceso: subprocess.Popen[bytes] | None = None
        self.desde_catd = Otro(Http(f"http://127.0.0.1:{self.puerto}"), llave("catd-1"), AMBITO)

    @property
    def entorno(self) -> dict[str, str]:
        url = postgres.url_local((self.carpeta / "postgres").resolve())
        return os.environ | {"PREP_DATOS_DIR": str(self.carpeta), "DATABASE_URL": url}

    def correr(self, *argumentos: str) -> str:
        r = subprocess.run([sys.executable, *argumentos], env=self.entorno, capture_output=True, text=True, check=False)
        assert r.returncode == 0, r.stdout + r.stderr
        return r.stdout

    def arrancar(self) -> None:
        postgres.asegurar(self.carpeta / "postgres")
        orden = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1"]
        orden += ["--port", str(self.puerto), "prep.plataforma.wsgi:application"]
        salida = (self.carpeta / "granian.log").open("ab")
        self.proceso = subprocess.Popen(orden, env=self.entorno, stdout=salida, stderr=salida, start_new_session=True)
        while self.proceso.poll() is None:
            with suppress(Espere):
                self.entregar([])
                return
            time.sleep(0.05)
        raise AssertionError((self.carpeta / "granian.log").read_text())

    def entregar(self, lote: list[dict[str, Any]]) -> dict[str, Any]:
        dicho: dict[str, Any] = self.desde_catd.pedir("POST", "/v1/nodo/hechos", orjson.dumps(lote))
        return dicho

    def matar(self) -> None:
        """Everything at once: the server's group, the postmaster and each of its children."""
        maestro = int((self.carpeta / "postgres").resolve().joinpath("pg", "postmaster.pid").read_text().split()[0])
        hijos = [int(p) for p in Path(f"/proc/{maestro}/task/{maestro}/children").read_text().split()]
        assert self.proceso is not None
        with suppress(ProcessLookupError):
            os.killpg(self.proceso.pid, signal.SIGKILL)
        for pid in (maestro, *hijos):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.proceso.wait()


def castigar(carpeta: Path, muertes: int) -> None:
    servidor = Servidor(carpeta)
    postgres.asegurar(carpeta / "postgres")
    nodo = llave("catd-1")
    servidor.correr(
        "-c",
        "from prep.plataforma.arranque import django_listo\n"
        "with django_listo():\n"
        "    import sys\n"
        f"    sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "    from noche import enrolar, fundar\n"
        "    fundar(); enrolar('catd-1')\n",
    )
    noche, azar = Noche(), random.Random(3)
    hechos: list[Hecho] = []
    while len(hechos) < 400 * LOTE:
        hechos.append(
            noche.hecho(Tipo.INCIDENTE, f"14{azar.randrange(300):04d}B0100G", "acopio-1", texto=f"algo {len(hechos)}")
        )
    sobres = cadena(nodo, hechos)
    reconocidos = 0
    for _ in range(muertes):
        servidor.arrancar()
        muere = threading.Event()

        def matar(muere: threading.Event = muere) -> None:
            muere.set()
            servidor.matar()

        verdugo = threading.Timer(azar.uniform(0.05, 1.0), matar)
        verdugo.start()
        try:
            while reconocidos < len(sobres):
                recibo = servidor.entregar(sobres[reconocidos : reconocidos + LOTE])
                assert recibo["rechazados"] == []
                reconocidos += recibo["nuevos"] + recibo["repetidos"]
        except Espere as error:
            assert muere.is_set(), error  # nothing but its death keeps it from answering
        verdugo.join()
    servidor.arrancar()
    assert reconocidos > 0
    with psycopg.connect(servidor.entorno["DATABASE_URL"]) as c:
        consulta = "SELECT id FROM bitacora_hecho WHERE nodo = 'catd-1' ORDER BY posicion"
        guardados = [str(f[0]) for f in c.execute(consulta)]
    assert reconocidos <= len(guardados) <= reconocidos + muertes * LOTE
    assert guardados == [h.id for h in hechos[: len(guardados)]]
    recibo = servidor.entregar(sobres[reconocidos : len(guardados) + LOTE])
    assert recibo["repetidos"] == len(guardados) - reconocidos
    assert "La bitácora está íntegra" in servidor.correr("-m", "prep", "bitacora", "verificar")
    servidor.matar()


def test_sudden_death_of_the_server_and_of_the_database(carpeta: Path) -> None:
    castigar(carpeta, 3)


@pytest.mark.largo
def test_sudden_death_many_times_over(carpeta: Path) -> None:
    castigar(carpeta, 60)

"""A line that loses, delays, doubles and reorders packets, and is cut, between a node and its centre, each in a network
of its own of this kernel."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from mala_red import BUENA, CORTADA, Trato, mala_red
from nodos_aparte import Pais, entorno
from test_muertes import CON_DJANGO, TRABAJAR, Maquina, exigir_lo_dicho, habilitar
from test_muertes import maquinas as maquinas

from prep.plataforma.orden import TERMINADO
from prep.plataforma.reloj import RelojFijo
from prep.plataforma.servidor import orden_de_servidor

PESIMA = Trato(pierde=0.3, demora_s=1.0, varia_s=0.25, dobla=0.05)
"""Two seconds and more there and back."""
ACTAS = 12
CORTES = 3
PUERTO = 9160
EN_TIEMPO_S = 60
"""Well before systemd kills what it told to end."""


class Centro:
    """What is at a centre of what a node wrote: nothing of it is ever gone."""

    def __init__(self, maquina: Maquina) -> None:
        self.maquina, self.hechos, self.fotos = maquina, set[str](), set[str]()

    def tiene(self) -> tuple[int, int]:
        with psycopg.connect(self.maquina.entorno["DATABASE_URL"]) as c:
            hechos = {h for (h,) in c.execute("SELECT id FROM bitacora_hecho WHERE nodo = 'catd-1'")}
        fotos = {p.name for p in self.maquina.datos.glob("evidencia/originales/*/*")}
        assert hechos >= self.hechos and fotos >= self.fotos
        self.hechos, self.fotos = hechos, fotos
        return len(hechos), len(fotos)


def test_it_ends_when_it_is_told_while_nobody_says_where_the_centre_is(
    bitacora_nueva: Any, bases: Any, tmp_path: Path, reloj: RelojFijo
) -> None:
    """The line is cut, and who resolves names is at the other end."""
    (tmp_path / "resolv.conf").write_text("nameserver 10.77.0.1\noptions timeout:30 attempts:5\n")
    (tmp_path / "nsswitch.conf").write_text("hosts: files dns\n")
    enviar = [sys.executable, "-m", "prep", "nodo", "enviar", "--centro", "https://centro.example", "--cada", "1"]
    suyos = " && ".join(f"mount --bind {tmp_path}/{n} /etc/{n}" for n in ("resolv.conf", "nsswitch.conf"))
    with ExitStack() as pila, mala_red(1) as red:
        catd = Pais(bases, tmp_path, pila).nodo("catd-014")
        red.trato = CORTADA
        orden = red.catd.en("unshare", "--mount", "sh", "-c", f'{suyos} && exec "$@"', "sh", *enviar)
        with subprocess.Popen(orden, env=entorno(catd), stderr=subprocess.PIPE, text=True) as proceso:
            try:
                while not red.hubo["cortados"]:
                    assert proceso.poll() is None
                    time.sleep(0.05)
                proceso.send_signal(signal.SIGTERM)
                assert proceso.wait(EN_TIEMPO_S) == TERMINADO
            finally:
                proceso.kill()


@pytest.mark.largo
@pytest.mark.timeout(3600)
def test_over_a_line_that_loses_three_packets_in_ten_and_takes_two_seconds(
    maquinas: tuple[Maquina, Maquina], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While it is so something gets there between cut and cut, pictures first and then facts; what delivers ends when
    it is told, whatever it waits for; once the line is good everything is there."""
    centro, catd = maquinas
    azar, en, avances = random.Random(4), Centro(centro), list[tuple[int, int, int]]()
    with mala_red(7) as red:
        monkeypatch.setenv("PREP_HOSTS", red.centro.direccion)
        habilitar(centro, catd)
        catd.lanzar("trabajar", [sys.executable, "-c", CON_DJANGO + TRABAJAR, str(ACTAS)])
        assert catd.procesos["trabajar"].wait() == 0
        centro.lanzar("servir", red.centro.en(*orden_de_servidor(PUERTO, red.centro.direccion, cuantos=1)))
        url = f"http://{red.centro.direccion}:{PUERTO}"
        enviar = red.catd.en(sys.executable, "-m", "prep", "nodo", "enviar", "--centro", url)
        inicio, tardo = time.monotonic(), 0.0
        for corte in range(CORTES):
            red.trato, antes = PESIMA, en.tiene()
            catd.lanzar("enviar", [*enviar, "--cada", "1"])
            while en.tiene() == antes or (corte == CORTES - 1 and not en.hechos):
                time.sleep(2)
            red.trato = CORTADA
            time.sleep(azar.uniform(0, 20))
            avances.append((*en.tiene(), round(time.monotonic() - inicio)))
            pedido = time.monotonic()
            catd.procesos["enviar"].send_signal(signal.SIGTERM)
            assert catd.procesos["enviar"].wait(EN_TIEMPO_S) == TERMINADO
            tardo = max(tardo, time.monotonic() - pedido)
        red.trato = BUENA
        catd.lanzar("enviar", enviar)
        assert catd.procesos["enviar"].wait() == 0
        exigir_lo_dicho(centro, catd, ACTAS)
        assert en.tiene() == (2 * ACTAS, ACTAS)
    with capsys.disabled():
        print(
            f"\nPaquetes: {dict(red.hubo)}. Hechos, fotografías y segundos en cada corte: {avances}. Lo que más tardó "
            f"en terminar: {tardo:.0f} s"
        )
    assert red.hubo["perdidos"] and red.hubo["cortados"] and red.hubo["doblados"] and red.hubo["adelantados"]

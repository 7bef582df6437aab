"""A line that loses, delays, doubles and reorders packets, and is cut, between a node and its centre, each in a network
of its own of this kernel."""

from __future__ import annotations

import random
import signal
import sys
import time

import psycopg
import pytest
from mala_red import BUENA, CORTADA, Trato, mala_red
from test_muertes import CON_DJANGO, TRABAJAR, Maquina, exigir_lo_dicho, habilitar
from test_muertes import maquinas as maquinas

from prep.plataforma.orden import TERMINADO
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

"""kill -9 at any instant of a corte: what is published stays whole, and the next corte is the one from nothing."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from escena import CIERRE, INSTITUTO, Escena, noche

from prep.comprobacion.verificar import Opciones, verificar
from prep.publicacion.corte import Corte, hacer_corte
from prep.publicacion.publicador import CorteImposible
from prep.transparencia.almacen import Carpeta
from prep.transparencia.politica import Politica


def revisar_entero(escena: Escena) -> int:
    """The pointer names a whole corte: every file of its manifest is there with its hash. Its number."""
    ultimo = escena.json("ultimo.json")
    crudo = (escena.raiz / ultimo["ruta"] / "corte.json").read_bytes()
    assert hashlib.sha256(crudo).hexdigest() == ultimo["manifiesto"]
    for a in json.loads(crudo)["archivos"]:
        assert hashlib.sha256((escena.raiz / ultimo["ruta"] / a["ruta"]).read_bytes()).hexdigest() == a["sha256"]
    return int(ultimo["corte"])


def uno_mas(escena: Escena, minuto: int) -> Corte:
    """A corte; waits a moment for the database to notice that whoever made the last one died."""
    while True:
        try:
            return hacer_corte(escena.publicador(), CIERRE + timedelta(minutes=minuto))
        except CorteImposible as error:
            if "ya se está haciendo otro corte" not in str(error):
                raise
            time.sleep(0.1)


def matar_muchas_veces(escena: Escena, veces: int) -> None:
    gub = escena.proceso.elecciones[0]
    escena.proceso = replace(escena.proceso, elecciones=(gub,))
    hechos = [h for h in noche()[1] if h.sujeto.endswith(gub.tipo_acta)]
    escena.anotar(hechos[:100])
    uno_mas(escena, 1)
    inicio = time.perf_counter()
    uno_mas(escena, 2)
    dura = time.perf_counter() - inicio
    visto, cuando = 2, set()
    for i in range(veces):
        tanda = hechos[100 + i * 3 : 103 + i * 3]
        if tanda:
            escena.anotar(tanda)
        connection.close()
        lee, escribe = os.pipe()
        hijo = os.fork()
        if hijo == 0:
            os.write(escribe, b"x")
            try:
                for j in range(100):
                    hacer_corte(escena.publicador(), CIERRE + timedelta(minutes=3 + i, seconds=j))
            finally:
                os._exit(3)
        os.read(lee, 1)
        os.close(lee), os.close(escribe)
        time.sleep((i + 0.5) / veces * 3 * dura)
        os.kill(hijo, signal.SIGKILL)
        assert os.waitpid(hijo, 0)[1] == signal.SIGKILL
        carpetas = {p.name for p in (escena.raiz / "cortes").iterdir()}
        numero = revisar_entero(escena)
        assert numero >= visto
        cuando.add((numero - visto, f"{numero + 1:04d}" in carpetas))
        siguiente = uno_mas(escena, 3 + i)
        visto = siguiente.numero
        assert visto > numero and revisar_entero(escena) == visto
        assert [a for a in siguiente.alarmas if "dañado" in a] == []  # what was kept for reuse is whole
        assert escena.distinto_de_los_hechos(siguiente.ruta) == []
    assert len(cuando) > 1  # it died at different points
    informe = verificar(
        Carpeta(escena.raiz), Opciones(politica=Politica((INSTITUTO.llave,)), imagenes=False, todo=True)
    )
    assert [h for h in informe.hallazgos if h.nivel == "mal" and h.asunto != "actos"] == []  # without puesta en ceros
    assert sorted(p.name for p in (escena.raiz / "cortes").iterdir()) == [f"{n:04d}" for n in range(1, visto + 1)]


def test_sudden_death_at_twenty_instants(escena: Escena) -> None:
    matar_muchas_veces(escena, 20)


def test_sudden_death_with_workers(escena: Escena) -> None:
    """Workers die with whoever made them and let go of the database."""
    escena.procesos = 2
    matar_muchas_veces(escena, 6)


@pytest.mark.largo
@pytest.mark.parametrize("procesos", [1, 2])
def test_sudden_death_many_times_over(escena: Escena, procesos: int) -> None:
    escena.procesos = procesos
    matar_muchas_veces(escena, 300)

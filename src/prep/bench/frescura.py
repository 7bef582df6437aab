"""From verified to visible, with captures on the same cores."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.bench.instalacion import NOCHE, instalacion, poblar
from prep.bench.medidas import Medida, mostrar
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.ejemplo.generador import CASILLAS_MAXIMO, NACIONAL
from prep.dominio.tabulacion.proceso import Modo
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.consola import salida
from prep.simulacro.noche import Noche
from prep.transparencia.nota import LlavePrivada

if TYPE_CHECKING:
    from prep.catalogo.informativo import Informativo
    from prep.dominio.tabulacion.proceso import Proceso


def estatal() -> None:
    """From verified to visible, at state size: 15 actas a second with all their facts (30 captures), a corte every 10 s
    on the same cores."""
    _medir(*ejemplo(CASILLAS_MAXIMO), cada=10, cortes=8, meta=15)


def nacional() -> None:
    """The same at national size, with a corte every minute."""
    _medir(*ejemplo(NACIONAL, nacional=True), cada=60, cortes=4, meta=60)


def _medir(proceso: Proceso, info: Informativo, cada: int, cortes: int, meta: float) -> None:
    esperadas = sum(len(e.actas) for e in proceso.elecciones)
    with instalacion() as carpeta:
        from prep.bitacora.nodos import NodoInstituto, nodo_local
        from prep.bitacora.services import fundar_instalacion
        from prep.publicacion.corte import hacer_corte
        from prep.sede.sala import publicador

        llave, nodo = LlavePrivada.nueva("instituto.example/prep"), nodo_local(carpeta / "llaves")
        noche = Noche(proceso, info, NOCHE, 1)
        raiz = NodoInstituto(llave, llave.llave.publica)
        fundar_instalacion(proceso.clave, "simulacro", raiz, nodo, noche.cargos, NOCHE, telefonos=noche.telefonos)
        poblar(proceso, info, esperadas // 2)
        quien = publicador(
            proceso,
            info,
            AlmacenCarpeta(carpeta / "publicacion"),
            Modo.SIMULACRO,
            llave,
            con_libro=False,
            reserva=carpeta / "reserva",
        )
        hacer_corte(quien, NOCHE + timedelta(hours=5))
        faltan = [a.hechos for a in islice(noche.actas(), esperadas // 2, esperadas // 2 + 20 * cada * cortes)]
        visibles: list[tuple[int, float]] = []
        with _capturando(faltan, nodo, noche.telefonos, carpeta / "verificadas") as verificadas:
            for i in range(1, cortes + 1):
                fin = time.monotonic() + cada
                hecho = hacer_corte(quien, NOCHE + timedelta(hours=5, seconds=cada * i))
                visibles.append((hecho.posicion, time.monotonic()))
                time.sleep(max(0.0, fin - time.monotonic()))
        demoras = sorted(
            next(hora for posicion, hora in visibles if posicion >= suya) - verificada
            for suya, verificada in verificadas
            if suya <= visibles[-1][0]
        )
    salida.print(f"{len(demoras):,} actas verificadas mientras se hacían {cortes} cortes.")
    que = f"de verificada a visible, {esperadas:,} actas, un corte cada {cada} s"
    mostrar(
        [
            Medida(f"{que}: mitad", demoras[len(demoras) // 2], "s", meta),
            Medida("   19 de cada 20", demoras[len(demoras) * 19 // 20], "s", meta),
            Medida("   actas por segundo que se alcanzó a asentar", len(verificadas) / (cada * cortes), "por s"),
        ]
    )


@contextmanager
def _capturando(actas: list[list[Any]], nodo: Any, telefonos: Any, apuntes: Path) -> Iterator[list[tuple[int, float]]]:
    """Another process writes the facts of these actas, each by itself, 15 actas a second, until the block ends.

    Then the list has, of each: how many facts there were, and the time, just after it was verified.
    """
    from django.db import connection

    connection.close()
    hijo = os.fork()
    if hijo == 0:
        try:
            _capturar(actas, nodo, telefonos, apuntes)
        finally:
            os._exit(0)
    verificadas: list[tuple[int, float]] = []
    try:
        yield verificadas
    finally:
        os.kill(hijo, signal.SIGKILL)
        os.waitpid(hijo, 0)
        for linea in apuntes.read_text().splitlines():
            posicion, hora = linea.split()
            verificadas.append((int(posicion), float(hora)))


def _capturar(actas: list[list[Any]], nodo: Any, telefonos: Any, apuntes: Path) -> None:
    from prep.bitacora.asientos import cabeza
    from prep.bitacora.services import anotar

    inicio = time.monotonic()
    with apuntes.open("w", buffering=1) as libreta:
        for i, hechos in enumerate(actas):
            time.sleep(max(0.0, inicio + i / 15 - time.monotonic()))
            for hecho in hechos:
                anotar([hecho], nodo, NOCHE, telefonos)
            libreta.write(f"{cabeza().tamano} {time.monotonic()}\n")

"""Those who ask the server for what desks do not: phones, nodes, strangers; alone, or while people work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from prep.bench.instalacion import NOCHE, instalacion
from prep.bench.medidas import Medida, mostrar
from prep.catalogo.ejemplo import ejemplo
from prep.plataforma.consola import salida
from prep.plataforma.puertos import libre
from prep.transparencia.nota import LlavePrivada

if TYPE_CHECKING:
    from datetime import datetime

    from prep.bitacora.services.altas import Cargo
    from prep.dominio.comun.hecho import Hecho

LUGAR: Final = "CATD-001"


class Vecinos(Protocol):
    """`actas`: of how many they bring a picture; the server never saw any of those."""

    actas: int

    def cargos(self) -> list[Cargo]:
        """Who they are, in `LUGAR`."""

    def altas(self, ahora: datetime) -> list[Hecho]:
        """With what they sign."""

    def llegar(self, puerto: int, de: str, actas: Sequence[str], carpeta: Path) -> None:
        """All that they do, to its end. `de`: which installation they sign for; `carpeta`: of their own."""

    def medidas(self) -> list[Medida]:
        """What they waited, once what they were told was received has been found."""


class Nadie:
    """Nobody asks for anything else."""

    actas = 0

    def cargos(self) -> list[Cargo]:
        return []

    def altas(self, _ahora: datetime) -> list[Hecho]:
        return []

    def llegar(self, _puerto: int, _de: str, _actas: Sequence[str], _carpeta: Path) -> None:
        pass

    def medidas(self) -> list[Medida]:
        return []


class Extranos(Nadie):
    """Two hundred, as `prep.bench.extranos` says, for so many seconds; nobody enrolled them."""

    CUANTOS: Final = 200

    def __init__(self, segundos: float) -> None:
        self._segundos = segundos
        self._dichos: dict[str, int] = {}
        self._procesador = 0.0

    def llegar(self, puerto: int, _de: str, _actas: Sequence[str], _carpeta: Path) -> None:
        orden = [sys.executable, "-m", "prep.bench.extranos", str(puerto), str(self._segundos), str(self.CUANTOS)]
        hecho = subprocess.run(orden, stdout=subprocess.PIPE, text=True, check=True)
        contado = json.loads(hecho.stdout)
        self._dichos, self._procesador = contado["dichos"], contado["procesador"]

    def medidas(self) -> list[Medida]:
        dichos = [Medida(f"{self.CUANTOS} extraños: {que}", n, "veces") for que, n in sorted(self._dichos.items())]
        return [*dichos, Medida("   procesador de ellos mismos", self._procesador, "s")]


def medir_solos(casillas: int, quienes: Callable[[], Vecinos]) -> None:
    """Over an installation with nothing else to do."""
    proceso = ejemplo(casillas)[0]
    os.environ["PREP_SIN_TLS"] = "1"
    with instalacion() as carpeta:
        from prep.bitacora.autoridad import ambito
        from prep.bitacora.nodos import NodoInstituto, nodo_de_aqui
        from prep.bitacora.services import anotar, fundar_instalacion
        from prep.plataforma.arranque import entorno_de
        from prep.plataforma.roles import WEB
        from prep.plataforma.servidor import orden_de_servidor, sirviendo

        vecinos, llave = quienes(), LlavePrivada.nueva("bench.example")
        raiz = NodoInstituto(llave, llave.llave.publica)
        fundar_instalacion(proceso.clave, "prueba", raiz, nodo_de_aqui(), vecinos.cargos(), NOCHE)
        anotar(vecinos.altas(NOCHE), raiz, NOCHE)
        puerto = libre(8590, salida.print)
        with sirviendo(orden_de_servidor(puerto), entorno_de(WEB)):
            vecinos.llegar(puerto, ambito(), [a.clave for e in proceso.elecciones for a in e.actas], carpeta)
        mostrar(vecinos.medidas())

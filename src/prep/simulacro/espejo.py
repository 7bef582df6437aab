"""The mirror of a demonstration: somebody else's copy, kept from what the portal gives; and what becomes of one in
which a vote was changed."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prep.difusion.espejo import Espejo
from prep.transparencia.almacen import Carpeta, abrir
from prep.transparencia.politica import leer_politica

_CADA_S: Final = 5
_ADIOS_S: Final = 1.0
"""What is half copied when it ends is copied again by whoever comes next."""


class EspejoDeDemostracion:
    """`vkey`: the institute's key, which its keeper has by other means."""

    def __init__(self, fuente: str, carpeta: Path, vkey: str) -> None:
        self.politica = leer_politica(f"log {vkey}\nquorum none\n".encode())
        self.carpeta, self.fuente = carpeta, abrir(fuente)
        carpeta.mkdir()
        self.espejo = Espejo(self.fuente, carpeta, self.politica, lambda: int(time.time()))
        self._fin, self._quieto, self._candado = threading.Event(), threading.Event(), threading.Lock()

    @contextmanager
    def vivo(self) -> Iterator[EspejoDeDemostracion]:
        hilo = threading.Thread(target=self._copiar_siempre, name="espejo", daemon=True)
        hilo.start()
        try:
            yield self
        finally:
            self._fin.set()
            hilo.join(_ADIOS_S)

    def detener(self) -> None:
        """Copy nothing more until `probar`."""
        self._quieto.set()
        with self._candado:
            pass

    def probar(self, publicacion: Path, alterada: Path) -> str:
        """Offer it the last corte with one vote changed, in a copy that is left there, and then the true one. What it
        said of the first; empty where it showed it, or does not show the second."""
        with self._candado:
            antes = self.espejo.estado.corte
            _cambiar_un_voto(publicacion, alterada)
            self.espejo.fuente = Carpeta(alterada)
            dicho = self.espejo.sincronizar()
            problema, mostrado = dicho.problema or "", dicho.corte
            self.espejo.fuente = self.fuente
            final = self.espejo.sincronizar()
            self._quieto.clear()
        return problema if mostrado == antes != final.corte and not final.problema else ""

    def _copiar_siempre(self) -> None:
        while not self._fin.wait(_CADA_S):
            with self._candado:
                if not self._quieto.is_set():
                    self.espejo.sincronizar()


def _cambiar_un_voto(publicacion: Path, alterada: Path) -> None:
    """A copy in which the last corte says one more in a summary: in a file that no corte before it had, which whoever
    copies must ask for."""
    shutil.copytree(publicacion, alterada)
    *_, anterior, ultimo = sorted((alterada / "cortes").iterdir())
    nuevas = sorted(a.relative_to(ultimo) for a in ultimo.rglob("*.json") if a.name != "corte.json")
    nuevas = [
        a for a in nuevas if not (anterior / a).exists() or (ultimo / a).read_bytes() != (anterior / a).read_bytes()
    ]
    cual = ultimo / min(nuevas, key=lambda a: a.name != "resumen.json")
    datos = cual.read_bytes()
    *_, cifra = re.finditer(rb"[0-9]+", datos)
    cual.write_bytes(datos[: cifra.start()] + str(int(cifra[0]) + 1).encode() + datos[cifra.end() :])

"""Readers in processes of their own, one acta at a time in each. Whatever happens to one, the others go on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Final

from prep.lectura.resultado import MOTIVOS, Lectura
from prep.papel.formas import Formas
from prep.plataforma.almacen import Almacen, ErrorAlmacen
from prep.plataforma.procesos import morir_con

if TYPE_CHECKING:
    from prep.lectura.lector import Lector

LIMITE: Final = 60
"""Seconds that one acta may take; the slowest photograph measured takes less than one."""

SOLAS: Final = 2
"""Times that a reading may die alone: once may be the machine's doing, or the first time it got to run."""

Leer = Callable[[str, str], Lectura]
"""(clave_acta, SHA-256 of its picture) -> reading. May raise `ErrorAlmacen` when the store does not answer."""


def lector_de(almacen: Almacen, formas: Formas) -> Leer:
    """How to read the pictures of the evidence store. OpenCV and the networks are loaded only where it is called."""

    @cache
    def lector() -> Lector:
        from prep.lectura.lector import Lector

        return Lector(formas.plantilla_de, formas.clave, formas.llave)

    return lambda acta, imagen: _leer(lector(), almacen, acta, imagen)


def _leer(lector: Lector, almacen: Almacen, acta: str, imagen: str) -> Lectura:
    """The picture that was typed: the published one, of this SHA-256, or else an original that came as it is."""
    from prep.evidencia.imagenes import ArchivoRechazado, leer_nombrada, paginas

    datos = leer_nombrada(almacen, imagen)
    if datos is None:
        return no_leida(imagen, "imagen_perdida")
    if sha256(datos).hexdigest() != imagen:
        return no_leida(imagen, "imagen_alterada")
    try:
        hojas = paginas(datos)
    except ArchivoRechazado as error:
        return no_leida(imagen, "archivo_rechazado", str(error))
    lecturas = [lector.leer(hoja, acta) for hoja in hojas]
    return next((una for una in lecturas if una.leida), lecturas[0])


def no_leida(imagen: str, motivo: str, detalle: str = "") -> Lectura:
    """A picture that no model got to see; `motivo`: a key of `MOTIVOS`."""
    return Lectura(imagen, "", motivo, detalle or MOTIVOS[motivo])


class Lectores:
    """`procesos` processes that read with `leer`; a context that ends them.

    Forked at the first reading: they share what `leer` holds without copying it.
    """

    def __init__(self, leer: Leer, procesos: int) -> None:
        self.leer, self.procesos = leer, procesos
        self._obreros: ProcessPoolExecutor | None = None

    def __enter__(self) -> Lectores:
        return self

    def __exit__(self, *_: object) -> None:
        self._cerrar()

    def leer_todas(self, tareas: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Lectura | None, float]]:
        """Read (clave_acta, picture) each; yield (clave_acta, reading, seconds) as they finish.

        The reading is None when the store did not answer: try again later. One that kills its process, or takes longer
        than `LIMITE`, takes down those read beside it, begun or not. Each of those is read alone, in a process of its
        own; what dies `SOLAS` times alone is `lectura_fallida`, and the rest go on together.
        """
        esperan = iter(tareas)
        en_curso: dict[Future[tuple[Lectura | None, float]], tuple[str, str]] = {}
        try:
            while True:
                caidas: list[tuple[str, str]] = []
                # No more than can be read at once: that is all a death can take down.
                for tarea in islice(esperan, self.procesos - len(en_curso)):
                    try:
                        en_curso[self._abrir().submit(_en_proceso, *tarea)] = tarea
                    except BrokenProcessPool:
                        caidas.append(tarea)
                if not en_curso and not caidas:
                    return
                hechas = wait(en_curso, return_when=FIRST_COMPLETED).done
                if caidas or any(isinstance(f.exception(), BrokenProcessPool) for f in hechas):
                    self._cerrar()  # what it had in hand ends with it, and the next to ask gets a new one
                    hechas = set(en_curso)
                for futuro in hechas:
                    tarea = en_curso.pop(futuro)
                    if isinstance(futuro.exception(), BrokenProcessPool):
                        caidas.append(tarea)
                    else:
                        yield tarea[0], *futuro.result()
                for tarea in caidas:
                    yield tarea[0], *self._sola(*tarea)
        finally:
            for futuro in en_curso:
                futuro.cancel()

    def _sola(self, acta: str, imagen: str) -> tuple[Lectura | None, float]:
        for _ in range(SOLAS):
            with self._nuevos(1) as uno:
                try:
                    return uno.submit(_en_proceso, acta, imagen).result()
                except BrokenProcessPool:
                    pass
        return no_leida(imagen, "lectura_fallida"), 0.0

    def _abrir(self) -> ProcessPoolExecutor:
        if self._obreros is None:
            self._obreros = self._nuevos(self.procesos)
        return self._obreros

    def _nuevos(self, cuantos: int) -> ProcessPoolExecutor:
        bifurcar = multiprocessing.get_context("fork")
        return ProcessPoolExecutor(cuantos, bifurcar, _empezar, (self.leer, os.getpid()))

    def _cerrar(self) -> None:
        if self._obreros is not None:
            self._obreros.shutdown(cancel_futures=True)
            self._obreros = None


_lector: Leer


def _empezar(leer: Leer, padre: int) -> None:
    """In a reading process."""
    global _lector
    _lector = leer
    morir_con(padre)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # what takes too long dies
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which lets each acta finish


def _en_proceso(acta: str, imagen: str) -> tuple[Lectura | None, float]:
    desde = time.perf_counter()
    signal.alarm(LIMITE)
    try:
        lectura: Lectura | None = _lector(acta, imagen)
    except ErrorAlmacen:
        lectura = None
    except Exception as error:  # whatever a picture does to the reader, the night goes on
        lectura = no_leida(imagen, "lectura_fallida", f"{MOTIVOS['lectura_fallida']} ({type(error).__name__}: {error})")
    finally:
        signal.alarm(0)
    return lectura, round(time.perf_counter() - desde, 3)

"""What is measured over: a throw-away installation, a simulated night, published data."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from prep.dominio.acta.pliegue import estado
from prep.dominio.comun.autoridad import INSTITUTO, Autoridad
from prep.dominio.comun.hecho import Escrito
from prep.reproduccion.base_aparte import bitacora_aparte
from prep.simulacro.noche import Noche

if TYPE_CHECKING:
    from prep.catalogo.informativo import Informativo
    from prep.dominio.tabulacion.proceso import Proceso

NOCHE = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo("America/Mexico_City"))


@contextmanager
def instalacion() -> Iterator[Path]:
    """A throw-away installation: its own database, durable as in production."""
    with bitacora_aparte(duradero=True):
        carpeta = Path(tempfile.mkdtemp(prefix="prep-bench-"))
        try:
            yield carpeta
        finally:
            shutil.rmtree(carpeta, ignore_errors=True)


def poblar(proceso: Proceso, info: Informativo, hasta: int | None = None, apartar: int = 0) -> list[tuple[Any, ...]]:
    """The facts of a simulated night, already folded; of its first `hasta` actas only, if given. One of each `apartar`
    is not stored but given back."""
    from prep.bitacora.actas import fila_de, guardar_filas

    filas: list[tuple[Any, ...]] = []
    aparte: list[tuple[Any, ...]] = []
    for i, acta in enumerate(islice(Noche(proceso, info, NOCHE, 1).actas(), hasta)):
        escritos = [Escrito(h, INSTITUTO) for h in acta.hechos]
        fila = fila_de(acta.esperada.clave, len(escritos), estado(escritos, Autoridad()))
        (aparte if apartar and i % apartar == 0 else filas).append(fila)
        if len(filas) == 5000:
            guardar_filas(filas)
            filas = []
    guardar_filas(filas)
    return aparte


def datos(*partes: str) -> Path | None:
    """A folder of published data: under ``PREP_DATOS``, or in ``shared/datos`` beside the checkout."""
    raiz = Path(os.environ.get("PREP_DATOS") or Path(__file__).resolve().parents[4] / "shared" / "datos")
    carpeta = raiz.joinpath(*partes)
    return carpeta if carpeta.is_dir() else None

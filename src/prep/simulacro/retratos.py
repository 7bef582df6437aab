"""The pictures of a drill, as phones and scanners give them: some of paper that a hand filled; the rest, small and
which cost far less, of the form with its figures typed."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from prep.laboratorio.fotografiar import fotografiar
from prep.laboratorio.llenar import llenar, rotular
from prep.papel.formas import Formas
from prep.plataforma.procesos import conservar_memoria, obreros
from prep.simulacro.papel import plan_de
from prep.simulacro.votos import Papel

MOVIL: Final = "mild"
ESCANER: Final = "scan"
_PX_MM: Final = 2.5
"""Of those that are typed: enough to be read, and for the QR and the marks of a sheet to be found."""
_formas: Formas
_retratos: Sequence[Retrato]
_carpeta: Path


@dataclass(frozen=True, slots=True)
class Retrato:
    """A picture to be taken. `como`: by phone or by scanner; `llena`: of paper that a hand filled; `semilla`: so that
    it is always the same, and that of no other."""

    papel: Papel
    como: str
    llena: bool
    semilla: int


@dataclass(frozen=True, slots=True)
class Foto:
    """A picture that was taken: where it is kept, its SHA-256 and how many bytes it has."""

    archivo: Path
    huella: str
    bytes_: int


def retratar(formas: Formas, retratos: Sequence[Retrato], carpeta: Path) -> Iterator[Foto]:
    """Take each, in order, and keep it as JPEG in that folder; by as many processes as there are cores."""
    global _formas, _retratos, _carpeta
    _formas, _retratos, _carpeta = formas, retratos, carpeta
    carpeta.mkdir()
    with obreros(os.cpu_count() or 1, conservar_memoria) as todos:
        yield from todos.map(_retratar, range(len(retratos)))


def _retratar(lugar: int) -> Foto:
    jpeg, archivo = _tomar(lugar), _carpeta / f"{lugar}.jpg"
    archivo.write_bytes(jpeg)
    return Foto(archivo, sha256(jpeg).hexdigest(), len(jpeg))


def _tomar(lugar: int) -> bytes:
    r = _retratos[lugar]
    hoja = _formas.hoja(r.papel.esperada.clave)
    azar = np.random.default_rng([r.semilla, lugar])
    plan = plan_de(hoja.plantilla, r.papel.valores)
    if r.llena:
        return fotografiar(llenar(hoja, plan, azar, None), r.como, azar).jpeg
    salida = io.BytesIO()
    rotulada = Image.fromarray(rotular(hoja, plan, _PX_MM)).convert("L")
    rotulada.save(salida, "JPEG", quality=60 if r.como == MOVIL else 75)
    return salida.getvalue()


def otra_cosa(semilla: Sequence[int]) -> bytes:
    """A picture of no acta: a table top, each its own, as JPEG."""
    azar = np.random.default_rng(semilla)
    veta = azar.normal(140, 25, (60, 8, 3)).clip(0, 255).astype(np.uint8)
    salida = io.BytesIO()
    Image.fromarray(veta).resize((1600, 1200), Image.Resampling.BICUBIC).save(salida, "JPEG", quality=80)
    return salida.getvalue()

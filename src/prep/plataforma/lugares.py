"""Where a running system keeps things. Every path of every command is decided here, and from any folder it is the same:

``PREP_DATOS_DIR``; else ``datos/`` of the checkout; else, installed without one, ``~/.local/share/prep-abierto``.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path


def dir_datos() -> Path:
    """Asked each time: a command may choose another folder for what it starts."""
    if elegida := os.environ.get("PREP_DATOS_DIR"):
        return Path(elegida).absolute()
    fuente = Path(__file__).resolve().parents[3]
    return fuente / "datos" if (fuente / "pyproject.toml").exists() else Path.home() / ".local/share/prep-abierto"


def dir_postgres() -> Path:
    return dir_datos() / "postgres"


def dir_llaves() -> Path:
    return dir_datos() / "llaves"


def llave_del_instituto() -> Path:
    """What signs the log of cortes, unless another key is named."""
    return dir_llaves() / "instituto.skey"


def archivo_qr() -> Path:
    """The secret of the QR of the printed actas, unless another file is named."""
    return dir_llaves() / "qr"


def archivo_metricas() -> Path:
    """The secret that whoever collects the figures of the machines bears."""
    return dir_llaves() / "metricas"


def llave_de_django() -> Path:
    return dir_datos() / "llave_django"


def dir_publicacion() -> Path:
    return dir_datos() / "publicacion"


def dir_evidencia() -> Path:
    return dir_datos() / "evidencia"


def dir_practica() -> Path:
    """The exercise actas of the capture desk and what they say. Of no casilla's evidence."""
    return dir_datos() / "practica"


def archivo_pronostico() -> Path:
    """What should have come to each CATD by each half hour, for the board; none where nobody left it."""
    return dir_datos() / "pronostico.json"


def dir_reserva() -> Path:
    """What a corte keeps for the next one; it can be thrown away."""
    return dir_datos() / "reserva"


def dir_actos() -> Path:
    """The reports of the acts of the night, on paper."""
    return dir_datos() / "actos"


def archivo_alarma() -> Path:
    """There while the last corte could not be made."""
    return dir_datos() / "alarma.json"


def archivo_respaldo() -> Path:
    """What the last backup was: when, where and up to what."""
    return dir_datos() / "respaldo.json"


def para_escribir(orden: str) -> str:
    """How a person types `prep …` from the folder where they are, to be shown in what a command says."""
    programa = Path(sys.prefix) / "bin" / "prep"
    if not programa.exists():
        return f"prep {orden}"
    aqui = Path.cwd()
    return f"{shlex.quote(str(programa.relative_to(aqui) if programa.is_relative_to(aqui) else programa))} {orden}"

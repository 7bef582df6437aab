"""Files of the IDX format, in which collections of handwritten digits are distributed."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def leer_idx(ruta: Path) -> npt.NDArray[Any]:
    """Read an `.idx` or `.idx.gz` file of unsigned bytes into an array of its own shape; raise `ValueError`."""
    datos = gzip.decompress(ruta.read_bytes()) if ruta.suffix == ".gz" else ruta.read_bytes()
    if len(datos) < 4 or datos[:3] != b"\x00\x00\x08":
        raise ValueError(f"{ruta}: no es un archivo IDX de bytes sin signo.")
    ejes = datos[3]
    forma = struct.unpack(f">{ejes}I", datos[4 : 4 + 4 * ejes])
    cuerpo = np.frombuffer(datos, np.uint8, offset=4 + 4 * ejes)
    if cuerpo.size != int(np.prod(forma)):
        raise ValueError(f"{ruta}: el encabezado anuncia {forma} y el archivo trae {cuerpo.size} bytes.")
    return cuerpo.reshape(forma)

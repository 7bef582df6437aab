"""The marks at the corners of a sheet: which acta they are of, as far as marks can tell.

It knows nothing of forms, so that whoever only looks at a picture may use it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

POR_ESQUINA: Final = 12
"""Identifiers 0-11 are an upper left mark, 12-23 upper right, 24-35 lower right, 36-47 lower left (DICT_4X4_50)."""
DICCIONARIO: Final = "DICT_4X4_50"


def marcas_de(clave_acta: str) -> tuple[int, int, int, int]:
    """ArUco identifiers of the four corners of an acta: upper left, upper right, lower right, lower left."""
    n = int.from_bytes(sha256(clave_acta.encode()).digest()[:8], "big")
    ids = []
    for esquina in range(4):
        n, resto = divmod(n, POR_ESQUINA)
        ids.append(esquina * POR_ESQUINA + resto)
    return ids[0], ids[1], ids[2], ids[3]

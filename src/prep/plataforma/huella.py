"""Fingerprint of the running software: what was audited can be compared with what runs."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_PAQUETE = Path(__file__).resolve().parents[1]


def archivos(paquete: Path = _PAQUETE) -> list[tuple[str, str]]:
    """(path relative to the package, SHA-256 in hex) of every file of the product, in order."""
    return [
        (ruta.relative_to(paquete).as_posix(), hashlib.sha256(ruta.read_bytes()).hexdigest())
        for ruta in sorted(paquete.rglob("*"))
        if ruta.is_file() and "__pycache__" not in ruta.parts
    ]


@cache
def huella() -> str:
    """SHA-256 (hex) over the list that `sha256sum` would print: `<hash>  <path>` and a line feed per file."""
    lista = "".join(f"{sha}  {ruta}\n" for ruta, sha in archivos())
    return hashlib.sha256(lista.encode()).hexdigest()

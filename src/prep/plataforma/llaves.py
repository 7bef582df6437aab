"""Random secrets kept in files that only their owner can read."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def leer_o_crear(archivo: Path) -> str:
    """The secret in `archivo` (text, 256 bits), made the first time; whole, whoever else asks at once."""
    with suppress(FileNotFoundError):
        return archivo.read_text()
    archivo.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    nuevo = archivo.with_name(f"{archivo.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(nuevo, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
        f.write(secrets.token_urlsafe(32))
        f.flush()
        os.fsync(f.fileno())
    with suppress(FileExistsError):
        archivo.hardlink_to(nuevo)
    nuevo.unlink()
    return archivo.read_text()

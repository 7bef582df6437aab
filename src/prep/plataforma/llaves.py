"""Random secrets kept in files that only their owner can read, and the institute's key."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from prep.plataforma.errores import Impedimento
from prep.plataforma.lugares import llave_del_instituto, para_escribir

if TYPE_CHECKING:
    from prep.transparencia.nota import Firmante


def leer_o_crear(archivo: Path) -> str:
    """The secret in `archivo` (text, 256 bits), made the first time; whole, whoever else asks at once."""
    return guardar(archivo, secrets.token_urlsafe(32))


def guardar(archivo: Path, secreto: str) -> str:
    """The secret that `archivo` has; this one, where it had none. Whole, whoever else writes at once."""
    with suppress(FileNotFoundError):
        return archivo.read_text()
    archivo.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    nuevo = archivo.with_name(f"{archivo.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(nuevo, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
        f.write(secreto)
        f.flush()
        os.fsync(f.fileno())
    with suppress(FileExistsError):
        archivo.hardlink_to(nuevo)
    nuevo.unlink()
    return archivo.read_text()


def firmante_del_instituto(llave: str | None) -> Firmante:
    """The institute's key: the one that a person names, else the installation's; `Impedimento` says how to make it."""
    from prep.transparencia.errores import ErrorEmision
    from prep.transparencia.llaves import firmante

    donde = llave or llave_del_instituto()
    try:
        return firmante(donde)
    except ErrorEmision as error:
        hay = str(donde).startswith("pkcs11:") or Path(donde).exists()
        crear = "" if hay else f". Para crearla: {para_escribir('llaves crear NOMBRE --archivo instituto')}"
        raise Impedimento(f"Sin la llave del instituto no se firma: {error}{crear}") from None

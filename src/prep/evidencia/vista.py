"""A picture as a browser shows it: the published derivative, else the original that came."""

from __future__ import annotations

from prep.evidencia.imagenes import ArchivoRechazado, paginas
from prep.plataforma.almacen import Almacen


def para_ver(almacen: Almacen, huella: str) -> bytes | None:
    """None where the store has no such picture, or it cannot be opened."""
    if (datos := almacen.leer(f"imagenes/{huella[:2]}/{huella}.jpg")) is not None:
        return datos
    if (datos := almacen.leer(f"originales/{huella[:2]}/{huella}")) is None:
        return None
    try:
        return paginas(datos)[0]
    except ArchivoRechazado:
        return None


def tipo_mime(datos: bytes) -> str:
    return "image/png" if datos.startswith(b"\x89PNG") else "image/jpeg"

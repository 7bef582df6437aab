"""A picture as a browser shows it: the published one, else the original that came."""

from __future__ import annotations

from prep.evidencia.imagenes import ArchivoRechazado, paginas, rutas_de
from prep.plataforma.almacen import Almacen


def se_ve(almacen: Almacen, huella: str) -> bool:
    """Whether the store has that picture, published or as it came."""
    return any(map(almacen.existe, rutas_de(huella)))


def para_ver(almacen: Almacen, huella: str) -> bytes | None:
    """None where the store has no such picture, or it cannot be opened."""
    publicada, original = rutas_de(huella)
    if (datos := almacen.leer(publicada)) is not None:
        return datos
    if (datos := almacen.leer(original)) is None:
        return None
    try:
        return paginas(datos)[0]
    except ArchivoRechazado:
        return None


def tipo_mime(datos: bytes) -> str:
    return "image/png" if datos.startswith(b"\x89PNG") else "image/jpeg"

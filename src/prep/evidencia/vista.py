"""A picture as a browser shows it: the published one, else the original that came."""

from __future__ import annotations

from prep.evidencia.imagenes import ArchivoRechazado, paginas
from prep.plataforma.almacen import Almacen


def donde(almacen: Almacen, huella: str) -> str | None:
    """Where the store has it now: the first comes once it is published, the second once it arrives."""
    rutas = (f"imagenes/{huella[:2]}/{huella}.jpg", f"originales/{huella[:2]}/{huella}")
    return next((r for r in rutas if almacen.existe(r)), None)


def leer(almacen: Almacen, ruta: str) -> bytes | None:
    """What `donde` found; None where it cannot be opened."""
    datos = almacen.leer(ruta)
    if datos is None or ruta.startswith("imagenes/"):
        return datos
    try:
        return paginas(datos)[0]
    except ArchivoRechazado:
        return None


def para_ver(almacen: Almacen, huella: str) -> bytes | None:
    """None where the store has no such picture, or it cannot be opened."""
    ruta = donde(almacen, huella)
    return leer(almacen, ruta) if ruta else None


def tipo_mime(datos: bytes) -> str:
    return "image/png" if datos.startswith(b"\x89PNG") else "image/jpeg"

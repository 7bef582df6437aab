"""What a night took up, once it is over: for whoever buys disks."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from prep.bitacora.asientos import cabeza
from prep.plataforma.almacen import AlmacenCarpeta
from prep.publicacion.continuidad import ultimo_corte


def tamanos(publicacion: Path) -> dict[str, int]:
    """How many there are, and bytes. What a corte has equal to the one before is one file with two names, and counts
    once."""
    ultimo = ultimo_corte(AlmacenCarpeta(publicacion))
    archivos = ultimo[1]["archivos"] if ultimo else []
    fotos = [f.stat() for f in (publicacion / "imagenes").rglob("*") if f.is_file()]
    todos = {s.st_ino: s.st_size for s in (f.stat() for f in publicacion.rglob("*") if f.is_file())}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        base = cursor.fetchone()[0]
    return {
        "hechos": cabeza().tamano,
        "bytes_base": base,
        "imagenes": len(fotos),
        "bytes_imagenes": sum(s.st_size for s in fotos),
        "bytes_bases": sum(a["bytes"] for a in archivos if a["ruta"].startswith("bd/")),
        "bytes_corte": sum(a["bytes"] for a in archivos),
        "bytes_publicacion": sum(todos.values()),
    }

"""A database of somebody else's, made ready for us: the application's roles, each with a password of its own."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from prep.plataforma import roles


def preparar(url: str, carpeta: Path) -> list[Path]:
    """Make the roles that are missing in the server of `url` and close its database to everybody else; the files, one
    a new role, mode 0600, that hold each one's URL. The server only ever sees the password's SCRAM verifier. All or
    nothing: no role is left whose password is nowhere."""
    with psycopg.connect(url) as conexion:
        habia = {r for (r,) in conexion.execute("SELECT rolname FROM pg_roles").fetchall()}
        roles.crear(conexion)
        roles.cerrar_base(conexion)
        return [_dar_clave(conexion, url, rol, carpeta) for rol in roles.APLICACION if rol not in habia]


def _dar_clave(conexion: psycopg.Connection, url: str, rol: str, carpeta: Path) -> Path:
    clave = secrets.token_urlsafe(24)
    cifrada = conexion.pgconn.encrypt_password(clave.encode(), rol.encode(), b"scram-sha-256").decode()
    archivo = carpeta / f"base-{rol}.url"
    carpeta.mkdir(mode=0o700, parents=True, exist_ok=True)
    archivo.unlink(missing_ok=True)
    with os.fdopen(os.open(archivo, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
        f.write(url_de(url, rol, clave))
    conexion.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(rol), cifrada))
    return archivo


def url_de(url: str, rol: str, clave: str) -> str:
    """The same database, as another role."""
    partes = urlsplit(url)
    lugar = partes.netloc.rpartition("@")[2]
    return urlunsplit(partes._replace(netloc=f"{rol}:{quote(clave, safe='')}@{lugar}"))

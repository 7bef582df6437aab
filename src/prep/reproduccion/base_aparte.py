"""A bitácora to play with: a database of its own that goes away at the end and never touches the installation's."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


@contextmanager
def bitacora_aparte(*, duradero: bool = False) -> Iterator[Path]:
    """Django over a new empty database; yield a folder for the keys of this run.

    With ``DATABASE_URL``, a database with a name of its own in that server; otherwise a server of its own, without
    fsync unless `duradero`: nothing of it is kept. Must come before anything loads Django's settings.
    """
    with bitacora_en_camino(duradero=duradero) as lista:
        yield lista()


@contextmanager
def bitacora_en_camino(*, duradero: bool = False) -> Iterator[Callable[[], Path]]:
    """`bitacora_aparte` begun: its server is started while something else is done, which must not load Django's
    settings either. What it yields waits for it, loads Django and gives the folder."""
    from prep.plataforma import postgres
    from prep.plataforma.arranque import django_listo

    previas = {v: os.environ.get(v) for v in ("DATABASE_URL", "PREP_DATOS_DIR")}
    with tempfile.TemporaryDirectory(prefix="prep-aparte-") as carpeta:
        raiz = Path(carpeta)
        raiz.chmod(0o711)  # PostgreSQL runs as another user when we are root
        os.environ["PREP_DATOS_DIR"] = carpeta
        de_quien = _base_nueva(ajena) if (ajena := previas["DATABASE_URL"]) else None
        try:
            with ExitStack() as abierta, ThreadPoolExecutor(1) as hilo:
                servidor = de_quien or postgres.servidor_local(raiz / "postgres", duradero=duradero)
                url = hilo.submit(abierta.enter_context, servidor)

                def lista() -> Path:
                    os.environ["DATABASE_URL"] = url.result()
                    abierta.enter_context(django_listo())
                    return raiz

                yield lista
        finally:
            for variable, valor in previas.items():
                if valor is None:
                    os.environ.pop(variable, None)
                else:
                    os.environ[variable] = valor


@contextmanager
def _base_nueva(url: str) -> Iterator[str]:
    """A new database in the server of `url`, dropped at the end."""
    nombre = f"prep_aparte_{secrets.token_hex(6)}"
    partes = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as conexion:
        conexion.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(nombre)))
    try:
        yield urlunsplit(partes._replace(path=f"/{nombre}"))
    finally:
        with psycopg.connect(url, autocommit=True) as conexion:
            conexion.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(nombre)))

"""The whole database in one stream, made and read again by PostgreSQL's own tools.

Whatever the database is: what people and nodes wrote, accounts, catalogue, registers; with its tables and triggers.
Owners and grants are not in it: each installation sets its own (`prep.plataforma.roles`).
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from prep.plataforma import postgres
from prep.plataforma.errores import Impedimento

PEDAZO: Final = 16 * 2**20


def volcar(url: str, foto: str) -> Iterator[bytes]:
    """The database of `url` as the exported snapshot `foto` sees it, in pieces of `PEDAZO` bytes."""
    opciones = ["--format=custom", "--compress=1", "--no-owner", "--no-privileges", f"--snapshot={foto}"]
    with tempfile.TemporaryFile() as dicho, _abierto("pg_dump", url, opciones, dicho, stdout=subprocess.PIPE) as p:
        assert p.stdout is not None
        while pedazo := p.stdout.read(PEDAZO):
            yield pedazo
        if p.wait():
            raise Impedimento(f"No se pudo copiar la base de datos. pg_dump dijo: {_ultimo(dicho)}")


def cargar(url: str, pedazos: Iterable[bytes]) -> None:
    """Put in the empty database of `url` what `volcar` gave: all of it, or nothing."""
    opciones = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    conexion = conninfo_to_dict(url)
    opciones.append(f"--dbname={conexion['dbname']}")
    with tempfile.TemporaryFile() as dicho, _abierto("pg_restore", url, opciones, dicho, stdin=subprocess.PIPE) as p:
        assert p.stdin is not None
        try:
            for pedazo in pedazos:
                p.stdin.write(pedazo)
            p.stdin.close()
        except BrokenPipeError:
            pass  # it ended before: it says why
        except BaseException:
            p.kill()  # before it takes what it has for the whole
            raise
        if p.wait():
            raise Impedimento(f"No se pudo restaurar la base de datos. pg_restore dijo: {_ultimo(dicho)}")


def _abierto(nombre: str, url: str, opciones: list[str], dicho: IO[bytes], **tuberias: int) -> subprocess.Popen[bytes]:
    """One of PostgreSQL's tools at work on the database of `url`, whose password no list of processes shows."""
    variables = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    variables |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    partes = {variables[k]: str(v) for k, v in conninfo_to_dict(url).items() if k in variables and v}
    with psycopg.connect(url) as conexion:
        version = conexion.info.server_version // 10_000
    entorno = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", **partes}
    orden = [str(postgres.herramienta(nombre, version)), *opciones]
    return subprocess.Popen(orden, env=entorno, stderr=dicho, **tuberias)  # type: ignore[call-overload,no-any-return]


def _ultimo(dicho: IO[bytes]) -> str:
    """The last line that a tool said."""
    dicho.seek(0)
    lineas = dicho.read().decode(errors="replace").strip().splitlines()
    return lineas[-1] if lineas else "nada"

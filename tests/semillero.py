"""A process where the libraries are already loaded. Each command is a fork of it, that begins where `python -m prep`
does once they are: to load them takes the longest, and is the same for all. What is ours, each loads by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

BIBLIOTECAS = (
    "argon2",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.x509",
    "django.contrib.auth.hashers",
    "django.core.management.commands.migrate",
    "django.db.backends.postgresql.base",
    "django.db.migrations.executor",
    "django.forms",
    "django.template",
    "django.views.generic",
    "jsonschema_rs",
    "numpy",
    "orjson",
    "PIL.Image",
    "psycopg",
    "reportlab.platypus",
    "rich.markdown",
    "rich.progress",
    "rich.traceback",
    "typer._adapters",
)
_SEMILLA = """
import gc, importlib, json, os, runpy, sys
for biblioteca in sys.argv[1:]:
    importlib.import_module(biblioteca)
gc.freeze()
for pedido in map(json.loads, sys.stdin):
    if (hijo := os.fork()) == 0:
        os.setsid()
        os.chdir(pedido["donde"])
        os.environ.clear()
        os.environ.update(pedido["entorno"])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for a_donde in (1, 2):
            os.dup2(os.open(pedido["salida"], os.O_WRONLY | os.O_APPEND), a_donde)
        sys.argv = ["prep", *pedido["argumentos"]]
        runpy.run_module("prep", run_name="__main__", alter_sys=True)
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(hijo, 0)[1]), flush=True)
"""


class Semillero:
    def __init__(self) -> None:
        self._proceso = subprocess.Popen(
            [sys.executable, "-u", "-c", _SEMILLA, *BIBLIOTECAS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Semillero:
        return self

    def __exit__(
        self, tipo: type[BaseException] | None, error: BaseException | None, traza: TracebackType | None
    ) -> None:
        self._proceso.communicate()

    def correr(self, argumentos: list[str], donde: Path, entorno: dict[str, str]) -> tuple[int, str]:
        """How `prep` ends with those arguments, and all it says."""
        assert self._proceso.stdin is not None and self._proceso.stdout is not None
        with tempfile.NamedTemporaryFile("r") as salida:
            pedido = {
                "argumentos": argumentos,
                "donde": os.fspath(donde),
                "entorno": entorno,
                "salida": salida.name,
            }
            self._proceso.stdin.write(json.dumps(pedido) + "\n")
            self._proceso.stdin.flush()
            return int(self._proceso.stdout.readline()), salida.read()

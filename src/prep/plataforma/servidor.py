"""How the web server is started, by whoever starts it: the command, the demonstration, the tests."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final

from prep.plataforma.errores import Impedimento
from prep.plataforma.portero import HILOS
from prep.plataforma.procesos import en_su_sesion
from prep.plataforma.roles import CONEXIONES_WEB

PROCESOS_MAXIMOS: Final = CONEXIONES_WEB // HILOS
CONEXIONES: Final = 2048
"""Open at once to each process: waiting ones cost only their memory."""
_CABECERAS_MS: Final = 10_000
_CABECERAS_BYTES: Final = 64 * 1024
_ARRANQUE_S: Final = 60
_COMO_HABLA: Final = Path(__file__).with_name("granian.json")


class ServidorNoArranca(Impedimento):
    """The web server did not start or may not; the message says why and what to do, in Spanish."""


def procesos() -> int:
    """As many as cores: enough to use them, never more than the database has connections for."""
    return max(2, min(os.cpu_count() or 2, PROCESOS_MAXIMOS))


def orden_de_servidor(
    puerto: int,
    direccion: str = "127.0.0.1",
    *,
    certificado: Path | None = None,
    llave: Path | None = None,
    cuantos: int | None = None,
) -> list[str]:
    """The command line of granian with the door of `portero`: every wait and every quantity with a limit."""
    orden = [
        sys.executable, "-m", "granian", "prep.plataforma.portero:portero", "--factory",
        "--interface", "rsgi", "--http", "1", "--no-ws", "--loop", "asyncio",
        "--host", direccion, "--port", str(puerto),
        "--workers", str(min(cuantos or procesos(), PROCESOS_MAXIMOS)), "--respawn-failed-workers",
        "--backlog", "1024", "--backpressure", str(CONEXIONES),
        "--http1-header-read-timeout", str(_CABECERAS_MS), "--http1-buffer-size", str(_CABECERAS_BYTES),
        "--workers-kill-timeout", "15",
        "--no-access-log", "--log-level", "warning", "--log-config", str(_COMO_HABLA),
    ]  # fmt: skip
    if certificado and llave:
        orden += ["--ssl-certificate", str(certificado), "--ssl-keyfile", str(llave), "--ssl-protocol-min", "tls1.3"]
    return orden


@contextmanager
def sirviendo(orden: list[str], entorno: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run `orden` (of `orden_de_servidor`) in `entorno` and wait until it answers; stop it at the end, or when whoever
    runs it is killed."""
    _abrir_archivos()
    juntos = partial(en_su_sesion, os.getpid())
    proceso = subprocess.Popen(orden, env=entorno, start_new_session=True, preexec_fn=juntos)
    try:
        _esperar(proceso, orden)
        yield proceso
    finally:
        proceso.terminate()
        try:
            proceso.wait(30)
        except subprocess.TimeoutExpired:
            proceso.kill()
            proceso.wait()


def _esperar(proceso: subprocess.Popen[bytes], orden: list[str]) -> None:
    direccion, puerto = (orden[orden.index(que) + 1] for que in ("--host", "--port"))
    if direccion in ("0.0.0.0", "::"):  # noqa: S104 - asked for by whoever starts it
        direccion = "127.0.0.1" if direccion == "0.0.0.0" else "::1"  # noqa: S104
    conexion = HTTPSConnection if "--ssl-certificate" in orden else HTTPConnection
    limite = time.monotonic() + _ARRANQUE_S
    while proceso.poll() is None and time.monotonic() < limite:
        c = conexion(direccion, int(puerto), timeout=5)
        try:
            c.request("HEAD", "/")
            c.getresponse()
        except OSError as e:
            if "CERTIFICATE_VERIFY_FAILED" in str(e):
                return  # it answers, with a certificate that only its own clients know
            time.sleep(0.1)
        except HTTPException:
            time.sleep(0.1)
        else:
            return
        finally:
            c.close()
    raise ServidorNoArranca(f"El servidor no arrancó en el puerto {puerto}. Lo que dijo está arriba.")


def _abrir_archivos() -> None:
    """Each connection is an open file, and the usual limit is fewer than the connections that are let in."""
    _, maximo = resource.getrlimit(resource.RLIMIT_NOFILE)
    deseado = 2 * CONEXIONES if maximo == resource.RLIM_INFINITY else min(maximo, 2 * CONEXIONES)
    with suppress(ValueError, OSError):
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (max(deseado, resource.getrlimit(resource.RLIMIT_NOFILE)[0]), maximo)
        )

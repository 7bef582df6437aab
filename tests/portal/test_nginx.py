"""The configuration for nginx, whatever the folders are called, and what a real one answers with it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from prep.plataforma.errores import Impedimento
from prep.plataforma.procesos import morir_con
from prep.plataforma.puertos import reservables
from prep.portal.servido import configuracion

NGINX = Path("/usr/sbin/nginx")


def test_a_folder_with_a_space_is_one_word_and_one_that_would_end_it_is_refused() -> None:
    dicho = configuracion(Path("/srv/mi prep"), "80", Path("/var/mi nginx"), Path("/run/mi.pid"))
    assert 'root "/srv/mi prep";' in dicho and '"/var/mi nginx/c"' in dicho and 'pid "/run/mi.pid";' in dicho
    for malo in ('/srv/a";', "/srv/$a", "/srv/a\nb"):
        with pytest.raises(Impedimento, match="nginx no admite"):
            configuracion(Path(malo), "80", Path("/var/nginx"), Path("/run/a.pid"))


@pytest.fixture
def sitio(tmp_path: Path) -> Iterator[int]:
    """The port of a publication with one corte, and what a mirror has not checked yet."""
    if not NGINX.exists():
        pytest.skip("En este equipo no hay nginx.")
    raiz, temporal, puerto = tmp_path / "publicacion", tmp_path / "temporal", reservables(1)[0]
    for archivo in ("ultimo.json", "cortes/0001/corte.json", "imagenes/ab/ab.jpg", ".llegando/cortes/0002/corte.json"):
        (raiz / archivo).parent.mkdir(parents=True, exist_ok=True)
        (raiz / archivo).write_bytes(b"{}")
    temporal.mkdir()
    (tmp_path / "conf").write_text(configuracion(raiz, f"127.0.0.1:{puerto}", temporal, tmp_path / "pid"))
    quien = "user root; " if os.geteuid() == 0 else ""  # whose folder it is
    orden = [NGINX, "-c", tmp_path / "conf", "-e", tmp_path / "log", "-g", f"{quien}daemon off;"]
    with subprocess.Popen(orden, preexec_fn=partial(morir_con, os.getpid(), signal.SIGKILL)) as proceso:
        while proceso.poll() is None and not pedir(puerto, "/ultimo.json"):
            time.sleep(0.05)
        assert proceso.poll() is None, (tmp_path / "log").read_text()
        yield puerto
        proceso.terminate()


def pedir(puerto: int, ruta: str) -> tuple[int, list[str]]:
    """The status, and every `Cache-Control` that comes with it; nothing while nobody answers."""
    conexion = http.client.HTTPConnection("127.0.0.1", puerto, timeout=10)
    try:
        conexion.request("GET", ruta)
        respuesta = conexion.getresponse()
        return respuesta.status, respuesta.headers.get_all("Cache-Control") or []
    except ConnectionRefusedError:
        return ()  # type: ignore[return-value]
    finally:
        conexion.close()


def test_what_is_not_there_yet_is_kept_by_nobody(sitio: int) -> None:
    """The path of a corte can be guessed: asked for before it is out, it must not be missing for a year."""
    for ruta in ("/cortes/0001/corte.json", "/imagenes/ab/ab.jpg"):
        assert pedir(sitio, ruta) == (200, ["public, max-age=31536000, immutable"])
    assert pedir(sitio, "/ultimo.json")[1][0].startswith("public, max-age=15,")
    for ruta in ("/cortes/0002/index.html", "/imagenes/ab/cd.jpg", "/tile/0/001", "/portal/x.js", "/nada"):
        assert pedir(sitio, ruta) == (404, ["no-store"]), ruta


def test_what_a_mirror_has_not_checked_is_not_served(sitio: int) -> None:
    for ruta in ("/.llegando/cortes/0002/corte.json", "/cortes/../.llegando/cortes/0002/corte.json"):
        assert pedir(sitio, ruta)[0] == 404, ruta

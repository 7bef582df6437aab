"""Empty Debian machines on this one: two servers, each with its network, its processes and its files over those of
here; and a laptop with no network and no file but those of a bare Debian, which boots with its systemd.

What a server writes stays in a layer of its own (overlayfs) and is gone at the end. Neither the checkout nor the
environment of the tests can be seen from inside. `/srv/prep` is one folder that both have mounted.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from prep.plataforma.procesos import morir_con

AQUI = Path(__file__).parent
RAIZ = AQUI.parents[1]
MEMORIA = "/media/quien instala/USB 1"
"""Where a desktop puts a stick."""
DE_SERVIDOR = (
    "unshare", "ip", "setpriv", "runuser", "mountpoint", "openssl", "/usr/sbin/nginx", "/usr/bin/python3.11",
    "/usr/lib/postgresql/15/bin/postgres", "pg_createcluster", "useradd", "curl",
    "/usr/lib/python3.11/ensurepip/__init__.py",
)  # fmt: skip
"""What a server is made with; the rest, it has of here with the files of this machine."""

ARRANQUE = """
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/capa" "$1/obra" "$1/raiz"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/capa,workdir=$1/obra" "$1/raiz"
raiz=$1/raiz comun=$2 paquete=$3 inicio=$4; shift 4
mount -t proc proc "$raiz/proc"
mount --rbind /dev "$raiz/dev"
mount -t tmpfs -o mode=755 tmpfs "$raiz/run"
mount -t tmpfs -o mode=1777 tmpfs "$raiz/tmp"
for que do [ ! -d "$raiz$que" ] || mount -t tmpfs tmpfs "$raiz$que"; done
cd "$raiz"
rm -rf etc/postgresql/* var/lib/postgresql/* var/log/postgresql/* etc/nginx/modules-enabled/*
mkdir -p "$raiz/srv/prep" "$raiz/mnt/respaldos" "$raiz/mnt/paquete" "$raiz/run/postgresql"
chown postgres: "$raiz/run/postgresql"
mount --bind "$comun/almacen" "$raiz/srv/prep"
mount --bind "$comun/respaldos" "$raiz/mnt/respaldos"
mount --bind "$paquete" "$raiz/mnt/paquete"
mount -o remount,bind,ro "$raiz/mnt/paquete"
install -m 755 "$comun/systemctl" "$raiz/usr/local/sbin/systemctl"
ip link set lo up
echo listo
exec chroot "$raiz" /usr/bin/python3 -c "$inicio"
"""

INICIO = """
import os, time
while True:
    try:
        os.wait()
    except ChildProcessError:
        time.sleep(0.05)
"""
"""The first process of a server: whoever loses its parent does not stay a zombie, which PostgreSQL takes for alive."""


def falta(*programas: str) -> str:
    """Why it cannot be done here; empty if it can."""
    if os.geteuid() != 0:
        return "solo root puede hacer otros equipos con espacios de nombres"
    if ausentes := [p for p in ("nsenter", *programas) if shutil.which(p) is None and not Path(p).is_file()]:
        return f"en este equipo no hay {', '.join(ausentes)}"
    capas = "lowerdir=/,upperdir=/mnt/a,workdir=/mnt/b"
    prueba = f"mount -t tmpfs t /mnt && cd /mnt && mkdir a b c && mount -t overlay o -o {capas} c"
    if subprocess.run(["unshare", "-mnp", "-f", "sh", "-c", prueba], capture_output=True, check=False).returncode:
        return "este equipo no deja hacer espacios de nombres con overlayfs"
    return ""


def hacer_paquete(carpeta: Path) -> subprocess.CompletedProcess[str]:
    centro = {"CENTRO": "https://10.77.0.1", "AUTORIDAD": str(AQUI / "autoridad.crt")}
    return subprocess.run(
        ["sh", RAIZ / "herramientas" / "paquete.sh", carpeta],
        env=os.environ | centro | {"PREP_PYTHON": sys.executable},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@dataclass
class Servidor:
    direccion: str
    pid: int

    def orden(self, *orden: str) -> list[str]:
        return ["nsenter", "-t", str(self.pid), "-m", "-n", "-p", "-r", "-w", "--", *orden]

    def correr(self, *orden: str, entrada: str | None = None, bien: bool = True) -> str:
        """What it said, both streams together."""
        hecho = subprocess.run(
            self.orden(*orden), env=ENTORNO, input=entrada, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        assert (hecho.returncode == 0) is bien, f"{' '.join(orden)}\n{hecho.stdout}\n{self.bitacora() if bien else ''}"
        return hecho.stdout

    def prep(self, *orden: str, entrada: str | None = None) -> str:
        """As whoever operates it types it."""
        return self.correr("prep", *orden, entrada=entrada)

    def programa(self, texto: str, *argumentos: str) -> subprocess.Popen[str]:
        """A program of the tests that uses the installed one."""
        return subprocess.Popen(
            self.orden("sh", "-ec", PREP, "sh", "-c", texto, *argumentos),
            env=ENTORNO, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def activa(self, unidad: str) -> bool:
        return subprocess.run(self.orden("systemctl", "is-active", unidad), env=ENTORNO, check=False).returncode == 0

    def bitacora(self) -> str:
        suyo = "tail -n 15 /var/log/prueba-systemd/*.log /var/log/postgresql/*.log; journalctl -n 30 -u 'prep*'; :"
        return self.correr("sh", "-c", suyo)


ENTORNO = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "COLUMNS": "200"}
PREP = """
set -a; . /etc/prep/prep.env; DATABASE_URL=$(cut -d= -f2- /etc/prep/sede.env); set +a
exec setpriv --reuid=prep --regid=prep --init-groups /opt/prep/actual/bin/python "$@"
"""


@contextmanager
def dos_servidores(carpeta: Path, paquete: Path) -> Iterator[tuple[Servidor, Servidor]]:
    for que in ("almacen", "respaldos", "a", "b"):
        (carpeta / que).mkdir()
    texto = (AQUI / "systemctl.py").read_text()
    (carpeta / "systemctl").write_text(f"#!/usr/bin/python3\n{texto}")
    with ExitStack() as pila:
        a, b = (
            pila.enter_context(_servidor(carpeta, paquete, n, d)) for n, d in (("a", "10.77.0.1"), ("b", "10.77.0.2"))
        )
        enlace = f"ip link add prep0 type veth peer name prep0 netns {b.pid}"
        subprocess.run(["nsenter", "-t", str(a.pid), "-n", *enlace.split()], check=True)
        for s in (a, b):
            s.correr("ip", "addr", "add", f"{s.direccion}/24", "dev", "prep0")
            s.correr("ip", "link", "set", "prep0", "up")
        yield a, b


@contextmanager
def _servidor(carpeta: Path, paquete: Path, nombre: str, direccion: str) -> Iterator[Servidor]:
    ocultas = [str(RAIZ), str(Path.home()), *([sys.prefix] if sys.prefix != sys.base_prefix else [])]
    with subprocess.Popen(
        [
            *("unshare", "-m", "-n", "-p", "-u", "-i", "-f", "--kill-child", "sh", "-c", ARRANQUE, "sh"),
            *(str(carpeta / nombre), str(carpeta), str(paquete), INICIO, *ocultas),
        ],
        stdout=subprocess.PIPE, text=True, preexec_fn=partial(morir_con, os.getpid(), signal.SIGKILL),
    ) as proceso:  # fmt: skip
        assert proceso.stdout and proceso.stdout.readline() == "listo\n"
        hijo = Path(f"/proc/{proceso.pid}/task/{proceso.pid}/children").read_text().split()[0]
        try:
            yield Servidor(direccion, int(hijo))
        finally:
            os.kill(int(hijo), signal.SIGKILL)
            proceso.wait()


@contextmanager
def laptop(debian: Path, memoria: Path) -> Iterator[Servidor]:
    """`debian`: the files of a machine, which boots with its own systemd and stays as it is left; `memoria`: what is in
    the USB stick. It has no network."""
    with tempfile.TemporaryFile("w+") as dicho:
        orden = ["systemd-nspawn", "--quiet", "--boot", "--private-network", "--register=no", "--keep-unit"]
        orden += ["--link-journal=no", "--console=pipe", f"--directory={debian}", f"--bind={memoria}:{MEMORIA}"]
        orden += [
            "--capability=CAP_BPF",
            "--system-call-filter=bpf",
        ]  # with which systemd keeps a unit to its addresses
        with subprocess.Popen(
            orden, env=os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},  # as Debian 12 has it
            stdin=subprocess.DEVNULL, stdout=dicho, stderr=dicho,
            preexec_fn=partial(morir_con, os.getpid(), signal.SIGKILL),
        ) as proceso:  # fmt: skip
            try:
                while not (suya := _encendida(proceso)):
                    if proceso.poll() is not None:
                        dicho.seek(0)
                        pytest.skip(f"Aquí no arranca un equipo con systemd: {dicho.read()[-300:]}")
                    time.sleep(0.2)
                yield suya
            finally:
                proceso.terminate()  # as with its button: it is told to go off
                proceso.wait()


def _encendida(nspawn: subprocess.Popen[bytes]) -> Servidor | None:
    """The machine that it holds, once its systemd has started all that it starts."""
    hijos = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children").read_text().split()
    if not hijos:
        return None
    suya = Servidor("127.0.0.1", int(hijos[0]))
    espera = suya.orden("systemctl", "is-system-running", "--wait")
    dicho = subprocess.run(espera, env=ENTORNO, capture_output=True, text=True, check=False).stdout.strip()
    return suya if dicho in ("running", "degraded") else None


@contextmanager
def medido(que: str, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    desde = time.monotonic()
    yield
    with capsys.disabled():
        print(f"\n  {que}: {time.monotonic() - desde:.1f} s", end="", flush=True)

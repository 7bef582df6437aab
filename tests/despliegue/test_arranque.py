"""The units of the centre under a systemd that boots: a bare Debian 12 becomes a server, a night begins in it, and the
machine is turned off and on."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from servidores import MEMORIA, Servidor, falta, laptop, medido

CONF = """ESTE=127.0.0.1
OTRO=
PORTAL=prep.instituto.example
ESCRITORIOS=escritorios.instituto.example
RESPALDOS=/mnt/respaldos
FIRMA=/run/prep/instituto.skey
SELLOS=
"""
LEJOS = "192.0.2.14"
LLAVE = "/run/prep/instituto.skey"
CADA_MINUTO = "sed -i 's/^cada_minutos = .*/cada_minutos = 1/' /var/lib/prep/proceso/proceso.toml"
CON_LECTURA = "sed -i 's/^lectura = .*/lectura = \"piloto\"/' /var/lib/prep/proceso/proceso.toml"
DE_LA_NOCHE = ("prep-corte", "prep-servir@8001", "prep-servir@8002", "prep-lectura")


@pytest.mark.largo
@pytest.mark.timeout(2400)
def test_the_night_runs_inside_its_walls_under_a_systemd_that_boots(
    paquete: Path, debian_vacio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if motivo := falta("systemd-nspawn"):
        pytest.skip(f"No se instaló nada: {motivo}.")
    carpeta = Path(tempfile.mkdtemp(prefix="prep-arranque-"))
    carpeta.chmod(0o755)
    try:
        memoria = shutil.copytree(paquete, carpeta / "memoria")
        with laptop(debian_vacio, memoria) as s:
            montar_respaldos(s)
            s.correr("sh", "-c", "mkdir -p /etc/prep && cat >/etc/prep/instalar.conf", entrada=CONF)
            with medido("de un Debian vacío al servidor", capsys):
                s.correr("sh", f"{MEMORIA}/despliegue/instalar.sh", "principal")
            llave = puesta_en_ceros(s)
            s.correr("systemctl", "enable", "--now", "prep-noche.target")
            s.correr("systemctl", "enable", "--now", "prep-lectura")
            with medido("de que empieza la noche a su primer corte", capsys):
                hasta(lambda: corte_de(s) > 1, 400, s)
            for unidad in ("prep-respaldo", "prep-cofirmas", "prep-sellar"):
                s.correr("systemctl", "start", unidad)
            adentro(s)
            assert s.correr("sh", "-c", "ls /mnt/respaldos/respaldos").count(".json") >= 1
            assert "edita" not in s.correr("systemctl", "is-system-running")
            anterior = corte_de(s)
        with laptop(debian_vacio, memoria) as s:  # off and on: the key that was open in memory is not there
            montar_respaldos(s)
            assert s.correr("stat", "-c", "%a %U:%G", "/run/prep").strip() == "700 prep:prep"
            assert s.correr("ls", "/run/prep") == ""
            hasta(lambda: all(trabaja(s, u) for u in DE_LA_NOCHE[1:]), 120, s)
            hasta(lambda: veces(s, "prep-corte") > 0, 120, s)  # it goes on trying
            assert corte_de(s) == anterior
            s.correr("sh", "-c", f"umask 077 && cat >{LLAVE} && chown prep: {LLAVE}", entrada=llave)
            with medido("de que la llave se abre otra vez al siguiente corte", capsys):
                hasta(lambda: corte_de(s) > anterior, 400, s)
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)


def montar_respaldos(s: Servidor) -> None:
    """As if it were another machine's."""
    s.correr("sh", "-c", "mkdir -p /mnt/respaldos && mount -t tmpfs -o mode=700,uid=842,gid=842 tmpfs /mnt/respaldos")


def puesta_en_ceros(s: Servidor) -> str:
    """What two people would open in memory; the institute's key, which signs it."""
    s.prep("proceso", "ejemplo", "/var/lib/prep/proceso", "--casillas", "60")
    s.correr("sh", "-c", f"{CADA_MINUTO} && {CON_LECTURA}")
    qr = "umask 077 && cat >/var/lib/prep/llaves/qr && chown prep: /var/lib/prep/llaves/qr"
    s.correr("sh", "-c", qr, entrada="un secreto de más de dieciséis letras")
    s.prep("proceso", "importar", "/var/lib/prep/proceso")
    s.prep("llaves", "crear", "instituto.example/prep/simulacro", "/run/prep", "--archivo", "instituto")
    s.prep("operacion", "fundar", "--modo", "simulacro", "--llave", LLAVE)
    ceros = ("--modo", "simulacro", "--sin-aprobar", "es una prueba", "--llave", LLAVE)
    s.prep("operacion", "ceros", *ceros)
    publica = s.correr("cat", "/run/prep/instituto.vkey")
    s.correr("sh", "-c", "cat >/etc/prep/politica", entrada=f"log {publica.strip()}\nquorum none\n")
    return s.correr("cat", LLAVE)


def adentro(s: Servidor) -> None:
    """What each unit sees from where systemd put it, and who may look at whoever signs."""
    pids = {u: s.correr("systemctl", "show", "-P", "MainPID", u).strip() for u in DE_LA_NOCHE}
    for unidad, pid in pids.items():
        assert trabaja(s, unidad), unidad
        desde = ("nsenter", "-t", pid, "-m", "--")
        s.correr(*desde, "test", "-s", LLAVE, bien=unidad == "prep-corte")
        if unidad.startswith("prep-servir"):
            s.correr(*desde, "test", "-s", "/etc/prep/sede.env", bien=False)
            s.correr(*desde, "test", "-s", "/var/lib/prep/llaves/base-prep_sede.url", bien=False)
        s.correr(*desde, "touch", "/usr/local/aqui", bien=False)
    como = ("setpriv", "--reuid=prep", "--regid=prep", "--init-groups", "cat")
    s.correr(*como, f"/proc/{pids['prep-servir@8001']}/environ")
    s.correr(*como, f"/proc/{pids['prep-corte']}/environ", bien=False)

    s.correr("ip", "address", "add", f"{LEJOS}/24", "dev", "lo")  # what is not of these servers
    for unidad in pids:
        cerrada = unidad != "prep-corte"
        assert alcanza(s, unidad, "127.0.0.1"), unidad
        assert alcanza(s, unidad, LEJOS) is not cerrada, unidad


def alcanza(s: Servidor, unidad: str, donde: str) -> bool:
    """Whether a program that the unit started could speak with nginx there."""
    grupo = s.correr("systemctl", "show", "-P", "ControlGroup", unidad).strip()
    pedir = f"import socket; socket.create_connection(('{donde}', 443), 5); print('llega')"
    entrar = f"echo $$ >'/sys/fs/cgroup{grupo}/cgroup.procs'; /usr/bin/python3 -c \"$1\" 2>&1"
    return "llega" in s.correr("sh", "-c", f"{entrar} || :", "sh", pedir)


def veces(s: Servidor, unidad: str) -> int:
    """How many times systemd started it again."""
    return int(s.correr("systemctl", "show", "-P", "NRestarts", unidad))


def trabaja(s: Servidor, unidad: str) -> bool:
    return s.correr("systemctl", "show", "-P", "SubState", unidad).strip() == "running"


def corte_de(s: Servidor) -> int:
    return int(json.loads(s.correr("cat", "/srv/prep/publicacion/ultimo.json"))["corte"])


def hasta(que: Callable[[], bool], segundos: int, s: Servidor) -> None:
    limite = time.monotonic() + segundos
    while not que():
        assert time.monotonic() < limite, s.bitacora()
        time.sleep(2)

"""Two empty servers, a first corte behind TLS, a new version under somebody who is in, a failover under load: what is
shipped (the installer, the units, the configurations), run as it is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servidores import AQUI, DE_SERVIDOR, ENTORNO, Servidor, dos_servidores, falta, medido

CONF = """ESTE={este}
OTRO={otro}
PORTAL=prep.instituto.example
ESCRITORIOS=escritorios.instituto.example
RESPALDOS=/mnt/respaldos
FIRMA=/var/lib/prep/llaves/instituto.skey
SELLOS=
"""
ESCRIBIR = """
import sys, time
from datetime import datetime
from zoneinfo import ZoneInfo
from prep.plataforma.arranque import django_listo
with django_listo(migrar=False):
    from django.db import connection
    from prep.bitacora.nodos import nodo_de_aqui
    from prep.bitacora.services import anotar
    from prep.catalogo.services import cargar, informativo
    from prep.simulacro.noche import Noche
    cierre = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo("America/Mexico_City"))
    for acta in Noche(cargar(), informativo(), cierre, 3, movil=0).actas():
        while True:
            try:
                anotar(acta.hechos, nodo_de_aqui(), cierre)
                break
            except Exception as error:
                print(f"# {type(error).__name__}", file=sys.stderr, flush=True)
                connection.close()
                time.sleep(0.05)
        print(time.time(), *(h.id for h in acta.hechos), flush=True)
"""
ESTAN = """
import sys
from prep.plataforma.arranque import django_listo
with django_listo(migrar=False):
    from prep.bitacora.models import Hecho
    hay = {str(h) for h in Hecho.objects.values_list("id", flat=True)}
    print(len(hay), *(i for i in open(sys.argv[1]).read().split() if i not in hay))
"""


def instalar(s: Servidor, *orden: str, de: str = "/mnt/paquete") -> str:
    return s.correr("sh", f"{de}/despliegue/instalar.sh", *orden)


def relevo(s: Servidor, *orden: str, bien: bool = True) -> str:
    return s.correr("sh", "/opt/prep/actual/despliegue/relevo.sh", *orden, bien=bien)


def configurar(s: Servidor, **cambios: str) -> None:
    texto = CONF.format(este=s.direccion, otro="10.77.0.2" if s.direccion == "10.77.0.1" else "10.77.0.1")
    for clave, valor in cambios.items():
        texto = re.sub(rf"^{clave}=.*$", f"{clave}={valor}", texto, flags=re.MULTILINE)
    s.correr("sh", "-c", "mkdir -p /etc/prep && cat >/etc/prep/instalar.conf", entrada=texto)


def pedir(s: Servidor, nombre: str, ruta: str, *opciones: str) -> str:
    """What nginx answers to a browser that trusts the local authority."""
    aqui = f"{nombre}.instituto.example"
    return s.correr(
        *("curl", "-sS", "--fail", "--cacert", "/etc/prep/tls/autoridad.crt", "--resolve", f"{aqui}:443:{s.direccion}"),
        *(*opciones, f"https://{aqui}{ruta}"),
    )


@pytest.mark.largo
@pytest.mark.timeout(3000)
def test_two_servers_from_nothing(paquete: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if motivo := falta(*DE_SERVIDOR):
        pytest.skip(f"No se desplegó nada: {motivo}.")
    carpeta = Path(tempfile.mkdtemp(prefix="prep-despliegue-"))
    carpeta.chmod(0o755)
    try:
        llevado = shutil.copytree(paquete, carpeta / "paquete")  # the next version is made in it
        with dos_servidores(carpeta, llevado) as (a, b):
            with medido("de un servidor vacío al primer corte, por TLS", capsys):
                configurar(a)
                instalar(a, "principal")
                primer_corte(a)
            assert "no se cambió nada" in instalar(a, "principal")
            red = a.correr("cat", "/etc/systemd/system/prep-servir@.service.d/red.conf")
            assert set(red.split("=")[1].split()) == {a.direccion, b.direccion}  # besides itself, the two databases
            la_noche(a)
            with medido("una versión nueva, con gente adentro", capsys):
                una_version_nueva(a, llevado)
            with medido("de un servidor vacío a la reserva", capsys):
                instalar(a, "entregar", "/srv/prep/reserva.tar")
                configurar(b)
                instalar(b, "reserva", "/srv/prep/reserva.tar")
            assert "no se cambió nada" in instalar(b, "reserva", "/srv/prep/reserva.tar")
            relevar(a, b, capsys)
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)


def primer_corte(a: Servidor) -> None:
    a.prep("proceso", "ejemplo", "/var/lib/prep/proceso", "--casillas", "60")
    a.prep("proceso", "importar", "/var/lib/prep/proceso")
    a.prep("llaves", "crear", "instituto.example/prep/simulacro", "--archivo", "instituto")
    a.prep("operacion", "fundar", "--modo", "simulacro")
    a.prep("operacion", "ceros", "--modo", "simulacro", "--sin-aprobar", "es una prueba")
    assert json.loads(pedir(a, "prep", "/ultimo.json"))["corte"] == 1
    assert "immutable" in pedir(a, "prep", "/cortes/0001/corte.json", "-I")
    assert "/entrar/" in pedir(a, "escritorios", "/entrar/")


def la_noche(a: Servidor) -> None:
    """What works from the puesta en ceros on: each unit does its work inside its walls."""
    a.correr("systemctl", "enable", "--now", "prep-noche.target")
    for unidad in ("prep-corte", "prep-servir@8001", "prep-servir@8002"):
        a.correr("systemctl", "is-active", unidad)
    for unidad in ("prep-respaldo", "prep-cofirmas", "prep-sellar"):
        a.correr("systemctl", "start", unidad)
    assert "Respaldo" in a.correr("cat", "/var/log/prueba-systemd/prep-respaldo.service.log")
    assert a.correr("sh", "-c", "ls /mnt/respaldos/respaldos").count(".json") == 1


def una_version_nueva(a: Servidor, paquete: Path) -> None:
    """Somebody comes in with the old one and goes on with the new one, and never finds the door closed."""
    antes = a.correr("readlink", "/opt/prep/actual")
    with desde_su_mesa(a) as dichos:
        (paquete / "LICENSE").write_text((paquete / "LICENSE").read_text() + "\n")
        sumar = "find . -type f ! -name SHA256SUMS | xargs sha256sum >SHA256SUMS"
        subprocess.run(["sh", "-c", sumar], cwd=paquete, check=True)
        instalar(a, "principal")
    assert a.correr("readlink", "/opt/prep/actual") != antes
    assert set(dichos) == {"200"} and dichos["200"] > 20, dichos
    assert antes.strip().partition("/")[2] in a.correr("ls", "/opt/prep/versiones")  # the way back is there


@contextmanager
def desde_su_mesa(a: Servidor) -> Iterator[dict[str, int]]:
    """Somebody who asks all the time while the block lasts; at its end, how many times they were told what."""
    a.correr("sh", "-c", "cat >/run/navegador.py", entrada=(AQUI / "navegador_llano.py").read_text())
    a.correr("sh", "-c", "cat >/var/lib/prep/lista.csv", entrada="usuario,nombre,roles,lugar\nluz,Luz,capturista,CCV\n")
    a.prep("acceso", "importar", "/var/lib/prep/lista.csv", "--pases", "/var/lib/prep/pases.pdf")
    terminal = a.prep("acceso", "terminal", "Mesa 1", "--lugar", "CCV").split()[-1]
    clave = a.prep("acceso", "clave", "luz").split()[-1]
    orden = a.orden("python3", "/run/navegador.py", a.direccion, terminal, "luz", clave, "/run/alto")
    dichos: dict[str, int] = {}
    with subprocess.Popen(orden, env=ENTORNO, stdout=subprocess.PIPE, text=True) as proceso:
        try:
            assert proceso.stdout and proceso.stdout.readline() == "dentro\n"
            yield dichos
        finally:
            a.correr("touch", "/run/alto")
        dichos.update(json.loads(proceso.stdout.read()))


def relevar(a: Servidor, b: Servidor, capsys: pytest.CaptureFixture[str]) -> None:
    """The primary's database dies under load; the standby goes on, with every fact that was acknowledged."""
    assert "Apáguela" in relevo(b, "promover", bien=False)  # while the other one answers there would be two
    relevo(a, "acompanado")
    with a.programa(ESCRIBIR) as escritor:
        assert escritor.stdout
        acuses = [escritor.stdout.readline().split() for _ in range(15)]
        a.correr("sh", "-c", "kill -9 $(head -1 /var/lib/postgresql/15/prep/postmaster.pid) $(pgrep -u postgres)")
        muerte = time.time()
        # Whoever is on watch sees the alarm and types this: here, at once.
        assert "ya es la principal" in relevo(b, "promover", "--solo-base")
        acuses += [linea.split() for linea in escritor.stdout]
        assert escritor.wait() == 0
    antes = [hora for hora, *_ in acuses if float(hora) <= muerte]
    despues = [hora for hora, *_ in acuses if float(hora) > muerte]
    assert len(acuses) == 180 and len(antes) >= 15 and despues, acuses
    b.correr("sh", "-c", "cat >/run/acuses", entrada=" ".join(i for _, *ids in acuses for i in ids))
    cuantos, *faltan = b.programa(ESTAN, "/run/acuses").communicate()[0].split()
    assert faltan == []
    with capsys.disabled():
        print(f"\n  relevo: {float(min(despues)) - muerte:.1f} s de la muerte de la base al siguiente acuse; ", end="")
        print(
            f"{len(antes)} escrituras con acuse antes y {len(despues)} después, {cuantos} hechos, ninguno falta", end=""
        )
    # The whole program goes on at the other server, whose corte follows the last one.
    a.correr("systemctl", "stop", "prep-corte")
    b.correr("systemctl", "enable", "--now", "prep.target", "prep-noche.target")
    anterior = json.loads(pedir(b, "prep", "/ultimo.json"))["corte"]
    b.prep("corte")
    assert json.loads(pedir(b, "prep", "/ultimo.json"))["corte"] > anterior
    b.prep("bitacora", "verificar", "--publicacion", "/srv/prep/publicacion")
    # The one that was lost comes back as the standby of the other.
    instalar(b, "entregar", "/srv/prep/vuelta.tar")
    instalar(a, "reserva", "/srv/prep/vuelta.tar", "--rehacer")
    assert not any(a.activa(u) for u in ("prep-corte", "prep-servir@8001", "prep-servir@8002"))
    relevo(b, "acompanado")
    assert "sync" in relevo(b, "estado")

"""From two empty servers to a first corte behind TLS, a new version under somebody who is in, and a failover under load:
the installer and the units that are shipped, run as they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servidores import RAIZ, Servidor, dos_servidores, falta

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


@pytest.fixture(scope="module")
def paquete() -> Iterator[Path]:
    """What `make paquete` makes. The wheels come from salida/paquete, when somebody made it, or from the network."""
    with tempfile.TemporaryDirectory(prefix="prep-paquete-") as nombre:
        carpeta = Path(nombre)
        carpeta.chmod(0o755)
        if (ya := RAIZ / "salida" / "paquete" / "ruedas").is_dir():
            shutil.copytree(ya, carpeta / "ruedas")
        hecho = subprocess.run(
            ["sh", RAIZ / "herramientas" / "paquete.sh", carpeta], capture_output=True, text=True, check=False
        )
        if "Faltan ruedas" in hecho.stderr:
            pytest.skip(
                f"No se pudieron reunir las dependencias: haga «make paquete» donde haya red. {hecho.stderr[-300:]}"
            )
        assert hecho.returncode == 0, hecho.stderr
        yield carpeta


@contextmanager
def medido(que: str, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    desde = time.monotonic()
    yield
    with capsys.disabled():
        print(f"\n  {que}: {time.monotonic() - desde:.1f} s", end="", flush=True)


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
@pytest.mark.timeout(1800)
def test_two_servers_from_nothing(paquete: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if motivo := falta():
        pytest.skip(f"No se desplegó nada: {motivo}.")
    carpeta = Path(tempfile.mkdtemp(prefix="prep-despliegue-"))
    carpeta.chmod(0o755)
    try:
        with dos_servidores(carpeta, paquete) as (a, b):
            with medido("de nada al primer corte, con TLS", capsys):
                configurar(a)
                instalar(a, "principal")
                primer_corte(a)
            assert "no se cambió nada" in instalar(a, "principal")
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)


def primer_corte(a: Servidor) -> None:
    a.prep("proceso", "ejemplo", "/var/lib/prep/proceso", "--casillas", "60")
    a.prep("proceso", "importar", "/var/lib/prep/proceso")
    a.prep("llaves", "crear", "instituto.example/prep/simulacro", "--archivo", "instituto")
    a.prep("operacion", "fundar", "--modo", "simulacro")
    a.prep("operacion", "ceros", "--modo", "simulacro")
    assert json.loads(pedir(a, "prep", "/ultimo.json"))["corte"] == 1
    assert "immutable" in pedir(a, "prep", "/cortes/0001/corte.json", "-I")
    assert "escriba su usuario" in pedir(a, "escritorios", "/entrar/", "-L").lower()

"""A node from a USB stick: a bare Debian 12 without any network becomes one, and its first acta is captured there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from servidores import AQUI, MEMORIA, RAIZ, Servidor, falta, hacer_paquete, laptop, medido

CATD = "CATD-001"


@pytest.mark.largo
def test_a_stick_made_again_is_the_same_and_one_that_spoiled_is_made_whole(paquete: Path, tmp_path: Path) -> None:
    otra = shutil.copytree(paquete, tmp_path / "otra")
    (otra / "debian" / "de-antes_1_all.deb").write_bytes(b"!<arch>")
    next((otra / "debian").glob("adduser_*.deb")).write_bytes(b"!<arch>")
    assert hacer_paquete(otra).returncode == 0
    assert (otra / "SHA256SUMS").read_bytes() == (paquete / "SHA256SUMS").read_bytes()


@pytest.mark.largo
@pytest.mark.timeout(1800)
def test_a_bare_laptop_without_network_becomes_a_node_and_its_first_acta_is_captured(
    paquete: Path, debian_vacio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if motivo := falta("systemd-nspawn"):
        pytest.skip(f"No se instaló nada: {motivo}.")
    carpeta = Path(tempfile.mkdtemp(prefix="prep-memoria-"))
    carpeta.chmod(0o755)
    try:
        memoria = shutil.copytree(paquete, carpeta / "memoria")
        centro = Centro(carpeta)
        with laptop(debian_vacio, memoria) as suya:
            desde = time.monotonic()
            with medido("de una laptop vacía a la solicitud de alta", capsys):
                assert "Falta que el instituto dé de alta a «catd-014»" in instalar(suya, "catd-014")
            en_el_centro = time.monotonic()
            huella = centro.dar_de_alta(memoria)
            en_el_centro = time.monotonic() - en_el_centro
            assert "no es del instituto cuya huella escribió" in instalar(suya, "catd-014", "0" * 16, bien=False)
            with medido("de la alta al nodo que trabaja", capsys):
                assert "Abra en este equipo https://localhost/" in instalar(suya, "catd-014", huella)
            with medido("la primera acta: recibida, digitalizada y capturada", capsys):
                centro.primera_captura(suya, memoria)
            with capsys.disabled():
                total = time.monotonic() - desde - en_el_centro
                print(f"\n  de una laptop vacía a la primera captura, sin el viaje al centro: {total:.1f} s", end="")
            assert "no se cambió nada" in instalar(suya, "catd-014")
            assert "ya es el nodo «catd-014»" in instalar(suya, "catd-015", bien=False)
        with laptop(debian_vacio, memoria) as suya:  # it was turned off, and on: all that works starts by itself
            assert suya.correr("systemctl", "is-system-running").strip() == "running"
            suya.correr("systemctl", "is-active", "prep.target", "prep-servir@8001", "prep-servir@8002", "prep-enviar")
            assert "--autoridad /etc/prep/centro.crt" in suya.correr("cat", "/etc/prep/nodo.env")
            suya.correr("ip", "address", "add", "192.0.2.14/24", "dev", "lo")  # in the network of its centre
            assert "en los otros de su red https://192.0.2.14/" in instalar(suya, "catd-014")
            certificado = f"{MEMORIA}/nodos/catd-014.crt"
            assert "/entrar/" in suya.correr("/usr/bin/python3", "-c", PEDIR, certificado, "https://192.0.2.14/entrar/")
            assert "Por enviar 4 hechos, 1 fotografía" in " ".join(suya.prep("nodo", "estado").split())
            suya.prep("lote", "exportar", "/var/lib/prep/catd-014-2100")
            suya.correr("cp", "/var/lib/prep/catd-014-2100", f"{MEMORIA}/nodos/")
        assert "4 hechos" in centro.prep("lote", "importar", memoria / "nodos" / "catd-014-2100")
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)


PEDIR = """
import ssl, sys, urllib.request
tls = ssl.create_default_context(cafile=sys.argv[1])
print(urllib.request.urlopen(sys.argv[2], context=tls).read().decode())
"""
"""Whoever has the certificate of the stick, from another machine."""


def instalar(suya: Servidor, *nodo: str, bien: bool = True) -> str:
    return suya.correr("sh", f"{MEMORIA}/despliegue/instalar.sh", "nodo", *nodo, bien=bien)


class Centro:
    """The institute, here, with the commands that people type; what it gives goes in the stick."""

    def __init__(self, carpeta: Path) -> None:
        self.datos = carpeta / "centro"
        self.datos.mkdir(mode=0o755)
        self.prep("proceso", "ejemplo", "proceso", "--casillas", "60")
        self.prep("proceso", "importar", "proceso")
        self.prep("llaves", "crear", "instituto.example/prep/simulacro", "--archivo", "instituto")
        self.prep("operacion", "fundar", "--modo", "simulacro")
        self.prep("operacion", "ceros", "--modo", "simulacro", "--sin-aprobar", "es una prueba")
        gente = f"ana,Ana,acopiador|digitalizador,{CATD}\nluz,Luz,capturista,{CATD}\n"
        (self.datos / "lista.csv").write_text(f"usuario,nombre,roles,lugar\n{gente}")
        self.prep("acceso", "importar", "lista.csv", "--pases", "pases.pdf")
        self.claves = {quien: self.prep("acceso", "clave", quien).split()[-1] for quien in ("ana", "luz")}
        self.prep("actas", "llenar", "proceso", "--salida", "llena", "--cuantas", "1", "--catd", CATD, "--limpias")

    def prep(self, *orden: str | Path) -> str:
        entorno = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"PREP_DATOS_DIR": str(self.datos)}
        hecho = subprocess.run(
            [sys.executable, "-m", "prep", *orden], cwd=self.datos, env=entorno, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        assert hecho.returncode == 0, hecho.stdout
        return hecho.stdout

    def dar_de_alta(self, memoria: Path) -> str:
        """The fingerprint that goes by another way."""
        nodos = memoria / "nodos"
        solicitud, alta = nodos / "catd-014.solicitud.json", nodos / "catd-014.prep-nodo"
        return self.prep("nodo", "alta", solicitud, "--catd", CATD, "--salida", alta).split()[-1]

    def primera_captura(self, suya: Servidor, memoria: Path) -> None:
        (dice,) = (self.datos / "llena").glob("*.json")
        for archivo in (dice, dice.with_suffix(".png"), AQUI / "primera_captura.py"):
            shutil.copy(archivo, memoria / "nodos")
        mesas = suya.prep("acceso", "terminal", "Mesa 1", "Mesa 2", "--lugar", CATD).split("\n")
        codigos = [mesa.split()[-1] for mesa in mesas if mesa]
        pases = [f"{c}:{quien}:{self.claves[quien]}" for c, quien in zip(codigos, ("ana", "luz"), strict=True)]
        dentro = [f"{MEMORIA}/nodos/{n}" for n in ("primera_captura.py", f"{dice.stem}.png", dice.name)]
        programa = ("env", "PREP_DATOS_DIR=/tmp/gente", "/opt/prep/actual/bin/python")
        dicho = suya.correr(*programa, dentro[0], dice.stem, *dentro[1:], *pases)
        assert f"capturada {dice.stem}" in dicho


CONF = {"ARQUITECTURA": "amd64", "FECHA": "1700000000", "CENTRO": "https://centro.example"}
SISTEMA = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
OTRO_SISTEMA = SISTEMA.replace('"12"', '"13"').replace("12 (bookworm)", "13 (trixie)")


@pytest.mark.parametrize(
    ("conf", "sistema", "estropear", "dice"),
    [
        ({}, SISTEMA, "", "bien https://centro.example"),
        ({}, OTRO_SISTEMA, "", "Este equipo tiene Debian GNU/Linux 13 (trixie): se instala en Debian 12."),
        ({"ARQUITECTURA": "riscv64"}, SISTEMA, "", "y la carpeta se hizo para riscv64: use un equipo riscv64."),
        ({"FECHA": "4102444800"}, SISTEMA, "", "antes de que el programa se hiciera (31/12/2099 18:00)"),
        ({"CENTRO": "$(touch mal)"}, SISTEMA, "", "en CENTRO sobra un carácter"),
        ({}, SISTEMA, "LICENSE", "está incompleta o alterada: vuelva a copiarla."),
        ({}, SISTEMA, "paquete.conf", "está incompleta o alterada: vuelva a copiarla."),
        ({}, SISTEMA, "SHA256SUMS", "no es la carpeta que hizo «make paquete»."),
    ],
)
def test_a_stick_or_a_laptop_that_will_not_do_is_refused_before_anything_is_touched(
    tmp_path: Path, conf: dict[str, str], sistema: str, estropear: str, dice: str
) -> None:
    aqui = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    memoria = tmp_path / "PREP de la sede"
    memoria.mkdir()
    (memoria / "LICENSE").write_text("Apache 2.0")
    dichas = {**CONF, "ARQUITECTURA": aqui} | conf
    (memoria / "paquete.conf").write_text("".join(f"{k}={v}\n" for k, v in dichas.items()))
    subprocess.run(["sh", "-c", "sha256sum LICENSE paquete.conf >SHA256SUMS"], cwd=memoria, check=True)
    if estropear:
        (memoria / estropear).unlink()
    (tmp_path / "os-release").write_text(sistema)
    programa = 'paquete=$2; . "$1/comun.sh"; SISTEMA=$3; revisar; echo "bien $CENTRO"'
    hecho = subprocess.run(
        ["sh", "-euc", programa, "sh", RAIZ / "despliegue", memoria, tmp_path / "os-release"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert dice in hecho.stdout + hecho.stderr
    assert hecho.returncode == (0 if dice.startswith("bien") else 1) and not (tmp_path / "mal").exists()

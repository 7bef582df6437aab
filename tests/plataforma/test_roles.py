"""The database refuses the application's roles whatever could rewrite a night, and gives them what they need."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from prep.plataforma import postgres, preparacion, roles

AJENAS = [
    "TRUNCATE bitacora_hecho",
    "TRUNCATE bitacora_acta",
    "ALTER TABLE bitacora_hecho DISABLE TRIGGER ALL",
    "ALTER TABLE bitacora_hecho ADD COLUMN otra int",
    "ALTER TABLE bitacora_hecho OWNER TO CURRENT_USER",
    "DROP TABLE bitacora_hecho",
    "DROP TRIGGER solo_agregar_filas ON bitacora_hecho",
    "CREATE TRIGGER otro BEFORE INSERT ON bitacora_hecho FOR EACH ROW EXECUTE FUNCTION bitacora_solo_agregar()",
    "CREATE OR REPLACE FUNCTION bitacora_solo_agregar() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE RULE traga AS ON INSERT TO bitacora_hecho DO INSTEAD NOTHING",
    "CREATE POLICY p ON bitacora_hecho",
    "UPDATE bitacora_hecho SET sujeto = ''",
    "DELETE FROM bitacora_hecho",
    "DELETE FROM bitacora_cabeza",
    "INSERT INTO bitacora_cabeza VALUES (true, 0, '')",
    "DELETE FROM bitacora_instalacion",
    "UPDATE bitacora_instalacion SET llave = '\\x00'",
    "DELETE FROM lectura_lectura",
    "UPDATE acceso_registro SET persona = ''",
    "DELETE FROM acceso_registro",
    "DELETE FROM django_migrations",
    "SET session_replication_role = replica",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "COPY (SELECT 1) TO '/tmp/fuera'",
    "COPY bitacora_hecho FROM '/etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    "CREATE TABLE propia (n int)",
    "CREATE TEMPORARY TABLE bitacora_hecho (n int)",
    "CREATE SCHEMA propio",
    "CREATE FUNCTION propia() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION dblink",
    "CREATE ROLE otro SUPERUSER",
    "CREATE DATABASE otra",
    "SET ROLE prep",
    "SET ROLE postgres",
    "ALTER ROLE CURRENT_USER CONNECTION LIMIT -1",
    "ALTER SYSTEM SET fsync = off",
]
DE_LA_SEDE = [
    "INSERT INTO bitacora_instalacion VALUES (true, 'otro', 'prueba', '\\x00')",
    "DELETE FROM bitacora_acta",
    "INSERT INTO catalogo_casilla DEFAULT VALUES",
    "DELETE FROM catalogo_proceso",
    "SELECT * FROM lectura_lectura",
]


@pytest.fixture
def como(bitacora_nueva: Any) -> Callable[[str], Any]:
    """Connect to a database as ours are, as a role of the application."""
    datos = connection.get_connection_params()
    if datos["user"] != postgres.SUPERUSUARIO:
        pytest.skip("El servidor de DATABASE_URL no es de los que arrancamos: ahí los roles los pone quien lo tiene.")
    with psycopg.connect(dbname=datos["dbname"], user=datos["user"], host=datos["host"], autocommit=True) as c:
        roles.cerrar_base(c)

    @contextmanager
    def conectado(rol: str) -> Iterator[psycopg.Connection]:
        with psycopg.connect(dbname=datos["dbname"], user=rol, host=datos["host"], autocommit=True) as c:
            yield c

    return conectado


@pytest.mark.parametrize("rol", roles.APLICACION)
def test_what_could_rewrite_a_night_is_refused(como: Callable[[str], Any], rol: str) -> None:
    with como(rol) as c:
        for orden in AJENAS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                c.execute(orden)
                pytest.fail(orden)
        c.execute("GRANT ALL ON bitacora_hecho TO PUBLIC")  # only a warning, and nothing is given
    assert list(roles.problemas()) == []


def test_the_web_may_less_than_the_sede(como: Callable[[str], Any]) -> None:
    with como(roles.WEB) as c:
        for orden in DE_LA_SEDE:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                c.execute(orden)
                pytest.fail(orden)


def test_each_role_may_do_what_the_models_say_and_no_more(como: Callable[[str], Any]) -> None:
    declarados = {m._meta.db_table: m.privilegios for m in apps.get_models() if hasattr(m, "privilegios")}
    assert {
        "bitacora_hecho",
        "bitacora_cabeza",
        "lectura_lectura",
        "catalogo_casilla",
        "acceso_registro",
    } <= declarados.keys()
    for rol in roles.APLICACION:
        with como(rol) as c:
            for tabla, privilegios in declarados.items():
                tiene = {
                    p
                    for p in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
                    if c.execute("SELECT has_table_privilege(%s, %s)", [tabla, p]).fetchone() == (True,)
                }
                assert tiene == privilegios[rol], (rol, tabla)


def test_sessions_people_and_what_third_parties_keep_can_be_written_row_by_row(como: Callable[[str], Any]) -> None:
    with como(roles.WEB) as c:
        c.execute("INSERT INTO acceso_sesion VALUES ('llave', 'datos', now())")
        c.execute("UPDATE acceso_sesion SET session_data = 'otros'")
        c.execute("DELETE FROM acceso_sesion")
        c.execute("INSERT INTO auth_group (name) VALUES ('mesa') RETURNING id")  # its number comes from a sequence


def test_a_stranger_to_the_database_does_not_enter(como: Callable[[str], Any]) -> None:
    datos = connection.get_connection_params()
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS extranio")
        cursor.execute("CREATE ROLE extranio LOGIN")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(dbname=datos["dbname"], user="extranio", host=datos["host"])


def test_grants_are_put_right_and_a_second_time_change_nothing(como: Callable[[str], Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT DELETE, TRUNCATE ON bitacora_hecho TO prep_web; GRANT SELECT ON acceso_cuenta TO PUBLIC")
        cursor.execute("REVOKE INSERT ON bitacora_hecho FROM prep_sede")
        assert len(list(roles.problemas())) == 3
        roles.otorgar()
        assert list(roles.problemas()) == []
        cursor.execute("SELECT has_table_privilege('prep_sede', 'bitacora_hecho', 'INSERT')")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT relacl::text, xmin::text FROM pg_class WHERE relname = 'bitacora_hecho'")
        antes = cursor.fetchone()
        roles.otorgar()
        cursor.execute("SELECT relacl::text, xmin::text FROM pg_class WHERE relname = 'bitacora_hecho'")
        assert cursor.fetchone() == antes


def test_the_web_cannot_take_the_connections_that_cortes_need(como: Callable[[str], Any]) -> None:
    """With as many connections as it is given, one more is refused to the web and not to the sede."""
    abiertas: list[Any] = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("ALTER ROLE prep_web CONNECTION LIMIT 5")
        for _ in range(5):
            abiertas.append(como(roles.WEB))
            abiertas[-1].__enter__()
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"), como(roles.WEB):
            pass
        with como(roles.SEDE) as c:
            assert c.execute("SELECT count(*) FROM bitacora_cabeza").fetchone() == (1,)
    finally:
        for abierta in abiertas:
            abierta.__exit__(None, None, None)
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER ROLE prep_web CONNECTION LIMIT {roles.CONEXIONES_WEB}")


def test_a_database_of_somebody_else_gets_its_roles_and_their_addresses() -> None:
    """With passwords: each address enters as its role, which owns nothing; only its owner can read the file."""
    raiz = Path(tempfile.mkdtemp(prefix="prep-ajena-"))
    raiz.chmod(0o711)
    try:
        with postgres.servidor_local(raiz / "pg", duradero=False):
            duena = postgres.url_local(raiz / "pg", rol=postgres.SUPERUSUARIO)
            with psycopg.connect(duena, autocommit=True) as c:
                c.execute("REVOKE ALL ON DATABASE prep FROM prep_web, prep_sede")
                c.execute("REVOKE ALL ON SCHEMA public FROM prep_web, prep_sede")
                c.execute("DROP ROLE prep_web; DROP ROLE prep_sede")
            entorno = os.environ | {"DATABASE_URL": duena, "PREP_DATOS_DIR": str(raiz / "datos"), "COLUMNS": "200"}

            def prep(*orden: str) -> subprocess.CompletedProcess[str]:
                return subprocess.run(
                    [sys.executable, "-m", "prep", *orden], env=entorno, capture_output=True, text=True
                )

            (raiz / "pg" / "pg" / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
            with psycopg.connect(duena, autocommit=True) as c:
                c.execute("SELECT pg_reload_conf()")
            (no_es_carpeta := raiz / "archivo").write_text("")
            with pytest.raises(OSError):
                preparacion.preparar(duena, no_es_carpeta)
            with psycopg.connect(duena) as c:  # no role is there whose password is nowhere
                assert c.execute("SELECT FROM pg_roles WHERE rolname ~ '^prep_'").fetchall() == []
            hecho = prep("postgres", "roles")
            assert hecho.returncode == 0, hecho.stderr
            urls = {rol: raiz / "datos" / "llaves" / f"base-{rol}.url" for rol in roles.APLICACION}
            for rol, archivo in urls.items():
                assert stat.S_IMODE(archivo.stat().st_mode) == 0o600 and str(archivo) in hecho.stdout
                assert archivo.read_text().split(":")[2].split("@")[0] not in hecho.stdout
                with psycopg.connect(archivo.read_text()) as c:
                    assert c.execute("SELECT current_user").fetchone() == (rol,)
                    assert not roles.es_peligroso(c.cursor())
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        c.execute("TRUNCATE bitacora_hecho")
            programa = (
                "from prep.plataforma.arranque import django_listo\n"
                "with django_listo():\n"
                "    from prep.acceso.models import Sesion; print(Sesion.objects.count())"
            )
            como_sede = entorno | {"DATABASE_URL": urls[roles.SEDE].read_text()}
            visto = subprocess.run([sys.executable, "-c", programa], env=como_sede, capture_output=True, text=True)
            assert visto.stdout == "0\n", visto.stderr
            otra_vez = prep("postgres", "roles")
            assert otra_vez.returncode == 0 and "rol nuevo" not in otra_vez.stdout
    finally:
        shutil.rmtree(raiz, ignore_errors=True)

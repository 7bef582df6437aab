"""Django ready to use from a command: database running, settings loaded, tables up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prep.plataforma import postgres, roles
from prep.plataforma.lugares import dir_postgres


@contextmanager
def django_listo(*, migrar: bool = True, rol: str = roles.SEDE) -> Iterator[str]:
    """Start (or share) the database, load Django, apply pending migrations; yield the database's URL.

    With our own server, migrations and grants are the owner's and what follows is `rol`'s, which owns nothing. A
    ``DATABASE_URL`` given from outside is used as it is. Child processes find the same database, as the same role,
    through ``DATABASE_URL``. Settings load only once the server is up: the first start may move the cluster, and its
    URL with it.
    """
    previa = os.environ.get("DATABASE_URL")
    with postgres.servidor(dir_postgres()) as url:
        os.environ["DATABASE_URL"] = url
        try:
            django_sin_base()
            from django.db import connections

            try:
                if previa is None:
                    _usar(roles.DUENO)
                if migrar:
                    poner_al_dia()
                if previa is None:
                    _usar(rol)
                yield os.environ["DATABASE_URL"]
            finally:
                connections.close_all()
        finally:
            if previa is None:
                del os.environ["DATABASE_URL"]


def entorno_de(rol: str) -> dict[str, str]:
    """The environment of a child process that is to use our own server as `rol`; another's, as it is used here."""
    url = os.environ["DATABASE_URL"]
    nuestra = url in {postgres.url_local(dir_postgres(), rol=r) for r in (roles.DUENO, *roles.APLICACION)}
    return os.environ | {"DATABASE_URL": postgres.url_local(dir_postgres(), rol=rol) if nuestra else url}


def poner_al_dia() -> None:
    """Apply the migrations that are missing and grant what each role may do. As the owner of the tables; whoever is
    not is told when something is missing."""
    from django.core.management import call_command
    from django.db import ProgrammingError, connection
    from django.db.migrations.executor import MigrationExecutor

    ejecutor = MigrationExecutor(connection)
    if ejecutor.migration_plan(ejecutor.loader.graph.leaf_nodes()):
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except ProgrammingError as e:
            raise postgres.ErrorPostgres(
                "A la base de datos le faltan tablas y con este rol no se pueden crear. Ponga en DATABASE_URL la "
                "dirección de quien posee la base y ejecute «prep postgres roles»."
            ) from e
    with connection.cursor() as cursor:
        duena = roles.es_peligroso(cursor)
    if duena:
        roles.otorgar()


def _usar(rol: str) -> None:
    """Connect to our own server as `rol` from now on, here and in child processes."""
    from django.db import connections

    connections.close_all()
    os.environ["DATABASE_URL"] = postgres.url_local(dir_postgres(), rol=rol)
    connections["default"].settings_dict["USER"] = rol


def django_sin_base() -> None:
    """Settings and models loaded and no database: for a command that only reads files."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prep.plataforma.settings")
    import django

    django.setup()

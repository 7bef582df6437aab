"""Django ready to use from a command: database running, settings loaded, tables up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prep.plataforma import postgres
from prep.plataforma.lugares import dir_postgres


@contextmanager
def django_listo(*, migrar: bool = True) -> Iterator[str]:
    """Start (or share) the database, load Django, apply pending migrations; yield the database's URL.

    Child processes find the same database through ``DATABASE_URL``. Settings load only once the server is up: the
    first start may move the cluster, and its URL with it.
    """
    previa = os.environ.get("DATABASE_URL")
    with postgres.servidor(dir_postgres()) as url:
        os.environ["DATABASE_URL"] = url
        try:
            django_sin_base()
            from django.core.management import call_command
            from django.db import connections

            try:
                if migrar:
                    call_command("migrate", verbosity=0, interactive=False)
                yield url
            finally:
                connections.close_all()
        finally:
            if previa is None:
                del os.environ["DATABASE_URL"]


def django_sin_base() -> None:
    """Settings and models loaded and no database: for a command that only reads files."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prep.plataforma.settings")
    import django

    django.setup()

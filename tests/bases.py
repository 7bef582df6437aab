"""Databases for tests that commit. Facts can be neither deleted nor truncated: here, triggers off, they are."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg import sql

_DISPARADORES = """
    SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace"""
_TABLAS = """
    SELECT tablename FROM pg_tables WHERE schemaname = 'public'
    AND tablename !~ '^(django_migrations|django_content_type|auth_)'"""

_CON_LAS_QUE_DEPENDEN = """
    WITH RECURSIVE tablas (tabla) AS ({} UNION SELECT conrelid::regclass::text FROM pg_constraint JOIN tablas
    ON confrelid = tabla::regclass WHERE contype = 'f') SELECT tabla FROM tablas"""


class Bases:
    """Empty databases with every table, made as needed and used again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._libres: list[str] = []
        self._todas: list[str] = []
        self._molde = ""
        """One that nothing was ever written in: the others are its copies."""

    @contextmanager
    def nueva(self) -> Iterator[str]:
        """Point Django's connection to an empty database; its name."""
        from django.db import connection

        nombre = self._libres.pop() if self._libres else self._crear()
        previa = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = nombre
        try:
            yield nombre
        finally:
            connection.close()
            connection.settings_dict["NAME"] = nombre
            self._vaciar(connection)
            connection.close()
            connection.settings_dict["NAME"] = previa
            self._libres.append(nombre)

    def prestada(self, pila: ExitStack) -> str:
        """An empty database that Django's connection is not pointed to; it comes back empty."""
        from django.db import connection

        previa = connection.settings_dict["NAME"]
        nombre = pila.enter_context(self.nueva())
        connection.close()
        connection.settings_dict["NAME"] = previa
        return nombre

    def copia(self, de: str, pila: ExitStack) -> str:
        """A database that begins as another is now."""
        nombre = self._copia(de)
        pila.callback(self._tirar, nombre)
        return nombre

    def _tirar(self, nombre: str) -> None:
        from django.db import connection

        if connection.settings_dict["NAME"] == nombre:
            connection.close()
        with psycopg.connect(self.url, autocommit=True) as c:
            c.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(nombre)))
        self._todas.remove(nombre)

    def cerrar(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as c:
            for nombre in self._todas:
                c.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(nombre)))

    def _crear(self) -> str:
        self._molde = self._molde or self._migrada()
        return self._copia(self._molde)

    def _copia(self, de: str) -> str:
        nombre = f"prep_{secrets.token_hex(6)}"
        with psycopg.connect(self.url, autocommit=True) as c:
            c.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (nombre, de))))
        self._todas.append(nombre)
        return nombre

    def _migrada(self) -> str:
        from django.core.management import call_command
        from django.db import connection

        from prep.plataforma import roles

        nombre = self._copia("template0")
        previa = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = nombre
        call_command("migrate", verbosity=0, interactive=False)
        roles.otorgar()
        with connection.cursor() as cursor:
            cursor.execute(_DISPARADORES)
            self._disparadores = cursor.fetchall()
        connection.close()
        connection.settings_dict["NAME"] = previa
        return nombre

    def _vaciar(self, connection: Any) -> None:
        """As migrations left it: empty, but for the head of the bitácora; every trigger as it was. Only what was
        written in is touched: to truncate an empty table takes as long as a full one, and tests write in few."""
        with connection.cursor() as cursor:
            cursor.execute(_TABLAS)
            con_algo = [f"(SELECT '{t}' FROM {t} LIMIT 1)" for (t,) in cursor.fetchall()]
            cursor.execute(_CON_LAS_QUE_DEPENDEN.format(" UNION ALL ".join(["SELECT 'bitacora_cabeza'", *con_algo])))
            tablas = [t for (t,) in cursor.fetchall()]
            disparadores = [d for d in self._disparadores if d[0] in tablas]
            for tabla in {t for t, _, _ in disparadores}:
                cursor.execute(f"ALTER TABLE {tabla} DISABLE TRIGGER USER")
            cursor.execute(f"TRUNCATE {','.join(tablas)}")
            cursor.execute("INSERT INTO bitacora_cabeza (unica, tamano, frontera) VALUES (true, 0, '')")
            for tabla, disparador, como in disparadores:
                siempre = {"A": "ALWAYS", "O": ""}[como]
                cursor.execute(f"ALTER TABLE {tabla} ENABLE {siempre} TRIGGER {disparador}")

"""Who may do what in the database. Three roles, so that whoever takes one of the last two cannot rewrite a night:

``prep``       owns the tables and migrates. No process that answers anybody connects as it.
``prep_sede``  the commands of the sede: cortes, import of a process, reading.
``prep_web``   the server that people and nodes reach, with a limit of connections: cortes always find one free.

The last two own nothing, so to them TRUNCATE, ALTER, DROP and DISABLE TRIGGER are refused; and they are not superuser,
so COPY TO PROGRAM and `session_replication_role` are too. A table whose model says nothing may be read and written row
by row by both; one that must be kept says so with `privilegios = solo(…)`, in its model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from psycopg import sql

DUENO: Final = "prep"
SEDE: Final = "prep_sede"
WEB: Final = "prep_web"
APLICACION: Final = (SEDE, WEB)
CONEXIONES_WEB: Final = 64
"""Of the hundred that the server takes: the rest are for cortes and for whoever mends something."""

_LIMITES: Final = {SEDE: -1, WEB: CONEXIONES_WEB}
_AJUSTES: Final = {  # nobody outside may hold a lock, a transaction or a core for long
    WEB: {"statement_timeout": "20s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "20s"}
}
_TODO: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
_CANDADO: Final = 0x70726570_726F6C
Privilegios = Mapping[str, frozenset[str]]
Permiso = tuple[str, str, str]
"""(table or sequence, role, privilege)."""


def solo(*privilegios: str, web: tuple[str, ...] | None = None) -> Privilegios:
    """What the application's roles may do with a table and nothing else; `web`, where its role may do less."""
    return {SEDE: frozenset(privilegios), WEB: frozenset(privilegios if web is None else web)}


def crear(conexion: Any) -> None:
    """Make the application's roles if they are missing, and set what they may never be. As superuser."""
    for rol in APLICACION:
        nombre = sql.Identifier(rol)
        if conexion.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [rol]).fetchone() is None:
            conexion.execute(sql.SQL("CREATE ROLE {} LOGIN").format(nombre))
        conexion.execute(
            sql.SQL("ALTER ROLE {} NOCREATEDB NOCREATEROLE CONNECTION LIMIT {}").format(nombre, _LIMITES[rol])
        )
        for ajuste, valor in _AJUSTES.get(rol, {}).items():
            conexion.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(nombre, sql.Identifier(ajuste), valor))


def cerrar_base(conexion: Any) -> None:
    """Of the current database, to nobody but these roles: not to enter it, not to make anything in it. As its owner."""
    base = sql.Identifier(conexion.info.dbname)
    roles = sql.SQL(", ").join(map(sql.Identifier, APLICACION))
    conexion.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(base))
    conexion.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(base, roles))
    conexion.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    conexion.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(roles))


def otorgar() -> None:
    """Grant and revoke until the application's roles may do exactly what the models say. As the owner; idempotent."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if not _hay_roles(cursor):
            return
        debidos, dados = _debidos(cursor), _dados(cursor)
        if debidos == dados:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CANDADO])
        dados = _dados(cursor)
        for verbo, hacia, permisos in (("GRANT", "TO", debidos - dados), ("REVOKE", "FROM", dados - debidos)):
            for objeto, rol, privilegio in sorted(permisos):
                cursor.execute(
                    sql.SQL("{} {} ON {} {} {}").format(
                        sql.SQL(verbo),
                        sql.SQL(privilegio),
                        sql.Identifier("public", objeto),
                        sql.SQL(hacia),
                        sql.SQL("PUBLIC") if rol == _PUBLICO else sql.Identifier(rol),
                    )
                )


def problemas() -> Iterator[str]:
    """Where the database lets the application do what it must not, one sentence each."""
    from django.db import connection

    with connection.cursor() as cursor:
        if not _hay_roles(cursor):
            return
        for objeto, rol, privilegio in sorted(_dados(cursor) - _debidos(cursor)):
            quien = "cualquiera" if rol == _PUBLICO else f"el rol {rol}"
            yield f"{quien} puede hacer {privilegio} en {objeto} y no debe"
        cursor.execute(_DE_MAS, {"roles": list(APLICACION)})
        for rol, que in cursor.fetchall():
            yield f"el rol {rol} {que}"


def es_peligroso(cursor: Any) -> bool:
    """Whether who is connected could change tables or triggers: a superuser or the owner of the facts."""
    cursor.execute(
        "SELECT rolsuper OR EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND pg_has_role(relowner, 'USAGE')) FROM pg_roles WHERE rolname = current_user"
    )
    (peligroso,) = cursor.fetchone()
    return bool(peligroso)


_PUBLICO: Final = "public"
_DADOS: Final = """
    SELECT relname, coalesce(rolname, 'public'), privilege_type
    FROM pg_class CROSS JOIN LATERAL aclexplode(relacl) LEFT JOIN pg_roles r ON r.oid = grantee
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND (grantee = 0 OR rolname = ANY(%(roles)s))
    UNION ALL
    SELECT relname || '.' || attname, coalesce(rolname, 'public'), privilege_type
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid CROSS JOIN LATERAL aclexplode(attacl)
        LEFT JOIN pg_roles r ON r.oid = grantee
    WHERE relnamespace = 'public'::regnamespace AND (grantee = 0 OR rolname = ANY(%(roles)s))"""
_DE_MAS: Final = """
    SELECT rolname, 'es superusuario o puede crear bases, roles o réplicas' FROM pg_roles
    WHERE rolname = ANY(%(roles)s) AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)
    UNION ALL
    SELECT m.rolname, 'actúa también como ' || g.rolname
    FROM pg_auth_members JOIN pg_roles m ON m.oid = member JOIN pg_roles g ON g.oid = roleid
    WHERE m.rolname = ANY(%(roles)s)
    UNION ALL
    SELECT rolname, 'es dueño de ' || relname FROM pg_class JOIN pg_roles r ON r.oid = relowner
    WHERE relnamespace = 'public'::regnamespace AND rolname = ANY(%(roles)s)
    ORDER BY 1, 2"""


def _hay_roles(cursor: Any) -> bool:
    cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)", [list(APLICACION)])
    (cuantos,) = cursor.fetchone()
    return bool(cuantos == len(APLICACION))


def _debidos(cursor: Any) -> set[Permiso]:
    from django.apps import apps

    declarados: dict[str, Privilegios] = {
        m._meta.db_table: m.privilegios for m in apps.get_models() if hasattr(m, "privilegios")
    }
    declarados["django_migrations"] = solo("SELECT")
    cursor.execute(
        "SELECT relname, relkind = 'S' FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')"
    )
    return {
        (objeto, rol, privilegio)
        for objeto, es_secuencia in cursor.fetchall()
        for rol in APLICACION
        for privilegio in (("SELECT", "USAGE") if es_secuencia else declarados.get(objeto, {}).get(rol, _TODO))
    }


def _dados(cursor: Any) -> set[Permiso]:
    cursor.execute(_DADOS, {"roles": list(APLICACION)})
    return set(cursor.fetchall())

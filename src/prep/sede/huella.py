"""Everything that an audit looked at and that runs here: program, dependencies, machine, database, configuration.

`tomar()` gives the same wherever the same is installed and set up the same way. No secret enters: of keys and passwords
not even a hash, from which a short one could be guessed.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from prep.plataforma import huella as programa
from prep.plataforma import settings as ajustes
from prep.sede.cotejo import Seccion

DISTRIBUCION: Final = "prep-abierto"
_SECRETOS: Final = frozenset({"SECRET_KEY", "DATABASES"})


def tomar() -> dict[str, Seccion]:
    """The fingerprint of what runs here. Needs the database; reads every file of the program and its dependencies."""
    return {
        "archivos": [list(a) for a in programa.archivos()],
        "dependencias": [list(d) for d in _dependencias()],
        "maquina": _en_orden(_maquina()),
        "esquema": _en_orden(_esquema()),
        "configuracion": _en_orden(_configuracion()),
    }


def _en_orden(partes: Iterator[tuple[str, str]]) -> Seccion:
    return [[nombre, valor] for nombre, valor in sorted(partes)]


@cache
def _dependencias() -> tuple[tuple[str, str], ...]:
    """Name with version, and SHA-256 over the list that `sha256sum` would print of its files, of each distribution that
    the program needs, the program's own development tools aside."""
    partes = []
    for d in _necesarias(DISTRIBUCION):
        lista = []
        for f in d.files or ():
            ruta = Path(str(d.locate_file(f)))
            if "__pycache__" not in f.parts and f.parts[-1] not in _DEL_INSTALADOR and ruta.is_file():
                lista.append(f"{hashlib.sha256(ruta.read_bytes()).hexdigest()}  {f}\n")
        partes.append((f"{d.name} {d.version}", hashlib.sha256("".join(sorted(lista)).encode()).hexdigest()))
    return tuple(sorted(partes))


_DEL_INSTALADOR: Final = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
"""They say how a package was put there, not what it does."""


def _necesarias(nombre: str) -> list[metadata.Distribution]:
    """Every distribution that one needs, with the extras that it asks for; itself, and what it could be installed with
    besides, not."""
    halladas: dict[str, metadata.Distribution] = {}
    pendientes: list[tuple[str, frozenset[str]]] = [(nombre, frozenset())]
    vistas = set(pendientes)
    while pendientes:
        quien, extras = pendientes.pop()
        for requisito in metadata.requires(quien) or ():
            partes = _REQUISITO.match(requisito)
            condicion = _EXTRA.search(requisito)
            if partes is None or (condicion is not None and condicion[1] not in extras):
                continue
            otra = re.sub(r"[-_.]+", "-", partes[1]).lower()
            suyas = otra, frozenset(re.findall(r"[A-Za-z0-9._-]+", partes[2] or ""))
            if suyas in vistas:
                continue
            try:
                halladas[otra] = metadata.distribution(otra)
            except metadata.PackageNotFoundError:
                continue  # for another system, or another version of Python
            vistas.add(suyas)
            pendientes.append(suyas)
    return list(halladas.values())


_REQUISITO: Final = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?")
_EXTRA: Final = re.compile(r""";.*\bextra\s*==\s*['"]([^'"]+)""")


def _maquina() -> Iterator[tuple[str, str]]:
    yield "python", platform.python_version()
    yield "intérprete", hashlib.sha256(Path(sys.executable).resolve().read_bytes()).hexdigest()
    yield "arquitectura", platform.machine()
    try:
        yield "sistema", platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        yield "sistema", platform.system()
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        yield "postgresql", cursor.fetchone()[0]


_OBJETOS: Final = """
SELECT 'columna ' || c.relname || '.' || a.attname,
       format_type(a.atttypid, a.atttypmod) || a.attnotnull::text || a.attidentity::text
       || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d
       ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0
       AND NOT a.attisdropped
UNION ALL
SELECT 'restricción ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'índice ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'disparador ' || tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) || tgenabled::text
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'función ' || p.oid::regprocedure, pg_get_functiondef(p.oid)
  FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
UNION ALL
SELECT 'vista ' || viewname, definition FROM pg_views WHERE schemaname = 'public'
UNION ALL
SELECT 'regla ' || tablename || '.' || rulename, definition FROM pg_rules WHERE schemaname = 'public'
UNION ALL
SELECT 'permiso ' || c.relname || ' de ' || coalesce(r.rolname, 'todos'),
       string_agg(x.privilege_type, ' ' ORDER BY x.privilege_type)
  FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S') GROUP BY c.relname, r.rolname
UNION ALL
SELECT 'migración ' || app || ' ' || name, '' FROM django_migrations
"""


def _esquema() -> Iterator[tuple[str, str]]:
    """Every column, constraint, index, trigger, function, view, rule and privilege, and the SHA-256 of what it is."""
    with connection.cursor() as cursor:
        cursor.execute(_OBJETOS)
        for nombre, definicion in cursor.fetchall():
            yield nombre, hashlib.sha256(definicion.encode()).hexdigest()


def _configuracion() -> Iterator[tuple[str, str]]:
    for nombre in dir(ajustes):
        if nombre.isupper() and nombre not in _SECRETOS:
            yield nombre, json.dumps(_llano(getattr(settings, nombre)), sort_keys=True, ensure_ascii=False)


def _llano(valor: Any) -> Any:
    """The same value in JSON."""
    if isinstance(valor, Mapping):
        return {str(k): _llano(v) for k, v in valor.items()}
    if isinstance(valor, list | tuple | set | frozenset):
        lista = [_llano(v) for v in valor]
        return sorted(lista, key=str) if isinstance(valor, set | frozenset) else lista
    return valor if isinstance(valor, str | int | bool) or valor is None else str(valor)

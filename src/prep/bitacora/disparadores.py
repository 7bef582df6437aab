"""The triggers and functions that keep facts as they are must be, word by word, the ones that the migrations made.

A name proves nothing: a function may keep its name and do nothing, a trigger may gain a `WHEN (false)`, a rule may
swallow every insert. What must be there is read from the migrations of every room, which are part of the program whose
fingerprint each corte carries; what is there, from the catalogue of PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from django.db import connection

from prep.plataforma import roles

_CREAR_FUNCION: Final = re.compile(
    r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(\) RETURNS trigger LANGUAGE plpgsql AS \$\$(.*?)\$\$", re.DOTALL
)
_CREAR_DISPARADOR: Final = re.compile(
    r"CREATE (?:CONSTRAINT )?TRIGGER (?P<nombre>\w+)\s+(?P<cuando>BEFORE|AFTER|INSTEAD OF)\s+(?P<de>[\w ,]+?)\s+"
    r"ON (?:public\.)?(?P<tabla>\w+)\s+(?P<resto>.*?)EXECUTE (?:FUNCTION|PROCEDURE) "
    r"(?:public\.)?(?P<funcion>\w+\(.*?\))",
    re.DOTALL,
)
_ENCENDER: Final = re.compile(r"ALTER TABLE (\w+) ENABLE (ALWAYS )?TRIGGER (\w+)")
_QUITAR_DISPARADOR: Final = re.compile(r"DROP TRIGGER (?:IF EXISTS )?(\w+) ON (\w+)")
_QUITAR_FUNCION: Final = re.compile(r"DROP FUNCTION (?:IF EXISTS )?(\w+)\(\)")
_ORDENES: Final = (_CREAR_FUNCION, _CREAR_DISPARADOR, _ENCENDER, _QUITAR_DISPARADOR, _QUITAR_FUNCION)

Definicion = tuple[str, frozenset[str], str, str]
"""When, on what, for each row or statement and under which condition, calling what."""


class Lugar(NamedTuple):
    tabla: str
    disparador: str


@dataclass(slots=True)
class Esperado:
    """What the migrations leave. `siempre`: those that not even a replica's session turns off."""

    funciones: dict[str, str] = field(default_factory=dict)
    disparadores: dict[Lugar, Definicion] = field(default_factory=dict)
    siempre: set[Lugar] = field(default_factory=set)

    @property
    def tablas(self) -> set[str]:
        return {lugar.tabla for lugar in self.disparadores}

    def leer(self, orden: str) -> None:
        """Follow what one SQL text of a migration creates and drops, in the order in which it does."""
        hallados = ((m.start(), patron, m) for patron in _ORDENES for m in patron.finditer(orden))
        for _, patron, m in sorted(hallados, key=lambda hallado: hallado[0]):
            if patron is _CREAR_FUNCION:
                self.funciones[m[1]] = m[2]
            elif patron is _CREAR_DISPARADOR:
                self.disparadores[Lugar(m["tabla"], m["nombre"])] = _definicion(m)
            elif patron is _ENCENDER:
                (self.siempre.add if m[2] else self.siempre.discard)(Lugar(m[1], m[3]))
            elif patron is _QUITAR_DISPARADOR:
                self.disparadores.pop(Lugar(m[2], m[1]), None)
                self.siempre.discard(Lugar(m[2], m[1]))
            else:
                self.funciones.pop(m[1], None)


def esperado() -> Esperado:
    """What every migration of the program, in order, says that must be there."""
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.operations import RunSQL

    cargador = MigrationLoader(None)
    e = Esperado()
    for llave in _en_orden(cargador):
        for operacion in cargador.disk_migrations[llave].operations:
            if isinstance(operacion, RunSQL):
                for orden in _textos(operacion.sql):
                    e.leer(orden)
    return e


def problemas() -> Iterator[str]:
    """Every difference between what guards the facts and what should, one sentence each; nothing when all is right."""
    e = esperado()
    with connection.cursor() as cursor:
        yield from _funciones(e, cursor)
        yield from _disparadores(e, cursor)
        yield from _tablas(e, cursor)
    yield from roles.problemas()


def _funciones(e: Esperado, cursor: Any) -> Iterator[str]:
    cursor.execute(
        "SELECT proname, prosrc, lanname = 'plpgsql' AND NOT prosecdef AND proconfig IS NULL AND prokind = 'f'"
        " AND prorettype = 'trigger'::regtype FROM pg_proc p JOIN pg_language l ON l.oid = prolang"
        " WHERE pronamespace = 'public'::regnamespace AND pronargs = 0 AND proname = ANY(%s)",
        [list(e.funciones)],
    )
    hay = {nombre: (cuerpo, llana) for nombre, cuerpo, llana in cursor.fetchall()}
    for nombre, cuerpo in sorted(e.funciones.items()):
        if nombre not in hay:
            yield f"falta la función {nombre}, que impide cambiar lo guardado"
        elif hay[nombre] != (cuerpo, True):
            yield f"la función {nombre}, que impide cambiar lo guardado, no es la del programa: la cambiaron"


def _disparadores(e: Esperado, cursor: Any) -> Iterator[str]:
    cursor.execute(
        "SELECT relname, tgname, pg_get_triggerdef(t.oid), tgenabled, pronamespace = 'public'::regnamespace"
        " FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_proc p ON p.oid = tgfoid"
        " WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace AND relname = ANY(%s)",
        [list(e.tablas)],
    )
    hay = {Lugar(tabla, nombre): resto for tabla, nombre, *resto in cursor.fetchall()}
    for lugar in sorted(e.disparadores.keys() | hay.keys()):
        donde = f"el disparador {lugar.disparador} de {lugar.tabla}"
        if lugar not in hay:
            yield f"{donde}, que impide cambiar lo guardado, falta"
            continue
        texto, encendido, de_aqui = hay[lugar]
        if lugar not in e.disparadores:
            yield f"{donde} no es del programa: alguien lo puso"
        elif encendido != ("A" if lugar in e.siempre else "O"):
            yield f"{donde}, que impide cambiar lo guardado, está apagado"
        elif (
            not de_aqui or (m := _CREAR_DISPARADOR.fullmatch(texto)) is None or _definicion(m) != e.disparadores[lugar]
        ):
            yield f"{donde}, que impide cambiar lo guardado, no es el del programa: lo cambiaron"


_RAREZAS: Final = """
    SELECT relname, 'no es una tabla' FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%(tablas)s) AND relkind <> 'r'
    UNION ALL SELECT relname, 'esconde renglones con una política' FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%(tablas)s) AND relrowsecurity
    UNION ALL SELECT relname, 'tiene la regla ' || rulename || ', que cambia lo que se le ordena'
    FROM pg_rewrite JOIN pg_class c ON c.oid = ev_class
    WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%(tablas)s)
    UNION ALL SELECT relname, 'hereda de otra tabla o la hereda otra'
    FROM pg_inherits JOIN pg_class c ON c.oid IN (inhrelid, inhparent)
    WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%(tablas)s)
    ORDER BY 1, 2"""


def _tablas(e: Esperado, cursor: Any) -> Iterator[str]:
    """What can stand between an order and a table besides triggers."""
    cursor.execute(_RAREZAS, {"tablas": list(e.tablas)})
    for tabla, que in cursor.fetchall():
        yield f"{tabla} {que}"


def _definicion(m: re.Match[str]) -> Definicion:
    eventos = re.split(r"\s+OR\s+", " ".join(m["de"].split()))
    return m["cuando"], frozenset(eventos), " ".join(m["resto"].split()), m["funcion"]


def _en_orden(cargador: Any) -> list[tuple[str, str]]:
    orden: dict[tuple[str, str], None] = {}
    for hoja in sorted(cargador.graph.leaf_nodes()):
        orden.update(dict.fromkeys(cargador.graph.forwards_plan(hoja)))
    return list(orden)


def _textos(orden: Any) -> Iterator[str]:
    """The SQL of a `RunSQL`: one text, or a list of texts and of (text, parameters)."""
    if isinstance(orden, str):
        yield orden
    else:
        for uno in orden:
            yield uno if isinstance(uno, str) else uno[0]

"""What keeps facts as they are is compared word by word: whoever hollows it out behind the program's back is named."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from noche import fundar
from prep.bitacora import disparadores
from prep.bitacora.models import Hecho
from prep.bitacora.verificacion import verificar

HUECA = "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
DEVOLVER = "CREATE OR REPLACE FUNCTION bitacora_cuela() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
SOLO_AGREGAR = "EXECUTE FUNCTION bitacora_solo_agregar()"

ATAQUES = {
    "a hollow function": (HUECA.format("bitacora_solo_agregar"), "la función bitacora_solo_agregar"),
    "another hollow function": (HUECA.format("catalogo_pieza_congelada"), "la función catalogo_pieza_congelada"),
    "one that runs with its maker's rights": (
        "ALTER FUNCTION bitacora_cabeza_crece() SECURITY DEFINER",
        "la función bitacora_cabeza_crece",
    ),
    "one with another search_path": (
        "ALTER FUNCTION lectura_solo_agregar() SET search_path = pg_temp",
        "la función lectura_solo_agregar",
    ),
    "a trigger gone": ("DROP TRIGGER solo_agregar_filas ON bitacora_hecho", "solo_agregar_filas de bitacora_hecho"),
    "a trigger off": ("ALTER TABLE bitacora_hecho DISABLE TRIGGER solo_agregar_filas", "está apagado"),
    "a trigger that a replica's session turns off": (
        "ALTER TABLE bitacora_hecho ENABLE TRIGGER solo_agregar_filas",
        "está apagado",
    ),
    "the same name, never": (
        "DROP TRIGGER solo_agregar_filas ON bitacora_hecho; CREATE TRIGGER solo_agregar_filas BEFORE UPDATE OR DELETE"
        f" ON bitacora_hecho FOR EACH ROW WHEN (false) {SOLO_AGREGAR};"
        "ALTER TABLE bitacora_hecho ENABLE ALWAYS TRIGGER solo_agregar_filas",
        "lo cambiaron",
    ),
    "the same name, for less": (
        "DROP TRIGGER solo_agregar_filas ON bitacora_hecho; CREATE TRIGGER solo_agregar_filas BEFORE DELETE"
        f" ON bitacora_hecho FOR EACH ROW {SOLO_AGREGAR};"
        "ALTER TABLE bitacora_hecho ENABLE ALWAYS TRIGGER solo_agregar_filas",
        "lo cambiaron",
    ),
    "the same name, another function": (
        f"{DEVOLVER}; DROP TRIGGER cabeza_crece ON bitacora_cabeza; CREATE TRIGGER cabeza_crece BEFORE UPDATE OR DELETE"
        " ON bitacora_cabeza FOR EACH ROW EXECUTE FUNCTION bitacora_cuela();"
        "ALTER TABLE bitacora_cabeza ENABLE ALWAYS TRIGGER cabeza_crece",
        "lo cambiaron",
    ),
    "the same function, of another schema": (
        f"CREATE SCHEMA otro; {HUECA.format('otro.bitacora_cabeza_crece')};"
        "DROP TRIGGER cabeza_crece ON bitacora_cabeza; CREATE TRIGGER cabeza_crece BEFORE UPDATE OR DELETE"
        " ON bitacora_cabeza FOR EACH ROW EXECUTE FUNCTION otro.bitacora_cabeza_crece();"
        "ALTER TABLE bitacora_cabeza ENABLE ALWAYS TRIGGER cabeza_crece",
        "lo cambiaron",
    ),
    "one more, that changes what comes in": (
        f"{DEVOLVER}; CREATE TRIGGER a_mi_modo BEFORE INSERT ON bitacora_hecho FOR EACH ROW"
        " EXECUTE FUNCTION bitacora_cuela()",
        "a_mi_modo de bitacora_hecho no es del programa",
    ),
    "a rule that swallows": (
        "CREATE RULE traga AS ON INSERT TO bitacora_hecho DO INSTEAD NOTHING",
        "bitacora_hecho tiene la regla traga",
    ),
    "a policy that hides": ("ALTER TABLE bitacora_hecho ENABLE ROW LEVEL SECURITY", "esconde renglones"),
    "a child with facts of its own": ("CREATE TABLE hija () INHERITS (bitacora_hecho)", "hereda"),
    "a grant too many": ("GRANT DELETE ON bitacora_hecho TO prep_web", "el rol prep_web puede hacer DELETE"),
    "a grant to everybody": ("GRANT UPDATE ON bitacora_hecho TO PUBLIC", "cualquiera puede hacer UPDATE"),
    "a grant of one column": (
        "GRANT UPDATE (sujeto) ON bitacora_hecho TO prep_sede",
        "UPDATE en bitacora_hecho.sujeto",
    ),
    "a role that owns": ("ALTER TABLE bitacora_hecho OWNER TO prep_web", "el rol prep_web es dueño de bitacora_hecho"),
}


@pytest.fixture(autouse=True)
def vacia(bitacora_nueva: Any) -> None:
    """An empty bitácora."""


def test_what_the_migrations_made_is_what_must_be_there() -> None:
    """Every trigger there is, of any room, is one that was read from its migration; and nothing is amiss."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid"
            " WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace"
        )
        assert set(cursor.fetchall()) == {tuple(lugar) for lugar in disparadores.esperado().disparadores}
    assert list(disparadores.problemas()) == []


@pytest.mark.parametrize("como", ATAQUES)
def test_each_hollowing_out_is_named(como: str) -> None:
    ataque, dicho = ATAQUES[como]
    antes = Hecho.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(ataque)
        dichos = list(disparadores.problemas())
        cursor.execute("ROLLBACK")
    assert any(dicho in d for d in dichos), dichos
    assert list(disparadores.problemas()) == [] and Hecho.objects.count() == antes


def test_what_a_later_migration_replaces_or_drops_no_longer_counts() -> None:
    e = disparadores.Esperado()
    e.leer("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$uno$$;"
           "CREATE TRIGGER t BEFORE UPDATE ON mesa FOR EACH ROW EXECUTE FUNCTION f();"
           "ALTER TABLE mesa ENABLE ALWAYS TRIGGER t;")  # fmt: skip
    assert (e.funciones, e.tablas, len(e.siempre)) == ({"f": "uno"}, {"mesa"}, 1)
    e.leer("CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$dos$$; DROP TRIGGER t ON mesa;")
    assert (e.funciones, e.tablas, e.siempre) == ({"f": "dos"}, set(), set())
    e.leer("DROP FUNCTION f();")
    assert e.funciones == {}


def test_the_check_of_the_bitacora_says_it() -> None:
    fundar()
    assert list(verificar()) == []
    buena = disparadores.esperado().funciones["bitacora_solo_agregar"]
    hueca = HUECA.format("bitacora_solo_agregar")
    with connection.cursor() as cursor:
        cursor.execute(hueca)
        dichos = list(verificar())
        cursor.execute(hueca.replace("BEGIN RETURN NEW; END", buena))
    assert dichos == [
        "la función bitacora_solo_agregar, que impide cambiar lo guardado, no es la del programa: la cambiaron"
    ]
    assert list(verificar()) == []

"""Django as we set it up: database, secret, headers, database URLs."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.test import Client

from prep.plataforma.errores import Impedimento
from prep.plataforma.llaves import leer_o_crear
from prep.plataforma.settings import base_de_datos


@pytest.mark.django_db
def test_the_database_sorts_by_bytes_and_keeps_utf8() -> None:
    with connection.cursor() as c:
        c.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
        )
        assert c.fetchone() == ("UTF8", "C")
        c.execute("SELECT string_agg(t, '' ORDER BY t) FROM (VALUES ('ñ'), ('a'), ('Z'), ('z')) AS v(t)")
        assert c.fetchone() == ("Zazñ",)


@pytest.mark.django_db
def test_what_is_asked_again_on_a_connection_is_prepared() -> None:
    with connection.cursor() as c:
        for n in range(4):
            c.execute("SELECT 1 + %s", [n])
            assert c.fetchone() == (1 + n,)
        c.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT 1 +%%'", [])
        assert c.fetchall() == [("SELECT 1 + $1",)]


@pytest.mark.django_db
def test_passwords_are_kept_with_argon2() -> None:
    guardada = make_password("una frase larga")
    assert guardada.startswith("argon2$argon2id$")
    assert check_password("una frase larga", guardada)


@pytest.mark.django_db
def test_every_answer_carries_the_content_policy(client: Client) -> None:
    for ruta in ("/admin/login/", "/no-existe"):
        politica = client.get(ruta).headers["Content-Security-Policy"]
        assert "default-src 'self'" in politica
        assert "unsafe" not in politica


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    archivo = tmp_path / "sub" / "llave"
    secreto = leer_o_crear(archivo)
    assert len(secreto) >= 43
    assert leer_o_crear(archivo) == secreto
    assert stat.S_IMODE(archivo.stat().st_mode) == 0o600
    assert list(archivo.parent.iterdir()) == [archivo]


def test_without_debugging_and_in_the_time_of_mexico() -> None:
    assert not settings.DEBUG
    assert (settings.USE_TZ, settings.TIME_ZONE, settings.LANGUAGE_CODE) == (True, "America/Mexico_City", "es-mx")


@pytest.mark.parametrize(
    ("url", "esperado"),
    [
        (
            "postgresql://u:p%40s@db:6432/prep?sslmode=verify-full",
            ("prep", "u", "p@s", "db", "6432", {"sslmode": "verify-full"}),
        ),
        ("postgresql://u@localhost/prep?sslmode=allow", ("prep", "u", "", "localhost", "", {"sslmode": "allow"})),
        ("postgresql://u@/prep?host=127.0.0.1,::1", ("prep", "u", "", "127.0.0.1,::1", "", {})),
        ("postgres://prep@/prep?host=%2Fcon%20espacio%2Fpg", ("prep", "prep", "", "/con espacio/pg", "", {})),
    ],
)  # fmt: skip
def test_database_url_is_understood(url: str, esperado: tuple[Any, ...]) -> None:
    b = base_de_datos(url)
    assert tuple(b[k] for k in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == esperado[:-1]
    assert b["OPTIONS"] == {"server_side_binding": True, "prepare_threshold": 2} | esperado[-1]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@db/prep",
        "postgresql://u@db/prep?sslmode=require",  # encrypted, with whoever answers
        "postgresql://u@/prep?host=/run/postgresql,10.0.0.2&sslmode=verify-ca",
        "postgresql://u@localhost/prep?hostaddr=10.0.0.2",
    ],
)
def test_nothing_travels_in_clear_to_a_database_of_another_machine(url: str) -> None:
    with pytest.raises(Impedimento, match="sslmode=verify-full"):
        base_de_datos(url)


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql://u@h/", "prep"])
def test_another_url_is_refused_saying_how_it_must_be(url: str) -> None:
    with pytest.raises(Impedimento, match="postgresql://"):
        base_de_datos(url)

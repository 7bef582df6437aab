"""Log lines: one each, and no password, key or token in any."""

from __future__ import annotations

import logging
import re

import pytest

from prep.plataforma.sin_secretos import Llano, sin_secretos


@pytest.mark.parametrize(
    "dicho",
    [
        "no se pudo conectar a postgresql://prep_web:hunter2@db:5432/prep",
        "POST /entrar?usuario=ana&password=hunter2&x=1",
        "{'username': 'ana', 'password': 'hunter2'}",
        '{"contraseña": "hunter2"}',
        "Authorization: Bearer hunter2",
        "Cookie: sessionid=hunter2; prep_pase=hunter2",
        "csrfmiddlewaretoken=hunter2",
        "PREP_LLAVE=hunter2",
        "token: hunter2",
    ],
)
def test_what_is_secret_is_not_written(dicho: str) -> None:
    assert "hunter2" not in sin_secretos(dicho)


@pytest.mark.parametrize(
    "dicho",
    [
        "El corte 14 tardó 2.3 s",
        "Not Found: /admin/catalogo/casilla/",
        "La llave del instituto no existe en datos/llaves",
    ],
)
def test_the_rest_is_written_as_it_is(dicho: str) -> None:
    assert sin_secretos(dicho) == dicho


def test_what_comes_from_outside_begins_no_line_and_commands_no_terminal() -> None:
    registro = logging.LogRecord(
        "x", logging.ERROR, "", 0, "ruta %s", ("/a\r\n2027 INFO todo bien\x1b[2J\u2028fin",), None
    )
    lineas = Llano().format(registro).split("\n")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d ERROR x: ", lineas[0])
    assert lineas[0].endswith("ruta /a") and all(linea.startswith("    ") for linea in lineas[1:])
    assert not any(c in "".join(lineas) for c in "\r\x1b\u2028")

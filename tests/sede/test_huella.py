"""The fingerprint of what runs names each thing that is not what was audited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from instalada import CIERRE, Sede

from prep.plataforma import huella as programa
from prep.plataforma.errores import Impedimento
from prep.sede import actos
from prep.sede.cotejo import diferencias, leer
from prep.sede.huella import tomar


def test_the_same_is_the_same_and_says_no_secret(sede: Sede) -> None:
    una, otra = tomar(), tomar()
    assert una == otra and not diferencias(una, otra)
    dicho = json.dumps(una)
    assert settings.SECRET_KEY not in dicho and "SECRET_KEY" not in dicho and 'PASSWORD"' not in dicho
    nombres = {nombre.split()[0].lower() for nombre, _ in una["dependencias"]}
    assert {"django", "cryptography", "fido2", "qrcode", "asgiref"} <= nombres
    assert not nombres & {"pytest", "hypothesis", "prep-abierto"}


def test_each_thing_that_is_not_as_audited_is_named(sede: Sede, monkeypatch: pytest.MonkeyPatch) -> None:
    antes = tomar()
    archivos = [(nombre, "0" * 64 if nombre == "cli.py" else sha) for nombre, sha in programa.archivos()]
    monkeypatch.setattr(programa, "archivos", lambda: [*archivos, ("puerta.py", "1" * 64)])
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
    with transaction.atomic(), connection.cursor() as c:
        c.execute("CREATE FUNCTION puerta() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        c.execute("ALTER TABLE bitacora_hecho DISABLE TRIGGER USER")
        c.execute("ALTER TABLE catalogo_proceso ADD COLUMN de_mas integer")
        c.execute("GRANT DELETE ON bitacora_hecho TO PUBLIC")
        ahora = tomar()
        transaction.set_rollback(True)
    dicho = diferencias(antes, ahora)
    assert "archivo del programa: cambió cli.py" in dicho
    assert "archivo del programa: sobra puerta.py" in dicho
    assert "objeto de la base de datos: sobra función puerta()" in dicho
    assert "objeto de la base de datos: sobra columna catalogo_proceso.de_mas" in dicho
    assert "objeto de la base de datos: sobra permiso bitacora_hecho de todos" in dicho
    assert any("cambió disparador bitacora_hecho." in d for d in dicho)
    assert any(d.startswith("configuración: cambió ALLOWED_HOSTS: era [") and d.endswith('es ["*"]') for d in dicho)
    assert "archivo del programa: falta cli.py" in diferencias(
        {**antes, "archivos": [["cli.py", "0" * 64]]}, {**antes, "archivos": []}
    )


def test_what_an_act_signed_is_compared_with_what_runs(sede: Sede, tmp_path: Path) -> None:
    documento = sede.documento(actos.huella(sede.publicador, CIERRE, "antes", tomar()))
    guardado = tmp_path / "huella.json"
    guardado.write_text(json.dumps(documento))
    assert diferencias(leer(guardado), tomar()) == []


@pytest.mark.parametrize("datos", ["", "[]", "{}", '{"archivos": 1}'])
def test_what_is_no_fingerprint_is_refused(tmp_path: Path, datos: Any) -> None:
    archivo = tmp_path / "otra.json"
    archivo.write_text(datos)
    with pytest.raises(Impedimento, match="no es una huella"):
        leer(archivo)

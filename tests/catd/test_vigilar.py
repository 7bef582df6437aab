"""A scanner's folder: what is at rest goes in once, and each file ends where it says what became of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from centro_catd import Centro, hoja_digitalizada, pdf, sin_qr, tipos
from django.core.files.uploadedfile import SimpleUploadedFile

from prep.bitacora.models import Hecho
from prep.catd.vigilancia import Vigilancia
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.facultades import Rol
from prep.plataforma import almacen
from prep.plataforma.almacen import ErrorAlmacen, evidencia


def nombres(carpeta: Path) -> list[str]:
    return sorted(str(r.relative_to(carpeta)) for r in carpeta.rglob("*") if r.is_file())


def test_files_at_rest_go_in_once_and_each_ends_where_it_says_why(catd: Centro, tmp_path: Path) -> None:
    clave, carpeta, fuera = catd.claves[0], tmp_path / "escaner", tmp_path / "secreto.jpg"
    carpeta.mkdir()
    una = Vigilancia(carpeta, catd.quien(Rol.DIGITALIZADOR), "Acta PREP")
    acta = hoja_digitalizada(clave)
    (carpeta / "001.pdf").write_bytes(pdf(acta, sin_qr(acta)))
    (carpeta / "002.jpg").write_bytes(b"esto no es una imagen")
    (carpeta / "003.jpg.part").write_bytes(acta)
    (carpeta / ".oculto.jpg").write_bytes(acta)
    fuera.write_bytes(acta)
    (carpeta / "004.jpg").symlink_to(fuera)
    assert list(una.vuelta()) == []  # seen for the first time: it may still be written
    (carpeta / "005.jpg").write_bytes(acta[:2000])  # begun now
    assert [(h.nombre, h.bien) for h in una.vuelta()] == [("001.pdf", True), ("002.jpg", False)]
    (carpeta / "005.jpg").write_bytes(acta)
    assert list(una.vuelta()) == []
    assert [h.nombre for h in una.vuelta()] == ["005.jpg"]
    assert nombres(carpeta) == [
        ".oculto.jpg",
        "003.jpg.part",
        "004.jpg",
        "hechas/001.pdf",
        "hechas/005.jpg",
        "rechazadas/002.jpg",
        "rechazadas/002.jpg.txt",
    ]
    assert "no es una imagen" in (carpeta / "rechazadas" / "002.jpg.txt").read_text("utf-8")
    assert tipos(clave)[:2] == [Tipo.DIGITALIZADA, Tipo.IDENTIFICADA]

    # it stopped before it moved the file, and begins again; and the scanner counts from one again
    antes = Hecho.objects.count()
    shutil.copy(carpeta / "hechas" / "001.pdf", carpeta / "001.pdf")
    otra = Vigilancia(carpeta, una.quien, "Acta PREP")
    assert [h.bien for _ in range(2) for h in otra.vuelta()] == [True]
    assert Hecho.objects.count() == antes
    assert "hechas/001-2.pdf" in nombres(carpeta)


def test_with_the_disk_almost_full_scans_wait_and_packages_go_on(
    catd: Centro, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of the disk is of the bitácora."""
    clave, cliente, hoja = catd.claves[0], catd.entra(Rol.DIGITALIZADOR, Rol.ACOPIADOR), tmp_path / "001.jpg"
    datos = hoja_digitalizada(clave)
    hoja.write_bytes(datos)
    una = Vigilancia(tmp_path, catd.quien(Rol.DIGITALIZADOR), "Acta PREP")
    with monkeypatch.context() as lleno:
        lleno.setattr(almacen, "RESERVA_BYTES", 2**62)
        subida = {"archivo": SimpleUploadedFile("a.jpg", datos, "image/jpeg"), "documento": "Acta PREP"}
        dicho = cliente.post("/catd/digitalizacion/", subida)
        assert dicho.status_code == 503 and "no tiene espacio" in dicho.context["frase"]
        assert list(una.vuelta()) == []
        with pytest.raises(ErrorAlmacen, match="Casi no queda espacio"):
            list(una.vuelta())
        assert hoja.exists() and tipos(clave) == [] and list(evidencia().listar()) == []
        cliente.post("/catd/acopio/", {"q": catd.qr(clave), "orden": uuid4().hex})
        assert tipos(clave) == [Tipo.ACOPIADA]
    assert [h.bien for h in una.vuelta()] == [True]
    assert tipos(clave) == [Tipo.ACOPIADA, Tipo.DIGITALIZADA, Tipo.IDENTIFICADA]


def test_a_folder_is_watched_from_the_shell_until_ctrl_c(
    bitacora_nueva: Any, datos_propios: Path, tmp_path: Path
) -> None:
    from django.db import connection

    catd = Centro()
    clave, carpeta, cuenta = catd.claves[0], tmp_path / "escaner", catd.persona(Rol.DIGITALIZADOR)
    ajena = catd.persona(Rol.CAPTURISTA)
    carpeta.mkdir()
    (carpeta / "acta.jpg").write_bytes(hoja_digitalizada(clave))
    base, _, resto = os.environ["DATABASE_URL"].partition("?")
    url = f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{resto}"
    entorno = os.environ | {"DATABASE_URL": url, "PREP_DATOS_DIR": str(datos_propios), "PYTHONUNBUFFERED": "1"}
    orden = [sys.executable, "-m", "prep", "catd", "vigilar", str(carpeta), "--usuario"]

    def niega(*con: str) -> str:
        hecho = subprocess.run([*orden, *con], env=entorno, capture_output=True, text=True, check=False)
        assert hecho.returncode != 0
        return " ".join((hecho.stdout + hecho.stderr).split())

    assert "no digitaliza" in niega(ajena.usuario)
    proceso = subprocess.Popen(
        [*orden, cuenta.usuario],
        env=entorno,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert proceso.stdout is not None
    dicho = ""
    for linea in proceso.stdout:
        dicho += linea
        if f"Acta digitalizada {clave}" in linea:
            break
    os.killpg(proceso.pid, signal.SIGINT)
    dicho += proceso.communicate(timeout=60)[0]
    assert proceso.returncode == 0, dicho
    assert "Traceback" not in dicho
    assert nombres(carpeta) == ["hechas/acta.jpg"]
    assert tipos(clave) == [Tipo.DIGITALIZADA, Tipo.IDENTIFICADA]

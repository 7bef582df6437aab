"""The slips with which phones are enrolled, the commands that print and revoke, and the shell as it is served."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tomllib
from os.path import normpath
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.contrib.staticfiles.finders import find
from django.db import connection
from django.test import Client
from typer.testing import CliRunner

import prep.casilla
from gente import persona, telefono
from prep.acceso.roles import Rol
from prep.bitacora.autoridad import ambito, autoridad
from prep.casilla.armazon import MAXIMO_BYTES, armazon
from prep.cli import app
from prep.diseno.textos import aplanar
from prep.intercambio.models import Codigo

SALA = Path(prep.casilla.__file__).parent
ESTATICOS = SALA / "static" / "casilla"


def correr(*orden: str) -> tuple[int, str]:
    base = connection.settings_dict["NAME"]
    hecho = CliRunner().invoke(app, ["casilla", *orden])
    assert connection.settings_dict["NAME"] == base
    return hecho.exit_code, " ".join(f"{hecho.output} {hecho.exception or ''}".split())  # what `prep` says of one


def pagina(pdf: Path) -> tuple[str, list[str]]:
    """What the first sheet says, and what its QRs say."""
    hoja = pypdfium2.PdfDocument(pdf)[0]
    imagen = hoja.render(scale=300 / 72).to_pil()
    return hoja.get_textpage().get_text_range(), [c.text for c in zxingcpp.read_barcodes(imagen)]


@pytest.fixture
def en_esta_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands in this process, over the database of the test."""
    from contextlib import nullcontext

    from prep.plataforma import arranque

    monkeypatch.setattr(arranque, "django_listo", nullcontext)


def test_codes_are_printed_serve_and_are_kept_nowhere_else(oficina: Any, en_esta_base: None, tmp_path: Path) -> None:
    jefa = persona(Rol.ADMINISTRADOR, lugar="SEDE")
    pdf = tmp_path / "codigos.pdf"
    orden = (
        "codigos",
        "--autoriza",
        jefa.usuario,
        "--salida",
        str(pdf),
        "--direccion",
        "https://prep.example/casilla/",
    )
    codigo, dicho = correr(*orden)
    assert (codigo, dicho) == (0, f"1 código en {pdf}: imprímalos y borre el archivo.")
    assert pdf.stat().st_mode & 0o077 == 0
    texto, (qr,) = pagina(pdf)
    hallado = re.fullmatch(r"https://prep\.example/casilla/#alta=([0-9A-Z]{10})\.([0-9a-f]{16})", qr)
    assert hallado and hallado[2] == ambito()[-16:]
    assert f"{hallado[1][:5]}-{hallado[1][5:]}" in texto and oficina.cuenta.nombre in texto
    assert "casillas: 2" in texto
    fila = Codigo.objects.get()
    assert (fila.persona, fila.autoriza) == (oficina.cae, jefa.persona)
    codigo, dicho = correr(*orden)
    assert codigo == 1 and "podría tener códigos" in dicho


def test_what_is_missing_is_said_before_any_code_is_made(oficina: Any, en_esta_base: None, tmp_path: Path) -> None:
    pdf = str(tmp_path / "codigos.pdf")
    jefa, sin_casillas = persona(Rol.ADMINISTRADOR, lugar="SEDE"), persona(Rol.CAE, lugar="CATD-2")
    for argumentos, falta in (
        (("--autoriza", "nadie"), "No hay una cuenta"),
        (("--autoriza", oficina.cuenta.usuario, "--lugar", "CATD-1"), "Solo quien administra"),
        (("--autoriza", jefa.usuario, "--lugar", "CATD-9"), "ninguna persona CAE"),
        (("--autoriza", jefa.usuario, "--usuario", sin_casillas.usuario), "qué casillas atiende"),
    ):
        codigo, dicho = correr("codigos", "--salida", pdf, *argumentos)
        assert codigo != 0 and falta in dicho
    assert not Codigo.objects.exists() and not Path(pdf).exists()


def test_a_lost_phone_is_listed_and_revoked(oficina: Any, en_esta_base: None) -> None:
    tel = telefono(oficina.cuenta)
    jefa = persona(Rol.ADMINISTRADOR, lugar="SEDE")
    assert correr("telefonos")[1] == f"{tel.id} {oficina.cuenta.nombre} envió 0"
    codigo, dicho = correr("baja", tel.id, "--motivo", "Robo.", "--autoriza", jefa.usuario)
    assert codigo == 0 and "ya no sirve" in dicho
    assert autoridad().dispositivos[tel.id].bajas
    assert "dado de baja" in correr("telefonos")[1]


@pytest.mark.django_db
def test_the_shell_is_whole_small_and_the_same_for_everybody() -> None:
    completo, cliente = armazon(), Client()
    assert completo.bytes <= MAXIMO_BYTES
    for ruta, huella in completo.archivos.items():
        respuesta = cliente.get(ruta)
        cuerpo = b"".join(respuesta.streaming_content) if respuesta.streaming else respuesta.content
        if respuesta.headers.get("Content-Encoding") == "gzip":
            cuerpo = gzip.decompress(cuerpo)
        assert respuesta.status_code == 200 and hashlib.sha256(cuerpo).hexdigest() == huella, ruta
    trabajador = cliente.get("/casilla/trabajador.js")
    assert completo.version in trabajador.content.decode() and trabajador.headers["Cache-Control"] == "no-cache"
    assert completo.version in cliente.get("/casilla/").content.decode()
    icono = json.loads(cliente.get("/casilla/app.webmanifest").content)["icons"][1]
    assert icono["src"] in completo.archivos


def test_every_module_that_the_page_loads_is_in_the_shell() -> None:
    """Those of the room, and those that it shares with the desks."""
    de_aqui = [f"casilla/{p.relative_to(ESTATICOS)}" for p in ESTATICOS.rglob("*") if p.is_file()]
    dentro = {r.removeprefix("/estaticos/") for r in armazon().archivos}
    for modulo in {*de_aqui, *dentro}:
        if modulo.endswith(".js") and (archivo := find(modulo)):
            pedidos = re.findall(r"""from ['"](\.[^'"]+)['"]""", Path(archivo).read_text("utf-8"))
            assert {normpath(f"{modulo}/../{p}") for p in pedidos} <= dentro, modulo
    assert set(de_aqui) - dentro == {"casilla/trabajador.js"}


def test_every_text_that_the_page_says_is_in_the_catalogue() -> None:
    textos = aplanar(tomllib.loads((SALA / "textos" / "es.toml").read_text("utf-8")), "")
    claves = {c.removeprefix(".") for c in textos}
    fuente = "".join(m.read_text("utf-8") for m in ESTATICOS.glob("*.js"))
    dichas = set(re.findall(r"\bt\('([\w.]+)'", fuente))
    contadas = {f"{c}.{n}" for c in re.findall(r"cuantos\('([\w.]+)'", fuente) for n in ("uno", "varios")}
    assert len(dichas) > 60 and (dichas | contadas) - claves == set()
    armadas = (*(f"{a}." for a in re.findall(r"`([a-z_]+)\.\$", fuente)), "sin_acta.motivo_", "lapso.", "codigo.")
    elegidas = set(re.findall(r"'([a-z_]+\.[a-z_]+)'", fuente))
    assert {c for c in claves - dichas - contadas - elegidas if "." in c and not c.startswith(armadas)} <= {
        "app.nombre", "app.sin_js"
    }  # fmt: skip


def test_the_document_says_what_the_page_measures_a_phone_by() -> None:
    (limites,) = re.findall(r"LIMITES = {(.*)}", (ESTATICOS / "prueba.js").read_text("utf-8"))
    documento = (Path(__file__).parents[2] / "docs" / "requisitos-telefonos.md").read_text("utf-8")
    dichos = re.findall(r"^\| ([^|]+) \| (\d+) (puntos|segundos) \|", documento, re.M)
    nombres = {
        "ancho de la pantalla": "pantalla",
        "lado corto de la fotografía": "lado",
        "tomar una fotografía": "tomar",
        "revisarla y prepararla": "preparar",
        "guardarla y firmarla": "guardar",
    }
    dice = {nombres[n]: int(v) * (1000 if que == "segundos" else 1) for n, v, que in dichos}
    assert dice == {c: int(v) for c, v in re.findall(r"(\w+): (\d+)", limites)}

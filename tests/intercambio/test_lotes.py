"""What a phone could not send, in a file: any node takes it in, what is good of it, as if it had come by itself."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from telefono import ACTAS, AHORA, Telefono, foto

from prep.bitacora.actas import acta_de
from prep.bitacora.autoridad import ambito
from prep.bitacora.nodos import NodoLocal
from prep.dominio.acta.transiciones import Custodia
from prep.intercambio import altas, lotes
from prep.plataforma.errores import Impedimento


@pytest.fixture(autouse=True)
def _(central: NodoLocal) -> None: ...


def lote(tel: Telefono, lleva: list[Any], *fotos: bytes, **cambios: Any) -> bytes:
    por_huella = {sha256(f).hexdigest(): base64.b64encode(f).decode() for f in fotos}
    datos = {"formato": "prep-lote/1", "ambito": ambito(), "dispositivo": tel.aparato.id}
    return orjson.dumps({**datos, "hechos": lleva, "fotos": por_huella, **cambios})


def test_a_bundle_arrives_whole_and_twice_is_once() -> None:
    tel, fotos = Telefono(), [foto(1), foto(2)]
    datos = lote(tel, [tel.fotografiada(a, f) for a, f in zip(ACTAS, fotos, strict=False)], *fotos)
    hecho = lotes.importar(datos)
    assert (hecho.fotos, hecho.hechos, hecho.ya_estaban, hecho.problemas) == (2, 2, 0, [])
    otra = lotes.importar(datos)
    assert (otra.fotos, otra.hechos, otra.ya_estaban, otra.problemas) == (0, 0, 2, [])
    assert acta_de(ACTAS[1]).custodia is Custodia.FOTOGRAFIADA and tel.estado()["hasta"] == 2


def test_what_is_wrong_in_it_is_said_and_the_rest_is_in() -> None:
    tel = Telefono()
    hechos = [tel.fotografiada(a, foto(i)) for i, a in enumerate(ACTAS)]
    datos = orjson.loads(lote(tel, hechos, foto(0), foto(3), b"GIF89a"))
    datos["fotos"][sha256(foto(1)).hexdigest()] = "no es base64"
    hecho = lotes.importar(orjson.dumps(datos))
    assert (hecho.fotos, hecho.hechos) == (2, 2)
    assert len(hecho.problemas) == 4  # two pictures, and two facts without theirs


def test_of_a_revoked_phone_what_it_wrote_before_counts() -> None:
    tel = Telefono()
    tel.poner(foto())
    tel.entregar([tel.fotografiada(ACTAS[0], foto())])
    altas.dar_de_baja(tel.aparato.id, "Se extravió.", "admin-1", AHORA)
    hecho = lotes.importar(lote(tel, [tel.fotografiada(ACTAS[1], foto())]))
    assert hecho.hechos == 0 and "se dio de baja" in hecho.problemas[0]


@pytest.mark.parametrize(
    "cambios",
    [{"formato": "otro"}, {"ambito": "otro"}, {"dispositivo": "tel-otro"}, {"hechos": {}}, {"fotos": []}, {"mas": 1}],
)
def test_what_is_no_bundle_of_this_installation_is_refused_whole(cambios: dict[str, Any]) -> None:
    with pytest.raises(Impedimento):
        lotes.importar(lote(Telefono(), [], foto(), **cambios))


def test_from_the_command_line(tmp_path: Path) -> None:
    from django.db import connection

    tel = Telefono()
    archivo = tmp_path / "lote.json"
    hechos = [*(tel.fotografiada(a, foto()) for a in ACTAS[:2]), tel.fotografiada(ACTAS[2], foto(9))]
    archivo.write_bytes(lote(tel, hechos, foto()))
    servidor, _, consulta = os.environ["DATABASE_URL"].partition("?")
    base = f"{servidor.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{consulta}"
    hecho = subprocess.run(
        [sys.executable, "-m", "prep", "lote", "importar", str(archivo)],
        env=os.environ | {"DATABASE_URL": base}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    dicho = " ".join(hecho.stdout.split())
    assert hecho.returncode == 1, dicho
    assert "1 fotografía nueva y 2 hechos nuevos; ya estaban: 0." in dicho
    assert "Hecho 3: Falta su fotografía." in dicho and "No todo se pudo recibir" in dicho

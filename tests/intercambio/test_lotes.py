"""What a phone could not send, in a file: any node takes it in, what is good of it, as if it had come by itself."""

from __future__ import annotations

import base64
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from prep.bitacora.actas import acta_de
from prep.bitacora.autoridad import ambito
from prep.bitacora.nodos import NodoLocal
from prep.dominio.acta.transiciones import Custodia
from prep.intercambio import altas, lotes, objetos
from prep.intercambio.models import Objeto
from prep.plataforma.errores import Impedimento
from semillero import Semillero
from telefono import ACTAS, AHORA, Telefono, foto


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


def test_of_a_revoked_phone_what_it_delivered_stands_and_its_bundle_is_refused_whole() -> None:
    tel = Telefono()
    tel.poner(foto())
    tel.entregar([tel.fotografiada(ACTAS[0], foto())])
    lleva = lote(tel, [tel.fotografiada(ACTAS[1], foto(2))], foto(2))
    altas.dar_de_baja(tel.aparato.id, "Se extravió.", "admin-1", AHORA)
    with pytest.raises(Impedimento, match="se dio de baja"):
        lotes.importar(lleva)
    assert Objeto.objects.count() == 1 and not objetos.hay(sha256(foto(2)).hexdigest())
    assert acta_de(ACTAS[0]).custodia is Custodia.FOTOGRAFIADA


def test_a_picture_that_no_fact_of_the_phone_names_stays_out() -> None:
    tel, otro = Telefono(), Telefono("cae-2")
    alterado = orjson.loads(orjson.dumps(tel.fotografiada(ACTAS[0], foto(1))).replace(b"140020B", b"140021B"))
    hechos = [alterado, otro.fotografiada(ACTAS[2], foto(2)), tel.fotografiada(ACTAS[3], foto(3)), "basura"]
    hecho = lotes.importar(lote(tel, hechos, *map(foto, range(4))))
    assert (hecho.fotos, hecho.hechos) == (1, 1)
    assert [objetos.hay(sha256(foto(i)).hexdigest()) for i in range(4)] == [False, False, False, True]
    assert [p.partition(" ")[0] for p in hecho.problemas] == ["Fotografía"] * 3 + ["Hecho"] * 3


def test_a_bundle_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    tel = Telefono()
    lleva = lote(tel, [tel.fotografiada(a, foto()) for a in ACTAS[:2]], foto())
    for limite, cuanto in (("MAXIMO_HECHOS", 1), ("MAXIMO_BYTES", len(lleva) - 1)):
        with monkeypatch.context() as menos, pytest.raises(Impedimento, match="hasta"):
            menos.setattr(lotes, limite, cuanto)
            lotes.importar(lleva)
    assert lotes.importar(lleva).hechos == 2


@pytest.mark.parametrize(
    "cambios",
    [{"formato": "otro"}, {"ambito": "otro"}, {"dispositivo": "tel-otro"}, {"hechos": {}}, {"fotos": []}, {"mas": 1}],
)
def test_what_is_no_bundle_of_this_installation_is_refused_whole(cambios: dict[str, Any]) -> None:
    with pytest.raises(Impedimento):
        lotes.importar(lote(Telefono(), [], foto(), **cambios))


def test_from_the_command_line(tmp_path: Path, semillero: Semillero) -> None:
    from django.db import connection

    tel = Telefono()
    archivo = tmp_path / "lote.json"
    hechos = [*(tel.fotografiada(a, foto()) for a in ACTAS[:2]), tel.fotografiada(ACTAS[2], foto(9))]
    archivo.write_bytes(lote(tel, hechos, foto()))
    servidor, _, consulta = os.environ["DATABASE_URL"].partition("?")
    base = f"{servidor.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{consulta}"
    orden = ["lote", "importar", str(archivo)]
    codigo, salida = semillero.correr(orden, tmp_path, os.environ | {"DATABASE_URL": base})
    dicho = " ".join(salida.split())
    assert codigo == 1, dicho
    assert "1 fotografía nueva y 2 hechos nuevos; ya estaban: 0." in dicho
    assert "Hecho 3: Falta su fotografía." in dicho and "No todo se pudo recibir" in dicho

"""A hostile hour at the door of phones and nodes: whatever is asked, the answer is one that the published document
declares, in the shape it declares, and never a failure of ours."""

from __future__ import annotations

import base64
import json
import random
from hashlib import sha256
from pathlib import Path
from typing import Any

import hypothesis
import jsonschema
import orjson
import pytest
from django.urls import Resolver404, resolve
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from deformar import deformar
from noche import enrolar, firmada
from prep.bitacora.autoridad import ambito
from prep.bitacora.nodos import NodoLocal
from prep.intercambio.altas import mensaje
from telefono import ACTAS, AHORA, Telefono, foto

DOCUMENTO = json.loads((Path(__file__).resolve().parents[2] / "docs" / "intercambio.openapi.json").read_text("utf-8"))
OPERACIONES = [(m.upper(), ruta, o) for ruta, metodos in DOCUMENTO["paths"].items() for m, o in metodos.items()]
RAROS = ("Content-Type", "Authorization", "Cookie", "Accept", "X-Forwarded-For", "Expect", "Range", "If-None-Match")


@pytest.fixture(autouse=True)
def _(central: NodoLocal) -> None: ...


class Hostil:
    """A stranger who also has a phone and a node of ours: most of what they send is signed as it should."""

    def __init__(self, azar: random.Random) -> None:
        self.azar, self.tel, self.nodo = azar, Telefono(), enrolar("catd-1")
        self.buenos = {
            "entregar_hechos": orjson.dumps([self.tel.fotografiada(ACTAS[0], foto())]),
            "decir_de_si": orjson.dumps({"version": "a1", "por_enviar": 0, "rechazados": 0, "hora": AHORA.isoformat()}),
            "dar_de_alta": orjson.dumps(self._alta()),
            "presentarse": orjson.dumps({"cadenas": {"catd-1": [[1, "11" * 32]]}, "dice": {}}),
            "fotos_que_faltan": orjson.dumps(["11" * 32]),
            "entregar_sobres": orjson.dumps([{"firma": "", "hecho": {}}]),
            "poner_objeto": foto(),
            "poner_objeto_de_nodo": foto(2),
        }

    def _alta(self) -> dict[str, str]:
        llave = self.tel.aparato.llave
        publica = llave.public_key().public_bytes_raw().hex()
        firma = base64.b64encode(llave.sign(mensaje("AAAABBBBC", publica))).decode()
        return {"codigo": "AAAA-BBBB-C", "llave": publica, "firma": firma}

    def pedir(self, metodo: str, ruta: str, operacion: dict[str, Any]) -> Any:
        azar = self.azar
        nombre = operacion["operationId"]
        cuerpo = self.buenos.get(nombre, b"")
        if cuerpo and azar.random() < 0.8:
            cuerpo = deformar(cuerpo, azar)
        elif azar.random() < 0.2:
            cuerpo = b"0" * azar.choice((1, 2 << 20, 9 << 20))
        huella = sha256(cuerpo).hexdigest()
        lugar = azar.choice((huella, huella, "0" * 64, "..", "%00", "ñ", "a" * 3_000))
        camino = ruta.replace("{huella}", lugar).replace("{despues}", azar.choice(("0", "3", "9" * 30, "-1", "x")))
        cabeceras = {}
        if azar.random() < 0.9:
            if "/nodo" in ruta:
                cabeceras = firmada(self.nodo, metodo, camino, cuerpo, AHORA)
            else:
                return self.tel.pedir(metodo, camino, cuerpo, tipo=azar.choice(("application/json", "image/jpeg", "")))
        for n in azar.sample(RAROS, azar.randrange(3)):
            cabeceras[n] = azar.choice(
                ("", "PREP1", "PREP1 x y z w", "a" * 5_000, "bytes=0-,1-", "\x7f", "null", "gzip;q=ñ")
            )
        tipo = cabeceras.pop("Content-Type", "application/json")
        return self.tel.cliente.generic(metodo, camino, cuerpo, content_type=tipo, headers=cabeceras)


def _existe(camino: str) -> bool:
    try:
        return bool(resolve(camino))
    except Resolver404:
        return False


def exigir_declarada(r: Any, operacion: dict[str, Any], dicho: str) -> None:
    declaradas = operacion["responses"]
    assert str(r.status_code) in declaradas, f"{dicho}: {r.status_code} {r.content[:300]!r}"
    contenido = declaradas[str(r.status_code)]["content"]
    assert r.headers["Content-Type"].partition(";")[0] in contenido, dicho
    (forma,) = contenido.values()
    esquema = {**forma["schema"], "components": DOCUMENTO["components"]}
    jsonschema.validate(orjson.loads(r.content), esquema)


def asaltar(semilla: int) -> None:
    azar = random.Random(semilla)
    hostil = Hostil(azar)
    hostil.tel.cliente.raise_request_exception = False
    for _ in range(12):
        metodo, ruta, operacion = azar.choice(OPERACIONES)
        r = hostil.pedir(metodo, ruta, operacion)
        if r.status_code == 404 and not _existe(r.request["PATH_INFO"]):
            continue  # that address is none of the document's
        exigir_declarada(r, operacion, f"semilla {semilla}, {metodo} {ruta}")


def test_every_answer_is_one_that_the_document_declares() -> None:
    assert ambito()
    for semilla in range(8):
        asaltar(semilla)


def test_a_body_past_any_limit_is_told_so_at_every_door() -> None:
    hostil, cuerpo = Hostil(random.Random(1)), b"0" * (9 << 20)
    for metodo, ruta, operacion in OPERACIONES:
        if "requestBody" not in operacion:
            continue
        camino = ruta.replace("{huella}", sha256(cuerpo).hexdigest())
        tipo = "image/jpeg" if "image/jpeg" in operacion["requestBody"]["content"] else "application/json"
        if "/nodo" in ruta:
            cabeceras = firmada(hostil.nodo, metodo, camino, cuerpo, AHORA)
            r = hostil.tel.cliente.generic(metodo, camino, cuerpo, content_type=tipo, headers=cabeceras)
        else:
            r = hostil.tel.pedir(metodo, camino, cuerpo, tipo=tipo)
        exigir_declarada(r, operacion, f"{metodo} {ruta}")
        assert r.status_code == 413, (metodo, ruta, r.status_code, r.content[:200])


@pytest.mark.largo
@hypothesis.settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(semilla=st.integers(0, 2**63))
def test_an_hour_of_it(semilla: int) -> None:
    asaltar(semilla)

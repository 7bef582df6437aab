"""A printed code serves once, for one key, while whoever ordered it may; and it cannot be guessed at."""

from __future__ import annotations

import base64
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from noche import INICIO, carpeta_de_ejemplo, raiz
from prep.bitacora.autoridad import autoridad
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import DispositivoLocal, NodoLocal, publica
from prep.bitacora.services import anotar
from prep.bitacora.sobres import abrir, revisar_firma
from prep.catalogo.services import cargar, importar
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.hecho import nuevo_hecho
from prep.intercambio import altas
from prep.intercambio.models import Codigo
from prep.plataforma.cubetas import Cubetas
from prep.plataforma.errores import Impedimento
from prep.plataforma.reloj import RelojFijo
from telefono import AHORA, Telefono, foto


@pytest.fixture(autouse=True)
def _(central: NodoLocal) -> None:
    importar(carpeta_de_ejemplo(), INICIO)
    casillas = sorted({a.clave[:11] for a in cargar().elecciones[0].actas[:3]})
    alta = {"rol": "cae", "lugar": "CATD-1", "alcance": casillas}
    anotar([nuevo_hecho("alta", "persona:cae-3", INSTITUTO, INICIO, alta)], raiz(), INICIO)


@pytest.fixture
def codigo() -> str:
    (impreso,) = altas.nuevos_codigos(["cae-3"], "admin-1", AHORA)
    return impreso.codigo


def pedir(codigo: str, de: Ed25519PrivateKey | None = None, direccion: str = "127.0.0.1", **cambios: str) -> Any:
    de = de or Ed25519PrivateKey.generate()
    cruda = de.public_key().public_bytes_raw().hex()
    firma = base64.b64encode(de.sign(altas.mensaje(codigo, cruda))).decode()
    cuerpo = {"codigo": codigo, "llave": cruda, "firma": firma, **cambios}
    return Client(REMOTE_ADDR=direccion).post("/v1/altas", cuerpo, content_type="application/json")


def test_a_code_binds_a_key_to_its_person_by_a_fact_that_counts(codigo: str) -> None:
    llave = Ed25519PrivateKey.generate()
    r = pedir(codigo.lower().replace("-", " "), llave)  # as typed on a phone
    assert r.status_code == 200, r.content
    dicho = r.json()
    aparato = autoridad().dispositivos[dicho["dispositivo"]]
    assert (aparato.persona, aparato.bajas) == ("cae-3", []) and autoridad().ignorados == []
    proceso = cargar()
    assert len(dicho["actas"]) == 3 * len(proceso.elecciones)
    assert {a["clave"] for a in dicho["actas"]} <= {a.clave for e in proceso.elecciones for a in e.actas}
    # the phone can trust the node from the institute's key, which the ámbito names and the paper carries
    instituto = bytes.fromhex(dicho["instituto"])
    assert dicho["ambito"].endswith(sha256(instituto).hexdigest()[:16])
    revisar_firma(abrir(dicho["nodo"], dicho["ambito"]), publica(instituto))
    tel = Telefono("cae-3", alta=False)
    tel.aparato = DispositivoLocal(dicho["dispositivo"], llave)
    assert tel.poner(foto()).status_code == 201
    assert tel.entregar([tel.fotografiada(dicho["actas"][0]["clave"], foto())]).json()["nuevos"] == 1


def test_it_serves_once_and_whoever_lost_the_answer_gets_it_again(codigo: str) -> None:
    llave = Ed25519PrivateKey.generate()
    una, otra = pedir(codigo, llave), pedir(codigo, llave)
    assert una.status_code == otra.status_code == 200 and una.json()["dispositivo"] == otra.json()["dispositivo"]
    ajena = pedir(codigo)
    assert (ajena.status_code, ajena.json()["codigo"]) == (403, "codigo")
    assert len([d for d in autoridad().dispositivos.values() if d.persona == "cae-3"]) == 1


def test_a_key_that_is_not_whose_asks_is_not_enrolled(codigo: str) -> None:
    ajena = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    for cambios in ({"llave": ajena}, {"llave": "zz"}, {"firma": "AAAA"}, {"firma": "ñ"}, {"firma": "A" * 300}):
        assert pedir(codigo, **cambios).status_code == 422
    assert pedir(codigo).status_code == 200  # and the code was not spent


def test_an_old_code_serves_no_more(codigo: str, reloj: RelojFijo) -> None:
    reloj.avanzar(altas.VIGENCIA + timedelta(seconds=1))
    assert pedir(codigo).status_code == 403


def test_another_code_for_the_same_person_replaces_the_one_not_used(codigo: str) -> None:
    (otro,) = altas.nuevos_codigos(["cae-3"], "admin-1", AHORA)
    assert pedir(codigo).status_code == 403
    assert pedir(otro.codigo).status_code == 200
    assert codigo.replace("-", "") not in str(Codigo.objects.values_list())  # kept nowhere


def test_only_an_administrator_orders_codes_and_one_revoked_meanwhile_enrols_nobody(codigo: str) -> None:
    with pytest.raises(Impedimento, match="Solo quien administra"):
        altas.nuevos_codigos(["cae-3"], "cae-1", AHORA)
    baja = {"desde": {"*": 1}, "motivo": "Renunció."}
    anotar([nuevo_hecho("baja", "persona:admin-1", INSTITUTO, INICIO, baja)], raiz(), INICIO)
    r = pedir(codigo)
    assert (r.status_code, r.json()["codigo"]) == (403, "autoriza")
    assert [d for d in autoridad().dispositivos.values() if d.persona == "cae-3"] == []
    assert Codigo.objects.get(persona="cae-3").usado is None


def test_codes_cannot_be_tried_without_end(monkeypatch: pytest.MonkeyPatch, codigo: str) -> None:
    monkeypatch.setattr(altas, "_intentos", Cubetas(0.001, 3))
    estados = [pedir("22222-22222") for _ in range(4)]
    assert [r.status_code for r in estados] == [403, 403, 403, 429]
    assert pedir(codigo).status_code == 429


def test_a_key_is_one_persons_for_ever_and_one_revoked_does_not_come_back(codigo: str) -> None:
    llave = Ed25519PrivateKey.generate()
    ident = pedir(codigo, llave).json()["dispositivo"]
    de_otra, propio, tercero = altas.nuevos_codigos(["cae-1", "cae-3", "cae-2"], "admin-1", AHORA)
    r = pedir(de_otra.codigo, llave)
    assert (r.status_code, r.json()["codigo"]) == (403, "llave")
    assert pedir(propio.codigo, llave).json()["dispositivo"] == ident  # asked again with another code of one's own
    assert autoridad().dispositivos[ident].persona == "cae-3"
    assert Codigo.objects.get(persona="cae-1").usado is None  # and it serves for another phone
    assert Hecho.objects.filter(sujeto=f"dispositivo:{ident}").count() == 1
    altas.dar_de_baja(ident, "Se extravió.", "admin-1", AHORA)
    assert pedir(altas.nuevos_codigos(["cae-3"], "admin-1", AHORA)[0].codigo, llave).status_code == 403
    assert pedir(tercero.codigo).status_code == 200


def test_only_phones_are_revoked_here() -> None:
    llave = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    alta = {"llave": llave, "clase": "terminal", "nodo": "central"}
    anotar([nuevo_hecho("alta", "dispositivo:ter-1", INSTITUTO, INICIO, alta)], raiz(), INICIO)
    for ident in ("ter-1", "tel-nadie", "central"):
        with pytest.raises(Impedimento, match="ningún teléfono"):
            altas.dar_de_baja(ident, "Se extravió.", "admin-1", AHORA)
    assert autoridad().dispositivos["ter-1"].bajas == []


def test_a_subscriber_of_ipv6_is_one_whatever_address_asks(monkeypatch: pytest.MonkeyPatch, codigo: str) -> None:
    monkeypatch.setattr(altas, "_intentos", Cubetas(0.001, 2))
    direcciones = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"]
    estados = [pedir("22222-22222", direccion=d).status_code for d in direcciones]
    assert estados == [403, 403, 429, 403]

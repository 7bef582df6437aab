"""Facts of a phone's own chain: receipts, refusals one by one, gaps, and what the fold makes of them."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from noche import INICIO, raiz
from prep.bitacora.actas import acta_de
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import NodoLocal
from prep.bitacora.services import anotar
from prep.bitacora.sobres import SECUENCIA_MAXIMA
from prep.bitacora.verificacion import verificar
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Custodia
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.hecho import nuevo_hecho
from prep.intercambio import altas, cadenas
from prep.intercambio.api import api
from prep.plataforma.reloj import RelojFijo
from telefono import ACTAS, AHORA, Telefono, foto, revisado

RAIZ = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _(central: NodoLocal) -> None: ...


def de_actas() -> int:
    return Hecho.objects.filter(clase="acta").count()


def test_a_photograph_arrives_whole_and_counts() -> None:
    tel, datos = Telefono(), foto()
    tel.poner(datos)
    firmado = tel.fotografiada(ACTAS[0], datos)
    r = tel.entregar([firmado])
    assert r.status_code == 200 and r.json()["nuevos"] == 1 and r.json()["rechazados"] == []
    (dicho,) = map(revisado, r.json()["recibos"])
    assert (dicho["de"], dicho["secuencia"]) == ("hecho", 1)
    assert dicho["id"] == Hecho.objects.get(clase="acta").id
    acta = acta_de(ACTAS[0])
    assert acta.custodia is Custodia.FOTOGRAFIADA and acta.anomalias == []
    assert [i.sha256 for i in acta.imagenes] == [sha256(datos).hexdigest()]
    assert list(verificar()) == []


def test_a_lost_receipt_is_given_again_and_nothing_is_written_twice() -> None:
    tel, datos = Telefono(), foto()
    tel.poner(datos)
    lote = [tel.fotografiada(ACTAS[0], datos)]
    una, otra = tel.entregar(lote).json(), tel.entregar(lote * 3).json()
    assert (una["nuevos"], otra["nuevos"], de_actas()) == (1, 0, 1)
    assert revisado(otra["recibos"][0])["id"] == revisado(una["recibos"][0])["id"]


def test_what_a_phone_signed_travels_as_it_wrote_it() -> None:
    """A browser writes its hours otherwise than we do: the node carries its bytes, and its signature stays good."""
    tel, datos = Telefono(), foto()
    tel.poner(datos)
    escrito = tel.fotografiada(ACTAS[0], datos)["hecho"] | {"hora": "2027-06-07T02:00:00.250Z"}
    firma = tel.firmar_escrito(escrito)
    assert tel.entregar([{"hecho": escrito, "dispositivo": firma}]).json()["nuevos"] == 1
    assert json.loads(bytes(Hecho.objects.get(clase="acta").cuerpo))["hecho"] == escrito
    assert list(verificar()) == [] and acta_de(ACTAS[0]).custodia is Custodia.FOTOGRAFIADA


def test_refused_ones_are_named_one_by_one_and_the_good_ones_go_on() -> None:
    tel, otro = Telefono(), Telefono("cae-2")
    fotos = [foto(i) for i in range(4)]
    for datos in fotos[:3]:
        tel.poner(datos)
    alterado = tel.fotografiada(ACTAS[1], fotos[1])
    alterado = json.loads(json.dumps(alterado).replace(ACTAS[1], ACTAS[2]))
    de_otra = nuevo_hecho(Tipo.SIN_ACTA, f"acta:{ACTAS[0]}", "cae-2", AHORA, {"motivo": "2"})
    ajena = nuevo_hecho("alta", "persona:yo", tel.persona, AHORA, {"rol": "administrador", "lugar": "SEDE"})
    lote: list[Any] = [
        tel.fotografiada(ACTAS[0], fotos[0]),
        "basura",
        alterado,
        otro.fotografiada(ACTAS[3], fotos[0]),
        tel.firmado(de_otra),
        tel.firmado(ajena),
        tel.fotografiada(ACTAS[1], fotos[3]),  # its picture has not come
        {"hecho": {**tel.fotografiada(ACTAS[2], fotos[2])["hecho"], "tipo": "MAL"}, "dispositivo": {}},
        tel.fotografiada(ACTAS[3], fotos[2]),
    ]
    r = tel.entregar(lote).json()
    assert r["nuevos"] == len(r["recibos"]) == 2
    codigos = [(1, "forma"), (2, "firma"), (3, "ajeno"), (4, "persona"), (5, "facultad"), (6, "falta_objeto")]
    assert [(x["lugar"], x["codigo"]) for x in r["rechazados"]] == [*codigos, (7, "forma")]
    assert r["rechazados"][5]["sha256"] == sha256(fotos[3]).hexdigest()
    assert all(x["motivo"] for x in r["rechazados"])
    assert de_actas() == 2
    tel.poner(fotos[3])  # now it has
    assert tel.entregar(lote[6:7]).json()["nuevos"] == 1


def test_the_node_says_what_it_has_and_what_is_missing() -> None:
    tel, datos = Telefono(), foto()
    assert (tel.estado()["hasta"], tel.estado()["ultima"]) == (0, 0)
    tel.poner(datos)
    todos = [tel.fotografiada(a, datos) for a in (*ACTAS, *ACTAS)]
    tel.entregar([todos[i] for i in (0, 1, 4, 7)])  # in whatever order
    dicho = tel.estado()
    assert (dicho["de"], dicho["hasta"], dicho["ultima"]) == ("cadena", 2, 8)
    assert dicho["huecos"] == [[3, 4], [6, 7]] and dicho["bifurcadas"] == []
    tel.entregar(list(reversed(todos)))
    assert (tel.estado()["hasta"], tel.estado()["huecos"]) == (8, [])


def test_a_phone_that_chooses_an_enormous_sequence_hangs_nothing_and_can_be_revoked() -> None:
    tel = Telefono()
    tel.entregar([tel.firmado(tel.hecho(Tipo.SIN_ACTA, ACTAS[0], motivo="2"))])
    tel.aparato.secuencia = SECUENCIA_MAXIMA - 1
    ultimo, mas_alla = (tel.firmado(tel.hecho(Tipo.SIN_ACTA, a, motivo="2")) for a in ACTAS[1:3])
    sin_canon = {**mas_alla, "dispositivo": {**mas_alla["dispositivo"], "secuencia": 2**53}}
    r = tel.entregar([ultimo, mas_alla, sin_canon]).json()
    assert r["nuevos"] == 1 and [(x["lugar"], x["codigo"]) for x in r["rechazados"]] == [(1, "forma"), (2, "forma")]
    dicho = tel.estado()
    assert (dicho["hasta"], dicho["ultima"], dicho["huecos"]) == (1, SECUENCIA_MAXIMA, [[2, SECUENCIA_MAXIMA - 1]])
    assert altas.dar_de_baja(tel.aparato.id, "Se extravió.", "admin-1", AHORA) == SECUENCIA_MAXIMA + 1
    assert tel.entregar([mas_alla]).status_code == 403


def test_a_phone_whose_memory_was_copied_is_told_apart_and_both_branches_are_kept() -> None:
    tel, datos = Telefono(), foto()
    tel.poner(datos)
    uno = tel.fotografiada(ACTAS[0], datos)
    tel.aparato.secuencia, tel.aparato.previo = 0, "0" * 64
    otro = tel.fotografiada(ACTAS[1], datos)
    assert tel.entregar([uno, otro]).json()["nuevos"] == 2
    assert tel.estado()["bifurcadas"] == [1]


def test_what_its_acta_does_not_admit_is_kept_and_named_and_stops_nothing() -> None:
    tel, datos = Telefono(), foto()
    tel.poner(datos)
    fuera = tel.fotografiada("990001B0100G", datos)  # no casilla of theirs
    sin_acta = tel.firmado(tel.hecho(Tipo.SIN_ACTA, ACTAS[0], motivo="2"))
    foto_despues = tel.fotografiada(ACTAS[0], datos)
    r = tel.entregar([fuera, sin_acta, foto_despues]).json()
    assert (r["nuevos"], r["rechazados"]) == (3, [])
    assert len(acta_de("990001B0100G").anomalias) == 1
    assert acta_de(ACTAS[0]).custodia is Custodia.FOTOGRAFIADA


def test_a_delivery_is_bounded_before_it_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    tel = Telefono()
    for cuerpo in (b"[" + b"[],[]," * 100_000 + b"[]]", json.dumps([0] * 101).encode()):
        r = tel.pedir("POST", "/v1/hechos", cuerpo, tipo="application/json")
        assert (r.status_code, r.json()["codigo"]) == (413, "grande")
    for cuerpo in (b"{", b"{}"):
        assert tel.pedir("POST", "/v1/hechos", cuerpo, tipo="application/json").status_code == 400
    enorme = nuevo_hecho("otro_tipo", "acta:" + ACTAS[0], tel.persona, AHORA, {"texto": "x" * 200_000})
    (no,) = tel.entregar([tel.firmado(enorme)]).json()["rechazados"]
    assert no["codigo"] == "forma" and "bytes" in no["motivo"]
    r = tel.pedir("POST", "/v1/hechos", b"[]", tipo="application/json", huella="0" * 64)
    assert (r.status_code, r.json()["codigo"]) == (422, "huella")
    monkeypatch.setattr(cadenas, "CUOTA", 1)
    tel.poner(foto())
    r = tel.entregar([tel.fotografiada(a, foto()) for a in ACTAS[:2]])
    assert (r.status_code, r.json()["codigo"]) == (429, "cuota")
    assert de_actas() == 0


def test_a_busy_node_says_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def tarda(*_: Any) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1")
            cursor.execute("SELECT pg_sleep(10)")

    tel, datos = Telefono(), foto()
    tel.poner(datos)
    firmado = tel.fotografiada(ACTAS[0], datos)
    with monkeypatch.context() as ocupado:
        ocupado.setattr(cadenas, "llevar", tarda)
        r = tel.entregar([firmado])
    assert (r.status_code, r.json()["codigo"], r.headers["Retry-After"]) == (503, "ocupado", "5")
    assert tel.entregar([firmado]).json()["nuevos"] == 1


def test_the_quota_counts_facts_and_never_refuses_what_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cadenas, "CUOTA", 2)
    tel = Telefono()
    una, otra, tercera = (tel.firmado(tel.hecho(Tipo.SIN_ACTA, a, motivo="2")) for a in ACTAS[:3])
    tel.aparato.secuencia, tel.aparato.previo = 0, "0" * 64
    copia = tel.firmado(tel.hecho(Tipo.SIN_ACTA, ACTAS[3], motivo="2"))  # at the place of the first one
    assert tel.entregar([una]).json()["nuevos"] == tel.entregar([copia]).json()["nuevos"] == 1
    for lote in ([otra], [una, otra]):
        r = tel.entregar(lote)
        assert (r.status_code, r.json()["codigo"]) == (429, "cuota")
    assert len(tel.entregar([una, copia, una]).json()["recibos"]) == 2
    assert tel.entregar([tercera]).status_code == 429 and de_actas() == 2


def test_a_revoked_phone_keeps_what_it_had_delivered_and_adds_nothing() -> None:
    tel, datos = Telefono(), foto()
    tel.poner(datos)
    tel.entregar([tel.fotografiada(ACTAS[0], datos)])
    assert altas.dar_de_baja(tel.aparato.id, "Se extravió.", "admin-1", AHORA) == 2
    assert tel.entregar([tel.fotografiada(ACTAS[1], datos)]).status_code == 403
    assert acta_de(ACTAS[0]).custodia is Custodia.FOTOGRAFIADA


def test_the_reach_of_a_person_is_not_the_phones_to_say(reloj: RelojFijo) -> None:
    """A person whose role was taken away: facts arrive, are kept, and change nothing."""
    tel, datos = Telefono(), foto()
    tel.poner(datos)
    baja = {"desde": {"*": 1}, "motivo": "Renunció."}
    anotar([nuevo_hecho("baja", "persona:cae-1", INSTITUTO, INICIO, baja)], raiz(), INICIO)
    reloj.avanzar(timedelta(minutes=1))
    assert tel.entregar([tel.fotografiada(ACTAS[0], datos)]).json()["nuevos"] == 1
    assert acta_de(ACTAS[0]).custodia is Custodia.ESPERADA and len(acta_de(ACTAS[0]).anomalias) == 1


def test_the_published_document_of_the_protocol_is_that_of_the_code() -> None:
    """To write it anew: `prep.intercambio.api.api.get_openapi_schema()`, as JSON."""
    publicado = json.loads((RAIZ / "docs" / "intercambio.openapi.json").read_text("utf-8"))
    assert publicado == json.loads(json.dumps(api.get_openapi_schema(path_prefix="/v1/")))
    assert set(publicado["paths"]) == {
        "/v1/objetos/sha256/{huella}", "/v1/hechos", "/v1/dispositivo", "/v1/altas", "/v1/nodo", "/v1/nodo/fotos",
        "/v1/nodo/objetos/sha256/{huella}", "/v1/nodo/hechos", "/v1/nodo/hechos/{despues}",
    }  # fmt: skip

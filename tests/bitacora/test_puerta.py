"""The HTTP door of facts between nodes, before any good signature: bounded work, and nothing of the database's turn."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from noche import Noche, enrolar, firmada, fundar, nodo_de
from prep.bitacora.autoridad import ambito
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import NodoLocal
from prep.bitacora.sobres import SIN_PREVIO, sellar
from prep.plataforma import pases

RUTA = "/v1/nodo/hechos"
ACTAS = [f"14002{i}B0100G" for i in range(4)]
VOTOS = {"PAZ": 100, "SOL": 80, "NO_REGISTRADAS": 0, "NULOS": "Ilegible"}


@pytest.fixture(autouse=True)
def central(bitacora_nueva: Any) -> NodoLocal:
    nodo = fundar()
    enrolar("cartero")
    return nodo


def entregar(cuerpo: Any, quien: str = "cartero") -> tuple[Any, list[str]]:
    """The answer to a node that carries other nodes' facts, and the SQL that it took."""
    datos = cuerpo if isinstance(cuerpo, bytes) else json.dumps(cuerpo).encode()
    firma = firmada(nodo_de(quien), "POST", RUTA, datos)
    with CaptureQueriesContext(connection) as consultas:
        r = Client(headers=firma).post(RUTA, datos, content_type="application/json")
    return r, [c["sql"] for c in consultas]


def sobres(nodo: NodoLocal, actas: int = 1) -> list[dict[str, Any]]:
    """The envelopes of whole actas, as they travel."""
    noche, previo, todos = Noche(), SIN_PREVIO, []
    for i, hecho in enumerate([h for acta in ACTAS[:actas] for h in noche.completa(acta, VOTOS)], 1):
        sobre = sellar(hecho, nodo, ambito(), i, previo)
        previo = sobre.hoja.hex()
        todos.append(sobre.escribir())
    return todos


def alterados(buenos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [s | {"secuencia": s["secuencia"] + 1} for s in buenos]


def test_whoever_is_not_enrolled_opens_no_transaction_and_gets_no_pass() -> None:
    buenos, antes = sobres(enrolar("catd-7")), Hecho.objects.count()
    r, consultas = entregar(buenos, "intruso")
    assert r.status_code == 401 and pases.galleta() not in r.cookies and Hecho.objects.count() == antes
    assert not [c for c in consultas if "BEGIN" in c or "UPDATE" in c or "bitacora_cabeza" in c]


def test_facts_that_nobody_known_signed_take_no_turn_at_the_head() -> None:
    conocido = enrolar("catd-7")
    antes = Hecho.objects.count()
    for lote in ([], [{}], sobres(nodo_de("intruso")), alterados(sobres(conocido))):
        r, consultas = entregar(lote)
        assert r.status_code == 200 and r.json()["nuevos"] == 0 and len(r.json()["rechazados"]) == len(lote)
        assert not [c for c in consultas if "bitacora_cabeza FOR UPDATE" in c]
    assert Hecho.objects.count() == antes


def test_a_good_signature_gives_a_pass() -> None:
    r, consultas = entregar(sobres(enrolar("catd-7")))
    assert r.json()["nuevos"] == 6 and pases.leer(r.cookies[pases.galleta()].value) is not None
    assert [c for c in consultas if "bitacora_cabeza FOR UPDATE" in c]


def test_a_delivery_of_bad_signatures_is_not_checked_to_the_end() -> None:
    r, _ = entregar(alterados(sobres(enrolar("catd-7"), 4)))
    motivos = [x["motivo"] for x in r.json()["rechazados"]]
    assert len(motivos) == 24
    assert sum("La firma del hecho" in m for m in motivos) == 20
    assert sum("No se revisó" in m for m in motivos) == 4


@pytest.mark.parametrize(
    "bomba", [b"[" + b"[],[]," * 400_000 + b"[]]", b"[" + b"0," * 2_000_000 + b"0]", b"[" * 900_000]
)
def test_few_bytes_cannot_ask_for_much_memory(bomba: bytes) -> None:
    r, _ = entregar(bomba)
    assert r.status_code == 413 and "valores" in r.json()["detalle"]


@pytest.mark.parametrize("cuando", ["9999-12-31 23:59:59-06", "infinity", "-infinity", "200000-01-01", "0001-01-01"])
def test_no_hour_of_reception_that_cannot_be_read_is_kept(cuando: str) -> None:
    """One alone would stop every export and every check."""
    campos = [c.column for c in Hecho._meta.fields]
    valores = [{"recibido": "%s::timestamptz", "posicion": "1000000", "hoja": "'otra'"}.get(c, c) for c in campos]
    orden = f"INSERT INTO bitacora_hecho ({', '.join(campos)}) SELECT {', '.join(valores)} FROM bitacora_hecho LIMIT 1"
    with (
        pytest.raises(IntegrityError, match="hecho_recibido_posible"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(orden, [cuando])

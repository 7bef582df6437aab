"""The HTTP door of the bitácora before any good signature: bounded work, and nothing of the database's turn."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from escritos import ACTAS, VOTOS, cadena, cuantos, dar_de_alta, llave

from noche import Noche
from prep.bitacora.nodos import NodoLocal
from prep.plataforma import pases

RUTA = "/api/bitacora/hechos"


def entregar(cuerpo: Any) -> tuple[Any, list[str]]:
    """The answer, and the SQL that it took."""
    with CaptureQueriesContext(connection) as consultas:
        datos = cuerpo if isinstance(cuerpo, bytes) else json.dumps(cuerpo).encode()
        r = Client().post(RUTA, datos, content_type="application/json")
    return r, [c["sql"] for c in consultas]


def sobres(nodo: NodoLocal) -> list[dict[str, Any]]:
    return cadena(nodo, Noche().completa(ACTAS[0], VOTOS))


def alterados(buenos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [s | {"operador": "otra"} for s in buenos]


def test_without_a_good_signature_there_is_no_transaction_and_no_pass(nodo: NodoLocal) -> None:
    conocido = dar_de_alta("catd-7")
    for lote in ([], [{}], sobres(llave("intruso")), alterados(sobres(conocido))):
        r, consultas = entregar(lote)
        assert r.status_code == 200 and r.json()["nuevos"] == 0 and len(r.json()["rechazados"]) == len(lote)
        assert pases.COOKIE not in r.cookies
        assert not [c for c in consultas if "BEGIN" in c or "UPDATE" in c or "bitacora_cabeza" in c]
    assert cuantos() == 0


def test_a_good_signature_gives_a_pass(nodo: NodoLocal) -> None:
    r, consultas = entregar(sobres(dar_de_alta("catd-7")))
    assert r.json()["nuevos"] > 0 and pases.leer(r.cookies[pases.COOKIE].value) is not None
    assert [c for c in consultas if "bitacora_cabeza FOR UPDATE" in c]


def test_a_delivery_of_bad_signatures_is_not_checked_to_the_end(nodo: NodoLocal) -> None:
    conocido = dar_de_alta("catd-7")
    noche = Noche()
    muchos = [h for acta in ACTAS[:6] for h in noche.completa(acta, VOTOS)]
    r, _ = entregar(alterados(cadena(conocido, muchos)))
    motivos = [x["motivo"] for x in r.json()["rechazados"]]
    assert len(motivos) == len(muchos) > 20
    assert sum("La firma del hecho" in m for m in motivos) == 20
    assert sum("No se revisó" in m for m in motivos) == len(muchos) - 20


@pytest.mark.parametrize(
    "bomba", [b"[" + b"[],[]," * 400_000 + b"[]]", b"[" + b"0," * 2_000_000 + b"0]", b"[" * 900_000]
)
def test_few_bytes_cannot_ask_for_much_memory(nodo: NodoLocal, bomba: bytes) -> None:
    r, _ = entregar(bomba)
    assert r.status_code == 413 and "valores" in r.json()["detail"]

"""Envelopes that other nodes deliver, by the service and by HTTP: what comes in is whole, signed and in order."""

from __future__ import annotations

import base64
import copy
import json
import random
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from escritos import ACTAS, AHORA, VOTOS, cadena, cuantos, dar_de_alta, llave, noche_revuelta, tabla_de_actas
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noche import Noche
from prep.bitacora.nodos import NodoLocal, dar_de_baja
from prep.bitacora.proyeccion import diferencias, reproyectar
from prep.bitacora.services import recibir
from prep.bitacora.verificacion import verificar
from prep.dominio.acta.hechos import Tipo

RUTA = "/api/bitacora/hechos"
DE_HYPOTHESIS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)


def entregar(cuerpo: Any) -> Any:
    datos = cuerpo if isinstance(cuerpo, bytes) else json.dumps(cuerpo).encode()
    return Client(raise_request_exception=True).post(RUTA, datos, content_type="application/json")


@pytest.fixture
def sobres(nodo: NodoLocal) -> list[dict[str, Any]]:
    """A chain of twelve envelopes of the node `catd-7`."""
    noche = Noche()
    return cadena(dar_de_alta("catd-7"), [*noche.completa(ACTAS[0], VOTOS), *noche.completa(ACTAS[1], VOTOS)])


def test_un_lote_entra_por_http_una_vez(sobres: list[dict[str, Any]]) -> None:
    r = entregar(sobres[:5])
    assert r.status_code == 200
    assert r.json() == {"nuevos": 5, "repetidos": 0, "rechazados": [], "finales": {"catd-7": 5}}
    assert entregar(sobres).json() == {"nuevos": 7, "repetidos": 5, "rechazados": [], "finales": {"catd-7": 12}}
    assert cuantos() == 12 and list(verificar()) == []


def test_en_desorden_y_con_repetidos_dentro_del_lote(sobres: list[dict[str, Any]]) -> None:
    revueltos = [*sobres, *sobres[:3]]
    random.Random(1).shuffle(revueltos)
    recibo = recibir(revueltos, AHORA)
    assert (recibo.nuevos, recibo.repetidos, recibo.rechazados) == (12, 3, [])
    assert list(verificar()) == []


def test_un_hueco_se_nombra_y_lo_demas_entra(sobres: list[dict[str, Any]]) -> None:
    recibo = recibir(sobres[:3] + sobres[4:], AHORA)
    assert recibo.nuevos == 3 and recibo.finales == {"catd-7": 3}
    assert [i for i, _ in recibo.rechazados] == [s["id"] for s in sobres[4:]]
    assert recibo.rechazados[0][1].startswith("Del nodo «catd-7» se espera la secuencia 4 y llegó la 5")
    assert recibir(sobres[3:], AHORA).nuevos == 9


def test_una_bifurcacion_se_nombra(sobres: list[dict[str, Any]]) -> None:
    recibir(sobres[:4], AHORA)
    previo = sobres[2]["previo"]
    otra = cadena(llave("catd-7"), [Noche(2).hecho(Tipo.INCIDENTE, ACTAS[3], "x", texto="otra historia")], 2, previo)
    recibo = recibir(otra, AHORA)
    assert recibo.nuevos == 0 and "ya escribió otro hecho con la secuencia 3: su cadena se bifurca" in str(recibo)
    ajena = cadena(llave("catd-7"), [Noche(3).hecho(Tipo.INCIDENTE, ACTAS[3], "x", texto="sigue")], 4, "ab" * 32)
    recibo = recibir(ajena, AHORA)
    assert recibo.nuevos == 0 and "no continúa a la anterior" in recibo.rechazados[0][1]
    assert cuantos() == 4 and list(verificar()) == []


def test_otro_contenido_con_un_identificador_conocido(sobres: list[dict[str, Any]]) -> None:
    recibir(sobres, AHORA)
    antes = tabla_de_actas()
    hecho = Noche().hecho(Tipo.INCIDENTE, ACTAS[2], "x", texto="suplantado")
    assert hecho.id == sobres[0]["id"]
    otro = dar_de_alta("catd-8")
    recibo = recibir(cadena(otro, [hecho]), AHORA)
    assert recibo.rechazados == [(hecho.id, f"El identificador {hecho.id} ya es de otro hecho.")]
    assert tabla_de_actas() == antes and cuantos() == 12


@pytest.mark.parametrize(
    "campo", ["operador", "acta", "hora", "nodo", "previo", "secuencia", "contenido", "firma", "id"]
)
def test_cualquier_campo_alterado_rompe_la_firma(sobres: list[dict[str, Any]], campo: str) -> None:
    sobre = copy.deepcopy(sobres[0])
    dar_de_alta("catd-8")
    sobre[campo] = {
        "operador": "otra",
        "acta": ACTAS[2],
        "hora": "2027-06-07T01:00:00+00:00",
        "nodo": "catd-8",
        "previo": "1" * 64,
        "secuencia": 2,
        "contenido": {"hora": "2027-06-07T01:00:01+00:00"},
        "firma": base64.b64encode(bytes(64)).decode(),
        "id": sobres[1]["id"],
    }[campo]
    recibo = recibir([sobre], AHORA)
    assert recibo.nuevos == 0 and "La firma del hecho" in recibo.rechazados[0][1]


def test_nodos_desconocidos_y_dados_de_baja(sobres: list[dict[str, Any]]) -> None:
    desconocido = cadena(llave("intruso"), [Noche(9).hecho(Tipo.INCIDENTE, ACTAS[0], "x", texto="hola")])
    assert "no está dado de alta" in recibir(desconocido, AHORA).rechazados[0][1]
    recibir(sobres[:5], AHORA)
    dar_de_baja("catd-7", AHORA)
    recibo = recibir(sobres, AHORA)
    assert recibo.nuevos == 0 and len(recibo.rechazados) == 12
    assert cuantos() == 5 and list(verificar()) == []  # what it wrote before stays, and still verifies


@pytest.mark.parametrize(
    "cuerpo",
    [b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"nodo": 1}', b"null", b"7", b'"hola"', b'[{"firma": "\\ud800"}'],
)
def test_lo_que_no_es_una_lista_json_es_un_400_que_lo_dice(nodo: NodoLocal, cuerpo: bytes) -> None:
    r = entregar(cuerpo)
    assert r.status_code == 400 and "La entrega" in r.json()["detail"]
    assert cuantos() == 0


def test_entregas_demasiado_grandes(nodo: NodoLocal) -> None:
    r = entregar([{}] * 2001)
    assert r.status_code == 413 and "2000" in r.json()["detail"]
    r = entregar(b"[" + b" " * (16 * 2**20) + b"]")
    assert r.status_code == 413 and "MiB" in r.json()["detail"]
    grande = Noche().hecho(
        Tipo.CAPTURADA, ACTAS[0], "x", imagen="a" * 64, valores={"votos": {f"C{i}": 1 for i in range(9000)}}
    )
    recibo = recibir(cadena(dar_de_alta("catd-7"), [grande]), AHORA)
    assert "bytes" in recibo.rechazados[0][1]


def test_un_lote_de_dos_mil_capturas_cabe(nodo: NodoLocal) -> None:
    noche = Noche()
    votos = {f"PARTIDO_{i}_COALICION": 999 for i in range(40)}
    hechos = [
        noche.hecho(Tipo.CAPTURADA, f"14{i:04d}B0100G", "persona", imagen="a" * 64, valores={"votos": votos})
        for i in range(2000)
    ]
    r = entregar(cadena(dar_de_alta("catd-7"), hechos))
    assert r.status_code == 200 and r.json()["nuevos"] == 2000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda hijos: st.lists(hijos, max_size=3) | st.dictionaries(st.text(max_size=8), hijos, max_size=3),
    max_leaves=8,
)
RAROS = st.one_of(
    JSON,
    st.sampled_from(
        ["", "\0", "x\0", "\ud800", "🦊", 0, -1, 2**53, 2**70, True, [], {}, None, "A" * 70_000, "²", "٣", 1.0, "=1+1"]
    ),
)


@DE_HYPOTHESIS
@given(st.data())
def test_ningun_sobre_malformado_tira_el_servidor_ni_deja_medio_lote(sobres: list[dict[str, Any]], data: Any) -> None:
    """Any field of any envelope replaced, dropped or added, also signed by its node: 200 with reasons, or 4xx; never
    an exception, never a fact that was not accepted whole."""
    lote = copy.deepcopy(sobres[:4])
    lugar = data.draw(st.integers(0, 3))
    sobre = lote[lugar]
    ruta = data.draw(st.sampled_from([[], ["contenido"]]))
    objeto = sobre
    for parte in ruta:
        objeto = objeto[parte]
    clave = data.draw(st.sampled_from(sorted(objeto)) | st.text(max_size=5))
    if data.draw(st.booleans()):
        objeto.pop(clave, None)
    else:
        objeto[clave] = data.draw(RAROS)
    if data.draw(st.booleans()):
        from prep.transparencia.canonico import canonico

        resto = {k: v for k, v in sobre.items() if k != "firma"}
        try:
            sobre["firma"] = base64.b64encode(llave("catd-7").firmar(canonico(resto))).decode()
        except ValueError:
            pass
    if data.draw(st.booleans()):
        lote[lugar] = data.draw(RAROS)
    with transaction.atomic():
        r = entregar(lote)
        assert r.status_code in (200, 400)
        if r.status_code == 200:
            recibo = r.json()
            assert recibo["nuevos"] + recibo["repetidos"] + len(recibo["rechazados"]) == 4
            assert cuantos() == recibo["nuevos"]
        else:
            assert cuantos() == 0
        assert list(diferencias()) == []
        transaction.set_rollback(True)


@DE_HYPOTHESIS
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_el_orden_de_llegada_entre_nodos_no_importa(nodo: NodoLocal, semilla: int, orden: int) -> None:
    """Same set of facts, any interleaving of the nodes and any batches: the same rows, equal to a refold of all."""
    azar = random.Random(orden)
    hechos = noche_revuelta(semilla)
    nodos = [dar_de_alta(n) for n in ("catd-1", "catd-2", "ccv")]
    de_quien = [azar.randrange(3) for _ in hechos]
    cadenas = [cadena(n, [h for h, q in zip(hechos, de_quien, strict=True) if q == i]) for i, n in enumerate(nodos)]
    vistas = []
    for intento in range(2):
        with transaction.atomic():
            pendientes = [list(c) for c in cadenas]
            while any(pendientes):
                lote: list[dict[str, Any]] = []
                for cola in pendientes:
                    cuanto = azar.randrange(len(cola) + 1)
                    lote += cola[:cuanto]
                    del cola[:cuanto]
                azar.shuffle(lote)
                recibo = recibir(lote, AHORA)
                assert (recibo.nuevos, recibo.rechazados) == (len(lote), [])
                if intento and azar.random() < 0.3:
                    assert recibir(lote, AHORA).nuevos == 0
            vistas.append(tabla_de_actas())
            assert cuantos() == len(hechos)
            assert list(diferencias()) == []
            reproyectar()
            assert tabla_de_actas() == vistas[-1]
            transaction.set_rollback(True)
    assert vistas[0] == vistas[1]

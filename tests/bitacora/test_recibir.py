"""Envelopes that other nodes deliver, by the service and by HTTP: what comes in is whole, signed and in order."""

from __future__ import annotations

import base64
import copy
import json
import random
from importlib import import_module
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from escritos import ACTAS, AHORA, AMBITO, VOTOS, cadena, cuantos, dar_de_alta, llave, noche_revuelta, tabla_de_actas
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noche import Noche, firmada, imagen, raiz
from prep.bitacora.asientos import bifurcados, tomar_cabeza
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import NodoLocal, publica
from prep.bitacora.proyecciones import diferencias, reproyectar
from prep.bitacora.services import anotar, recibir
from prep.bitacora.sobres import SIN_PREVIO, abrir
from prep.bitacora.verificacion import Cadena, verificar
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.hecho import nuevo_hecho
from prep.intercambio.entre_nodos import MAXIMO_BYTES, MAXIMO_HECHOS
from prep.transparencia.arbol import Frontera

RUTA = "/v1/nodo/hechos"
servicio = import_module("prep.bitacora.services.recibir")  # the room gives its function under the same name
DE_HYPOTHESIS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)


def entregar(cuerpo: Any) -> Any:
    """What a node that carries other nodes' facts is answered."""
    datos = cuerpo if isinstance(cuerpo, bytes) else json.dumps(cuerpo).encode()
    firma = firmada(llave("cartero"), "POST", RUTA, datos)
    return Client(raise_request_exception=True, headers=firma).post(RUTA, datos, content_type="application/json")


def contado(cuerpo: Any) -> dict[str, Any]:
    return {k: v for k, v in entregar(cuerpo).json().items() if k != "recibo"}


@pytest.fixture
def sobres(nodo: NodoLocal) -> list[dict[str, Any]]:
    """A chain of twelve envelopes of the node `catd-7`."""
    noche = Noche()
    dar_de_alta("cartero")
    return cadena(dar_de_alta("catd-7"), [*noche.completa(ACTAS[0], VOTOS), *noche.completa(ACTAS[1], VOTOS)])


def test_a_batch_enters_over_http_once(sobres: list[dict[str, Any]]) -> None:
    todo_bien = {"rechazados": [], "bifurcados": []}
    assert contado(sobres[:5]) == {"nuevos": 5, "repetidos": 0, **todo_bien}
    assert contado(sobres) == {"nuevos": 7, "repetidos": 5, **todo_bien}
    assert cuantos() == 12 and list(verificar()) == []


@pytest.mark.parametrize("tramo", [1, 5, 100])
def test_out_of_order_and_with_repeats_inside_the_batch(
    sobres: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tramo: int
) -> None:
    monkeypatch.setattr(servicio, "TRAMO", tramo)
    revueltos = [*sobres, *sobres[:3]]
    random.Random(1).shuffle(revueltos)
    recibo = recibir(revueltos, AHORA)
    assert (recibo.nuevos, recibo.repetidos, recibo.rechazados) == (12, 3, [])
    assert list(verificar()) == []


def test_others_have_the_head_between_one_part_of_a_delivery_and_the_next(
    sobres: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what was appended of one that fails stands."""
    monkeypatch.setattr(servicio, "TRAMO", 5)
    tomas: list[int] = []

    def tomar() -> Frontera:
        tomas.append(cuantos())
        if len(tomas) == 3:
            raise DatabaseError("se fue la luz")
        return tomar_cabeza()

    monkeypatch.setattr(servicio, "tomar_cabeza", tomar)
    with pytest.raises(DatabaseError):
        recibir(sobres, AHORA)
    assert tomas == [0, 5, 10] and cuantos() == 10 and list(verificar()) == []
    recibo = recibir(sobres, AHORA)
    assert (recibo.nuevos, recibo.repetidos, recibo.finales) == (2, 10, {"catd-7": 12})


def test_a_gap_is_named_and_the_rest_enters(sobres: list[dict[str, Any]]) -> None:
    recibo = recibir(sobres[:3] + sobres[4:], AHORA)
    assert recibo.nuevos == 3 and recibo.finales == {"catd-7": 3}
    assert [i for i, _ in recibo.rechazados] == list(range(3, 11))
    assert recibo.rechazados[0][1].startswith("Del nodo «catd-7» se espera la secuencia 4 y llegó la 5")
    assert recibir(sobres[3:], AHORA).nuevos == 9


def test_a_fork_is_named_and_both_branches_are_kept(sobres: list[dict[str, Any]]) -> None:
    """A cloned disk: two facts at one place of a node's chain, and each branch goes on."""
    recibir(sobres[:4], AHORA)
    previo, noche = sobres[2]["previo"], Noche(2)
    otra = cadena(
        llave("catd-7"),
        [noche.hecho(Tipo.INCIDENTE, ACTAS[3], "acopio-1", texto=t) for t in ("otra historia", "que sigue")],
        2,
        previo,
    )
    recibo = recibir(otra, AHORA)
    assert (recibo.nuevos, recibo.rechazados, recibo.bifurcados) == (2, [], {"catd-7"})
    assert bifurcados() == {"catd-7": 2}
    assert recibir(sobres[4:], AHORA).nuevos == 8 and recibir([*sobres, *otra], AHORA).repetidos == 14
    assert cuantos() == 14 and list(verificar()) == []
    ajena = cadena(llave("catd-7"), [noche.hecho(Tipo.INCIDENTE, ACTAS[3], "acopio-1", texto="sigue")], 4, "ab" * 32)
    recibo = recibir(ajena, AHORA)
    assert recibo.nuevos == 0 and "no sigue a ninguna anterior" in recibo.rechazados[0][1]


def test_a_fork_whose_parent_comes_in_the_same_batch(sobres: list[dict[str, Any]]) -> None:
    previo, noche = sobres[2]["previo"], Noche(2)
    otra = cadena(
        llave("catd-7"), [noche.hecho(Tipo.INCIDENTE, ACTAS[3], "acopio-1", texto="otra historia")], 2, previo
    )
    recibo = recibir([*sobres, *otra], AHORA)
    assert (recibo.nuevos, recibo.rechazados, recibo.bifurcados) == (13, [], {"catd-7"})
    assert bifurcados() == {"catd-7": 2} and list(verificar()) == []


@pytest.mark.parametrize("donde", ["después de nadie", "después de otro nodo"])
def test_what_follows_nothing_of_its_node_is_told_when_it_arrives_and_when_it_is_checked(
    sobres: list[dict[str, Any]], donde: str
) -> None:
    """Whoever checks what is stored admits no more than whoever receives it."""
    suyos = cadena(dar_de_alta("catd-8"), Noche(5).completa(ACTAS[2], VOTOS))
    previo = SIN_PREVIO if donde == "después de nadie" else abrir(sobres[2]).hoja.hex()
    hecho = Noche(6).hecho(Tipo.INCIDENTE, ACTAS[3], "acopio-1", texto="de la nada")
    suelto = cadena(llave("catd-8"), [hecho], 3, previo)
    recibo = recibir([*sobres, *suyos, *suelto], AHORA)
    assert recibo.nuevos == 18 and len(recibo.rechazados) == 1
    llaves = {n: publica(llave(n).publica) for n in ("catd-7", "catd-8")}
    seguida = Cadena(AMBITO, llaves, {})
    todos = enumerate([*sobres, *suyos, *suelto], 1)
    problemas = [p for i, s in todos for p in seguida.seguir(i, abrir(s))]
    assert len(problemas) == 1 and "el nodo «catd-8» salta" in problemas[0]


def test_one_fact_in_the_chains_of_two_nodes_is_one_fact(sobres: list[dict[str, Any]]) -> None:
    """A phone that got no receipt delivered to another node: both chains are kept, and it counts once."""
    noche = Noche()
    dos = cadena(dar_de_alta("catd-8"), noche.completa(ACTAS[0], VOTOS))
    recibir(sobres, AHORA)
    antes = tabla_de_actas()
    assert recibir(dos, AHORA).nuevos == 6
    assert [f[:-3] for f in tabla_de_actas()] == [f[:-3] for f in antes] and list(verificar()) == []


def test_facts_of_a_drill_do_not_enter_a_night(sobres: list[dict[str, Any]]) -> None:
    """Nor those of another process, nor of another institute."""
    nodo, hechos = llave("catd-7"), Noche().completa(ACTAS[0], VOTOS)
    proceso, modo, quien = AMBITO.split("/")
    for ambito in (f"{proceso}/simulacro/{quien}", f"otro/{modo}/{quien}", f"{proceso}/{modo}/{'0' * 16}"):
        recibo = recibir(cadena(nodo, hechos, ambito=ambito), AHORA)
        assert recibo.nuevos == 0 and all("esta instalación es de" in motivo for _, motivo in recibo.rechazados)
    assert cuantos() == 0


def test_what_this_program_does_not_know_is_kept_and_stops_no_chain(nodo: NodoLocal) -> None:
    catd, noche = dar_de_alta("catd-9"), Noche()
    futuro = [
        noche.hecho("recontada", ACTAS[0], "captura-1", de="un programa más nuevo"),  # type: ignore[arg-type]
        nuevo_hecho("abierto", "paquete:p-1", "acopio-1", AHORA, {"sello": "roto"}),
        *noche.completa(ACTAS[1], VOTOS),
    ]
    recibo = recibir(cadena(catd, futuro), AHORA)
    assert (recibo.nuevos, recibo.rechazados) == (8, [])
    assert list(verificar()) == [] and cuantos() == 8
    ajenos = Hecho.objects.filter(nodo="catd-9").order_by("secuencia")
    assert [h.clase for h in ajenos][:2] == ["acta", "paquete"]
    assert {fila[0]: fila[-2] for fila in tabla_de_actas()} == {ACTAS[0]: 1, ACTAS[1]: 0}  # one, not interpreted


def test_a_batch_may_enrol_the_node_that_wrote_the_rest_of_it(nodo: NodoLocal) -> None:
    from prep.bitacora.asientos import final, finales
    from prep.bitacora.services.altas import alta_de_nodo
    from prep.dominio.comun.facultades import ClaseNodo

    catd = llave("catd-3")
    secuencia, previo = final(finales([INSTITUTO])[INSTITUTO])
    alta = cadena(raiz(), [alta_de_nodo(catd, ClaseNodo.CATD, "tres", AHORA)], secuencia, previo)  # type: ignore[arg-type]
    suyos = cadena(catd, Noche().completa(ACTAS[0], VOTOS))
    assert recibir(suyos, AHORA).nuevos == 0
    assert recibir([*suyos, *alta], AHORA).nuevos == 7 and list(verificar()) == []


@pytest.mark.parametrize(
    "campo", ["persona", "sujeto", "hora", "conocidos", "contenido", "nodo", "previo", "secuencia", "firma"]
)
def test_any_altered_field_breaks_the_signature(sobres: list[dict[str, Any]], campo: str) -> None:
    sobre = copy.deepcopy(sobres[0])
    dar_de_alta("catd-8")
    valor: Any = {
        "persona": "otra",
        "sujeto": f"acta:{ACTAS[2]}",
        "hora": "2027-06-07T01:00:00+00:00",
        "conocidos": ["0" * 64],
        "nodo": "catd-8",
        "previo": "1" * 64,
        "secuencia": 2,
        "contenido": {"hora": "2027-06-07T01:00:01+00:00"},
        "firma": base64.b64encode(bytes(64)).decode(),
    }[campo]
    (sobre if campo in sobre else sobre["hecho"])[campo] = valor
    recibo = recibir([sobre], AHORA)
    assert recibo.nuevos == 0 and "La firma del hecho" in recibo.rechazados[0][1]


def test_unknown_and_revoked_nodes_are_refused(sobres: list[dict[str, Any]]) -> None:
    desconocido = cadena(llave("intruso"), [Noche(9).hecho(Tipo.INCIDENTE, ACTAS[0], "acopio-1", texto="hola")])
    assert "no está dado de alta" in recibir(desconocido, AHORA).rechazados[0][1]
    recibir(sobres[:5], AHORA)
    baja = nuevo_hecho("baja", "nodo:catd-7", INSTITUTO, AHORA, {"desde": 6, "motivo": "Robado."})
    anotar([baja], raiz(), AHORA)
    recibo = recibir(sobres, AHORA)
    assert (recibo.nuevos, recibo.repetidos, len(recibo.rechazados)) == (0, 5, 7)
    assert cuantos() == 5 and list(verificar()) == []  # what it wrote before stays, and still verifies


def test_a_change_of_authority_folds_again_what_it_touches(sobres: list[dict[str, Any]]) -> None:
    recibir(sobres, AHORA)
    assert all(fila[2] == "verificada" for fila in tabla_de_actas())
    motivo = {"desde": {"catd-7": 5}, "motivo": "No era quien decía."}
    anotar([nuevo_hecho("baja", "persona:captura-2", INSTITUTO, AHORA, motivo)], raiz(), AHORA)
    # In the first acta it typed at sequence 5; so did it in the second, later.
    assert all(fila[2] == "primera" for fila in tabla_de_actas())
    assert list(verificar()) == []


def test_whoever_is_revoked_takes_along_those_whom_they_enrolled(nodo: NodoLocal) -> None:
    """Two people type whom an administrator of one node enrolled; that node turns out to have been stolen before."""
    stolen, desk = dar_de_alta("catd-1"), dar_de_alta("catd-2")
    jefa = nuevo_hecho("alta", "persona:jefa", INSTITUTO, AHORA, {"rol": "administrador", "lugar": "CCV"})
    anotar([jefa], raiz(), AHORA)
    cargo = {"rol": "capturista", "lugar": "CCV"}
    altas = [nuevo_hecho("alta", f"persona:p{i}", "jefa", AHORA, cargo) for i in (1, 2)]
    recibir(cadena(stolen, altas), AHORA)
    noche, foto = Noche(), imagen("x")
    hechos = [
        noche.hecho(Tipo.DIGITALIZADA, ACTAS[0], "digital-1", imagen=foto),
        noche.hecho(Tipo.IDENTIFICADA, ACTAS[0], "digital-1", imagen=foto, por="qr"),
        *(noche.hecho(Tipo.CAPTURADA, ACTAS[0], f"p{i}", imagen=foto, valores={"votos": VOTOS}) for i in (1, 2)),
    ]
    recibir(cadena(desk, hechos), AHORA)
    assert [fila[2] for fila in tabla_de_actas()] == ["coincide"]
    baja = nuevo_hecho("baja", "nodo:catd-1", INSTITUTO, AHORA, {"desde": 1, "motivo": "Robado."})
    anotar([baja], raiz(), AHORA)
    assert [fila[2] for fila in tabla_de_actas()] == ["por_capturar"]
    assert list(diferencias()) == []


@pytest.mark.parametrize(
    "cuerpo",
    [b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"nodo": 1}', b"null", b"7", b'"hola"', b'[{"firma": "\\ud800"}'],
)
def test_what_is_not_a_json_list_is_refused_and_told_so(nodo: NodoLocal, cuerpo: bytes) -> None:
    dar_de_alta("cartero")
    r = entregar(cuerpo)
    assert r.status_code in (400, 413) and "entrega" in r.json()["detalle"]
    assert cuantos() == 0


def test_deliveries_that_are_too_large_are_refused(nodo: NodoLocal) -> None:
    dar_de_alta("cartero")
    r = entregar([{}] * (MAXIMO_HECHOS + 1))
    assert r.status_code == 413 and "500" in r.json()["detalle"]
    r = entregar(b"[" + b" " * MAXIMO_BYTES + b"]")
    assert r.status_code == 413 and "KiB" in r.json()["detalle"]
    grande = Noche().hecho(
        Tipo.CAPTURADA, ACTAS[0], "captura-1", imagen="a" * 64, valores={"votos": {f"C{i}": 1 for i in range(40_000)}}
    )
    recibo = recibir(cadena(dar_de_alta("catd-7"), [grande]), AHORA)
    assert "bytes" in recibo.rechazados[0][1]


def test_a_whole_batch_of_long_capturas_fits(nodo: NodoLocal) -> None:
    dar_de_alta("cartero")
    noche = Noche()
    votos = {f"PARTIDO_{i}_COALICION": 999 for i in range(40)}
    hechos = [
        noche.hecho(Tipo.CAPTURADA, f"14{i:04d}B0100G", "persona", imagen="a" * 64, valores={"votos": votos})
        for i in range(MAXIMO_HECHOS)
    ]
    r = entregar(cadena(dar_de_alta("catd-7"), hechos))
    assert r.status_code == 200 and r.json()["nuevos"] == MAXIMO_HECHOS


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
def test_no_malformed_sobre_brings_the_server_down_nor_leaves_half_a_batch(
    sobres: list[dict[str, Any]], data: Any
) -> None:
    """Any field of any envelope replaced, dropped or added, also signed by its node: 200 with reasons, or 4xx; never
    an exception, never a fact that was not accepted whole."""
    lote = copy.deepcopy(sobres[:4])
    lugar = data.draw(st.integers(0, 3))
    sobre = lote[lugar]
    ruta = data.draw(st.sampled_from([[], ["hecho"], ["hecho", "contenido"]]))
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
        assert r.status_code in (200, 400, 413)
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
def test_the_order_of_arrival_between_nodes_does_not_matter(nodo: NodoLocal, semilla: int, orden: int) -> None:
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

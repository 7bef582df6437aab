"""What a process remembers of what it folded never shows, but in what it no longer asks for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from escritos import ACTAS, AHORA, VOTOS, cuantos, noche_revuelta, tabla_de_actas

from noche import Noche, raiz
from prep.bitacora import proyecciones, recuerdos
from prep.bitacora.actas import ProyeccionDeActas
from prep.bitacora.nodos import NodoLocal
from prep.bitacora.proyecciones import reproyectar
from prep.bitacora.services import HechoRechazado, anotar
from prep.bitacora.services.altas import alta_de_persona
from prep.bitacora.verificacion import verificar
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.pliegue import Pliegue


@pytest.fixture(autouse=True)
def proceso(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A process that remembers nothing yet; called, another one, which writes from then on."""

    def otro(proyeccion: ProyeccionDeActas | None = None) -> ProyeccionDeActas:
        suya = proyeccion or ProyeccionDeActas()
        monkeypatch.setitem(proyecciones._TODAS, "actas", suya)
        return suya

    otro()
    return otro


def leidos(preguntas: CaptureQueriesContext) -> int:
    """Times that facts were read whole."""
    return sum("cuerpo FROM bitacora_hecho" in p["sql"] and "string_to_array" in p["sql"] for p in preguntas)


def test_an_acta_that_was_just_folded_is_neither_read_nor_folded_again(
    nodo: NodoLocal, monkeypatch: pytest.MonkeyPatch
) -> None:
    desde_nada = []
    nacer = Pliegue.__init__
    monkeypatch.setattr(Pliegue, "__init__", lambda p, *que: desde_nada.append(p) or nacer(p, *que))
    hechos = Noche().completa(ACTAS[0], VOTOS)
    anotar(hechos[:1], nodo, AHORA)
    with CaptureQueriesContext(connection) as preguntas:
        for hecho in hechos[1:]:
            anotar([hecho], nodo, AHORA)
    assert leidos(preguntas) == 0 and len(desde_nada) == 1
    assert list(verificar()) == []


def test_who_remembers_sees_what_another_wrote_meanwhile(nodo: NodoLocal, proceso: Any) -> None:
    hechos = Noche().completa(ACTAS[0], VOTOS)
    uno, otro = proceso(), ProyeccionDeActas()
    for i, hecho in enumerate(hechos):
        proceso(otro if i % 3 == 1 else uno)
        anotar([hecho], nodo, AHORA)
    assert list(verificar()) == []


def test_what_was_undone_is_forgotten(nodo: NodoLocal) -> None:
    hechos, deshecha = Noche().completa(ACTAS[0], VOTOS), Noche()
    anotar(hechos[:2], nodo, AHORA)
    deshecha.conoce[ACTAS[0]] = [hechos[1].id]
    with transaction.atomic():
        for texto in ("Se deshace.", "Esto también."):  # in whose place comes one alone
            anotar([deshecha.hecho(Tipo.INCIDENTE, ACTAS[0], "acopio-1", texto=texto)], nodo, AHORA)
        transaction.set_rollback(True)
    anotar([hechos[2]], nodo, AHORA)
    assert list(verificar()) == []
    mal = Noche()
    mal.conoce[ACTAS[0]] = [hechos[2].id]
    with pytest.raises(HechoRechazado):
        anotar([mal.hecho(Tipo.VERIFICADA, ACTAS[0], "verifica-1", base="0" * 64)], nodo, AHORA)
    anotar(hechos[3:], nodo, AHORA)
    assert cuantos() == len(hechos) and list(verificar()) == []


def test_with_another_authority_all_is_folded_again(nodo: NodoLocal) -> None:
    hechos = Noche().completa(ACTAS[0], VOTOS)
    anotar(hechos[:3], nodo, AHORA)
    anotar([alta_de_persona(("nueva", "capturista", "CCV"), AHORA)], raiz(), AHORA)
    with CaptureQueriesContext(connection) as preguntas:
        anotar([hechos[3]], nodo, AHORA)
    assert leidos(preguntas) == 1
    anotar(hechos[4:], nodo, AHORA)
    assert list(verificar()) == []


def test_it_remembers_so_many_facts_and_no_more(nodo: NodoLocal, monkeypatch: pytest.MonkeyPatch, proceso: Any) -> None:
    monkeypatch.setattr(recuerdos, "MAXIMO", 13)  # those of an acta are six
    suya = proceso()
    for acta in ACTAS:
        hechos = Noche().completa(acta, VOTOS)
        anotar(hechos[:4], nodo, AHORA)
        anotar(hechos[4:], nodo, AHORA)
    assert list(suya._recuerdos._suyos) == [f"acta:{a}" for a in ACTAS[2:]]
    noche = Noche()
    noche.conoce[ACTAS[3]] = [hechos[-1].id]
    anotar([noche.hecho(Tipo.INCIDENTE, ACTAS[3], "acopio-1", texto=str(i)) for i in range(14)], nodo, AHORA)
    assert not suya._recuerdos._suyos and suya._recuerdos._hechos == 0


@pytest.mark.parametrize("semilla", range(6))
def test_remembered_or_not_the_rows_are_those_of_the_facts(nodo: NodoLocal, semilla: int, proceso: Any) -> None:
    """Any facts, in any batches, some of them undone, by two processes in turns."""
    azar = random.Random(semilla)
    hechos = [h for i in range(4) for h in noche_revuelta(semilla * 10 + i)]
    procesos = [ProyeccionDeActas(), ProyeccionDeActas()]
    while hechos:
        lote = hechos[: azar.randint(1, 4)]
        proceso(azar.choice(procesos))
        try:
            with transaction.atomic():
                anotar(lote, nodo, AHORA)
                if azar.random() < 0.2:
                    transaction.set_rollback(True)
                    continue
        except HechoRechazado:
            lote = hechos[:1]
        hechos = hechos[len(lote) :]
    juntas = tabla_de_actas()
    reproyectar()
    assert tabla_de_actas() == juntas and list(verificar()) == []

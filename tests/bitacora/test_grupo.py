"""Facts of many who write at once: as if one after the other, each with its own answer."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from escritos import ACTAS, AHORA, ALTAS, VOTOS, cuantos, fundar, noche_revuelta, tabla_de_actas

from noche import TELEFONO, Noche, imagen, raiz
from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.models import Hecho as Fila
from prep.bitacora.nodos import DispositivoLocal, NodoLocal
from prep.bitacora.services import HechoRechazado, anotar, grupo
from prep.bitacora.services.altas import alta_de_persona
from prep.bitacora.services.asentar import Pedido
from prep.bitacora.sobres import FirmaDispositivo
from prep.bitacora.verificacion import verificar
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.hecho import Hecho
from prep.dominio.comun.rechazos import Rechazo


def a_la_vez(*haceres: Callable[[], Any], mientras: Callable[[], None] = lambda: None) -> list[Any]:
    """Have each done by somebody of their own, all in line in this order before the first one writes; what each gave or
    raised. `mientras`: done when all are in line."""
    dados: list[Any] = [None] * len(haceres)

    def hacer(i: int) -> None:
        try:
            dados[i] = haceres[i]()
        except BaseException as error:
            dados[i] = error
        finally:
            connection.close()

    hilos = [threading.Thread(target=hacer, args=(i,)) for i in range(len(haceres))]
    with transaction.atomic():
        tomar_cabeza()  # whoever is first waits for it, and the rest behind
        for i, hilo in enumerate(hilos, 1):
            hilo.start()
            esperar(lambda i=i: len(grupo._fila) == i)
        mientras()
    esperar(lambda: not any(hilo.is_alive() for hilo in hilos))
    assert not grupo._fila
    return dados


def esperar(que: Callable[[], bool]) -> None:
    limite = time.monotonic() + 60
    while not que():
        assert time.monotonic() < limite
        time.sleep(0.001)


def aparte() -> psycopg.Connection:
    """A connection that has nothing to do with those who write."""
    s = connection.settings_dict
    return psycopg.connect(
        host=s["HOST"], port=s["PORT"], dbname=s["NAME"], user=s["USER"], password=s["PASSWORD"], autocommit=True
    )


def transacciones() -> int:
    """How many transactions wrote facts that are not of the founding."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM bitacora_hecho WHERE posicion > %s", [ALTAS])
        return int(cursor.fetchone()[0])


def llevar(hechos: Sequence[Hecho], nodo: NodoLocal, aparato: DispositivoLocal | None = None) -> list[Hecho]:
    """Carry facts, whatever the fold says of them."""
    firmar = aparato.firmar if aparato else lambda *_: None
    return grupo.asentar_en_grupo(Pedido(hechos, AHORA, firmar, exige=False), nodo)


def test_those_who_wait_are_written_together_and_in_order(nodo: NodoLocal) -> None:
    suyos = [Noche().completa(acta, VOTOS) for acta in ACTAS]
    horas = [AHORA + timedelta(seconds=i) for i in range(len(suyos))]
    pares = zip(suyos, horas, strict=True)
    assert a_la_vez(*[lambda h=h, r=r: anotar(h, nodo, r) for h, r in pares]) == [None] * len(suyos)
    assert transacciones() == 1
    escritos = list(Fila.objects.filter(posicion__gt=ALTAS).order_by("posicion").values_list("id", "recibido"))
    assert escritos == [(h.id, r) for hechos, r in zip(suyos, horas, strict=True) for h in hechos]
    assert list(verificar()) == []


def test_one_that_is_refused_takes_nobody_with_it(nodo: NodoLocal) -> None:
    noche = Noche()
    bien = [noche.completa(acta, VOTOS) for acta in ACTAS[:2]]
    mal = [noche.hecho(Tipo.VERIFICADA, acta, "verifica-1", base="0" * 64) for acta in ACTAS[2:]]
    pedidos = [bien[0], mal[:1], bien[1], mal[1:]]
    uno, no, dos, tampoco = a_la_vez(*[lambda h=h: anotar(h, nodo, AHORA) for h in pedidos])
    assert uno is dos is None
    assert isinstance(no, HechoRechazado) and (no.rechazo, no.hecho) == (Rechazo.FALTA_IMAGEN, mal[0])
    assert isinstance(tampoco, HechoRechazado) and tampoco is not no and tampoco.hecho == mal[1]
    assert cuantos() == len(bien[0]) + len(bien[1]) and list(verificar()) == []


def test_a_fact_that_two_bring_at_once_is_new_once(nodo: NodoLocal) -> None:
    hechos = Noche().completa(ACTAS[0], VOTOS)
    llevan = [[*hechos[:3], hechos[0]], hechos[2:], hechos]
    nuevos = a_la_vez(*[lambda h=h: llevar(h, nodo) for h in llevan])
    assert nuevos == [hechos[:3], hechos[3:], []]
    assert cuantos() == len(hechos) and list(verificar()) == []


def test_who_signs_as_another_is_of_another_group(nodo: NodoLocal) -> None:
    hechos = Noche().completa(ACTAS[0], VOTOS)
    alta = alta_de_persona(("nueva", "capturista", "CCV"), AHORA)
    a_la_vez(
        lambda: anotar(hechos[:3], nodo, AHORA),
        lambda: anotar([alta], raiz(), AHORA),
        lambda: anotar(hechos[3:], nodo, AHORA),
    )
    assert transacciones() == 3 and cuantos() == len(hechos) and list(verificar()) == []


def test_a_group_has_an_end(nodo: NodoLocal) -> None:
    noche = Noche()
    hechos = [noche.hecho(Tipo.INCIDENTE, ACTAS[0], "acopio-1", texto=str(i)) for i in range(grupo.MAXIMO + 20)]
    llevan = [hechos[:1], hechos[1:20], hechos[20:]]
    a_la_vez(*[lambda h=h: llevar(h, nodo) for h in llevan])
    assert transacciones() == 2 and cuantos() == len(hechos)


def test_within_a_transaction_of_their_own_they_stand_or_fall_with_it(nodo: NodoLocal) -> None:
    hechos = Noche().completa(ACTAS[0], VOTOS)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        anotar(hechos, nodo, AHORA)
        assert cuantos() == len(hechos)
        raise ZeroDivisionError
    assert cuantos() == 0


@pytest.mark.parametrize("semilla", range(6))
def test_many_at_once_do_what_they_would_one_by_one(bitacora_nueva: Any, nodo: NodoLocal, semilla: int) -> None:
    """Each with a night of their own, half of it impossible; and all carry facts of the same actas, some twice."""
    azar = random.Random(semilla)
    suyos = [noche_revuelta(semilla * 10 + i, [acta]) for i, acta in enumerate(ACTAS)]
    comunes = noche_revuelta(semilla, [f"14003{i}B0100G" for i in range(3)])
    llevan = [azar.sample(comunes, azar.randint(1, len(comunes))) for _ in range(4)] + [comunes]

    def intentar(hechos: Sequence[Hecho]) -> list[Rechazo | None]:
        """What each was told."""
        return [_rechazo(h, nodo) for h in hechos]

    def cargar(hechos: Sequence[Hecho]) -> set[str]:
        """What was new: a few each time."""
        return {h.id for i in range(0, len(hechos), 3) for h in llevar(hechos[i : i + 3], nodo)}

    haceres: list[Callable[[], Any]] = [lambda h=h: intentar(h) for h in suyos]
    haceres += [lambda h=h: cargar(h) for h in llevan]
    dicho = a_la_vez(*haceres)
    juntos = tabla_de_actas()
    assert sum(len(nuevos) for nuevos in dicho[4:]) == len(comunes) == len(set().union(*dicho[4:]))
    assert list(verificar()) == []
    with bitacora_nueva():
        fundar()
        assert [intentar(hechos) for hechos in suyos] == dicho[:4]
        cargar(comunes)
        assert tabla_de_actas() == juntos


def _rechazo(hecho: Hecho, nodo: NodoLocal) -> Rechazo | None:
    try:
        anotar([hecho], nodo, AHORA)
    except HechoRechazado as error:
        return error.rechazo
    return None


def test_what_is_refused_leaves_nothing_in_a_transaction_that_goes_on(nodo: NodoLocal) -> None:
    noche = Noche()
    bien = noche.completa(ACTAS[0], VOTOS)
    mal = [
        noche.hecho(Tipo.ACOPIADA, ACTAS[1], "acopio-1", hora=AHORA.isoformat()),
        noche.hecho(Tipo.VERIFICADA, ACTAS[1], "verifica-1", base="0" * 64),
    ]
    with transaction.atomic():
        with pytest.raises(HechoRechazado):
            anotar(mal, nodo, AHORA)
        anotar(bien, nodo, AHORA)
    assert cuantos() == len(bien) and list(verificar()) == []


class Aparato(DispositivoLocal):
    """A phone that does something else the first time that it signs, in the thread of whoever leads."""

    __slots__ = ("hacer",)

    def __init__(self, hacer: Callable[[], None] | None) -> None:
        super().__init__(TELEFONO.id, TELEFONO.llave)
        self.hacer = hacer

    def firmar(self, hecho: Hecho, ambito: str) -> FirmaDispositivo:
        hacer, self.hacer = self.hacer, None
        if hacer:
            hacer()
        return DispositivoLocal.firmar(self, hecho, ambito)


def morir() -> None:
    raise SystemExit


def perder_la_conexion() -> None:
    with aparte() as otra:
        otra.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])


@pytest.mark.parametrize("que", [morir, perder_la_conexion])
def test_nobody_waits_for_ever_for_whoever_led(nodo: NodoLocal, que: Callable[[], None]) -> None:
    """Who dies, dies alone. What a lost connection undid is written again, with others."""
    noche = Noche()
    tomada = noche.hecho(Tipo.FOTOGRAFIADA, ACTAS[0], "cae-1", imagen=imagen("x"), hora=AHORA.isoformat())
    suyos = [noche.completa(acta, VOTOS) for acta in ACTAS[1:]]
    primero, *demas = a_la_vez(
        lambda: llevar([tomada], nodo, Aparato(que)), *[lambda h=h: anotar(h, nodo, AHORA) for h in suyos]
    )
    assert demas == [None] * len(suyos)
    muere = que is morir
    assert isinstance(primero, SystemExit) if muere else primero == [tomada]
    assert cuantos() == sum(map(len, suyos)) + (not muere)
    assert list(verificar()) == []


def test_who_loses_the_connection_before_leading_is_told_and_the_next_one_leads(nodo: NodoLocal) -> None:
    suyos = [Noche().completa(acta, VOTOS) for acta in ACTAS]

    def terminar() -> None:
        with aparte() as otra:
            esperan = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            esperar(lambda: otra.execute(f"SELECT count(*) {esperan}").fetchone() == (1,))
            otra.execute(f"SELECT pg_terminate_backend(pid) {esperan}")
            esperar(lambda: otra.execute(f"SELECT count(*) {esperan}").fetchone() == (1,))

    primero, *demas = a_la_vez(*[lambda h=h: anotar(h, nodo, AHORA) for h in suyos], mientras=terminar)
    assert isinstance(primero, OperationalError) and demas == [None] * len(demas)
    assert cuantos() == sum(map(len, suyos[1:])) and transacciones() == 1
    assert list(verificar()) == []

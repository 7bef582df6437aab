"""Facts that this node writes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from escritos import ACTAS, AHORA, ALTAS, VOTOS, cuantos, fundar, tabla_de_actas

from noche import TELEFONO, Noche, imagen, nodo_de
from prep.bitacora.actas import acta_de
from prep.bitacora.autoridad import SinFundar
from prep.bitacora.models import Acta, Hecho
from prep.bitacora.nodos import DispositivoLocal, NodoLocal, nodo_local
from prep.bitacora.services import SEDE, HechoRechazado, anotar, escribir
from prep.bitacora.verificacion import verificar
from prep.dominio.acta.hechos import MotivoSinActa, Tipo
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.hecho import HechoInvalido, nuevo_hecho
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO


def test_one_by_one_or_in_a_batch_they_give_the_same_actas(bitacora_nueva: Any, nodo: NodoLocal) -> None:
    noche = Noche()
    hechos = [h for acta in ACTAS for h in noche.completa(acta, VOTOS)]
    for hecho in hechos:
        anotar([hecho], nodo, AHORA)
    uno_por_uno = tabla_de_actas()
    assert list(verificar()) == []
    with bitacora_nueva():
        fundar()
        anotar(hechos, nodo, AHORA)
        assert tabla_de_actas() == uno_por_uno
        propios = Hecho.objects.filter(nodo=nodo.nodo).order_by("posicion")
        assert [(h.posicion, h.secuencia) for h in propios] == [(ALTAS + i, i) for i in range(1, len(hechos) + 1)]
        assert list(verificar()) == []


def test_what_is_made_of_a_fact_just_written_is_what_is_made_of_it_read_back(nodo: NodoLocal) -> None:
    """Content as code has it, in words of the law and with the hours of a place; a fact is not read back to fold it."""
    foto, hora = imagen("f"), AHORA.astimezone(ZoneInfo("America/Mexico_City"))
    valores = {"votos": {**VOTOS, "PAZ": SIN_DATO, "NULOS": ILEGIBLE}}
    for clave, tipo, quien, contenido in (
        (ACTAS[0], Tipo.SIN_ACTA, "acopio-1", {"motivo": MotivoSinActa.SIN_SOBRE}),
        (ACTAS[1], Tipo.ACOPIADA, "acopio-1", {"hora": hora.isoformat()}),
        (ACTAS[1], Tipo.DIGITALIZADA, "digital-1", {"imagen": foto, "hora": hora.isoformat(), "enderezada": True}),
        (ACTAS[1], Tipo.IDENTIFICADA, "digital-1", {"imagen": foto, "por": "qr"}),
        (ACTAS[1], Tipo.CAPTURADA, "persona-1", {"imagen": foto, "valores": valores}),
        (ACTAS[1], Tipo.CAPTURADA, "persona-2", {"imagen": foto, "valores": valores}),
    ):
        hecho, acta = escribir(tipo, clave, quien, contenido, hora, nodo)
        assert acta.cabezas == (hecho.id,)
        assert acta == acta_de(clave)
    assert acta.captura is Captura.COINCIDE
    assert list(verificar()) == []


def test_repeating_changes_nothing(nodo: NodoLocal) -> None:
    hechos = Noche().completa(ACTAS[0], VOTOS)
    anotar(hechos[:4], nodo, AHORA)
    anotar([*hechos, *hechos], nodo, AHORA)
    antes = tabla_de_actas()
    anotar(hechos, nodo, AHORA)
    assert cuantos() == len(hechos) and tabla_de_actas() == antes


def test_a_fact_with_other_content_is_another_fact(nodo: NodoLocal) -> None:
    """A fact is named by what it says: nobody can write something else under a known name."""
    hechos = Noche().completa(ACTAS[0], VOTOS)
    anotar(hechos[:1], nodo, AHORA)
    otra = Noche().hecho(Tipo.ACOPIADA, ACTAS[0], "acopio-2", hora=hechos[0].contenido["hora"])
    assert otra.id != hechos[0].id
    anotar([otra], nodo, AHORA)
    assert cuantos() == 2


def test_one_command_has_one_effect_and_one_answer(nodo: NodoLocal) -> None:
    """The same command sent three times at once: one fact, the same answer thrice."""
    contenido = {"hora": AHORA.isoformat()}
    ids: list[str] = []

    def enviar() -> None:
        try:
            hecho, acta = escribir(Tipo.ACOPIADA, ACTAS[0], "acopio-1", contenido, AHORA, nodo, orden="orden-77")
            ids.append(hecho.id)
            assert acta.acopio == AHORA
        finally:
            connection.close()

    hilos = [threading.Thread(target=enviar) for _ in range(3)]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    assert len(ids) == 3 and len(set(ids)) == 1 and cuantos() == 1
    escribir(Tipo.ACOPIADA, ACTAS[0], "acopio-1", contenido, AHORA + timedelta(seconds=1), nodo, orden="orden-78")
    assert cuantos() == 2


def test_an_impossible_step_leaves_nothing_of_its_batch(nodo: NodoLocal) -> None:
    noche = Noche()
    bien = noche.completa(ACTAS[0], VOTOS)
    mal = noche.hecho(Tipo.VERIFICADA, ACTAS[1], "verifica-1", base="0" * 64)
    with pytest.raises(HechoRechazado) as error:
        anotar([*bien, mal], nodo, AHORA)
    assert error.value.rechazo is Rechazo.FALTA_IMAGEN and error.value.hecho == mal
    assert cuantos() == 0 and tabla_de_actas() == []


def test_a_key_that_fails_halfway_leaves_nothing_of_its_batch(nodo: NodoLocal) -> None:
    """A hardware module may: those signed before it are on their way to the database already."""

    @dataclass
    class Failing:
        publica: bytes
        nodo: str
        signed: int = 0

        def firmar(self, mensaje: bytes) -> bytes:
            self.signed += 1
            if self.signed == 3:
                raise OSError("no responde")
            return nodo.firmar(mensaje)

    facts = Noche().completa(ACTAS[0], VOTOS)
    with pytest.raises(OSError, match="no responde"):
        anotar(facts, Failing(nodo.publica, nodo.nodo), AHORA)
    assert cuantos() == 0 and tabla_de_actas() == []
    anotar(facts, nodo, AHORA)
    assert cuantos() == len(facts) and list(verificar()) == []


def test_content_that_is_not_of_its_type_is_refused(nodo: NodoLocal) -> None:
    with pytest.raises(HechoInvalido, match="imagen"):
        anotar([Noche().hecho(Tipo.DIGITALIZADA, ACTAS[0], "digital-1", imagen="corta")], nodo, AHORA)
    assert cuantos() == 0


@pytest.mark.parametrize(
    ("tipo", "contenido"),
    [
        (Tipo.IDENTIFICADA, {"imagen": imagen("a"), "por": "qr", "acta": "Z" * 2000}),
        (Tipo.ACOPIADA, {"hora": "2027-06-06T20:00:00.123456+00:00:00.000001"}),
        (Tipo.ACOPIADA, {"hora": "0001-01-01T00:00:00+00:00"}),
        (Tipo.ACOPIADA, {"hora": "9999-12-31T23:59:59-12:00"}),
        (Tipo.ACOPIADA, {"hora": "2027-W23-1T20:00:00+00:00"}),
        (Tipo.INCIDENTE, {"texto": "nulo \0 dentro"}),
    ],
)
def test_what_neither_the_database_nor_a_corte_could_hold_is_refused_beforehand(
    nodo: NodoLocal, tipo: Tipo, contenido: dict[str, Any]
) -> None:
    with pytest.raises(HechoInvalido):
        anotar([Noche().hecho(tipo, ACTAS[0], "digital-1", **contenido)], nodo, AHORA)


def test_what_is_written_knows_all_that_this_node_knows(nodo: NodoLocal) -> None:
    """Whatever the device's clock says."""
    primero, _ = escribir(Tipo.ACOPIADA, ACTAS[0], "acopio-1", {"hora": AHORA.isoformat()}, AHORA, nodo)
    atrasado = AHORA - timedelta(hours=3)
    segundo, acta = escribir(Tipo.DIGITALIZADA, ACTAS[0], "digital-1", {"imagen": imagen("x")}, atrasado, nodo)
    assert (primero.conocidos, segundo.conocidos, segundo.hora) == ((), (primero.id,), atrasado)
    assert acta.anomalias == [] and acta.cabezas == (segundo.id,)


def test_whoever_may_not_is_told_beforehand(nodo: NodoLocal) -> None:
    for tipo, quien, contenido, rechazo in (
        (Tipo.DIGITALIZADA, "nadie", {"imagen": imagen("x")}, Rechazo.PERSONA_DESCONOCIDA),
        (Tipo.REVISADA, "captura-1", {"base": "0" * 64, "opinion": "devuelve"}, Rechazo.SIN_FACULTAD),
        (Tipo.FOTOGRAFIADA, "cae-1", {"imagen": imagen("x"), "hora": AHORA.isoformat()}, Rechazo.DISPOSITIVO),
    ):
        with pytest.raises(HechoRechazado) as error:
            escribir(tipo, ACTAS[0], quien, contenido, AHORA, nodo)
        assert error.value.rechazo is rechazo
    assert cuantos() == 0


def test_whoever_may_enrol_nobody_is_told_beforehand(nodo: NodoLocal) -> None:
    alta = nuevo_hecho("alta", "persona:prima", "captura-1", AHORA, {"rol": "capturista", "lugar": "CCV"})
    with pytest.raises(HechoRechazado) as error:
        anotar([alta], nodo, AHORA)
    assert error.value.rechazo is Rechazo.SIN_FACULTAD and error.value.hecho == alta
    assert Hecho.objects.count() == ALTAS


def test_a_phone_signs_what_its_person_does(nodo: NodoLocal) -> None:
    foto = {"imagen": imagen("x"), "hora": AHORA.isoformat()}
    telefono = DispositivoLocal(TELEFONO.id, TELEFONO.llave)
    _, acta = escribir(Tipo.FOTOGRAFIADA, ACTAS[0], "cae-1", foto, AHORA, nodo, dispositivos={"cae-1": telefono})
    assert acta.custodia == "fotografiada" and list(verificar()) == []
    capturar = {"imagen": imagen("x"), "valores": {"votos": VOTOS}}
    escribir(Tipo.IDENTIFICADA, ACTAS[0], "digital-1", {"imagen": imagen("x"), "por": "qr"}, AHORA, nodo)
    with pytest.raises(HechoRechazado) as error:  # a phone does not capture
        escribir(Tipo.CAPTURADA, ACTAS[0], "captura-1", capturar, AHORA, nodo, dispositivos={"captura-1": telefono})
    assert error.value.rechazo is Rechazo.DISPOSITIVO


def test_an_installation_that_nobody_founded_writes_nothing(bitacora_nueva: Any) -> None:
    with pytest.raises(SinFundar, match="fundar"):
        anotar(Noche().completa(ACTAS[0], VOTOS), nodo_de("central"), AHORA)


def test_two_people_at_once_on_one_acta(nodo: NodoLocal) -> None:
    """Two first captures at once: whoever is second sees the first; nobody's accepted fact turns into an anomaly."""
    foto = imagen("x")
    escribir(Tipo.DIGITALIZADA, ACTAS[0], "digital-1", {"imagen": foto}, AHORA, nodo)
    escribir(Tipo.IDENTIFICADA, ACTAS[0], "digital-1", {"imagen": foto, "por": "qr"}, AHORA, nodo)
    valores = {"votos": VOTOS}
    resultados: list[str] = []

    def capturar(quien: int) -> None:
        try:
            contenido = {"imagen": foto, "valores": valores}
            ahora = AHORA + timedelta(milliseconds=100 - quien)  # the later to arrive has the earlier clock
            escribir(Tipo.CAPTURADA, ACTAS[0], f"captura-{quien}", contenido, ahora, nodo)
            resultados.append("bien")
        except HechoRechazado as error:
            resultados.append(error.rechazo.name)
        finally:
            connection.close()

    hilos = [threading.Thread(target=capturar, args=(i,)) for i in range(1, 7)]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    assert sorted(resultados) == ["ESTADO_CAPTURA"] * 4 + ["bien"] * 2
    acta = Acta.objects.get(clave=ACTAS[0])
    assert (acta.captura, acta.anomalias, acta.hechos) == ("coincide", 0, 4)
    assert list(verificar()) == []


def test_what_no_corte_has_carried_yet_is_kept_to_be_put_on_record(nodo: NodoLocal) -> None:
    """A reason for *sin acta*, and then the one that corrects it."""

    def por_registrar() -> str | None:
        return Acta.objects.get(clave=ACTAS[0]).por_registrar

    def publicar(corte: int) -> None:
        base, hecho = (por_registrar() or "").split()
        escribir(Tipo.PUBLICADA, ACTAS[0], SEDE, {"corte": corte, "base": base, "hecho": hecho}, AHORA, nodo)
        assert por_registrar() is None

    noche = Noche()
    anotar(noche.sin_acta(ACTAS[0], "2"), nodo, AHORA)
    publicar(1)
    dicha, _ = escribir(Tipo.SIN_ACTA, ACTAS[0], "acopio-1", {"motivo": "3"}, AHORA, nodo)
    assert por_registrar() is None
    escribir(Tipo.SIN_ACTA_CONFIRMADA, ACTAS[0], "supervisa-1", {"peticion": dicha.id}, AHORA, nodo)
    assert Acta.objects.get(clave=ACTAS[0]).sin_acta == "3"
    publicar(2)
    assert list(verificar()) == []


def test_the_local_node_keeps_its_key_to_itself(tmp_path: Any) -> None:
    uno, dos = nodo_local(tmp_path), nodo_local(tmp_path)
    assert uno.publica == dos.publica
    assert (tmp_path / "nodo-central.llave").stat().st_mode & 0o077 == 0

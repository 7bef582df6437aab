"""Facts that this node writes."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from escritos import ACTAS, AHORA, VOTOS, cuantos, tabla_de_actas
from hypothesis import given
from hypothesis import strategies as st

from noche import Noche, imagen
from prep.bitacora.identificadores import milisegundos, nuevo_id, uuid7
from prep.bitacora.models import Acta, Hecho
from prep.bitacora.nodos import NodoConOtraLlave, NodoLocal, nodo_local, registrar
from prep.bitacora.services import HechoRechazado, anotar, escribir
from prep.bitacora.services.anotar import IdRepetido
from prep.bitacora.verificacion import verificar
from prep.dominio.acta.hechos import HechoInvalido, Tipo
from prep.dominio.acta.transiciones import Rechazo


def test_uno_por_uno_o_en_lote_dan_las_mismas_actas(bitacora_nueva: Any, nodo: NodoLocal) -> None:
    noche = Noche()
    hechos = [h for acta in ACTAS for h in noche.completa(acta, VOTOS)]
    for hecho in hechos:
        anotar([hecho], nodo, AHORA)
    uno_por_uno = tabla_de_actas()
    assert list(verificar()) == []
    with bitacora_nueva():
        registrar(nodo.nodo, "", nodo.publica, AHORA)
        anotar(hechos, nodo, AHORA)
        assert tabla_de_actas() == uno_por_uno
        assert [(h.posicion, h.secuencia) for h in Hecho.objects.order_by("posicion")] == [
            (i, i) for i in range(1, len(hechos) + 1)
        ]
        assert list(verificar()) == []


def test_repetir_no_cambia_nada(nodo: NodoLocal) -> None:
    hechos = Noche().completa(ACTAS[0], VOTOS)
    anotar(hechos[:4], nodo, AHORA)
    anotar([*hechos, *hechos], nodo, AHORA)
    antes = tabla_de_actas()
    assert anotar(hechos, nodo, AHORA) == {}
    assert cuantos() == len(hechos) and tabla_de_actas() == antes


def test_otro_contenido_con_un_identificador_conocido(nodo: NodoLocal) -> None:
    hechos = Noche().completa(ACTAS[0], VOTOS)
    anotar(hechos[:3], nodo, AHORA)
    otro = replace(hechos[0], operador="otra-persona")
    with pytest.raises(IdRepetido, match=otro.id):
        anotar([*hechos[3:], otro], nodo, AHORA)
    assert cuantos() == 3


def test_dos_contenidos_con_un_identificador_en_el_mismo_lote(nodo: NodoLocal) -> None:
    hecho = Noche().hecho(Tipo.INCIDENTE, ACTAS[0], "x", texto="uno")
    with pytest.raises(IdRepetido, match=hecho.id):
        anotar([hecho, replace(hecho, contenido={"texto": "dos"})], nodo, AHORA)
    assert cuantos() == 0


def test_un_paso_imposible_no_deja_nada_del_lote(nodo: NodoLocal) -> None:
    noche = Noche()
    bien = noche.completa(ACTAS[0], VOTOS)
    mal = noche.hecho(Tipo.VERIFICADA, ACTAS[1], "verifica-1", base="nada")
    with pytest.raises(HechoRechazado) as error:
        anotar([*bien, mal], nodo, AHORA)
    assert error.value.rechazo is Rechazo.FALTA_IMAGEN and error.value.hecho == mal
    assert cuantos() == 0 and tabla_de_actas() == []


def test_un_contenido_que_no_es_de_su_tipo(nodo: NodoLocal) -> None:
    with pytest.raises(HechoInvalido, match="imagen"):
        anotar([Noche().hecho(Tipo.DIGITALIZADA, ACTAS[0], "x", imagen="corta")], nodo, AHORA)
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
def test_lo_que_la_base_o_un_corte_no_podrian_guardar_se_rechaza_antes(
    nodo: NodoLocal, tipo: Tipo, contenido: dict[str, Any]
) -> None:
    with pytest.raises(HechoInvalido):
        anotar([replace(Noche().hecho(tipo, ACTAS[0], "x"), contenido=contenido)], nodo, AHORA)


def test_escribir_pone_el_identificador_despues_de_lo_conocido(nodo: NodoLocal) -> None:
    """The device's clock may be behind what is already known of the acta."""
    primero, _ = escribir(Tipo.ACOPIADA, ACTAS[0], "a", {"hora": AHORA.isoformat()}, AHORA, nodo)
    atrasado = AHORA - timedelta(hours=3)
    segundo, acta = escribir(Tipo.DIGITALIZADA, ACTAS[0], "d", {"imagen": imagen("x")}, atrasado, nodo)
    assert segundo.id > primero.id and segundo.hora == atrasado
    assert acta.anomalias == []
    assert milisegundos(segundo.id) == milisegundos(primero.id) + 1


def test_dos_personas_a_la_vez_sobre_un_acta(nodo: NodoLocal) -> None:
    """Two first captures at once: whoever is second sees the first; nobody's accepted fact turns into an anomaly."""
    foto = imagen("x")
    escribir(Tipo.DIGITALIZADA, ACTAS[0], "d", {"imagen": foto}, AHORA, nodo)
    escribir(Tipo.IDENTIFICADA, ACTAS[0], "d", {"imagen": foto, "por": "qr"}, AHORA, nodo)
    valores = {"votos": VOTOS}
    resultados: list[str] = []

    def capturar(quien: int) -> None:
        try:
            contenido = {"imagen": foto, "valores": valores}
            ahora = AHORA + timedelta(milliseconds=100 - quien)  # the later to arrive has the earlier clock
            escribir(Tipo.CAPTURADA, ACTAS[0], f"persona-{quien}", contenido, ahora, nodo)
            resultados.append("bien")
        except HechoRechazado as error:
            resultados.append(error.rechazo.name)
        finally:
            connection.close()

    hilos = [threading.Thread(target=capturar, args=(i,)) for i in range(6)]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    assert sorted(resultados) == ["ESTADO_CAPTURA"] * 4 + ["bien"] * 2
    acta = Acta.objects.get(clave=ACTAS[0])
    assert (acta.captura, acta.anomalias, acta.hechos) == ("coincide", 0, 4)
    assert list(verificar()) == []


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_uuid7_segun_el_rfc_9562(ms: int, azar: int) -> None:
    from uuid import UUID

    u = UUID(uuid7(ms, azar))
    assert u.version == 7 and u.variant == "specified in RFC 4122"
    assert u.int >> 80 == ms == milisegundos(str(u))
    assert (u.int >> 64 & 0xFFF, u.int & 2**62 - 1) == (azar >> 62, azar & 2**62 - 1)


def test_uuid7_del_ejemplo_del_rfc() -> None:
    """RFC 9562, appendix A.6."""
    azar = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert uuid7(0x017F22E279B0, azar) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(st.integers(0, 2**47), st.integers(0, 2**47))
def test_un_identificador_nuevo_va_despues_del_conocido(uno: int, otro: int) -> None:
    from datetime import UTC, datetime

    ahora = datetime.fromtimestamp(uno % 4_000_000_000, UTC)
    conocido = uuid7(otro, 2**74 - 1)
    assert nuevo_id(ahora, conocido, lambda _: 0) > conocido


def test_el_nodo_local_guarda_su_llave_para_si(bitacora_nueva: Any, tmp_path: Any) -> None:
    uno, dos = nodo_local(tmp_path, AHORA), nodo_local(tmp_path, AHORA)
    assert uno.publica == dos.publica
    assert (tmp_path / "nodo-central.llave").stat().st_mode & 0o077 == 0
    (tmp_path / "nodo-central.llave").unlink()
    with pytest.raises(NodoConOtraLlave, match="central"):
        nodo_local(tmp_path, AHORA)

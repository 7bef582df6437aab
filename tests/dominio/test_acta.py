"""From facts to an acta: what a night does to it, when everybody knows what went before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pen import ACTA, ANYBODY, ONE, OTHER, PHOTO, SCAN, SHEET, START, THREE, TWO, Pen, reading, written

from prep.dominio.acta.acta import Acta, Imagen, Publicada
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import MotivoSinActa, Tipo
from prep.dominio.acta.pliegue import base_publicada, estado
from prep.dominio.acta.transiciones import Captura, Custodia, Situacion
from prep.dominio.comun.autoridad import Autoridad, Reglas
from prep.dominio.comun.rechazos import Rechazo


def at(n: int) -> datetime:
    """When the pen writes its n-th fact."""
    return START + timedelta(seconds=n)


def test_without_facts_it_is_awaited() -> None:
    acta = estado([], ANYBODY)
    assert acta == Acta()
    assert (acta.custodia, acta.captura, acta.ronda) == (Custodia.ESPERADA, Captura.POR_CAPTURAR, 1)
    assert (acta.situacion, acta.publicada, acta.acordado) == (Situacion.NO_RECIBIDA, None, None)
    assert acta.participantes == set() and acta.en_conflicto == [] and acta.disidencias == []
    assert base_publicada(acta) is None and not acta.por_revisar


def test_a_night_without_trouble() -> None:
    p = Pen()
    p(Tipo.ACOPIADA, "acopio", hora="2027-06-06T20:00:00-06:00")
    assert p.state.situacion is Situacion.NO_DIGITALIZADA
    p(Tipo.DIGITALIZADA, "digital", imagen=SCAN, documento="Copia PE", mecanismo="D-F")
    p(Tipo.IDENTIFICADA, "digital", imagen=SCAN, por="pto")
    assert (p.state.custodia, p.state.situacion) == (Custodia.IDENTIFICADA, Situacion.EN_CAPTURA)
    verified = p.verified()
    acta = p.state
    assert acta.anomalias == [] and acta.captura is Captura.VERIFICADA and acta.situacion is Situacion.PUBLICADA
    assert acta.publicada == Publicada(
        imagen=Imagen(SCAN, "Escáner", "Copia PE", None, "D-F"),
        asentado=Asentado.leer(ONE),
        acopio=datetime.fromisoformat("2027-06-06T20:00:00-06:00"),
        captura=at(5),
        verificacion=at(6),
        por_pto=True,
        base=reading(p.facts[-2]),
        hecho=verified.id,
    )
    assert acta.publicada.imagen.origen == "CATD"
    assert acta.participantes == {"ana", "beto"}
    assert acta.cabezas == (verified.id,)


def test_the_photo_brings_its_hour_and_its_origin() -> None:
    p = Pen()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora="2027-06-06T18:45:00-06:00", mecanismo="I")
    p(Tipo.ACOPIADA, "acopio", hora="2027-06-06T22:00:00-06:00")
    p(Tipo.IDENTIFICADA, "cae", imagen=PHOTO, por="qr")
    p.verified(PHOTO)
    published, taken = p.state.publicada, datetime.fromisoformat("2027-06-06T18:45:00-06:00")
    assert published is not None
    assert published.imagen == Imagen(PHOTO, "Móvil", "Acta PREP", taken, "I")
    assert (published.imagen.origen, published.acopio, published.por_pto) == ("CASILLA", taken, False)
    assert p.state.acopio == datetime.fromisoformat("2027-06-06T22:00:00-06:00")


def test_electronic_ballot_box() -> None:
    p = Pen()
    p(Tipo.DIGITALIZADA, imagen=SCAN, medio="Urna Electrónica")
    assert p.state.imagenes == [Imagen(SCAN, "Urna Electrónica", "Acta PREP", None, "")]
    assert p.state.imagenes[0].origen == "CATD"


def test_photo_and_scan_are_one_acta_and_the_picture_that_was_typed_is_published() -> None:
    p = Pen()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora="2027-06-06T18:45:00-06:00")
    p(Tipo.IDENTIFICADA, "cae", imagen=PHOTO, por="qr")
    p(Tipo.DIGITALIZADA, "digital", imagen=SCAN, enderezada=True)
    p(Tipo.DIGITALIZADA, "digital", imagen=SCAN)  # twice is once
    assert [(i.sha256, i.enderezada) for i in p.state.imagenes] == [(PHOTO, False), (SCAN, True)]
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    assert p.refusal is Rechazo.OTRA_IMAGEN
    p.verified(PHOTO)
    assert p.state.publicada is not None and p.state.publicada.imagen.sha256 == PHOTO


def test_a_duplicate_goes_and_the_picture_being_read_does_not() -> None:
    p = Pen()
    p.scanned()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora=START.isoformat())
    for image in (SCAN, OTHER):
        p(Tipo.DUPLICADA, imagen=image)
        assert p.refusal is Rechazo.OTRA_IMAGEN
    p(Tipo.DUPLICADA, imagen=PHOTO)
    assert p.refusal is None and [i.sha256 for i in p.state.imagenes] == [SCAN]


def test_a_second_picture_known_to_be_of_the_acta_is_read_once_the_first_is_thrown_away() -> None:
    p = Pen()
    p.scanned()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora=START.isoformat())
    assert [i.sha256 for i in p.state.sin_mirar] == [PHOTO]
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    p(Tipo.IDENTIFICADA, "coord", imagen=PHOTO, por="persona")
    assert p.refusal is None and p.state.sin_mirar == []
    assert p.state.imagen is not None and p.state.imagen.sha256 == SCAN and p.state.captura is Captura.PRIMERA
    assert p.could(Tipo.IDENTIFICADA, "otro", imagen=PHOTO, por="persona") is Rechazo.ESTADO_CUSTODIA
    assert p.could(Tipo.DUPLICADA, "coord", imagen=PHOTO) is Rechazo.OTRA_IMAGEN
    p.thrown_away(SCAN)
    assert p.state.custodia is Custodia.IDENTIFICADA and p.state.captura is Captura.POR_CAPTURAR
    assert p.state.imagen is not None and p.state.imagen.sha256 == PHOTO


def test_what_was_scanned_beside_waits_for_nobody_to_look_at_it() -> None:
    p = Pen()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora=START.isoformat())
    p(Tipo.IDENTIFICADA, "coord", imagen=PHOTO, por="persona")
    p(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
    assert p.state.sin_mirar == []


def test_a_sheet_is_identified_once_for_all() -> None:
    sheet = Pen(key=SHEET)
    sheet(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
    sheet(Tipo.DIGITALIZADA, "digital", imagen=OTHER)
    sheet(Tipo.IDENTIFICADA, "digital", imagen=SCAN, por="qr", acta=ACTA)
    assert (
        sheet.could(Tipo.IDENTIFICADA, "coord", imagen=OTHER, por="qr", acta="140024C02001") is Rechazo.ESTADO_CUSTODIA
    )


def test_another_picture_takes_two_people_and_starts_again() -> None:
    p = Pen()
    p.scanned()
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    asked = p(Tipo.OTRA_IMAGEN_PEDIDA, "beto", imagen=SCAN, motivo="Borrosa.")
    assert (p.state.custodia, p.state.captura) == (Custodia.IDENTIFICADA, Captura.PRIMERA)
    assert p.could(Tipo.CAPTURADA, "caro", imagen=SCAN, valores=ONE) is Rechazo.IMAGEN_EN_DUDA
    assert p.could(Tipo.OTRA_IMAGEN_PEDIDA, "caro", imagen=SCAN, motivo="x") is Rechazo.IMAGEN_EN_DUDA
    assert p.could(Tipo.OTRA_IMAGEN_CONFIRMADA, "beto", peticion=asked.id) is Rechazo.MISMA_PERSONA
    assert p.could(Tipo.OTRA_IMAGEN_CONFIRMADA, "super", peticion="0" * 64) is Rechazo.SIN_PETICION
    p(Tipo.OTRA_IMAGEN_NEGADA, "super", peticion=asked.id)
    assert p.state.en_duda is None and p.state.captura is Captura.PRIMERA  # nothing was lost
    p.thrown_away()
    acta = p.state
    assert (acta.custodia, acta.captura, acta.ronda) == (Custodia.REDIGITALIZAR, Captura.POR_CAPTURAR, 2)
    assert (acta.imagen, acta.imagenes, acta.desechadas, acta.capturas) == (None, [], {SCAN}, [])
    assert acta.situacion is Situacion.NO_DIGITALIZADA
    assert p.could(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=ONE) is Rechazo.FALTA_IMAGEN
    p(Tipo.ACOPIADA, "acopio", hora=START.isoformat())
    assert p.could(Tipo.DIGITALIZADA, "digital", imagen=SCAN) is Rechazo.IMAGEN_DESECHADA
    p(Tipo.DIGITALIZADA, "digital", imagen=OTHER)
    assert p.could(Tipo.IDENTIFICADA, "digital", imagen=SCAN, por="qr") is Rechazo.IMAGEN_DESECHADA
    p(Tipo.IDENTIFICADA, "digital", imagen=OTHER, por="qr")
    p.verified(OTHER)  # ana may type again: it is another picture
    assert p.state.publicada is not None and p.state.publicada.imagen.sha256 == OTHER


def test_if_the_photo_cannot_be_read_and_there_is_a_scan_it_goes_on_with_it() -> None:
    p = Pen()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora=START.isoformat())
    p(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
    p(Tipo.IDENTIFICADA, "digital", imagen=PHOTO, por="qr")
    p.thrown_away(PHOTO)
    assert p.could(Tipo.SIN_ACTA, "acopio", motivo="3") is Rechazo.ESTADO_CUSTODIA
    p(Tipo.IDENTIFICADA, "digital", imagen=SCAN, por="persona")
    p.verified(SCAN)
    assert p.state.captura is Captura.VERIFICADA


def test_no_acta_is_said_by_one_and_confirmed_by_another() -> None:
    p = Pen()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora=START.isoformat())
    assert p.could(Tipo.SIN_ACTA, "acopio", motivo="1") is Rechazo.ESTADO_CUSTODIA
    p.thrown_away(PHOTO)
    said = p(Tipo.SIN_ACTA, "acopio", motivo="1")
    assert (p.state.custodia, p.state.sin_acta_vigente, p.state.situacion) == (
        *(Custodia.SIN_ACTA_DICHA, None),
        Situacion.NO_DIGITALIZADA,
    )
    assert p.could(Tipo.SIN_ACTA_CONFIRMADA, "acopio", peticion=said.id) is Rechazo.MISMA_PERSONA
    assert p.could(Tipo.SIN_ACTA_CONFIRMADA, "coord", peticion="0" * 64) is Rechazo.SIN_PETICION
    p(Tipo.SIN_ACTA_CONFIRMADA, "coord", peticion=said.id)
    assert (p.state.custodia, p.state.sin_acta_vigente) == (Custodia.SIN_ACTA, MotivoSinActa.PAQUETE_NO_ENTREGADO)
    assert p.state.situacion is Situacion.SIN_ACTA
    p.no_acta("3")
    assert p.state.sin_acta_vigente is MotivoSinActa.SIN_SOBRE


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize(
    ("tipo", "content", "custody"),
    [
        (Tipo.ACOPIADA, {"hora": START.isoformat()}, Custodia.ACOPIADA),
        (Tipo.FOTOGRAFIADA, {"imagen": PHOTO, "hora": START.isoformat()}, Custodia.FOTOGRAFIADA),
        (Tipo.DIGITALIZADA, {"imagen": PHOTO}, Custodia.DIGITALIZADA),
    ],
)
def test_no_acta_until_it_appears(tipo: Tipo, content: dict[str, Any], custody: Custodia, confirmed: bool) -> None:
    p = Pen()
    if confirmed:
        p.no_acta("2")
    else:
        p(Tipo.SIN_ACTA, "acopio", motivo="2")
    p(tipo, "acopio", **content)
    assert (p.state.custodia, p.state.sin_acta, p.state.sin_acta_dicha) == (custody, None, None)


def test_the_first_stamp_stands_until_it_is_corrected() -> None:
    p = Pen()
    p(Tipo.ACOPIADA, "acopio", hora="2007-06-06T20:00:00-06:00")
    p(Tipo.ACOPIADA, "acopio", hora="2027-06-06T21:00:00-06:00")
    assert p.state.acopio == datetime.fromisoformat("2007-06-06T20:00:00-06:00")
    right = "2027-06-06T20:00:00-06:00"
    assert p.could(Tipo.ACOPIO_CORREGIDO, "coord", hora=right, motivo=" ") is Rechazo.SIN_MOTIVO
    p(Tipo.ACOPIO_CORREGIDO, "coord", hora=right, motivo="El año se tecleó mal.")
    assert p.state.anomalias == [] and p.state.acopio == datetime.fromisoformat(right)
    p(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
    p(Tipo.IDENTIFICADA, "digital", imagen=SCAN, por="qr")
    p.verified()
    assert p.state.publicada is not None and p.state.publicada.acopio == datetime.fromisoformat(right)
    q = Pen()
    q(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
    assert q.could(Tipo.ACOPIO_CORREGIDO, "coord", hora=right, motivo="x") is Rechazo.ESTADO_CUSTODIA


# --- double capture ---


def test_difference_ruling_and_verification() -> None:
    p = Pen()
    p.scanned()
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    p(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=TWO)
    assert (p.state.captura, p.state.acordado) == (Captura.DISCREPANTE, None)
    for who in ("ana", "beto"):
        assert p.could(Tipo.DICTAMINADA, who, imagen=SCAN, valores=TWO) is Rechazo.MISMA_PERSONA
    ruling = p(Tipo.DICTAMINADA, "caro", imagen=SCAN, valores=TWO, motivo="")
    agreed = p.state.acordado
    assert agreed is not None and p.state.captura is Captura.DICTAMINADA
    assert (agreed.hecho, agreed.persona, agreed.hora, agreed.asentado) == (
        *(ruling.id, "caro", ruling.hora),
        Asentado.leer(TWO),
    )
    assert p.state.participantes == {"ana", "beto", "caro"}
    for who in ("ana", "beto", "caro"):
        assert p.could(Tipo.VERIFICADA, who, base=reading(ruling)) is Rechazo.MISMA_PERSONA
    assert p.could(Tipo.VERIFICADA, "vera", base=reading(p.facts[3])) is Rechazo.OTRA_BASE
    p(Tipo.VERIFICADA, "vera", base=reading(ruling))
    published = p.state.publicada
    assert published is not None
    assert (published.asentado, published.captura) == (Asentado.leer(TWO), ruling.hora)
    assert p.state.disidencias == [] and not p.state.por_revisar  # what Ana read was ruled on


def test_a_ruling_may_take_each_field_from_either() -> None:
    p = Pen()
    p.scanned()
    one = {"votos": {"A": 1, "NULOS": 7}, "total_asentado": 1}
    two = {"votos": {"A": 2, "NULOS": 0}, "total_asentado": 9}
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=one)
    p(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=two)
    mixed = {"votos": {"A": 1, "NULOS": 0}, "total_asentado": 9}
    p(Tipo.DICTAMINADA, "caro", imagen=SCAN, valores=mixed)
    assert p.state.captura is Captura.DICTAMINADA


@pytest.mark.parametrize("values", [THREE, {**TWO, "total_asentado": 8}])
def test_a_third_reading_is_evidence_and_a_supervisor_decides(values: Any) -> None:
    p = Pen()
    p.scanned()
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    p(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=TWO)
    p(Tipo.DICTAMINADA, "caro", imagen=SCAN, valores=values)
    assert (p.state.captura, p.state.acordado) == (Captura.ESCALADA, None)
    assert [d.asentado for d in p.state.dictamenes] == [Asentado.leer(values)]
    for who in ("ana", "caro"):
        assert p.could(Tipo.DECIDIDA, who, imagen=SCAN, valores=values, motivo="x") is Rechazo.MISMA_PERSONA
    assert p.could(Tipo.DECIDIDA, "super", imagen=SCAN, valores=values, motivo=" ") is Rechazo.SIN_MOTIVO
    decided = p(Tipo.DECIDIDA, "super", imagen=SCAN, valores=values, motivo="Se ve.")
    p(Tipo.VERIFICADA, "vera", base=reading(decided))
    assert p.state.publicada is not None and p.state.publicada.asentado == Asentado.leer(values)
    p.reopened()
    assert p.state.dictamenes == p.state.decisiones == []


def test_nobody_types_twice_though_it_be_something_else() -> None:
    p = Pen()
    p.scanned()
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    for values in (ONE, TWO):
        p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=values)
        assert p.refusal is Rechazo.MISMA_PERSONA
    assert p.state.captura is Captura.PRIMERA


def test_the_reader_sends_a_match_back() -> None:
    p = Pen()
    p.scanned()
    base = reading(p.two_equal())
    p(Tipo.REVISADA, "lector", base=base, opinion="devuelve")
    assert (p.state.captura, p.state.acordado) == (Captura.DISCREPANTE, None)
    assert p.could(Tipo.VERIFICADA, "vera", base=base) is Rechazo.ESTADO_CAPTURA
    ruling = p(Tipo.DICTAMINADA, "caro", imagen=SCAN, valores=ONE)
    p(Tipo.VERIFICADA, "vera", base=reading(ruling))
    assert p.state.captura is Captura.VERIFICADA


def test_verification_returns_and_it_is_typed_again() -> None:
    p = Pen()
    p.scanned()
    base = reading(p.two_equal())
    assert p.could(Tipo.DEVUELTA, "vera", base=base, motivo=" ") is Rechazo.SIN_MOTIVO
    p(Tipo.DEVUELTA, "vera", base=base, motivo="El 7 es 1.", campos=["A"])
    acta = p.state
    assert (acta.captura, acta.ronda, acta.capturas, acta.acordado) == (Captura.DEVUELTA, 2, [], None)
    p.verified(values=TWO)
    assert p.state.captura is Captura.VERIFICADA


# --- after publication ---


def test_reopening_takes_a_reason_and_two_people() -> None:
    p = Pen()
    p.scanned()
    p.verified()
    assert p.could(Tipo.REAPERTURA_PEDIDA, "vera", motivo=" ") is Rechazo.SIN_MOTIVO
    asked = p(Tipo.REAPERTURA_PEDIDA, "vera", motivo="Difiere.")
    assert p.state.captura is Captura.VERIFICADA
    assert p.could(Tipo.REABIERTA, "vera", peticion=asked.id) is Rechazo.MISMA_PERSONA
    assert p.could(Tipo.REABIERTA, "super", peticion="0" * 64) is Rechazo.SIN_PETICION
    p(Tipo.REABIERTA, "super", peticion=asked.id)
    assert (p.state.captura, p.state.ronda, p.state.reapertura) == (Captura.DEVUELTA, 2, None)


def test_what_was_published_stays_until_it_is_verified_again() -> None:
    p = Pen()
    p.scanned()
    p.verified()
    p.published()
    before = p.state.publicada
    p.reopened()
    p.thrown_away()
    assert p.state.publicada == before
    assert p.could(Tipo.SIN_ACTA, "acopio", motivo="3") is Rechazo.ESTADO_CUSTODIA
    p(Tipo.DIGITALIZADA, "digital", imagen=OTHER)
    p(Tipo.IDENTIFICADA, "digital", imagen=OTHER, por="qr")
    last = p.two_equal(OTHER, TWO)
    assert p.state.publicada == before
    p(Tipo.VERIFICADA, "vera", base=reading(last))
    after = p.state.publicada
    assert after is not None and (after.imagen.sha256, after.asentado) == (OTHER, Asentado.leer(TWO))
    assert p.state.vigente is not None and p.state.vigente.hereda and p.state.vigente.corte is None
    p.published(2)
    p.published(3)
    assert p.state.vigente is not None and p.state.vigente.corte == 2


def test_no_other_picture_of_a_verified_acta_without_reopening_it() -> None:
    p = Pen()
    p.scanned()
    p.verified()
    p(Tipo.OTRA_IMAGEN_PEDIDA, "caro", imagen=SCAN, motivo="Mejor imagen.")
    assert p.refusal is Rechazo.ESTADO_CAPTURA and p.state.custodia is Custodia.IDENTIFICADA


@pytest.mark.parametrize(("before", "after"), [("1", None), ("2", None), ("3", 3)])
def test_collation_speaks_of_the_published_reading(before: str, after: int | None) -> None:
    p = Pen()
    p.scanned()
    assert p.could(Tipo.COTEJADA, "coteja", resultado="1") is Rechazo.ESTADO_CAPTURA
    p.verified()
    assert p.could(Tipo.COTEJADA, "ana", resultado="1") is Rechazo.MISMA_PERSONA
    p(Tipo.COTEJADA, "otra", resultado="3")
    said = p(Tipo.COTEJADA, "coteja", resultado=before)  # a three that was a mistake is taken back
    assert (p.state.cotejo, p.state.cotejada) == (int(before), said.id)
    p.reopened()
    assert p.state.cotejo == int(before)  # the reading it spoke of is still the published one
    p.verified(values=TWO)
    assert (p.state.cotejo, p.state.cotejada) == (after, "")


def test_incidents_move_nothing() -> None:
    p = Pen()
    one = p(Tipo.INCIDENTE, texto="Se fue la luz.")
    p.scanned()
    two = p(Tipo.INCIDENTE, texto="Volvió.")
    assert p.state.incidentes == [one.id, two.id] and p.state.custodia is Custodia.IDENTIFICADA


# --- sheets ---


def test_a_sheet_without_qr_takes_two_people_who_agree() -> None:
    h = Pen(SHEET)
    h(Tipo.DIGITALIZADA, imagen=SCAN)
    assert h.could(Tipo.IDENTIFICADA, imagen=SCAN, por="persona") is Rechazo.HOJA
    h(Tipo.IDENTIFICADA, "ana", imagen=SCAN, por="persona", acta=ACTA)
    assert h.state.es is None
    assert h.could(Tipo.IDENTIFICADA, "ana", imagen=SCAN, por="persona", acta=ACTA) is Rechazo.MISMA_PERSONA
    h(Tipo.IDENTIFICADA, "beto", imagen=SCAN, por="persona", acta=ACTA)
    assert (h.state.custodia, h.state.es) == (Custodia.IDENTIFICADA, ACTA)
    assert h.could(Tipo.CAPTURADA, imagen=SCAN, valores=ONE) is Rechazo.HOJA
    assert h.state.captura is Captura.POR_CAPTURAR


@pytest.mark.parametrize("tipo", [Tipo.SIN_ACTA, Tipo.DUPLICADA, Tipo.VERIFICADA, Tipo.COTEJADA, Tipo.REABIERTA])
def test_what_does_not_happen_to_a_sheet(tipo: Tipo) -> None:
    content = {"motivo": "1", "imagen": SCAN, "peticion": SCAN, "base": SCAN, "resultado": "1"}
    assert Pen(SHEET).could(tipo, **content) is Rechazo.HOJA


def test_a_sheet_out_of_catalogue_that_is_identified_later() -> None:
    h = Pen(SHEET)
    h(Tipo.DIGITALIZADA, imagen=SCAN)
    h(Tipo.FUERA_DE_CATALOGO, eleccion="AYUN", seccion="9999")
    h(Tipo.FUERA_DE_CATALOGO, eleccion="GUB", seccion="9999")
    said = {"eleccion": "GUB", "seccion": "9999"}
    assert (h.state.custodia, h.state.fuera_vigente) == (Custodia.FUERA_DE_CATALOGO, said)
    published = h.branch()
    h(Tipo.IDENTIFICADA, imagen=SCAN, por="pto", acta=ACTA)
    assert (h.state.custodia, h.state.fuera_vigente, h.state.es) == (Custodia.IDENTIFICADA, None, ACTA)
    base = base_publicada(published.state)
    assert base is not None
    published(Tipo.PUBLICADA, "sede", corte=4, base=base[0], hecho=base[1])
    published(Tipo.IDENTIFICADA, imagen=SCAN, por="pto", acta=ACTA)
    assert published.state.fuera_vigente == said  # until the acta it turned out to be is verified
    published(Tipo.RESUELTA, "vera", acta="140024C02001")
    assert published.refusal is Rechazo.SUPERADO and published.state.fuera_vigente == said
    published(Tipo.RESUELTA, "vera", acta=ACTA)
    assert published.state.fuera_vigente is None


def test_of_a_sheet_out_of_catalogue_no_other_picture_is_asked_for() -> None:
    h = Pen(SHEET)
    h(Tipo.DIGITALIZADA, imagen=SCAN)
    asked = h(Tipo.OTRA_IMAGEN_PEDIDA, "ana", imagen=SCAN, motivo="Borrosa.")
    h(Tipo.FUERA_DE_CATALOGO, "super", eleccion="GUB")
    assert (h.state.custodia, h.state.en_duda) == (Custodia.FUERA_DE_CATALOGO, None)
    assert h.could(Tipo.OTRA_IMAGEN_CONFIRMADA, "beto", peticion=asked.id) is Rechazo.ESTADO_CUSTODIA


def test_an_acta_of_the_catalogue_is_not_another() -> None:
    p = Pen()
    p(Tipo.DIGITALIZADA, imagen=SCAN)
    assert p.could(Tipo.IDENTIFICADA, imagen=SCAN, por="persona", acta="140024C02001") is Rechazo.EN_CATALOGO
    assert p.could(Tipo.IDENTIFICADA, imagen=OTHER, por="persona", acta=ACTA) is Rechazo.OTRA_IMAGEN
    assert p.could(Tipo.IDENTIFICADA, imagen=SCAN, por="persona", acta=ACTA) is None


def test_another_picture_before_it_is_identified() -> None:
    p = Pen()
    p(Tipo.DIGITALIZADA, imagen=SCAN)
    p(Tipo.DIGITALIZADA, imagen=OTHER)
    assert p.could(Tipo.OTRA_IMAGEN_PEDIDA, imagen=PHOTO, motivo="Borrosa.") is Rechazo.OTRA_IMAGEN
    assert p.could(Tipo.OTRA_IMAGEN_PEDIDA, imagen=OTHER, motivo="\t") is Rechazo.SIN_MOTIVO
    p.thrown_away(OTHER)
    assert [i.sha256 for i in p.state.imagenes] == [SCAN]


# --- places ---

APART = Autoridad(reglas=Reglas(lugares_distintos=True))


def test_when_the_process_says_so_the_second_types_somewhere_else() -> None:
    p = Pen(authority=APART)
    p.scanned()
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE, lugar="CCV")
    assert p.could(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=ONE, lugar="CCV") is Rechazo.MISMO_LUGAR
    other = p.branch()
    p(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=ONE, lugar="CATD-7")
    assert p.state.captura is Captura.COINCIDE
    apart = Pen(facts=p.facts[:3], authority=APART, at=5000)
    apart(Tipo.CAPTURADA, "caro", imagen=SCAN, valores=ONE, lugar="CCV")
    assert other.join(apart).state.captura is Captura.PRIMERA  # two of one place are not two places


def test_who_does_not_say_where_they_are_is_in_no_other_place() -> None:
    p = Pen(authority=APART)
    p.scanned()
    assert p.could(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE) is Rechazo.MISMO_LUGAR
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE, lugar="CATD-7")
    assert p.could(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=ONE) is Rechazo.MISMO_LUGAR
    assert p.could(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=ONE, contingencia="x") is Rechazo.MISMO_LUGAR


def test_under_contingency_one_place_types_and_another_verifies() -> None:
    p = Pen(authority=APART)
    p.scanned()
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE, lugar="CATD-7")
    second = p(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=ONE, lugar="CATD-7", contingencia="sin internet")
    base = reading(second)
    assert p.state.captura is Captura.COINCIDE
    assert p.could(Tipo.VERIFICADA, "vera", base=base, lugar="CATD-7") is Rechazo.MISMO_LUGAR
    assert p.could(Tipo.VERIFICADA, "vera", base=base) is Rechazo.MISMO_LUGAR
    p(Tipo.VERIFICADA, "vera", base=base, lugar="CCV")
    assert p.state.captura is Captura.VERIFICADA


# --- properties ---

_VALUES = st.builds(
    lambda a, n, t: {"votos": {"A": a, "NULOS": n}, "total_asentado": t},
    *[st.integers(0, 9999) | st.sampled_from(["Ilegible", "Sin dato"])] * 3,
)


@given(_VALUES, _VALUES, st.booleans(), st.booleans())
def test_two_equal_captures_agree_whoever_comes_first(one: Any, two: Any, equal: bool, inverted: bool) -> None:
    second = {"total_asentado": one["total_asentado"], "votos": dict(reversed(one["votos"].items()))} if equal else two
    p = Pen()
    p.scanned()
    people = ["ana", "beto"]
    for who, values in zip(reversed(people) if inverted else people, (one, second), strict=True):
        p(Tipo.CAPTURADA, who, imagen=SCAN, valores=values)
    assert p.state.captura is (Captura.COINCIDE if second == one else Captura.DISCREPANTE)


@given(st.permutations(["ana", "beto", "caro"]), st.lists(st.sampled_from(["ana", "beto", "caro"]), max_size=9))
def test_nobody_takes_two_steps_of_a_round(order: Sequence[str], insist: list[str]) -> None:
    """Whoever insists, each person of a round appears once, and who verifies neither typed nor ruled."""
    p = Pen()
    p.scanned()
    for n, who in enumerate([*insist, *order, "vera"]):
        agreed = p.state.acordado
        p(Tipo.CAPTURADA, who, imagen=SCAN, valores=ONE if n % 2 else TWO)
        p(Tipo.DICTAMINADA, who, imagen=SCAN, valores=ONE)
        p(Tipo.VERIFICADA, who, base=agreed.lectura if agreed else "0" * 64)
    put_aside = dict(p.state.anomalias)
    did = [h.persona for h in p.facts if h.id not in put_aside and h.tipo in _BY_PEOPLE]
    assert len(set(did)) == len(did)
    assert p.state.captura is Captura.VERIFICADA


_BY_PEOPLE = {Tipo.CAPTURADA, Tipo.DICTAMINADA, Tipo.VERIFICADA}


def test_clocks_decide_nothing() -> None:
    """The same facts, each with whatever hour: what they knew is the order."""
    p = Pen()
    p.scanned()
    p.verified()
    broken = [replace(h, hora=START - timedelta(days=n)) for n, h in enumerate(p.facts)]
    assert estado(written(broken), ANYBODY).captura is Captura.VERIFICADA

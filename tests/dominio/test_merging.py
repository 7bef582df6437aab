"""Nodes that were apart come together: what was agreed stands, whatever arrives and in whatever order."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pen import ACTA, ANYBODY, ONE, OTHER, PHOTO, SCAN, SHEET, START, THREE, TWO, Pen, reading, sha, written

from prep.dominio.acta.acta import Acta
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import MotivoSinActa, Tipo, huella_sin_acta
from prep.dominio.acta.pliegue import Pliegue, base_publicada, estado
from prep.dominio.acta.transiciones import Captura, Custodia, Situacion
from prep.dominio.comun.hecho import (
    MAXIMO_CONOCIDOS,
    Escrito,
    escribir_hecho,
    hecho_guardado,
    id_de,
    leer_hecho,
    nuevo_hecho,
)
from prep.dominio.comun.historia import ordenar
from prep.dominio.comun.rechazos import Rechazo


def says(acta: Acta) -> object:
    """What stands published: the votes and the picture they were read from."""
    return None if acta.publicada is None else (acta.publicada.asentado, acta.publicada.imagen.sha256)


def late_beside_verification(tipo: str, person: str, **content: object) -> Acta:
    """A node cut off after the first capture writes one fact; elsewhere the acta is verified; they meet."""
    p = Pen()
    p.scanned()
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    cut_off = p.branch()
    second = p(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=ONE)
    p(Tipo.VERIFICADA, "vera", base=reading(second))
    cut_off(tipo, person, **content)
    acta = p.join(cut_off).state
    assert says(acta) == (Asentado.leer(ONE), SCAN)
    assert (acta.captura, acta.custodia) == (Captura.VERIFICADA, Custodia.IDENTIFICADA)
    return acta


def test_a_late_equal_capture_does_not_unverify() -> None:
    acta = late_beside_verification(Tipo.CAPTURADA, "caro", imagen=SCAN, valores=ONE)
    assert acta.anomalias == [] and not acta.por_revisar


def test_a_late_different_capture_does_not_unverify_and_asks_for_another_look() -> None:
    acta = late_beside_verification(Tipo.CAPTURADA, "caro", imagen=SCAN, valores=TWO)
    assert acta.por_revisar and [c.persona for c in acta.disidencias] == ["caro"]


def test_a_late_request_for_another_picture_does_not_unverify() -> None:
    acta = late_beside_verification(Tipo.OTRA_IMAGEN_PEDIDA, "caro", imagen=SCAN, motivo="Borrosa.")
    assert [r for _, r in acta.anomalias] in ([Rechazo.SUPERADO], [])


def test_a_picture_thrown_away_beside_a_verification_stays() -> None:
    p = Pen()
    p.scanned()
    cut_off = p.branch()
    p.verified()
    thrown = cut_off.thrown_away()
    acta = p.join(cut_off).state
    assert says(acta) == (Asentado.leer(ONE), SCAN) and acta.captura is Captura.VERIFICADA
    assert dict(acta.anomalias)[thrown.id] is Rechazo.SUPERADO


def test_no_acta_beside_a_picture_gives_way() -> None:
    p = Pen()
    cut_off = p.branch()
    cut_off.no_acta()
    p.scanned()
    acta = p.join(cut_off).state
    assert acta.custodia is Custodia.IDENTIFICADA and acta.sin_acta_vigente is None
    assert acta.situacion is Situacion.EN_CAPTURA


def test_two_captures_apart_agree_when_they_meet() -> None:
    p = Pen()
    p.scanned()
    other = p.branch()
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    other(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=ONE)
    assert p.join(other).state.captura is Captura.COINCIDE


def test_the_same_person_in_two_places_counts_once() -> None:
    p = Pen()
    p.scanned()
    other = p.branch()
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    other(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    acta = p.join(other).state
    assert acta.captura is Captura.PRIMERA
    assert [r for _, r in acta.anomalias] == [Rechazo.MISMA_PERSONA]


def test_a_third_capture_that_dissents_goes_to_a_supervisor() -> None:
    p = Pen()
    p.scanned()
    other = p.branch()
    p.two_equal()
    other(Tipo.CAPTURADA, "caro", imagen=SCAN, valores=TWO)
    p = p.join(other)
    assert (p.state.captura, p.state.acordado) == (Captura.ESCALADA, None)
    decided = p(Tipo.DECIDIDA, "super", imagen=SCAN, valores=TWO, motivo="Se ve un 2.")
    assert p.state.captura is Captura.DICTAMINADA
    p(Tipo.VERIFICADA, "vera", base=reading(decided))
    assert says(p.state) == (Asentado.leer(TWO), SCAN)


def test_three_different_captures_go_to_a_supervisor() -> None:
    p = Pen()
    p.scanned()
    apart = [p.branch(n) for n in (1, 2)]
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    apart[0](Tipo.CAPTURADA, "beto", imagen=SCAN, valores=TWO)
    apart[1](Tipo.CAPTURADA, "caro", imagen=SCAN, valores=THREE)
    assert p.join(*apart).state.captura is Captura.ESCALADA


def test_captures_of_another_picture_stay_that_pictures() -> None:
    p = Pen()
    p(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
    p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora=START.isoformat())
    other = p.branch()
    p(Tipo.IDENTIFICADA, "digital", imagen=SCAN, por="qr")
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    other(Tipo.IDENTIFICADA, "cae", imagen=PHOTO, por="qr")
    other(Tipo.CAPTURADA, "beto", imagen=PHOTO, valores=TWO)
    other(Tipo.CAPTURADA, "caro", imagen=PHOTO, valores=TWO)
    acta = p.join(other).state
    assert acta.imagen is not None and acta.imagen.sha256 == PHOTO  # on which people got further
    assert acta.captura is Captura.COINCIDE
    assert {c.persona for c in acta.capturas_de(SCAN)} == {"ana"}


def test_two_verified_readings_nobody_published_are_ordered_by_content_and_both_are_shown() -> None:
    p = Pen()
    p.scanned()
    other = p.branch(7)
    p.verified(values=ONE)
    other.verified(values=TWO, who=("caro", "dani", "elsa"))
    one, two = p.join(other).state, other.join(p).state
    assert one == two and says(one) == says(two)
    assert len(one.en_conflicto) == 1 and one.captura is Captura.VERIFICADA
    swapped = Pen()
    swapped.scanned()
    late = swapped.branch(7)
    swapped.verified(values=TWO, who=("caro", "dani", "elsa"))
    late.verified(values=ONE)
    assert says(swapped.join(late).state) == says(one)  # not by who was first


def test_two_verified_readings_that_say_the_same_are_no_conflict() -> None:
    p = Pen()
    p.scanned()
    other = p.branch()
    p.verified()
    other.verified(who=("caro", "dani", "elsa"))
    acta = p.join(other).state
    assert acta.en_conflicto == [] and says(acta) == (Asentado.leer(ONE), SCAN)


def conflict(published: object) -> tuple[Pen, Pen]:
    """One reading verified here, another one in a node cut off. `published`: the one that the sede carries."""
    p = Pen()
    p.scanned()
    other = p.branch()
    p.verified(values=published)
    other.verified(values=ONE if published is TWO else TWO, who=("caro", "dani", "elsa"))
    p.published()
    return p, other


def test_what_the_sede_published_stands_until_somebody_who_knew_it_reopens_it() -> None:
    for published in (ONE, TWO):
        p, other = conflict(published)
        other.reopened(("fina", "gil"))  # it knows only its own reading
        other.verified(values=THREE, who=("caro", "dani", "elsa"))
        p = p.join(other)
        assert says(p.state) == (Asentado.leer(published), SCAN)
        assert [q.asentado for q in p.state.en_conflicto] == [Asentado.leer(THREE)]
        p.reopened(("fina", "gil"))
        assert says(p.state) == (Asentado.leer(published), SCAN)  # until another one is verified
        p.verified(values=THREE, who=("hugo", "ines", "juan"))
        assert says(p.state) == (Asentado.leer(THREE), SCAN) and p.state.en_conflicto == []


def test_the_heir_of_what_was_published_goes_before_a_stranger() -> None:
    p, other = conflict(ONE)
    p.reopened()
    p.verified(values=ONE, who=("hugo", "ines", "juan"))
    assert says(p.join(other).state) == (Asentado.leer(ONE), SCAN)


def test_a_partial_emission_of_a_node_may_be_superseded() -> None:
    p = Pen()
    p.scanned()
    other = p.branch()
    p.verified(values=ONE)
    other.verified(values=TWO, who=("caro", "dani", "elsa"))
    other.published(1, nodo="catd-7")
    both = p.join(other)
    assert says(both.state) == (Asentado.leer(TWO), SCAN)  # somebody has seen it
    p.published()
    assert says(p.join(other).state) == (Asentado.leer(ONE), SCAN)  # but the sede's is the one that stands


def test_a_published_no_acta_stands_until_a_reading_is_verified() -> None:
    p = Pen()
    confirmed = p.no_acta("2")
    base = base_publicada(p.state)
    assert base is not None and base[1] == confirmed.id
    p(Tipo.PUBLICADA, "sede", corte=1, base=base[0], hecho=base[1])
    p.scanned()
    acta = p.state
    assert (acta.sin_acta_vigente, acta.situacion) == (MotivoSinActa.CASILLA_NO_INSTALADA, Situacion.SIN_ACTA)
    assert acta.custodia is Custodia.IDENTIFICADA
    p.verified()
    assert p.state.sin_acta_vigente is None and p.state.situacion is Situacion.PUBLICADA


def test_a_no_acta_that_only_a_node_emitted_falls_like_any_other() -> None:
    p = Pen()
    p.no_acta("2")
    base = base_publicada(p.state)
    assert base is not None
    p(Tipo.PUBLICADA, "sede", corte=1, base=base[0], hecho=base[1], nodo="catd-7")
    assert p.refusal is None and p.state.sin_acta_vigente is MotivoSinActa.CASILLA_NO_INSTALADA
    p.scanned()
    assert p.state.sin_acta_vigente is None and p.state.situacion is Situacion.EN_CAPTURA


def put_on_record(p: Pen, corte: int) -> None:
    base = base_publicada(p.state)
    assert base is not None
    p(Tipo.PUBLICADA, "sede", corte=corte, base=base[0], hecho=base[1])
    assert p.refusal is None


def test_the_reason_of_a_published_no_acta_is_corrected_by_whoever_knew_it() -> None:
    """And by nobody who did not: what happened beside a record takes nothing from it."""
    instalada, sobre = MotivoSinActa.CASILLA_NO_INSTALADA, MotivoSinActa.SIN_SOBRE
    p = Pen()
    p.no_acta("2")
    blind = p.branch()
    put_on_record(p, 1)
    blind.no_acta("3")
    assert p.join(blind).state.sin_acta_vigente is instalada
    published = p.branch()
    p.no_acta("3")
    assert p.state.sin_acta_vigente is sobre and base_publicada(p.state) == (huella_sin_acta("3"), p.facts[-1].id)
    fallen = p.branch()
    fallen.scanned()
    assert fallen.state.sin_acta_vigente is instalada  # a correction nobody published falls as any does
    put_on_record(p, 2)
    p.scanned()
    assert p.state.sin_acta_vigente is sobre
    assert p.join(published, blind).state.sin_acta_vigente is sobre
    p.verified()
    assert p.state.sin_acta_vigente is None and p.state.situacion is Situacion.PUBLICADA


def test_what_is_confirmed_is_the_reason_that_was_asked_about() -> None:
    """Whatever somebody else says beside it."""
    for n in ORDERS:
        p = Pen()
        beside = p.branch(n)
        p.no_acta("2")
        beside(Tipo.SIN_ACTA, "otro", motivo="3")
        p = p.join(beside)
        assert p.state.sin_acta_vigente is MotivoSinActa.CASILLA_NO_INSTALADA and p.state.anomalias == []
        put_on_record(p, 1)


def test_a_no_acta_nobody_published_falls_with_the_picture() -> None:
    p = Pen()
    p.no_acta()
    p.scanned()
    assert p.state.sin_acta_vigente is None and p.state.situacion is Situacion.EN_CAPTURA


def test_a_fact_that_speaks_of_others_waits_for_them() -> None:
    p = Pen()
    p.scanned()
    p.verified()
    missing, rest = p.facts[3], [*p.facts[:3], *p.facts[4:]]
    acta = estado(written(rest), ANYBODY)
    assert {r for _, r in acta.anomalias} == {Rechazo.ESPERA} and acta.publicada is None
    assert estado(written([*rest, missing]), ANYBODY) == p.state


def test_facts_that_count_for_nothing_never_keep_anybody_from_writing() -> None:
    """More heads than a fact may name: what counts is known first, and each fact that follows knows some more."""
    pen = Pen()
    pen.scanned()
    pen(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    last = pen.facts[-1]
    refused = [
        nuevo_hecho(Tipo.VERIFICADA, last.sujeto, f"p{i}", START, {"base": sha(str(i))}, [last.id] * (i % 2))
        for i in range(90)
    ]
    waiting = [
        nuevo_hecho(Tipo.INCIDENTE, last.sujeto, f"p{i}", START, {"texto": "x"}, [sha(str(i))]) for i in range(90)
    ]
    facts = [*pen.facts, *refused, *waiting]
    for who, tipo, content in (
        ("beto", Tipo.CAPTURADA, {"imagen": SCAN, "valores": ONE}),
        ("vera", Tipo.VERIFICADA, {"base": reading(last)}),
    ):
        heads = estado(written(facts), ANYBODY).cabezas
        assert last.id in heads and len(heads) <= MAXIMO_CONOCIDOS
        last = nuevo_hecho(tipo, last.sujeto, who, START, content, heads)
        facts.append(last)
        assert leer_hecho(escribir_hecho(last)) == last
    state = estado(written(facts), ANYBODY)
    assert state.captura is Captura.VERIFICADA and len(state.anomalias) == 180


def test_a_record_of_what_nobody_verified_is_refused() -> None:
    p = Pen()
    p.scanned()
    capture = p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    p(Tipo.PUBLICADA, "sede", corte=1, base=reading(capture), hecho=capture.id)
    assert p.refusal is Rechazo.OTRA_BASE
    other = p.branch()
    unseen = other(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=ONE)
    p(Tipo.PUBLICADA, "sede", corte=1, base=reading(capture), hecho=unseen.id)
    assert p.refusal is Rechazo.OTRA_BASE


def test_rulings_that_differ_go_to_a_supervisor_and_so_do_decisions() -> None:
    p = Pen()
    p.scanned()
    p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    p(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=TWO)
    other = p.branch()
    p(Tipo.DICTAMINADA, "caro", imagen=SCAN, valores=ONE)
    other(Tipo.DICTAMINADA, "dani", imagen=SCAN, valores=TWO)
    p = p.join(other)
    assert p.state.captura is Captura.ESCALADA
    other = p.branch()
    p(Tipo.DECIDIDA, "super", imagen=SCAN, valores=ONE, motivo="Uno.")
    other(Tipo.DECIDIDA, "supe2", imagen=SCAN, valores=TWO, motivo="Dos.")
    p = p.join(other)
    assert p.state.captura is Captura.ESCALADA
    p(Tipo.DECIDIDA, "supe3", imagen=SCAN, valores=TWO, motivo="Visto lo de ambos.")
    assert p.state.captura is Captura.DICTAMINADA
    assert p.state.acordado is not None and p.state.acordado.persona == "supe3"


def test_what_somebody_typed_beside_a_return_still_counts() -> None:
    p = Pen()
    p.scanned()
    base = reading(p.two_equal())
    other = p.branch()
    p(Tipo.DEVUELTA, "vera", base=base, motivo="El 1 es un 2.")
    asked = other(Tipo.OTRA_IMAGEN_PEDIDA, "hugo", imagen=SCAN, motivo="Borrosa.")
    other(Tipo.OTRA_IMAGEN_NEGADA, "super", peticion=asked.id)
    apart = Pen(facts=p.facts[:3], at=5000)
    apart(Tipo.CAPTURADA, "caro", imagen=SCAN, valores=TWO)
    acta = p.join(other, apart).state
    assert acta.captura is Captura.PRIMERA and [c.persona for c in acta.capturas] == ["caro"]


def test_a_return_beside_a_verification_gives_way() -> None:
    p = Pen()
    p.scanned()
    base = reading(p.two_equal())
    other = p.branch()
    p(Tipo.VERIFICADA, "vera", base=base)
    other(Tipo.DEVUELTA, "elsa", base=base, motivo="No.")
    other(Tipo.REVISADA, "lector", base=base, opinion="devuelve")
    acta = p.join(other).state
    assert acta.captura is Captura.VERIFICADA and says(acta) == (Asentado.leer(ONE), SCAN)


# --- whichever of the two the content puts first ---

ORDERS = range(1, 13)
"""Each branch written at another hour has another id: among them both orders of two concurrent facts are seen."""


def seen(results: set[object], *expected: object) -> None:
    assert results == set(expected)


def test_a_duplicate_beside_its_identification() -> None:
    """Whoever identified it keeps it, with where it came from; the other fact is named."""
    named = set()
    for n in ORDERS:
        p = Pen()
        p(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
        p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora=START.isoformat())
        p(Tipo.IDENTIFICADA, "digital", imagen=SCAN, por="qr")
        other = p.branch(n)
        p.thrown_away(SCAN)
        p(Tipo.IDENTIFICADA, "cae", imagen=PHOTO, por="qr")
        p.verified(PHOTO)
        other(Tipo.DUPLICADA, "otro", imagen=PHOTO)
        acta = p.join(other).state
        assert says(acta) == (Asentado.leer(ONE), PHOTO) and acta.captura is Captura.VERIFICADA
        assert acta.publicada is not None and acta.publicada.imagen.digitalizacion == "Móvil"
        ((which, reason),) = acta.anomalias
        assert reason is Rechazo.SUPERADO
        named.add(next(h.tipo for h in (*p.facts, *other.facts) if h.id == which))
    seen(named, Tipo.DUPLICADA, Tipo.IDENTIFICADA)


def test_a_picture_that_a_verification_puts_back_is_read_again_as_any_other() -> None:
    """Written after something that goes last, so that it may come after the picture is gone."""
    for n in ORDERS:
        p = Pen()
        p.scanned()
        p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora=START.isoformat())
        other = p.branch(n)
        other(Tipo.DUPLICADA, "otro", imagen=PHOTO)
        other.verified()
        p.thrown_away(SCAN)
        p = p.join(other)
        assert says(p.state) == (Asentado.leer(ONE), SCAN) and p.state.desechadas == set()
        p.reopened(("hugo", "ines"))
        p.verified(values=TWO, who=("juan", "karla", "luis"))
        assert says(p.state) == (Asentado.leer(TWO), SCAN)


def test_what_arrives_and_is_typed_beside_a_picture_thrown_away() -> None:
    """Written after something that goes last, so that it may come after the picture is gone."""
    left = set()
    for n in ORDERS:
        p = Pen()
        p.scanned()
        p(Tipo.FOTOGRAFIADA, "cae", imagen=PHOTO, hora=START.isoformat())
        other = p.branch(n)
        other(Tipo.DUPLICADA, "otro", imagen=PHOTO)
        other(Tipo.DIGITALIZADA, "otro", imagen=SCAN)
        other(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
        p.thrown_away(SCAN)
        acta = p.join(other).state
        assert acta.desechadas == {SCAN} and acta.imagenes == [] and acta.capturas == []
        left.add(tuple(r for _, r in acta.anomalias))
    assert left <= {(), (Rechazo.SUPERADO,)}


def test_a_picture_beside_sin_acta_in_either_order() -> None:
    named = set()
    for n in ORDERS:
        p, other = Pen(at=100 - n), Pen(at=n)
        p(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
        other(Tipo.SIN_ACTA, "acopio", motivo="3")
        acta = p.join(other).state
        assert acta.custodia is Custodia.DIGITALIZADA and acta.sin_acta_dicha is None
        named.add(len(acta.anomalias))
    seen(named, 0, 1)


def test_one_picture_identified_in_two_places_is_identified_once() -> None:
    p = Pen()
    p(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
    other = p.branch()
    p(Tipo.IDENTIFICADA, "digital", imagen=SCAN, por="qr")
    other(Tipo.IDENTIFICADA, "coord", imagen=SCAN, por="persona")
    assert p.join(other).state.identificadas == [SCAN]


def test_two_requests_and_two_denials_of_another_picture() -> None:
    p = Pen()
    p.scanned()
    other = p.branch()
    asked = p(Tipo.OTRA_IMAGEN_PEDIDA, "ana", imagen=SCAN, motivo="Borrosa.")
    other(Tipo.OTRA_IMAGEN_PEDIDA, "beto", imagen=SCAN, motivo="Movida.")
    both = p.join(other).state
    assert [r for _, r in both.anomalias] == [Rechazo.SUPERADO] and both.en_duda is not None
    other = p.branch()
    p(Tipo.OTRA_IMAGEN_NEGADA, "super", peticion=asked.id)
    other(Tipo.OTRA_IMAGEN_NEGADA, "coord", peticion=asked.id)
    both = p.join(other).state
    assert [r for _, r in both.anomalias] == [Rechazo.SUPERADO] and both.en_duda is None
    third = Pen(facts=p.facts[:4], at=9000)
    third(Tipo.OTRA_IMAGEN_CONFIRMADA, "coord", peticion=asked.id)
    both = p.join(third).state
    assert [r for _, r in both.anomalias] == [Rechazo.SUPERADO] and both.imagenes != []


def test_a_request_beside_a_verification_in_either_order() -> None:
    for n in ORDERS:
        p = Pen()
        p.scanned()
        base = reading(p.two_equal())
        other = p.branch(n)
        p(Tipo.VERIFICADA, "vera", base=base)
        other(Tipo.OTRA_IMAGEN_PEDIDA, "caro", imagen=SCAN, motivo="Borrosa.")
        acta = p.join(other).state
        assert [r for _, r in acta.anomalias] == [Rechazo.SUPERADO] and acta.en_duda is None
        assert acta.captura is Captura.VERIFICADA


def test_what_sends_back_beside_a_verification_in_either_order() -> None:
    reasons = set()
    for n in ORDERS:
        p = Pen()
        p.scanned()
        base = reading(p.two_equal())
        one, two = p.branch(n), p.branch(2 * n)
        p(Tipo.VERIFICADA, "vera", base=base)
        one(Tipo.DEVUELTA, "elsa", base=base, motivo="No.")
        two(Tipo.REVISADA, "lector", base=base, opinion="devuelve")
        acta = p.join(one, two).state
        assert acta.captura is Captura.VERIFICADA and says(acta) == (Asentado.leer(ONE), SCAN)
        reasons.add(len(acta.anomalias))
    assert {0, 2} <= reasons or {1, 2} <= reasons or len(reasons) > 1


def test_a_sheet_out_of_catalogue_in_one_place_and_identified_in_another() -> None:
    how = set()
    for n in ORDERS:
        h = Pen(SHEET)
        h(Tipo.DIGITALIZADA, imagen=SCAN)
        other = h.branch(n)
        h(Tipo.IDENTIFICADA, "coord", imagen=SCAN, por="pto", acta=ACTA)
        other(Tipo.FUERA_DE_CATALOGO, "super", eleccion="GUB")
        acta = h.join(other).state
        assert acta.es == ACTA and acta.custodia is Custodia.IDENTIFICADA and acta.fuera_vigente is None
        how.add(len(acta.anomalias))
    seen(how, 0, 1)


LATER = {"hora": (START + timedelta(hours=3)).isoformat()}


@pytest.mark.parametrize(
    ("tipo", "content"),
    [
        (Tipo.ACOPIADA, LATER),
        (Tipo.ACOPIO_CORREGIDO, {**LATER, "motivo": "Se tecleó mal."}),
        (Tipo.FOTOGRAFIADA, {"imagen": SCAN, **LATER}),
        (Tipo.DIGITALIZADA, {"imagen": SCAN, "medio": "Móvil", "documento": "Otro", **LATER}),
        (Tipo.IDENTIFICADA, {"imagen": SCAN, "por": "pto"}),
    ],
)
@pytest.mark.parametrize("knows", [0, 1, 2, 3])
def test_what_a_published_reading_says_of_its_paper_is_what_whoever_verified_it_knew(
    tipo: Tipo, content: dict[str, Any], knows: int
) -> None:
    """Whatever somebody else says of it beside, knowing some of what the verifier knew, or afterwards."""
    for n in ORDERS:
        p = Pen()
        p.scanned()
        beside = Pen(facts=p.facts[:knows], at=1000 + n)
        p.verified()
        p.published()
        standing = p.state.publicada
        assert standing is not None and standing.acopio == START and not standing.por_pto
        beside(tipo, "otro", **content)
        assert p.join(beside).state.publicada == standing
    p(tipo, "otro", **content)
    assert p.state.publicada == standing


def test_a_corrected_stamp_is_published_with_the_next_verification() -> None:
    p = Pen()
    p.scanned()
    p.verified()
    p.published()
    p(Tipo.ACOPIO_CORREGIDO, "coord", **LATER, motivo="Se tecleó mal.")
    corrected = START + timedelta(hours=3)
    assert p.state.acopio == corrected and p.state.publicada is not None and p.state.publicada.acopio == START
    p.reopened()
    p.verified(who=("caro", "dani", "elsa"))
    assert p.state.publicada is not None and p.state.publicada.acopio == corrected


def test_a_published_sheet_out_of_catalogue_says_what_was_published() -> None:
    """Whatever somebody says of it beside; whoever knew of the record corrects it, and that is published next."""
    for n in ORDERS:
        h = Pen(SHEET)
        h(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
        other = h.branch(n)
        first = h(Tipo.FUERA_DE_CATALOGO, "super", eleccion="GUB", seccion="0100")
        put_on_record(h, 1)
        published = h.state.fuera_vigente
        other(Tipo.FUERA_DE_CATALOGO, "coord", eleccion="DIP", seccion="9999")
        h = h.join(other)
        assert h.state.fuera_vigente == published and base_publicada(h.state) == (first.id, first.id)
        last = h(Tipo.FUERA_DE_CATALOGO, "coord", eleccion="DIP", seccion="0001")
        assert h.state.fuera_vigente == last.contenido and base_publicada(h.state) == (last.id, last.id)
        put_on_record(h, 2)
        assert h.join(other).state.fuera_vigente == last.contenido


def test_a_sheet_that_was_resolved_is_not_out_of_catalogue_again_by_a_record_beside_it() -> None:
    for n in ORDERS:
        h = Pen(SHEET)
        h(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
        h(Tipo.FUERA_DE_CATALOGO, "super", eleccion="GUB")
        sede = h.branch(n)
        sede(Tipo.IDENTIFICADA, "otro", imagen=SCAN, por="persona", acta="140024C02001")  # so that it may come last
        put_on_record(sede, 1)
        for who in ("coord", "super"):
            h(Tipo.IDENTIFICADA, who, imagen=SCAN, por="persona", acta=ACTA)
        assert h.join(sede).state.fuera_vigente == {"eleccion": "GUB"}  # until the acta is verified
        h(Tipo.RESUELTA, "vera", acta=ACTA)
        assert h.join(sede).state.fuera_vigente is None


def test_a_collation_of_the_old_reading_says_nothing_of_the_new_one() -> None:
    """But a correction that somebody asked for beside it goes on, until a collator who knew of it closes it."""
    for n in ORDERS:
        p = Pen()
        p.scanned()
        p.verified()
        p.published()
        accepts, asks = p.branch(n), p.branch(50 + n)
        accepted = accepts(Tipo.COTEJADA, "coord", resultado="1")
        asks(Tipo.COTEJADA, "coord", resultado="3")
        p.reopened(("elsa", "super"))
        p.verified(values=TWO, who=("caro", "dani", "elsa"))
        acta = p.join(accepts).state
        assert acta.cotejo is None and acta.anomalias == [(accepted.id, Rechazo.SUPERADO)]
        both = p.join(asks)
        assert both.state.cotejo == 3 and both.state.anomalias == []
        assert p.join(accepts, asks).state.cotejo == 3
        both(Tipo.COTEJADA, "coord", resultado="2")
        assert both.state.cotejo == 2 and both.state.anomalias == []


def test_what_a_stranger_verified_beside_takes_no_collation_from_what_stands() -> None:
    for n in ORDERS:
        p = Pen()
        p.scanned()
        stranger = p.branch(n)
        p.verified()
        p.published()
        p(Tipo.COTEJADA, "coord", resultado="1")
        stranger.verified(values=TWO, who=("caro", "dani", "elsa"))
        acta = p.join(stranger).state
        assert (acta.cotejo, acta.anomalias) == (1, [])


def test_a_record_that_arrives_after_what_replaced_it() -> None:
    for n in ORDERS:
        p = Pen()
        p.scanned()
        p.verified()
        other = p.branch(n)
        other.published()
        p.reopened()
        p.verified(values=TWO, who=("caro", "dani", "elsa"))
        acta = p.join(other).state
        assert says(acta) == (Asentado.leer(TWO), SCAN) and acta.anomalias == []


def test_a_record_of_something_that_never_was_is_named() -> None:
    p = Pen()
    p.scanned()
    nothing = "0" * 64
    made_up = p(Tipo.VERIFICADA, "vera", base=nothing)
    p(Tipo.PUBLICADA, "sede", corte=1, base=nothing, hecho=made_up.id)
    assert p.refusal is Rechazo.OTRA_BASE and p.state.publicada is None
    p(Tipo.PUBLICADA, "sede", corte=1, base="1" * 64, hecho=made_up.id)
    assert p.refusal is Rechazo.OTRA_BASE
    confirmed = p(Tipo.SIN_ACTA_CONFIRMADA, "coord", peticion=nothing)
    p(Tipo.PUBLICADA, "sede", corte=1, base=nothing, hecho=confirmed.id)
    assert p.refusal is Rechazo.OTRA_BASE and p.state.sin_acta_vigente is None


def test_a_record_of_a_picture_that_nobody_delivered_is_refused() -> None:
    p = Pen()
    p.scanned()
    typed = p(Tipo.CAPTURADA, "ana", imagen=OTHER, valores=ONE)
    made_up = p(Tipo.VERIFICADA, "vera", base=reading(typed))
    record = {"corte": 1, "base": reading(typed), "hecho": made_up.id}
    assert p.could(Tipo.PUBLICADA, "sede", **record) is Rechazo.OTRA_BASE
    p(Tipo.PUBLICADA, "sede", **record)
    assert p.refusal is Rechazo.OTRA_BASE and p.state.publicada is None


def test_a_record_of_no_acta_names_what_was_said_and_its_reason() -> None:
    p = Pen()
    p.scanned()
    asked = p(Tipo.OTRA_IMAGEN_PEDIDA, "caro", imagen=SCAN, motivo="3")
    crooked = p(Tipo.SIN_ACTA_CONFIRMADA, "coord", peticion=asked.id)
    p(Tipo.PUBLICADA, "sede", corte=1, base=huella_sin_acta("3"), hecho=crooked.id)
    assert p.refusal is Rechazo.OTRA_BASE
    p = Pen()
    confirmed = p.no_acta("3")
    p(Tipo.PUBLICADA, "sede", corte=1, base=huella_sin_acta("2"), hecho=confirmed.id)
    assert p.refusal is Rechazo.OTRA_BASE
    assert p.could(Tipo.PUBLICADA, "sede", corte=1, base=huella_sin_acta("3"), hecho=confirmed.id) is None


# --- properties ------------------------------------------------------------------------------------------------------

PEOPLE = ("ana", "beto", "caro", "dani", "elsa", "fina")


def night(rng: random.Random, steps: int, nodes: int) -> list[Pen]:
    """A night of one acta split among nodes that hear from each other now and then; most of it possible, some not."""
    pens = [Pen(at=100 * n) for n in range(nodes)]
    pens[0].scanned()
    pens = [p.join(pens[0]) for p in pens]
    corte = 0
    for _ in range(steps):
        p = rng.choice(pens)
        if rng.random() < 0.2:
            p.facts = p.join(rng.choice(pens)).facts
        some_step(rng, p, rng.choice(PEOPLE))
        if p is pens[0] and rng.random() < 0.3 and (base := base_publicada(p.state)):
            corte += 1
            p(Tipo.PUBLICADA, "sede", corte=corte, base=base[0], hecho=base[1])
    return pens


def some_step(rng: random.Random, p: Pen, who: str) -> None:
    acta, values = p.state, rng.choice([ONE, ONE, TWO])
    hour = {"hora": (START - timedelta(minutes=rng.randrange(60))).isoformat()}
    image = acta.imagen.sha256 if acta.imagen and rng.random() < 0.9 else rng.choice([SCAN, PHOTO, OTHER])
    base = acta.acordado.lectura if acta.acordado else "0" * 64
    asked = [h.id for h in p.facts if h.tipo.endswith("pedida") or h.tipo == Tipo.SIN_ACTA] or ["0" * 64]
    tipo, content = rng.choice(
        [
            *[(Tipo.CAPTURADA, {"imagen": image, "valores": values})] * 6,
            *[(Tipo.VERIFICADA, {"base": base})] * 4,
            (Tipo.DICTAMINADA, {"imagen": image, "valores": values}),
            (Tipo.DECIDIDA, {"imagen": image, "valores": values, "motivo": "Se ve."}),
            (Tipo.REVISADA, {"base": base, "opinion": "devuelve"}),
            (Tipo.DEVUELTA, {"base": base, "motivo": "No."}),
            (Tipo.OTRA_IMAGEN_PEDIDA, {"imagen": image, "motivo": "Borrosa."}),
            (Tipo.OTRA_IMAGEN_CONFIRMADA, {"peticion": asked[-1]}),
            (Tipo.OTRA_IMAGEN_NEGADA, {"peticion": asked[-1]}),
            *[(Tipo.REAPERTURA_PEDIDA, {"motivo": "Difiere."})] * 2,
            *[(Tipo.REABIERTA, {"peticion": asked[-1]})] * 2,
            (Tipo.COTEJADA, {"resultado": rng.choice("123")}),
            (Tipo.DIGITALIZADA, {"imagen": rng.choice([SCAN, OTHER])}),
            (Tipo.DIGITALIZADA, {"imagen": rng.choice([SCAN, OTHER, PHOTO]), "medio": "Móvil", **hour}),
            (Tipo.FOTOGRAFIADA, {"imagen": rng.choice([SCAN, PHOTO]), **hour}),
            *[(Tipo.IDENTIFICADA, {"imagen": rng.choice([SCAN, OTHER, PHOTO]), "por": rng.choice(["qr", "pto"])})] * 2,
            (Tipo.DUPLICADA, {"imagen": rng.choice([SCAN, OTHER, PHOTO])}),
            (Tipo.SIN_ACTA, {"motivo": "3"}),
            (Tipo.SIN_ACTA_CONFIRMADA, {"peticion": asked[-1]}),
            (Tipo.ACOPIADA, hour),
            (Tipo.ACOPIO_CORREGIDO, {**hour, "motivo": "Otra hora."}),
        ]
    )
    p(tipo, who, **content)


def _strange(rng: random.Random, p: Pen) -> None:
    """A fact of a version that this program does not know, about others: its content may be anything."""
    ids = [h.id for h in p.facts]
    content = rng.choice(
        [{}, {"base": 3, "imagen": [SCAN]}, {"peticion": {}, "imagen": SCAN}, {"motivo": None, "base": rng.choice(ids)}]
    )
    tipo = rng.choice([t for t in Tipo if t != Tipo.PUBLICADA])
    last = p(tipo, "otro", **content)
    data = {**escribir_hecho(last), "version": 9}
    p.facts[-1] = hecho_guardado(data, id_de(data))


@given(st.randoms(use_true_random=False))
def test_no_record_of_anything_brings_the_fold_down(rng: random.Random) -> None:
    """What a corte says it carried may name any fact, of any type or shape: it stands, or it is named."""
    pens = night(rng, 12, 2)
    p = pens[0].join(*pens[1:])
    hostile = set()
    for _ in range(6):
        if rng.random() < 0.4:
            _strange(rng, p)
        ids = [h.id for h in p.facts]
        read = [reading(h) for h in p.facts if h.interpretado and h.tipo in (Tipo.CAPTURADA, Tipo.DICTAMINADA)]
        read += [huella_sin_acta(m) for m in MotivoSinActa]
        hostile.add(p(Tipo.PUBLICADA, "sede", corte=1, base=rng.choice([*read, *ids]), hecho=rng.choice(ids)).id)
    acta = estado(written(p.facts), ANYBODY)
    assert {r for h, r in acta.anomalias if h in hostile} <= {Rechazo.OTRA_BASE}
    rng.shuffle(p.facts)
    assert estado(written(p.facts), ANYBODY) == acta


NIGHTS = st.tuples(st.randoms(use_true_random=False), st.integers(3, 24), st.integers(1, 4))


@given(NIGHTS, st.randoms(use_true_random=False))
def test_union_in_any_order_and_grouping_gives_the_same_state(
    what: tuple[random.Random, int, int], rng: random.Random
) -> None:
    pens = night(*what)
    whole = pens[0].join(*pens[1:])
    shuffled = [*whole.facts, *rng.choices(whole.facts, k=3)]
    rng.shuffle(shuffled)
    rng.shuffle(pens)
    assert estado(written(shuffled), ANYBODY) == whole.state
    assert pens[0].join(Pen().join(*pens[1:])).state == whole.state == pens[-1].join(*pens[:-1]).state


@given(NIGHTS, st.randoms(use_true_random=False))
def test_a_fold_taken_further_is_the_fold_of_them_all(what: tuple[random.Random, int, int], rng: random.Random) -> None:
    """As each node writes, and then as it hears from the others; what was told before stays as it was."""
    pens = night(*what)
    heard = written(h for p in rng.sample(pens, len(pens)) for h in p.facts)
    fold, so_far, started_again = Pliegue([], ANYBODY), list[Escrito](), 0
    while heard:
        more, heard = heard[: (some := rng.randint(1, 3))], heard[some:]
        before, then = fold.acta, estado(so_far, ANYBODY)
        so_far += more
        goes_on = fold.seguir(more)
        assert before == then
        if not goes_on:
            fold = Pliegue(so_far, ANYBODY)
            started_again += 1
        assert (fold.acta, fold.historia) == (estado(so_far, ANYBODY), Pliegue(so_far, ANYBODY).historia)
    assert not started_again or len(pens) > 1


@given(NIGHTS)
def test_every_fact_is_applied_or_named_and_nobody_counts_twice(what: tuple[random.Random, int, int]) -> None:
    pens = night(*what)
    acta = pens[0].join(*pens[1:]).state
    named = Counter(i for i, _ in acta.anomalias)
    assert max(named.values(), default=1) == 1
    for image in {c.imagen for c in acta.capturas}:
        people = [c.persona for c in acta.capturas_de(image)]
        assert len(set(people)) == len(people)
    for v in acta.verificadas:
        assert v.publicada.hecho not in named


@given(NIGHTS)
def test_no_merge_takes_back_what_the_sede_published(what: tuple[random.Random, int, int]) -> None:
    """The sede (the first node) hears from everybody: what its last corte carried stands, unless some reopening knew
    the verification that it carried."""
    pens = night(*what)
    sede = pens[0]
    carried = [h for h in sede.facts if h.tipo == Tipo.PUBLICADA and h.id not in dict(sede.state.anomalias)]
    whole = sede.join(*pens[1:])
    before, after = sede.state, whole.state
    if not carried or before.vigente is None or before.vigente.corte is None:
        return
    standing = before.vigente.publicada
    history = ordenar(written(whole.facts))
    bit = history.lugares[standing.hecho]
    valid = {h.id for h in whole.facts} - dict(after.anomalias).keys()
    reopened = any(
        h.tipo == Tipo.REABIERTA and h.id in valid and history.sabe[i] >> bit & 1 for i, h in enumerate(history.hechos)
    )
    assert after.publicada is not None
    if not reopened:
        assert after.publicada == standing
    assert after.situacion is Situacion.PUBLICADA


@given(NIGHTS)
def test_what_one_could_do_with_all_it_knew_is_never_made_wrong_by_what_it_did_not_know(
    what: tuple[random.Random, int, int],
) -> None:
    """A fact is judged by its own past: merging more can overtake it, never make it impossible."""
    pens = night(*what)
    whole = dict(pens[0].join(*pens[1:]).state.anomalias)
    overtaken = (None, Rechazo.SUPERADO, Rechazo.MISMA_PERSONA)
    for p in pens:
        alone = dict(p.state.anomalias)
        for fact in p.facts:
            if fact.id not in alone:
                assert whole.get(fact.id) in overtaken, (fact.tipo, whole[fact.id])

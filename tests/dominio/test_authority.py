"""Who may act is made of facts: every role with every type, who enrols whom, and what losing authority takes back."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import permutations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pen import ACTA, ONE, SCAN, TWO, Pen, reading, sha

from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.pliegue import base_publicada, estado
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.autoridad import INSTITUTO, Autoridad, Cambios, Reglas
from prep.dominio.comun.facultades import DEL_DISPOSITIVO, FACULTADES, ClaseDispositivo, Rol
from prep.dominio.comun.hecho import Escrito, Hecho, nuevo_hecho
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.comun.registro import CLASES

NOW = datetime(2027, 6, 6, tzinfo=UTC)
KEY = "ab" * 32
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "facultades.md").read_text(encoding="utf-8")


def fact(subject: str, tipo: str, person: str = INSTITUTO, **content: Any) -> Hecho:
    return nuevo_hecho(tipo, subject, person, NOW, content)


def node(name: str, kind: str = "ccv", by: str = INSTITUTO, **content: Any) -> Escrito:
    return Escrito(fact(f"nodo:{name}", "alta", llave=sha(name), clase=kind, nombre=name, **content), by, 1)


def person(name: str, *roles: str, by: str = INSTITUTO, who: str = INSTITUTO, **content: Any) -> list[Escrito]:
    place = content.pop("lugar", "CCV")
    return [Escrito(fact(f"persona:{name}", "alta", who, rol=rol, lugar=place, **content), by, 1) for rol in roles]


def phone(name: str, of: str, kind: str = "telefono", **content: Any) -> Escrito:
    return Escrito(fact(f"dispositivo:{name}", "alta", llave=sha(name), clase=kind, persona=of, **content), INSTITUTO)


def basic() -> list[Escrito]:
    return [
        node("ccv"),
        node("catd", "catd"),
        node("sede", "sede"),
        *person("jefa", "administrador"),
        *person("coord", "coordinador"),
    ]


def did(tipo: str, who: str, subject: str = f"acta:{ACTA}", by: str = "ccv", seq: int = 10, **more: Any) -> Escrito:
    return Escrito(nuevo_hecho(tipo, subject, who, NOW, {}), by, seq, **more)


# --- the table ---


def test_the_page_is_the_table() -> None:
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| `")]
    shown = {r[0].strip(" `"): {x.strip(" `") for x in r[2].split(",")} - {"—"} for r in rows}
    assert shown == {rol.value: set(FACULTADES[rol]) for rol in Rol}


def test_each_faculty_is_of_a_type_that_exists() -> None:
    known = {f"{name}.{tipo}" for name, clase in CLASES.items() for tipo in clase.tipos}
    assert set().union(*FACULTADES.values()) <= known
    everybody = set().union(*FACULTADES.values())
    only_the_institute = {"nodo.alta", "nodo.alcance", "nodo.baja", "proceso.reglas"}
    assert known - everybody == only_the_institute


@pytest.mark.parametrize("rol", list(Rol))
def test_every_role_with_every_type(rol: Rol) -> None:
    facts = [*basic(), *person("alguien", rol.value), phone("tel", "alguien")]
    authority = Autoridad.de(facts)
    signed = {"dispositivo": "tel", "secuencia_dispositivo": 1} if rol is Rol.CAE else {}
    for name, clase in CLASES.items():
        for tipo in clase.tipos:
            subject = {"acta": f"acta:{ACTA}", "catd": "catd:CCV"}.get(name, f"{name}:x")
            refused = authority.rechazar(did(tipo, "alguien", subject, "sede", **signed))
            allowed = f"{name}.{tipo}" in FACULTADES[rol]
            assert refused == (None if allowed else Rechazo.SIN_FACULTAD), (rol, name, tipo)


def test_what_a_phone_and_a_terminal_may_sign() -> None:
    authority = Autoridad.de([*basic(), *person("ana", *(r.value for r in Rol)), phone("tel", "ana")])
    for tipo in CLASES["acta"].tipos:
        refused = authority.rechazar(did(tipo, "ana", by="sede", dispositivo="tel", secuencia_dispositivo=1))
        assert (refused is None) == (f"acta.{tipo}" in DEL_DISPOSITIVO[ClaseDispositivo.TELEFONO])
        assert refused in (None, Rechazo.DISPOSITIVO)


def test_a_node_cannot_invent_a_phone() -> None:
    authority = Autoridad.de([*basic(), *person("ana", "cae"), *person("eva", "cae"), phone("tel", "ana")])
    assert authority.rechazar(did(Tipo.FOTOGRAFIADA, "ana")) is Rechazo.DISPOSITIVO
    assert authority.rechazar(did(Tipo.FOTOGRAFIADA, "eva", dispositivo="tel")) is Rechazo.DISPOSITIVO
    assert authority.rechazar(did(Tipo.FOTOGRAFIADA, "ana", dispositivo="otro")) is Rechazo.DISPOSITIVO
    assert authority.rechazar(did(Tipo.FOTOGRAFIADA, "ana", dispositivo="tel")) is None


def test_a_lost_phone_counts_until_the_sequence_it_was_lost_at() -> None:
    lost = [
        Escrito(fact("dispositivo:tel", "baja", desde=7, motivo="Perdido."), INSTITUTO),
        Escrito(fact("dispositivo:tel", "baja", desde=9, motivo="Perdido, dicen."), INSTITUTO),
        Escrito(fact("dispositivo:nunca", "baja", desde=9, motivo="No existe."), INSTITUTO),
    ]
    authority = Autoridad.de([*basic(), *person("ana", "cae"), phone("tel", "ana"), *lost])
    for seq, refused in ((6, None), (7, Rechazo.DISPOSITIVO), (8, Rechazo.DISPOSITIVO)):
        assert (
            authority.rechazar(did(Tipo.FOTOGRAFIADA, "ana", dispositivo="tel", secuencia_dispositivo=seq)) is refused
        )


def test_a_stolen_phone_does_not_choose_where_what_it_signs_arrives() -> None:
    """It signs again with a sequence that counted; not before the place that each node had reached."""
    stolen = fact("dispositivo:tel", "baja", desde=7, nodos={"ccv": 20, "*": 30}, motivo="Robado.")
    authority = Autoridad.de([*basic(), *person("ana", "cae"), phone("tel", "ana"), Escrito(stolen, INSTITUTO)])
    for by, seq, own, refused in (
        ("ccv", 19, 3, None),
        ("ccv", 20, 3, Rechazo.DISPOSITIVO),
        ("ccv", 19, 7, Rechazo.DISPOSITIVO),
        ("catd", 29, 3, None),
        ("catd", 30, 3, Rechazo.DISPOSITIVO),
    ):
        e = did(Tipo.FOTOGRAFIADA, "ana", by=by, seq=seq, dispositivo="tel", secuencia_dispositivo=own)
        assert authority.rechazar(e) is refused


def test_cortes_are_of_the_sede() -> None:
    authority = Autoridad.de([*basic(), *person("corta", "sede")])

    def said(by: str, **content: Any) -> Rechazo | None:
        record = nuevo_hecho(Tipo.PUBLICADA, f"acta:{ACTA}", "corta", NOW, {"corte": 1, **content})
        return authority.rechazar(Escrito(record, by, 10))

    assert said("sede") is None
    assert said("catd") is said("ccv") is said("catd", nodo="ccv") is Rechazo.SIN_FACULTAD
    assert said("catd", nodo="catd") is None


def test_rules_that_somebody_who_knew_the_others_said_are_those_that_hold() -> None:
    """Whatever their ids: said twelve times, each knowing the one before."""
    said: list[Hecho] = []
    for i in range(12):
        known = [said[-1].id] if said else []
        content = {"lugares_distintos": i % 2 == 0, "alcance_estricto": i % 3 == 0}
        said.append(nuevo_hecho("reglas", "proceso:x", INSTITUTO, NOW, content, known))
        for shuffled in (said, said[::-1]):
            authority = Autoridad.de([*basic(), *(Escrito(h, INSTITUTO) for h in shuffled)])
            assert authority.reglas == Reglas(**content)
    late = Autoridad.de([Escrito(said[-1], INSTITUTO)])  # what it knew has not arrived
    assert late.reglas == Reglas(**content)


def test_terminals_sign_when_the_process_says_so() -> None:
    rules = Escrito(fact("proceso:x", "reglas", terminales_firman=True), INSTITUTO)
    desk = Escrito(fact("dispositivo:mesa-1", "alta", llave=KEY, clase="terminal", nodo="ccv"), INSTITUTO)
    authority = Autoridad.de([*basic(), *person("ana", "capturista"), *person("lee", "lector"), desk, rules])
    assert authority.reglas.terminales_firman
    assert authority.rechazar(did(Tipo.CAPTURADA, "ana")) is Rechazo.DISPOSITIVO
    assert authority.rechazar(did(Tipo.CAPTURADA, "ana", dispositivo="mesa-1")) is None
    assert authority.rechazar(did(Tipo.CAPTURADA, "ana", by="catd", dispositivo="mesa-1")) is Rechazo.DISPOSITIVO
    assert authority.rechazar(did(Tipo.REVISADA, "lee")) is None


# --- who enrols whom ---


def test_the_institute_enrols_nodes_and_administrators_and_they_enrol_the_rest() -> None:
    facts = [*basic(), *person("ana", "capturista", by="ccv", who="jefa")]
    facts += person("otra", "administrador", by="ccv", who="jefa")  # not hers to give
    facts += person("falsa", "capturista", by="ccv", who="ana")  # who types enrols nobody
    facts += person("lejana", "capturista", by="intruso", who="jefa")
    facts += [node("pirata", by="ccv")]
    authority = Autoridad.de(facts)
    assert authority.roles_de("ana") == {Rol.CAPTURISTA} and authority.roles_de("jefa") == {Rol.ADMINISTRADOR}
    assert {"otra", "falsa", "lejana"}.isdisjoint(authority.personas) and "pirata" not in authority.nodos
    reasons = sorted(r for _, r in authority.ignorados)
    assert len(reasons) == 4 and Rechazo.SIN_FACULTAD in reasons and Rechazo.NODO_DESCONOCIDO in reasons
    assert authority.roles_de("nadie") == frozenset()


def test_grants_count_wherever_they_lie_in_the_set() -> None:
    facts = [*basic(), *person("ana", "capturista", by="ccv", who="jefa"), *person("beto", "cae", by="ccv", who="jefa")]
    expected = Autoridad.de(facts)
    for seed in range(20):
        shuffled = [*facts, *facts[:2]]
        random.Random(seed).shuffle(shuffled)
        assert Autoridad.de(shuffled) == expected


def test_administrators_do_not_revoke_each_other() -> None:
    fight = [
        Escrito(fact(f"persona:{one}", "baja", other, desde={"*": 1}, motivo="Yo primero."), "ccv", 5)
        for one, other in (("jefa", "jefe"), ("jefe", "jefa"))
    ]
    authority = Autoridad.de([*basic(), *person("jefe", "administrador"), *fight])
    assert Rol.ADMINISTRADOR in authority.roles_de("jefa") and Rol.ADMINISTRADOR in authority.roles_de("jefe")
    assert len(authority.ignorados) == 2
    by_the_institute = Escrito(fact("persona:jefe", "baja", desde={"ccv": 3}, motivo="Renunció."), INSTITUTO)
    authority = Autoridad.de([*basic(), *person("jefe", "administrador"), by_the_institute])
    late = person("tarde", "capturista", by="ccv", who="jefe")
    assert authority.rechazar(did("alta", "jefe", "persona:x", seq=2)) is None
    assert authority.rechazar(did("alta", "jefe", "persona:x", seq=3)) is Rechazo.PERSONA_DESCONOCIDA
    assert authority.rechazar(did("alta", "jefe", "persona:x", by="catd", seq=99)) is None and late


def test_revoking_one_role_leaves_the_others() -> None:
    gone = Escrito(fact("persona:ana", "baja", "jefa", rol="verificador", desde={"*": 20}, motivo="Cambió."), "ccv", 5)
    authority = Autoridad.de([*basic(), *person("ana", "capturista", "verificador"), gone])
    assert authority.rechazar(did(Tipo.VERIFICADA, "ana", seq=19)) is None
    assert authority.rechazar(did(Tipo.VERIFICADA, "ana", seq=20)) is Rechazo.SIN_FACULTAD
    assert authority.rechazar(did(Tipo.CAPTURADA, "ana", seq=30)) is None
    assert authority.roles_de("ana") == {Rol.CAPTURISTA}
    all_gone = Escrito(fact("persona:ana", "baja", "jefa", desde={"ccv": 30}, motivo="Se fue."), "ccv", 6)
    authority = Autoridad.de([*basic(), *person("ana", "capturista", "verificador"), gone, all_gone])
    assert authority.rechazar(did(Tipo.CAPTURADA, "ana", seq=30)) is Rechazo.PERSONA_DESCONOCIDA
    assert authority.roles_de("ana") == frozenset()


def test_what_a_person_may_from_now_on() -> None:
    (cae,) = person("ana", "cae", alcance=["110001B0100"])
    (types,) = person("ana", "capturista")
    gone = Escrito(fact("persona:ana", "baja", "jefa", rol="cae", desde={"*": 20}, motivo="Cambió."), "ccv", 5)
    before, after = (Autoridad.de([*basic(), cae, types, *more]) for more in ((), (gone,)))
    assert {c.rol for c in before.cargos_vigentes("ana")} == {Rol.CAE, Rol.CAPTURISTA}
    assert {c.rol for c in after.cargos_vigentes("ana")} == {Rol.CAPTURISTA}
    here = Escrito(fact("persona:ana", "baja", "jefa", desde={"ccv": 30}, motivo="Se fue."), "ccv", 6)
    assert Autoridad.de([*basic(), cae, types, here]).cargos_vigentes("ana") == ()
    assert after.cargos_vigentes("nadie") == ()


def test_a_role_given_again_by_somebody_who_knew_it_was_taken_away() -> None:
    (first,) = person("ana", "capturista")
    gone = fact("persona:ana", "baja", "jefa", rol="capturista", desde={"*": 1}, motivo="Error.")
    content = {"rol": "capturista", "lugar": "CCV"}
    later = nuevo_hecho("incidente", "persona:ana", "jefa", NOW, {}, [gone.id])
    again = nuevo_hecho("alta", "persona:ana", INSTITUTO, NOW, content, [later.id, gone.id])
    facts = [*basic(), first, Escrito(gone, "ccv", 5)]
    assert Autoridad.de(facts).rechazar(did(Tipo.CAPTURADA, "ana")) is Rechazo.PERSONA_DESCONOCIDA
    known = Autoridad.de([*facts, Escrito(later, "ccv", 6), Escrito(again, INSTITUTO, 9)])
    assert known.rechazar(did(Tipo.CAPTURADA, "ana")) is None and known.roles_de("ana") == {Rol.CAPTURISTA}
    blind = nuevo_hecho("alta", "persona:ana", INSTITUTO, NOW, content, [later.id])
    unseen = Autoridad.de([*facts, Escrito(blind, INSTITUTO, 9)])  # what it knew has not arrived: it was not known
    assert unseen.roles_de("ana") == frozenset()


def test_a_published_reading_stands_though_whoever_identified_its_picture_was_nobody() -> None:
    people = [e for n in ("ana", "beto") for e in person(n, "capturista")]
    people += [*person("vera", "verificador"), *person("digital", "digitalizador")]
    gone = Escrito(fact("persona:digital", "baja", desde={"*": 12}, motivo="Era de un partido."), INSTITUTO)
    p = Pen()
    p.scanned()
    p.verified()
    p.published()
    desks = {Tipo.CAPTURADA, Tipo.VERIFICADA, Tipo.IDENTIFICADA}
    written = [Escrito(h, "ccv" if h.tipo in desks else INSTITUTO, 10 + i) for i, h in enumerate(p.facts)]
    acta = estado(written, Autoridad.de([*basic(), *people, gone]))
    assert acta.publicada is not None and acta.publicada.asentado == Asentado.leer(ONE)
    assert acta.por_revisar and acta.captura is Captura.VERIFICADA and acta.identificadas == [SCAN]


def test_a_revoked_node_counts_until_that_sequence() -> None:
    gone = [Escrito(fact("nodo:catd", "baja", desde=n, motivo="Robado."), INSTITUTO) for n in (12, 15)]
    gone += [Escrito(fact("nodo:nunca", "baja", desde=1, motivo="No existe."), INSTITUTO)]
    authority = Autoridad.de([*basic(), *person("ana", "capturista"), *gone])
    assert authority.rechazar(did(Tipo.CAPTURADA, "ana", by="catd", seq=11)) is None
    assert authority.rechazar(did(Tipo.CAPTURADA, "ana", by="catd", seq=12)) is Rechazo.NODO_DESCONOCIDO
    assert authority.rechazar(did(Tipo.CAPTURADA, "ana", by="otro")) is Rechazo.NODO_DESCONOCIDO


def test_reach_of_persons_and_of_nodes() -> None:
    here, there = ACTA[:11], "140025C0100"
    strict = Escrito(fact("proceso:x", "reglas", alcance_estricto=True), INSTITUTO)
    facts = [node("sede", "sede"), node("catd", "catd", alcance=[there]), *person("ana", "capturista")]
    facts += person("eva", "capturista", alcance=[there])
    loose, tight = Autoridad.de(facts), Autoridad.de([*facts, strict])
    assert loose.rechazar(did(Tipo.CAPTURADA, "ana", by="catd")) is None
    assert tight.rechazar(did(Tipo.CAPTURADA, "ana", by="catd")) is Rechazo.FUERA_DE_ALCANCE
    assert tight.rechazar(did(Tipo.CAPTURADA, "ana", by="sede")) is None
    assert loose.rechazar(did(Tipo.CAPTURADA, "eva", by="catd")) is Rechazo.FUERA_DE_ALCANCE
    assert tight.rechazar(did(Tipo.CAPTURADA, "ana", f"acta:{there}1", by="catd")) is None
    assert here != there


def test_the_reach_of_a_node_changes_from_a_place_of_its_chain_on() -> None:
    here, there = ACTA[:11], "140025C0100"
    facts = [node("catd", "catd", alcance=[there]), *person("ana", "capturista")]
    facts += [Escrito(fact("proceso:x", "reglas", alcance_estricto=True), INSTITUTO)]
    wider = fact("nodo:catd", "alcance", alcance=[here, there], desde=12, motivo="Se quedó sin luz el de junto.")
    again = nuevo_hecho(
        "alcance", "nodo:catd", INSTITUTO, NOW, {"alcance": [there], "desde": 12, "motivo": "Volvió."}, [wider.id]
    )
    back = fact("nodo:catd", "alcance", alcance=[there], desde=15, motivo="Volvió la luz.")

    def counts(*said: Hecho) -> list[int]:
        authority = Autoridad.de([*(Escrito(h, INSTITUTO) for h in said), *facts])
        of_here = {n: authority.rechazar(did(Tipo.CAPTURADA, "ana", by="catd", seq=n)) for n in (11, 12, 14, 15)}
        assert set(of_here.values()) <= {None, Rechazo.FUERA_DE_ALCANCE} and authority.ignorados == []
        assert authority.rechazar(did(Tipo.CAPTURADA, "ana", f"acta:{there}1", by="catd", seq=13)) is None
        assert authority.alcance_de_nodo("catd") == authority.nodos["catd"].alcance
        return [n for n, rechazo in of_here.items() if rechazo is None]

    assert counts() == [] and counts(wider) == [12, 14, 15] and counts(back, wider) == [12, 14]
    assert counts(again, wider) == [] and counts(again, wider, back) == []
    loose = Autoridad.de([*facts[:-1], Escrito(back, INSTITUTO)])
    assert loose.rechazar(did(Tipo.CAPTURADA, "ana", by="catd")) is None
    assert Autoridad.de(facts).cambios(Autoridad.de([*facts, Escrito(wider, INSTITUTO)])).nodos == {"catd"}


def test_what_is_said_of_whoever_was_not_enrolled_waits_and_is_named() -> None:
    said = [
        Escrito(fact("nodo:nunca", "alcance", alcance=["*"], desde=1, motivo="x"), INSTITUTO),
        Escrito(fact("nodo:nunca", "baja", desde=1, motivo="x"), INSTITUTO),
        Escrito(fact("dispositivo:nunca", "baja", desde=1, motivo="x"), INSTITUTO),
    ]
    authority = Autoridad.de([*basic(), *said])
    assert sorted(authority.ignorados) == sorted((e.hecho.id, Rechazo.ESPERA) for e in said)
    assert Autoridad.de([*said, *basic(), node("nunca")]).ignorados == [(said[2].hecho.id, Rechazo.ESPERA)]


def test_unknown_types_of_authority_are_named_and_the_night_opens_elsewhere() -> None:
    newer = Escrito(fact("persona:ana", "ascendida", rol="jefa"), INSTITUTO)
    opened = [
        Escrito(fact("proceso:x", "abierto", who), by, 3) for who, by in (("jefa", "ccv"), (INSTITUTO, INSTITUTO))
    ]
    authority = Autoridad.de([*basic(), newer, *opened])
    assert authority.ignorados == [(newer.hecho.id, Rechazo.NO_INTERPRETADO)]


# --- different persons, not different strings ---


def captured_by(authority: Autoridad, *who: str, by: str = "ccv") -> Any:
    p = Pen()
    p.scanned()
    for name in who:
        p(Tipo.CAPTURADA, name, imagen=SCAN, valores=ONE)
    written = [Escrito(h, INSTITUTO if h.tipo != Tipo.CAPTURADA else by, 10 + i) for i, h in enumerate(p.facts)]
    return estado(written, authority)


def test_two_accounts_of_one_human_are_one() -> None:
    facts = [*basic(), *person("ana", "capturista"), *person("anita", "capturista"), *person("beto", "capturista")]
    assert captured_by(Autoridad.de(facts), "ana", "anita").captura is Captura.COINCIDE
    joined = [
        Escrito(fact(f"persona:{one}", "misma_persona", "jefa", otra=other), "ccv", 5)
        for one, other in (("ana", "anita"), ("anita", "anna"))
    ]
    authority = Autoridad.de([*facts, *joined])
    assert authority.identidad("anita") == authority.identidad("ana") == authority.identidad("anna")
    assert authority.cuentas_de("anna") == {"ana", "anita", "anna"}
    acta = captured_by(authority, "ana", "anita")
    assert acta.captura is Captura.PRIMERA and [r for _, r in acta.anomalias] == [Rechazo.MISMA_PERSONA]
    assert captured_by(authority, "ana", "beto").captura is Captura.COINCIDE


def test_emergency_accounts_of_one_node_never_settle_an_acta_alone() -> None:
    facts = [*basic(), *person("beto", "capturista")]
    for name in ("catd.uno", "catd.dos"):
        facts += person(name, "capturista", by="catd", who="coord", emergencia=True)
    facts += person("ccv.tres", "capturista", by="catd", who="coord", emergencia=True)  # named after another node
    facts += person("catd.jefe", "administrador", by="catd", who="coord", emergencia=True)
    facts += person("catd.cuatro", "capturista", by="catd", who="coord")  # not of emergency
    authority = Autoridad.de(facts)
    assert {"catd.uno", "catd.dos"} <= authority.personas.keys()
    assert {"ccv.tres", "catd.jefe", "catd.cuatro"}.isdisjoint(authority.personas)
    assert authority.identidad("catd.uno") == authority.identidad("catd.dos") != authority.identidad("beto")
    assert captured_by(authority, "catd.uno", "catd.dos", by="catd").captura is Captura.PRIMERA
    assert captured_by(authority, "catd.uno", "beto", by="catd").captura is Captura.COINCIDE
    elsewhere = captured_by(authority, "catd.uno", by="ccv")
    assert [r for _, r in elsewhere.anomalias] == [Rechazo.SIN_FACULTAD]


def test_an_emergency_account_that_is_joined_to_another_is_still_of_its_node() -> None:
    """Whatever the accounts are called, and whichever is joined to which."""
    for real, (one, other) in product(("a-1", "zz-1"), permutations(("real", "emergency"))):
        facts = [*basic(), *person(real, "capturista"), *person("beto", "capturista"), *person("otro", "capturista")]
        facts += [node("catd-2", "catd"), *person("coord2", "coordinador")]
        for name in ("catd.uno", "catd.dos"):
            facts += person(name, "capturista", by="catd", who="coord", emergencia=True)
        for name in ("catd-2.uno", "catd-2.dos"):
            facts += person(name, "capturista", by="catd-2", who="coord2", emergencia=True)
        named = {"real": real, "emergency": "catd.uno"}
        joins = [(named[one], named[other])]
        authority = Autoridad.de([*facts, *(joined(a, b) for a, b in joins)])
        assert captured_by(authority, "catd.uno", "catd.dos", by="catd").captura is Captura.PRIMERA
        assert captured_by(authority, real, "catd.dos", by="catd").captura is Captura.PRIMERA
        assert captured_by(authority, real, "beto", by="catd").captura is Captura.COINCIDE
        assert authority.identidad("catd-2.dos") != authority.identidad("catd.dos")
        joins += [(real, "catd-2.uno"), ("catd-2.uno", "catd-2.dos")]
        both = Autoridad.de([*facts, *(joined(a, b) for a, b in joins)])
        everybody = {both.identidad(p) for p in (real, "catd.uno", "catd.dos", "catd-2.uno", "catd-2.dos")}
        assert len(everybody) == 1 and both.identidad("beto") not in everybody
        assert {"catd-2.uno", "catd-2.dos"} <= authority.cambios(both).personas


def joined(one: str, other: str) -> Escrito:
    return Escrito(fact(f"persona:{one}", "misma_persona", "jefa", otra=other), "ccv", 5)


def test_a_second_enrolment_of_a_node_or_device_is_named() -> None:
    first, phone_ = node("n9", "catd", alcance=["140024C0100"]), phone("tel", "ana")
    wider, handed = (
        nuevo_hecho("alta", e.hecho.sujeto, INSTITUTO, NOW, {**e.hecho.contenido, **otherwise}, [e.hecho.id])
        for e, otherwise in ((first, {"alcance": ["*"]}), (phone_, {"persona": "beto"}))
    )
    again = [Escrito(h, INSTITUTO, 9) for h in (wider, handed)]
    authority = Autoridad.de([*basic(), *again, first, phone_])
    assert authority.nodos["n9"].alcance == {"140024C0100"} and authority.dispositivos["tel"].persona == "ana"
    assert sorted(authority.ignorados) == sorted((e.hecho.id, Rechazo.YA_EXISTE) for e in again)


# --- what is done without authority ---


def test_what_was_done_without_authority_is_kept_named_and_changes_nothing() -> None:
    authority = Autoridad.de([*basic(), *person("ana", "capturista"), *person("vera", "verificador")])
    p = Pen()
    p.scanned()
    base = reading(p.two_equal())  # ana and beto, who is nobody
    p(Tipo.VERIFICADA, "vera", base=base)
    written = [Escrito(h, INSTITUTO if i < 3 else "ccv", 10 + i) for i, h in enumerate(p.facts)]
    acta = estado(written, authority)
    assert [r for _, r in acta.anomalias] == [Rechazo.PERSONA_DESCONOCIDA, Rechazo.ESTADO_CAPTURA]
    assert acta.captura is Captura.PRIMERA and acta.publicada is None
    known = Autoridad.de(
        [*basic(), *(e for n in ("ana", "beto") for e in person(n, "capturista")), *person("vera", "verificador")]
    )
    assert estado(written, known).captura is Captura.VERIFICADA  # once the enrolment arrives, it counts


def test_one_fact_that_two_nodes_vouch_for_counts_if_either_may() -> None:
    authority = Autoridad.de([*basic(), *person("ana", "capturista")])
    p = Pen()
    p.scanned()
    capture = p(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
    written = [Escrito(h, INSTITUTO) for h in p.facts[:3]]
    stranger, known = Escrito(capture, "intruso", 3), Escrito(capture, "ccv", 9)
    assert estado([*written, stranger], authority).captura is Captura.POR_CAPTURAR
    assert estado([*written, stranger, known], authority).captura is Captura.PRIMERA
    assert authority.rechazar_todos([]) is Rechazo.NODO_DESCONOCIDO


def test_what_was_published_stands_when_its_authors_lose_their_authority() -> None:
    people = [e for n in ("ana", "beto", "caro", "dani") for e in person(n, "capturista")]
    people += [*person("vera", "verificador"), *person("elsa", "verificador"), *person("super", "supervisor")]
    gone = Escrito(fact("persona:beto", "baja", desde={"*": 1}, motivo="Era de un partido."), INSTITUTO)
    before, after = Autoridad.de([*basic(), *people]), Autoridad.de([*basic(), *people, gone])

    def fold(p: Pen, authority: Autoridad) -> Any:
        desks = {Tipo.CAPTURADA, Tipo.VERIFICADA, Tipo.REABIERTA, Tipo.REAPERTURA_PEDIDA}
        return estado(
            [Escrito(h, "ccv" if h.tipo in desks else INSTITUTO, 10 + i) for i, h in enumerate(p.facts)], authority
        )

    p = Pen()
    p.scanned()
    p.verified()
    assert fold(p, before).publicada is not None
    assert fold(p, after).publicada is None  # nobody had published it
    p.published()
    acta = fold(p, after)
    assert acta.publicada is not None and acta.publicada.asentado == Asentado.leer(ONE)
    assert acta.por_revisar and acta.captura is Captura.VERIFICADA and acta.vigente.corte == 1
    p.reopened(("elsa", "super"))
    p.verified(values=TWO, who=("caro", "dani", "elsa"))
    acta = fold(p, after)
    assert acta.publicada.asentado == Asentado.leer(TWO) and not acta.por_revisar
    assert fold(p, before).publicada.asentado == Asentado.leer(TWO)


@pytest.mark.parametrize("terminals", [False, True])
def test_no_node_settles_an_acta_with_what_it_says_that_it_emitted(terminals: bool) -> None:
    """It types and verifies by people who do not exist, and puts it on record as a partial emission of its own."""
    rules = Escrito(fact("proceso:x", "reglas", terminales_firman=terminals), INSTITUTO)
    authority = Autoridad.de([*basic(), *person("sede", "sede"), rules])
    good = Pen()
    good.scanned()
    rogue = good.branch()
    typed = rogue(Tipo.CAPTURADA, "nadie", imagen=SCAN, valores=TWO)
    made_up = rogue(Tipo.VERIFICADA, "nadie", base=reading(typed))
    rogue(Tipo.PUBLICADA, "sede", corte=1, base=reading(typed), hecho=made_up.id, nodo="catd")
    forged = [Escrito(h, "catd", 10 + i) for i, h in enumerate(rogue.facts[3:])]
    acta = estado([*(Escrito(h, INSTITUTO) for h in good.facts), *forged], authority)
    assert (acta.publicada, acta.captura, base_publicada(acta)) == (None, Captura.POR_CAPTURAR, None)
    good.verified()
    acta = estado([*(Escrito(h, INSTITUTO) for h in good.facts), *forged], authority)
    assert acta.publicada is not None and acta.publicada.asentado == Asentado.leer(ONE)
    assert acta.en_conflicto == [] and not acta.por_revisar


def some_authority(rng: random.Random) -> list[Escrito]:
    """Any facts of authority, by anybody."""
    facts = basic()
    for i in range(rng.randrange(12)):
        by, who = rng.choice(["ccv", "catd", INSTITUTO, "x"]), rng.choice(["jefa", "coord", "p1", INSTITUTO])
        what = rng.choice([f"persona:{by}.e", "persona:p1", "persona:p2", "nodo:n1", "dispositivo:d1", "proceso:x"])
        content, tipo = {
            "persona": lambda: rng.choice(
                [
                    ({"rol": rng.choice(list(Rol)).value, "lugar": "CCV", "emergencia": rng.random() < 0.5}, "alta"),
                    ({"desde": {rng.choice(["ccv", "*"]): rng.randrange(1, 30)}, "motivo": "x"}, "baja"),
                    ({"otra": rng.choice(["p1", "p2", "p3"])}, "misma_persona"),
                ]
            ),
            "nodo": lambda: rng.choice(
                [
                    ({"llave": KEY, "clase": "catd", "nombre": "n"}, "alta"),
                    ({"alcance": rng.choice([["*"], []]), "desde": rng.choice([1, 3]), "motivo": "x"}, "alcance"),
                    ({"desde": 3, "motivo": "x"}, "baja"),
                ]
            ),
            "dispositivo": lambda: ({"llave": KEY, "clase": "telefono"}, "alta"),
            "proceso": lambda: ({rng.choice(["lugares_distintos", "alcance_estricto"]): rng.random() < 0.5}, "reglas"),
        }[what.partition(":")[0]]()
        facts.append(Escrito(fact(what, tipo, who, **content), by, i + 1))
    return facts


@given(st.integers(0, 10**6))
def test_what_changes_of_authority_is_told_of_whoever_it_touches(seed: int) -> None:
    """Any fact of anybody is judged alike before and after, unless what changed names its node, person or device."""
    rng = random.Random(seed)
    facts = some_authority(rng)
    some = rng.sample(facts, rng.randrange(len(facts) + 1))
    before, after = Autoridad.de(some), Autoridad.de(facts)
    changed = before.cambios(after)
    assert after.cambios(before) == changed and after.cambios(after) == Cambios(False, set(), set(), set())
    for who in ("jefa", "coord", "p1", "p2", "p3", "catd.e", "ccv.e"):
        for by, device in (("ccv", ""), ("catd", "d1"), ("n1", ""), ("x", "d1")):
            if changed.reglas or {by} & changed.nodos or {who} & changed.personas or {device} & changed.dispositivos:
                continue
            assert before.identidad(who) == after.identidad(who)
            for tipo in (Tipo.CAPTURADA, Tipo.VERIFICADA, Tipo.FOTOGRAFIADA, Tipo.SIN_ACTA_CONFIRMADA):
                e = did(tipo, who, by=by, seq=rng.randrange(1, 30), dispositivo=device)
                assert before.rechazar(e) is after.rechazar(e)


@given(st.integers(0, 10**6))
def test_authority_is_a_function_of_a_set(seed: int) -> None:
    """In any order the same authority, all of it rooted in the institute."""
    rng = random.Random(seed)
    facts = some_authority(rng)
    whole = Autoridad.de(facts)
    rng.shuffle(facts)
    again = Autoridad.de(facts)
    assert (again.nodos, again.personas.keys(), again.ignorados) == (
        whole.nodos,
        whole.personas.keys(),
        whole.ignorados,
    )
    assert again.reglas == whole.reglas
    for name in ("p1", "p2", "ccv.e", "catd.e"):
        assert again.roles_de(name) == whole.roles_de(name) and again.identidad(name) == whole.identidad(name)
    assert set(whole.nodos) <= {"ccv", "catd", "sede", "n1"} and whole.reglas in (
        Reglas(),
        Reglas(lugares_distintos=True),
        Reglas(alcance_estricto=True),
    )

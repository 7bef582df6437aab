"""Nodes that were apart come together while people, accounts, places and rules gain and lose authority, and some node
makes things up: what the sede published stands, and nothing that counts for nothing settles an acta."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pen import ONE, SCAN, START, THREE, TWO, Pen, sha
from test_merging import PEOPLE, some_step

from prep.dominio.acta.acta import Acta
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.pliegue import Pliegue, base_publicada, estado
from prep.dominio.acta.transiciones import Captura, Situacion
from prep.dominio.comun.autoridad import INSTITUTO, Autoridad
from prep.dominio.comun.facultades import Rol
from prep.dominio.comun.hecho import Escrito, Hecho, nuevo_hecho
from prep.dominio.comun.historia import ordenar

DESKS = (
    *(Rol.CAPTURISTA, Rol.VERIFICADOR, Rol.SUPERVISOR, Rol.COORDINADOR, Rol.DIGITALIZADOR),
    Rol.ACOPIADOR,
    Rol.LECTOR,
)
NOBODY = "nadie"


def by_the_institute(subject: str, tipo: str, **content: Any) -> Escrito:
    return Escrito(nuevo_hecho(tipo, subject, INSTITUTO, START, content), INSTITUTO)


ENROLLED = (
    *(
        by_the_institute(f"nodo:n{i}", "alta", llave=sha(str(i)), clase="ccv" if i else "sede", nombre=f"n{i}")
        for i in range(4)
    ),
    *(
        by_the_institute(f"persona:{who}", "alta", rol=rol.value, lugar="L")
        for who in (*PEOPLE, "acopio", "digital")
        for rol in DESKS
    ),
    by_the_institute("persona:sede", "alta", rol="sede", lugar="L"),
)


CHANGES = {
    e.hecho.id: e
    for e in (
        *(
            by_the_institute(f"persona:{who}", "baja", desde=since, motivo="x")
            for who in PEOPLE
            for since in ({"*": 1}, {"n0": 8}, {"n1": 1008})
        ),
        *(by_the_institute(f"persona:{a}", "misma_persona", otra=b) for a, b in combinations(PEOPLE, 2)),
        *(by_the_institute(f"nodo:n{i}", "baja", desde=1000 * i + 5, motivo="x") for i in (1, 2, 3)),
        *(by_the_institute(f"persona:{NOBODY}", "alta", rol=rol.value, lugar="L") for rol in DESKS),
        *(
            by_the_institute(f"nodo:n{i}", "alcance", alcance=reach, desde=1000 * i + since, motivo="x")
            for i in (1, 2)
            for since, reach in ((4, []), (9, ["*"]))
        ),
        by_the_institute("proceso:x", "reglas", lugares_distintos=True),
        by_the_institute("proceso:x", "reglas", alcance_estricto=True),
    )
}
"""Somebody is revoked, everywhere or from some place of a chain; two accounts turn out to be one human's; a node was
stolen, or attends other casillas from there on; somebody is enrolled late; the rules change."""


@lru_cache(maxsize=64)
def who_may(changes: frozenset[str]) -> Autoridad:
    return Autoridad.de([*ENROLLED, *(CHANGES[c] for c in changes)])


class Node(Pen):
    """A pen of one installation: who may act is what it has heard. `said`: everybody's facts, as each was written."""

    def __init__(self, name: str, said: dict[str, Escrito]):
        super().__init__(at=1000 * int(name[1:]))
        self.name, self.said, self.heard = name, said, frozenset[str]()

    def __call__(self, tipo: str, person: str = "ana", /, **content: Any) -> Hecho:
        fact = super().__call__(tipo, person, **content)
        self.said[fact.id] = Escrito(fact, self.name, self.at)
        return fact

    @property
    def state(self) -> Acta:
        return estado([self.said[h.id] for h in self.facts], who_may(self.heard))

    def hear(self, other: Node) -> None:
        self.facts = list({h.id: h for h in (*self.facts, *other.facts)}.values())
        self.heard |= other.heard


@dataclass
class Night:
    """`changes`: of authority; of some, nobody heard in time. `carried`: what the sede put on record, in order."""

    nodes: list[Node]
    changes: frozenset[str]
    carried: list[Hecho] = field(default_factory=list)

    @property
    def said(self) -> list[Escrito]:
        return list(self.nodes[0].said.values())


def night(rng: random.Random, steps: int, size: int) -> Night:
    said: dict[str, Escrito] = {}
    nodes = [Node(f"n{i}", said) for i in range(size)]
    sede = nodes[0]
    sede.scanned()
    for n in nodes:
        n.hear(sede)
    changes, carried = frozenset[str](), list[Hecho]()
    for _ in range(steps):
        n = rng.choice(nodes)
        if rng.random() < 0.4:
            n.hear(rng.choice(nodes))
        if rng.random() < 0.15:
            n.heard |= {rng.choice(list(CHANGES))}
            changes |= n.heard
        some_walk(rng, n)
        if rng.random() < 0.4 and (base := base_publicada(sede.state)):
            carried.append(sede(Tipo.PUBLICADA, "sede", corte=len(carried) + 1, base=base[0], hecho=base[1]))
        if n is not sede and rng.random() < 0.2 and (what := [h for h in n.facts if h.tipo == Tipo.VERIFICADA]):
            any_of = rng.choice(what)  # whether it counts or not
            n(Tipo.PUBLICADA, "sede", corte=1, base=any_of.contenido["base"], hecho=any_of.id, nodo=n.name)
    return Night(nodes, changes | {*rng.sample(list(CHANGES), 2)}, carried)


def some_walk(rng: random.Random, n: Node) -> None:
    """A step, or some that go together."""
    acta, who = n.state, rng.sample([*PEOPLE, NOBODY], 3)
    if rng.random() < 0.3:
        hour = START - timedelta(minutes=rng.randrange(60))
        n(Tipo.ACOPIO_CORREGIDO, who[0], hora=hour.isoformat(), motivo="Otra hora.")
        n(Tipo.COTEJADA, who[1], resultado=rng.choice("123"))
    if rng.random() < 0.3:
        some_step(rng, n, who[0])
    elif acta.captura is Captura.VERIFICADA:
        n.reopened((who[0], who[1]))
    else:
        image = acta.imagen.sha256 if acta.imagen else SCAN
        n.verified(image, rng.choice([ONE, TWO, THREE]), (who[0], who[1], who[2]))


def published_twice() -> tuple[Node, Hecho]:
    """One reading, opened again by two, and another one; the last verification."""
    n = Node("n1", {})
    n.scanned()
    n.verified(who=("ana", "beto", "caro"))
    n.published(1)
    n.reopened(("caro", "dani"))
    last = n.verified(values=TWO, who=("dani", "elsa", "fina"))
    n.published(2)
    for h in (h for h in n.facts if h.tipo == Tipo.PUBLICADA):
        n.said[h.id] = Escrito(h, "n0", n.said[h.id].secuencia)
    return n, last


@pytest.mark.parametrize("change", CHANGES.values(), ids=lambda e: f"{e.hecho.clave}-{e.hecho.tipo}")
def test_a_correction_that_was_published_stands_whoever_behind_it_loses_authority(change: Escrito) -> None:
    n, last = published_twice()
    n.heard = frozenset({change.hecho.id})
    acta = n.state
    assert acta.publicada is not None and acta.publicada.hecho == last.id and acta.en_conflicto == []
    assert acta.vigente is not None and acta.vigente.corte == 2 and acta.captura is Captura.VERIFICADA
    assert acta.por_revisar == (last.id in dict(acta.anomalias)) and acta.disidencias == []


def test_what_was_published_is_not_replaced_where_nobody_opened_it() -> None:
    """The sede publishes what fina verified. Beside, whoever knows that she was revoked, and of no record, returns it
    and verifies another thing: until somebody who knows of both opens the acta again, the published one stands."""
    sede = Node("n0", {})
    other = Node("n1", sede.said)
    sede.scanned()
    first = sede.verified(who=("ana", "beto", "fina"))
    other.hear(sede)
    sede.published(1)
    other.heard = frozenset(i for i, e in CHANGES.items() if (e.hecho.clave, e.hecho.tipo) == ("fina", "baja"))
    other(Tipo.DEVUELTA, "elsa", base=first.contenido["base"], motivo="No.")
    other.verified(values=TWO, who=("caro", "dani", "elsa"))
    assert other.state.publicada is not None and other.state.publicada.asentado == Asentado.leer(TWO)
    other.hear(sede)
    acta = other.state
    assert acta.publicada is not None and acta.publicada.hecho == first.id and acta.por_revisar
    assert [p.asentado for p in acta.en_conflicto] == [Asentado.leer(TWO)]
    other.reopened(("ana", "beto"))
    other.verified(values=THREE, who=("caro", "dani", "elsa"))
    acta = other.state
    assert acta.publicada is not None and acta.publicada.asentado == Asentado.leer(THREE)
    assert acta.en_conflicto == [] and not acta.por_revisar and acta.vigente is not None and acta.vigente.hereda


def test_the_heir_of_what_turns_out_to_have_been_published_goes_before_a_stranger() -> None:
    """In whichever order the record and the heir are put together."""
    for n in range(1, 9):
        p = Pen()
        p.scanned()
        stranger = p.branch(500)
        stranger.verified(values=THREE, who=("gil", "hugo", "ines"))
        p.verified()
        sede = p.branch(n)
        sede.published()
        p.reopened()
        p.verified(values=TWO, who=("caro", "dani", "elsa"))
        acta = p.join(sede, stranger).state
        assert acta.publicada is not None and acta.publicada.asentado == Asentado.leer(TWO)


NIGHTS = st.tuples(st.randoms(use_true_random=False), st.integers(6, 24), st.integers(1, 4))


@given(NIGHTS)
def test_no_merge_nor_change_of_authority_takes_back_what_the_sede_published(
    what: tuple[random.Random, int, int],
) -> None:
    """What its last corte carried stands, `por_revisar` when it would not by itself; or else a reading does that was
    verified knowing it, and knowing that somebody entitled who knew it opened the acta again."""
    told = night(*what)
    of_readings = [h for h in told.carried if told.nodes[0].said[h.contenido["hecho"]].hecho.tipo == Tipo.VERIFICADA]
    if not of_readings:
        return
    after, last = estado(told.said, who_may(told.changes)), of_readings[-1].contenido
    refused, history = dict(after.anomalias), ordenar(told.said)
    assert after.situacion is Situacion.PUBLICADA and after.publicada is not None
    if after.publicada.hecho == last["hecho"]:
        assert after.publicada.base == last["base"] and after.vigente is not None and after.vigente.corte is not None
        assert after.por_revisar or last["hecho"] not in refused
        return
    old, new = history.lugares[last["hecho"]], history.lugares[after.publicada.hecho]
    opened = [i for i, h in enumerate(history.hechos) if h.tipo == Tipo.REABIERTA and h.id not in refused]
    assert history.sabe[new] >> old & 1
    assert any(history.sabe[new] >> i & 1 and history.sabe[i] >> old & 1 for i in opened)


@given(NIGHTS)
def test_what_a_reading_says_is_what_whoever_verified_it_knew(what: tuple[random.Random, int, int]) -> None:
    """Picture, hours and all: the same in each node as with all that the others did."""
    told = night(*what)
    may = who_may(told.changes)
    whole = {v.publicada.hecho: v.publicada for v in estado(told.said, may).verificadas}
    for n in told.nodes:
        for v in estado([n.said[h.id] for h in n.facts], may).verificadas:
            assert whole.get(v.publicada.hecho, v.publicada) == v.publicada


@given(NIGHTS)
def test_what_stands_is_collated_by_whoever_knew_it(what: tuple[random.Random, int, int]) -> None:
    told = night(*what)
    fold = Pliegue(told.said, who_may(told.changes))
    acta, history = fold.acta, fold.historia
    refused, standing = dict(acta.anomalias), acta.vigente
    said = {i: h for i, h in enumerate(history.hechos) if h.tipo == Tipo.COTEJADA and h.id not in refused}
    who_says = [i for i, h in said.items() if h.contenido["resultado"] == str(acta.cotejo)]
    assert acta.cotejo is None or who_says
    if acta.cotejo in (1, 2):
        assert standing is not None
        same = [v.bit for v in acta.verificadas if v.publicada.base == standing.publicada.base]  # verified apart
        assert any(history.sabe[i] >> bit & 1 for i in who_says for bit in same)


@given(NIGHTS, st.randoms(use_true_random=False))
def test_what_counts_for_nothing_settles_nothing_whatever_the_order(
    what: tuple[random.Random, int, int], rng: random.Random
) -> None:
    told = night(*what)
    may, said = who_may(told.changes), told.said
    acta = estado(said, may)
    refused = [i for i, _ in acta.anomalias]
    assert len(set(refused)) == len(refused)
    for v in acta.verificadas:
        assert v.corte is not None or v.publicada.hecho not in refused
    for image in {c.imagen for c in acta.capturas}:
        people = [c.persona for c in acta.capturas_de(image)]
        assert len(set(people)) == len(people) and people == [may.identidad(p) for p in people]
    rng.shuffle(said)
    assert estado([*said, *rng.choices(said, k=3)], may) == acta

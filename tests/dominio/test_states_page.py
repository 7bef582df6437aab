"""docs/estados.md against the code, and the fold against docs/estados.md."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pen import ACTA, ONE, OTHER, PHOTO, SCAN, SHEET, THREE, TWO, Pen, reading

from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import DE_ACTA, DE_HOJA, Tipo, huella_lectura
from prep.dominio.acta.transiciones import CAPTURA, CUSTODIA, DE_CAPTURA, SIN_PASO, Captura, Custodia, Situacion
from prep.dominio.comun.hecho import Hecho, escribir_hecho, leer_hecho
from prep.dominio.comun.rechazos import Rechazo

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "estados.md").read_text(encoding="utf-8")
_ARROW = re.compile(r"(\S+) --> (\S+): (\w+)(?: \((\w+)\))?")
_OF_OTHERS = {
    *("SUPERADO", "ESPERA", "NO_INTERPRETADO", "NODO_DESCONOCIDO", "PERSONA_DESCONOCIDA", "SIN_FACULTAD"),
    *("FUERA_DE_ALCANCE", "DISPOSITIVO", "MISMO_LUGAR", "YA_EXISTE"),
}
"""Refusals that no state of one acta, alone, gives: who wrote it, where, and what it missed."""


def arrows(title: str) -> tuple[str, dict[tuple[str, str, str], str]]:
    """Initial state and every (state, fact, case) -> state of the diagram under a heading."""
    first, *lines = PAGE.split(f"## {title}:")[1].split("stateDiagram-v2\n")[1].split("```")[0].strip().splitlines()
    found: dict[tuple[str, str, str], str] = {}
    for line in map(str.strip, lines):
        parts = _ARROW.fullmatch(line)
        assert parts, line
        here, there, tipo, case = parts.groups(default="")
        assert (here, tipo, case) not in found, line
        found[here, tipo, case] = there
    return first.strip().removeprefix("[*] --> "), found


def table(title: str) -> list[list[str]]:
    """Rows of the table under a heading, without its header."""
    lines = [x for x in PAGE.split(f"## {title}")[1].split("\n## ")[0].splitlines() if x.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def refusals_of(cell: str) -> set[str]:
    return set(re.findall(r"[A-Z_]{4,}", cell))


def test_the_diagram_of_custody_is_the_table() -> None:
    first, drawn = arrows("CUSTODIA")
    assert first == Acta().custodia == "esperada"
    assert drawn == {(here.value, tipo.value, ""): there.value for (here, tipo), there in CUSTODIA.items()}
    assert {e for (here, _, _), there in drawn.items() for e in (here, there)} == {c.value for c in Custodia}


def test_the_diagram_of_capture_is_the_table() -> None:
    first, drawn = arrows("CAPTURA")
    assert first == Acta().captura == "por_capturar"
    assert drawn == {(h.value, tipo.value, case): t.value for (h, tipo, case), t in CAPTURA.items()}
    assert {e for (here, _, _), there in drawn.items() for e in (here, there)} == {c.value for c in Captura}


def test_each_type_moves_one_machine_at_most() -> None:
    of_custody = {tipo for _, tipo in CUSTODIA}
    assert not of_custody & DE_CAPTURA and not SIN_PASO & (of_custody | DE_CAPTURA)
    assert of_custody | DE_CAPTURA | SIN_PASO == set(Tipo) == set(DE_ACTA) | set(DE_HOJA)


def test_each_refusal_with_its_text() -> None:
    rows = table("Refusals")
    assert [(code, text) for code, text, _ in rows] == [(r.name, r.value) for r in Rechazo]
    assert all(when for _, _, when in rows)


def test_each_fact_has_somebody_who_does_it_and_each_situation_is_named() -> None:
    rows = table("Who does what")
    assert {row[0] for row in rows} == {t.value for t in Tipo} and len(rows) == len(Tipo)
    assert all(who and never for _, who, never, _ in rows)
    assert set(re.findall(r"`(\w+)`", PAGE.split("## SITUACIÓN")[1].split("\n## ")[0])) == {s.value for s in Situacion}


# --- random facts ---

PEOPLE = ("ana", "beto", "caro", "dani", "elsa")
IMAGES = (PHOTO, SCAN, OTHER)


def random_content(rng: random.Random, tipo: Tipo, acta: Acta) -> dict[str, Any]:
    """A well-formed content, likely to fit the state but free not to."""
    image = acta.imagen.sha256 if acta.imagen and rng.random() < 0.8 else rng.choice(IMAGES)
    base = acta.acordado.lectura if acta.acordado and rng.random() < 0.85 else "0" * 64
    values, reason = rng.choice([ONE, ONE, TWO, THREE]), rng.choice(["No se distingue.", "No se distingue.", " "])
    asked = [p[i] for p, i in ((acta.en_duda, 1), (acta.reapertura, 0), (acta.sin_acta_dicha, 0)) if p]
    request = {"peticion": rng.choice(asked) if asked and rng.random() < 0.75 else "0" * 64}
    hour = {"hora": "2027-06-06T19:00:00-06:00"}
    which = {"acta": rng.choice([ACTA, ACTA, "140024C02001"])}
    return {
        Tipo.ACOPIADA: hour,
        Tipo.ACOPIO_CORREGIDO: {**hour, "motivo": reason},
        Tipo.FOTOGRAFIADA: {"imagen": image, **hour},
        Tipo.DIGITALIZADA: {"imagen": rng.choice(IMAGES)},
        Tipo.DUPLICADA: {"imagen": rng.choice(IMAGES)},
        Tipo.IDENTIFICADA: {
            "imagen": rng.choice(IMAGES),
            "por": rng.choice(["qr", "persona", "persona", "pto"]),
            **(which if rng.random() < 0.6 else {}),
        },
        Tipo.OTRA_IMAGEN_PEDIDA: {"imagen": image, "motivo": reason},
        Tipo.OTRA_IMAGEN_CONFIRMADA: request,
        Tipo.OTRA_IMAGEN_NEGADA: request,
        Tipo.SIN_ACTA: {"motivo": rng.choice("1234")},
        Tipo.SIN_ACTA_CONFIRMADA: request,
        Tipo.FUERA_DE_CATALOGO: {"eleccion": "GUB"},
        Tipo.RESUELTA: which,
        Tipo.CAPTURADA: {"imagen": image, "valores": values},
        Tipo.DICTAMINADA: {"imagen": image, "valores": values},
        Tipo.DECIDIDA: {"imagen": image, "valores": values, "motivo": reason},
        Tipo.REVISADA: {"base": base, "opinion": "devuelve"},
        Tipo.VERIFICADA: {"base": base},
        Tipo.DEVUELTA: {"base": base, "motivo": reason},
        Tipo.REAPERTURA_PEDIDA: {"motivo": reason},
        Tipo.REABIERTA: request,
        Tipo.COTEJADA: {"resultado": rng.choice("123")},
        Tipo.PUBLICADA: {"corte": 1, "base": base, "hecho": "0" * 64},
        Tipo.ANEXADA: {"imagen": image, "documento": "Hoja de incidentes", **hour},
        Tipo.INCIDENTE: {"texto": "Se fue la luz."},
    }[tipo]


def of_class(key: str) -> list[Tipo]:
    return [Tipo(t) for t in (DE_HOJA if key == SHEET else DE_ACTA)]


def _start(pen: Pen, seed: int, key: str) -> None:
    """Some of the way, so that the rest of it is walked too."""
    if key == SHEET:
        pen(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
    elif seed % 8 == 1:
        pen(Tipo.SIN_ACTA, "acopio", motivo="3")
    elif seed % 8 == 5:
        pen(Tipo.DIGITALIZADA, "digital", imagen=OTHER)
        pen(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
        pen.thrown_away(OTHER)
        pen(Tipo.IDENTIFICADA, "digital", imagen=SCAN, por="qr")
    elif seed % 8 in (2, 3, 6):
        pen.scanned()
        pen(Tipo.CAPTURADA, "ana", imagen=SCAN, valores=ONE)
        second = pen(Tipo.CAPTURADA, "beto", imagen=SCAN, valores=ONE if seed % 4 == 2 else TWO)
        if seed % 8 == 2:
            pen(Tipo.VERIFICADA, "vera", base=reading(second))


def walk(seed: int, key: str, steps: int = 22) -> tuple[set[tuple[str, str]], set[str]]:
    """Facts of one subject, legal or not: every (type, refusal) that was seen, and every state it went through."""
    rng = random.Random(seed)
    pen, seen, through = Pen(key), set(), set()
    _start(pen, seed, key)
    acta = pen.state
    for _ in range(steps):
        through |= {acta.custodia.value, acta.captura.value}
        possible = [t for s, t in CUSTODIA if s is acta.custodia]
        possible += [t for s, t, _ in CAPTURA if s is acta.captura] * 2
        tipo = rng.choice(possible) if rng.random() < 0.8 else rng.choice(list(Tipo))
        fact = pen(tipo, rng.choice(PEOPLE), **random_content(rng, tipo, acta))
        if tipo in of_class(key):
            assert leer_hecho(escribir_hecho(fact)) == fact
            acta = pen.state
            if refusal := dict(acta.anomalias).get(fact.id):
                seen.add((tipo.value, refusal.name))
        else:
            pen.facts.pop()
            if key == SHEET and pen.could(tipo, **fact.contenido) is Rechazo.HOJA:
                seen.add((tipo.value, "HOJA"))
    return seen, through


def test_the_refusals_of_the_table_are_those_there_are() -> None:
    """And the walks that show it do go everywhere: one that went nowhere would prove nothing."""
    seen: dict[str, set[str]] = defaultdict(set)
    through: set[str] = set()
    for seed in range(320):
        refused, states = walk(seed, SHEET if seed % 4 == 0 else ACTA)
        through |= states
        for tipo, refusal in refused:
            seen[tipo].add(refusal)
    assert through == {s.value for s in (*Custodia, *Captura)}
    written = {row[0]: refusals_of(row[3]) for row in table("Who does what")}
    assert {t: seen[t] - {"SUPERADO", "NO_INTERPRETADO"} for t in written} == written
    assert set().union(*written.values()) == {r.name for r in Rechazo} - _OF_OTHERS


# --- the page as the model ---

_, CUSTODY = arrows("CUSTODIA")
_, CAPTURE = arrows("CAPTURA")


class Model:
    """What docs/estados.md says, written again without looking at the fold."""

    def __init__(self) -> None:
        self.custody, self.capture, self.round = "esperada", "por_capturar", 1
        self.images: list[str] = []
        self.gone: set[str] = set()
        self.known: list[str] = []  # to be of this acta: the first is read
        self.typed: list[tuple[str, dict[str, Any], str]] = []  # person, values, kind
        self.agreed: str | None = None
        self.values: dict[str, Any] = {}
        self.asked: dict[str, tuple[str, str]] = {}  # what -> request, person
        self.doubt = ""
        self.stamp = False
        self.published: tuple[str, dict[str, Any]] | None = None
        self.collation: int | None = None

    @property
    def current(self) -> str | None:
        return self.known[0] if self.known else None

    def step(self, h: Hecho) -> str | None:
        """The refusal's name, or `None` after moving on."""
        tipo, c = h.tipo, h.contenido
        if tipo in ("incidente", "anexada"):
            return None
        if tipo == "publicada":
            return "OTRA_BASE"
        if c.get("acta", ACTA) != ACTA:
            return "EN_CATALOGO"
        if any(t == tipo for _, t, _ in CAPTURE):
            return self._capture(h, tipo, c)
        return self._custody(h, tipo, c)

    def _custody(self, h: Hecho, tipo: str, c: Any) -> str | None:
        if (self.custody, tipo, "") not in CUSTODY:
            return "ESTADO_CUSTODIA"
        image = c.get("imagen")
        if image in self.gone:
            return "IMAGEN_DESECHADA"
        if not c.get("motivo", "x").strip():
            return "SIN_MOTIVO"
        if tipo == "sin_acta" and (self.images or self.published):
            return "ESTADO_CUSTODIA"
        if tipo == "sin_acta_confirmada":
            if refused := self._confirm("sin_acta", h):
                return refused
        elif (tipo == "acopio_corregido" and not self.stamp) or (tipo == "identificada" and image in self.known):
            return "ESTADO_CUSTODIA"
        elif tipo in ("identificada", "duplicada") and (image not in self.images or image in self.known):
            return "OTRA_IMAGEN"
        elif tipo == "otra_imagen_pedida":
            if self.capture == "verificada":
                return "ESTADO_CAPTURA"
            if self.doubt:
                return "IMAGEN_EN_DUDA"
            if image not in self.images or (self.current and image != self.current):
                return "OTRA_IMAGEN"
            self.doubt, self.asked["imagen"] = str(image), (h.id, h.persona)
        elif tipo in ("otra_imagen_confirmada", "otra_imagen_negada"):
            if refused := self._confirm("imagen", h):
                return refused
            image, self.doubt = self.doubt, ""
        if not (tipo == "otra_imagen_confirmada" and {*self.known} - {image}):  # another one is read
            self.custody = CUSTODY[self.custody, tipo, ""]
        if self.custody not in ("sin_acta", "sin_acta_dicha"):
            self.asked.pop("sin_acta", None)
        if tipo == "sin_acta":
            self.asked["sin_acta"] = (h.id, h.persona)
        elif tipo == "acopiada":
            self.stamp = True
        elif tipo in ("fotografiada", "digitalizada") and image not in self.images:
            self.images.append(str(image))
        elif tipo == "identificada":
            self.known.append(str(image))
        elif tipo == "duplicada":
            self.images.remove(str(image))
        elif tipo == "otra_imagen_confirmada":
            self.images = [i for i in self.images if i != image]  # it may have been put aside as a duplicate meanwhile
            self.gone.add(str(image))
            self.known, self.capture = [i for i in self.known if i != image], "por_capturar"
            self._new_round()
        return None

    def _confirm(self, what: str, h: Hecho) -> str | None:
        if what not in self.asked or self.asked[what][0] != h.contenido["peticion"]:
            return "SIN_PETICION"
        if self.asked[what][1] == h.persona:
            return "MISMA_PERSONA"
        del self.asked[what]
        return None

    def _new_round(self) -> None:
        self.round += 1
        self.typed, self.agreed = [], None

    def _capture(self, h: Hecho, tipo: str, c: Any) -> str | None:
        if self.custody != "identificada":
            return "FALTA_IMAGEN"
        if self.doubt:
            return "IMAGEN_EN_DUDA"
        if (self.capture, tipo, case := self._case(tipo, c)) not in CAPTURE:
            return "ESTADO_CAPTURA"
        if c.get("imagen", self.current) != self.current:
            return "OTRA_IMAGEN"
        if "base" in c and c["base"] != self.agreed:
            return "OTRA_BASE"
        if not c.get("motivo", "x").strip() and tipo != "dictaminada":
            return "SIN_MOTIVO"
        if tipo == "reabierta":
            if refused := self._confirm("reapertura", h):
                return refused
        elif tipo == "reapertura_pedida":
            self.asked["reapertura"] = (h.id, h.persona)
        elif h.persona in [person for person, _, _ in self.typed]:
            return "MISMA_PERSONA"
        self.capture = CAPTURE[self.capture, tipo, case]
        if tipo in ("capturada", "dictaminada", "decidida"):
            self.typed.append((h.persona, c["valores"], tipo))
            self.values = c["valores"]
        if self.capture in ("coincide", "dictaminada"):
            assert self.current is not None
            self.agreed = huella_lectura(self.current, self.values)
        elif tipo == "revisada":
            self.agreed = None
        elif tipo == "verificada":
            self.published = (str(self.current), self.values)
            self.collation = 3 if self.collation == 3 else None
        elif tipo == "cotejada":
            self.collation = int(c["resultado"])
        elif tipo in ("devuelta", "reabierta"):
            self._new_round()
        return None

    def _case(self, tipo: str, c: Any) -> str:
        typed = [values for _, values, kind in self.typed if kind == "capturada"]
        if tipo == "capturada" and self.capture == "primera":
            return "igual" if c["valores"] == typed[0] else "distinta"
        if tipo != "dictaminada":
            return ""
        fits = [
            any(t["total_asentado"] == c["valores"]["total_asentado"] for t in typed),
            *(any(t["votos"][k] == v for t in typed) for k, v in c["valores"]["votos"].items()),
        ]
        return "resuelve" if all(fits) else "tercera"


def test_a_picture_in_doubt_that_is_put_aside_as_a_duplicate_is_still_answered_for() -> None:
    """The doubt came before another picture was known to be the acta's; who answers, throws away what is aside."""
    pen, model = Pen(), Model()

    def write(tipo: Tipo, person: str, **content: Any) -> str:
        fact = pen(tipo, person, **content)
        assert model.step(fact) is None and pen.refusal is None, tipo
        return fact.id

    write(Tipo.DIGITALIZADA, "digital", imagen=SCAN)
    asked = write(Tipo.OTRA_IMAGEN_PEDIDA, "ana", imagen=SCAN, motivo="Borrosa.")
    write(Tipo.DIGITALIZADA, "digital", imagen=OTHER)
    write(Tipo.IDENTIFICADA, "digital", imagen=OTHER, por="pto")
    write(Tipo.DUPLICADA, "digital", imagen=SCAN)
    assert pen.could(Tipo.CAPTURADA, "beto", imagen=OTHER, valores=ONE) is Rechazo.IMAGEN_EN_DUDA
    write(Tipo.OTRA_IMAGEN_CONFIRMADA, "super", peticion=asked)
    write(Tipo.CAPTURADA, "beto", imagen=OTHER, valores=ONE)
    acta = pen.state
    assert [i.sha256 for i in acta.imagenes] == model.images == [OTHER] and acta.desechadas == model.gone == {SCAN}
    assert (acta.custodia, acta.captura, acta.ronda) == (model.custody, model.capture, model.round)
    assert acta.en_duda is None and acta.ronda == 2


class ActaAgainstThePage(RuleBasedStateMachine):
    """Any fact, from anybody, at any moment: fold and page agree on whether it is admitted and what follows."""

    def __init__(self) -> None:
        super().__init__()
        self.pen, self.model, self.acta = Pen(), Model(), Acta()
        self.refused: list[tuple[str, str]] = []

    def _write(self, tipo: Tipo, rng: random.Random, person: str) -> None:
        content = random_content(rng, tipo, self.acta)
        told = self.pen.could(tipo, person, **content)
        fact = self.pen(tipo, person, **content)
        expected = self.model.step(fact)
        assert (told.name if told else None) == expected, fact
        if expected:
            self.refused.append((fact.id, expected))
        self.acta = self.pen.state

    @rule(tipo=st.sampled_from(of_class(ACTA)), rng=st.randoms(use_true_random=False), person=st.sampled_from(PEOPLE))
    def anything(self, tipo: Tipo, rng: random.Random, person: str) -> None:
        self._write(tipo, rng, person)

    @precondition(lambda self: self.model.custody != "identificada" or self.model.doubt)
    @rule(rng=st.randoms(use_true_random=False), person=st.sampled_from(PEOPLE))
    def custody_goes_on(self, rng: random.Random, person: str) -> None:
        possible = sorted({t for s, t, _ in CUSTODY if s == self.model.custody} & {t.value for t in of_class(ACTA)})
        self._write(Tipo(rng.choice(possible)), rng, person)

    @precondition(lambda self: self.model.custody == "identificada")
    @rule(rng=st.randoms(use_true_random=False), person=st.sampled_from(PEOPLE))
    def capture_goes_on(self, rng: random.Random, person: str) -> None:
        possible = sorted({t for s, t, _ in CAPTURE if s == self.model.capture})
        self._write(Tipo(rng.choice(possible)), rng, person)

    @invariant()
    def same_state(self) -> None:
        acta, model = self.acta, self.model
        assert (acta.custodia, acta.captura, acta.ronda) == (model.custody, model.capture, model.round)
        assert [i.sha256 for i in acta.imagenes] == model.images and acta.desechadas == model.gone
        assert (acta.imagen.sha256 if acta.imagen else None) == model.current
        if acta.captura is not Captura.VERIFICADA:
            assert (acta.acordado.lectura if acta.acordado else None) == model.agreed
        assert acta.participantes == {person for person, _, _ in model.typed}
        published = acta.publicada
        said = (published.imagen.sha256, published.asentado.escribir()) if published else None
        assert said == model.published and acta.cotejo == model.collation
        assert [(i, r.name) for i, r in acta.anomalias] == self.refused
        assert (acta.en_duda is not None) == bool(model.doubt)

    @invariant()
    def in_exactly_one_situation(self) -> None:
        assert self.acta.situacion in set(Situacion)
        assert (self.acta.situacion is Situacion.PUBLICADA) == (self.model.published is not None)


ActaAgainstThePage.TestCase.settings = settings(stateful_step_count=25, max_examples=settings.default.max_examples)
TestActaAgainstThePage = ActaAgainstThePage.TestCase

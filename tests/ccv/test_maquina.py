"""People at desks in any order, with leases that end and commands that come late or twice: the services over a real
database, against docs/estados.md and a model of who may be given what."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from centro import AHORA, Centro
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from prep.bitacora.actas import acta_de
from prep.bitacora.models import Hecho
from prep.bitacora.services import HechoRechazado
from prep.ccv import cola, services
from prep.ccv.cola import Quien
from prep.ccv.models import Turno
from prep.ccv.pasos import Paso
from prep.ccv.services import Ficha, FichaSuperada
from prep.dominio.comun.facultades import Rol

PAGINA = (Path(__file__).resolve().parents[2] / "docs" / "estados.md").read_text("utf-8")
DIBUJO = PAGINA.split("## CAPTURA:")[1].split("```mermaid")[1].split("```")[0]
FLECHAS = {(h, t, caso): a for h, a, t, caso in re.findall(r"(\w+) --> (\w+): (\w+)(?: \((\w+)\))?", DIBUJO)}
"""(state, fact, case) -> state, as the documented diagram of capture has it."""
ACTAS = 2
LEE = st.sampled_from([0, 0, 0, 1, 2, 3])
"""Most people read the same."""
UN_PASO = st.tuples(st.integers(0, ACTAS - 1), st.integers(0, 8), LEE, st.booleans())
DE_ROL = {
    Rol.CAPTURISTA: (4, (Paso.CAPTURA,)),
    Rol.VERIFICADOR: (3, (Paso.DIFERENCIAS, Paso.VERIFICACION)),
    Rol.SUPERVISOR: (2, (Paso.DIFERENCIAS, Paso.DECISION, Paso.REAPERTURA)),
}
ESPERAN = {
    Paso.CAPTURA: {"por_capturar", "primera", "devuelta"},
    Paso.DIFERENCIAS: {"discrepante"},
    Paso.DECISION: {"escalada"},
    Paso.VERIFICACION: {"coincide", "dictaminada"},
}
NUEVA_RONDA = {"devuelta", "reabierta"}


@dataclass
class Suya:
    """What the model knows of one acta. `ronda`: who typed or ruled in this round; `todos`: who ever had a hand in it;
    `leidas`: what was typed in this round. `pide`: who asked to open it again; `no`: who would not."""

    captura: str = "por_capturar"
    ronda: set[str] = field(default_factory=set)
    todos: set[str] = field(default_factory=set)
    leidas: list[dict[str, str]] = field(default_factory=list)
    pide: str = ""
    no: set[str] = field(default_factory=set)


class Mesas(RuleBasedStateMachine):
    """Each example is undone at its end."""

    centro: Centro
    gente: list[tuple[Quien, tuple[Paso, ...]]]
    claves: list[str]

    def __init__(self) -> None:
        super().__init__()
        self.sin_rastro = transaction.atomic()
        self.sin_rastro.__enter__()
        self.centro.reloj.poner(AHORA)
        self.suyas = {c: Suya() for c in self.claves}
        self.fichas: list[Ficha] = []
        self.usadas: set[str] = set()
        self.turnos: dict[tuple[str, Paso], tuple[str, datetime]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.sin_rastro.__exit__(None, None, None)

    @property
    def ahora(self) -> datetime:
        return self.centro.reloj.ahora()

    def variante(self, clave: str, cual: int) -> dict[str, str]:
        """One of four readings: alike but in one field, or in two."""
        campos = {c: str(v) for c, v in self.centro.valores(clave).items()}
        nulos, otro = list(campos)[-2:]
        return campos | [{}, {nulos: "7"}, {nulos: "8", otro: "9"}, {otro: "*"}][cual]

    def puede(self, paso: Paso, clave: str, persona: str) -> bool:
        """Whether that acta waits for that step, and may be given to that person."""
        suya = self.suyas[clave]
        if paso is Paso.REAPERTURA:
            return suya.captura == "verificada" and bool(suya.pide) and persona not in suya.no | {suya.pide}
        return suya.captura in ESPERAN[paso] and persona not in suya.todos

    @rule(quien=st.integers(0, 8), cual=st.integers(0, 2))
    def toma(self, quien: int, cual: int) -> None:
        alguien, pasos = self.gente[quien]
        self.pide_una(alguien, pasos[cual % len(pasos)])

    def pide_una(self, alguien: Quien, paso: Paso) -> None:
        tenia = [
            c
            for (c, p), (de, vence) in self.turnos.items()
            if de == alguien.persona and p is paso and vence > self.ahora
        ]
        libres = [
            c
            for c in self.claves
            if self.puede(paso, c, alguien.persona)
            and (c in tenia or self.turnos.get((c, paso), ("", self.ahora))[1] <= self.ahora)
        ]
        sigue = [c for c in tenia if c in libres]
        turno = cola.tomar(paso, alguien, self.ahora)
        self.turnos = {k: v for k, v in self.turnos.items() if v[0] != alguien.persona}
        assert (turno is None) == (not libres), (paso, libres)
        if turno is not None:
            assert turno.acta in (sigue or libres)
            self.turnos[turno.acta, paso] = alguien.persona, self.ahora + cola.VIGENCIA
            self.fichas.append(services.ficha_de(turno, acta_de(turno.acta)))

    @rule(
        pasos=st.lists(
            st.tuples(st.integers(0, ACTAS - 1), st.integers(0, 8), LEE, st.booleans()), min_size=1, max_size=8
        )
    )
    def la_noche_sigue(self, pasos: list[tuple[int, int, int, bool]]) -> None:
        """Somebody who may takes what an acta waits for, and does it: without this, few nights would get far."""
        for cual, n, lee, acepta in pasos:
            clave = self.claves[cual]
            pueden = [(q, p) for q, suyos in self.gente for p in suyos if self.puede(p, clave, q.persona)]
            antes = len(self.fichas)
            if pueden:
                self.pide_una(*pueden[n % len(pueden)])
            else:
                self.pide_reabrir(4 + n % 5, cual)
            if len(self.fichas) > antes:
                self.actua(0, lee, acepta)

    @rule(quien=st.integers(0, 8))
    def deja(self, quien: int) -> None:
        persona = self.gente[quien][0].persona
        cola.dejar(persona)
        self.turnos = {k: v for k, v in self.turnos.items() if v[0] != persona}

    @rule(minutos=st.sampled_from([1, 4, 11]))
    def pasa_el_tiempo(self, minutos: int) -> None:
        self.centro.reloj.avanzar(timedelta(minutes=minutos))

    @precondition(lambda self: self.fichas)
    @rule(atras=st.integers(0, 5), lee=LEE, acepta=st.booleans())
    def actua(self, atras: int, lee: int, acepta: bool) -> None:
        """What was given last, or long ago: sent for the first time, late or twice."""
        ficha = self.fichas[max(0, len(self.fichas) - 1 - atras)]
        dichos, paso = self.variante(ficha.acta, lee), Paso(ficha.paso)

        def hacer() -> None:
            match paso:
                case Paso.CAPTURA:
                    services.capturar(ficha, dichos, "CCV")
                case Paso.DIFERENCIAS:
                    services.dictaminar(ficha, dichos)
                case Paso.DECISION:
                    services.decidir(ficha, dichos, "Se ve claro.")
                case Paso.VERIFICACION if acepta:
                    services.verificar(ficha, "CCV")
                case Paso.VERIFICACION:
                    services.devolver(ficha, ficha.campos[-2:], "No es lo que dice.")
                case Paso.REAPERTURA if acepta:
                    services.conceder(ficha)
                case Paso.REAPERTURA:
                    services.rehusar(ficha, "No se ve por qué.")

        self.intentar(ficha, hacer, dichos)

    @rule(quien=st.integers(4, 8), cual=st.integers(0, ACTAS - 1))
    def pide_reabrir(self, quien: int, cual: int) -> None:
        clave, persona = self.claves[cual], self.gente[quien][0].persona
        publicada = acta_de(clave).publicada
        if publicada is None:
            return
        ficha = Ficha(cola.nueva_orden(), clave, "pedir", publicada.imagen.sha256, persona, publicada.hecho)
        self.intentar(ficha, lambda: services.pedir_reapertura(ficha, "Se leyó mal."), {})

    def intentar(self, ficha: Ficha, hacer: Any, dichos: dict[str, str]) -> None:
        """The act has one effect, that of the diagram, or none at all."""
        suya, antes = self.suyas[ficha.acta], self.hechos(ficha.acta)
        with suppress(HechoRechazado, FichaSuperada), transaction.atomic():
            hacer()
        nuevos = self.hechos(ficha.acta)[len(antes) :]
        assert len(nuevos) <= 1 and not (nuevos and ficha.orden in self.usadas)
        estado = acta_de(ficha.acta).captura.value
        if not nuevos:
            assert estado == suya.captura
            return
        self.usadas.add(ficha.orden)
        cola.dejar(ficha.persona, ficha.orden)
        self.turnos.pop((ficha.acta, ficha.paso), None)  # type: ignore[arg-type]
        self.sigue(suya, nuevos[0], ficha, dichos, estado)

    def sigue(self, suya: Suya, tipo: str, ficha: Ficha, dichos: dict[str, str], estado: str) -> None:
        if tipo == "incidente":
            suya.no.add(ficha.persona)
            assert estado == suya.captura
            return
        if tipo in ("capturada", "dictaminada", "decidida", "verificada", "devuelta"):
            assert ficha.persona not in suya.ronda, f"{tipo}: has a hand in this round already"
        leido = (suya.leidas[0] if suya.leidas else {}) | {c: v for c, v in dichos.items() if c in ficha.campos}
        caso = ""
        if tipo == "capturada" and suya.leidas:
            caso = "igual" if leido in suya.leidas else "distinta"
        if tipo == "dictaminada":
            suyo = all(v in {uno[c] for uno in suya.leidas} for c, v in leido.items())
            caso = "resuelve" if suyo else "tercera"
        assert FLECHAS[suya.captura, tipo, caso] == estado
        suya.captura = estado
        suya.todos |= {ficha.persona} if tipo not in ("reabierta",) else set()
        if tipo in NUEVA_RONDA:
            suya.ronda, suya.leidas, suya.pide, suya.no = set(), [], "", set()
        elif tipo == "reapertura_pedida":
            suya.pide, suya.no = ficha.persona, set()
        elif tipo in ("capturada", "dictaminada", "decidida"):
            suya.ronda.add(ficha.persona)
            suya.leidas.append(leido)

    def hechos(self, clave: str) -> list[str]:
        de = Hecho.objects.filter(sujeto=f"acta:{clave}").order_by("posicion")
        return list(de.values_list("tipo", flat=True))

    @invariant()
    def nobody_holds_what_another_one_holds(self) -> None:
        vivos = list(Turno.objects.filter(vence__gt=self.ahora).values_list("acta", "paso", "persona"))
        assert len({v[:2] for v in vivos}) == len({v[2] for v in vivos}) == len(vivos)


def correr(centro: Centro, cuantas: int) -> None:
    """So many nights. One that fails is told as it was found: to make it smaller would take minutes."""
    Mesas.centro, Mesas.claves = centro, centro.claves[:ACTAS]
    for clave in Mesas.claves:
        centro.llega(clave)
    Mesas.gente = [
        (Quien(centro.persona(rol).persona, "CCV"), pasos) for rol, (n, pasos) in DE_ROL.items() for _ in range(n)
    ]
    como = settings(settings.default, max_examples=cuantas, stateful_step_count=30, phases=[Phase.generate])
    run_state_machine_as_test(Mesas, settings=como)


def test_desks_do_what_the_page_of_states_says_in_any_order(centro: Centro) -> None:
    correr(centro, 15)


@pytest.mark.largo
def test_so_they_do_in_many_more_nights(centro: Centro) -> None:
    correr(centro, 500)

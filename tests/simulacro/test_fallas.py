"""What a fault of a drill may excuse, and what must be found after it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from prep.publicacion import corte
from prep.publicacion.publicador import CorteImposible
from prep.sede import actos
from prep.simulacro import fallas as modulo
from prep.simulacro.fallas import Fallas
from prep.simulacro.gente import Reloj
from prep.simulacro.plan import Falla
from prep.transparencia.arbol import Frontera, hoja

DUPLICADO = Falla("duplicado", de=10, a=180, parte=30)
SIN_FOTOS = Falla("evidencia", de=60, a=90, donde="centro")


def hojas(cuantas: int, de: str = "") -> list[bytes]:
    return [hoja(f"{de}{i}".encode()) for i in range(cuantas)]


@dataclass
class Equipo:
    """A machine that does what it is told, without being one."""

    nombre: str
    datos: Path
    apagada: bool = False
    hojas: list[bytes] = field(default_factory=lambda: hojas(10))

    def los_primeros(self, cuantos: int) -> Frontera:
        frontera = Frontera()
        frontera.extender(self.hojas[:cuantos])
        return frontera

    def cabeza(self) -> tuple[int, bytes]:
        return len(self.hojas), self.los_primeros(len(self.hojas)).raiz()

    def revivir(self) -> None: ...

    def contesta(self) -> bool:
        return True


@pytest.fixture
def noche(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setattr(modulo, "_CADA_S", -1.0)
    monkeypatch.setattr(actos, "contingencia", lambda *_: None)
    mundo = SimpleNamespace(problemas=[], pedidas=Counter(), duplican=None, reloj=Reloj(60), plan=None)
    centro, nodos = Equipo("central", tmp_path / "central"), [Equipo("catd-1", tmp_path / "catd-1")]
    for equipo in (centro, *nodos):
        equipo.datos.mkdir()
    return SimpleNamespace(mundo=mundo, sede=SimpleNamespace(publicador=None), centro=centro, nodos=nodos)


def fallas_de(noche: Any, *cuales: Falla) -> Fallas:
    noche.mundo.plan = SimpleNamespace(fallas=cuales)
    return Fallas(noche, Random(1), lambda _: None)


def test_only_a_fault_that_stops_cortes_excuses_one_that_does_not_come_out(
    noche: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_sale(*_: Any) -> None:
        raise CorteImposible("No se pudo hacer el corte.")

    monkeypatch.setattr(corte, "hacer_corte", no_sale)
    fallas = fallas_de(noche, DUPLICADO, SIN_FOTOS)
    fallas.al(20)
    assert fallas.en_curso and fallas.corte() is None
    assert [p for p in noche.mundo.problemas if "No se pudo hacer el corte" in p]
    noche.mundo.problemas.clear()

    fallas.al(70)
    assert not fallas.debe_corte() and fallas.corte() is None
    assert noche.mundo.problemas == []

    fallas.al(95)
    assert fallas.debe_corte() and not fallas.debe_corte()  # one, at once
    assert fallas.en_curso and fallas.corte() is None
    assert len(noche.mundo.problemas) == 1


def test_no_alarm_of_any_corte_is_forgotten(noche: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sin_paginas = SimpleNamespace(numero=4, alarmas=("No se pudieron dibujar las páginas.",))
    monkeypatch.setattr(corte, "hacer_corte", lambda *_: sin_paginas)
    fallas = fallas_de(noche, DUPLICADO, SIN_FOTOS)
    fallas.al(70)
    assert fallas.corte() is sin_paginas
    assert [p for p in noche.mundo.problemas if "corte 4: No se pudieron dibujar las páginas." in p]


@pytest.mark.parametrize(
    ("despues", "perdidos"),
    [
        (hojas(10) + hojas(20, "otra"), 0),
        (hojas(5), 5),
        (hojas(5) + hojas(20, "otra"), 1),  # at least: as many are there, and the tree is another
        (hojas(9) + hojas(1, "otra"), 1),
    ],
)
def test_what_was_there_as_a_fault_began_is_looked_for_fact_by_fact(
    noche: Any, despues: list[bytes], perdidos: int
) -> None:
    fallas = fallas_de(noche, DUPLICADO)
    fallas.al(20)
    noche.centro.hojas = despues
    while fallas.pendientes:
        fallas.al(200)
    (probada,) = fallas.probadas
    assert probada.perdidos == perdidos and ("perdido" in " ".join(noche.mundo.problemas)) == (perdidos > 0)


def test_a_fault_is_not_over_while_a_machine_that_was_on_cannot_be_looked_at(noche: Any) -> None:
    fallas, (nodo,) = fallas_de(noche, DUPLICADO), noche.nodos
    fallas.al(20)
    nodo.apagada, nodo.hojas = True, hojas(5)
    for _ in range(3):
        fallas.al(200)
    assert fallas.en_curso and fallas.pendientes
    nodo.apagada = False
    fallas.al(201)
    assert not fallas.en_curso and fallas.probadas[0].perdidos == 5

"""A simulated night could happen: no fact is out of place, and what stands in the end is what the paper says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prep.catalogo.ejemplo import ejemplo
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Tipo, huella_lectura
from prep.dominio.acta.pliegue import estado
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.autoridad import INSTITUTO, Autoridad
from prep.dominio.comun.hecho import Escrito, Hecho, nuevo_hecho
from prep.simulacro.noche import ActaSimulada, Noche, Suerte

CIERRE = datetime(2027, 6, 7, 0, 0, tzinfo=UTC)


def noche(ambas_mal: float, semilla: int = 4) -> Noche:
    return Noche(*ejemplo(60), CIERRE, semilla, ambas_mal=ambas_mal)


def revisar_final(acta: ActaSimulada, hechos: list[Hecho]) -> None:
    final = estado([Escrito(h, INSTITUTO) for h in hechos], Autoridad())
    assert final.anomalias == []
    if acta.suerte is Suerte.SIN_ACTA:
        assert final.sin_acta is not None
        return
    assert final.captura is Captura.VERIFICADA and final.publicada is not None
    assert final.publicada.asentado == Asentado.leer(acta.valores)


@pytest.mark.parametrize("ambas_mal", [0.0, 0.3])
def test_whoever_verifies_finds_what_both_people_got_wrong(ambas_mal: float) -> None:
    devueltas = 0
    for acta in noche(ambas_mal).actas():
        assert not acta.coincide and not acta.mal
        revisar_final(acta, acta.hechos)
        devueltas += any(h.tipo == Tipo.DEVUELTA for h in acta.hechos)
    assert (devueltas > 30) if ambas_mal else (devueltas == 0)


def test_what_the_reading_returns_a_third_person_rules_on() -> None:
    """At any hour, whether both were wrong or not; and nobody who typed takes part again."""
    n = noche(0.3)
    devueltas = 0
    for i, acta in enumerate(n.papeles()):
        n.vivir(acta, "ab" * 32)
        hechos = list(acta.hechos)
        if acta.coincide and i % 2:
            base = acta.hechos[-1]
            hora = base.hora + timedelta(hours=i % 5)
            lectura = huella_lectura(base.contenido["imagen"], base.contenido["valores"])
            contenido = {"base": lectura, "opinion": "devuelve"}
            hechos.append(nuevo_hecho(Tipo.REVISADA, base.sujeto, "lector", hora, contenido, [base.id]))
            mal = acta.mal
            n.mirar(acta, hora, revisada=hechos[-1].id)
            devueltas += 1
            decide = [Tipo.DECIDIDA] if mal else []  # what none of the two typed, a supervisor decides
            assert [h.tipo for h in acta.hechos[-2 - mal :]] == [Tipo.DICTAMINADA, *decide, Tipo.VERIFICADA]
        while acta.coincide:
            n.mirar(acta)
        revisar_final(acta, hechos + acta.hechos)
    assert devueltas > 50


def test_the_same_seed_gives_the_same_night() -> None:
    una, otra = ([a.hechos for a in noche(0.1).actas()] for _ in range(2))
    assert una == otra
    n = noche(0.1)
    assert [[a.hechos for a in n.actas()] for _ in range(2)] == [una, una]
    assert una != [a.hechos for a in noche(0.1, semilla=5).actas()]

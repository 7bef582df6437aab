"""A simulated night could happen: no fact is out of place, and what stands in the end is what the paper says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prep.bitacora.identificadores import uuid7
from prep.catalogo.ejemplo import ejemplo
from prep.dominio.acta.acta import estado
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Hecho, Tipo
from prep.dominio.acta.transiciones import Captura
from prep.simulacro.noche import ActaSimulada, Noche, Suerte

CIERRE = datetime(2027, 6, 7, 0, 0, tzinfo=UTC)


def noche(ambas_mal: float, semilla: int = 4) -> Noche:
    return Noche(*ejemplo(60), CIERRE, semilla, ambas_mal=ambas_mal)


def revisar_final(acta: ActaSimulada, hechos: list[Hecho]) -> None:
    final = estado(hechos)
    assert final.anomalias == []
    if acta.suerte is Suerte.SIN_ACTA:
        assert final.sin_acta is not None
        return
    assert final.captura is Captura.VERIFICADA and final.publicada is not None
    assert final.publicada.asentado == Asentado.leer(acta.valores)


@pytest.mark.parametrize("ambas_mal", [0.0, 0.3])
def test_quien_verifica_halla_lo_que_ambas_personas_equivocaron(ambas_mal: float) -> None:
    devueltas = 0
    for acta in noche(ambas_mal).actas():
        assert not acta.coincide and not acta.mal
        revisar_final(acta, acta.hechos)
        devueltas += any(h.tipo is Tipo.DEVUELTA for h in acta.hechos)
    assert (devueltas > 30) if ambas_mal else (devueltas == 0)


def test_lo_que_la_lectura_devuelve_lo_dictamina_una_tercera_persona() -> None:
    """At any hour, whether both were wrong or not; and nobody who typed takes part again."""
    n = noche(0.3)
    devueltas = 0
    for i, acta in enumerate(n.papeles()):
        n.vivir(acta, "ab" * 32)
        hechos = list(acta.hechos)
        if acta.coincide and i % 2:
            base = acta.hechos[-1]
            hora = base.hora + timedelta(hours=i % 5)
            contenido = {"base": base.id, "opinion": "devuelve"}
            ident = uuid7(int(hora.timestamp() * 1000) + 1, i)
            hechos.append(Hecho(ident, Tipo.REVISADA, base.acta, "lector", hora, contenido))
            n.mirar(acta, hora, revisada=True)
            devueltas += 1
            assert [h.tipo for h in acta.hechos[-2:]] == [Tipo.DICTAMINADA, Tipo.VERIFICADA]
        while acta.coincide:
            n.mirar(acta)
        revisar_final(acta, hechos + acta.hechos)
    assert devueltas > 50


def test_la_misma_semilla_da_la_misma_noche() -> None:
    una, otra = ([a.hechos for a in noche(0.1).actas()] for _ in range(2))
    assert una == otra
    assert una != [a.hechos for a in noche(0.1, semilla=5).actas()]

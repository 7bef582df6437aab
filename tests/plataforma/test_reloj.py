"""The clocks: always aware; the fixed one moves only when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prep.plataforma.reloj import RelojFijo, RelojSistema


def test_el_del_sistema_sabe_su_huso() -> None:
    assert RelojSistema().ahora().utcoffset() == timedelta(0)


def test_el_fijo_avanza_a_mano() -> None:
    inicio = datetime(2027, 6, 6, 20, tzinfo=UTC)
    reloj = RelojFijo(inicio)
    assert reloj.ahora() == reloj.ahora() == inicio
    reloj.avanzar(timedelta(minutes=5))
    assert reloj.ahora() == inicio + timedelta(minutes=5)
    reloj.poner(inicio)
    assert reloj.ahora() == inicio


def test_una_hora_sin_huso_se_rechaza() -> None:
    with pytest.raises(ValueError, match="huso"):
        RelojFijo(datetime(2027, 6, 6, 20))

"""The clocks: always aware; the fixed one moves only when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prep.plataforma.reloj import RelojFijo, RelojSistema


def test_the_system_clock_knows_its_time_zone() -> None:
    assert RelojSistema().ahora().utcoffset() == timedelta(0)


def test_the_fixed_clock_moves_by_hand() -> None:
    inicio = datetime(2027, 6, 6, 20, tzinfo=UTC)
    reloj = RelojFijo(inicio)
    assert reloj.ahora() == reloj.ahora() == inicio
    reloj.avanzar(timedelta(minutes=5))
    assert reloj.ahora() == inicio + timedelta(minutes=5)
    reloj.poner(inicio)
    assert reloj.ahora() == inicio


def test_an_hour_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="huso"):
        RelojFijo(datetime(2027, 6, 6, 20))

"""A bitácora to play with, begun while something else is done."""

from __future__ import annotations

import os

import psycopg
import pytest

from prep.reproduccion.base_aparte import bitacora_en_camino


def databases(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def test_one_that_nobody_came_to_use_leaves_nothing(url_postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url_postgres)
    before, environment = databases(url_postgres), dict(os.environ)
    with pytest.raises(RuntimeError, match="no se pudo leer"), bitacora_en_camino():
        raise RuntimeError("no se pudo leer")
    assert databases(url_postgres) == before
    assert dict(os.environ) == environment


def test_one_that_cannot_be_made_is_told_to_whoever_comes_to_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nadie@127.0.0.1:9/nada")
    with bitacora_en_camino() as ready, pytest.raises(psycopg.OperationalError):
        ready()

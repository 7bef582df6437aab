from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from centro_catd import Centro


@pytest.fixture
def datos_propios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of data of its own: its secret of the QR codes, its node and its evidence are nobody else's."""
    from prep.bitacora import nodos
    from prep.plataforma import almacen

    guardados = almacen.evidencia, nodos.nodo_de_aqui
    monkeypatch.setenv("PREP_DATOS_DIR", str(tmp_path))
    for guardado in guardados:
        guardado.cache_clear()
    yield tmp_path
    for guardado in guardados:
        guardado.cache_clear()


@pytest.fixture
def catd(db: Any, datos_propios: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centro]:
    from centro_catd import Centro

    from prep.catd import oficina

    uno = Centro()
    monkeypatch.setattr(oficina, "reloj", uno.reloj)
    yield uno

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from centro_catd import Centro


@pytest.fixture
def datos_propios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data of its own: its secret of the QR codes, its node and its evidence are nobody else's."""
    monkeypatch.setenv("PREP_DATOS_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def catd(db: Any, datos_propios: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centro]:
    from centro_catd import Centro

    from prep.catd import oficina

    uno = Centro()
    monkeypatch.setattr(oficina, "reloj", uno.reloj)
    yield uno

from __future__ import annotations

import shutil
from typing import Any

import pytest

from prep.bitacora.nodos import NodoLocal
from prep.plataforma.lugares import dir_evidencia
from prep.plataforma.reloj import RelojFijo


@pytest.fixture
def reloj(monkeypatch: pytest.MonkeyPatch) -> RelojFijo:
    from prep.intercambio import nodo
    from telefono import AHORA

    fijo = RelojFijo(AHORA)
    monkeypatch.setattr(nodo, "reloj", fijo)
    return fijo


@pytest.fixture
def central(bitacora_nueva: Any, reloj: RelojFijo) -> Any:
    """This node over an empty bitácora and an empty store of pictures."""
    from telefono import fundar

    shutil.rmtree(dir_evidencia(), ignore_errors=True)
    aqui: NodoLocal = fundar()
    yield aqui
    shutil.rmtree(dir_evidencia(), ignore_errors=True)

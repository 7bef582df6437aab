"""A small publication of three cortes, servers for it, and its pages in Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fabrica_portal import Noche, escribir, imagenes, publicar
from servidor_portal import servir

from navegador import quieta, vigilada

CORTES = (1, 9, 14)
"""In ceros, early and half way."""


@pytest.fixture(scope="session")
def noche() -> Noche:
    return Noche(casillas=300, semilla=3)


@pytest.fixture(scope="session")
def documentos(noche: Noche) -> dict[int, dict[str, Any]]:
    return {n: noche.corte(n) for n in CORTES}


@pytest.fixture(scope="session")
def publicada(documentos: dict[int, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    raiz = tmp_path_factory.mktemp("publicada")
    for docs in documentos.values():
        publicar(docs, raiz)
    escribir(raiz, imagenes(documentos[CORTES[-1]]))
    return raiz


@pytest.fixture(scope="session")
def sitio(publicada: Path) -> Iterator[str]:
    with servir(publicada) as direccion:
        yield direccion


@pytest.fixture
def abrir(chromium: Any) -> Iterator[Callable[..., Any]]:
    """`abrir(url, ancho=1440, tema="light", js=True)` → page; its errors of script and console end the test."""
    contextos: list[Any] = []
    errores: list[str] = []

    def nueva(
        url: str, ancho: int = 1440, alto: int = 900, tema: str = "light", js: bool = True, quejas: bool = True
    ) -> Any:
        contexto = chromium.new_context(
            viewport={"width": ancho, "height": alto},
            color_scheme=tema,
            java_script_enabled=js,
            reduced_motion="reduce",
        )
        contextos.append(contexto)
        pagina = vigilada(contexto.new_page())
        pagina.pedidos = []
        pagina.on("request", lambda r: pagina.pedidos.append(r.url))
        if quejas:
            pagina.on("pageerror", lambda e: errores.append(str(e)))
            pagina.on("console", lambda m: errores.append(m.text) if m.type == "error" else None)
        pagina.goto(url)
        quieta(pagina)
        return pagina

    yield nueva
    for contexto in contextos:
        contexto.close()
    assert not errores

"""Keys of the pieces of a corte: each input of a piece changes its key, and nothing else does."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from escena import proceso_de_ejemplo

from prep.catalogo.informativo import Parametros
from prep.dominio.tabulacion.boleta import armar_boleta
from prep.dominio.tabulacion.proceso import Demarcacion, Proceso
from prep.plataforma.almacen import AlmacenCarpeta
from prep.publicacion.claves import claves_de, contexto
from prep.publicacion.filas import Redactor
from prep.publicacion.instantanea import Vista
from prep.publicacion.publicador import Publicador
from prep.publicacion.seccion import Pauta

PROCESO, INFORMATIVO = proceso_de_ejemplo()
CATALOGO = -1


def claves(
    proceso: Proceso = PROCESO,
    software: str = "ab",
    parametros: Parametros = INFORMATIVO.parametros,
    como: tuple[bool, ...] = (False, False),
    cambiada: str = "",
    fuera: int = 0,
) -> dict[tuple[int, int], str]:
    """The key of each sección of the first election, of each demarcación under sección 0, and of what the actas of a
    demarcación are written with but their versions, under `CATALOGO`."""
    eleccion = proceso.elecciones[0]
    publicador = Publicador(proceso, INFORMATIVO, AlmacenCarpeta(Path("/nada")), None, None, software="")  # type: ignore
    redactor = Redactor(proceso, eleccion, parametros, False)
    pauta = Pauta(contexto(software, proceso, eleccion, parametros, *como), eleccion, redactor, False, False, False)
    vista: Any = Vista(
        None,  # type: ignore[arg-type] - no state is read for the keys
        lambda actas: {a: hashlib.sha256(f"{a}{a == cambiada}".encode()).hexdigest() for a in actas},
    )
    todas = {}
    for id_, secciones in publicador.secciones(eleccion).items():
        suyas = claves_de(pauta, id_, secciones, fuera, vista)
        todas |= {(id_, 0): suyas.entera, (id_, CATALOGO): suyas.catalogo}
        todas |= {(id_, s.numero): c for s, c in zip(secciones, suyas.secciones, strict=True)}
    return todas


def con(**cambios: Any) -> Proceso:
    """The process with something of its first election changed."""
    return replace(PROCESO, elecciones=(replace(PROCESO.elecciones[0], **cambios), *PROCESO.elecciones[1:]))


GUB = PROCESO.elecciones[0]
ACTA = GUB.actas[7]
DE_VERSION = {(ACTA.demarcacion, 0), (ACTA.demarcacion, ACTA.casilla.clave.seccion)}
DE_ACTA = DE_VERSION | {(ACTA.demarcacion, CATALOGO)}
DE_LUGAR = {k for k in claves() if k[0] == ACTA.demarcacion}
TODAS = set(claves())


def con_acta(**cambios: Any) -> Proceso:
    return con(actas=tuple(replace(a, **cambios) if a is ACTA else a for a in GUB.actas))


@pytest.mark.parametrize(
    ("cambiar", "cuales"),
    [
        (lambda: claves(cambiada=ACTA.clave), DE_VERSION),
        (lambda: claves(con_acta(representantes=99)), DE_ACTA),
        (lambda: claves(con_acta(mecanismos="D-F")), DE_ACTA),
        (lambda: claves(con_acta(casilla=replace(ACTA.casilla, lista_nominal=1))), DE_ACTA),
        (lambda: claves(con_acta(casilla=replace(ACTA.casilla, ubicacion=2))), DE_ACTA),
        (
            lambda: claves(con(demarcaciones={**GUB.demarcaciones, ACTA.demarcacion: Demarcacion(1, "OTRO")})),
            DE_LUGAR,
        ),
        (lambda: claves(con(boletas={**GUB.boletas, ACTA.demarcacion: armar_boleta(["A", "B"])})), DE_LUGAR),
        (lambda: claves(con(orden_registro=GUB.orden_registro[::-1])), TODAS),
        (lambda: claves(con(columnas=GUB.columnas[::-1])), TODAS),
        (lambda: claves(con(nombre="OTRA")), TODAS),
        (lambda: claves(replace(PROCESO, entidad_nombre="OTRA")), TODAS),
        (lambda: claves(replace(PROCESO, zona_horaria="America/Tijuana")), TODAS),
        (lambda: claves(software="cd"), TODAS),
        (lambda: claves(parametros=replace(INFORMATIVO.parametros, mezcla_cuenta=True)), TODAS),
        (lambda: claves(como=(True, False)), TODAS),
        (lambda: claves(como=(False, True)), TODAS),
        (lambda: claves(fuera=1), {k for k in TODAS if k[1] == 0}),
        (lambda: claves(replace(PROCESO, elecciones=PROCESO.elecciones[:1])), set()),
    ],
)
def test_each_input_changes_the_keys_of_what_it_writes(
    cambiar: Callable[[], dict[tuple[int, int], str]], cuales: set[tuple[int, int]]
) -> None:
    antes, despues = claves(), cambiar()
    assert {k for k in antes if antes[k] != despues[k]} == cuales


def test_no_two_pieces_have_the_same_key() -> None:
    assert len(set(claves().values())) == len(claves())


def test_keys_serve_after_a_restart() -> None:
    """Another interpreter, with another hash seed, finds what this one kept."""
    guion = "import django; django.setup(); from test_claves import claves; print(sorted(claves().items()))"
    aqui = Path(__file__).parent
    entorno = os.environ | {"PYTHONHASHSEED": "12345", "PYTHONPATH": f"{aqui}:{aqui.parent}:{os.environ['PYTHONPATH']}"}
    otra = subprocess.run([sys.executable, "-c", guion], env=entorno, check=True, capture_output=True, text=True)
    assert otra.stdout.strip() == str(sorted(claves().items()))

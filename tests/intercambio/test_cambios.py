"""What the institute says of a node that it enrolled, as people type it: what it attends, or that it is one no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from nodos_aparte import Sede, huella_de, intentar, prep

from noche import INICIO
from prep.bitacora.actas import acta_de
from prep.bitacora.autoridad import autoridad
from prep.bitacora.nodos import NodoInstituto, nodo_de_aqui
from prep.bitacora.services import anotar
from prep.bitacora.verificacion import verificar
from prep.catalogo.services import informativo
from prep.dominio.comun.autoridad import INSTITUTO, TODO
from prep.dominio.comun.hecho import nuevo_hecho
from prep.dominio.comun.rechazos import Rechazo
from prep.intercambio import habilitar, lotes_de_nodo
from prep.plataforma.errores import Impedimento


@pytest.fixture
def sede(bitacora_nueva: Any, bases: Any, tmp_path: Path) -> Iterator[Sede]:
    with ExitStack() as pila:
        yield Sede(bases, tmp_path, pila)


def pedir_alcance_estricto(sede: Sede) -> None:
    with sede.maquina():
        reglas = nuevo_hecho("reglas", "proceso:x", INSTITUTO, INICIO, {"alcance_estricto": True})
        anotar([reglas], NodoInstituto(sede.llave, sede.llave.llave.publica), INICIO)


def test_a_node_attends_other_casillas_from_what_it_has_not_written_yet(sede: Sede, tmp_path: Path) -> None:
    with sede.maquina():
        otro = next(c.clave for c in informativo().catds if c.clave != sede.catd)
    catd, acta = sede.nueva("catd"), sede.actas[0]
    with catd():
        pedido = habilitar.preparar("catd-014")
    paquete = sede.paquete(pedido, tmp_path / "catd-014", catd=otro)
    pedir_alcance_estricto(sede)  # of which the node has not heard
    with catd():
        habilitar.recibir_paquete(paquete, huella_de(sede))
        intentar(acta)
        lotes_de_nodo.exportar(tmp_path / "uno")
    prep(sede.maquina, "lote", "importar", tmp_path / "uno")
    orden = ("nodo", "alcance", "catd-014", "--motivo", "El centro vecino se quedó sin luz.")
    assert "--catd CLAVE, una o más veces" in prep(sede.maquina, *orden, codigo=2)
    for mal, dice in (
        (("--catd", "NADIE"), "ningún centro «NADIE»"),
        (("--todo", "--desde", "3"), "hay aquí 1 hechos"),
    ):
        with pytest.raises(Impedimento, match=dice):
            prep(sede.maquina, *orden, *mal)
    dicho = prep(sede.maquina, *orden, "--catd", otro, "--catd", sede.catd)
    assert dicho.startswith("Desde su hecho 2, «catd-014» atiende ")
    assert prep(sede.maquina, *orden, "--catd", otro, "--catd", sede.catd) == dicho  # said again, nothing changes
    with sede.maquina():
        assert len(autoridad().nodos["catd-014"].alcances) == 2
        assert [r for _, r in acta_de(acta).anomalias] == [Rechazo.FUERA_DE_ALCANCE]  # what it wrote before
    with catd():
        anotar([nuevo_hecho("incidente", f"acta:{acta}", "dos", INICIO, {"texto": "Ya."})], nodo_de_aqui(), INICIO)
        lotes_de_nodo.exportar(tmp_path / "dos")
    prep(sede.maquina, "lote", "importar", tmp_path / "dos")
    with sede.maquina():
        assert len(acta_de(acta).anomalias) == 1 and list(verificar()) == []
    assert "atiende todas las casillas" in prep(sede.maquina, *orden, "--todo", "--desde", "1")
    with sede.maquina():
        assert acta_de(acta).anomalias == [] and autoridad().nodos["catd-014"].alcance_en(1) == {TODO}


def test_a_node_that_was_stolen_counts_until_there(sede: Sede, tmp_path: Path) -> None:
    catd = sede.nueva("catd")
    with catd():
        pedido = habilitar.preparar("catd-014")
    paquete = sede.paquete(pedido, tmp_path / "catd-014")
    with catd():
        habilitar.recibir_paquete(paquete, huella_de(sede))
        intentar(sede.actas[0])
        lotes_de_nodo.exportar(tmp_path / "uno")
        intentar(sede.actas[1])
        lotes_de_nodo.exportar(tmp_path / "dos")
    prep(sede.maquina, "lote", "importar", tmp_path / "uno")
    orden = ("nodo", "baja", "catd-014", "--motivo")
    for cual, motivo, dice in (
        ("catd-014", " ", "Escriba el motivo"),
        ("central", "x", "es la sede"),
        ("otro", "x", "No hay ningún nodo «otro»"),
    ):
        with pytest.raises(Impedimento, match=dice):
            prep(sede.maquina, "nodo", "baja", cual, "--motivo", motivo)
    assert "desde su hecho 2 nada cuenta" in prep(sede.maquina, *orden, "Robado.")
    assert "desde su hecho 2 nada cuenta" in prep(sede.maquina, *orden, "Robado, otra vez.")
    with pytest.raises(Impedimento, match="se dio de baja"):
        prep(sede.maquina, "lote", "importar", tmp_path / "dos")
    with sede.maquina():
        assert len(acta_de(sede.actas[0]).cabezas) == 1 and acta_de(sede.actas[0]).anomalias == []
    assert "desde su hecho 1 nada cuenta" in prep(sede.maquina, *orden, "Desde antes.", "--desde", "1")
    with sede.maquina():
        assert [r for _, r in acta_de(sede.actas[0]).anomalias] == [Rechazo.NODO_DESCONOCIDO]

"""A node works cut off and gets everything to the centre, once, whatever the line does to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from nodos_aparte import ACTAS, Cable, Instalacion, Pais, trabajar

from prep.bitacora.actas import COLUMNAS, acta_de
from prep.bitacora.models import Hecho
from prep.bitacora.verificacion import verificar
from prep.dominio.acta.transiciones import Captura
from prep.plataforma.lugares import dir_evidencia


@pytest.fixture
def pais(bitacora_nueva: Any, bases: Any, tmp_path: Path) -> Iterator[Pais]:
    with ExitStack() as pila:
        yield Pais(bases.nueva, tmp_path, pila)


def plegado(maquina: Instalacion) -> list[tuple[Any, ...]]:
    from django.db import connection

    with maquina(), connection.cursor() as cursor:
        cursor.execute(f'SELECT {",".join(COLUMNAS)} FROM bitacora_acta ORDER BY clave COLLATE "C"')
        return cursor.fetchall()


def fotos(maquina: Instalacion) -> dict[str, str]:
    """Pictures stored, by what they are called: each hashed again."""
    with maquina():
        return {p.name: sha256(p.read_bytes()).hexdigest() for p in dir_evidencia().glob("originales/*/*")}


def exigir_una_vez(centro: Instalacion, de: Instalacion) -> None:
    """Each fact and picture of the node is at the centre, once, whole, and folds there to the same."""
    with de():
        suyos = sorted(Hecho.objects.values_list("id", "nodo", "secuencia"))
    with centro():
        alla = Counter(Hecho.objects.values_list("id", "nodo", "secuencia"))
        assert list(verificar()) == []
    assert all(alla[h] == 1 for h in suyos)
    todas = fotos(centro)
    assert fotos(de).items() <= todas.items() and all(n == h for n, h in todas.items())


def test_what_a_node_did_cut_off_reaches_the_centre_and_what_the_centre_did_reaches_it(pais: Pais) -> None:
    catd = pais.nodo("catd-014")
    with catd():
        hechos = trabajar(ACTAS[:2])
        hecho = pais.envio(catd).ronda()
    assert (hecho.hechos, hecho.fotos, hecho.apartados) == (len(hechos), 2, [])
    exigir_una_vez(pais.centro, catd)
    with pais.centro():
        assert acta_de(ACTAS[0]).captura is Captura.COINCIDE
        trabajar([ACTAS[3]], 5, "tres")
    with catd():
        otra = pais.envio(catd).ronda()
        assert (otra.hechos, otra.fotos, otra.bajados) == (0, 0, 5)
        assert acta_de(ACTAS[3]).captura is Captura.COINCIDE
        cable = Cable(pais.centro)
        envio = pais.envio(catd)
        envio._otro.linea = cable
        assert envio.ronda().bajados == 0 and len(cable.pedidas) == 3
    assert plegado(catd) == plegado(pais.centro)

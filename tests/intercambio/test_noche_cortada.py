"""A whole small night at collection centres of which every one loses the centre for an hour, and their links lose a
tenth of everything the rest of it: it ends at all that there was, as if nothing had been cut."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from nodos_aparte import Cable, Pais, al_azar, todos_los_sobres
from test_nodos import exigir_una_vez, plegado

from noche import INICIO, INSTITUTO, carpeta_de_ejemplo
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import anotar, recibir
from prep.catalogo.services import cargar, importar, informativo
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.hecho import Hecho
from prep.dominio.tabulacion.proceso import Modo
from prep.evidencia.imagenes import guardar_como_llego, guardar_original
from prep.intercambio.enviar import Envio
from prep.intercambio.linea import Espere
from prep.plataforma.almacen import AlmacenCarpeta, evidencia
from prep.plataforma.reloj import RelojFijo
from prep.publicacion.corte import hacer_corte
from prep.publicacion.publicador import Publicador
from prep.simulacro.noche import Noche
from telefono import foto

NODOS = ("catd-014", "catd-015")
VUELTA = timedelta(minutes=20)
ACTAS = 24
CORTE = timedelta(hours=4), timedelta(hours=5)
"""After the casillas closed: when every centre is cut off."""


class Jornada:
    """One night. `papeles`: what each node does, in its order, with the picture of each acta."""

    def __init__(self, bases: Any, carpeta: Path, pila: ExitStack, reloj: RelojFijo) -> None:
        carpeta.mkdir()
        self.reloj = reloj
        reloj.poner(INICIO)
        importar(carpeta_de_ejemplo(), INICIO)
        noche = Noche(cargar(), informativo(), INICIO, 7, movil=0)
        self.pais = Pais(bases, carpeta, pila, noche.cargos)
        with self.pais.centro():
            importar(carpeta_de_ejemplo(), INICIO)
            destino = AlmacenCarpeta(carpeta / "publicacion")
            aqui = nodo_de_aqui()
            self.publica = Publicador(cargar(), informativo(), destino, Modo.PRUEBA, INSTITUTO, nodo=aqui, procesos=1)
            hacer_corte(self.publica, INICIO)
        self.nodos = {n: self.pais.nodo(n) for n in NODOS}
        self.por_hacer: dict[str, list[tuple[Hecho, bytes]]] = {n: [] for n in NODOS}
        self.actas = 0
        for i, acta in enumerate(noche.papeles()):
            datos = foto(300 + i)
            imagen = sha256(datos).hexdigest()
            noche.vivir(acta, imagen)
            while acta.coincide:
                noche.mirar(acta)
            if self.actas < ACTAS and all(h.contenido.get("imagen", imagen) == imagen for h in acta.hechos):
                self.actas += 1
                self.por_hacer[NODOS[self.actas % len(NODOS)]] += [(h, datos) for h in acta.hechos]
        for hechos in self.por_hacer.values():
            hechos.sort(key=lambda par: par[0].hora)

    def trabajar(self, nodo: str) -> int:
        """What the people of a centre did until now, cut off or not."""
        hasta, hechas = self.reloj.ahora(), 0
        pendientes = self.por_hacer[nodo]
        with self.nodos[nodo]():
            while hechas < len(pendientes) and pendientes[hechas][0].hora <= hasta:
                hecho, datos = pendientes[hechas]
                if hecho.tipo == Tipo.DIGITALIZADA:
                    guardar_original(evidencia(), datos)
                    guardar_como_llego(evidencia(), datos)
                anotar([hecho], nodo_de_aqui(), hasta)
                hechas += 1
        del pendientes[:hechas]
        return hechas

    def corte(self) -> int:
        """Publish; how many actas are in it."""
        with self.pais.centro():
            cuentas = hacer_corte(self.publica, self.reloj.ahora()).cuentas
        return sum(c["capturadas"] for c in cuentas.values())


def vivir(j: Jornada) -> tuple[int, list[int]]:
    """The night, twenty minutes at a time: how many rounds did not reach the centre, and the actas of each corte."""
    perdidas, cortes = 0, []
    cables = {n: Cable(j.pais.centro) for n in NODOS}
    while any(j.por_hacer.values()) or not cortes or cortes[-1] < j.actas:
        assert j.reloj.ahora() < INICIO + timedelta(hours=24), "the night does not end"
        j.reloj.avanzar(VUELTA)
        van = j.reloj.ahora() - INICIO
        for k, (nodo, cable) in enumerate(cables.items()):
            cable.falla = al_azar(k, 1.0, "antes") if CORTE[0] <= van < CORTE[1] else al_azar(van.seconds + k, 0.1)
            j.trabajar(nodo)
            with j.nodos[nodo]():
                try:
                    Envio("http://centro", cable).ronda()
                except Espere:
                    perdidas += 1
        if van % timedelta(hours=1) == timedelta(0):
            cortes.append(j.corte())
    return perdidas, cortes


@pytest.fixture
def jornada(bitacora_nueva: Any, bases: Any, tmp_path: Path, reloj: RelojFijo) -> Iterator[Jornada]:
    with ExitStack() as pila:
        yield Jornada(bases, tmp_path / "cortada", pila, reloj)


@pytest.mark.largo
def test_every_centre_cut_off_for_an_hour_ends_at_all_that_there_was(
    jornada: Jornada, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    perdidas, cortes = vivir(jornada)
    with capsys.disabled():
        print(f"\n{jornada.actas} actas, {len(NODOS)} centros: {perdidas} vueltas cortadas; por corte: {cortes}")
    assert perdidas >= (CORTE[1] - CORTE[0]) // VUELTA * len(NODOS)
    assert cortes[-1] == jornada.actas == ACTAS
    assert (
        cortes == sorted(cortes) and 0 < cortes[3] < ACTAS
    )  # nothing published is taken back; it was cut in the middle
    pais = jornada.pais
    exigir_una_vez(pais.centro, *jornada.nodos.values())
    sin_cortes = pais.nodo("sin-cortes")
    for nodo in jornada.nodos.values():
        with nodo():
            suyos = todos_los_sobres()
        with sin_cortes():
            assert not recibir(suyos, INICIO).rechazados
    assert plegado(sin_cortes) == plegado(pais.centro)

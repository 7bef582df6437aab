"""Actas to practise with: the process's own form filled by a hand and scanned, each to teach one thing at one desk.

They name casillas of the process, say PRÁCTICA on the paper and have no QR: none can be taken for an acta that arrived.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from prep.catalogo.informativo import Informativo
from prep.ccv.ejercicio import DIFERENCIAS, MESA_DE, MUESTRAN, Ejercicio, Leccion, escribir
from prep.dominio.acta.hechos import ProblemaDeImagen
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO, Marca, Valor
from prep.dominio.tabulacion.proceso import Proceso
from prep.evidencia.imagenes import Derivados, derivar
from prep.evidencia.pagina import afinar, hallar_marcas, situar
from prep.laboratorio.fotografiar import fotografiar
from prep.laboratorio.llenar import LIMPIO, Escrito, llenar, planear, votos_al_azar
from prep.lectura.lector import descifrar
from prep.papel.formas import Formas
from prep.papel.numeros import en_letra
from prep.papel.plantilla import TOTAL_ASENTADO, Hoja, Plantilla

AVISO: Final = "PRÁCTICA · SIN VALIDEZ"
DE_MAS: Final = 10
"""What the total of the acta that does not add up says beyond its sum."""


_AJENAS: Final = (Leccion.OTRA_CASILLA, Leccion.COINCIDE_AJENA, Leccion.ES_AJENA)
"""Whose paper is of another casilla."""
_DISTINTAS: Final = (Leccion.NO_COINCIDE, Leccion.DISTINTA_DEL_PAPEL)
"""Of which the screen does not say what the paper does."""
_CON_MARCAS: Final = (Leccion.MARCAS, Leccion.DIFIEREN_MARCAS)


@dataclass(frozen=True)
class Papel:
    """A sheet as somebody filled it, and the acta that the screen names."""

    leccion: Leccion
    clave: str
    hoja: Hoja
    plan: dict[str, Escrito]

    def ejercicio(self, vista: Derivados) -> Ejercicio:
        """What the desk knows of it; `vista`: its picture."""
        problema = ProblemaDeImagen.OTRA_CASILLA.value if self.leccion in _AJENAS else ""
        valores = {c.clave: self.plan[c.clave].valor for c in self.hoja.plantilla.campos if c.captura}
        pedidos, mostrados = _pedidos(self.leccion, valores), _mostrados(self.leccion, valores)
        return Ejercicio(
            *(self.clave, vista.integridad, self.leccion, problema, valores, vista.enderezada, pedidos, mostrados)
        )


def preparar(
    proceso: Proceso,
    informativo: Informativo,
    carpeta: Path,
    semilla: int,
    lecciones: Sequence[Leccion] = tuple(Leccion),
) -> int:
    """Leave the exercise of a process in a folder; how many actas. Repeatable by `semilla`. Raises `ValueError` when
    the process has no two actas of one form to tell apart."""
    hechos = []
    for lugar, papel in enumerate(papeles(proceso, informativo, semilla)):
        if papel.leccion in lecciones:
            vista = _escanear(papel, np.random.default_rng([semilla, lugar, 1]))
            hechos.append((papel.ejercicio(vista), vista.publicada))
    escribir(carpeta, proceso.clave, hechos)
    return len(hechos)


def papeles(proceso: Proceso, informativo: Informativo, semilla: int) -> Iterator[Papel]:
    """The sheets, one a lesson."""
    formas = Formas(proceso, informativo, b"", AVISO)
    for lugar, (leccion, acta, papel) in enumerate(_elegir(formas)):
        hoja = Hoja(_plantilla(formas, papel), formas.identificacion(papel), "")
        yield Papel(leccion, acta, hoja, _plan(hoja.plantilla, leccion, np.random.default_rng([semilla, lugar])))


def _elegir(formas: Formas) -> Iterator[tuple[Leccion, str, str]]:
    """For each lesson, the acta that the screen names and the one of the paper: another casilla's only where that is
    what is taught. Elections in turn, so that nobody practises one form alone."""
    por_eleccion = [[a.clave for a in e.actas] for e in formas.proceso.elecciones if e.actas]
    for lugar, leccion in enumerate(Leccion):
        en_turno = [*por_eleccion[lugar % len(por_eleccion) :], *por_eleccion] if por_eleccion else []
        if leccion in _AJENAS:
            pareja = next((p for claves in en_turno if (p := _confundibles(formas, claves))), None)
        else:
            pareja = next(((c, c) for claves in en_turno for c in claves[lugar % len(claves) :]), None)
        if pareja is None:
            raise ValueError("El proceso no tiene dos casillas con la misma forma de acta: no hay con qué practicar.")
        yield leccion, *pareja


def _confundibles(formas: Formas, claves: Sequence[str]) -> tuple[str, str] | None:
    """Two actas of one form, of sections as far apart as there are: what tells them apart is the heading."""
    iguales: dict[str, list[str]] = defaultdict(list)
    for c in claves:
        iguales[_plantilla(formas, c).id].append(c)
    todas = max(iguales.values(), key=len, default=[])
    return (todas[0], todas[-1]) if len(todas) > 1 else None


def _plantilla(formas: Formas, clave: str) -> Plantilla:
    plantilla = formas.plantilla_de(clave)
    assert plantilla is not None
    return plantilla


def _plan(plantilla: Plantilla, leccion: Leccion, azar: np.random.Generator) -> dict[str, Escrito]:
    """What is written in each field."""
    plan = planear(plantilla, votos_al_azar(plantilla, azar), azar, LIMPIO)
    votables = [c for c in plantilla.campos if c.captura and c.tipo != "total"]
    if leccion in _CON_MARCAS:
        vacio, borroso = votables[1], votables[-1]
        plan[vacio.clave] = Escrito(" " * len(vacio.cajas), "", SIN_DATO)
        plan[borroso.clave] = Escrito("?" * len(borroso.cajas), "?", ILEGIBLE)
    elif leccion is Leccion.NO_CUADRA:
        total = plan[TOTAL_ASENTADO]
        assert isinstance(total.valor, int)
        otro = total.valor + DE_MAS
        plan[TOTAL_ASENTADO] = replace(
            total, cifras=str(otro).zfill(len(total.cifras)), letra=en_letra(otro), valor=otro
        )
    return plan


def _pedidos(leccion: Leccion, valores: Mapping[str, Valor]) -> tuple[str, ...]:
    """The fields on which two people would have differed: all others, where the whole acta is typed."""
    if MESA_DE[leccion] != DIFERENCIAS:
        return ()
    marcas = [c for c, v in valores.items() if isinstance(v, Marca)]
    enteros = [c for c, v in valores.items() if not isinstance(v, Marca)]
    pide = {*marcas, *enteros[:1], *enteros[-1:]}
    return tuple(c for c in valores if c in pide)


def _mostrados(leccion: Leccion, valores: Mapping[str, Valor]) -> dict[str, Valor]:
    """What whoever compares is shown: what the paper says; or with two slips as people make them, the digits of the
    largest figure the other way round and one repeated from the row above."""
    if MESA_DE[leccion] not in MUESTRAN:
        return {}
    mostrados = dict(valores)
    if leccion in _DISTINTAS:
        cifras = [(c, v) for c, v in valores.items() if isinstance(v, int) and c != TOTAL_ASENTADO]
        campo, mayor = max(cifras, key=lambda x: x[1])
        al_reves = int(str(mayor)[::-1])
        mostrados[campo] = al_reves if al_reves != mayor else mayor + 9
        for uno, otro in pairwise(cifras):
            if campo != otro[0] and uno[1] != otro[1]:
                mostrados[otro[0]] = uno[1]
                break
    return mostrados


def _escanear(papel: Papel, azar: np.random.Generator) -> Derivados:
    """The picture as the desk shows one that arrived: scanned, and seen from straight above."""
    foto = fotografiar(llenar(papel.hoja, papel.plan, azar), "scan", azar)
    gris = descifrar(foto.jpeg)
    return derivar(foto.jpeg, situar(afinar(gris, hallar_marcas(gris))))

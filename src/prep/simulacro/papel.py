"""The paper of a simulated night: each acta printed, filled by a hand, photographed or scanned, kept as evidence."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.evidencia.imagenes import derivar, guardar_derivados, guardar_original
from prep.evidencia.pagina import afinar, hallar_marcas, situar
from prep.laboratorio.fotografiar import fotografiar
from prep.laboratorio.llenar import Escrito, llenar
from prep.lectura.lector import descifrar
from prep.papel.formas import Formas
from prep.papel.numeros import en_letra
from prep.papel.plantilla import Plantilla
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.procesos import obreros
from prep.simulacro.noche import ActaSimulada

_formas: Formas
_actas: Sequence[ActaSimulada]
_carpeta: Path
_semilla: int


def retratar_todas(
    formas: Formas, actas: Sequence[ActaSimulada], carpeta: Path, semilla: int
) -> Iterator[tuple[str, str]]:
    """Make the picture of each acta and store it in the evidence folder `carpeta`; yield (clave, código de integridad).

    Work is shared by as many processes as there are cores. Repeatable by `semilla`.
    """
    global _formas, _actas, _carpeta, _semilla
    _formas, _actas, _carpeta, _semilla = formas, actas, carpeta, semilla
    with obreros(os.cpu_count() or 1) as todos:
        yield from todos.map(_retratar, range(len(actas)), chunksize=4)


def _retratar(lugar: int) -> tuple[str, str]:
    acta = _actas[lugar]
    azar = np.random.default_rng([_semilla, lugar])
    hoja = _formas.hoja(acta.esperada.clave)
    papel = llenar(hoja, plan_de(hoja.plantilla, acta.valores), azar, None)
    foto = fotografiar(papel, "mild" if acta.movil else "scan", azar)
    pagina = situar(afinar(gris := descifrar(foto.jpeg), hallar_marcas(gris)))
    almacen = AlmacenCarpeta(_carpeta, privado=True)
    original = guardar_original(almacen, foto.jpeg)
    return acta.esperada.clave, guardar_derivados(almacen, original, 1, derivar(foto.jpeg, pagina))


def plan_de(plantilla: Plantilla, valores: dict[str, Any]) -> dict[str, Escrito]:
    """What is written in each field of the form so that a person reads `valores`."""
    dichos = {**valores, **valores["votos"]}
    dichos["suma_votaron"] = valores["personas_votaron"] + valores["representantes_votaron"]
    plan = {}
    for campo in plantilla.campos:
        dicho, cajas = dichos[campo.clave], len(campo.cajas)
        if dicho == SIN_DATO:
            plan[campo.clave] = Escrito(" " * cajas, "", SIN_DATO)
        elif dicho == ILEGIBLE:
            plan[campo.clave] = Escrito("?" * cajas, "?", ILEGIBLE)
        else:
            plan[campo.clave] = Escrito(str(dicho).zfill(cajas), en_letra(dicho), dicho)
    return plan

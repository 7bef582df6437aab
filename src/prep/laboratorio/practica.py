"""What is practised with: the process's own form filled by a hand and scanned, and packages that arrive at a centre;
each to teach one thing at one desk.

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
from prep.dominio.acta.hechos import MotivoSinActa, ProblemaDeImagen
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
from prep.plataforma.opencv import cv2
from prep.practica.ejercicio import (
    ACOPIO,
    DIFERENCIAS,
    DIGITALIZACION,
    MESA_DE,
    MUESTRAN,
    SALIO_MAL,
    Ejercicio,
    Leccion,
    Llegada,
    escribir,
)

AVISO: Final = "PRÁCTICA · SIN VALIDEZ"
DE_MAS: Final = 10
"""What the total of the acta that does not add up says beyond its sum."""
SELLO: Final = "20:15"
"""The hour of the stamp of the packages that are written down later."""

_CON_PAPEL: Final = tuple(leccion for leccion in Leccion if MESA_DE[leccion] != ACOPIO)
_AJENAS: Final = (Leccion.OTRA_CASILLA, Leccion.COINCIDE_AJENA, Leccion.ES_AJENA, Leccion.DE_OTRO_SOBRE)
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
        problema = ProblemaDeImagen.OTRA_CASILLA.value if self.leccion in _AJENAS else SALIO_MAL.get(self.leccion, "")
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
    """Leave the exercise of a process in a folder; how many parts it has. Repeatable by `semilla`. Raises `ValueError`
    when the process has no two actas of one form to tell apart."""
    hechos = []
    for lugar, papel in enumerate(papeles(proceso, informativo, semilla)):
        if papel.leccion in lecciones:
            vista = _escanear(papel, np.random.default_rng([semilla, lugar, 1]))
            hechos.append((papel.ejercicio(vista), vista.publicada))
    hechos += [(e, b"") for e in sobres(Formas(proceso, informativo, b"")) if e.leccion in lecciones]
    escribir(carpeta, proceso.clave, hechos)
    return len(hechos)


def papeles(proceso: Proceso, informativo: Informativo, semilla: int) -> Iterator[Papel]:
    """The sheets, one a lesson of those that have one."""
    formas = Formas(proceso, informativo, b"", AVISO)
    for lugar, (leccion, acta, papel) in enumerate(_elegir(formas)):
        hoja = Hoja(_plantilla(formas, papel), formas.identificacion(papel), "")
        yield Papel(leccion, acta, hoja, _plan(hoja.plantilla, leccion, np.random.default_rng([semilla, lugar])))


def sobres(formas: Formas) -> Iterator[Ejercicio]:
    """What arrives at the centre that expects most: a package, those of a casilla, that of another centre, none."""
    llegan = {c.clave: _casillas(formas, c.clave) for c in formas.informativo.catds}
    aqui = max(llegan, key=lambda c: len(llegan[c]), default="")
    if not llegan.get(aqui):
        return
    ajena = next((suyas[0] for otro, suyas in llegan.items() if otro != aqui and suyas), None)
    for lugar, leccion in enumerate(leccion for leccion in Leccion if MESA_DE[leccion] == ACOPIO):
        casilla = ajena if leccion is Leccion.SOBRE_AJENO else llegan[aqui][lugar % len(llegan[aqui])]
        if casilla is None:
            continue  # there is no other centre
        claves = tuple(a.clave for a in formas.actas(casilla=casilla))
        yield Ejercicio(claves[0], "", leccion, "", llegada=_llegada(leccion, claves), catd=aqui)


def _casillas(formas: Formas, catd: str) -> list[str]:
    """Those whose package goes to a centre, and by no route of its own."""
    return [*dict.fromkeys(a.clave[:11] for a in formas.actas(catd=catd) if not a.casilla.clave.ruta)]


def _llegada(leccion: Leccion, claves: tuple[str, ...]) -> Llegada:
    if leccion is Leccion.SIN_SOBRE:
        return Llegada(claves, motivo=MotivoSinActa.SIN_SOBRE.value)
    return Llegada(claves, SELLO) if leccion is Leccion.CON_SELLO else Llegada(claves[:1])


def _elegir(formas: Formas) -> Iterator[tuple[Leccion, str, str]]:
    """For each lesson, the acta that the screen names and the one of the paper: another casilla's only where that is
    what is taught. Elections in turn, so that nobody practises one form alone."""
    por_eleccion = [[a.clave for a in e.actas] for e in formas.proceso.elecciones if e.actas]
    for lugar, leccion in enumerate(_CON_PAPEL):
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
    """The picture as the desk shows one that arrived: scanned, and seen from straight above. Where somebody looks at
    what came out of the scanner, as it did."""
    foto = fotografiar(llenar(papel.hoja, papel.plan, azar), "scan", azar).jpeg
    if MESA_DE[papel.leccion] == DIGITALIZACION:
        return Derivados(salida_del_escaner(foto, papel.leccion), b"", enderezada=False)
    gris = descifrar(foto)
    return derivar(foto, situar(afinar(gris, hallar_marcas(gris))))


def salida_del_escaner(foto: bytes, leccion: Leccion) -> bytes:
    """A scan as it came out, as JPEG: well, or with what that lesson shows."""
    imagen = cv2.imdecode(np.frombuffer(foto, np.uint8), cv2.IMREAD_COLOR)
    assert imagen is not None
    imagen = cv2.resize(imagen, None, fx=_SE_MIRA, fy=_SE_MIRA, interpolation=cv2.INTER_AREA)
    ancho = imagen.shape[1]
    if leccion is Leccion.BORROSA:
        imagen = cv2.GaussianBlur(imagen, (0, 0), ancho * _BORROSA)
    elif leccion is Leccion.OSCURA:
        imagen = cv2.convertScaleAbs(imagen, alpha=_OSCURA)
    elif leccion is Leccion.CORTADA:
        imagen = np.ascontiguousarray(imagen[:, : round(ancho * _CORTADA)])
    return bytes(cv2.imencode(".jpg", imagen, [cv2.IMWRITE_JPEG_QUALITY, 70])[1])


_SE_MIRA: Final = 0.6
"""What is looked at on a screen, of what a scanner gives."""
_BORROSA, _OSCURA, _CORTADA = 1 / 700, 0.22, 0.88
"""How bad those come out: blur, in parts of the width; what is left of the light; of the width."""

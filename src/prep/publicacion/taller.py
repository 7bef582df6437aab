"""The files of one corte and its manifest, from the facts of one snapshot: same inputs, same bytes.

Nothing is published here (see `corte`), so that whoever recomputes a corte does the very same (`rehacer`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from prep.dominio.tabulacion.proceso import ActaEsperada, Eleccion
from prep.dominio.tabulacion.tabulacion import Resultado, estadistica, resultado_entidad
from prep.plataforma.procesos import morir_con
from prep.publicacion import base_datos, documentos, esquemas
from prep.publicacion.filas import Redactor
from prep.publicacion.fuente import Estado, Fuente, de_la_eleccion
from prep.publicacion.instantanea import Instantanea, abrir
from prep.publicacion.publicador import Portal, Publicador
from prep.publicacion.tramo import Archivo, Tramo, guardar, hacer_tramo
from prep.transparencia.canonico import canonico
from prep.transparencia.emisor import raiz_de_imagenes


class Cronometro:
    """Seconds of each step, from the end of the one before."""

    def __init__(self) -> None:
        self.tiempos: dict[str, float] = {}
        self._desde = time.perf_counter()

    def paso(self, nombre: str) -> None:
        ahora = time.perf_counter()
        self.tiempos[nombre] = self.tiempos.get(nombre, 0) + ahora - self._desde
        self._desde = ahora


@dataclass(frozen=True, slots=True)
class _Tarea:
    """One process's share: a run of demarcaciones of one election."""

    eleccion: Eleccion
    grupos: list[tuple[int, list[ActaEsperada]]]
    fuera: list[dict[str, str]]
    nombre: str


class Taller:
    """Makes what a corte publishes, step by step, timing each.

    After `componer`: `archivos`, those of the corte, set aside; `recursos` and `portada`, those of the publication's
    root; `imagenes`, SHA-256 of every picture it names; `alarmas`, what somebody must look at; `sin_paginas`, why the
    pages could not be drawn, empty when they could.
    """

    def __init__(
        self, p: Publicador, hora: datetime, cierre: bool, foto: Instantanea, aparte: Path, reloj: Cronometro
    ) -> None:
        self.p, self.hora, self.cierre, self.foto, self.aparte, self.reloj = p, hora, cierre, foto, aparte, reloj
        self.archivos: list[Archivo] = []
        self.documentos: dict[str, Any] = {}
        self.recursos: list[tuple[str, bytes]] = []
        self.portada: list[tuple[str, bytes]] = []
        self.alarmas: list[str] = []
        self.sin_paginas = ""

    def componer(self, numero: int, anterior: dict[str, Any] | None, con_libro: bool) -> bytes:
        """Compute everything and put it aside, in `archivos`; the manifest. `anterior`: pointer of the previous corte.

        A function of the facts and its arguments: same bytes always. The store is read, never written.
        """
        p = self.p
        hojas = self.foto.fuente.hojas_fuera()
        self.en_ceros = self.foto.fuente.en_ceros()
        with self._obreros() as obreros:
            tareas = [t for e in p.proceso.elecciones for t in self._tareas(e, hojas)]
            tramos = list(zip(tareas, self._repartir(obreros, tareas), strict=True))
            self.reloj.paso("actas")
            self.por_eleccion = por_eleccion = self._totales(tramos, hojas)
            self._documentos(numero, anterior, por_eleccion, tramos)
            self.reloj.paso("totales y documentos")
            self._bases(obreros, por_eleccion, tramos, con_libro)
            self.reloj.paso("bases de datos")
        self._alarmas_de(tramos)
        self.retenidas = [clave for _, tramo in tramos for clave in tramo.retenidas]
        self.imagenes = imagenes = sorted({i for _, tramo in tramos for i in tramo.imagenes})
        dibujo = self.documentos | {"corte.json": self._manifiesto(numero, anterior, por_eleccion, imagenes)}
        if p.portal is None or not self._dibujar(p.portal, dibujo):
            self._heredar_sitio(anterior)
        self.reloj.paso("páginas")
        return self._manifiesto(numero, anterior, por_eleccion, imagenes)

    # --- sharing the work --------------------------------------------------------------------------------------------

    def _tareas(self, eleccion: Eleccion, hojas: list[Estado]) -> list[_Tarea]:
        grupos = self.p.grupos(eleccion)
        fuera = de_la_eleccion(hojas, eleccion.clave)
        por_tramo = -(-len(eleccion.actas) // self.p.procesos)
        tareas: list[_Tarea] = []
        actual: list[tuple[int, list[ActaEsperada]]] = []
        cuantas = 0
        for grupo in grupos:
            actual.append(grupo)
            cuantas += len(grupo[1])
            if cuantas >= por_tramo or grupo is grupos[-1]:
                tareas.append(_Tarea(eleccion, actual, fuera, f"{eleccion.clave}-{len(tareas)}"))
                actual, cuantas = [], 0
        return tareas

    @contextmanager
    def _obreros(self) -> Iterator[Executor | None]:
        """Worker processes forked now: they share the process, already in memory, without copying it."""
        if self.p.procesos == 1:
            yield None
            return
        global _taller
        _taller = self
        try:
            bifurcar = multiprocessing.get_context("fork")
            with ProcessPoolExecutor(self.p.procesos, bifurcar, morir_con, (os.getpid(),)) as obreros:
                yield obreros
        finally:
            _taller = None

    def _repartir(self, obreros: Executor | None, tareas: list[_Tarea]) -> list[Tramo]:
        if obreros is None:
            return [self.tramo(t, self.foto.fuente) for t in tareas]
        self.tareas = tareas
        return list(obreros.map(_tramo_en_obrero, range(len(tareas))))

    def tramo(self, t: _Tarea, fuente: Fuente) -> Tramo:
        return hacer_tramo(
            self.p.proceso,
            t.eleccion,
            t.grupos,
            t.fuera,
            fuente,
            self.aparte,
            t.nombre,
            self.p.informativo.parametros,
            self.cierre,
            self.en_ceros,
            self.p.evidencia is not None,
        )

    # --- figures and documents ---------------------------------------------------------------------------------------

    def _totales(self, tramos: Sequence[tuple[_Tarea, Tramo]], hojas: list[Estado]) -> _PorEleccion:
        totales: _PorEleccion = {}
        for eleccion in self.p.proceso.elecciones:
            demarcaciones: dict[int, Resultado] = {}
            for tarea, tramo in tramos:
                if tarea.eleccion is eleccion:
                    demarcaciones |= tramo.resultados
                    self.archivos += tramo.archivos
            fuera = len(de_la_eleccion(hojas, eleccion.clave))
            totales[eleccion.clave] = (resultado_entidad(eleccion, demarcaciones, fuera), demarcaciones)
        return totales

    def _documentos(
        self,
        numero: int,
        anterior: dict[str, Any] | None,
        por_eleccion: _PorEleccion,
        tramos: Sequence[tuple[_Tarea, Tramo]],
    ) -> None:
        p = self.p
        for eleccion in p.proceso.elecciones:
            entidad, demarcaciones = por_eleccion[eleccion.clave]
            self._documento(
                "resumen",
                f"{eleccion.clave}/resumen.json",
                documentos.resumen(eleccion, entidad, demarcaciones, self.cierre),
            )
            especiales = [c for t, tramo in tramos if t.eleccion is eleccion for c in tramo.especiales]
            self._documento(
                "especiales",
                f"{eleccion.clave}/especiales.json",
                {"formato": "prep/especiales/1", "eleccion": eleccion.clave, "casillas": especiales},
            )
        previo = p.almacen.leer(f"{anterior['ruta']}/avance.json") if anterior else None
        serie = orjson.loads(previo) if previo else None
        self._documento("avance", "avance.json", documentos.avance(serie, numero, self.hora.isoformat(), por_eleccion))
        self._documento(
            "proceso", "proceso.json", p.documento_fijo("proceso", lambda: documentos.proceso(p.proceso, p.informativo))
        )
        self._documento(
            "secciones", "secciones.json", p.documento_fijo("secciones", lambda: documentos.secciones(p.proceso))
        )
        if p.mapa is not None:
            self._documento("mapa", "mapa.json", p.mapa)

    def _documento(self, formato: str, ruta: str, documento: dict[str, Any]) -> None:
        esquemas.validar(formato, documento, ruta)
        self.documentos[ruta] = documento
        self.archivos.append(guardar(self.aparte, ruta, orjson.dumps(documento)))

    def _bases(
        self,
        obreros: Executor | None,
        por_eleccion: _PorEleccion,
        tramos: Sequence[tuple[_Tarea, Tramo]],
        con_libro: bool,
    ) -> None:
        p, hora = self.p, self.hora
        partes: list[_Tabla] = []
        for eleccion in p.proceso.elecciones:
            entidad, _ = por_eleccion[eleccion.clave]
            tareas = [(t, tramo) for t, tramo in tramos if t.eleccion is eleccion]
            lineas = [tramo.lineas for _, tramo in tareas if tramo.lineas]
            redactor = Redactor(p.proceso, eleccion, p.informativo.parametros, self.en_ceros)
            cola = io.StringIO()
            csv.writer(cola, lineterminator="\r\n").writerows(redactor.linea_fuera(h) for h in tareas[0][0].fuera)
            cabeza = base_datos.encabezado(eleccion, p.modo, hora, estadistica(entidad.cuenta, self.cierre))
            partes.append((eleccion, cabeza, lineas, cola.getvalue()))

        nombre = f"{hora:%Y%m%d_%H%M}_PREP_{p.proceso.entidad_abreviatura}"
        self.partes = partes
        if obreros is None:
            paquetes = [self.paquete(parte) for parte in partes]
            if con_libro:
                self.libro()
        else:
            libro = obreros.submit(_libro_en_obrero, partes) if con_libro else None
            paquetes = list(obreros.map(_paquete_en_obrero, partes))
            if libro is not None:
                libro.result()
        zip_ = base_datos.empacar(paquetes, hora, comprimir=False)
        self.archivos.append(guardar(self.aparte, f"bd/{nombre}.zip", zip_))
        if con_libro:
            self.archivos.append(guardar(self.aparte, f"bd/{nombre}.xlsx", (self.aparte / "libro").read_bytes()))

    def paquete(self, parte: _Tabla) -> tuple[str, bytes]:
        eleccion, cabeza, lineas, cola = parte
        nombres = self.p.informativo.candidaturas
        return base_datos.paquete_eleccion(self.p.proceso, eleccion, nombres, self.hora, cabeza, lineas, cola)

    def libro(self, partes: Sequence[_Tabla] | None = None) -> None:
        hojas = [(e.clave, cabeza, lineas, cola) for e, cabeza, lineas, cola in partes or self.partes]
        base_datos.libro(hojas, self.hora, self.aparte / "libro")

    def _alarmas_de(self, tramos: Sequence[tuple[_Tarea, Tramo]]) -> None:
        conocidas = 0
        for _, tramo in tramos:
            self.alarmas += tramo.alarmas
            conocidas += tramo.conocidas
        sobran = self.foto.fuente.actas() - conocidas
        if sobran:
            self.alarmas.append(f"{sobran} actas con hechos no están en el catálogo; revise de qué nodo vienen.")

    def _dibujar(self, portal: Portal, dibujo: dict[str, Any]) -> bool:
        """The portal's pages: those of the corte join its files; those of the root are kept for after the switch, and
        `sitio.json` lists them so that they are signed too.

        A page that cannot be drawn never holds figures back: the corte goes out without pages and somebody is told.
        """
        try:
            paginas = [guardar(self.aparte, nombre, datos) for nombre, datos in portal.paginas(dibujo)]
            recursos, portada = list(portal.recursos(dibujo)), list(portal.portada(dibujo))
        except Exception as error:
            self.sin_paginas = f"{type(error).__name__}: {error}"
            self.alarmas.append(
                "No se pudieron dibujar las páginas: este corte lleva datos, bases e imágenes, y el portal sigue en el "
                f"último que las tuvo. Avise a quien desarrolla. Causa: {self.sin_paginas}"
            )
            return False
        self.archivos += paginas
        self.recursos, self.portada = recursos, portada
        sitio = {
            "formato": "prep/sitio/1",
            "archivos": [
                {"ruta": nombre, "sha256": hashlib.sha256(datos).hexdigest(), "bytes": len(datos)}
                for nombre, datos in sorted([*self.recursos, *self.portada])
            ],
        }
        self.archivos.append(guardar(self.aparte, "sitio.json", canonico(sitio)))
        return True

    def _heredar_sitio(self, anterior: dict[str, Any] | None) -> None:
        """Without pages of this corte, those of the previous one stay at the root, and stay signed."""
        previo = self.p.almacen.leer(f"{anterior['ruta']}/sitio.json") if anterior else None
        if previo is not None:
            self.archivos.append(guardar(self.aparte, "sitio.json", previo))

    def _manifiesto(
        self, numero: int, anterior: dict[str, Any] | None, por_eleccion: _PorEleccion, imagenes: list[str]
    ) -> bytes:
        documento = {
            "formato": "prep/corte/1",
            "proceso": self.p.proceso.clave,
            "corte": numero,
            "hora": self.hora.isoformat(),
            "modo": self.p.modo.value,
            "cierre": self.cierre,
            "anterior": anterior["manifiesto"] if anterior else None,
            "archivos": [
                {"ruta": a.ruta, "sha256": a.sha256, "bytes": a.bytes}
                for a in sorted(self.archivos, key=lambda a: a.ruta)
            ],
            "imagenes": {"raiz": raiz_de_imagenes(imagenes), "total": len(imagenes)},
            "bitacora": {"posicion": self.foto.posicion, "raiz": self.foto.raiz},
            "catalogo": self.p.proceso.huella,
            "software": self.p.software,
            "cuentas": cuentas_de(por_eleccion),
        }
        esquemas.validar("corte", documento, "corte.json")
        return canonico(documento)


_PorEleccion = dict[str, tuple[Resultado, dict[int, Resultado]]]
_Tabla = tuple[Eleccion, str, list[Path], str]
_taller: Taller | None = None


def _tramo_en_obrero(lugar: int) -> Tramo:
    assert _taller is not None and _taller.foto.identificador is not None
    with abrir(_taller.foto.identificador, _taller.foto.conexion) as fuente:
        return _taller.tramo(_taller.tareas[lugar], fuente)


def _paquete_en_obrero(parte: _Tabla) -> tuple[str, bytes]:
    assert _taller is not None
    return _taller.paquete(parte)


def _libro_en_obrero(partes: list[_Tabla]) -> None:
    assert _taller is not None
    _taller.libro(partes)


def cuentas_de(por_eleccion: _PorEleccion) -> dict[str, dict[str, int]]:
    return {
        clave: {
            "esperadas": r.cuenta.esperadas,
            "capturadas": r.cuenta.capturadas,
            "contabilizadas": r.cuenta.contabilizadas,
        }
        for clave, (r, _) in por_eleccion.items()
    }

"""The use case: one corte, from a consistent snapshot of the facts to files that are switched at once."""

from __future__ import annotations

import csv
import hashlib
import io
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

import orjson

from prep.catalogo.informativo import Informativo
from prep.dominio.proceso import ActaEsperada, Eleccion, Modo, Proceso
from prep.dominio.tabulacion import Resultado, estadistica, resultado_entidad
from prep.emision.canonico import canonico
from prep.emision.emisor import emitir_corte, raiz_de_imagenes
from prep.emision.errores import ErrorEmision
from prep.emision.nota import Firmante
from prep.emision.registro import Registro
from prep.plataforma.almacen import Almacen
from prep.plataforma.huella import huella
from prep.plataforma.procesos import carpeta_aparte, morir_con
from prep.publicacion import base_datos, documentos, esquemas
from prep.publicacion.filas import Redactor, ruta_imagen
from prep.publicacion.fuente import Estado, Fuente, de_la_eleccion
from prep.publicacion.instantanea import Instantanea, abrir, instantanea
from prep.publicacion.tramo import Archivo, Tramo, guardar, hacer_tramo

ACTAS_CON_LIBRO_SIEMPRE: Final = 3000
MINUTOS_ENTRE_LIBROS: Final = 20
"""Above that many actas the workbook goes out at least three times an hour instead of in every corte (prep.md §8)."""


class Portal(Protocol):
    """What draws the pages (`prep.portal`). Each receives the documents of the corte by path, `corte.json` being its
    manifest so far, without the pages themselves; each gives (path, bytes)."""

    def paginas(self, corte: Mapping[str, Any], /) -> Iterable[tuple[str, bytes]]:
        """Pages of the corte; paths relative to its folder."""

    def recursos(self, corte: Mapping[str, Any], /) -> Iterable[tuple[str, bytes]]:
        """Immutable files that cortes share; paths from the publication's root."""

    def portada(self, corte: Mapping[str, Any], /) -> Iterable[tuple[str, bytes]]:
        """Pages at the root, rewritten after the switch; paths from the publication's root."""


class CorteImposible(RuntimeError):
    """A corte could not be made; the previous one stays. Says why."""


@dataclass(frozen=True, slots=True)
class Corte:
    """What was published. `tiempos`: seconds of each step. `alarmas`: what somebody must look at."""

    numero: int
    hora: datetime
    ruta: str
    manifiesto: str
    cuentas: dict[str, dict[str, int]]
    posicion: int
    nuevos: int
    iguales: int
    tiempos: dict[str, float]
    alarmas: tuple[str, ...]


@dataclass(slots=True)
class Publicador:
    """What does not change from one corte to the next: the process, where it goes and how.

    `procesos`: how many worker processes share the work; 1 works in this one, on the given connection.
    `evidencia`: where the images to publish are, under the paths they are published at; without it none is published.
    `mapa`: the institution's outlines (`prep portal mapa`).
    `firmante`: the institute's key, which signs the log of cortes; without it nothing can be published.
    `con_libro`: the Excel workbook goes out too; at national size it takes longer than a corte may.
    """

    proceso: Proceso
    informativo: Informativo
    almacen: Almacen
    modo: Modo
    firmante: Firmante | None
    software: str = field(default_factory=huella)
    procesos: int = 2
    evidencia: Almacen | None = None
    portal: Portal | None = None
    con_libro: bool = True
    mapa: dict[str, Any] | None = None
    _fijo: dict[str, Any] = field(default_factory=dict)
    _publicadas: set[str] = field(default_factory=set)

    def grupos(self, eleccion: Eleccion) -> list[tuple[int, list[ActaEsperada]]]:
        """The actas of each demarcation, in the order of the database; computed once."""
        if eleccion.clave not in self._fijo:
            grupos: dict[int, list[ActaEsperada]] = {id_: [] for id_ in eleccion.demarcaciones}
            for acta in eleccion.actas:
                grupos[acta.demarcacion].append(acta)
            self._fijo[eleccion.clave] = list(grupos.items())
        return self._fijo[eleccion.clave]

    @property
    def registro(self) -> Registro:
        """The verifiable log that lives in the store."""
        if self.firmante is None:
            raise CorteImposible("falta la llave del instituto, con la que se firma")
        return Registro(self.almacen, self.firmante)

    def documento_fijo(self, nombre: str, hacer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        if nombre not in self._fijo:
            self._fijo[nombre] = hacer()
        return self._fijo[nombre]


class _Cronometro:
    def __init__(self) -> None:
        self.tiempos: dict[str, float] = {}
        self._desde = time.perf_counter()

    def paso(self, nombre: str) -> None:
        ahora = time.perf_counter()
        self.tiempos[nombre] = self.tiempos.get(nombre, 0) + ahora - self._desde
        self._desde = ahora


def hacer_corte(p: Publicador, hora: datetime, cierre: bool = False) -> Corte:
    """Publish one corte of everything known now, as of `hora` (aware). Raises `CorteImposible`; nothing is switched."""
    hora = hora.astimezone(ZoneInfo(p.proceso.zona_horaria)).replace(microsecond=0)
    try:
        with (
            instantanea(compartida=p.procesos > 1) as foto,
            carpeta_aparte("prep-corte-") as aparte,
        ):
            return Taller(p, hora, cierre, foto, aparte).hacer()
    except Exception as error:  # whatever it was, what is published stays whole and somebody is told
        causa = str(error) if isinstance(error, _CON_MENSAJE) else f"{type(error).__name__}: {error}"
        raise CorteImposible(f"No se pudo hacer el corte; sigue publicado el anterior. Causa: {causa}") from error


_CON_MENSAJE: Final = (RuntimeError, ErrorEmision, OSError)
"""Errors whose text already tells a person what happened."""


@dataclass(frozen=True, slots=True)
class _Tarea:
    """One process's share: a run of demarcaciones of one election."""

    eleccion: Eleccion
    grupos: list[tuple[int, list[ActaEsperada]]]
    fuera: list[dict[str, str]]
    nombre: str


class Taller:
    """Makes one corte, step by step, timing each."""

    def __init__(self, p: Publicador, hora: datetime, cierre: bool, foto: Instantanea, aparte: Path) -> None:
        self.p, self.hora, self.cierre, self.foto, self.aparte = p, hora, cierre, foto, aparte
        self.archivos: list[Archivo] = []
        self.documentos: dict[str, Any] = {}
        self.recursos: list[tuple[str, bytes]] = []
        self.portada: list[tuple[str, bytes]] = []
        self.alarmas: list[str] = []
        self.reloj = _Cronometro()

    def hacer(self) -> Corte:
        """Compute, write and switch."""
        p = self.p
        anterior, manifiesto_anterior = self._anterior()
        numero = anterior["corte"] + 1 if anterior else 1
        ruta = ruta_de(numero)
        if anterior and datetime.fromisoformat(anterior["hora"]) > self.hora:
            self.alarmas.append(f"El reloj va atrás del corte anterior ({anterior['hora']}); se publica con esa hora.")
            self.hora = datetime.fromisoformat(anterior["hora"]).astimezone(self.hora.tzinfo)
        self.reloj.paso("anterior")
        manifiesto = self.componer(numero, anterior, self._toca_libro(manifiesto_anterior))
        for nombre, datos in self.recursos:
            p.almacen.escribir(nombre, datos)
        previos = {a["ruta"]: a["sha256"] for a in manifiesto_anterior["archivos"]} if manifiesto_anterior else {}
        nuevos = self._escribir(ruta, anterior["ruta"] if anterior else "", previos)
        self.reloj.paso("escritura")
        emitir_corte(p.registro, manifiesto, ruta)
        self.reloj.paso("firma y cambio")
        for nombre, datos in self.portada:
            p.almacen.reemplazar(nombre, datos)
        self.reloj.paso("portada")
        return Corte(
            numero=numero,
            hora=self.hora,
            ruta=ruta,
            manifiesto=hashlib.sha256(manifiesto).hexdigest(),
            cuentas=_cuentas(self.por_eleccion),
            posicion=self.foto.posicion,
            nuevos=nuevos,
            iguales=len(self.archivos) - nuevos,
            tiempos=self.reloj.tiempos,
            alarmas=tuple(self.alarmas),
        )

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
        self.imagenes = imagenes = sorted({i for _, tramo in tramos for i in tramo.imagenes})
        dibujo = self.documentos | {"corte.json": self._manifiesto(numero, anterior, por_eleccion, imagenes)}
        if p.portal is not None:
            self._dibujar(p.portal, dibujo, anterior)
            self.reloj.paso("páginas")
        return self._manifiesto(numero, anterior, por_eleccion, imagenes)

    # --- what is already published -----------------------------------------------------------------------------------

    def _anterior(self) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """Pointer and manifest of the last corte. One that was finished but not switched is switched first; what an
        unfinished one left is discarded."""
        almacen = self.p.almacen
        while True:
            crudo = almacen.leer("ultimo.json")
            ultimo = orjson.loads(crudo) if crudo else None
            if ultimo and (ultimo["proceso"], ultimo["modo"]) != (self.p.proceso.clave, self.p.modo.value):
                raise CorteImposible(
                    f"el destino ya tiene la {ultimo['modo']} del proceso {ultimo['proceso']}; publique en otro"
                )
            siguiente = ruta_de(ultimo["corte"] + 1 if ultimo else 1)
            pendiente = almacen.leer(f"{siguiente}/corte.json")
            if pendiente is None:
                break
            emitir_corte(self.p.registro, pendiente, siguiente)
        almacen.descartar(siguiente)
        if ultimo is None:
            return None, None
        manifiesto = almacen.leer(f"{ultimo['ruta']}/corte.json")
        if manifiesto is None or hashlib.sha256(manifiesto).hexdigest() != ultimo["manifiesto"]:
            raise CorteImposible(f"el corte publicado {ultimo['corte']} está dañado; revise el almacén")
        return ultimo, orjson.loads(manifiesto)

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

    def _toca_libro(self, manifiesto_anterior: dict[str, Any] | None) -> bool:
        actas = sum(len(e.actas) for e in self.p.proceso.elecciones)
        if not self.p.con_libro:
            return False
        if actas <= ACTAS_CON_LIBRO_SIEMPRE or manifiesto_anterior is None or self.cierre:
            return True
        antes = datetime.fromisoformat(manifiesto_anterior["hora"])
        return _turno(antes) != _turno(self.hora)

    def _alarmas_de(self, tramos: Sequence[tuple[_Tarea, Tramo]]) -> None:
        conocidas = 0
        for _, tramo in tramos:
            self.alarmas += tramo.alarmas
            conocidas += tramo.conocidas
        sobran = self.foto.fuente.actas() - conocidas
        if sobran:
            self.alarmas.append(f"{sobran} actas con hechos no están en el catálogo; revise de qué nodo vienen.")

    def _dibujar(self, portal: Portal, dibujo: dict[str, Any], anterior: dict[str, Any] | None) -> None:
        """The portal's pages: those of the corte join its files; those of the root are kept for after the switch, and
        `sitio.json` lists them so that they are signed too.

        A page that cannot be drawn never holds figures back: the corte goes out without pages, those of the previous
        one stay at the root, still signed, and somebody is told.
        """
        try:
            paginas = [guardar(self.aparte, nombre, datos) for nombre, datos in portal.paginas(dibujo)]
            recursos, portada = list(portal.recursos(dibujo)), list(portal.portada(dibujo))
        except Exception as error:
            self.alarmas.append(
                "No se pudieron dibujar las páginas: este corte lleva datos, bases e imágenes, y el portal sigue en el "
                f"último que las tuvo. Avise a quien desarrolla. Causa: {type(error).__name__}: {error}"
            )
            previo = self.p.almacen.leer(f"{anterior['ruta']}/sitio.json") if anterior else None
            if previo is not None:
                self.archivos.append(guardar(self.aparte, "sitio.json", previo))
            return
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

    # --- writing and switching ---------------------------------------------------------------------------------------

    def _escribir(self, ruta: str, ruta_anterior: str, previos: dict[str, str]) -> int:
        """Put every file in the store; one equal to the previous corte's is linked, not written. Number written."""
        nuevos = 0
        with self.p.almacen.lote():
            for archivo in self.archivos:
                if previos.get(archivo.ruta) == archivo.sha256:
                    self.p.almacen.copiar(f"{ruta_anterior}/{archivo.ruta}", f"{ruta}/{archivo.ruta}")
                else:
                    self.p.almacen.escribir(f"{ruta}/{archivo.ruta}", archivo.origen.read_bytes())
                    nuevos += 1
            escritas = self._escribir_imagenes()
        self.p._publicadas.update(escritas)  # only now: a batch that fails leaves nothing
        return nuevos

    def _escribir_imagenes(self) -> list[str]:
        """Copy to the store the images that this corte is the first to publish."""
        p = self.p
        escritas: list[str] = []
        if p.evidencia is None:
            return escritas
        for huella_ in self.imagenes:
            if huella_ in p._publicadas:
                continue
            ruta = ruta_imagen(huella_)
            if not p.almacen.existe(ruta):
                datos = p.evidencia.leer(ruta)
                if datos is None or hashlib.sha256(datos).hexdigest() != huella_:
                    self.alarmas.append(f"Falta la imagen publicada {huella_} en la evidencia, o está dañada.")
                    continue
                p.almacen.escribir(ruta, datos)
            escritas.append(huella_)
        return escritas

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
            "cuentas": _cuentas(por_eleccion),
        }
        esquemas.validar("corte", documento, "corte.json")
        return canonico(documento)


def ruta_de(numero: int) -> str:
    """Where corte `numero` is, from the publication's root."""
    return f"cortes/{numero:04d}"


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


def _cuentas(por_eleccion: _PorEleccion) -> dict[str, dict[str, int]]:
    return {
        clave: {
            "esperadas": r.cuenta.esperadas,
            "capturadas": r.cuenta.capturadas,
            "contabilizadas": r.cuenta.contabilizadas,
        }
        for clave, (r, _) in por_eleccion.items()
    }


def _turno(hora: datetime) -> tuple[int, int, int]:
    return hora.toordinal(), hora.hour, hora.minute // MINUTOS_ENTRE_LIBROS

"""The files of one corte and its manifest, from the facts of one snapshot: same inputs, same bytes.

Nothing is published here (see `corte`), so that whoever recomputes a corte does the very same (`rehacer`).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from prep.dominio.tabulacion.proceso import Eleccion
from prep.dominio.tabulacion.tabulacion import Resultado, estadistica, resultado_entidad, resultados_municipio
from prep.publicacion import base_datos, documentos, esquemas
from prep.publicacion.archivos import Archivo, Trozo, guardar, guardar_trozos
from prep.publicacion.claves import contexto
from prep.publicacion.continuidad import PublicacionDanada, no_es_el_publicado
from prep.publicacion.demarcacion import Lugar, hacer_lugar
from prep.publicacion.filas import Redactor, demarcacion_de
from prep.publicacion.fuente import de_la_eleccion
from prep.publicacion.instantanea import Instantanea, Vista
from prep.publicacion.libro import libro, renglones
from prep.publicacion.obreros import Obreros, obreros
from prep.publicacion.paquete import bloque, empacar, tal_cual
from prep.publicacion.publicador import Publicador
from prep.publicacion.reserva import Reserva
from prep.publicacion.seccion import Pauta
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
class Encargo:
    """What a corte is a function of, besides the facts. `anterior`: pointer of the previous corte. `aparte`: an empty
    folder to work in. `previos`: SHA-256 of each file of the previous corte, by path."""

    p: Publicador
    foto: Instantanea
    numero: int
    hora: datetime
    cierre: bool
    anterior: Mapping[str, Any] | None
    con_libro: bool
    aparte: Path
    previos: Mapping[str, str] = field(default_factory=dict)

    def del_anterior(self, archivo: str) -> bytes | None:
        """A file of the previous corte. Raises `PublicacionDanada`."""
        if self.anterior is None:
            return None
        ruta = f"{self.anterior['ruta']}/{archivo}"
        datos, sha256 = self.p.almacen.leer(ruta), self.previos.get(archivo)
        if sha256 is not None and (datos is None or hashlib.sha256(datos).hexdigest() != sha256):
            raise PublicacionDanada(no_es_el_publicado(ruta))
        return datos


@dataclass(frozen=True, slots=True)
class Tablero:
    """One election: its figures, its demarcaciones as they were written, its sheets out of catalogue."""

    eleccion: Eleccion
    entidad: Resultado
    lugares: dict[int, Lugar]
    fuera: list[dict[str, str]]

    @property
    def demarcaciones(self) -> dict[int, Resultado]:
        return {id_: lugar.resultado for id_, lugar in self.lugares.items()}


@dataclass(frozen=True, slots=True)
class Paginas:
    """What the portal drew: pages of the corte, immutable files and pages of the publication's root. `causa`: why it
    could not, when it could not; then there are none."""

    del_corte: list[Archivo]
    recursos: list[tuple[str, bytes]]
    portada: list[tuple[str, bytes]]
    causa: str = ""


@dataclass(frozen=True, slots=True)
class Compuesto:
    """A corte, set aside. `imagenes`: SHA-256 of every picture it names. `alarmas`: what somebody must look at.
    `retenidas`: keys of the actas that it could not carry. `escritas`: how many secciones had to be written."""

    manifiesto: bytes
    archivos: list[Archivo]
    paginas: Paginas
    imagenes: list[str]
    cuentas: dict[str, dict[str, int]]
    alarmas: list[str]
    retenidas: list[str]
    escritas: int


def _nada(_: Sequence[Archivo]) -> None:
    pass


def componer(encargo: Encargo, reloj: Cronometro, mientras: Callable[[Sequence[Archivo]], None] = _nada) -> Compuesto:
    """Compute everything and put it aside. The store is read, never written. `mientras`: what its maker does with the
    files that are ready, while the pages are drawn."""
    p = encargo.p
    pautas, fuera = _pautas(encargo)
    with obreros(p.procesos, lambda: _mesa(encargo, pautas, fuera)) as quienes:
        tableros = _tableros(encargo, fuera, quienes)
        reloj.paso("actas")
        docs = _documentos(encargo, tableros)
        archivos = [lugar.documento for t in tableros for lugar in t.lugares.values()]
        archivos += [guardar(encargo.aparte, ruta, orjson.dumps(doc)) for ruta, doc in docs.items()]
        reloj.paso("totales y documentos")
        archivos += _bases(encargo, tableros, pautas, quienes)
        reloj.paso("bases de datos")
    lugares = [lugar for t in tableros for lugar in t.lugares.values()]
    cuentas = {t.eleccion.clave: _cuentas(t.entidad) for t in tableros}
    with _dibujando(encargo, {**docs, "corte.json": _hasta_aqui(encargo, archivos, cuentas)}) as dibujadas:
        mientras(archivos)
        imagenes = sorted({i for lugar in lugares for i in lugar.suma.imagenes})
        lleva = {"raiz": raiz_de_imagenes(imagenes), "total": len(imagenes)}
        paginas = dibujadas()
    alarmas = _alarmas(encargo, tableros)
    if paginas.causa:
        alarmas.append(
            "No se pudieron dibujar las páginas: este corte lleva datos, bases e imágenes, y el portal sigue en el "
            f"último que las tuvo. Avise a quien desarrolla. Causa: {paginas.causa}"
        )
    archivos += paginas.del_corte or _sitio_heredado(encargo)
    reloj.paso("páginas")
    manifiesto = _manifiesto({**_hasta_aqui(encargo, archivos, cuentas), "imagenes": lleva})
    retenidas = [clave for lugar in lugares for clave in lugar.suma.retenidas]
    escritas = sum(lugar.escritas for lugar in lugares)
    return Compuesto(manifiesto, archivos, paginas, imagenes, cuentas, alarmas, retenidas, escritas)


# --- demarcaciones, each by whoever is free --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mesa:
    """What a worker has before it: the corte to make, and the facts through a connection of its own. By election:
    `pautas` and `fuera`. `reserva`: what there is to use again, and where everything is written."""

    encargo: Encargo
    pautas: dict[str, Pauta]
    fuera: dict[str, list[dict[str, str]]]
    vista: Vista
    reserva: Reserva


def _pautas(encargo: Encargo) -> tuple[dict[str, Pauta], dict[str, list[dict[str, str]]]]:
    """By election: how to write its actas, and what could be read of its sheets out of catalogue."""
    p = encargo.p
    en_ceros, hojas = encargo.foto.fuente.en_ceros(), encargo.foto.fuente.hojas_fuera()
    con_imagenes, con_filas = p.evidencia is not None, encargo.con_libro or p.con_libro
    parametros = p.informativo.parametros
    pautas = {
        e.clave: Pauta(
            contexto(p.software, p.proceso, e, parametros, en_ceros, encargo.cierre, con_imagenes, con_filas),
            e,
            Redactor(p.proceso, e, parametros, en_ceros),
            encargo.cierre,
            con_imagenes,
            con_filas,
        )
        for e in p.proceso.elecciones
    }
    for e in p.proceso.elecciones:
        p.secciones(e)  # once, here: the workers would each do it again
    return pautas, {clave: de_la_eleccion(hojas, clave) for clave in pautas}


def _mesa(encargo: Encargo, pautas: dict[str, Pauta], fuera: dict[str, list[dict[str, str]]]) -> Mesa:
    vista = encargo.foto.vista()
    if encargo.p.reserva is None or vista.versiones is None:
        return Mesa(encargo, pautas, fuera, replace(vista, versiones=None), Reserva(encargo.aparte / "reserva"))
    return Mesa(encargo, pautas, fuera, vista, Reserva(encargo.p.reserva))


def _hacer_lugar(mesa: Mesa, cual: tuple[str, int]) -> Lugar:
    eleccion, id_ = cual
    pauta = mesa.pautas[eleccion]
    secciones = mesa.encargo.p.secciones(pauta.eleccion)[id_]
    fuera = sum(1 for hoja in mesa.fuera[eleccion] if demarcacion_de(hoja) == id_)
    return hacer_lugar(pauta, id_, secciones, fuera, mesa.vista, mesa.reserva)


def _tableros(encargo: Encargo, fuera: Mapping[str, list[dict[str, str]]], quienes: Obreros[Mesa]) -> list[Tablero]:
    cuales = [(e.clave, id_) for e in encargo.p.proceso.elecciones for id_ in e.demarcaciones]
    hechos = dict(zip(cuales, quienes.entre_todos(_hacer_lugar, cuales), strict=True))
    tableros = []
    for e in encargo.p.proceso.elecciones:
        lugares = {id_: hechos[e.clave, id_] for id_ in e.demarcaciones}
        ajenas = fuera[e.clave]
        entidad = resultado_entidad(e, {id_: lugar.resultado for id_, lugar in lugares.items()}, len(ajenas))
        tableros.append(Tablero(e, entidad, lugares, ajenas))
    return tableros


# --- documents -------------------------------------------------------------------------------------------------------


def _documentos(encargo: Encargo, tableros: Sequence[Tablero]) -> dict[str, dict[str, Any]]:
    """By path: the JSON documents of the corte, the demarcaciones apart. Each fits its schema."""
    p = encargo.p
    docs: dict[str, tuple[str, dict[str, Any]]] = {}
    for t in tableros:
        clave = t.eleccion.clave
        resumen = documentos.resumen(t.eleccion, t.entidad, t.demarcaciones, encargo.cierre)
        docs[f"{clave}/resumen.json"] = ("resumen", resumen)
        especiales = [c for lugar in t.lugares.values() for c in lugar.suma.especiales]
        docs[f"{clave}/especiales.json"] = (
            "especiales",
            {"formato": "prep/especiales/1", "eleccion": clave, "casillas": especiales},
        )
        if t.eleccion.cruza_municipios and p.informativo.municipios:
            docs[f"{clave}/municipios.json"] = ("municipios", _por_municipio(encargo, t))
    previo = encargo.del_anterior("avance.json")
    docs["avance.json"] = (
        "avance",
        documentos.avance(
            orjson.loads(previo) if previo else None,
            encargo.numero,
            encargo.hora.isoformat(),
            {t.eleccion.clave: (t.entidad, t.demarcaciones) for t in tableros},
        ),
    )
    docs["proceso.json"] = (
        "proceso",
        p.documento_fijo("proceso", lambda: documentos.proceso(p.proceso, p.informativo)),
    )
    docs["secciones.json"] = (
        "secciones",
        p.documento_fijo("secciones", lambda: documentos.secciones(p.proceso)),
    )
    if p.mapa is not None:
        docs["mapa.json"] = ("mapa", p.mapa)
    for ruta, (formato, documento) in docs.items():
        esquemas.validar(formato, documento, ruta)
    return {ruta: documento for ruta, (_, documento) in docs.items()}


def _por_municipio(encargo: Encargo, t: Tablero) -> dict[str, Any]:
    nombres = encargo.p.informativo.municipios
    partes = {m: {id_: x.suma.municipios[m] for id_, x in t.lugares.items() if m in x.suma.municipios} for m in nombres}
    resultados = resultados_municipio(t.eleccion, partes)
    return documentos.municipios(t.eleccion, nombres, resultados, encargo.cierre)


def _cuentas(entidad: Resultado) -> dict[str, int]:
    c = entidad.cuenta
    return {"esperadas": c.esperadas, "capturadas": c.capturadas, "contabilizadas": c.contabilizadas}


# --- databases -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hoja:
    """One election's table: the lines above the actas, those of each demarcación, those of sheets out of catalogue."""

    eleccion: str
    cabeza: list[list[Any]]
    lugares: list[Lugar]
    cola: list[list[Any]]


def _bases(
    encargo: Encargo, tableros: Sequence[Tablero], pautas: Mapping[str, Pauta], quienes: Obreros[Mesa]
) -> list[Archivo]:
    p, hora = encargo.p, encargo.hora
    hojas: list[Hoja] = []
    for t in tableros:
        cabeza = base_datos.encabezado(t.eleccion, p.modo, hora, estadistica(t.entidad.cuenta, encargo.cierre))
        cola = [pautas[t.eleccion.clave].redactor.linea_fuera(h) for h in t.fuera]
        hojas.append(Hoja(t.eleccion.clave, cabeza, list(t.lugares.values()), cola))
    nombre = f"{hora:%Y%m%d_%H%M}_PREP_{p.proceso.entidad_abreviatura}"
    paquetes = [_paquete(encargo, t.eleccion, hoja) for t, hoja in zip(tableros, hojas, strict=True)]
    zip_ = empacar([tal_cual(*paquete) for paquete in paquetes], hora)
    archivos = [guardar(encargo.aparte, f"bd/{nombre}.zip", zip_)]
    if encargo.con_libro:
        archivos.append(guardar(encargo.aparte, f"bd/{nombre}.xlsx", _libro(hojas, hora, quienes)))
    return archivos


def _paquete(encargo: Encargo, eleccion: Eleccion, hoja: Hoja) -> tuple[str, bytes]:
    p = encargo.p
    cabeza = base_datos.BOM + base_datos.en_csv(hoja.cabeza)
    cola = base_datos.en_csv(hoja.cola)
    tabla = [
        (cabeza, bloque(cabeza)),
        *((lugar.tabla.leer(), lugar.bloques.leer()) for lugar in hoja.lugares),
        (cola, bloque(cola, ultimo=True)),
    ]
    return base_datos.paquete_eleccion(p.proceso, eleccion, p.informativo.candidaturas, encargo.hora, tabla)


def _libro(hojas: Sequence[Hoja], hora: datetime, quienes: Obreros[Mesa]) -> bytes:
    hechos = iter(quienes.entre_todos(_en_libro, [tramo for hoja in hojas for tramo in _tramos(hoja)]))
    return libro({hoja.eleccion: _del_libro(hoja, islice(hechos, len(hoja.lugares))) for hoja in hojas}, hora)


def _tramos(hoja: Hoja) -> Iterator[tuple[int, Trozo]]:
    """The lines of each demarcación, with the number of the row of the sheet in which they begin."""
    desde = len(hoja.cabeza) + 1
    for lugar in hoja.lugares:
        yield desde, lugar.valores
        desde += lugar.resultado.cuenta.esperadas


def _en_libro(mesa: Mesa, tramo: tuple[int, Trozo]) -> tuple[Trozo, Trozo]:
    """The rows of a demarcación in the workbook, and those compressed."""
    desde, valores = tramo
    actas = [orjson.loads(linea) for linea in valores.leer().splitlines()]
    texto = renglones(actas, desde)
    suyo, comprimido = guardar_trozos(mesa.encargo.aparte / "libro" / valores.origen.name, [texto, bloque(texto)])
    return suyo, comprimido


def _del_libro(hoja: Hoja, hechos: Iterable[tuple[Trozo, Trozo]]) -> list[tuple[bytes, bytes]]:
    actas = sum(lugar.resultado.cuenta.esperadas for lugar in hoja.lugares)
    cabeza, cola = renglones(hoja.cabeza, 1), renglones(hoja.cola, len(hoja.cabeza) + actas + 1)
    medio = [(texto.leer(), comprimido.leer()) for texto, comprimido in hechos]
    return [(cabeza, bloque(cabeza)), *medio, (cola, bloque(cola))]


# --- pages and manifest ----------------------------------------------------------------------------------------------


def _alarmas(encargo: Encargo, tableros: Sequence[Tablero]) -> list[str]:
    lugares = [lugar for t in tableros for lugar in t.lugares.values()]
    alarmas = [alarma for lugar in lugares for alarma in (*lugar.alarmas, *lugar.suma.alarmas)]
    sobran = encargo.foto.fuente.actas() - sum(lugar.suma.conocidas for lugar in lugares)
    if sobran:
        alarmas.append(f"{sobran} actas con hechos no están en el catálogo; revise de qué nodo vienen.")
    return alarmas


@contextmanager
def _dibujando(encargo: Encargo, corte: Mapping[str, Any]) -> Iterator[Callable[[], Paginas]]:
    """Have the portal's pages drawn; what it gives waits for them.

    A page that cannot be drawn never holds figures back: the corte goes out without pages and somebody is told.
    """
    portal, aparte = encargo.p.portal, encargo.aparte
    with ExitStack() as hasta_el_final:
        if portal is None:
            yield partial(Paginas, [], [], [])
            return
        try:
            recursos = list(portal.recursos(corte))
            dibujos = [portal.portada(corte), *portal.dibujos(corte)]
            quienes = hasta_el_final.enter_context(
                obreros(encargo.p.procesos, lambda: Caballete(dibujos, aparte, encargo.previos))
            )
            hechos = quienes.empezar(_dibujar_parte, range(len(dibujos)))
            dibujadas = partial(_reunidas, recursos, hechos, aparte)
        except Exception as error:
            dibujadas = partial(Paginas, [], [], [], _causa(error))
        yield dibujadas


def _reunidas(
    recursos: list[tuple[str, bytes]], hechos: Callable[[], list[tuple[list[Archivo], str]]], aparte: Path
) -> Paginas:
    """Those of the corte join its files; those of the root are kept for after the switch, and `sitio.json` lists them
    so that they are signed too."""
    try:
        partes = hechos()
    except Exception as error:
        return Paginas([], [], [], _causa(error))
    if causa := next((causa for _, causa in partes if causa), ""):
        return Paginas([], [], [], causa)
    (de_raiz, _), *demas = partes
    portada = [(archivo.ruta, archivo.trozo.leer()) for archivo in de_raiz]
    del_corte = [archivo for archivos, _ in demas for archivo in archivos]
    sitio = {
        "formato": "prep/sitio/1",
        "archivos": [
            {"ruta": nombre, "sha256": hashlib.sha256(datos).hexdigest(), "bytes": len(datos)}
            for nombre, datos in sorted([*recursos, *portada])
        ],
    }
    return Paginas([*del_corte, guardar(aparte, "sitio.json", canonico(sitio))], recursos, portada)


@dataclass(frozen=True, slots=True)
class Caballete:
    """What a worker that draws has before it. `previos`: SHA-256 of the pages of the previous corte, by path."""

    dibujos: Sequence[Iterable[tuple[str, bytes]]]
    aparte: Path
    previos: Mapping[str, str]


def _dibujar_parte(caballete: Caballete, cual: int) -> tuple[list[Archivo], str]:
    """The pages of one share; and, if they could not be drawn, why. Each that is new is a file of its own, for the
    store to take; the others are together, since nobody will."""
    carpeta = caballete.aparte / "dibujos" / str(cual)
    try:
        dibujadas = list(caballete.dibujos[cual])
        nuevas: list[tuple[str, bytes]] = []
        viejas: list[tuple[str, bytes]] = []
        for ruta, datos in dibujadas:
            igual = caballete.previos.get(ruta) == hashlib.sha256(datos).hexdigest()
            (viejas if igual else nuevas).append((ruta, datos))
        trozos = [guardar_trozos(carpeta / str(i), [datos])[0] for i, (_, datos) in enumerate(nuevas)]
        trozos = [replace(trozo, entero=True) for trozo in trozos]
        trozos += guardar_trozos(carpeta / "viejas", [datos for _, datos in viejas])
        return [Archivo(ruta, trozo) for (ruta, _), trozo in zip([*nuevas, *viejas], trozos, strict=True)], ""
    except Exception as error:
        return [], _causa(error)


def _causa(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _sitio_heredado(encargo: Encargo) -> list[Archivo]:
    """Without pages of this corte, those of the previous one stay at the root, and stay signed."""
    previo = encargo.del_anterior("sitio.json")
    return [] if previo is None else [guardar(encargo.aparte, "sitio.json", previo)]


def _hasta_aqui(encargo: Encargo, archivos: Sequence[Archivo], cuentas: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest, but for its pictures. `cuentas`: how many actas of each election the corte carries."""
    return {
        "formato": "prep/corte/1",
        "proceso": encargo.p.proceso.clave,
        "corte": encargo.numero,
        "hora": encargo.hora.isoformat(),
        "modo": encargo.p.modo.value,
        "cierre": encargo.cierre,
        "anterior": encargo.anterior["manifiesto"] if encargo.anterior else None,
        "archivos": [
            {"ruta": a.ruta, "sha256": a.trozo.sha256, "bytes": a.trozo.mide}
            for a in sorted(archivos, key=lambda a: a.ruta)
        ],
        "bitacora": {"posicion": encargo.foto.posicion, "raiz": encargo.foto.raiz},
        "catalogo": encargo.p.proceso.huella,
        "software": encargo.p.software,
        "cuentas": cuentas,
        **({"parcial": encargo.p.parcial.ficha} if encargo.p.parcial else {}),
    }


def _manifiesto(documento: dict[str, Any]) -> bytes:
    esquemas.validar("corte", documento, "corte.json")
    return canonico(documento)

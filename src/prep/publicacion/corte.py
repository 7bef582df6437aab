"""The use case: one corte, from a consistent snapshot of the facts to files that are switched at once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from django.db import connection

from prep.bitacora.marcha import la_noche, servicio_de
from prep.bitacora.models import Hecho as Asentado
from prep.bitacora.services import SEDE, anotar
from prep.dominio.acta.hechos import HOJA, Tipo, sujeto_de
from prep.dominio.comun.hecho import Hecho, nuevo_hecho
from prep.plataforma.almacen import Almacen
from prep.plataforma.orden import motivo
from prep.plataforma.procesos import carpeta_aparte
from prep.publicacion.archivos import Archivo, Trozo
from prep.publicacion.continuidad import ruptura, ultimo_corte
from prep.publicacion.filas import ruta_imagen
from prep.publicacion.fuente import Proyeccion
from prep.publicacion.instantanea import Instantanea, instantanea, turno
from prep.publicacion.publicador import Cerrada, CorteImposible, Detenida, Publicador
from prep.publicacion.taller import Compuesto, Cronometro, Encargo, componer
from prep.transparencia.emisor import emitir_corte

ACTAS_CON_LIBRO_SIEMPRE: Final = 3000
MINUTOS_ENTRE_LIBROS: Final = 20
"""Above that many actas the workbook goes out at least three times an hour instead of in every corte (prep.md §8)."""
_LOTE: Final = 2000
"""Facts put on record in one transaction."""


@dataclass(frozen=True, slots=True)
class Corte:
    """What was published. `nuevos`, `iguales`: files written, and files that the previous corte already had.
    `escritas`: secciones that had to be written. `tiempos`: seconds of each step. `alarmas`: for somebody to look at.
    """

    numero: int
    hora: datetime
    ruta: str
    manifiesto: str
    cuentas: dict[str, dict[str, int]]
    posicion: int
    nuevos: int
    iguales: int
    escritas: int
    tiempos: dict[str, float]
    alarmas: tuple[str, ...]


def hacer_corte(p: Publicador, hora: datetime, cierre: bool = False, con_libro: bool = True) -> Corte:
    """Publish one corte of everything known now, as of `hora` (aware). `con_libro`: with the workbook, where it is its
    turn. Raises `CorteImposible`, or `Cerrada` after the last one; nothing is switched."""
    with preparar_corte(p, hora, cierre, con_libro) as listo:
        dejar_constancia(p, listo.hora, listo.constancias)
        return cambiar(p, listo)


@dataclass(frozen=True, slots=True)
class Preparado:
    """A corte whose files are in the store, and to which nobody has been switched yet.

    `constancias`: the facts that say which readings it is the first to carry.
    """

    numero: int
    ruta: str
    hora: datetime
    compuesto: Compuesto
    alarmas: list[str]
    posicion: int
    nuevos: int
    reloj: Cronometro
    constancias: list[Hecho]


@contextmanager
def preparar_corte(p: Publicador, hora: datetime, cierre: bool = False, con_libro: bool = True) -> Iterator[Preparado]:
    """`hacer_corte` in parts: whoever asked puts its `constancias` on record (`dejar_constancia`) and then switches to
    it (`cambiar`), within the block, in which nobody else makes a corte.

    In that order: what may be seen published stands, whatever arrives meanwhile. Killed between both, the reading is on
    record a corte before it is seen.
    """
    hora = _hora_local(p, hora)
    if p.parcial and not p.parcial.desde <= hora <= p.parcial.hasta:
        raise CorteImposible(
            f"La delegación para publicar vale de {p.parcial.desde:%d/%m/%Y %H:%M} a {p.parcial.hasta:%d/%m/%Y %H:%M} "
            f"y son las {hora:%H:%M} del {hora:%d/%m/%Y}: no se publicó nada. Pida otra al centro."
        )
    try:
        with turno():
            with (
                instantanea(compartida=p.procesos > 1, alcance=p.alcance) as foto,
                carpeta_aparte("prep-corte-", p.almacen.aparte()) as aparte,
            ):
                listo = _preparar(p, hora, cierre, con_libro, foto, aparte)
            _exigir_que_se_publique(hora, cierre)  # somebody stopped it while it was made
            yield listo
    except (Cerrada, Detenida):
        raise
    except Exception as error:  # whatever it was, what is published stays whole and somebody is told
        causa = motivo(error)
        raise CorteImposible(f"No se pudo hacer el corte; sigue publicado el anterior. Causa: {causa}") from error


def _exigir_que_se_publique(hora: datetime, cierre: bool) -> None:
    """The last corte is never stopped: whoever closes takes the publication as it is."""
    detencion = servicio_de(la_noche()).detencion
    if detencion is not None and not cierre:
        raise Detenida(detencion.desde.astimezone(hora.tzinfo), detencion.motivo)


def _hora_local(p: Publicador, hora: datetime) -> datetime:
    return hora.astimezone(ZoneInfo(p.proceso.zona_horaria)).replace(microsecond=0)


def _preparar(
    p: Publicador, hora: datetime, cierre: bool, con_libro: bool, foto: Instantanea, aparte: Path
) -> Preparado:
    """Compute everything from one snapshot and write it; nothing is switched."""
    reloj = Cronometro()
    anterior, manifiesto_anterior = _anterior(p)
    if manifiesto_anterior is not None and manifiesto_anterior["cierre"]:
        raise Cerrada(manifiesto_anterior["corte"])
    _exigir_que_se_publique(hora, cierre)
    if manifiesto_anterior is not None and (rota := ruptura(manifiesto_anterior)):
        raise CorteImposible(rota)
    reloj.paso("anterior")
    numero = anterior["corte"] + 1 if anterior else 1
    ruta = ruta_de(numero)
    previa = datetime.fromisoformat(anterior["hora"]).astimezone(hora.tzinfo) if anterior else hora
    momento = max(hora, previa)
    con_libro = con_libro and _toca_libro(p, momento, cierre, manifiesto_anterior)
    previos = _huellas(manifiesto_anterior)
    encargo = Encargo(p, foto, numero, momento, cierre, anterior, con_libro, aparte, previos)
    escritura = Escritura(p.almacen, ruta, anterior["ruta"] if anterior else "", previos)
    with p.almacen.lote():
        compuesto = componer(encargo, reloj, mientras=escritura.poner)
        for nombre, datos in compuesto.paginas.recursos:
            p.almacen.escribir(nombre, datos)
        escritura.poner(compuesto.archivos)
        imagenes, faltan = _escribir_imagenes(p, compuesto.imagenes)
    p.publicadas.update(imagenes)  # only now: a batch that fails leaves nothing
    reloj.paso("escritura")
    alarmas = [*compuesto.alarmas, *faltan]
    if previa > hora:
        alarmas.insert(0, f"El reloj va atrás del corte anterior ({previa.isoformat()}); se publica con esa hora.")
    registrar = foto.fuente.por_registrar() if p.nodo else []
    if p.parcial:
        registrar = _sin_las_dichas(p.parcial.nodo, registrar)
    constancias = _constancias(p, numero, momento, registrar, compuesto.retenidas)
    return Preparado(numero, ruta, momento, compuesto, alarmas, foto.posicion, escritura.nuevos, reloj, constancias)


def cambiar(p: Publicador, listo: Preparado) -> Corte:
    """Switch to a corte, once what it is the first to carry is on record."""
    compuesto, reloj = listo.compuesto, listo.reloj
    reloj.paso("constancia")
    emitir_corte(p.registro, compuesto.manifiesto, listo.ruta)
    reloj.paso("firma y cambio")
    _poner_portada(p, listo)
    reloj.paso("portada")
    return Corte(
        numero=listo.numero,
        hora=listo.hora,
        ruta=listo.ruta,
        manifiesto=hashlib.sha256(compuesto.manifiesto).hexdigest(),
        cuentas=compuesto.cuentas,
        posicion=listo.posicion,
        nuevos=listo.nuevos,
        iguales=len(compuesto.archivos) - listo.nuevos,
        escritas=compuesto.escritas,
        tiempos=reloj.tiempos,
        alarmas=tuple(listo.alarmas),
    )


def constancias_previstas(p: Publicador, numero: int, hora: datetime) -> list[Hecho]:
    """What corte `numero`, made of all that is known now, will put on record if it can carry every acta."""
    with connection.cursor() as cursor:
        return _constancias(p, numero, _hora_local(p, hora), Proyeccion(cursor).por_registrar())


def _constancias(
    p: Publicador,
    numero: int,
    hora: datetime,
    por_registrar: Sequence[tuple[str, str, list[str]]],
    retenidas: Collection[str] = (),
) -> list[Hecho]:
    """One fact of each acta: which corte carried which reading. `retenidas`: those that it could not carry."""
    if p.nodo is None:
        return []
    lleva = {a.clave for e in p.proceso.elecciones for a in e.actas}.difference(retenidas)
    hechos = []
    for clave, registro, cabezas in por_registrar:
        if clave in lleva or clave.startswith(HOJA):
            base, hecho = registro.split()
            contenido = {"corte": numero, "base": base, "hecho": hecho}
            if p.parcial:
                contenido["nodo"] = p.parcial.nodo
            hechos.append(nuevo_hecho(Tipo.PUBLICADA, sujeto_de(clave), SEDE, hora, contenido, cabezas))
    return hechos


def dejar_constancia(p: Publicador, hora: datetime, constancias: Sequence[Hecho]) -> None:
    """Put on record what a corte of that `hora` carries. A reading put on record stands."""
    for i in range(0, len(constancias), _LOTE):
        assert p.nodo is not None
        anotar(constancias[i : i + _LOTE], p.nodo, hora)


def _sin_las_dichas(nodo: str, registrar: list[tuple[str, str, list[str]]]) -> list[tuple[str, str, list[str]]]:
    """Those that no corte parcial of this node carried before: only the sede's take an acta off that list."""
    suyos = Asentado.objects.filter(nodo=nodo, persona=SEDE, tipo=Tipo.PUBLICADA.value).values_list("sujeto", "cuerpo")
    dichos = [(sujeto, orjson.loads(bytes(cuerpo))["hecho"]["contenido"]) for sujeto, cuerpo in suyos]
    ya = {(sujeto, f"{c['base']} {c['hecho']}") for sujeto, c in dichos}
    return [r for r in registrar if (sujeto_de(r[0]), r[1]) not in ya]


def _poner_portada(p: Publicador, listo: Preparado) -> None:
    """The root's pages. The corte is out by now: one that cannot be written is told, and does not undo it."""
    for nombre, datos in listo.compuesto.paginas.portada:
        try:
            p.almacen.reemplazar(nombre, datos)
        except Exception as error:
            listo.alarmas.append(
                f"El corte {listo.numero} está publicado, pero no se pudo cambiar {nombre}, que sigue siendo la del "
                f"anterior. Causa: {motivo(error)}"
            )


def _anterior(p: Publicador) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Pointer and manifest of the last corte. One that was finished but not switched is switched first; what an
    unfinished one left is discarded."""
    while True:
        crudo = p.almacen.leer("ultimo.json")
        ultimo = orjson.loads(crudo) if crudo else None
        if ultimo and (ultimo["proceso"], ultimo["modo"]) != (p.proceso.clave, p.modo.value):
            raise CorteImposible(
                f"el destino ya tiene la {ultimo['modo']} del proceso {ultimo['proceso']}; publique en otro"
            )
        siguiente = ruta_de(ultimo["corte"] + 1 if ultimo else 1)
        pendiente = p.almacen.leer(f"{siguiente}/corte.json")
        if pendiente is None:
            break
        emitir_corte(p.registro, pendiente, siguiente)
    p.almacen.descartar(siguiente)
    return ultimo_corte(p.almacen) or (None, None)


@dataclass(slots=True)
class Escritura:
    """The files of a corte, on their way to the store at `ruta`. One equal to the previous corte's, of which `previos`
    has the SHA-256 by path, is linked and not written, if a disk has not spoiled it. `nuevos`: how many were not."""

    almacen: Almacen
    ruta: str
    ruta_anterior: str
    previos: Mapping[str, str]
    nuevos: int = 0
    _puestos: set[str] = field(default_factory=set)

    def poner(self, archivos: Sequence[Archivo]) -> None:
        """Put these there, but for those that were put before."""
        for archivo in archivos:
            if archivo.ruta in self._puestos:
                continue
            igual = self.previos.get(archivo.ruta) == archivo.trozo.sha256
            antes = f"{self.ruta_anterior}/{archivo.ruta}" if igual else None
            self._poner(archivo.trozo, antes, f"{self.ruta}/{archivo.ruta}")
            self.nuevos += not igual
            self._puestos.add(archivo.ruta)

    def _poner(self, trozo: Trozo, antes: str | None, ahora: str) -> None:
        """`antes`: an object that has been published with the same bytes."""
        if trozo.entero and self.almacen.adoptar(ahora, trozo.origen):
            return
        if antes is not None and self.almacen.intacto(antes, trozo.sha256):
            self.almacen.copiar(antes, ahora)
        else:
            self.almacen.escribir(ahora, trozo.leer())


def _huellas(manifiesto: dict[str, Any] | None) -> dict[str, str]:
    """SHA-256 of each file of a corte, by path."""
    return {a["ruta"]: a["sha256"] for a in manifiesto["archivos"]} if manifiesto else {}


def _escribir_imagenes(p: Publicador, imagenes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Copy to the store the images that this corte is the first to publish. Which ones, and alarms of those missing."""
    escritas: list[str] = []
    faltan: list[str] = []
    if p.evidencia is None:
        return escritas, faltan
    for huella in imagenes:
        if huella in p.publicadas:
            continue
        ruta = ruta_imagen(huella)
        if not p.almacen.existe(ruta):
            datos = p.evidencia.leer(ruta)
            if datos is None or hashlib.sha256(datos).hexdigest() != huella:
                faltan.append(f"Falta la imagen publicada {huella} en la evidencia, o está dañada.")
                continue
            p.almacen.escribir(ruta, datos)
        escritas.append(huella)
    return escritas, faltan


def _toca_libro(p: Publicador, hora: datetime, cierre: bool, manifiesto_anterior: dict[str, Any] | None) -> bool:
    """Whether the workbook goes out in this corte."""
    if not p.con_libro:
        return False
    actas = sum(len(e.actas) for e in p.proceso.elecciones)
    if actas <= ACTAS_CON_LIBRO_SIEMPRE or manifiesto_anterior is None or cierre:
        return True
    return _turno(datetime.fromisoformat(manifiesto_anterior["hora"])) != _turno(hora)


def ruta_de(numero: int) -> str:
    """Where corte `numero` is, from the publication's root."""
    return f"cortes/{numero:04d}"


def _turno(hora: datetime) -> tuple[int, int, int]:
    return hora.toordinal(), hora.hour, hora.minute // MINUTOS_ENTRE_LIBROS

"""Scanning: from a file to pictures of actas, and sheets to identify. Whatever is sent again has one effect.

Each page is published as `evidencia` makes it and is the acta's that its signed QR says; without one that can be
trusted it is a sheet, whose name comes from the picture, so that the same bytes are the same sheet.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from prep.bitacora.actas import acta_de
from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import HechoRechazado, escribir
from prep.catalogo.services import cargar
from prep.catd import oficina
from prep.catd.centro import centros_de, recibio
from prep.catd.oficina import NoProcede, Quien, secreto
from prep.diseno.textos import texto
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import HOJA, Tipo
from prep.dominio.acta.transiciones import Custodia
from prep.dominio.comun.rechazos import Rechazo
from prep.evidencia.calidad import CONSEJOS, medir
from prep.evidencia.imagenes import (
    PESO_MAXIMO,
    ArchivoRechazado,
    Derivados,
    derivar,
    guardar_derivados,
    guardar_original,
    paginas,
)
from prep.evidencia.pagina import Gris, Pagina, afinar, hallar_marcas, situar
from prep.lectura.lector import Lector, descifrar
from prep.lectura.lector import Rechazo as NoSeLee
from prep.papel import qr
from prep.papel.vigente import formas
from prep.plataforma.almacen import ErrorAlmacen, evidencia, hay_lugar

DOCUMENTOS: Final = ("Acta PREP", "Acta Consejo", "Copia RPPCI", "Copia PE")
"""TIPO_DOCUMENTO (LEEME)."""
MEDIO: Final = "Escáner"
EN_ESPERA: Final = 3
"""Files that wait for their turn in one process; the next one is told to come back: capture keeps its threads."""
_CON_QR: Final = frozenset({"media_acta", "renglones_no_hallados"})
"""What the reader says of paper whose marks or rows it does not find: a copy, a sheet cut. Its QR still says whose."""
_IMPIDEN: Final = frozenset({"qr_otro_proceso", "quemada", "oscura"})
"""Of another process or another drill, which never comes in here; a blank back of a sheet, or nothing at all."""
_SIN_HOJA: Final = frozenset({"varias_actas", "sin_pagina", "forma_desconocida", "en_espejo", *_IMPIDEN})
"""What is said where no sheet, or more than one, is there to be made straight."""
_turno, _cabida = threading.Lock(), threading.BoundedSemaphore(EN_ESPERA)


class Ocupado(Exception):
    """Too many files at once: the same one sent again in a moment is taken."""


class Que(StrEnum):
    """What became of one page."""

    ENTRA = "entra"
    SEGUNDA = "segunda"  # the acta has another picture, which goes on being the one that is read
    REPETIDA = "repetida"
    HOJA = "hoja"  # somebody must say which acta it is
    NO = "no"


@dataclass(frozen=True, slots=True)
class Resultado:
    """One page, or a file that was not taken. `notas`, `consejos`: sentences for whoever scans."""

    archivo: str
    que: Que
    pagina: int = 1
    de: int = 1
    clave: str = ""
    imagen: str = ""
    notas: tuple[str, ...] = ()
    consejos: tuple[str, ...] = ()

    @property
    def bien(self) -> bool:
        return self.que is not Que.NO


@dataclass(frozen=True, slots=True)
class _Mirada:
    """What is seen in a page. `acta`: that of its QR, if it can be trusted; `motivo`: why not."""

    pagina: Pagina | None
    acta: str
    motivo: str
    consejos: tuple[str, ...]


def digitalizar(quien: Quien, nombre: str, datos: bytes, documento: str) -> list[Resultado]:
    """Take a file in, page by page. Raise `NoProcede` where this installation cannot, `Ocupado`, and `ErrorAlmacen`
    where there is no place for it now. `NoTrabaja` comes at a page: those before it came in, and are known when the
    file is sent again."""
    archivo = PurePath(nombre.replace("\\", "/")).name[:80] or texto("catd.digitalizacion.sin_nombre")
    if documento not in DOCUMENTOS:
        raise NoProcede("digitalizacion.documento_malo")
    if not hay_lugar(len(datos)):
        raise ErrorAlmacen(
            "Casi no queda espacio en el disco: no se reciben más imágenes. Haga lugar o avise a soporte."
        )
    lector = _lector(cargar().huella, secreto())
    try:
        if len(datos) > PESO_MAXIMO:
            raise ArchivoRechazado(f"El archivo pesa más de {PESO_MAXIMO >> 20} MiB: divídalo.")
        with _uno_a_la_vez():
            hojas = paginas(datos)
            return list(_paginas(quien, archivo, datos, hojas, documento, lector))
    except ArchivoRechazado as error:
        return [Resultado(archivo, Que.NO, notas=(str(error),))]


@contextmanager
def _uno_a_la_vez() -> Iterator[None]:
    if not _cabida.acquire(blocking=False):
        raise Ocupado
    try:
        with _turno:
            yield
    finally:
        _cabida.release()


@lru_cache(maxsize=2)
def _lector(huella: str, llave: bytes) -> Lector:
    """The automatic reader, of which only the eyes that find a sheet are used: no number is read here."""
    suyas = formas()
    return Lector(suyas.plantilla_de, suyas.clave, llave)


def _paginas(
    quien: Quien, archivo: str, datos: bytes, hojas: list[bytes], documento: str, lector: Lector
) -> Iterator[Resultado]:
    almacen, original = evidencia(), ""
    for n, hoja in enumerate(hojas, 1):
        una = Resultado(archivo, Que.NO, n, len(hojas))
        mirada = _mirar(hoja, lector)
        una = replace(una, clave=mirada.acta, consejos=mirada.consejos)
        if mirada.motivo in _IMPIDEN:
            yield replace(una, notas=(_motivo(mirada.motivo),))
            continue
        derivados = derivar(hoja, mirada.pagina)
        if _conocida(mirada.acta, derivados.integridad):
            yield _repetida(una, derivados.integridad)
            continue
        if mirada.acta and not recibio(quien.catd, [mirada.acta]):
            oficina.exigir_marcha(quien.catd)  # what was received here is scanned whether the centre goes on or not
        original = original or guardar_original(almacen, datos)
        guardar_derivados(almacen, original, n, derivados)
        yield _asentar(quien, una, mirada, derivados, documento)


def _mirar(hoja: bytes, lector: Lector) -> _Mirada:
    """Whose the page is and how it came out. Only a signed QR of this process that agrees with its paper says whose."""
    try:
        gris = descifrar(hoja)
    except NoSeLee as error:
        raise ArchivoRechazado(str(error)) from None
    try:
        vista, acta, avisos = lector.ubicar(gris, None)
    except NoSeLee as error:
        acta = _solo_qr(gris, lector) if error.motivo in _CON_QR else ""
        if error.vista is not None:
            consejos = _consejos(gris, error.vista.pagina, error.vista.rectificada)
            return _Mirada(error.vista.pagina, acta, error.motivo, consejos)
        pagina = None if error.motivo in _SIN_HOJA else situar(afinar(gris, hallar_marcas(gris)))
        return _Mirada(pagina, acta, error.motivo, ())
    utiles = tuple(texto(f"catd.aviso.{a}") for a in avisos if a in ("marca_faltante", "pantalla"))
    return _Mirada(vista.pagina, acta or "", "", (*utiles, *_consejos(gris, vista.pagina, vista.rectificada)))


def _solo_qr(gris: Gris, lector: Lector) -> str:
    textos = qr.hallar(gris)
    try:
        acta = qr.descodificar(textos[0], lector.proceso, lector.llave).acta if len(textos) == 1 else ""
    except qr.QRInvalido:
        return ""
    return acta if acta in formas() else ""


def _consejos(gris: Gris, pagina: Pagina, rectificada: Gris) -> tuple[str, ...]:
    motivos = medir(gris, pagina, rectificada).motivos
    return tuple(texto(f"catd.calidad.{m}") for m in motivos if m in CONSEJOS)


def _motivo(motivo: str) -> str:
    return texto(f"catd.motivo.{motivo}") if motivo in _DICHOS else texto("catd.motivo.otro")


_DICHOS: Final = frozenset(
    {
        *("qr_otro_proceso", "qr_falso", "qr_ajeno", "qr_cambiado", "acta_desconocida", "plantilla_distinta"),
        *("varias_actas", "sin_qr", "sin_pagina", "forma_desconocida", "en_espejo", "oscura", "quemada"),
        *("media_acta", "renglones_no_hallados"),
    }
)


def _hoja(imagen: str) -> str:
    """The sheet that a picture is while nobody says whose: the same bytes are the same sheet."""
    return f"{HOJA}{UUID(imagen[:32])}"


def _tiene(acta: Acta, imagen: str) -> bool:
    return imagen in acta.desechadas or any(i.sha256 == imagen for i in acta.imagenes)


def _conocida(clave: str, imagen: str) -> bool:
    """Whether a picture is here already. One that was thrown away from its acta is not: it is refused, and said."""
    if _tiene(acta_de(_hoja(imagen)), imagen):
        return True
    return bool(clave) and any(i.sha256 == imagen for i in acta_de(clave).imagenes)


def _repetida(una: Resultado, imagen: str) -> Resultado:
    """What is said of a picture that is here already: of one that somebody said is out of catalogue, where that is
    mended, since scanning it again does not."""
    fuera = acta_de(_hoja(imagen)).custodia is Custodia.FUERA_DE_CATALOGO
    return replace(una, que=Que.REPETIDA, imagen=imagen, notas=(texto("catd.nota.fuera"),) if fuera else ())


def _asentar(quien: Quien, una: Resultado, mirada: _Mirada, derivados: Derivados, documento: str) -> Resultado:
    """The facts of a page whose picture is stored, once: it is here, and whose it is."""
    imagen, clave = derivados.integridad, mirada.acta or _hoja(derivados.integridad)
    una = replace(una, imagen=imagen)
    contenido: dict[str, Any] = {"imagen": imagen, "medio": MEDIO, "catd": quien.catd, "documento": documento}
    contenido["enderezada"] = derivados.enderezada
    ahora, nodo = oficina.reloj.ahora(), nodo_de_aqui()
    try:
        with transaction.atomic():
            tomar_cabeza()
            if _conocida(mirada.acta, imagen):
                return _repetida(una, imagen)
            antes = acta_de(clave)
            acta = escribir(Tipo.DIGITALIZADA, clave, quien.persona, contenido, ahora, nodo)[1]
            if mirada.acta and acta.custodia is not Custodia.IDENTIFICADA:
                suya = {"imagen": imagen, "por": "qr"}
                acta = escribir(Tipo.IDENTIFICADA, clave, quien.persona, suya, ahora, nodo)[1]
    except HechoRechazado as error:
        dice = "desechada" if error.rechazo is Rechazo.IMAGEN_DESECHADA else ""
        return replace(una, que=Que.NO, notas=(texto(f"catd.nota.{dice}") if dice else error.rechazo.value,))
    if not mirada.acta:
        return replace(una, que=Que.HOJA, clave="", notas=(_motivo(mirada.motivo),))
    que = Que.ENTRA if acta.imagen is not None and acta.imagen.sha256 == imagen else Que.SEGUNDA
    return replace(una, que=que, notas=tuple(_notas(quien, clave, antes, mirada)))


def _notas(quien: Quien, clave: str, antes: Acta, mirada: _Mirada) -> Iterator[str]:
    """What whoever scans should know of an acta whose picture came in."""
    leida = antes.imagen
    if any(i.digitalizacion == "Móvil" for i in antes.imagenes):
        yield texto("catd.nota.movil")
    elif leida is not None:
        yield texto("catd.nota.otra_imagen")
    if mirada.motivo:
        yield _motivo(mirada.motivo)
    if antes.acopio is None:
        yield texto("catd.nota.sin_acopio")
    if antes.custodia in (Custodia.SIN_ACTA, Custodia.SIN_ACTA_DICHA):
        yield texto("catd.nota.aparecio")
    centros = centros_de(clave)
    if quien.catd not in centros:
        yield texto("catd.nota.ajena", centro=oficina.nombres_de(centros))

"""Receiving packages: from what a reader types to the fact, once.

A *sobre PREP* is of one casilla and one election and carries one acta, the one whose QR is read. Those of a casilla
usually travel together: the desk offers the others, and each has a fact of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction

from prep.bitacora.actas import acta_de
from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import escribir
from prep.catd.centro import centros_de, recibio
from prep.catd.oficina import NoProcede, Quien, del_sello, exigir_hora, exigir_marcha, marcha_de, secreto
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import CLAVE_ACTA, MotivoSinActa, Tipo, sujeto_de
from prep.dominio.acta.transiciones import Custodia
from prep.papel import buscador, qr
from prep.papel.vigente import casillas_de, formas

_QR: Final = re.compile(rf"{qr.PREFIJO}([^0-9A-Z]).+")
_CASILLA: Final = re.compile(r"[0-9]{6}[A-Z][0-9]{4}")
ESPERA_MAXIMA: Final = timedelta(hours=12)
"""How long a page may have kept what was read for its hour to be told from that: from when casillas close to the
morning. What it kept longer is read again with the hour of its stamp."""
_SIN_ACTA: Final = frozenset({Custodia.SIN_ACTA_DICHA, Custodia.SIN_ACTA})
"""Somebody said that no acta came: a package that turns up is received, whatever stamp there was before."""


class Que(StrEnum):
    """What became of a package that was read."""

    NUEVA = "nueva"
    REPETIDA = "repetida"  # it had been received
    AJENA = "ajena"  # of other centres: nothing is written until somebody says that it is here


@dataclass(frozen=True, slots=True)
class Recibida:
    """One acta that was read. `hora`: of its stamp, the one there was if it had been received. `antes`: where the acta
    was. `centros`: those that may take its package, the one that expects it first."""

    clave: str
    que: Que
    hora: datetime | None
    antes: Custodia
    centros: tuple[str, ...]


def entender(dicho: str, catd: str, alcance: Collection[str]) -> tuple[list[str], bool]:
    """The actas that were meant, and whether beyond doubt (a QR or a whole key). Raise `NoProcede` saying why not."""
    dicho = dicho.strip()
    junto = "".join(dicho.upper().split())
    todas = formas()
    if leido := _QR.fullmatch(junto):
        acta = _del_qr(junto, leido[1])
        if acta not in todas:
            raise NoProcede("acopio.fuera", acta=acta)
        return [acta], True
    if junto in todas:
        return [junto], True
    if _CASILLA.fullmatch(junto) and (suyas := [a.clave for a in todas.actas(casilla=junto)]):
        return suyas, False
    if CLAVE_ACTA.fullmatch(junto) or _CASILLA.fullmatch(junto):
        raise NoProcede("acopio.fuera", acta=junto)
    halladas = [a.clave for a in buscador.buscar(dicho, alcance)]
    if not halladas:
        raise NoProcede("acopio.nada", dicho=dicho[:80])
    propias = casillas_de(catd)
    return sorted(halladas, key=lambda c: (c[:11] not in propias, c[:11])), False


def _del_qr(junto: str, separador: str) -> str:
    """The acta of a QR as a hand-held reader types it: one set for another keyboard changes its colons and hyphens for
    the signs that are in their place; what it authenticates says whether that was all."""
    contenido = junto.replace(separador, ":").replace("'", "-").replace("’", "-")
    try:
        return qr.descodificar(contenido, formas().clave, secreto()).acta
    except qr.QRInvalido as error:
        otro = contenido.split(":")[1][:24] if error.motivo == "qr_otro_proceso" else ""
        raise NoProcede(f"qr.{error.motivo}", proceso=otro, este=formas().clave) from None


@dataclass(frozen=True, slots=True)
class Lectura:
    """How packages were read. `sello`: the hour that somebody stamped, if it was not when they were read; `espera`: how
    long ago that was, as the page that kept it counts; `confirma`: those of another centre are here too. The same
    `orden` is the same reading."""

    orden: str
    ahora: datetime
    sello: str = ""
    espera: timedelta = timedelta(0)
    confirma: bool = False


def recibir(quien: Quien, claves: Sequence[str], lectura: Lectura) -> list[Recibida]:
    """The packages are here: all of them, or none. Asked again, it writes nothing and gives the same."""
    with transaction.atomic():
        tomar_cabeza()
        _exigir_marcha(quien, claves, lectura.orden)
        return [_recibir(quien, clave, lectura) for clave in dict.fromkeys(claves)]


def _exigir_marcha(quien: Quien, claves: Sequence[str], orden: str) -> None:
    """A centre that is paused or closed begins nothing; the packages of a casilla of which it has one are finished, and
    what was asked before is answered as it was."""
    if not marcha_de(quien.catd).detenido:
        return
    for clave in claves:
        de_la_casilla = [a.clave for a in formas().actas(casilla=clave[:11])]
        if not _ya(clave, orden) and not recibio(quien.catd, de_la_casilla):
            exigir_marcha(quien.catd)


def _recibir(quien: Quien, clave: str, lectura: Lectura) -> Recibida:
    acta, centros = acta_de(clave), _centros(clave)
    if _ya(clave, lectura.orden):
        return Recibida(clave, Que.NUEVA, acta.acopio, acta.custodia, centros)
    if acta.acopio is not None and acta.custodia not in _SIN_ACTA:
        return Recibida(clave, Que.REPETIDA, acta.acopio, acta.custodia, centros)
    hora = _hora(lectura)
    if quien.catd not in centros and not lectura.confirma:
        return Recibida(clave, Que.AJENA, None, acta.custodia, centros)
    contenido = {"hora": hora.isoformat(), "catd": quien.catd}
    escribir(Tipo.ACOPIADA, clave, quien.persona, contenido, lectura.ahora, nodo_de_aqui(), lectura.orden)
    return Recibida(clave, Que.NUEVA, hora, acta.custodia, centros)


def _hora(lectura: Lectura) -> datetime:
    """When a package came: what its stamp says, or when it was read, which is also when its stamp was looked at."""
    if lectura.espera > ESPERA_MAXIMA:
        raise NoProcede("acopio.espero", horas=lectura.espera // timedelta(hours=1))
    leida = lectura.ahora - lectura.espera
    hora = del_sello(lectura.sello, leida) if lectura.sello.strip() else leida
    exigir_hora(hora, lectura.ahora)
    return hora


def _centros(clave: str) -> tuple[str, ...]:
    """Those that may take the package of an acta; raise `NoProcede` when the catalogue does not expect it."""
    if clave not in formas():
        raise NoProcede("acopio.fuera", acta=clave)
    return centros_de(clave)


def _ya(clave: str, orden: str) -> bool:
    return FilaHecho.objects.filter(orden=orden, sujeto=sujeto_de(clave)).exists()


def faltan(clave: str) -> list[str]:
    """The other actas of a casilla whose package has not come."""
    suyas = (a.clave for a in formas().actas(casilla=clave[:11]))
    return [c for c in suyas if c != clave and _espera(acta_de(c))]


def _espera(acta: Acta) -> bool:
    return acta.acopio is None and acta.custodia not in _SIN_ACTA


def decir_sin_acta(quien: Quien, claves: Sequence[str], motivo: str, ahora: datetime, orden: str) -> None:
    """No acta came, and why; somebody who coordinates confirms it. All of them, or none."""
    if motivo not in set(MotivoSinActa):
        raise NoProcede("sin_acta.falta_motivo")
    with transaction.atomic():
        tomar_cabeza()
        _exigir_marcha(quien, claves, orden)
        for clave in dict.fromkeys(claves):
            _centros(clave)
            escribir(Tipo.SIN_ACTA, clave, quien.persona, {"motivo": motivo}, ahora, nodo_de_aqui(), orden)


def corregir(quien: Quien, clave: str, hora: datetime, motivo: str, ahora: datetime, orden: str) -> None:
    """The stamp of a package was typed wrong."""
    exigir_hora(hora, ahora)
    contenido = {"hora": hora.isoformat(), "motivo": motivo}
    escribir(Tipo.ACOPIO_CORREGIDO, clave, quien.persona, contenido, ahora, nodo_de_aqui(), orden)

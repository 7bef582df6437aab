"""The phones of CAEs: who has one, what each last said, and who attends each casilla."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from prep.acceso.models import Cuenta
from prep.acceso.roles import Rol
from prep.bitacora.autoridad import autoridad
from prep.coordinacion.panorama import Panorama
from prep.coordinacion.recuperar import SIN_FOTO
from prep.intercambio.altas import casillas_de
from prep.intercambio.contactos import Telefono, telefonos

CALLADO: Final = timedelta(hours=1)
"""A phone that said nothing for this long is off, far from any antenna, or lost."""
RELOJ: Final = timedelta(minutes=2)
"""From how far off a clock is told. The phone corrects what it signs; the person may not know that it is wrong."""


@dataclass(frozen=True, slots=True)
class Aparato:
    """A phone of a CAE, or a CAE without any. `estado`: sin_telefono, de_baja, sin_recibir (some were refused),
    por_enviar, callado, al_dia. `actas`: those of their casillas; `sin_foto`: of them, without any picture."""

    cuenta: Cuenta
    telefono: Telefono | None
    estado: str
    actas: int
    sin_foto: int

    @property
    def desfase(self) -> timedelta | None:
        """How far its clock is ahead, when it is worth telling."""
        dicho = self.telefono.contacto if self.telefono else None
        lejos = timedelta(seconds=dicho.desfase) if dicho else timedelta(0)
        return lejos if abs(lejos) >= RELOJ else None


def aparatos(cuentas: Iterable[Cuenta], vista: Panorama) -> list[Aparato]:
    """One for each phone, and one for each CAE that has none. `cuentas`: whose phones may be seen."""
    de = autoridad()
    suyos: dict[str, list[Telefono]] = defaultdict(list)
    for t in telefonos().values():
        suyos[de.identidad(t.persona)].append(t)
    por_casilla = _por_casilla(vista)
    salida = []
    for cuenta in cuentas:
        tiene = suyos.get(de.identidad(cuenta.persona), [])
        if not tiene and (not cuenta.activa or Rol.CAE not in de.roles_de(cuenta.persona)):
            continue
        claves = [c for casilla in casillas_de(cuenta.persona, de) for c in por_casilla.get(casilla, ())]
        sin_foto = sum(1 for c in claves if vista.situacion(c) in SIN_FOTO)
        vivos: Sequence[Telefono | None] = [t for t in tiene if not t.de_baja] or [None]
        for uno in (*vivos, *(t for t in tiene if t.de_baja)):
            salida.append(Aparato(cuenta, uno, _estado(uno, vista.hora), len(claves), sin_foto))
    return salida


def _por_casilla(vista: Panorama) -> Mapping[str, list[str]]:
    """Keys of the expected actas of each casilla."""

    def juntar() -> dict[str, list[str]]:
        todas: dict[str, list[str]] = defaultdict(list)
        for clave in vista.padron.actas:
            todas[clave[:11]].append(clave)
        return todas

    return vista.una_vez("por_casilla", juntar)


def _estado(telefono: Telefono | None, ahora: datetime) -> str:
    if telefono is None:
        return "sin_telefono"
    if telefono.de_baja:
        return "de_baja"
    dicho = telefono.contacto
    if dicho and dicho.rechazados:
        return "sin_recibir"
    if telefono.faltan or (dicho and dicho.por_enviar):
        return "por_enviar"
    return "al_dia" if telefono.ultimo and ahora - telefono.ultimo < CALLADO else "callado"


def atienden(de: Iterable[Aparato]) -> Mapping[str, list[Aparato]]:
    """By casilla, the phones (`de`) of who attends it."""
    suyos: dict[str, list[Aparato]] = defaultdict(list)
    quien = autoridad()
    for a in de:
        if a.estado != "de_baja":
            for casilla in casillas_de(a.cuenta.persona, quien):
                suyos[casilla].append(a)
    return suyos

"""What the desks of a centre work with: who sits at them, where, the clock, and the secret of the QR codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from prep.acceso.facultades import Cargo
from prep.acceso.marcha import Como, como_va, en_el_centro
from prep.acceso.roles import Rol
from prep.catalogo.informativo import CIERRE_DE_CASILLAS
from prep.catalogo.services import ProcesoDesconocido, cargar, modo, sin_gente
from prep.diseno.textos import texto
from prep.dominio.tabulacion.proceso import Modo
from prep.papel.opciones import LlaveInvalida, secreto_qr
from prep.plataforma.reloj import Reloj, RelojSistema

reloj: Reloj = RelojSistema()
ACOPIAN: Final = (Rol.ACOPIADOR, Rol.COORDINADOR)
DIGITALIZAN: Final = (Rol.DIGITALIZADOR, Rol.COORDINADOR)
MANDAN: Final = (Rol.COORDINADOR, Rol.ADMINISTRADOR)
"""Who opens, pauses and closes a centre: whoever coordinates it, and central operation any."""


def es_centro(lugar: str) -> bool:
    """Whether it is a centre of the process. Raises `ProcesoDesconocido` where there is none yet."""
    return any(c.clave == lugar for c in sin_gente().catds)


def abre(cargo: Cargo) -> bool:
    """Whether the desks of a centre open to a role where it is; without a process, they say what is missing."""
    try:
        return cargo.rol is Rol.ADMINISTRADOR or es_centro(cargo.lugar)
    except ProcesoDesconocido:
        return True


class NoProcede(Exception):
    """What was asked cannot be done here, and nothing was written. Its text says what happened and what to do."""

    def __init__(self, clave: str, **datos: Any) -> None:
        super().__init__(texto(f"catd.{clave}", **datos))


class NoTrabaja(NoProcede):
    """The centre is paused or closed: what is new waits until somebody opens it. Nothing was written nor lost."""


@dataclass(frozen=True, slots=True)
class Quien:
    """Who does it, and at which centre."""

    persona: str
    catd: str


def nombre_de(catd: str) -> str:
    """What people call a centre; empty where the process has none of that key."""
    return next((f"{c.clave} {c.nombre}".strip() for c in sin_gente().catds if c.clave == catd), "")


def nombres_de(centros: Iterable[str]) -> str:
    """The same, of those that may take a package."""
    return " o ".join(nombre_de(c) or c for c in centros if c) or texto("catd.acopio.sin_centro")


def exigir_marcha(catd: str) -> None:
    """Raise `NoTrabaja`, saying who stopped the centre or the night, and when, unless new work may begin there."""
    como = marcha_de(catd)
    if como.detenido:
        que = texto(f"catd.marcha.{como.que}")
        raise NoTrabaja(f"marcha.no_{como.detenido}", que=que, desde=como.desde, quien=como.quien)


def marcha_de(catd: str) -> Como:
    """How a centre is: stopped by itself, or by the night."""
    return como_va(*en_el_centro(catd))


def secreto() -> bytes:
    """The secret of the QR codes; raise `NoProcede` where this installation does not have it."""
    try:
        return secreto_qr(None, crear=False)
    except LlaveInvalida:
        raise NoProcede("qr.sin_llave") from None


def zona() -> ZoneInfo:
    return ZoneInfo(cargar().zona_horaria)


def del_sello(dicho: str, ahora: datetime) -> datetime:
    """When a stamp was put, from its hour alone («21:40»): the last time that it was that hour. Nobody types a year."""
    partes = dicho.strip().replace(".", ":").split(":")
    try:
        hora, minuto = (int(p) for p in partes[:2])
        local = ahora.astimezone(zona())
        sello = local.replace(hour=hora, minute=minuto, second=0, microsecond=0)
    except ValueError:
        raise NoProcede("hora.no_se_entiende", dicho=dicho[:20]) from None
    return sello if sello <= local else sello - timedelta(days=1)


def exigir_hora(hora: datetime, ahora: datetime) -> None:
    """Raise `NoProcede` where nothing can have been received at that hour: it has not come, or the casillas were still
    open (a process that publishes before they close begins then). A drill of another day has no such hour."""
    if hora > ahora + timedelta(minutes=1):
        raise NoProcede("hora.futura", hora=decir(hora), ahora=decir(ahora))
    abre = sin_gente().publicacion.inicio
    if abre is None:
        return
    abre = abre.astimezone(zona())
    desde = min(abre, abre.replace(hour=CIERRE_DE_CASILLAS, minute=0, second=0, microsecond=0))
    if hora < desde and (ahora >= desde or modo() is Modo.JORNADA):
        raise NoProcede("hora.antes", hora=decir(hora), desde=decir(desde))


def decir(hora: datetime) -> str:
    return f"{hora.astimezone(zona()):%d/%m/%Y %H:%M}"

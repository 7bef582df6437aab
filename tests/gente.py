"""People for tests of desks: accounts with a role, and browsers where they are already in."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import cache
from uuid import uuid4

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client

from noche import PROCESO, raiz
from prep.acceso import sesiones, terminales
from prep.acceso.cifrado import cifrar
from prep.acceso.facultades import Escribano, Nombramiento
from prep.acceso.facultades import nombrar as nombrar_de_hecho
from prep.acceso.models import Cuenta, Terminal
from prep.acceso.roles import CON_SEGUNDO_FACTOR, Rol
from prep.bitacora.models import Instalacion
from prep.bitacora.nodos import DispositivoLocal, nodo_de_aqui
from prep.bitacora.services import anotar, fundar_instalacion
from prep.bitacora.services.altas import alta_de_telefono
from prep.dominio.comun.autoridad import TODO

CLAVE = "cuatro palabras sin par"
SECRETO = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def escribano() -> Escribano:
    """The institute of the tests, of a bitácora that is founded if it was not."""
    if not Instalacion.objects.exists():
        fundar_instalacion(PROCESO, "prueba", raiz(), nodo_de_aqui(), (), sesiones.reloj.ahora())
    return Escribano(raiz())


def nombrar(persona: str, roles: Iterable[Rol], lugar: str, alcance: Iterable[str] = (TODO,)) -> None:
    """Give a person these roles and no other, with the institute's signature."""
    nombramiento = Nombramiento(persona, tuple(roles), lugar, tuple(alcance))
    nombrar_de_hecho([nombramiento], escribano(), sesiones.reloj.ahora())


@cache
def clave_guardada() -> str:
    return make_password(CLAVE)


def persona(*roles: Rol, lugar: str = "CCV", alcance: tuple[str, ...] = (TODO,), lista: bool = True) -> Cuenta:
    """An account; `lista`: it has its own password and the second factor that its roles ask for."""
    usuario = f"{roles[0] if roles else 'nadie'}.{uuid4().hex[:8]}"
    cuenta = Cuenta(usuario=usuario, nombre=usuario.title(), lugar=lugar, alta=sesiones.reloj.ahora())
    cuenta.password = clave_guardada()
    cuenta.clave_provisional = not lista
    cuenta.save()
    nombrar(cuenta.persona, roles, lugar, alcance)
    if lista and set(roles) & CON_SEGUNDO_FACTOR:
        Authenticator.objects.create(user=cuenta, type="totp", data={"secret": cifrar(SECRETO)})
    return cuenta


def telefono(cuenta: Cuenta) -> DispositivoLocal:
    """A phone of that person, enrolled."""
    tel = DispositivoLocal(f"tel-{uuid4().hex[:12]}", Ed25519PrivateKey.generate())
    ahora = sesiones.reloj.ahora()
    anotar([alta_de_telefono(tel, cuenta.persona, ahora)], escribano().firmante, ahora)
    return tel


def terminal(cliente: Client, lugar: str = "CCV") -> Terminal:
    """Enrol the browser of a test."""
    fila, codigo = terminales.nueva("Mesa", lugar)
    assert terminales.usar(codigo) == fila
    respuesta = HttpResponse()
    terminales.recordar(respuesta, fila)
    cliente.cookies[terminales.GALLETA] = respuesta.cookies[terminales.GALLETA].value
    fila.refresh_from_db()
    return fila


def dentro(cuenta: Cuenta, cliente: Client | None = None) -> Client:
    """A browser where that person is in, and has just said who they are."""
    cliente = cliente or Client()
    fila = terminal(cliente, cuenta.lugar)
    cliente.force_login(cuenta, backend="prep.acceso.puerta.PorContrasena")
    sesion = cliente.session
    sesiones.empezar(sesion, str(fila.id))
    sesion["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    sesion["account_authentication_methods_user"] = str(cuenta.pk)
    sesion.save()
    cliente.cookies[settings.SESSION_COOKIE_NAME] = sesion.session_key
    return cliente

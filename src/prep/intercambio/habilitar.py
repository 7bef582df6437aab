"""How a machine becomes a node: it makes its key, the institute enrols it, and what it must know comes in one file.

The key never leaves the machine. What the centre makes (`alta`) is signed by the institute: the catalogue, every fact
until then (people, roles, nodes, devices among them), what people practise with and, sealed for that machine alone, the
accounts of its people with their second factors and the secret of the QR codes, without which no sheet says whose it
is. The machine takes it in (`recibir`) when the institute's key is the one whose fingerprint somebody brings by another
way, and the key that was enrolled is its own. Done again, each of the steps does what was missing.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature
from django.db import transaction

from prep.acceso import segundos
from prep.acceso.models import Cuenta
from prep.bitacora import entregas, identidad
from prep.bitacora.autoridad import ambito, autoridad, fundar, instalacion
from prep.bitacora.nodos import (
    CENTRAL,
    NodoInstituto,
    NodoLocal,
    llave_de_sello,
    nodo_de_aqui,
    nodo_local,
    publica,
    ser,
)
from prep.bitacora.services import HechoRechazado, anotar, recibir
from prep.bitacora.services.altas import alta_de_nodo
from prep.bitacora.sobres import ambito_de
from prep.catalogo.documento import a_documento, de_documento
from prep.catalogo.informativo import Informativo
from prep.catalogo.services import cargar, congelar, guardar, informativo, vigente
from prep.dominio.comun.autoridad import INSTITUTO, TODO
from prep.dominio.comun.facultades import ClaseNodo
from prep.dominio.tabulacion.proceso import Modo, Proceso
from prep.intercambio import ejercicio, nodo, paquete, sellado
from prep.intercambio.cambios import casillas_de
from prep.intercambio.enviar import anotar_del_paquete
from prep.plataforma.errores import Impedimento
from prep.plataforma.llaves import guardar as guardar_secreto
from prep.plataforma.lugares import archivo_qr, dir_llaves
from prep.transparencia.canonico import canonico
from prep.transparencia.nota import Firmante

SOLICITUD: Final = "prep-solicitud-de-alta/2"
FORMATO: Final = "prep-nodo/2"
_NOMBRE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_HUELLA: Final = re.compile(r"[0-9a-f]{16}")
_SECRETOS: Final = "datos/secretos"
"""What opens a door, sealed: only the key that was enrolled reads it."""
_ADELANTO: Final = timedelta(minutes=10)
_VIGENCIA: Final = timedelta(days=180)
"""Of a package: how far behind the clock of who takes it in may be, and for how long after it was made it is taken."""
_CUENTA: Final = ("usuario", "persona", "nombre", "lugar", "password", "activa", "clave_provisional")


def preparar(nombre: str) -> dict[str, str]:
    """Make (or find) this machine's key for that name; what it asks the centre, with proof that it has the key."""
    if not _NOMBRE.fullmatch(nombre) or nombre in (CENTRAL, INSTITUTO):
        raise Impedimento(
            f"«{nombre}» no sirve de nombre: use hasta 40 minúsculas sin acento, cifras, puntos y guiones, y ninguno "
            "de los reservados."
        )
    if (porque := identidad.detenido(nombre)) is not None:
        raise Impedimento(f"Este equipo ya no puede llamarse «{nombre}»: {porque} Elija otro nombre.")
    suyo = nodo_local(dir_llaves(), nombre)
    sello = llave_de_sello(dir_llaves(), nombre).public_key().public_bytes_raw()
    return {
        "formato": SOLICITUD,
        "nodo": nombre,
        "llave": suyo.publica.hex(),
        "sello": sello.hex(),
        "firma": base64.b64encode(suyo.firmar(_dicho(nombre, suyo.publica, sello))).decode(),
    }


def _dicho(nombre: str, llave: bytes, sello: bytes) -> bytes:
    return f"{SOLICITUD}\n{nombre}\n{llave.hex()}\n{sello.hex()}\n".encode()


@dataclass(frozen=True, slots=True)
class Solicitud:
    """What a machine asks for. `llave`, `sello`: raw public keys, of its signature and of what is sealed for it."""

    nodo: str
    llave: bytes
    sello: bytes


def leer_solicitud(datos: bytes) -> Solicitud:
    """Raise `Impedimento` unless whoever asks has the key."""
    try:
        pedido = orjson.loads(datos)
        nombre, llave, sello = pedido["nodo"], bytes.fromhex(pedido["llave"]), bytes.fromhex(pedido["sello"])
        if pedido["formato"] != SOLICITUD or not _NOMBRE.fullmatch(nombre):
            raise ValueError
        sellado.sellar(b"", sello, "")  # a key for which nothing can be sealed is none
        publica(llave).verify(base64.b64decode(pedido["firma"], validate=True), _dicho(nombre, llave, sello))
    except (ValueError, KeyError, TypeError, InvalidSignature):
        raise Impedimento("El archivo no es una solicitud de «prep nodo preparar», o se dañó.") from None
    return Solicitud(nombre, llave, sello)


@dataclass(frozen=True, slots=True)
class _Publica:
    """A node of which only the public key is here."""

    nodo: str
    publica: bytes


def dar_de_alta(
    solicitud: bytes, instituto: Firmante, clase: ClaseNodo, nombre: str, catd: str | None, destino: Path
) -> dict[str, int]:
    """Enrol it with the institute's key and write its package; how many facts, accounts and files of an exercise this
    takes.

    `catd`: the collection centre that it is of; its casillas are its reach, and the accounts of its people travel.
    """
    pedido = leer_solicitud(solicitud)
    ident, llave = pedido.nodo, pedido.llave
    raiz = NodoInstituto(instituto, instituto.llave.publica)
    proceso, info, fila = cargar(), informativo(), vigente()
    alcance = {TODO} if catd is None else casillas_de({catd})
    ya = autoridad().nodos.get(ident)
    if ya is not None and (ya.llave != llave.hex() or ya.baja is not None):
        raise Impedimento(
            f"Ya hay un nodo «{ident}» con otra llave o que se dio de baja. Cada equipo lleva su propio nombre: "
            "prepárelo con otro."
        )
    if ya is None:
        hora = nodo.reloj.ahora()
        alta = alta_de_nodo(_Publica(ident, llave), clase, nombre, hora, alcance)
        try:
            anotar([alta], raiz, hora)
        except HechoRechazado as error:
            raise Impedimento(f"No se dio de alta: {error}") from None
    cuentas = list(Cuenta.objects.filter(lugar=catd, activa=True).order_by("usuario")) if catd else []
    documento = {**a_documento(proceso, info), "huella": proceso.huella}
    practica = list(ejercicio.cosas())

    def cosas() -> Iterator[tuple[str, bytes]]:
        yield "datos/catalogo.json", canonico(documento)
        secretos = {
            "qr": archivo_qr().read_text() if archivo_qr().exists() else None,
            "cuentas": [{c: getattr(una, c) for c in _CUENTA} | {"segundos": segundos.llevar(una)} for una in cuentas],
        }
        yield _SECRETOS, sellado.sellar(orjson.dumps(secretos), pedido.sello, _de_que(ident))
        yield from practica
        yield from paquete.en_grupos(_todos())

    quien = instalacion()
    cabecera = {
        "formato": FORMATO,
        "ambito": ambito(),
        "proceso": quien.proceso,
        "modo": quien.modo,
        "instituto": bytes(quien.llave).hex(),
        "nodo": ident,
        "llave": llave.hex(),
        "hora": nodo.reloj.ahora().isoformat(),
        "congelado": fila.congelado.isoformat() if fila.congelado else None,
    }
    hechos = entregas.total()
    paquete.escribir(destino, cabecera, cosas(), instituto, modo=0o600)
    return {"hechos": hechos, "cuentas": len(cuentas), "practica": len(practica)}


def _de_que(nodo: str) -> str:
    return f"{FORMATO} {nodo}"


def _todos() -> Iterator[dict[str, Any]]:
    desde, despues = dict.fromkeys(entregas.cadenas(), 0), 0
    while tomados := entregas.siguientes(desde, despues, 500, 2**23):
        yield from (s.escribir() for _, s in tomados)
        despues = tomados[-1][0]


@dataclass(frozen=True, slots=True)
class Habilitado:
    """What this machine is now. `sin_cuenta`: people whose account could not be made, as another has its name."""

    nodo: str
    ambito: str
    hechos: int
    cuentas: int
    sin_cuenta: tuple[str, ...]


def recibir_paquete(archivo: Path, huella_instituto: str) -> Habilitado:
    """Become the node that the institute enrolled. `huella_instituto`: of its key, 16 hex digits, brought by another
    way than the file."""
    if not _HUELLA.fullmatch(dicha := huella_instituto.strip().lower()):
        raise Impedimento("La huella del instituto son las 16 cifras y letras (a-f) que dijo «prep nodo alta».")
    with paquete.abrir(archivo, FORMATO) as suyo:
        c = suyo.cabecera
        try:
            llave = bytes.fromhex(c["instituto"])
            nombre, proceso, modo = str(c["nodo"]), str(c["proceso"]), Modo(c["modo"])
            raiz = publica(llave)
            congelado = datetime.fromisoformat(c["congelado"]) if c["congelado"] else None
            edad = nodo.reloj.ahora() - datetime.fromisoformat(c["hora"])
        except (KeyError, TypeError, ValueError):
            raise paquete.PaqueteInvalido("El archivo no dice de qué nodo y de qué instituto es.") from None
        if sha256(llave).hexdigest()[:16] != dicha:
            raise paquete.PaqueteInvalido(
                "El archivo no es del instituto cuya huella escribió: no se tomó nada. Confirme la huella con quien "
                "dio el alta."
            )
        suyo.exigir_firma(raiz)
        _exigir_en_hora(edad)
        aqui = _el_que_pidio(nombre, c.get("llave"))
        _exigir_que_pueda_ser(nombre)
        secretos, catalogo = _abrir(suyo, nombre), _leer_catalogo(suyo)
        practica = ejercicio.leer(suyo)
        suyo.exigir_hechos()
        with transaction.atomic():  # an installation of one process, with its catalogue and its secret, or as it was
            fundar(proceso, modo, llave)
            _guardar_catalogo(*catalogo, modo, congelado)
            _guardar_secreto(secretos["qr"])  # a file: the last thing, since it is not undone
        hechos = 0
        for grupo in suyo.hechos():
            recibo = recibir(grupo, nodo.reloj.ahora())
            if recibo.rechazados:
                raise _no_es(nombre, f"un hecho del archivo no se pudo tomar ({recibo.rechazados[0][1]})")
            hechos += recibo.nuevos
        alta = autoridad().nodos.get(nombre)
        if alta is None or alta.llave != aqui.publica.hex():
            raise _no_es(nombre, "el archivo no trae su alta con la llave de este equipo")
        if alta.baja is not None:
            raise _no_es(nombre, "se dio de baja")
        cuentas, sin_cuenta = _hacer_cuentas(secretos["cuentas"])
        anotar_del_paquete()
    ejercicio.poner(practica)
    ser(dir_llaves(), nombre)  # the last thing: until here it was nobody
    return Habilitado(nombre, ambito_de(proceso, modo, llave), hechos, cuentas, sin_cuenta)


def _no_es(nombre: str, porque: str) -> Impedimento:
    return Impedimento(f"Este equipo todavía no es el nodo «{nombre}»: {porque}. Pida otro archivo al centro.")


def _exigir_en_hora(edad: timedelta) -> None:
    """A machine whose clock is a year off would sign the whole night with it: the file says when it was made."""
    if -_ADELANTO < edad < _VIGENCIA:
        return
    dice = f"El reloj de este equipo dice {nodo.reloj.ahora().astimezone():%d/%m/%Y %H:%M}, y el archivo se hizo "
    if edad < _VIGENCIA:
        raise Impedimento(f"{dice}después. Ponga el equipo en hora y repita la orden.")
    raise Impedimento(
        f"{dice}más de {_VIGENCIA.days} días antes. Ponga el equipo en hora y repita la orden; si su hora está bien, "
        "pida otro archivo al centro."
    )


def _el_que_pidio(nombre: str, llave: Any) -> NodoLocal:
    """This machine as the node that the package is for; raise `Impedimento` where its key was made elsewhere."""
    if not _NOMBRE.fullmatch(nombre) or not (dir_llaves() / f"nodo-{nombre}.llave").exists():
        raise Impedimento(
            f"El archivo es para «{nombre}», y su llave no se hizo en este equipo. Empiece por «prep nodo preparar»."
        )
    aqui = nodo_local(dir_llaves(), nombre)
    if aqui.publica.hex() != llave:
        raise Impedimento(f"El archivo da de alta a «{nombre}» con otra llave que la de este equipo. Pídalo otra vez.")
    if (porque := identidad.detenido(nombre)) is not None:
        raise Impedimento(f"Este equipo ya no puede llamarse «{nombre}»: {porque}")
    return aqui


def _exigir_que_pueda_ser(nombre: str) -> None:
    """An installation that already writes under a name in force goes on with it; one that was stopped takes another."""
    actual = nodo_de_aqui()
    suyo = autoridad().nodos.get(actual.nodo)
    if actual.nodo == nombre or suyo is None or suyo.llave != actual.publica.hex() or suyo.baja is not None:
        return
    try:
        identidad.exigir_que_siga(actual.nodo, entregas.hasta(actual.nodo)[0])
    except identidad.NodoDetenido:
        return
    raise Impedimento(f"Este equipo ya es el nodo «{actual.nodo}», y puede seguir: no necesita otro nombre.")


def _abrir(suyo: paquete.Paquete, nombre: str) -> dict[str, Any]:
    """What was sealed for this machine."""
    llave = llave_de_sello(dir_llaves(), nombre)
    try:
        secretos: dict[str, Any] = orjson.loads(sellado.abrir(suyo.leer(_SECRETOS), llave, _de_que(nombre)))
    except (sellado.NoSeAbre, ValueError):
        raise paquete.PaqueteInvalido(
            "Las cuentas del archivo no se cerraron para este equipo. Pídalo otra vez."
        ) from None
    return secretos


def _guardar_secreto(dicho: str | None) -> None:
    """The secret of the QR codes, where the centre prints actas; one that is here is never written over."""
    if dicho is not None and guardar_secreto(archivo_qr(), dicho) != dicho:
        raise Impedimento(
            f"En {archivo_qr()} hay otro secreto de los QR, de otro proceso: guárdelo en otro lado y repita la orden."
        )


def _leer_catalogo(suyo: paquete.Paquete) -> tuple[Proceso, Informativo]:
    try:
        return de_documento(orjson.loads(suyo.leer("datos/catalogo.json")))
    except (ValueError, KeyError, TypeError):
        raise paquete.PaqueteInvalido("El catálogo del archivo no se entiende: es de otra versión.") from None


def _guardar_catalogo(proceso: Proceso, info: Informativo, modo: Modo, congelado: datetime | None) -> None:
    guardar(proceso, info, nodo.reloj.ahora())
    if congelado is not None:
        congelar(proceso.clave, modo, congelado)


def _hacer_cuentas(todas: Iterable[Mapping[str, Any]]) -> tuple[int, tuple[str, ...]]:
    """Accounts that are missing, with their second factors. One that is here stays as it is: its password may be
    newer."""
    hechas, sin_cuenta = 0, []
    for una in todas:
        datos = {c: una[c] for c in _CUENTA}
        if Cuenta.objects.filter(persona=datos["persona"]).exists():
            continue
        if Cuenta.objects.filter(usuario=datos["usuario"]).exists():
            sin_cuenta.append(str(datos["usuario"]))
            continue
        with transaction.atomic():
            segundos.poner(Cuenta.objects.create(**datos, alta=nodo.reloj.ahora()), una["segundos"])
        hechas += 1
    return hechas, tuple(sin_cuenta)

"""Enrolling a phone: a code printed for a person serves once and binds a key to that person, by a fact.

The phone makes its key and shows that it has it; the node writes `dispositivo.alta`, in the name of the administrator
who ordered the codes and with its own signature. Which casillas are theirs is what their role as CAE reaches:
a fact too.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from django.db import transaction

from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.autoridad import ambito, autoridad, desde_ahora, instalacion
from prep.bitacora.nodos import nodo_de_aqui, publica
from prep.bitacora.services import HechoRechazado, anotar
from prep.catalogo.services import cargar, sin_gente
from prep.dominio.comun.autoridad import TODO, Autoridad
from prep.dominio.comun.facultades import ClaseDispositivo, Rol
from prep.dominio.comun.hecho import nuevo_hecho
from prep.intercambio import nodo, objetos
from prep.intercambio.cadenas import lugares
from prep.intercambio.errores import DE_NUEVO, Negado
from prep.intercambio.models import Codigo
from prep.plataforma import letras
from prep.plataforma.cubetas import Cubetas
from prep.plataforma.errores import Impedimento

FORMATO: Final = "prep-alta/1"
LARGO: Final = 10
"""Forty-five bits, for one use: at the pace that the door lets anybody try, decades to hit one of three thousand."""
VIGENCIA: Final = timedelta(days=30)
_intentos: Final = Cubetas(0.5, 60)
_de_todos: Final = Cubetas(5, 300)
_LLAVE: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Impreso:
    """A code for whom; kept nowhere but on paper."""

    persona: str
    codigo: str


def huella(codigo: str) -> str:
    return hashlib.sha256(letras.limpias(codigo).encode()).hexdigest()


def nuevos_codigos(personas: Iterable[str], autoriza: str, ahora: datetime) -> list[Impreso]:
    """A code for each, ordered by an administrator. Those that a person had and did not use serve no more."""
    if Rol.ADMINISTRADOR not in autoridad().roles_de(autoriza):
        raise Impedimento("Solo quien administra la operación central da de alta teléfonos.")
    impresos = []
    with transaction.atomic():
        for persona in personas:
            Codigo.objects.filter(persona=persona, usado=None).delete()
            codigo = letras.al_azar(LARGO)
            Codigo.objects.create(codigo=huella(codigo), persona=persona, autoriza=autoriza, vence=ahora + VIGENCIA)
            impresos.append(Impreso(persona, f"{codigo[:5]}-{codigo[5:]}"))
    return impresos


def mensaje(codigo: str, llave: str) -> bytes:
    """What a phone signs to show that the key is its own."""
    return f"{FORMATO}\n{huella(codigo)}\n{llave}\n".encode()


def dar_de_alta(codigo: str, llave: str, firma: str, origen: str) -> dict[str, Any]:
    """Enrol the key of a phone with a code; what the phone must know. Asked again with the same key, the same.

    `origen`: who tries, for the pace at which they may.
    """
    ahora = time.monotonic()
    if not (_intentos.tomar(origen, ahora) and _de_todos.tomar("", ahora)):
        raise Negado(429, "ritmo", f"Hubo demasiados intentos. {DE_NUEVO}", espere=30)
    if not _es_suya(codigo, llave, firma):
        raise Negado(422, "llave", "Este teléfono no pudo hacer su llave. Use otro navegador u otro teléfono.")
    with transaction.atomic():
        fila = Codigo.objects.select_for_update().filter(codigo=huella(codigo)).first()
        ident = f"tel-{letras.huella(bytes.fromhex(llave), 20)}"
        hora = nodo.reloj.ahora()
        if fila is None or (fila.usado is None and fila.vence <= hora) or fila.dispositivo not in ("", ident):
            raise Negado(403, "codigo", "Ese código no sirve: ya se usó, venció o tiene un error. Pida otro.")
        if fila.usado is None:
            tomar_cabeza()  # of two codes for one key, the second sees what the first did
            _escribir_alta(ident, llave, fila, hora)
            fila.usado, fila.dispositivo = hora, ident
            fila.save(update_fields=["usado", "dispositivo"])
        return _lo_que_debe_saber(ident, fila.persona, hora)


def _es_suya(codigo: str, llave: str, firma: str) -> bool:
    if not _LLAVE.fullmatch(llave):
        return False
    try:
        publica(bytes.fromhex(llave)).verify(base64.b64decode(firma, validate=True), mensaje(codigo, llave))
    except (InvalidSignature, ValueError):
        return False
    return True


def _escribir_alta(ident: str, llave: str, fila: Codigo, hora: datetime) -> None:
    """Say whose the key is, unless it is said. One key is one person's for ever, and one revoked does not come back."""
    ya = autoridad().dispositivos.get(ident)
    if ya is not None:
        if (ya.llave, ya.persona) != (llave, fila.persona) or ya.bajas:
            raise Negado(403, "llave", "Este teléfono ya se dio de alta para otra persona o se dio de baja. Use otro.")
        return
    contenido = {"llave": llave, "clase": ClaseDispositivo.TELEFONO.value, "persona": fila.persona}
    try:
        anotar([nuevo_hecho("alta", f"dispositivo:{ident}", fila.autoriza, hora, contenido)], nodo_de_aqui(), hora)
    except HechoRechazado:  # whoever ordered the codes may no longer, or the node was revoked
        raise Negado(403, "autoriza", "Quien dio este código ya no puede dar de alta teléfonos. Pida otro.") from None


def _lo_que_debe_saber(ident: str, persona: str, hora: datetime) -> dict[str, Any]:
    proceso, info = cargar(), sin_gente()
    inicio = info.publicacion.inicio
    return {
        "dispositivo": ident,
        "persona": persona,
        "ambito": ambito(),
        "instituto": bytes(instalacion().llave).hex(),
        "nodo": nodo.presentacion(nodo_de_aqui().nodo),
        "hora": hora.isoformat(),
        "proceso": {"clave": proceso.clave, "nombre": proceso.nombre, "zona": proceso.zona_horaria},
        "inicio": inicio.isoformat() if inicio else None,
        "maximo_bytes": objetos.MAXIMO_BYTES,
        "actas": actas_de(persona),
        "documentos": list(info.casilla.documentos),
    }


def actas_de(persona: str) -> list[Mapping[str, Any]]:
    """Casillas × elections of a CAE. Whoever reaches everything has none of their own."""
    alcance = casillas_de(persona)
    return [
        {
            "clave": a.clave,
            "casilla": a.clave[:11],
            "seccion": a.casilla.clave.seccion,
            "nombre": a.casilla.clave.nombre,
            "eleccion": e.nombre,
        }
        for e in (cargar().elecciones if alcance else ())
        for a in e.actas
        if a.clave[:11] in alcance
    ]


def casillas_de(persona: str, de: Autoridad | None = None) -> frozenset[str]:
    """Keys of the casillas that a CAE attends. `de`: who may act, where that was looked up."""
    cargos = (de or autoridad()).cargos_vigentes(persona)
    return frozenset(c for cargo in cargos if cargo.rol is Rol.CAE for c in cargo.alcance) - {TODO}


def dar_de_baja(ident: str, motivo: str, autoriza: str, ahora: datetime) -> int:
    """Revoke a phone: the sequence of its chain from which it does not count. Whoever holds it chooses the sequence
    that they sign with, so nothing that arrives from here on counts either."""
    with transaction.atomic():
        tomar_cabeza()  # nothing comes in between what is read and what is said
        aparato = autoridad().dispositivos.get(ident)
        if aparato is None or aparato.clase is not ClaseDispositivo.TELEFONO:
            raise Impedimento(f"No hay ningún teléfono «{ident}».")
        desde = max(lugares(ident, aparato.persona), default=0) + 1
        contenido = {"desde": desde, "nodos": desde_ahora(), "motivo": motivo}
        hecho = nuevo_hecho("baja", f"dispositivo:{ident}", autoriza, ahora, contenido)
        try:
            anotar([hecho], nodo_de_aqui(), ahora)
        except HechoRechazado:
            raise Impedimento("Solo quien administra la operación central da de baja teléfonos.") from None
    return desde

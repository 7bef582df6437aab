"""Facts: what somebody did to a subject. Appended, signed, never changed.

A fact is named by its content: its id is the SHA-256 of its canonical JSON (RFC 8785), so that no two facts can share
one. It says what its writer knew: `conocidos` are the heads of the subject then, the facts that no other known one came
after. From them, and from no clock, the fold tells what came *after* from what happened *beside*.

A subject is a class and a key: `acta:140024C01001`, `hoja:<uuid>`, `nodo:catd-014`, `persona:p-0311`…
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from prep.dominio.comun import campos
from prep.dominio.comun.registro import CLASES, tipo_de
from prep.transparencia.canonico import NoCanonico, canonico


class HechoInvalido(ValueError):
    """A fact whose content does not have the shape its type requires."""


@dataclass(frozen=True, slots=True)
class Hecho:
    """One fact. `persona`: opaque id of who did it. `hora`: the device's clock, aware. `orden`: id of the command that
    wrote it, so that one command has one effect. `interpretado`: this program knows its type and version."""

    id: str
    tipo: str
    sujeto: str
    persona: str
    hora: datetime
    contenido: Mapping[str, Any]
    conocidos: tuple[str, ...] = ()
    orden: str = ""
    version: int = 1
    interpretado: bool = True
    canonico: bytes = field(default=b"", repr=False, compare=False)
    """Its canonical JSON, where it was just written or read: what is named and signed is made once."""

    @property
    def clase(self) -> str:
        return self.sujeto.partition(":")[0]

    @property
    def clave(self) -> str:
        """What the subject is called within its class."""
        return self.sujeto.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Escrito:
    """A fact with whoever vouches for it: the node in whose chain it came, at which place, and the device that signed
    it under the node, if one did. The same fact may come in the chains of two nodes."""

    hecho: Hecho
    nodo: str
    secuencia: int = 0
    dispositivo: str = ""
    secuencia_dispositivo: int = 0


_SUJETO: Final = re.compile(r"[a-z_]{1,20}:[A-Za-z0-9._-]{1,60}")
_TIPO: Final = re.compile(r"[a-z_]{1,30}")
_CAMPOS: Final = frozenset({"tipo", "version", "sujeto", "persona", "hora", "conocidos", "orden", "contenido"})
MAXIMO_CONOCIDOS: Final = 64


def nuevo_hecho(
    tipo: str,
    sujeto: str,
    persona: str,
    hora: datetime,
    contenido: Mapping[str, Any],
    conocidos: Iterable[str] = (),
    orden: str = "",
) -> Hecho:
    """A fact written now, in the newest version of its type. `conocidos`: the subject's heads that the writer knows."""
    conocido = tipo_de(sujeto.partition(":")[0], tipo)
    version = conocido.version if conocido else 1
    saber, que = tuple(sorted(set(conocidos))), str(tipo)
    hecho = Hecho("", que, sujeto, persona, hora, contenido, saber, orden, version)
    try:
        crudo, sabido = canonico(escribir_hecho(hecho)), conocido is not None
    except NoCanonico as error:
        raise HechoInvalido(f"Hecho inválido, campo «contenido»: {error}.") from None
    nombre = hashlib.sha256(crudo).hexdigest()
    return Hecho(nombre, que, sujeto, persona, hora, contenido, saber, orden, version, sabido, crudo)


def escribir_hecho(hecho: Hecho) -> dict[str, Any]:
    """The shape that `leer_hecho` reads."""
    return {
        "tipo": hecho.tipo,
        "version": hecho.version,
        "sujeto": hecho.sujeto,
        "persona": hecho.persona,
        "hora": hecho.hora.isoformat(),
        "conocidos": list(hecho.conocidos),
        "orden": hecho.orden,
        "contenido": hecho.contenido,
    }


def id_de(datos: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a written fact: its name everywhere."""
    return hashlib.sha256(canonico(datos)).hexdigest()


def leer_hecho(datos: Any) -> Hecho:
    """Read a fact from outside: every field checked; raise `HechoInvalido` naming the field.

    A class, type or version that this program does not know is read too, with `interpretado` False.
    """
    revisar_hecho(datos)
    try:
        crudo = canonico(datos)
    except NoCanonico as error:
        raise HechoInvalido(f"Hecho inválido, campo «contenido»: {error}.") from None
    return hecho_guardado(datos, hashlib.sha256(crudo).hexdigest(), crudo)


def revisar_hecho(datos: Any) -> None:
    """Raise `HechoInvalido`, naming the field, unless it has the shape of a fact; unknown types have any content."""
    if not isinstance(datos, Mapping):
        raise HechoInvalido("Un hecho es un objeto con sus campos.")
    if datos.keys() != _CAMPOS:
        raise HechoInvalido(f"Campos de más o de menos: {', '.join(sorted(map(str, datos.keys() ^ _CAMPOS)))[:200]}.")
    campo = "tipo"
    try:
        _con_forma(_TIPO, datos["tipo"], "se esperaba el nombre de un tipo de hecho")
        campo = "version"
        campos.entero(1, 1000)(datos["version"])
        campo = "sujeto"
        _con_forma(_SUJETO, datos["sujeto"], "se esperaba clase y clave, como «acta:…» u «hoja:…»")
        campo = "persona"
        campos.persona(datos["persona"])
        campo = "hora"
        campos.hora(datos["hora"])
        campo = "conocidos"
        campos.lista(campos.sha256, MAXIMO_CONOCIDOS)(datos["conocidos"])
        campo = "orden"
        if datos["orden"] != "":
            campos.nombre(datos["orden"])
        campo = "contenido"
        if not isinstance(datos["contenido"], Mapping):
            raise ValueError("se esperaba un objeto con sus campos")
    except (ValueError, TypeError) as error:
        raise HechoInvalido(f"Hecho inválido, campo «{campo}»: {error}.") from None
    _interpretar(datos)


def _interpretar(datos: Mapping[str, Any]) -> tuple[Mapping[str, Any], int, bool]:
    """Its content as the newest version of its type has it, that version, and whether this program knows it. Raise
    `HechoInvalido` where it does, and key or content are not those of that class and type."""
    clase, _, clave = datos["sujeto"].partition(":")
    conocida = CLASES.get(clase)
    if conocida is not None and not conocida.clave.fullmatch(clave):
        raise HechoInvalido(f"Hecho inválido, campo «sujeto»: no es la clave de «{clase}».")
    tipo, version, contenido = tipo_de(clase, datos["tipo"]), datos["version"], datos["contenido"]
    if tipo is None or version > tipo.version:
        return contenido, version, False
    try:
        contenido = tipo.ascender(contenido, version)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise HechoInvalido("Hecho inválido, campo «contenido»: no es el de esa versión.") from None
    if problema := tipo.revisar(contenido):
        raise HechoInvalido(f"Hecho inválido, «{datos['tipo']}», campo «{problema.replace(': ', '»: ', 1)}.")
    return contenido, tipo.version, True


def hecho_guardado(datos: Mapping[str, Any], identificador: str, crudo: bytes = b"") -> Hecho:
    """Read a fact that `leer_hecho` accepted before, brought up to the newest version of its type. `crudo`: its
    canonical JSON, as it was written.

    It may have been accepted before its type or version was known, whatever it said: what it says is not interpreted
    then, unless it is what its type asks. One that was changed since (it is not called what it says) is refused.
    """
    try:
        contenido, version, interpretado = _interpretar(datos)
    except HechoInvalido:
        if id_de(datos) != identificador:
            raise
        contenido, version, interpretado = datos["contenido"], datos["version"], False
    return Hecho(
        identificador,
        datos["tipo"],
        datos["sujeto"],
        datos["persona"],
        datetime.fromisoformat(datos["hora"]),
        contenido,
        tuple(datos["conocidos"]),
        datos["orden"],
        version,
        interpretado,
        crudo,
    )


def _con_forma(forma: re.Pattern[str], dato: Any, queja: str) -> None:
    if not isinstance(dato, str) or not forma.fullmatch(dato):
        raise ValueError(queja)

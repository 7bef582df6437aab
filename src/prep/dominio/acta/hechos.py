"""Facts: what someone did to an acta. Appended, signed, never changed.

A fact's `id` is a UUIDv7 in text. Whoever writes a fact makes its time part later than that of every fact of the acta
known to the writer, so sorting by `id` never puts an effect before its cause, whatever the clocks say.

A sheet of paper that nobody has identified yet is a subject of its own, `hoja:<uuid>`, until `identificada` says which
acta it is; one that belongs to no approved casilla stays a sheet (`fuera_de_catalogo`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from prep.dominio.acta.asentado import Asentado


class Tipo(StrEnum):
    """What happened. The value is what is stored."""

    ACOPIADA = "acopiada"  # the sobre PREP was received: hora (of the stamp), catd
    FOTOGRAFIADA = "fotografiada"  # PREP Casilla took a picture: imagen, hora, documento
    DIGITALIZADA = "digitalizada"  # scanned at the CATD: imagen, documento, [medio]
    IDENTIFICADA = "identificada"  # imagen belongs to this acta: imagen, por (qr | persona | pto), [acta]
    REDIGITALIZAR = "redigitalizar"  # the picture cannot be read, another is needed: imagen, motivo
    DUPLICADA = "duplicada"  # a picture that adds nothing: imagen
    SIN_ACTA = "sin_acta"  # no acta came: motivo (1-4)
    FUERA_DE_CATALOGO = "fuera_de_catalogo"  # a sheet of no approved casilla: eleccion, and what could be read
    CAPTURADA = "capturada"  # a person typed it: imagen, lugar, valores
    DICTAMINADA = "dictaminada"  # a third person ruled on two different captures: imagen, valores
    REVISADA = "revisada"  # the automatic reader sends a match back: base, opinion
    VERIFICADA = "verificada"  # data checked against the image: base
    DEVUELTA = "devuelta"  # the verifier found a difference: base, motivo
    REABIERTA = "reabierta"  # a verified acta is opened again: motivo, autoriza
    COTEJADA = "cotejada"  # published data against the original acta: resultado (1-3)
    INCIDENTE = "incidente"  # anything else that must be on record: texto


VERSION: Final = 1
"""Version of every fact type so far. Older ones will be read for ever, brought up to date on reading."""


class MotivoSinActa(StrEnum):
    """Why no acta came with the package (LEEME, OBSERVACIONES)."""

    PAQUETE_NO_ENTREGADO = "1"
    CASILLA_NO_INSTALADA = "2"
    SIN_SOBRE = "3"
    CONTINGENCIA_URNA = "4"


@dataclass(frozen=True, slots=True)
class Hecho:
    """One fact. `acta`: key of the acta or `hoja:<uuid>`. `operador`: opaque id. `hora`: the device's clock, aware."""

    id: str
    tipo: Tipo
    acta: str
    operador: str
    hora: datetime
    contenido: Mapping[str, Any]
    version: int = VERSION

    @property
    def de_hoja(self) -> bool:
        """Whether its subject is a sheet and not an acta of the catalogue."""
        return self.acta.startswith("hoja:")


class HechoInvalido(ValueError):
    """A fact whose content does not have the shape its type requires."""


def _texto(dato: Any) -> None:
    if not isinstance(dato, str) or len(dato) > 2000 or _NO_SE_GUARDA.search(dato):
        raise ValueError("se esperaba un texto de hasta 2000 caracteres, sin caracteres nulos ni incompletos")


def _operador(dato: Any) -> None:
    _texto(dato)
    if not dato or dato != dato.strip():
        raise ValueError("se esperaba el identificador de una persona, sin espacios alrededor")


def _clave_acta(dato: Any) -> None:
    if not isinstance(dato, str) or not _ACTA.fullmatch(dato):
        raise ValueError("se esperaba una clave de acta")


def _mecanismo(dato: Any) -> None:
    if not isinstance(dato, str) or not _MECANISMO.fullmatch(dato):
        raise ValueError("se esperaba D, F o I, o varias unidas con guion")


def _sha(dato: Any) -> None:
    if not isinstance(dato, str) or not _SHA256.fullmatch(dato):
        raise ValueError("se esperaba un SHA-256 en hexadecimal (64 caracteres)")


def _hora(dato: Any) -> None:
    try:
        hora = datetime.fromisoformat(dato) if _INSTANTE.fullmatch(dato) else None
    except (TypeError, ValueError):
        hora = None
    # A stamp may say a wrong year, and it is kept; but every zone must be able to write it.
    if hora is None or not 1 < hora.year < 9999:
        raise ValueError("se esperaba una fecha y hora ISO 8601 con zona, del año 2 al 9998")


def _valores(dato: Any) -> None:
    Asentado.leer(dato)


def _uno_de(*opciones: str) -> Callable[[Any], None]:
    def revisar(dato: Any) -> None:
        if dato not in opciones:
            raise ValueError(f"se esperaba {' o '.join(opciones)}")

    return revisar


_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_INSTANTE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_ACTA: Final = re.compile(r"[0-9]{6}[BCESMVPA][0-9]{4}[0-9A-Z]{1,6}")
_HOJA: Final = re.compile(r"hoja:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MECANISMO: Final = re.compile(r"[DFI](-[DFI])*")
_NO_SE_GUARDA: Final = re.compile("[\x00\ud800-\udfff]")  # neither UTF-8 nor PostgreSQL can hold them

Revisor = Callable[[Any], None]

FORMA: Final[dict[Tipo, tuple[dict[str, Revisor], dict[str, Revisor]]]] = {
    Tipo.ACOPIADA: ({"hora": _hora}, {"catd": _texto}),
    Tipo.FOTOGRAFIADA: ({"imagen": _sha, "hora": _hora}, {"documento": _texto, "mecanismo": _mecanismo}),
    Tipo.DIGITALIZADA: (
        {"imagen": _sha},
        {
            "documento": _texto,
            "medio": _uno_de("Escáner", "Urna Electrónica"),
            "catd": _texto,
            "hoja": _texto,
            "mecanismo": _mecanismo,
        },
    ),
    Tipo.IDENTIFICADA: ({"imagen": _sha, "por": _uno_de("qr", "persona", "pto")}, {"acta": _clave_acta}),
    Tipo.REDIGITALIZAR: ({"imagen": _sha, "motivo": _texto}, {}),
    Tipo.DUPLICADA: ({"imagen": _sha}, {}),
    Tipo.SIN_ACTA: ({"motivo": _uno_de(*MotivoSinActa)}, {}),
    Tipo.FUERA_DE_CATALOGO: (
        {"eleccion": _texto},
        dict.fromkeys(("demarcacion", "seccion", "tipo", "id", "extension", "tipo_acta"), _texto),
    ),
    Tipo.CAPTURADA: ({"imagen": _sha, "valores": _valores}, {"lugar": _texto}),
    Tipo.DICTAMINADA: ({"imagen": _sha, "valores": _valores}, {"motivo": _texto}),
    Tipo.REVISADA: ({"base": _texto, "opinion": _uno_de("devuelve")}, {"lectura": _texto}),
    Tipo.VERIFICADA: ({"base": _texto}, {}),
    Tipo.DEVUELTA: ({"base": _texto, "motivo": _texto}, {}),
    Tipo.REABIERTA: ({"motivo": _texto, "autoriza": _operador}, {}),
    Tipo.COTEJADA: ({"resultado": _uno_de("1", "2", "3")}, {}),
    Tipo.INCIDENTE: ({"texto": _texto}, {}),
}
"""Required and optional fields of each type's content (version 1), with the check of each."""

_CAMPOS: Final = frozenset({"id", "tipo", "version", "acta", "operador", "hora", "contenido"})


def leer_hecho(datos: Mapping[str, Any]) -> Hecho:
    """Read a fact from outside: every field checked; raise `HechoInvalido` naming the field.

    `datos`: `{id, tipo, version, acta, operador, hora, contenido}` as JSON gives them.
    """
    if not isinstance(datos, Mapping):
        raise HechoInvalido("Un hecho es un objeto con sus campos.")
    if datos.keys() != _CAMPOS:
        raise HechoInvalido(f"Campos de más o de menos: {', '.join(sorted(datos.keys() ^ _CAMPOS))[:200]}.")
    campo = "tipo"
    try:
        _uno_de(*Tipo)(datos["tipo"])
        tipo = Tipo(datos["tipo"])
        campo = "version"
        if type(datos["version"]) is not int or datos["version"] != VERSION:
            raise ValueError(f"este programa conoce hasta la versión {VERSION}; actualícelo")
        campo = "id"
        if not es_id(datos["id"]):
            raise ValueError("se esperaba un UUID versión 7")
        campo = "acta"
        if not _ACTA.fullmatch(datos["acta"]) and not _HOJA.fullmatch(datos["acta"]):
            raise ValueError("se esperaba una clave de acta u «hoja:» y un UUID")
        campo = "operador"
        _operador(datos["operador"])
        campo = "hora"
        _hora(datos["hora"])
        campo = "contenido"
        contenido = datos["contenido"]
        requeridos, opcionales = FORMA[tipo]
        if not requeridos.keys() <= contenido.keys() <= requeridos.keys() | opcionales.keys():
            raise ValueError(f"el contenido de «{tipo}» lleva {', '.join(requeridos)}; llegó {', '.join(contenido)}")
        for campo, dato in contenido.items():
            (requeridos.get(campo) or opcionales[campo])(dato)
    except (ValueError, TypeError, AttributeError) as error:
        raise HechoInvalido(f"Hecho inválido, campo «{campo}»: {error}.") from None
    return hecho_guardado(datos)


def es_id(dato: Any) -> bool:
    """Whether it is the id of a fact."""
    return isinstance(dato, str) and _UUID.fullmatch(dato) is not None


def hecho_guardado(datos: Mapping[str, Any]) -> Hecho:
    """Read a fact that `leer_hecho` accepted before."""
    return Hecho(
        datos["id"],
        Tipo(datos["tipo"]),
        datos["acta"],
        datos["operador"],
        datetime.fromisoformat(datos["hora"]),
        datos["contenido"],
        datos["version"],
    )


def escribir_hecho(hecho: Hecho) -> dict[str, Any]:
    """The shape that `leer_hecho` reads."""
    return {
        "id": hecho.id,
        "tipo": hecho.tipo.value,
        "version": hecho.version,
        "acta": hecho.acta,
        "operador": hecho.operador,
        "hora": hecho.hora.isoformat(),
        "contenido": hecho.contenido,
    }

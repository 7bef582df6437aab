"""What can happen to an acta, and to a sheet of paper that nobody has identified yet.

A sheet is a subject of its own, `hoja:<uuid>`, until `identificada` says which acta it is; one that belongs to no
approved casilla stays a sheet (`fuera_de_catalogo`). An act of two people is two facts: a request and who confirms it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import orjson

from prep.dominio.acta.asentado import Asentado
from prep.dominio.comun import campos
from prep.dominio.comun.registro import Clase, TipoDeHecho, registrar


class Tipo(StrEnum):
    """What happened. The value is what is stored."""

    ACOPIADA = "acopiada"  # the sobre PREP was received: hora (of the stamp), catd
    ACOPIO_CORREGIDO = "acopio_corregido"  # that stamp was typed wrong: hora, motivo
    FOTOGRAFIADA = "fotografiada"  # PREP Casilla took a picture: imagen, hora, documento, [motivo]
    DIGITALIZADA = "digitalizada"  # scanned, or of another subject: imagen, documento, [medio, hora, enderezada]
    IDENTIFICADA = "identificada"  # imagen belongs to this acta: imagen, por (qr | persona | pto), [acta]
    OTRA_IMAGEN_PEDIDA = "otra_imagen_pedida"  # another picture is asked for: imagen, motivo, [problema]
    OTRA_IMAGEN_CONFIRMADA = "otra_imagen_confirmada"  # somebody else agrees: peticion
    OTRA_IMAGEN_NEGADA = "otra_imagen_negada"  # it can be read: peticion
    DUPLICADA = "duplicada"  # a picture that adds nothing: imagen
    SIN_ACTA = "sin_acta"  # no acta came: motivo (1-4)
    SIN_ACTA_CONFIRMADA = "sin_acta_confirmada"  # a coordinator confirms it: peticion
    FUERA_DE_CATALOGO = "fuera_de_catalogo"  # a sheet of no approved casilla: eleccion, and what could be read
    RESUELTA = "resuelta"  # a published sheet out of catalogue turned out to be an acta that is verified: acta
    CAPTURADA = "capturada"  # a person typed it: imagen, lugar, valores
    DICTAMINADA = "dictaminada"  # a third person ruled on two different captures: imagen, valores
    DECIDIDA = "decidida"  # a supervisor decided what three people did not agree on: imagen, valores, motivo
    REVISADA = "revisada"  # the automatic reader sends a match back: base, opinion
    VERIFICADA = "verificada"  # data checked against the image: base
    DEVUELTA = "devuelta"  # the verifier found a difference: base, motivo, [campos]
    REAPERTURA_PEDIDA = "reapertura_pedida"  # somebody asks to open a verified acta again: motivo
    REABIERTA = "reabierta"  # somebody else does: peticion
    COTEJADA = "cotejada"  # published data against the original acta: resultado (1-3)
    PUBLICADA = "publicada"  # the corte that carries this reading: corte, base, hecho, [nodo]
    ANEXADA = "anexada"  # another sheet of its casilla was photographed: imagen, hora, documento, [motivo]
    INCIDENTE = "incidente"  # anything else that must be on record: texto, [intento], [peticion] not confirmed


class ProblemaDeImagen(StrEnum):
    """Why another picture is asked for. That of another casilla goes to be identified."""

    ILEGIBLE = "ilegible"
    OTRA_CASILLA = "otra_casilla"
    INCOMPLETA = "incompleta"
    NO_ES_ACTA = "no_es_acta"
    DOS_ACTAS = "dos_actas"


MUDOS: Final = frozenset({Tipo.INCIDENTE, Tipo.ANEXADA, Tipo.PUBLICADA, Tipo.COTEJADA})
"""What may happen to an acta while it waits: its turn is not put off."""


class Intento(StrEnum):
    """What somebody did so that an acta of which there is no picture comes; and who says that they see to it."""

    LLAMADA = "llamada"
    RECORRIDO = "recorrido"
    PAQUETE = "paquete"
    OTRA_COPIA = "otra_copia"
    OTRO = "otro"
    TOMADA = "tomada"
    SOLTADA = "soltada"


class MotivoSinActa(StrEnum):
    """Why no acta came with the package (LEEME, OBSERVACIONES)."""

    PAQUETE_NO_ENTREGADO = "1"
    CASILLA_NO_INSTALADA = "2"
    SIN_SOBRE = "3"
    CONTINGENCIA_URNA = "4"


ACTA: Final = "acta:"
HOJA: Final = "hoja:"
CLAVE_ACTA: Final = re.compile(r"[0-9]{6}[A-Z][0-9]{4}[0-9A-Z]{1,6}")
_CLAVE_HOJA: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def sujeto_de(clave: str) -> str:
    """The subject of an acta by its key; a sheet is already called `hoja:<uuid>`."""
    return clave if clave.startswith(HOJA) else ACTA + clave


def clave_de(sujeto: str) -> str:
    """What tables call a subject: the key of an acta, or `hoja:<uuid>`."""
    return sujeto.removeprefix(ACTA)


def huella_lectura(imagen: str, valores: Mapping[str, Any]) -> str:
    """Name of a reading: SHA-256 of the picture and what it says (well formed). Two people who type the same make one
    reading."""
    return hashlib.sha256(b"%b\n%b" % (imagen.encode(), orjson.dumps(valores, option=orjson.OPT_SORT_KEYS))).hexdigest()


def huella_sin_acta(motivo: str) -> str:
    """Name of the reading *sin acta* with that reason."""
    return hashlib.sha256(f"sin_acta\n{motivo}".encode()).hexdigest()


def _clave_acta(dato: Any) -> None:
    if not isinstance(dato, str) or not CLAVE_ACTA.fullmatch(dato):
        raise ValueError("se esperaba una clave de acta")


def _valores(dato: Any) -> None:
    Asentado.leer(dato)


_PETICION: Final = TipoDeHecho({"peticion": campos.sha256})
_COMUNES: Final[dict[str, TipoDeHecho]] = {
    Tipo.ACOPIADA: TipoDeHecho({"hora": campos.hora}, {"catd": campos.texto}),
    Tipo.FOTOGRAFIADA: TipoDeHecho(
        {"imagen": campos.sha256, "hora": campos.hora},
        {"documento": campos.texto, "mecanismo": campos.mecanismo, "motivo": campos.texto},
    ),
    Tipo.DIGITALIZADA: TipoDeHecho(
        {"imagen": campos.sha256},
        {
            "documento": campos.texto,
            "enderezada": campos.si_o_no,
            "medio": campos.uno_de("Escáner", "Móvil", "Urna Electrónica"),
            "catd": campos.texto,
            "hoja": campos.texto,
            "hora": campos.hora,
            "mecanismo": campos.mecanismo,
        },
    ),
    Tipo.IDENTIFICADA: TipoDeHecho(
        {"imagen": campos.sha256, "por": campos.uno_de("qr", "persona", "pto")}, {"acta": _clave_acta}
    ),
    Tipo.OTRA_IMAGEN_PEDIDA: TipoDeHecho(
        {"imagen": campos.sha256, "motivo": campos.motivo}, {"problema": campos.uno_de(*ProblemaDeImagen)}
    ),
    Tipo.OTRA_IMAGEN_CONFIRMADA: _PETICION,
    Tipo.OTRA_IMAGEN_NEGADA: _PETICION,
    Tipo.PUBLICADA: TipoDeHecho(
        {"corte": campos.entero(1), "base": campos.sha256, "hecho": campos.sha256}, {"nodo": campos.nombre}
    ),
    Tipo.INCIDENTE: TipoDeHecho({"texto": campos.texto}),
}
DE_ACTA: Final[dict[str, TipoDeHecho]] = {
    **_COMUNES,
    Tipo.INCIDENTE: TipoDeHecho(
        {"texto": campos.texto}, {"intento": campos.uno_de(*Intento), "peticion": campos.sha256}
    ),
    Tipo.ACOPIO_CORREGIDO: TipoDeHecho({"hora": campos.hora, "motivo": campos.motivo}),
    Tipo.DUPLICADA: TipoDeHecho({"imagen": campos.sha256}),
    Tipo.ANEXADA: TipoDeHecho(
        {"imagen": campos.sha256, "hora": campos.hora, "documento": campos.texto}, {"motivo": campos.texto}
    ),
    Tipo.SIN_ACTA: TipoDeHecho({"motivo": campos.uno_de(*MotivoSinActa)}),
    Tipo.SIN_ACTA_CONFIRMADA: _PETICION,
    Tipo.CAPTURADA: TipoDeHecho(
        {"imagen": campos.sha256, "valores": _valores}, {"lugar": campos.texto, "contingencia": campos.texto}
    ),
    Tipo.DICTAMINADA: TipoDeHecho({"imagen": campos.sha256, "valores": _valores}, {"motivo": campos.texto}),
    Tipo.DECIDIDA: TipoDeHecho({"imagen": campos.sha256, "valores": _valores, "motivo": campos.motivo}),
    Tipo.REVISADA: TipoDeHecho(
        {"base": campos.sha256, "opinion": campos.uno_de("devuelve")}, {"lectura": campos.sha256}
    ),
    Tipo.VERIFICADA: TipoDeHecho({"base": campos.sha256}, {"lugar": campos.texto}),
    Tipo.DEVUELTA: TipoDeHecho(
        {"base": campos.sha256, "motivo": campos.motivo}, {"campos": campos.lista(campos.texto)}
    ),
    Tipo.REAPERTURA_PEDIDA: TipoDeHecho({"motivo": campos.motivo}),
    Tipo.REABIERTA: _PETICION,
    Tipo.COTEJADA: TipoDeHecho({"resultado": campos.uno_de("1", "2", "3")}),
}
DE_HOJA: Final[dict[str, TipoDeHecho]] = {
    **_COMUNES,
    Tipo.FUERA_DE_CATALOGO: TipoDeHecho(
        {"eleccion": campos.texto},
        dict.fromkeys(("demarcacion", "seccion", "tipo", "id", "extension", "tipo_acta"), campos.texto),
    ),
    Tipo.RESUELTA: TipoDeHecho({"acta": _clave_acta}),
}

CLASE_ACTA: Final = registrar(Clase("acta", CLAVE_ACTA, DE_ACTA))
CLASE_HOJA: Final = registrar(Clase("hoja", _CLAVE_HOJA, DE_HOJA))

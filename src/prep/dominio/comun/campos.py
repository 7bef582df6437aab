"""Checks of the fields of a fact: what each may hold. Every check raises `ValueError` in Spanish."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

Revisor = Callable[[Any], None]

SHA256: Final = re.compile(r"[0-9a-f]{64}")
_INSTANTE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_MECANISMO: Final = re.compile(r"[DFI](-[DFI])*")
_NO_SE_GUARDA: Final = re.compile("[\x00\ud800-\udfff]")  # neither UTF-8 nor PostgreSQL can hold them
_NOMBRE: Final = re.compile(r"[A-Za-z0-9._-]{1,60}")


def texto(dato: Any) -> None:
    """Up to 2,000 characters that every store can hold."""
    if not isinstance(dato, str) or len(dato) > 2000 or _NO_SE_GUARDA.search(dato):
        raise ValueError("se esperaba un texto de hasta 2000 caracteres, sin caracteres nulos ni incompletos")


def motivo(dato: Any) -> None:
    """A reason, blank or not: whether it says something is judged when it is applied."""
    texto(dato)


def persona(dato: Any) -> None:
    """An opaque id of a person, never a name."""
    if not isinstance(dato, str) or not _NOMBRE.fullmatch(dato):
        raise ValueError("se esperaba el identificador de una persona: hasta 60 letras, cifras, puntos y guiones")


def nombre(dato: Any) -> None:
    """A short identifier: letters without accent, digits, dots and hyphens."""
    if not isinstance(dato, str) or not _NOMBRE.fullmatch(dato):
        raise ValueError("se esperaba un identificador de hasta 60 letras sin acento, cifras, puntos y guiones")


def mecanismo(dato: Any) -> None:
    if not isinstance(dato, str) or not _MECANISMO.fullmatch(dato):
        raise ValueError("se esperaba D, F o I, o varias unidas con guion")


def sha256(dato: Any) -> None:
    if not isinstance(dato, str) or not SHA256.fullmatch(dato):
        raise ValueError("se esperaba un SHA-256 en hexadecimal (64 caracteres)")


def hora(dato: Any) -> None:
    """An aware instant. A stamp may say a wrong year, and it is kept; but every zone must be able to write it."""
    try:
        leida = datetime.fromisoformat(dato) if _INSTANTE.fullmatch(dato) else None
    except (TypeError, ValueError):
        leida = None
    if leida is None or not 1 < leida.year < 9999:
        raise ValueError("se esperaba una fecha y hora ISO 8601 con zona, del año 2 al 9998")


def entero(minimo: int = 0, maximo: int = 2**53) -> Revisor:
    def revisar(dato: Any) -> None:
        if type(dato) is not int or not minimo <= dato <= maximo:
            raise ValueError(f"se esperaba un entero de {minimo} a {maximo}")

    return revisar


def si_o_no(dato: Any) -> None:
    if type(dato) is not bool:
        raise ValueError("se esperaba verdadero o falso")


def uno_de(*opciones: str) -> Revisor:
    def revisar(dato: Any) -> None:
        if dato not in opciones:
            raise ValueError(f"se esperaba {' o '.join(opciones)}")

    return revisar


def lista(de: Revisor, maximo: int = 2000) -> Revisor:
    """A list, each of whose items passes `de`; sorted and without repetition, so that one content has one form."""

    def revisar(dato: Any) -> None:
        if not isinstance(dato, list) or len(dato) > maximo:
            raise ValueError(f"se esperaba una lista de hasta {maximo} elementos")
        for elemento in dato:
            de(elemento)
        if dato != sorted(set(dato)):
            raise ValueError("se esperaba una lista ordenada y sin repetidos")

    return revisar


def mapa(de: Revisor, maximo: int = 500) -> Revisor:
    """An object of identifiers (or `*`, all of them), each of whose values passes `de`."""

    def revisar(dato: Any) -> None:
        if not isinstance(dato, dict) or len(dato) > maximo:
            raise ValueError(f"se esperaba un objeto de hasta {maximo} campos")
        for clave, valor in dato.items():
            if clave != "*":
                nombre(clave)
            de(valor)

    return revisar

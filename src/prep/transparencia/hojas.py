"""What a leaf of the log may say: canonical JSON of less than 1 kB, with process, mode and time always inside.

| tipo            | says                                                                              |
|-----------------|-----------------------------------------------------------------------------------|
| corte           | number, sha256 of its manifest and where it is                                    |
| puesta_en_ceros | the zero state was shown: sha256 of its record                                    |
| huella          | sha256 of the software in use, at a moment (antes, durante, despues)              |
| llaves          | a key enters (alta), follows another (rotacion) or stops counting (revocacion)    |
| contingencia    | something happened: code, plain words, sha256 of its record                       |
| correccion      | a published corte is corrected by another: which, by which, why                   |
| cierre          | the last corte and the sha256 of the closing record                               |
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from prep.transparencia.almacen import ruta_segura
from prep.transparencia.canonico import NoCanonico, canonico, leer_canonico
from prep.transparencia.errores import FormatoInvalido
from prep.transparencia.nota import LlavePublica

MODOS = ("prueba", "simulacro", "jornada")
MAXIMO = 1023
FORMATO = "prep/hoja/1"

Comprobador = Callable[[Any], bool]


def es_sha256(v: Any) -> bool:
    return isinstance(v, str) and re.fullmatch(r"[0-9a-f]{64}", v) is not None


def es_hora(v: Any) -> bool:
    """ISO 8601 with seconds and offset: 2024-06-02T20:15:00-06:00."""
    if not isinstance(v, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", v):
        return False
    try:
        datetime.fromisoformat(v)
    except ValueError:
        return False
    return True


def _texto(maximo: int) -> Comprobador:
    return lambda v: isinstance(v, str) and 0 < len(v) <= maximo


def _de(*opciones: str) -> Comprobador:
    return lambda v: v in opciones


def _natural(v: Any) -> bool:
    return type(v) is int and v >= 0


def _ruta(v: Any) -> bool:
    try:
        return isinstance(v, str) and ruta_segura(v) == v
    except FormatoInvalido:
        return False


def _vkey(v: Any) -> bool:
    try:
        return isinstance(v, str) and LlavePublica.leer(v).vkey == v
    except FormatoInvalido:
        return False


def _o_nada(c: Comprobador) -> Comprobador:
    return lambda v: v is None or c(v)


_COMUNES: dict[str, Comprobador] = {
    "formato": _de(FORMATO),
    "tipo": lambda v: v in _CAMPOS,
    "proceso": lambda v: isinstance(v, str) and re.fullmatch(r"[A-Za-z0-9._-]{1,60}", v) is not None,
    "modo": _de(*MODOS),
    "hora": es_hora,
}
_CAMPOS: dict[str, dict[str, Comprobador]] = {
    "corte": {"corte": _natural, "manifiesto": es_sha256, "ruta": _ruta},
    "puesta_en_ceros": {"documento": es_sha256},
    "huella": {"momento": _de("antes", "durante", "despues"), "software": es_sha256},
    "llaves": {
        "accion": _de("alta", "rotacion", "revocacion"),
        "papel": _texto(40),
        "llave": _vkey,
        "anterior": _o_nada(_vkey),
        "motivo": _texto(200),
    },
    "contingencia": {"clave": _texto(40), "texto": _texto(300), "documento": _o_nada(es_sha256)},
    "correccion": {"corte": _natural, "corregido_por": _natural, "motivo": _texto(300)},
    "cierre": {"corte": _natural, "documento": es_sha256},
}


def escribir_hoja(tipo: str, *, proceso: str, modo: str, hora: str, **campos: Any) -> bytes:
    """The bytes of a leaf. Raises `FormatoInvalido` naming the field that is missing, unknown or wrong."""
    obj = {"formato": FORMATO, "tipo": tipo, "proceso": proceso, "modo": modo, "hora": hora, **campos}
    _comprobar(obj)
    try:
        datos = canonico(obj)
    except NoCanonico as e:
        raise FormatoInvalido(f"hoja de tipo {tipo}: {e}") from e
    if len(datos) > MAXIMO:
        raise FormatoInvalido(f"la hoja mide {len(datos)} bytes y debe medir menos de 1 kB")
    return datos


def leer_hoja(datos: bytes) -> dict[str, Any]:
    """The fields of a leaf, all checked."""
    if len(datos) > MAXIMO:
        raise FormatoInvalido("una hoja mide menos de 1 kB")
    try:
        obj = leer_canonico(datos)
    except NoCanonico as e:
        raise FormatoInvalido(f"una hoja del registro no se entiende: {e}") from e
    if not isinstance(obj, dict):
        raise FormatoInvalido("una hoja del registro no es un objeto JSON")
    _comprobar(obj)
    return obj


def _comprobar(obj: dict[str, Any]) -> None:
    tipo = obj.get("tipo")
    if not isinstance(tipo, str) or tipo not in _CAMPOS:
        raise FormatoInvalido(f"no se conoce el tipo de hoja {str(tipo)[:40]!r}")
    campos = {**_COMUNES, **_CAMPOS[tipo]}
    for nombre in sorted(campos.keys() ^ obj.keys()):
        raise FormatoInvalido(f"hoja de tipo {tipo}: {'falta' if nombre in campos else 'sobra'} «{nombre}»")
    for nombre, bien in campos.items():
        if not bien(obj[nombre]):
            raise FormatoInvalido(f"hoja de tipo {tipo}: «{nombre}» no es válido: {str(obj[nombre])[:80]!r}")

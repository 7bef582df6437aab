"""Canonical JSON (RFC 8785) for the values we sign: null, booleans, integers, texts, lists and objects.

Numbers with decimals are refused, and so are integers a JavaScript reader would round (beyond ±(2^53-1)): what is
signed must read the same everywhere. Object keys are sorted by UTF-16 code unit, as the RFC asks.
"""

import json
from typing import Any

ENTERO_MAXIMO = 2**53 - 1

_ordenado = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False).encode
_como_viene = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class NoCanonico(ValueError):
    """A value that has no canonical form here, or bytes that are not in it."""


def canonico(obj: Any) -> bytes:
    """The one UTF-8 encoding of `obj`. Raises `NoCanonico` for anything outside the subset."""
    try:
        texto = _ordenado(obj) if _revisar(obj) else _como_viene(_reordenado(obj))
        return texto.encode()
    except UnicodeEncodeError as e:
        raise NoCanonico("hay un texto con medio carácter (sustituto suelto), que no se puede escribir en UTF-8") from e
    except RecursionError as e:
        raise NoCanonico("la estructura es demasiado profunda o se contiene a sí misma") from e


def leer_canonico(datos: bytes) -> Any:
    """Parse `datos`, demanding that they are exactly the canonical form of what they say.

    One meaning, one encoding: no repeated keys, no spaces, no second spelling of the same number.
    """
    try:
        obj = json.loads(datos.decode("utf-8", "strict"))
        if canonico(obj) != datos:
            raise NoCanonico("el JSON no está en su forma canónica (RFC 8785)")
    except NoCanonico:
        raise
    except (ValueError, RecursionError) as e:
        raise NoCanonico(f"no es JSON válido: {e}") from e
    return obj


def _revisar(obj: Any) -> bool:
    """Check the whole value; True when ordering the keys by code point gives the order of the RFC."""
    t = type(obj)
    if t is str or obj is None or t is bool:
        return True
    if t is int:
        if -ENTERO_MAXIMO <= obj <= ENTERO_MAXIMO:
            return True
        raise NoCanonico(f"el entero {obj} no cabe en 53 bits; escríbalo como texto")
    simple = True
    if isinstance(obj, dict):
        for clave, valor in obj.items():
            if not isinstance(clave, str):
                raise NoCanonico(f"las claves deben ser texto, no {type(clave).__name__}")
            # Code points and UTF-16 units only disagree where characters beyond U+FFFF take part.
            if not clave.isascii() and max(clave) > "\uffff":
                simple = False
            if type(valor) is not str and not _revisar(valor):
                simple = False
        return simple
    if isinstance(obj, (list, tuple)):
        for valor in obj:
            if type(valor) is not str and not _revisar(valor):
                simple = False
        return simple
    if isinstance(obj, str):
        return True
    if isinstance(obj, int):
        return _revisar(int(obj))
    raise NoCanonico(f"no se firma un valor de tipo {type(obj).__name__}")


def _reordenado(obj: Any) -> Any:
    """The same value with every object's keys inserted in UTF-16 order."""
    if isinstance(obj, dict):
        claves = sorted(obj, key=lambda k: k.encode("utf-16-be"))
        return {k: _reordenado(obj[k]) for k in claves}
    if isinstance(obj, (list, tuple)):
        return [_reordenado(v) for v in obj]
    return obj

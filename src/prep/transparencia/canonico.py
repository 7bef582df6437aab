"""JSON with one meaning: strict reading, and the canonical form (RFC 8785) of what is signed.

Values are null, booleans, integers, texts, lists and objects. Whatever two readers could understand differently is
refused: a key twice in an object, NaN, decimals, integers beyond 53 bits, halves of a character, bottomless nesting.

In the canonical form object keys are sorted by UTF-16 code unit, as the RFC asks.
"""

import json
import re
from typing import Any, NoReturn

ENTERO_MAXIMO = 2**53 - 1

_ordenado = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False).encode
_como_viene = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class NoCanonico(ValueError):
    """A value that has no canonical form here, or bytes that are not in it."""


def leer_json(datos: bytes) -> Any:
    """Parse JSON that means the same to every reader. Raises `NoCanonico`."""
    try:
        texto = datos.decode("utf-8", "strict")
        if "\\u" in texto and _SUSTITUTO.search(texto):
            raise NoCanonico("hay un texto con medio carácter (sustituto suelto)")
        lector = _exacto if len(texto) < 1000 or _ENTERO_LARGO.search(texto) else _rapido
        return lector.decode(texto)
    except NoCanonico:
        raise
    except (ValueError, RecursionError) as e:
        raise NoCanonico(f"no es JSON válido: {_resumido(e)}") from e


_SUSTITUTO = re.compile(r"\\u[dD][89a-fA-F]")
"""A character beyond the basic plane is written as it is, never in two escaped halves."""
_ENTERO_LARGO = re.compile(r"[\s:,\[]-?[0-9]{16}")
"""Only where so many digits follow one another is it worth looking at each integer."""


def _resumido(e: Exception) -> str:
    """What is wrong, in our words."""
    if isinstance(e, RecursionError):
        return "está anidado sin fin"
    if isinstance(e, UnicodeDecodeError):
        return "no es texto UTF-8"
    if isinstance(e, json.JSONDecodeError):
        return f"deja de entenderse en el renglón {e.lineno}, columna {e.colno}"
    return "trae un número que no se puede leer"


def _sin_repetir(pares: list[tuple[str, Any]]) -> dict[str, Any]:
    objeto = dict(pares)
    if len(objeto) != len(pares):
        claves = [k for k, _ in pares]
        repetida = next(k for k in claves if claves.count(k) > 1)
        raise NoCanonico(f"la clave {repetida[:40]!r} está dos veces en un objeto")
    return objeto


def _sin_decimales(texto: str) -> NoReturn:
    raise NoCanonico(f"el número {texto[:40]} no es un entero escrito como tal")


def _entero(texto: str) -> int:
    if len(texto) > 17 or not -ENTERO_MAXIMO <= int(texto) <= ENTERO_MAXIMO:
        raise NoCanonico(f"el entero {texto[:40]} no cabe en 53 bits")
    return int(texto)


_rapido = json.JSONDecoder(object_pairs_hook=_sin_repetir, parse_float=_sin_decimales, parse_constant=_sin_decimales)
_exacto = json.JSONDecoder(
    object_pairs_hook=_sin_repetir, parse_float=_sin_decimales, parse_constant=_sin_decimales, parse_int=_entero
)


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
    obj = leer_json(datos)
    if canonico(obj) != datos:
        raise NoCanonico("el JSON no está en su forma canónica (RFC 8785)")
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

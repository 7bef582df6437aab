"""What a leaf of the log may say: canonical JSON of less than 1 kB, with process, mode and time always inside.

| tipo            | says                                                                                         |
|-----------------|----------------------------------------------------------------------------------------------|
| corte           | number, sha256 of its manifest and where it is                                               |
| aprobacion      | who may, approved what will be shown: sha256 of the `proceso.json` of the first corte        |
| puesta_en_ceros | the zero state was shown                                                                     |
| huella          | sha256 of the software in use, at a moment (antes, durante, despues)                         |
| llaves          | a key of the log enters (alta), follows another (rotacion) or stops counting (revocacion)    |
| delegacion      | a node may emit cortes parciales: its key, from when, until when; the document says of what   |
| punto_de_nodo   | what a node emitted under its delegation is known: how many leaves its log had, their root    |
| verdad_sellada  | the truth of a drill exists and will not change: sha256 of what will be opened               |
| verdad_abierta  | that truth, opened: its document is the one whose sha256 was sealed                          |
| prorroga        | the close is put off: until when, why                                                        |
| contingencia    | something happened: code, plain words                                                        |
| correccion      | a published corte is corrected by another: which, by which, why                              |
| cierre          | the last corte                                                                               |
| acto_final      | what comes after the close: acta circunstanciada, informe, dictamen, constancia              |
| fe_publica      | somebody with public faith saw an earlier leaf being signed: which, who, plain words         |

Every leaf with `documento` attests `documentos/<sha256>.json`: canonical JSON that repeats the leaf's fields and says
the rest (`comprobacion.actos` checks it). After the cierre there may be acts, and never cortes nor prórrogas.
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


def modo_de_llave(nombre: str) -> str:
    """What a key of the institute may sign, by its name: a drill's ends in `/simulacro`, a test's in `/prueba`, a
    night's in neither."""
    _, barra, fin = nombre.rpartition("/")
    return fin if barra and fin in ("prueba", "simulacro") else "jornada"


def origen_de_nodo(instituto: str, nodo: str) -> str:
    """The name under which a node signs what it emits by delegation of the institute, in the mode of its key."""
    if modo_de_llave(instituto) == "jornada":
        return f"{instituto}/nodo-{nodo}"
    base, _, modo = instituto.rpartition("/")
    return f"{base}/nodo-{nodo}/{modo}"


Comprobador = Callable[[Any], bool]


def es_sha256(v: Any) -> bool:
    return isinstance(v, str) and re.fullmatch(r"[0-9a-f]{64}", v) is not None


def es_hora(v: Any) -> bool:
    """ISO 8601 with seconds and offset: 2024-06-02T20:15:00-06:00."""
    if not isinstance(v, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", v, re.ASCII):
        return False
    try:
        datetime.fromisoformat(v)
    except ValueError:
        return False
    return True


def instante(hora: str) -> float:
    """When that was, to compare."""
    return datetime.fromisoformat(hora).timestamp()


def _texto(maximo: int) -> Comprobador:
    """Plain text in one line."""
    return lambda v: isinstance(v, str) and 0 < len(v) <= maximo and v.isprintable()


def _de(*opciones: str) -> Comprobador:
    return lambda v: isinstance(v, str) and v in opciones


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


def _identificador(v: Any) -> bool:
    """An opaque id, as the bitácora writes them: never a name."""
    return isinstance(v, str) and re.fullmatch(r"[A-Za-z0-9._-]{1,40}", v) is not None


def _persona(v: Any) -> bool:
    """Somebody of the bitácora: an opaque id."""
    return isinstance(v, str) and re.fullmatch(r"[A-Za-z0-9._-]{1,60}", v) is not None


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
    "aprobacion": {"persona": _persona, "muestra": es_sha256, "documento": es_sha256},
    "puesta_en_ceros": {"documento": es_sha256},
    "huella": {"momento": _de("antes", "durante", "despues"), "software": es_sha256, "documento": es_sha256},
    "llaves": {
        "accion": _de("alta", "rotacion", "revocacion"),
        "papel": _texto(40),
        "llave": _vkey,
        "anterior": _o_nada(_vkey),
        "motivo": _texto(200),
    },
    "delegacion": {
        "nodo": _identificador,
        "llave": es_sha256,  # 32 bytes of Ed25519, in hex
        "desde": es_hora,
        "hasta": es_hora,
        "documento": es_sha256,
    },
    "punto_de_nodo": {
        "nodo": _identificador,
        "delegacion": es_sha256,  # the document of the leaf that delegated it
        "hojas": _natural,
        "raiz": es_sha256,
        "documento": es_sha256,
    },
    "verdad_sellada": {"compromiso": es_sha256},
    "verdad_abierta": {"documento": es_sha256},
    "prorroga": {"hasta": es_hora, "motivo": _texto(300), "documento": es_sha256},
    "contingencia": {"clave": _texto(40), "texto": _texto(300), "documento": es_sha256},
    "correccion": {"corte": _natural, "corregido_por": _natural, "motivo": _texto(300), "documento": es_sha256},
    "cierre": {"corte": _natural, "documento": es_sha256},
    "acto_final": {
        "clave": _de("acta_circunstanciada", "informe", "dictamen", "constancia"),
        "texto": _texto(300),
        "documento": es_sha256,
    },
    "fe_publica": {"acto": _natural, "persona": _persona, "texto": _texto(300), "documento": es_sha256},
}
TIPOS = tuple(_CAMPOS)


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

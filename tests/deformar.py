"""What a stranger does to something valid: bits, cuts and repetitions; in JSON, values and keys; in a zip, its members.

Each spoiled copy follows from a seed, so that whatever fails can be done again.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any

HONDO = 3_000
"""Levels: beyond what any reader admits, and short enough to be written in no time."""
ENORME = 10**400

_VALORES: tuple[Callable[[], Any], ...] = (
    lambda: None,
    lambda: True,
    lambda: -1,
    lambda: 2**53,
    lambda: 2**64,
    lambda: ENORME,
    lambda: 1.5,
    lambda: float("nan"),
    lambda: "",
    lambda: "\0",
    lambda: "\ud800",
    lambda: "ñ" * 5_000,
    lambda: "../../../../etc/passwd",
    lambda: "9999-12-31T23:59:59+14:00",
    lambda: "0001-01-01T00:00:00-14:00",
    lambda: "٣٤٥",
    list,
    dict,
    lambda: [[]] * 50,
    lambda: {"": None},
)


def deformar(datos: bytes, azar: random.Random) -> bytes:
    """One spoiled copy; most times, as befits what it is."""
    propias: list[Callable[[bytes, random.Random], bytes]] = [_bytes]
    if datos[:1] in (b"{", b"["):
        propias = [_bytes, _json, _json, _json, _texto_json]
    elif datos[:2] == b"PK":
        propias = [_bytes, _zip, _zip, _zip, _zip]
    elif not datos[:64].isascii() or b"\0" in datos[:4096]:
        propias = [_bytes]
    else:
        propias = [_bytes, _renglones, _renglones]
    return azar.choice(propias)(datos, azar)


def _bytes(datos: bytes, azar: random.Random) -> bytes:
    if not datos:
        return azar.randbytes(azar.randrange(64))
    i, j = sorted((azar.randrange(len(datos) + 1), azar.randrange(len(datos) + 1)))
    match azar.randrange(9):
        case 0:
            return datos[:i]
        case 1:
            return datos[:i] + datos[j:]
        case 2:
            return datos[:j] + datos[i:]
        case 3:
            return (
                datos[:i] + azar.choice((b"\0", b"\xff\xfe", b"\n", b"\r", b'"', b"\xed\xa0\x80", b"\xc3")) + datos[i:]
            )
        case 4:
            return datos[:i] + azar.randbytes(min(j - i, 64)) + datos[j:]
        case 5:
            numeros = list(re.finditer(rb"[0-9]+", datos))
            if not numeros:
                return datos + b"\0"
            n = azar.choice(numeros)
            nuevo = azar.choice((b"-1", b"0", b"00", b"1e9", b"9" * 19, b"9" * 5_000))
            return datos[: n.start()] + nuevo + datos[n.end() :]
        case 6:
            return b""
        case 7:
            return datos + azar.choice((datos, b"\0", b"\n", azar.randbytes(32)))
    cambiado = bytearray(datos)
    for _ in range(azar.choice((1, 1, 1, 8))):
        cambiado[azar.randrange(len(datos))] ^= 1 << azar.randrange(8)
    return bytes(cambiado)


def _lugares(nodo: Any) -> list[tuple[Any, Any]]:
    """Every place of a document, as what holds it and where in it."""
    hijos = nodo.items() if isinstance(nodo, dict) else enumerate(nodo) if isinstance(nodo, list) else ()
    return [lugar for clave, hijo in hijos for lugar in ((nodo, clave), *_lugares(hijo))]


def cambiar(doc: Any, azar: random.Random) -> Any:
    """The same document with one to three of its values, keys or lists changed, in place."""
    for _ in range(azar.choice((1, 1, 2, 3))):
        lugares = _lugares(doc)
        if not lugares or azar.random() < 0.05:
            return azar.choice(_VALORES)()
        donde, clave = azar.choice(lugares)
        otro, otra = azar.choice(lugares)
        match azar.randrange(6):
            case 0:
                del donde[clave]
            case 1 if isinstance(donde, dict):
                donde[azar.choice(("", "\0", "__class__", "clave", "ñ" * 300))] = donde.pop(clave)
            case 2 if isinstance(donde, list):
                donde.extend([donde[clave]] * azar.choice((1, 200)))
            case 3:
                donde[clave] = json.loads(json.dumps(otro[otra]))
            case _:
                donde[clave] = azar.choice(_VALORES)()
    return doc


def escrito(doc: Any) -> bytes:
    """As strict readers expect it: keys in order, no spaces."""
    texto = json.dumps(doc, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return texto.encode("utf-8", "surrogatepass")


def _json(datos: bytes, azar: random.Random) -> bytes:
    try:
        doc = json.loads(datos)
    except ValueError:
        return _bytes(datos, azar)
    return escrito(cambiar(doc, azar))


def _texto_json(datos: bytes, azar: random.Random) -> bytes:
    """What no program writes: a key twice, bottomless lists, another encoding."""
    match azar.randrange(6):
        case 0:
            return b"[" * HONDO + b"]" * HONDO
        case 1:
            return b'{"a":' * HONDO + b"1" + b"}" * HONDO
        case 2 if datos[:1] == b"{":
            return b'{"formato":1,' + datos[1:]
        case 3:
            return datos.decode("utf-8", "replace").encode("utf-16")
        case 4:
            return b"\xef\xbb\xbf" + datos
    hondo = b"[" * HONDO + b"]" * HONDO
    textos = list(re.finditer(rb'"[^"\\]*"(?=[,}\]])', datos))
    return datos if not textos else datos[: (t := azar.choice(textos)).start()] + hondo + datos[t.end() :]


def _renglones(datos: bytes, azar: random.Random) -> bytes:
    """Lines and cells moved, repeated and replaced."""
    lineas = datos.split(b"\n")
    i = azar.randrange(len(lineas))
    separador = max((b",", b"|", b"=", b" "), key=lineas[i].count)
    celdas = lineas[i].split(separador)
    raros = (b"", b"-1", b"9" * 5_000, b"1.5", b'"', b'"a', b"\0", "ñ".encode() * 2_000, b"\xff", b"=1+1", b"[" * HONDO)
    raros += (b"9999-12-31", "٣".encode(), b"nan", b"1e999", b"../../x")
    match azar.randrange(6):
        case 0:
            lineas[i : i + 1] = [lineas[i]] * azar.choice((0, 2, 50))
        case 1:
            azar.shuffle(lineas)
        case 2:
            lineas[i] = separador.join([*celdas, azar.choice(raros)])
        case 3:
            azar.shuffle(celdas)
            lineas[i] = separador.join(celdas)
        case _:
            celdas[azar.randrange(len(celdas))] = azar.choice(raros)
            lineas[i] = separador.join(celdas)
    return b"\n".join(lineas)


def _zip(datos: bytes, azar: random.Random) -> bytes:
    """The same archive with a member that lies, that is another, or that should not be there."""
    try:
        with zipfile.ZipFile(io.BytesIO(datos)) as viejo:
            miembros = [(m.filename, viejo.read(m)) for m in viejo.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError):
        return _bytes(datos, azar)
    salida = io.BytesIO()
    i = azar.randrange(len(miembros)) if miembros else 0
    nombre, contenido = miembros[i] if miembros else ("a", b"")
    que = azar.randrange(8)
    if que == 0:
        miembros[i : i + 1] = [(azar.choice(("../fuera.csv", "/etc/x.csv", "C:\\x.csv", "a\0b.csv", "")), contenido)]
    elif que == 1:
        miembros.append((nombre, b"otro"))
    elif que == 2:
        miembros[i : i + 1] = [(nombre, deformar(contenido, azar))]
    elif que == 3:
        miembros += [(f"{k}.csv", b"") for k in range(300)]
    elif que == 4:
        miembros[i : i + 1] = []
    elif que == 5:
        miembros[i : i + 1] = [(nombre, b"0" * (4 << 20))]
    metodo = azar.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(salida, "w", metodo) as nuevo:
        for n, c in miembros:
            nuevo.writestr(zipfile.ZipInfo(n), c, metodo)
    crudo = bytearray(salida.getvalue())
    if que >= 6 and (central := crudo.find(b"PK\1\2")) >= 0:
        donde = central + azar.choice((6, 8, 10, 16, 20, 24, 28, 38, 42))  # flags, method, CRC, sizes, lengths, offset
        crudo[donde] ^= 1 << azar.randrange(8)
    return bytes(crudo)

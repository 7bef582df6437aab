"""From bytes to records: encodings, line ends, separators and quotes, one line at a time."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from typing import BinaryIO

from prep.reproduccion.publicado import (
    MAX_LINEA,
    MAX_LINEAS_REGISTRO,
    ErrorDeLectura,
)

_BLOQUE = 64 * 1024
SEPARADORES = "|,;\t"


class Lineas:
    """Lines of a text file in any encoding met in the wild, numbered from 1, without their ends.

    UTF-16 by its mark or its zeros; otherwise each line is UTF-8 or, failing that, cp1252: files glued from two sources
    exist. `codificacion` is known after reading. CR, LF and CRLF all end a line.
    """

    def __init__(self, flujo: BinaryIO, archivo: str) -> None:
        self.archivo = archivo
        self.codificacion = "utf-8"
        self.ilegibles: list[int] = []
        self._flujo = flujo
        self._numeradas = self._leer()
        self._devueltas: list[tuple[int, str]] = []

    def __iter__(self) -> Lineas:
        return self

    def __next__(self) -> tuple[int, str]:
        return self._devueltas.pop() if self._devueltas else next(self._numeradas)

    def devolver(self, lineas: list[tuple[int, str]]) -> None:
        """Give back the last lines read, in their order: they will be read again."""
        self._devueltas += reversed(lineas)

    def _leer(self) -> Iterator[tuple[int, str]]:
        flujo = self._flujo
        primero = flujo.read(_BLOQUE)
        if not primero:
            return
        utf16 = _utf16(primero)
        numero = 0
        if utf16:
            self.codificacion = utf16
            decodificar = codecs.getincrementaldecoder(utf16)("replace").decode
            for numero, cruda in enumerate(self._cortar(primero, lambda b, fin: decodificar(b, fin).encode()), 1):
                yield numero, cruda.decode().removeprefix("\ufeff")
            return
        if primero.startswith(codecs.BOM_UTF8):
            self.codificacion = "utf-8-sig"
            primero = primero[3:]
        for numero, cruda in enumerate(self._cortar(primero, lambda b, fin: b), 1):
            try:
                yield numero, cruda.decode("utf-8")
            except UnicodeDecodeError:
                if not self.codificacion.startswith("cp"):
                    self.codificacion = "cp1252"
                try:
                    yield numero, cruda.decode("cp1252")
                except UnicodeDecodeError:
                    self.ilegibles.append(numero)
                    yield numero, cruda.decode("cp1252", "replace")

    def _cortar(self, bloque: bytes, pasar: Callable[[bytes, bool], bytes]) -> Iterator[bytes]:
        """Cut blocks into lines. A CR at the end of a block waits for the next, which may begin with its LF."""
        resto = b""
        numero = 0
        while True:
            siguiente = self._flujo.read(_BLOQUE)
            datos = resto + pasar(bloque, not siguiente)
            lineas = datos.splitlines(keepends=True)
            resto = b""
            if siguiente and lineas and not lineas[-1].endswith(b"\n"):
                resto = lineas.pop()
            for linea in lineas:
                numero += 1
                if len(linea) > MAX_LINEA:
                    self._linea_larga(numero)
                yield linea.rstrip(b"\r\n")
            if len(resto) > MAX_LINEA:
                self._linea_larga(numero + 1)
            if not siguiente:
                return
            bloque = siguiente

    def _linea_larga(self, numero: int) -> None:
        raise ErrorDeLectura(
            self.archivo, f"la línea mide más de {MAX_LINEA // 1024} KiB: no es una base del PREP.", numero
        )


def _utf16(primero: bytes) -> str:
    if primero.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    muestra = primero[:4096]
    nones, pares = muestra[1::2].count(0), muestra[::2].count(0)
    if len(muestra) >= 4 and nones > len(muestra) // 4 and not pares:
        return "utf-16-le"
    if len(muestra) >= 4 and pares > len(muestra) // 4 and not nones:
        return "utf-16-be"
    return ""


def separador_de(linea: str) -> str:
    """The separator that cuts this line in most fields."""
    return max(SEPARADORES, key=lambda s: len(partir(linea, s)) if s in linea else 0)


def declara_separador(linea: str) -> str:
    """The separator of a `sep=|` line; empty when it is not one."""
    limpia = linea.strip().strip('"').lower()
    return linea.strip().strip('"')[4:5] or "," if limpia.startswith("sep=") and len(limpia) <= 5 else ""


def partir(linea: str, separador: str) -> list[str]:
    """Fields of one complete record."""
    if '"' not in linea:
        return linea.split(separador)
    try:
        return next(csv.reader([linea], delimiter=separador), [])
    except csv.Error:  # a field longer than the module takes
        return linea.split(separador)


def _abierta(linea: str, separador: str) -> bool:
    """A quote opens a field here and nothing closes it."""
    if linea.count('"') % 2 == 0:
        return False
    inicio = 0
    while True:
        inicio = linea.find('"', inicio)
        if inicio < 0:
            return False
        if inicio == 0 or linea[inicio - 1] == separador:
            fin = inicio + 1
            while True:
                fin = linea.find('"', fin)
                if fin < 0:
                    return True
                if linea[fin + 1 : fin + 2] != '"':
                    break
                fin += 2
            inicio = fin + 1
        else:
            inicio += 1


def completar(lineas: Lineas, linea: str, separador: str) -> tuple[str, list[tuple[int, str]]]:
    """The record that begins in this line, and the lines that it takes after it: none when it is whole.

    A quote that nobody closes within a few lines is a stray character: the record is the line, and they are given back.
    """
    junta = linea
    extra: list[tuple[int, str]] = []
    while _abierta(junta, separador) and len(extra) < MAX_LINEAS_REGISTRO:
        siguiente = next(lineas, None)
        if siguiente is None:
            break
        extra.append(siguiente)
        junta += "\n" + siguiente[1]
        if len(junta) > MAX_LINEA:
            break
    if _abierta(junta, separador):
        lineas.devolver(extra)
        return linea, []
    return junta, extra


def registros(lineas: Lineas, separador: str) -> Iterator[tuple[int, list[str], str]]:
    """Records with the number of their first line, and a complaint about their quotes (empty when there is none)."""
    for numero, linea in lineas:
        if not linea.strip():
            continue
        if '"' not in linea:
            yield numero, linea.split(separador), ""
            continue
        junta, extra = completar(lineas, linea, separador)
        if not extra and _abierta(linea, separador):
            yield (
                numero,
                linea.split(separador),
                "Una comilla abre un campo y nada la cierra: se toma como un carácter.",
            )
        else:
            yield numero, partir(junta, separador), ""

"""Reading one cell: numbers, marks, keys, dates, observations, in every way publishers have written them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache

from prep.reproduccion.publicado import Celda, Hueco, Nota
from prep.reproduccion.vocabulario import (
    MARCAS,
    NADA,
    SIN_OBSERVACION,
    motivo,
    normalizar,
    observacion,
    tipo_de_casilla,
)


class CeldaInvalida(ValueError):
    """The cell holds something that its column cannot hold."""


def limpiar(texto: str) -> str:
    """Take off what spreadsheets need and nobody reads: `="01"`, `'01'`, `'01`, `"01"`, blanks of any kind."""
    texto = texto.strip(" \t\r\n\xa0\u2007\u202f\u200b\ufeff\x00")
    if len(texto) >= 3 and texto[0] == "=" and texto[1] == texto[-1] == '"':
        texto = texto[2:-1].strip()
    if len(texto) >= 2 and texto[0] == texto[-1] and texto[0] in "'\"":
        texto = texto[1:-1].strip()
    elif texto[:1] == "'":
        texto = texto[1:].strip()
    return texto


def es_nada(limpio: str) -> bool:
    """Whether a clean text is one of the ways of writing that there is nothing."""
    return not limpio or limpio.upper() in NADA


_SIN_ACTA = "SIN_ACTA"


def es_marca(nombre: str) -> bool:
    """Whether a normalised text is what a cell says instead of a value."""
    return nombre in MARCAS or nombre.startswith(_SIN_ACTA)


_ENTERO = re.compile(r"\d+|\d{1,3}(?:[,'’\s]\d{3})+")
_DECIMAL_EXACTO = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)\.(0+)|(\d+),(0|00)")
_MILES_CON_PUNTO = re.compile(r"\d{1,3}(?:\.\d{3})+")
_CIENTIFICA = re.compile(r"(\d)(?:[.,](\d*))?([eE])\+?(\d{1,2})")
_DIGITOS = 15
"""Most digits of a number: what a spreadsheet keeps exactly."""


def numero(limpio: str) -> int | None:
    """The one whole number that a clean text can be; `None` when there is none, or more than one.

    `1.00E+02` is 100 because its digits reach the units; `1.2E+03` may be any of a hundred numbers. A small `e` is a
    data library's, which writes every digit that counts. `1.000` may be one or a thousand.
    """
    if _ENTERO.fullmatch(limpio):
        return _entero(limpio)
    if _MILES_CON_PUNTO.fullmatch(limpio):
        return None if limpio.endswith(".000") and limpio.count(".") == 1 else _entero(limpio)
    exacto = _DECIMAL_EXACTO.fullmatch(limpio)
    if exacto:
        return _entero(exacto[1] or exacto[3])
    partes = _CIENTIFICA.fullmatch(limpio)
    if partes is None:
        return None
    decimales, potencia = partes[2] or "", int(partes[4])
    sobran = decimales[potencia:]
    if potencia > _DIGITOS or sobran.strip("0") or (partes[3] == "E" and potencia > len(decimales)):
        return None
    return _entero(partes[1] + decimales[:potencia].ljust(potencia, "0"))


def _entero(texto: str) -> int | None:
    """The digits of a text, whatever stands between them, as a number; `None` when they are more than `_DIGITOS`."""
    digitos = re.sub(r"\D", "", texto)
    return int(digitos) if len(digitos) <= _DIGITOS else None


@lru_cache(maxsize=65536)
def celda(texto: str) -> Celda:
    """A number of any size, Ilegible, Sin dato, or nothing; raise `CeldaInvalida`."""
    if texto.isascii() and texto.isdigit() and len(texto) < 12:
        return int(texto)
    limpio = limpiar(texto)
    if not limpio:
        return Hueco.VACIO
    if es_nada(limpio):
        return Hueco.GUION
    valor = numero(limpio)
    if valor is not None:
        return valor
    nombre = normalizar(limpio)
    if nombre.startswith(_SIN_ACTA):
        return Hueco.SIN_ACTA
    marca = MARCAS.get(nombre)
    if marca is None:
        raise CeldaInvalida(f"«{limpio[:60]}» no es un número, ni Ilegible, ni Sin dato")
    return marca


def entero(texto: str) -> int | None:
    """A whole number, or `None` when the cell has none; raise `CeldaInvalida`."""
    valor = celda(texto)
    return valor if isinstance(valor, int) else None


def texto_o_nada(texto: str) -> str:
    """A text; a lone hyphen is nothing."""
    limpio = limpiar(texto)
    return "" if es_nada(limpio) else limpio


def codigo(texto: str) -> str:
    """A code that may have been kept as a number: `1.0` is `1`."""
    limpio = texto_o_nada(texto)
    sin_decimales = re.fullmatch(r"(\d+)[.,]0+", limpio)
    return sin_decimales[1] if sin_decimales else limpio


_CASILLA = re.compile(r"([A-Z]+)_?(?:(\d{1,2})(?:_?C[A-Z]*_?(\d{1,2}))?)?")


def partes_de_casilla(texto: str) -> tuple[str, int, int] | None:
    """Type, number and extension of a casilla called by its name: `B`, `C02`, `Contigua 2`, `E1C3`; `None` if it is
    none."""
    partes = _CASILLA.fullmatch(normalizar(limpiar(texto)))
    return (tipo_de_casilla(partes[1]), int(partes[2] or 1), int(partes[3] or 0)) if partes else None


DECIMALES = 4
"""Of a published percentage."""
_DECIMALES_EXACTOS = 10
"""More are how a library keeps fewer: 97.297200000000004."""
_PORCENTAJE = re.compile(r"(\d+)(?:[.,](\d{1,20}))?")


def cifra(texto: str, porcentaje: bool) -> int | str | None:
    """A figure of the header: an integer, or a percentage as the digits published; raise `CeldaInvalida`."""
    limpio = limpiar(texto).removesuffix("%").strip()
    if es_nada(limpio):
        return None
    if porcentaje:
        partes = _PORCENTAJE.fullmatch(limpio)
        entera = _entero(partes[1]) if partes else None
        if partes and entera is not None:
            return f"{entera}.{partes[2]}" if partes[2] else str(entera)
    else:
        valor = numero(limpio)
        if valor is not None:
            return valor
    raise CeldaInvalida(f"«{limpio[:60]}» no es una cifra")


def misma_cifra(publicada: int | str, otra: int | str | None) -> bool:
    """Whether a header figure is another, which has four decimals when it is a percentage.

    At the decimals published, where they are two or three, and at four where they are more; one or none are what a
    spreadsheet leaves of 31.4000.
    """
    if not (isinstance(publicada, str) and isinstance(otra, str)):
        return publicada == otra
    if len(publicada.partition(".")[2]) > _DECIMALES_EXACTOS:
        publicada = f"{Decimal(publicada):.{_DECIMALES_EXACTOS}f}"
    entera, _, decimales = publicada.partition(".")
    suya, _, suyos = otra.partition(".")
    if len(decimales) < 2:
        decimales = decimales.ljust(DECIMALES, "0")
    return entera == suya and decimales[:DECIMALES] == suyos[: len(decimales)]


_HORA = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:\s*([ap])\.?\s?m?\.?)?(?:\s*h(?:rs?|oras)?\.?)?"
_FECHA = re.compile(
    r"(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/. ](\d{1,2}|[a-z]{3,10})\.?[-/. ](\d{4}|\d{2}))"
    rf"(?:(?:\s*[T,-]\s*|\s+){_HORA})?\s*(Z|[+-]\d{{2}}:?\d{{2}}|\(?\s*(?:UTC|GMT)\s*[+-]\d{{1,2}}(?::?\d{{2}})?\s*\)?)?",
    re.IGNORECASE,
)
_SIN_FECHA = re.compile(r"0{4}-00-00|00/00/0{4}")
_MESES = [
    "ENERO",
    "FEBRERO",
    "MARZO",
    "ABRIL",
    "MAYO",
    "JUNIO",
    "JULIO",
    "AGOSTO",
    "SEPTIEMBRE",
    "OCTUBRE",
    "NOVIEMBRE",
    "DICIEMBRE",
]
_MONTHS = {"JAN": 1, "APR": 4, "AUG": 8, "SET": 9, "DEC": 12}
_SERIAL = re.compile(rf"\d{{5}}(?:\.\d{{1,{_DIGITOS}}})?")
_ORIGEN_SERIAL = datetime(1899, 12, 30)  # noqa: DTZ001 - a day without zone, as spreadsheets count them


def fecha(texto: str, zona: tzinfo) -> datetime | None:
    """A date and time with its zone; `None` when the cell has none; raise `CeldaInvalida`.

    Day before month, as in Mexico, unless only the other order is a date. Without a zone of its own, `zona`.
    """
    limpio = limpiar(texto).replace("\xa0", " ").replace("\u202f", " ").replace("\u2212", "-")
    if es_nada(limpio) or _SIN_FECHA.match(limpio) or es_marca(normalizar(limpio)):
        return None
    partes = _FECHA.fullmatch(limpio)
    if partes is None:
        if _SERIAL.fullmatch(limpio):
            return _de_serial(limpio, zona)
        raise CeldaInvalida(f"«{limpio[:60]}» no es una fecha y hora")
    a1, m1, d1, d2, m2, a2, hora, minuto, segundo, ap, huso = partes.groups()
    anio, mes, dia = (int(a1), int(m1), int(d1)) if a1 else (int(a2), _mes(m2), int(d2))
    if anio < 100:
        anio += 2000
    if mes > 12 >= dia:
        mes, dia = dia, mes
    h = int(hora or 0)
    if ap:
        h = h % 12 + (12 if ap.lower() == "p" else 0)
    try:
        donde = _huso(huso) if huso else zona
        momento = datetime(anio, mes, dia, h % 24 if h == 24 else h, int(minuto or 0), int(segundo or 0), tzinfo=donde)
        if h == 24:
            momento += timedelta(days=1)
        return momento.astimezone(zona) if huso else momento
    except (ValueError, OverflowError):
        raise CeldaInvalida(f"«{limpio[:60]}» no es una fecha y hora que exista") from None


def _mes(texto: str) -> int:
    """A month in digits or by its first letters, in Spanish or in English; 0 when it is none."""
    if texto.isdecimal():
        return int(texto)
    letras = normalizar(texto)[:3]
    return next((i for i, m in enumerate(_MESES, 1) if m.startswith(letras)), _MONTHS.get(letras, 0))


def _de_serial(limpio: str, zona: tzinfo) -> datetime:
    """A day of a spreadsheet, counted from the last of 1899, to the second."""
    entera, _, parte = limpio.partition(".")
    segundos = (int(parte or 0) * 86_400 * 2 + 10 ** len(parte)) // (2 * 10 ** len(parte))
    return (_ORIGEN_SERIAL + timedelta(days=int(entera), seconds=segundos)).replace(tzinfo=zona)


def _huso(texto: str) -> tzinfo:
    if texto in "Zz":
        return UTC
    en_letras = zona_de(texto)
    if en_letras is not None:
        return en_letras
    horas, minutos = int(texto[1:3]), int(texto[-2:])
    delta = timedelta(hours=horas, minutes=minutos)
    return timezone(-delta if texto[0] == "-" else delta)


_UTC = re.compile(r"(?:UTC|GMT)\s*([+-−–])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_DIA_HORA = re.compile(rf"(\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[/-]\d{{1,2}}[/-]\d{{4}})[\sT,]+{_HORA}", re.IGNORECASE)
_SOLO_HORA = re.compile(rf"(?<![\d:]){_HORA}(?![\d:])", re.IGNORECASE)
_SOLO_DIA = re.compile(r"(?<![\d/-])(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/-]\d{1,2}[/-]\d{4})(?![\d/-])")
_DIA_LARGO = re.compile(r"(\d{1,2})\s+(?:DE\s+)?([A-Z]+)\s+(?:DEL?\s+)?(\d{4})")
_DEL_NOMBRE = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})_?(\d{2})(\d{2})(?!\d)")


def zona_de(texto: str) -> tzinfo | None:
    """The zone of a header line: `(UTC-6)`."""
    partes = _UTC.search(texto)
    if partes is None:
        return None
    delta = timedelta(hours=int(partes[2]), minutes=int(partes[3] or 0))
    if delta >= timedelta(hours=24):
        return None
    return timezone(delta if partes[1] == "+" else -delta)


def hora_de_corte(lineas: Iterable[str], zona: tzinfo) -> datetime | None:
    """The time of the corte, in one header line (`20/02/2023 11:05`) or two (`20:00 horas`, `1 de julio de 2012`)."""
    dia: datetime | None = None
    hora = ""
    for linea in lineas:
        juntos = _DIA_HORA.search(linea)
        if juntos:
            try:
                return fecha(juntos[0].strip(), zona)
            except CeldaInvalida:
                continue
        solo = _SOLO_DIA.search(linea)
        if solo:
            try:
                dia = fecha(solo[0], zona)
            except CeldaInvalida:
                dia = None
        largo = _DIA_LARGO.search(normalizar(linea).replace("_", " "))
        if largo and largo[2] in _MESES:
            try:
                dia = datetime(int(largo[3]), _MESES.index(largo[2]) + 1, int(largo[1]), tzinfo=zona)
            except ValueError:
                dia = None
        sola = _SOLO_HORA.search(_UTC.sub("", linea))
        hora = sola[0] if sola else hora
    if dia is None or not hora:
        return dia
    try:
        return fecha(f"{dia:%d/%m/%Y} {hora}", zona)
    except CeldaInvalida:
        return dia


def hora_del_nombre(nombre: str, zona: tzinfo) -> datetime | None:
    """The time of the corte in the name of a file or of its folder: `20240603_1800_PREP_AYUN_PUE`."""
    partes = _DEL_NOMBRE.search(nombre)
    try:
        return datetime(*map(int, partes.groups()), tzinfo=zona) if partes else None  # type: ignore[misc, arg-type]
    except ValueError:
        return None


@lru_cache(maxsize=8192)
def notas(texto: str) -> tuple[tuple[Nota, ...], str, tuple[str, ...]]:
    """What OBSERVACIONES says; why there is no acta (`1`-`4`, or empty when it does not say); phrases not understood.

    Takes plain text, several phrases joined by commas, semicolons, slashes or full stops, and lists leaked from the
    publisher's program: `['Ilegible', 'Sin dato']`.
    """
    halladas: dict[Nota, None] = {}
    dice = ""
    ajenas: list[str] = []
    pelado = texto.strip()
    for trozo in re.split(r"[,;|/\n]|\.(?:\s|$)", pelado.strip("[]{}()") if pelado[:1] in "[{(" else pelado):
        limpio = limpiar(trozo)
        nombre = normalizar(limpio)
        if not nombre or es_nada(limpio) or nombre in SIN_OBSERVACION:
            continue
        suyas = observacion(nombre) or (Nota.OTRA,)
        halladas.update(dict.fromkeys(suyas))
        if Nota.SIN_ACTA in suyas:
            dice = dice or motivo(nombre)
        if Nota.OTRA in suyas or (suyas == (Nota.SIN_ACTA,) and nombre != "SIN_ACTA" and not motivo(nombre)):
            ajenas.append(limpio)
    return tuple(halladas), dice, tuple(ajenas)

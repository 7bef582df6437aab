"""Reading one cell: numbers, marks, keys, dates, observations, in every way publishers have written them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.reproduccion.publicado import Celda, Hueco, Nota


class CeldaInvalida(ValueError):
    """The cell holds something that its column cannot hold."""


@lru_cache(maxsize=4096)
def normalizar(texto: str) -> str:
    """Upper case, without accents, every run of other characters one underscore: `Sin  dato` -> `SIN_DATO`."""
    sin_acentos = unicodedata.normalize("NFKD", texto.upper())
    plano = "".join(c for c in sin_acentos if not unicodedata.combining(c))
    return re.sub(r"[^A-Z0-9]+", "_", plano).strip("_")


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


_ENTERO = re.compile(r"\d+|\d{1,3}(?:[,'’\s]\d{3})+|\d+\.0+")
_HUECOS = {"": Hueco.VACIO, "SIN_ACTA": Hueco.SIN_ACTA}
_NADA = {"-", "--", "---", "–", "—", "N/A", "NA", "N.A.", "NULL", "None", "NaN", "nan", "ND", "N/D"}
_MARCAS = {
    "ILEGIBLE": ILEGIBLE,
    "SIN_DATO": SIN_DATO,
    "SIN_DATOS": SIN_DATO,
    "S_D": SIN_DATO,
    "VACIO": SIN_DATO,
}


@lru_cache(maxsize=65536)
def celda(texto: str) -> Celda:
    """A number of any size, Ilegible, Sin dato, or nothing; raise `CeldaInvalida`."""
    if texto.isascii() and texto.isdigit() and len(texto) < 12:
        return int(texto)
    limpio = limpiar(texto)
    if limpio in _NADA:
        return Hueco.GUION
    if _ENTERO.fullmatch(limpio) and len(limpio) < 16:
        return int(re.sub(r"[^\d]", "", limpio.split(".")[0]))
    nombre = normalizar(limpio)
    if nombre.startswith("SIN_ACTA"):
        return Hueco.SIN_ACTA
    hueco = _HUECOS.get(nombre) if nombre else (Hueco.VACIO if not limpio else None)
    if hueco is not None:
        return hueco
    marca = _MARCAS.get(nombre)
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
    return "" if limpio in _NADA else limpio


_NUMERO_TOTAL = re.compile(r"\d{1,3}(?:[,'’\s]\d{3})+|\d+")
_DECIMAL = re.compile(r"(\d+)[.,](\d+)")


def cifra(texto: str, porcentaje: bool) -> int | str | None:
    """A figure of the header: an integer, or a percentage as the digits published; raise `CeldaInvalida`."""
    limpio = limpiar(texto).removesuffix("%").strip()
    if limpio in _NADA or not limpio:
        return None
    if porcentaje:
        decimal = _DECIMAL.fullmatch(limpio)
        if decimal:
            return f"{int(decimal[1])}.{decimal[2]}"
        if limpio.isdecimal():
            return limpio
    elif _NUMERO_TOTAL.fullmatch(limpio):
        return int(re.sub(r"\D", "", limpio))
    elif re.fullmatch(r"\d+\.0+", limpio):
        return int(limpio.split(".")[0])
    raise CeldaInvalida(f"«{limpio[:60]}» no es una cifra")


_HORA = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:\s*([ap])\.?\s?m?\.?)?(?:\s*h(?:rs?|oras)?\.?)?"
_FECHA = re.compile(
    r"(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2}))"
    rf"(?:(?:\s*[T,]\s*|\s+){_HORA})?\s*(Z|[+-]\d{{2}}:?\d{{2}})?",
    re.IGNORECASE,
)


def fecha(texto: str, zona: tzinfo) -> datetime | None:
    """A date and time with its zone; `None` when the cell has none; raise `CeldaInvalida`.

    Day before month, as in Mexico, unless only the other order is a date. Without a zone of its own, `zona`.
    """
    limpio = limpiar(texto).replace("\xa0", " ").replace("\u202f", " ")
    if not limpio or limpio in _NADA:
        return None
    partes = _FECHA.fullmatch(limpio)
    if partes is None:
        raise CeldaInvalida(f"«{limpio[:60]}» no es una fecha y hora")
    a1, m1, d1, d2, m2, a2, hora, minuto, segundo, ap, huso = partes.groups()
    anio, mes, dia = (int(a1), int(m1), int(d1)) if a1 else (int(a2), int(m2), int(d2))
    if anio < 100:
        anio += 2000
    if mes > 12 >= dia:
        mes, dia = dia, mes
    h = int(hora or 0)
    if ap:
        h = h % 12 + (12 if ap.lower() == "p" else 0)
    donde = zona
    if huso:
        donde = UTC if huso in "Zz" else _huso(huso)
    try:
        momento = datetime(anio, mes, dia, h % 24 if h == 24 else h, int(minuto or 0), int(segundo or 0), tzinfo=donde)
        if h == 24:
            momento += timedelta(days=1)
        return momento.astimezone(zona) if huso else momento
    except (ValueError, OverflowError):
        raise CeldaInvalida(f"«{limpio[:60]}» no es una fecha y hora que exista") from None


def _huso(texto: str) -> tzinfo:
    horas, minutos = int(texto[1:3]), int(texto[-2:])
    delta = timedelta(hours=horas, minutes=minutos)
    return timezone(-delta if texto[0] == "-" else delta)


_UTC = re.compile(r"(?:UTC|GMT)\s*([+-−–])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_DIA_HORA = re.compile(rf"(\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[/-]\d{{1,2}}[/-]\d{{4}})[\sT,]+{_HORA}", re.IGNORECASE)
_SOLO_HORA = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:h|\()", re.IGNORECASE)
_DIA_LARGO = re.compile(r"(\d{1,2})\s+DE\s+([A-Z]+)\s+(?:DE|DEL)\s+(\d{4})")
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
    hora: tuple[int, int] | None = None
    for linea in lineas:
        juntos = _DIA_HORA.search(linea)
        if juntos:
            try:
                return fecha(juntos[0].strip(), zona)
            except CeldaInvalida:
                continue
        largo = _DIA_LARGO.search(normalizar(linea).replace("_", " "))
        if largo and largo[2] in _MESES:
            try:
                dia = datetime(int(largo[3]), _MESES.index(largo[2]) + 1, int(largo[1]), tzinfo=zona)
            except ValueError:
                dia = None
        sola = _SOLO_HORA.search(linea)
        if sola and int(sola[1]) < 24 and int(sola[2]) < 60:
            hora = int(sola[1]), int(sola[2])
    if dia is None:
        return None
    return dia.replace(hour=hora[0], minute=hora[1]) if hora else dia


_MOTIVO = re.compile(r"SIN_ACTA_?(?:MOTIVO_?)?([1-4])\b|\b([1-4])$")
_MOTIVOS = (("PAQUETE_NO_ENTREGADO", "1"), ("NO_INSTALADA", "2"), ("SIN_SOBRE", "3"), ("URNA", "4"), ("SIN_AR", "4"))


@lru_cache(maxsize=8192)
def notas(texto: str) -> tuple[tuple[Nota, ...], str]:
    """What OBSERVACIONES says, and the reason when there is no acta (`1`-`4`, or empty when it does not say).

    Takes plain text, several texts joined by commas, semicolons or slashes, and lists leaked from the publisher's
    program: `['Ilegible', 'Sin dato']`.
    """
    halladas: dict[Nota, None] = {}
    motivo = ""
    for trozo in re.split(r"[,;|/\n]", texto.strip().strip("[]{}()") if texto.strip()[:1] in "[{(" else texto):
        nombre = normalizar(limpiar(trozo))
        if not nombre or limpiar(trozo) in _NADA:
            continue
        for nota in _clasificar(nombre):
            halladas[nota] = None
        if Nota.SIN_ACTA in halladas and not motivo:
            numero = _MOTIVO.search(nombre)
            motivo = (numero[1] or numero[2]) if numero else next((m for t, m in _MOTIVOS if t in nombre), "")
    return tuple(halladas), motivo


def _clasificar(nombre: str) -> list[Nota]:
    ilegible = "ILEGIBLE" in nombre
    vacio = "SIN_DATO" in nombre or "VACI" in nombre
    if "FUERA_DE_CAT" in nombre or nombre.startswith("NO_IDENTIFICADA"):
        return [Nota.FUERA_DE_CATALOGO]
    if "SIN_ACTA" in nombre:
        return [Nota.SIN_ACTA]
    if "EXCEDE" in nombre:
        return [Nota.EXCEDE]
    if "IDENTIFICACION_POR" in nombre or "PROCESO_TECNICO" in nombre:
        return [Nota.POR_PTO]
    if "TODOS" in nombre and (ilegible or vacio):
        return [Nota.TODOS if ilegible and vacio else Nota.TODOS_ILEGIBLES if ilegible else Nota.TODOS_VACIOS]
    if "ALGUN" in nombre and ilegible and vacio:
        return [Nota.ALGUNO]
    if ilegible or vacio:
        return [*([Nota.ILEGIBLE] if ilegible else []), *([Nota.SIN_DATO] if vacio else [])]
    return [Nota.OTRA]

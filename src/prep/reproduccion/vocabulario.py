"""Every word that publishers use and its meaning, from `vocabulario.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from prep.dominio.comun.valores import Marca
from prep.reproduccion.publicado import Nota


@lru_cache(maxsize=4096)
def normalizar(texto: str) -> str:
    """Upper case, without accents, every run of other characters one underscore: `Sin  dato` -> `SIN_DATO`."""
    sin_acentos = unicodedata.normalize("NFKD", texto.upper())
    plano = "".join(c for c in sin_acentos if not unicodedata.combining(c))
    return re.sub(r"[^A-Z0-9]+", "_", plano).strip("_")


def leer_vocabulario() -> dict[str, Any]:
    """The file as it is."""
    return tomllib.loads((files("prep.reproduccion") / "vocabulario.toml").read_text(encoding="utf-8"))


_TODO: Final = leer_vocabulario()

_COLUMNAS: Final[dict[str, str]] = {
    nombre: campo for campo, nombres in _TODO["columnas"].items() if campo != "fuente" for nombre in nombres.split()
}
_FIJOS: Final = {campo: re.compile(_TODO["recuadros"][campo]) for campo in ("no_registradas", "nulos")}

RESUMEN: Final[dict[str, str]] = {v: k for k, v in _TODO["resumen"].items() if k != "fuente"}
"""Other name of a header figure -> its name."""

NADA: Final = frozenset(t.upper() for t in _TODO["nada"]["dice"])
"""What stands for nothing, in upper case."""

SIN_OBSERVACION: Final = frozenset(_TODO["sin_observacion"]["dice"])
"""Phrases of OBSERVACIONES that find nothing amiss."""

MARCAS: Final = {t: Marca[m["valor"]] for m in _TODO["marca"] for t in m["dice"]}
CONTABILIZADAS: Final[dict[str, int]] = {t: c["valor"] for c in _TODO["contabilizada"] for t in c["dice"]}
"""What CONTABILIZADA says -> its number."""

INDEPENDIENTE: Final = re.compile(_TODO["recuadros"]["independiente"])
COMUN: Final = re.compile(_TODO["recuadros"]["comun"])
COALICION: Final = re.compile(_TODO["recuadros"]["coalicion"])
ADORNOS: Final = sorted(_TODO["recuadros"]["adorno"].split(), key=len, reverse=True)
SUMA: Final = re.compile(_TODO["derivadas"]["suma"])
PORCENTAJE: Final = re.compile(_TODO["derivadas"]["porcentaje"])

ABREVIATURAS: Final = dict(enumerate(_TODO["entidades"]["siglas"].split(), 1))
"""Number of an entidad -> its initials."""

_NOMBRES: Final = {nombre: i for i, nombre in enumerate(_TODO["entidades"]["nombres"].split(), 1)}
_TIPOS: Final = {palabra: letra for palabra, letra in _TODO["tipos_casilla"].items() if palabra != "fuente"}

_OBSERVACIONES: Final = [(Nota[o["nota"]], [d.split() for d in o["dice"]]) for o in _TODO["observacion"]]
_MOTIVOS: Final = [(m["numero"], [d.split() for d in m["dice"]]) for m in _TODO["motivo"]]
SIGLAS: Final[dict[str, str]] = {nombre: p["siglas"] for p in _TODO["partido"] for nombre in p["dice"]}
"""Name of a party -> its usual initials."""
_LOCALES: Final = {p["siglas"]: [n for n in p["dice"] if len(n) > 1] for p in _TODO["partido"] if p.get("local")}


@cache
def campo_de(nombre: str) -> str:
    """The canonical field of a column, also of the two boxes that every acta has; empty when it is not known."""
    return _COLUMNAS.get(nombre) or next((c for c, patron in _FIJOS.items() if patron.fullmatch(nombre)), "")


def _dice(nombre: str, alternativas: list[list[str]]) -> bool:
    """Some alternative has all its stems at the beginning of words of `nombre`."""
    entre = f"_{nombre}"
    return any(all(f"_{raiz}" in entre for raiz in raices) for raices in alternativas)


def observacion(nombre: str) -> tuple[Nota, ...]:
    """What one phrase of OBSERVACIONES means; empty when it is not known."""
    nota = next((n for n, alternativas in _OBSERVACIONES if _dice(nombre, alternativas)), None)
    if nota is Nota.ILEGIBLE and _dice(nombre, dict(_OBSERVACIONES)[Nota.SIN_DATO]):
        return Nota.ILEGIBLE, Nota.SIN_DATO
    return (nota,) if nota else ()


_NUMERO: Final = re.compile(r"SIN_ACTA_?(?:MOTIVO_?)?([1-4])\b|\b([1-4])$|_([1-4])$")


def motivo(nombre: str) -> str:
    """Why there is no acta (`1`-`4`), or empty when the phrase does not say or is not known."""
    numero = _NUMERO.search(nombre)
    if numero:
        return numero[1] or numero[2] or numero[3]
    return next((m for m, alternativas in _MOTIVOS if _dice(nombre, alternativas)), "")


@cache
def partido_conocido(nombre: str) -> str:
    """The usual initials of a national party or of its state parties, however written; empty when it is neither."""
    if nombre in SIGLAS:
        return SIGLAS[nombre]
    return next((s for s, nombres in _LOCALES.items() if any(_es_local(nombre, n) for n in nombres)), "")


def _es_local(nombre: str, siglas: str) -> bool:
    """`NAS`, `PANALH`, `FXMV`, `NUEVA_ALIANZA_SONORA`: the initials and some letters of a state, or its name."""
    resto = nombre.removeprefix(siglas)
    if not nombre.startswith(siglas):
        return False
    return resto.startswith("_") if "_" in siglas else resto.isalpha() and len(resto) <= len(siglas)


def mismo_partido(uno: str, otro: str) -> bool:
    """Whether two names may be one party: the same by the vocabulary, or one begins the other and one is unknown."""
    conocidos = partido_conocido(uno), partido_conocido(otro)
    if conocidos[0] and conocidos[1]:
        return conocidos[0] == conocidos[1]
    corto, largo = sorted((uno, otro), key=len)
    return len(corto) >= 2 and largo.startswith(corto)


def parecidos(uno: str, otro: str) -> bool:
    """Whether one is the other with letters left out, which may not be the first: `CQROO` and `CXQROO`."""
    corto, largo = sorted((uno, otro), key=len)
    letras = iter(largo)
    return len(corto) >= 2 and corto[0] == largo[0] and all(c in letras for c in corto)


def tipo_de_casilla(texto: str) -> str:
    """The letter of a type of casilla, written with it or with words; empty when there is none."""
    nombre = normalizar(texto)
    return next(
        (letra for palabra, letra in _TIPOS.items() if len(nombre) > 1 and nombre.startswith(palabra)), nombre[:1]
    )


def entidad_de(nombre: str, archivo: str) -> int | None:
    """The number of an entidad by its name; without one, by the initials in the file's name (`JAL_GUB_2024.csv`)."""
    suyo = normalizar(nombre).removeprefix("ESTADO_DE_")
    posibles = [n for n in _NOMBRES if suyo.startswith(n)]
    if posibles:
        return _NOMBRES[max(posibles, key=len)]
    trozos = re.split(r"[^A-Z]+", archivo)
    return next((i for i, siglas in ABREVIATURAS.items() if siglas in trozos), None)

"""The truth of a drill: what every acta will say, vote by vote, in one canonical JSON file.

Its SHA-256 goes into the log before the night and the file itself after it, so that nobody can say later that the
actas said something else. `sal` keeps the seal from being guessed by whoever tries seeds. Its form is in
docs/simulacro.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from prep.comprobacion.actos import MAXIMO_VERDAD
from prep.plataforma.errores import Impedimento
from prep.transparencia.canonico import NoCanonico, canonico, leer_canonico

FORMATO: Final = "prep/verdad/1"
TOTALES: Final = (
    *("boletas_sobrantes", "personas_votaron", "representantes_votaron", "votos_sacados"),
    "total_asentado",
)
"""The fields of an acta that are no votes."""
MARCAS: Final = ("Ilegible", "Sin dato")
MOTIVOS: Final = ("1", "2", "3", "4")
Valor = int | str | None
"""What is written in a field; `None`: that acta has no such field."""


class VerdadInvalida(Impedimento):
    """The file is not a truth that anything can be compared with; the text says why."""


@dataclass(frozen=True, slots=True)
class EleccionVerdadera:
    """One election. `actas`: by key, what each field of `campos` says, or why there is no acta; `no_cuentan`: keys of
    the actas that are there and add no votes."""

    nombre: str
    campos: tuple[str, ...]
    actas: Mapping[str, tuple[Valor, ...] | str]
    no_cuentan: frozenset[str]


@dataclass(frozen=True, slots=True)
class Empate:
    """Candidacies that will share the first place, and the votes that each will have. Without `demarcacion`, in the
    whole state."""

    eleccion: str
    demarcacion: int | None
    nombre: str
    candidaturas: tuple[str, ...]
    votos: int


@dataclass(frozen=True, slots=True)
class Verdad:
    """`catalogo`: fingerprint of the process it was made for; `catds`: name by key; `casillas`: the CATD of each
    casilla; `sha256`: of the file."""

    proceso: str
    modo: str
    catalogo: str
    elecciones: Mapping[str, EleccionVerdadera]
    empates: tuple[Empate, ...]
    catds: Mapping[str, str]
    casillas: Mapping[str, str]
    sha256: str


def escribir(
    proceso: str,
    modo: str,
    catalogo: str,
    semilla: int,
    sal: str,
    desenlaces: list[dict[str, Any]],
    elecciones: Mapping[str, EleccionVerdadera],
    empates: list[Empate],
    catds: Mapping[str, str],
    casillas: Mapping[str, str],
) -> bytes:
    """The file."""
    datos = canonico(
        {
            "formato": FORMATO,
            "proceso": proceso,
            "modo": modo,
            "catalogo": catalogo,
            "semilla": semilla,
            "sal": sal,
            "desenlaces": desenlaces,
            "empates": [{c: _llano(getattr(e, c)) for c in Empate.__slots__} for e in empates],
            "catds": dict(catds),
            "casillas": dict(casillas),
            "elecciones": {
                clave: {
                    "nombre": e.nombre,
                    "campos": list(e.campos),
                    "actas": {acta: _llano(v) for acta, v in e.actas.items()},
                    "no_cuentan": sorted(e.no_cuentan),
                }
                for clave, e in elecciones.items()
            },
        }
    )
    if len(datos) > MAXIMO_VERDAD:
        raise VerdadInvalida(f"La verdad mediría {len(datos) // 2**20} MB; lo más que se publica son 32 MB.")
    return datos


def _llano(v: Any) -> Any:
    return list(v) if isinstance(v, tuple) else v


def leer(datos: bytes) -> Verdad:
    """The truth in a file. Raises `VerdadInvalida`."""
    try:
        if len(datos) > MAXIMO_VERDAD:
            raise ValueError("mide más de 32 MB")
        return _leer(leer_canonico(datos), sha256(datos).hexdigest())
    except NoCanonico as error:
        raise VerdadInvalida(f"No es la verdad de un simulacro: {error}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VerdadInvalida(f"No es la verdad de un simulacro como debe: {error}.") from None


def _leer(doc: Any, huella: str) -> Verdad:
    if doc.get("formato") != FORMATO:
        raise ValueError(f"su formato no es «{FORMATO}»")
    elecciones = {clave: _eleccion(clave, e) for clave, e in doc["elecciones"].items()}
    empates = tuple(
        Empate(e["eleccion"], e["demarcacion"], str(e["nombre"]), tuple(e["candidaturas"]), _natural(e["votos"]))
        for e in doc["empates"]
    )
    if sobra := {e.eleccion for e in empates} - elecciones.keys():
        raise ValueError(f"hay empates de otra elección, {min(sobra)}")
    casillas, catds = dict(doc["casillas"]), dict(doc["catds"])
    for e in elecciones.values():
        if faltan := {a[:11] for a in e.actas} - casillas.keys():
            raise ValueError(f"no dice de qué CATD es la casilla {min(faltan)}")
    if not all(isinstance(n, str) for n in catds.values()) or not set(casillas.values()) <= catds.keys() | {""}:
        raise ValueError("nombra un CATD que no está en su lista")
    proceso, modo, catalogo = (str(doc[c]) for c in ("proceso", "modo", "catalogo"))
    return Verdad(proceso, modo, catalogo, elecciones, empates, catds, casillas, huella)


def _eleccion(clave: str, e: Any) -> EleccionVerdadera:
    campos = tuple(e["campos"])
    actas: dict[str, tuple[Valor, ...] | str] = {}
    for acta, valores in e["actas"].items():
        if not re.fullmatch(r"[0-9]{6}[A-Z][0-9]{4}[0-9A-Za-z]{1,3}", acta):
            raise ValueError(f"en {clave}, «{acta[:40]}» no es la clave de un acta")
        if isinstance(valores, str):
            if valores not in MOTIVOS:
                raise ValueError(f"en {clave}, el acta {acta} no dice por qué no la hay")
            actas[acta] = valores
        elif len(valores) != len(campos) or not all(_es_valor(v) for v in valores):
            raise ValueError(f"en {clave}, el acta {acta} no trae un valor por campo")
        else:
            actas[acta] = tuple(valores)
    no_cuentan = frozenset(e["no_cuentan"])
    if not no_cuentan <= {a for a, v in actas.items() if not isinstance(v, str)}:
        raise ValueError(f"en {clave} dice que no cuenta un acta que no hay")
    return EleccionVerdadera(str(e["nombre"]), campos, actas, no_cuentan)


def _es_valor(v: Any) -> bool:
    return v is None or v in MARCAS or (type(v) is int and v >= 0)


def _natural(v: Any) -> int:
    if type(v) is not int or v < 0:
        raise ValueError(f"{str(v)[:40]} no es una cantidad de votos")
    return v

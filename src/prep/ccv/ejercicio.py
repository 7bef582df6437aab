"""The folder of an exercise: actas to practise capture with, whose truth is known. `practica.json`, and their pictures.

`prep actas practica` makes it (`laboratorio.practica`), without a database; the desk reads it (`ccv.practica`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import orjson

from prep.dominio.comun.valores import Valor, valor

ARCHIVO: Final = "practica.json"
FORMATO: Final = "prep/practica/1"
_HUELLA: Final = re.compile("[0-9a-f]{64}")


class EjercicioInvalido(ValueError):
    """What is in the folder is not an exercise."""


class Leccion(StrEnum):
    """What an exercise acta teaches."""

    LIMPIA = "limpia"
    MARCAS = "marcas"
    OTRA_CASILLA = "otra_casilla"
    NO_CUADRA = "no_cuadra"


@dataclass(frozen=True, slots=True)
class Ejercicio:
    """One acta to practise with. `clave`: the one that the screen names; `imagen`: SHA-256 of its picture; `problema`:
    what is wrong with it, if anything is; `valores`: what the paper says of each field, in its order; `enderezada`:
    each field is where its form has it."""

    clave: str
    imagen: str
    leccion: Leccion
    problema: str
    valores: Mapping[str, Valor] = field(hash=False)
    enderezada: bool = False


@dataclass(frozen=True, slots=True)
class Juego:
    """The actas of an exercise, in the order in which they are typed. `huella`: SHA-256 of the file that lists them."""

    huella: str
    proceso: str
    ejercicios: tuple[Ejercicio, ...]

    @property
    def campos(self) -> int:
        return sum(len(e.valores) for e in self.ejercicios)


def imagen(carpeta: Path, huella: str) -> Path:
    """Where the picture of an exercise acta is."""
    return carpeta / f"{huella}.jpg"


def escribir(carpeta: Path, proceso: str, ejercicios: Sequence[tuple[Ejercicio, bytes]]) -> None:
    """Leave an exercise in a folder, in place of the one there was: the pictures first, and then what names them."""
    carpeta.mkdir(parents=True, exist_ok=True)
    for e, datos in ejercicios:
        imagen(carpeta, e.imagen).write_bytes(datos)
    todos = [
        {
            "clave": e.clave,
            "imagen": e.imagen,
            "leccion": e.leccion.value,
            "problema": e.problema,
            "valores": {c: v if isinstance(v, int) else v.value for c, v in e.valores.items()},
            "enderezada": e.enderezada,
        }
        for e, _ in ejercicios
    ]
    nuevo = carpeta / f"{ARCHIVO}.nuevo"
    nuevo.write_bytes(orjson.dumps({"formato": FORMATO, "proceso": proceso, "ejercicios": todos}))
    nuevo.replace(carpeta / ARCHIVO)
    for sobra in {*carpeta.glob("*.jpg")} - {imagen(carpeta, e.imagen) for e, _ in ejercicios}:
        sobra.unlink()


def leer(carpeta: Path) -> Juego | None:
    """The exercise of a folder; None where there is none. Raises `EjercicioInvalido`."""
    try:
        datos = (carpeta / ARCHIVO).read_bytes()
    except FileNotFoundError:
        return None
    try:
        dicho = orjson.loads(datos)
        ejercicios = tuple(map(_ejercicio, dicho["ejercicios"]))
        if dicho["formato"] != FORMATO or not ejercicios:
            raise EjercicioInvalido(str(carpeta))
        return Juego(hashlib.sha256(datos).hexdigest(), dicho["proceso"], ejercicios)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EjercicioInvalido(str(carpeta)) from error


def _ejercicio(e: Mapping[str, Any]) -> Ejercicio:
    if not _HUELLA.fullmatch(e["imagen"]) or not e["valores"]:
        raise EjercicioInvalido(e["imagen"])
    valores = {c: valor(v) for c, v in e["valores"].items()}
    return Ejercicio(e["clave"], e["imagen"], Leccion(e["leccion"]), e["problema"], valores, e["enderezada"] is True)

"""The manifest of a corte (`corte.json`): which files it is made of, and what it stands on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prep.transparencia.almacen import ruta_segura
from prep.transparencia.canonico import NoCanonico, leer_canonico
from prep.transparencia.errores import FormatoInvalido
from prep.transparencia.hojas import MODOS, es_hora, es_sha256

FORMATO = "prep/corte/1"
MAXIMO = 32 * 2**20
MAXIMO_ARCHIVO = 512 * 2**20
MAXIMO_TOTAL = 4 * 2**30
MAXIMO_ARCHIVOS = 100_000


@dataclass(frozen=True)
class Archivo:
    """A file of the corte: `ruta` relative to the corte's folder, `sha256` in hex, size in bytes."""

    ruta: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifiesto:
    """A manifest as read, its shape and limits checked. `posicion`, `raiz` (hex): how many facts the bitácora had and
    the root of their tree. `todo`: every field, also those this room does not use."""

    proceso: str
    corte: int
    hora: str
    modo: str
    cierre: bool
    anterior: str | None
    archivos: tuple[Archivo, ...]
    raiz_imagenes: str
    total_imagenes: int
    posicion: int
    raiz: str
    todo: Mapping[str, Any]

    @property
    def parcial(self) -> Mapping[str, str] | None:
        """Whose it is, if it is a corte parcial: `nodo`, `nombre` and `delegacion` (SHA-256 of its document)."""
        return self.todo.get("parcial")

    @classmethod
    def leer(cls, datos: bytes) -> "Manifiesto":
        """Raises `FormatoInvalido`. Refuses repeated or odd paths and sizes nobody should download."""
        if len(datos) > MAXIMO:
            raise FormatoInvalido("el manifiesto del corte es demasiado grande")
        try:
            obj = leer_canonico(datos)
        except NoCanonico as e:
            raise FormatoInvalido(f"manifiesto: {e}") from e
        if not isinstance(obj, dict) or obj.get("formato") != FORMATO:
            raise FormatoInvalido(f"el manifiesto no es de formato {FORMATO}")
        imagenes = obj.get("imagenes")
        imagenes = imagenes if isinstance(imagenes, dict) else {}
        reglas = {
            "proceso": isinstance(obj.get("proceso"), str)
            and re.fullmatch(r"[A-Za-z0-9._-]{1,60}", obj["proceso"]) is not None,
            "corte": _natural(obj.get("corte")),
            "hora": es_hora(obj.get("hora")),
            "modo": obj.get("modo") in MODOS,
            "anterior": obj.get("anterior", 0) is None or es_sha256(obj.get("anterior")),
            "archivos": isinstance(obj.get("archivos"), list) and len(obj["archivos"]) <= MAXIMO_ARCHIVOS,
            "imagenes": es_sha256(imagenes.get("raiz")) and _natural(imagenes.get("total")),
            "cierre": type(obj.get("cierre")) is bool,
            "bitacora": _bitacora(obj.get("bitacora")),
            "catalogo": es_sha256(obj.get("catalogo")),
            "software": isinstance(obj.get("software"), str),
            "cuentas": _cuentas(obj.get("cuentas")),
        }
        if "parcial" in obj:
            reglas["parcial"] = _parcial(obj["parcial"])
        for campo in sorted(obj.keys() - reglas.keys() - {"formato"}):
            raise FormatoInvalido(f"manifiesto: sobra el campo «{campo[:40]}»")
        for campo, bien in reglas.items():
            if not bien:
                raise FormatoInvalido(f"manifiesto: el campo «{campo}» falta o no es válido")
        archivos = leer_archivos(obj["archivos"])
        return cls(
            obj["proceso"],
            obj["corte"],
            obj["hora"],
            obj["modo"],
            obj["cierre"],
            obj["anterior"],
            archivos,
            imagenes["raiz"],
            imagenes["total"],
            obj["bitacora"]["posicion"],
            obj["bitacora"]["raiz"],
            obj,
        )


def leer_archivos(lista: list[Any]) -> tuple[Archivo, ...]:
    """A list of files, each path once, none odd, none (nor all together) of a size nobody should download."""
    archivos = tuple(_archivo(a) for a in lista)
    if len({a.ruta for a in archivos}) != len(archivos):
        raise FormatoInvalido("manifiesto: un archivo está dos veces")
    if sum(a.bytes for a in archivos) > MAXIMO_TOTAL:
        raise FormatoInvalido("manifiesto: dice sumar más de 4 GiB; no se descarga")
    return archivos


def _natural(v: Any) -> bool:
    return type(v) is int and v >= 0


def _bitacora(v: Any) -> bool:
    return isinstance(v, dict) and v.keys() == {"posicion", "raiz"} and _natural(v["posicion"]) and es_sha256(v["raiz"])


def _parcial(v: Any) -> bool:
    if not isinstance(v, dict) or v.keys() != {"nodo", "nombre", "delegacion"} or not es_sha256(v["delegacion"]):
        return False
    return all(isinstance(t, str) and 0 < len(t) <= 200 and t.isprintable() for t in v.values())


def _cuentas(v: Any) -> bool:
    campos = {"esperadas", "capturadas", "contabilizadas"}
    return isinstance(v, dict) and all(
        isinstance(c, dict) and c.keys() == campos and all(map(_natural, c.values())) for c in v.values()
    )


def _archivo(a: Any) -> Archivo:
    if not isinstance(a, dict) or not isinstance(a.get("ruta"), str):
        raise FormatoInvalido("manifiesto: un archivo no dice su ruta")
    ruta = ruta_segura(a["ruta"])
    if ruta == "corte.json":
        raise FormatoInvalido("manifiesto: no puede contenerse a sí mismo")
    if not es_sha256(a.get("sha256")) or not _natural(a.get("bytes")):
        raise FormatoInvalido(f"manifiesto: {ruta} no dice bien su sha256 o su tamaño")
    if a["bytes"] > MAXIMO_ARCHIVO:
        raise FormatoInvalido(f"manifiesto: {ruta} dice medir {a['bytes']} bytes; no se descarga")
    return Archivo(ruta, a["sha256"], a["bytes"])

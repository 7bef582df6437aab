"""A TOML file that people write, read key by key: what each says, and what is wrong with its line."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from prep.catalogo.campos import DatoInvalido, Lector, parecido, recortado
from prep.catalogo.tablas import MALO, REQUERIDO, Bloc

Esquema = dict[str, tuple[Lector, Any]]
"""Of each key: how it is read, and what it is when it is not said (`REQUERIDO`: it has to be)."""


def abrir(contenido: str, bloc: Bloc) -> dict[str, Any] | None:
    """The whole tree; `None` when it is no TOML, with its problem noted."""
    try:
        return tomllib.loads(contenido.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        # What tomllib says is in English; where it is, is what helps.
        donde = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        linea = int(donde[1]) if donde else contenido.count("\n") + 1
        lugar = f"cerca de la columna {donde[2]}" if donde else "el archivo termina a medias"
        bloc.anotar(linea, "", f"no se entiende: {lugar}.", "Revise las comillas, los corchetes y el signo =.")
        return None


def cadena(leer: Lector) -> Lector:
    def leer_cadena(dato: Any) -> Any:
        if not isinstance(dato, str):
            raise DatoInvalido(f"«{recortado(dato)}» debe ser un texto.", "Escríbalo entre comillas.")
        return leer(dato.strip())

    return leer_cadena


def numero(minimo: int, maximo: int) -> Lector:
    def leer(dato: Any) -> int:
        if not isinstance(dato, int) or isinstance(dato, bool) or not minimo <= dato <= maximo:
            raise DatoInvalido(
                f"«{recortado(dato)}» no es un número entero de {minimo} a {maximo}.", "Va sin comillas."
            )
        return dato

    return leer


class Lineas:
    """Where each key of the file was written: tomllib does not say."""

    def __init__(self, contenido: str) -> None:
        self._lineas: dict[tuple[str, ...], int] = {}
        tabla: tuple[str, ...] = ()
        cuenta: dict[str, int] = {}
        for numero, linea in enumerate(contenido.splitlines(), 1):
            if encabezado := re.match(r"\s*\[(\[?)\s*([\w-]+)\s*\]", linea):
                nombre = encabezado[2]
                if encabezado[1]:
                    cuenta[nombre] = cuenta.get(nombre, -1) + 1
                    tabla = (nombre, str(cuenta[nombre]))
                else:
                    tabla = (nombre,)
                self._lineas.setdefault(tabla, numero)
            elif asignacion := re.match(r"\s*\"?([\w-]+)\"?\s*=", linea):
                self._lineas.setdefault((*tabla, asignacion[1]), numero)

    def __call__(self, *camino: str) -> int:
        return self._lineas.get(camino) or (self._lineas.get(camino[:-1], 0) if len(camino) > 1 else 0)


def tabla_de(arbol: dict[str, Any], nombre: str, bloc: Bloc, lineas: Lineas) -> dict[str, Any]:
    tabla = arbol.get(nombre, {})
    if isinstance(tabla, dict):
        return tabla
    bloc.anotar(lineas(nombre), nombre, "debe ser una tabla.", f"Escriba [{nombre}] en su propia línea.")
    return {}


def leer_tabla(
    tabla: dict[str, Any],
    esquema: Esquema,
    camino: tuple[str, ...],
    bloc: Bloc,
    lineas: Lineas,
    tambien: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Every key of `esquema`, read, by default, or `MALO`."""
    prefijo = f"{camino[0]}." if camino else ""
    for nombre in tabla:
        if nombre not in esquema and nombre not in tambien:
            bloc.anotar(
                lineas(*camino, nombre),
                prefijo + recortado(nombre),
                "no se conoce este dato.",
                parecido(nombre, [*esquema, *tambien]) or f"Los datos son: {', '.join([*esquema, *tambien])}.",
            )
    leido: dict[str, Any] = {}
    for nombre, (leer, vacia) in esquema.items():
        if nombre not in tabla or tabla[nombre] == "":
            leido[nombre] = vacia
            if vacia is REQUERIDO:
                bloc.anotar(lineas(*camino, nombre), prefijo + nombre, "falta este dato.")
                leido[nombre] = MALO
            continue
        try:
            leido[nombre] = leer(tabla[nombre])
        except DatoInvalido as error:
            bloc.anotar(lineas(*camino, nombre), prefijo + nombre, *error.args)
            leido[nombre] = MALO
    return leido

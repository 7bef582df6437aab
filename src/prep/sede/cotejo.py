"""Two fingerprints compared (`sede.huella` takes them): each thing in which what runs is not what was audited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from prep.plataforma.errores import Impedimento

Seccion = list[list[str]]
SECCIONES: Final = {
    "archivos": "archivo del programa",
    "dependencias": "dependencia",
    "maquina": "máquina",
    "esquema": "objeto de la base de datos",
    "configuracion": "configuración",
}
"""Sections of a fingerprint, and what each of its lines is called. Each is `[[name, value], …]` in order of name."""


def leer(archivo: Path) -> dict[str, Seccion]:
    """A fingerprint from a file: what `huella.tomar` gave, or the document of a signed act. `Impedimento` otherwise."""
    try:
        datos = json.loads(archivo.read_bytes())
        return {s: [[str(nombre), str(valor)] for nombre, valor in datos[s]] for s in SECCIONES}
    except OSError as error:
        raise Impedimento(f"No se pudo leer {archivo}: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Impedimento(
            f"{archivo} no es una huella: se espera lo que guarda «prep operacion cotejar --guardar», o el documento "
            "de un acto de huella."
        ) from None


def diferencias(auditada: Mapping[str, Seccion], actual: Mapping[str, Seccion]) -> list[str]:
    """Each thing in which what runs is not what was audited, in Spanish. Empty when it is the same."""
    halladas = []
    for seccion, que in SECCIONES.items():
        antes, ahora = dict(auditada[seccion]), dict(actual[seccion])  # type: ignore[arg-type]
        for nombre in sorted(antes.keys() | ahora.keys()):
            uno, otro = antes.get(nombre), ahora.get(nombre)
            if otro is None:
                halladas.append(f"{que}: falta {nombre}")
            elif uno is None:
                halladas.append(f"{que}: sobra {nombre}")
            elif uno != otro:
                dicho = "" if len(uno) == len(otro) == 64 else f": era {uno}, es {otro}"
                halladas.append(f"{que}: cambió {nombre}{dicho}")
    return halladas

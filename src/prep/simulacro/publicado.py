"""What a corte publishes of each acta, beside what its paper says: what the judge of a drill and its lookout compare.

Like the judge, it reads the sealed truth and the published files, and imports neither the law nor the facts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from prep.comprobacion.corte_publicado import leer_archivo
from prep.simulacro.verdad import TOTALES, EleccionVerdadera, Verdad
from prep.simulacro.veredicto import Doc
from prep.transparencia.almacen import Lector
from prep.transparencia.canonico import leer_json
from prep.transparencia.errores import FormatoInvalido
from prep.transparencia.manifiesto import Archivo, Manifiesto

_LUGAR: Final = re.compile(r"[A-Z0-9_]+/demarcacion/[0-9]+\.json")
Error = tuple[str, Any, Any]
"""A field, what is published and what it should be."""


@dataclass(frozen=True, slots=True)
class Vista:
    """An acta as a corte publishes it. `errores`: what of it alone is not as on the paper."""

    situacion: str
    errores: tuple[Error, ...]
    acta: Doc

    @property
    def imagen(self) -> str:
        """Código de integridad of the image that it shows, if it is published."""
        return str(self.acta["imagen"]["sha256"]) if self.situacion == "publicada" else ""


@dataclass(slots=True)
class Lugar:
    """One file of a corte: its actas, how many are published, by election and by CATD, and votes by candidacy."""

    vistas: dict[str, Vista]
    publicadas: int
    sin_acta: int
    catds: Counter[str]
    votos: dict[str, int]


Lugares = Mapping[tuple[str, str], Lugar]
"""Those of a corte, by path and hash."""


def lugares(verdad: Verdad, lector: Lector, ruta: str, manifiesto: Manifiesto, leidos: Lugares) -> Lugares:
    """The places of the corte at that path. `leidos`: those of the one before, of which what did not change is not read
    again. One that is not there as signed is left out: its actas are not published."""
    hay = {}
    for a in manifiesto.archivos:
        if _LUGAR.fullmatch(a.ruta):
            clave = (a.ruta, a.sha256)
            with suppress(FormatoInvalido):
                hay[clave] = leidos[clave] if clave in leidos else _leer_lugar(verdad, lector, ruta, a)
    return hay


def _leer_lugar(verdad: Verdad, lector: Lector, ruta: str, archivo: Archivo) -> Lugar:
    doc = leer_json(leer_archivo(lector, ruta, archivo))
    eleccion = verdad.elecciones.get(doc["eleccion"])
    lugar = Lugar({}, 0, 0, Counter(), {c["clave"]: c["votos"] for c in doc["por_candidatura"]})
    for seccion in doc["secciones"]:
        for casilla in seccion["casillas"]:
            for acta in casilla["actas"]:
                situacion = acta["situacion"]
                debe = eleccion.actas.get(acta["clave"]) if eleccion else None
                errores = () if eleccion is None or debe is None else tuple(_comparar(eleccion, debe, acta))
                lugar.vistas[acta["clave"]] = Vista(situacion, errores, acta)
                lugar.publicadas += situacion == "publicada"
                lugar.sin_acta += situacion == "sin_acta"
                if situacion == "publicada":
                    lugar.catds[verdad.casillas.get(casilla["clave"], "")] += 1
    return lugar


def _comparar(eleccion: EleccionVerdadera, debe: Sequence[Any] | str, acta: Doc) -> Iterator[Error]:
    """Where what is published is not what the paper says, or has no image to be compared with."""
    if acta["situacion"] == "publicada" and "ruta" not in acta["imagen"]:
        yield "imagen", "no se publica", "la suya"
    if isinstance(debe, str):
        motivo = f"Sin acta({debe})"
        if acta["situacion"] == "publicada":
            yield "acta", "publicada", motivo
        elif acta["situacion"] == "sin_acta" and acta["observaciones"] != [motivo]:
            yield "observaciones", ", ".join(acta["observaciones"]), motivo
        return
    if acta["situacion"] != "publicada":
        return
    valores = acta["valores"]
    votos = valores["votos"]
    for campo, suyo in zip(eleccion.campos, debe, strict=True):
        if campo in TOTALES:
            if valores.get(campo) != suyo:
                yield campo, valores.get(campo), suyo
        elif votos.get(campo) != suyo:
            yield campo, votos.get(campo), suyo
    for campo in votos.keys() - set(eleccion.campos):
        yield campo, votos[campo], None
    cuenta = int(acta["clave"] not in eleccion.no_cuentan)
    if acta["contabilizada"] != cuenta:
        yield "contabilizada", acta["contabilizada"], cuenta

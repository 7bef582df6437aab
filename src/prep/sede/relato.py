"""The night, told from what was signed and published and from the facts: what its reports and its acta say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from django.db.models import Min

from prep.bitacora.autoridad import autoridad
from prep.bitacora.escritos import escritos_de_clase
from prep.bitacora.models import Hecho
from prep.dominio.acta.transiciones import Situacion
from prep.dominio.operacion import INCIDENTE, Incidente, incidente
from prep.plataforma.almacen import Almacen

TERMINADAS: Final = (Situacion.PUBLICADA.value, Situacion.SIN_ACTA.value)


def del_corte(almacen: Almacen, ruta: str, manifiesto: Mapping[str, Any]) -> dict[str, Any]:
    """Of a published corte: the figures of each election, where each expected acta is, and which are missing."""
    cifras: dict[str, Any] = {}
    situacion: dict[str, Counter[str]] = defaultdict(Counter)
    faltan: dict[str, list[str]] = defaultdict(list)
    for archivo in manifiesto["archivos"]:
        eleccion, _, resto = archivo["ruta"].partition("/")
        if resto == "resumen.json":
            cifras[eleccion] = _leer(almacen, ruta, archivo["ruta"])["estadistica"]
        elif resto.startswith("demarcacion/") and resto.endswith(".json"):
            doc = _leer(almacen, ruta, archivo["ruta"])
            for acta in (a for s in doc["secciones"] for c in s["casillas"] for a in c["actas"]):
                situacion[eleccion][acta["situacion"]] += 1
                if acta["situacion"] not in TERMINADAS:
                    faltan[acta["situacion"]].append(acta["clave"])
    orden = [e for e in manifiesto["cuentas"] if e in cifras]
    return {
        "cifras": {e: cifras[e] for e in orden},
        "situacion": {e: dict(situacion[e]) for e in orden},
        "faltan": {s: sorted(claves) for s, claves in faltan.items()},
    }


def _leer(almacen: Almacen, ruta: str, archivo: str) -> Any:
    return orjson.loads(almacen.leer(f"{ruta}/{archivo}") or b"{}")


@dataclass(frozen=True, slots=True)
class Incidencia:
    """An incident, and when it was first told."""

    hora: datetime
    dice: Incidente


def incidencias() -> list[Incidencia]:
    """Every incident of the night, the oldest first."""
    suyos, de = escritos_de_clase(INCIDENTE.nombre), autoridad()
    primera = dict(Hecho.objects.filter(clase=INCIDENTE.nombre).values_list("sujeto").annotate(Min("recibido")))
    dichas = [Incidencia(primera[s], incidente(escritos, de)) for s, escritos in suyos.items()]
    return sorted((i for i in dichas if i.dice.texto), key=lambda i: i.hora)

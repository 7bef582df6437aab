"""The night, told from what was signed and published and from the facts: what its reports and its acta say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from django.db.models import Min

from prep.bitacora.actas import hechos_de
from prep.bitacora.autoridad import autoridad
from prep.bitacora.escritos import escritos_de_clase
from prep.bitacora.models import Hecho
from prep.dominio.acta.hechos import CLASE_ACTA, CLASE_HOJA, HOJA, Tipo, clave_de
from prep.dominio.acta.pliegue import estado
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
    """Every incident of the operation (`incidente:…`), the oldest first. No desk writes one yet: that there is none
    here does not say that there was none."""
    suyos, de = escritos_de_clase(INCIDENTE.nombre), autoridad()
    primera = dict(Hecho.objects.filter(clase=INCIDENTE.nombre).values_list("sujeto").annotate(Min("recibido")))
    dichas = [Incidencia(primera[s], incidente(escritos, de)) for s, escritos in suyos.items()]
    return sorted((i for i in dichas if i.dice.texto), key=lambda i: i.hora)


@dataclass(frozen=True, slots=True)
class Constancia:
    """What somebody at a desk put on record of an acta, or of a picture that nobody has identified."""

    hora: datetime
    clave: str
    texto: str

    @property
    def de_acta(self) -> bool:
        return not self.clave.startswith(HOJA)


def constancias() -> list[Constancia]:
    """Everything that was put on record of actas and pictures, as their fold counts it, the oldest first. What was
    tried so that an acta comes (`intento`) is work that was done, and no incident."""
    escritas = Hecho.objects.filter(clase__in=(CLASE_ACTA.nombre, CLASE_HOJA.nombre), tipo=Tipo.INCIDENTE.value)
    claves = [clave_de(s) for s in escritas.values_list("sujeto", flat=True).distinct()]
    de, dichas = autoridad(), list[Constancia]()
    for clave, escritos in hechos_de(claves).items():
        hechos = {e.hecho.id: e.hecho for e in escritos}
        suyas = (hechos[i] for i in estado(escritos, de).incidentes)
        dichas += [Constancia(h.hora, clave, h.contenido["texto"]) for h in suyas if "intento" not in h.contenido]
    return sorted(dichas, key=lambda c: (c.hora, c.clave, c.texto))


def incidentes() -> dict[str, Any]:
    """How many incidents there were, each for what it is. Those of the operation are left out where none was written:
    it is not known, and never 0."""
    escritas, operativas = constancias(), incidencias()
    de_actas = sum(c.de_acta for c in escritas)
    cuentas: dict[str, Any] = {"de_actas": de_actas, "de_imagenes": len(escritas) - de_actas}
    if operativas:
        resueltas = sum(i.dice.solucion is not None for i in operativas)
        cuentas["de_la_operacion"] = {"reportados": len(operativas), "resueltos": resueltas}
    return cuentas

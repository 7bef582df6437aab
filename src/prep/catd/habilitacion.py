"""The habilitación of a centre: what it has and rehearsed before the night, point by point, as somebody found it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prep.acceso.models import Cuenta
from prep.bitacora.marcha import decir_revision, del_centro, servicios_de
from prep.bitacora.nodos import nodo_de_aqui
from prep.catd.oficina import Quien
from prep.dominio.operacion import Punto

NOTA: Final = 300
"""Characters of a note."""
LISTO, FALTA, SIN_REVISAR = "listo", "falta", "sin_revisar"


@dataclass(frozen=True, slots=True)
class Visto:
    """A point: how it is (`listo`, `falta`, `sin_revisar`), what was noted, who said so and when."""

    punto: Punto
    estado: str = SIN_REVISAR
    nota: str = ""
    quien: str = ""
    desde: datetime | None = None


def ver(centros: Iterable[str]) -> dict[str, list[Visto]]:
    """Every point of each of these centres, in the order in which it is reviewed."""
    van = servicios_de([del_centro(c) for c in centros])
    quienes = {r.quien for s in van.values() for r in s.revisiones.values()}
    nombres = dict(Cuenta.objects.filter(persona__in=quienes).values_list("persona", "nombre"))
    vistos = {}
    for sujeto, suyo in van.items():
        hechas = suyo.revisiones
        vistos[sujeto.partition(":")[2]] = [
            Visto(p, LISTO if r.listo else FALTA, r.nota, nombres.get(r.quien, r.quien), r.desde)
            if (r := hechas.get(p))
            else Visto(p)
            for p in Punto
        ]
    return vistos


def revisar(quien: Quien, dicho: Mapping[Punto, tuple[bool, str]], ahora: datetime, orden: str) -> int:
    """Write what changed of what was found at a centre; how many points. Sent again, nothing is written twice."""
    (antes,) = ver([quien.catd]).values()
    cambian = [
        (v.punto, *dicho[v.punto])
        for v in antes
        if v.punto in dicho and (v.desde is None or dicho[v.punto] != (v.estado == LISTO, v.nota))
    ]
    for punto, listo, nota in cambian:
        decir_revision(quien.catd, punto, listo, nota, quien.persona, ahora, nodo_de_aqui(), f"{orden}-{punto}")
    return len(cambian)

"""Facts that are kept and change nothing: which, why, and in which corte each came."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from prep.auditoria.expediente import Asiento, Expediente
from prep.dominio.acta.hechos import CLASE_ACTA, CLASE_HOJA
from prep.dominio.acta.pliegue import estado
from prep.dominio.comun.autoridad import DISPOSITIVO, NODO, PERSONA, PROCESO, Autoridad
from prep.dominio.comun.hecho import Escrito
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.operacion import CATD, ESCRITORIO, INCIDENTE, incidente, servicio
from prep.dominio.practica import PRACTICA, practicas

_PLIEGUES: Final[dict[str, Callable[[Iterable[Escrito], Autoridad], Any]]] = {
    CLASE_ACTA.nombre: estado,
    CLASE_HOJA.nombre: estado,
    PRACTICA.nombre: practicas,
    INCIDENTE.nombre: incidente,
    **dict.fromkeys((CATD.nombre, ESCRITORIO.nombre, PROCESO.nombre), servicio),
}
"""What judges the facts of each class; those of authority, its own fold."""
_DE_AUTORIDAD: Final = (NODO.nombre, PERSONA.nombre, DISPOSITIVO.nombre)


@dataclass(frozen=True, slots=True)
class Ignorado:
    asiento: Asiento
    por: Rechazo


def ignorados(expediente: Expediente) -> list[Ignorado]:
    """All of them, in order of their place."""
    dichos = dict(expediente.autoridad.ignorados)
    for sujeto in list(expediente.asientos):
        clase = sujeto.partition(":")[0]
        if pliegue := _PLIEGUES.get(clase):
            dichos.update(pliegue(expediente.escritos(sujeto), expediente.autoridad).anomalias)
        elif clase not in _DE_AUTORIDAD:
            dichos.update((e.hecho.id, Rechazo.NO_INTERPRETADO) for e in expediente.escritos(sujeto))
    hallados = [Ignorado(expediente.primeros[i], por) for i, por in dichos.items()]
    return sorted(hallados, key=lambda i: i.asiento.posicion)

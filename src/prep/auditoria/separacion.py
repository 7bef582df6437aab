"""Separation of duties, acta by acta: who did two things that belong to two people, whatever account they used.

It pairs the facts by itself, whatever the fold that judges the night thought of them, and then says which counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prep.auditoria.expediente import Asiento, Expediente
from prep.dominio.acta.hechos import CLASE_ACTA, CLASE_HOJA, Tipo, clave_de
from prep.dominio.acta.pliegue import estado

DATOS: Final = frozenset({Tipo.CAPTURADA, Tipo.DICTAMINADA, Tipo.DECIDIDA, Tipo.VERIFICADA})
"""Of one picture, each is of a different person, until what they agreed is sent back or opened again."""
OTRA_VUELTA: Final = frozenset({Tipo.DEVUELTA, Tipo.REABIERTA})


@dataclass(frozen=True, slots=True)
class Doble:
    """`persona`: the human behind the accounts, an opaque id; `actos`: what they did, with whether it counted."""

    acta: str
    persona: str
    actos: Sequence[tuple[Asiento, bool]]

    @property
    def cuentas(self) -> list[str]:
        return sorted({a.escrito.hecho.persona for a, _ in self.actos})


def dobles(expediente: Expediente) -> Iterator[Doble]:
    """Everybody who did two incompatible things on one acta."""
    for sujeto in expediente.sujetos(CLASE_ACTA.nombre, CLASE_HOJA.nombre):
        aparte = {i for i, _ in estado(expediente.escritos(sujeto), expediente.autoridad).anomalias}
        for persona, suyos in sorted(_incompatibles(expediente, sujeto, aparte).items()):
            en_orden = sorted(suyos.values(), key=lambda a: a.posicion)
            yield Doble(clave_de(sujeto), persona, [(a, a.escrito.hecho.id not in aparte) for a in en_orden])


def _incompatibles(expediente: Expediente, sujeto: str, aparte: Collection[str]) -> dict[str, dict[str, Asiento]]:
    """By person, the facts of an acta that should not be all theirs. `aparte`: those that did not count; none of them
    begins another round."""
    hallados: dict[str, dict[str, Asiento]] = defaultdict(dict)
    vistos: dict[str, Asiento] = {}
    vuelta: dict[str, list[Asiento]] = defaultdict(list)
    for asiento in expediente.asientos[sujeto]:
        hecho = asiento.escrito.hecho
        if hecho.id in vistos or not hecho.interpretado:
            continue
        vistos[hecho.id] = asiento
        quien = expediente.autoridad.identidad(hecho.persona)
        if hecho.tipo in OTRA_VUELTA and hecho.id not in aparte:
            vuelta.clear()
        elif hecho.tipo in DATOS:
            pares = [(otro, asiento) for otro in vuelta[quien] if _misma_imagen(otro, asiento)]
            hallados[quien] |= {a.escrito.hecho.id: a for par in pares for a in par}
            vuelta[quien].append(asiento)
        peticion = vistos.get(hecho.contenido.get("peticion", ""))
        if peticion is not None and expediente.autoridad.identidad(peticion.escrito.hecho.persona) == quien:
            hallados[quien] |= {a.escrito.hecho.id: a for a in (peticion, asiento)}
    return {quien: suyos for quien, suyos in hallados.items() if suyos}


def _misma_imagen(uno: Asiento, otro: Asiento) -> bool:
    """A verification names a reading, not a picture: it is of whatever was being read."""
    imagenes = {i for a in (uno, otro) if (i := a.escrito.hecho.contenido.get("imagen"))}
    return len(imagenes) < 2

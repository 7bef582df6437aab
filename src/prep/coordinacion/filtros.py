"""What an address asks to see: election, demarcation, CATD, situation; the hour to finish by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from prep.coordinacion.padron import Esperada, Padron
from prep.coordinacion.panorama import Panorama, Trabajo
from prep.coordinacion.ritmo import TERMINADAS
from prep.coordinacion.tablas import consulta
from prep.diseno.textos import texto
from prep.dominio.acta.hechos import HOJA
from prep.dominio.acta.transiciones import Situacion

HORA: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
"""An hour of the day as people type it: HH:MM, of twenty-four hours."""


@dataclass(frozen=True, slots=True)
class Filtros:
    """Each empty when everything is asked for. `a`: the hour to finish by, as it was chosen; `pendientes`, `revisar`:
    only actas that are not finished, only those that deserve another look."""

    eleccion: str = ""
    demarcacion: str = ""
    catd: str = ""
    situacion: str = ""
    trabajo: str = ""
    q: str = ""
    a: str = ""
    pendientes: str = ""
    revisar: str = ""

    @classmethod
    def de(cls, request: HttpRequest) -> Filtros:
        dichos = {c: request.GET.get(c, "").strip()[:60] for c in cls.__dataclass_fields__}
        if not re.fullmatch(HORA, dichos["a"]):
            dichos["a"] = ""
        return cls(**dichos)

    @property
    def consulta(self) -> str:
        """As an address says it."""
        return self.con()

    def con(self, **otros: str) -> str:
        """These and some others, as an address says them."""
        return consulta(**{c: getattr(self, c) for c in self.__dataclass_fields__} | otros)

    def ver(self, vista: Panorama) -> Panorama:
        """Only what is asked for."""
        return vista.una_vez(replace(self, a=""), lambda: self._ver(vista))

    def _ver(self, vista: Panorama) -> Panorama:
        pruebas: list[Callable[[Esperada], bool]] = []
        if self.eleccion:
            pruebas.append(lambda e: e.eleccion.clave == self.eleccion)
        if self.demarcacion:
            pruebas.append(lambda e: str(e.acta.demarcacion) == self.demarcacion)
        if self.catd:
            pruebas.append(lambda e: e.catd == self.catd)
        if self.situacion:
            pruebas.append(lambda e: vista.situacion(e.clave).value == self.situacion)
        if self.trabajo:
            esperan = {e.clave for e in vista.esperan if e.trabajo.value == self.trabajo}
            pruebas.append(lambda e: e.clave in esperan)
        if self.pendientes:
            pruebas.append(lambda e: vista.situacion(e.clave) not in TERMINADAS)
        if self.revisar:
            pruebas.append(lambda e: (v := vista.vistas.get(e.clave)) is not None and (v.conflicto or v.por_revisar))
        if self.q:
            pruebas.append(lambda e: _es(e, self.q.upper()))
        if not pruebas:
            return vista
        actas = {c: e for c, e in vista.padron.actas.items() if all(p(e) for p in pruebas)}
        solo_trabajo = Filtros(trabajo=self.trabajo, a=self.a, pendientes=self.pendientes) == self
        hojas = [e for e in vista.por_paso if e.clave.startswith(HOJA) and e.trabajo.value == self.trabajo]
        return vista.de(replace(vista.padron, actas=actas), hojas if solo_trabajo else ())

    def hasta(self, ahora: datetime, fin: datetime | None) -> datetime | None:
        """The next time it is that hour; without one, the end of the publication, while it has not passed."""
        if not self.a:
            return fin if fin is not None and fin > ahora else None
        horas, minutos = map(int, self.a.split(":"))
        local = timezone.localtime(ahora)
        hasta = local.replace(hour=horas, minute=minutos, second=0, microsecond=0)
        return hasta if hasta > local else hasta + timedelta(days=1)

    def opciones(self, padron: Padron) -> dict[str, list[tuple[str, str, bool]]]:
        """What each list offers: value, name, whether it is chosen."""
        demarcaciones: Iterable[tuple[str, str]] = ()
        eleccion = next((e for e in padron.elecciones if e.clave == self.eleccion), None)
        if eleccion is not None:
            suyas = {e.acta.demarcacion for e in padron.actas.values() if e.eleccion.clave == eleccion.clave}
            demarcaciones = ((str(d), f"{d} {eleccion.demarcaciones[d].nombre}") for d in sorted(suyas))
        listas: dict[str, Iterable[tuple[str, str]]] = {
            "eleccion": ((e.clave, e.nombre) for e in padron.elecciones),
            "demarcacion": demarcaciones,
            "catd": padron.catds.items(),
            "situacion": ((s.value, texto(f"diseno.estado.{s}")) for s in Situacion),
            "trabajo": ((t.value, texto(f"coordinacion.trabajo.{t}")) for t in Trabajo),
        }
        return {c: [(v, n, v == getattr(self, c)) for v, n in lista] for c, lista in listas.items()}


def _es(esperada: Esperada, busca: str) -> bool:
    """By the beginning of its key, or by the number of its sección."""
    if busca.isascii() and busca.isdigit() and len(busca) <= 4:
        return esperada.acta.casilla.clave.seccion == int(busca)
    return esperada.clave.startswith(busca)

"""Every acta that is expected, with the groups it is looked at by: election, demarcation, CATD."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from prep.catalogo.services import cargar, sin_gente
from prep.dominio.comun.autoridad import TODO
from prep.dominio.tabulacion.boleta import Boleta
from prep.dominio.tabulacion.proceso import ActaEsperada, Eleccion


@dataclass(frozen=True, slots=True)
class Esperada:
    """One acta of the catalogue."""

    acta: ActaEsperada
    eleccion: Eleccion

    @property
    def clave(self) -> str:
        return self.acta.clave

    @property
    def catd(self) -> str:
        return self.acta.casilla.catd

    @property
    def demarcacion(self) -> tuple[str, int]:
        """Election and demarcation."""
        return self.eleccion.clave, self.acta.demarcacion

    @property
    def boleta(self) -> Boleta:
        return self.eleccion.boletas[self.acta.demarcacion]

    @property
    def lugar(self) -> str:
        """`Sección 0024 Contigua 1`, as people say it."""
        return f"Sección {self.acta.casilla.clave.seccion:04d} {self.acta.casilla.clave.nombre}"


@dataclass(frozen=True, slots=True)
class Padron:
    """`actas` by key, in the order of the catalogue; `catds`: their names."""

    huella: str
    actas: Mapping[str, Esperada]
    elecciones: tuple[Eleccion, ...]
    catds: Mapping[str, str]

    def de_casilla(self, casilla: str) -> list[Esperada]:
        """The actas of a casilla; none where the catalogue has no such casilla."""
        return [e for c, e in self.actas.items() if c[:11] == casilla]

    def recortar(self, alcance: frozenset[str]) -> Padron:
        """Only what somebody reaches: keys of casillas, or `*`."""
        if TODO in alcance:
            return self
        suyas = {c: e for c, e in self.actas.items() if c[:11] in alcance}
        elecciones = {e.eleccion.clave: e.eleccion for e in suyas.values()}
        catds = {e.catd for e in suyas.values()}
        return Padron(
            self.huella, suyas, tuple(elecciones.values()), {c: n for c, n in self.catds.items() if c in catds}
        )

    def demarcacion(self, clave: tuple[str, int]) -> str:
        """Its number and name."""
        eleccion = next(e for e in self.elecciones if e.clave == clave[0])
        return f"{clave[1]} {eleccion.demarcaciones[clave[1]].nombre}"


def padron() -> Padron:
    """That of the process in course."""
    proceso = cargar()
    return _padron(proceso.huella, proceso.clave)


@lru_cache(maxsize=2)
def _padron(huella: str, clave: str) -> Padron:
    proceso = cargar(clave)
    actas = {a.clave: Esperada(a, e) for e in proceso.elecciones for a in e.actas}
    nombres = {c.clave: c.nombre for c in sin_gente(clave).catds}
    catds = {c: nombres.get(c, c) for c in sorted({e.catd for e in actas.values() if e.catd})}
    return Padron(huella, actas, proceso.elecciones, catds)

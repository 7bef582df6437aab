"""Actas to recover: those of which there is no picture, by casilla, the most useful to look for first; what was tried
so that each of them comes, and who sees to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import connection

from prep.bitacora.actas import hechos_de
from prep.bitacora.autoridad import autoridad
from prep.coordinacion import situacion
from prep.coordinacion.padron import Esperada, Padron
from prep.coordinacion.panorama import Panorama
from prep.dominio.acta.hechos import Intento, MotivoSinActa, Tipo
from prep.dominio.acta.pliegue import estado
from prep.dominio.acta.transiciones import Custodia, Situacion
from prep.dominio.comun.autoridad import Autoridad
from prep.dominio.comun.hecho import Escrito

SIN_FOTO: Final = frozenset({Situacion.NO_RECIBIDA, Situacion.NO_DIGITALIZADA})
SIN_IMAGEN: Final = SIN_FOTO | {Situacion.SIN_ACTA}
"""No picture: nor is there one of an acta that a coordinator confirmed not to be there."""


class Porque(StrEnum):
    """Why a casilla is to be looked for, the most useful first."""

    SIN_DIGITALIZAR = "sin_digitalizar"  # its package is at the CATD
    EN_PARTE = "en_parte"  # other actas of it have a picture: the package was opened
    REZAGADA = "rezagada"  # half of its CATD, or more, came already
    CATD_ATRASADO = "catd_atrasado"  # nothing of it came, and its CATD is behind the rest
    POR_LLEGAR = "por_llegar"


@dataclass(frozen=True, slots=True)
class Nota:
    """What somebody put on record while the acta has no picture. `intento`: what was tried; empty, something else."""

    hora: datetime
    persona: str
    intento: str
    texto: str


@dataclass(frozen=True, slots=True)
class Falta:
    """An acta without picture. `motivo`: why there is none, once somebody said it (`dicha`: when); `tiene`: who sees to
    it."""

    esperada: Esperada
    situacion: Situacion
    custodia: Custodia = Custodia.ESPERADA
    acopio: datetime | None = None
    motivo: MotivoSinActa | None = None
    dicha: datetime | None = None
    notas: tuple[Nota, ...] = ()
    tiene: str = ""

    @property
    def clave(self) -> str:
        return self.esperada.clave


@dataclass(frozen=True, slots=True)
class Casilla:
    """A casilla with actas to recover (`faltan`), of so many that are expected of it."""

    clave: str
    faltan: tuple[Falta, ...]
    esperadas: int
    porque: Porque

    @property
    def primera(self) -> Esperada:
        return self.faltan[0].esperada

    @property
    def sobre(self) -> datetime | None:
        """When the sobre came, if it did."""
        return min((f.acopio for f in self.faltan if f.acopio), default=None)

    @property
    def notas(self) -> list[Nota]:
        return notas_de(self.faltan)

    @property
    def tiene(self) -> str:
        return next((f.tiene for f in self.faltan if f.tiene), "")


@dataclass(frozen=True, slots=True)
class Faltantes:
    """`casillas`: with what is to be recovered; `sin_acta`: actas of which it was said that there is none, first those
    that nobody confirmed yet."""

    casillas: tuple[Casilla, ...]
    sin_acta: tuple[Falta, ...]

    @property
    def actas(self) -> int:
        """To be recovered: all of them, but for those that a coordinator confirmed not to be there."""
        return sum(len(c.faltan) for c in self.casillas) + self.dichas

    @property
    def dichas(self) -> int:
        return sum(1 for f in self.sin_acta if f.situacion is not Situacion.SIN_ACTA)


def notas_de(faltan: Iterable[Falta]) -> list[Nota]:
    """What was put on record of several actas: what was said of all of them at once, once."""
    return sorted(dict.fromkeys(n for f in faltan for n in f.notas), key=lambda n: n.hora)


def ver(noche: Panorama, suyo: Padron) -> Faltantes:
    """What is missing of a part of the catalogue."""
    todo = _mirar(noche)
    if suyo is noche.padron:
        return todo
    casillas = []
    for c in todo.casillas:
        faltan = tuple(f for f in c.faltan if f.clave in suyo.actas)
        if faltan:
            casillas.append(c if len(faltan) == len(c.faltan) else replace(c, faltan=faltan))
    return Faltantes(tuple(casillas), tuple(f for f in todo.sin_acta if f.clave in suyo.actas))


def de_casilla(suyo: Padron, casilla: str) -> list[Falta]:
    """The actas of one casilla that have no picture, as they are now."""
    esperadas = suyo.de_casilla(casilla)
    de, crudos = autoridad(), hechos_de(e.clave for e in esperadas)
    faltas = (plegar(e, crudos.get(e.clave, []), de) for e in esperadas)
    return [f for f in faltas if f.situacion in SIN_IMAGEN]


def sin_ninguna(vista: Panorama) -> int:
    """Casillas of which no acta has a picture."""
    con, todas = set(), set()
    for clave in vista.padron.actas:
        todas.add(clave[:11])
        if vista.situacion(clave) not in SIN_FOTO:
            con.add(clave[:11])
    return len(todas - con)


def por_recuperar(cuenta: situacion.Conteo) -> int:
    """Of a group, the actas without picture of which nobody confirmed that there is none."""
    return sum(cuenta.en[s] for s in SIN_FOTO)


def _mirar(noche: Panorama) -> Faltantes:
    return noche.una_vez("recuperar", lambda: _juntar(noche))


def _juntar(noche: Panorama) -> Faltantes:
    sabido = _lo_que_se_sabe(noche.padron)
    por_casilla: dict[str, list[Falta]] = defaultdict(list)
    cuantas: dict[str, int] = defaultdict(int)
    con_imagen: set[str] = set()
    sin_acta: list[Falta] = []
    for clave, esperada in noche.padron.actas.items():
        casilla, donde = clave[:11], noche.situacion(clave)
        cuantas[casilla] += 1
        if donde not in SIN_IMAGEN:
            con_imagen.add(casilla)
            continue
        falta = sabido.get(clave) or Falta(esperada, donde)
        if falta.custodia in (Custodia.SIN_ACTA_DICHA, Custodia.SIN_ACTA) or falta.situacion is Situacion.SIN_ACTA:
            sin_acta.append(falta)
        else:
            por_casilla[casilla].append(falta)
    catds, atrasos = situacion.contar(noche, lambda e: e.catd), situacion.atrasos(noche)

    def porque(casilla: str, faltan: Sequence[Falta]) -> Porque:
        catd = faltan[0].esperada.catd
        if any(f.situacion is Situacion.NO_DIGITALIZADA for f in faltan):
            return Porque.SIN_DIGITALIZAR
        if casilla in con_imagen:
            return Porque.EN_PARTE
        if catd and 2 * catds[catd].recibidas >= catds[catd].esperadas:
            return Porque.REZAGADA
        return Porque.CATD_ATRASADO if catd in atrasos else Porque.POR_LLEGAR

    lugares = {p: i for i, p in enumerate(Porque)}
    casillas = [Casilla(c, tuple(fs), cuantas[c], porque(c, fs)) for c, fs in por_casilla.items()]
    casillas.sort(key=lambda c: (lugares[c.porque], c.sobre or noche.hora, c.primera.catd))
    sin_acta.sort(key=lambda f: (f.situacion is Situacion.SIN_ACTA, f.dicha or noche.hora))
    return Faltantes(tuple(casillas), tuple(sin_acta))


_FILAS: Final = """
    SELECT clave, custodia, situacion, acopio FROM bitacora_acta
    WHERE situacion = ANY(%s) AND clave NOT LIKE 'hoja:%%'"""
_DICEN: Final = """
    SELECT DISTINCT a.clave FROM bitacora_acta a JOIN bitacora_hecho h ON h.sujeto = 'acta:' || a.clave
    WHERE a.situacion = ANY(%s) AND a.clave NOT LIKE 'hoja:%%' AND h.clase = 'acta' AND h.tipo = ANY(%s)"""


def _lo_que_se_sabe(suyo: Padron) -> Mapping[str, Falta]:
    """Of actas without picture to which something happened: only those of which somebody said something are folded."""
    situaciones = sorted(s.value for s in SIN_IMAGEN)
    with connection.cursor() as cursor:
        cursor.execute(_FILAS, [situaciones])
        sabido = {
            clave: Falta(
                suyo.actas[clave],
                Situacion(donde),
                Custodia(custodia),
                datetime.fromisoformat(acopio) if acopio else None,
            )
            for clave, custodia, donde, acopio in cursor
            if clave in suyo.actas
        }
        cursor.execute(_DICEN, [situaciones, [Tipo.INCIDENTE.value, Tipo.SIN_ACTA.value]])
        dicen = [clave for (clave,) in cursor if clave in sabido]
    de = autoridad()
    for clave, escritos in hechos_de(dicen).items():
        sabido[clave] = plegar(suyo.actas[clave], escritos, de)
    return sabido


def plegar(esperada: Esperada, escritos: Sequence[Escrito], de: Autoridad) -> Falta:
    """What the facts of one acta say, of what counts of them."""
    acta = estado(escritos, de)
    hechos = {e.hecho.id: e.hecho for e in escritos}
    nulos = {ident for ident, _ in acta.anomalias}
    pedida = hechos.get(acta.sin_acta_dicha[0]) if acta.sin_acta_dicha else None
    motivo = MotivoSinActa(pedida.contenido["motivo"]) if pedida else acta.sin_acta_vigente
    dichas = [h.hora for h in hechos.values() if h.tipo == Tipo.SIN_ACTA and h.id not in nulos]
    notas, tiene = [], ""
    for ident in acta.incidentes:
        h = hechos[ident]
        intento = str(h.contenido.get("intento", ""))
        notas.append(Nota(h.hora, h.persona, intento, str(h.contenido["texto"])))
        if intento in (Intento.TOMADA, Intento.SOLTADA):
            tiene = h.persona if intento == Intento.TOMADA else ""
    return Falta(
        esperada,
        acta.situacion,
        acta.custodia,
        acta.acopio,
        motivo,
        max(dichas, default=None) if motivo else None,
        tuple(notas),
        tiene,
    )

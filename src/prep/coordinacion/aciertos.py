"""How often what a person typed is what was verified: by person, and by row of the acta (a bad form shows there).

Only verified actas are compared, and each capture with what was verified, not with the other capture: whoever read well
is not blamed for another person's slip, nor are two who slipped alike forgiven. What nobody verified yet says nothing
of anybody. Kept in memory, acta by acta; only what changed is read again. It may vanish at any moment.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson
from django.db import connection

from prep.bitacora.actas import leer_publicada
from prep.bitacora.autoridad import autoridad
from prep.coordinacion.historia import nombres_de
from prep.coordinacion.padron import Esperada, Padron
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Tipo

BASTAN: Final = 10
"""Actas from which a person's figure is shown: with fewer it says nothing."""
_LOTE: Final = 1000


@dataclass(slots=True)
class Medida:
    """Fields that were typed and compared, and those that are not what was verified; in how many captures."""

    actas: int = 0
    campos: int = 0
    distintos: int = 0

    def sumar(self, campos: int, distintos: int, veces: int = 1) -> None:
        """One more capture (-1: one less)."""
        self.actas += veces
        self.campos += veces * campos
        self.distintos += veces * distintos

    def juntar(self, otra: Medida) -> None:
        self.actas += otra.actas
        self.campos += otra.campos
        self.distintos += otra.distintos

    @property
    def por_mil(self) -> int | None:
        """Of a thousand fields, how many differ, rounded up: a slip never shows as none. None: nothing was compared."""
        return -(-self.distintos * 1000 // self.campos) if self.campos else None


@dataclass(frozen=True, slots=True)
class Aciertos:
    """`personas`: by identity, whatever accounts it has. `renglones`: by election and name of the row."""

    personas: Mapping[str, Medida] = field(default_factory=dict)
    renglones: Mapping[tuple[str, str], Medida] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Comparada:
    """One capture: which fields it has, and which of them differ."""

    persona: str
    campos: tuple[str, ...]
    distintos: frozenset[str]


@dataclass(slots=True)
class _Sabido:
    """What was compared, acta by acta, with what it was compared of; and what all of it adds up to, by account and by
    field of each demarcation, of which `una` is an acta. `de`: database and catalogue."""

    de: tuple[str, str] = ("", "")
    actas: dict[str, tuple[str, tuple[_Comparada, ...]]] = field(default_factory=dict)
    cuentas: dict[str, Medida] = field(default_factory=lambda: defaultdict(Medida))
    campos: dict[tuple[tuple[str, int], str], Medida] = field(default_factory=lambda: defaultdict(Medida))
    una: dict[tuple[str, int], Esperada] = field(default_factory=dict)

    def cambiar(self, esperada: Esperada, sello: str, comparadas: tuple[_Comparada, ...]) -> None:
        """What is said of an acta from now on, in the place of what was."""
        _, antes = self.actas.pop(esperada.clave, ("", ()))
        for veces, suyas in ((-1, antes), (1, comparadas)):
            for c in suyas:
                self.cuentas[c.persona].sumar(len(c.campos), len(c.distintos), veces)
                for campo in c.campos:
                    self.campos[esperada.demarcacion, campo].sumar(1, int(campo in c.distintos), veces)
        if sello:
            self.actas[esperada.clave] = sello, comparadas
            self.una.setdefault(esperada.demarcacion, esperada)


_candado = threading.Lock()
_sabido = _Sabido()


def medir(padron: Padron) -> Aciertos:
    """Of all the actas of the catalogue, as they are verified now. Only those that changed are compared and added
    again."""
    de = autoridad()
    personas: dict[str, Medida] = defaultdict(Medida)
    renglones: dict[tuple[str, str], Medida] = defaultdict(Medida)
    with _candado:
        _poner_al_dia(padron)
        nombres = {d: nombres_de(una) for d, una in _sabido.una.items()}
        for persona, suya in _sabido.cuentas.items():
            personas[de.identidad(persona)].juntar(suya)
        for (demarcacion, campo), suya in _sabido.campos.items():
            renglon = nombres[demarcacion].get(campo, campo)
            renglones[_sabido.una[demarcacion].eleccion.nombre, renglon].juntar(suya)
    return Aciertos(
        {p: m for p, m in personas.items() if m.actas}, {renglon: m for renglon, m in renglones.items() if m.actas}
    )


def _poner_al_dia(padron: Padron) -> None:
    global _sabido
    aqui = str(connection.settings_dict["NAME"]), padron.huella
    if _sabido.de != aqui:
        _sabido = _Sabido(aqui)
    with connection.cursor() as cursor:
        cursor.execute(  # the heads of an acta change with every fact of it
            "SELECT clave, md5(publicada || cabezas::text) FROM bitacora_acta WHERE publicada IS NOT NULL"
        )
        sellos = {clave: sello for clave, sello in cursor if clave in padron.actas}
    for clave in _sabido.actas.keys() - sellos.keys():
        _sabido.cambiar(padron.actas[clave], "", ())
    cambian = [c for c, s in sellos.items() if _sabido.actas.get(c, ("",))[0] != s]
    for lote in (cambian[i : i + _LOTE] for i in range(0, len(cambian), _LOTE)):
        for clave, comparadas in _comparar(lote):
            _sabido.cambiar(padron.actas[clave], sellos[clave], comparadas)


def _comparar(claves: Sequence[str]) -> Iterator[tuple[str, tuple[_Comparada, ...]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clave, publicada FROM bitacora_acta WHERE clave = ANY(%s) AND publicada IS NOT NULL", [claves]
        )
        publicadas = {clave: leer_publicada(p) for clave, p in cursor.fetchall()}
        cursor.execute(
            "SELECT DISTINCT ON (id) sujeto, persona, cuerpo FROM bitacora_hecho WHERE tipo = %s AND sujeto = ANY(%s)",
            [Tipo.CAPTURADA.value, [f"acta:{c}" for c in publicadas]],
        )
        por_acta: dict[str, list[_Comparada]] = {c: [] for c in publicadas}
        for sujeto, persona, cuerpo in cursor:
            clave = sujeto.removeprefix("acta:")
            contenido = orjson.loads(bytes(cuerpo))["hecho"]["contenido"]
            if contenido["imagen"] == publicadas[clave].imagen.sha256:
                por_acta[clave].append(_una(persona, contenido["valores"], publicadas[clave].asentado))
    for clave, suyas in por_acta.items():
        yield clave, tuple(suyas)


def _una(persona: str, valores: Mapping[str, object], publicado: Asentado) -> _Comparada:
    leido, bueno = ({**a.totales, **a.votos} for a in (Asentado.leer(valores), publicado))
    return _Comparada(persona, tuple(bueno), frozenset(c for c in bueno if leido.get(c) != bueno[c]))


def peores(renglones: Mapping[tuple[str, str], Medida]) -> list[tuple[tuple[str, str], Medida]]:
    """Rows that somebody read otherwise, from the one where it happens most."""
    return sorted(
        (r for r in renglones.items() if r[1].distintos), key=lambda r: (-(r[1].por_mil or 0), -r[1].campos, r[0])
    )

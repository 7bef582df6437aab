"""The actas that this process folded last: a fact more is folded going on from there, and nothing is read again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import connection

from prep.bitacora.sobres import Sobre
from prep.dominio.acta.pliegue import Pliegue
from prep.dominio.comun.autoridad import Autoridad
from prep.dominio.comun.hecho import Escrito

MAXIMO: Final = 25_000
"""Facts of the actas and sheets that are remembered: some four thousand of these, and 60 MB."""


@dataclass(slots=True)
class Recuerdo:
    """An acta or sheet as it was folded last, if it was. `huella`: position and leaf of each of its envelopes, which is
    all that the rest follows from; `escritos`: its facts, by position."""

    huella: bytes
    escritos: dict[int, Escrito]
    pliegue: Pliegue | None = None

    def seguir(self, sobres: Mapping[int, Sobre], de: Autoridad) -> Pliegue:
        """The fold with these too, which come after all the others."""
        nuevos = {posicion: sobre.escrito for posicion, sobre in sobres.items()}
        self.huella += b"".join(marca(posicion, sobre.hoja) for posicion, sobre in sobres.items())
        self.escritos |= nuevos
        if self.pliegue is None or not self.pliegue.seguir(nuevos.values()):
            self.pliegue = Pliegue(self.escritos.values(), de)
        return self.pliegue


def marca(posicion: int, hoja: bytes) -> bytes:
    """What one envelope adds to a `huella`."""
    return posicion.to_bytes(8, "big") + hoja


class Recuerdos:
    """What is remembered, of one process, for whoever has the head of the bitácora. What was remembered in a
    transaction that was undone is not what the database has, and is never used."""

    def __init__(self) -> None:
        self._de: Autoridad | None = None
        self._suyos: OrderedDict[str, Recuerdo] = OrderedDict()
        self._hechos = 0

    def tomar(self, sujetos: Iterable[str], hasta: int, de: Autoridad) -> dict[str, Recuerdo]:
        """By subject, those that are as the bitácora has them up to position `hasta`. They are remembered no longer,
        until they are left here again."""
        if de is not self._de:
            return {}
        suyos = {s: r for s in sujetos if (r := self._suyos.pop(s, None)) is not None}
        self._hechos -= sum(len(r.escritos) for r in suyos.values())
        huellas = _huellas(suyos, hasta) if suyos else {}
        return {s: r for s, r in suyos.items() if huellas.get(s) == r.huella}

    def dejar(self, sujeto: str, recuerdo: Recuerdo, de: Autoridad) -> None:
        """Remember it. Those that were folded with another authority are forgotten, and so are those seen the longest
        ago, while there are too many facts."""
        if de is not self._de:
            self._suyos.clear()
            self._de, self._hechos = de, 0
        self._suyos[sujeto] = recuerdo
        self._hechos += len(recuerdo.escritos)
        while self._hechos > MAXIMO:
            self._hechos -= len(self._suyos.popitem(last=False)[1].escritos)


def _huellas(sujetos: Iterable[str], hasta: int) -> dict[str, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sujeto, string_agg(int8send(posicion) || hoja, ''::bytea ORDER BY posicion) FROM bitacora_hecho"
            " WHERE sujeto = ANY(string_to_array(%s, ' ')) AND posicion <= %s GROUP BY sujeto",
            [" ".join(sujetos), hasta],
        )
        return {sujeto: bytes(huella) for sujeto, huella in cursor}

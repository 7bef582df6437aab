"""The reader's work on the night: it reads each match of two people and, in *revisora*, sends back those it doubts.

It looks at nothing before two people have typed the same; what it reads it tells nobody; it fills, breaks and publishes
nothing. Every match gets one reading at most, whatever dies and however many workers there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.db import InterfaceError, OperationalError, connection, transaction

from prep.bitacora.actas import acta_de, hechos_de
from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.autoridad import autoridad
from prep.bitacora.models import Acta as FilaActa
from prep.bitacora.services import LECTOR, HechoRechazado, escribir
from prep.bitacora.sobres import Firmante
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.pliegue import estado
from prep.dominio.acta.transiciones import Captura, Custodia
from prep.dominio.comun.hecho import Escrito
from prep.dominio.comun.valores import Valor
from prep.lectura.lectores import Lectores
from prep.lectura.models import Lectura as FilaLectura
from prep.lectura.resultado import Lectura
from prep.lectura.revision import Opinion, Umbrales, revisar
from prep.plataforma.reloj import Reloj

_LOTE: Final = 200
_CANDADO: Final = 0x1EC702  # any number that nobody else locks


@dataclass(frozen=True, slots=True)
class Coincidencia:
    """What two people typed alike. `base`: name of what they read; `imagen`: the picture they typed."""

    acta: str
    base: str
    imagen: str
    valores: Mapping[str, Valor]


@dataclass(slots=True)
class Vuelta:
    """What one turn did. `opiniones`: by acta; `devueltas`: the fact that sent each back; `no_leidas`: how many
    pictures could not be read; `tardios`: actas whose match was doubted when it was gone; `sin_almacen`: those whose
    picture could not be asked for."""

    opiniones: dict[str, Opinion] = field(default_factory=dict)
    devueltas: dict[str, str] = field(default_factory=dict)
    no_leidas: int = 0
    tardios: list[str] = field(default_factory=list)
    sin_almacen: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Obrero:
    """Reads what waits. `actua`: it writes `revisada` (*revisora*); otherwise it only keeps its readings (*piloto*)."""

    lectores: Lectores
    firmante: Firmante
    reloj: Reloj
    actua: bool
    umbrales: Umbrales = field(default_factory=Umbrales)
    _vistas: dict[str, str] = field(default_factory=dict)

    def vuelta(
        self, avance: Callable[[int, int], None] = lambda hechas, total: None, hecho: Vuelta | None = None
    ) -> Vuelta:
        """Read every match that waits now; what was done, which is in `hecho` from when it is, whatever cuts the turn
        short. `avance` is told how many of how many."""
        hecho = Vuelta() if hecho is None else hecho
        esperan = self._pendientes()
        for i in range(0, len(esperan), _LOTE):
            lote = {c.acta: c for c in esperan[i : i + _LOTE]}
            tareas = [(c.acta, c.imagen) for c in lote.values()]
            for j, (acta, lectura, segundos) in enumerate(self.lectores.leer_todas(tareas), i + 1):
                if lectura is None:
                    hecho.sin_almacen.append(acta)
                elif (fila := self._asentar(lote[acta], lectura, segundos)) is not None:
                    hecho.opiniones[acta] = opinion = Opinion(fila.opinion)
                    if fila.hecho:
                        hecho.devueltas[acta] = fila.hecho
                    hecho.no_leidas += not lectura.leida
                    if fila.tarde and opinion is Opinion.DEVUELVE:
                        hecho.tardios.append(acta)
                avance(j, len(esperan))
        return hecho

    def _pendientes(self) -> list[Coincidencia]:
        """Matches without a reading, the oldest first. Actas where nothing happened since are not looked at again."""
        filas = FilaActa.objects.filter(custodia=Custodia.IDENTIFICADA, captura=Captura.COINCIDE)
        nuevas = {c: u for c, u in filas.values_list("clave", "lectura") if self._vistas.get(c) != u}
        coincidencias, de = [], autoridad()
        for clave, hechos in sorted(hechos_de(nuevas).items(), key=lambda par: _llegada(par[1])):
            if (c := coincidencia(clave, estado(hechos, de))) is not None:
                coincidencias.append(c)
        leidas = FilaLectura.objects.filter(acta__in=[c.acta for c in coincidencias]).values_list("base", flat=True)
        ya = set(leidas)
        self._vistas |= {c.acta: nuevas[c.acta] for c in coincidencias if c.base in ya}
        return [c for c in coincidencias if c.base not in ya]

    def _asentar(self, c: Coincidencia, lectura: Lectura, segundos: float) -> FilaLectura | None:
        """Keep a reading and, if it must, send the match back: both or neither. None when somebody had kept one."""
        revision = revisar(c.valores, lectura, self.umbrales)
        documento = lectura.canonica()
        huella = sha256(documento).hexdigest()
        ahora = self.reloj.ahora()
        with transaction.atomic():
            tomar_cabeza()  # nobody else writes, neither people nor another worker
            if FilaLectura.objects.filter(acta=c.acta, base=c.base).exists():
                return None
            hecho = None
            tarde = coincidencia(c.acta, acta_de(c.acta)) != c
            if revision.opinion is Opinion.DEVUELVE and self.actua and not tarde:
                contenido = {"base": c.base, "opinion": revision.opinion.value, "lectura": huella}
                try:
                    hecho = escribir(Tipo.REVISADA, c.acta, LECTOR, contenido, ahora, self.firmante)[0]
                except HechoRechazado:
                    tarde = True
            return FilaLectura.objects.create(
                acta=c.acta,
                base=c.base,
                imagen=c.imagen,
                hora=ahora,
                segundos=segundos,
                opinion=revision.opinion.value,
                campos=list(revision.campos),
                tarde=tarde,
                hecho=hecho.id if hecho else "",
                documento=documento,
                huella=huella,
            )


def coincidencia(clave: str, acta: Acta) -> Coincidencia | None:
    """The match that waits in an acta; None when there is none, or it was already dealt with."""
    if acta.custodia is not Custodia.IDENTIFICADA or acta.captura is not Captura.COINCIDE:
        return None
    assert acta.acordado is not None and acta.imagen is not None
    return Coincidencia(clave, acta.acordado.lectura, acta.imagen.sha256, campos_de(acta.acordado.asentado))


def _llegada(hechos: Sequence[Escrito]) -> datetime:
    """When the last person typed: whoever waits longest is read first."""
    return max(e.hecho.hora for e in hechos if e.hecho.tipo == Tipo.CAPTURADA)


def campos_de(asentado: Asentado) -> dict[str, Valor]:
    """Totals and votes by the key of their field on the form."""
    return {**asentado.totales, **asentado.votos}


@contextmanager
def turno() -> Iterator[bool]:
    """Whether this is the only worker. Held by this database connection: it falls with whoever held it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_CANDADO])
        (mio,) = cursor.fetchone()
    try:
        yield mio
    finally:
        if mio:  # where it cannot be given back it fell with the connection; what ended the turn is what counts
            with suppress(InterfaceError, OperationalError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_CANDADO])

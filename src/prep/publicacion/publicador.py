"""Who publishes: what does not change from one corte to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, Protocol, Self

from prep.bitacora.sobres import Firmante as FirmanteDeHechos
from prep.catalogo.informativo import Informativo
from prep.dominio.tabulacion.proceso import Eleccion, Modo, Proceso
from prep.plataforma.almacen import Almacen
from prep.plataforma.errores import Impedimento
from prep.plataforma.huella import huella
from prep.publicacion.seccion import Seccion
from prep.transparencia.canonico import leer_json
from prep.transparencia.delegacion import LLAVE_NODO, alcance_de
from prep.transparencia.errores import FormatoInvalido
from prep.transparencia.nota import Firmante
from prep.transparencia.registro import LLAVE_INSTITUTO, Registro


class CorteImposible(Impedimento):
    """A corte could not be made; the previous one stays. Says why."""

    codigo = 1


class Detenida(CorteImposible):
    """Two people stopped the publication: nothing is published until somebody says that it goes on."""

    def __init__(self, desde: datetime, motivo: str) -> None:
        super().__init__(
            f"Dos personas detuvieron la publicación el {desde:%d/%m/%Y} a las {desde:%H:%M}: «{motivo}». Sigue "
            "publicado el corte anterior. La reanuda la operación central, en Coordinación, Marcha, La publicación."
        )


class Cerrada(Impedimento):
    """The last corte was published already: after it there are acts, and never cortes."""

    codigo = 1

    def __init__(self, corte: int) -> None:
        super().__init__(f"La operación ya se cerró con el corte {corte}: no se publica ninguno más.")


class Portal(Protocol):
    """What draws the pages (`prep.portal`). Each receives the documents of the corte by path, `corte.json` being its
    manifest so far, without the pages themselves or the pictures; each gives (path, bytes)."""

    def dibujos(self, corte: Mapping[str, Any], /) -> Sequence[Iterable[tuple[str, bytes]]]:
        """Pages of the corte, in shares that nobody has begun; paths relative to its folder."""

    def recursos(self, corte: Mapping[str, Any], /) -> Iterable[tuple[str, bytes]]:
        """Immutable files that cortes share; paths from the publication's root."""

    def portada(self, corte: Mapping[str, Any], /) -> Iterable[tuple[str, bytes]]:
        """Pages at the root, rewritten after the switch; paths from the publication's root."""


@dataclass(frozen=True, slots=True)
class Parcial:
    """The delegation of the institute under which a node emits what it has, as published: `delegacion`, SHA-256 of its
    document. `casillas`: its reach; None, any."""

    nodo: str
    nombre: str
    delegacion: str
    desde: datetime
    hasta: datetime
    casillas: frozenset[str] | None

    @classmethod
    def leer(cls, documento: bytes) -> Self:
        """From the document of its delegation, as published. Raises `ErrorEmision`."""
        try:
            d = leer_json(documento)
            desde, hasta = datetime.fromisoformat(d["desde"]), datetime.fromisoformat(d["hasta"])
            return cls(d["nodo"], d["nombre"], hashlib.sha256(documento).hexdigest(), desde, hasta, alcance_de(d))
        except (KeyError, ValueError, TypeError):
            raise FormatoInvalido("el documento de la delegación no dice bien de quién es ni hasta cuándo") from None

    @property
    def ficha(self) -> dict[str, str]:
        """What each of its cortes says of itself."""
        return {"nodo": self.nodo, "nombre": self.nombre, "delegacion": self.delegacion}


@dataclass(slots=True)
class Publicador:
    """What does not change from one corte to the next: the process, where it goes and how.

    `procesos`: how many worker processes share the work; 1 works in this one, on the given connection.
    `evidencia`: where the images to publish are, under the paths they are published at; without it none is published.
    `mapa`: the institution's outlines (`prep portal mapa`).
    `firmante`: the institute's key, which signs the log of cortes; without it nothing can be published.
    `nodo`: who puts on record, as facts, what each corte carried.
    `con_libro`: the Excel workbook goes out too; at national size it takes longer than a corte may.
    `publicadas`: SHA-256 of images known to be in the store already.
    `parcial`: whoever publishes is not the institute but a node, by delegation: every corte says so, and carries
    nothing out of its reach.
    `reserva`: folder on this machine where a corte keeps what the next may use again; without it, each is made whole.
    """

    proceso: Proceso
    informativo: Informativo
    almacen: Almacen
    modo: Modo
    firmante: Firmante | None
    nodo: FirmanteDeHechos | None = None
    software: str = field(default_factory=huella)
    procesos: int = 2
    evidencia: Almacen | None = None
    portal: Portal | None = None
    con_libro: bool = True
    mapa: dict[str, Any] | None = None
    _fijo: dict[str, Any] = field(default_factory=dict, init=False)
    publicadas: set[str] = field(default_factory=set)
    reserva: Path | None = None
    parcial: Parcial | None = None

    def secciones(self, eleccion: Eleccion) -> dict[int, list[Seccion]]:
        """The secciones of each demarcation, in the order of the database; worked out once."""
        if eleccion.clave not in self._fijo:
            lugares: dict[int, list[Seccion]] = {id_: [] for id_ in eleccion.demarcaciones}
            for (id_, numero), actas in groupby(
                sorted(eleccion.actas, key=_demarcacion), key=lambda a: (a.demarcacion, a.casilla.clave.seccion)
            ):
                lugares[id_].append(Seccion.de(numero, id_, tuple(actas)))
            self._fijo[eleccion.clave] = lugares
        return self._fijo[eleccion.clave]

    @property
    def registro(self) -> Registro:
        """The verifiable log that lives in the store."""
        if self.firmante is None:
            raise CorteImposible("falta la llave del instituto, con la que se firma")
        return Registro(self.almacen, self.firmante, llave_en=LLAVE_NODO if self.parcial else LLAVE_INSTITUTO)

    @property
    def alcance(self) -> frozenset[str] | None:
        """Keys of the only actas that a corte may carry; None when it carries them all."""
        if self.parcial is None or (suyas := self.parcial.casillas) is None:
            return None
        actas = (a for e in self.proceso.elecciones for a in e.actas)
        return frozenset(a.clave for a in actas if str(a.casilla.clave) in suyas)

    def documento_fijo(self, nombre: str, hacer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        if nombre not in self._fijo:
            self._fijo[nombre] = hacer()
        return self._fijo[nombre]


_demarcacion: Final = attrgetter("demarcacion")

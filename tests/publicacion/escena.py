"""Small processes and their nights, published for real, and what the tests read back from the published files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from noche import DE_CAMPO, INSTITUTO, PERSONAS, nodo_de
from prep.bitacora.nodos import DispositivoLocal, NodoInstituto, NodoLocal
from prep.bitacora.services import anotar, fundar_instalacion
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.informativo import Informativo
from prep.dominio.comun.hecho import Hecho
from prep.dominio.tabulacion.proceso import Modo, Proceso
from prep.plataforma.almacen import Almacen, AlmacenCarpeta
from prep.publicacion.corte import Corte, hacer_corte
from prep.publicacion.publicador import Publicador
from prep.publicacion.rehacer import rehacer
from prep.simulacro.noche import ActaSimulada, Noche

ZONA = ZoneInfo("America/Mexico_City")
CIERRE = datetime(2027, 6, 6, 18, 0, tzinfo=ZONA)


@cache
def proceso_de_ejemplo() -> tuple[Proceso, Informativo]:
    return ejemplo(60)


@cache
def imaginada() -> Noche:
    """Who takes part in the nights of these tests."""
    return Noche(*proceso_de_ejemplo(), CIERRE, 7)


@cache
def noche() -> tuple[list[ActaSimulada], list[Hecho]]:
    """The actas of one night and all their facts in order."""
    actas = list(Noche(*proceso_de_ejemplo(), CIERRE, 7).actas())
    return actas, sorted((h for a in actas for h in a.hechos), key=lambda h: h.hora)


@dataclass
class Escena:
    """A process, the bitácora of the current database and a folder to publish in. `conserva`: with a reserve."""

    raiz: Path
    proceso: Proceso = field(default_factory=lambda: proceso_de_ejemplo()[0])
    informativo: Informativo = field(default_factory=lambda: proceso_de_ejemplo()[1])
    modo: Modo = Modo.JORNADA
    procesos: int = 1
    almacen: Almacen | None = None
    portal: Any = None
    registra: bool = True
    """Each corte puts on record, as facts, what it carries."""
    nodo: NodoLocal = field(default_factory=lambda: nodo_de("central"))
    telefonos: dict[str, DispositivoLocal] = field(default_factory=dict)
    conserva: bool = True

    def __post_init__(self) -> None:
        noche = imaginada()
        self.telefonos = {p: DispositivoLocal(t.id, t.llave) for p, t in noche.telefonos.items()}
        cargos = [*noche.cargos, *((p, r.value, "CCV") for p in PERSONAS for r in DE_CAMPO)]
        raiz = NodoInstituto(INSTITUTO, INSTITUTO.llave.publica)
        clave, modo = self.proceso.clave, self.modo.value
        fundar_instalacion(clave, modo, raiz, self.nodo, cargos, CIERRE, telefonos=self.telefonos)

    def anotar(self, hechos: Sequence[Hecho]) -> None:
        anotar(hechos, self.nodo, CIERRE, self.telefonos)

    def publicador(self, **cambios: Any) -> Publicador:
        p = Publicador(
            self.proceso,
            self.informativo,
            self.almacen or AlmacenCarpeta(self.raiz),
            self.modo,
            INSTITUTO,
            nodo=self.nodo if self.registra else None,
            software="ab" * 32,
            procesos=self.procesos,
            portal=self.portal,
            reserva=self.reserva if self.conserva else None,
        )
        return replace(p, **cambios) if cambios else p

    @property
    def reserva(self) -> Path:
        return self.raiz.with_name(f"{self.raiz.name}-reserva")

    def corte(self, minutos: int = 0, cierre: bool = False, *, sin_libro: bool = False, **cambios: Any) -> Corte:
        return hacer_corte(self.publicador(**cambios), CIERRE + timedelta(minutes=minutos), cierre, not sin_libro)

    def distinto_de_los_hechos(self, ruta: str) -> list[str]:
        """What differs between a published corte and the one that an auditor computes from the facts, from nothing."""
        return rehacer(self.raiz / ruta, self.proceso, self.informativo, self.portal).diferencias

    def json(self, ruta: str) -> Any:
        return orjson.loads((self.raiz / ruta).read_bytes())

    def archivos(self, ruta: str) -> dict[str, bytes]:
        """Every file of a corte."""
        carpeta = self.raiz / ruta
        return {p.relative_to(carpeta).as_posix(): p.read_bytes() for p in sorted(carpeta.rglob("*")) if p.is_file()}

    def paquete(self, ruta: str) -> zipfile.ZipFile:
        (unico,) = (self.raiz / ruta / "bd").glob("*.zip")
        return zipfile.ZipFile(unico)

    def csv_de(self, ruta: str, eleccion: str) -> bytes:
        """The results table of one election, out of the zip inside the zip."""
        afuera = self.paquete(ruta)
        (adentro,) = [n for n in afuera.namelist() if f"_{eleccion}_" in n]
        dentro = zipfile.ZipFile(io.BytesIO(afuera.read(adentro)))
        return dentro.read(dentro.namelist()[0])


@dataclass
class Tabla:
    """A results table read with the standard library alone."""

    titulo: str
    hora: str
    nombres: list[str]
    cifras: list[str]
    columnas: list[str]
    filas: list[list[str]]

    @classmethod
    def leer(cls, datos: bytes) -> Tabla:
        lineas = list(csv.reader(io.StringIO(datos.decode("utf-8-sig"), newline="")))
        assert lineas[4] == []
        return cls(lineas[0][0], lineas[1][0], lineas[2], lineas[3], lineas[5], lineas[6:])

    def __iter__(self) -> Iterator[dict[str, str]]:
        for fila in self.filas:
            assert len(fila) == len(self.columnas)
            yield dict(zip(self.columnas, fila, strict=True))

    @property
    def sumario(self) -> dict[str, str]:
        return dict(zip(self.nombres, self.cifras, strict=True))

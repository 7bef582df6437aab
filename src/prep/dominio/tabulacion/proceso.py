"""What the institute expects on the night: elections, demarcations, casillas and one acta per casilla and election.

Source: catalogue of approved casillas (LGIPE 256); Anexo 13, catálogo de actas esperadas.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from prep.dominio.tabulacion.boleta import Boleta, Recuadro
from prep.dominio.tabulacion.claves import ClaveCasilla


class Modo(StrEnum):
    """What a publication is worth. It is inside everything that is signed: a drill can never pass for the night."""

    PRUEBA = "prueba"
    SIMULACRO = "simulacro"
    JORNADA = "jornada"


class Ambito(StrEnum):
    """Who is elected by whom: the whole state, one district or one municipio."""

    ENTIDAD = "entidad"
    DISTRITO = "distrito"
    MUNICIPIO = "municipio"


@dataclass(frozen=True, slots=True)
class Demarcacion:
    """A district or municipio: the unit in which shared votes are distributed and results are browsed."""

    id: int
    nombre: str


@dataclass(frozen=True, slots=True)
class Casilla:
    """A polling place. Special casillas (S) have no lista nominal: `boletas` are the ballots approved for them."""

    clave: ClaveCasilla
    distrito: int
    municipio: int
    lista_nominal: int
    boletas: int | None = None
    ubicacion: int = 1  # 1 urbana, 2 no urbana
    catd: str = ""

    @property
    def especial(self) -> bool:
        return self.clave.tipo == "S"


@dataclass(frozen=True, slots=True)
class ActaEsperada:
    """One acta that should arrive: an election in a casilla, with what is needed to decide whether it counts.

    `representantes`: accredited before this casilla; `None` when the catalogue does not know (counts as zero).
    `mecanismos`: MECANISMOS_TRASLADO as approved for its package, e.g. `"D-F"` or empty.
    """

    clave: str
    casilla: Casilla
    demarcacion: int
    representantes: int | None = None
    mecanismos: str = ""


@dataclass(frozen=True, slots=True)
class Eleccion:
    """One election of the process.

    `columnas`: every vote box that exists in some demarcation, in the order of the published database.
    `demarcaciones` and `boletas` are keyed by demarcation id. `actas` come in the order of the database.
    """

    clave: str
    nombre: str
    tipo_acta: str
    ambito: Ambito
    agrupa: Ambito  # how the database groups its rows: distrito or municipio
    columnas: tuple[Recuadro, ...]
    demarcaciones: dict[int, Demarcacion]
    boletas: dict[int, Boleta]
    actas: tuple[ActaEsperada, ...]
    orden_registro: tuple[str, ...]  # parties by seniority of registration: breaks ties in the distribution

    @property
    def cruza_municipios(self) -> bool:
        """Whether the whole state chooses and rows are grouped by distrito: it is told by municipio too."""
        return self.ambito is Ambito.ENTIDAD and self.agrupa is Ambito.DISTRITO


@dataclass(frozen=True, slots=True)
class Proceso:
    """An electoral process as frozen by the puesta en ceros. `huella`: SHA-256 of its canonical form, hexadecimal."""

    clave: str
    nombre: str
    entidad: int
    entidad_nombre: str
    entidad_abreviatura: str
    zona_horaria: str
    elecciones: tuple[Eleccion, ...]
    huella: str

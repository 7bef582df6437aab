"""What a published PREP database says, as read: rows, header, oddities. Nothing here is computed.

Source of the columns: official LEEME files 2012-2023, and the databases as their publishers left them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from prep.dominio.comun.valores import Marca
from prep.dominio.tabulacion.boleta import Recuadro
from prep.dominio.tabulacion.claves import RUTAS, TIPOS_CASILLA

UNA_NOCHE: Final = timedelta(days=3)
"""Every true time of a night is nearer than this to its corte, and to half of the others."""
FEDERALES: Final = frozenset({"DIP_FED", "SEN", "PRES"})
"""Elections whose districts are the federal ones."""
MAX_BYTES: Final = 1024**3
"""Most bytes read from one set of files, decompressed."""
MAX_RAZON: Final = 400
"""A compressed file may not grow more than this many times beyond `MIN_BYTES_RAZON`: real databases grow 5 to 60."""
MIN_BYTES_RAZON: Final = 64 * 1024**2
MAX_ANIDADOS: Final = 4
"""Deepest archive inside an archive."""
MAX_MIEMBROS: Final = 5_000
"""Most files in one set. A publication has three or four; a folder with images beside them, thousands."""
MAX_LINEA: Final = 256 * 1024
"""Longest line, in bytes."""
MAX_COLUMNAS: Final = 2_000
MAX_RENGLONES: Final = 600_000
"""Most rows in one set: three national elections are about 515,000."""
MAX_ENCABEZADO: Final = 200
"""The names of the columns are looked for in this many first lines."""
MAX_LINEAS_REGISTRO: Final = 20
"""A quoted field may span this many lines; beyond, the quote is taken as a stray character."""
MAX_ANOMALIAS: Final = 20_000
"""Most oddities kept for one set."""


class ErrorDeLectura(ValueError):
    """The files cannot be read. The message says where and what to do, for people."""

    def __init__(self, archivo: str, mensaje: str, linea: int | None = None, campo: str | None = None) -> None:
        donde = archivo + (f", línea {linea}" if linea else "") + (f", campo {campo}" if campo else "")
        super().__init__(f"{donde}: {mensaje}")
        self.archivo, self.linea, self.campo = archivo, linea, campo


@dataclass(frozen=True, slots=True)
class Anomalia:
    """Something odd that did not stop the reading. `linea` from 1; 0 when it concerns the whole file."""

    archivo: str
    linea: int
    campo: str
    mensaje: str

    @property
    def dicha(self) -> str:
        """In one line, as people read it."""
        donde = ", ".join(p for p in (self.archivo, f"línea {self.linea}" if self.linea else "", self.campo) if p)
        return f"{donde}: {self.mensaje}"


class Hueco(StrEnum):
    """A cell that gives no value for its box."""

    VACIO = ""
    GUION = "-"
    SIN_ACTA = "Sin acta"
    NO_LEIDO = "?"  # it says something that cannot be read as one number: not a zero, and not the source's fault


Celda = int | Marca | Hueco
"""A number, Ilegible, Sin dato, or a cell that gives no value."""


@dataclass(frozen=True, slots=True)
class NoLeido:
    """Something that says more than could be read. `linea` from 1; `veces`: in how many rows, the first in `linea`."""

    linea: int
    clave_acta: str
    campo: str
    texto: str
    veces: int = 1


class Nota(StrEnum):
    """What OBSERVACIONES says, whatever the words of each publisher."""

    ILEGIBLE = "Ilegible"
    SIN_DATO = "Sin dato"
    ALGUNO = "Algún campo ilegible o sin dato"
    TODOS_ILEGIBLES = "Todos los campos ilegibles"
    TODOS_VACIOS = "Todos los campos vacíos"
    TODOS = "Todos ilegibles o sin dato"
    EXCEDE = "Excede Lista Nominal"
    SIN_ACTA = "Sin acta"
    FUERA_DE_CATALOGO = "Fuera de Catálogo"
    POR_PTO = "Identificación por proceso técnico operativo"
    OTRA = "otra"


NOTAS_INCONSISTENCIA: Final = frozenset(
    {Nota.ILEGIBLE, Nota.SIN_DATO, Nota.ALGUNO, Nota.TODOS_ILEGIBLES, Nota.TODOS_VACIOS, Nota.TODOS, Nota.EXCEDE}
)
NOTAS_NINGUNO: Final = frozenset({Nota.TODOS_ILEGIBLES, Nota.TODOS_VACIOS, Nota.TODOS})
"""No vote box can be read."""


@dataclass(slots=True)
class Renglon:
    """One line of the database: one acta, or one sheet outside the catalogue.

    `votos` has one cell per box of the base; `totales` the non-vote boxes the file has (names of `asentado.TOTALES`).
    `contabilizada`: 1, 0, 2 (outside the catalogue) or `None` (not captured yet). Times are as written; a time that
    could not be read is `None`. A column that the file does not have is `None` (texts: empty).

    `espera`: the source says that the acta has not been captured yet. `no_leidas`: fields (`votos` for any vote box)
    that hold something that could not be read. `suma`: of the numbers in the vote boxes. `dice_algo`: some vote box
    holds a number, a mark or something unread.
    """

    linea: int
    clave_casilla: str
    clave_acta: str
    id_entidad: int
    entidad: str
    id_distrito: int | None
    distrito: str
    id_municipio: int | None
    municipio: str
    seccion: int | None
    id_casilla: int | None
    tipo_casilla: str
    ext_contigua: int | None
    ubicacion: int | None
    tipo_acta: str
    totales: dict[str, Celda]
    votos: tuple[Celda, ...]
    calculado: Celda | None
    lista_nominal: int | None
    representantes: int | None
    notas: tuple[Nota, ...]
    motivo: str
    contabilizada: int | None
    mecanismos: str
    codigo_integridad: str
    acopio: datetime | None
    captura: datetime | None
    verificacion: datetime | None
    origen: str
    digitalizacion: str
    tipo_documento: str
    cotejada: str
    espera: bool
    no_leidas: frozenset[str]
    suma: int
    dice_algo: bool

    @property
    def fuera(self) -> bool:
        return self.contabilizada == 2 or Nota.FUERA_DE_CATALOGO in self.notas

    @property
    def sin_lista(self) -> bool:
        """Whether it publishes votes and no lista nominal, and there is one without which what it says is not possible.

        0 is none where the type is not known, and where votes come by a route of their own and do not count.
        """
        if self.suma == 0 or self.fuera or self.clave_casilla[6] == "S":
            return False
        tipo = self.clave_casilla[6]
        if tipo in RUTAS and (Nota.EXCEDE in self.notas or self.contabilizada == 0):
            return not self.lista_nominal
        if tipo not in TIPOS_CASILLA:
            return not self.lista_nominal
        return self.lista_nominal is None and tipo != "M"


@dataclass(frozen=True, slots=True)
class Candidato:
    """One line of a CANDIDATURAS file. `demarcacion` is `None` where the contest is the whole state."""

    id_entidad: int | None
    demarcacion: int | None
    partidos: str
    propietaria: str
    suplente: str


@dataclass(slots=True)
class BasePublicada:
    """One election's results file.

    `resumen`: header figures by canonical upper-case name, as integers or as text with the digits published.
    `columnas`: names of the columns as published. `recuadros`: the vote boxes, in order, once all was read.
    `corte`: aware time of the header (`None` when it says none); rows' times are in `zona`.
    `propios_campos`: canonical names of the columns the file does have. `perdidos`: rows that say something of an acta
    and are in no `renglones`, because it could not be known which acta.
    `sin_listar`: actas that the header expects and a file of captured ones alone does not list.
    """

    archivo: str
    eleccion: str
    titulo: str
    corte: datetime | None
    zona: tzinfo
    codificacion: str
    separador: str
    resumen: dict[str, int | str]
    columnas: tuple[str, ...]
    recuadros: tuple[Recuadro, ...]
    nombres_recuadros: tuple[str, ...]
    propios_campos: frozenset[str]
    linea_resumen: int = 0
    linea_columnas: int = 0
    renglones: list[Renglon] = field(default_factory=list)
    candidatos: list[Candidato] = field(default_factory=list)
    anomalias: list[Anomalia] = field(default_factory=list)
    no_leidos: list[NoLeido] = field(default_factory=list)
    perdidos: int = 0
    sin_listar: int = 0

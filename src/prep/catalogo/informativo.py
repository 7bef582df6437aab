"""What a process says besides what the law's code needs: names, colours, candidates, centres, people, theme."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from prep.dominio.tabulacion.proceso import Casilla

ROLES: Final = {
    "cae": "Capacitador-asistente electoral",
    "acopiador": "Acopiador",
    "digitalizador": "Digitalizador",
    "capturista": "Capturista",
    "verificador": "Verificador",
    "supervisor": "Supervisor",
    "coordinador": "Coordinador",
    "administrador": "Administrador de la sede central",
    "auditor": "Ente auditor",
    "fedatario": "Fedatario",
    "representante": "Representante de partido o candidatura independiente",
    "cotaprep": "Comité técnico asesor",
}
LUGARES: Final = {"CCV": "Centro de Captura y Verificación", "SEDE": "Sede central"}
"""Places that are not a CATD."""

LECTURA: Final = {
    "apagada": "las actas no se leen automáticamente",
    "piloto": "se leen para medir; nadie ve la lectura durante la captura",
    "revisora": "la lectura avisa cuando difiere de lo capturado; nunca publica",
}


@dataclass(frozen=True, slots=True)
class Partido:
    """`color`: `#RRGGBB` or empty when nobody chose one."""

    siglas: str
    nombre: str
    color: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Independiente:
    """An independent candidacy. `demarcacion` is `None` when the whole state votes for it."""

    eleccion: str
    demarcacion: int | None
    clave: str
    nombre: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Coalicion:
    """Name of a coalition or candidatura común. `clave` is short (`SHJ`); where it stands is in the ballots."""

    eleccion: str
    clave: str
    partidos: tuple[str, ...]
    nombre: str = ""


@dataclass(frozen=True, slots=True, order=True)
class NombreCandidatura:
    """Who stands. `candidatura` is the key in the ballot; `demarcacion` `None` when the whole state votes."""

    eleccion: str
    demarcacion: int | None
    candidatura: str
    propietaria: str
    suplente: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Catd:
    """A collection and transmission centre."""

    clave: str
    nombre: str
    municipio: int = 0
    domicilio: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Persona:
    """An operator by opaque id, never by name. `lugar`: a CATD or one of `LUGARES`."""

    persona: str
    rol: str
    lugar: str


@dataclass(frozen=True, slots=True)
class Institucion:
    """The theme of what people see. `logotipo`: path inside the folder, or empty; `imagen`: what that file holds."""

    nombre: str = ""
    siglas: str = ""
    sitio: str = ""
    portal: str = ""
    logotipo: str = ""
    color_principal: str = "#5B2A86"
    color_acento: str = "#2B7A78"
    imagen: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, order=True)
class Difusor:
    """Somebody who mirrors the results officially: media, a university."""

    nombre: str
    url: str


CIERRE_DE_CASILLAS: Final = 18
"""Hour of the local time at which polling ends (LGIPE 285)."""


@dataclass(frozen=True, slots=True)
class Publicacion:
    """When results are published: aware times, and minutes between cortes."""

    inicio: datetime | None = None
    fin: datetime | None = None
    cada_minutos: int = 15


@dataclass(frozen=True, slots=True)
class Parametros:
    """What each institute decides. `empates`: parties in the order that breaks ties; empty means by registration.

    `mezcla_cuenta`: an acta with some boxes illegible and the rest empty counts (`dominio.contabilidad`).
    `lugares_distintos`, `alcance_estricto`: who may do what where (`dominio.comun.autoridad.Reglas`).
    """

    boletas_especiales: int = 750
    mezcla_cuenta: bool = False
    empates: tuple[str, ...] = ()
    lectura: str = "apagada"
    lugares_distintos: bool = False
    alcance_estricto: bool = False


@dataclass(frozen=True, slots=True)
class Practica:
    """Practice at the desks. `exigida`: only who is admitted at one is given an acta there; `errores`: fields of the
    whole exercise of capture that may be wrong."""

    exigida: bool = False
    errores: int = 2


@dataclass(frozen=True, slots=True)
class Rutas:
    """Centres that take the packages of each route (`claves.RUTAS`). Of one that names none, the casilla's own centre
    does, as of any."""

    anticipado: tuple[str, ...] = ()
    prision: tuple[str, ...] = ()
    extranjero: tuple[str, ...] = ()

    def centros(self, casilla: Casilla) -> tuple[str, ...]:
        """The centres that may take its packages; where they are expected, the first."""
        suyos: tuple[str, ...] = getattr(self, casilla.clave.ruta) if casilla.clave.ruta else ()
        return (casilla.catd, *(c for c in suyos if c != casilla.catd))


@dataclass(frozen=True, slots=True)
class EnCasilla:
    """What phones are asked for at the casilla beside the actas. `documentos`: what each sheet is called."""

    documentos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Informativo:
    """All of the above. An empty one is valid: everything here can be left out."""

    partidos: tuple[Partido, ...] = ()
    independientes: tuple[Independiente, ...] = ()
    coaliciones: tuple[Coalicion, ...] = ()
    candidaturas: tuple[NombreCandidatura, ...] = ()
    distritos: dict[int, str] = field(default_factory=dict)
    municipios: dict[int, str] = field(default_factory=dict)
    catds: tuple[Catd, ...] = ()
    personas: tuple[Persona, ...] = ()
    institucion: Institucion = Institucion()
    difusores: tuple[Difusor, ...] = ()
    publicacion: Publicacion = Publicacion()
    parametros: Parametros = Parametros()
    practica: Practica = Practica()
    rutas: Rutas = Rutas()
    casilla: EnCasilla = EnCasilla()
    textos: dict[str, str] = field(default_factory=dict)

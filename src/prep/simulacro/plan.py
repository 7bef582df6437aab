"""`plan.toml`: how large a drill is, who plays it, how fast, what is broken when. docs/simulacro.md says every key."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from prep.catalogo.campos import DatoInvalido, Lector, opcion, recortado
from prep.catalogo.informativo import LECTURA
from prep.catalogo.problemas import Problema, ProcesoInvalido
from prep.catalogo.tablas import MALO, REQUERIDO, Bloc, decodificar, leer_bytes
from prep.catalogo.toml import Esquema, Lineas, abrir, cadena, leer_tabla, numero, tabla_de
from prep.plataforma.servidor import PROCESOS_MAXIMOS

BYTES_MAXIMO: Final = 2**18
FALLAS_MAXIMO: Final = 100
POR_CENTRO: Final = 50
"""Casillas of a collection centre, at least, when a plan is made another size."""
_DIA: Final = 24 * 60
CIERRE: Final = 18 * 60
"""When casillas close and the night of a plan begins, in minutes of the day."""
TODOS: Final = "todos"
CENTRO: Final = "centro"
BASE: Final = "base"
"""The server of databases: in a drill, one for all."""
_CATD: Final = "catd"
_HORA: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Falla:
    """Something that goes wrong. `de`, `a`: minutes since casillas closed; `donde`: the centre, the base or the number
    of a CATD; `telefonos`, `minutos`, `parte`, `por_segundo`, `bytes`: how many phones, how far the clock is, what part
    in a hundred, how many requests, how many bytes of a line a second; `personas`, `errores`, `verificadores`: how many
    who type, their mistyped fields in 10,000, and how many who verify."""

    tipo: str
    de: int
    a: int
    donde: str = ""
    telefonos: int = 0
    minutos: int = 0
    parte: int = 0
    por_segundo: int = 0
    bytes: int = 0
    personas: int = 0
    errores: int = 0
    verificadores: int = 0

    @property
    def impide_cortes(self) -> bool:
        """Whether no corte that carries anything new may come out while it lasts. Those of a drill are made at the
        centre, by whoever conducts it: where its database is away, that one waits and makes none (`averias.py`)."""
        return self.tipo == "evidencia" and self.donde == CENTRO


_COMPARTEN: Final = PROCESOS_MAXIMOS - 1
"""Nodes whose databases fit in the centre's server, beside its own: what it gives to all whom people reach, by what one
process may ask for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`modo`: a drill, or a test of some modules. `hasta`, `abren`: minutes since casillas closed in which the last
    package leaves, and in which centres open. `movil`, `dobles`: in a hundred actas, how many come by phone, and how
    many of those are scanned too; `retratadas`: how many are real photographs of filled paper; `captura_en_centro`: how
    many type at each centre's own machine; `errores`: fields in 10,000 that somebody types wrong; `atrapa`: in a
    hundred, how many whoever compares with the paper sees."""

    nombre: str
    modo: str
    casillas: int
    centros: int
    semilla: int
    velocidad: int
    hasta: int
    abren: int
    sin_sobre: int
    movil: int
    dobles: int
    retratadas: int
    cortes: int
    lectura: str
    telefonos: int
    telefonos_reales: int
    por_centro: int
    captura_en_centro: int
    capturistas: int
    verificadores: int
    supervisores: int
    errores: int
    atrapa: int
    fallas: tuple[Falla, ...]

    @property
    def con_base_propia(self) -> frozenset[str]:
        """Nodes whose databases are in a server of their own: those that the power leaves, and those that the centre's
        has no connections for."""
        suyos = {f.donde for f in self.fallas if f.tipo == "sin_luz"}
        nodos = (f"{_CATD}-{i + 1}" for i in range(self.centros))
        return frozenset(n for i, n in enumerate(nodos) if i >= _COMPARTEN or {n, TODOS} & suyos)


def _hora(dato: str) -> int:
    """Minutes since casillas closed; an hour of the morning is of the next day."""
    dicha = _HORA.fullmatch(dato)
    if dicha is None:
        raise DatoInvalido(f"«{recortado(dato)}» no es una hora.", 'Escríbala entre comillas, como "20:15".')
    return (int(dicha[1]) * 60 + int(dicha[2]) - CIERRE) % _DIA


def _sitio(dato: Any) -> str:
    if not isinstance(dato, str) or not re.fullmatch(rf"{CENTRO}|{TODOS}|{BASE}|{_CATD}-[1-9][0-9]?", dato):
        raise DatoInvalido(
            f"«{recortado(dato)}» no es un lugar del plan.",
            f'Escriba "{CENTRO}", "{BASE}", "{_CATD}-1", "{_CATD}-2"… o "{TODOS}".',
        )
    return dato


HORA: Final[Lector] = cadena(_hora)
_NOCHE: Final[Esquema] = {
    "nombre": (cadena(lambda d: d), "Simulacro"),
    "modo": (cadena(opcion(["simulacro", "prueba"])), "simulacro"),
    "casillas": (numero(2, 10_900), 60),
    "centros": (numero(1, 20), 2),
    "semilla": (numero(0, 2**53 - 1), 2027),
    "velocidad": (numero(1, 10_000), 60),
    "hasta": (HORA, 6 * 60),
    "abren": (HORA, 0),
    "sin_sobre": (numero(0, 30), 3),
    "movil": (numero(0, 100), 60),
    "dobles": (numero(0, 100), 20),
    "retratadas": (numero(0, 32_700), 0),
    "cortes": (numero(2, 200), 8),
    "lectura": (cadena(opcion(list(LECTURA))), "apagada"),
}
_GENTE: Final[Esquema] = {
    "telefonos": (numero(1, 3_000), 8),
    "telefonos_reales": (numero(0, 100), 0),
    "por_centro": (numero(1, 2), 2),
    "captura_en_centro": (numero(0, 20), 2),
    "capturistas": (numero(4, 500), 6),
    "verificadores": (numero(3, 200), 3),
    "supervisores": (numero(1, 50), 2),
    "errores": (numero(0, 1_000), 20),
    "atrapa": (numero(0, 100), 95),
}
_DE_A: Final[Esquema] = {"de": (HORA, REQUERIDO), "a": (HORA, REQUERIDO)}
_DE_CADA: Final[dict[str, Esquema]] = {
    "sin_internet": {**_DE_A, "donde": (_sitio, REQUERIDO)},
    "muere": {"de": (HORA, REQUERIDO), "donde": (_sitio, REQUERIDO)},
    "relevo": {"de": (HORA, REQUERIDO)},
    "sin_luz": {**_DE_A, "donde": (_sitio, REQUERIDO)},
    "lleno": {**_DE_A, "donde": (_sitio, REQUERIDO)},
    "evidencia": {**_DE_A, "donde": (_sitio, REQUERIDO)},
    "corte": {"de": (HORA, REQUERIDO)},
    "inundacion": {**_DE_A, "por_segundo": (numero(1, 1_000), 40)},
    "confabulados": {**_DE_A, "personas": (numero(2, 500), 2), "verificadores": (numero(0, 200), 0)},
    "espejo": {"de": (HORA, REQUERIDO)},
    "duplicado": {**_DE_A, "parte": (numero(1, 100), 30)},
    "tarde": {**_DE_A, "telefonos": (numero(1, 3_000), 1)},
    "lento": {**_DE_A, "telefonos": (numero(1, 3_000), 1), "bytes": (numero(256, 1_000_000), 8_000)},
    "torpe": {**_DE_A, "personas": (numero(1, 500), 1), "errores": (numero(1, 10_000), 1_000)},
    "cruzadas": {**_DE_A, "telefonos": (numero(1, 3_000), 1)},
    "mudanza": {**_DE_A, "donde": (_sitio, REQUERIDO)},
    "huella": {"de": (HORA, REQUERIDO)},
    "reloj": {"de": (HORA, REQUERIDO), "telefonos": (numero(1, 3_000), 1), "minutos": (numero(-720, 720), 60)},
}
TIPOS: Final = tuple(_DE_CADA)
_DE_CATD: Final = {
    "sin_internet": "el internet se le va a un CATD.",
    "sin_luz": "la luz se le va a un CATD.",
    "mudanza": "de local se muda un CATD.",
}
"""What happens to a collection centre alone."""


def leer_plan(ruta: Path) -> Plan:
    """The plan of a file; raise `ProcesoInvalido` with everything that is wrong in it."""
    problemas: list[Problema] = []
    plan = _leer(ruta, Bloc(ruta.name, problemas))
    if problemas or plan is None:
        raise ProcesoInvalido(problemas)
    return plan


def _leer(ruta: Path, bloc: Bloc) -> Plan | None:
    datos = leer_bytes(ruta, ruta.parent, bloc, BYTES_MAXIMO)
    contenido = decodificar(datos, bloc) if datos is not None else None
    arbol = abrir(contenido, bloc) if contenido is not None else None
    if contenido is None or arbol is None:
        return None
    lineas = Lineas(contenido)
    leer_tabla(arbol, {}, (), bloc, lineas, ("noche", "gente", "falla"))
    noche = leer_tabla(tabla_de(arbol, "noche", bloc, lineas), _NOCHE, ("noche",), bloc, lineas)
    gente = leer_tabla(tabla_de(arbol, "gente", bloc, lineas), _GENTE, ("gente",), bloc, lineas)
    dichas = arbol.get("falla", [])
    if not isinstance(dichas, list) or not all(isinstance(f, dict) for f in dichas) or len(dichas) > FALLAS_MAXIMO:
        bloc.anotar(
            lineas("falla"),
            "falla",
            "debe ser una lista.",
            f"Escriba un bloque [[falla]] por cada una; caben {FALLAS_MAXIMO}.",
        )
        return None
    todo = {**noche, **gente}
    fallas = [_falla(f, ("falla", str(i)), todo, bloc, lineas) for i, f in enumerate(dichas)]
    if todo["centros"] and todo["casillas"] and todo["centros"] > todo["casillas"]:
        bloc.anotar(lineas("noche", "centros"), "noche.centros", "hay más centros que casillas.")
    if (reales := todo["telefonos_reales"]) and todo["telefonos"] and reales > todo["telefonos"]:
        bloc.anotar(lineas("gente", "telefonos_reales"), "gente.telefonos_reales", "hay más que teléfonos.")
    if todo["hasta"] == 0:
        bloc.anotar(lineas("noche", "hasta"), "noche.hasta", "a esa hora apenas cierran las casillas.")
    elif todo["hasta"] and todo["abren"] and todo["abren"] >= todo["hasta"]:
        bloc.anotar(lineas("noche", "abren"), "noche.abren", "a esa hora ya salió la última casilla.")
    return Plan(**todo, fallas=tuple(sorted((f for f in fallas if f is not None), key=lambda f: f.de)))


def _falla(
    dicha: dict[str, Any], camino: tuple[str, str], todo: dict[str, Any], bloc: Bloc, lineas: Lineas
) -> Falla | None:
    tipo = leer_tabla(dicha, {"tipo": (cadena(opcion(list(TIPOS))), REQUERIDO)}, camino, bloc, lineas, tuple(dicha))[
        "tipo"
    ]
    if tipo is MALO:
        return None
    leida = leer_tabla(dicha, _DE_CADA[tipo], camino, bloc, lineas, ("tipo",))
    de, a = leida["de"], leida.get("a", leida["de"])
    mal = any(v is MALO for v in leida.values())
    if not mal and a < de:
        bloc.anotar(lineas(*camino, "a"), "falla.a", "termina antes de empezar.")
    donde, centros = leida.get("donde", ""), todo["centros"]
    if not mal and donde.startswith(f"{_CATD}-") and centros and int(donde[5:]) > centros:
        bloc.anotar(lineas(*camino, "donde"), "falla.donde", f"el plan solo tiene {centros} centros.")
    if not mal and donde == BASE and tipo not in ("muere", "lleno"):
        bloc.anotar(
            lineas(*camino, "donde"),
            "falla.donde",
            "a la base solo se le puede matar o llenar el disco.",
            'Use tipo = "muere" o tipo = "lleno".',
        )
    for dato, quienes in (("personas", "capturistas"), ("verificadores", "verificadores")):
        if not mal and (n := leida.get(dato, 0)) and (hay := todo[quienes]) and n > hay:
            bloc.anotar(lineas(*camino, dato), f"falla.{dato}", f"el plan solo tiene {hay} {quienes}.")
    if not mal and tipo in _DE_CATD and donde == CENTRO:
        bloc.anotar(
            lineas(*camino, "donde"),
            "falla.donde",
            _DE_CATD[tipo],
            f'Escriba "{TODOS}" para que sea a todos.',
        )
    simulados = (todo["telefonos"] or 0) - (todo["telefonos_reales"] or 0)
    if not mal and todo["telefonos"] and leida.get("telefonos", 0) > simulados:
        dicho = f"el plan solo tiene {simulados}" + (" que no son la aplicación." if todo["telefonos_reales"] else ".")
        bloc.anotar(lineas(*camino, "telefonos"), "falla.telefonos", dicho)
    if not mal and tipo == "cruzadas" and todo["supervisores"] == 1:
        bloc.anotar(
            lineas(*camino, "tipo"),
            "falla.tipo",
            "de qué acta es una fotografía lo dicen dos personas.",
            "Escriba supervisores = 2 o más.",
        )
    if mal:
        return None
    otros = {c: v for c, v in leida.items() if c not in ("de", "a")}
    return Falla(tipo, de, a, **otros)


def de_tamano(plan: Plan, casillas: int) -> Plan:
    """The same night with so many casillas, and of everything else as much as they need."""
    centros = max(1, min(plan.centros, casillas // POR_CENTRO))
    suyas = plan.retratadas * casillas // plan.casillas
    fallas = tuple(f for f in plan.fallas if not f.donde.startswith(f"{_CATD}-") or int(f.donde[5:]) <= centros)
    return replace(
        plan,
        casillas=casillas,
        centros=centros,
        retratadas=suyas,
        telefonos=(telefonos := min(plan.telefonos, casillas)),
        telefonos_reales=min(plan.telefonos_reales, telefonos),
        fallas=fallas,
    )


def hora_de(minuto: float) -> str:
    """`20:15`, of so many minutes since casillas closed; once those are a whole day, with which of the night's days it
    is: `20:15 del día 2`."""
    dias, m = divmod(CIERRE + int(minuto), _DIA)
    return f"{m // 60:02}:{m % 60:02}" + (f" del día {dias + 1}" if minuto >= _DIA else "")

"""Every figure of a corte, computed again from its published CSV and nothing else.

Written apart from the code that publishes, from the rules alone (LGIPE 311.1.c; Anexo 13; LEEME of the databases), with
the standard library only: agreement between two computations is the evidence. Percentages: four decimals, truncated.
"""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prep.transparencia.errores import ZIP_ROTO

MARCAS = ("Ilegible", "Sin dato")
VACIAS = ("", "-")
MAXIMO_BASE = 600 * 2**20
"""Bytes of every table of a corte together, out of their zips."""
MAXIMA_EXPANSION = 200
"""A table of actas shrinks thirty or forty times; what shrinks more is not a table."""
MAXIMO_MIEMBROS = 100
POR_PTO = "Identificación por proceso técnico operativo"
FUERA = "Fuera de Catálogo"
RUTAS = ("A", "P", "V", "M")
"""Types of casilla whose votes come by a route of their own: of those without lista nominal nothing bounds them."""
SUMARIO = [
    "actas_esperadas",
    "actas_registradas",
    "actas_fuera_catalogo",
    "actas_capturadas",
    "porcentaje_actas_capturadas",
    "actas_contabilizadas",
    "porcentaje_actas_contabilizadas",
    "porcentaje_actas_inconsistencias",
    "actas_no_contabilizadas",
    "lista_nominal_actas_contabilizadas",
    "total_votos_c_cs",
    "total_votos_s_cs",
    "porcentaje_participacion_ciudadana",
]


class NoCuadra(ValueError):
    """The published database cannot be what it says: unreadable, incomplete or contradicting itself."""


def por_ciento(parte: int, todo: int) -> str | None:
    """Four truncated decimals; None without a divisor."""
    if not todo:
        return None
    entero, resto = divmod(100 * parte, todo)
    return f"{entero}.{resto * 10_000 // todo:04d}"


@dataclass(frozen=True)
class Reglas:
    """What decides figures besides the actas, as `proceso.json` publishes it."""

    boletas_especiales: int
    boletas: Mapping[str, int]
    mezcla_cuenta: bool

    @classmethod
    def de(cls, proceso: Mapping[str, Any]) -> "Reglas":
        p = proceso["parametros"]
        return cls(p["boletas_especiales"], proceso["boletas"], p["mezcla_cuenta"])

    def limite(self, casilla: str, lista: int, representantes: int) -> int | None:
        """The most votes an acta can hold and still count; None where nothing bounds them."""
        tipo = casilla[6:7]
        if tipo == "S":
            return self.boletas.get(casilla, self.boletas_especiales) + representantes
        return None if tipo in RUTAS and not lista else lista + representantes


@dataclass(slots=True)
class Fila:
    """One acta of the CSV. `votos`: per column, an integer, a mark, or None where the cell is empty."""

    clave: str
    demarcacion: int | None
    seccion: int | None
    tipo: str
    votos: dict[str, int | str | None]
    celdas: dict[str, str]
    renglon: list[str]

    @property
    def cuenta(self) -> str:
        return self.celdas["CONTABILIZADA"]

    @property
    def imagen(self) -> str | None:
        codigo = self.celdas["CODIGO_INTEGRIDAD"].lower()
        return codigo if re.fullmatch(r"[0-9a-f]{64}", codigo) else None

    def suma(self) -> int:
        return sum([v for v in self.votos.values() if type(v) is int])


@dataclass
class Base:
    """A results CSV read: the lines above its columns, its rows, and what contradicts the rules in it."""

    cabeza: list[list[str]]
    columnas: list[str]
    filas: list[Fila]
    defectos: list[str] = field(default_factory=list)

    @property
    def imagenes(self) -> set[str]:
        """sha256 of every image its rows name."""
        return {f.imagen for f in self.filas if f.imagen}


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paquete:
    """The tables of one election: `resultados`, `candidaturas` and the names of whatever else its zip holds."""

    nombre: str
    resultados: bytes
    candidaturas: bytes
    otros: tuple[str, ...]


def paquetes_de(datos: bytes, abreviatura: str) -> dict[str, Paquete]:
    """Election key -> its tables, out of the zip of zips."""
    paquetes: dict[str, Paquete] = {}
    gasto = [0]
    for nombre, interior in _miembros(datos, gasto):
        tablas: dict[str, bytes] = {}
        clave = None
        for interno, contenido in _miembros(interior, gasto):
            tablas[interno] = contenido
            m = re.fullmatch(rf"{re.escape(abreviatura)}_([A-Z0-9_]+)_[0-9]{{4}}\.csv", interno)
            if m and not m[1].endswith("_CANDIDATURAS"):
                if clave is not None:
                    raise NoCuadra(f"{nombre} trae más de una tabla de resultados")
                clave, resultados, anio = m[1], interno, interno[-8:-4]
        if clave is None:
            raise NoCuadra(f"la base de datos trae {nombre}, que no es de ninguna elección")
        if clave in paquetes:
            raise NoCuadra(f"hay dos bases de datos de {clave}")
        candidaturas = f"{abreviatura}_{clave}_CANDIDATURAS_{anio}.csv"
        if candidaturas not in tablas:
            raise NoCuadra(f"{nombre} no trae {candidaturas}")
        otros = tuple(sorted(tablas.keys() - {resultados, candidaturas}))
        paquetes[clave] = Paquete(nombre, tablas[resultados], tablas[candidaturas], otros)
    return paquetes


def _miembros(datos: bytes, gasto: list[int]) -> Iterable[tuple[str, bytes]]:
    """Files of a zip, each within what all may spend (`gasto`): bytes, number, and how much a file may grow."""
    try:
        with zipfile.ZipFile(io.BytesIO(datos)) as z:
            fichas = z.infolist()
            if len(fichas) > MAXIMO_MIEMBROS or len({f.filename for f in fichas}) != len(fichas):
                raise NoCuadra("el paquete trae demasiados archivos o repite alguno")
            for f in fichas:
                if not re.fullmatch(r"[A-Za-z0-9_.-]+", f.filename):
                    raise NoCuadra(f"el paquete trae un archivo que no debe: {f.filename[:80]!r}")
                if f.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise NoCuadra(f"{f.filename} está comprimido de una forma que no se admite")
                gasto[0] += f.file_size
                if gasto[0] > MAXIMO_BASE or f.file_size > MAXIMA_EXPANSION * (f.compress_size + 10_000):
                    raise NoCuadra(f"{f.filename} crece demasiado al abrirse; no se lee")
                with z.open(f) as archivo:
                    contenido = archivo.read(f.file_size + 1)
                if len(contenido) != f.file_size:
                    raise NoCuadra(f"{f.filename} no mide lo que su paquete dice")
                yield f.filename, contenido
    except ZIP_ROTO as e:
        raise e if isinstance(e, NoCuadra) else NoCuadra("la base de datos no es un zip legible") from e


def leer_tabla(datos: bytes) -> list[list[str]]:
    """Every line of a CSV."""
    try:
        texto = datos.decode("utf-8-sig")
        if "\x00" in texto:
            raise NoCuadra("el CSV trae un carácter nulo")
        return list(csv.reader(io.StringIO(texto, newline=""), strict=True))
    except UnicodeDecodeError as e:
        raise NoCuadra("el CSV no es texto UTF-8") from e
    except csv.Error as e:
        raise NoCuadra("el CSV trae comillas o renglones que no se entienden") from e


def leer_base(datos: bytes, eleccion: Mapping[str, Any], reglas: Reglas) -> Base:
    """Parse a results CSV with the columns that the process says this election has."""
    lineas = leer_tabla(datos)
    inicio = next((i for i, fila in enumerate(lineas[:20]) if fila and fila[0] == "CLAVE_CASILLA"), None)
    if inicio is None:
        raise NoCuadra("el CSV no trae su renglón CLAVE_CASILLA")
    columnas = lineas[inicio]
    if len(set(columnas)) != len(columnas):
        raise NoCuadra("el CSV repite una columna")
    base = Base(lineas[:inicio], columnas, [])
    lector = _LectorDeFilas(eleccion, columnas)
    vistas: set[str] = set()
    for n, celdas in enumerate(lineas[inicio + 1 :], inicio + 2):
        if len(celdas) != len(columnas):
            raise NoCuadra(f"el renglón {n} del CSV trae {len(celdas)} celdas y deben ser {len(columnas)}")
        fila = lector.fila(celdas, n)
        if fila.cuenta != "2":
            if fila.clave in vistas:
                base.defectos.append(f"el acta {fila.clave} está dos veces")
            vistas.add(fila.clave)
            base.defectos += (f"acta {fila.clave}: {d}" for d in _defectos(fila, reglas))
        base.filas.append(fila)
    return base


_NECESARIAS = (
    "CLAVE_CASILLA",
    "CLAVE_ACTA",
    "SECCION",
    "TIPO_CASILLA",
    "TOTAL_VOTOS_CALCULADO",
    "LISTA_NOMINAL",
    "REPRESENTANTES_PP_CI",
    "OBSERVACIONES",
    "CONTABILIZADA",
    "CODIGO_INTEGRIDAD",
)


class _LectorDeFilas:
    def __init__(self, eleccion: Mapping[str, Any], columnas: Sequence[str]) -> None:
        self.columnas = columnas
        self.agrupa = "ID_MUNICIPIO" if eleccion["agrupa"] == "municipio" else "ID_DISTRITO_LOCAL"
        de_votos = [c["clave"] for c in eleccion["columnas"]]
        falta = [c for c in [*_NECESARIAS, self.agrupa, *de_votos] if c not in columnas]
        if falta:
            raise NoCuadra(f"al CSV de {eleccion['clave']} le faltan columnas: {', '.join(falta)}")
        lugar = {c: i for i, c in enumerate(columnas)}
        self.propias = {
            d["id"]: [(c, lugar[c]) for c in de_votos if c in set(d["columnas"])] for d in eleccion["demarcaciones"]
        }
        self.todas = [(c, lugar[c]) for c in de_votos]

    def fila(self, celdas: list[str], renglon: int) -> Fila:
        d = dict(zip(self.columnas, celdas, strict=True))
        demarcacion, seccion = _numero(d[self.agrupa]), _numero(d["SECCION"])
        if d["CONTABILIZADA"] not in ("0", "1", "2", "-", ""):
            raise NoCuadra(f"renglón {renglon}: CONTABILIZADA dice {d['CONTABILIZADA'][:20]!r}")
        if d["CONTABILIZADA"] != "2" and demarcacion not in self.propias:
            raise NoCuadra(f"renglón {renglon}: la demarcación {d[self.agrupa][:20]!r} no existe en el proceso")
        votos: dict[str, int | str | None] = {}
        for clave, i in self.propias.get(demarcacion, self.todas) if demarcacion is not None else self.todas:
            celda = celdas[i]
            if celda.isdecimal() and celda.isascii() and len(celda) < 10:
                votos[clave] = int(celda)
            elif celda in MARCAS:
                votos[clave] = celda
            elif celda in VACIAS:
                votos[clave] = None
            else:
                raise NoCuadra(f"renglón {renglon}, {clave}: {celda[:20]!r} no es un número, Ilegible ni Sin dato")
        return Fila(d["CLAVE_ACTA"], demarcacion, seccion, d["TIPO_CASILLA"], votos, d, celdas)


def _numero(celda: str) -> int | None:
    return int(celda) if celda.isascii() and celda.isdecimal() and len(celda) < 10 else None


def _defectos(f: Fila, reglas: Reglas) -> Iterable[str]:
    """Where one row breaks the table of what counts and what is observed."""
    obs = f.celdas["OBSERVACIONES"]
    if f.cuenta in VACIAS or re.fullmatch(r"Sin acta\([1-4]\)", obs):
        if any(v is not None for v in f.votos.values()):
            yield "trae votos sin estar capturada"
        if f.cuenta in VACIAS and obs not in VACIAS:
            yield f"no está capturada y trae la observación {obs[:40]!r}"
        if f.cuenta == "1":
            yield "no tiene acta y aparece contabilizada"
        return
    if any(v is None for v in f.votos.values()):
        yield "está capturada y tiene celdas de votos vacías"
        return
    valores = list(f.votos.values())
    suma = f.suma()
    if f.celdas["TOTAL_VOTOS_CALCULADO"] != str(suma):
        yield f"el total calculado dice {f.celdas['TOTAL_VOTOS_CALCULADO'][:12]!r} y los votos suman {suma}"
    legible = any(type(v) is int for v in valores)
    legible = legible or (reglas.mezcla_cuenta and "Ilegible" in valores and "Sin dato" in valores)
    lista, representantes = _numero(f.celdas["LISTA_NOMINAL"]) or 0, _numero(f.celdas["REPRESENTANTES_PP_CI"]) or 0
    limite = reglas.limite(f.celdas["CLAVE_CASILLA"], lista, representantes)
    excede = limite is not None and suma > limite
    deben = ["Excede Lista Nominal"] if excede else []
    if legible:
        deben += [m for m in MARCAS if m in valores]
    else:
        deben.append("Todos los campos ilegibles" if "Ilegible" in valores else "Todos los campos vacíos")
    dichas = obs.split(", ") if obs else []
    if dichas not in (deben, [*deben, POR_PTO]):
        yield f"las observaciones dicen «{obs[:80]}» y deben ser «{', '.join(deben)}»"
    if (f.cuenta == "1") != (legible and not excede):
        yield "CONTABILIZADA no corresponde a lo que trae el acta"


# --- adding up --------------------------------------------------------------------------------------------------------


CONTEO = ("esperadas", "capturadas", "inconsistentes", "contabilizadas", "total", "especiales", "lista")
"""What is counted of the actas of the catalogue; of the other sheets, only how many there are."""


@dataclass
class Cifras:
    """Sums over some actas of one election. `conteo`: `CONTEO`, and `fuera`."""

    conteo: Counter[str] = field(default_factory=Counter)
    votos: Counter[str] = field(default_factory=Counter)

    def acta(self, f: Fila) -> None:
        c = self.conteo
        if f.cuenta == "2":
            c["fuera"] += 1
            return
        c["esperadas"] += 1
        if f.cuenta in VACIAS:
            return
        c["capturadas"] += 1
        if f.celdas["OBSERVACIONES"].startswith("Excede") or any(v in MARCAS for v in f.votos.values()):
            c["inconsistentes"] += 1
        if f.cuenta == "1":
            c["contabilizadas"] += 1
            suma = f.suma()
            c["total"] += suma
            if f.tipo == "S":
                c["especiales"] += suma
            else:
                c["lista"] += _numero(f.celdas["LISTA_NOMINAL"]) or 0
            for clave, v in f.votos.items():
                if type(v) is int:
                    self.votos[clave] += v

    def mas(self, otra: "Cifras") -> None:
        self.conteo.update(otra.conteo)
        self.votos.update(otra.votos)

    @property
    def total(self) -> int:
        return self.conteo["total"]

    def estadistica(self, cierre: bool) -> dict[str, int | str]:
        """The summary by its lower-case names; what is not known yet is absent."""
        c = self.conteo
        hay = c["contabilizadas"] > 0
        sin = c["total"] - c["especiales"]
        valores = (
            c["esperadas"],
            c["capturadas"] + c["fuera"],
            c["fuera"],
            c["capturadas"],
            por_ciento(c["capturadas"], c["esperadas"]),
            c["contabilizadas"],
            por_ciento(c["contabilizadas"], c["esperadas"]),
            por_ciento(c["inconsistentes"], c["esperadas"]),
            c["capturadas"] - c["contabilizadas"],
            c["lista"] if hay else None,
            c["total"] if hay else None,
            sin if hay else None,
            por_ciento(c["total"] if cierre else sin, c["lista"]) if hay else None,
        )
        return {n: v for n, v in zip(SUMARIO, valores, strict=True) if v is not None}


def duenas(eleccion: Mapping[str, Any], demarcacion: Mapping[str, Any]) -> dict[str, str]:
    """Box -> candidacy it belongs to: the one whose parties include all of the box's, or that bears its key."""
    propias = set(demarcacion["columnas"])
    de_quien: dict[str, str] = {}
    for c in eleccion["columnas"]:
        if c["clave"] not in propias or c["tipo"] in ("no_registradas", "nulos"):
            continue
        candidatas = {
            k["clave"]
            for k in demarcacion["candidaturas"]
            if k["clave"] == c["clave"]
            or (c["tipo"] in ("partido", "combinacion") and set(c["partidos"]) <= set(k["partidos"]))
        }
        if len(candidatas) != 1:
            raise NoCuadra(f"la columna {c['clave']} no es de una sola candidatura en {demarcacion['nombre']}")
        de_quien[c["clave"]] = candidatas.pop()
    return de_quien


def candidaturas(votos: Mapping[str, int], de_quien: Mapping[str, str]) -> Counter[str]:
    """Candidacy -> its boxes added."""
    suma: Counter[str] = Counter()
    for columna, candidatura in de_quien.items():
        suma[candidatura] += votos.get(columna, 0)
    return suma


def partidos(
    votos: Mapping[str, int], eleccion: Mapping[str, Any], demarcacion: Mapping[str, Any]
) -> dict[str, tuple[int, int]]:
    """Party, candidatura común or independent -> (own votes, received from combinations) in one demarcation."""
    propias = set(demarcacion["columnas"])
    orden = {p: i for i, p in enumerate(eleccion["empates"])}
    columnas = [c for c in eleccion["columnas"] if c["clave"] in propias]
    propios = {c["clave"]: votos.get(c["clave"], 0) for c in columnas if c["tipo"] == "partido"}
    recibidos: Counter[str] = Counter()
    for c in columnas:
        if c["tipo"] != "combinacion":
            continue
        parte, sobran = divmod(votos.get(c["clave"], 0), len(c["partidos"]))
        fila = sorted(c["partidos"], key=lambda p: (-propios[p], orden.get(p, len(orden))))
        for lugar, p in enumerate(fila):
            recibidos[p] += parte + (1 if lugar < sobran else 0)
    otros = {c["clave"]: (votos.get(c["clave"], 0), 0) for c in columnas if c["tipo"] in ("comun", "independiente")}
    return {p: (v, recibidos[p]) for p, v in propios.items()} | otros


@dataclass
class Calculo:
    """All the figures of one election."""

    entidad: Cifras
    demarcaciones: dict[int, Cifras]
    por_candidatura: dict[int | None, Counter[str]]
    por_partido: dict[int | None, dict[str, tuple[int, int]]]
    duenas: dict[int, dict[str, str]]


def por_seccion(base: Base) -> dict[tuple[int, int], Cifras]:
    """The figures of each sección whose actas these are."""
    secciones: dict[tuple[int, int], Cifras] = {}
    for f in base.filas:
        if f.cuenta == "2":
            continue
        if f.demarcacion is None or f.seccion is None:
            raise NoCuadra(f"el acta {f.clave} no dice su sección")
        secciones.setdefault((f.demarcacion, f.seccion), Cifras()).acta(f)
    return secciones


def fuera_de_catalogo(base: Base) -> Counter[int | None]:
    """How many sheets out of catalogue say that they are of each demarcación."""
    return Counter(f.demarcacion for f in base.filas if f.cuenta == "2")


def calcular(base: Base, eleccion: Mapping[str, Any]) -> Calculo:
    """Sección, demarcación and entidad; key None is the entidad."""
    secciones = por_seccion(base)
    return sumar(eleccion, ((d, cifras) for (d, _), cifras in secciones.items()), fuera_de_catalogo(base))


def sumar(eleccion: Mapping[str, Any], partes: Iterable[tuple[int, Cifras]], fuera: Counter[int | None]) -> Calculo:
    """The same, from what each part of a demarcación adds up to."""
    entidad = Cifras()
    demarcaciones = {d["id"]: Cifras() for d in eleccion["demarcaciones"]}
    for lugar, cifras in partes:
        demarcaciones[lugar].mas(cifras)
    for id_, cifras in demarcaciones.items():
        cifras.conteo["fuera"] = fuera[id_]
    por_candidatura: dict[int | None, Counter[str]] = {None: Counter()}
    por_partido: dict[int | None, dict[str, tuple[int, int]]] = {None: {}}
    de_quien: dict[int, dict[str, str]] = {}
    for d in eleccion["demarcaciones"]:
        cifras = demarcaciones[d["id"]]
        entidad.mas(cifras)
        de_quien[d["id"]] = duenas(eleccion, d)
        por_candidatura[d["id"]] = candidaturas(cifras.votos, de_quien[d["id"]])
        por_candidatura[None].update(por_candidatura[d["id"]])
        por_partido[d["id"]] = partidos(cifras.votos, eleccion, d)
        for p, (propios, recibidos) in por_partido[d["id"]].items():
            a, b = por_partido[None].get(p, (0, 0))
            por_partido[None][p] = (a + propios, b + recibidos)
    entidad.conteo["fuera"] = sum(fuera.values())
    return Calculo(entidad, demarcaciones, por_candidatura, por_partido, de_quien)

"""Builds the demonstration process, of any size, the same for the same seed.

Proportions of a real catalogue of 9,820 casillas: 36 % básicas, 60 % contiguas, 3.5 % extraordinarias, 0.56 %
especiales; half the sections with no or one contigua and a long tail up to two dozen; one casilla in eight not urban.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from prep.catalogo.armado import Planilla, boletas_de, columnas_de
from prep.catalogo.documento import sellar
from prep.catalogo.ejemplo.elenco import CHICA, COMUN, GRANDE, NOMBRES_COALICION, PARCIAL, PARTIDOS, persona
from prep.catalogo.ejemplo.lugares import DISTRITOS, ENTIDADES, MUNICIPIOS
from prep.catalogo.informativo import (
    Catd,
    Coalicion,
    Difusor,
    Independiente,
    Informativo,
    Institucion,
    NombreCandidatura,
    Parametros,
    Persona,
    Publicacion,
)
from prep.dominio.tabulacion.boleta import clave_combinacion
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.dominio.tabulacion.proceso import ActaEsperada, Ambito, Casilla, Demarcacion, Eleccion, Proceso

CASILLAS_MINIMO: Final = 60
CASILLAS_MAXIMO: Final = 10_900
NACIONAL: Final = 170_000
ZONA: Final = "America/Mexico_City"

_BOLETAS_ESPECIALES: Final = 1000
_SIGLAS: Final = tuple(p.siglas for p in PARTIDOS)
_CLAVES: Final = {GRANDE: "SF", CHICA: "FR", PARCIAL: "SF"}
_CLAVE_COMUN: Final = "CC_" + clave_combinacion(COMUN)


@dataclass(frozen=True, slots=True)
class _Celda:
    """The part of a municipio (or of an entidad) that lies in one district: where sections are."""

    entidad: int
    municipio: int
    distrito: int
    peso: float
    urbana: bool


def ejemplo(
    casillas: int = CASILLAS_MINIMO,
    *,
    nacional: bool = False,
    semilla: int = 2027,
    avance: Callable[[int], None] = lambda _: None,
) -> tuple[Proceso, Informativo]:
    """The demonstration process. `casillas`: 60 to 10,900, or 300 to 170,000 when `nacional`.

    A national night is many institutes' work; here it is one process with 300 districts and three elections, which is
    what it takes to measure at that size. `avance` is told how many casillas were made since the last call.
    """
    minimo, maximo = (len(_celdas(True)), NACIONAL) if nacional else (CASILLAS_MINIMO, CASILLAS_MAXIMO)
    if not minimo <= casillas <= maximo:
        raise ValueError(f"El ejemplo puede tener de {minimo:,} a {maximo:,} casillas; se pidieron {casillas:,}.")
    azar = random.Random(f"{semilla}/{casillas}/{nacional}")
    celdas = _elegir_celdas(_celdas(nacional), casillas)
    municipios = sorted({c.municipio for c in celdas})
    catds = _catds(celdas, casillas, nacional, azar)
    lista = _casillas(celdas, casillas, catds, azar, avance)
    distritos = {d: n for d, n in _distritos(nacional).items() if d in {c.distrito for c in celdas}}
    nombres = {} if nacional else {m.id: m.nombre for m in MUNICIPIOS if m.id in municipios}
    elecciones = (_nacionales if nacional else _locales)(distritos, nombres, azar)
    representantes = {c.clave: _representantes(azar) for c in lista}
    mecanismos = {c.clave: azar.choices(("F", "D", "I", "D-F"), (86, 6, 5, 3))[0] for c in lista}
    independientes = tuple(sorted(i for e in elecciones for i in e.independientes))
    con_independientes = Counter((i.eleccion, i.demarcacion) for i in independientes)
    entidad = (99, "Estados Unidos Mexicanos", "MEX") if nacional else (14, "Jalisco", "JAL")
    proceso = Proceso(
        clave="DEMO-NACIONAL" if nacional else "DEMO-JAL",
        nombre="Elección de demostración" + (" nacional" if nacional else ""),
        entidad=entidad[0],
        entidad_nombre=entidad[1],
        entidad_abreviatura=entidad[2],
        zona_horaria=ZONA,
        elecciones=tuple(
            e.eleccion(
                tuple(
                    ActaEsperada(
                        f"{c.clave}{e.tipo_acta}",
                        c,
                        d := c.distrito if e.agrupa is Ambito.DISTRITO else c.municipio,
                        representantes[c.clave] + con_independientes[e.clave, d],
                        mecanismos[c.clave],
                    )
                    for c in sorted(lista, key=lambda c: _orden(c, e.agrupa))
                )
            )
            for e in elecciones
        ),
        huella="",
    )
    informativo = Informativo(
        partidos=PARTIDOS,
        independientes=independientes,
        coaliciones=tuple(sorted({c for e in elecciones for c in e.coaliciones()})),
        candidaturas=tuple(c for e in sorted(elecciones, key=lambda e: e.clave) for c in e.candidaturas(proceso, azar)),
        distritos=distritos,
        municipios=nombres,
        catds=tuple(catds),
        personas=_personas(catds, casillas, azar),
        institucion=Institucion(
            nombre="Instituto Electoral de Demostración",
            siglas="IED",
            sitio="https://instituto.example",
            portal="https://prep.instituto.example",
        ),
        difusores=(
            Difusor("Diario de Demostración", "https://diario.example/prep"),
            Difusor("Universidad de Demostración", "https://universidad.example/prep"),
        ),
        publicacion=Publicacion(
            datetime(2027, 6, 6, 20, tzinfo=ZoneInfo(ZONA)), datetime(2027, 6, 7, 20, tzinfo=ZoneInfo(ZONA)), 15
        ),
        parametros=Parametros(boletas_especiales=_BOLETAS_ESPECIALES),
        textos={"aviso": "Datos de demostración: partidos, candidaturas y votos son ficticios."},
    )
    return sellar(proceso, informativo), informativo


def _orden(casilla: Casilla, agrupa: Ambito) -> tuple[int, ClaveCasilla]:
    return (casilla.distrito if agrupa is Ambito.DISTRITO else casilla.municipio), casilla.clave


# -- places --------------------------------------------------------------------------------------------------------


def _distritos(nacional: bool) -> dict[int, str]:
    if not nacional:
        return DISTRITOS
    nombres = [f"{nombre} {n:02d}" for nombre, cuantos in ENTIDADES.values() for n in range(1, cuantos + 1)]
    return dict(enumerate(nombres, 1))


def _celdas(nacional: bool) -> list[_Celda]:
    if nacional:
        celdas: list[_Celda] = []
        for entidad, (_, cuantos) in ENTIDADES.items():
            celdas += [_Celda(entidad, 0, len(celdas) + n, 1.0, n % 3 != 0) for n in range(1, cuantos + 1)]
        return celdas
    return [_Celda(14, m.id, d, m.miles / len(m.distritos), m.miles >= 100) for m in MUNICIPIOS for d in m.distritos]


def _elegir_celdas(celdas: list[_Celda], casillas: int) -> list[_Celda]:
    """All of them; or, when there is not room for all, the largest of each district and then of each municipio."""
    caben = max(len({c.distrito for c in celdas}), casillas // 2)
    if caben >= len(celdas):
        return celdas
    por_peso = sorted(celdas, key=lambda c: (-c.peso, c.municipio, c.distrito))
    elegidas: list[_Celda] = []
    for nueva in (
        lambda c: c.distrito not in {e.distrito for e in elegidas},
        lambda c: c.municipio not in {e.municipio for e in elegidas},
    ):
        for celda in por_peso:
            if len(elegidas) < caben and nueva(celda):
                elegidas.append(celda)
    return sorted(elegidas, key=celdas.index)


def _repartir(total: int, pesos: list[float], minimo: int) -> list[int]:
    """Share `total` in whole parts in proportion to `pesos`, none under `minimo`. Largest remainders."""
    libre = total - minimo * len(pesos)
    suma = sum(pesos)
    exactas = [libre * p / suma for p in pesos]
    partes = [int(x) for x in exactas]
    for i in sorted(range(len(pesos)), key=lambda i: partes[i] - exactas[i])[: libre - sum(partes)]:
        partes[i] += 1
    return [minimo + p for p in partes]


def _casillas(
    celdas: list[_Celda],
    total: int,
    catds: list[Catd],
    azar: random.Random,
    avance: Callable[[int], None],
) -> list[Casilla]:
    """Sections in each cell, one básica in each; then the other kinds until there are `total`."""
    especiales = max(1, round(total * 0.0056))
    extraordinarias = max(1, round(total * 0.0345))
    cuantas = max(len(celdas), round(total * 0.34))
    por_celda = _repartir(cuantas, [c.peso for c in celdas], 1)
    contador: Counter[int] = Counter()
    secciones: list[tuple[int, int, _Celda]] = []
    for celda, n in zip(celdas, por_celda, strict=True):
        for _ in range(n):
            contador[celda.entidad] += 1
            secciones.append((celda.entidad, contador[celda.entidad], celda))

    indices = range(len(secciones))
    con_especial = set(sorted(indices, key=lambda i: (-secciones[i][2].peso * azar.random(), i))[:especiales])
    grandes = [azar.lognormvariate(0, 0.8) * (1.4 if s[2].urbana else 0.8) for s in secciones]
    contiguas = Counter(azar.choices(indices, grandes, k=total - len(secciones) - especiales - extraordinarias))
    rurales = [i for i in indices if not secciones[i][2].urbana] or list(indices)
    tope = 24
    for i in list(contiguas):  # a section has two dozen casillas at most; the rest go elsewhere
        while contiguas[i] > tope:
            j = azar.randrange(len(secciones))
            if contiguas[j] < tope:
                contiguas[j] += 1
                contiguas[i] -= 1
    extras: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for _ in range(extraordinarias):
        i = azar.choice(rurales)
        previas = extras[i]
        if previas and azar.random() < 0.5:
            previas.append((previas[-1][0], previas[-1][1] + 1))
        else:
            previas.append((previas[-1][0] + 1 if previas else 1, 0))

    centros: dict[int, list[str]] = defaultdict(list)
    por_distrito = catds[0].municipio == 0
    for k, centro in enumerate(catds):
        centros[k + 1 if por_distrito else centro.municipio].append(centro.clave)
    casillas: list[Casilla] = []
    pendientes = 0
    for i, (entidad, seccion, celda) in enumerate(secciones):
        propios = centros[celda.distrito if por_distrito else celda.municipio]
        catd = propios[i % len(propios)]
        ubicacion = 2 if not celda.urbana and azar.random() < 0.3 else 1
        electores = min(750, max(90, round(azar.gauss(620, 95))))
        formas = [("B", 1, 0, electores)]
        formas += [("C", n, 0, max(1, electores - azar.randint(0, 1))) for n in range(1, contiguas[i] + 1)]
        formas += [("E", n, ext, azar.randint(90, 740)) for n, ext in extras[i]]
        if i in con_especial:
            formas.append(("S", 1, 0, 0))
        for tipo, n, ext, lista in formas:
            casillas.append(
                Casilla(
                    ClaveCasilla(entidad, seccion, tipo, n, ext),
                    celda.distrito,
                    celda.municipio,
                    lista,
                    _BOLETAS_ESPECIALES if tipo == "S" else None,
                    ubicacion,
                    catd,
                )
            )
        pendientes += len(formas)
        if pendientes >= 1000:
            avance(pendientes)
            pendientes = 0
    avance(pendientes)
    return casillas


def _representantes(azar: random.Random) -> int:
    """Up to two per party; most parties send one or nobody."""
    return sum(azar.choices((0, 1, 2), (45, 45, 10), k=len(PARTIDOS)))


def _catds(celdas: list[_Celda], casillas: int, nacional: bool, azar: random.Random) -> list[Catd]:
    """One per municipio, twenty more for the large ones at full size; one per district when national."""
    calles = ("Hidalgo", "Juárez", "Morelos", "Independencia", "Reforma", "del Parque", "de la Estación")

    def domicilio() -> str:
        return f"Calle {azar.choice(calles)} {azar.randint(1, 900)}"

    if nacional:
        nombres = _distritos(True)
        return [Catd(f"CATD-{d:03d}", nombres[d], 0, domicilio()) for d in sorted({c.distrito for c in celdas})]
    presentes = {c.municipio for c in celdas}
    municipios = [m for m in MUNICIPIOS if m.id in presentes]
    extra = min(20, casillas // 500)
    por_municipio = _repartir(len(municipios) + extra, [max(0, m.miles - 100) for m in municipios], 1)
    catds: list[Catd] = []
    for m, n in zip(municipios, por_municipio, strict=True):
        for k in range(1, n + 1):
            nombre = m.nombre if n == 1 else f"{m.nombre} {k}"
            catds.append(Catd(f"CATD-{len(catds) + 1:03d}", nombre, m.id, domicilio()))
    return catds


def _personas(catds: list[Catd], casillas: int, azar: random.Random) -> tuple[Persona, ...]:
    """Opaque ids, in no order that says who does what."""
    puestos: list[tuple[str, str]] = []
    for catd in catds:
        puestos += [(rol, catd.clave) for rol in ("coordinador", "acopiador", "digitalizador", "capturista")]
    puestos += [("cae", catds[i % len(catds)].clave) for i in range(max(4, casillas // 4))]
    por_rol = {"capturista": max(4, casillas // 55), "verificador": max(2, casillas // 150)}
    puestos += [(rol, "CCV") for rol, n in por_rol.items() for _ in range(n)]
    puestos += [("supervisor", "CCV")] * max(2, casillas // 1000) + [("coordinador", "CCV")]
    puestos += [("administrador", "SEDE")] * 2 + [("auditor", "SEDE")] * 2 + [("fedatario", "SEDE")]
    puestos += [("cotaprep", "SEDE")] * 3 + [("representante", "SEDE")] * len(PARTIDOS)
    numeros = list(range(1, len(puestos) + 1))
    azar.shuffle(numeros)
    return tuple(sorted(Persona(f"op-{n:05d}", rol, lugar) for n, (rol, lugar) in zip(numeros, puestos, strict=True)))


# -- who stands where ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Contienda:
    """One election before its actas."""

    clave: str
    nombre: str
    tipo_acta: str
    ambito: Ambito
    agrupa: Ambito
    demarcaciones: dict[int, str]
    planillas: dict[int, Planilla]
    independientes: tuple[Independiente, ...] = ()

    def eleccion(self, actas: tuple[ActaEsperada, ...]) -> Eleccion:
        columnas = columnas_de(self.planillas.values(), _SIGLAS)
        contienden = {p for x in self.planillas.values() for p in x.partidos}
        contienden |= {p for x in self.planillas.values() for _, ps in x.comunes for p in ps}
        return Eleccion(
            clave=self.clave,
            nombre=self.nombre,
            tipo_acta=self.tipo_acta,
            ambito=self.ambito,
            agrupa=self.agrupa,
            columnas=columnas,
            demarcaciones={i: Demarcacion(i, n) for i, n in sorted(self.demarcaciones.items())},
            boletas=boletas_de(columnas, self.planillas),
            actas=actas,
            orden_registro=tuple(s for s in _SIGLAS if s in contienden),
        )

    def coaliciones(self) -> Iterable[Coalicion]:
        for planilla in self.planillas.values():
            for partidos in planilla.coaliciones:
                yield Coalicion(self.clave, _CLAVES[partidos], partidos, NOMBRES_COALICION[partidos])
            for clave, partidos in planilla.comunes:
                yield Coalicion(self.clave, clave, partidos, "Candidatura común Puente y Brisa")

    def candidaturas(self, proceso: Proceso, azar: random.Random) -> Iterable[NombreCandidatura]:
        eleccion = next(e for e in proceso.elecciones if e.clave == self.clave)
        nombres = {(i.demarcacion, i.clave): i.nombre for i in self.independientes}
        for d, boleta in eleccion.boletas.items():
            demarcacion = None if self.ambito is Ambito.ENTIDAD else d
            for c in sorted(boleta.candidaturas, key=lambda c: c.clave):
                propietaria = nombres.get((demarcacion, c.clave)) or persona(azar)
                suplente = "" if self.ambito is Ambito.ENTIDAD else persona(azar)
                yield NombreCandidatura(self.clave, demarcacion, c.clave, propietaria, suplente)
            if demarcacion is None:
                return


def _planilla(*coaliciones: tuple[str, ...], comun: bool = False, sin: Iterable[str] = ()) -> Planilla:
    fuera = {*sin, *(COMUN if comun else ())}
    return Planilla(
        partidos=tuple(s for s in _SIGLAS if s not in fuera),
        coaliciones=list(coaliciones),
        comunes=[(_CLAVE_COMUN, COMUN)] if comun else [],
    )


def _por_distrito(distritos: dict[int, str]) -> dict[int, Planilla]:
    """Partial coalitions: whole in most districts, of three parties in every sixth, none in every seventh."""
    planillas = {}
    for d in distritos:
        chica = () if d % 5 == 0 else (CHICA,)
        if d % 7 == 0:
            planillas[d] = _planilla(*chica)
        elif d % 6 == 0:
            planillas[d] = _planilla(PARCIAL, *chica)
        else:
            planillas[d] = _planilla(GRANDE, *chica)
    return planillas


def _por_municipio(municipios: dict[int, str]) -> dict[int, Planilla]:
    """Like districts, with candidaturas comunes and with small parties that do not stand everywhere."""
    planillas = {}
    for m in municipios:
        chica = (CHICA,) if m % 3 else ()
        if m % 8 == 3:
            planillas[m] = _planilla(PARCIAL, *chica, comun=True)
        elif m % 5 == 2:
            planillas[m] = _planilla(*chica, sin=("TRIGO",) if m % 2 else ("PUENTE", "TRIGO"))
        else:
            planillas[m] = _planilla(GRANDE, *chica, sin=("PUENTE",) if m % 11 == 0 else ())
    return planillas


def _locales(distritos: dict[int, str], municipios: dict[int, str], azar: random.Random) -> tuple[_Contienda, ...]:
    gubernatura = {d: _planilla(GRANDE, CHICA) for d in distritos}
    diputaciones = _por_distrito(distritos)
    ayuntamientos = _por_municipio(municipios)
    independientes = []
    for planillas, clave, cada in ((diputaciones, "DIP_LOC", 10), (ayuntamientos, "AYUN", 9)):
        for k, (d, planilla) in enumerate(planillas.items()):
            if k % cada == cada // 2:
                planilla.independientes = ["CAND_IND_1", "CAND_IND_2"][: 2 if k % (2 * cada) == cada // 2 else 1]
                independientes += [
                    Independiente(clave, d, i, persona(azar), "#5F5F5F") for i in planilla.independientes
                ]
    propias = {c: tuple(i for i in independientes if i.eleccion == c) for c in ("DIP_LOC", "AYUN")}
    entidad, distrito, municipio = Ambito.ENTIDAD, Ambito.DISTRITO, Ambito.MUNICIPIO
    return (
        _Contienda("GUB", "Gubernatura", "05", entidad, distrito, distritos, gubernatura),
        _Contienda(
            "DIP_LOC", "Diputaciones locales", "03", distrito, distrito, distritos, diputaciones, propias["DIP_LOC"]
        ),
        _Contienda("AYUN", "Munícipes", "02", municipio, municipio, municipios, ayuntamientos, propias["AYUN"]),
    )


def _nacionales(distritos: dict[int, str], _: dict[int, str], azar: random.Random) -> tuple[_Contienda, ...]:
    entidad, distrito = Ambito.ENTIDAD, Ambito.DISTRITO
    todos = {d: _planilla(GRANDE, CHICA) for d in distritos}
    return (
        _Contienda("PRES", "Presidencia", "01", entidad, distrito, distritos, todos),
        _Contienda("SEN", "Senadurías", "02", entidad, distrito, distritos, dict(todos)),
        _Contienda("DIP_FED", "Diputaciones federales", "03", distrito, distrito, distritos, _por_distrito(distritos)),
    )

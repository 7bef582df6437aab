"""Hypothesis: any process that a folder can say."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from prep.catalogo.armado import Planilla, boletas_de, columnas_de
from prep.catalogo.documento import sellar
from prep.catalogo.informativo import (
    LECTURA,
    LUGARES,
    ROLES,
    Catd,
    Coalicion,
    Difusor,
    EnCasilla,
    Independiente,
    Informativo,
    Institucion,
    NombreCandidatura,
    Parametros,
    Partido,
    Persona,
    Publicacion,
    Rutas,
)
from prep.dominio.tabulacion.boleta import TipoRecuadro
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.dominio.tabulacion.proceso import ActaEsperada, Ambito, Casilla, Demarcacion, Eleccion, Proceso

SIGLAS = ("SOL", "RIO", "PAZ_SOCIAL", "MAR", "ÑANDU", "LUZ2")
ZONA = "America/Mexico_City"

_letras = st.text(st.sampled_from("abcXYZ áéíóúñÑü,;\"'()[]{}#%&/\\|.:_0123456789-+=@º…😀"), min_size=1, max_size=12)
nombres = (
    _letras.map(lambda t: unicodedata.normalize("NFC", t).strip())
    .filter(lambda t: t != "" and t[0] not in "=+-@")
    .map(str)
)
colores = st.one_of(st.just(""), st.from_regex(r"#[0-9A-F]{6}", fullmatch=True))


@st.composite
def planillas(draw: Any, clave: str) -> Planilla:
    """Who stands in one demarcation: some parties, grouped or alone."""
    presentes = draw(st.lists(st.sampled_from(SIGLAS), unique=True, min_size=1))
    grupos: dict[int, list[str]] = {}
    for siglas in sorted(presentes, key=SIGLAS.index):
        grupos.setdefault(draw(st.integers(0, 3)), []).append(siglas)
    planilla = Planilla()
    propios = set(presentes)
    for numero, partidos in sorted(grupos.items()):
        if numero in (1, 2) and len(partidos) > 1:
            planilla.coaliciones.append(tuple(partidos))
        elif numero == 3 and len(partidos) > 1:
            planilla.comunes.append(("CC_" + "_".join(partidos), tuple(partidos)))
            propios -= set(partidos)
    planilla.partidos = tuple(s for s in SIGLAS if s in propios)
    planilla.coaliciones.sort(key=lambda c: planilla.partidos.index(c[0]))
    planilla.independientes = [f"CAND_IND_{i + 1}" for i in range(draw(st.integers(0, 2)))]
    return planilla


@st.composite
def procesos(draw: Any) -> tuple[Proceso, Informativo]:
    demarcaciones = {
        Ambito.DISTRITO: draw(st.dictionaries(st.integers(0, 999), nombres, min_size=1, max_size=3)),
        Ambito.MUNICIPIO: draw(st.dictionaries(st.integers(0, 999), nombres, min_size=1, max_size=3)),
    }
    catds = [
        Catd(f"CATD-{i}", draw(nombres), draw(st.sampled_from(sorted(demarcaciones[Ambito.MUNICIPIO]))), draw(nombres))
        for i in range(draw(st.integers(0, 2)))
    ]
    casillas = draw(_casillas(demarcaciones, catds))
    elecciones: list[Eleccion] = []
    informacion: dict[str, list[Any]] = {"independientes": [], "coaliciones": [], "candidaturas": []}
    empates = draw(st.one_of(st.just(()), st.permutations(SIGLAS).map(tuple)))
    for i, ambito in enumerate(draw(st.lists(st.sampled_from(list(Ambito)), min_size=1, max_size=3))):
        agrupa = draw(st.sampled_from([Ambito.DISTRITO, Ambito.MUNICIPIO])) if ambito is Ambito.ENTIDAD else ambito
        elecciones.append(
            draw(_elecciones(f"E{i}", ambito, agrupa, demarcaciones[agrupa], casillas, empates or SIGLAS, informacion))
        )
    inicio = draw(st.one_of(st.none(), st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1))))
    inicio = inicio and inicio.replace(microsecond=0, fold=0, tzinfo=ZoneInfo("America/Bogota")).astimezone(
        ZoneInfo(ZONA)
    )
    lugares = [*LUGARES, *[c.clave for c in catds]]
    personas = st.builds(
        Persona,
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{1,39}", fullmatch=True).filter(str.isascii),
        st.sampled_from(list(ROLES)),
        st.sampled_from(lugares),
    )
    informativo = Informativo(
        partidos=tuple(Partido(s, draw(nombres), draw(colores)) for s in SIGLAS),
        independientes=tuple(
            sorted(informacion["independientes"], key=lambda x: (x.eleccion, x.demarcacion or 0, x.clave))
        ),
        coaliciones=tuple(sorted(set(informacion["coaliciones"]))),
        candidaturas=tuple(
            sorted(informacion["candidaturas"], key=lambda x: (x.eleccion, x.demarcacion or 0, x.candidatura))
        ),
        distritos=dict(sorted(demarcaciones[Ambito.DISTRITO].items())),
        municipios=dict(sorted(demarcaciones[Ambito.MUNICIPIO].items())),
        catds=tuple(catds),
        personas=tuple(sorted(draw(st.sets(personas, max_size=3)))),
        institucion=Institucion(nombre=draw(nombres), siglas="IP", sitio="https://ip.example", color_acento="#00FF7F"),
        difusores=tuple(sorted({Difusor(n, "https://d.example/x") for n in draw(st.lists(nombres, max_size=2))})),
        publicacion=Publicacion(inicio, inicio and inicio + timedelta(hours=24), draw(st.integers(1, 60))),
        parametros=Parametros(
            boletas_especiales=draw(st.integers(0, 9999)),
            mezcla_cuenta=draw(st.booleans()),
            empates=empates,
            lectura=draw(st.sampled_from(list(LECTURA))),
            lugares_distintos=draw(st.booleans()),
            alcance_estricto=draw(st.booleans()),
        ),
        rutas=Rutas(prision=tuple(c.clave for c in catds), extranjero=tuple(c.clave for c in catds[:1])),
        casilla=EnCasilla(tuple(draw(st.lists(nombres, unique=True, max_size=3)))),
        textos=draw(st.dictionaries(st.sampled_from(["aviso", "pie"]), nombres)),
    )
    proceso = Proceso(
        clave="P-1",
        nombre=draw(nombres),
        entidad=14,
        entidad_nombre=draw(nombres),
        entidad_abreviatura="JAL",
        zona_horaria=ZONA,
        elecciones=tuple(elecciones),
        huella="",
    )
    return sellar(proceso, informativo), informativo


@st.composite
def _casillas(draw: Any, demarcaciones: dict[Ambito, dict[int, str]], catds: list[Catd]) -> list[Casilla]:
    """At least one in each demarcation; special ones, other entidades, extensions."""
    lugares = [
        (d, m)
        for d, m in zip(
            [
                *demarcaciones[Ambito.DISTRITO],
                *draw(st.lists(st.sampled_from(sorted(demarcaciones[Ambito.DISTRITO])), min_size=3)),
            ],
            [
                *demarcaciones[Ambito.MUNICIPIO],
                *draw(st.lists(st.sampled_from(sorted(demarcaciones[Ambito.MUNICIPIO])), min_size=3)),
            ],
            strict=False,
        )
    ]
    casillas = []
    for numero, (distrito, municipio) in enumerate(lugares, draw(st.integers(0, 9000))):
        formas = {
            ("B", 1, 0),
            *draw(st.sets(st.tuples(st.sampled_from("CESMVPA"), st.integers(0, 99), st.integers(0, 99)), max_size=2)),
        }
        entidad = draw(st.sampled_from([14, 14, 9]))
        for tipo, id_, extension in formas:
            casillas.append(
                Casilla(
                    ClaveCasilla(entidad, numero, tipo, id_, extension),
                    distrito,
                    municipio,
                    0 if tipo == "S" else draw(st.integers(0, 99_999)),
                    draw(st.integers(0, 9999)) if tipo == "S" else None,
                    draw(st.integers(1, 2)),
                    draw(st.sampled_from(["", *[c.clave for c in catds]])),
                )
            )
    return sorted(casillas, key=lambda c: c.clave)


@st.composite
def _elecciones(
    draw: Any,
    clave: str,
    ambito: Ambito,
    agrupa: Ambito,
    demarcaciones: dict[int, str],
    casillas: list[Casilla],
    orden: tuple[str, ...],
    informacion: dict[str, list[Any]],
) -> Eleccion:
    por_distrito = agrupa is Ambito.DISTRITO
    tipos = draw(st.dictionaries(st.sampled_from("SMV"), st.just(f"X{clave[1]}")))
    propias = draw(st.lists(st.sampled_from(casillas), unique=True, min_size=1)) if draw(st.booleans()) else casillas
    actas = [
        ActaEsperada(
            f"{c.clave}{tipos.get(c.clave.tipo, clave)}",
            c,
            c.distrito if por_distrito else c.municipio,
            draw(st.one_of(st.none(), st.integers(0, 99))),
            draw(st.sampled_from(["", "F", "D-F"])),
        )
        for c in casillas
        if c in propias or clave == "E0"
    ]
    demarcaciones = {d: n for d, n in demarcaciones.items() if d in {a.demarcacion for a in actas}}
    if ambito is Ambito.ENTIDAD:
        una = draw(planillas(clave))
        suyas = dict.fromkeys(demarcaciones, una)
    else:
        suyas = {d: draw(planillas(clave)) for d in demarcaciones}
    columnas = columnas_de(suyas.values(), SIGLAS)
    if draw(st.booleans()):
        cuerpo = [
            replace(c, clave=f"C_{c.clave}") if c.tipo is TipoRecuadro.COMBINACION else c
            for c in draw(st.permutations(columnas[:-2]))
        ]
        columnas = (*cuerpo, *columnas[-2:])
    boletas = boletas_de(columnas, suyas)
    for d, planilla in suyas.items():
        lugar = None if ambito is Ambito.ENTIDAD else d
        for c in planilla.coaliciones:
            informacion["coaliciones"].append(Coalicion(clave, "K" + "".join(p[0] for p in c), c, "Juntos"))
        for k, c in planilla.comunes:
            informacion["coaliciones"].append(Coalicion(clave, k, c, ""))
        for k in planilla.independientes:
            nueva = Independiente(clave, lugar, k, "Ana", "")
            if nueva not in informacion["independientes"]:
                informacion["independientes"].append(nueva)
        for candidatura in boletas[d].candidaturas:
            nombrada = NombreCandidatura(
                clave, lugar, candidatura.clave, draw(nombres), draw(st.sampled_from(["", "Eva"]))
            )
            if draw(st.booleans()) and not any(
                (n.eleccion, n.demarcacion, n.candidatura) == (clave, lugar, candidatura.clave)
                for n in informacion["candidaturas"]
            ):
                informacion["candidaturas"].append(nombrada)
    contienden = {p for x in suyas.values() for p in x.partidos} | {
        p for x in suyas.values() for _, c in x.comunes for p in c
    }
    return Eleccion(
        clave=clave,
        nombre=draw(nombres),
        tipo_acta=clave,
        ambito=ambito,
        agrupa=agrupa,
        columnas=columnas,
        demarcaciones={i: Demarcacion(i, n) for i, n in sorted(demarcaciones.items())},
        boletas=boletas,
        actas=tuple(sorted(actas, key=lambda a: (a.demarcacion, a.casilla.clave))),
        orden_registro=tuple(s for s in orden if s in contienden),
    )

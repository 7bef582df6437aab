"""A process folder → `Proceso` and `Informativo`, or every problem it has.

The folder: docs/manual-proceso.md. Two passes: every file is read and every reference checked, noting all problems
(`carpeta`, `territorio`, `contienda`); only a folder without any is assembled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from prep.catalogo.archivos import POR_ELECCION
from prep.catalogo.cabecera import Cabecera, EleccionDeclarada
from prep.catalogo.carpeta import Carpeta
from prep.catalogo.contienda import Contienda
from prep.catalogo.documento import sellar
from prep.catalogo.informativo import Catd, Coalicion, Independiente, Informativo, Partido, Persona
from prep.catalogo.problemas import ProcesoInvalido
from prep.catalogo.tablas import Fila
from prep.catalogo.territorio import Territorio
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.dominio.tabulacion.proceso import ActaEsperada, Ambito, Casilla, Demarcacion, Eleccion, Proceso


def leer_proceso(carpeta: Path | str) -> tuple[Proceso, Informativo]:
    """Read and check a folder. Raises `ProcesoInvalido` with every problem found."""
    c = Carpeta(Path(carpeta))
    if c.cabecera is None:
        raise ProcesoInvalido(c.problemas)
    territorio = Territorio(c, c.cabecera.entidad or 0)
    contienda = Contienda(c, territorio, c.cabecera.parametros.empates)
    if c.problemas:
        raise ProcesoInvalido(c.problemas)
    proceso, informativo = _armar(c.tablas, c.cabecera, territorio, contienda)
    return sellar(proceso, informativo), informativo


def _armar(
    tablas: Mapping[str, list[Fila]], cabecera: Cabecera, territorio: Territorio, contienda: Contienda
) -> tuple[Proceso, Informativo]:
    orden = contienda.orden
    registro = sorted(orden, key=lambda s: orden[s])
    empates = cabecera.parametros.empates or tuple(registro)
    especiales = cabecera.parametros.boletas_especiales
    casillas = [
        (f, _casilla(f, territorio.secciones[f["entidad"], f["seccion"]], especiales)) for f in tablas["casillas.csv"]
    ]
    casillas.sort(key=lambda par: par[1].clave)
    elecciones = []
    for e in cabecera.elecciones:
        planillas = contienda.planillas[e.clave].values()
        contienden = {p for planilla in planillas for p in planilla.partidos}
        contienden |= {p for planilla in planillas for _, ps in planilla.comunes for p in ps}
        elecciones.append(
            Eleccion(
                clave=e.clave,
                nombre=e.nombre,
                tipo_acta=e.tipo_acta,
                ambito=e.ambito,
                agrupa=e.agrupa,
                columnas=contienda.columnas[e.clave],
                demarcaciones={i: Demarcacion(i, n) for i, n in sorted(territorio.grupos[e.clave].items())},
                boletas=contienda.boletas[e.clave],
                actas=_actas(e, casillas),
                orden_registro=tuple(s for s in empates if s in contienden),
            )
        )
    proceso = Proceso(
        clave=cabecera.clave,
        nombre=cabecera.nombre,
        entidad=cabecera.entidad,
        entidad_nombre=cabecera.entidad_nombre,
        entidad_abreviatura=cabecera.entidad_abreviatura,
        zona_horaria=cabecera.zona_horaria,
        elecciones=tuple(elecciones),
        huella="",
    )
    nombrados = {f["siglas"]: f for f in tablas["contendientes.csv"] if f["tipo"] == "partido"}
    informativo = Informativo(
        partidos=tuple(Partido(s, nombrados[s]["nombre"], nombrados[s]["color"].upper()) for s in registro),
        independientes=tuple(
            sorted(
                (
                    Independiente(f["eleccion"], f["demarcacion"], f["siglas"], f["nombre"], f["color"].upper())
                    for f, _ in contienda.independientes
                ),
                key=lambda i: (i.eleccion, i.demarcacion or 0, i.clave),
            )
        ),
        coaliciones=tuple(sorted({_coalicion(f, orden) for f in tablas["coaliciones.csv"]})),
        candidaturas=tuple(
            sorted(contienda.candidaturas, key=lambda c: (c.eleccion, c.demarcacion or 0, c.candidatura))
        ),
        distritos=dict(sorted(territorio.nombres[Ambito.DISTRITO.value].items())),
        municipios=dict(sorted(territorio.nombres[Ambito.MUNICIPIO.value].items())),
        catds=tuple(sorted(Catd(**f) for f in tablas["catd.csv"])),
        personas=tuple(sorted(Persona(**f) for f in tablas["personas.csv"])),
        institucion=replace(
            cabecera.institucion,
            color_principal=cabecera.institucion.color_principal.upper(),
            color_acento=cabecera.institucion.color_acento.upper(),
        ),
        difusores=cabecera.difusores,
        publicacion=cabecera.publicacion,
        parametros=cabecera.parametros,
        practica=cabecera.practica,
        rutas=cabecera.rutas,
        casilla=cabecera.casilla,
        textos=cabecera.textos,
    )
    return proceso, informativo


def _coalicion(f: Fila, orden: Mapping[str, int]) -> Coalicion:
    partidos = tuple(sorted(f["partidos"], key=lambda s: orden[s]))
    return Coalicion(f["eleccion"], f["clave"], partidos, f["nombre"])


def _casilla(f: Fila, seccion: Fila, boletas_especiales: int | None) -> Casilla:
    boletas = f["boletas"]
    if f["tipo"] == "S" and boletas is None:
        boletas = boletas_especiales
    return Casilla(
        clave=ClaveCasilla(f["entidad"], f["seccion"], f["tipo"], f["id"], f["extension"]),
        distrito=seccion["distrito"] or 0,
        municipio=seccion["municipio"] or 0,
        lista_nominal=f["lista_nominal"] or 0,
        boletas=boletas,
        ubicacion=f["ubicacion"],
        catd=f["catd"],
    )


def _actas(e: EleccionDeclarada, casillas: list[tuple[Fila, Casilla]]) -> tuple[ActaEsperada, ...]:
    """The actas of one election, in the order of the database. `casillas` come in the order of their keys."""
    por_distrito = e.agrupa is Ambito.DISTRITO
    propia = {campo: f"{campo}_{e.clave}" for campo in POR_ELECCION}
    actas = []
    for f, casilla in casillas:
        if f["elecciones"] and e.clave not in f["elecciones"]:
            continue
        representantes = f.get(propia["representantes"])
        mecanismos = f.get(propia["mecanismos"])
        actas.append(
            ActaEsperada(
                clave=f"{casilla.clave}{e.tipos_acta.get(casilla.clave.tipo, e.tipo_acta)}",
                casilla=casilla,
                demarcacion=casilla.distrito if por_distrito else casilla.municipio,
                representantes=f["representantes"] if representantes is None else representantes,
                mecanismos=mecanismos or f["mecanismos"],
            )
        )
    actas.sort(key=lambda a: a.demarcacion)
    return tuple(actas)

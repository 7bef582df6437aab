"""A process as one JSON document, its fingerprint, and back.

    {"formato": "prep/catalogo/1", "catalogo": {…}, "operacion": {…}}

`catalogo` decides what is published: it is what `huella` covers and what puesta en ceros freezes. `operacion` may
change on the night without changing a figure: window of publication, people, theme, texts. Casillas and actas go in
columns, so that a national process is read in seconds.
"""

from __future__ import annotations

import base64
import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from prep.catalogo.armado import planilla_de
from prep.catalogo.informativo import (
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
    Practica,
    Publicacion,
    Rutas,
)
from prep.dominio.tabulacion.boleta import Boleta, Recuadro, TipoRecuadro, boleta_de
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.dominio.tabulacion.proceso import ActaEsperada, Ambito, Casilla, Demarcacion, Eleccion, Proceso
from prep.transparencia.canonico import canonico

FORMATO: Final = "prep/catalogo/1"


def sellar(proceso: Proceso, informativo: Informativo) -> Proceso:
    """The same process with its fingerprint."""
    return replace(proceso, huella=huella_de(proceso, informativo))


def huella_de(proceso: Proceso, informativo: Informativo) -> str:
    """SHA-256, hexadecimal, of the canonical JSON of `catalogo`. Does not depend on files, row order or people."""
    return hashlib.sha256(canonico(_catalogo(proceso, informativo))).hexdigest()


def huella_documento(documento: dict[str, Any]) -> str:
    """The same, of a document already made."""
    return hashlib.sha256(canonico(documento["catalogo"])).hexdigest()


def a_documento(proceso: Proceso, informativo: Informativo) -> dict[str, Any]:
    """Everything, as plain JSON values."""
    return {"formato": FORMATO, "catalogo": _catalogo(proceso, informativo), "operacion": _operacion(informativo)}


def _catalogo(proceso: Proceso, informativo: Informativo) -> dict[str, Any]:
    casillas = casillas_de(proceso)
    indice = {id_: i for i, id_ in enumerate(casillas)}
    lista = list(casillas.values())
    return {
        "clave": proceso.clave,
        "nombre": proceso.nombre,
        "zona_horaria": proceso.zona_horaria,
        "entidad": {
            "id": proceso.entidad,
            "nombre": proceso.entidad_nombre,
            "abreviatura": proceso.entidad_abreviatura,
        },
        "parametros": {
            "boletas_especiales": informativo.parametros.boletas_especiales,
            "mezcla_cuenta": informativo.parametros.mezcla_cuenta,
            "empates": list(informativo.parametros.empates),
            "lectura": informativo.parametros.lectura,
            "lugares_distintos": informativo.parametros.lugares_distintos,
            "alcance_estricto": informativo.parametros.alcance_estricto,
        },
        "partidos": [asdict(p) for p in informativo.partidos],
        "independientes": [asdict(i) for i in sorted(informativo.independientes, key=_orden)],
        "coaliciones": [asdict(c) for c in sorted(informativo.coaliciones)],
        "candidaturas": [asdict(c) for c in sorted(informativo.candidaturas, key=_orden)],
        "distritos": [[i, n] for i, n in sorted(informativo.distritos.items())],
        "municipios": [[i, n] for i, n in sorted(informativo.municipios.items())],
        "catds": [asdict(c) for c in sorted(informativo.catds)],
        "casillas": {
            "clave": [str(c.clave) for c in lista],
            "distrito": [c.distrito for c in lista],
            "municipio": [c.municipio for c in lista],
            "lista_nominal": [c.lista_nominal for c in lista],
            "boletas": [c.boletas for c in lista],
            "ubicacion": [c.ubicacion for c in lista],
            "catd": [c.catd for c in lista],
        },
        "elecciones": [_eleccion(e, indice) for e in proceso.elecciones],
    }


def _orden(dato: Independiente | NombreCandidatura) -> tuple[str, int, str]:
    clave = dato.clave if isinstance(dato, Independiente) else dato.candidatura
    return dato.eleccion, -1 if dato.demarcacion is None else dato.demarcacion, clave


def casillas_de(proceso: Proceso) -> dict[ClaveCasilla, Casilla]:
    """Every casilla of the process, by key and in its order."""
    casillas: dict[ClaveCasilla, Casilla] = {}
    for eleccion in proceso.elecciones:
        for acta in eleccion.actas:
            otra = casillas.setdefault(acta.casilla.clave, acta.casilla)
            if otra is not acta.casilla and otra != acta.casilla:
                raise ValueError(f"La casilla {acta.casilla.clave} no es igual en todas las elecciones.")
    return dict(sorted(casillas.items()))


def _eleccion(eleccion: Eleccion, indice: dict[ClaveCasilla, int]) -> dict[str, Any]:
    return {
        "clave": eleccion.clave,
        "nombre": eleccion.nombre,
        "tipo_acta": eleccion.tipo_acta,
        "tipos_acta": tipos_acta(eleccion),
        "ambito": eleccion.ambito.value,
        "agrupa": eleccion.agrupa.value,
        "orden_registro": list(eleccion.orden_registro),
        "columnas": [[c.clave, c.tipo.value, list(c.partidos)] for c in eleccion.columnas],
        "demarcaciones": [
            {
                "id": d.id,
                "nombre": d.nombre,
                "columnas": list(eleccion.boletas[d.id].claves),
                "coaliciones": [list(c) for c in planilla_de(eleccion.boletas[d.id]).coaliciones],
            }
            for d in sorted(eleccion.demarcaciones.values(), key=lambda d: d.id)
        ],
        "actas": {
            "casilla": [indice[a.casilla.clave] for a in eleccion.actas],
            "demarcacion": [a.demarcacion for a in eleccion.actas],
            "representantes": [a.representantes for a in eleccion.actas],
            "mecanismos": [a.mecanismos for a in eleccion.actas],
        },
    }


def tipos_acta(eleccion: Eleccion) -> dict[str, str]:
    """Tipo de acta of the kinds of casilla whose actas do not carry the election's own. Raises `ValueError`."""
    tipos: dict[str, str] = {}
    for acta in eleccion.actas:
        casilla = str(acta.casilla.clave)
        tipo = acta.clave.removeprefix(casilla)
        if tipo == acta.clave or tipos.setdefault(acta.casilla.clave.tipo, tipo) != tipo:
            raise ValueError(f"La clave del acta {acta.clave} no es la de su casilla y su tipo de acta.")
    return {casilla: tipo for casilla, tipo in sorted(tipos.items()) if tipo != eleccion.tipo_acta}


def _operacion(informativo: Informativo) -> dict[str, Any]:
    publicacion = informativo.publicacion
    return {
        "publicacion": {
            "inicio": publicacion.inicio.isoformat() if publicacion.inicio else None,
            "fin": publicacion.fin.isoformat() if publicacion.fin else None,
            "cada_minutos": publicacion.cada_minutos,
        },
        "institucion": {
            **asdict(informativo.institucion),
            "imagen": base64.b64encode(informativo.institucion.imagen).decode(),
        },
        "difusores": [asdict(d) for d in sorted(informativo.difusores)],
        "practica": asdict(informativo.practica),
        "rutas": {ruta: list(centros) for ruta, centros in asdict(informativo.rutas).items()},
        "casilla": {"documentos": list(informativo.casilla.documentos)},
        "textos": dict(sorted(informativo.textos.items())),
        "personas": [[p.persona, p.rol, p.lugar] for p in sorted(informativo.personas)],
    }


def de_documento(documento: dict[str, Any]) -> tuple[Proceso, Informativo]:
    """The process and the rest, from `a_documento`'s result. `huella` is computed by the caller and must be there."""
    if documento.get("formato") != FORMATO:
        raise ValueError(f"No se conoce el formato de catálogo «{documento.get('formato')}»; se esperaba {FORMATO}.")
    with _sin_recolector():
        proceso = _proceso(documento["catalogo"], documento.get("huella", ""))
    return proceso, _informativo(documento["catalogo"], documento["operacion"])


@contextmanager
def _sin_recolector() -> Iterator[None]:
    """Building a million small objects that all live: the cyclic collector would only walk them again and again."""
    encendido = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if encendido:
            gc.enable()


def _proceso(catalogo: dict[str, Any], huella: str) -> Proceso:
    c = catalogo["casillas"]
    casillas = [
        Casilla(ClaveCasilla(int(k[:2]), int(k[2:6]), k[6], int(k[7:9]), int(k[9:])), d, m, ln, b, u, catd)
        for k, d, m, ln, b, u, catd in zip(
            c["clave"],
            c["distrito"],
            c["municipio"],
            c["lista_nominal"],
            c["boletas"],
            c["ubicacion"],
            c["catd"],
            strict=True,
        )
    ]
    claves = c["clave"]
    entidad = catalogo["entidad"]
    return Proceso(
        clave=catalogo["clave"],
        nombre=catalogo["nombre"],
        entidad=entidad["id"],
        entidad_nombre=entidad["nombre"],
        entidad_abreviatura=entidad["abreviatura"],
        zona_horaria=catalogo["zona_horaria"],
        elecciones=tuple(_leer_eleccion(e, casillas, claves) for e in catalogo["elecciones"]),
        huella=huella,
    )


def _leer_eleccion(e: dict[str, Any], casillas: list[Casilla], claves: list[str]) -> Eleccion:
    columnas = tuple(Recuadro(clave, TipoRecuadro(tipo), tuple(ps)) for clave, tipo, ps in e["columnas"])
    por_clave = {c.clave: c for c in columnas}
    hechas: dict[str, Boleta] = {}
    boletas: dict[int, Boleta] = {}
    for d in e["demarcaciones"]:
        firma = repr((d["columnas"], d["coaliciones"]))
        if firma not in hechas:
            hechas[firma] = boleta_de(
                tuple(por_clave[k] for k in d["columnas"]), [tuple(ps) for ps in d["coaliciones"]]
            )
        boletas[d["id"]] = hechas[firma]
    actas = e["actas"]
    sufijos = [e["tipos_acta"].get(k[6], e["tipo_acta"]) for k in claves]
    return Eleccion(
        clave=e["clave"],
        nombre=e["nombre"],
        tipo_acta=e["tipo_acta"],
        ambito=Ambito(e["ambito"]),
        agrupa=Ambito(e["agrupa"]),
        columnas=columnas,
        demarcaciones={d["id"]: Demarcacion(d["id"], d["nombre"]) for d in e["demarcaciones"]},
        boletas=boletas,
        actas=tuple(
            ActaEsperada(claves[i] + sufijos[i], casillas[i], d, r, m)
            for i, d, r, m in zip(
                actas["casilla"], actas["demarcacion"], actas["representantes"], actas["mecanismos"], strict=True
            )
        ),
        orden_registro=tuple(e["orden_registro"]),
    )


def _informativo(catalogo: dict[str, Any], operacion: dict[str, Any]) -> Informativo:
    parametros = catalogo["parametros"]
    return Informativo(
        partidos=tuple(Partido(**x) for x in catalogo["partidos"]),
        independientes=tuple(Independiente(**x) for x in catalogo["independientes"]),
        coaliciones=tuple(Coalicion(**{**x, "partidos": tuple(x["partidos"])}) for x in catalogo["coaliciones"]),
        candidaturas=tuple(NombreCandidatura(**x) for x in catalogo["candidaturas"]),
        distritos=dict(catalogo["distritos"]),
        municipios=dict(catalogo["municipios"]),
        catds=tuple(Catd(**x) for x in catalogo["catds"]),
        parametros=Parametros(**{**parametros, "empates": tuple(parametros["empates"])}),
        **leer_operacion(operacion),
    )


def leer_rutas(dichas: dict[str, Any]) -> Rutas:
    return Rutas(**{ruta: tuple(centros) for ruta, centros in dichas.items()})


def leer_operacion(operacion: dict[str, Any]) -> dict[str, Any]:
    """The fields of `Informativo` that `operacion` holds; those missing are left out."""
    leido: dict[str, Any] = {}
    if "publicacion" in operacion:
        p = operacion["publicacion"]
        leido["publicacion"] = Publicacion(
            inicio=datetime.fromisoformat(p["inicio"]) if p["inicio"] else None,
            fin=datetime.fromisoformat(p["fin"]) if p["fin"] else None,
            cada_minutos=p["cada_minutos"],
        )
    if "institucion" in operacion:
        i = operacion["institucion"]
        leido["institucion"] = Institucion(**{**i, "imagen": base64.b64decode(i["imagen"])})
    if "difusores" in operacion:
        leido["difusores"] = tuple(Difusor(**x) for x in operacion["difusores"])
    if "practica" in operacion:
        leido["practica"] = Practica(**operacion["practica"])
    if "rutas" in operacion:
        leido["rutas"] = leer_rutas(operacion["rutas"])
    if "casilla" in operacion:
        leido["casilla"] = EnCasilla(tuple(operacion["casilla"]["documentos"]))
    if "textos" in operacion:
        leido["textos"] = dict(operacion["textos"])
    if "personas" in operacion:
        leido["personas"] = tuple(Persona(*x) for x in operacion["personas"])
    return leido

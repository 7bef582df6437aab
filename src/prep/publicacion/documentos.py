"""The JSON documents of a corte (`docs/formatos/`), as dictionaries in the order in which they are written."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from prep.catalogo.informativo import Informativo
from prep.dominio.tabulacion.porcentajes import porcentaje
from prep.dominio.tabulacion.proceso import Ambito, Eleccion, Proceso
from prep.dominio.tabulacion.tabulacion import Resultado, estadistica

Doc = dict[str, Any]


def cifras(resultado: Resultado, cierre: bool, con_partidos: bool = True) -> Doc:
    """Figures of one place: summary, both coalition views and the boxes that are nobody's."""
    total = resultado.cuenta.total

    def votos(v: int) -> Doc:
        pct = porcentaje(v, total)
        return {"votos": v} if pct is None else {"votos": v, "porcentaje": pct}

    doc: Doc = {
        "estadistica": estadistica(resultado.cuenta, cierre),
        "por_candidatura": [
            {"clave": f.clave, "partidos": list(f.partidos), **votos(f.votos)} for f in resultado.por_candidatura
        ],
    }
    if con_partidos:
        doc["por_partido"] = [
            {"clave": f.clave, "propios": f.propios, "coalicion": f.coalicion, **votos(f.votos)}
            for f in resultado.por_partido
        ]
    doc["no_registradas"] = votos(resultado.no_registradas)
    doc["nulos"] = votos(resultado.nulos)
    doc["total"] = total
    return doc


def municipios(
    eleccion: Eleccion, nombres: Mapping[int, str], resultados: Mapping[int, Resultado], cierre: bool
) -> Doc:
    """`<ELEC>/municipios.json`: an election of the whole state, municipio by municipio."""
    return {
        "formato": "prep/municipios/1",
        "eleccion": eleccion.clave,
        "municipios": [
            {"id": id_, "nombre": nombres[id_], **cifras(resultado, cierre, con_partidos=False)}
            for id_, resultado in resultados.items()
        ],
    }


def resumen(eleccion: Eleccion, entidad: Resultado, demarcaciones: Mapping[int, Resultado], cierre: bool) -> Doc:
    """`<ELEC>/resumen.json`."""
    return {
        "formato": "prep/resumen/1",
        "eleccion": eleccion.clave,
        "nivel": "entidad",
        **cifras(entidad, cierre),
        "demarcaciones": [
            {
                "id": id_,
                "nombre": eleccion.demarcaciones[id_].nombre,
                **cifras(resultado, cierre, con_partidos=False),
            }
            for id_, resultado in demarcaciones.items()
        ],
    }


def proceso(proceso: Proceso, informativo: Informativo) -> Doc:
    """`proceso.json`: what does not change during the night."""
    doc: Doc = {
        "formato": "prep/proceso/1",
        "clave": proceso.clave,
        "nombre": proceso.nombre,
        "zona_horaria": proceso.zona_horaria,
        "entidad": {
            "id": proceso.entidad,
            "nombre": proceso.entidad_nombre,
            "abreviatura": proceso.entidad_abreviatura,
        },
    }
    doc["parametros"] = {
        "boletas_especiales": informativo.parametros.boletas_especiales,
        "mezcla_cuenta": informativo.parametros.mezcla_cuenta,
    }
    doc["boletas"] = _boletas(proceso)
    institucion = _institucion(informativo)
    if institucion:
        doc["institucion"] = institucion
    if informativo.difusores:
        doc["difusores"] = [{"nombre": d.nombre, "url": d.url} for d in informativo.difusores]
    if informativo.textos:
        doc["textos"] = dict(sorted(informativo.textos.items()))
    doc["partidos"] = [
        {"siglas": p.siglas, "nombre": p.nombre, **({"color": p.color} if p.color else {})}
        for p in informativo.partidos
    ]
    if informativo.municipios:
        doc["municipios"] = [{"id": id_, "nombre": n} for id_, n in informativo.municipios.items()]
    doc["elecciones"] = [_eleccion(e, informativo) for e in proceso.elecciones]
    return doc


def _boletas(proceso: Proceso) -> dict[str, int]:
    """Ballots approved for each special casilla that has a number of its own."""
    casillas = (a.casilla for e in proceso.elecciones for a in e.actas if a.casilla.especial)
    return {str(c.clave): c.boletas for c in sorted(set(casillas), key=lambda c: c.clave) if c.boletas is not None}


def _institucion(informativo: Informativo) -> Doc:
    i = informativo.institucion
    if not i.nombre:
        return {}
    doc: Doc = {"nombre": i.nombre}
    doc |= {n: d for n, d in (("siglas", i.siglas), ("sitio", i.sitio), ("portal", i.portal)) if d}
    if i.imagen:
        tipo = "image/png" if i.imagen.startswith(b"\x89PNG") else "image/svg+xml"
        doc["logo"] = f"data:{tipo};base64,{base64.b64encode(i.imagen).decode()}"
    doc["colores"] = {"principal": i.color_principal, "acento": i.color_acento}
    return doc


def _eleccion(eleccion: Eleccion, informativo: Informativo) -> Doc:
    quien = {(n.demarcacion, n.candidatura): n for n in informativo.candidaturas if n.eleccion == eleccion.clave}
    juntos = {frozenset(c.partidos): c.nombre for c in informativo.coaliciones if c.eleccion == eleccion.clave}
    lista: dict[int, int] = dict.fromkeys(eleccion.demarcaciones, 0)
    actas: dict[int, int] = dict.fromkeys(eleccion.demarcaciones, 0)
    for a in eleccion.actas:
        lista[a.demarcacion] += a.casilla.lista_nominal
        actas[a.demarcacion] += 1

    def candidatura(id_: int, clave: str, partidos: Sequence[str]) -> Doc:
        n = quien.get((None if eleccion.ambito is Ambito.ENTIDAD else id_, clave))
        doc: Doc = {"clave": clave, "partidos": list(partidos)}
        if juntos.get(frozenset(partidos)):
            doc["coalicion"] = juntos[frozenset(partidos)]
        if n is not None:
            doc["propietaria"] = n.propietaria
            if n.suplente:
                doc["suplente"] = n.suplente
        return doc

    return {
        "clave": eleccion.clave,
        "nombre": eleccion.nombre,
        "tipo_acta": eleccion.tipo_acta,
        "ambito": eleccion.ambito.value,
        "agrupa": eleccion.agrupa.value,
        "empates": list(eleccion.orden_registro),
        "columnas": [{"clave": r.clave, "tipo": r.tipo.value, "partidos": list(r.partidos)} for r in eleccion.columnas],
        "demarcaciones": [
            {
                "id": id_,
                "nombre": d.nombre,
                "lista_nominal": lista[id_],
                "actas_esperadas": actas[id_],
                "columnas": list(eleccion.boletas[id_].claves),
                "candidaturas": [candidatura(id_, c.clave, c.partidos) for c in eleccion.boletas[id_].candidaturas],
            }
            for id_, d in eleccion.demarcaciones.items()
        ],
    }


def secciones(proceso: Proceso) -> Doc:
    """`secciones.json`: where each sección belongs."""
    donde = {
        a.casilla.clave.seccion: [a.casilla.distrito, a.casilla.municipio]
        for e in proceso.elecciones
        for a in e.actas
        if a.casilla.clave.seccion
    }
    return {"formato": "prep/secciones/1", "secciones": {str(s): donde[s] for s in sorted(donde)}}


def avance(
    anterior: Doc | None,
    numero: int,
    hora: str,
    elecciones: Mapping[str, tuple[Resultado, Mapping[int, Resultado]]],
) -> Doc:
    """`avance.json`: the previous corte's with one more entry."""
    doc: Doc = anterior or {"formato": "prep/avance/1", "cortes": [], "horas": [], "elecciones": {}}
    previas = len(doc["cortes"])
    doc["cortes"].append(numero)
    doc["horas"].append(hora)
    for clave, (entidad, demarcaciones) in elecciones.items():
        serie = doc["elecciones"].setdefault(
            clave,
            {
                "esperadas": entidad.cuenta.esperadas,
                "capturadas": [],
                "contabilizadas": [],
                "total": [],
                "candidaturas": {},
                "demarcaciones": {},
            },
        )
        serie["capturadas"].append(entidad.cuenta.capturadas)
        serie["contabilizadas"].append(entidad.cuenta.contabilizadas)
        serie["total"].append(entidad.cuenta.total)
        for f in entidad.por_candidatura:
            serie["candidaturas"].setdefault(f.clave, [0] * previas).append(f.votos)
        for id_, r in demarcaciones.items():
            serie["demarcaciones"].setdefault(str(id_), [0] * previas).append(r.cuenta.contabilizadas)
    return doc

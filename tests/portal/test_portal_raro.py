"""Any process and any figures that the schemas allow are drawn: no corte is lost because of its pages."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from prep.portal import paginas, portada, recursos
from prep.publicacion.esquemas import FORMATOS

REVISORES = {
    n: jsonschema.Draft202012Validator(json.loads((FORMATOS / f"{n}.schema.json").read_text("utf-8")))
    for n in ("proceso", "resumen", "avance")
}
TEXTO = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
VOTOS = st.integers(0, 10**7)
SIGLAS = ("PAZ", "RÍO", "A-1", "x_y", "Ñ")
BASICAS = ("actas_registradas", "actas_capturadas", "actas_contabilizadas", "actas_no_contabilizadas")


@st.composite
def procesos(azar: st.DrawFn) -> dict[str, Any]:
    partidos = azar(st.lists(st.sampled_from(SIGLAS), max_size=5, unique=True))
    elecciones = []
    for clave in azar(st.lists(st.sampled_from(("GUB", "DIP_LOC", "X9")), min_size=1, max_size=3, unique=True)):
        columnas = [{"clave": p, "tipo": "partido", "partidos": [p]} for p in partidos]
        columnas += [{"clave": "COMUN", "tipo": "comun", "partidos": partidos[:2]}]
        columnas += [{"clave": "CAND_IND_1", "tipo": "independiente", "partidos": []}]
        columnas += [{"clave": t.upper(), "tipo": t, "partidos": []} for t in ("no_registradas", "nulos")]
        lugares = []
        for i in azar(st.lists(st.integers(0, 999), max_size=4, unique=True)):
            grupos = azar(st.lists(st.sets(st.sampled_from(SIGLAS), max_size=4), max_size=4))
            lugares.append(
                {
                    "id": i,
                    "nombre": azar(TEXTO),
                    "lista_nominal": azar(st.integers(0, 3_000_000)),
                    "actas_esperadas": azar(st.integers(0, 3000)),
                    "columnas": [c["clave"] for c in columnas],
                    "candidaturas": [
                        {"clave": f"C{j}", "partidos": sorted(g), "propietaria": azar(TEXTO)}
                        for j, g in enumerate(grupos)
                    ],
                }
            )
        elecciones.append(
            {
                "clave": clave,
                "nombre": azar(TEXTO),
                "tipo_acta": "1",
                "ambito": azar(st.sampled_from(("entidad", "distrito", "municipio"))),
                "agrupa": azar(st.sampled_from(("distrito", "municipio"))),
                "empates": partidos,
                "columnas": columnas,
                "demarcaciones": lugares,
            }
        )
    return {
        "formato": "prep/proceso/1",
        "clave": "P",
        "nombre": azar(TEXTO),
        "zona_horaria": "America/Mexico_City",
        "entidad": {"id": 99, "nombre": azar(TEXTO), "abreviatura": "ANA"},
        "partidos": [{"siglas": p, "nombre": azar(TEXTO)} for p in partidos],
        "elecciones": elecciones,
        "parametros": {"boletas_especiales": 1000, "mezcla_cuenta": azar(st.booleans())},
        "boletas": {},
    }


@st.composite
def sumas(azar: st.DrawFn, candidaturas: list[dict[str, Any]]) -> dict[str, Any]:
    """Figures that need not agree with one another: the schemas do not say they must."""
    estadistica: dict[str, Any] = {"actas_esperadas": azar(st.integers(0, 3000))}
    estadistica |= azar(st.fixed_dictionaries({}, optional={k: st.integers(0, 3000) for k in BASICAS}))
    filas = [{"clave": c["clave"], "partidos": c["partidos"], "votos": azar(VOTOS)} for c in candidaturas]
    otros = {"no_registradas": {"votos": azar(VOTOS)}, "nulos": {"votos": azar(VOTOS)}}
    return {"estadistica": estadistica, "por_candidatura": filas, **otros, "total": azar(VOTOS)}


@st.composite
def cortes(azar: st.DrawFn) -> dict[str, Any]:
    proceso = azar(procesos())
    docs: dict[str, Any] = {"proceso.json": proceso}
    n = azar(st.integers(1, 4))
    avance: dict[str, Any] = {
        "formato": "prep/avance/1",
        "cortes": list(range(1, n + 1)),
        "horas": sorted(f"2027-06-0{azar(st.integers(6, 7))}T2{azar(st.integers(0, 3))}:15:00-06:00" for _ in range(n)),
        "elecciones": {},
    }
    serie = st.lists(VOTOS, min_size=n, max_size=n)
    for e in proceso["elecciones"]:
        todas = {c["clave"]: c for d in e["demarcaciones"] for c in d["candidaturas"]}
        lugares = [{"id": d["id"], "nombre": d["nombre"], **azar(sumas(d["candidaturas"]))} for d in e["demarcaciones"]]
        resumen = {"formato": "prep/resumen/1", "eleccion": e["clave"], "nivel": "entidad"}
        resumen |= azar(sumas(list(todas.values()))) | {"por_partido": [], "demarcaciones": lugares}
        docs[f"{e['clave']}/resumen.json"] = resumen
        avance["elecciones"][e["clave"]] = {
            "esperadas": azar(st.integers(0, 3000)),
            **{k: azar(serie) for k in ("capturadas", "contabilizadas", "total")},
            "candidaturas": {k: azar(serie) for k in todas},
            "demarcaciones": {str(d["id"]): azar(serie) for d in e["demarcaciones"]},
        }
    docs["avance.json"] = avance
    docs["corte.json"] = {
        "proceso": "P",
        "corte": azar(st.integers(1, 99999)),
        "hora": avance["horas"][-1],
        "modo": azar(st.sampled_from(("prueba", "simulacro", "jornada"))),
        "cierre": azar(st.booleans()),
        "archivos": [],
        "cuentas": {},
    }
    return docs


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],  # shrinking a whole process takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cortes())
def test_whatever_the_schemas_allow_is_drawn(docs: dict[str, Any]) -> None:
    for doc in docs.values():
        if "formato" in doc:
            REVISORES[doc["formato"].split("/")[1]].validate(doc)
    rutas = [r for r, _ in paginas(docs)]
    assert len(rutas) == len(set(rutas))
    assert dict(portada(docs))["index.html"] and dict(recursos(docs))

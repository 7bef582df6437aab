"""The shared vectors (`docs/formatos/vectores.json`), worked out by hand, in the shapes that each reckoner reads."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from unicodedata import normalize

from prep.dominio.tabulacion.boleta import Boleta, armar_boleta

VECTORES: list[dict[str, Any]] = json.loads(
    (Path(__file__).resolve().parents[1] / "docs" / "formatos" / "vectores.json").read_text("utf-8")
)["vectores"]
NOMBRES = [normalize("NFD", v["nombre"]).encode("ascii", "ignore").decode() for v in VECTORES]


def boleta(v: dict[str, Any]) -> Boleta:
    coaliciones = [v["coalicion"]] if v["coalicion"] else []
    return armar_boleta(v["partidos"], coaliciones, [(c, ps) for c, ps in v["comunes"]], v["independientes"])


def proceso(v: dict[str, Any]) -> dict[str, Any]:
    """What `proceso.json` says of a vector: one election, `E`, by districts."""
    b = boleta(v)
    columnas = [{"clave": r.clave, "tipo": r.tipo.value, "partidos": list(r.partidos)} for r in b.recuadros]
    lugar = {
        "columnas": list(b.claves),
        "candidaturas": [{"clave": c.clave, "partidos": list(c.partidos)} for c in b.candidaturas],
    }
    demarcaciones = [
        {"id": d, "nombre": f"Distrito {d}", **lugar} for d in sorted({a["demarcacion"] for a in v["actas"]})
    ]
    eleccion = {"clave": "E", "agrupa": "distrito", "empates": v["empates"], "columnas": columnas}
    return {
        "parametros": v["parametros"],
        "boletas": v["boletas"],
        "elecciones": [{**eleccion, "demarcaciones": demarcaciones}],
    }


def tabla(v: dict[str, Any]) -> bytes:
    """The results CSV of a vector, with the observations that the actas must bear."""
    claves = list(boleta(v).claves)
    salida = io.StringIO()
    escritor = csv.writer(salida, lineterminator="\r\n")
    escritor.writerow([n.upper() for n in v["deben"]["estadistica"]])
    escritor.writerow(list(v["deben"]["estadistica"].values()))
    escritor.writerow(
        [
            *("CLAVE_CASILLA", "CLAVE_ACTA", "ID_DISTRITO_LOCAL", "SECCION", "TIPO_CASILLA", *claves),
            *("TOTAL_VOTOS_CALCULADO", "LISTA_NOMINAL", "REPRESENTANTES_PP_CI", "OBSERVACIONES", "CONTABILIZADA"),
            "CODIGO_INTEGRIDAD",
        ]
    )
    for a in v["actas"]:
        c, votos = a["casilla"], a["votos"] or {}
        suma = sum(x for x in votos.values() if isinstance(x, int)) if votos else ""
        fila = [c, f"{c}E", a["demarcacion"], c[2:6], c[6], *(votos.get(k, "") for k in claves), suma]
        escritor.writerow([*fila, a["lista_nominal"], a["representantes"], a["observaciones"], a["contabilizada"], ""])
    return ("\ufeff" + salida.getvalue()).encode()

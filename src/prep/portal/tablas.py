"""Tidy CSV of an election, one file per level: a row for each candidacy in each place, and nothing to clean."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from prep.portal.cifras import por_lugares
from prep.publicacion.celdas import texto_seguro

Doc = dict[str, Any]
COLUMNAS: Final = (
    *("eleccion", "nivel", "id", "lugar", "candidatura", "partidos", "persona", "votos", "porcentaje"),
    *("actas_esperadas", "actas_contabilizadas"),
)


def tablas(proceso: Doc, eleccion: Doc, resumen: Doc, municipios: Doc | None) -> Iterator[tuple[str, bytes]]:
    """`<ELEC>/<ELEC>_entidad.csv`, and one for its distritos or municipios, or for each where it is told by both
    (`municipios`). A figure not yet known is empty."""
    clave = eleccion["clave"]
    personas = {d["id"]: {c["clave"]: c for c in d["candidaturas"]} for d in eleccion["demarcaciones"]}
    unico = next(iter(personas.values()), {}) if not por_lugares(eleccion) else {}
    entidad = proceso["entidad"]
    filas = _filas(clave, "entidad", entidad["id"], entidad["nombre"], resumen, unico)
    if por_lugares(eleccion):  # independents of different places are different people: no sum of them
        solas = {c["clave"] for c in eleccion["columnas"] if c["tipo"] == "independiente"}
        filas = [f for f in filas if f[4] not in solas]
    yield f"{clave}/{clave}_entidad.csv", _csv(filas)
    niveles = [(eleccion["agrupa"], resumen["demarcaciones"])]
    if municipios:
        niveles.append(("municipio", municipios["municipios"]))
    for nivel, lugares in niveles:
        filas = []
        for r in lugares:
            filas += _filas(clave, nivel, r["id"], r["nombre"], r, unico or personas.get(r["id"], {}))
        yield f"{clave}/{clave}_{nivel}.csv", _csv(filas)


def _filas(clave: str, nivel: str, id_: int, lugar: str, r: Doc, personas: dict[str, Doc]) -> list[list[Any]]:
    e = r["estadistica"]
    actas = [e["actas_esperadas"], e.get("actas_contabilizadas", "")]
    cajas = [
        *((c["clave"], "-".join(c["partidos"]), personas.get(c["clave"], {}), c) for c in r["por_candidatura"]),
        *((k.upper(), "", {}, r[k]) for k in ("no_registradas", "nulos")),
    ]
    inicio = [clave, nivel, id_, texto_seguro(lugar)]
    return [
        [
            *(*inicio, texto_seguro(k), texto_seguro(ps), texto_seguro(p.get("propietaria", ""))),
            *(v["votos"], v.get("porcentaje", ""), *actas),
        ]
        for k, ps, p, v in cajas
    ]


def _csv(filas: list[list[Any]]) -> bytes:
    texto = io.StringIO()
    csv.writer(texto, lineterminator="\r\n").writerows([COLUMNAS, *filas])
    return "\ufeff".encode() + texto.getvalue().encode()

"""`proceso.json` names who stands: the person, and the coalition as the catalogue calls it."""

from __future__ import annotations

from prep.catalogo.ejemplo import ejemplo
from prep.publicacion import documentos, esquemas


def test_coalitions_carry_their_name_and_single_parties_none() -> None:
    proceso, info = ejemplo(60)
    doc = documentos.proceso(proceso, info)
    esquemas.validar("proceso", doc, "proceso.json")
    esperadas = {(c.eleccion, frozenset(c.partidos)): c.nombre for c in info.coaliciones}
    assert any(esperadas.values())
    vistas = 0
    for e in doc["elecciones"]:
        for c in (c for d in e["demarcaciones"] for c in d["candidaturas"]):
            nombre = esperadas.get((e["clave"], frozenset(c["partidos"])), "")
            assert c.get("coalicion", "") == nombre
            vistas += bool(nombre)
    assert vistas

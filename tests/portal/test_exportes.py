"""What others read: NIST's format, Atom, the shared picture, outlines, weights."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from PIL import Image
from typer.testing import CliRunner

from prep.portal import bench, mapa, paginas, portada
from prep.portal.cli import app
from prep.publicacion.esquemas import FORMATOS

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("n", [1, 14])
def test_nist_report_is_valid_and_adds_up(
    documentos: dict[int, dict[str, Any]], datos: Callable[..., Path], n: int
) -> None:
    docs = documentos[n]
    esquema = json.loads(datos("nist", "NIST_V2_election_results_reporting.json").read_text("utf-8"))
    reporte = orjson.loads(dict(paginas(docs))["nist.json"])
    jsonschema.Draft4Validator(esquema).validate(reporte)
    (eleccion,) = reporte["Election"]
    unidades = {u["@id"] for u in reporte["GpUnit"]}
    partidos = {p["@id"] for p in reporte["Party"]}
    candidatos = {c["@id"] for c in eleccion["Candidate"]}
    ids = [c["@id"] for c in eleccion["Contest"]] + [
        s["@id"] for c in eleccion["Contest"] for s in c["ContestSelection"]
    ]
    assert len(ids) == len(set(ids))
    for contienda in eleccion["Contest"]:
        for seleccion in contienda["ContestSelection"]:
            assert set(seleccion.get("EndorsementPartyIds", [])) <= partidos
            assert set(seleccion.get("CandidateIds", [])) <= candidatos
            assert {v["GpUnitId"] for v in seleccion["VoteCounts"]} <= unidades
    gub = next(c for c in eleccion["Contest"] if c["@id"] == "GUB")
    resumen = docs["GUB/resumen.json"]
    suma = sum(v["Count"] for s in gub["ContestSelection"] for v in s["VoteCounts"] if v["GpUnitId"] == "entidad")
    suma += sum(o["WriteIns"] for o in gub["OtherCounts"] if o["GpUnitId"] == "entidad")
    assert suma == resumen["total"]
    for seleccion in gub["ContestSelection"]:  # districts add up to the state
        por = {v["GpUnitId"]: v["Count"] for v in seleccion["VoteCounts"]}
        assert sum(v for k, v in por.items() if k != "entidad") == por["entidad"]


def test_atom_names_every_corte_newest_first(documentos: dict[int, dict[str, Any]]) -> None:
    raiz = ET.fromstring(dict(portada(documentos[14]))["atom.xml"])
    entradas = raiz.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}id").rsplit(":", 1)[1] for e in entradas] == [str(n) for n in range(14, 0, -1)]
    assert raiz.findtext(f"{ATOM}updated") == documentos[14]["corte.json"]["hora"]
    assert len({e.findtext(f"{ATOM}id") for e in entradas}) == len(entradas)
    for e in entradas:
        assert e.find(f"{ATOM}link").get("href").startswith("cortes/")
        assert e.findtext(f"{ATOM}title").startswith("SIMULACRO. ")


def test_picture_of_the_corte(documentos: dict[int, dict[str, Any]]) -> None:
    archivos = dict(portada(documentos[14]))
    with Image.open(io.BytesIO(archivos["portal/corte-0014.png"])) as im:
        assert im.size == (1200, 630)
        assert len(im.getcolors(256)) > 8
    assert len(archivos["portal/corte-0014.png"]) < 60_000
    assert b"https://prep.ieea.example/portal/corte-0014.png" in archivos["index.html"]


def test_first_view_is_light(publicada: Path) -> None:
    vista = bench.primera_vista(publicada)
    assert {"index.html", "ultimo.json"} <= vista.archivos.keys()
    assert sum(r.endswith(".js") for r in vista.archivos) >= 5
    assert vista.total <= 60_000
    assert vista.guiones <= 20_000


def test_cortes_are_measured_from_their_manifests(publicada: Path) -> None:
    hechos = bench.cortes(publicada)
    assert [c.numero for c in hechos] == [1, 9, 14]
    assert hechos[0].nuevos == hechos[0].archivos
    assert 0 < hechos[2].nuevos < hechos[2].archivos
    assert len(bench.tabla(publicada)) == 2


# outlines


def cuadro(x: float, y: float, lado: float = 1.0, pasos: int = 40) -> list[list[float]]:
    """A square with many points on its sides and a ripple that both neighbours share."""
    onda = [0.001 * ((i * 7) % 3) for i in range(pasos)]
    abajo = [[x + lado * i / pasos, y + (onda[i] if i > 0 else 0)] for i in range(pasos)]
    derecha = [[x + lado + (onda[i] if i > 0 else 0), y + lado * i / pasos] for i in range(pasos)]
    arriba = [[x + lado * i / pasos, y + lado + (onda[i] if i > 0 else 0)] for i in range(pasos, 0, -1) if i < pasos]
    izquierda = [[x + (onda[i] if i > 0 else 0), y + lado * i / pasos] for i in range(pasos, 0, -1) if i < pasos]
    esquinas = [[x + lado, y + lado]]
    return [*abajo, *derecha, *esquinas, *arriba, [x, y + lado], *izquierda, [x, y]]


def geojson(lugares: dict[Any, list[list[float]]], propiedad: str = "CVE_MUN") -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {propiedad: k}, "geometry": {"type": "Polygon", "coordinates": [a]}}
            for k, a in lugares.items()
        ],
    }


def puntos(trazo: str) -> set[tuple[int, int]]:
    salida = set()
    for camino in re.findall(r"M(-?\d+),(-?\d+)l([^Z]*)Z", trazo):
        x, y = int(camino[0]), int(camino[1])
        salida.add((x, y))
        for dx, dy in re.findall(r"(-?\d+),(-?\d+)", camino[2]):
            x, y = x + int(dx), y + int(dy)
            salida.add((x, y))
    return salida


def test_neighbours_still_touch_after_simplifying(tmp_path: Path) -> None:
    archivo = tmp_path / "mapa.geojson"
    archivo.write_text(json.dumps(geojson({"001": cuadro(-103, 20), "002": cuadro(-102, 20)})))
    capa = mapa.importar(archivo, "municipio", esperados=[1, 2])
    a, b = puntos(capa["lugares"]["1"]), puntos(capa["lugares"]["2"])
    assert len(a) < 60 and len(b) < 60
    frontera = max(x for x, _ in a)
    assert {p for p in a if p[0] >= frontera - 1} <= b


def test_real_outlines(datos: Callable[..., Path]) -> None:
    capas = {
        "municipio": mapa.importar(datos("jalisco_geo", "mpios_jalisco.geojson"), "municipio", "", range(1, 126)),
        "distrito": mapa.importar(datos("jalisco_geo", "Distritos_2024.geojson"), "distrito", "ID", range(1, 21)),
    }
    doc = mapa.documento(capas)
    jsonschema.Draft202012Validator(json.loads((FORMATOS / "mapa.schema.json").read_text("utf-8"))).validate(doc)
    assert len(capas["municipio"]["lugares"]) == 125 and len(capas["distrito"]["lugares"]) == 20
    assert len(orjson.dumps(doc)) < 80_000


@pytest.mark.parametrize(
    ("doc", "dice"),
    [
        (b"{", "no es JSON"),
        (b"[]", "no es un GeoJSON"),
        (orjson.dumps({"features": []}), "no es un GeoJSON"),
        (orjson.dumps({"features": [{"properties": None}]}), "falta «properties»"),
        (orjson.dumps(geojson({"a": cuadro(0, 0)})), "qué propiedad"),
        (orjson.dumps(geojson({"1": [[0, 0], [1, 1], [0, 0]]})), "longitudes y latitudes"),
        (orjson.dumps(geojson({"1": [[0, 0], [1, 1], [2, 500], [0, 0]]})), "longitudes y latitudes"),
        (orjson.dumps(geojson({"1": [[0, 0], [1, "x"], [2, 5], [0, 0]]})), "otra forma"),
        (orjson.dumps(geojson({"1": cuadro(0, 0)})), "no trae estos lugares del catálogo: 2"),
    ],
)
def test_odd_outlines_are_refused_saying_why(tmp_path: Path, doc: bytes, dice: str) -> None:
    archivo = tmp_path / "m.geojson"
    archivo.write_bytes(doc)
    with pytest.raises(mapa.MapaInvalido, match=dice):
        mapa.importar(archivo, "municipio", esperados=[1, 2])


def test_command_adds_a_layer(tmp_path: Path) -> None:
    archivo, salida = tmp_path / "m.geojson", tmp_path / "mapa.json"
    archivo.write_text(json.dumps(geojson({1: cuadro(-103, 20)}, "ID_DISTRITO")))
    argumentos = ["mapa", str(archivo), "--salida", str(salida), "--capa"]
    assert CliRunner().invoke(app, [*argumentos, "distrito"]).exit_code == 0
    assert CliRunner().invoke(app, [*argumentos, "municipio", "--propiedad", "ID_DISTRITO"]).exit_code == 0
    assert orjson.loads(salida.read_bytes())["capas"].keys() == {"distrito", "municipio"}
    mal = CliRunner().invoke(app, [*argumentos, "colonia"])
    assert mal.exit_code == 2 and "colonia" in mal.output


@pytest.mark.parametrize(
    ("orden", "dice"),
    [
        (["bench", "nada"], "no existe «nada»."),
        (["bench", "."], "no hay una publicación con páginas"),
        (["mapa", "nada.geojson", "--capa", "distrito"], "no existe «nada.geojson»."),
    ],
)
def test_commands_say_plainly_what_is_missing(tmp_path: Path, orden: list[str], dice: str) -> None:
    hecho = subprocess.run(
        [sys.executable, "-m", "prep", "portal", *orden], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert hecho.returncode == 2
    assert dice in hecho.stderr and "Traceback" not in hecho.stderr

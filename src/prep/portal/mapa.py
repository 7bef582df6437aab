"""Outlines of distritos or municipios from the institution's GeoJSON (RFC 7946), made small for a page.

Longitudes and latitudes become integers of a canvas 640 wide (equirectangular, true scale at the middle latitude).
Borders are cut where three places meet and each stretch is simplified once (Douglas-Peucker): neighbours still touch.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import orjson

from prep.portal.cifras import Doc

ANCHO: Final = 640
TOLERANCIA: Final = 1.0
"""How far, in units of the canvas, a simplified border may be from the real one."""
MAXIMO_BYTES: Final = 60_000_000
IDENTIFICADORES: Final = ("CVE_MUN", "cve_mun", "ID_MUNICIPIO", "MUNICIPIO", "ID_DISTRITO", "DISTRITO", "distrito")
CAPAS: Final = ("distrito", "municipio")

Punto = tuple[float, float]
Anillo = list[Punto]


class MapaInvalido(ValueError):
    """The file is not what the map needs; the message says where and what to do."""


def importar(ruta: Path, capa: str, propiedad: str = "", esperados: Sequence[int] = ()) -> Doc:
    """One layer of `mapa.json`. `propiedad`: the one that holds the place's number, guessed when empty.

    `esperados`: ids of the catalogue; raises `MapaInvalido` naming those the file lacks.
    """
    if capa not in CAPAS:
        raise MapaInvalido(f"La capa es «distrito» o «municipio», no «{capa}».")
    rasgos = _leer(ruta)
    nombre = propiedad or _adivinar(rasgos, ruta)
    lugares: dict[int, list[Anillo]] = {}
    for i, rasgo in enumerate(rasgos, 1):
        numero = _numero(rasgo["properties"].get(nombre))
        if numero is None:
            raise MapaInvalido(f"{ruta.name}, lugar {i}: la propiedad «{nombre}» no tiene un número.")
        lugares.setdefault(numero, []).extend(_anillos(rasgo.get("geometry"), ruta, i))
    faltan = sorted(set(esperados) - set(lugares))
    if faltan:
        raise MapaInvalido(f"{ruta.name} no trae estos lugares del catálogo: {', '.join(map(str, faltan))}.")
    if esperados:
        lugares = {i: a for i, a in lugares.items() if i in set(esperados)}
    proyectados, alto = _proyectar(lugares)
    return {"ancho": ANCHO, "alto": alto, "lugares": _trazos(proyectados)}


def documento(capas: dict[str, Doc]) -> Doc:
    """`mapa.json` with one or both layers."""
    return {"formato": "prep/mapa/1", "capas": capas}


# reading


def _leer(ruta: Path) -> list[Doc]:
    if ruta.stat().st_size > MAXIMO_BYTES:
        raise MapaInvalido(f"{ruta.name} mide más de {MAXIMO_BYTES // 1_000_000} MB; simplifíquelo antes.")
    try:
        doc = orjson.loads(ruta.read_bytes())
    except orjson.JSONDecodeError:
        raise MapaInvalido(f"{ruta.name} no es JSON.") from None
    rasgos = doc.get("features") if isinstance(doc, dict) else None
    if not isinstance(rasgos, list) or not rasgos:
        raise MapaInvalido(f"{ruta.name} no es un GeoJSON con «features».")
    for i, rasgo in enumerate(rasgos, 1):
        if not isinstance(rasgo, dict) or not isinstance(rasgo.get("properties"), dict):
            raise MapaInvalido(f"{ruta.name}, lugar {i}: falta «properties».")
    return rasgos


def _numero(valor: Any) -> int | None:
    """`7`, `"007"` and `"7.0000"` are seven; anything else is nothing."""
    texto = str(valor).strip()
    partes = re.fullmatch(r"(\d{1,6})(?:\.0*)?", texto)
    return int(partes[1]) if partes and not isinstance(valor, bool) else None


def _adivinar(rasgos: list[Doc], ruta: Path) -> str:
    for nombre in IDENTIFICADORES:
        numeros = [_numero(r["properties"].get(nombre)) for r in rasgos]
        if None not in numeros and len(set(numeros)) == len(numeros):
            return nombre
    disponibles = ", ".join(sorted(rasgos[0]["properties"]))
    raise MapaInvalido(f"No se sabe qué propiedad de {ruta.name} numera los lugares. Indíquela: {disponibles}.")


def _anillos(geometria: Any, ruta: Path, i: int) -> Iterator[Anillo]:
    tipo = geometria.get("type") if isinstance(geometria, dict) else None
    if tipo not in ("Polygon", "MultiPolygon"):
        raise MapaInvalido(f"{ruta.name}, lugar {i}: se espera Polygon o MultiPolygon, no {tipo}.")
    poligonos = geometria.get("coordinates")
    try:
        for poligono in [poligonos] if tipo == "Polygon" else poligonos:
            for anillo in poligono:
                puntos = [(float(p[0]), float(p[1])) for p in anillo]
                if len(puntos) < 4 or not all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in puntos):
                    raise MapaInvalido(f"{ruta.name}, lugar {i}: un contorno no tiene longitudes y latitudes válidas.")
                yield puntos
    except (TypeError, ValueError, IndexError, KeyError) as error:
        if isinstance(error, MapaInvalido):
            raise
        raise MapaInvalido(f"{ruta.name}, lugar {i}: coordenadas con otra forma.") from error


# drawing


def _proyectar(lugares: dict[int, list[Anillo]]) -> tuple[dict[int, list[Anillo]], int]:
    """Canvas coordinates to a sixteenth of a unit, y downwards, and the height of the canvas."""
    xs = [x for anillos in lugares.values() for a in anillos for x, _ in a]
    ys = [y for anillos in lugares.values() for a in anillos for _, y in a]
    oeste, este, sur, norte = min(xs), max(xs), min(ys), max(ys)
    encoge = math.cos(math.radians((sur + norte) / 2))
    escala = (ANCHO - 2) / max((este - oeste) * encoge, 1e-9)

    def en_lienzo(p: Punto) -> Punto:
        x = 1 + (p[0] - oeste) * encoge * escala
        y = 1 + (norte - p[1]) * escala
        return round(x * 16) / 16, round(y * 16) / 16

    alto = max(1, math.ceil((norte - sur) * escala) + 2)
    return {i: [_sin_repetir([en_lienzo(p) for p in a]) for a in anillos] for i, anillos in lugares.items()}, alto


def _sin_repetir(puntos: Anillo) -> Anillo:
    """An open ring: no point twice in a row, and the last is not the first."""
    salida = [p for i, p in enumerate(puntos) if not i or p != puntos[i - 1]]
    while len(salida) > 1 and salida[0] == salida[-1]:
        salida.pop()
    return salida


def _trazos(lugares: dict[int, list[Anillo]]) -> dict[str, str]:
    nudos = _nudos(lugares)
    salida = {}
    for i, anillos in sorted(lugares.items()):
        simples = [(abs(_area(a)), a) for a in (_simple(a, nudos) for a in anillos if len(a) > 2) if len(a) > 2]
        simples.sort(key=lambda x: -x[0])
        visibles = [a for area, a in simples if area >= 2] or [a for _, a in simples[:1]]
        if visibles:
            salida[str(i)] = "".join(_camino(a) for a in visibles)
    return salida


def _nudos(lugares: dict[int, list[Anillo]]) -> set[Punto]:
    """Points where borders branch: those with more than two different neighbours over all rings."""
    vecinos: dict[Punto, set[Punto]] = {}
    for anillos in lugares.values():
        for a in anillos:
            for i, p in enumerate(a):
                vecinos.setdefault(p, set()).update((a[i - 1], a[(i + 1) % len(a)]))
    return {p for p, v in vecinos.items() if len(v) > 2}


def _simple(anillo: Anillo, nudos: set[Punto]) -> Anillo:
    """The ring with each stretch between knots simplified the same way whoever walks it, and whichever way."""
    cortes = [i for i, p in enumerate(anillo) if p in nudos]
    if not cortes:
        inicio = anillo.index(min(anillo))
        cortes = [inicio, (inicio + len(anillo) // 2) % len(anillo)]
        cortes.sort()
    elif len(cortes) == 1:
        cortes = sorted({cortes[0], (cortes[0] + len(anillo) // 2) % len(anillo)})
    salida: Anillo = []
    for desde, hasta in zip(cortes, [*cortes[1:], cortes[0] + len(anillo)], strict=True):
        tramo = [anillo[k % len(anillo)] for k in range(desde, hasta + 1)]
        derecho = tramo[0] <= tramo[-1]
        simple = _douglas_peucker(tramo if derecho else tramo[::-1])
        salida += (simple if derecho else simple[::-1])[:-1]
    enteros = [(float(round(x)), float(round(y))) for x, y in salida]
    return _sin_repetir(enteros)


def _douglas_peucker(puntos: Anillo) -> Anillo:
    guardar = {0, len(puntos) - 1}
    pila = [(0, len(puntos) - 1)]
    while pila:
        a, b = pila.pop()
        lejos, cual = TOLERANCIA, -1
        for k in range(a + 1, b):
            d = _distancia(puntos[k], puntos[a], puntos[b])
            if d > lejos:
                lejos, cual = d, k
        if cual > 0:
            guardar.add(cual)
            pila += [(a, cual), (cual, b)]
    return [puntos[k] for k in sorted(guardar)]


def _distancia(p: Punto, a: Punto, b: Punto) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    largo = dx * dx + dy * dy
    if not largo:
        return math.dist(p, a)
    u = max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / largo))
    return math.dist(p, (a[0] + u * dx, a[1] + u * dy))


def _area(a: Anillo) -> float:
    return sum(a[i - 1][0] * p[1] - p[0] * a[i - 1][1] for i, p in enumerate(a)) / 2


def _camino(a: Anillo) -> str:
    """`M x,y l …`: relative steps are shorter."""
    partes = [f"M{int(a[0][0])},{int(a[0][1])}l"]
    pasos = [f"{int(p[0] - q[0])},{int(p[1] - q[1])}" for q, p in pairwise(a)]
    return partes[0] + " ".join(pasos) + "Z"

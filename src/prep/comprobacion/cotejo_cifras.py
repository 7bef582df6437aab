"""Compare what a corte publishes (JSON, header of its databases) with what its CSV really adds up to."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prep.comprobacion.recalculo import (
    SUMARIO,
    VACIAS,
    Base,
    Calculo,
    Cifras,
    Fila,
    calcular,
    candidaturas,
    leer_base,
    por_ciento,
)

Leer = Callable[[str], Any]


def ruta_de_imagen(hash_: str) -> str:
    """Where an image is, from the publication's root."""
    return f"imagenes/{hash_[:2]}/{hash_}.jpg"


def discrepancias(
    clave: str, base_csv: bytes, proceso: Mapping[str, Any], cierre: bool, leer: Leer, ofrecidas: set[str]
) -> tuple[Base, Calculo, Iterator[str]]:
    """Recompute election `clave`; `leer(path under the corte)` gives a parsed JSON file.

    The last element yields every difference found, in plain Spanish, and as it advances adds to `ofrecidas` the sha256
    of each image that the corte says it publishes. Raises `NoCuadra`, `KeyError` or `TypeError` when
    the files do not have the shape they must.
    """
    eleccion = next(e for e in proceso["elecciones"] if e["clave"] == clave)
    base = leer_base(base_csv, eleccion, proceso.get("mezcla_cuenta") is True)
    calculo = calcular(base, eleccion, [p["siglas"] for p in proceso["partidos"]])
    return base, calculo, _comparar(clave, eleccion, base, calculo, cierre, leer, ofrecidas)


def _comparar(
    clave: str,
    eleccion: Mapping[str, Any],
    base: Base,
    calculo: Calculo,
    cierre: bool,
    leer: Leer,
    ofrecidas: set[str],
) -> Iterator[str]:
    for defecto in base.defectos:
        yield f"{clave}: {defecto}"
    yield from _encabezado(clave, base.sumario, calculo.entidad.estadistica(cierre))
    resumen = leer(f"{clave}/resumen.json")
    yield from _lugar(f"{clave}, entidad", resumen, calculo.entidad, cierre)
    yield from _votos(f"{clave}, entidad", resumen, calculo, None, calculo.entidad.total)
    publicadas = {d["id"]: d for d in resumen["demarcaciones"]}
    if publicadas.keys() != calculo.demarcaciones.keys():
        yield f"{clave}: el resumen no trae las mismas demarcaciones que el proceso"
    filas = {f.clave: f for f in base.filas if f.cuenta != "2"}
    fuera = {f.clave for f in base.filas if f.cuenta == "2"}
    for d in eleccion["demarcaciones"]:
        cifras = calculo.demarcaciones[d["id"]]
        donde = f"{clave}, {d['nombre']}"
        if cifras.conteo["esperadas"] != d["actas_esperadas"]:
            yield f"{donde}: el proceso espera {d['actas_esperadas']} actas y el CSV lista {cifras.conteo['esperadas']}"
        detalle = leer(f"{clave}/demarcacion/{d['id']}.json")
        for publicado in filter(None, (publicadas.get(d["id"]), detalle)):
            yield from _lugar(donde, publicado, cifras, cierre)
            yield from _votos(donde, publicado, calculo, d["id"], cifras.total)
        yield from _secciones(donde, d["id"], detalle, calculo, cierre, filas, ofrecidas)
        fuera -= {a["clave"] for a in detalle["fuera_de_catalogo"]}
    for f in filas.values():
        yield f"{clave}: el acta {f.clave} está en el CSV y no en las páginas"


def _encabezado(clave: str, dicho: Mapping[str, str], debe: Mapping[str, int | str | None]) -> Iterator[str]:
    for nombre in SUMARIO:
        publicado, calculado = dicho.get(nombre), debe[nombre]
        if publicado is None:
            yield f"{clave}: al encabezado del CSV le falta {nombre.upper()}"
        elif calculado is None:
            if publicado not in (*VACIAS, "0"):
                yield f"{clave}: el encabezado del CSV dice {nombre.upper()} = {publicado[:20]} sin actas que lo den"
        elif publicado != str(calculado) and not (calculado == "0.0000" and publicado == "0"):
            yield f"{clave}: el encabezado del CSV dice {nombre.upper()} = {publicado[:20]} y se calcula {calculado}"


def _lugar(donde: str, publicado: Mapping[str, Any], cifras: Cifras, cierre: bool) -> Iterator[str]:
    dicha = publicado["estadistica"]
    for nombre, calculado in cifras.estadistica(cierre).items():
        if nombre in ("actas_fuera_catalogo", "actas_registradas") and publicado.get("nivel") != "entidad":
            continue  # a sheet outside the catalogue belongs to no demarcation
        if dicha.get(nombre) != calculado:
            yield f"{donde}: {nombre} dice {dicha.get(nombre, 'nada')} y se calcula {calculado}"
    if publicado["total"] != cifras.total:
        yield f"{donde}: el total dice {publicado['total']} y se calcula {cifras.total}"
    for nombre in ("no_registradas", "nulos"):
        yield from _par(f"{donde}, {nombre}", publicado[nombre], cifras.votos[nombre.upper()], cifras.total)


def _par(donde: str, publicado: Mapping[str, Any], votos: int, total: int) -> Iterator[str]:
    if publicado["votos"] != votos:
        yield f"{donde}: dice {publicado['votos']} votos y se calculan {votos}"
    if publicado.get("porcentaje") != por_ciento(votos, total):
        yield f"{donde}: dice {publicado.get('porcentaje', 'nada')} % y se calcula {por_ciento(votos, total)}"


def _votos(
    donde: str, publicado: Mapping[str, Any], calculo: Calculo, demarcacion: int | None, total: int
) -> Iterator[str]:
    yield from _candidaturas(donde, publicado, calculo.por_candidatura[demarcacion], total)
    if "por_partido" not in publicado:
        return
    dichos = {p["clave"]: p for p in publicado["por_partido"]}
    partidos = calculo.por_partido[demarcacion]
    if dichos.keys() != partidos.keys() or len(dichos) != len(publicado["por_partido"]):
        yield f"{donde}: no son los partidos que contienden"
    for clave, (propios, recibidos) in partidos.items():
        if clave in dichos:
            p = dichos[clave]
            if (p["propios"], p["coalicion"]) != (propios, recibidos):
                yield (
                    f"{donde}, {clave}: dice {p['propios']} propios y {p['coalicion']} de coalición, "
                    f"y se calculan {propios} y {recibidos}"
                )
            yield from _par(f"{donde}, {clave} por partido", p, propios + recibidos, total)


def _candidaturas(donde: str, publicado: Mapping[str, Any], deben: Mapping[str, int], total: int) -> Iterator[str]:
    dichas = {c["clave"]: c for c in publicado["por_candidatura"]}
    if dichas.keys() != deben.keys() or len(dichas) != len(publicado["por_candidatura"]):
        yield f"{donde}: no son las candidaturas que el proceso registra"
    for clave, votos in deben.items():
        if clave in dichas:
            yield from _par(f"{donde}, {clave}", dichas[clave], votos, total)


def _secciones(
    donde: str,
    id_: int,
    detalle: Mapping[str, Any],
    calculo: Calculo,
    cierre: bool,
    filas: dict[str, Fila],
    ofrecidas: set[str],
) -> Iterator[str]:
    """Figures of each sección, and each acta against its row; the rows found are taken out of `filas`."""
    for s in detalle["secciones"]:
        cifras = calculo.secciones.get((id_, s["seccion"]))
        aqui = f"{donde}, sección {s['seccion']}"
        if cifras is None:
            yield f"{aqui}: no está en el CSV"
            continue
        yield from _lugar(aqui, s, cifras, cierre)
        yield from _candidaturas(aqui, s, candidaturas(cifras.votos, calculo.duenas[id_]), cifras.total)
        for casilla in s["casillas"]:
            for acta in casilla["actas"]:
                fila = filas.pop(acta["clave"], None)
                if fila is None or (fila.demarcacion, fila.seccion) != (id_, s["seccion"]):
                    yield f"{donde}: el acta {acta['clave']} de la página no está así en el CSV"
                else:
                    yield from _acta(acta, casilla, fila, ofrecidas)


_CELDAS = {
    "boletas_sobrantes": "TOTAL_BOLETAS_SOBRANTES",
    "personas_votaron": "TOTAL_PERSONAS_VOTARON",
    "representantes_votaron": "TOTAL_REP_PARTIDO_CI_VOTARON",
    "votos_sacados": "TOTAL_VOTOS_SACADOS",
    "total_asentado": "TOTAL_VOTOS_ASENTADO",
    "total_calculado": "TOTAL_VOTOS_CALCULADO",
}


def _acta(acta: Mapping[str, Any], casilla: Mapping[str, Any], fila: Fila, ofrecidas: set[str]) -> Iterator[str]:
    donde = f"acta {fila.clave}"
    cuenta = None if fila.cuenta in VACIAS else int(fila.cuenta)
    if acta.get("contabilizada") != cuenta:
        yield f"{donde}: la página y el CSV no dicen lo mismo sobre si se contabiliza"
    valores = acta.get("valores")
    publicados = {c: v for c, v in fila.votos.items() if v is not None}
    if (valores["votos"] if valores else {}) != publicados:
        yield f"{donde}: los votos de la página no son los del CSV"
    for nombre, columna in _CELDAS.items():
        dicho = None if valores is None else valores.get(nombre)
        celda = fila.celdas.get(columna, "")
        if dicho is not None and str(dicho) != celda:
            yield f"{donde}: {nombre} dice {dicho} en la página y {celda[:20]!r} en el CSV"
    imagen = acta.get("imagen")
    if (imagen["sha256"] if imagen else None) != fila.imagen:
        yield f"{donde}: el código de integridad de la página no es el del CSV"
    elif imagen and "ruta" in imagen:
        ofrecidas.add(imagen["sha256"])
        if imagen["ruta"] != ruta_de_imagen(imagen["sha256"]):
            yield f"{donde}: la página lleva a otra imagen"
    lista = fila.celdas["LISTA_NOMINAL"]
    if "lista_nominal" in casilla and lista not in VACIAS and str(casilla["lista_nominal"]) != lista:
        yield f"{donde}: la lista nominal de la página no es la del CSV"

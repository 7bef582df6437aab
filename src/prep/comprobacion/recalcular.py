#!/usr/bin/env python3
"""Recalcula un corte publicado del PREP a partir de sus actas, sin usar nada de PREP Abierto.

    python3 recalcular.py CARPETA [--corte N] [--todo]

CARPETA es una copia de la publicación (la que tiene `ultimo.json`). Solo necesita Python 3.9 o posterior. Lee los CSV
que vienen en la base de datos del corte, suma, reparte los votos de coalición y calcula los porcentajes con las reglas
del PREP (LGIPE 311, párrafo 1, inciso c; cuatro decimales truncados), y compara cada cifra con la publicada.

Termina con 0 si todas coinciden, 1 si alguna no, 2 si no se pudo leer. Con --todo imprime también las que coinciden.
"""

# ruff: noqa: T201

import argparse
import csv
import io
import json
import sys
import zipfile
from collections import defaultdict
from pathlib import Path


def truncar(parte, todo):
    """parte × 100 / todo con cuatro decimales, sin redondear; None si no hay entre qué dividir."""
    if todo == 0:
        return None
    millonesimas = 1_000_000 * parte // todo
    return "%d.%04d" % (millonesimas // 10_000, millonesimas % 10_000)  # noqa: UP031


def entero(texto):
    """El número de una celda; cero si está vacía, ilegible o sin dato."""
    return int(texto) if texto.isdigit() else 0


def tablas(ruta_del_corte, abreviatura):
    """Da (clave de la elección, encabezado de cifras, renglones como diccionarios) de cada CSV de resultados."""
    (paquete,) = (ruta_del_corte / "bd").glob(f"*_PREP_{abreviatura}.zip")
    with zipfile.ZipFile(paquete) as externo:
        for nombre in externo.namelist():
            with zipfile.ZipFile(io.BytesIO(externo.read(nombre))) as interno:
                (tabla,) = [n for n in interno.namelist() if n.endswith(".csv") and "_CANDIDATURAS_" not in n]
                lineas = list(csv.reader(io.StringIO(interno.read(tabla).decode("utf-8-sig"))))
            clave = tabla[len(abreviatura) + 1 : tabla.rindex("_")]
            cifras = next(i for i, x in enumerate(lineas) if x and x[0] == "ACTAS_ESPERADAS")
            inicio = next(i for i, x in enumerate(lineas) if x and x[0] == "CLAVE_CASILLA")
            filas = [dict(zip(lineas[inicio], x)) for x in lineas[inicio + 1 :] if x]  # noqa: B905
            yield clave, dict(zip(lineas[cifras], lineas[cifras + 1])), filas  # noqa: B905


class Suma:
    """Lo que suman las actas de un lugar."""

    def __init__(self):
        self.cuantas = defaultdict(int)
        self.votos = defaultdict(int)

    def acta(self, fila, columnas):
        marca = fila["CONTABILIZADA"]
        if marca == "2":
            self.cuantas["fuera"] += 1
            return
        self.cuantas["esperadas"] += 1
        if marca not in ("0", "1"):
            return
        self.cuantas["capturadas"] += 1
        celdas = [fila[c] for c in columnas]
        if "Excede" in fila["OBSERVACIONES"] or "Ilegible" in celdas or "Sin dato" in celdas:
            self.cuantas["inconsistentes"] += 1
        if marca == "1":
            votos = sum(map(entero, celdas))
            self.cuantas["contabilizadas"] += 1
            self.cuantas["votos"] += votos
            if fila["TIPO_CASILLA"] == "S":
                self.cuantas["votos_especiales"] += votos
            else:
                self.cuantas["lista"] += entero(fila["LISTA_NOMINAL"])
            for columna in columnas:
                self.votos[columna] += entero(fila[columna])

    def cifras(self, es_cierre):
        c = self.cuantas
        resultado = {
            "actas_esperadas": c["esperadas"],
            "actas_registradas": c["capturadas"] + c["fuera"],
            "actas_fuera_catalogo": c["fuera"],
            "actas_capturadas": c["capturadas"],
            "porcentaje_actas_capturadas": truncar(c["capturadas"], c["esperadas"]),
            "actas_contabilizadas": c["contabilizadas"],
            "porcentaje_actas_contabilizadas": truncar(c["contabilizadas"], c["esperadas"]),
            "porcentaje_actas_inconsistencias": truncar(c["inconsistentes"], c["esperadas"]),
            "actas_no_contabilizadas": c["capturadas"] - c["contabilizadas"],
        }
        if c["contabilizadas"]:
            normales = c["votos"] - c["votos_especiales"]
            resultado["lista_nominal_actas_contabilizadas"] = c["lista"]
            resultado["total_votos_c_cs"] = c["votos"]
            resultado["total_votos_s_cs"] = normales
            participacion = truncar(c["votos"] if es_cierre else normales, c["lista"])
            resultado["porcentaje_participacion_ciudadana"] = participacion
        return {k: v for k, v in resultado.items() if v is not None}


def por_candidatura(votos, eleccion, lugar):
    """Suma los recuadros de cada candidatura de un distrito o municipio."""
    resultado = {}
    for candidatura in lugar["candidaturas"]:
        suyos = set(candidatura["partidos"])
        resultado[candidatura["clave"]] = sum(
            votos[c["clave"]]
            for c in eleccion["columnas"]
            if c["clave"] in lugar["columnas"]
            and c["tipo"] not in ("no_registradas", "nulos")
            and (
                c["clave"] == candidatura["clave"]
                or (c["tipo"] != "comun" and c["partidos"] and set(c["partidos"]) <= suyos)
            )
        )
    return resultado


def por_partido(votos, eleccion, lugar, orden):
    """Votos propios y recibidos de cada combinación: partes iguales; lo que sobra, a los de mayor votación."""
    presentes = [c for c in eleccion["columnas"] if c["clave"] in lugar["columnas"]]
    resultado = {
        c["clave"]: [votos[c["clave"]], 0] for c in presentes if c["tipo"] in ("partido", "comun", "independiente")
    }
    for c in presentes:
        if c["tipo"] == "combinacion":
            parte, sobra = divmod(votos[c["clave"]], len(c["partidos"]))
            de_mayor_a_menor = sorted(c["partidos"], key=lambda p: (-resultado[p][0], orden.index(p)))
            for i, partido in enumerate(de_mayor_a_menor):
                resultado[partido][1] += parte + (i < sobra)
    return resultado


class Cotejo:
    """Compara y cuenta."""

    def __init__(self, todo):
        self.todo, self.iguales, self.distintas = todo, 0, 0

    def cifra(self, donde, publicada, calculada):
        if publicada == calculada:
            self.iguales += 1
            if self.todo:
                print(f"igual    {donde} = {calculada}")
        else:
            self.distintas += 1
            print(f"DISTINTA {donde}: publicada {publicada}, calculada {calculada}")

    def lugar(self, donde, documento, suma, candidaturas, partidos, es_cierre):
        """Todas las cifras de un lugar. La de entidad es la única que cuenta hojas fuera de catálogo."""
        for nombre, valor in suma.cifras(es_cierre).items():
            if documento.get("nivel") == "entidad" or nombre not in ("actas_fuera_catalogo", "actas_registradas"):
                self.cifra(f"{donde}, {nombre}", documento["estadistica"].get(nombre), valor)
        total = suma.cuantas["votos"]
        self.cifra(f"{donde}, total", documento["total"], total)
        publicadas = {x["clave"]: x for x in documento["por_candidatura"]}
        self.cifra(f"{donde}, candidaturas", sorted(publicadas), sorted(candidaturas))
        for clave, votos in candidaturas.items():
            self.votos(f"{donde}, {clave}", publicadas.get(clave, {}), votos, total)
        for clave in ("no_registradas", "nulos"):
            self.votos(f"{donde}, {clave}", documento[clave], suma.votos[clave.upper()], total)
        if "por_partido" in documento:
            publicados = {x["clave"]: x for x in documento["por_partido"]}
            self.cifra(f"{donde}, partidos", sorted(publicados), sorted(partidos))
            for clave, (propios, recibidos) in partidos.items():
                dicho = publicados.get(clave, {})
                self.votos(f"{donde}, {clave} (por partido)", dicho, propios + recibidos, total)
                self.cifra(f"{donde}, {clave} propios", dicho.get("propios"), propios)
                self.cifra(f"{donde}, {clave} de coalición", dicho.get("coalicion"), recibidos)

    def votos(self, donde, dicho, votos, total):
        self.cifra(f"{donde}, votos", dicho.get("votos"), votos)
        self.cifra(f"{donde}, porcentaje", dicho.get("porcentaje"), truncar(votos, total))


def recalcular(corte, cotejo):
    """Recalcula todas las elecciones de la carpeta de un corte."""
    leer = lambda r: json.loads((corte / r).read_text(encoding="utf-8"))  # noqa: E731
    proceso, es_cierre = leer("proceso.json"), leer("corte.json")["cierre"]
    orden = [p["siglas"] for p in proceso["partidos"]]
    elecciones = {e["clave"]: e for e in proceso["elecciones"]}
    for clave, encabezado, filas in tablas(corte, proceso["entidad"]["abreviatura"]):
        eleccion = elecciones.pop(clave)
        id_lugar = "ID_MUNICIPIO" if eleccion["agrupa"] == "municipio" else "ID_DISTRITO_LOCAL"
        entidad, todas, todos = Suma(), defaultdict(int), defaultdict(lambda: [0, 0])
        publicados = {d["id"]: d for d in leer(f"{clave}/resumen.json")["demarcaciones"]}
        for fila in filas:
            columnas = [c["clave"] for c in eleccion["columnas"]]
            entidad.acta(fila, columnas)
        for lugar in eleccion["demarcaciones"]:
            suma, secciones = Suma(), defaultdict(Suma)
            columnas = [c["clave"] for c in eleccion["columnas"] if c["clave"] in lugar["columnas"]]
            for fila in filas:
                if fila["CONTABILIZADA"] != "2" and int(fila[id_lugar]) == lugar["id"]:
                    suma.acta(fila, columnas)
                    secciones[int(fila["SECCION"])].acta(fila, columnas)
            candidaturas = por_candidatura(suma.votos, eleccion, lugar)
            partidos = por_partido(suma.votos, eleccion, lugar, orden)
            for k, v in candidaturas.items():
                todas[k] += v
            for k, (a, b) in partidos.items():
                todos[k] = [todos[k][0] + a, todos[k][1] + b]
            detalle = leer(f"{clave}/demarcacion/{lugar['id']}.json")
            donde = f"{clave}, {lugar['nombre']}"
            for documento in (publicados[lugar["id"]], detalle):
                cotejo.lugar(donde, documento, suma, candidaturas, partidos, es_cierre)
            cotejo.cifra(f"{donde}, secciones", sorted(s["seccion"] for s in detalle["secciones"]), sorted(secciones))
            for s in detalle["secciones"]:
                propia = secciones[s["seccion"]]
                suyas = por_candidatura(propia.votos, eleccion, lugar)
                cotejo.lugar(f"{donde}, sección {s['seccion']}", s, propia, suyas, {}, es_cierre)
        cotejo.lugar(f"{clave}, entidad", leer(f"{clave}/resumen.json"), entidad, todas, todos, es_cierre)
        for nombre, valor in entidad.cifras(es_cierre).items():
            dicho = encabezado.get(nombre.upper(), "")
            cotejo.cifra(
                f"{clave}, encabezado, {nombre}", "0.0000" if (dicho, valor) == ("0", "0.0000") else dicho, str(valor)
            )
    cotejo.cifra("elecciones sin base de datos", sorted(elecciones), [])


def principal():
    argumentos = argparse.ArgumentParser(description="Recalcula un corte publicado del PREP a partir de sus actas.")
    argumentos.add_argument("carpeta", type=Path)
    argumentos.add_argument("--corte", type=int, help="número de corte; sin él, el último")
    argumentos.add_argument("--todo", action="store_true", help="imprime también las cifras iguales")
    a = argumentos.parse_args()
    cotejo = Cotejo(a.todo)
    try:
        ruta = f"cortes/{a.corte:04d}" if a.corte else json.loads((a.carpeta / "ultimo.json").read_text())["ruta"]
        recalcular(a.carpeta / ruta, cotejo)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration, zipfile.BadZipFile) as error:
        print(f"No se pudo leer la publicación: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(f"{ruta}: {cotejo.iguales} cifras iguales, {cotejo.distintas} distintas")
    return 1 if cotejo.distintas else 0


if __name__ == "__main__":
    sys.exit(principal())

#!/usr/bin/env python3
"""Recalcula un corte publicado del PREP a partir de sus actas, sin usar nada de PREP Abierto.

    python3 recalcular.py CARPETA [--corte N] [--todo]

CARPETA es una copia de la publicación (la que tiene `ultimo.json`). Solo necesita Python 3.9 o posterior. Lee los CSV
que vienen en la base de datos del corte, decide qué actas se contabilizan y con qué observaciones, suma, reparte los
votos de coalición y calcula los porcentajes con las reglas del PREP (LGIPE 311, párrafo 1, inciso c; cuatro decimales
truncados), y compara cada cifra con la publicada. Al final dice qué no recalculó. No comprueba firmas, historia ni
imágenes: para eso están `prep verificar`, `verifica.html` o las herramientas de docs/verificar.md.

Termina con 0 si todas coinciden, 1 si alguna no, 2 si no se pudo leer. Con --todo imprime también las que coinciden.
"""

# ruff: noqa: T201

import argparse
import csv
import io
import json
import re
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


def sin_repetir(pares):
    """Un objeto JSON que no dice dos cosas con el mismo nombre."""
    if len(dict(pares)) != len(pares):
        raise ValueError("un archivo JSON dice dos veces lo mismo")
    return dict(pares)


def solo_enteros(texto):
    raise ValueError(f"un archivo JSON trae {texto}, que no es un entero")


def leer_json(archivo):
    """JSON con un solo sentido: sin claves repetidas, decimales ni NaN."""
    texto = archivo.read_bytes().decode("utf-8")
    return json.loads(texto, object_pairs_hook=sin_repetir, parse_float=solo_enteros, parse_constant=solo_enteros)


def abrir(paquete, gasto):
    """Los archivos de un zip, sin dejarse llenar la memoria: 600 MB entre todos."""
    with zipfile.ZipFile(paquete) as z:
        for ficha in z.infolist():
            gasto[0] += ficha.file_size
            if gasto[0] > 600_000_000 or ficha.file_size > 200 * (ficha.compress_size + 10_000):
                raise ValueError(f"{ficha.filename!r} crece demasiado al abrirse")
            yield ficha.filename, z.read(ficha)


def tablas(ruta_del_corte, abreviatura):
    """Da (clave de la elección, encabezado de cifras, renglones como diccionarios) de cada CSV de resultados."""
    (paquete,) = (ruta_del_corte / "bd").glob(f"*_PREP_{abreviatura}.zip")
    gasto = [0]
    for _, interno in abrir(paquete, gasto):
        archivos = dict(abrir(io.BytesIO(interno), gasto))
        (tabla,) = [n for n in archivos if n.endswith(".csv") and "_CANDIDATURAS_" not in n]
        clave = tabla[len(abreviatura) + 1 : tabla.rindex("_")]
        yield (clave, *leer_tabla(archivos[tabla]))


def leer_tabla(datos):
    """(encabezado de cifras, renglones como diccionarios) de un CSV de resultados."""
    lineas = list(csv.reader(io.StringIO(datos.decode("utf-8-sig"), newline="")))
    cifras = next(i for i, x in enumerate(lineas) if x and x[0] == "ACTAS_ESPERADAS")
    inicio = next(i for i, x in enumerate(lineas) if x and x[0] == "CLAVE_CASILLA")
    filas = [dict(zip(lineas[inicio], x)) for x in lineas[inicio + 1 :] if x]  # noqa: B905
    return dict(zip(lineas[cifras], lineas[cifras + 1])), filas  # noqa: B905


def limite(fila, proceso):
    """Cuántos votos puede traer un acta y contar: lista nominal y representantes; en una casilla especial, sus boletas;
    en el voto anticipado, en prisión preventiva o desde el extranjero sin lista nominal, no hay límite."""
    casilla, lista = fila["CLAVE_CASILLA"], entero(fila["LISTA_NOMINAL"])
    representantes = entero(fila["REPRESENTANTES_PP_CI"])
    if casilla[6] == "S":
        return proceso["boletas"].get(casilla, proceso["parametros"]["boletas_especiales"]) + representantes
    return None if casilla[6] in "APVM" and lista == 0 else lista + representantes


def veredicto(fila, columnas, proceso):
    """(observaciones, si se contabiliza) que le tocan a un acta capturada."""
    celdas = [fila[c] for c in columnas]
    suma, tope = sum(map(entero, celdas)), limite(fila, proceso)
    excede = tope is not None and suma > tope
    marcas = [m for m in ("Ilegible", "Sin dato") if m in celdas]
    legible = any(c.isdigit() for c in celdas) or (proceso["parametros"]["mezcla_cuenta"] and len(marcas) == 2)
    if not legible:
        marcas = ["Todos los campos ilegibles" if "Ilegible" in celdas else "Todos los campos vacíos"]
    return ["Excede Lista Nominal"] * excede + marcas, legible and not excede


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
        if fila["OBSERVACIONES"].startswith("Excede") or "Ilegible" in celdas or "Sin dato" in celdas:
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


def por_partido(votos, eleccion, lugar):
    """Votos propios y recibidos de cada combinación: partes iguales; lo que sobra, a los de mayor votación y, si hay
    empate, en el orden que el proceso publica."""
    orden = {p: i for i, p in enumerate(eleccion["empates"])}
    presentes = [c for c in eleccion["columnas"] if c["clave"] in lugar["columnas"]]
    resultado = {
        c["clave"]: [votos[c["clave"]], 0] for c in presentes if c["tipo"] in ("partido", "comun", "independiente")
    }
    for c in presentes:
        if c["tipo"] == "combinacion":
            parte, sobra = divmod(votos[c["clave"]], len(c["partidos"]))
            de_mayor_a_menor = sorted(c["partidos"], key=lambda p: (-resultado[p][0], orden.get(p, len(orden))))
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


ACTAS = {
    "TOTAL_BOLETAS_SOBRANTES": "boletas_sobrantes",
    "TOTAL_PERSONAS_VOTARON": "personas_votaron",
    "TOTAL_REP_PARTIDO_CI_VOTARON": "representantes_votaron",
    "TOTAL_VOTOS_SACADOS": "votos_sacados",
    "TOTAL_VOTOS_ASENTADO": "total_asentado",
    "TOTAL_VOTOS_CALCULADO": "total_calculado",
}


def actas(clave, eleccion, filas, detalles, proceso, cotejo):
    """Cada acta: lo que el CSV y el JSON dicen de ella, y lo que las reglas dicen que debe decir."""
    en_json = {}
    for lugar, detalle in detalles.items():
        for s in detalle["secciones"]:
            for casilla in s["casillas"]:
                for acta in casilla["actas"]:
                    en_json[acta["clave"]] = (lugar, s["seccion"], casilla, acta)
    id_lugar = "ID_MUNICIPIO" if eleccion["agrupa"] == "municipio" else "ID_DISTRITO_LOCAL"
    propias = {d["id"]: d["columnas"] for d in eleccion["demarcaciones"]}
    for fila in filas:
        if fila["CONTABILIZADA"] == "2":
            continue
        donde = f"{clave}, acta {fila['CLAVE_ACTA']}"
        dicho = en_json.pop(fila["CLAVE_ACTA"], None)
        if dicho is None:
            cotejo.cifra(f"{donde}, en el JSON", "no está", "está")
            continue
        lugar, seccion, casilla, acta = dicho
        cotejo.cifra(f"{donde}, dónde", (lugar, seccion), (int(fila[id_lugar]), int(fila["SECCION"])))
        cotejo.cifra(f"{donde}, lista nominal", str(casilla["lista_nominal"]), fila["LISTA_NOMINAL"])
        valores = acta.get("valores", {})
        for columna, nombre in ACTAS.items():
            cotejo.cifra(f"{donde}, {nombre}", str(valores.get(nombre, "")), fila[columna])
        votos = {c: fila[c] for c in propias[lugar] if fila[c] != ""}
        cotejo.cifra(f"{donde}, votos", {c: str(v) for c, v in valores.get("votos", {}).items()}, votos)
        marca, obs = fila["CONTABILIZADA"], fila["OBSERVACIONES"]
        if marca not in ("0", "1") or re.match(r"Sin acta\([1-4]\)$", obs):
            cotejo.cifra(f"{donde}, votos sin capturar", len(votos), 0)
            continue
        cotejo.cifra(f"{donde}, observaciones", ", ".join(acta["observaciones"]), obs)
        deben, cuenta = veredicto(fila, propias[lugar], proceso)
        tecnica = ["Identificación por proceso técnico operativo"] * obs.endswith("técnico operativo")
        cotejo.cifra(f"{donde}, observaciones", obs, ", ".join(deben + tecnica))
        cotejo.cifra(f"{donde}, contabilizada", (marca, acta["contabilizada"]), (str(int(cuenta)), int(cuenta)))
        cotejo.cifra(f"{donde}, suma", fila["TOTAL_VOTOS_CALCULADO"], str(sum(entero(fila[c]) for c in propias[lugar])))
    cotejo.cifra(f"{clave}, actas que no están en el CSV", sorted(en_json), [])


def avance(corte, numero, resumenes, cotejo):
    """El último punto de la curva de avance."""
    curva = leer_json(corte / "avance.json")
    cotejo.cifra("avance, último corte", curva["cortes"][-1], numero)
    for clave, resumen in resumenes.items():
        serie, e = curva["elecciones"][clave], resumen["estadistica"]
        for nombre in ("capturadas", "contabilizadas"):
            cotejo.cifra(f"avance, {clave}, {nombre}", serie[nombre][-1], e[f"actas_{nombre}"])
        cotejo.cifra(f"avance, {clave}, total", serie["total"][-1], resumen["total"])
        votos = {c["clave"]: c["votos"] for c in resumen["por_candidatura"]}
        cotejo.cifra(f"avance, {clave}, votos", {k: v[-1] for k, v in serie["candidaturas"].items()}, votos)


def municipios(clave, eleccion, filas, leer, proceso, cotejo, es_cierre):
    """Una elección de todo el estado, municipio por municipio."""
    secciones = leer("secciones.json")["secciones"]
    lugares = {d["id"]: d for d in eleccion["demarcaciones"]}
    columnas = {
        i: [c["clave"] for c in eleccion["columnas"] if c["clave"] in d["columnas"]] for i, d in lugares.items()
    }
    enteros, partes = defaultdict(Suma), defaultdict(lambda: defaultdict(Suma))
    for fila in filas:
        if fila["CONTABILIZADA"] != "2":
            lugar = int(fila["ID_DISTRITO_LOCAL"])
            _, municipio = secciones.get(str(int(fila["SECCION"])), (0, 0))
            for suma in (enteros[municipio], partes[municipio][lugar]):
                suma.acta(fila, columnas[lugar])
    publicados = {m["id"]: m for m in leer(f"{clave}/municipios.json")["municipios"]}
    cotejo.cifra(f"{clave}, municipios", sorted(publicados), sorted(m["id"] for m in proceso["municipios"]))
    for id_, publicado in publicados.items():
        candidaturas = {c["clave"]: 0 for d in lugares.values() for c in d["candidaturas"]}
        for lugar, parte in partes[id_].items():
            for k, v in por_candidatura(parte.votos, eleccion, lugares[lugar]).items():
                candidaturas[k] += v
        cotejo.lugar(f"{clave}, {publicado['nombre']}", publicado, enteros[id_], candidaturas, {}, es_cierre)


def recalcular(corte, cotejo):
    """Recalcula todas las elecciones de la carpeta de un corte. Da lo que no recalculó."""
    leer = lambda r: leer_json(corte / r)  # noqa: E731
    proceso, manifiesto = leer("proceso.json"), leer("corte.json")
    es_cierre = manifiesto["cierre"]
    elecciones = {e["clave"]: e for e in proceso["elecciones"]}
    resumenes, todas_las_filas = {}, []
    for clave, encabezado, filas in tablas(corte, proceso["entidad"]["abreviatura"]):
        eleccion = elecciones.pop(clave)
        todas_las_filas += filas
        id_lugar = "ID_MUNICIPIO" if eleccion["agrupa"] == "municipio" else "ID_DISTRITO_LOCAL"
        entidad, todas, todos = Suma(), defaultdict(int), defaultdict(lambda: [0, 0])
        resumenes[clave] = resumen = leer(f"{clave}/resumen.json")
        publicados = {d["id"]: d for d in resumen["demarcaciones"]}
        detalles = {d["id"]: leer(f"{clave}/demarcacion/{d['id']}.json") for d in eleccion["demarcaciones"]}
        actas(clave, eleccion, filas, detalles, proceso, cotejo)
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
            partidos = por_partido(suma.votos, eleccion, lugar)
            for k, v in candidaturas.items():
                todas[k] += v
            for k, (a, b) in partidos.items():
                todos[k] = [todos[k][0] + a, todos[k][1] + b]
            detalle = detalles[lugar["id"]]
            donde = f"{clave}, {lugar['nombre']}"
            for documento in (publicados[lugar["id"]], detalle):
                cotejo.lugar(donde, documento, suma, candidaturas, partidos, es_cierre)
            cotejo.cifra(f"{donde}, secciones", sorted(s["seccion"] for s in detalle["secciones"]), sorted(secciones))
            for s in detalle["secciones"]:
                propia = secciones[s["seccion"]]
                suyas = por_candidatura(propia.votos, eleccion, lugar)
                cotejo.lugar(f"{donde}, sección {s['seccion']}", s, propia, suyas, {}, es_cierre)
        cotejo.lugar(f"{clave}, entidad", resumen, entidad, todas, todos, es_cierre)
        if (corte / clave / "municipios.json").exists():
            municipios(clave, eleccion, filas, leer, proceso, cotejo, es_cierre)
        for nombre, valor in entidad.cifras(es_cierre).items():
            dicho = encabezado.get(nombre.upper(), "")
            cotejo.cifra(
                f"{clave}, encabezado, {nombre}", "0.0000" if (dicho, valor) == ("0", "0.0000") else dicho, str(valor)
            )
        c = entidad.cuantas
        cuentas = {n: c[n] for n in ("esperadas", "capturadas", "contabilizadas")}
        cotejo.cifra(f"{clave}, cuentas del manifiesto", manifiesto["cuentas"].get(clave), cuentas)
        especiales = [
            x["clave"] for d in detalles.values() for s in d["secciones"] for x in s["casillas"] if x["tipo"] == "S"
        ]
        dichas = [x["clave"] for x in leer(f"{clave}/especiales.json")["casillas"]]
        cotejo.cifra(f"{clave}, casillas especiales", sorted(dichas), sorted(especiales))
    cotejo.cifra("elecciones sin base de datos", sorted(elecciones), [])
    if (corte / "avance.json").exists():
        avance(corte, manifiesto["corte"], resumenes, cotejo)
    return sin_recalcular(manifiesto, todas_las_filas)


def sin_recalcular(manifiesto, filas):
    """Lo que el corte publica y aquí no se calculó, con las mismas palabras que `prep verificar`."""
    rutas = [a["ruta"] for a in manifiesto["archivos"]]
    documentos = r"(proceso|avance|secciones|mapa|cabecera|sitio)\.json$|bd/"
    documentos += r"|.*/demarcacion/.*\.json$|.*/(resumen|especiales|municipios)\.json$"
    lista = ["catálogo"]
    lista += ["libro de Excel"] * any(r.endswith(".xlsx") for r in rutas) + ["LEEME"]
    lista += ["mapa"] * ("mapa.json" in rutas)
    lista += ["hojas fuera de catálogo"] * any(f["CONTABILIZADA"] == "2" for f in filas)
    lista += ["situación de las actas"] * any(f["CONTABILIZADA"] in ("", "-") for f in filas)
    lista += ["páginas"] * ("sitio.json" in rutas or any(not re.match(documentos, r) for r in rutas))
    lista += ["CANDIDATURAS", "secciones.json", "horas y procedencia de las actas"]
    lista += ["curva de avance", "cortes anteriores"] * (manifiesto["corte"] > 1)
    return lista


def principal():
    argumentos = argparse.ArgumentParser(description="Recalcula un corte publicado del PREP a partir de sus actas.")
    argumentos.add_argument("carpeta", type=Path)
    argumentos.add_argument("--corte", type=int, help="número de corte; sin él, el último")
    argumentos.add_argument("--todo", action="store_true", help="imprime también las cifras iguales")
    a = argumentos.parse_args()
    cotejo = Cotejo(a.todo)
    try:
        ruta = f"cortes/{a.corte:04d}" if a.corte else leer_json(a.carpeta / "ultimo.json")["ruta"]
        if not re.match(r"cortes/[0-9]+$", ruta):
            raise ValueError(f"ultimo.json lleva a {ruta!r}")
        faltan = recalcular(a.carpeta / ruta, cotejo)
    except Exception as error:  # un archivo ajeno puede traer cualquier cosa
        print(f"No se pudo leer la publicación: {type(error).__name__}: {str(error)[:200]!r}", file=sys.stderr)
        return 2
    print(f"{ruta}: {cotejo.iguales} cifras iguales, {cotejo.distintas} distintas")
    print(f"No se recalculó: {', '.join(faltan)}. Las firmas, la historia y las imágenes no se comprueban aquí.")
    return 1 if cotejo.distintas else 0


if __name__ == "__main__":
    sys.exit(principal())

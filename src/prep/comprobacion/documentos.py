"""Every document of a corte as its actas make it: what it must say, to be compared with what it says.

The anchor is the acta, which is published three times (its image, its row of the CSV, its place in the JSON). Its row
is rebuilt here from the JSON, cell by cell, and everything above it is computed from the rows.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from prep.comprobacion.recalculo import FUERA, SUMARIO, VACIAS, Base, Calculo, Cifras, Fila, candidaturas, por_ciento

Doc = dict[str, Any]
MAXIMO_DIFERENCIAS = 40
TOTALES = ("boletas_sobrantes", "personas_votaron", "representantes_votaron", "votos_sacados")
_COLUMNAS = (
    ("CLAVE_CASILLA", "CLAVE_ACTA", "ID_ENTIDAD", "ENTIDAD"),
    *(("SECCION", "ID_CASILLA", "TIPO_CASILLA", "EXT_CONTIGUA", "UBICACION_CASILLA", "TIPO_ACTA"),),
    *(("TOTAL_BOLETAS_SOBRANTES", "TOTAL_PERSONAS_VOTARON", "TOTAL_REP_PARTIDO_CI_VOTARON", "TOTAL_VOTOS_SACADOS"),),
    *(("TOTAL_VOTOS_ASENTADO", "TOTAL_VOTOS_CALCULADO", "LISTA_NOMINAL", "REPRESENTANTES_PP_CI", "OBSERVACIONES"),),
    *(("CONTABILIZADA", "MECANISMOS_TRASLADO", "CODIGO_INTEGRIDAD", "FECHA_HORA_ACOPIO", "FECHA_HORA_CAPTURA"),),
    *(("FECHA_HORA_VERIFICACION", "ORIGEN", "DIGITALIZACION", "TIPO_DOCUMENTO", "COTEJADA"),),
)
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_CASILLA = {"clave", "nombre", "tipo", "id", "extension", "ubicacion", "lista_nominal", "actas"}
_ACTA = {
    "clave",
    "estado",
    "situacion",
    "contabilizada",
    "observaciones",
    "valores",
    "representantes",
    "mecanismos",
    "imagen",
}
_ACTA |= {"origen", "digitalizacion", "tipo_documento", "acopio", "captura", "verificacion", "cotejada"}
_PENDIENTES = {"en_captura", "no_digitalizada", "no_recibida"}
_VALORES = {*TOTALES, "total_asentado", "total_calculado", "votos"}
_TIPOS = {
    "B": "Básica",
    "C": "Contigua",
    "E": "Extraordinaria",
    "S": "Especial",
    "M": "Voto en el extranjero",
    "V": "Prisión preventiva",
    "P": "Prisión preventiva",
    "A": "Voto anticipado",
}


def ruta_de_imagen(hash_: str) -> str:
    """Where an image is, from the publication's root."""
    return f"imagenes/{hash_[:2]}/{hash_}.jpg"


def diferencias(donde: str, publicado: Any, debe: Any) -> Iterator[str]:
    """Where two JSON values differ, in plain Spanish."""
    if isinstance(publicado, dict) and isinstance(debe, dict):
        for k in sorted(publicado.keys() | debe.keys()):
            if k not in publicado:
                yield f"{donde}, {k}: no dice nada y se calcula {_breve(debe[k])}"
            elif k not in debe:
                yield f"{donde}, {k}: dice {_breve(publicado[k])} y no debe decir nada"
            else:
                yield from diferencias(f"{donde}, {k}", publicado[k], debe[k])
    elif isinstance(publicado, list) and isinstance(debe, list):
        if len(publicado) != len(debe):
            yield f"{donde}: trae {len(publicado)} y deben ser {len(debe)}"
        for i, (a, b) in enumerate(zip(publicado, debe, strict=False)):
            if a != b or type(a) is not type(b):
                yield from diferencias(f"{donde}, {_cual(b, i)}", a, b)
    elif publicado != debe or type(publicado) is not type(debe):
        yield f"{donde}: dice {_breve(publicado)} y se calcula {_breve(debe)}"


def _cual(elemento: Any, i: int) -> str:
    if isinstance(elemento, dict):
        for k in ("clave", "nombre", "seccion", "id", "ruta"):
            if k in elemento:
                return f"sección {elemento[k]}" if k == "seccion" else str(elemento[k])
    return str(i + 1)


def _breve(v: Any) -> str:
    if isinstance(v, (dict, list)):
        return f"{len(v)} datos"
    return str(v)[:60]


# --- the tables -------------------------------------------------------------------------------------------------------


def seguro(texto: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + texto if _FORMULA.match(texto) else texto


def _columnas_demarcacion(eleccion: Mapping[str, Any]) -> tuple[str, str]:
    return (
        ("ID_MUNICIPIO", "MUNICIPIO") if eleccion["agrupa"] == "municipio" else ("ID_DISTRITO_LOCAL", "DISTRITO_LOCAL")
    )


def columnas(eleccion: Mapping[str, Any]) -> list[str]:
    """The header of the results table."""
    claves, casilla, totales, *resto = _COLUMNAS
    votos = [seguro(c["clave"]) for c in eleccion["columnas"]]
    return [*claves, *_columnas_demarcacion(eleccion), *casilla, *totales, *votos, *(c for r in resto for c in r)]


def cabeza(eleccion: Mapping[str, Any], modo: str, hora: str, cifras: Mapping[str, int | str]) -> list[list[str]]:
    """The lines above the columns: title, hour, names and values of the summary, and a blank one."""
    titulo = eleccion["nombre"].upper()
    horas, minutos = int(hora[20:22]), hora[23:25]
    huso = f"(UTC{hora[19]}{horas}{'' if minutos == '00' else f':{minutos}'})"
    if cifras["actas_registradas"] == 0:
        ceros: dict[str, Any] = {n: 0 for n in SUMARIO if n.startswith(("actas_", "porcentaje_actas_"))}
        cifras = {**ceros, "actas_esperadas": cifras["actas_esperadas"], "total_votos_s_cs": 0}
    return [
        [seguro(titulo if modo == "jornada" else f"{modo.upper()} - {titulo}")],
        [f"{hora[8:10]}/{hora[5:7]}/{hora[:4]} {hora[11:16]} {huso}"],
        [n.upper() for n in SUMARIO],
        [str(cifras.get(n, "")) for n in SUMARIO],
        [],
    ]


def tabla_candidaturas(proceso: Mapping[str, Any], eleccion: Mapping[str, Any]) -> list[list[str]]:
    """The catalogue of candidacies: one line per candidacy of each contest."""
    estatal = eleccion["ambito"] == "entidad"
    lugar = [] if estatal else [_columnas_demarcacion(eleccion)[0]]
    filas = [["ID_ENTIDAD", *lugar, "PARTIDO_CI", "CANDIDATURA_PROPIETARIA", "CANDIDATURA_SUPLENTE"]]
    vistas = set()
    for d in eleccion["demarcaciones"]:
        for c in d["candidaturas"]:
            if (cual := (None if estatal else d["id"], c["clave"])) in vistas:
                continue
            vistas.add(cual)
            nombres = [seguro(c.get("propietaria", "")), seguro(c.get("suplente", ""))]
            donde = [] if estatal else [f"{d['id']:03d}"]
            filas.append([f"{proceso['entidad']['id']:02d}", *donde, seguro(c["clave"]), *nombres])
    return filas


class Renglones:
    """The rows that the actas of the JSON make. `pendiente`: what an acta not captured yet shows, `-` or nothing."""

    def __init__(self, proceso: Mapping[str, Any], eleccion: Mapping[str, Any], pendiente: str) -> None:
        entidad = proceso["entidad"]
        self.entidad = [f"{entidad['id']:02d}", seguro(entidad["nombre"])]
        self.votos = [c["clave"] for c in eleccion["columnas"]]
        self.pendiente = pendiente
        self.eleccion = eleccion
        self.nombres = {d["id"]: d["nombre"] for d in eleccion["demarcaciones"]}

    def acta(self, d: Mapping[str, Any], seccion: int, casilla: Doc, acta: Doc) -> list[str]:
        """The row of one acta. Raises `KeyError`, `TypeError` or `ValueError` where the JSON has no such shape."""
        clave = casilla["clave"]
        fila = [clave, acta["clave"], *self.entidad, f"{d['id']:03d}", seguro(d["nombre"])]
        fila += [f"{seccion:04d}", f"{casilla['id']:02d}", casilla["tipo"], f"{casilla['extension']:02d}"]
        fila += [str(casilla["ubicacion"]), acta["clave"][11:]]
        mecanismos = seguro(acta.get("mecanismos", ""))
        catalogo = [str(casilla["lista_nominal"]), str(acta.get("representantes", ""))]
        observaciones = ", ".join(acta["observaciones"])
        valores = acta.get("valores")
        if valores is None:
            sin_acta = "contabilizada" in acta
            fila += [""] * (len(TOTALES) + len(self.votos) + 2)
            fila += [*catalogo, observaciones if sin_acta else self.pendiente]
            fila += [str(acta["contabilizada"]) if sin_acta else self.pendiente, mecanismos, *[""] * 7]
            return [*fila, "0" if sin_acta else ""]
        votos = valores["votos"]
        fila += [str(valores.get(t, "")) for t in TOTALES]
        fila += [str(votos.get(c, "")) for c in self.votos]
        fila += [str(valores.get("total_asentado", "")), str(valores["total_calculado"]), *catalogo, observaciones]
        fila += [str(acta["contabilizada"]), mecanismos, acta["imagen"]["sha256"]]
        fila += [_fecha(acta.get(k)) for k in ("acopio", "captura", "verificacion")]
        fila += [acta["origen"], seguro(acta["digitalizacion"]), seguro(acta["tipo_documento"])]
        return [*fila, str(acta.get("cotejada", ""))]

    def fuera(self, f: Fila) -> list[str]:
        """The row of a sheet out of catalogue, given what could be read of it."""
        c = f.celdas
        columna, _ = _columnas_demarcacion(self.eleccion)
        nombre = seguro(self.nombres[f.demarcacion]) if f.demarcacion in self.nombres else "-"
        leido = [c[n] or "?" for n in ("SECCION", "ID_CASILLA", "TIPO_CASILLA", "EXT_CONTIGUA")]
        fila = ["-", "-", *self.entidad, c[columna] or "?", nombre, *leido, "3", c["TIPO_ACTA"] or "?"]
        return [*fila, *["-"] * (len(TOTALES) + len(self.votos) + 4), FUERA, "2", *["-"] * 9]


def _fecha(iso: str | None) -> str:
    return f"{iso[8:10]}/{iso[5:7]}/{iso[:4]} {iso[11:19]}" if iso else ""


def forma_de_acta(entidad: int, seccion: int, casilla: Doc, acta: Doc, propias: Sequence[str]) -> str | None:
    """What is odd in a casilla and its acta as the JSON says them, if anything."""
    tipo, id_, extension = casilla["tipo"], casilla["id"], casilla["extension"]
    nombre = _TIPOS.get(tipo, f"Tipo {tipo}") + ("" if tipo == "B" else f" {id_}")
    nombre += f" contigua {extension}" if extension else ""
    if casilla["clave"] != f"{entidad:02d}{seccion:04d}{tipo}{id_:02d}{extension:02d}" or casilla["nombre"] != nombre:
        return "la casilla no se llama como sus partes dicen"
    if acta["clave"][:11] != casilla["clave"]:
        return "el acta no es de esa casilla"
    sobra = (casilla.keys() - _CASILLA) | (acta.keys() - _ACTA) | (acta.get("valores", {}).keys() - _VALORES)
    if sobra:
        return f"trae datos de más: {', '.join(sorted(sobra))[:80]}"
    sin_acta = any(o.startswith("Sin acta") for o in acta["observaciones"])
    debe = "publicada" if "valores" in acta else "sin_acta" if sin_acta else None
    dicha = acta.get("situacion")
    if dicha != debe if debe else dicha not in _PENDIENTES:
        return f"dice que su situación es «{dicha}» y no es lo que trae"
    if "valores" in acta:
        if list(acta["valores"]["votos"]) != list(propias):
            return "sus votos no son los de los recuadros de la boleta"
        imagen = acta["imagen"]
        if imagen.keys() - {"sha256", "ruta"} or imagen.get("ruta", "") not in ("", ruta_de_imagen(imagen["sha256"])):
            return "la página lleva a otra imagen"
    elif acta.keys() & {"imagen", "origen", "digitalizacion", "tipo_documento", "cotejada"}:
        return "no está publicada y trae datos de una publicada"
    return None


# --- the documents ----------------------------------------------------------------------------------------------------


def _cifras(
    cifras: Cifras,
    suyas: Sequence[tuple[str, list[str], int]],
    partidos: Mapping[str, tuple[int, int]] | None,
    cierre: bool,
) -> Doc:
    def votos(v: int) -> Doc:
        porcentaje = por_ciento(v, cifras.total)
        return {"votos": v} if porcentaje is None else {"votos": v, "porcentaje": porcentaje}

    doc: Doc = {
        "estadistica": cifras.estadistica(cierre),
        "por_candidatura": [{"clave": c, "partidos": ps, **votos(v)} for c, ps, v in suyas],
        "no_registradas": votos(cifras.votos["NO_REGISTRADAS"]),
        "nulos": votos(cifras.votos["NULOS"]),
        "total": cifras.total,
    }
    if partidos is not None:
        doc["por_partido"] = [
            {"clave": p, "propios": propios, "coalicion": recibidos, **votos(propios + recibidos)}
            for p, (propios, recibidos) in partidos.items()
        ]
    return doc


def _del_lugar(d: Mapping[str, Any], votos: Mapping[str, int]) -> list[tuple[str, list[str], int]]:
    return [(c["clave"], c["partidos"], votos.get(c["clave"], 0)) for c in d["candidaturas"]]


def _en_orden(eleccion: Mapping[str, Any], partidos: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """By party, in the order of the columns: each base has its own."""
    return {c["clave"]: partidos[c["clave"]] for c in eleccion["columnas"] if c["clave"] in partidos}


def _de_la_entidad(eleccion: Mapping[str, Any], votos: Mapping[str, int]) -> list[tuple[str, list[str], int]]:
    """Every candidacy of an election, in the order of its columns."""
    lugar = {c["clave"]: i for i, c in enumerate(eleccion["columnas"])}
    de_quien: dict[str, list[str]] = {}
    for d in eleccion["demarcaciones"]:
        for c in d["candidaturas"]:
            de_quien.setdefault(c["clave"], c["partidos"])

    def orden(clave: str) -> tuple[int, int, str]:
        partidos = de_quien[clave]
        primero = partidos[0] if partidos and partidos[0] in lugar else clave
        return lugar.get(primero, len(lugar)), -len(partidos), clave

    return [(c, de_quien[c], votos.get(c, 0)) for c in sorted(de_quien, key=orden)]


def municipios(
    proceso: Doc,
    eleccion: Mapping[str, Any],
    partes: Iterable[tuple[int, int, Cifras]],
    calculo: Calculo,
    cierre: bool,
) -> Doc:
    """`<ELEC>/municipios.json`. `partes`: figures, each of one demarcación and one municipio."""
    cifras = {m["id"]: Cifras() for m in proceso["municipios"]}
    votos: dict[int, Counter[str]] = {m: Counter() for m in cifras}
    for lugar, municipio, suyas in partes:
        if municipio in cifras:
            cifras[municipio].mas(suyas)
            votos[municipio].update(candidaturas(suyas.votos, calculo.duenas[lugar]))
    return {
        "formato": "prep/municipios/1",
        "eleccion": eleccion["clave"],
        "municipios": [
            {
                "id": m["id"],
                "nombre": m["nombre"],
                **_cifras(cifras[m["id"]], _de_la_entidad(eleccion, votos[m["id"]]), None, cierre),
            }
            for m in proceso["municipios"]
        ],
    }


def resumen(eleccion: Mapping[str, Any], calculo: Calculo, cierre: bool) -> Doc:
    """`<ELEC>/resumen.json`."""
    suyas = _de_la_entidad(eleccion, calculo.por_candidatura[None])
    partidos = _en_orden(eleccion, calculo.por_partido[None])
    return {
        "formato": "prep/resumen/1",
        "eleccion": eleccion["clave"],
        "nivel": "entidad",
        **_cifras(calculo.entidad, suyas, partidos, cierre),
        "demarcaciones": [
            {
                "id": d["id"],
                "nombre": d["nombre"],
                **_cifras(
                    calculo.demarcaciones[d["id"]], _del_lugar(d, calculo.por_candidatura[d["id"]]), None, cierre
                ),
            }
            for d in eleccion["demarcaciones"]
        ],
    }


def demarcacion(
    eleccion: Mapping[str, Any],
    d: Mapping[str, Any],
    calculo: Calculo,
    cierre: bool,
    vistas: Mapping[int, Cifras],
    casillas: Mapping[int, Any],
) -> Doc:
    """`<ELEC>/demarcacion/<id>.json` with some of its secciones, or all. `vistas`: those; `casillas`: by sección, as
    published, once they are known to be the CSV's."""
    id_ = d["id"]
    secciones = []
    for seccion, cifras in vistas.items():
        suyas = _del_lugar(d, candidaturas(cifras.votos, calculo.duenas[id_]))
        doc = {"seccion": seccion, **_cifras(cifras, suyas, None, cierre), "casillas": casillas.get(seccion, [])}
        secciones.append(doc)
    cifras = calculo.demarcaciones[id_]
    hoja = {"clave": "-", "estado": "fuera_de_catalogo", "contabilizada": 2, "observaciones": [FUERA]}
    return {
        "formato": "prep/demarcacion/1",
        "eleccion": eleccion["clave"],
        "nivel": "demarcacion",
        "id": id_,
        "nombre": d["nombre"],
        **_cifras(
            cifras, _del_lugar(d, calculo.por_candidatura[id_]), _en_orden(eleccion, calculo.por_partido[id_]), cierre
        ),
        "secciones": secciones,
        "fuera_de_catalogo": [hoja] * cifras.conteo["fuera"],
    }


def especiales(eleccion: Mapping[str, Any], casillas: Sequence[Doc]) -> Doc:
    """`<ELEC>/especiales.json`. `casillas`: those of the demarcaciones already checked, in order."""
    return {"formato": "prep/especiales/1", "eleccion": eleccion["clave"], "casillas": casillas}


def secciones_distintas(proceso: Mapping[str, Any], publicado: Doc, bases: Mapping[str, Base]) -> Iterator[str]:
    """`secciones.json` against the rows: each sección once, in the district and municipio where its actas are."""
    if publicado.keys() != {"formato", "secciones"} or publicado["formato"] != "prep/secciones/1":
        yield "secciones.json no tiene la forma que debe"
        return
    lugares: dict[str, dict[int, int]] = {}
    for e in proceso["elecciones"]:
        cual = 1 if e["agrupa"] == "municipio" else 0
        for f in bases[e["clave"]].filas:
            if f.cuenta != "2" and f.seccion and f.demarcacion is not None:
                lugares.setdefault(str(f.seccion), {})[cual] = f.demarcacion
    dichas = publicado["secciones"]
    if dichas.keys() != lugares.keys():
        yield f"secciones.json trae {len(dichas)} secciones y las actas son de {len(lugares)}"
    for s, donde in lugares.items():
        if s in dichas and (len(dichas[s]) != 2 or any(dichas[s][cual] != id_ for cual, id_ in donde.items())):
            yield f"secciones.json, sección {s}: dice {dichas[s]} y sus actas son de otro lugar"


def cabecera(m: Mapping[str, Any]) -> Doc:
    """`cabecera.json`."""
    return {"formato": "prep/cabecera/1"} | {k: m[k] for k in ("proceso", "corte", "hora", "modo", "cierre", "cuentas")}


def punto_de_avance(resumen: Mapping[str, Any]) -> Doc:
    """What the progress curve says of a corte, out of that corte's `resumen.json`."""
    e = resumen["estadistica"]
    return {
        "capturadas": e["actas_capturadas"],
        "contabilizadas": e["actas_contabilizadas"],
        "total": resumen["total"],
        "candidaturas": {c["clave"]: c["votos"] for c in resumen["por_candidatura"]},
        "demarcaciones": {str(d["id"]): d["estadistica"]["actas_contabilizadas"] for d in resumen["demarcaciones"]},
    }


def avance_en(serie: Mapping[str, Any], i: int) -> Doc:
    """The same, out of position `i` of one election's curve."""
    return {
        **{k: serie[k][i] for k in ("capturadas", "contabilizadas", "total")},
        **{k: {c: v[i] for c, v in serie[k].items()} for k in ("candidaturas", "demarcaciones")},
    }


def forma_de_avance(avance: Mapping[str, Any], elecciones: Sequence[str]) -> None:
    """Raise `ValueError` unless every list has one entry per corte."""
    n = len(avance["cortes"])
    listas = [avance["horas"]]
    for serie in avance["elecciones"].values():
        if serie.keys() != {"esperadas", "capturadas", "contabilizadas", "total", "candidaturas", "demarcaciones"}:
            raise ValueError("avance.json")
        listas += [serie[k] for k in ("capturadas", "contabilizadas", "total")]
        listas += [*serie["candidaturas"].values(), *serie["demarcaciones"].values()]
    bien = avance.keys() == {"formato", "cortes", "horas", "elecciones"} and avance["formato"] == "prep/avance/1"
    if not bien or sorted(avance["elecciones"]) != sorted(elecciones) or any(len(x) != n for x in listas):
        raise ValueError("avance.json")


# --- one election -----------------------------------------------------------------------------------------------------


def comparar_actas(
    proceso: Mapping[str, Any],
    eleccion: Mapping[str, Any],
    base: Base,
    detalles: Mapping[int, Doc],
    pendiente: str,
    ofrecidas: set[str],
) -> Iterator[str]:
    """Each row of the CSV against the acta of the JSON, in order; adds to `ofrecidas` the images that are published."""
    renglones = Renglones(proceso, eleccion, pendiente)
    clave = eleccion["clave"]
    if base.columnas != columnas(eleccion):
        yield f"{clave}: las columnas del CSV no son las que deben"
        return
    filas = iter(base.filas)
    entidad = proceso["entidad"]["id"]
    for d in eleccion["demarcaciones"]:
        for s in detalles[d["id"]]["secciones"]:
            for casilla in s["casillas"]:
                (acta,) = casilla["actas"]
                fila = next(filas, None)
                if fila is None or fila.clave != acta["clave"]:
                    yield f"{clave}, {d['nombre']}: el acta {acta['clave']} de la página no está así en el CSV"
                    return
                if raro := forma_de_acta(entidad, s["seccion"], casilla, acta, d["columnas"]):
                    yield f"acta {fila.clave}: {raro}"
                debe = renglones.acta(d, s["seccion"], casilla, acta)
                if debe != fila.renglon:
                    yield from _celdas(fila, base.columnas, debe)
                if "ruta" in acta.get("imagen", ()):
                    ofrecidas.add(acta["imagen"]["sha256"])
    for fila in filas:
        if fila.cuenta != "2":
            yield f"{clave}: el acta {fila.clave} está en el CSV y no en las páginas"
        elif fila.renglon != (debe := renglones.fuera(fila)):
            yield from _celdas(fila, base.columnas, debe)


def _celdas(fila: Fila, columnas: Sequence[str], debe: Sequence[str]) -> Iterator[str]:
    for columna, dice, esperada in zip(columnas, fila.renglon, debe, strict=True):
        if dice != esperada:
            yield f"acta {fila.clave}: {columna} dice «{dice[:40]}» en el CSV y «{esperada[:40]}» en la página"


def pendiente_de(base: Base) -> str:
    """What the CSV shows for what is not captured yet; nothing while nothing is."""
    return next((f.cuenta for f in base.filas if f.cuenta in VACIAS), "-")

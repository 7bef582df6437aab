"""The Informe del simulacro: what it says, piece by piece, out of the judge's verdict and those of earlier drills.

The page (`informe_html`) and the PDF (`informe_pdf`) show the same pieces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from prep.comprobacion.cifras import SIN_FORMA
from prep.plataforma.errores import Impedimento
from prep.plataforma.idioma import cuantos
from prep.portal.curvas import horas_redondas, segundos_de
from prep.simulacro.graficas import Lamina, Rango, Serie, barras, progreso, rangos
from prep.simulacro.veredicto import (
    CORRIDA,
    FORMATO,
    PUDO,
    SITUACION,
    Doc,
    cual,
    dejo_de_publicarse,
    dicho,
    parte,
    pudo_verlo,
    titulo,
)

RENGLONES = 200
"""Rows of the longest tables; the whole list is in the verdict."""
CATDS_EN_FIGURA = 20
FASE = {
    ("acopio", "captura"): "Acopio a captura",
    ("captura", "verificacion"): "Captura a verificación",
    ("verificacion", "publicacion"): "Verificación a corte",
    ("acopio", "publicacion"): "Acopio a corte",
}


class VeredictoInvalido(Impedimento):
    """The file is not a verdict."""


@dataclass(frozen=True, slots=True)
class Titulo:
    texto: str
    nivel: int = 2


@dataclass(frozen=True, slots=True)
class Parrafo:
    texto: str
    tenue: bool = False


@dataclass(frozen=True, slots=True)
class Fallo:
    """The verdict itself."""

    bien: bool
    texto: str


@dataclass(frozen=True, slots=True)
class Cifras:
    """A few figures and what each is."""

    cifras: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Lista:
    textos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tabla:
    """`anchos`: parts of the width on paper; `letras`: a letter a column, `d` to the right."""

    cabezas: tuple[str, ...]
    filas: tuple[tuple[str, ...], ...]
    anchos: tuple[int, ...]
    letras: str
    dice: str


@dataclass(frozen=True, slots=True)
class Figura:
    """`dibujar` gives it at a width."""

    dibujar: Callable[[int], Lamina]


Pieza = Titulo | Parrafo | Fallo | Cifras | Lista | Tabla | Figura


def leer_veredicto(datos: bytes, nombre: str) -> Doc:
    """A verdict as `prep simulacro juzgar --json` wrote it. Raises `VeredictoInvalido`."""
    import json

    from prep.simulacro.informe_html import html

    try:
        doc = json.loads(datos)
    except (ValueError, RecursionError):
        doc = None
    if not isinstance(doc, dict) or doc.get("formato") != FORMATO:
        raise VeredictoInvalido(f"{nombre} no es un veredicto de «prep simulacro juzgar --json».")
    try:
        html(doc, piezas(doc, []))
    except SIN_FORMA:
        raise VeredictoInvalido(
            f"{nombre} es un veredicto incompleto o de otra versión: vuelva a guardarlo con «prep simulacro juzgar "
            "--json»."
        ) from None
    return doc


def leer_corrida(datos: bytes, nombre: str) -> Doc:
    """What `prep simulacro correr` saw of a night that was played. Raises `VeredictoInvalido`."""
    import json

    from prep.simulacro.informe_html import html

    try:
        doc = json.loads(datos)
        if doc["formato"] != CORRIDA:
            raise ValueError
        vista = (*_horas(doc), *_vistos(doc), *_lectura(doc), *_fallas(doc), *_tamanos(doc), Parrafo(_probadas(doc)))
        html({"proceso": ""}, vista)
    except SIN_FORMA:
        raise VeredictoInvalido(f"{nombre} no es el corrida.json que deja «prep simulacro correr».") from None
    return dict(doc)


def piezas(v: Doc, anteriores: Sequence[Doc], corrida: Doc | None = None) -> Iterator[Pieza]:
    """The whole report. `corrida`: what was seen of the night, where it was played (`leer_corrida`)."""
    yield Titulo(titulo(v), 1)
    quien = f"{v['institucion']}. " if v["institucion"] else ""
    yield Parrafo(f"{quien}{v['nombre']}. Corte {v['corte']}, {_cuando(v['hora'])}.")
    yield Fallo(v["codigo"] == 0, v["veredicto"])
    yield from _resumen(v)
    yield from _evaluacion(v, corrida)
    yield from _avance(v)
    yield from _llegada(v)
    if corrida:
        yield from _horas(corrida)
    yield from _tiempos(v)
    if corrida:
        yield from _vistos(corrida)
        yield from _lectura(corrida)
    yield from _errores(v)
    yield from _faltantes(v)
    yield from _empates(v)
    if corrida:
        yield from _fallas(corrida)
        yield from _tamanos(corrida)
    yield from _integridad(v)
    yield from _comparacion(v, anteriores)
    yield Titulo("Cómo se hizo")
    yield Parrafo(
        "Lo que dice cada acta se fijó antes del simulacro y su código de integridad quedó firmado en el registro. "
        "Quien juzga lee solo ese archivo y lo publicado, como podría hacerlo cualquier persona, y compara acta por "
        "acta y campo por campo. Los tiempos salen de las horas que la propia publicación da. Los porcentajes se "
        "truncan a cuatro decimales."
    )
    yield Parrafo(f"Verdad: {v['verdad']}", tenue=True)


_CUENTAS = ("existen", "bien", "mal", "faltan", "votos_publicados", "votos_en_papel")


def _resumen(v: Doc) -> Iterator[Pieza]:
    e = v["elecciones"].values()
    existen, bien = sum(x["existen"] for x in e), sum(x["bien"] for x in e)
    yield Cifras(
        (
            (parte(bien, existen), "de las actas que existen, publicadas y bien"),
            (f"{bien:,} de {existen:,}", "actas"),
            (f"{len(v['mal']):,}", "mal publicadas"),
            (f"{len(v['faltan']):,}", "faltan"),
            (f"{sum(x['igual'] for x in v['empates'])} de {len(v['empates'])}", "empates exactos"),
            (f"{len(v['avance'])}", "cortes"),
        )
    )
    yield Titulo("Por elección")
    cabezas = ("Elección", "Esperadas", "Sin acta", "Existen", "Bien", "Mal", "Faltan", "Votos publicados", "En papel")
    filas = [
        (x["nombre"], *_miles(x["esperadas"], x["esperadas"] - x["existen"], *(x[k] for k in _CUENTAS))) for x in e
    ]
    yield Tabla(cabezas, tuple(filas), (5, 3, 2, 2, 2, 2, 2, 3, 3), " dddddddd", "Actas y votos por elección")


def _evaluacion(v: Doc, corrida: Doc | None) -> Iterator[Pieza]:
    """What a drill is evaluated by: actas processed, updates of the site, the continuity plan (prep.md §11)."""
    yield Titulo("Lo que se evalúa")
    ultimo = v["avance"][-1]["elecciones"].values()
    procesadas = sum(e["publicadas"] + e["sin_acta"] for e in ultimo)
    esperadas = sum(e["esperadas"] for e in v["elecciones"].values())
    cortes = cuantos(len(v["avance"]), "corte")
    if len(v["avance"]) > 1:
        cortes += f"; entre uno y otro pasaron a lo más {_lapso(max(b - a for a, b in pairwise(_instantes(v))))}"
    filas = [
        ("Actas procesadas: publicadas o declaradas sin acta", _de(procesadas, esperadas)),
        ("Actualizaciones del sitio", cortes),
        ("Plan de continuidad", _continuidad(v, corrida)),
    ]
    yield Tabla(("Qué", "Cuánto"), tuple(filas), (4, 6), "", "Lo que se evalúa de un simulacro")


def _continuidad(v: Doc, corrida: Doc | None) -> str:
    if corrida is not None:
        return _probadas(corrida)
    n = len(v["incidentes"])
    return cuantos(n, "incidente declarado", "incidentes declarados") if n else "no se declaró ningún incidente"


def _probadas(corrida: Doc) -> str:
    probadas, acuses = corrida["fallas"], corrida["acuses"]
    al_final = f"al cerrar faltaban {len(acuses['perdidos']):,} de {cuantos(acuses['dados'], 'hecho')} con acuse"
    if not probadas:
        return f"no se probó ninguna falla; {al_final}"
    dicho = cuantos(len(probadas), "falla probada", "fallas probadas")
    if sin := sum(not f["midio"] for f in probadas):
        dicho += f", {sin:,} sin terminar"
    if mayor := max((f["segundos"] or 0 for f in probadas), default=0):
        dicho += f"; la vuelta que más tomó, {_lapso(mayor)}"
    return f"{dicho}; {cuantos(sum(f['perdidos'] for f in probadas), 'hecho')} con acuse perdidos; {al_final}"


def _avance(v: Doc) -> Iterator[Pieza]:
    cortes = v["avance"]
    yield Titulo("Avance")
    if len(cortes) > 1:
        horas = [c["hora"] for c in cortes]
        series = [
            Serie(
                e["nombre"],
                [
                    (c["elecciones"][clave]["publicadas"] + c["elecciones"][clave]["sin_acta"])
                    * 1_000_000
                    // max(1, e["esperadas"])
                    for c in cortes
                ],
            )
            for clave, e in v["elecciones"].items()
        ]
        yield Figura(lambda ancho: progreso(series, horas, "Actas publicadas de las esperadas, corte por corte", ancho))
        yield Parrafo(
            "Actas publicadas o declaradas sin acta, de las esperadas. "
            + ("La publicación está cerrada." if v["cierre"] else "La publicación no se ha cerrado.")
        )
    nombres = [e["nombre"] for e in v["elecciones"].values()]
    filas = [
        (f"{c['corte']}", _hora(v, c["hora"]), *_miles(*(c["elecciones"][e]["publicadas"] for e in v["elecciones"])))
        for c in _algunos(cortes, 24)
    ]
    anchos = (2, 3, *(3 for _ in nombres))
    yield Tabla(
        ("Corte", "Hora", *nombres), tuple(filas), anchos, "  " + "d" * len(nombres), "Actas publicadas por corte"
    )


def _llegada(v: Doc) -> Iterator[Pieza]:
    """When each CATD's actas were published: a tenth, half, nine tenths."""
    yield Titulo("Llegada por CATD")
    horas = [_hora(v, c["hora"]) for c in v["avance"]]
    segundos = _instantes(v)

    def corte_de(c: Doc, decimas: int) -> int | None:
        meta = -(-c["existen"] * decimas // 10)
        return next((i for i, n in enumerate(c["llegada"]) if n >= meta), None) if c["existen"] else None

    fin = len(segundos) - 1
    orden = sorted(v["catds"], key=lambda c: (_o(corte_de(c, 5), fin + 1), _o(corte_de(c, 9), fin + 1), c["catd"]))
    con_algo = [c for c in orden if c["llegada"][fin]]
    if fin > 0 and con_algo:
        entre = min(segundos), max(segundos)
        marcas = horas_redondas([c["hora"] for c in v["avance"]], 7) or [(segundos[0], horas[0])]
        filas = [
            Rango(
                c["nombre"],
                segundos[_o(corte_de(c, 1), fin)],
                segundos[_o(corte_de(c, 5), fin)],
                segundos[_o(corte_de(c, 9), fin)],
                f"{c['llegada'][fin]:,} de {c['existen']:,}",
            )
            for c in con_algo[-CATDS_EN_FIGURA:]
        ]
        yield Figura(lambda ancho: rangos(filas, entre, marcas, "De qué hora a qué hora publicó cada CATD", ancho))
        cuales = f"Los {CATDS_EN_FIGURA} CATD que más tardaron" if len(con_algo) > CATDS_EN_FIGURA else "Cada CATD"
        yield Parrafo(
            f"{cuales}. La barra va del corte en que estaba publicada la décima parte de sus actas al corte en que "
            "estaban nueve décimas, o al último; la raya, la mitad."
        )
    yield Parrafo("La tabla trae todos los CATD, primero los que tienen algo pendiente.")
    filas_tabla = [
        (
            c["nombre"],
            *_miles(c["esperadas"], c["existen"], c["llegada"][fin]),
            horas[i] if (i := corte_de(c, 5)) is not None else "no llegó",
            *_miles(c["mal"], c["faltan"]),
        )
        for c in sorted(v["catds"], key=lambda c: (-c["faltan"], -c["mal"], c["catd"]))
    ]
    cabezas = ("CATD", "Esperadas", "Existen", "Publicadas", "La mitad, a las", "Mal", "Faltan")
    yield Tabla(cabezas, tuple(filas_tabla), (6, 2, 2, 3, 3, 2, 2), " dddddd", "Actas por CATD")


def _horas(horas: Doc) -> Iterator[Pieza]:
    yield Titulo("Apertura y cierre")
    yield Parrafo(
        "A qué hora de la noche del simulacro abrió y cerró la operación central la noche y cada escritorio, y quien "
        "coordina cada centro de acopio, el suyo; y de los puntos de su habilitación, cuántos encontró listos."
    )
    mesas = [(f"{m['nombre']}", *_abrio_y_cerro(m)) for m in horas["marcha"]]
    yield Tabla(("Qué", "Abrió", "Cerró"), tuple(mesas), (6, 3, 3), " dd", "Apertura y cierre de los escritorios")
    centros = [(f"{c['nombre']}", f"{c['listos']:,} de {c['puntos']:,}", *_abrio_y_cerro(c)) for c in horas["centros"]]
    cabezas = ("CATD", "Puntos listos", "Abrió", "Cerró")
    yield Tabla(cabezas, tuple(centros), (6, 3, 3, 3), " ddd", "Habilitación, apertura y cierre por CATD")


def _abrio_y_cerro(m: Doc) -> tuple[str, str]:
    return f"{m['abrio'] or 'no'}", f"{m['cerro'] or 'no'}"


def _tiempos(v: Doc) -> Iterator[Pieza]:
    yield Titulo("Tiempos por fase")
    if not v["fases"]:
        yield Parrafo("Todavía no hay actas publicadas con sus horas.")
        return
    orden = list(FASE)
    fases = sorted(v["fases"], key=lambda f: (orden.index((f["desde"], f["hasta"])), f["como"]))
    que, unidad, vale = ("Segundos", "s", 1) if max(f["p90"] for f in fases) < 180 else ("Minutos", "min", 60)
    mayor = max(f["p90"] for f in fases) // vale
    paso = next((p for p in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 960) if mayor // p < 7), mayor // 6)
    marcas = [(m * vale, f"{m} {unidad}") for m in range(0, mayor + paso + 1, paso)]
    entre = 0, marcas[-1][0]
    filas = [
        Rango(f"{f['como']}, {_fase(f).lower()}", f["p10"], f["p50"], f["p90"], f"{f['p50'] // vale} {unidad}")
        for f in fases
    ]
    yield Figura(lambda ancho: rangos(filas, entre, marcas, f"{que} que tomó cada fase", ancho))
    yield Parrafo(
        "La barra va de lo que tomó la décima parte de las actas a lo que tomaron nueve décimas; la raya, la mitad."
    )
    tabla = [
        (_fase(f), f["como"], f"{f['actas']:,}", *(_decimas(f[p], vale) for p in ("p10", "p50", "p90", "p99")))
        for f in fases
    ]
    cabezas = ("Fase", "Imagen", "Actas", "10 %", "50 %", "90 %", "99 %")
    yield Tabla(cabezas, tuple(tabla), (6, 2, 2, 2, 2, 2, 2), "  ddddd", f"{que} por fase")


_PASO = {
    "otra_captura": "La otra captura",
    "diferencias": "Quien resuelve diferencias",
    "supervision": "Quien supervisa",
    "lectura": "La lectura automática",
    "verificacion": "Quien verifica",
    "cotejo": "El cotejo con el papel",
}


def _vistos(corrida: Doc) -> Iterator[Pieza]:
    """Of what people typed wrong, who saw it."""
    yield Titulo("Errores al teclear, y quién los vio")
    gente, pasos = corrida["gente"], corrida["errores"]
    mal, todos = gente.get("campos mal tecleados", 0), gente.get("campos tecleados", 0)
    if todos:
        yield Parrafo(f"De {cuantos(todos, 'campo tecleado', 'campos tecleados')}, {mal:,} mal ({parte(mal, todos)}).")
    con_algo = [(_PASO[p["paso"]], p["vio"], p["llegaron"]) for p in pasos if p["llegaron"]]
    if con_algo:
        filas = [(paso, vio * 1_000_000 // n, f"{vio:,} de {n:,}", "bien") for paso, vio, n in con_algo]
        yield Figura(lambda ancho: barras(filas, "Lecturas equivocadas que vio cada quien", ancho))
    yield Parrafo(
        "De las lecturas que no decían lo que el papel y llegaron a cada quien, cuántas detuvo; y cuántas que sí lo "
        "decían regresó. Una lectura es lo que alguien tecleó de un acta entera."
    )
    tabla = [
        (
            _PASO[p["paso"]],
            *_miles(p["llegaron"], p["vio"]),
            parte(p["vio"], p["llegaron"]) if p["llegaron"] else "",
            *_miles(p["de_mas"]),
        )
        for p in pasos
    ]
    cabezas = ("Quién", "Le llegaron mal", "Vio", "Parte", "Regresó estando bien")
    yield Tabla(cabezas, tuple(tabla), (5, 3, 2, 3, 3), " dddd", "Lecturas equivocadas y quién las vio")


_OPINION = {"confirma": "confirmó", "devuelve": "regresó", "sin_opinion": "no opinó de"}


def _lectura(corrida: Doc) -> Iterator[Pieza]:
    opiniones = corrida["lectura"]
    if vistas := sum(opiniones.values()):
        dichas = ", ".join(f"{_OPINION[o]} {n:,}" for o, n in sorted(opiniones.items()))
        yield Parrafo(f"La lectura automática vio {cuantos(vistas, 'acta')}: {dichas}.")


def _fallas(corrida: Doc) -> Iterator[Pieza]:
    """What was broken on purpose, and how it came back."""
    yield Titulo("Fallas y recuperación")
    fallas = corrida["fallas"]
    if not fallas:
        yield Parrafo("No se probó ninguna.")
        return
    medidas = [f for f in fallas if f["segundos"] is not None]
    if medidas:
        mayor = max(1, *(f["segundos"] for f in medidas))
        filas = [(f["que"], f["segundos"] * 1_000_000 // mayor, _lapso(f["segundos"]), "l0") for f in medidas]
        yield Figura(lambda ancho: barras(filas, "Lo que tomó que todo volviera a estar como antes", ancho))
    tabla = [
        (
            f"{f['de']}",
            f["que"],
            f["midio"] or "no terminó",
            "" if f["segundos"] is None else _lapso(f["segundos"]),
            f"{f['perdidos']:,}",
        )
        for f in fallas
    ]
    cabezas = ("Hora", "Falla", "Qué se vio", "Volvió en", "Hechos perdidos")
    yield Tabla(cabezas, tuple(tabla), (2, 4, 7, 2, 2), "   dd", "Fallas probadas y su recuperación")


_TAMANO = {
    "bytes_base": "La base de datos del centro",
    "bytes_imagenes": "Las imágenes publicadas",
    "bytes_bases": "Las bases de datos del último corte",
    "bytes_corte": "El último corte, sin imágenes",
    "bytes_publicacion": "Todo lo publicado, con todos los cortes",
}


def _tamanos(corrida: Doc) -> Iterator[Pieza]:
    t = corrida["tamanos"]
    yield Titulo("Tamaños")
    yield Parrafo(f"{cuantos(t['hechos'], 'hecho')} y {cuantos(t['imagenes'], 'imagen', 'imágenes')}.")
    filas = [(que, f"{_megas(t[clave])} MB") for clave, que in _TAMANO.items()]
    yield Tabla(("Qué", "Cuánto"), tuple(filas), (6, 2), " d", "Lo que ocupó la noche")


def _errores(v: Doc) -> Iterator[Pieza]:
    yield Titulo("Errores publicados y quién pudo verlos")
    if not v["mal"]:
        yield Parrafo("Ningún acta publicada dice otra cosa que el papel.")
    else:
        pudieron = Counter(p for m in v["mal"] for p in m["pudo"])
        n = len(v["mal"])
        filas = [(PUDO[p].capitalize(), k * 1_000_000 // n, f"{k:,} de {n:,}", "l0") for p, k in pudieron.most_common()]
        yield Figura(lambda ancho: barras(filas, "Quién tuvo a la vista cada error", ancho))
        tabla = [(_nombre(v, m), m["acta"], _campos(m), f"{m['desde']}", pudo_verlo(m)) for m in v["mal"][:RENGLONES]]
        cabezas = ("Elección", "Acta", "Qué dice y qué debe decir", "Desde el corte", "Pudo verlo")
        yield Tabla(cabezas, tuple(tabla), (4, 4, 7, 2, 4), "   d ", "Actas mal publicadas")
        yield from _mas(n)
    for clave, dice in (
        ("corregidas", "Estuvieron mal y se corrigieron"),
        ("retiradas", "Dejaron de publicarse después de haber salido"),
        ("tarde", "Salieron después de lo que debían"),
    ):
        if v[clave]:
            yield Parrafo(f"{dice}: {cuantos(len(v[clave]), 'acta')}.")
            yield Lista(tuple(_renglon(v, clave, x) for x in v[clave][:RENGLONES]))
            yield from _mas(len(v[clave]))


def _faltantes(v: Doc) -> Iterator[Pieza]:
    yield Titulo("Lo que falta, y dónde se quedó")
    if not v["faltan"]:
        yield Parrafo("No falta nada: cada acta que existe está publicada, y cada paquete sin acta, declarado.")
        return
    n = len(v["faltan"])
    cuenta = Counter(f["situacion"] for f in v["faltan"])
    filas = [(SITUACION[s].capitalize(), k * 1_000_000 // n, f"{k:,} de {n:,}", "mal") for s, k in cuenta.most_common()]
    yield Figura(lambda ancho: barras(filas, "Lo que falta, por situación", ancho))
    nombres = {c["catd"]: c["nombre"] for c in v["catds"]}
    tabla = [
        (_nombre(v, f), f["acta"], SITUACION[f["situacion"]], nombres.get(f["catd"], f["catd"]))
        for f in v["faltan"][:RENGLONES]
    ]
    yield Tabla(("Elección", "Acta", "Situación", "CATD"), tuple(tabla), (4, 4, 5, 5), "", "Actas que faltan")
    yield from _mas(n)


def _empates(v: Doc) -> Iterator[Pieza]:
    if v["empates"]:
        yield Titulo("Empates esperados")
        tabla = [
            (
                _nombre(v, e),
                e["nombre"],
                f"{e['debe']:,}",
                ", ".join(f"{n:,}" for n in e["publicados"]),
                "exacto" if e["igual"] else "NO SALIÓ",
            )
            for e in v["empates"]
        ]
        cabezas = ("Elección", "Lugar", "Debe", "Publicado", "")
        yield Tabla(cabezas, tuple(tabla), (4, 6, 2, 3, 2), "  dd ", "Empates esperados y publicados")


def _integridad(v: Doc) -> Iterator[Pieza]:
    yield Titulo("Integridad")
    sello = v["sello"]
    textos = [v["comprobacion"]["veredicto"] + "."]
    if sello is not None and sello["antes"]:
        textos.append(f"La verdad se selló el {_cuando(sello['hora'])}, antes de que se publicara ningún acta.")
    textos += v["problemas"]
    yield Lista(tuple(textos))
    if v["incidentes"]:
        yield Titulo("Incidentes declarados", 3)
        yield Lista(tuple(f"{_cuando(i['hora'])}: {i['texto']}" for i in v["incidentes"]))
    else:
        yield Parrafo("No se declaró ninguna contingencia, corrección ni prórroga.")


def _comparacion(v: Doc, anteriores: Sequence[Doc]) -> Iterator[Pieza]:
    yield Titulo("Comparación con simulacros anteriores")
    if not anteriores:
        yield Parrafo("No se indicó ninguno.")
        return
    todos = [*anteriores, v]
    nombres = [f"{_cuando(d['hora'])}" for d in anteriores] + ["Este"]
    filas = []
    for nombre, d in zip(nombres, todos, strict=True):
        existen, bien = (sum(e[k] for e in d["elecciones"].values()) for k in ("existen", "bien"))
        millonesimas = bien * 1_000_000 // existen if existen else 0
        filas.append((nombre, millonesimas, parte(bien, existen), "bien" if d is v else "l2"))
    yield Figura(lambda ancho: barras(filas, "Actas publicadas y bien en cada simulacro", ancho))
    tabla = []
    for (nombre, _, pct, _), d in zip(filas, todos, strict=True):
        total = [f for f in d["fases"] if (f["desde"], f["hasta"]) == ("acopio", "publicacion")]
        medio = max((f["p50"] for f in total), default=None)
        tabla.append(
            (
                *(nombre, pct, *_miles(len(d["mal"]), len(d["faltan"]), len(d["avance"]))),
                "" if medio is None else _decimas(medio, 60),
            )
        )
    cabezas = ("Simulacro", "Publicadas y bien", "Mal", "Faltan", "Cortes", "Acopio a corte, la mitad (min)")
    yield Tabla(cabezas, tuple(tabla), (4, 3, 2, 2, 2, 5), " ddddd", "Simulacros comparados")


# --- pieces of text ---------------------------------------------------------------------------------------------------


def _campos(m: Doc) -> str:
    primeros = [f"{c['campo']}: dice {dicho(c['dice'])}, debe {dicho(c['debe'])}" for c in m["campos"][:4]]
    sobran = len(m["campos"]) - 4
    return "; ".join(primeros) + (f"; y {sobran} más" if sobran > 0 else "")


def _nombre(v: Doc, x: Doc) -> str:
    """The election of an acta or a tie."""
    return str(v["elecciones"][x["eleccion"]]["nombre"])


def _renglon(v: Doc, clave: str, x: Doc) -> str:
    if clave == "tarde":
        debio = f"debió salir en el corte {x['debio']} y salió en el {x['salio']}"
        return f"{cual(v, x)}: verificada: {_hora(v, x['verificacion'])}; {debio}"
    if clave == "retiradas":
        return f"{cual(v, x)}: {dejo_de_publicarse(x)}"
    return f"{cual(v, x)}: del corte {x['desde']} al {x['hasta']}; {_campos(x)}; pudo verlo {pudo_verlo(x)}"


def _mas(n: int) -> Iterator[Pieza]:
    if n > RENGLONES:
        yield Parrafo(f"Se listan {RENGLONES:,} de {n:,}; las demás están en el veredicto.", tenue=True)


def _algunos(cosas: Sequence[Doc], cuantas: int) -> list[Doc]:
    """At most that many, evenly spaced, with the first and the last."""
    if len(cosas) <= cuantas:
        return list(cosas)
    return [cosas[i * (len(cosas) - 1) // (cuantas - 1)] for i in range(cuantas)]


def _fase(f: Doc) -> str:
    return FASE[f["desde"], f["hasta"]]


def _decimas(segundos: int, unidad: int) -> str:
    """So many seconds in units of so many, with a decimal."""
    return f"{segundos // unidad}.{segundos % unidad * 10 // unidad}"


def _lapso(segundos: int) -> str:
    return cuantos(segundos, "segundo") if segundos < 120 else cuantos(segundos // 60, "minuto")


def _megas(octetos: int) -> str:
    return f"{octetos // 1_000_000:,}.{octetos % 1_000_000 // 100_000}"


def _de(unas: int, todas: int) -> str:
    return f"{unas:,} de {todas:,} ({parte(unas, todas)})"


def _instantes(v: Doc) -> list[int]:
    """The second of each corte."""
    return segundos_de([c["hora"] for c in v["avance"]])


def _miles(*numeros: int) -> tuple[str, ...]:
    return tuple(f"{n:,}" for n in numeros)


def _hora(v: Doc, iso: str) -> str:
    """An hour, with its seconds where cortes come within a minute; of another day than that of the first, which."""
    otro = iso[:10] != v["avance"][0]["hora"][:10]
    hora = iso[11:19] if any(b - a < 60 for a, b in pairwise(_instantes(v))) else iso[11:16]
    return f"{iso[8:10]}/{iso[5:7]} {hora}" if otro else hora


def _cuando(iso: str) -> str:
    return f"{iso[8:10]}/{iso[5:7]}/{iso[:4]} {iso[11:16]}"


def _o(valor: int | None, otro: int) -> int:
    return otro if valor is None else valor

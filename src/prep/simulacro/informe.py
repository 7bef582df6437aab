"""The Informe del simulacro: what it says, piece by piece, out of the judge's verdict and those of earlier drills.

The page (`informe_html`) and the PDF (`informe_pdf`) show the same pieces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from prep.comprobacion.corte_publicado import SIN_FORMA
from prep.plataforma.errores import Impedimento
from prep.plataforma.idioma import cuantos
from prep.portal.curvas import horas_redondas
from prep.simulacro.graficas import Lamina, Rango, Serie, barras, minutos_de, progreso, rangos
from prep.simulacro.veredicto import CORRIDA, FORMATO, PUDO, SITUACION, Doc, cual, dicho, parte, pudo_verlo

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


def leer_horas(datos: bytes, nombre: str) -> Doc:
    """When everything opened and closed, of what `prep simulacro correr` left. Raises `VeredictoInvalido`."""
    import json

    try:
        doc = json.loads(datos)
        horas = {que: doc[que] for que in ("marcha", "centros")}
        if doc["formato"] != CORRIDA:
            raise ValueError
        tuple(_horas(horas))
    except SIN_FORMA:
        raise VeredictoInvalido(f"{nombre} no es el corrida.json que deja «prep simulacro correr».") from None
    return horas


def piezas(v: Doc, anteriores: Sequence[Doc], horas: Doc | None = None) -> Iterator[Pieza]:
    """The whole report. `horas`: when everything opened and closed, where the night was played."""
    yield Titulo("Informe del simulacro", 1)
    quien = f"{v['institucion']}. " if v["institucion"] else ""
    yield Parrafo(f"{quien}{v['nombre']}. Corte {v['corte']}, {_cuando(v['hora'])}.")
    yield Fallo(v["codigo"] == 0, v["veredicto"])
    yield from _resumen(v)
    yield from _avance(v)
    yield from _llegada(v)
    if horas:
        yield from _horas(horas)
    yield from _tiempos(v)
    yield from _errores(v)
    yield from _faltantes(v)
    yield from _empates(v)
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
        instantes = [datetime.fromisoformat(h) for h in horas]
        pausas = [int((b - a).total_seconds()) // 60 for a, b in pairwise(instantes)]
        mayor = max(pausas)
        yield Parrafo(
            f"Actas publicadas o declaradas sin acta, de las esperadas. Hubo {cuantos(len(cortes), 'corte')}; entre "
            f"uno y otro pasaron a lo más {cuantos(mayor, 'minuto')}. "
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
    instantes = [c["hora"] for c in v["avance"]]
    minutos, horas = minutos_de(instantes), [_hora(v, h) for h in instantes]

    def corte_de(c: Doc, decimas: int) -> int | None:
        meta = -(-c["existen"] * decimas // 10)
        return next((i for i, n in enumerate(c["llegada"]) if n >= meta), None) if c["existen"] else None

    fin = len(minutos) - 1
    orden = sorted(v["catds"], key=lambda c: (_o(corte_de(c, 5), fin + 1), _o(corte_de(c, 9), fin + 1), c["catd"]))
    con_algo = [c for c in orden if c["llegada"][fin]]
    if fin > 0 and con_algo:
        entre = min(minutos), max(minutos)
        marcas = horas_redondas(instantes, 7) or [(minutos[0], horas[0])]
        filas = [
            Rango(
                c["nombre"],
                minutos[_o(corte_de(c, 1), fin)],
                minutos[_o(corte_de(c, 5), fin)],
                minutos[_o(corte_de(c, 9), fin)],
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
    mayor = max(f["p90"] for f in fases) // 60
    paso = next((p for p in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 960) if mayor // p < 7), mayor // 6)
    marcas = [(m * 60, f"{m} min") for m in range(0, mayor + paso + 1, paso)]
    entre = 0, marcas[-1][0]
    filas = [
        Rango(f"{_fase(f)}, {f['como'].lower()}", f["p10"], f["p50"], f["p90"], f"{f['p50'] // 60} min") for f in fases
    ]
    yield Figura(lambda ancho: rangos(filas, entre, marcas, "Minutos que tomó cada fase", ancho))
    yield Parrafo(
        "La barra va de lo que tomó la décima parte de las actas a lo que tomaron nueve décimas; la raya, la mitad."
    )
    tabla = [
        (_fase(f), f["como"], f"{f['actas']:,}", *(_minutos(f[p]) for p in ("p10", "p50", "p90", "p99"))) for f in fases
    ]
    cabezas = ("Fase", "Imagen", "Actas", "10 %", "50 %", "90 %", "99 %")
    yield Tabla(cabezas, tuple(tabla), (6, 2, 2, 2, 2, 2, 2), "  ddddd", "Minutos por fase")


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
                "" if medio is None else _minutos(medio),
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


def _minutos(segundos: int) -> str:
    return f"{segundos // 60}.{segundos % 60 // 6}"


def _miles(*numeros: int) -> tuple[str, ...]:
    return tuple(f"{n:,}" for n in numeros)


def _hora(v: Doc, iso: str) -> str:
    """An hour; of another day than that of the first corte, which."""
    otro = iso[:10] != v["avance"][0]["hora"][:10]
    return f"{iso[8:10]}/{iso[5:7]} {iso[11:16]}" if otro else iso[11:16]


def _cuando(iso: str) -> str:
    return f"{iso[8:10]}/{iso[5:7]}/{iso[:4]} {iso[11:16]}"


def _o(valor: int | None, otro: int) -> int:
    return otro if valor is None else valor

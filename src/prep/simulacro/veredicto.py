"""The verdict of a drill in words, and what it is made of. Its form is in docs/simulacro.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from prep.comprobacion.recalculo import por_ciento
from prep.plataforma.idioma import cuantos

FORMATO: Final = "prep/veredicto_simulacro/1"
CORRIDA: Final = "prep/corrida/1"
"""What a night that was played leaves beside its verdict."""
Doc = dict[str, Any]
_LISTAS: Final = (
    ("mal", "mal publicadas"),
    ("faltan", "faltan"),
    ("tarde", "tarde"),
    ("corregidas", "mal un rato y corregidas"),
    ("retiradas", "dejaron de publicarse"),
)
SITUACION: Final = {
    "en_captura": "en captura",
    "no_digitalizada": "llegó y no se digitalizó",
    "no_recibida": "no se recibió",
    "sin_acta": "se dio por no entregada",
    "no_publicada": "la publicación no la nombra",
}
PUDO: Final = {
    "verificacion": "quien verifica",
    "cotejo": "quien coteja con el papel",
    "cualquiera_con_la_imagen": "cualquiera que vea la imagen",
    "la_suma": "quien sume sus votos",
    "cualquiera": "cualquiera que busque su imagen",
}


def titulo(doc: Doc) -> str:
    """What its report is called."""
    return "Informe de la prueba" if doc.get("modo") == "prueba" else "Informe del simulacro"


def decir(doc: Doc) -> str:
    suma = {k: sum(e[k] for e in doc["elecciones"].values()) for k in ("existen", "bien", "esperadas")}
    if doc["codigo"] == 2:
        return f"NO SE PUDO JUZGAR: {doc['comprobacion']['veredicto']}"
    sin_acta = suma["esperadas"] - suma["existen"]
    existen = cuantos(suma["existen"], "acta")
    if doc["codigo"] == 0:
        return (
            f"100 % DE LO QUE EXISTE: {existen} dicen en el corte {doc['corte']} lo que dice el papel; "
            f"{cuantos(sin_acta, 'paquete')} sin acta, así publicado; "
            f"{cuantos(len(doc['empates']), 'empate exacto', 'empates exactos')}."
        )
    partes = [f"bien {suma['bien']:,} ({parte(suma['bien'], suma['existen'])})"]
    partes += [f"{nombre} {len(doc[k]):,}" for k, nombre in _LISTAS if doc[k]]
    if distintos := sum(not e["igual"] for e in doc["empates"]):
        partes.append(f"empates que no salieron {distintos:,}")
    if doc["problemas"]:
        partes.append(cuantos(len(doc["problemas"]), "problema"))
    return f"NO ES EL 100 %: de {existen} que existen, {', '.join(partes)}."


def parte(unas: int, todas: int) -> str:
    """So many of all, in words; of none there is no share."""
    return "sin actas" if (p := por_ciento(unas, todas)) is None else f"{p} %"


def cual(doc: Doc, x: Doc) -> str:
    """An acta, a tie…: the election, which its key does not say to people, and its name."""
    return f"{doc['elecciones'][x['eleccion']]['nombre']}, {x['acta'] if 'acta' in x else x['nombre']}"


def renglones(doc: Doc) -> Iterator[str]:
    """The list behind the verdict, a line each."""
    yield from doc["problemas"]
    for m in doc["mal"]:
        campos = "; ".join(f"{c['campo']} dice {dicho(c['dice'])} y debe decir {dicho(c['debe'])}" for c in m["campos"])
        yield f"{cual(doc, m)}: {campos}. Pudo verlo {pudo_verlo(m)}."
    for f in doc["faltan"]:
        yield f"{cual(doc, f)}: falta; {SITUACION[f['situacion']]}."
    for t in doc["tarde"]:
        debio = f"debió salir en el corte {t['debio']} y salió en el {t['salio']}"
        yield f"{cual(doc, t)}: se verificó a las {t['verificacion']}, {debio}."
    for c in doc["corregidas"]:
        campos = "; ".join(f"{x['campo']} decía {dicho(x['dice'])} por {dicho(x['debe'])}" for x in c["campos"])
        yield (
            f"{cual(doc, c)}: estuvo mal del corte {c['desde']} al {c['hasta']}: {campos}. Pudo verlo {pudo_verlo(c)}."
        )
    for r in doc["retiradas"]:
        yield f"{cual(doc, r)}: {dejo_de_publicarse(r)}."
    for e in doc["empates"]:
        if not e["igual"]:
            hay = ", ".join(f"{v:,}" for v in e["publicados"])
            yield f"{cual(doc, e)}: debía haber empate a {e['debe']:,} y se publicó {hay}."


def dejo_de_publicarse(r: Doc) -> str:
    return (
        f"salió en el corte {r['salio']} y dejó de publicarse, del {r['desde']} al {r['hasta']}: "
        f"{SITUACION[r['situacion']]}"
    )


def pudo_verlo(m: Doc) -> str:
    return ", ".join(PUDO[p] for p in m["pudo"])


def dicho(v: Any) -> str:
    return "nada" if v is None else f"«{v}»"

"""The reports of puesta en ceros and cierre on paper: out of the document that the act signs, and of nothing else.

The document carries the SHA-256 of its report; from the published document anybody draws the same bytes again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from prep.dominio.acta.transiciones import Situacion
from prep.papel.documento import Documento
from prep.papel.escrito import Papel
from prep.plataforma.almacen import Almacen
from prep.sede.ceros import callados

Doc = Mapping[str, Any]
NOMBRADAS: Final = 400
"""Rows of a long table that are printed; what it is drawn from has all of them."""
SITUACIONES: Final = {
    Situacion.PUBLICADA.value: "publicadas",
    Situacion.SIN_ACTA.value: "sin acta, confirmado",
    Situacion.EN_CAPTURA.value: "en captura",
    Situacion.NO_DIGITALIZADA.value: "con paquete y sin imagen",
    Situacion.NO_RECIBIDA.value: "no recibidas",
}

REGLAS: Final = {
    "lugares_distintos": "Las dos personas que capturan un acta están en lugares distintos",
    "alcance_estricto": "Cada equipo actúa solo en las casillas de su alcance",
}


def pdf(tipo: str, doc: Doc) -> bytes:
    """The report of an act. `doc`: its document, with or without the hash of this report."""
    titulo, redactar = REDACTAN[tipo]
    papel = Documento(titulo, f"{doc['proceso']}, {doc['modo']}", f"{titulo} · {doc['proceso']} · {doc['modo']}")
    papel.titulo(1, titulo)
    papel.parrafo(f"Proceso {doc['proceso']}, modo {doc['modo']}. {cuando(doc['hora'])}.")
    redactar(papel, doc)
    papel.titulo(2, "Quién estuvo presente", junto=180)
    papel.tabla(("Nombre", "Cargo", "Firma"), [("", "", "")] * 5, (5, 4, 4), alto_minimo=32)
    return papel.pdf()


def del_documento(almacen: Almacen, tipo: str, documento: str) -> bytes:
    """The report of an act that was signed, drawn again from its published document."""
    return pdf(tipo, orjson.loads(almacen.leer(f"documentos/{documento}.json") or b"{}"))


def _ceros(papel: Papel, doc: Doc) -> None:
    papel.parrafo("No hay ningún acta, ninguna imagen ni ningún corte con resultados.", destacado=True)
    centro = doc["centro"]
    filas = [("Sede central", cuando(doc["hora"]), *(f"{centro[k]:,}" for k in _CUENTAS))]
    filas += [
        (f"Nodo {n['nodo']}", *((cuando(n["dijo"]), *(f"{n[k]:,}" for k in _CUENTAS)) if n["dijo"] else _CALLADO))
        for n in doc["nodos"]
    ]
    papel.titulo(2, "Qué hay en cada equipo")
    papel.tabla(("Equipo", "Lo dijo el", "Hechos de actas", "Imágenes", "Cortes"), filas, (6, 5, 4, 3, 3), "  ddd")
    dijeron = [t for t in doc["telefonos"] if t["dijo"]]
    papel.parrafo(
        f"Teléfonos de PREP Casilla dados de alta: {len(doc['telefonos']):,}. Dijeron no tener nada por enviar: "
        f"{len(dijeron):,}."
    )
    if mudos := callados(doc):
        papel.titulo(2, "Quién no ha respondido")
        papel.parrafo("De estos equipos no se sabe qué tienen; no se supone que estén en ceros.")
        papel.lista(mudos)
    papel.titulo(2, "Qué quedó fijo")
    papel.lista(
        [
            *(f"Actas esperadas de {e}: {n:,}" for e, n in doc["actas_esperadas"].items()),
            f"Altas firmadas antes de empezar, de quién puede hacer qué: {doc['altas']:,}",
            f"Catálogo: {doc['catalogo']}",
            f"Programa: {doc['software']}",
            *(f"{dice}: {'sí' if doc['reglas'][regla] else 'no'}" for regla, dice in REGLAS.items()),
            f"Bitácora: {doc['raiz']}",
            f"Primer corte, en ceros: {doc['corte']}",
            f"Lo que se muestra (partidos, candidaturas y recuadros): {doc['muestra']}, aprobado por "
            f"{', '.join(doc['aprobaron'])}"
            if "muestra" in doc
            else f"Nadie aprobó la hoja de prueba. Motivo: {doc['sin_aprobar']}",
        ]
    )


_CUENTAS: Final = ("hechos", "imagenes", "cortes")
_CALLADO: Final = ("no ha respondido", "", "", "")


def _cierre(papel: Papel, doc: Doc) -> None:
    papel.parrafo(f"El último corte es el {doc['corte']}.", destacado=True)
    quien = f"Cerró {doc['cerro']}." if doc.get("cerro") else "No quedó dicho quién cerró."
    papel.parrafo(
        f"{quien} La participación de este corte incluye las casillas especiales. "
        + (f"Hora prevista de cierre: {cuando(doc['previsto'])}." if doc["previsto"] else "")
    )
    if doc["prorrogas"]:
        papel.titulo(2, "Prórrogas")
        papel.lista([f"{cuando(p['hora'])}: hasta el {cuando(p['hasta'])}. {p['motivo']}" for p in doc["prorrogas"]])
    papel.titulo(2, "Cifras")
    filas = [
        (
            e,
            *(f"{doc['cuentas'][e][k]:,}" for k in ("esperadas", "capturadas", "contabilizadas")),
            f"{c.get('total_votos_c_cs', 0):,}",
            f"{c['porcentaje_participacion_ciudadana']} %" if "porcentaje_participacion_ciudadana" in c else "",
        )
        for e, c in doc["cifras"].items()
    ]
    papel.tabla(
        ("Elección", "Esperadas", "Capturadas", "Contabilizadas", "Votos", "Participación"),
        filas,
        (4, 3, 3, 4, 3, 4),
        " ddddd",
    )
    papel.titulo(2, "Dónde quedó cada acta esperada")
    papel.tabla(
        ("Elección", *(SITUACIONES[s].capitalize() for s in SITUACIONES)),
        [(e, *(f"{n.get(s, 0):,}" for s in SITUACIONES)) for e, n in doc["situacion"].items()],
        (4, 3, 4, 3, 4, 3),
        " ddddd",
    )
    faltantes(papel, doc["faltan"], sum(c["esperadas"] for c in doc["cuentas"].values()))
    papel.titulo(2, "Qué pasó en la noche")
    inc = doc["incidentes"]
    papel.lista(
        [
            *(f"Contingencia, {cuando(c['hora'])}: {c['texto']} ({c['clave']})" for c in doc["contingencias"]),
            f"Incidentes que se anotaron en los escritorios: de actas, {inc['de_actas']:,}; de imágenes sin "
            f"identificar, {inc['de_imagenes']:,}",
            *(
                f"Incidentes de la operación reportados: {o['reportados']:,}; resueltos: {o['resueltos']:,}"
                for o in [inc.get("de_la_operacion")]
                if o
            ),
            f"Hechos en la bitácora: {doc['hechos']:,}",
            *(f"Aviso del último corte: {a}" for a in doc["alarmas"]),
        ]
    )


def faltantes(papel: Papel, por_situacion: Mapping[str, Sequence[str]], esperadas: int) -> None:
    """The actas that are missing, by key, and where each one stopped."""
    papel.titulo(2, "Actas que faltan")
    faltan = [(clave, SITUACIONES[s]) for s, claves in por_situacion.items() for clave in claves]
    if not faltan:
        papel.parrafo("Ninguna: cada acta esperada está publicada, o consta que no la hay.")
        return
    papel.parrafo(f"Faltan {len(faltan):,} de {esperadas:,} actas esperadas.")
    papel.tabla(("Acta", "Dónde quedó"), faltan[:NOMBRADAS], (4, 6))
    if (sobran := len(faltan) - NOMBRADAS) > 0:
        papel.parrafo(f"Y {sobran:,} más; todas están en el documento del cierre.", tenue=True)


REDACTAN: Final[dict[str, tuple[str, Callable[[Papel, Doc], None]]]] = {
    "puesta_en_ceros": ("Puesta en ceros", _ceros),
    "cierre": ("Cierre de la operación", _cierre),
}


def cuando(iso: str) -> str:
    """A time, as people write it."""
    return f"{iso[8:10]}/{iso[5:7]}/{iso[:4]} {iso[11:16]}"

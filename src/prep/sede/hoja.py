"""The proof sheet: every party, candidacy and box as people will see them, on paper, to be read and approved.

What it shows is the very `proceso.json` that the first corte will publish, byte by byte: from it the portal is drawn,
and its boxes are those of the desks and of the printed actas. The same process gives the same sheet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from prep.catalogo.informativo import Informativo
from prep.dominio.tabulacion.boleta import Recuadro, TipoRecuadro
from prep.dominio.tabulacion.proceso import Proceso
from prep.papel.documento import NEGRITA, Documento, Pintar
from prep.papel.plantilla import etiqueta_recuadro
from prep.plataforma.idioma import cuantos
from prep.portal import tema
from prep.publicacion import documentos

Doc = Mapping[str, Any]
SIN_NOMBRE: Final = "SIN NOMBRE EN EL CATÁLOGO"
_AMBITOS: Final = {"distrito": ("Distrito", "Distritos"), "municipio": ("Municipio", "Municipios")}
_POR_FILA: Final = 6
_ALTO: Final = 46
_BORDE: Final = Color(0.38, 0.38, 0.42)


def muestra(proceso: Proceso, informativo: Informativo) -> bytes:
    """What the first corte will publish of the process, as it will."""
    return orjson.dumps(documentos.proceso(proceso, informativo))


def hoja_de_prueba(datos: bytes) -> bytes:
    """The sheet of a `muestra`, as an accessible PDF."""
    doc = orjson.loads(datos)
    huella = hashlib.sha256(datos).hexdigest()
    papel = Documento(
        f"Hoja de prueba: {doc['nombre']}",
        "Partidos, candidaturas y recuadros como se van a mostrar",
        f"Hoja de prueba · {doc['clave']} · {huella[:16]}",
    )
    papel.titulo(1, "Hoja de prueba")
    quien = doc.get("institucion", {}).get("nombre", "")
    papel.parrafo(f"{quien}. {doc['nombre']} ({doc['clave']})." if quien else f"{doc['nombre']} ({doc['clave']}).")
    papel.parrafo(
        "Léala completa antes de la puesta en ceros: así se verá en el portal, en los escritorios de captura y en las "
        "actas. Si algo no es como debe, no la firme: corrija la carpeta del proceso, impórtela otra vez y haga otra "
        "hoja.",
        destacado=True,
    )
    papel.parrafo(f"Código de lo que muestra (SHA-256 de proceso.json): {huella}", tenue=True)
    _partidos(papel, doc)
    for eleccion in doc["elecciones"]:
        _eleccion(papel, doc, eleccion)
    papel.titulo(2, "Quien la aprueba", junto=200)
    papel.tabla(("Nombre", "Cargo o representación", "Firma"), [("", "", "")] * 6, (5, 4, 4), alto_minimo=34)
    return papel.pdf()


def _partidos(papel: Documento, doc: Doc) -> None:
    partidos = doc["partidos"]
    papel.titulo(2, "Partidos y sus colores")
    colores = [tema.color(p, i) for i, p in enumerate(partidos)]
    for i in range(0, len(partidos), _POR_FILA):
        juntos = [(p["siglas"], c) for p, c in zip(partidos[i : i + _POR_FILA], colores[i:], strict=False)]
        dice = "Muestras de color: " + ", ".join(f"{siglas} {color}" for siglas, color in juntos)
        papel.figura(_ALTO, _muestras(juntos), dice)
    filas = [
        (str(i), p["siglas"], p["nombre"], color if p.get("color") else f"{color} (el del portal: no trae uno propio)")
        for i, (p, color) in enumerate(zip(partidos, colores, strict=True), 1)
    ]
    papel.tabla(("Orden", "Siglas", "Nombre", "Color"), filas, (2, 3, 9, 6))


def _muestras(juntos: list[tuple[str, str]]) -> Pintar:
    def pintar(c: Canvas, x: float, y: float, ancho: float) -> None:
        cada = ancho / _POR_FILA
        for i, (siglas, color) in enumerate(juntos):
            c.setFillColor(HexColor(color))
            c.setStrokeColor(_BORDE)
            c.rect(x + i * cada, y + 14, cada - 8, _ALTO - 16, stroke=1, fill=1)
            c.setFillColor(Color(0.11, 0.11, 0.13))
            c.setFont(NEGRITA, 8)
            c.drawString(x + i * cada, y + 3, siglas)

    return pintar


def _eleccion(papel: Documento, doc: Doc, eleccion: Doc) -> None:
    papel.titulo(2, eleccion["nombre"])
    papel.parrafo(
        f"Clave {eleccion['clave']}. Desempate de lo que sobra al repartir: {', '.join(eleccion['empates'])}.",
        tenue=True,
    )
    columnas = {c["clave"]: c for c in eleccion["columnas"]}
    nombres = {p["siglas"]: p["nombre"] for p in doc["partidos"]}
    for juntas in _iguales(eleccion, "columnas"):
        papel.titulo(3, f"Recuadros del acta. {_donde(eleccion, juntas)}", junto=120)
        filas = []
        for n, clave in enumerate(juntas[0]["columnas"], 1):
            recuadro = Recuadro(clave, TipoRecuadro(columnas[clave]["tipo"]), tuple(columnas[clave]["partidos"]))
            filas.append((str(n), etiqueta_recuadro(recuadro), _que_es(recuadro, nombres)))
        papel.tabla(("Núm.", "En el acta y al capturar", "Qué es"), filas, (1, 8, 6), "d")
    for juntas in _iguales(eleccion, "candidaturas"):
        papel.titulo(3, f"Candidaturas. {_donde(eleccion, juntas)}", junto=90)
        papel.tabla(
            ("Candidatura", "Coalición", "Persona propietaria", "Suplente"),
            [
                (
                    " · ".join(c["partidos"]) or c["clave"].replace("_", " "),
                    c.get("coalicion", ""),
                    c.get("propietaria") or SIN_NOMBRE,
                    c.get("suplente", ""),
                )
                for c in juntas[0]["candidaturas"]
            ],
            (6, 4, 6, 5),
        )


def _que_es(recuadro: Recuadro, nombres: Mapping[str, str]) -> str:
    match recuadro.tipo:
        case TipoRecuadro.PARTIDO:
            return nombres.get(recuadro.clave, SIN_NOMBRE)
        case TipoRecuadro.COMBINACION:
            return f"Combinación de {cuantos(len(recuadro.partidos), 'partido')}"
        case TipoRecuadro.COMUN:
            return "Candidatura común"
        case TipoRecuadro.INDEPENDIENTE:
            return "Candidatura independiente"
        case _:
            return ""


def _iguales(eleccion: Doc, que: str) -> Iterator[list[Doc]]:
    """The demarcations, those that show exactly the same of that together, in the order of the first of each."""
    grupos: dict[bytes, list[Doc]] = {}
    for d in eleccion["demarcaciones"]:
        grupos.setdefault(orjson.dumps(d[que]), []).append(d)
    yield from grupos.values()


def _donde(eleccion: Doc, juntas: list[Doc]) -> str:
    if eleccion["ambito"] == "entidad" and len(juntas) == len(eleccion["demarcaciones"]):
        return "En toda la entidad"
    uno, varios = _AMBITOS[eleccion["agrupa"]]
    dichas = ", ".join(f"{d['id']} {d['nombre']}" for d in juntas)
    return f"{uno if len(juntas) == 1 else varios} {dichas}"

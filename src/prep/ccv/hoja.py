"""An acta as a desk shows it: its heading, its rows in the order of its own paper, and its picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from prep.dominio.acta.asentado import Asentado
from prep.dominio.comun.valores import Valor
from prep.evidencia.vista import donde, leer, para_ver
from prep.papel import vigente
from prep.papel.plantilla import TOTAL_ASENTADO, TOTALES, Caja, Identificacion, Plantilla, Pliego, etiqueta_recuadro
from prep.plataforma.almacen import evidencia
from prep.plataforma.peticion import una_vez

CERCA: Final = 3.0
"""How far, in mm, a corner mark may be from its place in a picture that is the sheet seen from straight above."""
ALREDEDOR: Final = 30
"""Side, in mm, of the corner in which a mark is looked for: as wide as its neighbourhood must be for it to be found."""
BASTA: Final = 900
"""Pixels of the longer side with which the marks are found."""
_SE_CAPTURAN: Final = tuple((c, e, n) for c, e, n in TOTALES if c != "suma_votaron")


@dataclass(frozen=True, slots=True)
class Renglon:
    """One field. `caja`: where it is on the straight sheet, `left top width height` in parts of its size."""

    clave: str
    etiqueta: str
    nota: str = ""
    caja: str = ""


def identificacion(clave: str) -> Identificacion:
    """What the heading of the paper should say; raise `KeyError` when the catalogue does not expect this acta."""
    return vigente.formas().identificacion(clave)


def encabezado(clave: str) -> str:
    """Where the paper says whose acta it is, in parts of the straight sheet; empty where our form does not say."""
    plantilla = _plantilla(clave)
    return _partes(plantilla.identificacion.crecer(12), plantilla.pliego) if plantilla else ""


def renglones(clave: str, solo: Collection[str] | None = None) -> list[Renglon]:
    """The fields of an acta, in the order of its own layout; `solo`: these."""
    todos = _de_su_plantilla(clave)
    return [r for r in todos if solo is None or r.clave in solo]


def _plantilla(clave: str) -> Plantilla | None:
    try:
        return vigente.formas().plantilla_de(clave)
    except ValueError:  # too many boxes for our paper: somebody else's form
        return None


@una_vez
def _de_su_plantilla(clave: str) -> list[Renglon]:
    if (plantilla := _plantilla(clave)) is not None:
        return [
            Renglon(c.clave, c.etiqueta, c.nota, _partes(c.caja, plantilla.pliego))
            for c in plantilla.campos
            if c.captura
        ]
    return [
        *(Renglon(*t) for t in _SE_CAPTURAN),
        *(Renglon(r.clave, etiqueta_recuadro(r)) for r in vigente.formas().boleta_de(clave).recuadros),
        Renglon(TOTAL_ASENTADO, "TOTAL"),
    ]


def _partes(caja: Caja, pliego: Pliego) -> str:
    partes = caja.x / pliego.ancho, caja.y / pliego.alto, caja.ancho / pliego.ancho, caja.alto / pliego.alto
    return " ".join(f"{p:.4f}" for p in partes)


def campos_de(asentado: Asentado) -> dict[str, Valor]:
    """Every field by its key: no vote box is called as a total."""
    return {**asentado.totales, **asentado.votos}


def asentar(campos: Mapping[str, Valor]) -> dict[str, object]:
    """The contents of a fact, from the fields of a screen."""
    totales = {c for c, _, _ in _SE_CAPTURAN} | {TOTAL_ASENTADO}
    return {
        **{c: v for c, v in campos.items() if c in totales},
        "votos": {c: v for c, v in campos.items() if c not in totales},
    }


# the picture


def imagen(huella: str) -> bytes | None:
    """The picture that is typed, as a browser shows it."""
    return para_ver(evidencia(), huella)


def se_ve(huella: str) -> bool:
    """Whether that picture is at this installation."""
    return donde(evidencia(), huella) is not None


def enderezada(huella: str) -> bool:
    """Whether the picture is our sheet seen from straight above: its marks are where the form has them."""
    ruta = donde(evidencia(), huella)
    return ruta is not None and _de_frente(ruta)


@lru_cache(maxsize=4096)
def _de_frente(ruta: str) -> bool:
    """Of what is at a path of the store, which never changes."""
    datos = leer(evidencia(), ruta)
    return datos is not None and de_frente(datos)


def de_frente(datos: bytes) -> bool:
    """The same of a picture. Only its corners are looked at, side by side in a strip, and a large one by halves."""
    from prep.evidencia.pagina import hallar_marcas
    from prep.papel.plantilla import PROPIO
    from prep.plataforma.opencv import cv2

    cruda = np.frombuffer(datos, np.uint8)
    gris = cv2.imdecode(cruda, cv2.IMREAD_REDUCED_GRAYSCALE_2)
    if gris is not None and max(gris.shape) < BASTA:
        gris = cv2.imdecode(cruda, cv2.IMREAD_GRAYSCALE)
    if gris is None:
        return False
    escala = np.array([gris.shape[1] / PROPIO.ancho, gris.shape[0] / PROPIO.alto])
    lado = round(ALREDEDOR * max(escala))
    orilla = cv2.copyMakeBorder(gris, lado, lado, lado, lado, cv2.BORDER_REPLICATE)
    centros = [np.array(m.centro) * escala for m in PROPIO.marcas]
    rincones = [orilla[y : y + lado, x : x + lado] for x, y in (np.round(c + lado / 2).astype(int) for c in centros)]
    en_su_lugar = set()
    for marca in hallar_marcas(np.hstack(rincones)):
        donde_esta = marca.puntos.mean(axis=0) - [marca.esquina * lado + lado / 2, lado / 2]
        if (np.abs(donde_esta / escala) < CERCA).all():
            en_su_lugar.add(marca.esquina)
    return len(en_su_lugar) >= 3

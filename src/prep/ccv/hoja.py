"""An acta as a desk shows it: its heading, its rows in the order of its own paper, and its picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from prep.diseno.textos import texto
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.asentado import Asentado
from prep.dominio.comun.valores import Valor
from prep.evidencia import vista
from prep.papel import vigente
from prep.papel.plantilla import TOTAL_ASENTADO, TOTALES, Caja, Identificacion, Plantilla, Pliego, etiqueta_recuadro
from prep.plataforma.almacen import evidencia
from prep.plataforma.peticion import una_vez

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


def leido_de_fuera(fuera: Mapping[str, str]) -> str:
    """What was read of a sheet that was said to be out of catalogue, in one line."""
    elecciones = {e.clave: e.nombre for e in vigente.formas().proceso.elecciones}
    casilla = " ".join(fuera[c] for c in ("tipo", "id", "extension") if c in fuera)
    seccion = f"{texto('ccv.acta.seccion')} {fuera['seccion']}" if "seccion" in fuera else ""
    return " · ".join(filter(None, (elecciones.get(fuera.get("eleccion", ""), ""), seccion, casilla)))


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
    return vista.para_ver(evidencia(), huella)


def se_ve(huella: str) -> bool:
    """Whether that picture is at this installation."""
    return vista.se_ve(evidencia(), huella)


def enderezada(acta: Acta, huella: str) -> bool:
    """Whether whoever made that picture of an acta says that each field is where its form has it."""
    return any(i.enderezada for i in acta.imagenes if i.sha256 == huella)

"""Actas, photographs and readers that the tests of this room share."""

from __future__ import annotations

from functools import cache

import numpy as np

from prep.dominio.tabulacion.boleta import armar_boleta
from prep.evidencia.pagina import Pagina, afinar, hallar_marcas, situar
from prep.laboratorio.fotografiar import Foto, fotografiar
from prep.laboratorio.llenar import LIMPIO, Escrito, Imagen, llenar, planear, votos_al_azar
from prep.lectura.lector import Lector
from prep.papel import qr
from prep.papel.plantilla import Hoja, Identificacion, armar_plantilla

LLAVE = b"secreto de los qr de las pruebas"
PROCESO = "PRUEBA-2027"
ACTA, OTRA = "140024C010005", "141234B010005"
CHICA = armar_boleta(["SOL", "RIO", "MAR", "PAZ"], [["SOL", "RIO"]])
GRANDE = armar_boleta(
    ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9"], [["P1", "P2", "P3", "P4", "P5"], ["P6", "P7", "P8"]]
)


def hoja(clave: str = ACTA, grande: bool = False, proceso: str = PROCESO, llave: bytes = LLAVE) -> Hoja:
    plantilla = armar_plantilla(GRANDE if grande else CHICA)
    quien = Identificacion(
        clave,
        "Instituto de Prueba",
        "Proceso de prueba",
        "Gubernatura",
        "Jalisco",
        "Distrito 7 Tonalá",
        "Tonalá",
        int(clave[2:6]),
        "Contigua 1",
        "SIMULACRO",
    )
    return Hoja(plantilla, quien, qr.codificar(qr.Etiqueta(proceso, clave, plantilla.id), llave))


@cache
def llena(clave: str = ACTA, grande: bool = False, semilla: int = 1) -> tuple[Hoja, dict[str, Escrito], Imagen]:
    rng = np.random.default_rng(semilla)
    h = hoja(clave, grande)
    plan = planear(h.plantilla, votos_al_azar(h.plantilla, rng), rng, LIMPIO)
    return h, plan, llenar(h, plan, rng)


@cache
def foto(nivel: str = "mild", clave: str = ACTA, grande: bool = False, semilla: int = 1) -> Foto:
    return fotografiar(llena(clave, grande)[2], nivel, np.random.default_rng(semilla))


def lector(**cambios: object) -> Lector:
    plantillas = {ACTA: armar_plantilla(CHICA), OTRA: armar_plantilla(CHICA)}
    datos = {"proceso": PROCESO, "llave": LLAVE, **cambios}
    return Lector(plantillas.get, **datos)  # type: ignore[arg-type]


def hallar(gris: np.ndarray, sin: int | None = None) -> Pagina | None:
    """The page in a picture, as if one of its marks were not seen."""
    return situar(afinar(gris, [m for m in hallar_marcas(gris) if m.esquina != sin]))

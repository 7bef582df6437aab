"""What an audit found, each thing until it is closed: a file of the plan's folder, or of the auditor's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from prep.catalogo.campos import opcion, patron, texto
from prep.catalogo.problemas import Problema, ProcesoInvalido
from prep.catalogo.tablas import MALO, Bloc, Columna, Fila, leer_tabla
from prep.seguimiento.tablas import escribir, fecha

ARCHIVO: Final = "hallazgos.csv"
EVIDENCIA: Final = "evidencia/"
"""What is told like this is a file of the folder, and must be there."""
GRAVEDADES: Final = {"critica": "crítica", "alta": "alta", "media": "media", "baja": "baja"}
ESTATUS: Final = {"abierto": "abierto", "en_atencion": "en atención", "cerrado": "cerrado"}
_TEXTO: Final = texto(1000)
COLUMNAS: Final = {
    "numero": Columna(patron(r"[A-Za-z0-9][A-Za-z0-9./-]{0,39}", "un número o una clave, como H-3")),
    "gravedad": Columna(opcion(GRAVEDADES)),
    "que": Columna(_TEXTO),
    "donde": Columna(_TEXTO),
    "detectado": Columna(fecha),
    "atiende": Columna(_TEXTO),
    "estatus": Columna(opcion(ESTATUS)),
    "vence": Columna(fecha, None),
    "cerrado": Columna(fecha, None),
    "evidencia": Columna(_TEXTO, ""),
}
Anotar = Callable[[int, str, str, str], None]
"""Line, field, what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Hallazgo:
    """`cerrado`: when; `evidencia`: what shows that it was: a file of the folder, or where it is."""

    numero: str
    gravedad: str
    que: str
    donde: str
    detectado: date
    atiende: str
    estatus: str
    vence: date | None
    cerrado: date | None
    evidencia: str

    def al(self, dia: date) -> Hallazgo:
        """As it stood that day."""
        despues = self.cerrado is not None and self.cerrado > dia
        return replace(self, estatus="en_atencion", cerrado=None, evidencia="") if despues else self


def revisar(filas: Sequence[Fila], carpeta: Path, hoy: date, mal: Anotar) -> None:
    """What the form of each cell does not say."""
    for f in filas:
        if MALO in f.values():
            continue
        cerrado = f["estatus"] == "cerrado"
        if cerrado != (f["cerrado"] is not None):
            dice = "está vacío y el estatus dice «cerrado»." if cerrado else "tiene fecha y el estatus no es «cerrado»."
            mal(f.linea, "cerrado", dice, "")
        if cerrado and not f["evidencia"]:
            mal(f.linea, "evidencia", "está vacío: nada se cierra sin decir con qué se demuestra.", "")
        elif f["evidencia"].startswith(EVIDENCIA) and not (carpeta / f["evidencia"]).is_file():
            mal(f.linea, "evidencia", f"no está el archivo «{f['evidencia']}».", "Póngalo en la carpeta.")
        for campo in ("detectado", "cerrado"):
            if f[campo] and f[campo] > hoy:
                mal(f.linea, campo, f"el {f[campo]:%d/%m/%Y} todavía no llega.", "")
        for campo in ("vence", "cerrado"):
            if f[campo] and f[campo] < f["detectado"]:
                mal(f.linea, campo, "es anterior a cuando se detectó.", "")


def leer_hallazgos(carpeta: Path, hoy: date) -> list[Hallazgo]:
    """The register of a folder; the gravest first. Raises `ProcesoInvalido` with every problem."""
    problemas: list[Problema] = []
    filas = leer_tabla(carpeta / ARCHIVO, carpeta, problemas, COLUMNAS)
    bloc = Bloc(ARCHIVO, problemas)
    revisar(filas, carpeta, hoy, bloc.anotar)
    vistos: dict[str, int] = {}
    for f in filas:
        if f["numero"] is not MALO and (antes := vistos.setdefault(f["numero"], f.linea)) != f.linea:
            bloc.anotar(f.linea, "numero", f"«{f['numero']}» ya estaba en la línea {antes}.")
    if problemas:
        raise ProcesoInvalido(problemas)
    orden = list(GRAVEDADES)
    return sorted((Hallazgo(**f) for f in filas), key=lambda h: (orden.index(h.gravedad), h.detectado, h.numero))


def escribir_vacia(carpeta: Path) -> Path:
    """A register with nothing in it."""
    carpeta.mkdir(parents=True, exist_ok=True)
    escribir(carpeta / ARCHIVO, COLUMNAS)
    return carpeta / ARCHIVO

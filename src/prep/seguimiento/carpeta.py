"""The plan's folder: CSV files that people edit in a spreadsheet → `Plan`, or every problem, located."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from prep.catalogo.campos import DatoInvalido, entero, opcion, parecido, patron, recortado, texto
from prep.catalogo.escritor import exigir_vacia
from prep.catalogo.problemas import Problema, ProcesoInvalido
from prep.catalogo.tablas import MALO, Bloc, Columna, Fila, leer_tabla
from prep.seguimiento import hallazgos
from prep.seguimiento.hallazgos import Hallazgo
from prep.seguimiento.plan import ESTATUS, RUBROS, Actividad, Acuerdo, Avance, Hito, Plan, Subactividad
from prep.seguimiento.tablas import MESES, escribir, fecha


def _dias(dato: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,4}", dato):
        raise DatoInvalido(
            f"«{recortado(dato)}» no es un número de días.", "Los que faltan para la jornada van con signo menos: -62."
        )
    return int(dato)


_RUBRO: Final = opcion(RUBROS)
_CLAVE: Final = patron(r"[A-Za-z0-9][A-Za-z0-9./-]{0,39}", "un número o una clave, como 12, E8 o A-3")
_TEXTO: Final = texto(1000)
_NUMERO: Final = entero(1, 9999)
_PARTE: Final = patron(r"[0-9]{1,4}\.[0-9]{1,3}", "el número de una subactividad, como 12.1")
COLUMNAS: Final[dict[str, dict[str, Columna]]] = {
    "plan.csv": {"nombre": Columna(_TEXTO), "institucion": Columna(_TEXTO), "jornada": Columna(fecha)},
    "actividades.csv": {
        "numero": Columna(_NUMERO),
        "rubro": Columna(_RUBRO),
        "actividad": Columna(_TEXTO),
        "entregable": Columna(_TEXTO, ""),
        "responsable": Columna(_TEXTO),
        "inicio": Columna(_dias, None),
        "termino": Columna(_dias, None),
        "concluida": Columna(fecha, None),
        "evidencia": Columna(_TEXTO, ""),
    },
    "subactividades.csv": {
        "numero": Columna(_PARTE),
        "subactividad": Columna(_TEXTO),
        "concluida": Columna(fecha, None),
    },
    "hitos.csv": {
        "clave": Columna(_CLAVE),
        "hito": Columna(_TEXTO),
        "dias": Columna(_dias, None),
        "actividad": Columna(_NUMERO, None),
        "entregado": Columna(fecha, None),
    },
    "acuerdos.csv": {
        "numero": Columna(_CLAVE),
        "asunto": Columna(_TEXTO),
        "acuerdo": Columna(_TEXTO),
        "fecha": Columna(fecha),
        "solicitado_por": Columna(_TEXTO),
        "responsable": Columna(_TEXTO),
        "estatus": Columna(opcion(ESTATUS)),
        "vence": Columna(fecha, None),
        "cumplido": Columna(fecha, None),
    },
    "avances.csv": {"fecha": Columna(fecha), "sobre": Columna(_CLAVE), "avance": Columna(_TEXTO)},
    hallazgos.ARCHIVO: hallazgos.COLUMNAS,
}
"""Files of the folder. In those that nobody wrote in yet there is only the first row."""


def leer_plan(carpeta: Path, hoy: date) -> Plan:
    """Read and check a folder. Raises `ProcesoInvalido` with every problem. `hoy`: nothing is done on a later day."""
    return _Lectura(carpeta, hoy).plan()


class _Lectura:
    def __init__(self, carpeta: Path, hoy: date) -> None:
        if not carpeta.is_dir():
            que_hacer = "Indique la que hizo «prep plan iniciar»."
            raise ProcesoInvalido([Problema(str(carpeta), 0, "", "no es una carpeta.", que_hacer)])
        self.problemas: list[Problema] = []
        self._blocs = {nombre: Bloc(nombre, self.problemas) for nombre in COLUMNAS}
        self.filas = {n: leer_tabla(carpeta / n, carpeta, self.problemas, c) for n, c in COLUMNAS.items()}
        self._carpeta, self._hoy = carpeta, hoy

    def plan(self) -> Plan:
        cabecera = self.filas["plan.csv"]
        if len(cabecera) != 1 and not self.problemas:
            self._mal("plan.csv", 0, "", "debe tener un renglón, con los datos del proceso.")
        self._claves()
        self._partes()
        self._hitos()
        self._acuerdos()
        self._sobre()
        anotar = self._blocs[hallazgos.ARCHIVO].anotar
        hallazgos.revisar(self.filas[hallazgos.ARCHIVO], self._carpeta, self._hoy, anotar)
        for archivo, filas in self.filas.items():
            self._pasadas(archivo, filas)
        if self.problemas:
            raise ProcesoInvalido(self.problemas)
        jornada = cabecera[0]["jornada"]

        def dia(dias: int | None) -> date | None:
            return None if dias is None else jornada + timedelta(days=dias)

        return Plan(
            **cabecera[0],
            actividades=[
                Actividad(**{**f, "inicio": dia(f["inicio"]), "termino": dia(f["termino"])})
                for f in self.filas["actividades.csv"]
            ],
            subactividades=[Subactividad(**f) for f in self.filas["subactividades.csv"]],
            hitos=[
                Hito(f["clave"], f["hito"], dia(f["dias"]), f["actividad"], f["entregado"])
                for f in self.filas["hitos.csv"]
            ],
            acuerdos=[Acuerdo(**f) for f in self.filas["acuerdos.csv"]],
            avances=[Avance(**f) for f in self.filas["avances.csv"]],
            hallazgos=[Hallazgo(**f) for f in self.filas[hallazgos.ARCHIVO]],
        )

    def _mal(self, archivo: str, linea: int, campo: str, *mensaje: str) -> None:
        """`mensaje`: what is wrong and, when there is something to say, what to do."""
        self._blocs[archivo].anotar(linea, campo, *mensaje)

    def _claves(self) -> None:
        """What `sobre` may name: each thing once, whatever its file."""
        self.claves: set[str] = set()
        for archivo, campo in _CON_CLAVE.items():
            for f in self.filas[archivo]:
                if f[campo] is MALO:
                    continue
                clave = str(f[campo])
                if clave in self.claves or clave in RUBROS:
                    self._mal(archivo, f.linea, campo, f"«{clave}» ya se usó.", "Cada cosa lleva su propia clave.")
                self.claves.add(clave)

    def _partes(self) -> None:
        concluidas = {f["numero"]: f for f in self.filas["actividades.csv"]}
        for f in self.filas["actividades.csv"]:
            if f["inicio"] is MALO or f["termino"] is MALO:
                continue
            if (f["inicio"] is None) != (f["termino"] is None):
                falta = "inicio" if f["inicio"] is None else "termino"
                self._mal("actividades.csv", f.linea, falta, "falta: el inicio y el término van juntos.")
            elif f["inicio"] is not None and f["inicio"] > f["termino"]:
                self._mal("actividades.csv", f.linea, "termino", "termina antes de empezar.")
        for f in self.filas["subactividades.csv"]:
            if f["numero"] is MALO:
                continue
            de = concluidas.get(int(f["numero"].partition(".")[0]))
            if de is None:
                self._mal("subactividades.csv", f.linea, "numero", "su actividad no está en actividades.csv.")
            elif de["concluida"] and f["concluida"] is None:
                self._mal(
                    *("subactividades.csv", f.linea, "concluida"),
                    f"está vacío, y la actividad {de['numero']} consta concluida.",
                    "Anote cuándo se concluyó, o quite la fecha de la actividad.",
                )

    def _hitos(self) -> None:
        numeros = {f["numero"] for f in self.filas["actividades.csv"]}
        for f in self.filas["hitos.csv"]:
            if f["actividad"] and f["actividad"] not in numeros:
                self._mal("hitos.csv", f.linea, "actividad", f"la {f['actividad']} no está en actividades.csv.")

    def _acuerdos(self) -> None:
        for f in self.filas["acuerdos.csv"]:
            if MALO in f.values():
                continue
            if (f["estatus"] == "cumplido") != (f["cumplido"] is not None):
                self._mal(
                    *("acuerdos.csv", f.linea, "cumplido"),
                    "está vacío y el estatus dice «cumplido»."
                    if f["cumplido"] is None
                    else f"tiene fecha y el estatus dice «{f['estatus']}».",
                )
            for campo in ("vence", "cumplido"):
                if f[campo] is not None and f[campo] < f["fecha"]:
                    self._mal("acuerdos.csv", f.linea, campo, "es anterior a la fecha del acuerdo.")

    def _sobre(self) -> None:
        conocidas = [*self.claves, *RUBROS]
        for f in self.filas["avances.csv"]:
            if f["sobre"] is not MALO and f["sobre"] not in conocidas:
                self._mal(
                    *("avances.csv", f.linea, "sobre"),
                    f"«{recortado(f['sobre'])}» no es actividad, subactividad, hito, acuerdo, hallazgo ni rubro.",
                    parecido(f["sobre"], conocidas) or f"Los rubros son: {', '.join(RUBROS)}.",
                )

    def _pasadas(self, archivo: str, filas: Sequence[Fila]) -> None:
        for f in filas:
            for campo in _HECHO.get(archivo, ()):
                if f[campo] and f[campo] > self._hoy:
                    self._mal(archivo, f.linea, campo, f"el {f[campo]:%d/%m/%Y} todavía no llega.")


_CON_CLAVE: Final = {
    "actividades.csv": "numero",
    "subactividades.csv": "numero",
    "hitos.csv": "clave",
    "acuerdos.csv": "numero",
    hallazgos.ARCHIVO: "numero",
}
_HECHO: Final = {
    "actividades.csv": ("concluida",),
    "subactividades.csv": ("concluida",),
    "hitos.csv": ("entregado",),
    "acuerdos.csv": ("fecha", "cumplido"),
    "avances.csv": ("fecha",),
}
"""What says that something happened already."""


def iniciar(carpeta: Path, jornada: date, nombre: str, institucion: str) -> None:
    """Write the plan that an institute begins with. Raises `CarpetaOcupada`."""
    exigir_vacia(carpeta)
    tablas = {archivo: _plantilla(archivo) for archivo in COLUMNAS}
    tablas["plan.csv"] = [{"nombre": nombre, "institucion": institucion, "jornada": jornada.isoformat()}]
    _con_mes(tablas["actividades.csv"], tablas["subactividades.csv"], jornada)
    carpeta.mkdir(parents=True, exist_ok=True)
    for archivo, filas in tablas.items():
        escribir(carpeta / archivo, COLUMNAS[archivo], filas)


def _plantilla(archivo: str) -> list[dict[str, Any]]:
    ruta = files("prep.seguimiento") / "plantilla" / archivo
    return list(csv.DictReader(io.StringIO(ruta.read_text(encoding="utf-8")))) if ruta.is_file() else []


def _con_mes(actividades: list[dict[str, Any]], partes: list[dict[str, Any]], jornada: date) -> None:
    """Say of which month each monthly report is: the one before it is due."""
    meses = {}
    for a in actividades:
        if a["termino"]:
            vence = jornada + timedelta(days=int(a["termino"]))
            meses[a["numero"]] = MESES[vence.month - 2]
        a["actividad"] = a["actividad"].format(mes=meses.get(a["numero"], ""))
    for s in partes:
        s["subactividad"] = s["subactividad"].format(mes=meses.get(s["numero"].partition(".")[0], ""))

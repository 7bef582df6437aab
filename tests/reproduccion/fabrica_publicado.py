"""Writes published databases in every form met in the wild, from one plain description of what they say."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

from prep.reproduccion import BasePublicada, leer

ZONA = timezone(timedelta(hours=-6))
"""The hour of what it writes."""
RESUMEN = [
    "ACTAS_ESPERADAS",
    "ACTAS_REGISTRADAS",
    "ACTAS_FUERA_CATALOGO",
    "ACTAS_CAPTURADAS",
    "PORCENTAJE_ACTAS_CAPTURADAS",
    "ACTAS_CONTABILIZADAS",
    "PORCENTAJE_ACTAS_CONTABILIZADAS",
    "PORCENTAJE_ACTAS_INCONSISTENCIAS",
    "ACTAS_NO_CONTABILIZADAS",
    "LISTA_NOMINAL_ACTAS_CONTABILIZADAS",
    "TOTAL_VOTOS_C_CS",
    "TOTAL_VOTOS_S_CS",
    "PORCENTAJE_PARTICIPACION_CIUDADANA",
]
ANTES = [
    "CLAVE_CASILLA",
    "CLAVE_ACTA",
    "ID_ENTIDAD",
    "ENTIDAD",
    "ID_DISTRITO_LOCAL",
    "DISTRITO_LOCAL",
    "SECCION",
    "ID_CASILLA",
    "TIPO_CASILLA",
    "EXT_CONTIGUA",
    "UBICACION_CASILLA",
    "TIPO_ACTA",
    "TOTAL_BOLETAS_SOBRANTES",
    "TOTAL_PERSONAS_VOTARON",
    "TOTAL_REP_PARTIDO_CI_VOTARON",
    "TOTAL_VOTOS_SACADOS",
]
DESPUES = [
    "TOTAL_VOTOS_ASENTADO",
    "TOTAL_VOTOS_CALCULADO",
    "LISTA_NOMINAL",
    "REPRESENTANTES_PP_CI",
    "OBSERVACIONES",
    "CONTABILIZADA",
    "MECANISMOS_TRASLADO",
    "CODIGO_INTEGRIDAD",
    "FECHA_HORA_ACOPIO",
    "FECHA_HORA_CAPTURA",
    "FECHA_HORA_VERIFICACION",
    "ORIGEN",
    "DIGITALIZACION",
    "TIPO_DOCUMENTO",
    "COTEJADA",
]
VOTOS = ("PAN", "PRI", "MORENA", "PAN_PRI", "CAND_IND_1", "NO_REGISTRADAS", "NULOS")


@dataclass(frozen=True)
class Forma:
    """How a publisher writes its files."""

    codificacion: str = "utf-8-sig"
    fin: str = "\r\n"
    separador: str = ","
    declara: bool = False
    clave: str = "{}"
    numero: str = "{}"
    blancas: tuple[int, ...] = ()
    fecha: str = "%d/%m/%Y %H:%M:%S"
    nombres: dict[str, str] = field(default_factory=dict)
    sin: tuple[str, ...] = ()
    miles: bool = False


@dataclass(frozen=True)
class Base:
    """What a database says: title lines, header figures, columns and rows of texts."""

    titulos: tuple[str, ...]
    resumen: dict[str, str]
    columnas: tuple[str, ...]
    renglones: tuple[dict[str, str], ...]


def renglon(seccion: int = 1, tipo: str = "B", numero: int = 1, distrito: int = 1, **otros: Any) -> dict[str, str]:
    """A counted acta of 100 votes, with whatever else is said."""
    clave = f"14{seccion:04d}{tipo}{numero:02d}00"
    valores = dict(zip(VOTOS, (40, 30, 20, 5, 0, 1, 4), strict=True))
    fila = {
        "CLAVE_CASILLA": clave,
        "CLAVE_ACTA": clave + "01",
        "ID_ENTIDAD": "14",
        "ENTIDAD": "JALISCO",
        "ID_DISTRITO_LOCAL": f"{distrito:02d}",
        "DISTRITO_LOCAL": f"Distrito {distrito}",
        "SECCION": f"{seccion:04d}",
        "ID_CASILLA": f"{numero:02d}",
        "TIPO_CASILLA": tipo,
        "EXT_CONTIGUA": "00",
        "UBICACION_CASILLA": "1",
        "TIPO_ACTA": "1",
        "TOTAL_BOLETAS_SOBRANTES": "410",
        "TOTAL_PERSONAS_VOTARON": "100",
        "TOTAL_REP_PARTIDO_CI_VOTARON": "4",
        "TOTAL_VOTOS_SACADOS": "100",
        **{c: str(v) for c, v in valores.items()},
        "TOTAL_VOTOS_ASENTADO": "100",
        "TOTAL_VOTOS_CALCULADO": "100",
        "LISTA_NOMINAL": "0" if tipo == "S" else "500",
        "REPRESENTANTES_PP_CI": "10",
        "OBSERVACIONES": "",
        "CONTABILIZADA": "1",
        "MECANISMOS_TRASLADO": "F",
        "CODIGO_INTEGRIDAD": f"{seccion:064x}",
        "FECHA_HORA_ACOPIO": "02/06/2024 20:00:00",
        "FECHA_HORA_CAPTURA": "02/06/2024 20:30:00",
        "FECHA_HORA_VERIFICACION": "02/06/2024 20:31:00",
        "ORIGEN": "CATD",
        "DIGITALIZACION": "Escáner",
        "TIPO_DOCUMENTO": "Acta PREP",
        "COTEJADA": "1",
    }
    return fila | {c: str(v) for c, v in otros.items()}


def base(*renglones: dict[str, str], votos: tuple[str, ...] = VOTOS, **resumen: str) -> Base:
    """A gubernatura with these rows. `resumen`: header figures, which are empty unless said."""
    return Base(
        titulos=("GUBERNATURA", "02/06/2024 23:30 (UTC-6)"),
        resumen=dict.fromkeys(RESUMEN, "") | resumen,
        columnas=(*ANTES, *votos, *DESPUES),
        renglones=renglones,
    )


def sin_votos(fila: dict[str, str], texto: str = "", **otros: str) -> dict[str, str]:
    """The same acta with the same text in every box."""
    return fila | dict.fromkeys(VOTOS, texto) | otros


def escribir(lo: Base, forma: Forma | None = None) -> bytes:
    """The results file, as bytes."""
    forma = forma or Forma()
    columnas = [c for c in lo.columnas if c not in forma.sin]
    lineas: list[list[str]] = [[t] for t in lo.titulos]
    lineas += [list(lo.resumen), [_cifra(v, forma) for v in lo.resumen.values()], []]
    lineas.append([forma.nombres.get(c, c) for c in columnas])
    for fila in lo.renglones:
        lineas.append([_celda(c, fila.get(c, ""), forma) for c in columnas])
    texto = io.StringIO()
    if forma.declara:
        texto.write(f"sep={forma.separador}{forma.fin}")
    escritor = csv.writer(texto, delimiter=forma.separador, lineterminator=forma.fin)
    for i, linea in enumerate(lineas):
        if i in forma.blancas:
            texto.write(forma.fin)
        if linea:
            escritor.writerow(linea)
        else:
            texto.write(forma.fin)
    return texto.getvalue().encode(forma.codificacion)


def _cifra(valor: str, forma: Forma) -> str:
    return f"{int(valor):,}" if forma.miles and valor.isdigit() else valor


def _celda(columna: str, valor: str, forma: Forma) -> str:
    if columna in ("CLAVE_CASILLA", "CLAVE_ACTA") and valor not in ("", "-"):
        return forma.clave.format(valor)
    if columna in ("SECCION", "ID_CASILLA", "EXT_CONTIGUA", "ID_DISTRITO_LOCAL") and valor.isdigit():
        return forma.numero.format(valor)
    if forma.miles and columna in ("LISTA_NOMINAL", "TOTAL_VOTOS_CALCULADO") and valor.isdigit():
        return f"{int(valor):,}"
    return valor


def guardar(carpeta: Path, lo: Base, forma: Forma | None = None, nombre: str = "JAL_GUB_2024.csv") -> Path:
    """Write the file and say where."""
    archivo = carpeta / nombre
    archivo.write_bytes(escribir(lo, forma))
    return archivo


def base_(*renglones: dict[str, str], **otros: tuple[str, ...]) -> Base:
    """A base whose header has one figure."""
    return base(*renglones, **otros, ACTAS_ESPERADAS="1")  # type: ignore[arg-type]


def una(carpeta: Path, forma: Forma | None = None, *renglones: dict[str, str], **resumen: str) -> BasePublicada:
    """What is read of a base once it is written, of one line unless others are given."""
    lo = base(*(renglones or (renglon(),)), **(resumen or {"ACTAS_ESPERADAS": "1"}))
    (leida,) = leer([guardar(carpeta, lo, forma)])
    return leida


__all__ = ["ZONA", "Base", "Forma", "base", "base_", "escribir", "guardar", "renglon", "replace", "sin_votos", "una"]

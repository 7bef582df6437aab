"""The published database: CSV tables and their zip packages (Anexo 18.5 as practised).

Text is UTF-8 with BOM, comma, CRLF.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from prep.catalogo.informativo import NombreCandidatura
from prep.dominio.tabulacion.boleta import TipoRecuadro
from prep.dominio.tabulacion.proceso import Ambito, Eleccion, Modo, Proceso
from prep.dominio.tabulacion.tabulacion import ESTADISTICA
from prep.publicacion.celdas import texto_seguro
from prep.publicacion.filas import COLUMNAS_DEMARCACION, columnas
from prep.publicacion.paquete import empacar, en_bloques, entero

BOM: Final = "\ufeff".encode()


def huso(hora: datetime) -> str:
    """`(UTC-6)`, or `(UTC+5:30)`."""
    desfase = hora.utcoffset()
    minutos = int(desfase.total_seconds() // 60) if desfase else 0
    signo = "-" if minutos < 0 else "+"
    horas, resto = divmod(abs(minutos), 60)
    return f"(UTC{signo}{horas}{f':{resto:02d}' if resto else ''})"


def titulo(eleccion: Eleccion, modo: Modo) -> str:
    """First line of the table: the election, and what it is worth when it is not the night."""
    nombre = eleccion.nombre.upper()
    return nombre if modo is Modo.JORNADA else f"{modo.value.upper()} - {nombre}"


def encabezado(eleccion: Eleccion, modo: Modo, hora: datetime, cifras: dict[str, int | str]) -> list[list[Any]]:
    """The lines above the actas. In ceros the figures are bare zeros, as publishers print them."""
    if cifras["actas_registradas"] == 0:
        ceros = {n: 0 for n in ESTADISTICA if n.startswith(("actas_", "porcentaje_actas_"))}
        cifras = {**ceros, "actas_esperadas": cifras["actas_esperadas"], "total_votos_s_cs": 0}
    return [
        [texto_seguro(titulo(eleccion, modo))],
        [f"{hora.day:02d}/{hora.month:02d}/{hora.year} {hora:%H:%M} {huso(hora)}"],
        [nombre.upper() for nombre in ESTADISTICA],
        [cifras.get(nombre, "") for nombre in ESTADISTICA],
        [],
        columnas(eleccion),
    ]


def tabla_candidaturas(proceso: Proceso, eleccion: Eleccion, nombres: Sequence[NombreCandidatura]) -> list[list[Any]]:
    """Catalogue of candidacies: one line per candidacy of each contest, with its names when known."""
    quien = {(n.demarcacion, n.candidatura): n for n in nombres if n.eleccion == eleccion.clave}
    estatal = eleccion.ambito is Ambito.ENTIDAD
    demarcacion = [] if estatal else [COLUMNAS_DEMARCACION[eleccion.agrupa][0]]
    filas: list[list[Any]] = [
        ["ID_ENTIDAD", *demarcacion, "PARTIDO_CI", "CANDIDATURA_PROPIETARIA", "CANDIDATURA_SUPLENTE"]
    ]
    vistas = set()
    for id_, boleta in eleccion.boletas.items():
        lugar = None if estatal else id_
        for candidatura in boleta.candidaturas:
            if (lugar, candidatura.clave) in vistas:
                continue
            vistas.add((lugar, candidatura.clave))
            nombre = quien.get((lugar, candidatura.clave))
            filas.append(
                [
                    f"{proceso.entidad:02d}",
                    *([] if estatal else [f"{id_:03d}"]),
                    texto_seguro(candidatura.clave),
                    texto_seguro(nombre.propietaria) if nombre else "",
                    texto_seguro(nombre.suplente) if nombre else "",
                ]
            )
    return filas


def leeme(proceso: Proceso, eleccion: Eleccion, resultados: str, candidaturas: str) -> bytes:
    """The data dictionary that goes with the tables."""
    que = {
        TipoRecuadro.PARTIDO: "votos del partido",
        TipoRecuadro.COMBINACION: "votos marcados para esa combinación de partidos de una coalición",
        TipoRecuadro.COMUN: "votos de la candidatura común",
        TipoRecuadro.INDEPENDIENTE: "votos de la candidatura independiente",
        TipoRecuadro.NO_REGISTRADAS: "votos de candidaturas no registradas",
        TipoRecuadro.NULOS: "votos nulos",
    }
    id_demarcacion, demarcacion = COLUMNAS_DEMARCACION[eleccion.agrupa]
    texto = (
        (files("prep.publicacion") / "leeme.txt")
        .read_text("utf-8")
        .format(
            proceso=proceso.nombre,
            eleccion=eleccion.nombre,
            resultados=resultados,
            candidaturas=candidaturas,
            id_demarcacion=id_demarcacion,
            demarcacion=demarcacion,
            tipo_acta=eleccion.tipo_acta,
            columnas="\n".join(f"   {r.clave}: {que[r.tipo]}." for r in eleccion.columnas),
        )
    )
    return BOM + texto.replace("\n", "\r\n").encode()


def en_csv(filas: Iterable[Sequence[Any]]) -> bytes:
    """Lines of a table, without the BOM that goes before the first."""
    return b"".join(renglones_csv(filas))


class _Renglones(list[str]):
    """Where `csv` writes, a line each time."""

    write = list.append


def renglones_csv(filas: Iterable[Sequence[Any]]) -> list[bytes]:
    """Each line of a table."""
    renglones = _Renglones()
    csv.writer(renglones, lineterminator="\r\n").writerows(filas)
    return [renglon.encode() for renglon in renglones]


def paquete_eleccion(
    proceso: Proceso,
    eleccion: Eleccion,
    nombres: Sequence[NombreCandidatura],
    hora: datetime,
    tabla: Iterable[tuple[bytes, bytes]],
) -> tuple[str, bytes]:
    """(name, bytes) of one election's zip: results (`tabla`, in stretches with their blocks), candidacies and LEEME."""
    ent, anio = proceso.entidad_abreviatura, hora.year
    resultados = f"{ent}_{eleccion.clave}_{anio}.csv"
    candidaturas = f"{ent}_{eleccion.clave}_CANDIDATURAS_{anio}.csv"
    entradas = [
        en_bloques(resultados, tabla),
        entero(candidaturas, BOM + en_csv(tabla_candidaturas(proceso, eleccion, nombres))),
        entero("LEEME.txt", leeme(proceso, eleccion, resultados, candidaturas)),
    ]
    return f"{hora:%Y%m%d_%H%M}_PREP_{eleccion.clave}_{ent}.zip", empacar(entradas, hora)

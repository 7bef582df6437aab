"""The published database: CSV tables, their zip packages and the Excel workbook (Anexo 18.5 as practised).

Text is UTF-8 with BOM, comma, CRLF. Zips carry the corte's time, so that the same corte gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from prep.catalogo.informativo import NombreCandidatura
from prep.dominio.tabulacion.boleta import TipoRecuadro
from prep.dominio.tabulacion.proceso import Ambito, Eleccion, Modo, Proceso
from prep.dominio.tabulacion.tabulacion import ESTADISTICA
from prep.publicacion.filas import COLUMNAS_DEMARCACION, columnas, texto_seguro

BOM = "\ufeff"


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


def encabezado(eleccion: Eleccion, modo: Modo, hora: datetime, cifras: dict[str, int | str]) -> str:
    """The lines above the actas. In ceros the figures are bare zeros, as publishers print them."""
    salida = io.StringIO()
    escritor = csv.writer(salida, lineterminator="\r\n")
    escritor.writerow([texto_seguro(titulo(eleccion, modo))])
    escritor.writerow([f"{hora.day:02d}/{hora.month:02d}/{hora.year} {hora:%H:%M} {huso(hora)}"])
    escritor.writerow([nombre.upper() for nombre in ESTADISTICA])
    if cifras["actas_registradas"] == 0:
        ceros = {n: 0 for n in ESTADISTICA if n.startswith(("actas_", "porcentaje_actas_"))}
        escritor.writerow(
            [
                {**ceros, "actas_esperadas": cifras["actas_esperadas"], "total_votos_s_cs": 0}.get(n, "")
                for n in ESTADISTICA
            ]
        )
    else:
        escritor.writerow([cifras.get(nombre, "") for nombre in ESTADISTICA])
    salida.write("\r\n")
    escritor.writerow(columnas(eleccion))
    return salida.getvalue()


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


def leeme(proceso: Proceso, eleccion: Eleccion, resultados: str, candidaturas: str) -> str:
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
    return BOM + texto.replace("\n", "\r\n")


def texto_csv(filas: Iterable[Sequence[Any]]) -> str:
    salida = io.StringIO()
    csv.writer(salida, lineterminator="\r\n").writerows(filas)
    return BOM + salida.getvalue()


def empacar(archivos: Sequence[tuple[str, bytes]], hora: datetime, comprimir: bool) -> bytes:
    """A zip with these files, in this order, all dated with the corte's local time."""
    salida = io.BytesIO()
    metodo = zipfile.ZIP_DEFLATED if comprimir else zipfile.ZIP_STORED
    with zipfile.ZipFile(salida, "w", metodo, compresslevel=6) as zip_:
        for nombre, datos in archivos:
            ficha = zipfile.ZipInfo(nombre, hora.timetuple()[:6])
            ficha.compress_type = metodo
            ficha.external_attr = 0o644 << 16
            ficha.create_system = 3
            zip_.writestr(ficha, datos)
    return salida.getvalue()


def paquete_eleccion(
    proceso: Proceso,
    eleccion: Eleccion,
    nombres: Sequence[NombreCandidatura],
    hora: datetime,
    cabeza: str,
    lineas: Sequence[Path],
    cola: str,
) -> tuple[str, bytes]:
    """(name, bytes) of one election's zip: results, candidacies and LEEME."""
    ent, anio = proceso.entidad_abreviatura, hora.year
    resultados = f"{ent}_{eleccion.clave}_{anio}.csv"
    candidaturas = f"{ent}_{eleccion.clave}_CANDIDATURAS_{anio}.csv"
    tabla = b"".join([(BOM + cabeza).encode(), *[p.read_bytes() for p in lineas], cola.encode()])
    return (
        f"{hora:%Y%m%d_%H%M}_PREP_{eleccion.clave}_{ent}.zip",
        empacar(
            [
                (resultados, tabla),
                (candidaturas, texto_csv(tabla_candidaturas(proceso, eleccion, nombres)).encode()),
                ("LEEME.txt", leeme(proceso, eleccion, resultados, candidaturas).encode()),
            ],
            hora,
            comprimir=True,
        ),
    )


def libro(hojas: Sequence[tuple[str, str, Sequence[Path], str]], hora: datetime, destino: Path) -> None:
    """The same tables as one workbook, a sheet per election. `hojas`: (name, header, lines, tail) of each CSV.

    Cells are numbers or texts, never formulas.
    """
    import xlsxwriter

    opciones = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(destino), opciones) as cuaderno:
        cuaderno.set_properties({"title": "PREP", "created": hora.replace(tzinfo=None)})
        for nombre, cabeza, lineas, cola in hojas:
            hoja = cuaderno.add_worksheet(nombre[:31])
            fuentes: list[Iterable[str]] = [io.StringIO(cabeza, newline="")]
            fuentes += [io.StringIO(p.read_text("utf-8"), newline="") for p in lineas]
            fuentes.append(io.StringIO(cola, newline=""))
            fila = 0
            for fuente in fuentes:
                for valores in csv.reader(fuente):
                    for columna, valor in enumerate(valores):
                        if not valor:
                            continue
                        if valor.isdecimal() and (len(valor) == 1 or (valor[0] != "0" and len(valor) < 9)):
                            hoja.write_number(fila, columna, int(valor))
                        else:
                            hoja.write_string(fila, columna, valor)
                    fila += 1

"""A corte of a whole night: its time, its processor, its memory, and how they grow."""

from __future__ import annotations

import io
import resource
import shutil
import time
import zipfile
import zlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from prep.bench.instalacion import NOCHE, instalacion, poblar
from prep.bench.medidas import Medida, mostrar, procesador
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.ejemplo.generador import NACIONAL
from prep.dominio.tabulacion.proceso import Modo
from prep.plataforma.almacen import AlmacenCarpeta
from prep.transparencia.nota import LlavePrivada

if TYPE_CHECKING:
    from prep.catalogo.informativo import Informativo
    from prep.dominio.tabulacion.proceso import Proceso


def corte() -> None:
    _medir_cortes(*ejemplo(10_900), entero=3, con_poco_nuevo=1)


def nacional() -> None:
    _medir_cortes(*ejemplo(NACIONAL, nacional=True), entero=40, con_poco_nuevo=10)


def de_tamano(casillas: int) -> None:
    """Between `corte` and `nacional`, to see how the cost grows."""
    _medir_cortes(*ejemplo(casillas, nacional=casillas > 10_900))


def _medir_cortes(
    proceso: Proceso, info: Informativo, entero: float | None = None, con_poco_nuevo: float | None = None
) -> None:
    """Cortes of a whole night, signed and switched, pages included: from nothing, with nothing new, with 2 % of the
    actas new wherever they are, and with the workbook; beside them, compressing the same tables with zip's own code."""
    esperadas = sum(len(e.actas) for e in proceso.elecciones)
    medidas: list[Medida] = []
    with instalacion() as carpeta:
        from prep.bitacora.actas import guardar_filas
        from prep.publicacion.corte import hacer_corte
        from prep.sede.sala import publicador

        ultimas = poblar(proceso, info, apartar=50)
        quien = publicador(
            proceso,
            info,
            AlmacenCarpeta(carpeta / "publicacion"),
            Modo.SIMULACRO,
            LlavePrivada.nueva("instituto.example/prep"),
            con_libro=False,
            reserva=carpeta / "reserva",
        )

        def medir(que: str, minutos: int, meta: float | None, a_la_vista: float | None = None) -> None:
            inicio, cpu = time.perf_counter(), procesador()
            hecho = hacer_corte(quien, NOCHE + timedelta(hours=14, minutes=minutos))
            total, cpu = time.perf_counter() - inicio, procesador() - cpu
            medidas.append(Medida(f"corte de {esperadas:,} actas, {que}", total, "s", meta))
            medidas.append(Medida("   de procesador", cpu, "s"))
            if a_la_vista:
                medidas.append(Medida("   de procesador, entre el de zip -6", cpu / zip_6, "veces", a_la_vista))
            medidas.extend(Medida(f"   {paso}", s, "s") for paso, s in hecho.tiempos.items() if s >= 0.01)

        medir("desde nada", 0, entero)
        zip_6 = _zip_6(carpeta / "publicacion")
        medidas.append(Medida("zip -6 de las mismas tablas, de procesador", zip_6, "s"))
        medir("nada nuevo", 5, None)
        guardar_filas(ultimas)
        medir("2 % nuevo", 10, con_poco_nuevo, 1)
        shutil.rmtree(carpeta / "reserva")
        medir("entero, desde nada", 15, entero, 3)
        if esperadas < 100_000:  # no workbook at national size
            quien.con_libro = True
            medir("con libro de Excel, desde nada", 25, None)
        medidas.append(Medida("memoria máxima de todos los procesos", _memoria_maxima(), "MiB", 2048))
    mostrar(medidas)


def _zip_6(publicacion: Path) -> float:
    """Seconds of processor that zlib, at the level of `zip -6`, takes for the tables of the first corte."""
    total = 0.0
    with zipfile.ZipFile(next(publicacion.glob("cortes/0001/bd/*.zip"))) as afuera:
        for nombre in afuera.namelist():
            adentro = zipfile.ZipFile(io.BytesIO(afuera.read(nombre)))
            for tabla in adentro.namelist():
                texto = adentro.read(tabla)
                inicio = time.process_time()
                zlib.compress(texto, 6)
                total += time.process_time() - inicio
    return total


def _memoria_maxima() -> float:
    """MiB at the peak: this process plus, for each of its two workers, the largest of them."""
    propia = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    hijos = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (propia + 2 * hijos) / 1024

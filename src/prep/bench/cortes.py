"""A corte of a whole night: its time, its processor, its memory, and how they grow."""

from __future__ import annotations

import io
import multiprocessing
import resource
import shutil
import time
import zipfile
import zlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from prep.bench.instalacion import NOCHE, instalacion, poblar
from prep.bench.medidas import Medida, mostrar, procesador
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.ejemplo.generador import CASILLAS_MAXIMO, NACIONAL
from prep.dominio.tabulacion.proceso import Modo
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.consola import salida, tabla
from prep.plataforma.procesos import perpetuar
from prep.transparencia.nota import LlavePrivada

DESDE_NADA, NADA_NUEVO, POCO_NUEVO, ENTERO, CON_LIBRO = (
    "desde nada",
    "nada nuevo",
    "2 % nuevo",
    "entero, desde nada",
    "con libro de Excel, desde nada",
)


class Tardanza(NamedTuple):
    """Seconds of one corte: by the wall, of processor, and by the wall of each step."""

    reloj: float
    procesador: float
    pasos: dict[str, float]


@dataclass(frozen=True, slots=True)
class Medido:
    """The cortes of a whole night of so many `actas`, signed and switched, pages included. `zip_6`: seconds of
    processor that zlib takes for the same tables. `memoria`: MiB of all processes at their peak."""

    actas: int
    cortes: dict[str, Tardanza]
    zip_6: float
    memoria: float

    def veces(self, que: str) -> float:
        """Its processor, over that of zip."""
        return self.cortes[que].procesador / self.zip_6


def corte() -> None:
    _mostrar(_medir_cortes(CASILLAS_MAXIMO, con_libro=True), entero=3, con_poco_nuevo=1)


def nacional() -> None:
    """Without the workbook, which does not go out at that size."""
    _mostrar(_medir_cortes(NACIONAL), entero=40, con_poco_nuevo=10)


def crecimiento() -> None:
    """How the cost grows, from a tenth of a state to the whole country. Each size loads Django over a database of its
    own, in a process of its own."""
    lista = tabla(
        ">Actas", ">Desde nada", ">µs por acta", ">× zip -6", ">Nada nuevo", ">2 % nuevo", ">× zip -6", ">Memoria"
    )
    for casillas in (1_000, CASILLAS_MAXIMO, 40_000, NACIONAL):
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as aparte:
            m = aparte.submit(_medir_cortes, casillas).result()
        lista.add_row(
            f"{m.actas:,}",
            f"{m.cortes[ENTERO].reloj:.2f} s",
            f"{m.cortes[ENTERO].reloj / m.actas * 1_000_000:.0f}",
            f"{m.veces(ENTERO):.1f}",
            f"{m.cortes[NADA_NUEVO].reloj:.2f} s",
            f"{m.cortes[POCO_NUEVO].reloj:.2f} s",
            f"{m.veces(POCO_NUEVO):.1f}",
            f"{m.memoria:,.0f} MiB",
        )
    salida.print(lista)


def _mostrar(m: Medido, entero: float, con_poco_nuevo: float) -> None:
    """As a list. The bars: seconds of a corte from nothing, and of one with 2 % new."""
    lista = []
    metas = {DESDE_NADA: entero, POCO_NUEVO: con_poco_nuevo, ENTERO: entero}
    razones = {POCO_NUEVO: 1, ENTERO: 3}
    for que, t in m.cortes.items():
        lista.append(Medida(f"corte de {m.actas:,} actas, {que}", t.reloj, "s", metas.get(que)))
        lista.append(Medida("   de procesador", t.procesador, "s"))
        if que in razones:
            lista.append(Medida("   de procesador, entre el de zip -6", m.veces(que), "veces", razones[que]))
        lista.extend(Medida(f"   {paso}", s, "s") for paso, s in t.pasos.items() if s >= 0.01)
    lista.append(Medida("zip -6 de las mismas tablas, de procesador", m.zip_6, "s"))
    lista.append(Medida("memoria máxima de todos los procesos", m.memoria, "MiB", 2048))
    mostrar(lista)


def _medir_cortes(casillas: int, con_libro: bool = False) -> Medido:
    """Make them: from nothing, with nothing new, with 2 % of the actas new wherever they are, from nothing again, and,
    `con_libro`, with the workbook."""
    proceso, info = ejemplo(casillas, nacional=casillas > CASILLAS_MAXIMO)
    cortes: dict[str, Tardanza] = {}
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
        perpetuar()  # as whoever publishes does

        def medir(que: str) -> None:
            inicio, cpu = time.perf_counter(), procesador()
            hecho = hacer_corte(quien, NOCHE + timedelta(hours=14, minutes=5 * len(cortes)))
            cortes[que] = Tardanza(time.perf_counter() - inicio, procesador() - cpu, hecho.tiempos)

        medir(DESDE_NADA)
        zip_6 = _zip_6(carpeta / "publicacion")
        medir(NADA_NUEVO)
        guardar_filas(ultimas)
        medir(POCO_NUEVO)
        shutil.rmtree(carpeta / "reserva")
        medir(ENTERO)
        if con_libro:
            quien.con_libro = True
            medir(CON_LIBRO)
        actas = sum(len(e.actas) for e in proceso.elecciones)
        return Medido(actas, cortes, zip_6, _memoria_maxima())


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

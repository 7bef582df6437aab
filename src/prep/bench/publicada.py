"""What a publication costs to whoever checks it, reads it or replays another one."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta

from prep.bench.instalacion import NOCHE, datos, instalacion, poblar
from prep.bench.medidas import Medida, mostrar
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.ejemplo.generador import CASILLAS_MAXIMO
from prep.comprobacion.verificar import Opciones, verificar
from prep.dominio.tabulacion.proceso import Modo
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.consola import salida
from prep.plataforma.procesos import buscar_menos_basura, perpetuar
from prep.portal import bench as medidas
from prep.transparencia.almacen import Carpeta
from prep.transparencia.nota import LlavePrivada


def comprobar() -> None:
    """A stranger checks one corte of 32,700 actas, without its images, and then the next one, with 2 % new: whole, and
    knowing what it computed of the first."""
    proceso, info = ejemplo(CASILLAS_MAXIMO)
    with instalacion() as carpeta:
        from prep.bitacora.actas import guardar_filas
        from prep.publicacion.corte import hacer_corte
        from prep.sede.sala import publicador

        buscar_menos_basura()  # as the command does
        ultimas = poblar(proceso, info, apartar=50)
        firmante = LlavePrivada.nueva("instituto.example/prep")
        almacen = AlmacenCarpeta(carpeta / "publicacion")
        quien = publicador(proceso, info, almacen, Modo.PRUEBA, firmante, paginas=False)
        donde, opciones = Carpeta(carpeta / "publicacion"), Opciones(imagenes=False, recordar=carpeta / "visto")

        def comprobada(como: Opciones) -> tuple[float, float]:
            perpetuar()  # what is measured is not whoever looks for garbage in what made the publication
            inicio, cpu = time.perf_counter(), time.process_time()
            informe = verificar(donde, como)
            tardo = time.perf_counter() - inicio, time.process_time() - cpu
            salida.print(informe.veredicto)
            return tardo

        hacer_corte(quien, NOCHE)
        uno = comprobada(opciones)
        guardar_filas(ultimas)
        hacer_corte(quien, NOCHE + timedelta(minutes=5))
        entero = comprobada(Opciones(imagenes=False))
        nuevo = comprobada(opciones)
    actas = sum(len(e.actas) for e in proceso.elecciones)
    mostrar(
        [
            Medida(f"verificar {actas:,} actas, sin imágenes, y recordarlas", uno[0], "s", 10),
            Medida("   de procesador", uno[1], "s"),
            Medida("el corte que sigue, entero", entero[0], "s"),
            Medida("   con 2 % nuevo, recordando el de antes", nuevo[0], "s", 1),
            Medida("   de procesador", nuevo[1], "s"),
        ]
    )


def portal() -> None:
    """The site of a Jalisco-size night: what a visit downloads, what each corte changes, requests per second."""
    proceso, info = ejemplo(CASILLAS_MAXIMO)
    with instalacion() as carpeta:
        from prep.publicacion.corte import hacer_corte
        from prep.sede.sala import publicador

        raiz = carpeta / "publicacion"
        firmante = LlavePrivada.nueva("instituto.example/prep")
        quien = publicador(proceso, info, AlmacenCarpeta(raiz), Modo.SIMULACRO, firmante, con_libro=False)
        actas = sum(len(e.actas) for e in proceso.elecciones)
        for i, hasta in enumerate((actas // 2, actas // 2 + 500, actas)):
            poblar(proceso, info, hasta)
            hacer_corte(quien, NOCHE + timedelta(hours=5, minutes=5 * i))
        for una in medidas.tabla(raiz):
            salida.print(una)
        if shutil.which("nginx") and shutil.which("wrk"):
            salida.print(medidas.carga(raiz))
        else:
            salida.print("Sin nginx y wrk no se mide la carga.")


def reproducir() -> None:
    puebla = datos("pue2018_prep")
    if puebla is None:
        salida.print("Sin la base publicada de Puebla 2018 (PREP_DATOS) no se mide la reproducción.")
        return
    with tempfile.TemporaryDirectory(prefix="prep-bench-") as carpeta:
        inicio = time.perf_counter()
        orden = [sys.executable, "-m", "prep", "reproducir", str(puebla), "--salida", f"{carpeta}/r"]
        subprocess.run(orden, check=True, stdout=subprocess.DEVNULL)
        tardo = time.perf_counter() - inicio
        mostrar([Medida("reproducir Puebla 2018, tres elecciones, un corte por hora", tardo, "s", 120)])

"""`prep demo`: a whole small night on this machine, from puesta en ceros to the last corte, compared with the truth."""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

if TYPE_CHECKING:
    from prep.dominio.comun.hecho import Hecho
    from prep.lectura.obrero import Obrero
    from prep.papel.formas import Formas
    from prep.simulacro.noche import ActaSimulada, Noche

consola = Console()
CIERRE = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo("America/Mexico_City"))
HORAS_DE_NOCHE = 12
CORTES = 14
AMBAS_MAL = 0.03
"""Share of the actas in which two people type the same mistake: far more than on a real night, so that it shows."""


def demo(
    salir: Annotated[
        bool, typer.Option("--salir", help="Termina sola al cerrar la noche, sin dejar nada sirviendo.")
    ] = False,
    puerto: Annotated[int, typer.Option(help="Puerto preferido para el portal de resultados.")] = 8420,
    casillas: Annotated[int, typer.Option(min=60, max=10_900, help="Casillas del proceso de demostración.")] = 60,
    segundos: Annotated[float, typer.Option(min=0, help="Segundos entre un corte y el siguiente.")] = 4,
    semilla: Annotated[int, typer.Option(help="Otra semilla da otra noche.")] = 2027,
) -> None:
    """Corre una noche pequeña completa y la deja a la vista.

    Hace un proceso ficticio con la forma de Jalisco, lo congela, simula que llegan, se capturan y se verifican sus
    actas, las lee la lectura automática, publica cortes firmados, y al final comprueba que lo publicado es exactamente
    lo que decían las actas.
    """
    carpeta = _carpeta_limpia()
    from prep.plataforma.arranque import django_listo

    consola.print("Iniciando la base de datos…")
    with django_listo() as _:
        from prep.plataforma.puertos import libre

        portal = libre(puerto, consola.print)
        publicacion = carpeta / "publicacion"
        with _sitio(publicacion, portal):
            consola.print(f"Resultados en vivo: [bold]http://127.0.0.1:{portal}/[/]")
            iguales = _noche(carpeta, publicacion, casillas, semilla, 0 if salir else segundos)
            verificada = _verificar(publicacion)
            if not salir:
                with _administracion(libre(portal + 1, consola.print)):
                    _dejar_servido(portal, publicacion)
    if not (iguales and verificada):
        raise typer.Exit(1)


def _carpeta_limpia() -> Path:
    """A folder of its own for the demonstration's data, emptied; every later step finds it in the environment."""
    from prep.plataforma import postgres

    raiz = Path(__file__).resolve().parents[2]
    datos = Path(os.environ.get("PREP_DATOS_DIR") or raiz / "datos").absolute()
    carpeta = datos / "demo"
    servidor = carpeta / "postgres"
    if servidor.exists():
        postgres.parar(servidor)
        if servidor.is_symlink():
            shutil.rmtree(servidor.resolve(), ignore_errors=True)
            servidor.unlink()
    shutil.rmtree(carpeta, ignore_errors=True)
    carpeta.mkdir(parents=True)
    os.environ["PREP_DATOS_DIR"] = str(carpeta)
    os.environ["PREP_SIN_TLS"] = "1"
    return carpeta


def _noche(carpeta: Path, publicacion: Path, casillas: int, semilla: int, pausa: float) -> bool:
    """Play the night; True when the last corte says what the papers said."""
    from prep import portal
    from prep.bitacora.nodos import NodoInstituto, nodo_local
    from prep.bitacora.services import anotar, fundar_instalacion
    from prep.catalogo.ejemplo import ejemplo
    from prep.catalogo.escritor import escribir_proceso
    from prep.catalogo.services import cargar, importar, informativo
    from prep.dominio.tabulacion.proceso import Modo
    from prep.lectura.lectores import Lectores, lector_de
    from prep.lectura.obrero import Obrero
    from prep.papel.formas import Formas
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.plataforma.reloj import RelojFijo
    from prep.publicacion.corte import hacer_corte
    from prep.publicacion.publicador import Publicador
    from prep.sede.actos import cierre, puesta_en_ceros
    from prep.simulacro.noche import Noche, verdad
    from prep.transparencia.llaves import crear, leer_privada

    consola.print(f"Escribiendo un proceso ficticio de {casillas:,} casillas y tres elecciones…")
    proceso, info = ejemplo(casillas, semilla=semilla)
    info = replace(info, parametros=replace(info.parametros, lectura="revisora"))
    escribir_proceso(carpeta / "proceso", proceso, info)
    importar(carpeta / "proceso", CIERRE)
    proceso, info = cargar(), informativo()

    privada, _ = crear("instituto.example/prep/simulacro", carpeta / "llaves", archivo="instituto")
    almacen = AlmacenCarpeta(publicacion)
    evidencia = AlmacenCarpeta(carpeta / "evidencia", privado=True)
    llave = leer_privada(privada)
    nodo = nodo_local(carpeta / "llaves")
    publicador = Publicador(
        proceso,
        info,
        almacen,
        Modo.SIMULACRO,
        llave,
        nodo=nodo,
        portal=portal,
        evidencia=evidencia,
        reserva=carpeta / "reserva",
    )

    noche = Noche(proceso, info, CIERRE, semilla, ambas_mal=AMBAS_MAL)
    instituto = NodoInstituto(llave, llave.llave.publica)
    fundar_instalacion(
        proceso.clave, Modo.SIMULACRO.value, instituto, nodo, noche.cargos, CIERRE, telefonos=noche.telefonos
    )
    actas = list(noche.papeles())
    formas = Formas(proceso, info, secrets.token_bytes(32), "SIMULACRO")
    imagenes = _retratar(formas, actas, evidencia.raiz, semilla)
    for acta in actas:
        noche.vivir(acta, imagenes[acta.esperada.clave])
    puestas = sum(acta.mal for acta in actas)
    consola.print(f"Puesta en ceros y noche simulada: {len(actas):,} actas, {CORTES} cortes.")
    reloj, lectores = RelojFijo(CIERRE), Lectores(lector_de(evidencia, formas), os.cpu_count() or 1)
    with _barra() as barra, lectores:
        tarea = barra.add_task("18:00 en ceros", total=CORTES)
        puesta_en_ceros(publicador, CIERRE)
        obrero = Obrero(lectores, nodo, reloj, actua=True)
        escritos: set[str] = set()

        def avance(hechas: int, total: int) -> None:
            barra.update(tarea, description=f"{reloj.ahora():%H:%M} leyendo {hechas}/{total}")

        for i in range(1, CORTES):
            time.sleep(pausa)
            hora = CIERRE + timedelta(hours=HORAS_DE_NOCHE) * i / (CORTES - 1)
            reloj.poner(hora)
            ultimo = i == CORTES - 1
            while lote := _lo_que_toca(actas, escritos, None if ultimo else hora):
                for j in range(0, len(lote), 500):
                    anotar(lote[j : j + 500], nodo, hora, noche.telefonos)
                escritos.update(h.id for h in lote)
                _leer_y_mirar(noche, actas, obrero, hora, avance)
            barra.update(tarea, description=f"{hora:%H:%M} corte {i + 1}")
            if not ultimo:
                hacer_corte(publicador, hora)
            barra.advance(tarea)
        final = cierre(publicador, hora).corte
        assert final is not None
        barra.update(tarea, completed=CORTES, description=f"{hora:%H:%M} cierre")
    _contar_lectura(puestas)
    return _comparar(publicacion, verdad(actas), final.alarmas)


def _lo_que_toca(actas: list[ActaSimulada], escritos: set[str], hasta: datetime | None) -> list[Hecho]:
    """What people did until then that is not in the bitácora yet, in order."""
    hechos = (h for a in actas for h in a.hechos if h.id not in escritos)
    return sorted((h for h in hechos if hasta is None or h.hora <= hasta), key=lambda h: h.hora)


def _leer_y_mirar(
    noche: Noche, actas: list[ActaSimulada], obrero: Obrero, hora: datetime, avance: Callable[[int, int], None]
) -> None:
    """The reader reads the matches there are; then people go on with each, as it came out."""
    vuelta = obrero.vuelta(avance)
    for acta in actas:
        if acta.esperada.clave in vuelta.opiniones:
            noche.mirar(acta, hora, vuelta.devueltas.get(acta.esperada.clave, ""))


def _contar_lectura(puestas: int) -> None:
    """The reader's night in a few lines. `puestas`: actas in which two people were made to type the same mistake."""
    from prep.lectura.balance import balance

    b = balance()
    consola.print(
        f"Lectura automática: {b['actas']:,} coincidencias leídas, {b['opiniones']['confirma']:,} confirmadas, "
        f"{b['opiniones']['sin_opinion']:,} sin opinión. De {puestas} errores iguales de ambas personas devolvió "
        f"{b['errores_atrapados']}; los demás los halló quien verifica. Devolvió {b['falsas_alarmas']} que estaban "
        "bien.",
        highlight=False,
    )
    consola.print(
        f"Con detalle: PREP_DATOS_DIR='{os.environ['PREP_DATOS_DIR']}' .venv/bin/prep lectura informe", soft_wrap=True
    )


def _retratar(formas: Formas, actas: list[ActaSimulada], carpeta: Path, semilla: int) -> dict[str, str]:
    """Print, fill and photograph every acta; código de integridad of each."""
    from prep.simulacro.papel import retratar_todas

    with _barra() as barra:
        retratos = retratar_todas(formas, actas, carpeta, semilla)
        return dict(barra.track(retratos, len(actas), description="Imprimiendo, llenando y fotografiando actas"))


def _comparar(publicacion: Path, esperado: dict[str, Any], alarmas: tuple[str, ...]) -> bool:
    """Read what was published, as anybody would, and compare it with what the papers said, box by box."""
    ultimo = json.loads((publicacion / "ultimo.json").read_bytes())
    corte = publicacion / ultimo["ruta"]
    tabla = Table(title=f"Corte {ultimo['corte']} contra la verdad simulada", title_justify="left")
    for columna in ("Elección", "Actas esperadas", "Contabilizadas", "Votos publicados", "Votos en las actas", ""):
        tabla.add_column(columna, justify="left" if columna in ("Elección", "") else "right")
    todo = not alarmas
    for clave, verdad in esperado.items():
        resumen = json.loads((corte / clave / "resumen.json").read_bytes())
        cifras = resumen["estadistica"]
        igual = (
            cifras["actas_esperadas"] == verdad.esperadas
            and cifras["actas_contabilizadas"] == verdad.contabilizadas
            and resumen["total"] == verdad.total
            and _votos_publicados(next((corte / "bd").glob("*.zip")), clave, list(verdad.votos)) == verdad.votos
        )
        todo = todo and igual
        tabla.add_row(
            clave,
            f"{cifras['actas_esperadas']:,}",
            f"{cifras['actas_contabilizadas']:,}",
            f"{resumen['total']:,}",
            f"{verdad.total:,}",
            "[green]igual[/]" if igual else "[red]DISTINTO[/]",
        )
    consola.print(tabla)
    for alarma in alarmas:
        consola.print(f"[red]Alarma:[/] {alarma}")
    return todo


def _votos_publicados(paquete: Path, eleccion: str, recuadros: list[str]) -> dict[str, int]:
    """Votes by box of the counted actas, added from the published CSV."""
    with zipfile.ZipFile(paquete) as fuera:
        interior = next(n for n in fuera.namelist() if f"_PREP_{eleccion}_" in n)
        with zipfile.ZipFile(io.BytesIO(fuera.read(interior))) as dentro:
            tabla = next(n for n in dentro.namelist() if n.endswith(".csv") and "CANDIDATURAS" not in n)
            lineas = dentro.read(tabla).decode("utf-8-sig").splitlines()
    inicio = next(i for i, linea in enumerate(lineas) if linea.startswith("CLAVE_CASILLA"))
    votos = dict.fromkeys(recuadros, 0)
    for fila in csv.DictReader(lineas[inicio:]):
        if fila["CONTABILIZADA"] == "1":
            for clave in recuadros:
                if fila[clave].isdecimal():
                    votos[clave] += int(fila[clave])
    return votos


def _verificar(publicacion: Path) -> bool:
    """Check the whole emission the way a stranger would."""
    from prep.comprobacion.verificar import Opciones, verificar
    from prep.transparencia.almacen import Carpeta

    informe = verificar(Carpeta(publicacion), Opciones(todo=True))
    consola.print(f"Verificación independiente: {informe.veredicto}")
    return informe.codigo == 0


@contextmanager
def _sitio(publicacion: Path, puerto: int) -> Iterator[None]:
    from prep.difusion.servidor import servidor

    sitio = servidor("127.0.0.1", puerto, publicacion)
    threading.Thread(target=sitio.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        sitio.shutdown()
        sitio.server_close()


@contextmanager
def _administracion(puerto: int) -> Iterator[None]:
    """The institute's side: the desks, with an account and a terminal made for the occasion."""
    from prep.acceso import listas, terminales
    from prep.plataforma.arranque import entorno_de
    from prep.plataforma.roles import WEB
    from prep.plataforma.servidor import orden_de_servidor, sirviendo

    (pase,) = listas.importar("usuario,nombre,roles,lugar\ndemo,Persona de demostración,administrador,Sede\n")
    _, codigo = terminales.nueva("Este equipo", "Sede")
    with sirviendo(orden_de_servidor(puerto), entorno_de(WEB)):
        consola.print(f"Escritorios: [bold]http://127.0.0.1:{puerto}/entrar/terminal/[/] código del equipo {codigo}")
        consola.print(f"Después, usuario {pase.usuario}, contraseña {pase.clave}. Catálogo y bitácora: /admin/")
        yield


def _dejar_servido(portal: int, publicacion: Path) -> None:
    consola.print(f"Portal de resultados: [bold]http://127.0.0.1:{portal}/[/]")
    consola.print(f"Todo lo publicado está en {publicacion}", soft_wrap=True)
    consola.print(f"Para comprobarlo usted: .venv/bin/prep verificar '{publicacion}'", soft_wrap=True)
    consola.print("Ctrl-C para terminar.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        consola.print("\nTerminado.")


def _barra() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(40), TaskProgressColumn(), console=consola)

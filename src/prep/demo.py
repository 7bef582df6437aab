"""`prep demo`: a whole small night on this machine, from puesta en ceros to the last corte, compared with the truth."""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

if TYPE_CHECKING:
    from prep.lectura.formas import Formas
    from prep.simulacro.noche import ActaSimulada

consola = Console()
HORAS_DE_NOCHE = 12
CORTES = 14


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
    actas, publica cortes firmados, y al final comprueba que lo publicado es exactamente lo que decían las actas.
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
    from prep.bitacora.nodos import nodo_local
    from prep.bitacora.services import anotar
    from prep.catalogo.ejemplo import ejemplo
    from prep.catalogo.escritor import escribir_proceso
    from prep.catalogo.services import cargar, importar, informativo
    from prep.dominio.proceso import Modo
    from prep.emision.llaves import crear, leer_privada
    from prep.lectura.formas import Formas
    from prep.operacion.actos import cierre as cerrar
    from prep.operacion.actos import puesta_en_ceros
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.publicacion.corte import Publicador, hacer_corte
    from prep.simulacro.noche import Noche, verdad

    consola.print(f"Escribiendo un proceso ficticio de {casillas:,} casillas y tres elecciones…")
    proceso, info = ejemplo(casillas, semilla=semilla)
    escribir_proceso(carpeta / "proceso", proceso, info)
    cierre = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo(proceso.zona_horaria))
    importar(carpeta / "proceso", cierre)
    proceso, info = cargar(), informativo()

    privada, _ = crear("instituto.example/prep", carpeta / "llaves", archivo="instituto")
    almacen = AlmacenCarpeta(publicacion)
    evidencia = AlmacenCarpeta(carpeta / "evidencia")
    publicador = Publicador(
        proceso, info, almacen, Modo.SIMULACRO, leer_privada(privada), portal=portal, evidencia=evidencia
    )
    nodo = nodo_local(carpeta / "llaves", cierre)

    noche = Noche(proceso, info, cierre, semilla)
    actas = list(noche.papeles())
    imagenes = _retratar(Formas(proceso, info, secrets.token_bytes(32), "SIMULACRO"), actas, evidencia.raiz, semilla)
    for acta in actas:
        noche.vivir(acta, imagenes[acta.esperada.clave])
    hechos = sorted((h for a in actas for h in a.hechos), key=lambda h: h.id)
    consola.print(f"Puesta en ceros y noche simulada: {len(actas):,} actas, {len(hechos):,} hechos, {CORTES} cortes.")
    with _barra() as barra:
        tarea = barra.add_task("18:00 en ceros", total=len(hechos))
        puesta_en_ceros(publicador, cierre)
        hecho = 0
        for i in range(1, CORTES):
            time.sleep(pausa)
            hora = cierre + timedelta(hours=HORAS_DE_NOCHE) * i / (CORTES - 1)
            ultimo = i == CORTES - 1
            lote = []
            while hecho < len(hechos) and (ultimo or hechos[hecho].hora <= hora):
                lote.append(hechos[hecho])
                hecho += 1
            for j in range(0, len(lote), 500):
                anotar(lote[j : j + 500], nodo, hora)
            if not ultimo:
                corte = hacer_corte(publicador, hora)
                barra.update(tarea, completed=hecho, description=f"{hora:%H:%M} corte {corte.numero}")
        final = cerrar(publicador, hora).corte
        assert final is not None
        barra.update(tarea, completed=hecho, description=f"{hora:%H:%M} cierre")
    return _comparar(publicacion, verdad(actas), final.alarmas)


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
    from prep.emision.almacen import Carpeta
    from prep.emision.verificar import Opciones, verificar

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
    """The institute's side: Django's admin, with a user made for the occasion."""
    from django.contrib.auth.models import User

    clave = secrets.token_urlsafe(9)
    User.objects.create_superuser("demo", password=clave)
    orden = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-access-log", "--log-level", "warning"]
    orden += ["--host", "127.0.0.1", "--port", str(puerto), "prep.plataforma.wsgi:application"]
    proceso = subprocess.Popen(orden)
    consola.print(f"Catálogo y bitácora: [bold]http://127.0.0.1:{puerto}/admin/[/] usuario demo, contraseña {clave}")
    try:
        yield
    finally:
        proceso.terminate()
        proceso.wait(10)


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

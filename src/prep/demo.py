"""`prep demo`: a whole small drill on this machine: designed, sealed, played, closed, judged and reported."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape as escapar
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from prep.bitacora.nodos import nodo_de_aqui
from prep.plataforma.consola import barra, salida
from prep.plataforma.lugares import (
    dir_datos,
    dir_evidencia,
    dir_llaves,
    dir_postgres,
    dir_publicacion,
    dir_reserva,
    llave_del_instituto,
    para_escribir,
)

if TYPE_CHECKING:
    from prep.dominio.comun.hecho import Hecho
    from prep.lectura.obrero import Obrero
    from prep.papel.formas import Formas
    from prep.simulacro.noche import ActaSimulada, Noche

CIERRE = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo("America/Mexico_City"))
HORAS_DE_NOCHE = 12
CORTES = 14
AMBAS_MAL = 0.06
"""Share of the actas in which two people type the same mistake: far more than on a real night, so that it shows."""


def demo(
    salir: Annotated[
        bool, typer.Option("--salir", help="Termina sola al cerrar la noche, sin dejar nada sirviendo.")
    ] = False,
    puerto: Annotated[
        int, typer.Option(min=0, max=65535, help="Puerto preferido para el portal de resultados; 0 toma uno libre.")
    ] = 8420,
    casillas: Annotated[int, typer.Option(min=60, max=10_900, help="Casillas del proceso de demostración.")] = 60,
    segundos: Annotated[float, typer.Option(min=0, help="Segundos entre un corte y el siguiente.")] = 4,
    semilla: Annotated[int, typer.Option(help="Otra semilla da otra noche.")] = 2027,
) -> None:
    """Corre una noche pequeña completa y la deja a la vista.

    Hace un proceso ficticio con la forma de Jalisco, lo congela, simula que llegan, se capturan y se verifican sus
    actas, las lee la lectura automática, publica cortes firmados y sella de antemano lo que dicen las actas; al final
    un juez que solo lee lo publicado dice si es el 100 %, y queda el informe del simulacro.
    """
    try:
        with _carpeta_propia(), _sitio(puerto) as portal:
            bien = _de_principio_a_fin(casillas, semilla, 0 if salir else segundos, None if salir else portal)
    except KeyboardInterrupt:
        salida.print("Demostración interrumpida: nada quedó en marcha.")
        raise typer.Exit(130) from None
    if not bien:
        raise typer.Exit(1)


def _de_principio_a_fin(casillas: int, semilla: int, pausa: float, portal: int | None) -> bool:
    """True when what was published is what the papers said. `portal`: port of the site that is left for people."""
    from prep.plataforma.arranque import django_listo
    from prep.plataforma.puertos import libre

    salida.print("Iniciando la base de datos…")
    with django_listo():
        bien = _noche(casillas, semilla, pausa)
        if portal is None:
            _decir_lugares()
            return bien
        with (
            _administracion(libre(portal + 1, salida.print)) as escritorios,
            _pagina_de_inicio(libre(portal + 2, salida.print), portal, escritorios),
        ):
            _decir_lugares()
            salida.print("Ctrl-C para terminar.")
            with suppress(KeyboardInterrupt):
                while True:
                    signal.pause()
    salida.print("Demostración terminada; sus archivos se quedan donde se dijo.")
    return bien


@contextmanager
def _carpeta_propia() -> Iterator[None]:
    """An empty folder for the demonstration's data, that no other one takes while this one is on; every later step, and
    every process that it starts, finds it in the environment. It has a database of its own, whatever DATABASE_URL says.
    """
    from prep.plataforma import postgres
    from prep.plataforma.procesos import tomar

    datos = dir_datos()
    carpeta = datos / "demo"
    for n in count(2):
        carpeta.mkdir(parents=True, exist_ok=True)
        if (tomada := tomar(carpeta)) is not None:
            break
        carpeta = datos / f"demo-{n}"
    assert tomada is not None
    if carpeta.name != "demo":
        salida.print(f"Ya hay otra demostración en marcha: esta usa su propia carpeta, {escape(str(carpeta))}.")
    os.environ |= {"PREP_DATOS_DIR": str(carpeta), "PREP_SIN_TLS": "1"}
    os.environ.pop("DATABASE_URL", None)
    try:
        if (servidor := dir_postgres()).exists():
            postgres.parar(servidor)
        for resto in carpeta.iterdir():
            if resto.is_dir():  # PostgreSQL's may be a link to where its user can be
                shutil.rmtree(resto.resolve(), ignore_errors=True)
            if resto.is_symlink() or resto.is_file():
                resto.unlink()
        yield
    finally:
        os.close(tomada)


def _noche(casillas: int, semilla: int, pausa: float) -> bool:
    """Play the night; True when the judge says that everything that exists is published, and right."""
    from prep.bitacora.nodos import NodoInstituto
    from prep.bitacora.services import anotar, fundar_instalacion
    from prep.catalogo.ejemplo import ejemplo
    from prep.catalogo.escritor import escribir_proceso
    from prep.catalogo.services import cargar, importar, informativo
    from prep.dominio.tabulacion.proceso import Modo
    from prep.lectura.lectores import Lectores, lector_de
    from prep.lectura.obrero import Obrero
    from prep.papel.formas import Formas
    from prep.papel.opciones import secreto_qr
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.plataforma.reloj import RelojFijo
    from prep.publicacion.corte import hacer_corte
    from prep.sede.actos import APRUEBA, aprobar, cierre, puesta_en_ceros
    from prep.sede.sala import publicador
    from prep.simulacro.diseno import disenar, pdf_empates
    from prep.simulacro.entrega import entregar
    from prep.simulacro.noche import Noche
    from prep.simulacro.sello import abrir, sellar
    from prep.transparencia.llaves import crear, leer_privada

    salida.print(f"Escribiendo un proceso ficticio de {casillas:,} casillas y tres elecciones…")
    proceso, info = ejemplo(casillas, semilla=semilla)
    info = replace(info, parametros=replace(info.parametros, lectura="revisora"))
    escribir_proceso(dir_datos() / "proceso", proceso, info)
    importar(dir_datos() / "proceso", CIERRE)
    proceso, info = cargar(), informativo()

    privada, _ = crear("instituto.example/prep/simulacro", dir_llaves(), archivo="instituto")
    llave, nodo = leer_privada(privada), nodo_de_aqui()
    almacen, evidencia = AlmacenCarpeta(dir_publicacion()), AlmacenCarpeta(dir_evidencia(), privado=True)
    quien = publicador(
        proceso, info, almacen, Modo.SIMULACRO, llave, nodo=nodo, evidencia=evidencia, reserva=dir_reserva()
    )

    diseno = disenar(proceso, info, semilla)
    (_inicio() / "empates.pdf").write_bytes(pdf_empates(proceso, diseno))
    noche = Noche(proceso, info, CIERRE, semilla, ambas_mal=AMBAS_MAL, votos=diseno.votos)
    instituto = NodoInstituto(llave, llave.llave.publica)
    fundar_instalacion(
        proceso.clave, Modo.SIMULACRO.value, instituto, nodo, noche.cargos, CIERRE, telefonos=noche.telefonos
    )
    aprobar(quien, CIERRE, next(p.persona for p in info.personas if p.rol == APRUEBA))
    puesta_en_ceros(quien, CIERRE)
    sellar(quien, CIERRE, diseno.datos)
    actas = list(noche.papeles())
    formas = Formas(proceso, info, secreto_qr(None, crear=True), "SIMULACRO")
    imagenes = _retratar(formas, actas, evidencia.raiz, semilla)
    for acta in actas:
        noche.vivir(acta, imagenes[acta.esperada.clave])
    puestas = sum(acta.mal for acta in actas)
    salida.print(f"Puesta en ceros y noche simulada: {len(actas):,} actas, {CORTES} cortes.")
    reloj, lectores = RelojFijo(CIERRE), Lectores(lector_de(evidencia, formas), os.cpu_count() or 1)
    with barra() as avance, lectores:
        tarea = avance.add_task("18:00 en ceros", total=CORTES)
        obrero = Obrero(lectores, nodo, reloj, actua=True)
        escritos: set[str] = set()

        def contar(hechas: int, total: int) -> None:
            avance.update(tarea, description=f"{reloj.ahora():%H:%M} leyendo {hechas}/{total}")

        for i in range(1, CORTES):
            time.sleep(pausa)
            hora = CIERRE + timedelta(hours=HORAS_DE_NOCHE) * i / (CORTES - 1)
            reloj.poner(hora)
            ultimo = i == CORTES - 1
            while lote := _lo_que_toca(actas, escritos, None if ultimo else hora):
                for j in range(0, len(lote), 500):
                    anotar(lote[j : j + 500], nodo, hora, noche.telefonos)
                escritos.update(h.id for h in lote)
                _leer_y_mirar(noche, actas, obrero, hora, contar)
            avance.update(tarea, description=f"{hora:%H:%M} corte {i + 1}")
            if not ultimo:
                hacer_corte(quien, hora)
            avance.advance(tarea)
        final = cierre(quien, hora).corte
        assert final is not None
        abrir(quien, hora, diseno.datos)
        avance.update(tarea, completed=CORTES, description=f"{hora:%H:%M} cierre")
    _contar_lectura(puestas)
    veredicto = entregar(diseno.datos, dir_publicacion(), _inicio(), final.alarmas)
    return veredicto["codigo"] == 0 and not final.alarmas


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
    salida.print(
        f"Lectura automática: {b['actas']:,} coincidencias leídas, {b['opiniones']['confirma']:,} confirmadas, "
        f"{b['opiniones']['sin_opinion']:,} sin opinión. De {puestas} errores iguales de ambas personas devolvió "
        f"{b['errores_atrapados']}; los demás los halló quien verifica. Devolvió {b['falsas_alarmas']} que estaban "
        "bien.",
    )


def _retratar(formas: Formas, actas: list[ActaSimulada], carpeta: Path, semilla: int) -> dict[str, str]:
    """Print, fill and photograph every acta; código de integridad of each."""
    from prep.simulacro.papel import retratar_todas

    with barra() as avance:
        retratos = retratar_todas(formas, actas, carpeta, semilla)
        return dict(avance.track(retratos, len(actas), description="Imprimiendo, llenando y fotografiando actas"))


def _inicio() -> Path:
    """What the start page offers."""
    carpeta = dir_datos() / "inicio"
    carpeta.mkdir(mode=0o700, exist_ok=True)
    return carpeta


def _decir_lugares() -> None:
    """Where everything is and what to type next: the last that is said, also when nothing is left serving."""
    publicacion, datos = dir_publicacion(), f"PREP_DATOS_DIR='{dir_datos()}'"
    for linea in (
        f"Todo lo publicado está en {publicacion}",
        f"El informe del simulacro está en {_inicio()}: informe.html e informe.pdf",
        "Para comprobarlo usted: " + para_escribir(f"verificar '{publicacion}'"),
        f"Para ver cómo le fue a la lectura automática: {datos} " + para_escribir("lectura informe"),
    ):
        salida.print(escape(linea), soft_wrap=True)


@contextmanager
def _sitio(puerto: int) -> Iterator[int]:
    """The portal, from before there is anything to see; gives the port that it got."""
    from prep.difusion.servidor import atendiendo, servidor
    from prep.plataforma.puertos import libre

    sitio = servidor("127.0.0.1", libre(puerto, salida.print), dir_publicacion())
    with atendiendo(sitio):
        salida.print(f"Resultados en vivo: [bold]http://127.0.0.1:{sitio.server_port}/[/]")
        yield sitio.server_port


@contextmanager
def _administracion(puerto: int) -> Iterator[list[tuple[str, str, str]]]:
    """The institute's side: the desks, with an account and a terminal made for the occasion. Gives what the start page
    says of it: address, name, and how to come in."""
    from prep.acceso import listas, terminales
    from prep.acceso.facultades import Escribano
    from prep.catalogo.services import informativo
    from prep.plataforma.arranque import entorno_de
    from prep.plataforma.roles import WEB
    from prep.plataforma.servidor import orden_de_servidor, sirviendo
    from prep.transparencia.llaves import leer_privada

    llave, lugar = leer_privada(llave_del_instituto()), informativo().catds[0].clave
    lista = (
        "usuario,nombre,roles,lugar\ncomite,Comité técnico de demostración,cotaprep,Sede\n"
        "demo,Persona de demostración,administrador,Sede\n"
        f"centro,Centro de acopio de demostración,acopiador|digitalizador,{lugar}\n"
    )
    comite, demo, centro = listas.importar(lista, Escribano.del_instituto(llave, llave.llave.publica))
    _, codigo = terminales.nueva("Este equipo", "Sede")
    direccion = f"http://127.0.0.1:{puerto}"
    with sirviendo(orden_de_servidor(puerto), entorno_de(WEB)):
        salida.print(f"Adentro: [bold]{direccion}/entrar/terminal/[/] código del equipo {codigo}")
        salida.print(f"Para ver el tablero y la historia de cada acta: usuario comite, contraseña {comite.clave}")
        salida.print(f"Para administrar (pide además un segundo factor): usuario demo, contraseña {demo.clave}")
        salida.print(f"Para recibir sobres y digitalizar: usuario centro, contraseña {centro.clave}")
        yield [
            (
                f"{direccion}/entrar/terminal/",
                "El tablero y la historia de cada acta",
                f"Código del equipo {codigo}; después, usuario comite, contraseña {comite.clave}. Pide cambiarla.",
            ),
            (
                f"{direccion}/catd/acopio/",
                f"Los escritorios del centro de acopio {lugar}",
                f"Cuando el equipo ya está dado de alta: usuario centro, contraseña {centro.clave}. Pide cambiarla.",
            ),
            (
                f"{direccion}/admin/",
                "La administración: personas, catálogo y bitácora",
                f"Usuario demo, contraseña {demo.clave}. Pide además dar de alta un segundo factor.",
            ),
            (
                f"{direccion}/casilla/#/prueba",
                "PREP Casilla",
                "La página que mide si un teléfono sirve; para fotografiar hace falta un código impreso.",
            ),
        ]


@contextmanager
def _pagina_de_inicio(puerto: int, portal: int, escritorios: list[tuple[str, str, str]]) -> Iterator[None]:
    """Where everything is, on one page."""
    from prep.difusion.servidor import atendiendo, servidor
    from prep.simulacro.informe_html import pagina

    veredicto = json.loads((_inicio() / "veredicto.json").read_bytes())
    publico = f"http://127.0.0.1:{portal}"
    lugares = [
        (f"{publico}/", "Los resultados", "El portal, como lo ve cualquier persona."),
        ("informe.html", "El informe del simulacro", "También en PDF: informe.pdf."),
        ("informe.pdf", "El informe, para imprimir", "Accesible."),
        ("empates.pdf", "Los empates esperados", "El documento que se entrega antes del simulacro."),
        (
            f"{publico}/documentos/{veredicto['verdad']}.json",
            "La verdad",
            "Lo que dice cada acta: sellada antes, abierta al cierre.",
        ),
        (f"{publico}/verifica.html", "Compruébelo", "La página con que cualquiera verifica la publicación."),
        *escritorios,
    ]
    renglones = "".join(
        f'<li><a href="{escapar(a)}">{escapar(nombre)}</a><br>{escapar(que)}</li>' for a, nombre, que in lugares
    )
    clase = "bien" if veredicto["codigo"] == 0 else "mal"
    cuerpo = (
        f'<h1>Demostración de PREP Abierto</h1><p class="fallo {clase}">{escapar(veredicto["veredicto"])}</p>'
        f'<ul class="lugares">{renglones}</ul><p class="tenue">Todo está en este equipo, con datos inventados; al '
        "terminar con Ctrl-C deja de servirse.</p>"
    )
    destino = _inicio() / "index.html"
    destino.write_bytes(pagina("Demostración de PREP Abierto", cuerpo))
    destino.chmod(0o600)
    sitio = servidor("127.0.0.1", puerto, _inicio(), politica=lambda _: "frame-ancestors 'self'")
    with atendiendo(sitio):
        salida.print(f"Portal de resultados: [bold]{publico}/[/]")
        salida.print(f"Empiece por aquí: [bold]http://127.0.0.1:{sitio.server_port}/[/]")
        yield

"""`prep demo`: a whole small drill on this machine, through every door: designed, sealed, played, closed, judged and
reported, beside whoever wants to sit at its desks."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from importlib.resources import as_file, files
from itertools import count
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from prep.plataforma.consola import salida
from prep.plataforma.lugares import dir_datos, dir_postgres, dir_publicacion, para_escribir

if TYPE_CHECKING:
    from prep.simulacro.espejo import EspejoDeDemostracion
    from prep.simulacro.inicio import Inicio
    from prep.simulacro.maquinas import Maquina
    from prep.simulacro.montar import Sede
    from prep.simulacro.plan import Plan


def demo(
    salir: Annotated[
        bool, typer.Option("--salir", help="Termina sola al cerrar la noche, sin dejar nada sirviendo.")
    ] = False,
    puerto: Annotated[
        int, typer.Option(min=0, max=65535, help="Puerto preferido para el portal de resultados; 0 toma uno libre.")
    ] = 8420,
    casillas: Annotated[int, typer.Option(min=2, max=10_900, help="Casillas del proceso de demostración.")] = 60,
    velocidad: Annotated[int, typer.Option(min=1, max=10_000, help="Cuántas veces más aprisa que de veras.")] = 120,
    semilla: Annotated[int, typer.Option(min=0, help="Otra semilla da otra noche.")] = 2027,
) -> None:
    """Corre una noche pequeña completa por las puertas que usa la gente y la deja a la vista.

    Hace un proceso ficticio con la forma de Jalisco y sella de antemano lo que dicen sus actas; teléfonos, centros de
    acopio y escritorios trabajan por HTTP, y usted puede sentarse junto a ellos. A la mitad un centro se queda sin
    internet; al final alguien altera un voto y un espejo lo descubre, y un juez que solo lee lo publicado dice si es el
    100 %. Queda el informe del simulacro.
    """
    try:
        with _carpeta_propia(), _sitio(puerto) as portal:
            bien = _de_principio_a_fin(_plan(casillas, velocidad, semilla), salir, portal)
    except KeyboardInterrupt:
        salida.print("Demostración interrumpida: nada quedó en marcha.")
        raise typer.Exit(130) from None
    if not bien:
        raise typer.Exit(1)


def _plan(casillas: int, velocidad: int, semilla: int) -> Plan:
    from prep.simulacro.plan import leer_plan

    with as_file(files("prep.simulacro") / "demo.toml") as archivo:
        plan = leer_plan(archivo)
    return replace(plan, casillas=casillas, velocidad=velocidad, semilla=semilla)


def _de_principio_a_fin(plan: Plan, salir: bool, portal: int) -> bool:
    """True when what was published is what the papers said, and the mirror saw what was changed. `portal`: port of the
    site."""
    from prep.plataforma.arranque import django_listo
    from prep.simulacro.inicio import Inicio, Lugar

    publico = f"http://127.0.0.1:{portal}"
    with Inicio(_inicio()) as inicio, _pagina_de_inicio(inicio, portal):
        inicio.lugares.append(Lugar(f"{publico}/", "Los resultados", "El portal, como lo ve cualquier persona."))
        salida.print("Iniciando la base de datos…")
        with django_listo(), ExitStack() as pila:
            from prep.simulacro.correr import corriendo

            visita = _Visita(inicio, publico, pila)
            corrida = pila.enter_context(corriendo(plan, dir_datos(), plan.velocidad, visita))
            descubierto = visita.alterar()
            bien = corrida.bien and descubierto
            inicio.fallo = corrida.veredicto["veredicto"], bien
            inicio.lugares += [
                Lugar("informe.html", "El informe del simulacro", "También en PDF: informe.pdf."),
                Lugar(
                    f"{publico}/documentos/{corrida.veredicto['verdad']}.json",
                    "La verdad",
                    "Lo que dice cada acta: sellada antes, abierta al cierre.",
                ),
                Lugar(f"{publico}/verifica.html", "Compruébelo", "Con esta página cualquiera verifica lo publicado."),
            ]
            _decir_lugares()
            if not salir:
                salida.print("Ctrl-C para terminar.")
                with suppress(KeyboardInterrupt):
                    while True:
                        signal.pause()
    if not salir:
        salida.print("Demostración terminada; sus archivos se quedan donde se dijo.")
    return bien


class _Visita:
    """Whoever looks at the night: opens what they look at, and comes in with accounts of their own."""

    personas: Sequence[tuple[str, str, str, str]] = (
        ("comite", "Comité técnico de demostración", "cotaprep", "Sede"),
        ("captura", "Captura de demostración", "capturista", "CCV"),
        ("verifica", "Verificación de demostración", "verificador", "CCV"),
        ("supervisa", "Supervisión de demostración", "supervisor|coordinador", "CCV"),
        ("demo", "Persona de demostración", "administrador", "Sede"),
        ("centro", "Centro de acopio de demostración", "acopiador|digitalizador", ""),
    )
    _PARA = (
        ("comite", "Ver el tablero y la historia de cada acta"),
        ("captura", "Capturar actas"),
        ("verifica", "Verificarlas, y resolver diferencias"),
        ("supervisa", "Supervisar, coordinar y ver los equipos"),
        ("demo", "Administrar: personas, catálogo y bitácora"),
    )

    def __init__(self, inicio: Inicio, publico: str, pila: ExitStack) -> None:
        self._inicio, self._publico, self._pila = inicio, publico, pila
        self._claves: Mapping[str, str] = {}
        self._espejo: EspejoDeDemostracion

    def abierto(self, sede: Sede, centro: Maquina, pases: Mapping[str, str]) -> None:
        from prep.acceso import terminales
        from prep.simulacro.diseno import pdf_empates
        from prep.simulacro.inicio import Lugar

        (_inicio() / "empates.pdf").write_bytes(pdf_empates(sede.proceso, sede.diseno))
        self._claves = pases
        self._dejar_entrar(
            centro,
            [(quien, para, [terminales.nueva(quien, "Sede")[1] for _ in range(2)]) for quien, para in self._PARA],
        )
        self._inicio.lugares += [
            Lugar(f"{centro.direccion}/", "Los escritorios y el tablero", "Entre con una cuenta de las de abajo."),
            Lugar(f"{centro.direccion}/casilla/#/prueba", "PREP Casilla", "La página que mide si un teléfono sirve."),
            Lugar("empates.pdf", "Los empates esperados", "El documento que se entrega antes del simulacro."),
        ]
        self._abrir_espejo(sede)

    def en_pie(self, nodos: list[Maquina], codigos: list[tuple[str, str]]) -> None:
        para = "Recibir sobres y digitalizar, en el equipo de un centro de acopio"
        self._dejar_entrar(nodos[0], [("centro", para, codigos[0])])

    def va(self, renglon: str) -> None:
        self._inicio.va = renglon

    def por_cerrar(self) -> None:
        self._espejo.detener()

    def alterar(self) -> bool:
        """Somebody changes a vote of what is published: whether the mirror noticed."""
        alterada = dir_datos() / "alterada"
        dicho = self._espejo.probar(dir_publicacion(), alterada)
        if dicho:
            que = f"Alguien cambió un voto en una copia de lo publicado. El espejo no la mostró: {dicho}"
        else:
            que = "Alguien cambió un voto en una copia de lo publicado y el espejo no lo notó."
        self._inicio.va = que
        salida.print(escape(que), soft_wrap=True)
        salida.print(escape(f"La copia alterada está en {alterada}"), soft_wrap=True)
        return bool(dicho)

    def _dejar_entrar(self, maquina: Maquina, quienes: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        """Come in once as each, so that who does it next needs no slip; say with what. `quienes`: each user, what for,
        and the codes of two terminals: the one that is used here, and that of whoever sits down."""
        from prep.plataforma import letras
        from prep.simulacro.inicio import Cuenta
        from prep.simulacro.puertas.entrada import entrar
        from prep.simulacro.puertas.navegador import Navegador

        salida.print(f"Adentro: [bold]{maquina.direccion}/entrar/terminal/[/]")
        for usuario, para, (de_aqui, equipo) in quienes:
            nav = Navegador(maquina.direccion, lambda: sleep(0.5), lambda _: None, "visita")
            clave = letras.al_azar(12)
            secreto = entrar(nav, de_aqui, usuario, self._claves[usuario], clave)
            self._inicio.cuentas.append(Cuenta(para, f"{maquina.direccion}/", equipo, usuario, clave, secreto))
            segundo = f", segundo factor: secreto {secreto}, o el código de la página de inicio" if secreto else ""
            con = f"código de equipo {equipo}, usuario {usuario}, contraseña {clave}{segundo}"
            salida.print(f"{para}: {con}", soft_wrap=True)

    def _abrir_espejo(self, sede: Sede) -> None:
        from prep.difusion.servidor import atendiendo, servidor
        from prep.simulacro.espejo import EspejoDeDemostracion
        from prep.simulacro.inicio import Lugar

        espejo = EspejoDeDemostracion(self._publico, dir_datos() / "espejo", sede.llave.llave.vkey)
        sitio = servidor("127.0.0.1", 0, espejo.carpeta, estado=espejo.espejo.como_dict)
        self._espejo = self._pila.enter_context(espejo.vivo())
        self._pila.enter_context(atendiendo(sitio))
        direccion = f"http://127.0.0.1:{sitio.server_port}/"
        salida.print(f"Espejo: [bold]{direccion}[/]")
        que = "La copia de un difusor, que comprueba cada corte antes de mostrarlo."
        self._inicio.lugares.append(Lugar(direccion, "Un espejo", que))


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


def _inicio() -> Path:
    """What the start page offers."""
    return dir_datos() / "informe"


def _decir_lugares() -> None:
    """Where everything is and what to type next: the last that is said, also when nothing is left serving."""
    publicacion = dir_publicacion()
    for linea in (
        f"Todo lo publicado está en {publicacion}",
        f"El informe del simulacro está en {_inicio()}: informe.html e informe.pdf",
        "Para comprobarlo usted: " + para_escribir(f"verificar '{publicacion}'"),
        "Y la copia alterada: " + para_escribir(f"verificar '{dir_datos() / 'alterada'}'"),
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
def _pagina_de_inicio(inicio: Inicio, portal: int) -> Iterator[None]:
    """Where everything is, on one page, from before there is anything."""
    from prep.difusion.servidor import atendiendo, servidor
    from prep.plataforma.puertos import libre

    puerto = libre(portal + 1, salida.print)
    with atendiendo(servidor("127.0.0.1", puerto, inicio.carpeta, politica=lambda _: "frame-ancestors 'self'")):
        salida.print(f"Empiece por aquí: [bold]http://127.0.0.1:{puerto}/[/]")
        yield
